// SPDX-License-Identifier: GPL-2.0
/*
 * trace_plan.c - what a replay of a trace will do, and how much memory it will need
 *
 * The kernel's slab allocator takes its pages from the page allocator, so its blocks are in the
 * stream twice: as blocks, and as the objects in them. The arena has a slab allocator of its own,
 * that takes its own frames; blocks that the recording marked as the slab allocator's are left out,
 * unless objects are left out too, or they are asked for. In a trace without marks nothing can be
 * left out: the plan is then too large rather than too small.
 */
#include "trace_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Size classes of kmalloc; what is larger is a block. */
static const uint32_t classes[] = {
	8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192,
};

#define NR_CLASSES (sizeof(classes) / sizeof(classes[0]))

/* Objects of one size, in a cache or a size class. */
struct pool {
	uint32_t stride;
	uint64_t live;
	uint64_t peak;
};

/* What is remembered of an allocation while the plan is made. */
struct alloc {
	uint32_t pool; /* index, or one of the two below */
	uint32_t size; /* bytes asked for; BLOCK: frames */
};

#define BLOCK UINT32_MAX       /* a block of pages */
#define LARGE (UINT32_MAX - 1) /* a kmalloc() beyond the size classes */

struct planner {
	struct trace_plan *plan;
	struct pool *pools; /* the size classes, then the caches */
	struct alloc *allocs;
	uint64_t frames;
	uint64_t large; /* frames of large kmalloc()s */
	uint64_t peak;
	uint64_t bytes;
};

static bool get_bit(const uint8_t *bits, uint64_t nr)
{
	return bits[nr / 8] & (1U << (nr % 8));
}

static void set_bit(uint8_t *bits, uint64_t nr)
{
	bits[nr / 8] |= 1U << (nr % 8);
}

/**
 * trace_plan_skips() - is an allocation left out?
 * @plan: the plan
 * @id: number of the allocation
 *
 * Return: true if it is.
 */
bool trace_plan_skips(const struct trace_plan *plan, uint64_t id)
{
	return get_bit(plan->skip, id);
}

static bool wanted(const struct trace_choice *choice, const struct trace_event *event)
{
	return event->kind == TRACE_PAGE_ALLOC ? choice->pages : choice->objects;
}

/* First pass: what is left out, and which caches are used. */
static void choose(struct trace_plan *plan, struct trace_reader *reader,
		   const struct trace_choice *choice, uint8_t *used)
{
	bool leave_slab = choice->objects && !choice->slab_pages;
	struct trace_event event;

	plan->slab_unmarked = leave_slab && choice->pages &&
			      !(reader->header.flags & TRACE_FLAG_SLAB_MARKED);
	trace_reader_rewind(reader);
	while (trace_reader_next(reader, &event)) {
		if (event.kind == TRACE_SLAB && leave_slab && choice->pages &&
		    !get_bit(plan->skip, event.id)) {
			set_bit(plan->skip, event.id);
			plan->slab_blocks++;
		}
		if (event.kind >= TRACE_FREE)
			continue;
		if (!wanted(choice, &event)) {
			set_bit(plan->skip, event.id);
			continue;
		}
		if (event.kind == TRACE_OBJECT_ALLOC)
			used[event.cache] = 1;
	}
}

/* The trace's table has an entry for each call site; a cache is made for each name and size. */
static int collect_caches(struct trace_plan *plan, const struct trace_reader *reader,
			  const uint8_t *used)
{
	const struct trace_cache *cache;
	uint32_t i, j;

	plan->caches = calloc((size_t)reader->nr_caches + 1, sizeof(*plan->caches));
	plan->cache_of = calloc((size_t)reader->nr_caches + 1, sizeof(*plan->cache_of));
	if (!plan->caches || !plan->cache_of)
		return -ENOMEM;
	for (i = 0; i < reader->nr_caches; i++) {
		cache = &reader->caches[i];
		plan->cache_of[i] = TRACE_NO_CACHE;
		if (!used[i] || cache->size > TRACE_OBJECT_MAX)
			continue;
		for (j = 0; j < plan->nr_caches; j++)
			if (plan->caches[j].size == cache->size &&
			    !strcmp(plan->caches[j].name, cache->name))
				break;
		if (j == plan->nr_caches)
			plan->caches[plan->nr_caches++] = *cache;
		plan->cache_of[i] = j;
	}
	return 0;
}

static uint32_t pool_of_size(uint64_t size)
{
	uint32_t i;

	for (i = 0; i < NR_CLASSES; i++)
		if (size <= classes[i])
			return i;
	return LARGE;
}

/* Frames of the smallest block that has room for some bytes. */
static uint32_t frames_for(uint64_t bytes)
{
	uint64_t frames = 1;

	while (frames << TRACE_FRAME_SHIFT < bytes)
		frames *= 2;
	return (uint32_t)frames;
}

