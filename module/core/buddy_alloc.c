// SPDX-License-Identifier: GPL-2.0
/*
 * Allocation from the buddy allocator of one zone: which block is taken, and
 * what is split for it. buddy.c has the invariants, and freeing.
 *
 * Locks: as in buddy.c.
 */
#include <linux/string.h>
#include "core/buddy_lists.h"

/* A pageblock with a free block of this order (half of it) may change its migratetype. */
#define CLAIM_ORDER (MCTL_PAGEBLOCK_ORDER - 1)

/* Fallbacks when a migratetype has no block, as in Linux. */
static const u8 fallbacks[MCTL_NR_MT][MCTL_NR_MT - 1] = {
	[MCTL_MT_UNMOVABLE] = { MCTL_MT_RECLAIMABLE, MCTL_MT_MOVABLE },
	[MCTL_MT_MOVABLE] = { MCTL_MT_RECLAIMABLE, MCTL_MT_UNMOVABLE },
	[MCTL_MT_RECLAIMABLE] = { MCTL_MT_UNMOVABLE, MCTL_MT_MOVABLE },
};

/* Count the free blocks of one order in a pageblock, as far as the list can be followed. */
static u32 count_blocks(const struct mctl_table *table, u32 index, unsigned int order)
{
	u32 fn = mctl_table_first(table, index, order);
	u32 nr = 0;

	do {
		fn = mctl_table_next(table, fn, order);
		nr++;
	} while (fn != MCTL_FN_NONE && nr < MCTL_PAGEBLOCK_FRAMES);
	return nr;
}

/*
 * Convert the first pageblock of a class, which has at least half of itself
 * free in one block, to @to with everything that is free in it.
 */
static void claim(struct mctl_buddy *buddy, unsigned int klass, unsigned int from, unsigned int to)
{
	const struct view v = view_of(buddy->table);
	u32 index = buddy->area[from].head[klass];
	unsigned int mask;

	if (index >= v.nr_pageblocks || !unlink_pageblock(&v, &buddy->area[from], klass, index))
		return;
	mask = v.lists[index].mask;
	for (unsigned int order = 0; order < MCTL_NR_ORDERS; order++) {
		u32 nr = mask & 1U << order ? count_blocks(buddy->table, index, order) : 0;

		buddy->area[from].nr_free[order] -= nr;
		buddy->area[to].nr_free[order] += nr;
	}
	push_pageblock(&v, &buddy->area[to], klass, index);
	buddy->nr_steal += klass > MCTL_PAGEBLOCK_ORDER ? 2 : 1;
	set_pageblocks(buddy, index << MCTL_PAGEBLOCK_ORDER, klass, to);
}

/*
 * The class that a block of @order would come from: the smallest of @mt, else
 * the largest of another migratetype. Return: the class, or -1.
 */
static int find_class(const struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
		      unsigned int *from_mt)
{
	const struct mctl_area *area = buddy->area;
	unsigned int first = fallbacks[mt][0];
	unsigned int second = fallbacks[mt][1];
	unsigned long mask = (area[mt].mask & MCTL_ALL_ORDERS) >> order;
	int found;

	*from_mt = mt;
	if (mask)
		return order + __ffs(mask);
	mask = (area[first].mask | area[second].mask) & MCTL_ALL_ORDERS;
	if (!(mask >> order))
		return -1;
	found = __fls(mask);
	*from_mt = area[first].mask & BIT(found) ? first : second;
	return found;
}

/**
 * mctl_buddy_find() - find where mctl_buddy_alloc() would take a block from
 * @buddy: the zone
 * @order: requested order, 0 to MCTL_MAX_ORDER
 * @mt: requested enum mctl_migratetype
 * @from_mt: result: migratetype of the pageblock
 *
 * Context: The caller serialises the zone; otherwise the result may be
 * outdated.
 * Return: order of the block that would be taken, or -1 for none.
 */
