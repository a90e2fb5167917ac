/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables in the hardware's own format (Intel SDM vol. 3A, 4.5): walk,
 * map, unmap, protect, iterate, check. A format is described by a struct, so
 * that others can be used beside x86-64 with 4 and with 5 levels.
 *
 * See ptable.c for the invariants.
 */
#ifndef MCTL_CORE_PTABLE_H
#define MCTL_CORE_PTABLE_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/types.h>
#include "core/report.h"

#define MCTL_PT_MAX_LEVELS 5
#define MCTL_PT_PAGE_SHIFT 12
#define MCTL_PT_NO_PFN	   U64_MAX

/* Bits of an entry. PAT is bit 7 in a 4 KiB leaf; in larger leaves bit 7 is PS. */
#define MCTL_PT_P	  BIT_ULL(0)
#define MCTL_PT_RW	  BIT_ULL(1)
#define MCTL_PT_US	  BIT_ULL(2)
#define MCTL_PT_PWT	  BIT_ULL(3)
#define MCTL_PT_PCD	  BIT_ULL(4)
#define MCTL_PT_A	  BIT_ULL(5)
#define MCTL_PT_D	  BIT_ULL(6)
#define MCTL_PT_PAT	  BIT_ULL(7)
#define MCTL_PT_PS	  BIT_ULL(7)
#define MCTL_PT_G	  BIT_ULL(8)
#define MCTL_PT_PAT_LARGE BIT_ULL(12)
#define MCTL_PT_NX	  BIT_ULL(63)

/**
 * struct mctl_ptable_level - one level of a format
 * @shift: lowest bit of the address that indexes the level
 * @bits: number of bits of the index; a table has 2^bits entries
 * @table: bits that may be set in an entry that points to a table
 * @leaf: bits that may be set in an entry that maps memory; 0: no leaf at this
 *	  level
 */
struct mctl_ptable_level {
	u8 shift;
	u8 bits;
	u64 table;
	u64 leaf;
};

/**
 * struct mctl_ptable_format - a paging format
 * @name: its common name
 * @nr_levels: number of levels; the root is the table of this level, level 1 has the 4 KiB leaves
 * @entry_size: bytes per entry, 4 or 8
 * @address_bits: bits of a virtual address that are translated
 * @sign_extended: the bits above must repeat the highest translated one; otherwise they must be 0
 * @physical: bits of an entry that can be part of a physical address
 * @level: the levels; [0] is not used
 */
struct mctl_ptable_format {
	const char *name;
	u8 nr_levels;
	u8 entry_size;
	u8 address_bits;
	bool sign_extended;
	u64 physical;
	struct mctl_ptable_level level[MCTL_PT_MAX_LEVELS + 1];
};

extern const struct mctl_ptable_format mctl_ptable_x86_64_4level;
extern const struct mctl_ptable_format mctl_ptable_x86_64_5level;

/**
 * struct mctl_ptable_ops - operations of the owner of the tables' frames
 * @alloc: allocates a frame for a table of a level, with count and marks 0, and zeroed if
 *	   requested, as it is for every table but one that is filled at once; returns its pfn, or
 *	   MCTL_PT_NO_PFN
 * @free: frees a table's frame, all of whose entries are 0
 * @count: adds to the number of present entries kept for a table; returns the new number
 * @mark: counts one more visit of a check to a table; returns the visits since the caller last
 *	  cleared them
 * @is_table: whether @alloc returned this frame for a table of this level, and it has not been
 *	      freed; called with any number that a damaged entry may contain
 * @fill: writes entries of a leaf table, each the address of a frame and the flags; only for
 *	  mctl_ptable_map_frames()
 */
struct mctl_ptable_ops {
	u64 (*alloc)(void *context, unsigned int level, bool zero);
	void (*free)(void *context, u64 pfn);
	u32 (*count)(void *context, u64 pfn, int delta);
	u32 (*mark)(void *context, u64 pfn);
	bool (*is_table)(void *context, u64 pfn, unsigned int level);
	void (*fill)(void *context, void *entries, const u32 *fns, u32 nr, u64 flags);
};

/**
 * struct mctl_ptable_config - how to set up a set of tables
 * @format: the paging format
 * @ops: operations of the owner of its frames
 * @context: for @ops
 * @base: address at which physical address 0 would be mapped: PAGE_OFFSET in the kernel
 * @physical_bits: width of a physical address, without the encryption bit
 * @table_flags: all bits except the address of an entry that points to a table; left out at a level
 *		 whose format reserves them
 * @encryption: bits that an entry may have in addition to those of the format (AMD's C-bit)
 */
struct mctl_ptable_config {
	const struct mctl_ptable_format *format;
	const struct mctl_ptable_ops *ops;
	void *context;
	unsigned long base;
	unsigned int physical_bits;
	u64 table_flags;
	u64 encryption;
};

