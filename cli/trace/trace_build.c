// SPDX-License-Identifier: GPL-2.0
/*
 * trace_build.c - turns what the kernel reports into the events of a trace file
 *
 * Addresses and frame numbers go no further than this file: two maps, from the live addresses and
 * the live blocks to the numbers of their allocations, replace them.
 *
 * B1. Every number that is written is freed at most once: a map entry is removed when its free is
 *     written, or, for a block that is freed in parts, when the last part is gone.
 * B2. No two entries of the block map overlap: an allocation first frees what is thought to live
 *     where it lands (an implied free: the kernel's bulk frees have no tracepoint, or events were
 *     lost).
 * B3. A block that was split has one entry for each of its pages, with SPLIT set and the number of
 *     the block; the map of splits counts those left.
 */
#include "trace_build.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_map.h"
#include "trace_writer.h"

#define SPLIT  1 /* blocks: the entry is one page of a block that was freed in parts */
#define SLAB   2 /* blocks: marked as the slab allocator's */
#define LIVE   4 /* objects: always set */
#define OBJECT 8 /* objects: info is the entry of the cache table, not bytes given */

#define NO_PAGE UINT64_MAX

/**
 * struct trace_build - a recording in the making
 * @writer: where the events go
 * @gfp: the kernel's GFP bits
 * @page_shift: page size
 * @direct_map: address where the kernel maps frame 0, 0 if it is not known
 * @base: time stamp of the first event
 * @last: time of the last event written, counted from @base
 * @started: @base is set
 * @error: the first error, which sticks
 * @objects: live objects by address
 * @blocks: live blocks by frame number
 * @splits: split blocks by number; info: parts that are not freed
 * @cache_index: entries of @caches by a hash of call site and sizes
 * @nr_order: entries of @blocks of each order
 * @caches: the cache table
 * @nr_caches: entries of @caches
 * @counts: what was counted
 */
struct trace_build {
	struct trace_writer *writer;
	const struct trace_gfp *gfp;
	unsigned int page_shift;
	uint64_t direct_map;
	uint64_t base;
	uint64_t last;
	bool started;
	int error;
	struct trace_map objects;
	struct trace_map blocks;
	struct trace_map splits;
	struct trace_map cache_index;
	uint64_t nr_order[TRACE_MAX_ORDER + 1];
	struct trace_cache *caches;
	uint32_t nr_caches;
	struct trace_counts counts;
};

static void write_event(struct trace_build *build, const struct kmem_event *from,
			struct trace_event *event)
{
	event->cpu = from->cpu;
	event->time = build->last;
	trace_writer_add(build->writer, event);
	build->counts.kinds[event->kind]++;
}

static void write_free(struct trace_build *build, const struct kmem_event *from, uint64_t id)
{
	struct trace_event event = { .kind = TRACE_FREE, .id = id };

	write_event(build, from, &event);
}

/* ---- blocks ---- */

/* The entry of the block that covers a frame, or NULL. */
static struct trace_map_entry *block_at(struct trace_build *build, uint64_t pfn)
{
	struct trace_map_entry *entry;
	unsigned int order;

	for (order = 0; order <= TRACE_MAX_ORDER; order++) {
		if (!build->nr_order[order])
			continue;
		entry = trace_map_find(&build->blocks, pfn & ~((1ULL << order) - 1));
		if (entry && entry->order == order)
			return entry;
	}
	return NULL;
}

static struct trace_map_entry *add_block(struct trace_build *build, uint64_t pfn,
					 unsigned int order, uint64_t id, uint8_t flags)
{
	struct trace_map_entry *entry = trace_map_add(&build->blocks, pfn);

	if (!entry) {
		build->error = -ENOMEM;
		return NULL;
	}
	entry->id = id;
	entry->order = (uint8_t)order;
	entry->flags = flags;
	build->nr_order[order]++;
	return entry;
}

static void remove_block(struct trace_build *build, struct trace_map_entry *entry)
{
	build->nr_order[entry->order]--;
	trace_map_remove(&build->blocks, entry);
}