int mctl_buddy_find(const struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
		    unsigned int *from_mt)
{
	const struct mctl_table *table = buddy->table;
	int klass = find_class(buddy, order, mt, from_mt);
	unsigned long mask = 0;
	u32 index;

	if (klass < 0)
		return -1;
	index = READ_ONCE(buddy->area[*from_mt].head[klass]);
	if (index < mctl_table_nr_pageblocks(table))
		mask = (READ_ONCE(table->lists[index].mask) & MCTL_ALL_ORDERS) >> order;
	return mask ? order + __ffs(mask) : klass;
}

/*
 * The block that the first pageblock of a class offers is damaged: keep as much of the rest of its
 * list as can be followed; the block is lost until a check finds it.
 * Return: false, with nothing done, if even the pageblock is not what it should be.
 */
static bool drop_block(struct mctl_buddy *buddy, unsigned int klass, unsigned int order,
		       unsigned int mt)
{
	struct mctl_table *table = buddy->table;
	const struct view v = view_of(table);
	u32 index = buddy->area[mt].head[klass];
	struct orders orders = orders_of(&v, index);
	unsigned int was = orders.mask;
	u32 fn, next;

	if (klass >= MCTL_PAGEBLOCK_ORDER || !(was >> order) || __fls(was) != klass ||
	    v.lists[index].prev != MCTL_FN_NONE)
		return false;
	order += __ffs(was >> order);
	fn = mctl_table_first(table, index, order);
	next = mctl_table_next(table, fn, order);
	if (next == MCTL_FN_NONE || v.link[next].prev != fn) {
		orders.mask &= ~(1U << order);
		orders.single &= ~(1U << order);
	} else {
		v.link[next].prev = MCTL_FN_NONE;
		v.lists[index].head[order] = next & OFFSET_MASK;
		if (v.link[next].next == MCTL_FN_NONE)
			orders.single |= 1U << order;
	}
	set_orders(&v, &buddy->area[mt], index, was, orders);
	return true;
}

/* The same for the first pageblock of a class, with everything that is free in it. */
static void drop_damaged(struct mctl_buddy *buddy, unsigned int klass, unsigned int order,
			 unsigned int mt)
{
	const struct view v = view_of(buddy->table);
	struct mctl_area *area = &buddy->area[mt];
	u32 index = area->head[klass];
	u32 next = MCTL_FN_NONE;

	if (index < v.nr_pageblocks) {
		if (drop_block(buddy, klass, order, mt))
			return;
		next = v.lists[index].next;
		if (next >= v.nr_pageblocks || v.lists[next].prev != index)
			next = MCTL_FN_NONE;
	}
	area->head[klass] = next;
	if (next != MCTL_FN_NONE)
		v.lists[next].prev = MCTL_FN_NONE;
	else
		area->mask &= ~(1U << klass);
}

/*
 * The first 2^@order frames of a block of @found are allocated: the upper
 * halves go on the lists below. These are empty, as @found was the smallest
 * order that had one. Return: their orders.
 */
static __always_inline unsigned int split(const struct view *v, struct mctl_area *area, u32 fn,
					  unsigned int found, unsigned int order)
{
	u16 *head = v->lists[fn >> MCTL_PAGEBLOCK_ORDER].head;

	for (unsigned int i = order; i < found; i++) {
		u32 upper = fn + (1U << i);

		v->state[upper] = MCTL_STATE(MCTL_KIND_FREE, i);
		head[i] = upper & OFFSET_MASK;
		area->nr_free[i]++;
	}
	return (1U << found) - (1U << order);
}

