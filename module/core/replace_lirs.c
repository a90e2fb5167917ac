// SPDX-License-Identifier: GPL-2.0
/*
 * Model of page replacement: lirs.
 *
 * A page whose last two references are close together is a LIR page (low inter-reference
 * recency); another is a HIR page. hir percent of the frames, at least one, are for HIR pages,
 * the others for LIR pages. Stack S has the pages in the order of their last reference: all LIR
 * pages, and those HIR pages, resident or not, that were referenced after the LIR page at its
 * bottom. Queue Q has the resident HIR pages, in the order in which they go.
 *
 * A HIR page that is referenced while it is in S becomes LIR, and the LIR page at the bottom of
 * S becomes HIR and comes to the end of Q. A HIR page that is not in S is put on top of it and
 * at the end of Q. After each change at the bottom the HIR pages there are taken off. On a
 * fault the page in front of Q goes; until the frames for LIR pages are taken, new pages are LIR
 * (Jiang and Zhang, "LIRS: an efficient low inter-reference recency set replacement policy",
 * SIGMETRICS 2002). The paper leaves S without a limit; here it has at most twice as many pages
 * as there are frames, and the page that was evicted first is forgotten first, as in
 * libCacheSim. With one frame no page is LIR, and S is empty.
 *
 * A page has two records: one for S, and one behind all of these for Q, or, when it is
 * in S and not resident, for the list of ghosts.
 *
 * I6 S has at most twice as many pages as there are frames; the page at its bottom is LIR unless
 *    no page is; LIR pages are at most as many as the frames for them.
 *
 * Locks: none here; the caller serialises.
 */
#include <linux/minmax.h>
#include "core/replace_impl.h"

/* S: the head is the bottom. Q: the head is the front. */
enum { S, Q, GHOSTS, NR_LIRS };

static u32 hir_limit(const struct mctl_replace *r)
{
	return max(mctl_replace_share(r, MCTL_REPLACE_HIR), 1U);
}

static u32 lir_limit(const struct mctl_replace *r)
{
	return r->config.frames - hir_limit(r);
}

/* The record of a page for Q and GHOSTS. */
static u32 twin(const struct mctl_replace *r, u32 page)
{
	return page + r->config.nr_pages;
}

static bool in_s(const struct mctl_replace *r, u32 page)
{
	return r->page[page].list == S;
}

static bool is_lir(const struct mctl_replace *r, u32 page)
{
	return r->page[page].bits & MCTL_REPLACE_LIR;
}

/* Take a ghost off S. */
static void forget(struct mctl_replace *r, u32 page)
{
	mctl_replace_take(r, twin(r, page));
	mctl_replace_take(r, page);
}

/* Take HIR pages off the bottom of S. */
static void prune(struct mctl_replace *r)
{
	while (r->list[S].nr && !is_lir(r, r->list[S].head)) {
		u32 page = r->list[S].head;

		if (r->page[page].bits & MCTL_REPLACE_RESIDENT)
			mctl_replace_take(r, page);
		else
			forget(r, page);
	}
}

static void to_top(struct mctl_replace *r, u32 page)
{
	if (in_s(r, page))
		mctl_replace_take(r, page);
	mctl_replace_push(r, S, page);
}

static void evict_front(struct mctl_replace *r)
{
	u32 page = mctl_replace_pop(r, Q) - r->config.nr_pages;

	mctl_replace_evict(r, page);
	if (in_s(r, page))
		mctl_replace_push(r, GHOSTS, twin(r, page));
}

/* A page on top of S becomes LIR; if there are too many then, the one at the bottom becomes HIR. */
static void promote(struct mctl_replace *r, u32 page)
{
	r->page[page].bits |= MCTL_REPLACE_LIR;
	if (r->nr_lir < lir_limit(r)) {
		r->nr_lir++;
		return;
	}
	page = mctl_replace_pop(r, S);
	r->page[page].bits &= ~MCTL_REPLACE_LIR;
	mctl_replace_push(r, Q, twin(r, page));
	prune(r);
}

/* A HIR page is referenced and stays one: on top of S, and at the end of Q. */
static void keep_hir(struct mctl_replace *r, u32 page)
{
	if (lir_limit(r))
		to_top(r, page);
	if (r->page[twin(r, page)].list == Q)
		mctl_replace_take(r, twin(r, page));
	mctl_replace_push(r, Q, twin(r, page));
}

/* Forget ghosts until S is within its limit. */
static void limit_s(struct mctl_replace *r)
{
	while (r->list[S].nr > 2ULL * r->config.frames && r->list[GHOSTS].nr)
		forget(r, r->list[GHOSTS].head - r->config.nr_pages);
}

static void lirs_hit(struct mctl_replace *r, u32 page)
{
	if (is_lir(r, page)) {
		to_top(r, page);
		prune(r);
	} else if (in_s(r, page)) {
		mctl_replace_take(r, twin(r, page));
		to_top(r, page);
		promote(r, page);
	} else {
		keep_hir(r, page);
		limit_s(r);
	}
}

static void lirs_fault(struct mctl_replace *r, u32 page)
{
	bool lir = in_s(r, page) || r->nr_lir < lir_limit(r);

	if (mctl_replace_full(r))
		evict_front(r);
	if (lir) {
		if (in_s(r, page))
			forget(r, page);
		to_top(r, page);
		promote(r, page);
	} else {
		keep_hir(r, page);
	}
	limit_s(r);
}

static void lirs_check(const struct mctl_replace *r, struct mctl_report *report)
{
	bool bottom = !r->list[S].nr || is_lir(r, r->list[S].head);

	mctl_report_expect(report, "replace I6", "lirs", 0, "S within twice the frames", true,
			   r->list[S].nr <= 2ULL * r->config.frames);
	mctl_report_expect(report, "replace I6", "lirs", 0, "bottom of S is LIR", true, bottom);
	mctl_report_expect(report, "replace I6", "lirs", 0, "LIR pages within their limit", true,
			   r->nr_lir <= lir_limit(r));
}

const struct mctl_replace_ops mctl_replace_lirs = {
	.name = "lirs",
	.records = 2,
	.lists = NR_LIRS,
	.hit = lirs_hit,
	.fault = lirs_fault,
	.check = lirs_check,
};
