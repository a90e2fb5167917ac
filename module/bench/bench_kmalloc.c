// SPDX-License-Identifier: GPL-2.0
/*
 * kmalloc in the state that users have: sizes from 8 B to 8 KiB, objects that live for a random
 * time, and that another CPU frees.
 *
 * The sizes are spread evenly over the octaves. A step frees one object at random, so that
 * lifetimes are distributed exponentially, and allocates another in its place. The steps of a
 * sample are drawn before it; both sides get the same ones.
 */
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "bench/bench.h"

#define SMALLEST 8
#define LARGEST	 8192
#define NR_LIVE	 16384

/* A step: which object is freed, and the size of the one that takes its place. */
#define STEP(pick, size) ((pick) | (size) << 16)
#define STEP_PICK(step)	 ((u16)(step))
#define STEP_SIZE(step)	 ((step) >> 16)

static_assert(NR_LIVE <= 1 << 16 && LARGEST < 1 << 16);
static_assert(BENCH_MAX_BATCH <= 1 << 16);
static_assert(BENCH_MAX_THREADS <= NR_LIVE);

static u32 random_size(struct bench_worker *worker)
{
	u32 octave = SMALLEST << bench_random(worker, ilog2(LARGEST / SMALLEST));

	return octave + 1 + bench_random(worker, octave);
}

static u32 *steps_of(struct bench_worker *worker)
{
	return worker->run->steps + (size_t)worker->index * worker->run->options.batch;
}

static void draw_steps(struct bench_worker *worker, u32 nr_objects)
{
	u32 *steps = steps_of(worker);

	for (u32 i = 0; i < worker->run->options.batch; i++) {
		u32 pick = bench_random(worker, nr_objects);

		steps[i] = STEP(pick, random_size(worker));
	}
}

/* --- steady: a number of objects, each step replaces one ---------------------------------- */

/* Each worker has its own share of the objects. */
static u32 nr_live(const struct bench_worker *worker)
{
	return NR_LIVE / worker->run->options.threads;
}

static void **live_of(struct bench_worker *worker)
{
	return worker->run->live + worker->index * nr_live(worker);
}

static void fill_live(struct bench_worker *worker,
		      void *(*alloc)(struct bench_worker *worker, u32 size))
{
	void **live = live_of(worker);

	/* Until the first round of a path is over there are none. */
	for (u32 i = 0; i < nr_live(worker) && !live[i]; i++)
		live[i] = alloc(worker, random_size(worker));
	draw_steps(worker, nr_live(worker));
}

static void *alloc_memctl(struct bench_worker *worker, u32 size)
{
	return memctl_kmalloc(worker->run->arena, size, GFP_KERNEL);
}

static void *alloc_linux(struct bench_worker *worker, u32 size)
{
	return kmalloc(size, GFP_KERNEL);
}

static void prepare_steady(struct bench_worker *worker)
{
	fill_live(worker, alloc_memctl);
}

static void prepare_linux_steady(struct bench_worker *worker)
{
	fill_live(worker, alloc_linux);
}

/* The same loop for both kinds of objects that live on. */
static __always_inline u64 replace(struct bench_worker *worker, void **objects)
{
	struct memctl_arena *arena = worker->run->arena;
	u32 *steps = steps_of(worker);

	return BENCH_SAMPLE(worker, {
		void **object = &objects[STEP_PICK(steps[i])];

		memctl_kfree(arena, *object);
		*object = memctl_kmalloc(arena, STEP_SIZE(steps[i]), GFP_KERNEL);
		worker->failed += !*object;
	});
}

static __always_inline u64 replace_linux(struct bench_worker *worker, void **objects)
{
	u32 *steps = steps_of(worker);

	return BENCH_SAMPLE(worker, {
		void **object = &objects[STEP_PICK(steps[i])];

		kfree(*object);
		*object = kmalloc(STEP_SIZE(steps[i]), GFP_KERNEL);
		worker->failed += !*object;
	});
}

static u64 steady(struct bench_worker *worker)
{
	return replace(worker, live_of(worker));
}

static u64 linux_steady(struct bench_worker *worker)
{
	return replace_linux(worker, live_of(worker));
}

static void end_steady(struct bench_run *run)
{
	for (u32 i = 0; i < NR_LIVE; i++)
		memctl_kfree(run->arena, run->live[i]);
	memset(run->live, 0, NR_LIVE * sizeof(*run->live));
}

static void linux_end_steady(struct bench_run *run)
{
	for (u32 i = 0; i < NR_LIVE; i++)
		kfree(run->live[i]);
	memset(run->live, 0, NR_LIVE * sizeof(*run->live));
}

/* --- growing, shrinking ------------------------------------------------------------------- */

static void draw_sizes(struct bench_worker *worker)
{
	draw_steps(worker, 1);
}

static u64 grow(struct bench_worker *worker)
{
	struct memctl_arena *arena = worker->run->arena;
	void **slots = worker->slots;
	u32 *steps = steps_of(worker);

	return BENCH_SAMPLE(worker, {
		slots[i] = memctl_kmalloc(arena, STEP_SIZE(steps[i]), GFP_KERNEL);
		worker->failed += !slots[i];
	});
}

