/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_plan.h - what a replay of a trace will do, and how much memory it will need
 */
#ifndef MEMCTL_TRACE_PLAN_H
#define MEMCTL_TRACE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/trace_file.h"

#define TRACE_FRAME_SHIFT 12
#define TRACE_OBJECT_MAX  8192 /* larger objects go by kmalloc */

/**
 * struct trace_choice - which part of a trace is replayed
 * @pages: blocks of pages
 * @objects: kmalloc() and objects of caches
 * @slab_pages: also the blocks that the kernel's own slab allocator took
 * @limit: number of events, 0 for all
 */
struct trace_choice {
	bool pages;
	bool objects;
	bool slab_pages;
	uint64_t limit;
};

/**
 * struct trace_plan - the plan
 * @nr_caches: caches to be made
 * @caches: those caches; sizes and names are different in pairs
 * @cache_of: for each entry of the trace's table, its index in @caches, or TRACE_NO_CACHE
 * @skip: a bit for each allocation that is not replayed
 * @events: events that are replayed
 * @page_allocs: blocks
 * @kmallocs: kmalloc() calls, and objects too large for a cache
 * @object_allocs: objects of caches
 * @frees: frees
 * @slab_blocks: blocks left out since the kernel's slab allocator took them
 * @slab_unmarked: they would be left out, but the trace does not say which they are
 * @alive: allocations never freed
 * @lost: events lost among them
 * @peak_block_frames: most frames in blocks at a time
 * @peak_object_bytes: most bytes in objects at a time, as asked for
 * @peak_frames: frames that will do: see trace_plan_make()
 * @time: nanoseconds of the recording that are replayed
 */
struct trace_plan {
	uint32_t nr_caches;
	struct trace_cache *caches;
	uint32_t *cache_of;
	uint8_t *skip;
	uint64_t events;
	uint64_t page_allocs;
	uint64_t kmallocs;
	uint64_t object_allocs;
	uint64_t frees;
	uint64_t slab_blocks;
	bool slab_unmarked;
	uint64_t alive;
	uint64_t lost;
	uint64_t peak_block_frames;
	uint64_t peak_object_bytes;
	uint64_t peak_frames;
	uint64_t time;
};

#define TRACE_NO_CACHE UINT32_MAX

int trace_plan_make(struct trace_plan *plan, struct trace_reader *reader,
		    const struct trace_choice *choice);
bool trace_plan_skips(const struct trace_plan *plan, uint64_t id);
void trace_plan_free(struct trace_plan *plan);

#endif /* MEMCTL_TRACE_PLAN_H */
