// SPDX-License-Identifier: GPL-2.0
/*
 * Test of the in-kernel API: every context at once. On each CPU a thread, a
 * timer in softirq context and one in hardirq context allocate and free, each
 * from slots of its own, and interrupt each other in the midst of it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "memctl_test.h"

#define NR_SLOTS      32
#define NR_STEPS      15000 /* of each thread */
#define NR_TICKS      100   /* at least, of each timer */
#define STEPS_A_TICK  6
#define LARGEST_ORDER 3
#define OBJECT_SIZE   120

enum what { WHAT_NOTHING, WHAT_PAGES, WHAT_OBJECT, WHAT_BYTES };

struct slot {
	void *memory;
	size_t size;
	enum what what;
	unsigned int order;
	u64 stamp;
};

/**
 * struct worker - one context on one CPU; nobody else touches its fields
 * @slot: what it holds
 * @arena: the arena
 * @cache: shared by all workers
 * @gfp: what the context allows
 * @random: state of its random numbers
 * @nr_steps: allocations and frees so far
 * @nr_refused: allocations that were refused
 * @nr_spoiled: blocks that somebody else wrote to
 */
struct worker {
	struct slot slot[NR_SLOTS];
	struct memctl_arena *arena;
	struct memctl_cache *cache;
	gfp_t gfp;
	u64 random;
	unsigned long nr_steps, nr_refused, nr_spoiled;
};

struct site {
	struct worker thread, softirq, hardirq;
	struct hrtimer soft, hard;
	struct completion done;
	unsigned long nr_soft, nr_hard;
	bool stop;
};

static u32 random_below(struct worker *worker, u32 limit)
{
	worker->random = worker->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (worker->random >> 32) * limit >> 32;
}

static void release(struct worker *worker, struct slot *slot)
{
	if (!test_filled(slot->memory, slot->size, slot->stamp))
		worker->nr_spoiled++;
	if (slot->what == WHAT_PAGES)
		memctl_free_pages(worker->arena, virt_to_page(slot->memory), slot->order);
	else if (slot->what == WHAT_OBJECT)
		memctl_cache_free(worker->cache, slot->memory);
	else
		memctl_kfree(worker->arena, slot->memory);
	slot->what = WHAT_NOTHING;
}

