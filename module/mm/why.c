// SPDX-License-Identifier: GPL-2.0
/*
 * Why: what an allocation would find in each zone, without taking anything.
 *
 * The rows are made by the predicate that the allocator itself asks
 * (mctl_watermark_check()), in the order in which it asks, so that the answer
 * and the deed cannot differ while nobody else allocates. Like the allocator,
 * it has the frame caches give back what they hold before it says no.
 *
 * Locks: none.
 */
#include "mm/fcache.h"

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

static unsigned int ask(struct mctl_arena *arena, const struct mctl_zonelist *list,
			const struct mctl_request *request, struct mctl_why *rows, unsigned int nr,
			bool *granted)
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
 * Context: process; may sleep.
 * Return: rows filled; 0 when the request's node does not exist.
 */
unsigned int mctl_zone_why(struct mctl_arena *arena, const struct mctl_request *request,
			   struct mctl_why *rows, unsigned int nr, bool *granted)
{
	const struct mctl_zonelist *list = mctl_zone_list(arena, request);
	unsigned int nr_rows;

	*granted = false;
	if (!list)
		return 0;
	nr_rows = ask(arena, list, request, rows, nr, granted);
	if (!*granted && mctl_fcache_drain_all(arena))
		nr_rows = ask(arena, list, request, rows, nr, granted);
	return nr_rows;
}
