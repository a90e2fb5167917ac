// SPDX-License-Identifier: GPL-2.0
/*
 * Frames whose memory has a hardware error.
 *
 * The host marks the page (PG_hwpoison, mm/memory-failure.c) and, as the page
 * is ours, does nothing else. hwpoison_look.c is notified, and checks the pages of
 * all arenas. What happens to a frame that has an error:
 *
 *   free            the frame is set aside: taken off the free lists for good
 *   in a frame cache   all are drained, and then it is free
 *   slab            nothing is taken from the slab any more; see place() in cache_slab.c
 *   region          the processes' entries go; an access is SIGBUS or EIO
 *   anything else   it stays with its user
 *
 * A frame in use is set aside when it is freed. So that this is noticed without
 * any cost at other times, the arena's frame caches, and the
 * magazines of the slab's cache, take and give nothing until then.
 *
 * H1  A frame known to have an error is on no free list and in no frame cache
 *     once a look at it has ended.
 * H2  hwpoison.nr_aside is the number of frames of kind HWPOISON, and of these
 *     and those in use nr is the sum.
 * H3  A page with an error goes back to the host alone, and so to no list of it.
 *
 * Locks: arena->resize (read) while pages are looked at; regions.lock,
 * family->lock, cache->lock and zone->lock inside, one after the other.
 * hwpoison.known is changed by the one worker of hwpoison_look.c, and by code that
 * holds arena->resize for writing.
 */
#include <linux/atomic.h>
#include <linux/page-flags.h>
#include "core/table.h"
#include "frames/hwpoison.h"
#include "frames/watermark.h"

static bool is_bad(struct mctl_arena *arena, u32 fn)
{
	return PageHWPoison(mctl_arena_page(arena, fn));
}

/**
 * mctl_hwpoison_has() - whether one of some frames has an error
 * @arena: the arena
 * @fn: first of them, which the arena holds
 * @order: 2^order frames
 *
 * Context: Any context; the frames stay with the arena.
 * Return: whether one has.
 */
bool mctl_hwpoison_has(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	bool any = false;

	preempt_disable();
	for (u32 i = 0; i < 1U << order && !any; i++)
		any = is_bad(arena, fn + i);
	preempt_enable();
	return any;
}

/**
 * mctl_hwpoison_next() - find the first frame known to have an error, from a frame on
 * @arena: the arena
 * @fn: frame number, any value
 *
 * Context: Any context.
 * Return: the frame, or MCTL_FN_NONE.
 */
u32 mctl_hwpoison_next(struct mctl_arena *arena, u32 fn)
{
	unsigned long index = fn;

	return xa_find(&arena->hwpoison.known, &index, MCTL_FN_NONE - 1, XA_PRESENT) ? index :
										       MCTL_FN_NONE;
}

/**
 * mctl_hwpoison_weed() - set aside the frames with an error among frames just freed
 * @arena: the arena
 * @zone: their zone
 * @fn: first of them
 * @order: 2^order frames
 *
 * Context: zone->lock is held.
 */
void mctl_hwpoison_weed(struct mctl_arena *arena, struct mctl_zone *zone, u32 fn,
			unsigned int order)
{
	for (u32 i = fn; i < fn + (1U << order); i++)
		if (is_bad(arena, i) && !mctl_buddy_set_aside(&zone->buddy, i))
			atomic_inc(&arena->hwpoison.nr_aside);
}

/**
 * mctl_hwpoison_forget() - forget the frames of a chunk that has left the arena
 * @arena: the arena
 * @fn: its first frame
 * @order: 2^order frames, which were free or set aside
 *
 * Context: Process context, arena->resize held for writing.
 */
void mctl_hwpoison_forget(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	u32 end = fn + (1U << order);

	while ((fn = mctl_hwpoison_next(arena, fn)) < end) {
		xa_erase(&arena->hwpoison.known, fn);
		WRITE_ONCE(arena->hwpoison.nr, arena->hwpoison.nr - 1);
		atomic_dec(&arena->hwpoison.nr_aside);
	}
}

