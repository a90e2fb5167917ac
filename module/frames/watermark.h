/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Watermarks: how many frames of a zone each kind of caller must leave free. See
 * watermark.c for the numbers and the invariants.
 */
#ifndef MCTL_FRAMES_WATERMARK_H
#define MCTL_FRAMES_WATERMARK_H

#include <linux/spinlock.h>
#include "core/report.h"
#include "frames/zone.h"

struct mctl_arena;

/* Which watermark a round of an allocation respects. */
enum mctl_mark {
	MCTL_MARK_LOW,
	MCTL_MARK_MIN,
};

/**
 * mctl_watermark_leave() - how many frames of a zone a request has to leave
 * @zone: the zone
 * @request: what is asked for
 * @mark: the watermark that is left, unless the request may go below
 *
 * Context: Any context; zone->lock held where the answer must hold.
 * Return: frames.
 */
static inline u64 mctl_watermark_leave(const struct mctl_zone *zone,
				       const struct mctl_request *request, enum mctl_mark mark)
{
	if (request->flags & MCTL_REQUEST_MEMALLOC)
		return 0;
	return (u64)(mark == MCTL_MARK_LOW ? zone->wmark_low : zone->wmark_min) +
	       zone->reserve[request->type];
}

u32 mctl_watermark_short(const struct mctl_zone *zone, const struct mctl_request *request,
			 enum mctl_mark mark, u32 nr_free);
u32 mctl_watermark_check(const struct mctl_zone *zone, const struct mctl_request *request,
			 enum mctl_mark mark);
u32 mctl_watermark_worse(u32 reason, u32 other);
void mctl_watermark_unlock_tight(struct mctl_zone *zone, unsigned long flags)
	__releases(&zone->lock);
void mctl_zone_setup_watermarks(struct mctl_arena *arena);
void mctl_watermarks_check(const struct mctl_arena *arena, struct mctl_report *report);

/**
 * mctl_watermark_unlock() - leave a zone whose free frames have changed
 * @zone: a zone, locked
 * @flags: from raw_spin_lock_irqsave()
 *
 * Context: zone->lock held; released.
 */
static inline void mctl_watermark_unlock(struct mctl_zone *zone, unsigned long flags)
	__releases(&zone->lock)
{
	/* A zone that is not tight is not below low either. */
	if (unlikely(zone->buddy.nr_free <= zone->wmark_high || zone->tight))
		mctl_watermark_unlock_tight(zone, flags);
	else
		raw_spin_unlock_irqrestore(&zone->lock, flags);
}

#endif /* MCTL_FRAMES_WATERMARK_H */
