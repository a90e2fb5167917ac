// SPDX-License-Identifier: GPL-2.0
/*
 * The cost of optional safety: zeroed pages, objects between redzones, free
 * objects filled with poison.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "bench/bench.h"

#define NR_KINDS 3

/*
 * Caches with redzones, with poison, with both. Only one run exists at a time
 * (F1 of bench_file.c).
 */
static struct {
	struct memctl_cache *ours[NR_KINDS];
	struct kmem_cache *theirs[NR_KINDS];
} caches;

static const struct {
	const char *name;
	slab_flags_t flags;
} kinds[NR_KINDS] = {
	{ "memctl_bench_r", SLAB_RED_ZONE },
	{ "memctl_bench_p", SLAB_POISON },
	{ "memctl_bench_rp", SLAB_RED_ZONE | SLAB_POISON },
};

static u64 zeroed(struct bench_worker *worker)
{
	struct memctl_arena *arena = worker->run->arena;
	unsigned int order = worker->run->options.order;

	return BENCH_SAMPLE(worker, {
		struct page *page = memctl_alloc_pages(arena, GFP_KERNEL | __GFP_ZERO, order);

		if (likely(page))
			memctl_free_pages(arena, page, order);
		else
			worker->failed++;
	});
}

static u64 linux_zeroed(struct bench_worker *worker)
{
	unsigned int order = worker->run->options.order;

	return BENCH_SAMPLE(worker, {
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN, order);

		if (likely(page))
			__free_pages(page, order);
		else
			worker->failed++;
	});
}

static u64 redzone(struct bench_worker *worker)
{
	return bench_sample_pair(worker, caches.ours[0]);
}

static u64 linux_redzone(struct bench_worker *worker)
{
	return bench_sample_linux_pair(worker, caches.theirs[0]);
}

static u64 poison(struct bench_worker *worker)
{
	return bench_sample_pair(worker, caches.ours[1]);
}

static u64 linux_poison(struct bench_worker *worker)
{
	return bench_sample_linux_pair(worker, caches.theirs[1]);
}

static u64 both(struct bench_worker *worker)
{
	return bench_sample_pair(worker, caches.ours[2]);
}

static u64 linux_both(struct bench_worker *worker)
{
	return bench_sample_linux_pair(worker, caches.theirs[2]);
}

static int setup(struct bench_run *run)
{
	unsigned int size = run->options.size;
	unsigned int i;

	for (i = 0; i < NR_KINDS; i++) {
		caches.ours[i] = memctl_cache_create(run->arena, kinds[i].name, size, 0,
						     kinds[i].flags, NULL);
		caches.theirs[i] = kmem_cache_create(kinds[i].name, size, 0, kinds[i].flags, NULL);
		if (!caches.ours[i] || !caches.theirs[i])
			return -ENOMEM;
	}
	return 0;
}

static void teardown(struct bench_run *run)
{
	unsigned int i;

	for (i = 0; i < NR_KINDS; i++) {
		memctl_cache_destroy(caches.ours[i]);
		kmem_cache_destroy(caches.theirs[i]);
		caches.ours[i] = NULL;
		caches.theirs[i] = NULL;
	}
}

static const struct bench_path paths[] = { { "page pair, zeroed", "memctl", zeroed },
					   { "page pair, zeroed", "alloc_pages", linux_zeroed },
					   { "object pair, redzone", "memctl", redzone },
					   { "object pair, redzone", "kmem_cache", linux_redzone },
					   { "object pair, poison", "memctl", poison },
					   { "object pair, poison", "kmem_cache", linux_poison },
					   { "object pair, redzone+poison", "memctl", both },
					   { "object pair, redzone+poison", "kmem_cache",
					     linux_both },
					   {} };

const struct bench_benchmark bench_safety = {
	.name = "safety",
	.paths = paths,
	.batch = 64,
	.threads = 1,
	.setup = setup,
	.teardown = teardown,
};
