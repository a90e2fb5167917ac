/* SPDX-License-Identifier: GPL-2.0 */
/*
 * memctl_bench: the costs of memctl's paths compared with Linux's own, measured in one run through
 * the exported API of both.
 *
 *   bench_file.c     /proc/memctl_bench: one line in, a table out
 *   bench_run.c      what a run is made of; the list of benchmarks
 *   bench_measure.c  workers, samples, statistics
 *   bench_page.c  bench_object.c  bench_kmalloc.c  bench_region.c  bench_frag.c  bench_safety.c
 *   bench_caches.c
 *                    what is measured
 *
 * A benchmark has paths: each of memctl's, and the same for its rivals in Linux. A path is measured
 * by one or more workers, kernel threads that are each bound to a CPU. A worker takes @rounds
 * samples; a sample is the time of @batch operations, minus the time of the empty loop. Where a
 * nanosecond of guest time is one instruction (QEMU -icount shift=0), times are instructions.
 *
 * B1  A round frees what it allocates, or the end of a path what its rounds keep, so that a run
 *     leaves both allocators as it found them, except for their caches.
 * B2  memctl and its rivals run the same loop.
 * B3  All workers of a path do the same number of rounds.
 */
#ifndef MCTL_BENCH_BENCH_H
#define MCTL_BENCH_BENCH_H

#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/memctl.h>
#include <linux/mempool.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#define BENCH_NAME_SIZE	  32
#define BENCH_MAX_BATCH	  16384
#define BENCH_MAX_ROUNDS  100000
#define BENCH_MAX_THREADS 64
#define BENCH_MAX_SAMPLES 1000000 /* rounds of all workers */
#define BENCH_MAX_RESULTS 16
#define BENCH_WARM_UP	  4 /* rounds that fill caches and are not measured */

struct bench_block;
struct memctl_bench_map;
struct bench_run;
struct gen_pool;
struct kmem_cache;
struct task_struct;

/**
 * struct bench_options - options on a line of the file
 * @order: of a block
 * @size: of an object, bytes
 * @batch: operations per sample
 * @rounds: samples per worker
 * @threads: workers, on as many CPUs
 * @arena: name of the arena
 * @region: name of a region to walk
 */
struct bench_options {
	unsigned int order;
	unsigned int size;
	unsigned int batch;
	unsigned int rounds;
	unsigned int threads;
	char arena[BENCH_NAME_SIZE];
	char region[BENCH_NAME_SIZE];
};

/**
 * struct bench_worker - one thread of a run
 * @run: the run
 * @index: number of the worker
 * @round: number of the round, from 0
 * @task: the thread
 * @done: it has finished its work
 * @slots: what it allocates; options.batch of them
 * @give: what it frees, its own or another worker's; options.batch of them
 * @times: its samples, ns; options.rounds of them
 * @failed: allocations refused
 * @random: random state; the sequence is the same in each run
 */
struct bench_worker {
	struct bench_run *run;
	unsigned int index;
	unsigned int round;
	struct task_struct *task;
	struct completion done;
	void **slots;
	void **give;
	u64 *times;
	unsigned long failed;
	struct rnd_state random;
};

/**
 * enum bench_mix - which worker frees what a worker allocated
 * @BENCH_OWN: the same worker, in the same order
 * @BENCH_SHUFFLE: any worker, in random order
 * @BENCH_NEXT: the next worker
 */
enum bench_mix {
	BENCH_OWN,
	BENCH_SHUFFLE,
	BENCH_NEXT,
};

/**
 * enum bench_way - which workers execute @sample, @prepare and @undo of a path
 * @BENCH_ALL: every worker does all of it
 * @BENCH_PRODUCE: the first worker allocates in @sample, the last one frees in @undo
 * @BENCH_CONSUME: the first worker allocates in @prepare, the last one frees in @sample
 */
enum bench_way {
	BENCH_ALL,
	BENCH_PRODUCE,
	BENCH_CONSUME,
};

