// SPDX-License-Identifier: GPL-2.0
/*
 * Mistakes made on purpose to see that they are found: one each time that a
 * name is written to /sys/module/memctl_test/parameters/plant. See plants.sh,
 * which knows which instrument must find each, and scripts/check-instruments.
 *
 * What they break stays broken: the machine must be discarded afterwards.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/pgtable.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "memctl_test.h"

#define NR_LEAKED 10
#define NR_ROUNDS 1000000
#define NR_DELAYS 31
#define NR_SHARED 16
#define NR_FILLS  1000
#define BYTES	  100

static int pid;
module_param(pid, int, 0600);
MODULE_PARM_DESC(pid, "process whose page table entry is damaged");
static unsigned long address;
module_param(address, ulong, 0600);
MODULE_PARM_DESC(address, "that it has there");

/* --- mistakes of a caller ---------------------------------------------------------------- */

/* Objects to which no pointer exists any more. */
static int leak(struct memctl_arena *arena)
{
	unsigned int i;

	for (i = 0; i < NR_LEAKED; i++)
		if (!memctl_kmalloc(arena, BYTES, GFP_KERNEL))
			return -ENOMEM;
	return 0;
}

static int use_after_free(struct memctl_arena *arena)
{
	char *object = memctl_kmalloc(arena, BYTES, GFP_KERNEL);

	if (!object)
		return -ENOMEM;
	memctl_kfree(arena, object);
	pr_info("a byte of it: %u\n", READ_ONCE(object[BYTES / 3]));
	return 0;
}

static int use_of_free_page(struct memctl_arena *arena)
{
	struct page *page = memctl_alloc_pages(arena, GFP_KERNEL, 0);
	char *bytes;

	if (!page)
		return -ENOMEM;
	bytes = page_address(page);
	memctl_free_pages(arena, page, 0);
	pr_info("a byte of it: %u\n", READ_ONCE(bytes[BYTES]));
	return 0;
}

/* One byte, which is still inside the size class. */
static int overflow(struct memctl_arena *arena)
{
	char *object = memctl_kmalloc(arena, BYTES, GFP_KERNEL);

	if (!object)
		return -ENOMEM;
	WRITE_ONCE(object[BYTES], 1);
	memctl_kfree(arena, object);
	return 0;
}

/* Two locks, taken in one order and in the other: nothing deadlocks here, but it could. */
static int deadlock(struct memctl_arena *arena)
{
	static DEFINE_MUTEX(first);
	static DEFINE_MUTEX(second);

	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
	return 0;
}

static int sleep_in_atomic(struct memctl_arena *arena)
{
	static DEFINE_SPINLOCK(lock);
	void *object;

	spin_lock(&lock);
	object = memctl_kmalloc(arena, BYTES, GFP_KERNEL);
	spin_unlock(&lock);
	memctl_kfree(arena, object);
	return object ? 0 : -ENOMEM;
}

/* --- damage to the arena ----------------------------------------------------------------- */

/* A page that is on no list, and that no caller would free. */
static int lost_frame(struct memctl_arena *arena)
{
	return memctl_alloc_pages(arena, GFP_KERNEL, 0) ? 0 : -ENOMEM;
}

/**
 * struct race - two CPUs that free one page, again and again
 * @arena: the arena
 * @page: the page of this round
 * @round: number of the round that has begun; negative after the last one
 * @freed: number of the last round that the other CPU has finished
 * @over: the other CPU's thread has ended
 */
struct race {
	struct memctl_arena *arena;
	struct page *page;
	atomic_t round, freed;
	struct completion over;
};

static void free_in_a_while(struct race *race, unsigned int delay)
{
	while (delay--)
		cpu_relax();
	memctl_free_pages(race->arena, race->page, 0);
}

static int other_cpu(void *data)
{
	struct race *race = data;
	int round = 0, begun;

	while ((begun = atomic_read_acquire(&race->round)) >= 0) {
		if (begun == round) {
			cond_resched();
			continue;
		}
		round = begun;
		free_in_a_while(race, round % NR_DELAYS);
		atomic_set_release(&race->freed, round);
	}
	complete(&race->over);
	return 0;
}

/*
 * What no check in a free detects: two CPUs free the same page at the same
 * moment. It is handed out twice then; a free that comes too late is refused.
 */
