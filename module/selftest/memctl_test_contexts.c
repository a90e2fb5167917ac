// SPDX-License-Identifier: GPL-2.0
/*
 * Test of the in-kernel API: all contexts at once. On each CPU a thread
 * allocates and frees, one by one and in bulk, and is interrupted by other
 * contexts that do the same, each with its own slots:
 *
 *   timer, soft       softirq; on PREEMPT_RT a thread
 *   timer, hard       hardirq, also with interrupts off everywhere else
 *   irq_work, hard    hardirq, by an interrupt that the CPU sends to itself
 *   irq_work, lazy    hardirq at the next tick; on PREEMPT_RT a thread
 *   tasklet           softirq; on PREEMPT_RT a thread
 *
 * Every page and object is filled with words that name its owner and the
 * allocation, and compared before it is freed: memory that was handed out twice
 * contains the words of another owner.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "host/compat.h"
#include "memctl_test.h"

#define NR_SLOTS      32
#define NR_BULK	      8
#define NR_STEPS      test_scaled(15000) /* per thread */
#define NR_TICKS      test_scaled(100)	 /* minimum for each of the other contexts */
#define STEPS_A_TICK  6
#define LARGEST_ORDER 3
#define OBJECT_SIZE   120

enum what { WHAT_NOTHING, WHAT_PAGES, WHAT_OBJECT, WHAT_BYTES, WHAT_PAGE_BULK, WHAT_OBJECT_BULK };

enum context {
	IN_THREAD,
	IN_SOFT_TIMER,
	IN_HARD_TIMER,
	IN_HARD_WORK,
	IN_LAZY_WORK,
	IN_TASKLET,
	NR_CONTEXTS,
};

static const struct {
	const char *name;
	gfp_t gfp;
} contexts[NR_CONTEXTS] = {
	[IN_THREAD] = { "thread", GFP_KERNEL },
	[IN_SOFT_TIMER] = { "timer, soft", GFP_ATOMIC },
	[IN_HARD_TIMER] = { "timer, hard", GFP_NOWAIT },
	[IN_HARD_WORK] = { "irq_work, hard", GFP_NOWAIT },
	[IN_LAZY_WORK] = { "irq_work, lazy", GFP_NOWAIT },
	[IN_TASKLET] = { "tasklet", GFP_ATOMIC },
};

/**
 * struct slot - result of one allocation
 * @memory: the blocks or objects, nr of them
 * @nr: 1, or the number that a bulk allocation returned
 * @size: of each of them, bytes
 * @what: what they are
 * @order: of a block
 * @stamp: determines their words
 */
struct slot {
	void *memory[NR_BULK];
	unsigned int nr;
	size_t size;
	enum what what;
	unsigned int order;
	u64 stamp;
};

/**
 * struct worker - one context on one CPU, which alone accesses these fields
 * @slot: its allocations
 * @arena: the arena
 * @cache: shared by all workers
 * @gfp: what the context allows
 * @random: state of its random numbers
 * @nr_ticks: number of calls
 * @nr_steps: number of allocations and frees so far
 * @nr_refused: allocations that were refused
 * @nr_spoiled: blocks that were written by another owner
 */
struct worker {
	struct slot slot[NR_SLOTS];
	struct memctl_arena *arena;
	struct memctl_cache *cache;
	gfp_t gfp;
	u64 random;
	unsigned long nr_ticks, nr_steps, nr_refused, nr_spoiled;
};

struct site {
	struct worker worker[NR_CONTEXTS];
	struct hrtimer soft, hard;
	struct irq_work hard_work, lazy_work;
	struct tasklet_struct tasklet;
	struct completion done;
	bool stop;
};

static u32 random_below(struct worker *worker, u32 limit)
{
	worker->random = worker->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (worker->random >> 32) * limit >> 32;
}

/* The stamp of the block or object with this number in a slot. */
static u64 stamp_of(const struct slot *slot, unsigned int number)
{
	return slot->stamp + number * 0x9e3779b97f4a7c15ULL;
}

