/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Managed regions: frames of the arena mapped into the kernel's address space
 * with vmap(), and a shadow of the page tables that map them (regions/shadow.h).
 * A region holds a reference to the module.
 *
 * See region.c for the invariants and locks.
 */
#ifndef MCTL_REGIONS_REGION_H
#define MCTL_REGIONS_REGION_H

#include <linux/mm.h>
#include "core/report.h"
#include "host/arena.h"
#include "host/error.h"
#include "regions/names.h"
#include "regions/shadow.h"

/**
 * struct mctl_region - a managed region
 * @list: entry of arena->regions->list; arena->regions->lock
 * @id: in arena->regions->ids; arena->regions->lock
 * @registered: its entry in the register of names; arena->regions->lock
 * @arena: the arena whose frames it maps
 * @start: first virtual address
 * @end: virtual address after the last byte
 * @nr_pages: pages of 4 KiB
 * @nr_users: references from mctl_region_get(); arena->regions->lock
 * @flags: bits of each leaf as requested of vmap(), without the address
 * @fns: the frame of each page
 * @shadow: the page tables; arena->regions->lock to change
 * @readonly: mapped without RW
 * @name: name of the region
 *
 * Fields for which no lock is named do not change while the region exists.
 */
struct mctl_region {
	struct list_head list;
	struct mctl_id id;
	struct mctl_name registered;
	struct mctl_arena *arena;
	unsigned long start;
	unsigned long end;
	u32 nr_pages;
	u32 nr_users;
	u64 flags;
	u32 *fns;
	struct mctl_shadow shadow;
	bool readonly;
	char name[MEMCTL_NAME_MAX + 1];
};

/* Find a region by name. Return: the region, or NULL. arena->regions->lock is held. */
struct mctl_region *mctl_region_find(struct mctl_arena *arena, const char *name);

/**
 * struct mctl_region_info - description of a region
 * @name: name of the region
 * @nr_pages: pages of 4 KiB
 * @levels: levels of its page tables, 4 or 5
 * @nr_tables: frames that hold the shadow's tables
 * @nr_mapped: pages of 4 KiB that the shadow maps
 * @start: first virtual address
 * @end: virtual address after the last byte
 * @readonly: the mapping has no RW
 */
struct mctl_region_info {
	char name[MEMCTL_NAME_MAX + 1];
	u32 nr_pages, levels, nr_tables, nr_mapped;
	u64 start, end;
	bool readonly;
};

int mctl_region_add(struct mctl_arena *arena, const char *name, u32 nr_pages, bool readonly,
		    struct mctl_region_info *info, struct mctl_error *error);
int mctl_region_del(struct mctl_arena *arena, const char *name, struct mctl_error *error);
int mctl_region_info(struct mctl_arena *arena, const char *name, struct mctl_region_info *info);
u64 mctl_region_id(struct mctl_arena *arena, const char *name);
int mctl_region_info_from(struct mctl_arena *arena, u64 *id, struct mctl_region_info *info);
int mctl_regions_create(struct mctl_arena *arena);
void mctl_regions_destroy(struct mctl_arena *arena);

/* For api.c: a region cannot be removed while a reference to it is held. */
struct mctl_region *mctl_region_get(struct mctl_arena *arena, const char *name);
void mctl_region_put(struct mctl_region *region);
unsigned long mctl_region_start(const struct mctl_region *region);
u32 mctl_region_nr_pages(const struct mctl_region *region);
struct page *mctl_region_walk_to_page(const struct mctl_region *region, unsigned long address);

/**
 * mctl_region_to_page() - translate an address through the shadow
 * @region: the region, held by the caller
 * @address: virtual address; any value
 *
 * @address is not compared with the region's bounds, because the shadow maps nothing outside of
 * the region (I2 of region.c).
 *
 * Context: Any context.
 * Return: the page, or NULL if @address is not in the region.
 */
static __always_inline struct page *mctl_region_to_page(const struct mctl_region *region,
							unsigned long address)
{
	u64 physical = mctl_ptable_page(&region->shadow.pt, address);

	if (unlikely(!physical))
		return mctl_region_walk_to_page(region, address);
	/* pfn_to_page(physical >> PAGE_SHIFT) in a single shift: the offset in the page is 0. */
	BUILD_BUG_ON(PAGE_SIZE % sizeof(struct page));
	return (void *)vmemmap + physical / (PAGE_SIZE / sizeof(struct page));
}

int mctl_region_of_frame(struct mctl_arena *arena, u32 fn, char *name, u64 *address);

/**
 * struct mctl_pt_entry - one entry of a shadow
 * @region: name of the region
 * @address: first virtual address that the entry translates
 * @entry: the shadow's entry
 * @hardware: the entry of the live tables, or 0 if they have none at this level
 * @table: physical address of the shadow's table that contains the entry
 * @level: level of that table; level 1 has the leaves of 4 KiB
 * @index: index in that table
 * @leaf: the entry maps memory, not a table
 */
struct mctl_pt_entry {
	char region[MEMCTL_NAME_MAX + 1];
	u64 address, entry, hardware, table;
	u32 level, index;
	bool leaf;
};

int mctl_region_walk(struct mctl_arena *arena, const char *name, u64 address,
		     struct mctl_pt_entry steps[MEMCTL_MAX_LEVELS], u64 *physical,
		     struct mctl_error *error);

/**
 * struct mctl_pt_cursor - position of a dump in a shadow; all zero at the start
 * @address: first virtual address of the next entry
 * @level: highest level at which to look for an entry that starts at @address; 0 at the end
 * @started: the other fields are valid
 */
struct mctl_pt_cursor {
	u64 address;
	u32 level;
	bool started;
};

int mctl_region_entries(struct mctl_arena *arena, u64 id, struct mctl_pt_cursor *cursor,
			struct mctl_pt_entry *entries, unsigned int nr);

/**
 * struct mctl_pt_verify - result of a comparison with the hardware's tables
 * @nr_entries: entries compared
 * @nr_mismatch: entries that differ
 * @nr_ignored: entries that differ only in the A and D bits
 * @nr_listed: mismatches listed
 */
struct mctl_pt_verify {
	u64 nr_entries, nr_mismatch, nr_ignored;
	unsigned int nr_listed;
};

int mctl_region_verify(struct mctl_arena *arena, const char *name, struct mctl_pt_verify *result,
		       struct mctl_pt_entry *mismatches, unsigned int nr, struct mctl_error *error);

int mctl_region_flip(struct mctl_arena *arena, u64 address, u32 level, u32 bit,
		     struct mctl_error *error);

void mctl_regions_check(struct mctl_arena *arena, struct mctl_report *report);

#endif /* MCTL_REGIONS_REGION_H */
