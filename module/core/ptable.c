// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables in the hardware's own format: the formats, and the walk that
 * trusts the tables. ptable_map.c has the functions that change them,
 * ptable_view.c those that read tables that may be damaged.
 *
 *   address  47      39 38      30 29      21 20      12 11        0
 *            [ index 4 ][ index 3 ][ index 2 ][ index 1 ][  offset  ]
 *                 |          |          |          |
 *   root (4) -> entry -> 3 entry -> 2 entry -> 1 entry -> 4 KiB
 *                            PS: 1 GiB   PS: 2 MiB
 *
 * A table's frame holds entries and nothing else; the owner of the frame
 * (struct mctl_ptable_ops) keeps the number of present entries, so that an
 * empty table is detected without scanning it.
 *
 * Invariants, each one tested by mctl_ptable_check():
 *
 * I1  Each table but the root is pointed to by one entry, at its level, and its
 *     frame was allocated for a table of that level.
 * I2  The count kept for a table is the number of its present entries; no
 *     table but the root is empty.
 * I3  An entry that is not present is 0.
 * I4  An entry has no bit set that its format reserves at its level; in
 *     particular, leaves occur only at levels that have them, with addresses
 *     aligned to their size.
 * I5  An entry that points to a table has exactly those of table_flags that its
 *     level defines, except for A and D.
 * I6  nr_tables, nr_leaves and nr_mapped match an actual count.
 * I7  fast_from is what mctl_ptable_fast_from() computes from them.
 *
 * A call that fails leaves the tables byte for byte as it found them.
 *
 * Locks: none here; the caller serialises changes of a set of tables with all
 * other use of it.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/string.h>
#include "core/ptable.h"

#define PAGE_BITS_4K GENMASK_ULL(51, 12)
#define PAGE_BITS_2M GENMASK_ULL(51, 21)
#define PAGE_BITS_1G GENMASK_ULL(51, 30)
/* Bits 9 to 11 and 52 to 58 are software's; 59 to 62 too, if protection keys are not used. */
#define SOFTWARE (GENMASK_ULL(11, 9) | GENMASK_ULL(62, 52))
#define RIGHTS \
	(MCTL_PT_P | MCTL_PT_RW | MCTL_PT_US | MCTL_PT_PWT | MCTL_PT_PCD | MCTL_PT_A | MCTL_PT_NX)
/* The processor ignores bits 6 and 8 of an entry that points to a table. */
#define TABLE	(RIGHTS | MCTL_PT_D | MCTL_PT_G | SOFTWARE | PAGE_BITS_4K)
#define LEAF	(RIGHTS | MCTL_PT_D | MCTL_PT_G | SOFTWARE)
#define LEAF_4K (LEAF | MCTL_PT_PAT | PAGE_BITS_4K)
#define LEAF_2M (LEAF | MCTL_PT_PS | MCTL_PT_PAT_LARGE | PAGE_BITS_2M)
#define LEAF_1G (LEAF | MCTL_PT_PS | MCTL_PT_PAT_LARGE | PAGE_BITS_1G)

const struct mctl_ptable_format mctl_ptable_x86_64_4level = {
	.name = "x86-64, 4 levels",
	.nr_levels = 4,
	.entry_size = 8,
	.address_bits = 48,
	.sign_extended = true,
	.physical = PAGE_BITS_4K,
	.level = {
		[1] = { .shift = 12, .bits = 9, .leaf = LEAF_4K },
		[2] = { .shift = 21, .bits = 9, .table = TABLE, .leaf = LEAF_2M },
		[3] = { .shift = 30, .bits = 9, .table = TABLE, .leaf = LEAF_1G },
		[4] = { .shift = 39, .bits = 9, .table = TABLE },
	},
};