/**
 * mctl_hwpoison_set_aside() - take a frame with an error off the free lists for good
 * @arena: the arena
 * @fn: the frame; one that is not free is left as it is
 *
 * Context: Any context but NMI; arena->resize is held.
 */
void mctl_hwpoison_set_aside(struct mctl_arena *arena, u32 fn)
{
	struct mctl_zone *zone = &arena->zones[arena->table.section[fn >> MCTL_SECTION_SHIFT].zone];
	unsigned long flags;

	raw_spin_lock_irqsave(&zone->lock, flags);
	zone->nr_lock++;
	mctl_hwpoison_weed(arena, zone, fn, 0);
	mctl_watermark_unlock(zone, flags);
}

/**
 * mctl_hwpoison_find() - find the frames with an error that were not known before
 * @arena: the arena
 *
 * Context: Process context, the one worker; arena->resize held for reading. Sleeps.
 */
void mctl_hwpoison_find(struct mctl_arena *arena)
{
	const struct mctl_table *table = &arena->table;
	u32 fn, span = mctl_table_span(table);

	for (fn = 0; fn < span; fn++) {
		if (!(fn % MCTL_SECTION_FRAMES)) {
			cond_resched();
			if (!table->section[fn >> MCTL_SECTION_SHIFT].nr_frames) {
				fn |= MCTL_SECTION_FRAMES - 1;
				continue;
			}
		}
		if (mctl_state_kind(READ_ONCE(table->state[fn])) == MCTL_KIND_ABSENT ||
		    !is_bad(arena, fn) || xa_load(&arena->hwpoison.known, fn))
			continue;
		/* If there is no memory to record it, the next look finds it again. */
		if (xa_is_err(xa_store(&arena->hwpoison.known, fn, xa_mk_value(0), GFP_KERNEL)))
			continue;
		WRITE_ONCE(arena->hwpoison.nr, arena->hwpoison.nr + 1);
	}
}

/**
 * mctl_hwpoison_kind() - what a frame is in use for
 * @arena: the arena
 * @fn: the frame
 * @head: becomes the head of its block, or MCTL_FN_NONE
 *
 * Context: Any context; arena->resize is held.
 * Return: enum mctl_kind, or the value found if it is damaged.
 */
unsigned int mctl_hwpoison_kind(const struct mctl_arena *arena, u32 fn, u32 *head)
{
	*head = mctl_table_head(&arena->table, fn);
	return *head == MCTL_FN_NONE ? MCTL_KIND_ABSENT :
				       mctl_state_kind(READ_ONCE(arena->table.state[*head]));
}

/**
 * mctl_hwpoison_check() - test H1 and H2
 * @arena: the arena
 * @nr_aside: frames of kind HWPOISON, counted
 * @report: where to
 *
 * A frame in use is reported too: its user has memory that cannot be read.
 *
 * Context: The caller keeps the frame table from changing.
 */
void mctl_hwpoison_check(struct mctl_arena *arena, u64 nr_aside, struct mctl_report *report)
{
	u64 nr = 0;
	u32 fn, head;

	mctl_report_expect(report, "hwpoison H2", "arena", arena->id, "frames set aside", nr_aside,
			   (u32)atomic_read(&arena->hwpoison.nr_aside));
	for (fn = 0; (fn = mctl_hwpoison_next(arena, fn)) != MCTL_FN_NONE; fn++) {
		nr++;
		mctl_report_expect(report, "hwpoison H1", "frame", fn,
				   "kind, with a hardware memory error", MCTL_KIND_HWPOISON,
				   mctl_hwpoison_kind(arena, fn, &head));
	}
	mctl_report_expect(report, "hwpoison H2", "arena", arena->id, "frames with an error", nr,
			   arena->hwpoison.nr);
}