/* Split a whole pageblock, in no class, down to one frame. Return: the orders that it has now. */
static __always_inline unsigned int split_whole(const struct view *v, struct mctl_area *area,
						u32 index)
{
	static const u16 head[MCTL_PAGEBLOCK_ORDER] = { 1, 2, 4, 8, 16, 32, 64, 128, 256 };
	u8 *state = &v->state[index << MCTL_PAGEBLOCK_ORDER];

	/* A loop would cost twice as much. */
	state[1] = MCTL_STATE(MCTL_KIND_FREE, 0);
	state[2] = MCTL_STATE(MCTL_KIND_FREE, 1);
	state[4] = MCTL_STATE(MCTL_KIND_FREE, 2);
	state[8] = MCTL_STATE(MCTL_KIND_FREE, 3);
	state[16] = MCTL_STATE(MCTL_KIND_FREE, 4);
	state[32] = MCTL_STATE(MCTL_KIND_FREE, 5);
	state[64] = MCTL_STATE(MCTL_KIND_FREE, 6);
	state[128] = MCTL_STATE(MCTL_KIND_FREE, 7);
	state[256] = MCTL_STATE(MCTL_KIND_FREE, 8);
	memcpy(v->lists[index].head, head, sizeof(head));
	area->nr_each++;
	return MCTL_PAGEBLOCK_FRAMES - 1;
}

/*
 * Take a block from the first pageblock of a class of whole ones.
 * Return: fn, or MCTL_FN_NONE when it is damaged.
 */
static __always_inline u32 take_whole(struct mctl_buddy *buddy, struct mctl_area *area,
				      unsigned int klass, unsigned int order, unsigned int kind)
{
	const struct view v = view_of(buddy->table);
	u32 index = area->head[klass];
	u32 fn = index << MCTL_PAGEBLOCK_ORDER;
	unsigned int mask = 0;

	if (unlikely(index >= v.nr_pageblocks || fn & ((1U << klass) - 1) ||
		     !is_whole(&v, index, klass) || !pop_pageblock(&v, area, klass, index)))
		return MCTL_FN_NONE;
	area->nr_free[klass]--;
	buddy->nr_split += klass - order;
	buddy->nr_free -= 1U << order;
	if (klass > MCTL_PAGEBLOCK_ORDER && order < klass)
		put_pageblock(&v, area, index + 1, MCTL_PAGEBLOCK_ORDER);
	if (!order)
		mask = split_whole(&v, area, index);
	else if (order < MCTL_PAGEBLOCK_ORDER)
		mask = split(&v, area, fn, MCTL_PAGEBLOCK_ORDER, order);
	v.lists[index].mask = mask;
	v.lists[index].single = mask;
	if (mask)
		push_pageblock(&v, area, MCTL_PAGEBLOCK_ORDER - 1, index);
	v.state[fn] = MCTL_STATE(kind, order);
	return fn;
}

/* Kept apart from the path for one frame, which needs fewer registers. */
static noinline u32 take_large(struct mctl_buddy *buddy, struct mctl_area *area, unsigned int klass,
			       unsigned int order, unsigned int kind)
{
	return take_whole(buddy, area, klass, order, kind);
}

/**
 * mctl_buddy_take_pageblock() - take a block from a whole pageblock
 * @buddy: the zone
 * @area: of the migratetype; the class of whole pageblocks has one
 * @order: 2^order frames, 0 to MCTL_PAGEBLOCK_ORDER
 * @kind: enum mctl_kind that the head's state will say
 *
 * Context: The caller serialises the zone.
 * Return: fn of the head, or MCTL_FN_NONE when the pageblock is damaged.
 */
u32 mctl_buddy_take_pageblock(struct mctl_buddy *buddy, struct mctl_area *area, unsigned int order,
			      unsigned int kind)
{
	if (order)
		return take_large(buddy, area, MCTL_PAGEBLOCK_ORDER, order, kind);
	return take_whole(buddy, area, MCTL_PAGEBLOCK_ORDER, 0, kind);
}

/**
 * mctl_buddy_take_two() - take a block from two pageblocks that are one block
 * @buddy: the zone
 * @area: of the migratetype; the class of blocks of order 10 has one
 * @order: 2^order frames, 0 to MCTL_MAX_ORDER
 * @kind: enum mctl_kind that the head's state will say
 *
 * Context: The caller serialises the zone.
 * Return: fn of the head, or MCTL_FN_NONE when the pageblock is damaged.
 */
u32 mctl_buddy_take_two(struct mctl_buddy *buddy, struct mctl_area *area, unsigned int order,
			unsigned int kind)
{
	if (order)
		return take_large(buddy, area, MCTL_MAX_ORDER, order, kind);
	return take_whole(buddy, area, MCTL_MAX_ORDER, 0, kind);
}

