// SPDX-License-Identifier: GPL-2.0
/*
 * Units under a policy, and the oracle beside it: the owner of each unit, from
 * which holes are found anew after each call, and the place of each request by
 * trying all of them.
 *
 * Where buddy puts a block is not foretold, only that it is aligned and free,
 * and that a request fails only if there is no such place. Its structure is
 * looked at by its own check, and has tests of its own.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include "core/buddy.h"
#include "fit_fixture.h"

#define ANYWHERE (U32_MAX - 1)
#define TREE	 16384U
#define FIELD	 512U

static const char *const names[NR_POLICIES] = {
	"bitmap", "first", "next", "best", "worst", "segregated", "boot", "buddy", "bitfield",
};

static bool is_free(const struct fixture *f, u32 start, u32 nr)
{
	if (start > f->nr || nr > f->nr - start)
		return false;
	for (u32 i = start; i < start + nr; i++)
		if (f->owner[i])
			return false;
	return true;
}

/* Look at all units again; a hole that was there keeps its stamp. */
static void find_holes(struct fixture *f)
{
	struct stamped *old = f->holes;
	u32 nr_old = f->nr_holes, at_old = 0;

	f->holes = calloc(f->nr / 2 + 1, sizeof(*f->holes));
	f->nr_holes = 0;
	for (u32 at = 0, end; at < f->nr; at = end) {
		struct stamped *hole = &f->holes[f->nr_holes];

		for (end = at + 1; end < f->nr && !f->owner[end] == !f->owner[at];)
			end++;
		if (f->owner[at])
			continue;
		*hole = (struct stamped){ at, end - at, f->time };
		while (at_old < nr_old && old[at_old].start < at)
			at_old++;
		if (at_old < nr_old && old[at_old].start == at && old[at_old].nr == hole->nr)
			hole->stamp = old[at_old].stamp;
		f->nr_holes++;
	}
	free(old);
}

void fixture_init(struct fixture *f, enum fit_policy policy, u32 nr)
{
	const struct mctl_fit_ops *ops = mctl_fit_policy(policy);
	size_t size = mctl_fit_size(ops, nr);

	memset(f, 0, sizeof(*f));
	tap_expect(!strcmp(ops->name, names[policy]));
	f->policy = policy;
	f->nr = nr;
	f->owner = calloc(nr, sizeof(*f->owner));
	f->runs = calloc(nr, sizeof(*f->runs));
	f->counts = policy >= FIRST && policy <= WORST;
	f->hash = 0xcbf29ce484222325ULL;
	f->storage = calloc(1, size);
	find_holes(f);
	mctl_fit_init(&f->fit, ops, nr, f->storage);
}

void fixture_fini(struct fixture *f)
{
	free(f->storage);
	free(f->owner);
	free(f->runs);
	free(f->holes);
}

/* --- where a request has to go --- */

static u32 lowest(const struct fixture *f, u32 from, u32 nr)
{
	for (u32 start = from; start + nr <= f->nr; start++)
		if (is_free(f, start, nr))
			return start;
	return MCTL_FIT_NONE;
}

static u32 by_next(struct fixture *f, u32 nr)
{
	for (u32 i = 0; i < f->nr_holes; i++) {
		f->steps += f->holes[i].start >= f->last;
		if (f->holes[i].start >= f->last && f->holes[i].nr >= nr)
			return f->holes[i].start;
	}
	for (u32 i = 0; i < f->nr_holes && f->holes[i].start < f->last; i++) {
		f->steps++;
		if (f->holes[i].nr >= nr)
			return f->holes[i].start;
	}
	return MCTL_FIT_NONE;
}

/* By size, the smallest or the largest; the lowest of equals. */
static u32 by_size(struct fixture *f, u32 nr, bool smallest)
{
	u32 found = MCTL_FIT_NONE, size = 0;

	for (u32 i = 0; i < f->nr_holes; i++) {
		const struct stamped *hole = &f->holes[i];

		if (smallest && size == nr)
			break;
		f->steps++;
		if (hole->nr < nr || (size && (smallest ? hole->nr >= size : hole->nr <= size)))
			continue;
		found = hole->start;
		size = hole->nr;
	}
	return found;
}

/* The largest size of the class that @nr is in. */
static u32 class_end(u32 nr)
{
	u32 end = 32;

	if (nr <= 32)
		return nr;
	while (end < nr)
		end *= 2;
	return end;
}

/* The newest hole of the class that fits, else the newest of the next class that has one. */
static u32 by_class(const struct fixture *f, u32 nr)
{
	const struct stamped *own = NULL, *other = NULL;

	for (u32 i = 0; i < f->nr_holes; i++) {
		const struct stamped *hole = &f->holes[i];
		u32 end = class_end(hole->nr);

		if (end == class_end(nr) && hole->nr >= nr && (!own || hole->stamp > own->stamp))
			own = hole;
		if (end > class_end(nr) &&
		    (!other || end < class_end(other->nr) ||
		     (end == class_end(other->nr) && hole->stamp > other->stamp)))
			other = hole;
	}
	if (own)
		return own->start;
	return other ? other->start : MCTL_FIT_NONE;
}

