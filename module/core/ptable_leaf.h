/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables one 4 KiB leaf at a time: what a fault does to them. The leaf
 * table is looked up once; its entries are then read and written in place.
 *
 * See ptable.c for the invariants.
 */
#ifndef MCTL_CORE_PTABLE_LEAF_H
#define MCTL_CORE_PTABLE_LEAF_H

#include "core/ptable.h"

/**
 * struct mctl_ptable_leaf_cache - the leaf table found last
 * @prefix: address >> 21 of what it translates
 * @serial: of the tables when it was found; 0, which no tables have, means none
 * @pfn: its frame
 *
 * Initialised to zero.
 */
struct mctl_ptable_leaf_cache {
	u64 prefix;
	u64 serial;
	u64 pfn;
};

u64 mctl_ptable_leaves(const struct mctl_ptable *pt, u64 address);
u64 mctl_ptable_skip(const struct mctl_ptable *pt, u64 address, u64 end);
void mctl_ptable_set_leaves(struct mctl_ptable *pt, u64 pfn, u32 nr_more);

/**
 * mctl_ptable_leaves_cached() - the leaf table of an address, usually the last one
 * @pt: the tables, trusted to hold the invariants
 * @cache: the leaf table found last; revalidated if it is stale
 * @address: virtual address
 *
 * Context: Any context; the caller keeps the tables from changing, and does not share @cache.
 * Return: as mctl_ptable_leaves().
 */
static inline u64 mctl_ptable_leaves_cached(const struct mctl_ptable *pt,
					    struct mctl_ptable_leaf_cache *cache, u64 address)
{
	u64 pfn;

	if (likely(cache->prefix == address >> 21 && cache->serial == pt->serial))
		return cache->pfn;
	pfn = mctl_ptable_leaves(pt, address);
	if (pfn != MCTL_PT_NO_PFN)
		*cache = (struct mctl_ptable_leaf_cache){
			.prefix = address >> 21,
			.serial = pt->serial,
			.pfn = pfn,
		};
	return pfn;
}

/**
 * mctl_ptable_set_leaf() - write one entry of a leaf table
 * @pt: the tables
 * @pfn: frame of the leaf table, from mctl_ptable_leaves()
 * @index: index in the table
 * @entry: the new entry, present
 *
 * Context: Any context that the ops allow; the caller serialises.
 */
static inline void mctl_ptable_set_leaf(struct mctl_ptable *pt, u64 pfn, u32 index, u64 entry)
{
	bool more = !mctl_ptable_entry(pt, pfn, index);

	mctl_ptable_set_entry(pt, pfn, index, entry);
	if (more)
		mctl_ptable_set_leaves(pt, pfn, 1);
}

#endif /* MCTL_CORE_PTABLE_LEAF_H */
