/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two kinds of lists of the buddy allocator: free blocks of one order in
 * one pageblock, and pageblocks of one class in one zone. For buddy.c, which
 * has the invariants, and buddy_alloc.c only.
 *
 * Locks: as in buddy.c.
 */
#ifndef MCTL_CORE_BUDDY_LISTS_H
#define MCTL_CORE_BUDDY_LISTS_H

#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include "core/buddy.h"

#define OFFSET_MASK (MCTL_PAGEBLOCK_FRAMES - 1)

static inline unsigned int pageblock_mt(const struct mctl_table *table, u32 fn)
{
	unsigned int mt = mctl_table_pageblock_mt(table, fn);

	return likely(mt < MCTL_NR_MT) ? mt : MCTL_MT_MOVABLE;
}

/*
 * The arrays of the frame table, read once: the compiler cannot know that a
 * store to a list never changes their addresses.
 */
struct view {
	u8 *state;
	struct mctl_link *link;
	struct mctl_lists *lists;
	u32 nr_pageblocks;
};

static __always_inline struct view view_of(const struct mctl_table *table)
{
	return (struct view){
		.state = table->state,
		.link = table->link,
		.lists = table->lists,
		.nr_pageblocks = mctl_table_nr_pageblocks(table),
	};
}

/**
 * struct orders - which lists a pageblock has, while they are being changed
 * @mask: as in struct mctl_lists
 * @single: likewise; a part of @mask
 */
struct orders {
	unsigned int mask;
	unsigned int single;
};

static __always_inline struct orders orders_of(const struct view *v, u32 index)
{
	const struct mctl_lists *lists = &v->lists[index];

	return (struct orders){ .mask = lists->mask & MCTL_ALL_ORDERS,
				.single = lists->mask & lists->single & MCTL_ALL_ORDERS };
}

/* --- pageblocks of one class --- */

static __always_inline void push_pageblock(const struct view *v, struct mctl_area *area,
					   unsigned int klass, u32 index)
{
	struct mctl_lists *lists = &v->lists[index];
	u32 first = area->head[klass];

	lists->next = first;
	lists->prev = MCTL_FN_NONE;
	if (first < v->nr_pageblocks)
		v->lists[first].prev = index;
	area->head[klass] = index;
	area->mask |= 1U << klass;
}

/* Return: false, with nothing done, if the links are damaged. */
static __always_inline bool unlink_pageblock(const struct view *v, struct mctl_area *area,
					     unsigned int klass, u32 index)
{
	u32 next = v->lists[index].next;
	u32 prev = v->lists[index].prev;

	if (next != MCTL_FN_NONE &&
	    unlikely(next >= v->nr_pageblocks || v->lists[next].prev != index))
		return false;
	if (prev == MCTL_FN_NONE) {
		if (unlikely(area->head[klass] != index))
			return false;
		area->head[klass] = next;
	} else {
		if (unlikely(prev >= v->nr_pageblocks || v->lists[prev].next != index))
			return false;
		v->lists[prev].next = next;
	}
	if (next != MCTL_FN_NONE)
		v->lists[next].prev = prev;
	else if (prev == MCTL_FN_NONE)
		area->mask &= ~(1U << klass);
	return true;
}

/* The same for the first pageblock of the class. */
static __always_inline bool pop_pageblock(const struct view *v, struct mctl_area *area,
					  unsigned int klass, u32 index)
{
	u32 next = v->lists[index].next;

	if (next == MCTL_FN_NONE) {
		area->mask &= ~(1U << klass);
	} else {
		if (unlikely(next >= v->nr_pageblocks || v->lists[next].prev != index))
			return false;
		v->lists[next].prev = MCTL_FN_NONE;
	}
	area->head[klass] = next;
	return true;
}

/*
 * The lists of a pageblock were @was and are @now: move it to another class if
 * its largest order has changed. With damaged links it stays where it is.
 */
static __always_inline void set_orders(const struct view *v, struct mctl_area *area, u32 index,
				       unsigned int was, struct orders now)
{
	v->lists[index].mask = now.mask;
	v->lists[index].single = now.single;
	/* Do the highest bits differ? */
	if ((was ^ now.mask) <= (was & now.mask))
		return;
	if (was && unlikely(!unlink_pageblock(v, area, __fls(was), index)))
		return;
	if (now.mask)
		push_pageblock(v, area, __fls(now.mask), index);
}

/* --- free blocks of one order, less than a pageblock --- */

static __always_inline void push_block(const struct view *v, struct mctl_area *area, u32 fn,
				       unsigned int order, struct orders *orders)
{
	struct mctl_lists *lists = &v->lists[fn >> MCTL_PAGEBLOCK_ORDER];
	unsigned int bit = 1U << order;

	if (orders->mask & bit) {
		u32 first = (fn & ~OFFSET_MASK) | (lists->head[order] & OFFSET_MASK);

		if (orders->single & bit)
			v->link[first].next = MCTL_FN_NONE;
		v->link[first].prev = fn;
		v->link[fn].next = first;
		v->link[fn].prev = MCTL_FN_NONE;
		orders->single &= ~bit;
	} else {
		orders->mask |= bit;
		orders->single |= bit;
	}
	lists->head[order] = fn & OFFSET_MASK;
	v->state[fn] = MCTL_STATE(MCTL_KIND_FREE, order);
	area->nr_free[order]++;
}