static u32 by_hint(const struct fixture *f, u32 nr)
{
	u32 start = lowest(f, f->hint, nr);

	return start == MCTL_FIT_NONE ? lowest(f, 0, nr) : start;
}

/* Is there an aligned place in a chunk? Chunks are of 1024 units, then halves. */
static u32 by_buddy(const struct fixture *f, u32 nr)
{
	u32 chunk;

	for (u32 first = 0; first < f->nr; first += chunk) {
		chunk = 1024;
		while (chunk > f->nr - first)
			chunk /= 2;
		for (u32 start = first; start + nr <= first + chunk; start += nr)
			if (is_free(f, start, nr))
				return ANYWHERE;
	}
	return MCTL_FIT_NONE;
}

static u32 in_tree(const struct fixture *f, u32 tree, u32 nr)
{
	for (u32 start = tree * TREE; start < min((tree + 1) * TREE, f->nr); start += nr)
		if (is_free(f, start, nr))
			return start;
	return MCTL_FIT_NONE;
}

static u32 filling_of(const struct fixture *f, u32 tree)
{
	u32 nr = 0;

	for (u32 i = tree * TREE; i < min((tree + 1) * TREE, f->nr); i++)
		nr += !f->owner[i];
	return nr >= 15360 ? 1 : nr > 1024 ? 0 : 2;
}

static u32 by_tree(struct fixture *f, u32 nr)
{
	u32 nr_trees = (f->nr + TREE - 1) / TREE, start = in_tree(f, f->reserved, nr);

	for (u32 wanted = 0; wanted < 3 && start == MCTL_FIT_NONE; wanted++) {
		for (u32 i = 1; i < nr_trees && start == MCTL_FIT_NONE; i++) {
			u32 tree = (f->reserved + i) % nr_trees;

			if (filling_of(f, tree) == wanted)
				start = in_tree(f, tree, nr);
			if (start != MCTL_FIT_NONE)
				f->reserved = tree;
		}
	}
	return start;
}

static u32 foretell(struct fixture *f, u32 nr)
{
	u32 start;

	switch (f->policy) {
	case FIRST:
		start = lowest(f, 0, nr);
		for (u32 i = 0; i < f->nr_holes && f->holes[i].start <= start; i++)
			f->steps++;
		return start;
	case NEXT:
		return by_next(f, nr);
	case BEST:
	case WORST:
		return by_size(f, nr, f->policy == BEST);
	case SEGREGATED:
		return by_class(f, nr);
	case BOOT:
		return by_hint(f, nr);
	case BUDDY:
		return by_buddy(f, nr);
	case BITFIELD:
		return by_tree(f, nr);
	default:
		return lowest(f, 0, nr);
	}
}

/* --- the calls --- */

static u32 granted_for(const struct fixture *f, u32 nr)
{
	u64 power = 1;

	if (f->policy != BUDDY && f->policy != BITFIELD)
		return nr;
	while (power < nr)
		power *= 2;
	return power > (f->policy == BUDDY ? 1024 : TREE) ? 0 : power;
}

static void hash(struct fixture *f, u64 value, u32 bytes)
{
	for (u32 i = 0; i < bytes; i++) {
		f->hash ^= value & 0xff;
		f->hash *= 1099511628211ULL;
		value >>= 8;
	}
}

/* Ask for units. Return: the start, or MCTL_FIT_NONE. */
u32 fixture_alloc(struct fixture *f, u32 nr)
{
	u32 granted = granted_for(f, nr), expected = MCTL_FIT_NONE, start;
	u32 nr_free = 0;

	f->time++;
	for (u32 i = 0; i < f->nr; i++)
		nr_free += !f->owner[i];
	if (granted && granted <= nr_free)
		expected = foretell(f, granted);
	start = mctl_fit_alloc(&f->fit, f->number, nr);
	hash(f, f->number, 8);
	hash(f, start, 4);
	f->number++;
	if (expected != ANYWHERE)
		tap_expect_equal(start, expected);
	if (start == MCTL_FIT_NONE) {
		tap_expect_equal(expected, MCTL_FIT_NONE);
		return start;
	}
	if (!tap_expect(is_free(f, start, granted)))
		return MCTL_FIT_NONE;
	if (granted_for(f, 3) == 4)
		tap_expect_equal(start % granted, 0);
	for (u32 i = start; i < start + granted; i++)
		f->owner[i] = f->number;
	f->runs[f->nr_runs++] = (struct run){ start, nr, granted };
	f->last = start + granted;
	f->hint = f->last;
	f->span = max(f->span, f->last);
	find_holes(f);
	return start;
}

/* Give run number @index back. */
void fixture_free(struct fixture *f, u32 index)
{
	struct run run = f->runs[index];
	u32 nr_below = 0;
	bool alone = true;

	f->time++;
	for (u32 i = 0; i < f->nr_holes; i++) {
		nr_below += f->holes[i].start < run.start;
		alone &= f->holes[i].start != run.start + run.granted &&
			 f->holes[i].start + f->holes[i].nr != run.start;
	}
	if (alone)
		f->steps += nr_below;
	mctl_fit_free(&f->fit, run.start, run.asked);
	for (u32 i = run.start; i < run.start + run.granted; i++)
		f->owner[i] = 0;
	f->hint = min(f->hint, run.start);
	f->runs[index] = f->runs[--f->nr_runs];
	find_holes(f);
}

