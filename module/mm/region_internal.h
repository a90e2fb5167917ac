/* SPDX-License-Identifier: GPL-2.0 */
/* What region.c and region_pt.c share. */
#ifndef MCTL_MM_REGION_INTERNAL_H
#define MCTL_MM_REGION_INTERNAL_H

#include "mm/region.h"
#include "mm/shadow.h"

/**
 * struct mctl_region - a managed region
 * @list: entry of arena->regions.list; arena->regions.lock
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

#endif /* MCTL_MM_REGION_INTERNAL_H */
