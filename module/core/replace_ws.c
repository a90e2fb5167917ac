// SPDX-License-Identifier: GPL-2.0
/*
 * Models of page replacement by working sets: ws, wsclock.
 *
 * ws: a page leaves memory as soon as it was not used in the last window references, whether
 * the frame is wanted or not (Denning, "The working set model for program behavior", CACM
 * 1968). Where the working set does not fit in the frames, the least recently used page goes.
 *
 * wsclock: a hand looks for a page that was not used in the last window references. A page
 * with its referenced bit set loses it, and is taken for used now. An old page that is clean
 * goes. An old page that is dirty is written back, which is done when the hand comes round
 * again, and the search goes on. If a round finds no old page, the first clean one goes, else
 * the one at the hand (Carr and Hennessy, "WSClock - a simple and effective algorithm for
 * virtual memory management", SOSP 1981; the last resort as in Tanenbaum and Bos, 3.4.9).
 *
 * The stamp of a page is the number of the reference that used it last, as far as the policy
 * knows. wsclock passes all frames at a fault while no page is old, which would take as many
 * steps as there are frames. So a frame is marked if there is something to do at it: its page is
 * referenced, or old; the hand goes from mark to mark. The pages of the other frames are in a
 * list, in the order of their stamps; those at its head become old and leave it for a mark.
 * Frames with a clean page have a second mark, for the last resort. The frame of a page is the
 * stamp of its second record, behind all others.
 *
 * I6 A frame of wsclock is marked if its page is referenced or not in the list, and only then, and
 *    as clean if its page is; the list is in the order of the stamps.
 *
 * Locks: none here; the caller serialises.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/minmax.h>
#include "core/replace_impl.h"

static bool is_old(const struct mctl_replace *r, u32 page)
{
	return r->now - r->page[page].stamp > r->config.param[MCTL_REPLACE_WINDOW];
}

static void enter(struct mctl_replace *r, u32 page)
{
	mctl_replace_push(r, 0, page);
	r->page[page].stamp = r->now;
}

/* --- ws: the head is the least recently used page ----------------------------------------- */

static void ws_before(struct mctl_replace *r)
{
	while (r->list[0].nr && is_old(r, r->list[0].head))
		mctl_replace_leave(r, r->list[0].head);
}

static void ws_hit(struct mctl_replace *r, u32 page)
{
	mctl_replace_take(r, page);
	enter(r, page);
}

static void ws_fault(struct mctl_replace *r, u32 page)
{
	if (mctl_replace_full(r))
		mctl_replace_leave(r, r->list[0].head);
	enter(r, page);
}

const struct mctl_replace_ops mctl_replace_ws = {
	.name = "ws",
	.records = 1,
	.lists = 1,
	.before = ws_before,
	.hit = ws_hit,
	.fault = ws_fault,
};

/* --- wsclock ------------------------------------------------------------------------------ */

#define WORD 64 /* frames in a word of marks */

/* What a frame can be marked for: there is something to do at it; its page is clean. */
enum marks { BUSY, CLEAN, NR_MARKS };

static u32 *frame_of(const struct mctl_replace *r, u32 page)
{
	return &r->page[page + r->config.nr_pages].stamp;
}

static u64 *word_of(const struct mctl_replace *r, enum marks marks, u32 frame)
{
	return &r->marks[frame / WORD * NR_MARKS + marks];
}

static void mark(struct mctl_replace *r, enum marks marks, u32 frame, bool value)
{
	u64 bit = BIT_ULL(frame % WORD);

	if (value)
		*word_of(r, marks, frame) |= bit;
	else
		*word_of(r, marks, frame) &= ~bit;
}

static bool is_marked(const struct mctl_replace *r, enum marks marks, u32 frame)
{
	return *word_of(r, marks, frame) & BIT_ULL(frame % WORD);
}

/* The next marked frame from @frame on, before @end; @end if there is none. */
static u32 next_mark(const struct mctl_replace *r, enum marks marks, u32 frame, u32 end)
{
	while (frame < end) {
		u64 word = *word_of(r, marks, frame) >> frame % WORD;

		if (word)
			return min_t(u32, frame + __ffs(word), end);
		frame += WORD - frame % WORD;
	}
	return end;
}

static bool is_clean(const struct mctl_replace *r, u32 page)
{
	return !(r->page[page].bits & MCTL_REPLACE_DIRTY);
}