/* --- what has to be there --- */

/* The hole that the policy has to show at @start of free units that end at @end. */
static u32 hole_at(const struct fixture *f, u32 start, u32 end)
{
	u32 nr = 1;

	if (f->policy != BITFIELD)
		return end - start;
	while (start % (2 * nr) == 0 && start + 2 * nr <= end && 2 * nr <= TREE)
		nr *= 2;
	return nr;
}

static void compare_holes(struct fixture *f)
{
	struct mctl_fit_hole hole = {};
	struct mctl_fit_view view;
	u32 nr = 0, largest = 0, sum = 0;

	for (u32 i = 0; i < f->nr_holes; i++) {
		u32 at = f->holes[i].start, end = at + f->holes[i].nr;

		while (at < end) {
			if (!tap_expect(f->fit.ops->next_hole(&f->fit, &hole)))
				return;
			tap_expect_equal(hole.start, at);
			if (f->policy == BUDDY)
				tap_expect(hole.nr && !(hole.nr & (hole.nr - 1)) &&
					   at % hole.nr == 0 && hole.nr <= end - at);
			else
				tap_expect_equal(hole.nr, hole_at(f, at, end));
			if (tap_nr_failed)
				return;
			largest = max(largest, hole.nr);
			at += hole.nr;
			sum += hole.nr;
			nr++;
		}
	}
	tap_expect(!f->fit.ops->next_hole(&f->fit, &hole));
	tap_expect_equal(f->fit.nr_free, sum);
	mctl_fit_look(&f->fit, &view);
	tap_expect_equal(view.nr_holes, nr);
	tap_expect_equal(view.largest, largest);
}

static void tell(struct mctl_report *report, const struct mctl_problem *problem)
{
	if (report->nr_problems <= 5)
		tap_note("%s: %s %llu: %s is %llu, expected %llu", problem->invariant,
			 problem->object, (unsigned long long)problem->index, problem->field,
			 (unsigned long long)problem->found, (unsigned long long)problem->expected);
}

/* Bytes of the records: what is in Documentation/compare.rst and at the head of frame.h. */
static u64 records_of(const struct fixture *f)
{
	u32 lists = 8 * f->nr_runs + 16 * f->nr_holes;

	switch (f->policy) {
	case BITMAP:
	case BOOT:
		return (f->nr + 63) / 64 * 8;
	case SEGREGATED:
		return lists + 8 + 53 * 4;
	case BUDDY:
		return sizeof(struct mctl_buddy) +
		       (f->nr + 1023) / 1024 *
			       (sizeof(struct mctl_section) + 1024 * 13 +
				2 * (sizeof(struct mctl_lists) + 1));
	case BITFIELD:
		return (f->nr + FIELD - 1) / FIELD * 66 + (f->nr + TREE - 1) / TREE * 4;
	default:
		return lists;
	}
}

/* The structure, the holes, the counts and the hash. */
void fixture_compare(struct fixture *f)
{
	struct mctl_report report = { .found = tell };
	struct mctl_fit_hole hole = {};
	u64 kept = f->hash;

	mctl_fit_check(&f->fit, &report);
	tap_expect_equal(report.nr_problems, 0);
	tap_expect(report.nr_checks > 0);
	compare_holes(f);
	tap_expect_equal(f->fit.nr_blocks, f->nr_runs);
	tap_expect_equal(f->fit.span, f->span);
	if (f->counts)
		tap_expect_equal(f->fit.steps, f->steps);
	while (f->fit.ops->next_hole(&f->fit, &hole)) {
		hash(f, hole.start, 4);
		hash(f, hole.nr, 4);
	}
	tap_expect_equal(mctl_fit_hash(&f->fit), f->hash);
	f->hash = kept;
	tap_expect_equal(f->fit.ops->records(&f->fit), records_of(f));
}

/* Give everything back: all is free, and as it was at the start. */
void fixture_idle(struct fixture *f)
{
	struct mctl_fit_view view, fresh;
	struct mctl_fit begin;
	void *storage = calloc(1, mctl_fit_size(f->fit.ops, f->nr));

	while (f->nr_runs)
		fixture_free(f, tap_below(f->nr_runs));
	fixture_compare(f);
	tap_expect_equal(f->fit.nr_free, f->nr);
	mctl_fit_init(&begin, f->fit.ops, f->nr, storage);
	mctl_fit_look(&begin, &fresh);
	mctl_fit_look(&f->fit, &view);
	tap_expect_equal(view.nr_holes, fresh.nr_holes);
	tap_expect_equal(view.largest, fresh.largest);
	if (f->policy != BUDDY && f->policy != BITFIELD)
		tap_expect_equal(view.nr_holes, 1);
	free(storage);
}
