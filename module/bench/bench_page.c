// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks of pages: in pairs, in bursts, in bulk, in random order, across CPUs,
 * and the worst possible pair.
 */
#include <linux/genalloc.h>
#include <linux/gfp.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "api/api_bench.h"
#include "bench/bench.h"
#include "host/compat.h"

#define LINUX_GFP (GFP_KERNEL | __GFP_NOWARN)

/* Addresses that gen_pool hands out: it never accesses memory at them. */
#define POOL_START BIT(40)
#define MAX_HELD   4096

/* --- memctl --------------------------------------------------------------- */

/*
 * Callers that allocate pages know the order at compile time, and so do these
 * loops: there is one for each order.
 */
/* clang-format off */
#define BY_ORDER(loop, worker)			\
({						\
	u64 _time = 0;				\
						\
	switch ((worker)->run->options.order) {	\
	case 0:			\
		_time = loop(worker, 0);	\
		break;			\
	case 1:			\
		_time = loop(worker, 1);	\
		break;			\
	case 2:			\
		_time = loop(worker, 2);	\
		break;			\
	case 3:			\
		_time = loop(worker, 3);	\
		break;			\
	case 4:			\
		_time = loop(worker, 4);	\
		break;			\
	case 5:			\
		_time = loop(worker, 5);	\
		break;			\
	case 6:			\
		_time = loop(worker, 6);	\
		break;			\
	case 7:			\
		_time = loop(worker, 7);	\
		break;			\
	case 8:			\
		_time = loop(worker, 8);	\
		break;			\
	case 9:			\
		_time = loop(worker, 9);	\
		break;			\
	case 10:			\
		_time = loop(worker, 10);	\
		break;			\
	}					\
	_time;					\
})
/* clang-format on */

static __always_inline u64 pair_loop(struct bench_worker *worker, unsigned int order)
{
	struct memctl_arena *arena = worker->run->arena;

	return BENCH_SAMPLE(worker, {
		struct page *page = memctl_alloc_pages(arena, GFP_KERNEL, order);

		if (likely(page))
			memctl_free_pages(arena, page, order);
		else
			worker->failed++;
	});
}

static __always_inline u64 alloc_loop(struct bench_worker *worker, unsigned int order)
{
	struct memctl_arena *arena = worker->run->arena;
	void **slots = worker->slots;

	return BENCH_SAMPLE(worker, slots[i] = memctl_alloc_pages(arena, GFP_KERNEL, order));
}

static __always_inline u64 free_loop(struct bench_worker *worker, unsigned int order)
{
	struct memctl_arena *arena = worker->run->arena;
	void **give = worker->give;

	return BENCH_SAMPLE(worker, {
		if (likely(give[i]))
			memctl_free_pages(arena, give[i], order);
	});
}

static u64 pair(struct bench_worker *worker)
{
	return BY_ORDER(pair_loop, worker);
}

/* The same for callers that do not know the order. */
static u64 pair_any(struct bench_worker *worker)
{
	return pair_loop(worker, READ_ONCE(worker->run->options.order));
}

static u64 burst_alloc(struct bench_worker *worker)
{
	return BY_ORDER(alloc_loop, worker);
}

static u64 burst_free(struct bench_worker *worker)
{
	return BY_ORDER(free_loop, worker);
}

static void fill(struct bench_worker *worker)
{
	burst_alloc(worker);
	bench_count_failed(worker, worker->slots);
}

static void empty(struct bench_worker *worker)
{
	bench_count_failed(worker, worker->give);
	burst_free(worker);
}

static u64 bulk(struct bench_worker *worker)
{
	struct memctl_arena *arena = worker->run->arena;
	struct page **pages = (struct page **)worker->slots;
	unsigned int batch = worker->run->options.batch, got;
	u64 start = ktime_get_ns();

	got = memctl_alloc_pages_bulk(arena, GFP_KERNEL, batch, pages);
	memctl_free_pages_bulk(arena, got, pages);
	start = ktime_get_ns() - start;
	worker->failed += batch - got;
	return start;
}

static u64 zone_locks(struct bench_run *run)
{
	struct memctl_bench_counts counts;

	memctl_bench_count(run->arena, &counts);
	return counts.nr_lock;
}

/* --- Linux ---------------------------------------------------------------- */

