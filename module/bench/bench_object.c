// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of a cache: in pairs, in bursts, in bulk, in random order, across
 * CPUs; and kmalloc.
 */
#include <linux/gfp.h>
#include <linux/mempool.h>
#include <linux/slab.h>
#include "api/api_bench.h"
#include "bench/bench.h"

/* --- memctl --------------------------------------------------------------- */

u64 bench_object_sample_pair(struct bench_worker *worker)
{
	return bench_sample_pair(worker, worker->run->cache);
}

u64 bench_object_sample_alloc(struct bench_worker *worker)
{
	struct memctl_cache *cache = worker->run->cache;
	void **slots = worker->slots;

	return BENCH_SAMPLE(worker, slots[i] = memctl_cache_alloc(cache, GFP_KERNEL));
}

u64 bench_object_sample_free(struct bench_worker *worker)
{
	struct memctl_cache *cache = worker->run->cache;
	void **give = worker->give;

	return BENCH_SAMPLE(worker, {
		if (likely(give[i]))
			memctl_cache_free(cache, give[i]);
	});
}

void bench_object_fill(struct bench_worker *worker)
{
	bench_object_sample_alloc(worker);
	bench_count_failed(worker, worker->slots);
}

void bench_object_empty(struct bench_worker *worker)
{
	bench_count_failed(worker, worker->give);
	bench_object_sample_free(worker);
}

static u64 bulk(struct bench_worker *worker)
{
	struct memctl_cache *cache = worker->run->cache;
	unsigned int batch = worker->run->options.batch, got;
	void **slots = worker->slots;
	u64 start = ktime_get_ns();

	got = memctl_cache_alloc_bulk(cache, GFP_KERNEL, batch, slots);
	memctl_cache_free_bulk(cache, got, slots);
	start = ktime_get_ns() - start;
	worker->failed += batch - got;
	return start;
}

/* Objects that were freed in random order: the next allocations come in that order. */
static void mix_objects(struct bench_worker *worker)
{
	bench_object_fill(worker);
	bench_mix_slots(worker);
	bench_object_empty(worker);
}

static u64 kmalloc_pair(struct bench_worker *worker)
{
	struct memctl_arena *arena = worker->run->arena;
	unsigned int size = worker->run->options.size;

	return BENCH_SAMPLE(worker, {
		void *object = memctl_kmalloc(arena, size, GFP_KERNEL);

		if (likely(object))
			memctl_kfree(arena, object);
		else
			worker->failed++;
	});
}

static u64 depot_locks(struct bench_run *run)
{
	return memctl_bench_cache_locks(run->cache);
}

/* --- Linux ---------------------------------------------------------------- */

static u64 linux_pair(struct bench_worker *worker)
{
	return bench_sample_linux_pair(worker, worker->run->kmem_cache);
}

static u64 linux_burst_alloc(struct bench_worker *worker)
{
	struct kmem_cache *cache = worker->run->kmem_cache;
	void **slots = worker->slots;

	return BENCH_SAMPLE(worker, slots[i] = kmem_cache_alloc(cache, GFP_KERNEL));
}

