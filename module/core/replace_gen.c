// SPDX-License-Identifier: GPL-2.0
/*
 * Model of page replacement: gen, generations in small.
 *
 * After Linux's multi-generational LRU (Yu Zhao, Documentation/mm/multigen_lru.rst, Linux 6.1):
 * pages are in up to 4 generations; victims are of the oldest that has pages. A page that is
 * found there with its referenced bit set loses it and goes to a younger generation: the first
 * time to the youngest but one, later to the youngest, so that one use is not worth as much as
 * two. A new page comes to the youngest but one. When fewer than two generations have pages, a
 * new youngest one is begun.
 *
 * Simplified: the bits are looked at only when a victim is wanted, not by walks of the page
 * tables; no tiers by file descriptor, and no refault feedback between files and anonymous
 * memory, since a trace has one kind of page.
 *
 * Generation n is list n % 4. At most 3 lie between the oldest and the youngest, and at least 1.
 *
 * Locks: none here; the caller serialises.
 */
#include "core/replace_impl.h"

#define NR_GENS 4

static u32 list_of(u32 generation)
{
	return generation % NR_GENS;
}

static u32 nr_populated(const struct mctl_replace *r)
{
	u32 nr = 0;

	for (u32 list = 0; list < NR_GENS; list++)
		nr += !!r->list[list].nr;
	return nr;
}

/* The page that is next to be looked at: of the oldest generation with pages. */
static u32 candidate(const struct mctl_replace *r)
{
	u32 generation = r->oldest;

	while (!r->list[list_of(generation)].nr)
		generation++;
	return r->list[list_of(generation)].head;
}

/* Drop old generations without pages, and begin a new one if pages are too much of one age. */
static void age(struct mctl_replace *r)
{
	while (r->oldest + 1 < r->youngest && !r->list[list_of(r->oldest)].nr)
		r->oldest++;
	if (nr_populated(r) < 2 && r->youngest - r->oldest < NR_GENS - 1)
		r->youngest++;
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
		age(r);
		while (r->page[candidate(r)].bits & MCTL_REPLACE_REFERENCED)
			promote(r, candidate(r));
		mctl_replace_leave(r, candidate(r));
	}
	mctl_replace_push(r, list_of(r->youngest - 1), page);
}

static void gen_check(const struct mctl_replace *r, struct mctl_report *report)
{
	mctl_report_expect(report, "replace I6", "gen", 0, "oldest below youngest", true,
			   r->oldest < r->youngest);
	mctl_report_expect(report, "replace I6", "gen", 0, "generations within their lists", true,
			   r->youngest - r->oldest < NR_GENS);
}

const struct mctl_replace_ops mctl_replace_gen = {
	.name = "gen",
	.records = 1,
	.lists = NR_GENS,
	.hit = gen_hit,
	.fault = gen_fault,
	.check = gen_check,
};
