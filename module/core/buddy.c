// SPDX-License-Identifier: GPL-2.0
/*
 * The buddy allocator of one zone.
 *
 * Every pageblock keeps its own free lists, one for each order, and a mask of
 * the orders that have one. The zone keeps the pageblocks, for each
 * migratetype, in classes by the largest order that is free in them:
 *
 *   area[mt]  mask 0...1.1..     class 3 -> pageblock 7 -> pageblock 2
 *                                class 1 -> pageblock 4
 *                                class 10 -> pageblock 8 (and 9, one block)
 *   lists[7]  mask ....1..1 .    order 3 -> frame 24 -> frame 504
 *                                order 0 -> frame 17
 *
 * Allocation takes from the smallest class that has a block of the requested
 * order, and there the smallest such block: nearly full pageblocks are filled
 * up, and nearly empty ones are left to become whole. Two __ffs find the block.
 * Freeing merges with the buddy (fn ^ 2^order) as long as the buddy is free and
 * lies in the same chunk. A pageblock moves to another class only when its
 * largest free order changes. Splitting and merging touch only the heads of
 * blocks:
 *
 *   order 2   [F2 T  T  T ]          split: the upper half's head becomes F
 *   order 1   [F1 T ][F1 T ]         merge: the absorbed head becomes T
 *   order 0   [U0][F0][F1 T ]
 *
 * Invariants, each one a line of mctl_buddy_check() in buddy_check.c:
 *
 * I1  A migratetype's nr_free of an order is the number of such blocks on the
 *     lists of its pageblocks, and the zone's nr_free the number of frames in
 *     all of these blocks.
 * I2  A block on a list is FREE, of the list's order, aligned to it, in this
 *     zone and inside its chunk.
 * I3  Links of the blocks of a list are symmetric: the first block has no
 *     prev, and next's prev is the block itself.
 * I4  No two buddies of the same order in one chunk are both free.
 * I5  Every head whose state is FREE is on a list: for each order, there are as
 *     many such heads as blocks on lists. Nothing is free inside another block.
 * I6  A migratetype's mask has the bit of a class set if and only if that class
 *     has a pageblock.
 * I7  A pageblock is in the class of its largest free order, among those of its
 *     migratetype; both pageblocks of a block of order 10 have its type.
 * I8  The zone's sections hold nr_frames frames.
 * I9  Links of pageblocks are symmetric, as those of blocks are.
 * I10 Every pageblock of the zone whose mask is not 0 is in a class, and no
 *     pageblock of another zone is: there are as many such pageblocks as in
 *     classes.
 * I11 A list is marked as single if and only if it is one block long. A block
 *     of order 9 or 10 has no list, and nothing else is free in its pageblock.
 *
 * Damage. Links, masks, heads and states are data that a bug elsewhere may
 * have overwritten. No value read from them is used as an index before it has
 * been checked against the bounds of what it indexes. A block or a pageblock
 * whose links are not symmetric stays where it is: it is not merged, or not
 * allocated. The counts are left unchanged then, so that I1 reports it.
 *
 * Allocation is in buddy_alloc.c.
 *
 * Locks: none; the caller serialises each zone. The state depends on nothing
 * but the calls so far: equal histories give equal free lists.
 */
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/string.h>
#include "core/buddy_lists.h"

static noinline void put_block(struct mctl_buddy *buddy, struct mctl_area *area, u32 fn,
			       unsigned int order)
{
	const struct view v = view_of(buddy->table);
	u32 index = fn >> MCTL_PAGEBLOCK_ORDER;
	struct orders orders = orders_of(&v, index);
	unsigned int was = orders.mask;

	if (order >= MCTL_PAGEBLOCK_ORDER) {
		put_pageblock(&v, area, index, order);
		return;
	}
	push_block(&v, area, fn, order, &orders);
	set_orders(&v, area, index, was, orders);
}

/**
 * mctl_buddy_init() - make a zone with no frames
 * @buddy: the zone
 * @table: frame table of the arena
 * @zone: index of the zone, as in struct mctl_section
 *
 * Context: Any context; the caller owns @buddy.
 */
