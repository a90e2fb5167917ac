// SPDX-License-Identifier: GPL-2.0
/*
 * The size of an arena: how it is divided among nodes and zones, and how an arena
 * is built, grown, shrunk and destroyed.
 *
 * I1  A request that fails leaves the arena unchanged, and gives back everything
 *     that it took from the host.
 * I2  After a change of size, watermarks, reserves and the budgets of the frame
 *     caches are those of the new size.
 *
 * Locks: arena->resize is held for writing during every change.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "arenas/arena_size.h"
#include "arenas/arenas.h"
#include "frames/chunk.h"
#include "frames/fcache.h"
#include "frames/watermark.h"
#include "handles/handle.h"
#include "host/host.h"
#include "models/tlb.h"
#include "objects/cache.h"
#include "objects/caches.h"
#include "regions/region.h"
#include "spaces/space.h"

#define MAX_FRAMES ((1ULL << 43) >> PAGE_SHIFT)

/* A size as people write it, for refusals. */
static const char *size_text(char *text, size_t len, u64 nr_frames)
{
	u64 kib = nr_frames << (PAGE_SHIFT - 10);

	if (kib >= 1 << 20 && !(kib & ((1 << 20) - 1)))
		snprintf(text, len, "%llu GiB", kib >> 20);
	else if (kib >= 1 << 10)
		snprintf(text, len, "%llu MiB", kib >> 10);
	else
		snprintf(text, len, "%llu KiB", kib);
	return text;
}

static int refuse_size(struct mctl_error *error, const char *what, u64 nr_frames, u64 could)
{
	char size[24], had[24];

	return mctl_fail(error, -ENOMEM, "%s %s: the host could give %s", what,
			 size_text(size, sizeof(size), nr_frames),
			 size_text(had, sizeof(had), could));
}

/* Frames of one zone type: from the nodes asked for first, then from the others. */
static u64 take_type(struct mctl_arena *arena, const nodemask_t *nodes, int type, u64 nr,
		     struct list_head *pages)
{
	u64 got = 0;
	int nid;

	for_each_node_mask(nid, *nodes)
		got += mctl_host_take(arena, nid, type, nr - got, mctl_chunk_fits, pages);
	for_each_node_state(nid, N_MEMORY)
		if (!node_isset(nid, *nodes))
			got += mctl_host_take(arena, nid, type, nr - got, mctl_chunk_fits, pages);
	return got;
}

/* Frames shared between nodes; what one of them does not have comes from the others. */
static u64 take_even(struct mctl_arena *arena, const nodemask_t *nodes, u64 nr,
		     struct list_head *pages)
{
	unsigned int left = nodes_weight(*nodes);
	u64 got = 0, share;
	int nid;

	for_each_node_mask(nid, *nodes) {
		share = DIV_ROUND_UP_ULL(nr - got, left);
		left--;
		if (share > MCTL_SECTION_FRAMES)
			share = round_up(share, MCTL_SECTION_FRAMES);
		got += mctl_host_take(arena, nid, -1, min(share, nr - got), mctl_chunk_fits, pages);
	}
	for_each_node_mask(nid, *nodes)
		if (got < nr)
			got += mctl_host_take(arena, nid, -1, nr - got, mctl_chunk_fits, pages);
	return got;
}

/* After frames came or went. */
static void settle(struct mctl_arena *arena)
{
	mctl_zone_setup_watermarks(arena);
	mctl_fcache_resize(arena);
	mctl_arena_touch(arena);
}

static int check_nodes(const nodemask_t *nodes, struct mctl_error *error)
{
	int nid;

	for_each_node_mask(nid, *nodes)
		if (!node_state(nid, N_MEMORY))
			return mctl_fail(error, -EINVAL, "node %d: no such node with memory", nid);
	return 0;
}

static int check_size(struct mctl_error *error, u64 size, u64 nr)
{
	if (!size)
		return mctl_fail(error, -EINVAL, "size 0: at least one page");
	if (nr > MAX_FRAMES)
		return mctl_fail(error, -ERANGE, "size %llu: the limit is 8 TiB", size);
	if (nr > mctl_host_available())
		return refuse_size(error, "size", nr, mctl_host_available());
	return 0;
}