static int double_frame(struct memctl_arena *arena)
{
	struct race race = { .arena = arena };
	long before = test_free_frames();
	struct task_struct *task;
	bool done = false;
	int round;

	init_completion(&race.over);
	migrate_disable();
	task = kthread_create_on_cpu(other_cpu, &race,
				     cpumask_any_but(cpu_online_mask, smp_processor_id()),
				     "memctl_test/%u");
	if (IS_ERR(task)) {
		migrate_enable();
		return PTR_ERR(task);
	}
	wake_up_process(task);
	for (round = 1; round <= NR_ROUNDS && !done; round++) {
		race.page = memctl_alloc_pages(arena, GFP_KERNEL, 0);
		if (!race.page)
			break;
		atomic_set_release(&race.round, round);
		free_in_a_while(&race, round / NR_DELAYS % NR_DELAYS);
		while (atomic_read_acquire(&race.freed) != round)
			cond_resched();
		done = !(round % NR_DELAYS) && test_free_frames() != before;
	}
	atomic_set_release(&race.round, -1);
	wait_for_completion(&race.over);
	migrate_enable();
	pr_info("%d pages were freed by two CPUs at once\n", round);
	return done ? 0 : -EAGAIN;
}

/* --- between CPUs ------------------------------------------------------------------------ */

/**
 * struct shared - pages of one CPU, which another one reads without a lock
 * @pages: where memctl writes them
 * @seen: what the other CPU read
 */
struct shared {
	struct page *pages[NR_SHARED];
	unsigned long seen;
};

static int read_shared(void *data)
{
	struct shared *shared = data;
	unsigned int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < NR_SHARED; i++)
			shared->seen ^= (unsigned long)shared->pages[i];
		cond_resched();
	}
	return 0;
}

/* Plain reads of what memctl writes with plain stores at the same moment. */
static int race_of_cpus(struct memctl_arena *arena)
{
	struct shared shared = {};
	struct task_struct *task = kthread_run(read_shared, &shared, "memctl_test");
	unsigned int nr = NR_SHARED, round;

	if (IS_ERR(task))
		return PTR_ERR(task);
	for (round = 0; round < NR_FILLS && nr == NR_SHARED; round++) {
		nr = memctl_alloc_pages_bulk(arena, GFP_KERNEL, NR_SHARED, shared.pages);
		memctl_free_pages_bulk(arena, nr, shared.pages);
		cond_resched();
	}
	kthread_stop(task);
	return nr == NR_SHARED ? 0 : -ENOMEM;
}

/* --- damage to a process's page table ---------------------------------------------------- */

static int clear_entry(pte_t *pte, unsigned long at, void *data)
{
	struct mm_struct *mm = data;

	/* The processor may use its cached entry until it is flushed. */
	pte_clear(mm, at, pte);
	return 0;
}

static int flip_entry(pte_t *pte, unsigned long at, void *data)
{
	struct mm_struct *mm = data;

	set_pte_at(mm, at, pte, __pte(pte_val(*pte) ^ _PAGE_RW));
	return 0;
}

static int damage_entry(pte_fn_t damage)
{
	struct pid *number = find_get_pid(pid);
	struct task_struct *task = get_pid_task(number, PIDTYPE_PID);
	struct mm_struct *mm = task ? get_task_mm(task) : NULL;
	int ret = -ESRCH;

	if (mm) {
		mmap_write_lock(mm);
		/* The table exists, and stays: the process has used the page. */
		ret = apply_to_page_range(mm, address & PAGE_MASK, PAGE_SIZE, damage, mm);
		mmap_write_unlock(mm);
		mmput(mm);
	}
	if (task)
		put_task_struct(task);
	put_pid(number);
	return ret;
}

static int missed_flush(struct memctl_arena *arena)
{
	return damage_entry(clear_entry);
}

static int wrong_bit(struct memctl_arena *arena)
{
	return damage_entry(flip_entry);
}

static const struct {
	const char *name;
	int (*make)(struct memctl_arena *arena);
} plants[] = {
	{ "leak", leak },
	{ "use-after-free", use_after_free },
	{ "use-of-free-page", use_of_free_page },
	{ "overflow", overflow },
	{ "deadlock", deadlock },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "lost-frame", lost_frame },
	{ "double-frame", double_frame },
	{ "data-race", race_of_cpus },
	{ "missed-flush", missed_flush },
	{ "wrong-bit", wrong_bit },
};

static int make_plant(const char *text, const struct kernel_param *parameter)
{
	struct memctl_arena *arena = memctl_arena_get(NULL);
	int ret = -EINVAL;
	unsigned int i;

	if (!arena)
		return -ENOENT;
	for (i = 0; i < ARRAY_SIZE(plants); i++) {
		if (!sysfs_streq(plants[i].name, text))
			continue;
		pr_info("planting: %s\n", plants[i].name);
		ret = plants[i].make(arena);
		break;
	}
	memctl_arena_put(arena);
	return ret;
}

static const struct kernel_param_ops plant_ops = { .set = make_plant };

module_param_cb(plant, &plant_ops, NULL, 0200);
MODULE_PARM_DESC(plant, "a mistake to make now");
