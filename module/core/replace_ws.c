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
 * The stamp of a page is the number of the reference that used it last.
 *
 * Locks: none here; the caller serialises.
 */
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

/* --- wsclock: the head is where the hand is ----------------------------------------------- */

static void wsclock_hit(struct mctl_replace *r, u32 page)
{
	r->page[page].bits |= MCTL_REPLACE_REFERENCED;
}

/* Look at the page at the hand. Return: whether it can go. */
static bool look(struct mctl_replace *r, u32 page, bool *wrote)
{
	struct mctl_replace_page *record = &r->page[page];

	if (record->bits & MCTL_REPLACE_REFERENCED) {
		record->bits &= ~MCTL_REPLACE_REFERENCED;
		record->stamp = r->now;
		return false;
	}
	if (!is_old(r, page))
		return false;
	if (!(record->bits & MCTL_REPLACE_DIRTY))
		return true;
	mctl_replace_clean(r, page);
	*wrote = true;
	return false;
}

/* One round of the hand. Return: the page that can go, or none. */
static u32 go_round(struct mctl_replace *r, bool *wrote)
{
	for (u32 left = r->list[0].nr; left; left--) {
		u32 page = r->list[0].head;

		if (look(r, page, wrote))
			return page;
		mctl_replace_move(r, 0, page);
	}
	return MCTL_REPLACE_NONE;
}

/* The first clean page from the hand on, which stops there; else the one at the hand. */
static u32 last_resort(struct mctl_replace *r)
{
	for (u32 left = r->list[0].nr; left; left--) {
		if (!(r->page[r->list[0].head].bits & MCTL_REPLACE_DIRTY))
			break;
		mctl_replace_move(r, 0, r->list[0].head);
	}
	return r->list[0].head;
}

static void wsclock_fault(struct mctl_replace *r, u32 page)
{
	if (mctl_replace_full(r)) {
		bool wrote = false;
		u32 victim = go_round(r, &wrote);

		if (victim == MCTL_REPLACE_NONE && wrote)
			victim = go_round(r, &wrote);
		if (victim == MCTL_REPLACE_NONE)
			victim = last_resort(r);
		mctl_replace_leave(r, victim);
	}
	enter(r, page);
	wsclock_hit(r, page);
}

const struct mctl_replace_ops mctl_replace_wsclock = {
	.name = "wsclock",
	.records = 1,
	.lists = 1,
	.hit = wsclock_hit,
	.fault = wsclock_fault,
};
