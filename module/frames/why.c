// SPDX-License-Identifier: GPL-2.0
/*
 * Why: what an allocation would find in each zone, without taking or moving
 * anything, because anybody may ask.
 *
 * The rows are made by the same predicates (watermark.c), and in the same order,
 * as the allocator uses, so that the answer and the allocation cannot differ
 * while nobody else allocates. Before the allocator refuses a request, it has the
 * frame caches give back what they hold. Here their blocks are counted instead,
 * and it is checked whether one of them is large enough, or would be when it
 * merges with what is free beside it.
 *
 * Locks: arena->resize, for the orders of chunks.
 */
#include "frames/fcache.h"
#include "frames/watermark.h"
#include "frames/why.h"
#include "host/arena.h"

static void fill(struct mctl_arena *arena, const struct mctl_zone *zone,
		 const struct mctl_request *request, struct mctl_why *row)
{
	const struct mctl_buddy *buddy = &zone->buddy;
	u64 nr_alloc = 0, nr_freed = 0;
	unsigned int from, order;
	u32 nr_blocks;
	int found;

	*row = (struct mctl_why){
		.node = zone->nid,
		.type = zone->type,
		.reason = mctl_watermark_check(zone, request, MCTL_MARK_MIN),
		.nr_free = READ_ONCE(buddy->nr_free),
		.need = 1U << request->order,
		.wmark_min = READ_ONCE(zone->wmark_min),
		.reserve = READ_ONCE(zone->reserve[request->type]),
		.largest = U32_MAX,
		.block_order = U32_MAX,
		.from_mt = U32_MAX,
		.fragmentation_index = mctl_buddy_fragmentation_index(buddy, request->order),
	};
	if (!(request->flags & MCTL_REQUEST_MEMALLOC))
		row->need += row->wmark_min + row->reserve;
	mctl_fcache_fold(arena, zone->index, &row->nr_cached, &nr_alloc, &nr_freed);
	for (order = 0; order < MCTL_NR_ORDERS; order++) {
		nr_blocks = mctl_buddy_nr_blocks(buddy, order);
		if (nr_blocks)
			row->largest = order;
		if (order >= request->order)
			row->nr_suitable += nr_blocks << order;
	}
	found = mctl_buddy_find(buddy, request->order, request->mt, &from);
	if (found >= 0) {
		row->block_order = found;
		row->from_mt = from;
	}
}

/* The zone's answer if the frame caches had given back what they hold of it. */
static u32 reason_drained(struct mctl_arena *arena, const struct mctl_zone *zone,
			  const struct mctl_request *request, const struct mctl_why *row)
{
	u32 nr_free = row->nr_free + row->nr_cached;
	u32 reason = mctl_watermark_short(zone, request, MCTL_MARK_MIN, nr_free);

	if (!reason && row->block_order == U32_MAX &&
	    !mctl_fcache_would_free(arena, zone->index, request->order))
		reason = MEMCTL_REASON_FRAGMENTED;
	return reason;
}

static unsigned int ask(struct mctl_arena *arena, const struct mctl_zonelist *list,
			const struct mctl_request *request, bool drained, struct mctl_why *rows,
			unsigned int nr, bool *granted)
{
	unsigned int i, nr_rows = 0;

	*granted = false;
	for (i = 0; i < list->nr[request->type] && nr_rows < nr; i++) {
		const struct mctl_zone *zone = &arena->zones[list->zone[request->type][i]];

		if (request->flags & MCTL_REQUEST_THISNODE && i > request->type)
			break;
		if (!READ_ONCE(zone->buddy.nr_frames))
			continue;
		fill(arena, zone, request, &rows[nr_rows]);
		if (drained)
			rows[nr_rows].reason = reason_drained(arena, zone, request, &rows[nr_rows]);
		*granted |= !rows[nr_rows++].reason;
	}
	return nr_rows;
}

/**
 * mctl_zone_why() - what mctl_zone_alloc() would do, and why
 * @arena: the arena
 * @request: what would be asked for; order, type and migratetype are in range
 * @rows: one for each zone with frames, in the order of trial
 * @nr: room in @rows; zones beyond it are left out
 * @granted: whether a zone would serve the request
 *
 * If none would as the zones are, the reasons are those that they would have
 * after a drain of the frame caches.
 *
 * Context: Process context, may sleep.
 * Return: rows filled, 0 when the request's node does not exist; -EINTR when it was killed.
 */
int mctl_zone_why(struct mctl_arena *arena, const struct mctl_request *request,
		  struct mctl_why *rows, unsigned int nr, bool *granted)
{
	const struct mctl_zonelist *list = mctl_zone_list(arena, request);
	int ret;

	*granted = false;
	if (!list)
		return 0;
	ret = ask(arena, list, request, false, rows, nr, granted);
	if (*granted)
		return ret;
	if (down_read_killable(&arena->resize))
		return -EINTR;
	ret = ask(arena, list, request, true, rows, nr, granted);
	up_read(&arena->resize);
	return ret;
}
