/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One leaf of 4 KiB at a time: what a fault does to page tables. The leaf
 * table is looked up once; its entries are then read and written in place.
 *
 * See ptable.c for the invariants.
 */
#ifndef MCTL_CORE_PTABLE_LEAF_H
#define MCTL_CORE_PTABLE_LEAF_H

#include "core/ptable.h"

u64 mctl_ptable_leaves(const struct mctl_ptable *pt, u64 address);
void mctl_ptable_set_leaves(struct mctl_ptable *pt, u64 pfn, u32 nr_more);

/**
 * mctl_ptable_set_leaf() - write one entry of a leaf table
 * @pt: the tables
 * @pfn: frame of the leaf table, from mctl_ptable_leaves()
 * @index: in it
 * @entry: the new entry, present
 *
 * Context: Any that the ops allow; the caller serialises.
 */
static inline void mctl_ptable_set_leaf(struct mctl_ptable *pt, u64 pfn, u32 index, u64 entry)
{
	bool more = !mctl_ptable_entry(pt, pfn, index);

	mctl_ptable_set_entry(pt, pfn, index, entry);
	if (more)
		mctl_ptable_set_leaves(pt, pfn, 1);
}

#endif /* MCTL_CORE_PTABLE_LEAF_H */