static u64 frames_of(u64 size)
{
	return (size >> PAGE_SHIFT) + !!(size & ~PAGE_MASK);
}

static int take_all(struct mctl_arena *arena, const struct mctl_arena_params *params,
		    const nodemask_t *nodes, struct list_head *pages, struct mctl_error *error)
{
	u64 dma = frames_of(params->dma), dma32 = frames_of(params->dma32);
	u64 nr = frames_of(params->size), got;
	int ret;

	ret = check_size(error, params->size, nr);
	if (ret)
		return ret;
	if (dma > nr || dma32 > nr - dma)
		return mctl_fail(error, -EINVAL, "dma and dma32 are more than the size, %llu bytes",
				 params->size);
	got = take_type(arena, nodes, MEMCTL_ZONE_TYPE_DMA, dma, pages);
	if (got < dma)
		return refuse_size(error, "dma", dma, got);
	got = take_type(arena, nodes, MEMCTL_ZONE_TYPE_DMA32, dma32, pages);
	if (got < dma32)
		return refuse_size(error, "dma32", dma32, got);
	got = take_even(arena, nodes, nr - dma - dma32, pages);
	if (got < nr - dma - dma32)
		return refuse_size(error, "size", nr, got + dma + dma32);
	return 0;
}

static int take_frames(struct mctl_arena *arena, const struct mctl_arena_params *params,
		       struct mctl_error *error)
{
	nodemask_t nodes = params->nodes;
	LIST_HEAD(pages);
	int ret;

	ret = check_nodes(&nodes, error);
	if (!ret)
		ret = mctl_zones_update(arena, error);
	if (ret)
		return ret;
	if (nodes_empty(nodes))
		nodes = node_states[N_MEMORY];
	ret = take_all(arena, params, &nodes, &pages, error);
	if (!ret)
		ret = mctl_chunk_add_list(arena, &pages, error);
	mctl_host_give_list(&pages);
	return ret;
}

/**
 * mctl_arena_build() - make an arena out of a zeroed one with a name and an id
 * @arena: the arena
 * @params: what to take
 * @error: text on failure
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL, -ERANGE for parameters; -ENOMEM when the host cannot
 * give the size or memory for the records. After a failure nothing is left
 * but @arena itself.
 */
int mctl_arena_build(struct mctl_arena *arena, const struct mctl_arena_params *params,
		     struct mctl_error *error)
{
	int ret;

	init_rwsem(&arena->resize);
	xa_init(&arena->hwpoison.known);
	mutex_init(&arena->caches.lock);
	INIT_LIST_HEAD(&arena->caches.list);

	ret = mctl_zones_create(arena, error);
	if (ret)
		return ret;
	ret = mctl_host_create_tables(arena);
	if (!ret)
		ret = mctl_fcache_create(arena);
	if (!ret)
		ret = mctl_handles_create(arena);
	if (!ret)
		ret = mctl_regions_create(arena);
	if (!ret)
		ret = mctl_spaces_create(arena);
	if (!ret)
		ret = mctl_tlbs_create(arena);
	if (ret) {
		mctl_fail(error, ret, "no memory for the records of an arena");
		goto dismantle;
	}
	down_write(&arena->resize);
	ret = take_frames(arena, params, error);
	if (!ret)
		settle(arena);
	up_write(&arena->resize);
	if (ret)
		goto dismantle;
	ret = mctl_caches_create(arena);
	if (!ret)
		return 0;
	mctl_fail(error, ret, "size %llu: too small for the kmalloc caches", params->size);
dismantle:
	mctl_arena_dismantle(arena);
	return ret;
}

/* Give back every chunk that is completely free, and name the others. */
static void give_back_all(struct mctl_arena *arena)
{
	u32 fn = mctl_table_span(&arena->table);
	unsigned int order;

	while ((fn = mctl_chunk_last(arena, fn, &order)) != MCTL_FN_NONE) {
		struct page *page = mctl_arena_page(arena, fn);

		if (!mctl_chunk_remove(arena, fn, order))
			mctl_host_give_chunk(arena, fn, page, order);
		else
			pr_err("arena %s: the chunk of %u frames at frame %u is in use: not given back to the host\n",
			       arena->name, 1U << order, fn);
	}
}

