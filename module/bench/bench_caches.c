// SPDX-License-Identifier: GPL-2.0
/*
 * One cache among many: the cost of an object while there are NR_CACHES caches
 * with NR_OBJECTS live objects in them, compared with its cost when there is a
 * single cache.
 */
#include <linux/gfp.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "bench/bench.h"

#define NR_CACHES  10000
#define NR_OBJECTS 1000000

/* Only one run exists at a time (F1 of bench_file.c). */
static struct {
	struct memctl_cache **cache;
	void **object; /* that of cache i are i, i + NR_CACHES, ... */
	unsigned int nr_caches;
	unsigned int nr_objects;
} crowd;

/* Return: 0, -EINTR if the run was stopped, or -ENOMEM. */
static int make_caches(struct bench_run *run, unsigned int nr)
{
	char name[BENCH_NAME_SIZE];

	while (crowd.nr_caches < nr) {
		if (READ_ONCE(run->stop))
			return -EINTR;
		snprintf(name, sizeof(name), "memctl_bench_%u", crowd.nr_caches);
		run->cache = memctl_cache_create(run->arena, name, run->options.size, 0, 0, NULL);
		if (!run->cache)
			return -ENOMEM;
		crowd.cache[crowd.nr_caches++] = run->cache;
		WRITE_ONCE(run->done, run->done + 1);
		cond_resched();
	}
	return 0;
}

static int make_objects(struct bench_run *run)
{
	while (crowd.nr_objects < NR_OBJECTS) {
		struct memctl_cache *cache = crowd.cache[crowd.nr_objects % NR_CACHES];
		void *object = memctl_cache_alloc(cache, GFP_KERNEL);

		if (!object)
			return -ENOMEM;
		crowd.object[crowd.nr_objects++] = object;
		if (crowd.nr_objects % 1024)
			continue;
		if (READ_ONCE(run->stop))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static void disperse(struct bench_run *run)
{
	while (crowd.nr_objects--) {
		memctl_cache_free(crowd.cache[crowd.nr_objects % NR_CACHES],
				  crowd.object[crowd.nr_objects]);
		if (!(crowd.nr_objects % 1024))
			cond_resched();
	}
	crowd.nr_objects = 0;
	while (crowd.nr_caches) {
		memctl_cache_destroy(crowd.cache[--crowd.nr_caches]);
		WRITE_ONCE(run->done, run->done + 1);
		cond_resched();
	}
	run->cache = NULL;
}

#define OBJECT_PATHS(side_name)                                                                   \
	{                                                                                         \
		{ .name = "object pair", .side = side_name, .sample = bench_object_sample_pair }, \
			{ .name = "object burst alloc",                                           \
			  .side = side_name,                                                      \
			  .sample = bench_object_sample_alloc,                                    \
			  .undo = bench_object_empty },                                           \
			{ .name = "object burst free",                                            \
			  .side = side_name,                                                      \
			  .sample = bench_object_sample_free,                                     \
			  .prepare = bench_object_fill },                                         \
		{                                                                                 \
		}                                                                                 \
	}

static const struct bench_path in_crowd[] = OBJECT_PATHS("memctl");
static const struct bench_path alone[] = OBJECT_PATHS("1 cache");

static int measure(struct bench_run *run)
{
	int err;

	run->total = 2UL * NR_CACHES + 6UL * run->options.rounds;
	err = make_caches(run, NR_CACHES);
	if (!err)
		err = make_objects(run);
	if (!err) {
		run->cache = crowd.cache[NR_CACHES / 2];
		err = bench_measure(run, in_crowd);
	}
	disperse(run);
	if (!err)
		err = make_caches(run, 1);
	if (!err)
		err = bench_measure(run, alone);
	disperse(run);
	return err;
}

static int setup(struct bench_run *run)
{
	crowd.cache = kvcalloc(NR_CACHES, sizeof(*crowd.cache), GFP_KERNEL);
	crowd.object = kvcalloc(NR_OBJECTS, sizeof(*crowd.object), GFP_KERNEL);
	return crowd.cache && crowd.object ? 0 : -ENOMEM;
}

static void teardown(struct bench_run *run)
{
	kvfree(crowd.object);
	kvfree(crowd.cache);
	crowd.object = NULL;
	crowd.cache = NULL;
}

const struct bench_benchmark bench_caches = {
	.name = "caches",
	.batch = 512,
	.threads = 1,
	.setup = setup,
	.teardown = teardown,
	.measure = measure,
};
