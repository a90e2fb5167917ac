// SPDX-License-Identifier: GPL-2.0
/*
 * Models of page replacement with one queue: fifo, lru, clock, sieve.
 *
 * fifo: the page that was loaded first goes.
 *
 * lru: the page whose last use is longest ago goes. The stack algorithm of Mattson, Gecsei,
 * Slutz and Traiger, "Evaluation techniques for storage hierarchies", IBM Systems Journal
 * 1970: with more frames there are never more faults.
 *
 * clock: a hand goes round; a page with its referenced bit set loses it and stays, the first
 * one without goes, and the new page takes its place, behind the hand (Corbato, "A paging
 * experiment with the Multics system", 1968). fresh=1: loading sets the bit, as the access
 * after a fault does; fresh=0: only a further use does, as simulators of caches have it.
 *
 * sieve: new pages come in at the tail; the hand goes from the head (the oldest) to the tail,
 * clears the bits of pages that were used since they came or since it passed, evicts the first
 * one without and stays where it is. A page that survives keeps its place (Zhang, Yang, Yue,
 * Vigfusson, Rashmi, "SIEVE is simpler than LRU", NSDI 2024).
 *
 * Locks: none here; the caller serialises.
 */
#include "core/replace_impl.h"

static void refer(struct mctl_replace *r, u32 page)
{
	r->page[page].bits |= MCTL_REPLACE_REFERENCED;
}

/* Return: whether the bit was set; it is not afterwards. */
static bool forgive(struct mctl_replace *r, u32 page)
{
	bool referenced = r->page[page].bits & MCTL_REPLACE_REFERENCED;

	r->page[page].bits &= ~MCTL_REPLACE_REFERENCED;
	return referenced;
}

/* --- fifo and lru ------------------------------------------------------------------------- */

static void to_tail(struct mctl_replace *r, u32 page)
{
	mctl_replace_move(r, 0, page);
}

static void evict_head(struct mctl_replace *r, u32 page)
{
	if (mctl_replace_full(r))
		mctl_replace_leave(r, r->list[0].head);
	mctl_replace_push(r, 0, page);
}

const struct mctl_replace_ops mctl_replace_fifo = {
	.name = "fifo",
	.records = 1,
	.lists = 1,
	.fault = evict_head,
};

const struct mctl_replace_ops mctl_replace_lru = {
	.name = "lru",
	.records = 1,
	.lists = 1,
	.hit = to_tail,
	.fault = evict_head,
};

/* --- clock: the head is where the hand is ------------------------------------------------- */

static void clock_fault(struct mctl_replace *r, u32 page)
{
	if (mctl_replace_full(r)) {
		while (forgive(r, r->list[0].head))
			to_tail(r, r->list[0].head);
		mctl_replace_leave(r, r->list[0].head);
	}
	mctl_replace_push(r, 0, page);
	if (r->config.param[MCTL_REPLACE_FRESH])
		refer(r, page);
}

const struct mctl_replace_ops mctl_replace_clock = {
	.name = "clock",
	.records = 1,
	.lists = 1,
	.hit = refer,
	.fault = clock_fault,
};

/* --- sieve -------------------------------------------------------------------------------- */

/* The page at the hand; behind the tail the hand is at the head again. */
static u32 at_hand(const struct mctl_replace *r)
{
	return r->hand == MCTL_REPLACE_NONE ? r->list[0].head : r->hand;
}

static void sieve_fault(struct mctl_replace *r, u32 page)
{
	if (mctl_replace_full(r)) {
		u32 victim = at_hand(r);

		while (forgive(r, victim)) {
			r->hand = r->page[victim].next;
			victim = at_hand(r);
		}
		r->hand = r->page[victim].next;
		mctl_replace_leave(r, victim);
	}
	mctl_replace_push(r, 0, page);
}

const struct mctl_replace_ops mctl_replace_sieve = {
	.name = "sieve",
	.records = 1,
	.lists = 1,
	.hit = refer,
	.fault = sieve_fault,
};