static u64 linux_pair(struct bench_worker *worker)
{
	unsigned int order = worker->run->options.order;

	return BENCH_SAMPLE(worker, {
		struct page *page = alloc_pages(LINUX_GFP, order);

		if (likely(page))
			__free_pages(page, order);
		else
			worker->failed++;
	});
}

static u64 linux_burst_alloc(struct bench_worker *worker)
{
	unsigned int order = worker->run->options.order;
	void **slots = worker->slots;

	return BENCH_SAMPLE(worker, slots[i] = alloc_pages(LINUX_GFP, order));
}

static u64 linux_burst_free(struct bench_worker *worker)
{
	unsigned int order = worker->run->options.order;
	void **give = worker->give;

	return BENCH_SAMPLE(worker, {
		if (likely(give[i]))
			__free_pages(give[i], order);
	});
}

static void linux_fill(struct bench_worker *worker)
{
	linux_burst_alloc(worker);
	bench_count_failed(worker, worker->slots);
}

static void linux_empty(struct bench_worker *worker)
{
	bench_count_failed(worker, worker->give);
	linux_burst_free(worker);
}

static u64 linux_bulk(struct bench_worker *worker)
{
	struct page **pages = (struct page **)worker->slots;
	unsigned int batch = worker->run->options.batch, got, i;
	u64 start;

	/* It fills only empty slots. */
	memset(pages, 0, batch * sizeof(*pages));
	start = ktime_get_ns();
	got = alloc_pages_bulk(LINUX_GFP, batch, pages);
	for (i = 0; i < got; i++)
		__free_page(pages[i]);
	start = ktime_get_ns() - start;
	worker->failed += batch - got;
	return start;
}

static u64 mempool_pair(struct bench_worker *worker)
{
	mempool_t *pool = worker->run->mempool;

	return BENCH_SAMPLE(worker, mempool_free(mempool_alloc(pool, GFP_KERNEL), pool));
}

/* A kernel has gen_pool if one of its drivers selects it. */
#ifdef CONFIG_GENERIC_ALLOCATOR
static u64 gen_pool_pair(struct bench_worker *worker)
{
	struct gen_pool *pool = worker->run->gen_pool;
	size_t size = PAGE_SIZE << worker->run->options.order;

	return BENCH_SAMPLE(worker, {
		unsigned long address = gen_pool_alloc(pool, size);

		if (likely(address))
			gen_pool_free(pool, address, size);
		else
			worker->failed++;
	});
}

static u64 gen_pool_burst_alloc(struct bench_worker *worker)
{
	struct gen_pool *pool = worker->run->gen_pool;
	size_t size = PAGE_SIZE << worker->run->options.order;
	void **slots = worker->slots;

	return BENCH_SAMPLE(worker, slots[i] = (void *)gen_pool_alloc(pool, size));
}

static u64 gen_pool_burst_free(struct bench_worker *worker)
{
	struct gen_pool *pool = worker->run->gen_pool;
	size_t size = PAGE_SIZE << worker->run->options.order;
	void **give = worker->give;

	return BENCH_SAMPLE(worker, {
		if (likely(give[i]))
			gen_pool_free(pool, (unsigned long)give[i], size);
	});
}

static void gen_pool_fill(struct bench_worker *worker)
{
	gen_pool_burst_alloc(worker);
	bench_count_failed(worker, worker->slots);
}

static void gen_pool_empty(struct bench_worker *worker)
{
	bench_count_failed(worker, worker->give);
	gen_pool_burst_free(worker);
}

/* Room for twice as much as is ever allocated. */
static int gen_pool_make(struct bench_run *run)
{
	size_t nr = (size_t)run->options.batch * run->options.threads;

	run->gen_pool = gen_pool_create(PAGE_SHIFT, NUMA_NO_NODE);
	if (!run->gen_pool)
		return -ENOMEM;
	return gen_pool_add(run->gen_pool, POOL_START, (2 * nr * PAGE_SIZE) << run->options.order,
			    NUMA_NO_NODE);
}

static void gen_pool_unmake(struct bench_run *run)
{
	if (run->gen_pool)
		gen_pool_destroy(run->gen_pool);
}
#else
static int gen_pool_make(struct bench_run *run)
{
	return 0;
}

static void gen_pool_unmake(struct bench_run *run)
{
}
#endif

static int pools_create(struct bench_run *run)
{
	run->mempool = mempool_create_page_pool(1, run->options.order);
	return run->mempool ? gen_pool_make(run) : -ENOMEM;
}

