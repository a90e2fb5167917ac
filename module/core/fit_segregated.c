// SPDX-License-Identifier: GPL-2.0
/*
 * Segregated fits: a list of holes for each class of sizes, and a bitmap of the
 * lists that have one, as the first level of TLSF (Masmano, Ripoll, Crespo and
 * Real 2004) and the bins of dlmalloc.
 *
 *   class   0  1  ...  31   32      33       34         ...
 *   units   1  2  ...  32   33..64  65..128  129..256   ...
 *
 * A request searches the list of its own class for the first hole that is large
 * enough; in a class of one size that is the first hole. If there is none, the
 * next class that has a hole gives its first. A block is granted from the low
 * end, and what is left goes to the front of the list of its class, as does a
 * block that is given back, after it has joined the holes on both sides.
 *
 * Invariants, each one a line of segregated_check(), beside those of
 * fit_holes.c:
 *
 * S1  Every hole on a list is of its class, and prev is what leads to it.
 * S2  All holes are on lists.
 * S3  The bitmap has the bit of a class set if and only if its list has a hole.
 *
 * Locks: none; the caller serialises.
 */
#include "core/fit_impl.h"

#define NR_EXACT 32

static unsigned int class_of(u32 nr)
{
	return nr <= NR_EXACT ? nr - 1 : NR_EXACT + order_base_2(nr) - 6;
}

static void put(struct mctl_fit_classes *s, u32 start, u32 nr)
{
	unsigned int klass = class_of(nr);

	mctl_fit_holes_set(&s->holes, start, nr, 0);
	mctl_fit_holes_link(&s->holes, &s->head[klass], MCTL_FIT_NONE, start);
	s->mask |= BIT_ULL(klass);
}

/* Take a hole off its list. Return: its units. */
static u32 drop(struct mctl_fit_classes *s, u32 start)
{
	u32 nr = s->holes.tag[start];
	unsigned int klass = class_of(nr);

	mctl_fit_holes_unlink(&s->holes, &s->head[klass], start);
	if (s->head[klass] == MCTL_FIT_NONE)
		s->mask &= ~BIT_ULL(klass);
	return nr;
}

static size_t segregated_size(u32 nr_units)
{
	return sizeof(struct mctl_fit_classes) + mctl_fit_holes_size(nr_units);
}

static void segregated_init(struct mctl_fit *fit)
{
	struct mctl_fit_classes *s = fit->storage;

	s->mask = 0;
	for (unsigned int klass = 0; klass < MCTL_FIT_NR_CLASSES; klass++)
		s->head[klass] = MCTL_FIT_NONE;
	mctl_fit_holes_init(&s->holes, fit->nr_units, (u32 *)(s + 1));
	put(s, 0, fit->nr_units);
}

static u32 segregated_grant(u32 nr)
{
	return nr;
}

static u32 find(struct mctl_fit *fit, const struct mctl_fit_classes *s, u32 nr)
{
	unsigned int klass = class_of(nr);
	u64 above = s->mask & (~0ULL << klass << 1);

	for (u32 at = s->head[klass]; at != MCTL_FIT_NONE; at = s->holes.next[at]) {
		fit->steps++;
		if (s->holes.tag[at] >= nr)
			return at;
	}
	fit->steps++;
	return above ? s->head[__ffs64(above)] : MCTL_FIT_NONE;
}

static u32 segregated_alloc(struct mctl_fit *fit, u32 nr)
{
	struct mctl_fit_classes *s = fit->storage;
	u32 start = find(fit, s, nr), units;

	if (start == MCTL_FIT_NONE)
		return start;
	units = drop(s, start);
	mctl_fit_holes_set(&s->holes, start, nr, MCTL_FIT_USED);
	if (units > nr)
		put(s, start + nr, units - nr);
	return start;
}

static void segregated_free(struct mctl_fit *fit, u32 start, u32 nr)
{
	struct mctl_fit_classes *s = fit->storage;
	u32 left = mctl_fit_holes_left(&s->holes, start);
	u32 right = mctl_fit_holes_right(&s->holes, start, nr);

	if (right != MCTL_FIT_NONE)
		nr += drop(s, right);
	if (left != MCTL_FIT_NONE) {
		nr += drop(s, left);
		start = left;
	}
	put(s, start, nr);
}

static bool segregated_next_hole(const struct mctl_fit *fit, struct mctl_fit_hole *hole)
{
	const struct mctl_fit_classes *s = fit->storage;

	return mctl_fit_holes_next(&s->holes, hole);
}

static u64 segregated_records(const struct mctl_fit *fit)
{
	const struct mctl_fit_classes *s = fit->storage;

	return sizeof(s->mask) + sizeof(s->head) +
	       mctl_fit_holes_records(&s->holes, fit->nr_blocks);
}

static void segregated_check(const struct mctl_fit *fit, struct mctl_report *report)
{
	const struct mctl_fit_classes *s = fit->storage;
	u32 nr_holes = mctl_fit_holes_check(fit, &s->holes, report), nr = 0;

	for (unsigned int klass = 0; klass < MCTL_FIT_NR_CLASSES; klass++) {
		u32 prev = MCTL_FIT_NONE;

		for (u32 at = s->head[klass]; at != MCTL_FIT_NONE; at = s->holes.next[at]) {
			if (at >= fit->nr_units || nr >= nr_holes ||
			    !mctl_report_expect(report, "fit S1", "hole", at, "class", klass,
						class_of(s->holes.tag[at])))
				break;
			mctl_report_expect(report, "fit S1", "hole", at, "prev", prev,
					   s->holes.prev[at]);
			prev = at;
			nr++;
		}
		mctl_report_expect(report, "fit S3", "class", klass, "mask",
				   s->head[klass] != MCTL_FIT_NONE, !!(s->mask & BIT_ULL(klass)));
	}
	mctl_report_expect(report, "fit S2", "fit", 0, "holes on lists", nr_holes, nr);
}

const struct mctl_fit_ops mctl_fit_segregated_ops = {
	.name = "segregated",
	.help = "lists of holes by size: 1 to 32 units, then powers of two",
	.size = segregated_size,
	.init = segregated_init,
	.grant = segregated_grant,
	.alloc = segregated_alloc,
	.free = segregated_free,
	.next_hole = segregated_next_hole,
	.records = segregated_records,
	.check = segregated_check,
};