/**
 * struct mctl_ptable - a set of page tables
 * @root: address of the table of the highest level
 * @base: as in the config
 * @address_mask: bits of an entry that are the physical address
 * @serial: grows whenever a table is freed
 * @fast_levels: 4 or 5 if all levels have 512 entries of 8 bytes, otherwise 0
 * @fast_from: lowest address >> 39 that mctl_ptable_page() translates (I7)
 * @root_pfn: frame of the root
 * @format: as in the config
 * @ops: as in the config
 * @context: as in the config
 * @table_flags: as in the config
 * @encryption: as in the config
 * @nr_tables: tables, including the root
 * @nr_leaves: leaves by level
 * @nr_mapped: pages of 4 KiB that the leaves map
 */
struct mctl_ptable {
	const u64 *root;
	unsigned long base;
	u64 address_mask;
	u64 serial;
	u64 fast_from;
	u32 fast_levels;

	u64 root_pfn;
	const struct mctl_ptable_format *format;
	const struct mctl_ptable_ops *ops;
	void *context;
	u64 table_flags;
	u64 encryption;
	u32 nr_tables;
	u64 nr_leaves[MCTL_PT_MAX_LEVELS + 1];
	u64 nr_mapped;
};

/**
 * struct mctl_ptable_step - one entry read by a walk
 * @level: of the table that it is in
 * @index: in that table
 * @address: first virtual address that it translates
 * @entry: the entry
 * @table: physical address of the table that it is in
 * @leaf: it maps memory
 * @broken: it should point to a table but does not
 */
struct mctl_ptable_step {
	unsigned int level;
	unsigned int index;
	u64 address;
	u64 entry;
	u64 table;
	bool leaf;
	bool broken;
};

/**
 * struct mctl_ptable_cursor - a position in the iteration order: by address, parents first
 * @address: of the next entry
 * @level: highest level at which to look for an entry that starts at @address; 0 at the end
 */
struct mctl_ptable_cursor {
	u64 address;
	unsigned int level;
};

/**
 * struct mctl_ptable_cache - the leaf table of the last walk
 * @table: where its entry for address 0 would be if it translated all addresses
 * @prefix: address >> 21 of what it translates
 * @serial: of the tables when it was looked up; 0, which no tables have, means none
 *
 * Initialised to zero.
 */
struct mctl_ptable_cache {
	unsigned long table;
	u64 prefix;
	u64 serial;
};

static inline u32 mctl_ptable_nr_entries(const struct mctl_ptable *pt, unsigned int level)
{
	return 1U << pt->format->level[level].bits;
}

/* Pages of 4 KiB that one entry of a level translates. */
static inline u64 mctl_ptable_pages(const struct mctl_ptable *pt, unsigned int level)
{
	return 1ULL << (pt->format->level[level].shift - MCTL_PT_PAGE_SHIFT);
}

static inline u32 mctl_ptable_index(const struct mctl_ptable *pt, unsigned int level, u64 address)
{
	return address >> pt->format->level[level].shift & (mctl_ptable_nr_entries(pt, level) - 1);
}

static inline void *mctl_ptable_table(const struct mctl_ptable *pt, u64 pfn)
{
	return (void *)(pt->base + (pfn << MCTL_PT_PAGE_SHIFT));
}

static inline u64 mctl_ptable_entry(const struct mctl_ptable *pt, u64 pfn, u32 index)
{
	if (pt->format->entry_size == sizeof(u32))
		return ((u32 *)mctl_ptable_table(pt, pfn))[index];
	return ((u64 *)mctl_ptable_table(pt, pfn))[index];
}

static inline void mctl_ptable_set_entry(const struct mctl_ptable *pt, u64 pfn, u32 index,
					 u64 entry)
{
	if (pt->format->entry_size == sizeof(u32))
		((u32 *)mctl_ptable_table(pt, pfn))[index] = entry;
	else
		((u64 *)mctl_ptable_table(pt, pfn))[index] = entry;
}

/* Whether a present entry of this level maps memory. */
static inline bool mctl_ptable_is_leaf(const struct mctl_ptable *pt, unsigned int level, u64 entry)
{
	return level == 1 || (pt->format->level[level].leaf && (entry & MCTL_PT_PS));
}

/* The bits except the address of an entry that points to a table, as far as its level has them. */
static inline u64 mctl_ptable_table_flags(const struct mctl_ptable *pt, unsigned int level)
{
	return pt->table_flags & (pt->format->level[level].table | pt->encryption);
}

/* The table that an entry points to. */
static inline u64 mctl_ptable_target(const struct mctl_ptable *pt, u64 entry)
{
	return (entry & pt->address_mask) >> MCTL_PT_PAGE_SHIFT;
}

int mctl_ptable_init(struct mctl_ptable *pt, const struct mctl_ptable_config *config);
bool mctl_ptable_canonical(const struct mctl_ptable_format *format, u64 address);

