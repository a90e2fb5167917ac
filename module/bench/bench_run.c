// SPDX-License-Identifier: GPL-2.0
/*
 * A run: what one line of the file requested, from its memory to its results;
 * and the list of benchmarks.
 *
 * Locks: none of its own.
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "bench/bench.h"

static const struct bench_benchmark *const benchmarks[] = {
	&bench_page_pair,     &bench_page_worst,   &bench_page_burst,	 &bench_page_bulk,
	&bench_page_rand,     &bench_page_remote,  &bench_object_pair,	 &bench_object_burst,
	&bench_object_bulk,   &bench_object_rand,  &bench_object_remote, &bench_kmalloc_pair,
	&bench_kmalloc_mixed, &bench_kmalloc_grow, &bench_page_one_way,	 &bench_object_one_way,
	&bench_larson,	      &bench_safety,	   &bench_region_walk,	 &bench_region_map,
	&bench_frag,	      &bench_caches,
};

/**
 * bench_run_find() - find a benchmark
 * @name: its name
 *
 * Context: Any context.
 * Return: the benchmark, or NULL if none has this name.
 */
const struct bench_benchmark *bench_run_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(benchmarks); i++)
		if (!strcmp(benchmarks[i]->name, name))
			return benchmarks[i];
	return NULL;
}

static unsigned int count_paths(const struct bench_benchmark *benchmark)
{
	const struct bench_path *path;
	unsigned int nr = 0;

	for (path = benchmark->paths; path && path->name; path++)
		nr++;
	return nr;
}

static int fill_in(struct bench_run *run)
{
	struct bench_options *options = &run->options;

	if (!options->batch)
		options->batch = run->benchmark->batch;
	if (!options->threads)
		options->threads =
			min(run->benchmark->threads ?: num_online_cpus(), num_online_cpus());
	options->threads = min_t(unsigned int, options->threads, BENCH_MAX_THREADS);
	if (options->threads > num_online_cpus())
		return -ERANGE;
	if ((u64)options->threads * options->rounds > BENCH_MAX_SAMPLES)
		return -ERANGE;
	return 0;
}

/**
 * bench_run_create() - create a run, without starting it
 * @benchmark: what to measure
 * @options: its options; those that are 0 are filled in
 *
 * Context: Process context, may sleep.
 * Return: the run, or -ERANGE for more workers than CPUs or too many samples,
 * -ENOENT for an arena or region that does not exist, -ENOMEM.
 */
struct bench_run *bench_run_create(const struct bench_benchmark *benchmark,
				   const struct bench_options *options)
{
	struct bench_run *run = kzalloc(sizeof(*run), GFP_KERNEL);
	int err;

	if (!run)
		return ERR_PTR(-ENOMEM);
	run->benchmark = benchmark;
	run->options = *options;
	spin_lock_init(&run->barrier);
	init_waitqueue_head(&run->wait);
	err = fill_in(run);
	if (err)
		goto destroy;
	run->total = (unsigned long)count_paths(benchmark) * run->options.rounds;

	err = -ENOENT;
	run->arena = memctl_arena_get(run->options.arena[0] ? run->options.arena : NULL);
	if (!run->arena)
		goto destroy;
	err = -ENOMEM;
	run->workers = kcalloc(run->options.threads, sizeof(*run->workers), GFP_KERNEL);
	run->slots = kvcalloc((size_t)run->options.threads * run->options.batch,
			      sizeof(*run->slots), GFP_KERNEL);
	run->times = kvcalloc((size_t)run->options.threads * run->options.rounds,
			      sizeof(*run->times), GFP_KERNEL);
	if (!run->workers || !run->slots || !run->times)
		goto destroy;
	if (benchmark->setup) {
		err = benchmark->setup(run);
		if (err)
			goto destroy;
	}
	return run;

destroy:
	bench_run_destroy(run);
	return ERR_PTR(err);
}

/**
 * bench_run_destroy() - free everything that a run holds
 * @run: the run; not in progress; may be partly set up by bench_run_create()
 *
 * Context: Process context, may sleep.
 */
void bench_run_destroy(struct bench_run *run)
{
	if (run->arena) {
		if (run->benchmark->teardown)
			run->benchmark->teardown(run);
		memctl_arena_put(run->arena);
	}
	kvfree(run->times);
	kvfree(run->slots);
	kfree(run->workers);
	kfree(run);
}

/**
 * bench_run_execute() - measure
 * @run: the run
 *
 * Context: Process context, may sleep until everything is measured or run->stop
 * is set.
 * Return: 0 with run->results filled in; -EINTR if it was stopped, or another
 * negative errno.
 */
int bench_run_execute(struct bench_run *run)
{
	if (run->benchmark->measure)
		return run->benchmark->measure(run);
	return bench_measure(run, run->benchmark->paths);
}
