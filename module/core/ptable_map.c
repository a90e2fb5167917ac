// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables: map, unmap, protect. A range is processed table by table; a leaf
 * table is filled in one loop. See ptable.c for the invariants.
 *
 * A call that fails leaves the tables byte for byte as it found them: map
 * undoes what it mapped, and the others allocate the frames for the splits that
 * they need before they change anything.
 *
 * Locks: none; the caller serialises.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "core/ptable.h"

/**
 * struct span - the part of a range that is still to be processed
 * @address: first virtual address
 * @nr: pages of 4 KiB
 * @done: pages unmapped or changed so far
 * @pfn: frame for @address, when mapping
 * @in_row: consecutive frames from @pfn on, not 0 before the end
 * @fns: alternatively a frame for each page, as the caller of mctl_ptable_map_frames() numbers them
 * @flags: of the leaves, as for 4 KiB
 * @mask: bits to replace with those of @flags
 * @max_level: largest leaf to use
 */
struct span {
	u64 address;
	u64 nr;
	u64 done;
	u64 pfn;
	u64 in_row;
	const u32 *fns;
	u64 flags;
	u64 mask;
	unsigned int max_level;
};

/* Tables set aside for the splits at the two ends of a range, by their level. */
struct reserve {
	u64 pfn[2][MCTL_PT_MAX_LEVELS];
};

static inline void advance(struct span *span, u64 nr)
{
	span->address += nr << MCTL_PT_PAGE_SHIFT;
	span->nr -= nr;
}

/* The same when mapping: the frames advance too. */
static inline void advance_frames(struct span *span, u64 nr)
{
	advance(span, nr);
	span->pfn += nr;
	span->in_row -= nr;
}

static u64 large_flags(u64 flags)
{
	u64 pat = flags & MCTL_PT_PAT ? MCTL_PT_PAT_LARGE : 0;

	return (flags & ~MCTL_PT_PAT) | MCTL_PT_PS | pat;
}

/* The bits of a leaf as a 4 KiB leaf would have them, without the address. */
static u64 small_flags(const struct mctl_ptable *pt, u64 entry)
{
	u64 pat = entry & MCTL_PT_PAT_LARGE ? MCTL_PT_PAT : 0;

	return (entry & ~(pt->address_mask | MCTL_PT_PAT_LARGE | MCTL_PT_PS)) | pat;
}

static u64 alloc_table(struct mctl_ptable *pt, unsigned int level, bool zero)
{
	u64 pfn = pt->ops->alloc(pt->context, level, zero);

	if (pfn != MCTL_PT_NO_PFN)
		pt->nr_tables++;
	return pfn;
}

static void free_table(struct mctl_ptable *pt, u64 pfn)
{
	pt->nr_tables--;
	pt->serial++;
	pt->ops->free(pt->context, pfn);
}

static int check_range(const struct mctl_ptable *pt, u64 address, u64 nr)
{
	const struct mctl_ptable_format *format = pt->format;
	u64 last;

	if (address & GENMASK_ULL(MCTL_PT_PAGE_SHIFT - 1, 0))
		return -EINVAL;
	if (!nr || nr > 1ULL << (format->address_bits - MCTL_PT_PAGE_SHIFT))
		return -EINVAL;
	/* The hole between the halves is longer than any range, so no range can span it. */
	last = address + (nr << MCTL_PT_PAGE_SHIFT) - 1;
	if (last < address || !mctl_ptable_canonical(format, address) ||
	    !mctl_ptable_canonical(format, last))
		return -EFAULT;
	return 0;
}

/* --- map ---------------------------------------------------------------------------------- */

/*
 * Fill entries of one leaf table with consecutive frames. Inlined for each
 * entry size, and for a table that is still empty, so that the loop contains
 * none of these tests.
 * Return: entries filled, less than @nr if one was in use.
 */
