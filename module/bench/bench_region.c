// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: walking those of a region, and mapping its pages a second time
 * in separate tables.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "api/api_bench.h"
#include "bench/bench.h"

/* --- walk ----------------------------------------------------------------- */

static u64 walk(struct bench_worker *worker)
{
	const struct memctl_region *region = worker->run->region;
	unsigned long address = memctl_region_start(region);

	return BENCH_SAMPLE(worker, {
		if (unlikely(!memctl_region_to_page(region, address + i * PAGE_SIZE)))
			worker->failed++;
	});
}

/* As code of the module does it: the function is called only when the leaf table changes. */
static u64 walk_cached(struct bench_worker *worker)
{
	const struct memctl_region *region = worker->run->region;
	const struct mctl_ptable *tables = memctl_bench_tables(region);
	unsigned long address = memctl_region_start(region);
	struct mctl_ptable_cache cache = {};

	return BENCH_SAMPLE(worker, {
		if (unlikely(!mctl_ptable_cached(tables, &cache, address + i * PAGE_SIZE) &&
			     !memctl_bench_walk_cached(region, &cache, address + i * PAGE_SIZE)))
			worker->failed++;
	});
}

static u64 linux_walk(struct bench_worker *worker)
{
	void *address = (void *)memctl_region_start(worker->run->region);

	return BENCH_SAMPLE(worker, {
		if (unlikely(!vmalloc_to_page(address + i * PAGE_SIZE)))
			worker->failed++;
	});
}

/* --- map ------------------------------------------------------------------ */

static u64 map(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;
	u64 start = ktime_get_ns();
	int err;

	err = memctl_bench_map(run->map, run->options.batch);
	start = ktime_get_ns() - start;
	worker->failed += !!err;
	return start;
}

static u64 unmap(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;
	u64 start = ktime_get_ns();
	s64 nr;

	nr = memctl_bench_unmap(run->map, run->options.batch);
	start = ktime_get_ns() - start;
	worker->failed += nr != run->options.batch;
	return start;
}

static void prepare_map(struct bench_worker *worker)
{
	map(worker);
}

static void undo_map(struct bench_worker *worker)
{
	unmap(worker);
}

static u64 map_unmap(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;
	u64 start = ktime_get_ns();
	int err;

	err = memctl_bench_map(run->map, run->options.batch);
	memctl_bench_unmap(run->map, run->options.batch);
	start = ktime_get_ns() - start;
	worker->failed += !!err;
	return start;
}

static u64 linux_map_unmap(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;
	u64 start = ktime_get_ns();
	void *address;

	address = vmap(run->pages, run->options.batch, VM_MAP, PAGE_KERNEL);
	if (address)
		vunmap(address);
	start = ktime_get_ns() - start;
	worker->failed += !address;
	return start;
}

/* --- benchmarks ----------------------------------------------------------- */

static int region_get(struct bench_run *run)
{
	run->region = memctl_region_get(run->arena, run->options.region);
	if (!run->region)
		return -ENOENT;
	return memctl_region_nr_pages(run->region) < run->options.batch ? -ERANGE : 0;
}

static void region_put(struct bench_run *run)
{
	if (run->region)
		memctl_region_put(run->region);
}

static int map_setup(struct bench_run *run)
{
	int err = region_get(run);
	unsigned long start;
	unsigned int i;

	if (err)
		return err;
	run->map = memctl_bench_map_create(run->region);
	run->pages = kvcalloc(run->options.batch, sizeof(*run->pages), GFP_KERNEL);
	if (!run->map || !run->pages)
		return -ENOMEM;
	start = memctl_region_start(run->region);
	for (i = 0; i < run->options.batch; i++)
		run->pages[i] = memctl_region_to_page(run->region, start + i * PAGE_SIZE);
	return 0;
}

static void map_teardown(struct bench_run *run)
{
	kvfree(run->pages);
	if (run->map)
		memctl_bench_map_destroy(run->map);
	region_put(run);
}

static const struct bench_path walk_paths[] = { { "walk", "memctl", walk },
						{ "walk", "vmalloc_to_page", linux_walk },
						{ "walk, leaf cached", "memctl", walk_cached },
						{} };

static const struct bench_path map_paths[] = {
	{ .name = "map a page", .side = "memctl", .sample = map, .undo = undo_map, .call = true },
	{ .name = "unmap a page",
	  .side = "memctl",
	  .sample = unmap,
	  .prepare = prepare_map,
	  .call = true },
	{ .name = "map+unmap a page", .side = "memctl", .sample = map_unmap, .call = true },
	{ .name = "map+unmap a page", .side = "vmap", .sample = linux_map_unmap, .call = true },
	{}
};

const struct bench_benchmark bench_region_walk = {
	.name = "walk",
	.paths = walk_paths,
	.batch = 64,
	.threads = 1,
	.setup = region_get,
	.teardown = region_put,
};

const struct bench_benchmark bench_region_map = {
	.name = "map",
	.paths = map_paths,
	.batch = 512,
	.threads = 1,
	.setup = map_setup,
	.teardown = map_teardown,
};