static void release(struct worker *worker, struct slot *slot)
{
	struct page *pages[NR_BULK];
	unsigned int i;

	for (i = 0; i < slot->nr; i++) {
		if (!test_filled(slot->memory[i], slot->size, stamp_of(slot, i)))
			worker->nr_spoiled++;
		pages[i] = virt_to_page(slot->memory[i]);
	}
	switch (slot->what) {
	case WHAT_PAGES:
		memctl_free_pages(worker->arena, pages[0], slot->order);
		break;
	case WHAT_OBJECT:
		memctl_cache_free(worker->cache, slot->memory[0]);
		break;
	case WHAT_BYTES:
		memctl_kfree(worker->arena, slot->memory[0]);
		break;
	case WHAT_PAGE_BULK:
		memctl_free_pages_bulk(worker->arena, slot->nr, pages);
		break;
	case WHAT_OBJECT_BULK:
		memctl_cache_free_bulk(worker->cache, slot->nr, slot->memory);
		break;
	case WHAT_NOTHING:
		break;
	}
	slot->what = WHAT_NOTHING;
}

/* Return: how many blocks or objects are in the slot now. */
static unsigned int ask(struct worker *worker, struct slot *slot, enum what what)
{
	struct page *pages[NR_BULK];
	unsigned int i, nr;

	slot->order = 0;
	slot->size = what == WHAT_PAGE_BULK ? PAGE_SIZE : OBJECT_SIZE;
	switch (what) {
	case WHAT_PAGES:
		slot->order = random_below(worker, LARGEST_ORDER + 1);
		slot->size = PAGE_SIZE << slot->order;
		pages[0] = memctl_alloc_pages(worker->arena, worker->gfp, slot->order);
		slot->memory[0] = pages[0] ? page_address(pages[0]) : NULL;
		return !!pages[0];
	case WHAT_OBJECT:
		slot->memory[0] = memctl_cache_alloc(worker->cache, worker->gfp);
		return !!slot->memory[0];
	case WHAT_BYTES:
		slot->size = 1 + random_below(worker, 2000);
		slot->memory[0] = memctl_kmalloc(worker->arena, slot->size, worker->gfp);
		return !!slot->memory[0];
	case WHAT_PAGE_BULK:
		nr = memctl_alloc_pages_bulk(worker->arena, worker->gfp,
					     1 + random_below(worker, NR_BULK), pages);
		for (i = 0; i < nr; i++)
			slot->memory[i] = page_address(pages[i]);
		return nr;
	case WHAT_OBJECT_BULK:
		return memctl_cache_alloc_bulk(worker->cache, worker->gfp,
					       1 + random_below(worker, NR_BULK), slot->memory);
	case WHAT_NOTHING:
		break;
	}
	return 0;
}

static void acquire(struct worker *worker, struct slot *slot)
{
	enum what what = WHAT_PAGES + random_below(worker, WHAT_OBJECT_BULK);
	unsigned int i;

	slot->nr = ask(worker, slot, what);
	if (!slot->nr) {
		worker->nr_refused++;
		return;
	}
	slot->what = what;
	slot->stamp = worker->random;
	for (i = 0; i < slot->nr; i++)
		test_fill(slot->memory[i], slot->size, stamp_of(slot, i));
}

static void step(struct worker *worker)
{
	struct slot *slot = &worker->slot[random_below(worker, NR_SLOTS)];

	if (slot->what == WHAT_NOTHING)
		acquire(worker, slot);
	else
		release(worker, slot);
	worker->nr_steps++;
}

static void tick(struct worker *worker)
{
	unsigned int i;

	for (i = 0; i < STEPS_A_TICK; i++)
		step(worker);
	WRITE_ONCE(worker->nr_ticks, worker->nr_ticks + 1);
}

