/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The buddy allocator of one zone: power-of-two blocks of frames with
 * eager split and merge (Knowlton 1965; Linux mm/page_alloc.c for the
 * grouping by migratetype; LLFree for allocating from the fullest part first),
 * over the frame table of core/frame.h.
 *
 * See buddy.c for the invariants.
 */
#ifndef MCTL_CORE_BUDDY_H
#define MCTL_CORE_BUDDY_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include "core/frame.h"
#include "core/report.h"

#define MCTL_ALL_ORDERS ((1U << MCTL_NR_ORDERS) - 1)

/**
 * struct mctl_area - the pageblocks of one migratetype that have free blocks
 * @mask: a bit for every class that has a pageblock
 * @head: number of the first pageblock of each class, or MCTL_FN_NONE
 * @nr_free: free blocks in these pageblocks, by order; see mctl_area_nr_free()
 * @nr_each: added to @nr_free of each order less than a pageblock, modulo 2^32
 *
 * A pageblock's class is the order of its largest free block. Splitting a whole
 * one down to a frame adds one block to each order below, which is one
 * increment of @nr_each.
 */
struct mctl_area {
	u32 mask;
	u32 head[MCTL_NR_ORDERS];
	u32 nr_free[MCTL_NR_ORDERS];
	u32 nr_each;
};

/**
 * struct mctl_buddy - the buddy allocator of one zone
 * @table: the frame table, shared by all zones of the arena
 * @area: pageblocks with free blocks, by migratetype
 * @zone: index of the zone, as in struct mctl_section
 * @nr_frames: frames that the zone manages
 * @nr_free: frames on the free lists
 * @nr_split: blocks split since the start
 * @nr_merge: pairs of blocks merged since the start
 * @nr_steal: pageblocks whose migratetype was changed by a fallback
 */
struct mctl_buddy {
	struct mctl_table *table;
	struct mctl_area area[MCTL_NR_MT];
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
void mctl_buddy_free(struct mctl_buddy *buddy, u32 fn, unsigned int order);
int mctl_buddy_fragmentation_index(const struct mctl_buddy *buddy, unsigned int order);

/* buddy_alloc.c */
u32 mctl_buddy_take_part(struct mctl_buddy *buddy, struct mctl_area *area, unsigned int order,
			 unsigned int kind, unsigned int klass);
u32 mctl_buddy_take_pageblock(struct mctl_buddy *buddy, struct mctl_area *area, unsigned int order,
			      unsigned int kind);
u32 mctl_buddy_take_two(struct mctl_buddy *buddy, struct mctl_area *area, unsigned int order,
			unsigned int kind);
u32 mctl_buddy_alloc_any(struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
			 unsigned int kind);
unsigned int mctl_buddy_next_order(const struct mctl_buddy *buddy, unsigned int mt);
int mctl_buddy_find(const struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
		    unsigned int *from_mt);

/* Take a block of @order from the first pageblock of a class; MCTL_FN_NONE if that is damaged. */
static inline u32 mctl_buddy_take(struct mctl_buddy *buddy, struct mctl_area *area,
				  unsigned int order, unsigned int kind, unsigned int klass)
{
	if (klass < MCTL_PAGEBLOCK_ORDER)
		return mctl_buddy_take_part(buddy, area, order, kind, klass);
	if (klass == MCTL_PAGEBLOCK_ORDER)
		return mctl_buddy_take_pageblock(buddy, area, order, kind);
	return mctl_buddy_take_two(buddy, area, order, kind);
}

/**
 * mctl_buddy_alloc_own() - allocate a block from the requested migratetype only
 * @buddy: the zone
 * @order: 2^order frames, 0 to MCTL_MAX_ORDER
 * @mt: enum mctl_migratetype
 * @kind: enum mctl_kind that the head's state will say
 *
 * Context: The caller serialises the zone.
 * Return: fn of the head, or MCTL_FN_NONE if @mt has no block, or a damaged
 * one. Nothing has changed then; mctl_buddy_alloc_any() may find a block.
 */
static inline u32 mctl_buddy_alloc_own(struct mctl_buddy *buddy, unsigned int order,
				       unsigned int mt, unsigned int kind)
{
	struct mctl_area *area = &buddy->area[mt];
	unsigned int mask = (area->mask & MCTL_ALL_ORDERS) >> order;

	if (unlikely(!mask))
		return MCTL_FN_NONE;
	return mctl_buddy_take(buddy, area, order, kind, order + __ffs(mask));
}

/**
 * mctl_buddy_alloc() - allocate a block
 * @buddy: the zone
 * @order: 2^order frames, 0 to MCTL_MAX_ORDER
 * @mt: enum mctl_migratetype; see mctl_buddy_alloc_any()
 * @kind: enum mctl_kind that the head's state will say
 *
 * Context: The caller serialises the zone.
 * Return: fn of the head, or MCTL_FN_NONE when no block is large enough.
 */
static inline u32 mctl_buddy_alloc(struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
				   unsigned int kind)
{
	u32 fn = mctl_buddy_alloc_own(buddy, order, mt, kind);

	return likely(fn != MCTL_FN_NONE) ? fn : mctl_buddy_alloc_any(buddy, order, mt, kind);
}

/**
 * mctl_area_nr_free() - count the free blocks of an order and a migratetype
 * @area: of the migratetype
 * @order: 0 to MCTL_MAX_ORDER
 *
 * Context: Any context; exact while the caller serialises the zone.
 * Return: blocks on lists.
 */
static inline u32 mctl_area_nr_free(const struct mctl_area *area, unsigned int order)
{
	u32 nr = READ_ONCE(area->nr_free[order]);

	if (order < MCTL_PAGEBLOCK_ORDER)
		nr += READ_ONCE(area->nr_each);
	/* The two may have been read at different times. */
	return (s32)nr < 0 ? 0 : nr;
}

/**
 * mctl_buddy_nr_blocks() - count the free blocks of an order
 * @buddy: the zone
 * @order: 0 to MCTL_MAX_ORDER
 *
 * Context: Any context; exact while the caller serialises the zone.
 * Return: blocks on the lists of all migratetypes.
 */
static inline u32 mctl_buddy_nr_blocks(const struct mctl_buddy *buddy, unsigned int order)
{
	return mctl_area_nr_free(&buddy->area[MCTL_MT_UNMOVABLE], order) +
	       mctl_area_nr_free(&buddy->area[MCTL_MT_MOVABLE], order) +
	       mctl_area_nr_free(&buddy->area[MCTL_MT_RECLAIMABLE], order);
}

/* buddy_aside.c */
int mctl_buddy_set_aside(struct mctl_buddy *buddy, u32 fn);
int mctl_buddy_remove_aside(struct mctl_buddy *buddy, u32 fn, unsigned int order);

/* buddy_check.c */
void mctl_buddy_check(const struct mctl_buddy *buddy, struct mctl_report *report);

#endif /* MCTL_CORE_BUDDY_H */
