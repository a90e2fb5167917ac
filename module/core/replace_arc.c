// SPDX-License-Identifier: GPL-2.0
/*
 * Models of page replacement that adapt: arc, car.
 *
 * Both have the pages that were seen once in T1, those seen more often in T2, and the ghosts of
 * each in B1 and B2. A reference to a ghost of B1 says that T1 should be larger, to one of B2
 * that it should be smaller: the target p moves by 1, or by the ratio of the ghosts where that
 * is more. p is a fraction, of 2^-32 here.
 *
 * arc: T1 and T2 are LRU lists, and every hit moves a page to T2 (Megiddo and Modha, "ARC: a
 * self-tuning, low overhead replacement cache", FAST 2003, figure 4).
 *
 * car: T1 and T2 are clocks, and a hit sets the referenced bit alone; a page of T1 that has it
 * set at the hand goes to T2 (Bansal and Modha, "CAR: clock with adaptive replacement", FAST
 * 2004, figure 2).
 *
 * I6 T1 and B1 together have at most as many pages as there are frames, all four at most twice
 *    as many; p is at most the frames.
 *
 * Locks: none here; the caller serialises.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include "core/replace_impl.h"

#define ONE BIT_ULL(32)

enum { T1, B1, T2, B2, NR_ARC };

static u32 sum(const struct mctl_replace *r, u32 list, u32 other)
{
	return r->list[list].nr + r->list[other].nr;
}

/* By how much a ghost moves the target, if @own is where it is. */
static u64 step(const struct mctl_replace *r, u32 own, u32 other)
{
	return max_t(u64, ONE, div_u64((u64)r->list[other].nr << 32, r->list[own].nr));
}

/* A ghost is referenced: move the target. */
static void adapt(struct mctl_replace *r, u32 ghosts)
{
	u64 by;

	if (ghosts == B1) {
		by = step(r, B1, B2);
		r->target = min_t(u64, r->target + by, r->config.frames * ONE);
	} else {
		by = step(r, B2, B1);
		r->target -= min(r->target, by);
	}
}

static void evict_to(struct mctl_replace *r, u32 ghosts, u32 page)
{
	mctl_replace_leave(r, page);
	mctl_replace_push(r, ghosts, page);
}

static bool is_ghost(const struct mctl_replace *r, u32 page)
{
	return r->page[page].list == B1 || r->page[page].list == B2;
}

static void arc_check(const struct mctl_replace *r, struct mctl_report *report)
{
	u64 frames = r->config.frames;

	mctl_report_expect(report, "replace I6", "arc", 0, "T1 and B1 within the frames", true,
			   sum(r, T1, B1) <= frames);
	mctl_report_expect(report, "replace I6", "arc", 0, "all within twice the frames", true,
			   (u64)sum(r, T1, B1) + sum(r, T2, B2) <= 2 * frames);
	mctl_report_expect(report, "replace I6", "arc", 0, "target within the frames", true,
			   r->target <= frames * ONE);
}

/* --- arc ---------------------------------------------------------------------------------- */

static void arc_hit(struct mctl_replace *r, u32 page)
{
	mctl_replace_move(r, T2, page);
}

/* REPLACE of the paper. */
static void arc_replace(struct mctl_replace *r, bool from_b2)
{
	u64 nr = r->list[T1].nr * ONE;

	if (nr && (nr > r->target || (from_b2 && nr == r->target) || !r->list[T2].nr))
		evict_to(r, B1, r->list[T1].head);
	else
		evict_to(r, B2, r->list[T2].head);
}

/* Case IV: a page that is not known. */
static void arc_make_room(struct mctl_replace *r)
{
	u32 frames = r->config.frames;

	if (sum(r, T1, B1) == frames && !r->list[B1].nr) {
		mctl_replace_leave(r, r->list[T1].head);
		return;
	}
	if (sum(r, T1, B1) == frames)
		mctl_replace_pop(r, B1);
	else if ((u64)sum(r, T1, B1) + sum(r, T2, B2) == 2ULL * frames)
		mctl_replace_pop(r, B2);
	if (mctl_replace_full(r))
		arc_replace(r, false);
}

static void arc_fault(struct mctl_replace *r, u32 page)
{
	u32 ghosts = r->page[page].list;

	if (!is_ghost(r, page)) {
		arc_make_room(r);
		mctl_replace_push(r, T1, page);
		return;
	}
	adapt(r, ghosts);
	mctl_replace_take(r, page);
	arc_replace(r, ghosts == B2);
	mctl_replace_push(r, T2, page);
}

const struct mctl_replace_ops mctl_replace_arc = {
	.name = "arc",
	.records = 1,
	.lists = NR_ARC,
	.hit = arc_hit,
	.fault = arc_fault,
	.check = arc_check,
};

/* --- car: the heads of T1 and T2 are where their hands are -------------------------------- */

static void car_hit(struct mctl_replace *r, u32 page)
{
	r->page[page].bits |= MCTL_REPLACE_REFERENCED;
}

static void car_replace(struct mctl_replace *r)
{
	for (;;) {
		u32 from = r->list[T1].nr * ONE >= max_t(u64, ONE, r->target) ? T1 : T2;
		u32 page;

		if (!r->list[from].nr)
			from = T1 + T2 - from;
		page = r->list[from].head;
		if (!(r->page[page].bits & MCTL_REPLACE_REFERENCED)) {
			evict_to(r, from == T1 ? B1 : B2, page);
			return;
		}
		r->page[page].bits &= ~MCTL_REPLACE_REFERENCED;
		mctl_replace_move(r, T2, page);
	}
}

static void car_make_room(struct mctl_replace *r, bool ghost)
{
	u32 frames = r->config.frames;

	if (!mctl_replace_full(r))
		return;
	car_replace(r);
	if (ghost)
		return;
	if (sum(r, T1, B1) == frames)
		mctl_replace_pop(r, B1);
	else if ((u64)sum(r, T1, B1) + sum(r, T2, B2) == 2ULL * frames)
		mctl_replace_pop(r, B2);
}

static void car_fault(struct mctl_replace *r, u32 page)
{
	bool ghost = is_ghost(r, page);

	car_make_room(r, ghost);
	if (!ghost) {
		mctl_replace_push(r, T1, page);
		return;
	}
	adapt(r, r->page[page].list);
	mctl_replace_move(r, T2, page);
}

const struct mctl_replace_ops mctl_replace_car = {
	.name = "car",
	.records = 1,
	.lists = NR_ARC,
	.hit = car_hit,
	.fault = car_fault,
	.check = arc_check,
};