/* Gives every page of a block an entry of its own. */
static void split_block(struct trace_build *build, struct trace_map_entry *entry)
{
	uint64_t id = entry->id, pfn = entry->key - 1, i, nr = 1ULL << entry->order;
	uint8_t flags = entry->flags | SPLIT;
	struct trace_map_entry *split;

	remove_block(build, entry);
	split = trace_map_add(&build->splits, id);
	if (!split) {
		build->error = -ENOMEM;
		return;
	}
	split->info = (uint32_t)nr;
	build->counts.totals.split++;
	for (i = 0; i < nr && !build->error; i++)
		add_block(build, pfn + i, 0, id, flags);
}

/* Frees one entry, which is wholly in the range that is being freed. */
static void free_entry(struct trace_build *build, const struct kmem_event *from,
		       struct trace_map_entry *entry)
{
	uint64_t id = entry->id;
	bool is_split = entry->flags & SPLIT;
	struct trace_map_entry *split;

	remove_block(build, entry);
	if (is_split) {
		split = trace_map_find(&build->splits, id);
		if (!split || --split->info)
			return;
		trace_map_remove(&build->splits, split);
	}
	write_free(build, from, id);
}

/* Frees what lives in a range of frames. Returns how many entries that were. */
static unsigned int free_range(struct trace_build *build, const struct kmem_event *from,
			       uint64_t pfn, unsigned int order)
{
	uint64_t end = pfn + (1ULL << order), length;
	struct trace_map_entry *entry;
	unsigned int nr = 0;

	while (pfn < end && !build->error) {
		entry = block_at(build, pfn);
		if (!entry) {
			pfn++;
			continue;
		}
		length = 1ULL << entry->order;
		if (entry->key - 1 != pfn || pfn + length > end) {
			split_block(build, entry);
			continue;
		}
		free_entry(build, from, entry);
		pfn += length;
		nr++;
	}
	return nr;
}

static void page_alloc(struct trace_build *build, const struct kmem_event *from)
{
	struct trace_event event = { .kind = TRACE_PAGE_ALLOC, .order = from->order, .node = -1 };

	if (from->address == NO_PAGE || from->order > TRACE_MAX_ORDER) {
		build->counts.totals.failed++;
		return;
	}
	build->counts.totals.implied += free_range(build, from, from->address, from->order);
	event.gfp = trace_gfp_byte(build->gfp, from->gfp);
	add_block(build, from->address, from->order, trace_writer_next_id(build->writer), 0);
	if (!build->error)
		write_event(build, from, &event);
}

/*
 * A batched free is reported a second time, by mm_page_free: the frame is in the map no more, which
 * says nothing.
 */
static void page_free(struct trace_build *build, const struct kmem_event *from)
{
	if (from->order > TRACE_MAX_ORDER)
		return;
	if (!free_range(build, from, from->address, from->order) && from->type == KMEM_PAGE_FREE)
		build->counts.totals.foreign++;
}

/* Marks the block that an object lies in, if it was allocated during the recording. */
static void mark_slab(struct trace_build *build, const struct kmem_event *from)
{
	struct trace_event event = { .kind = TRACE_SLAB };
	struct trace_map_entry *entry;

	if (!build->direct_map || from->address < build->direct_map)
		return;
	entry = block_at(build, (from->address - build->direct_map) >> build->page_shift);
	if (!entry || entry->flags & (SLAB | SPLIT))
		return;
	entry->flags |= SLAB;
	event.id = entry->id;
	write_event(build, from, &event);
}

/* ---- objects ---- */