/* Is the block the first of its list? */
static __always_inline bool is_first(const struct mctl_lists *lists, u32 fn, unsigned int order)
{
	return lists->head[order] == (fn & OFFSET_MASK);
}

/*
 * Take a block off a list of several.
 * Return: false, with nothing done, if its links are damaged.
 */
static inline bool unlink_several(const struct view *v, u32 fn, unsigned int order,
				  struct orders *orders)
{
	struct mctl_lists *lists = &v->lists[fn >> MCTL_PAGEBLOCK_ORDER];
	u32 next = v->link[fn].next;
	u32 prev = v->link[fn].prev;
	u32 first;

	if (next != MCTL_FN_NONE &&
	    unlikely((next ^ fn) & ~OFFSET_MASK || v->link[next].prev != fn))
		return false;
	if (prev == MCTL_FN_NONE) {
		if (unlikely(!is_first(lists, fn, order) || next == MCTL_FN_NONE))
			return false;
		lists->head[order] = next & OFFSET_MASK;
	} else {
		if (unlikely((prev ^ fn) & ~OFFSET_MASK || v->link[prev].next != fn))
			return false;
		v->link[prev].next = next;
	}
	if (next != MCTL_FN_NONE)
		v->link[next].prev = prev;
	first = (fn & ~OFFSET_MASK) | (lists->head[order] & OFFSET_MASK);
	if (v->link[first].next == MCTL_FN_NONE)
		orders->single |= 1U << order;
	return true;
}

/* Take a block off its list. Return: false, with nothing done, if it is not on it. */
static inline bool unlink_block(const struct view *v, struct mctl_area *area, u32 fn,
				unsigned int order, struct orders *orders)
{
	unsigned int bit = 1U << order;

	if (orders->single & bit) {
		if (unlikely(!is_first(&v->lists[fn >> MCTL_PAGEBLOCK_ORDER], fn, order)))
			return false;
		orders->mask &= ~bit;
		orders->single &= ~bit;
	} else if (!unlink_several(v, fn, order, orders)) {
		return false;
	}
	area->nr_free[order]--;
	return true;
}

/* Take the first block of a list. Return: its fn, or MCTL_FN_NONE if it is damaged. */
static __always_inline u32 pop_block(const struct view *v, struct mctl_area *area, u32 index,
				     unsigned int order, struct orders *orders)
{
	struct mctl_lists *lists = &v->lists[index];
	unsigned int bit = 1U << order;
	u32 offset = lists->head[order];
	u32 fn = index << MCTL_PAGEBLOCK_ORDER | offset;
	u32 next;

	if (unlikely(offset >= MCTL_PAGEBLOCK_FRAMES || offset & (bit - 1) ||
		     v->state[fn] != MCTL_STATE(MCTL_KIND_FREE, order)))
		return MCTL_FN_NONE;
	if (orders->single & bit) {
		orders->mask &= ~bit;
		orders->single &= ~bit;
	} else {
		next = v->link[fn].next;
		if (unlikely((next ^ fn) & ~OFFSET_MASK || v->link[next].prev != fn))
			return MCTL_FN_NONE;
		v->link[next].prev = MCTL_FN_NONE;
		lists->head[order] = next & OFFSET_MASK;
		if (v->link[next].next == MCTL_FN_NONE)
			orders->single |= bit;
	}
	area->nr_free[order]--;
	return fn;
}

/* --- whole pageblocks --- */

/* Set the migratetype of every pageblock that the free block at @fn fills. */
static inline void set_pageblocks(struct mctl_buddy *buddy, u32 fn, unsigned int order,
				  unsigned int mt)
{
	u8 *pageblock = &buddy->table->pageblock[fn >> MCTL_PAGEBLOCK_ORDER];
	u8 value = MCTL_PAGEBLOCK(buddy->zone, mt);

	pageblock[0] = value;
	if (order > MCTL_PAGEBLOCK_ORDER)
		pageblock[1] = value;
}

/* Put a whole pageblock, or two, which is in no class, into its class. */
static __always_inline void put_pageblock(const struct view *v, struct mctl_area *area, u32 index,
					  unsigned int order)
{
	v->state[index << MCTL_PAGEBLOCK_ORDER] = MCTL_STATE(MCTL_KIND_FREE, order);
	v->lists[index].mask = 1U << order;
	v->lists[index].single = 1U << order;
	area->nr_free[order]++;
	push_pageblock(v, area, order, index);
}

/* Is it a whole pageblock, or two, in its class? */
static __always_inline bool is_whole(const struct view *v, u32 index, unsigned int order)
{
	return v->lists[index].mask == 1U << order &&
	       v->state[index << MCTL_PAGEBLOCK_ORDER] == MCTL_STATE(MCTL_KIND_FREE, order);
}

/* Take a whole pageblock, or two, out of its class. Return: false if it is not in it. */
static __always_inline bool unlink_whole(const struct view *v, struct mctl_area *area, u32 index,
					 unsigned int order)
{
	if (unlikely(!is_whole(v, index, order) || !unlink_pageblock(v, area, order, index)))
		return false;
	area->nr_free[order]--;
	v->lists[index].mask = 0;
	return true;
}

#endif /* MCTL_CORE_BUDDY_LISTS_H */
