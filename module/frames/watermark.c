// SPDX-License-Identifier: GPL-2.0
/*
 * Watermarks: how many frames of a zone each kind of caller must leave free.
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
 * I4  Watermarks and reserves follow from the frames of the zones, as above.
 *
 * I2 to I4 are tested by mctl_watermarks_check(), I1 on allocation.
 *
 * Locks: zone->lock, to write watermarks; reading them without is for views.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "core/report.h"
#include "frames/watermark.h"
#include "host/arena.h"
#include "host/event.h"

#define MIN_FREE_LEAST_KIB 128
#define MIN_FREE_MOST_KIB  262144

static const u16 reserve_ratio[MCTL_NR_ZONE_TYPES] = { 256, 256, 32 };

/**
 * mctl_watermark_short() - whether a zone is short of frames for a request
 * @zone: the zone
 * @request: what is asked for
 * @mark: the watermark that is left, unless the request may go below
 * @nr_free: frames of the zone that are free
 *
 * Context: Any context; zone->lock held where the answer must hold.
 * Return: MEMCTL_REASON_NONE, MEMCTL_REASON_NO_MEMORY or MEMCTL_REASON_WATERMARK.
 */
u32 mctl_watermark_short(const struct mctl_zone *zone, const struct mctl_request *request,
			 enum mctl_mark mark, u32 nr_free)
{
	u32 need = 1U << request->order;

	if (nr_free < need)
		return MEMCTL_REASON_NO_MEMORY;
	if (nr_free - need < mctl_watermark_leave(zone, request, mark))
		return MEMCTL_REASON_WATERMARK;
	return MEMCTL_REASON_NONE;
}

/**
 * mctl_watermark_check() - whether a zone may serve a request
 * @zone: the zone
 * @request: what is asked for
 * @mark: the watermark that is left, unless the request may go below
 *
 * The predicate of `why`, and of an allocation to name why it failed:
 * an allocation succeeds exactly when there is no reason.
 *
 * Context: Any context; zone->lock held where the answer must hold.
 * Return: MEMCTL_REASON_NONE, or why not.
 */
u32 mctl_watermark_check(const struct mctl_zone *zone, const struct mctl_request *request,
			 enum mctl_mark mark)
{
	u32 reason = mctl_watermark_short(zone, request, mark, READ_ONCE(zone->buddy.nr_free));
	unsigned int from;

	if (!reason && mctl_buddy_find(&zone->buddy, request->order, request->mt, &from) < 0)
		reason = MEMCTL_REASON_FRAGMENTED;
	return reason;
}

/**
 * mctl_watermark_worse() - choose which of two zones' reasons to tell the caller
 * @reason: enum memctl_reason
 * @other: enum memctl_reason
 *
 * The reason nearest to success says most: fragmentation before a watermark
 * before no memory, and last what @reason was without a zone.
 *
 * Context: Any context.
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
		.arena = arena,
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
	if (unlikely(tell))
		mctl_event_send(&event);
}

static u64 min_free_frames(u64 nr_frames)
{
	u64 kib = nr_frames << (PAGE_SHIFT - 10);
	u64 min_free = int_sqrt64(kib * 16);

	min_free = clamp_t(u64, min_free, MIN_FREE_LEAST_KIB, MIN_FREE_MOST_KIB);
	return min(min_free, kib / 8) >> (PAGE_SHIFT - 10);
}

/* The min watermark of a zone. */
static u32 share_of(const struct mctl_zone *zone, u64 min_free, u64 nr_frames)
{
	return nr_frames ? div64_u64(min_free * zone->buddy.nr_frames, nr_frames) : 0;
}

static void set_marks(struct mctl_zone *zone, u64 min_free, u64 nr_frames)
{
	u32 share = share_of(zone, min_free, nr_frames);

	WRITE_ONCE(zone->wmark_min, share);
	WRITE_ONCE(zone->wmark_low, share + share / 4);
	WRITE_ONCE(zone->wmark_high, share + share / 2);
}

/*
 * What a zone reserves against requests for a type. The zones of a node are side by
 * side, lowest type first.
 */
static u32 reserve_of(const struct mctl_zone *zone, unsigned int type)
{
	u64 above = 0;
	unsigned int i;

	if (!zone->buddy.nr_frames)
		return 0;
	for (i = zone->type + 1; i <= type; i++)
		above += READ_ONCE(zone[i - zone->type].buddy.nr_frames);
	return div_u64(above, reserve_ratio[zone->type]);
}

static void set_reserve(struct mctl_zone *zone)
{
	unsigned int type;

	for (type = 0; type < MCTL_NR_ZONE_TYPES; type++)
		WRITE_ONCE(zone->reserve[type], reserve_of(zone, type));
}

/**
 * mctl_zone_setup_watermarks() - watermarks and reserves of every zone
 * @arena: the arena, whose frames came or went
 *
 * Context: Process context, arena->resize held for writing.
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

/* I2, I3, I4 of one zone. */
static void check_zone(const struct mctl_zone *zone, u32 share, struct mctl_report *report)
{
	unsigned int type;

	mctl_report_expect(report, "watermark I4", "zone", zone->index, "min", share,
			   zone->wmark_min);
	mctl_report_expect(report, "watermark I4", "zone", zone->index, "low", share + share / 4,
			   zone->wmark_low);
	mctl_report_expect(report, "watermark I4", "zone", zone->index, "high", share + share / 2,
			   zone->wmark_high);
	for (type = 0; type < MCTL_NR_ZONE_TYPES; type++)
		mctl_report_expect(report, "watermark I4", "zone", zone->index, "reserve",
				   reserve_of(zone, type), zone->reserve[type]);
	mctl_report_expect(report, "watermark I2", "zone", zone->index, "tight",
			   zone->buddy.nr_free <= zone->wmark_high, zone->tight);
	mctl_report_expect(report, "watermark I3", "zone", zone->index, "low, but not tight", false,
			   zone->below_low && !zone->tight);
}

/**
 * mctl_watermarks_check() - test the invariants of the watermarks
 * @arena: the arena
 * @report: where to
 *
 * Context: All CPUs stopped, arena->resize held. The zones are where they should be.
 */
void mctl_watermarks_check(const struct mctl_arena *arena, struct mctl_report *report)
{
	u64 min_free = min_free_frames(arena->nr_frames);
	unsigned int i;

	for (i = 0; i < arena->nr_zones; i++)
		check_zone(&arena->zones[i], share_of(&arena->zones[i], min_free, arena->nr_frames),
			   report);
}
