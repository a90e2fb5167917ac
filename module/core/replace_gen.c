// SPDX-License-Identifier: GPL-2.0
/*
 * Model of page replacement: gen, generations in small.
 *
 * After Linux's multi-generational LRU (Yu Zhao, Documentation/mm/multigen_lru.rst, Linux 6.1):
 * there are three generations of pages, and victims are of the oldest. A page that is found there
 * with its referenced bit set loses it and goes to a younger generation: the first time to the
 * second, later to the youngest, so that one use is not worth as much as two. A new page comes to
 * the second. When the oldest generation has no pages any more, a new youngest one is begun,
 * so that the second becomes the oldest.
 *
 * Simplified: the bits are looked at only when a victim is wanted, not by walks of the page
 * tables; three generations always, not two to four; no tiers by file descriptor, and no
 * refault feedback between files and anonymous memory, since a trace has one kind of page.
 *
 * Generation n is list n % 4.
 *
 * I6 The youngest generation is the oldest plus 2, and no page is of another.
 *
 * Locks: none here; the caller serialises.
 */
#include "core/replace_impl.h"

#define NR_LISTS 4
#define SPAN	 2 /* from the oldest to the youngest */

static u32 list_of(u32 generation)
{
	return generation % NR_LISTS;
}

/* The page that is looked at next: the first one of the oldest generation, which has one then. */
static u32 candidate(struct mctl_replace *r)
{
	while (!r->list[list_of(r->oldest)].nr) {
		r->oldest++;
		r->youngest++;
	}
	return r->list[list_of(r->oldest)].head;
}

static void promote(struct mctl_replace *r, u32 page)
{
	u8 *bits = &r->page[page].bits;
	u32 generation = *bits & MCTL_REPLACE_PROMOTED ? r->youngest : r->youngest - 1;

	*bits &= ~MCTL_REPLACE_REFERENCED;
	*bits |= MCTL_REPLACE_PROMOTED;
	mctl_replace_move(r, list_of(generation), page);
}

static void gen_hit(struct mctl_replace *r, u32 page)
{
	r->page[page].bits |= MCTL_REPLACE_REFERENCED;
}

static void gen_fault(struct mctl_replace *r, u32 page)
{
	if (mctl_replace_full(r)) {
		u32 victim = candidate(r);

		for (; r->page[victim].bits & MCTL_REPLACE_REFERENCED; victim = candidate(r))
			promote(r, victim);
		mctl_replace_leave(r, victim);
	}
	mctl_replace_push(r, list_of(r->youngest - 1), page);
}

static void gen_check(const struct mctl_replace *r, struct mctl_report *report)
{
	mctl_report_expect(report, "replace I6", "gen", 0, "youngest", r->oldest + SPAN,
			   r->youngest);
	mctl_report_expect(report, "replace I6", "gen", 0, "pages of no generation", 0,
			   r->list[list_of(r->youngest + 1)].nr);
}

const struct mctl_replace_ops mctl_replace_gen = {
	.name = "gen",
	.records = 1,
	.lists = NR_LISTS,
	.hit = gen_hit,
	.fault = gen_fault,
	.check = gen_check,
};