static u64 linux_burst_free(struct bench_worker *worker)
{
	struct kmem_cache *cache = worker->run->kmem_cache;
	void **give = worker->give;

	return BENCH_SAMPLE(worker, {
		if (likely(give[i]))
			kmem_cache_free(cache, give[i]);
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
	struct kmem_cache *cache = worker->run->kmem_cache;
	unsigned int batch = worker->run->options.batch;
	void **slots = worker->slots;
	u64 start = ktime_get_ns();
	bool got;

	/* All or none: older kernels return the number, 7.x a boolean. */
	got = kmem_cache_alloc_bulk(cache, GFP_KERNEL, batch, slots);
	if (got)
		kmem_cache_free_bulk(cache, batch, slots);
	start = ktime_get_ns() - start;
	worker->failed += got ? 0 : batch;
	return start;
}

static void linux_mix_objects(struct bench_worker *worker)
{
	linux_fill(worker);
	bench_mix_slots(worker);
	linux_empty(worker);
}

static u64 mempool_pair(struct bench_worker *worker)
{
	mempool_t *pool = worker->run->mempool;

	return BENCH_SAMPLE(worker, mempool_free(mempool_alloc(pool, GFP_KERNEL), pool));
}

static u64 linux_kmalloc_pair(struct bench_worker *worker)
{
	unsigned int size = worker->run->options.size;

	return BENCH_SAMPLE(worker, {
		void *object = kmalloc(size, GFP_KERNEL);

		if (likely(object))
			kfree(object);
		else
			worker->failed++;
	});
}

/* --- benchmarks ----------------------------------------------------------- */

static int caches_create(struct bench_run *run)
{
	run->cache = memctl_cache_create(run->arena, "memctl_bench", run->options.size, 0, 0, NULL);
	run->kmem_cache = kmem_cache_create("memctl_bench", run->options.size, 0, 0, NULL);
	if (!run->cache || !run->kmem_cache)
		return -ENOMEM;
	run->mempool = mempool_create_slab_pool(1, run->kmem_cache);
	return run->mempool ? 0 : -ENOMEM;
}

static void caches_destroy(struct bench_run *run)
{
	mempool_destroy(run->mempool);
	kmem_cache_destroy(run->kmem_cache);
	if (run->cache)
		memctl_cache_destroy(run->cache);
}

static const struct bench_path pair_paths[] = { { "object pair", "memctl",
						  bench_object_sample_pair },
						{ "object pair", "kmem_cache", linux_pair },
						{ "object pair", "mempool", mempool_pair },
						{} };

static const struct bench_path burst_paths[] = {
	{ .name = "object burst alloc",
	  .side = "memctl",
	  .sample = bench_object_sample_alloc,
	  .undo = bench_object_empty,
	  .locks = depot_locks,
	  .locks_name = "object burst, cache locks" },
	{ "object burst alloc", "kmem_cache", linux_burst_alloc, NULL, linux_empty },
	{ "object burst free", "memctl", bench_object_sample_free, bench_object_fill },
	{ "object burst free", "kmem_cache", linux_burst_free, linux_fill },
	{}
};

static const struct bench_path bulk_paths[] = {
	{ .name = "object bulk", .side = "memctl", .sample = bulk, .call = true },
	{ .name = "object bulk", .side = "kmem_cache", .sample = linux_bulk, .call = true },
	{ .name = "object bulk, mixed",
	  .side = "memctl",
	  .sample = bulk,
	  .prepare = mix_objects,
	  .call = true },
	{ .name = "object bulk, mixed",
	  .side = "kmem_cache",
	  .sample = linux_bulk,
	  .prepare = linux_mix_objects,
	  .call = true },
	{}
};

static const struct bench_path rand_paths[] = {
	{ "object random free", "memctl", bench_object_sample_free, bench_object_fill, NULL,
	  BENCH_SHUFFLE },
	{ "object random free", "kmem_cache", linux_burst_free, linux_fill, NULL, BENCH_SHUFFLE },
	{}
};

static const struct bench_path remote_paths[] = {
	{ .name = "object remote alloc",
	  .side = "memctl",
	  .sample = bench_object_sample_alloc,
	  .undo = bench_object_empty,
	  .mix = BENCH_NEXT,
	  .in_turn = true,
	  .locks = depot_locks,
	  .locks_name = "object remote, cache locks" },
	{ "object remote alloc", "kmem_cache", linux_burst_alloc, NULL, linux_empty, BENCH_NEXT,
	  true },
	{ "object remote free", "memctl", bench_object_sample_free, bench_object_fill, NULL,
	  BENCH_NEXT, true },
	{ "object remote free", "kmem_cache", linux_burst_free, linux_fill, NULL, BENCH_NEXT,
	  true },
	{ "object remote alloc", "same CPU", bench_object_sample_alloc, NULL, bench_object_empty,
	  BENCH_OWN, true },
	{ "object remote free", "same CPU", bench_object_sample_free, bench_object_fill, NULL,
	  BENCH_OWN, true },
	{}
};

static const struct bench_path one_way_paths[] = { { .name = "object one-way alloc",
						     .side = "memctl",
						     .sample = bench_object_sample_alloc,
						     .undo = bench_object_empty,
						     .in_turn = true,
						     .way = BENCH_PRODUCE },
						   { .name = "object one-way alloc",
						     .side = "kmem_cache",
						     .sample = linux_burst_alloc,
						     .undo = linux_empty,
						     .in_turn = true,
						     .way = BENCH_PRODUCE },
						   { .name = "object one-way free",
						     .side = "memctl",
						     .sample = bench_object_sample_free,
						     .prepare = bench_object_fill,
						     .in_turn = true,
						     .way = BENCH_CONSUME },
						   { .name = "object one-way free",
						     .side = "kmem_cache",
						     .sample = linux_burst_free,
						     .prepare = linux_fill,
						     .in_turn = true,
						     .way = BENCH_CONSUME },
						   {} };

static const struct bench_path kmalloc_paths[] = { { "kmalloc pair", "memctl", kmalloc_pair },
						   { "kmalloc pair", "kmalloc",
						     linux_kmalloc_pair },
						   {} };

const struct bench_benchmark bench_object_pair = {
	.name = "object-pair",
	.paths = pair_paths,
	.batch = 64,
	.threads = 1,
	.setup = caches_create,
	.teardown = caches_destroy,
};

const struct bench_benchmark bench_object_burst = {
	.name = "object-burst",
	.paths = burst_paths,
	.batch = 2048,
	.threads = 1,
	.setup = caches_create,
	.teardown = caches_destroy,
};

const struct bench_benchmark bench_object_bulk = {
	.name = "object-bulk",
	.paths = bulk_paths,
	.batch = 64,
	.threads = 1,
	.setup = caches_create,
	.teardown = caches_destroy,
};

const struct bench_benchmark bench_object_rand = {
	.name = "object-rand",
	.paths = rand_paths,
	.batch = 2048,
	.threads = 1,
	.setup = caches_create,
	.teardown = caches_destroy,
};

const struct bench_benchmark bench_object_remote = {
	.name = "object-remote",
	.paths = remote_paths,
	.batch = 2048,
	.setup = caches_create,
	.teardown = caches_destroy,
};

const struct bench_benchmark bench_object_one_way = {
	.name = "object-one-way",
	.paths = one_way_paths,
	.batch = 2048,
	.threads = 2,
	.setup = caches_create,
	.teardown = caches_destroy,
};

const struct bench_benchmark bench_kmalloc_pair = {
	.name = "kmalloc-pair",
	.paths = kmalloc_paths,
	.batch = 64,
	.threads = 1,
};
