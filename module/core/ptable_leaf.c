// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: the leaf tables, for callers that change single entries. See
 * ptable.c for the invariants.
 *
 * Locks: none; the caller serialises.
 */
#include <linux/compiler.h>
#include "core/ptable_leaf.h"

/**
 * mctl_ptable_leaves() - the leaf table of an address
 * @pt: the tables, trusted to hold the invariants
 * @address: virtual address
 *
 * The table exists until something is unmapped.
 *
 * Context: Any context; the caller keeps the tables from changing.
 * Return: the frame of the table, or MCTL_PT_NO_PFN if there is none or a large leaf takes its
 * place.
 */
u64 mctl_ptable_leaves(const struct mctl_ptable *pt, u64 address)
{
	u64 pfn = pt->root_pfn;

	for (unsigned int level = pt->format->nr_levels; level > 1; level--) {
		u64 entry = mctl_ptable_entry(pt, pfn, mctl_ptable_index(pt, level, address));

		if (!entry || mctl_ptable_is_leaf(pt, level, entry))
			return MCTL_PT_NO_PFN;
		pfn = mctl_ptable_target(pt, entry);
	}
	return pfn;
}

/**
 * mctl_ptable_skip() - skip addresses that no leaf table and no large leaf translates
 * @pt: the tables, trusted to hold the invariants
 * @address: where to start, canonical
 * @end: where to stop, in the same half
 *
 * Each entry that is not present is skipped as a whole, so that the time is linear in the number of
 * existing tables.
 *
 * Context: Any context; the caller keeps the tables from changing.
 * Return: the first address from @address on that a leaf table or a large leaf translates, whether
 * its entry is present or not; or @end.
 */
u64 mctl_ptable_skip(const struct mctl_ptable *pt, u64 address, u64 end)
{
	while (address < end) {
		unsigned int level = pt->format->nr_levels;
		u64 pfn = pt->root_pfn, last;

		for (; level > 1; level--) {
			u64 entry =
				mctl_ptable_entry(pt, pfn, mctl_ptable_index(pt, level, address));

			if (!entry)
				break;
			if (mctl_ptable_is_leaf(pt, level, entry))
				return address;
			pfn = mctl_ptable_target(pt, entry);
		}
		if (level == 1)
			return address;
		last = address | ((mctl_ptable_pages(pt, level) << MCTL_PT_PAGE_SHIFT) - 1);
		if (last >= end - 1)
			break;
		address = last + 1;
	}
	return end;
}

/**
 * mctl_ptable_set_leaves() - account for entries that were added to a leaf table
 * @pt: the tables
 * @pfn: frame of the leaf table
 * @nr_more: number of entries that were 0 and are present now
 *
 * Context: Any context that the ops allow; the caller serialises.
 */
void mctl_ptable_set_leaves(struct mctl_ptable *pt, u64 pfn, u32 nr_more)
{
	pt->ops->count(pt->context, pfn, nr_more);
	pt->nr_leaves[1] += nr_more;
	pt->nr_mapped += nr_more;
}