static u64 shrink(struct bench_worker *worker)
{
	struct memctl_arena *arena = worker->run->arena;
	void **slots = worker->slots;

	return BENCH_SAMPLE(worker, memctl_kfree(arena, slots[i]));
}

static u64 linux_grow(struct bench_worker *worker)
{
	void **slots = worker->slots;
	u32 *steps = steps_of(worker);

	return BENCH_SAMPLE(worker, {
		slots[i] = kmalloc(STEP_SIZE(steps[i]), GFP_KERNEL);
		worker->failed += !slots[i];
	});
}

static u64 linux_shrink(struct bench_worker *worker)
{
	void **slots = worker->slots;

	return BENCH_SAMPLE(worker, kfree(slots[i]));
}

static void before_shrink(struct bench_worker *worker)
{
	draw_sizes(worker);
	grow(worker);
	bench_mix_slots(worker);
}

static void linux_before_shrink(struct bench_worker *worker)
{
	draw_sizes(worker);
	linux_grow(worker);
	bench_mix_slots(worker);
}

static void after_grow(struct bench_worker *worker)
{
	bench_mix_slots(worker);
	shrink(worker);
}

static void linux_after_grow(struct bench_worker *worker)
{
	bench_mix_slots(worker);
	linux_shrink(worker);
}

/* --- larson: each worker replaces objects of another, whose turn it was before ------------- */

static void **larson_slots(struct bench_worker *worker)
{
	struct bench_run *run = worker->run;
	u32 owner = (worker->index + worker->round) % run->nr_workers;

	return run->slots + (size_t)owner * run->options.batch;
}

static void draw_larson(struct bench_worker *worker)
{
	draw_steps(worker, worker->run->options.batch);
}

/* An object that is not there yet is NULL, which both free. */
static u64 larson(struct bench_worker *worker)
{
	return replace(worker, larson_slots(worker));
}

static u64 linux_larson(struct bench_worker *worker)
{
	return replace_linux(worker, larson_slots(worker));
}

static size_t nr_slots(const struct bench_run *run)
{
	return (size_t)run->options.threads * run->options.batch;
}

static void end_larson(struct bench_run *run)
{
	for (size_t i = 0; i < nr_slots(run); i++)
		memctl_kfree(run->arena, run->slots[i]);
	memset(run->slots, 0, nr_slots(run) * sizeof(*run->slots));
}

static void linux_end_larson(struct bench_run *run)
{
	for (size_t i = 0; i < nr_slots(run); i++)
		kfree(run->slots[i]);
	memset(run->slots, 0, nr_slots(run) * sizeof(*run->slots));
}

/* --- benchmarks --------------------------------------------------------------------------- */

static int steps_create(struct bench_run *run)
{
	run->steps = kvcalloc(nr_slots(run), sizeof(*run->steps), GFP_KERNEL);
	run->live = kvcalloc(NR_LIVE, sizeof(*run->live), GFP_KERNEL);
	return run->steps && run->live ? 0 : -ENOMEM;
}

static void steps_destroy(struct bench_run *run)
{
	kvfree(run->live);
	kvfree(run->steps);
}

static const struct bench_path mixed_paths[] = { { .name = "kmalloc mixed, steady",
						   .side = "memctl",
						   .sample = steady,
						   .prepare = prepare_steady,
						   .end = end_steady },
						 { .name = "kmalloc mixed, steady",
						   .side = "kmalloc",
						   .sample = linux_steady,
						   .prepare = prepare_linux_steady,
						   .end = linux_end_steady },
						 {} };

static const struct bench_path grow_paths[] = {
	{ "kmalloc mixed, growing", "memctl", grow, draw_sizes, after_grow },
	{ "kmalloc mixed, growing", "kmalloc", linux_grow, draw_sizes, linux_after_grow },
	{ "kmalloc mixed, shrinking", "memctl", shrink, before_shrink },
	{ "kmalloc mixed, shrinking", "kmalloc", linux_shrink, linux_before_shrink },
	{}
};

static const struct bench_path larson_paths[] = { { .name = "larson",
						    .side = "memctl",
						    .sample = larson,
						    .prepare = draw_larson,
						    .end = end_larson,
						    .in_turn = true },
						  { .name = "larson",
						    .side = "kmalloc",
						    .sample = linux_larson,
						    .prepare = draw_larson,
						    .end = linux_end_larson,
						    .in_turn = true },
						  {} };

const struct bench_benchmark bench_kmalloc_mixed = {
	.name = "kmalloc-mixed",
	.paths = mixed_paths,
	.batch = 1024,
	.threads = 1,
	.setup = steps_create,
	.teardown = steps_destroy,
};

const struct bench_benchmark bench_kmalloc_grow = {
	.name = "kmalloc-grow",
	.paths = grow_paths,
	.batch = NR_LIVE,
	.threads = 1,
	.setup = steps_create,
	.teardown = steps_destroy,
};

const struct bench_benchmark bench_larson = {
	.name = "larson",
	.paths = larson_paths,
	.batch = 1024,
	.setup = steps_create,
	.teardown = steps_destroy,
};
