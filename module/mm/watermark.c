// SPDX-License-Identifier: GPL-2.0
/*
 * Watermarks: how many frames of a zone which caller has to leave.
 *
 *   min_free   sqrt(16 * KiB of the arena) KiB, 128 KiB to 256 MiB as in Linux,
 *              and at most an eighth of the arena
 *   min        share of min_free by the zone's part of the arena
 *   low, high  5/4 and 6/4 of min
 *   reserve    of a zone against requests for a higher type: the frames of the
 *              higher zones of the node, divided by 256 (DMA, DMA32) or 32
 *
 * I1  A caller without the right to the reserves (MCTL_REQUEST_MEMALLOC) leaves
 *     at least min + reserve frames free.
 * I2  zone->tight is true exactly when at most high frames are free, whenever
 *     the zone's lock is free.
 * I3  LOW and HIGH events of a zone alternate, and it is tight in between.
 *
 * Locks: zone->lock, to write watermarks; reading them without is for views.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "mm/arena.h"
#include "mm/event.h"

#define MIN_FREE_LEAST_KIB 128
#define MIN_FREE_MOST_KIB  262144

static const u16 reserve_ratio[MCTL_NR_ZONE_TYPES] = { 256, 256, 32 };

/**
 * mctl_watermark_check() - whether a zone may serve a request
 * @zone: the zone
 * @request: what is asked for
 * @mark: the watermark that is left, unless the request may go below
 *
 * The predicate of `why`, and of an allocation to name what it failed for:
 * that succeeds exactly when there is no reason.
 *
 * Context: any; zone->lock held where the answer must hold.
 * Return: MEMCTL_REASON_NONE, or why not.
 */
u32 mctl_watermark_check(const struct mctl_zone *zone, const struct mctl_request *request,
			 enum mctl_mark mark)
{
	u32 nr_free = READ_ONCE(zone->buddy.nr_free);
	u32 need = 1U << request->order;
	unsigned int from;

	if (nr_free < need)
		return MEMCTL_REASON_NO_MEMORY;
	if (nr_free - need < mctl_watermark_leave(zone, request, mark))
		return MEMCTL_REASON_WATERMARK;
	if (mctl_buddy_find(&zone->buddy, request->order, request->mt, &from) < 0)
		return MEMCTL_REASON_FRAGMENTED;
	return MEMCTL_REASON_NONE;
}

/**
 * mctl_watermark_worse() - of two zones' reasons, the one to tell the caller
 * @reason: enum memctl_reason
 * @other: enum memctl_reason
 *
 * What came nearest to success says most: fragmentation before a watermark
 * before no memory.
 *
 * Context: any.
 * Return: the one of the two.
 */
u32 mctl_watermark_worse(u32 reason, u32 other)
{
	static const u32 telling[] = {
		MEMCTL_REASON_FRAGMENTED,
		MEMCTL_REASON_WATERMARK,
		MEMCTL_REASON_NO_MEMORY,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(telling); i++)
		if (reason == telling[i] || other == telling[i])
			return telling[i];
	return reason;
}

/**
 * mctl_watermark_unlock_tight() - mctl_watermark_unlock() of a zone that is or was tight
 * @zone: a zone, locked
 * @flags: from raw_spin_lock_irqsave()
 *
 * Context: zone->lock held; released.
 */
void mctl_watermark_unlock_tight(struct mctl_zone *zone, unsigned long flags)
	__releases(&zone->lock)
{
	struct mctl_arena *arena = container_of(zone->buddy.table, struct mctl_arena, table);
	u32 nr_free = zone->buddy.nr_free;
	struct mctl_event event = {
		.arena = arena->name,
		.has_zone = true,
		.node = zone->nid,
		.zone_type = zone->type,
		.has_value = true,
		.value = nr_free,
	};
	bool tight = nr_free <= zone->wmark_high;
	bool tell = false;

	if (zone->tight != tight)
		WRITE_ONCE(zone->tight, tight);
	if (unlikely(zone->below_low ? !tight : nr_free < zone->wmark_low)) {
		zone->below_low = !zone->below_low;
		event.type = zone->below_low ? MEMCTL_EVENT_TYPE_LOW : MEMCTL_EVENT_TYPE_HIGH;
		tell = true;
	}
	raw_spin_unlock_irqrestore(&zone->lock, flags);
	if (unlikely(tell)) {
		event.generation = mctl_arena_generation(arena);
		mctl_event_send(&event);
	}
}

static u64 min_free_frames(u64 nr_frames)
{
	u64 kib = nr_frames << (PAGE_SHIFT - 10);
	u64 min_free = int_sqrt64(kib * 16);

	min_free = clamp_t(u64, min_free, MIN_FREE_LEAST_KIB, MIN_FREE_MOST_KIB);
	return min(min_free, kib / 8) >> (PAGE_SHIFT - 10);
}

static void set_marks(struct mctl_zone *zone, u64 min_free, u64 nr_frames)
{
	u32 share = nr_frames ? div64_u64(min_free * zone->buddy.nr_frames, nr_frames) : 0;

	WRITE_ONCE(zone->wmark_min, share);
	WRITE_ONCE(zone->wmark_low, share + share / 4);
	WRITE_ONCE(zone->wmark_high, share + share / 2);
}

/* The zones of a node stand side by side, lowest type first. */
static void set_reserve(struct mctl_zone *zone)
{
	u64 above = 0;
	unsigned int type;

	for (type = 0; type < MCTL_NR_ZONE_TYPES; type++) {
		u32 reserve = 0;

		if (type > zone->type) {
			above += READ_ONCE(zone[type - zone->type].buddy.nr_frames);
			if (zone->buddy.nr_frames)
				reserve = div_u64(above, reserve_ratio[zone->type]);
		}
		WRITE_ONCE(zone->reserve[type], reserve);
	}
}

/**
 * mctl_zone_setup_watermarks() - watermarks and reserves of every zone
 * @arena: the arena, whose frames came or went
 *
 * Context: process, arena->resize held for writing.
 */
void mctl_zone_setup_watermarks(struct mctl_arena *arena)
{
	u64 min_free = min_free_frames(arena->nr_frames);
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < arena->nr_zones; i++) {
		struct mctl_zone *zone = &arena->zones[i];

		raw_spin_lock_irqsave(&zone->lock, flags);
		set_marks(zone, min_free, arena->nr_frames);
		set_reserve(zone);
		mctl_watermark_unlock(zone, flags);
	}
}