/* The entry of the cache table for a call site and its sizes; negative on error. */
static int find_cache(struct trace_build *build, const struct kmem_event *from)
{
	uint64_t hash = from->call_site * 0x9e3779b97f4a7c15ULL ^
			from->asked * 0xc2b2ae3d27d4eb4fULL ^ from->given << 32;
	struct trace_map_entry *entry = trace_map_add(&build->cache_index, hash >> 1);
	struct trace_cache *caches;

	if (!entry)
		return -ENOMEM;
	if (entry->info)
		return (int)entry->info - 1;
	if (build->nr_caches == TRACE_MAX_CACHES)
		return -E2BIG;
	if (!(build->nr_caches & (build->nr_caches - 1))) {
		caches = realloc(build->caches,
				 (build->nr_caches ? 2 * build->nr_caches : 1) * sizeof(*caches));
		if (!caches)
			return -ENOMEM;
		build->caches = caches;
	}
	build->caches[build->nr_caches] = (struct trace_cache){
		.size = (uint32_t)from->asked,
		.stride = (uint32_t)from->given,
	};
	entry->info = ++build->nr_caches;
	return (int)entry->info - 1;
}

static void object_alloc(struct trace_build *build, const struct kmem_event *from)
{
	bool object = from->type == KMEM_OBJECT_ALLOC;
	struct trace_event event = { .kind = object ? TRACE_OBJECT_ALLOC : TRACE_KMALLOC };
	struct trace_map_entry *entry;
	uint32_t info = (uint32_t)from->given;
	int cache;

	/* The kernel answers a request for no bytes with a small number that is no address. */
	if (!from->asked)
		return;
	if (!from->address || from->asked > TRACE_MAX_SIZE || from->given > TRACE_MAX_SIZE ||
	    from->given < from->asked) {
		build->counts.totals.failed++;
		return;
	}
	if (object) {
		cache = find_cache(build, from);
		if (cache < 0) {
			build->error = cache;
			return;
		}
		event.cache = (uint32_t)cache;
		info = event.cache;
	}
	entry = trace_map_add(&build->objects, from->address);
	if (!entry) {
		build->error = -ENOMEM;
		return;
	}
	if (entry->flags) {
		/* Large kmalloc()s of some kernels pass two tracepoints. */
		if (!object && !(entry->flags & OBJECT) && entry->info == info &&
		    info > 1U << build->page_shift &&
		    entry->id + 1 == trace_writer_next_id(build->writer)) {
			build->counts.totals.repeated++;
			return;
		}
		build->counts.totals.implied++;
		write_free(build, from, entry->id);
	}
	entry->id = trace_writer_next_id(build->writer);
	entry->info = info;
	entry->flags = object ? LIVE | OBJECT : LIVE;
	event.size = from->asked;
	event.node = from->node >= 0 && from->node <= TRACE_MAX_NODE ? (int16_t)from->node : -1;
	event.gfp = trace_gfp_byte(build->gfp, from->gfp);
	write_event(build, from, &event);
	mark_slab(build, from);
}

/* The first free of a cache's object tells its name. */
static void learn_name(struct trace_cache *cache, const struct kmem_event *from)
{
	unsigned int i, length = from->name_length;

	if (cache->name[0] || !from->name)
		return;
	if (length > TRACE_NAME_MAX)
		length = TRACE_NAME_MAX;
	for (i = 0; i < length && from->name[i]; i++)
		cache->name[i] = from->name[i] > ' ' && from->name[i] < 0x7f ? from->name[i] : '_';
	cache->name[i] = '\0';
}

static void object_free(struct trace_build *build, const struct kmem_event *from)
{
	struct trace_map_entry *entry;

	/* Freeing NULL or what a request for no bytes returned. */
	if (from->address <= 1U << 12)
		return;
	entry = trace_map_find(&build->objects, from->address);
	if (!entry) {
		build->counts.totals.foreign++;
		return;
	}
	if (entry->flags & OBJECT)
		learn_name(&build->caches[entry->info], from);
	write_free(build, from, entry->id);
	trace_map_remove(&build->objects, entry);
}

static void lost(struct trace_build *build, const struct kmem_event *from)
{
	struct trace_event event = { .kind = TRACE_LOST, .count = from->asked };

	build->counts.totals.lost += from->asked;
	write_event(build, from, &event);
}

/* ---- the interface ---- */

