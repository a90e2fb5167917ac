// SPDX-License-Identifier: GPL-2.0
/*
 * Allocation policies on one stream of requests: what they have in common.
 *
 *   policy       searches                                  grants         file
 *   bitmap       a bit a unit, from the lowest             as asked       fit_bits.c
 *   first        holes by address, the first that fits     as asked       fit_list.c
 *   next         the same, from where it stopped           as asked       fit_list.c
 *   best         all holes, the smallest that fits         as asked       fit_list.c
 *   worst        all holes, the largest                    as asked       fit_list.c
 *   segregated   lists of holes by size                    as asked       fit_segregated.c
 *   boot         a bit a unit, from a hint                 as asked       fit_bits.c
 *   buddy        core/buddy.c                              2^n, to 1024   fit_buddy.c
 *   bitfield     fields of 512 bits, in trees of 32        2^n, to 16384  fit_bitfield.c
 *
 * Each is a struct mctl_fit_ops over storage that the caller hands in; the
 * counts, the span and the hash are kept here.
 *
 * Invariants, each one a line of mctl_fit_check():
 *
 * C1  Holes are in the order of their addresses, do not overlap, and end
 *     before the last unit does.
 * C2  They have nr_free units together.
 * C3  All units are granted or free: with no block granted, nr_free is nr_units.
 *
 * What a policy adds is in the head of its file. The hash is FNV-1a over the
 * number and the start of each request, MCTL_FIT_NONE for one that failed, and
 * over the holes at the end: equal hashes mean that every request was placed
 * alike. It depends on nothing but the policy, the units and the requests.
 *
 * Sources: Knuth, The Art of Computer Programming 1, 2.5 (first, best and next
 * fit, boundary tags, the buddy system); Wilson, Johnstone, Neely and Boles,
 * Dynamic Storage Allocation: A Survey and Critical Review, 1995 (the
 * policies and their names); Johnstone and Wilson, The Memory Fragmentation
 * Problem: Solved?, 1998 (the span against the peak of what is live).
 *
 * Locks: none; the caller serialises. Not in memctl.ko: see Kbuild.
 */
#include "core/fit_impl.h"

#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

#define NR_POLICIES 9

static const struct mctl_fit_ops *const policies[NR_POLICIES] = {
	&mctl_fit_bitmap_ops, &mctl_fit_first_ops, &mctl_fit_next_ops,
	&mctl_fit_best_ops,   &mctl_fit_worst_ops, &mctl_fit_segregated_ops,
	&mctl_fit_boot_ops,   &mctl_fit_buddy_ops, &mctl_fit_bitfield_ops,
};

/* The lowest byte first, whatever the machine. */
static u64 hash_u32(u64 hash, u32 value)
{
	for (unsigned int shift = 0; shift < 32; shift += 8)
		hash = (hash ^ (value >> shift & 0xff)) * FNV_PRIME;
	return hash;
}

/**
 * mctl_fit_policy() - the policies, one by one
 * @index: from 0
 *
 * Context: Any context.
 * Return: the policy, or NULL behind the last.
 */
const struct mctl_fit_ops *mctl_fit_policy(unsigned int index)
{
	return index < NR_POLICIES ? policies[index] : NULL;
}

/**
 * mctl_fit_size() - size of the storage that a policy needs
 * @ops: the policy
 * @nr_units: units that it will manage
 *
 * Context: Any context.
 * Return: bytes; 0 if there are no units, or more than MCTL_FIT_MAX_UNITS.
 */
size_t mctl_fit_size(const struct mctl_fit_ops *ops, u32 nr_units)
{
	return nr_units && nr_units <= MCTL_FIT_MAX_UNITS ? ops->size(nr_units) : 0;
}

/**
 * mctl_fit_init() - begin with all units free
 * @fit: the units
 * @ops: the policy
 * @nr_units: their number, for which mctl_fit_size() is not 0
 * @storage: so many bytes, zeroed, aligned to 8
 *
 * Context: Any context; the caller owns @fit and @storage.
 */
