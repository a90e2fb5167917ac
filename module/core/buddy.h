/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The buddy allocator of one zone: power-of-two blocks of frames with
 * eager split and merge (Knowlton 1965; Linux mm/page_alloc.c for the
 * grouping by migratetype), over the frame table of core/frame.h.
 *
 * See buddy.c for the invariants.
 */
#ifndef MCTL_CORE_BUDDY_H
#define MCTL_CORE_BUDDY_H

#include "core/frame.h"
#include "core/report.h"

/**
 * struct mctl_area - the free blocks of one order
 * @head: fn of the first block of each migratetype, or MCTL_FN_NONE
 * @nr_free: blocks on each list
 */
struct mctl_area {
	u32 head[MCTL_NR_MT];
	u32 nr_free[MCTL_NR_MT];
};

/**
 * struct mctl_buddy - the buddy allocator of one zone
 * @table: the frame table, shared by all zones of the arena
 * @area: free lists by order
 * @mask: for each migratetype a bit for every order whose list is not empty
 * @zone: index of the zone, as in struct mctl_section
 * @nr_frames: frames that the zone manages
 * @nr_free: frames on the free lists
 * @nr_split: blocks split since the start
 * @nr_merge: pairs of blocks merged since the start
 * @nr_steal: pageblocks whose migratetype was changed by a fallback
 */
struct mctl_buddy {
	struct mctl_table *table;
	struct mctl_area area[MCTL_NR_ORDERS];
	u16 mask[MCTL_NR_MT];
	u16 zone;
	u32 nr_frames;
	u32 nr_free;
	u64 nr_split;
	u64 nr_merge;
	u64 nr_steal;
};

/* buddy.c, documented there */
void mctl_buddy_init(struct mctl_buddy *buddy, struct mctl_table *table, unsigned int zone);
void mctl_buddy_add(struct mctl_buddy *buddy, u32 fn, unsigned int order);
int mctl_buddy_remove(struct mctl_buddy *buddy, u32 fn, unsigned int order);
u32 mctl_buddy_alloc(struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
		     unsigned int kind);
void mctl_buddy_free(struct mctl_buddy *buddy, u32 fn, unsigned int order);
int mctl_buddy_find(const struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
		    unsigned int *from_mt);
int mctl_buddy_fragmentation_index(const struct mctl_buddy *buddy, unsigned int order);

/**
 * mctl_buddy_nr_blocks() - how many blocks of an order are free
 * @buddy: the zone
 * @order: 0 to MCTL_MAX_ORDER
 *
 * Context: any; exact while the caller serialises the zone.
 * Return: blocks on the lists of all migratetypes.
 */
static inline u32 mctl_buddy_nr_blocks(const struct mctl_buddy *buddy, unsigned int order)
{
	const struct mctl_area *area = &buddy->area[order];

	return area->nr_free[MCTL_MT_UNMOVABLE] + area->nr_free[MCTL_MT_MOVABLE] +
	       area->nr_free[MCTL_MT_RECLAIMABLE];
}

/* buddy_check.c */
void mctl_buddy_check(const struct mctl_buddy *buddy, struct mctl_report *report);

/* table.c */
u32 mctl_table_head(const struct mctl_table *table, u32 fn);
void mctl_table_check(const struct mctl_table *table, struct mctl_report *report);

#endif /* MCTL_CORE_BUDDY_H */
