// SPDX-License-Identifier: GPL-2.0
/*
 * Fragmentation, after LLFree's benchmark of that name (Wrenger et al. 2023):
 * fill most of the memory with single pages, shuffle them among all CPUs, free
 * half of them at random, and then, round after round, free a tenth of the rest
 * at random and allocate as many again. The result is how much of the free
 * memory at the end lies in whole blocks of 2 MiB.
 *
 * This is done for memctl, in its arena, and for Linux, in the memory of the
 * host. Linux is left out if that memory is more than MAX_PAGES.
 *
 *   pages[]  |<- worker 0 ->|<- worker 1 ->| ...  share entries each
 *            |kept   |NULL  |kept   |NULL  |      after half of them went
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmstat.h>
#include "api/api_bench.h"
#include "bench/bench.h"

#define HUGE_ORDER    9
#define FILL_PERCENT  90
#define ROUND_PERCENT 10
#define MAX_PAGES     524288 /* 2 GiB */

#define FRAG_GFP (GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOWARN)

struct free_memory {
	u64 nr_pages;
	u64 nr_huge;
};

/**
 * struct side - one of the two allocators
 * @name: its name
 * @alloc: allocates a page, or returns NULL
 * @free: frees a page
 * @count: counts the free memory
 */
struct side {
	const char *name;
	struct page *(*alloc)(struct bench_run *run);
	void (*free)(struct bench_run *run, struct page *page);
	struct free_memory (*count)(struct bench_run *run);
};

/**
 * struct frag - the benchmark in progress on one side
 * @side: the side
 * @pages: the allocated pages; a share for each worker
 * @share: entries of each share
 *
 * Only one exists at a time (F1 of bench_file.c).
 */
static struct frag {
	const struct side *side;
	struct page **pages;
	unsigned int share;
} frag;

/* --- memctl --------------------------------------------------------------- */

static struct page *our_alloc(struct bench_run *run)
{
	return memctl_alloc_pages(run->arena, FRAG_GFP, 0);
}

static void our_free(struct bench_run *run, struct page *page)
{
	memctl_free_pages(run->arena, page, 0);
}

static struct free_memory our_count(struct bench_run *run)
{
	struct memctl_bench_counts counts;
	unsigned int order;
	struct free_memory memory;

	memctl_bench_drain(run->arena);
	memctl_bench_count(run->arena, &counts);
	memory = (struct free_memory){ .nr_pages = counts.nr_free };
	for (order = HUGE_ORDER; order < MCTL_NR_ORDERS; order++)
		memory.nr_huge += counts.nr_blocks[order] << (order - HUGE_ORDER);
	return memory;
}

/* --- Linux ---------------------------------------------------------------- */

static struct page *linux_alloc(struct bench_run *run)
{
	return alloc_page(FRAG_GFP);
}

static void linux_free(struct bench_run *run, struct page *page)
{
	__free_page(page);
}

static struct free_memory linux_count(struct bench_run *run)
{
	struct free_memory memory = {};
	unsigned int type, order;
	int nid;

	for_each_online_node(nid) {
		for (type = 0; type < MAX_NR_ZONES; type++) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[type];

			memory.nr_pages += zone_page_state(zone, NR_FREE_PAGES);
			/* Only for display: a slightly outdated number is good enough. */
			for (order = HUGE_ORDER; order < ARRAY_SIZE(zone->free_area); order++)
				memory.nr_huge += (u64)READ_ONCE(zone->free_area[order].nr_free)
						  << (order - HUGE_ORDER);
		}
	}
	return memory;
}

/* --- workers -------------------------------------------------------------- */

static struct page **pages_of(const struct bench_worker *worker)
{
	return frag.pages + (size_t)worker->index * frag.share;
}

static void fill(struct bench_worker *worker)
{
	struct page **pages = pages_of(worker);
	unsigned int i;

	for (i = 0; i < frag.share && !READ_ONCE(worker->run->stop); i++) {
		pages[i] = frag.side->alloc(worker->run);
		if (!pages[i])
			break;
		cond_resched();
	}
}

