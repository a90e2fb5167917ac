// SPDX-License-Identifier: GPL-2.0
/*
 * Blocks with boundary tags, which the policies with lists of holes share.
 *
 * All units are in blocks, one behind the other, each granted or a hole. The
 * tags of a block are those of its first and its last unit, so that freeing a
 * block finds the blocks on both sides without a search (Knuth 1, 2.5, algorithm
 * C):
 *
 *   unit   0     1     2     3     4     5     6     7
 *   tag    U|3   -     U|3   2     2     U|1   2     2
 *          granted           hole        gr.   hole
 *
 * Invariants, each one a line of mctl_fit_holes_check():
 *
 * H1  The blocks follow one another from unit 0 to the last, and both tags of
 *     a block are the same.
 * H2  No two holes touch each other.
 * H3  There are nr_holes of them, and as many other blocks as were granted.
 *
 * Locks: none; the caller serialises.
 */
#include "core/fit_impl.h"

#define NR_ARRAYS 3

/**
 * mctl_fit_holes_size() - size of the arrays
 * @nr_units: units
 *
 * Context: Any context.
 * Return: bytes.
 */
size_t mctl_fit_holes_size(u32 nr_units)
{
	return NR_ARRAYS * sizeof(u32) * (size_t)nr_units;
}

/**
 * mctl_fit_holes_init() - begin with one hole, which is on no list yet
 * @holes: the blocks
 * @nr_units: units
 * @arrays: mctl_fit_holes_size() bytes
 *
 * Context: Any context; the caller owns @holes.
 */
void mctl_fit_holes_init(struct mctl_fit_holes *holes, u32 nr_units, u32 *arrays)
{
	*holes = (struct mctl_fit_holes){
		.tag = arrays,
		.next = arrays + nr_units,
		.prev = arrays + 2 * (size_t)nr_units,
		.nr_units = nr_units,
	};
	mctl_fit_holes_set(holes, 0, nr_units, 0);
}

/**
 * mctl_fit_holes_set() - write the tags of a block
 * @holes: the blocks
 * @start: its first unit
 * @nr: its units
 * @used: MCTL_FIT_USED or 0
 *
 * Context: The caller serialises.
 */
void mctl_fit_holes_set(struct mctl_fit_holes *holes, u32 start, u32 nr, u32 used)
{
	holes->tag[start] = nr | used;
	holes->tag[start + nr - 1] = nr | used;
}

/**
 * mctl_fit_holes_link() - put a hole on a list
 * @holes: the blocks
 * @head: first hole of the list, or MCTL_FIT_NONE
 * @prev: hole behind which it comes, MCTL_FIT_NONE for the front
 * @start: first unit of the hole
 *
 * Context: The caller serialises.
 */
void mctl_fit_holes_link(struct mctl_fit_holes *holes, u32 *head, u32 prev, u32 start)
{
	u32 next = prev == MCTL_FIT_NONE ? *head : holes->next[prev];

	holes->next[start] = next;
	holes->prev[start] = prev;
	*(prev == MCTL_FIT_NONE ? head : &holes->next[prev]) = start;
	if (next != MCTL_FIT_NONE)
		holes->prev[next] = start;
	holes->nr_holes++;
}

/**
 * mctl_fit_holes_unlink() - take a hole off its list
 * @holes: the blocks
 * @head: first hole of the list
 * @start: first unit of the hole
 *
 * Context: The caller serialises.
 */
void mctl_fit_holes_unlink(struct mctl_fit_holes *holes, u32 *head, u32 start)
{
	u32 next = holes->next[start], prev = holes->prev[start];

	*(prev == MCTL_FIT_NONE ? head : &holes->next[prev]) = next;
	if (next != MCTL_FIT_NONE)
		holes->prev[next] = prev;
	holes->nr_holes--;
}

/**
 * mctl_fit_holes_left() - the hole that ends where a block starts
 * @holes: the blocks
 * @start: first unit of the block
 *
 * Context: The caller serialises.
 * Return: its first unit, or MCTL_FIT_NONE if there is none.
 */
u32 mctl_fit_holes_left(const struct mctl_fit_holes *holes, u32 start)
{
	if (!start || holes->tag[start - 1] & MCTL_FIT_USED)
		return MCTL_FIT_NONE;
	return start - holes->tag[start - 1];
}

/**
 * mctl_fit_holes_right() - the hole that starts where a block ends
 * @holes: the blocks
 * @start: first unit of the block
 * @nr: its units
 *
 * Context: The caller serialises.
 * Return: its first unit, or MCTL_FIT_NONE if there is none.
 */
u32 mctl_fit_holes_right(const struct mctl_fit_holes *holes, u32 start, u32 nr)
{
	u32 end = start + nr;

	return end < holes->nr_units && !(holes->tag[end] & MCTL_FIT_USED) ? end : MCTL_FIT_NONE;
}

/**
 * mctl_fit_holes_next() - the next hole by address
 * @holes: the blocks
 * @hole: {0, 0} or a hole; replaced by the next one
 *
 * Context: The caller serialises.
 * Return: true, or false if none is left.
 */
bool mctl_fit_holes_next(const struct mctl_fit_holes *holes, struct mctl_fit_hole *hole)
{
	u32 at = hole->start + hole->nr;

	while (at < holes->nr_units && holes->tag[at] & MCTL_FIT_USED)
		at += holes->tag[at] & ~MCTL_FIT_USED;
	if (at >= holes->nr_units)
		return false;
	*hole = (struct mctl_fit_hole){ .start = at, .nr = holes->tag[at] };
	return true;
}

/**
 * mctl_fit_holes_records() - bytes of the records in use
 * @holes: the blocks
 * @nr_blocks: blocks that are granted
 *
 * Context: The caller serialises.
 * Return: two tags a block, and two links a hole.
 */
u64 mctl_fit_holes_records(const struct mctl_fit_holes *holes, u32 nr_blocks)
{
	return sizeof(u32) * (2 * ((u64)nr_blocks + holes->nr_holes) + 2 * (u64)holes->nr_holes);
}

/**
 * mctl_fit_holes_check() - test H1 to H3
 * @fit: the units
 * @holes: the blocks
 * @report: where to count and report
 *
 * Context: The caller serialises.
 * Return: the number of holes, as far as the blocks can be followed.
 */
u32 mctl_fit_holes_check(const struct mctl_fit *fit, const struct mctl_fit_holes *holes,
			 struct mctl_report *report)
{
	u32 at = 0, nr_holes = 0, nr_used = 0, before = MCTL_FIT_USED;

	while (at < fit->nr_units) {
		u32 tag = holes->tag[at], used = tag & MCTL_FIT_USED, nr = tag & ~MCTL_FIT_USED;

		if (!mctl_report_expect(report, "fit H1", "block", at, "units",
					clamp(nr, 1U, fit->nr_units - at), nr) ||
		    !mctl_report_expect(report, "fit H1", "block", at, "last tag", tag,
					holes->tag[at + nr - 1]))
			break;
		mctl_report_expect(report, "fit H2", "block", at, "granted", MCTL_FIT_USED,
				   used | before);
		nr_used += used != 0;
		nr_holes += !used;
		before = used;
		at += nr;
	}
	mctl_report_expect(report, "fit H3", "fit", 0, "nr_holes", nr_holes, holes->nr_holes);
	mctl_report_expect(report, "fit H3", "fit", 0, "nr_blocks", nr_used, fit->nr_blocks);
	return nr_holes;
}