static void pools_destroy(struct bench_run *run)
{
	gen_pool_unmake(run);
	mempool_destroy(run->mempool);
}

/* --- the worst pair ------------------------------------------------------- */

/**
 * struct bench_block - a block of the arena
 * @fn: its frame
 * @order: of the block, 2^order frames
 */
struct bench_block {
	u32 fn;
	unsigned int order;
};

static u64 worst(struct bench_worker *worker)
{
	struct memctl_arena *arena = worker->run->arena;

	return BENCH_SAMPLE(worker, {
		u32 fn = memctl_bench_zone_alloc(arena, 0);

		if (likely(fn != MCTL_FN_NONE))
			memctl_bench_zone_free(arena, fn, 0);
		else
			worker->failed++;
	});
}

/* Allocate free blocks of one order until the next one would be split off a larger block. */
static void hold_order(struct bench_run *run, unsigned int order)
{
	struct memctl_bench_counts before, after;

	while (run->nr_held < MAX_HELD) {
		u32 fn;

		memctl_bench_count(run->arena, &before);
		fn = memctl_bench_zone_alloc(run->arena, order);
		if (fn == MCTL_FN_NONE)
			return;
		memctl_bench_count(run->arena, &after);
		if (after.nr_split != before.nr_split) {
			memctl_bench_zone_free(run->arena, fn, order);
			return;
		}
		run->held[run->nr_held++] = (struct bench_block){ fn, order };
		cond_resched();
	}
}

/* Done by the worker, because the zones to empty are those of its CPU. */
static void hold(struct bench_worker *worker)
{
	int order;

	for (order = MCTL_MAX_ORDER - 1; order >= 0; order--)
		hold_order(worker->run, order);
}

/* Leave only blocks of the largest order to the zones of the first worker's CPU. */
static int hold_fragments(struct bench_run *run)
{
	memctl_bench_drain(run->arena);
	return bench_work(run, 1, hold);
}

static int worst_measure(struct bench_run *run)
{
	u64 rounds = (u64)(run->options.rounds + BENCH_WARM_UP) * run->options.batch;
	struct memctl_bench_counts before, after;
	struct bench_result *result;
	int err;

	err = hold_fragments(run);
	if (err)
		return err;
	memctl_bench_count(run->arena, &before);
	err = bench_measure(run, run->benchmark->paths);
	memctl_bench_count(run->arena, &after);
	if (err)
		return err;
	result = bench_result_add(run, "page worst pair, splits", "memctl", "1/1");
	result->operations = rounds;
	result->median = div64_u64((after.nr_split - before.nr_split) * 100, rounds);
	result->min = result->median;
	result->p99 = result->median;
	return 0;
}

/*
 * What frame caches hold goes round with what is measured: pages next to each
 * other, or strewn about, as the caches were filled before. Here they are filled
 * from whole blocks, so that a count is the same each time.
 */
static int one_way_measure(struct bench_run *run)
{
	int err = hold_fragments(run);

	return err ?: bench_measure(run, run->benchmark->paths);
}

static int held_create(struct bench_run *run)
{
	run->held = kvcalloc(MAX_HELD, sizeof(*run->held), GFP_KERNEL);
	return run->held ? 0 : -ENOMEM;
}

static void held_destroy(struct bench_run *run)
{
	while (run->nr_held) {
		struct bench_block *block = &run->held[--run->nr_held];

		memctl_bench_zone_free(run->arena, block->fn, block->order);
	}
	kvfree(run->held);
}

/* --- benchmarks ----------------------------------------------------------- */

static const struct bench_path pair_paths[] = { { "page pair", "memctl", pair },
						{ "page pair", "alloc_pages", linux_pair },
						{ "page pair, any order", "memctl", pair_any },
						{ "page pair", "mempool", mempool_pair },
#ifdef CONFIG_GENERIC_ALLOCATOR
						{ "page pair", "gen_pool", gen_pool_pair },
#endif
						{} };

static const struct bench_path worst_paths[] = { { "page worst pair", "memctl", worst }, {} };

