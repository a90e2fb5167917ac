// SPDX-License-Identifier: GPL-2.0
/*
 * Models of page replacement that look at referenced bits every now and then: nru, aging.
 *
 * nru: a page is of class 0 to 3: twice its referenced bit plus its dirty bit. The page that
 * has been longest in the lowest class goes. Every tick the referenced bits are cleared.
 *
 * aging: every tick the referenced bit of a page is shifted into a register from the left and
 * cleared. The page with the least register goes; the referenced bit counts as one more bit on
 * the left, so that a page that was just loaded is not the first to go.
 *
 * Both are in Tanenbaum and Bos, "Modern Operating Systems", 4th edition, 3.4. What the book
 * leaves open, equal pages, is in this order: the one that came to its value first goes, and
 * a tick leaves the order as it is, with those of the lower value in front where two values
 * become one.
 *
 * There is a list for each value. A tick joins lists in place of writing each page; ticks is
 * their number, and the stamp of a page says when its list was right.
 *
 * Locks: none here; the caller serialises.
 */
#include <linux/bits.h>
#include <linux/minmax.h>
#include "core/replace_impl.h"

#define MAX_BITS 8

static bool is_tick(struct mctl_replace *r)
{
	if ((r->now - 1) % r->config.param[MCTL_REPLACE_TICK])
		return false;
	r->ticks++;
	return true;
}

static void evict_least(struct mctl_replace *r)
{
	u32 list = 0, page;

	while (!r->list[list].nr)
		list++;
	page = r->list[list].head;
	r->page[page].list = list;
	mctl_replace_leave(r, page);
}

static void enter(struct mctl_replace *r, u32 page, u32 list)
{
	r->page[page].stamp = r->ticks;
	mctl_replace_push(r, list, page);
}

/* A page is on list @now; have it on @list. */
static void change(struct mctl_replace *r, u32 page, u32 now, u32 list)
{
	r->page[page].list = now;
	r->page[page].stamp = r->ticks;
	if (now != list)
		mctl_replace_move(r, list, page);
}

static void fault_into(struct mctl_replace *r, u32 page, u32 list)
{
	if (mctl_replace_full(r))
		evict_least(r);
	enter(r, page, list);
}

/* --- nru ---------------------------------------------------------------------------------- */

#define CLASS_DIRTY	 1
#define CLASS_REFERENCED 2
#define NR_CLASSES	 4

static void nru_before(struct mctl_replace *r)
{
	if (!is_tick(r))
		return;
	mctl_replace_join(r, 0, CLASS_REFERENCED);
	mctl_replace_join(r, CLASS_DIRTY, CLASS_REFERENCED | CLASS_DIRTY);
}

static u32 class_of(const struct mctl_replace *r, u32 page)
{
	return CLASS_REFERENCED | (r->page[page].bits & MCTL_REPLACE_DIRTY ? CLASS_DIRTY : 0);
}

static void nru_hit(struct mctl_replace *r, u32 page)
{
	u32 now = r->page[page].list;

	if (r->page[page].stamp != r->ticks)
		now &= CLASS_DIRTY;
	change(r, page, now, class_of(r, page));
}

static void nru_fault(struct mctl_replace *r, u32 page)
{
	fault_into(r, page, class_of(r, page));
}

const struct mctl_replace_ops mctl_replace_nru = {
	.name = "nru",
	.records = 1,
	.lists = NR_CLASSES,
	.before = nru_before,
	.hit = nru_hit,
	.fault = nru_fault,
};

/* --- aging -------------------------------------------------------------------------------- */

static void aging_before(struct mctl_replace *r)
{
	if (!is_tick(r))
		return;
	mctl_replace_join(r, 0, 1);
	for (u32 list = 1; list < BIT(r->config.param[MCTL_REPLACE_BITS]); list++) {
		mctl_replace_join(r, list, 2 * list);
		mctl_replace_join(r, list, 2 * list + 1);
	}
}

static u32 referenced(const struct mctl_replace *r)
{
	return BIT(r->config.param[MCTL_REPLACE_BITS]);
}

static void aging_hit(struct mctl_replace *r, u32 page)
{
	u32 shift = min_t(u32, r->ticks - r->page[page].stamp, MAX_BITS + 1);
	u32 now = r->page[page].list >> shift;

	change(r, page, now, now | referenced(r));
}

static void aging_fault(struct mctl_replace *r, u32 page)
{
	fault_into(r, page, referenced(r));
}

const struct mctl_replace_ops mctl_replace_aging = {
	.name = "aging",
	.records = 1,
	.lists = BIT(MAX_BITS + 1),
	.before = aging_before,
	.hit = aging_hit,
	.fault = aging_fault,
};