/**
 * mctl_buddy_take_part() - take a block from a pageblock that is not whole
 * @buddy: the zone
 * @area: of the migratetype
 * @order: 2^order frames, 0 to @klass
 * @kind: enum mctl_kind that the head's state will say
 * @klass: class that has a pageblock, below MCTL_PAGEBLOCK_ORDER
 *
 * Context: The caller serialises the zone.
 * Return: fn of the head, or MCTL_FN_NONE when the pageblock is damaged.
 */
u32 mctl_buddy_take_part(struct mctl_buddy *buddy, struct mctl_area *area, unsigned int order,
			 unsigned int kind, unsigned int klass)
{
	const struct view v = view_of(buddy->table);
	u32 index = area->head[klass];
	struct orders orders;
	unsigned int was, found;
	u32 fn;

	if (unlikely(index >= v.nr_pageblocks))
		return MCTL_FN_NONE;
	orders = orders_of(&v, index);
	was = orders.mask;
	if (unlikely(!(was >> order) || was >= 1U << MCTL_PAGEBLOCK_ORDER))
		return MCTL_FN_NONE;
	found = order + __ffs(was >> order);
	fn = pop_block(&v, area, index, found, &orders);
	if (unlikely(fn == MCTL_FN_NONE))
		return MCTL_FN_NONE;
	if (found != order) {
		unsigned int mask = split(&v, area, fn, found, order);

		orders.mask |= mask;
		orders.single |= mask;
		buddy->nr_split += found - order;
	}
	set_orders(&v, area, index, was, orders);
	buddy->nr_free -= 1U << order;
	v.state[fn] = MCTL_STATE(kind, order);
	return fn;
}

/**
 * mctl_buddy_alloc_any() - allocate a block when the requested migratetype has none
 * @buddy: the zone
 * @order: 2^order frames, 0 to MCTL_MAX_ORDER
 * @mt: enum mctl_migratetype; blocks are stolen from others as in Linux, from the pageblock with
 *	the largest block first, and a pageblock of which at least half is free is converted to @mt
 * @kind: enum mctl_kind that the head's state will say
 *
 * Damaged blocks and pageblocks are skipped.
 *
 * Context: The caller serialises the zone.
 * Return: fn of the head, or MCTL_FN_NONE when no block is large enough.
 */
u32 mctl_buddy_alloc_any(struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
			 unsigned int kind)
{
	unsigned int from;
	int klass;
	u32 fn;

	while ((klass = find_class(buddy, order, mt, &from)) >= 0) {
		if (from != mt && klass >= CLAIM_ORDER) {
			claim(buddy, klass, from, mt);
			/* Not with damaged links. */
			if (buddy->area[mt].mask & BIT(klass))
				from = mt;
		}
		fn = mctl_buddy_take(buddy, &buddy->area[from], order, kind, klass);
		if (fn != MCTL_FN_NONE)
			return fn;
		drop_damaged(buddy, klass, order, from);
	}
	return MCTL_FN_NONE;
}

/**
 * mctl_buddy_next_order() - the smallest free block in the next pageblock to allocate from
 * @buddy: the zone
 * @mt: enum mctl_migratetype
 *
 * A caller that wants many frames takes blocks of at most this order, and so uses up one pageblock
 * after the other.
 *
 * Context: The caller serialises the zone.
 * Return: its order; MCTL_MAX_ORDER if the migratetype has no block.
 */
unsigned int mctl_buddy_next_order(const struct mctl_buddy *buddy, unsigned int mt)
{
	unsigned long mask = buddy->area[mt].mask & MCTL_ALL_ORDERS;
	u32 index;

	if (!mask)
		return MCTL_MAX_ORDER;
	index = buddy->area[mt].head[__ffs(mask)];
	if (index < mctl_table_nr_pageblocks(buddy->table))
		mask = buddy->table->lists[index].mask & MCTL_ALL_ORDERS;
	return mask ? __ffs(mask) : MCTL_MAX_ORDER;
}