static void wsclock_hit(struct mctl_replace *r, u32 page)
{
	r->page[page].bits |= MCTL_REPLACE_REFERENCED;
	if (r->page[page].list == 0)
		mctl_replace_take(r, page);
	mark(r, BUSY, *frame_of(r, page), true);
	mark(r, CLEAN, *frame_of(r, page), is_clean(r, page));
}

/* Mark the pages that have become old. */
static void mark_old(struct mctl_replace *r)
{
	while (r->list[0].nr && is_old(r, r->list[0].head))
		mark(r, BUSY, *frame_of(r, mctl_replace_pop(r, 0)), true);
}

/* The hand is at a marked frame. Return: whether its page can go. */
static bool look(struct mctl_replace *r, u32 frame, bool *wrote)
{
	u32 page = r->frame[frame];

	if (r->page[page].bits & MCTL_REPLACE_REFERENCED) {
		r->page[page].bits &= ~MCTL_REPLACE_REFERENCED;
		mark(r, BUSY, frame, false);
		enter(r, page);
		return false;
	}
	if (is_clean(r, page))
		return true;
	mctl_replace_clean(r, page);
	mark(r, CLEAN, frame, true);
	*wrote = true;
	return false;
}

/* Look at the marked frames of a part of the ring. Return: one whose page can go; @end for none. */
static u32 go(struct mctl_replace *r, u32 begin, u32 end, bool *wrote)
{
	u32 frame = next_mark(r, BUSY, begin, end);

	while (frame < end && !look(r, frame, wrote))
		frame = next_mark(r, BUSY, frame + 1, end);
	return frame;
}

/* One round of the hand, which stops at an old clean page. Return: whether there is one. */
static bool go_round(struct mctl_replace *r, bool *wrote)
{
	u32 nr = r->config.frames, frame = go(r, r->hand, nr, wrote);

	if (frame == nr) {
		frame = go(r, 0, r->hand, wrote);
		if (frame == r->hand)
			return false;
	}
	r->hand = frame;
	return true;
}

/* Move the hand to the first clean page, if there is any. */
static void last_resort(struct mctl_replace *r)
{
	u32 frame = next_mark(r, CLEAN, r->hand, r->config.frames);

	if (frame == r->config.frames)
		frame = next_mark(r, CLEAN, 0, r->hand);
	r->hand = frame;
}

/* Return: the frame that is free then. */
static u32 wsclock_evict(struct mctl_replace *r)
{
	bool wrote = false, found;
	u32 frame, victim;

	mark_old(r);
	found = go_round(r, &wrote) || (wrote && go_round(r, &wrote));
	if (!found)
		last_resort(r);
	frame = r->hand;
	victim = r->frame[frame];
	if (r->page[victim].list == 0)
		mctl_replace_take(r, victim);
	mctl_replace_evict(r, victim);
	r->hand = frame + 1 < r->config.frames ? frame + 1 : 0;
	return frame;
}

static void wsclock_fault(struct mctl_replace *r, u32 page)
{
	u32 frame = mctl_replace_full(r) ? wsclock_evict(r) : r->nr_resident;

	if (r->hand == MCTL_REPLACE_NONE)
		r->hand = 0;
	r->frame[frame] = page;
	*frame_of(r, page) = frame;
	wsclock_hit(r, page);
}

static void wsclock_check(const struct mctl_replace *r, struct mctl_report *report)
{
	u32 before = 0;

	for (u32 frame = 0; frame < r->nr_resident; frame++) {
		const struct mctl_replace_page *page = &r->page[r->frame[frame]];
		bool listed = page->list == 0;

		mctl_report_expect(report, "replace I6", "wsclock frame", frame, "marked", !listed,
				   is_marked(r, BUSY, frame));
		mctl_report_expect(report, "replace I6", "wsclock frame", frame, "marked clean",
				   is_clean(r, r->frame[frame]), is_marked(r, CLEAN, frame));
		mctl_report_expect(report, "replace I6", "wsclock frame", frame, "used and listed",
				   false, listed && page->bits & MCTL_REPLACE_REFERENCED);
	}
	for (u32 page = r->list[0].head; page != MCTL_REPLACE_NONE; page = r->page[page].next) {
		mctl_report_expect(report, "replace I6", "wsclock page", page,
				   "older than the last", false, r->page[page].stamp < before);
		before = r->page[page].stamp;
	}
}

const struct mctl_replace_ops mctl_replace_wsclock = {
	.name = "wsclock",
	.records = 2,
	.lists = 1,
	.ring = true,
	.hit = wsclock_hit,
	.fault = wsclock_fault,
	.check = wsclock_check,
};