const struct mctl_ptable_format mctl_ptable_x86_64_5level = {
	.name = "x86-64, 5 levels",
	.nr_levels = 5,
	.entry_size = 8,
	.address_bits = 57,
	.sign_extended = true,
	.physical = PAGE_BITS_4K,
	.level = {
		[1] = { .shift = 12, .bits = 9, .leaf = LEAF_4K },
		[2] = { .shift = 21, .bits = 9, .table = TABLE, .leaf = LEAF_2M },
		[3] = { .shift = 30, .bits = 9, .table = TABLE, .leaf = LEAF_1G },
		[4] = { .shift = 39, .bits = 9, .table = TABLE },
		[5] = { .shift = 48, .bits = 9, .table = TABLE },
	},
};

/**
 * mctl_ptable_init() - initialise a set of page tables that maps nothing
 * @pt: the tables; the previous content is overwritten
 * @config: how to set them up; format and ops must outlive @pt
 *
 * The root is allocated with @config->ops->alloc. There is no counterpart: when everything in @pt
 * has been unmapped, the owner of the frames frees @pt->root_pfn.
 *
 * Context: Any context that the ops allow.
 * Return: 0, -EINVAL when the config contradicts itself, -ENOMEM when there is no frame
 * for the root.
 */
int mctl_ptable_init(struct mctl_ptable *pt, const struct mctl_ptable_config *config)
{
	const struct mctl_ptable_format *format = config->format;
	bool fast = format->entry_size == sizeof(u64);

	if (config->physical_bits <= MCTL_PT_PAGE_SHIFT || config->physical_bits > 52)
		return -EINVAL;
	memset(pt, 0, sizeof(*pt));
	pt->format = format;
	pt->ops = config->ops;
	pt->context = config->context;
	pt->base = config->base;
	pt->table_flags = config->table_flags;
	pt->encryption = config->encryption;
	pt->address_mask = format->physical & GENMASK_ULL(config->physical_bits - 1, 0);
	pt->serial = 1;
	if (!(pt->table_flags & MCTL_PT_P) || (pt->table_flags & (pt->address_mask | MCTL_PT_PS)))
		return -EINVAL;
	for (unsigned int level = 1; level <= format->nr_levels; level++)
		fast &= format->level[level].bits == 9;
	if (fast && format->nr_levels >= 4)
		pt->fast_levels = format->nr_levels;

	pt->root_pfn = pt->ops->alloc(pt->context, format->nr_levels, true);
	if (pt->root_pfn == MCTL_PT_NO_PFN)
		return -ENOMEM;
	pt->nr_tables = 1;
	pt->fast_from = mctl_ptable_fast_from(pt);
	pt->root = mctl_ptable_table(pt, pt->root_pfn);
	return 0;
}

/**
 * mctl_ptable_canonical() - whether the processor would translate an address at all
 * @format: the paging format
 * @address: virtual address
 *
 * Context: Any context.
 * Return: true if the bits above the translated ones are as the format requires.
 */
bool mctl_ptable_canonical(const struct mctl_ptable_format *format, u64 address)
{
	unsigned int above = 64 - format->address_bits;

	if (format->sign_extended)
		return (u64)((s64)(address << above) >> above) == address;
	return !(address >> format->address_bits);
}

/* --- walk --------------------------------------------------------------------------------- */

static noinline u64 walk_any(const struct mctl_ptable *pt, u64 address, unsigned int *level)
{
	u64 pfn = pt->root_pfn;
	u64 entry;

	for (*level = pt->format->nr_levels;; --*level) {
		entry = mctl_ptable_entry(pt, pfn, mctl_ptable_index(pt, *level, address));
		if (!entry || mctl_ptable_is_leaf(pt, *level, entry))
			return entry;
		pfn = mctl_ptable_target(pt, entry);
	}
}

/*
 * The same where all levels have 512 entries of 8 bytes. *table is set to the
 * table of the entry at level 1.
 */