static __always_inline u32 fill_entries(void *table, u32 index, u32 nr, u64 entry, const bool small,
					const bool empty)
{
	u32 *small_entry = (u32 *)table + index;
	u64 *large_entry = (u64 *)table + index;
	u32 i;

#pragma GCC unroll 8
	for (i = 0; i < nr; i++) {
		if (!empty && (small ? small_entry[i] : large_entry[i]))
			break;
		if (small)
			small_entry[i] = entry;
		else
			large_entry[i] = entry;
		entry += 1ULL << MCTL_PT_PAGE_SHIFT;
	}
	return i;
}

/* Whether @span fills a leaf table completely: then it need not be zeroed first. */
static bool fills_table(const struct mctl_ptable *pt, unsigned int level, const struct span *span)
{
	return level == 1 && span->nr >= mctl_ptable_nr_entries(pt, 1) &&
	       !mctl_ptable_index(pt, 1, span->address);
}

/* How many entries from @index on, at most @nr, are not in use. */
static u32 count_empty(const struct mctl_ptable *pt, u64 pfn, u32 index, u32 nr)
{
	u32 i = 0;

	while (i < nr && !mctl_ptable_entry(pt, pfn, index + i))
		i++;
	return i;
}

/* Fill entries of one leaf table with frames in any order. Return: how many. */
static u32 fill_frames(struct mctl_ptable *pt, u64 pfn, u32 index, u32 nr, struct span *span,
		       bool empty)
{
	void *entries = mctl_ptable_table(pt, pfn) + index * pt->format->entry_size;

	if (!empty)
		nr = count_empty(pt, pfn, index, nr);
	pt->ops->fill(pt->context, entries, span->fns, nr, span->flags);
	span->fns += nr;
	advance(span, nr);
	return nr;
}

/* The same with consecutive frames. */
static u32 fill_row(struct mctl_ptable *pt, u64 pfn, u32 index, u32 nr, struct span *span,
		    bool empty)
{
	u64 entry = span->pfn << MCTL_PT_PAGE_SHIFT | span->flags;
	void *table = mctl_ptable_table(pt, pfn);
	u32 filled;

	if (pt->format->entry_size == sizeof(u32) && empty)
		filled = fill_entries(table, index, nr, entry, true, true);
	else if (pt->format->entry_size == sizeof(u32))
		filled = fill_entries(table, index, nr, entry, true, false);
	else if (empty)
		filled = fill_entries(table, index, nr, entry, false, true);
	else
		filled = fill_entries(table, index, nr, entry, false, false);
	advance_frames(span, filled);
	return filled;
}

/* @empty: the table is new, no entry is in use. */
static int fill_table(struct mctl_ptable *pt, u64 pfn, struct span *span, bool empty)
{
	u32 index = mctl_ptable_index(pt, 1, span->address);
	u32 nr = min_t(u64, mctl_ptable_nr_entries(pt, 1) - index, span->nr);
	u32 done;

	if (span->fns)
		done = fill_frames(pt, pfn, index, nr, span, empty);
	else
		done = fill_row(pt, pfn, index, nr, span, empty);
	if (done) {
		pt->ops->count(pt->context, pfn, done);
		pt->nr_leaves[1] += done;
		pt->nr_mapped += done;
	}
	return done < nr ? -EEXIST : 0;
}

/* Whether what is left of @span begins with a leaf of this level. */
static bool fits(const struct mctl_ptable *pt, unsigned int level, const struct span *span)
{
	u64 pages = mctl_ptable_pages(pt, level);

	return level <= span->max_level && pt->format->level[level].leaf && span->in_row >= pages &&
	       !((span->address >> MCTL_PT_PAGE_SHIFT | span->pfn) & (pages - 1));
}

static int map_table(struct mctl_ptable *pt, u64 pfn, unsigned int level, struct span *span,
		     bool empty);

/* Map as much of @span as one entry above the leaf tables translates. */
static int map_entry(struct mctl_ptable *pt, u64 pfn, unsigned int level, u32 index,
		     struct span *span)
{
	u64 entry = mctl_ptable_entry(pt, pfn, index);
	u64 child;
	int ret;