void mctl_buddy_init(struct mctl_buddy *buddy, struct mctl_table *table, unsigned int zone)
{
	memset(buddy, 0, sizeof(*buddy));
	buddy->table = table;
	buddy->zone = zone;
	for (unsigned int mt = 0; mt < MCTL_NR_MT; mt++)
		memset(buddy->area[mt].head, 0xff, sizeof(buddy->area[mt].head));
}

static bool pageblock_is_absent(const struct mctl_table *table, u32 fn)
{
	u32 first = fn & ~OFFSET_MASK;

	for (u32 i = 0; i < MCTL_PAGEBLOCK_FRAMES; i++)
		if (mctl_state_kind(table->state[first + i]) != MCTL_KIND_ABSENT)
			return false;
	return true;
}

/**
 * mctl_buddy_add() - add a chunk to the zone as one free block
 * @buddy: the zone
 * @fn: first frame of the chunk, a multiple of 2^@order; all its frames are
 *	ABSENT and its section is set up
 * @order: order of the chunk, 0 to MCTL_MAX_ORDER
 *
 * Pageblocks that had no frame yet become movable, as in Linux.
 *
 * Context: The caller serialises the zone.
 */
void mctl_buddy_add(struct mctl_buddy *buddy, u32 fn, unsigned int order)
{
	struct mctl_table *table = buddy->table;

	if (pageblock_is_absent(table, fn))
		set_pageblocks(buddy, fn, order, MCTL_MT_MOVABLE);
	memset(&table->state[fn], MCTL_STATE(MCTL_KIND_TAIL, 0), 1U << order);
	put_block(buddy, &buddy->area[pageblock_mt(table, fn)], fn, order);
	buddy->nr_frames += 1U << order;
	buddy->nr_free += 1U << order;
}

/**
 * mctl_buddy_remove() - remove a chunk from the zone if all of it is free
 * @buddy: the zone
 * @fn: first frame of the chunk
 * @order: order of the chunk
 *
 * Its frames become ABSENT; the caller removes them from the section.
 *
 * Context: The caller serialises the zone.
 * Return: 0, or -EBUSY if one of its frames is neither on a free list nor set
 * aside, or its links are damaged; nothing has changed then.
 */
int mctl_buddy_remove(struct mctl_buddy *buddy, u32 fn, unsigned int order)
{
	struct mctl_table *table = buddy->table;
	const struct view v = view_of(table);
	struct mctl_area *area = &buddy->area[pageblock_mt(table, fn)];
	u32 index = fn >> MCTL_PAGEBLOCK_ORDER;
	struct orders orders = orders_of(&v, index);
	unsigned int was = orders.mask;

	/* Merging is eager: a free chunk with no frame set aside is one block. */
	if (v.state[fn] != MCTL_STATE(MCTL_KIND_FREE, order))
		return mctl_buddy_remove_aside(buddy, fn, order);
	if (order >= MCTL_PAGEBLOCK_ORDER) {
		if (!unlink_whole(&v, area, index, order))
			return -EBUSY;
	} else {
		if (!unlink_block(&v, area, fn, order, &orders))
			return -EBUSY;
		set_orders(&v, area, index, was, orders);
	}
	memset(&v.state[fn], MCTL_STATE(MCTL_KIND_ABSENT, 0), 1U << order);
	buddy->nr_frames -= 1U << order;
	buddy->nr_free -= 1U << order;
	return 0;
}

static void convert_and_merge(struct mctl_buddy *buddy, struct mctl_area *area, u32 index);

/*
 * A whole pageblock is free and in no class: put it in one, merged with the
 * adjacent one if that is whole and in the same chunk.
 */
static __always_inline void merge_pageblock(struct mctl_buddy *buddy, const struct view *v,
					    struct mctl_area *area, u32 index, unsigned int limit)
{
	const u8 *pageblock = buddy->table->pageblock;
	u32 other = index ^ 1;