int mctl_ptable_map(struct mctl_ptable *pt, u64 address, u64 pfn, u64 nr, u64 flags,
		    unsigned int max_level);
int mctl_ptable_map_frames(struct mctl_ptable *pt, u64 address, const u32 *fns, u64 nr, u64 flags);
s64 mctl_ptable_unmap(struct mctl_ptable *pt, u64 address, u64 nr);
s64 mctl_ptable_protect(struct mctl_ptable *pt, u64 address, u64 nr, u64 mask, u64 flags);

u64 mctl_ptable_walk(const struct mctl_ptable *pt, u64 address, unsigned int *level);
u64 mctl_ptable_walk_cached(const struct mctl_ptable *pt, struct mctl_ptable_cache *cache,
			    u64 address, unsigned int *level);
unsigned int mctl_ptable_missing(const struct mctl_ptable *pt, u64 address, unsigned int level);
unsigned int mctl_ptable_steps(const struct mctl_ptable *pt, u64 address,
			       struct mctl_ptable_step *steps);
u64 mctl_ptable_physical(const struct mctl_ptable *pt, u64 address, unsigned int level, u64 entry);
void mctl_ptable_rewind(const struct mctl_ptable *pt, struct mctl_ptable_cursor *cursor);
bool mctl_ptable_next(const struct mctl_ptable *pt, struct mctl_ptable_cursor *cursor,
		      struct mctl_ptable_step *step);
int mctl_ptable_flip(struct mctl_ptable *pt, u64 address, unsigned int level, unsigned int bit);

/* The upper half of the addresses of 4 levels, as address >> 39. */
#define MCTL_PT_UPPER_HALF (0xffff800000000000ULL >> 39)

/**
 * mctl_ptable_fast_from() - compute fast_from
 * @pt: the tables
 *
 * Context: Any context; the caller keeps the tables from changing.
 * Return: the upper half if there are 4 levels and all leaves are 4 KiB; otherwise U64_MAX, which
 * no address reaches.
 */
static inline u64 mctl_ptable_fast_from(const struct mctl_ptable *pt)
{
	u64 nr_large = 0;

	for (unsigned int level = 2; level <= MCTL_PT_MAX_LEVELS; level++)
		nr_large += pt->nr_leaves[level];
	if (pt->fast_levels == 4 && pt->format->sign_extended && !nr_large)
		return MCTL_PT_UPPER_HALF;
	return U64_MAX;
}

/* The table at a physical address. */
static __always_inline const u64 *mctl_ptable_at(const struct mctl_ptable *pt, u64 physical)
{
	return (const u64 *)(pt->base + physical);
}

/**
 * mctl_ptable_page() - translate an address of the upper half, in tables of the usual kind
 * @pt: the tables, trusted to hold the invariants
 * @address: virtual address, any
 *
 * The walk in which every instruction counts: one comparison checks the half, the format and that
 * no leaf is large; by I3 and I4 an entry without an address points to no table, so one test serves
 * for both.
 *
 * Context: Any context; the caller keeps the tables from changing.
 * Return: physical address of the 4 KiB page that @address lies in; 0 if mctl_ptable_walk() must be
 * used, which includes the case that nothing is mapped.
 */
static __always_inline u64 mctl_ptable_page(const struct mctl_ptable *pt, u64 address)
{
	u64 index = address >> 39;
	u64 mask = pt->address_mask;
	u64 entry;

	if (unlikely(index < pt->fast_from))
		return 0;
	/* The bits above those of an index are all set. */
	entry = (pt->root - (MCTL_PT_UPPER_HALF - 256))[index] & mask;
	if (unlikely(!entry))
		return 0;
	entry = mctl_ptable_at(pt, entry)[address >> 30 & 511] & mask;
	if (unlikely(!entry))
		return 0;
	entry = mctl_ptable_at(pt, entry)[address >> 21 & 511] & mask;
	if (unlikely(!entry))
		return 0;
	return mctl_ptable_at(pt, entry)[address >> 12 & 511] & mask;
}

/**
 * mctl_ptable_cached() - translate with the leaf table of the last walk
 * @pt: the tables, trusted to hold the invariants
 * @cache: the leaf table, from mctl_ptable_walk_cached()
 * @address: virtual address
 *
 * Context: Any context; the caller keeps the tables from changing, and does not share @cache.
 * Return: the 4 KiB leaf; 0 if mctl_ptable_walk_cached() must be used.
 */
static __always_inline u64 mctl_ptable_cached(const struct mctl_ptable *pt,
					      const struct mctl_ptable_cache *cache, u64 address)
{
	if (unlikely(cache->prefix != address >> 21 || cache->serial != pt->serial))
		return 0;
	return *(const u64 *)(cache->table + (address >> 12) * sizeof(u64));
}

void mctl_ptable_check(const struct mctl_ptable *pt, struct mctl_report *report);

#endif /* MCTL_CORE_PTABLE_H */