/**
 * trace_build_create() - begin
 * @writer: where the events go; not closed before trace_build_finish()
 * @gfp: the kernel's GFP bits; must stay
 * @page_shift: page size
 * @direct_map: address where the kernel maps frame 0; 0 where it is not known, and no block is then
 *		marked as the slab allocator's
 *
 * Return: the new object or NULL.
 */
struct trace_build *trace_build_create(struct trace_writer *writer, const struct trace_gfp *gfp,
				       unsigned int page_shift, uint64_t direct_map)
{
	struct trace_build *build = calloc(1, sizeof(*build));

	if (!build)
		return NULL;
	build->writer = writer;
	build->gfp = gfp;
	build->page_shift = page_shift;
	build->direct_map = direct_map;
	build->counts.slab_marked = direct_map;
	return build;
}

/**
 * trace_build_add() - take one event
 * @build: the recording
 * @event: the event; in the order of time, a step back is counted and flattened
 *
 * Return: 0 or the first error, -errno, which sticks.
 */
int trace_build_add(struct trace_build *build, const struct kmem_event *event)
{
	uint64_t now;

	if (build->error)
		return build->error;
	if (!build->started) {
		build->base = event->time;
		build->started = true;
	}
	now = event->time - build->base;
	if (event->time < build->base || now < build->last)
		build->counts.totals.misordered++;
	else
		build->last = now;
	switch (event->type) {
	case KMEM_PAGE_ALLOC:
		page_alloc(build, event);
		break;
	case KMEM_PAGE_FREE:
	case KMEM_PAGE_FREE_BATCHED:
		page_free(build, event);
		break;
	case KMEM_KMALLOC:
	case KMEM_OBJECT_ALLOC:
		object_alloc(build, event);
		break;
	case KMEM_KFREE:
	case KMEM_OBJECT_FREE:
		object_free(build, event);
		break;
	case KMEM_LOST:
		lost(build, event);
		break;
	}
	return build->error;
}

/**
 * trace_build_lost() - say how many events the kernel's counters call lost
 * @build: the recording
 * @at_least: the counters' sum, which may hold more than what was seen missing
 */
void trace_build_lost(struct trace_build *build, uint64_t at_least)
{
	if (build->counts.totals.lost < at_least)
		build->counts.totals.lost = at_least;
}

/**
 * trace_build_counts() - what was counted so far
 * @build: the recording
 *
 * Return: the numbers, good until trace_build_destroy().
 */
const struct trace_counts *trace_build_counts(const struct trace_build *build)
{
	return &build->counts;
}

/**
 * trace_build_finish() - name the caches and complete the file
 * @build: the recording
 * @flags: TRACE_FLAG_INTERRUPTED or 0
 * @more: duration and exit_status alone are taken from here
 *
 * Return: 0, or the first error of recording or writing as -errno. The writer is closed.
 */
int trace_build_finish(struct trace_build *build, uint32_t flags, const struct trace_totals *more)
{
	uint32_t i;
	int ret;

	for (i = 0; i < build->nr_caches; i++)
		if (!build->caches[i].name[0])
			snprintf(build->caches[i].name, sizeof(build->caches[i].name), "size-%u",
				 build->caches[i].stride);
	if (build->direct_map)
		flags |= TRACE_FLAG_SLAB_MARKED;
	build->counts.totals.duration = more->duration;
	build->counts.totals.exit_status = more->exit_status;
	ret = trace_writer_close(build->writer, flags, build->caches, build->nr_caches,
				 &build->counts.totals);
	build->writer = NULL;
	return build->error ? build->error : ret;
}

/**
 * trace_build_destroy() - free everything, the writer too
 * @build: the recording, or NULL
 */
void trace_build_destroy(struct trace_build *build)
{
	if (!build)
		return;
	if (build->writer)
		trace_writer_close(build->writer, 0, NULL, 0, &build->counts.totals);
	trace_map_fini(&build->objects);
	trace_map_fini(&build->blocks);
	trace_map_fini(&build->splits);
	trace_map_fini(&build->cache_index);
	free(build->caches);
	free(build);
}