	if (limit > MCTL_PAGEBLOCK_ORDER && is_whole(v, other, MCTL_PAGEBLOCK_ORDER)) {
		if (unlikely(pageblock[index] != pageblock[other])) {
			convert_and_merge(buddy, area, index);
			return;
		}
		if (likely(unlink_pageblock(v, area, MCTL_PAGEBLOCK_ORDER, other))) {
			area->nr_free[MCTL_PAGEBLOCK_ORDER]--;
			v->lists[index | 1].mask = 0;
			v->state[(index | 1) << MCTL_PAGEBLOCK_ORDER] =
				MCTL_STATE(MCTL_KIND_TAIL, 0);
			buddy->nr_merge++;
			put_pageblock(v, area, index & ~1U, MCTL_MAX_ORDER);
			return;
		}
	}
	put_pageblock(v, area, index, MCTL_PAGEBLOCK_ORDER);
}

/* The adjacent whole pageblock has another migratetype: both get that of the one freed last. */
static noinline void convert_and_merge(struct mctl_buddy *buddy, struct mctl_area *area, u32 index)
{
	const struct view v = view_of(buddy->table);
	u8 *pageblock = buddy->table->pageblock;
	u32 other = index ^ 1;
	unsigned int from = pageblock_mt(buddy->table, other << MCTL_PAGEBLOCK_ORDER);
	unsigned int limit = MCTL_PAGEBLOCK_ORDER;

	if (unlink_whole(&v, &buddy->area[from], other, MCTL_PAGEBLOCK_ORDER)) {
		pageblock[other] = pageblock[index];
		put_pageblock(&v, area, other, MCTL_PAGEBLOCK_ORDER);
		limit = MCTL_MAX_ORDER;
	}
	merge_pageblock(buddy, &v, area, index, limit);
}

/*
 * Merge the block at @fn with its buddies and put it on its list. The lists of
 * its pageblock were @was and are @orders now.
 */
static noinline void merge(struct mctl_buddy *buddy, struct mctl_area *area, u32 fn,
			   unsigned int order, unsigned int was, struct orders orders)
{
	const struct view v = view_of(buddy->table);
	unsigned int limit = mctl_table_chunk_order(buddy->table, fn);
	unsigned int end, first = order;

	if (limit > MCTL_MAX_ORDER)
		limit = order;
	end = limit < MCTL_PAGEBLOCK_ORDER ? limit : MCTL_PAGEBLOCK_ORDER;
	v.state[fn] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	for (; order < end; order++) {
		u32 other = fn ^ (1U << order);

		if (v.state[other] != MCTL_STATE(MCTL_KIND_FREE, order) ||
		    !unlink_block(&v, area, other, order, &orders))
			break;
		v.state[other] = MCTL_STATE(MCTL_KIND_TAIL, 0);
		fn &= other;
	}
	buddy->nr_merge += order - first;
	if (order < MCTL_PAGEBLOCK_ORDER) {
		push_block(&v, area, fn, order, &orders);
		set_orders(&v, area, fn >> MCTL_PAGEBLOCK_ORDER, was, orders);
	} else {
		if (was)
			unlink_pageblock(&v, area, __fls(was), fn >> MCTL_PAGEBLOCK_ORDER);
		merge_pageblock(buddy, &v, area, fn >> MCTL_PAGEBLOCK_ORDER, limit);
	}
}

static noinline void merge_block(struct mctl_buddy *buddy, struct mctl_area *area, u32 fn,
				 unsigned int order)
{
	const struct view v = view_of(buddy->table);
	struct orders orders = orders_of(&v, fn >> MCTL_PAGEBLOCK_ORDER);

	merge(buddy, area, fn, order, orders.mask, orders);
}

/* A 16-bit number in each quarter. */
#define QUARTERS(a, b, c, d) ((u64)(d) << 48 | (u64)(c) << 32 | (u64)(b) << 16 | (u64)(a))

/*
 * Whether the first blocks of all lists are the buddies, order by order, of the
 * frame at @offset and of the blocks it merges into. Four heads are compared at
 * once: comparing one after the other costs twice as much.
 */