static void count_alloc(struct planner *planner, const struct trace_reader *reader,
			const struct trace_event *event)
{
	struct alloc *alloc = &planner->allocs[event->id];
	struct trace_plan *plan = planner->plan;
	uint64_t size = event->size;
	struct pool *pool;

	if (event->kind == TRACE_PAGE_ALLOC) {
		plan->page_allocs++;
		alloc->pool = BLOCK;
		alloc->size = 1U << event->order;
		planner->frames += alloc->size;
		if (plan->peak_block_frames < planner->frames)
			plan->peak_block_frames = planner->frames;
		return;
	}
	if (event->kind == TRACE_OBJECT_ALLOC)
		size = reader->caches[event->cache].size;
	if (event->kind == TRACE_OBJECT_ALLOC && plan->cache_of[event->cache] != TRACE_NO_CACHE) {
		plan->object_allocs++;
		alloc->pool = (uint32_t)NR_CLASSES + plan->cache_of[event->cache];
	} else {
		plan->kmallocs++;
		alloc->pool = pool_of_size(size);
	}
	alloc->size = (uint32_t)size;
	planner->bytes += size;
	if (plan->peak_object_bytes < planner->bytes)
		plan->peak_object_bytes = planner->bytes;
	if (alloc->pool == LARGE) {
		planner->large += frames_for(size);
		return;
	}
	pool = &planner->pools[alloc->pool];
	if (pool->peak < ++pool->live)
		pool->peak = pool->live;
}

static void count_free(struct planner *planner, uint64_t id)
{
	struct alloc *alloc = &planner->allocs[id];

	planner->plan->frees++;
	if (alloc->pool == BLOCK) {
		planner->frames -= alloc->size;
		return;
	}
	planner->bytes -= alloc->size;
	if (alloc->pool == LARGE)
		planner->large -= frames_for(alloc->size);
	else
		planner->pools[alloc->pool].live--;
}

/* Second pass: follows what is alive. */
static void follow(struct planner *planner, struct trace_reader *reader,
		   const struct trace_choice *choice)
{
	struct trace_plan *plan = planner->plan;
	struct trace_event event;

	trace_reader_rewind(reader);
	while (trace_reader_next(reader, &event)) {
		if (event.kind == TRACE_LOST)
			plan->lost += event.count;
		if (event.kind > TRACE_FREE || trace_plan_skips(plan, event.id))
			continue;
		if (choice->limit && plan->events == choice->limit)
			break;
		plan->events++;
		plan->time = event.time;
		if (event.kind == TRACE_FREE)
			count_free(planner, event.id);
		else
			count_alloc(planner, reader, &event);
		if (planner->peak < planner->frames + planner->large)
			planner->peak = planner->frames + planner->large;
	}
	plan->alive = plan->page_allocs + plan->kmallocs + plan->object_allocs - plan->frees;
}

/*
 * Frames of all pools. A cache makes no slab while it has a free object, so its slabs never hold
 * more than the most objects that were alive, rounded up to a slab. Slabs lose at most a quarter of
 * their frames to what does not fit; eight frames are added for the last slab and the magazines.
 */
static uint64_t pool_frames(const struct pool *pools, uint32_t nr)
{
	uint64_t sum = 0, bytes;
	uint32_t i;

	for (i = 0; i < nr; i++) {
		if (!pools[i].peak)
			continue;
		bytes = pools[i].peak * pools[i].stride;
		sum += ((bytes + bytes / 3) >> TRACE_FRAME_SHIFT) + 8;
	}
	return sum;
}

static int simulate(struct trace_plan *plan, struct trace_reader *reader,
		    const struct trace_choice *choice)
{
	struct planner planner = { .plan = plan };
	uint32_t i, nr_pools = (uint32_t)NR_CLASSES + plan->nr_caches;

	planner.pools = calloc(nr_pools, sizeof(*planner.pools));
	planner.allocs = calloc(reader->nr_ids + 1, sizeof(*planner.allocs));
	if (!planner.pools || !planner.allocs) {
		free(planner.pools);
		free(planner.allocs);
		return -ENOMEM;
	}
	for (i = 0; i < NR_CLASSES; i++)
		planner.pools[i].stride = classes[i];
	for (i = 0; i < plan->nr_caches; i++)
		planner.pools[NR_CLASSES + i].stride = (plan->caches[i].size + 7) & ~7U;
	follow(&planner, reader, choice);
	plan->peak_frames = planner.peak + pool_frames(planner.pools, nr_pools);
	free(planner.pools);
	free(planner.allocs);
	return 0;
}

/**
 * trace_plan_make() - go through a trace without a module
 * @plan: filled in; to be freed by trace_plan_free() when 0 was returned
 * @reader: the trace; left rewound
 * @choice: what is to be replayed
 *
 * peak_frames is an upper bound: the most frames in blocks at a time, plus for each cache and size
 * class the frames of the most objects at a time, as if all of these came together.
 *
 * Return: 0 or -ENOMEM.
 */
int trace_plan_make(struct trace_plan *plan, struct trace_reader *reader,
		    const struct trace_choice *choice)
{
	uint8_t *used = calloc((size_t)reader->nr_caches + 1, 1);
	int ret = -ENOMEM;

	memset(plan, 0, sizeof(*plan));
	plan->skip = calloc(1, reader->nr_ids / 8 + 1);
	if (used && plan->skip) {
		choose(plan, reader, choice, used);
		ret = collect_caches(plan, reader, used);
	}
	free(used);
	if (!ret)
		ret = simulate(plan, reader, choice);
	trace_reader_rewind(reader);
	if (ret)
		trace_plan_free(plan);
	return ret;
}

/**
 * trace_plan_free() - free what a plan holds
 * @plan: the plan
 */
void trace_plan_free(struct trace_plan *plan)
{
	free(plan->caches);
	free(plan->cache_of);
	free(plan->skip);
	memset(plan, 0, sizeof(*plan));
}