/**
 * struct bench_path - one row of the results
 * @name: what is measured
 * @side: "memctl", or the rival
 * @sample: the loop; returns the ns that options.batch operations took
 * @prepare: prepares a sample, not timed; may be NULL
 * @undo: restores the state after a sample, not timed; may be NULL
 * @mix: enum bench_mix, between allocating and freeing, which @prepare, @sample and @undo do
 * @in_turn: one worker runs at a time, in order, so that a count of instructions is that of one
 *	     worker
 * @way: enum bench_way; only the worker that does @sample is measured
 * @call: a sample is one call, not a loop: only the time of reading the clock is subtracted
 * @end: frees what the rounds of the path kept; process context; may be NULL
 * @locks: reads a counter of locks taken, for a separate row; may be NULL
 * @locks_name: name of that row
 */
struct bench_path {
	const char *name;
	const char *side;
	u64 (*sample)(struct bench_worker *worker);
	void (*prepare)(struct bench_worker *worker);
	void (*undo)(struct bench_worker *worker);
	enum bench_mix mix;
	bool in_turn;
	enum bench_way way;
	bool call;
	void (*end)(struct bench_run *run);
	u64 (*locks)(struct bench_run *run);
	const char *locks_name;
};

/**
 * struct bench_benchmark - what a line of the file names
 * @name: as written
 * @paths: rows, terminated by one without a name
 * @batch: default for the operations per sample
 * @threads: default for the number of workers
 * @setup: sets up what the paths need; may be NULL
 * @teardown: undoes @setup, complete or partial; may be NULL
 * @measure: used instead of @paths; returns 0 or a negative errno
 */
struct bench_benchmark {
	const char *name;
	const struct bench_path *paths;
	unsigned int batch;
	unsigned int threads;
	int (*setup)(struct bench_run *run);
	void (*teardown)(struct bench_run *run);
	int (*measure)(struct bench_run *run);
};

/**
 * struct bench_result - one line of the table
 * @name: what was measured
 * @side: "memctl", or the rival
 * @unit: of the figures: "ns", or "1/1000", "1/1" (a number per operation), "%"
 * @operations: total of all workers
 * @failed: how many of them were refused
 * @min: the minimum, in hundredths of the unit; per operation
 * @median: as many samples are below as above
 * @p99: 99 of 100 samples are below
 */
struct bench_result {
	const char *name;
	const char *side;
	const char *unit;
	u64 operations;
	u64 failed;
	u64 min;
	u64 median;
	u64 p99;
};

/**
 * struct bench_run - a run, started by one line of the file
 * @options: options of that line
 * @benchmark: the benchmark that it named
 * @path: path being measured
 * @work: what the workers do
 * @stop: the run is to be stopped
 * @done: rounds done, for progress reports
 * @total: rounds to do
 * @workers: options.threads of them
 * @nr_workers: number of workers taking part now
 * @slots: of all workers
 * @times: of all workers
 * @empty_loop: time of a sample without operations, ns
 * @empty_clock: the same without the loop, ns
 * @results: the table
 * @nr_results: number of its lines
 * @barrier: serialises @arrived, @phase and @over
 * @wait: to wait for the others at the barrier, or for a worker's turn
 * @arrived: workers at the barrier
 * @phase: how often all workers have arrived
 * @over: value of @stop that all workers saw at the last barrier
 * @turn: index of the worker whose turn it is
 * @arena: arena to allocate from
 * @cache: object cache of the arena
 * @kmem_cache: its counterpart in Linux
 * @mempool: of Linux, pages or objects
 * @gen_pool: of Linux, for blocks of addresses without memory behind them
 * @region: of the arena
 * @map: separate page tables for @pages
 * @pages: pages of @region
 * @live: objects that the rounds of a path keep
 * @steps: what a sample does, drawn before it
 * @held: blocks kept so that none below the highest order is free
 * @nr_held: number of blocks held
 */
struct bench_run {
	struct bench_options options;
	const struct bench_benchmark *benchmark;
	const struct bench_path *path;
	void (*work)(struct bench_worker *worker);
	bool stop;
	unsigned long done;
	unsigned long total;