static void acquire(struct worker *worker, struct slot *slot)
{
	enum what what = WHAT_PAGES + random_below(worker, 3);
	struct page *page;

	if (what == WHAT_PAGES) {
		slot->order = random_below(worker, LARGEST_ORDER + 1);
		slot->size = PAGE_SIZE << slot->order;
		page = memctl_alloc_pages(worker->arena, worker->gfp, slot->order);
		slot->memory = page ? page_address(page) : NULL;
	} else if (what == WHAT_OBJECT) {
		slot->size = OBJECT_SIZE;
		slot->memory = memctl_cache_alloc(worker->cache, worker->gfp);
	} else {
		slot->size = 1 + random_below(worker, 2000);
		slot->memory = memctl_kmalloc(worker->arena, slot->size, worker->gfp);
	}
	if (!slot->memory) {
		worker->nr_refused++;
		return;
	}
	slot->what = what;
	slot->stamp = worker->random;
	test_fill(slot->memory, slot->size, slot->stamp);
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

static enum hrtimer_restart tick(struct hrtimer *timer, struct worker *worker, bool stop,
				 unsigned int period)
{
	unsigned int i;

	for (i = 0; i < STEPS_A_TICK; i++)
		step(worker);
	if (stop)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime(period * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static enum hrtimer_restart tick_soft(struct hrtimer *timer)
{
	struct site *site = container_of(timer, struct site, soft);

	WRITE_ONCE(site->nr_soft, site->nr_soft + 1);
	return tick(timer, &site->softirq, READ_ONCE(site->stop), 730);
}

static enum hrtimer_restart tick_hard(struct hrtimer *timer)
{
	struct site *site = container_of(timer, struct site, hard);

	WRITE_ONCE(site->nr_hard, site->nr_hard + 1);
	return tick(timer, &site->hardirq, READ_ONCE(site->stop), 410);
}

static bool ticked_enough(const struct site *site)
{
	return READ_ONCE(site->nr_soft) >= NR_TICKS && READ_ONCE(site->nr_hard) >= NR_TICKS;
}

/* The thread of a CPU: starts the timers there, and works until all three have done enough. */
static int work(void *data)
{
	struct site *site = data;
	unsigned int i;

	hrtimer_init(&site->soft, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_SOFT);
	site->soft.function = tick_soft;
	hrtimer_init(&site->hard, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	site->hard.function = tick_hard;
	hrtimer_start(&site->soft, ns_to_ktime(NSEC_PER_MSEC), HRTIMER_MODE_REL_PINNED_SOFT);
	hrtimer_start(&site->hard, ns_to_ktime(NSEC_PER_MSEC), HRTIMER_MODE_REL_PINNED_HARD);
	/* On a slow machine the timers may come seldom: hence a bound. */
	for (i = 0; i < 100 * NR_STEPS && (i < NR_STEPS || !ticked_enough(site)); i++) {
		step(&site->thread);
		cond_resched();
	}
	WRITE_ONCE(site->stop, true);
	hrtimer_cancel(&site->soft);
	hrtimer_cancel(&site->hard);
	complete(&site->done);
	return 0;
}

static void prepare(struct worker *worker, struct memctl_arena *arena, struct memctl_cache *cache,
		    gfp_t gfp, u64 seed)
{
	worker->arena = arena;
	worker->cache = cache;
	worker->gfp = gfp;
	worker->random = seed * 0x9e3779b97f4a7c15ULL;
}

static void finish(struct worker *worker, const char *context, int cpu)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++)
		if (worker->slot[i].what != WHAT_NOTHING)
			release(worker, &worker->slot[i]);
	pr_info("# cpu %d %s: %lu steps, %lu refused\n", cpu, context, worker->nr_steps,
		worker->nr_refused);
	test_expect(worker->nr_steps > NR_TICKS);
	test_expect(worker->nr_refused < worker->nr_steps / 4);
	test_expect(!worker->nr_spoiled);
}

/* Return: the CPU's site at work, or NULL. */
static struct site *start(struct memctl_arena *arena, struct memctl_cache *cache, int cpu)
{
	struct site *site = kzalloc(sizeof(*site), GFP_KERNEL);
	struct task_struct *task;

	if (!test_expect(site))
		return NULL;
	prepare(&site->thread, arena, cache, GFP_KERNEL, 3 * cpu + 1);
	prepare(&site->softirq, arena, cache, GFP_ATOMIC, 3 * cpu + 2);
	prepare(&site->hardirq, arena, cache, GFP_NOWAIT, 3 * cpu + 3);
	init_completion(&site->done);
	task = kthread_create_on_cpu(work, site, cpu, "memctl_test/%u");
	if (!test_expect(!IS_ERR(task))) {
		kfree(site);
		return NULL;
	}
	wake_up_process(task);
	return site;
}

static int every_context(struct memctl_arena *arena)
{
	struct site **sites = kcalloc(nr_cpu_ids, sizeof(*sites), GFP_KERNEL);
	struct memctl_cache *cache;
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
		wait_for_completion(&sites[cpu]->done);
		finish(&sites[cpu]->thread, "process", cpu);
		finish(&sites[cpu]->softirq, "softirq", cpu);
		finish(&sites[cpu]->hardirq, "hardirq", cpu);
		kfree(sites[cpu]);
	}
	test_expect(test_active_objects("memctl_test") == 0);
out:
	memctl_cache_destroy(cache);
	kfree(sites);
	return 0;
}

const struct test_case test_context_cases[] = { { "process, softirq and hardirq context at once",
						  every_context },
						{} };