static const struct bench_path burst_paths[] = {
	{ .name = "page burst alloc",
	  .side = "memctl",
	  .sample = burst_alloc,
	  .undo = empty,
	  .locks = zone_locks,
	  .locks_name = "page burst, zone locks" },
	{ "page burst alloc", "alloc_pages", linux_burst_alloc, NULL, linux_empty },
#ifdef CONFIG_GENERIC_ALLOCATOR
	{ "page burst alloc", "gen_pool", gen_pool_burst_alloc, NULL, gen_pool_empty },
#endif
	{ "page burst free", "memctl", burst_free, fill },
	{ "page burst free", "alloc_pages", linux_burst_free, linux_fill },
#ifdef CONFIG_GENERIC_ALLOCATOR
	{ "page burst free", "gen_pool", gen_pool_burst_free, gen_pool_fill },
#endif
	{}
};

static const struct bench_path bulk_paths[] = {
	{ .name = "page bulk", .side = "memctl", .sample = bulk, .call = true },
	{ .name = "page bulk", .side = "alloc_pages_bulk", .sample = linux_bulk, .call = true },
	{}
};

static const struct bench_path rand_paths[] = {
	{ "page random free", "memctl", burst_free, fill, NULL, BENCH_SHUFFLE },
	{ "page random free", "alloc_pages", linux_burst_free, linux_fill, NULL, BENCH_SHUFFLE },
	{}
};

static const struct bench_path remote_paths[] = {
	{ .name = "page remote alloc",
	  .side = "memctl",
	  .sample = burst_alloc,
	  .undo = empty,
	  .mix = BENCH_NEXT,
	  .in_turn = true,
	  .locks = zone_locks,
	  .locks_name = "page remote, zone locks" },
	{ "page remote alloc", "alloc_pages", linux_burst_alloc, NULL, linux_empty, BENCH_NEXT,
	  true },
	{ "page remote free", "memctl", burst_free, fill, NULL, BENCH_NEXT, true },
	{ "page remote free", "alloc_pages", linux_burst_free, linux_fill, NULL, BENCH_NEXT, true },
	{ "page remote alloc", "same CPU", burst_alloc, NULL, empty, BENCH_OWN, true },
	{ "page remote free", "same CPU", burst_free, fill, NULL, BENCH_OWN, true },
	{}
};

static const struct bench_path one_way_paths[] = { { .name = "page one-way alloc",
						     .side = "memctl",
						     .sample = burst_alloc,
						     .undo = empty,
						     .in_turn = true,
						     .way = BENCH_PRODUCE },
						   { .name = "page one-way alloc",
						     .side = "alloc_pages",
						     .sample = linux_burst_alloc,
						     .undo = linux_empty,
						     .in_turn = true,
						     .way = BENCH_PRODUCE },
						   { .name = "page one-way free",
						     .side = "memctl",
						     .sample = burst_free,
						     .prepare = fill,
						     .in_turn = true,
						     .way = BENCH_CONSUME },
						   { .name = "page one-way free",
						     .side = "alloc_pages",
						     .sample = linux_burst_free,
						     .prepare = linux_fill,
						     .in_turn = true,
						     .way = BENCH_CONSUME },
						   {} };

const struct bench_benchmark bench_page_pair = {
	.name = "pair",
	.paths = pair_paths,
	.batch = 64,
	.threads = 1,
	.setup = pools_create,
	.teardown = pools_destroy,
};

const struct bench_benchmark bench_page_worst = {
	.name = "worst",
	.paths = worst_paths,
	.batch = 64,
	.threads = 1,
	.setup = held_create,
	.teardown = held_destroy,
	.measure = worst_measure,
};

const struct bench_benchmark bench_page_burst = {
	.name = "burst",
	.paths = burst_paths,
	.batch = 512,
	.threads = 1,
	.setup = pools_create,
	.teardown = pools_destroy,
};

const struct bench_benchmark bench_page_bulk = {
	.name = "bulk",
	.paths = bulk_paths,
	.batch = 64,
	.threads = 1,
};

const struct bench_benchmark bench_page_rand = {
	.name = "rand",
	.paths = rand_paths,
	.batch = 512,
	.threads = 1,
};

const struct bench_benchmark bench_page_remote = {
	.name = "remote",
	.paths = remote_paths,
	.batch = 512,
};

const struct bench_benchmark bench_page_one_way = {
	.name = "one-way",
	.paths = one_way_paths,
	.batch = 512,
	.threads = 2,
	.setup = held_create,
	.teardown = held_destroy,
	.measure = one_way_measure,
};
