// SPDX-License-Identifier: GPL-2.0
/*
 * Models of page replacement with queues of ghosts: 2q, s3fifo.
 *
 * 2q: a new page comes into A1in, a queue; a hit there changes nothing. When A1in is larger
 * than in percent of the frames, its oldest page is evicted and remembered in A1out, a queue of
 * as many ghosts as out percent of the frames. A page that is referenced while it is there
 * comes into Am, an LRU list. Else the least recently used page of Am goes, without a ghost
 * (Johnson and Shasha, "2Q: a low overhead high performance buffer management replacement
 * algorithm", VLDB 1994, the full version; in and out are its Kin and Kout).
 *
 * s3fifo: a new page comes into the small queue, small percent of the frames. At its end, a
 * page that was hit moves times since it came goes on to the main queue, another is evicted and
 * remembered in the queue of ghosts, ghost percent of the frames. A page that is referenced
 * while it is a ghost comes into the main queue. There, a page at the end that was hit goes
 * round once more for each hit, up to 3; one that was not is evicted. The main queue has to
 * give when the small one is below its size (Yang, Zhang, Qiu, Yue, Rashmi, "FIFO queues are
 * all you need for cache eviction", SOSP 2023).
 *
 * I6 A1out has at most out, the queue of ghosts at most ghost percent of the frames, and each
 *    one page where that is less than one, unless it is 0 percent.
 *
 * Locks: none here; the caller serialises.
 */
#include <linux/minmax.h>
#include "core/replace_impl.h"

static u32 at_least_one(u32 share)
{
	return max(share, 1U);
}

/* Evict a page and remember it. */
static void evict_to(struct mctl_replace *r, u32 ghosts, u32 limit, u32 page)
{
	mctl_replace_leave(r, page);
	mctl_replace_push(r, ghosts, page);
	mctl_replace_trim(r, ghosts, limit);
}

/* Forget that a page was evicted. Return: whether that was known. */
static bool take_ghost(struct mctl_replace *r, u32 ghosts, u32 page)
{
	if (r->page[page].list != ghosts)
		return false;
	mctl_replace_take(r, page);
	return true;
}

/* --- 2q ----------------------------------------------------------------------------------- */

enum { A1IN, A1OUT, AM, NR_2Q };

static u32 out_limit(const struct mctl_replace *r)
{
	return at_least_one(mctl_replace_share(r, MCTL_REPLACE_OUT));
}

static void q2_hit(struct mctl_replace *r, u32 page)
{
	if (r->page[page].list == AM)
		mctl_replace_move(r, AM, page);
}

static void q2_fault(struct mctl_replace *r, u32 page)
{
	bool ghost = take_ghost(r, A1OUT, page);

	if (mctl_replace_full(r)) {
		u32 limit = at_least_one(mctl_replace_share(r, MCTL_REPLACE_IN));

		if (r->list[A1IN].nr > limit || !r->list[AM].nr)
			evict_to(r, A1OUT, out_limit(r), r->list[A1IN].head);
		else
			mctl_replace_leave(r, r->list[AM].head);
	}
	mctl_replace_push(r, ghost ? AM : A1IN, page);
}

static void q2_check(const struct mctl_replace *r, struct mctl_report *report)
{
	mctl_report_expect(report, "replace I6", "2q", 0, "A1out within its limit", true,
			   r->list[A1OUT].nr <= out_limit(r));
}

const struct mctl_replace_ops mctl_replace_2q = {
	.name = "2q",
	.records = 1,
	.lists = NR_2Q,
	.hit = q2_hit,
	.fault = q2_fault,
	.check = q2_check,
};

/* --- s3fifo ------------------------------------------------------------------------------- */

#define MAX_COUNT 3

enum { SMALL, MAIN, GHOSTS, NR_S3 };

static u32 ghost_limit(const struct mctl_replace *r)
{
	u32 limit = mctl_replace_share(r, MCTL_REPLACE_GHOST);

	return r->config.param[MCTL_REPLACE_GHOST] ? at_least_one(limit) : 0;
}

static void s3_hit(struct mctl_replace *r, u32 page)
{
	if (r->page[page].count < MAX_COUNT)
		r->page[page].count++;
}

static void s3_evict_main(struct mctl_replace *r)
{
	while (r->page[r->list[MAIN].head].count) {
		r->page[r->list[MAIN].head].count--;
		mctl_replace_move(r, MAIN, r->list[MAIN].head);
	}
	mctl_replace_leave(r, r->list[MAIN].head);
}

/* Evict a page, unless all go on to the main queue. */
static void s3_evict_small(struct mctl_replace *r)
{
	while (r->list[SMALL].nr) {
		u32 page = r->list[SMALL].head;

		if (r->page[page].count < r->config.param[MCTL_REPLACE_MOVES]) {
			evict_to(r, GHOSTS, ghost_limit(r), page);
			return;
		}
		r->page[page].count = 0;
		mctl_replace_move(r, MAIN, page);
	}
}

static void s3_fault(struct mctl_replace *r, u32 page)
{
	u32 small = at_least_one(mctl_replace_share(r, MCTL_REPLACE_SMALL));
	bool ghost = take_ghost(r, GHOSTS, page);

	while (mctl_replace_full(r)) {
		if (r->list[SMALL].nr < small || !r->list[SMALL].nr)
			s3_evict_main(r);
		else
			s3_evict_small(r);
	}
	r->page[page].count = 0;
	mctl_replace_push(r, ghost ? MAIN : SMALL, page);
}

static void s3_check(const struct mctl_replace *r, struct mctl_report *report)
{
	mctl_report_expect(report, "replace I6", "s3fifo", 0, "ghosts within their limit", true,
			   r->list[GHOSTS].nr <= ghost_limit(r));
}

const struct mctl_replace_ops mctl_replace_s3fifo = {
	.name = "s3fifo",
	.records = 1,
	.lists = NR_S3,
	.hit = s3_hit,
	.fault = s3_fault,
	.check = s3_check,
};