	struct bench_worker *workers;
	unsigned int nr_workers;
	void **slots;
	u64 *times;
	u64 empty_loop;
	u64 empty_clock;
	struct bench_result results[BENCH_MAX_RESULTS];
	unsigned int nr_results;

	spinlock_t barrier;
	wait_queue_head_t wait;
	unsigned int arrived;
	unsigned long phase;
	bool over;
	unsigned int turn;

	struct memctl_arena *arena;
	struct memctl_cache *cache;
	struct kmem_cache *kmem_cache;
	mempool_t *mempool;
	struct gen_pool *gen_pool;
	struct memctl_region *region;
	struct memctl_bench_map *map;
	struct page **pages;
	void **live;
	u32 *steps;
	struct bench_block *held;
	unsigned int nr_held;
};

/* The same loop for each path; only the statement differs. It may use i. */
/* clang-format off */
#define BENCH_SAMPLE(worker, statement)					\
({									\
	unsigned int i, batch = (worker)->run->options.batch;		\
	u64 start = ktime_get_ns();					\
									\
	for (i = 0; i < batch; i++) {					\
		statement;						\
		barrier();						\
	}								\
	ktime_get_ns() - start;						\
})
/* clang-format on */

/* bench_run.c */
const struct bench_benchmark *bench_run_find(const char *name);
struct bench_run *bench_run_create(const struct bench_benchmark *benchmark,
				   const struct bench_options *options);
int bench_run_execute(struct bench_run *run);
void bench_run_destroy(struct bench_run *run);

/* bench_measure.c */
bool bench_barrier(struct bench_run *run);
int bench_work(struct bench_run *run, unsigned int nr_workers,
	       void (*work)(struct bench_worker *worker));
struct bench_result *bench_result_add(struct bench_run *run, const char *name, const char *side,
				      const char *unit);
int bench_measure(struct bench_run *run, const struct bench_path *paths);
u32 bench_random(struct bench_worker *worker, u32 limit);
void bench_count_failed(struct bench_worker *worker, void **slots);
void bench_mix_slots(struct bench_worker *worker);

/* Allocate and free an object in pairs, from any cache. */
static __always_inline u64 bench_sample_pair(struct bench_worker *worker,
					     struct memctl_cache *cache)
{
	return BENCH_SAMPLE(worker, {
		void *object = memctl_cache_alloc(cache, GFP_KERNEL);

		if (likely(object))
			memctl_cache_free(cache, object);
		else
			worker->failed++;
	});
}

static __always_inline u64 bench_sample_linux_pair(struct bench_worker *worker,
						   struct kmem_cache *cache)
{
	return BENCH_SAMPLE(worker, {
		void *object = kmem_cache_alloc(cache, GFP_KERNEL);

		if (likely(object))
			kmem_cache_free(cache, object);
		else
			worker->failed++;
	});
}

/* bench_object.c: samples of run->cache, also used by bench_caches.c. */
u64 bench_object_sample_pair(struct bench_worker *worker);
u64 bench_object_sample_alloc(struct bench_worker *worker);
u64 bench_object_sample_free(struct bench_worker *worker);
void bench_object_fill(struct bench_worker *worker);
void bench_object_empty(struct bench_worker *worker);

extern const struct bench_benchmark bench_page_pair, bench_page_worst, bench_page_burst;
extern const struct bench_benchmark bench_page_bulk, bench_page_rand, bench_page_remote;
extern const struct bench_benchmark bench_object_pair, bench_object_burst, bench_object_bulk;
extern const struct bench_benchmark bench_object_rand, bench_object_remote, bench_kmalloc_pair;
extern const struct bench_benchmark bench_kmalloc_mixed, bench_kmalloc_grow, bench_larson;
extern const struct bench_benchmark bench_page_one_way, bench_object_one_way;
extern const struct bench_benchmark bench_region_walk, bench_region_map;
extern const struct bench_benchmark bench_frag, bench_safety, bench_caches;

#endif /* MCTL_BENCH_BENCH_H */