static __always_inline u64 walk_fast(const struct mctl_ptable *pt, u64 address, unsigned int *level,
				     const u64 **table)
{
	const u64 *at = pt->root;
	u64 mask = pt->address_mask;
	u64 entry;

	if (unlikely(pt->fast_levels == 5)) {
		entry = at[address >> 48 & 511] & mask;
		if (unlikely(!entry))
			return 0;
		at = mctl_ptable_at(pt, entry);
	}
	entry = at[address >> 39 & 511] & mask;
	if (unlikely(!entry))
		return 0;

	entry = mctl_ptable_at(pt, entry)[address >> 30 & 511];
	if (unlikely(entry & MCTL_PT_PS)) {
		*level = 3;
		return entry;
	}
	entry &= mask;
	if (unlikely(!entry))
		return 0;

	entry = mctl_ptable_at(pt, entry)[address >> 21 & 511];
	if (unlikely(entry & MCTL_PT_PS)) {
		*level = 2;
		return entry;
	}
	entry &= mask;
	if (unlikely(!entry))
		return 0;

	*level = 1;
	*table = mctl_ptable_at(pt, entry);
	return (*table)[address >> 12 & 511];
}

/**
 * mctl_ptable_walk() - translate an address as the processor does
 * @pt: the tables, trusted to hold the invariants
 * @address: virtual address; bits above the translated ones are ignored
 * @level: set to the level of the leaf; undefined if there is none
 *
 * Context: Any context; the caller keeps the tables from changing.
 * Return: the leaf, or 0 if nothing is mapped at @address.
 */
u64 mctl_ptable_walk(const struct mctl_ptable *pt, u64 address, unsigned int *level)
{
	const u64 *table;

	if (unlikely(!pt->fast_levels))
		return walk_any(pt, address, level);
	return walk_fast(pt, address, level, &table);
}

/**
 * mctl_ptable_missing() - count the tables that a leaf needs and that do not exist yet
 * @pt: the tables, trusted to hold the invariants
 * @address: virtual address
 * @level: of the leaf
 *
 * Context: Any context; the caller keeps the tables from changing.
 * Return: tables that mctl_ptable_map() would allocate for it; 0 if a larger leaf is in the way.
 */
unsigned int mctl_ptable_missing(const struct mctl_ptable *pt, u64 address, unsigned int level)
{
	u64 pfn = pt->root_pfn;

	for (unsigned int at = pt->format->nr_levels; at > level; at--) {
		u64 entry = mctl_ptable_entry(pt, pfn, mctl_ptable_index(pt, at, address));

		if (!entry)
			return at - level;
		if (mctl_ptable_is_leaf(pt, at, entry))
			return 0;
		pfn = mctl_ptable_target(pt, entry);
	}
	return 0;
}

/* Walk, and cache the leaf table if the walk ends in one. */
static noinline u64 walk_and_cache(const struct mctl_ptable *pt, struct mctl_ptable_cache *cache,
				   u64 address, unsigned int *level)
{
	const u64 *table = NULL;
	u64 entry;

	cache->serial = 0;
	if (unlikely(!pt->fast_levels))
		return walk_any(pt, address, level);
	entry = walk_fast(pt, address, level, &table);
	if (!table)
		return entry;
	cache->prefix = address >> 21;
	cache->table = (unsigned long)table - (cache->prefix << 9) * sizeof(u64);
	cache->serial = pt->serial;
	return entry;
}

/**
 * mctl_ptable_walk_cached() - translate with the cached leaf table of the last walk
 * @pt: the tables, trusted to hold the invariants
 * @cache: the leaf table; revalidated by the walk if it is stale
 * @address: virtual address
 * @level: set to the level of the leaf
 *
 * Context: Any context; the caller keeps the tables from changing, and @cache to himself.
 * Return: the leaf, or 0 if nothing is mapped at @address.
 */
u64 mctl_ptable_walk_cached(const struct mctl_ptable *pt, struct mctl_ptable_cache *cache,
			    u64 address, unsigned int *level)
{
	u64 entry = mctl_ptable_cached(pt, cache, address);

	if (!entry)
		return walk_and_cache(pt, cache, address, level);
	*level = 1;
	return entry;
}