/**
 * mctl_arena_dismantle() - give everything back to the host
 * @arena: an arena that is not used any more
 *
 * Context: Process context, may sleep.
 */
void mctl_arena_dismantle(struct mctl_arena *arena)
{
	unsigned int i;

	mctl_tlbs_destroy(arena);
	mctl_spaces_destroy(arena);
	mctl_regions_destroy(arena);
	mctl_handles_destroy(arena);
	mctl_caches_destroy(arena);
	down_write(&arena->resize);
	mctl_fcache_destroy(arena);
	/* Emptying is no shortage: no marks, no events. */
	for (i = 0; i < arena->nr_zones; i++) {
		arena->zones[i].wmark_low = 0;
		arena->zones[i].below_low = false;
	}
	give_back_all(arena);
	up_write(&arena->resize);
	mctl_chunks_destroy(arena);
	mctl_host_destroy_tables(arena);
	mctl_zones_destroy(arena);
	xa_destroy(&arena->hwpoison.known);
}

/**
 * mctl_arena_grow() - take more frames
 * @arena: the arena
 * @size: bytes
 * @nodes: nodes to share them between; empty or NULL for all
 * @got: bytes taken
 * @error: text on failure
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL, -ERANGE for parameters; -ENOMEM when the host cannot
 * give it. After a failure the arena is what it was.
 */
int mctl_arena_grow(struct mctl_arena *arena, u64 size, const nodemask_t *nodes, u64 *got,
		    struct mctl_error *error)
{
	struct mctl_arena_params params = { .size = size };
	u32 before;
	int ret;

	if (nodes)
		params.nodes = *nodes;
	down_write(&arena->resize);
	before = arena->nr_frames;
	if (frames_of(size) > MAX_FRAMES - before)
		ret = mctl_fail(error, -ERANGE, "size %llu: the limit of an arena is 8 TiB", size);
	else
		ret = take_frames(arena, &params, error);
	*got = (u64)(arena->nr_frames - before) << PAGE_SHIFT;
	if (*got)
		settle(arena);
	up_write(&arena->resize);
	if (*got)
		mctl_arena_send_event(arena, MEMCTL_EVENT_TYPE_ARENA_GROW, *got);
	return ret;
}

/**
 * mctl_arena_shrink() - give frames back to the host
 * @arena: the arena
 * @size: bytes; rounded up to whole chunks
 * @given: bytes given back, fewer when less is free in whole chunks
 * @error: text on failure
 *
 * Context: Process context, may sleep.
 * Return: 0 when anything was given back; -EINVAL for 0 or for as much as the
 * arena has; -EBUSY when no chunk is wholly free.
 */
int mctl_arena_shrink(struct mctl_arena *arena, u64 size, u64 *given, struct mctl_error *error)
{
	u64 want = frames_of(size), done = 0;
	unsigned int order;
	int ret = 0;
	u32 fn;

	*given = 0;
	if (!size)
		return mctl_fail(error, -EINVAL, "size 0: at least one page");
	down_write(&arena->resize);
	if (want >= arena->nr_frames) {
		ret = mctl_fail(error, -EINVAL, "size %llu: the arena has %llu bytes in all", size,
				(u64)arena->nr_frames << PAGE_SHIFT);
		goto unlock;
	}
	mctl_fcache_drain_all(arena);
	fn = mctl_table_span(&arena->table);
	while (done < want && (fn = mctl_chunk_last(arena, fn, &order)) != MCTL_FN_NONE) {
		struct page *page = mctl_arena_page(arena, fn);

		if (mctl_chunk_remove(arena, fn, order))
			continue;
		mctl_host_give_chunk(arena, fn, page, order);
		done += 1U << order;
	}
	*given = done << PAGE_SHIFT;
	if (done) {
		/* Lookups of the old frames must have ended before the hole gets other frames. */
		mctl_arena_wait_readers();
		settle(arena);
	} else {
		ret = mctl_fail(error, -EBUSY, "none of the %u chunks is wholly free",
				arena->nr_chunks);
	}
unlock:
	up_write(&arena->resize);
	if (done)
		mctl_arena_send_event(arena, MEMCTL_EVENT_TYPE_ARENA_SHRINK, *given);
	return ret;
}