	if (entry) {
		if (mctl_ptable_is_leaf(pt, level, entry))
			return -EEXIST;
		return map_table(pt, mctl_ptable_target(pt, entry), level - 1, span, false);
	}
	if (fits(pt, level, span)) {
		entry = span->pfn << MCTL_PT_PAGE_SHIFT | large_flags(span->flags);
		mctl_ptable_set_entry(pt, pfn, index, entry);
		pt->ops->count(pt->context, pfn, 1);
		pt->nr_leaves[level]++;
		pt->nr_mapped += mctl_ptable_pages(pt, level);
		advance_frames(span, mctl_ptable_pages(pt, level));
		return 0;
	}

	child = alloc_table(pt, level - 1, !fills_table(pt, level - 1, span));
	if (child == MCTL_PT_NO_PFN)
		return -ENOMEM;
	ret = map_table(pt, child, level - 1, span, true);
	if (!pt->ops->count(pt->context, child, 0)) {
		free_table(pt, child);
		return ret;
	}
	mctl_ptable_set_entry(pt, pfn, index,
			      child << MCTL_PT_PAGE_SHIFT | mctl_ptable_table_flags(pt, level));
	pt->ops->count(pt->context, pfn, 1);
	return ret;
}

static int map_table(struct mctl_ptable *pt, u64 pfn, unsigned int level, struct span *span,
		     bool empty)
{
	u32 index = mctl_ptable_index(pt, level, span->address);
	int ret = 0;

	if (level == 1)
		return fill_table(pt, pfn, span, empty);
	for (; span->nr && !ret && index < mctl_ptable_nr_entries(pt, level); index++)
		ret = map_entry(pt, pfn, level, index, span);
	return ret;
}

static u32 unmap_table(struct mctl_ptable *pt, u64 pfn, unsigned int level, struct span *span);

static int map_span(struct mctl_ptable *pt, struct span *span)
{
	struct span undo = { .address = span->address, .nr = span->nr };
	u64 flags = pt->format->level[1].leaf & ~pt->format->physical;
	int ret = check_range(pt, span->address, span->nr);

	if (ret)
		return ret;
	if (!(span->flags & MCTL_PT_P) || (span->flags & ~(flags | pt->encryption)))
		return -EINVAL;
	ret = map_table(pt, pt->root_pfn, pt->format->nr_levels, span, false);
	undo.nr -= span->nr;
	/* Unmaps what was mapped above and nothing else: no leaf is split, so this cannot fail. */
	if (ret && undo.nr)
		unmap_table(pt, pt->root_pfn, pt->format->nr_levels, &undo);
	pt->fast_from = mctl_ptable_fast_from(pt);
	return ret;
}

/**
 * mctl_ptable_map() - map a range to consecutive frames
 * @pt: the tables
 * @address: first virtual address, a multiple of 4 KiB
 * @pfn: first physical frame number
 * @nr: pages of 4 KiB
 * @flags: bits of a 4 KiB leaf without the address, including P
 * @max_level: largest leaves to use where alignment allows: 1 for 4 KiB, 2 for 2 MiB, 3 for 1 GiB
 *
 * Context: Any context that the ops allow; the caller serialises.
 * Return: 0; -EINVAL for a bad length, alignment, frame or flag, -EFAULT if the range is not
 * canonical, -EEXIST if anything is mapped in it, -ENOMEM if there is no frame for a table. On
 * error nothing is changed.
 */
int mctl_ptable_map(struct mctl_ptable *pt, u64 address, u64 pfn, u64 nr, u64 flags,
		    unsigned int max_level)
{
	struct span span = {
		.address = address,
		.nr = nr,
		.pfn = pfn,
		.in_row = nr,
		.flags = flags,
		.max_level = max_level,
	};
	u64 frames = (pt->address_mask >> MCTL_PT_PAGE_SHIFT) + 1;

	if (!max_level || max_level > pt->format->nr_levels || pfn >= frames || nr > frames - pfn)
		return -EINVAL;
	return map_span(pt, &span);
}

/**
 * mctl_ptable_map_frames() - map a range to frames in any order
 * @pt: the tables, whose ops must have fill()
 * @address: first virtual address, a multiple of 4 KiB
 * @fns: @nr frames, numbered as fill() expects
 * @nr: pages of 4 KiB
 * @flags: bits of a 4 KiB leaf without the address, including P
 *
 * Context: Any context that the ops allow; the caller serialises.
 * Return: as mctl_ptable_map().
 */
