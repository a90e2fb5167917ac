// SPDX-License-Identifier: GPL-2.0
/*
 * Models of page replacement with a heap: lfu, opt.
 *
 * lfu: the page with the fewest references goes; of those with equally many the one whose
 * last use is longest ago. forget=0: references count from the beginning of the trace, whether
 * the page was resident or not, which makes it a stack algorithm (Mattson and others, 1970).
 * forget=1: an evicted page begins anew, as in caches that have no room to remember.
 *
 * opt: the page whose next use is furthest away goes (Belady, "A study of replacement
 * algorithms for a virtual-storage computer", IBM Systems Journal 1966; also MIN). Of pages
 * that are not used again the one with the lowest number goes; faults do not depend on that,
 * dirty evictions do. A stack algorithm too.
 *
 * The stamp of a page is not used, nor are lists.
 *
 * Locks: none here; the caller serialises.
 */
#include "core/replace_impl.h"

static void fault_with(struct mctl_replace *r, u64 key, u32 page)
{
	if (mctl_replace_full(r)) {
		u32 victim = mctl_replace_heap_pop(r);

		if (r->config.param[MCTL_REPLACE_FORGET])
			r->page[victim].uses = 0;
		mctl_replace_evict(r, victim);
	}
	mctl_replace_heap_add(r, key, page);
}

/* --- lfu ---------------------------------------------------------------------------------- */

static u64 count(struct mctl_replace *r, u32 page)
{
	r->page[page].uses++;
	return (u64)r->page[page].uses << 32 | r->now;
}

static void lfu_hit(struct mctl_replace *r, u32 page)
{
	mctl_replace_heap_set(r, count(r, page), page);
}

static void lfu_fault(struct mctl_replace *r, u32 page)
{
	fault_with(r, count(r, page), page);
}

const struct mctl_replace_ops mctl_replace_lfu = {
	.name = "lfu",
	.records = 1,
	.heap = true,
	.hit = lfu_hit,
	.fault = lfu_fault,
};

/* --- opt ---------------------------------------------------------------------------------- */

/* The further away the next use, the lower. */
static u64 nearness(const struct mctl_replace *r, u32 page)
{
	return (u64)(MCTL_REPLACE_NEVER - r->next) << 32 | page;
}

static void opt_hit(struct mctl_replace *r, u32 page)
{
	mctl_replace_heap_set(r, nearness(r, page), page);
}

static void opt_fault(struct mctl_replace *r, u32 page)
{
	fault_with(r, nearness(r, page), page);
}

const struct mctl_replace_ops mctl_replace_opt = {
	.name = "opt",
	.records = 1,
	.heap = true,
	.hit = opt_hit,
	.fault = opt_fault,
};
