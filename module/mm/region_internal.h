/* SPDX-License-Identifier: GPL-2.0 */
/* What region.c, region_pt.c and api.c share. */
#ifndef MCTL_MM_REGION_INTERNAL_H
#define MCTL_MM_REGION_INTERNAL_H

#include <linux/mm.h>
#include "mm/names.h"
#include "mm/region.h"
#include "mm/shadow.h"

/**
 * struct mctl_region - a managed region
 * @list: entry of arena->regions.list; arena->regions.lock
 * @id: in arena->regions.ids; arena->regions.lock
 * @registered: its name in the register; arena->regions.lock
 * @arena: whose frames it maps
 * @start: first virtual address
 * @end: virtual address behind the last byte
 * @nr_pages: pages of 4 KiB
 * @nr_users: holders (mctl_region_get()); arena->regions.lock
 * @flags: bits of a leaf, without the address, that were asked for
 * @fns: the frame of each page
 * @shadow: the page tables; arena->regions.lock to change
 * @readonly: mapped without RW
 * @name: of the region
 *
 * What names no lock does not change while the region lives.
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

/* The region of this name, or NULL; arena->regions.lock is held. */
struct mctl_region *mctl_region_find(struct mctl_arena *arena, const char *name);

/**
 * mctl_region_to_page() - translate an address through the shadow
 * @region: held by the caller
 * @address: virtual address
 *
 * Where @address lies outside the region the shadow maps nothing (I2 of region.c), so it need not
 * be compared with the region's ends.
 *
 * Context: Any.
 * Return: the page, or NULL when @address is not in the region.
 */
static __always_inline struct page *mctl_region_to_page(const struct mctl_region *region,
							unsigned long address)
{
	u64 physical = mctl_ptable_page(&region->shadow.pt, address);

	if (unlikely(!physical))
		return mctl_region_walk_to_page(region, address);
	/* pfn_to_page(physical >> PAGE_SHIFT), in one shift: the offset is 0. */
	BUILD_BUG_ON(PAGE_SIZE % sizeof(struct page));
	return (void *)vmemmap + physical / (PAGE_SIZE / sizeof(struct page));
}

#endif /* MCTL_MM_REGION_INTERNAL_H */