int mctl_ptable_map_frames(struct mctl_ptable *pt, u64 address, const u32 *fns, u64 nr, u64 flags)
{
	struct span span = {
		.address = address,
		.nr = nr,
		.fns = fns,
		.flags = flags,
		.max_level = 1,
	};

	return map_span(pt, &span);
}

/* --- split -------------------------------------------------------------------------------- */

/*
 * The large leaf that @address lies inside, but not at its start. Return: its
 * level, 0 for none; the entry is *index of the table *pfn.
 */
static unsigned int cut_leaf(const struct mctl_ptable *pt, u64 address, u64 *pfn, u32 *index)
{
	unsigned int level = pt->format->nr_levels;
	u64 table = pt->root_pfn;

	for (; level > 1; level--) {
		u64 entry;

		if (!(address >> MCTL_PT_PAGE_SHIFT & (mctl_ptable_pages(pt, level) - 1)))
			return 0;
		*pfn = table;
		*index = mctl_ptable_index(pt, level, address);
		entry = mctl_ptable_entry(pt, table, *index);
		if (!entry)
			return 0;
		if (mctl_ptable_is_leaf(pt, level, entry))
			return level;
		table = mctl_ptable_target(pt, entry);
	}
	return 0;
}

static void put_reserve(struct mctl_ptable *pt, struct reserve *reserve)
{
	for (unsigned int end = 0; end < 2; end++) {
		for (unsigned int level = 1; level < MCTL_PT_MAX_LEVELS; level++) {
			if (reserve->pfn[end][level] != MCTL_PT_NO_PFN)
				free_table(pt, reserve->pfn[end][level]);
		}
	}
}

/* Allocate the tables that a split at @address needs: one for each level that it goes down. */
static int fill_reserve(struct mctl_ptable *pt, u64 address, u64 *pfns)
{
	u64 pfn;
	u32 index;
	unsigned int level = cut_leaf(pt, address, &pfn, &index);

	for (; level > 1 && address >> MCTL_PT_PAGE_SHIFT & (mctl_ptable_pages(pt, level) - 1);
	     level--) {
		pfns[level - 1] = alloc_table(pt, level - 1, true);
		if (pfns[level - 1] == MCTL_PT_NO_PFN)
			return -ENOMEM;
	}
	return 0;
}

/* Replace a large leaf by a table of leaves of the next smaller size. */
static void split_leaf(struct mctl_ptable *pt, u64 pfn, u32 index, unsigned int level, u64 child)
{
	u32 nr = mctl_ptable_nr_entries(pt, level - 1);
	u64 step = mctl_ptable_pages(pt, level - 1) << MCTL_PT_PAGE_SHIFT;
	u64 entry = mctl_ptable_entry(pt, pfn, index);
	u64 address = mctl_ptable_physical(pt, 0, level, entry);
	u64 flags = small_flags(pt, entry);

	if (level > 2)
		flags = large_flags(flags);
	for (u32 i = 0; i < nr; i++)
		mctl_ptable_set_entry(pt, child, i, (address + i * step) | flags);
	pt->ops->count(pt->context, child, nr);
	mctl_ptable_set_entry(pt, pfn, index,
			      child << MCTL_PT_PAGE_SHIFT | mctl_ptable_table_flags(pt, level));
	pt->nr_leaves[level]--;
	pt->nr_leaves[level - 1] += nr;
}

static void split_at(struct mctl_ptable *pt, u64 address, u64 *pfns)
{
	unsigned int level;
	u64 pfn;
	u32 index;

	while ((level = cut_leaf(pt, address, &pfn, &index))) {
		split_leaf(pt, pfn, index, level, pfns[level - 1]);
		pfns[level - 1] = MCTL_PT_NO_PFN;
	}
}