static void shuffle(struct bench_worker *worker)
{
	u32 nr = frag.share * worker->run->nr_workers;
	u32 i;

	for (i = nr - 1; i > 0; i--) {
		u32 other = bench_random(worker, i + 1);

		swap(frag.pages[i], frag.pages[other]);
		if (!(i & 4095))
			cond_resched();
	}
}

static void drop(struct bench_worker *worker, struct page **page)
{
	if (*page)
		frag.side->free(worker->run, *page);
	*page = NULL;
}

/* Free a tenth at random and allocate as many again, all workers at the same time. */
static void reallocate(struct bench_worker *worker, unsigned int kept)
{
	struct page **pages = pages_of(worker);
	unsigned int i, nr = kept * ROUND_PERCENT / 100;

	for (i = 0; i < nr; i++) {
		drop(worker, &pages[bench_random(worker, kept)]);
		if (!(i & 4095))
			cond_resched();
	}
	bench_barrier(worker->run);
	for (i = 0; i < kept; i++) {
		if (pages[i])
			continue;
		pages[i] = frag.side->alloc(worker->run);
		worker->failed += !pages[i];
		if (!(i & 4095))
			cond_resched();
	}
}

static void fragment(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;
	struct page **pages = pages_of(worker);
	unsigned int i, kept = frag.share / 2;

	fill(worker);
	bench_barrier(run);
	if (!worker->index)
		shuffle(worker);
	bench_barrier(run);
	for (i = kept; i < frag.share; i++)
		drop(worker, &pages[i]);
	for (i = 0; bench_barrier(run) && i < run->options.rounds; i++) {
		reallocate(worker, kept);
		if (!worker->index)
			WRITE_ONCE(run->done, run->done + 1);
	}
}

static void clean_up(struct bench_run *run)
{
	size_t nr = (size_t)frag.share * run->options.threads;
	size_t i;

	for (i = 0; i < nr; i++) {
		if (frag.pages[i])
			frag.side->free(run, frag.pages[i]);
		if (!(i & 4095))
			cond_resched();
	}
	kvfree(frag.pages);
}

/* --- the benchmark -------------------------------------------------------- */

static void add_percent(struct bench_run *run, const char *name, u64 part, u64 whole)
{
	struct bench_result *result = bench_result_add(run, name, frag.side->name, "%");
	unsigned int i;

	for (i = 0; i < run->nr_workers; i++)
		result->failed += run->workers[i].failed;
	result->operations = whole;
	result->median = whole ? div64_u64(part * 100 * 100, whole) : 0;
	result->min = result->median;
	result->p99 = result->median;
}

static int measure_side(struct bench_run *run, const struct side *side)
{
	unsigned int nr_workers = run->options.threads;
	struct free_memory memory = side->count(run);
	u64 nr = memory.nr_pages * FILL_PERCENT / 100;
	int err;

	if (nr > MAX_PAGES)
		return -EFBIG;
	frag.side = side;
	frag.share = nr / nr_workers;
	if (frag.share < 2)
		return -ENOMEM;
	frag.pages = kvcalloc((size_t)frag.share * nr_workers, sizeof(*frag.pages), GFP_KERNEL);
	if (!frag.pages)
		return -ENOMEM;
	err = bench_work(run, nr_workers, fragment);
	memory = side->count(run);
	if (!err)
		add_percent(run, "frag, free in 2 MiB blocks", memory.nr_huge,
			    memory.nr_pages >> HUGE_ORDER);
	clean_up(run);
	return err;
}

static int measure(struct bench_run *run)
{
	static const struct side ours = { "memctl", our_alloc, our_free, our_count };
	static const struct side theirs = { "alloc_pages", linux_alloc, linux_free, linux_count };
	int err;

	run->path = NULL;
	run->total = 2 * run->options.rounds;
	err = measure_side(run, &ours);
	if (err)
		return err;
	err = measure_side(run, &theirs);
	return err == -EFBIG ? 0 : err;
}

const struct bench_benchmark bench_frag = {
	.name = "frag",
	.batch = 1,
	.measure = measure,
};