void mctl_fit_init(struct mctl_fit *fit, const struct mctl_fit_ops *ops, u32 nr_units,
		   void *storage)
{
	*fit = (struct mctl_fit){
		.ops = ops,
		.storage = storage,
		.nr_units = nr_units,
		.nr_free = nr_units,
		.hash = FNV_BASIS,
	};
	ops->init(fit);
}

/**
 * mctl_fit_alloc() - ask for a run of units
 * @fit: the units
 * @number: of the request, for the hash
 * @nr: units, at least 1
 *
 * ops->grant() says how many units are taken. A request for more than there are free fails before
 * the policy searches.
 *
 * Context: The caller serialises.
 * Return: the first unit, or MCTL_FIT_NONE.
 */
u32 mctl_fit_alloc(struct mctl_fit *fit, u64 number, u32 nr)
{
	u32 granted = fit->ops->grant(nr), start = MCTL_FIT_NONE;

	if (granted && granted <= fit->nr_free)
		start = fit->ops->alloc(fit, granted);
	if (start != MCTL_FIT_NONE) {
		fit->nr_free -= granted;
		fit->nr_blocks++;
		fit->span = max(fit->span, start + granted);
	}
	fit->hash =
		hash_u32(hash_u32(hash_u32(fit->hash, (u32)number), (u32)(number >> 32)), start);
	return start;
}

/**
 * mctl_fit_free() - give a run back
 * @fit: the units
 * @start: what mctl_fit_alloc() returned
 * @nr: what it was asked for
 *
 * Context: The caller serialises.
 */
void mctl_fit_free(struct mctl_fit *fit, u32 start, u32 nr)
{
	u32 granted = fit->ops->grant(nr);

	fit->ops->free(fit, start, granted);
	fit->nr_free += granted;
	fit->nr_blocks--;
}

/**
 * mctl_fit_look() - count the holes
 * @fit: the units
 * @view: filled in
 *
 * Context: The caller serialises.
 */
void mctl_fit_look(const struct mctl_fit *fit, struct mctl_fit_view *view)
{
	struct mctl_fit_hole hole = {};

	*view = (struct mctl_fit_view){};
	while (fit->ops->next_hole(fit, &hole)) {
		view->nr_holes++;
		view->largest = max(view->largest, hole.nr);
	}
}

/**
 * mctl_fit_hash() - what became of all requests, in one number
 * @fit: the units
 *
 * Context: The caller serialises.
 * Return: a hash of the grants so far and of the holes.
 */
u64 mctl_fit_hash(const struct mctl_fit *fit)
{
	struct mctl_fit_hole hole = {};
	u64 hash = fit->hash;

	while (fit->ops->next_hole(fit, &hole))
		hash = hash_u32(hash_u32(hash, hole.start), hole.nr);
	return hash;
}

/**
 * mctl_fit_check() - test C1 to C3, and the invariants of the policy
 * @fit: the units
 * @report: where to count and report
 *
 * Context: The caller serialises.
 */
void mctl_fit_check(const struct mctl_fit *fit, struct mctl_report *report)
{
	struct mctl_fit_hole hole = {};
	u32 end = 0, sum = 0;

	while (fit->ops->next_hole(fit, &hole)) {
		if (!mctl_report_expect(report, "fit C1", "hole", hole.start, "start",
					max(end, hole.start), hole.start) ||
		    !mctl_report_expect(report, "fit C1", "hole", hole.start, "units",
					clamp(hole.nr, 1U,
					      fit->nr_units - min(hole.start, fit->nr_units)),
					hole.nr))
			break;
		end = hole.start + hole.nr;
		sum += hole.nr;
	}
	mctl_report_expect(report, "fit C2", "fit", 0, "nr_free", sum, fit->nr_free);
	if (!fit->nr_blocks)
		mctl_report_expect(report, "fit C3", "fit", 0, "nr_free", fit->nr_units,
				   fit->nr_free);
	fit->ops->check(fit, report);
}