/* Split the large leaves that straddle the ends of the range: both, or none on -ENOMEM. */
static int split_ends(struct mctl_ptable *pt, u64 address, u64 nr)
{
	u64 end = address + (nr << MCTL_PT_PAGE_SHIFT);
	struct reserve reserve;
	int ret;

	memset(&reserve, 0xff, sizeof(reserve));
	ret = fill_reserve(pt, address, reserve.pfn[0]);
	if (!ret)
		ret = fill_reserve(pt, end, reserve.pfn[1]);
	if (!ret) {
		split_at(pt, address, reserve.pfn[0]);
		split_at(pt, end, reserve.pfn[1]);
	}
	put_reserve(pt, &reserve);
	pt->fast_from = mctl_ptable_fast_from(pt);
	return ret;
}

/* --- unmap, protect ------------------------------------------------------------------------- */

/* How many pages of @span lie in the entry that its address is in. */
static u64 here(const struct mctl_ptable *pt, unsigned int level, const struct span *span)
{
	u64 pages = mctl_ptable_pages(pt, level);

	return min(span->nr, pages - (span->address >> MCTL_PT_PAGE_SHIFT & (pages - 1)));
}

/* Inlined for each entry size, as fill_entries() is. Return: entries that were present. */
static __always_inline u32 clear_entries(void *table, u32 index, u32 nr, const bool small)
{
	u32 *small_entry = (u32 *)table + index;
	u64 *large_entry = (u64 *)table + index;
	u32 gone = 0;

#pragma GCC unroll 8
	for (u32 i = 0; i < nr; i++) {
		gone += small ? !!small_entry[i] : !!large_entry[i];
		if (small)
			small_entry[i] = 0;
		else
			large_entry[i] = 0;
	}
	return gone;
}

/* Return: how many entries are left in the table. */
static u32 clear_table(struct mctl_ptable *pt, u64 pfn, struct span *span)
{
	u32 index = mctl_ptable_index(pt, 1, span->address);
	u32 nr = min_t(u64, mctl_ptable_nr_entries(pt, 1) - index, span->nr);
	void *table = mctl_ptable_table(pt, pfn);
	int gone;

	if (pt->format->entry_size == sizeof(u32))
		gone = clear_entries(table, index, nr, true);
	else
		gone = clear_entries(table, index, nr, false);
	pt->nr_leaves[1] -= gone;
	pt->nr_mapped -= gone;
	span->done += gone;
	advance(span, nr);
	return pt->ops->count(pt->context, pfn, -gone);
}

/* The same for any level. No leaf extends beyond the range. */
static u32 unmap_table(struct mctl_ptable *pt, u64 pfn, unsigned int level, struct span *span)
{
	u32 index = mctl_ptable_index(pt, level, span->address);
	int gone = 0;

	if (level == 1)
		return clear_table(pt, pfn, span);
	for (; span->nr && index < mctl_ptable_nr_entries(pt, level); index++) {
		u64 entry = mctl_ptable_entry(pt, pfn, index);
		u64 pages = here(pt, level, span);

		if (!entry) {
			advance(span, pages);
			continue;
		}
		if (mctl_ptable_is_leaf(pt, level, entry)) {
			pt->nr_leaves[level]--;
			pt->nr_mapped -= pages;
			span->done += pages;
			advance(span, pages);
		} else if (unmap_table(pt, mctl_ptable_target(pt, entry), level - 1, span)) {
			continue;
		} else {
			free_table(pt, mctl_ptable_target(pt, entry));
		}
		mctl_ptable_set_entry(pt, pfn, index, 0);
		gone++;
	}
	return pt->ops->count(pt->context, pfn, -gone);
}

/**
 * mctl_ptable_unmap() - unmap a range
 * @pt: the tables
 * @address: first virtual address, a multiple of 4 KiB
 * @nr: pages of 4 KiB
 *
 * Holes are skipped. Tables that become empty are freed; a large leaf that extends beyond the range
 * is split.
 *
 * Context: Any context that the ops allow; the caller serialises.
 * Return: pages of 4 KiB that were mapped; -EINVAL, -EFAULT as mctl_ptable_map(); -ENOMEM when
 * there is no frame for a split, with nothing changed.
 */