static enum hrtimer_restart tick_again(struct hrtimer *timer, struct site *site,
				       unsigned int period)
{
	if (READ_ONCE(site->stop))
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime(period * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static enum hrtimer_restart tick_soft(struct hrtimer *timer)
{
	struct site *site = container_of(timer, struct site, soft);

	tick(&site->worker[IN_SOFT_TIMER]);
	return tick_again(timer, site, 730);
}

static enum hrtimer_restart tick_hard(struct hrtimer *timer)
{
	struct site *site = container_of(timer, struct site, hard);

	tick(&site->worker[IN_HARD_TIMER]);
	if (!READ_ONCE(site->stop)) {
		irq_work_queue(&site->lazy_work);
		tasklet_schedule(&site->tasklet);
	}
	return tick_again(timer, site, 410);
}

static void work_hard(struct irq_work *work)
{
	tick(&container_of(work, struct site, hard_work)->worker[IN_HARD_WORK]);
}

static void work_lazy(struct irq_work *work)
{
	tick(&container_of(work, struct site, lazy_work)->worker[IN_LAZY_WORK]);
}

static void work_tasklet(struct tasklet_struct *tasklet)
{
	tick(&container_of(tasklet, struct site, tasklet)->worker[IN_TASKLET]);
}

static bool ticked_enough(const struct site *site)
{
	unsigned int i;

	for (i = IN_THREAD + 1; i < NR_CONTEXTS; i++)
		if (READ_ONCE(site->worker[i].nr_ticks) < NR_TICKS)
			return false;
	return true;
}

/* The thread of a CPU: starts the other contexts there, and works until all have done enough. */
static int work(void *data)
{
	struct site *site = data;
	unsigned int i;

	hrtimer_setup(&site->soft, tick_soft, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_SOFT);
	hrtimer_setup(&site->hard, tick_hard, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	hrtimer_start(&site->soft, ns_to_ktime(NSEC_PER_MSEC), HRTIMER_MODE_REL_PINNED_SOFT);
	hrtimer_start(&site->hard, ns_to_ktime(NSEC_PER_MSEC), HRTIMER_MODE_REL_PINNED_HARD);
	/* On a slow machine the timers may fire rarely, hence the bound. */
	for (i = 0; i < 100 * NR_STEPS && (i < NR_STEPS || !ticked_enough(site)); i++) {
		step(&site->worker[IN_THREAD]);
		/* An interrupt that arrives some instructions later, inside the next step. */
		if (!(i % 16))
			irq_work_queue(&site->hard_work);
		cond_resched();
	}
	WRITE_ONCE(site->stop, true);
	hrtimer_cancel(&site->soft);
	hrtimer_cancel(&site->hard);
	irq_work_sync(&site->hard_work);
	irq_work_sync(&site->lazy_work);
	tasklet_kill(&site->tasklet);
	complete(&site->done);
	return 0;
}

static void finish(struct worker *worker, const char *context, int cpu)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++)
		if (worker->slot[i].what != WHAT_NOTHING)
			release(worker, &worker->slot[i]);
	pr_info("# cpu %d %s: %lu steps, %lu refused\n", cpu, context, worker->nr_steps,
		worker->nr_refused);
	test_expect(worker->nr_steps >= NR_TICKS * STEPS_A_TICK);
	test_expect(worker->nr_refused < worker->nr_steps / 4);
	test_expect(!worker->nr_spoiled);
}

/* Return: the started site of the CPU, or NULL. */
static struct site *start(struct memctl_arena *arena, struct memctl_cache *cache, int cpu)
{
	struct site *site = kvzalloc(sizeof(*site), GFP_KERNEL);
	struct task_struct *task;
	unsigned int i;

	if (!test_expect(site))
		return NULL;
	for (i = 0; i < NR_CONTEXTS; i++) {
		site->worker[i].arena = arena;
		site->worker[i].cache = cache;
		site->worker[i].gfp = contexts[i].gfp;
		site->worker[i].random = (cpu * NR_CONTEXTS + i + 1) * 0x9e3779b97f4a7c15ULL;
	}
	site->hard_work = IRQ_WORK_INIT_HARD(work_hard);
	site->lazy_work = IRQ_WORK_INIT_LAZY(work_lazy);
	tasklet_setup(&site->tasklet, work_tasklet);
	init_completion(&site->done);
	task = kthread_create_on_cpu(work, site, cpu, "memctl_test/%u");
	if (!test_expect(!IS_ERR(task))) {
		kvfree(site);
		return NULL;
	}
	wake_up_process(task);
	return site;
}

static int every_context(struct memctl_arena *arena)
{
	struct site **sites = kcalloc(nr_cpu_ids, sizeof(*sites), GFP_KERNEL);
	struct memctl_cache *cache;
	unsigned int i;
	int cpu;

	cache = memctl_cache_create(arena, "memctl_test", OBJECT_SIZE, 0, 0, NULL);
	if (!test_expect(sites && cache))
		goto out;
	cpus_read_lock();
	for_each_online_cpu(cpu)
		sites[cpu] = start(arena, cache, cpu);
	cpus_read_unlock();
	for_each_possible_cpu(cpu) {
		if (!sites[cpu])
			continue;
		/* TASK_IDLE: on an emulated machine with checkers it takes minutes. */
		wait_for_completion_state(&sites[cpu]->done, TASK_IDLE);
		for (i = 0; i < NR_CONTEXTS; i++)
			finish(&sites[cpu]->worker[i], contexts[i].name, cpu);
		kvfree(sites[cpu]);
	}
	test_expect(test_active_objects("memctl_test") == 0);
out:
	memctl_cache_destroy(cache);
	kfree(sites);
	return 0;
}

const struct test_case test_context_cases[] = { { "thread, timers, irq_work and tasklet at once",
						  every_context },
						{} };