static __always_inline bool are_buddies(const struct mctl_lists *lists, u32 offset)
{
	u64 quarters = offset * QUARTERS(1, 1, 1, 1);
	u64 low = (quarters & QUARTERS(0x1ff, 0x1fe, 0x1fc, 0x1f8)) ^ QUARTERS(1, 2, 4, 8);
	u64 high = (quarters & QUARTERS(0x1f0, 0x1e0, 0x1c0, 0x180)) ^ QUARTERS(16, 32, 64, 128);

	return !memcmp(&lists->head[0], &low, sizeof(low)) &&
	       !memcmp(&lists->head[4], &high, sizeof(high)) &&
	       lists->head[8] == ((offset & 0x100) ^ 0x100);
}

/*
 * The buddy of the frame at @fn is free. If @fn is the only frame in use in its
 * pageblock, and in a whole section, each order has one block, and all of them
 * merge.
 */
static noinline void merge_single(struct mctl_buddy *buddy, struct mctl_area *area, u32 fn)
{
	const struct view v = view_of(buddy->table);
	u32 index = fn >> MCTL_PAGEBLOCK_ORDER;
	const struct mctl_lists *lists = &v.lists[index];
	u8 *state = &v.state[fn & ~OFFSET_MASK];

	if (lists->single != MCTL_PAGEBLOCK_FRAMES - 1 ||
	    unlikely(lists->mask != MCTL_PAGEBLOCK_FRAMES - 1 ||
		     buddy->table->section[fn >> MCTL_SECTION_SHIFT].orders ||
		     !are_buddies(lists, fn & OFFSET_MASK) ||
		     !unlink_pageblock(&v, area, MCTL_PAGEBLOCK_ORDER - 1, index))) {
		merge_block(buddy, area, fn, 0);
		return;
	}
	v.state[fn] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	/* A loop would cost twice as much. */
	state[lists->head[0]] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	state[lists->head[1]] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	state[lists->head[2]] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	state[lists->head[3]] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	state[lists->head[4]] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	state[lists->head[5]] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	state[lists->head[6]] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	state[lists->head[7]] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	state[lists->head[8]] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	area->nr_each--;
	buddy->nr_merge += MCTL_PAGEBLOCK_ORDER;
	merge_pageblock(buddy, &v, area, index, MCTL_MAX_ORDER);
}

/**
 * mctl_buddy_free() - free a block
 * @buddy: the zone
 * @fn: head of a block in use; the caller has checked its state
 * @order: order of the block
 *
 * Merges with free buddies as far as the chunk reaches.
 *
 * Context: The caller serialises the zone.
 */
void mctl_buddy_free(struct mctl_buddy *buddy, u32 fn, unsigned int order)
{
	const struct mctl_table *table = buddy->table;
	struct mctl_area *area = &buddy->area[pageblock_mt(table, fn)];
	const u8 *state = table->state;

	buddy->nr_free += 1U << order;
	if (!order && state[fn ^ 1] == MCTL_STATE(MCTL_KIND_FREE, 0))
		merge_single(buddy, area, fn);
	else if (order && order < MCTL_MAX_ORDER &&
		 state[fn ^ 1U << order] == MCTL_STATE(MCTL_KIND_FREE, order))
		merge_block(buddy, area, fn, order);
	else
		put_block(buddy, area, fn, order);
}

/**
 * mctl_buddy_fragmentation_index() - tell why an allocation would fail
 * @buddy: the zone
 * @order: requested order
 *
 * The index of Gorman & Whitcroft 2006, as Linux shows it: towards 0 an
 * allocation fails for lack of memory, towards 1000 for fragmentation.
 *
 * Context: Any context; without the caller's serialisation the value is approximate.
 * Return: thousandths, or -1000 when a block is large enough.
 */
int mctl_buddy_fragmentation_index(const struct mctl_buddy *buddy, unsigned int order)
{
	u64 nr_frames = 0;
	u32 nr_blocks = 0;

	for (unsigned int i = 0; i < MCTL_NR_ORDERS; i++) {
		u32 nr = mctl_buddy_nr_blocks(buddy, i);

		if (nr && i >= order)
			return -1000;
		nr_blocks += nr;
		nr_frames += (u64)nr << i;
	}
	if (!nr_blocks)
		return 0;
	return 1000 - (int)div_u64(1000 + (nr_frames * 1000 >> order), nr_blocks);
}