s64 mctl_ptable_unmap(struct mctl_ptable *pt, u64 address, u64 nr)
{
	struct span span = { .address = address, .nr = nr };
	int ret = check_range(pt, address, nr);

	if (!ret)
		ret = split_ends(pt, address, nr);
	if (ret)
		return ret;
	unmap_table(pt, pt->root_pfn, pt->format->nr_levels, &span);
	pt->fast_from = mctl_ptable_fast_from(pt);
	return span.done;
}

/* A large leaf with the flags requested for the range. */
static u64 change(const struct mctl_ptable *pt, unsigned int level, u64 entry,
		  const struct span *span)
{
	u64 flags = (small_flags(pt, entry) & ~span->mask) | span->flags;

	return mctl_ptable_physical(pt, 0, level, entry) | large_flags(flags);
}

/* Inlined for each entry size, as fill_entries() is. Return: entries changed. */
static __always_inline u32 protect_entries(void *table, u32 index, u32 nr, const struct span *span,
					   const bool small)
{
	u32 *small_entry = (u32 *)table + index;
	u64 *large_entry = (u64 *)table + index;
	u64 keep = ~span->mask, flags = span->flags;
	u32 done = 0;

	for (u32 i = 0; i < nr; i++) {
		u64 entry = small ? small_entry[i] : large_entry[i];

		if (!entry)
			continue;
		entry = (entry & keep) | flags;
		if (small)
			small_entry[i] = entry;
		else
			large_entry[i] = entry;
		done++;
	}
	return done;
}

static void protect_leaves(struct mctl_ptable *pt, u64 pfn, struct span *span)
{
	u32 index = mctl_ptable_index(pt, 1, span->address);
	u32 nr = min_t(u64, mctl_ptable_nr_entries(pt, 1) - index, span->nr);
	void *table = mctl_ptable_table(pt, pfn);

	if (pt->format->entry_size == sizeof(u32))
		span->done += protect_entries(table, index, nr, span, true);
	else
		span->done += protect_entries(table, index, nr, span, false);
	advance(span, nr);
}

static void protect_table(struct mctl_ptable *pt, u64 pfn, unsigned int level, struct span *span)
{
	u32 index = mctl_ptable_index(pt, level, span->address);

	if (level == 1) {
		protect_leaves(pt, pfn, span);
		return;
	}
	for (; span->nr && index < mctl_ptable_nr_entries(pt, level); index++) {
		u64 entry = mctl_ptable_entry(pt, pfn, index);
		u64 pages = here(pt, level, span);

		if (entry && !mctl_ptable_is_leaf(pt, level, entry)) {
			protect_table(pt, mctl_ptable_target(pt, entry), level - 1, span);
			continue;
		}
		if (entry) {
			mctl_ptable_set_entry(pt, pfn, index, change(pt, level, entry, span));
			span->done += pages;
		}
		advance(span, pages);
	}
}

/**
 * mctl_ptable_protect() - change the flags of what a range maps
 * @pt: the tables
 * @address: first virtual address, a multiple of 4 KiB
 * @nr: pages of 4 KiB
 * @mask: bits of a 4 KiB leaf to change; neither P nor the address
 * @flags: their new values, within @mask
 *
 * Holes are skipped. A large leaf that extends beyond the range is split.
 *
 * Context: Any context that the ops allow; the caller serialises.
 * Return: pages of 4 KiB changed; -EINVAL, -EFAULT as mctl_ptable_map(); -ENOMEM when there is
 * no frame for a split, with nothing changed.
 */
s64 mctl_ptable_protect(struct mctl_ptable *pt, u64 address, u64 nr, u64 mask, u64 flags)
{
	struct span span = { .address = address, .nr = nr, .mask = mask, .flags = flags };
	u64 allowed = pt->format->level[1].leaf & ~(pt->format->physical | MCTL_PT_P);
	int ret = check_range(pt, address, nr);

	if (!ret && ((mask & ~allowed) || (flags & ~mask)))
		ret = -EINVAL;
	if (!ret)
		ret = split_ends(pt, address, nr);
	if (ret)
		return ret;
	protect_table(pt, pt->root_pfn, pt->format->nr_levels, &span);
	return span.done;
}
