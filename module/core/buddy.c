// SPDX-License-Identifier: GPL-2.0
/*
 * The buddy allocator of one zone.
 *
 * A free block of 2^order frames stands on the list of its order and of the
 * migratetype of its pageblock. Allocation takes the first block of the
 * smallest order that has one (one __ffs on a mask word), and puts the upper
 * halves that it does not need on the lists below; freeing merges with the
 * buddy (fn ^ 2^order) as long as that one is free and the chunk reaches.
 * Both touch the heads of blocks alone:
 *
 *   order 2   [F2 T  T  T ]          split: the upper half's head becomes F
 *   order 1   [F1 T ][F1 T ]         merge: the absorbed head becomes T
 *   order 0   [U0][F0][F1 T ]
 *
 * Invariants, each one a line of mctl_buddy_check() in buddy_check.c:
 *
 * I1  A list's nr_free is its length, and the zone's nr_free the frames of
 *     the blocks on all lists.
 * I2  A block on a list is FREE, of the list's order, aligned to it, in this
 *     zone and inside its chunk.
 * I3  Links are symmetric: the first block has no prev, and next's prev is
 *     the block itself.
 * I4  No block is free beside its free buddy of the same order in one chunk.
 * I5  Every head that says FREE is on a list: of each order, there are as
 *     many such heads as blocks on lists. Nothing is free inside another block.
 * I6  A mask has the bit of an order exactly when that list is not empty.
 * I7  A block stands on the list of the migratetype of all its pageblocks.
 * I8  The zone's sections hold nr_frames frames.
 *
 * Damage. Links and states are data that a bug elsewhere may have
 * overwritten. No value read from them is used as an index before it was
 * compared with the table's span, and a block whose links are not symmetric
 * stays where it is: it is not merged, or not granted. Counts are left as
 * they were then, so that I1 tells of it.
 *
 * Locks: none; the caller serialises each zone. Everything is a function of
 * the calls so far: equal histories give equal free lists.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/string.h>
#include "core/buddy.h"

#define ALL_ORDERS (BIT(MCTL_NR_ORDERS) - 1)

/* A pageblock goes over to another migratetype with a free block of this order: half of it. */
#define CLAIM_ORDER (MCTL_PAGEBLOCK_ORDER - 1)

/* Where to look when a migratetype has no block, as in Linux. */
static const u8 fallbacks[MCTL_NR_MT][MCTL_NR_MT - 1] = {
	[MCTL_MT_UNMOVABLE] = { MCTL_MT_RECLAIMABLE, MCTL_MT_MOVABLE },
	[MCTL_MT_MOVABLE] = { MCTL_MT_RECLAIMABLE, MCTL_MT_UNMOVABLE },
	[MCTL_MT_RECLAIMABLE] = { MCTL_MT_UNMOVABLE, MCTL_MT_MOVABLE },
};

static inline unsigned int pageblock_mt(const struct mctl_table *table, u32 fn)
{
	unsigned int mt = mctl_table_pageblock_mt(table, fn);

	return likely(mt < MCTL_NR_MT) ? mt : MCTL_MT_MOVABLE;
}

static const struct mctl_link alone = { .next = MCTL_FN_NONE, .prev = MCTL_FN_NONE };

static inline void push(struct mctl_link *link, u32 span, struct mctl_area *area, unsigned int mt,
			u32 fn)
{
	u32 first = area->head[mt];

	link[fn] = (struct mctl_link){ .next = first, .prev = MCTL_FN_NONE };
	if (first < span)
		link[first].prev = fn;
	area->head[mt] = fn;
	area->nr_free[mt]++;
}

/* Take a block off its list. Return: false, and nothing done, when its links are damaged. */
static bool unlink(struct mctl_buddy *buddy, u32 fn, unsigned int order)
{
	unsigned int mt = pageblock_mt(buddy->table, fn);
	struct mctl_link *link = buddy->table->link;
	struct mctl_area *area = &buddy->area[order];
	u32 span = mctl_table_span(buddy->table);
	u32 next = link[fn].next;
	u32 prev = link[fn].prev;

	if (next != MCTL_FN_NONE && unlikely(next >= span || link[next].prev != fn))
		return false;
	if (prev == MCTL_FN_NONE) {
		if (unlikely(area->head[mt] != fn))
			return false;
		area->head[mt] = next;
		if (next == MCTL_FN_NONE)
			buddy->mask[mt] &= ~BIT(order);
	} else {
		if (unlikely(prev >= span || link[prev].next != fn))
			return false;
		link[prev].next = next;
	}
	if (next != MCTL_FN_NONE)
		link[next].prev = prev;
	area->nr_free[mt]--;
	return true;
}

static void put_block(struct mctl_buddy *buddy, u32 fn, unsigned int order, unsigned int mt)
{
	buddy->table->state[fn] = MCTL_STATE(MCTL_KIND_FREE, order);
	buddy->mask[mt] |= BIT(order);
	push(buddy->table->link, mctl_table_span(buddy->table), &buddy->area[order], mt, fn);
}

/**
 * mctl_buddy_init() - make a zone with no frames
 * @buddy: the zone
 * @table: frame table of the arena
 * @zone: index of the zone, as sections name it
 *
 * Context: Any; the caller owns @buddy.
 */
void mctl_buddy_init(struct mctl_buddy *buddy, struct mctl_table *table, unsigned int zone)
{
	memset(buddy, 0, sizeof(*buddy));
	buddy->table = table;
	buddy->zone = zone;
	for (unsigned int order = 0; order < MCTL_NR_ORDERS; order++)
		for (unsigned int mt = 0; mt < MCTL_NR_MT; mt++)
			buddy->area[order].head[mt] = MCTL_FN_NONE;
}

static bool pageblock_is_absent(const struct mctl_table *table, u32 fn)
{
	u32 first = fn & ~((1U << MCTL_PAGEBLOCK_ORDER) - 1);

	for (u32 i = 0; i < 1U << MCTL_PAGEBLOCK_ORDER; i++)
		if (mctl_state_kind(table->state[first + i]) != MCTL_KIND_ABSENT)
			return false;
	return true;
}

/* The free block at @fn gives its migratetype to every pageblock that it fills. */
static inline void set_pageblocks(struct mctl_buddy *buddy, u32 fn, unsigned int order,
				  unsigned int mt)
{
	u8 *pageblock = &buddy->table->pageblock[fn >> MCTL_PAGEBLOCK_ORDER];
	u8 value = MCTL_PAGEBLOCK(buddy->zone, mt);

	pageblock[0] = value;
	if (order > MCTL_PAGEBLOCK_ORDER)
		pageblock[1] = value;
}

/**
 * mctl_buddy_add() - a chunk joins the zone as one free block
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
	unsigned int mt;

	if (pageblock_is_absent(table, fn))
		set_pageblocks(buddy, fn, order, MCTL_MT_MOVABLE);
	mt = pageblock_mt(table, fn);
	memset(&table->state[fn], MCTL_STATE(MCTL_KIND_TAIL, 0), 1U << order);
	put_block(buddy, fn, order, mt);
	buddy->nr_frames += 1U << order;
	buddy->nr_free += 1U << order;
}

/**
 * mctl_buddy_remove() - take a chunk out of the zone when all of it is free
 * @buddy: the zone
 * @fn: first frame of the chunk
 * @order: order of the chunk
 *
 * Its frames become ABSENT; the caller takes them out of the section.
 *
 * Context: The caller serialises the zone.
 * Return: 0, or -EBUSY when a frame of it is not on a free list, or its links
 * are damaged; nothing has changed then.
 */
int mctl_buddy_remove(struct mctl_buddy *buddy, u32 fn, unsigned int order)
{
	struct mctl_table *table = buddy->table;

	/* Merging is eager: a chunk that is free is free as one block. */
	if (table->state[fn] != MCTL_STATE(MCTL_KIND_FREE, order))
		return -EBUSY;
	if (!unlink(buddy, fn, order))
		return -EBUSY;
	memset(&table->state[fn], MCTL_STATE(MCTL_KIND_ABSENT, 0), 1U << order);
	buddy->nr_frames -= 1U << order;
	buddy->nr_free -= 1U << order;
	return 0;
}

/*
 * The pageblock of the free block at @fn, of CLAIM_ORDER or more, goes over
 * to @to with every block of it that is free. The block itself is off its list.
 */
static void claim(struct mctl_buddy *buddy, u32 fn, unsigned int order, unsigned int to)
{
	struct mctl_table *table = buddy->table;
	u32 first = fn & ~((1U << MCTL_PAGEBLOCK_ORDER) - 1);
	u32 end = first + (1U << MCTL_PAGEBLOCK_ORDER);

	for (u32 i = first; i < end && order < MCTL_PAGEBLOCK_ORDER; i++) {
		unsigned int free_order = mctl_state_order(table->state[i]);

		if (mctl_state_kind(table->state[i]) != MCTL_KIND_FREE || i == fn)
			continue;
		if (free_order <= CLAIM_ORDER && unlink(buddy, i, free_order))
			put_block(buddy, i, free_order, to);
	}
	buddy->nr_steal += order > MCTL_PAGEBLOCK_ORDER ? 2 : 1;
	set_pageblocks(buddy, fn, order, to);
}

/* Largest block of another migratetype. Return: its order, or -1. */
static int find_fallback(const struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
			 unsigned int *from_mt)
{
	unsigned int first = fallbacks[mt][0];
	unsigned int second = fallbacks[mt][1];
	unsigned long mask = (buddy->mask[first] | buddy->mask[second]) & ALL_ORDERS;
	int found;

	if (!(mask >> order))
		return -1;
	found = __fls(mask);
	*from_mt = buddy->mask[first] & BIT(found) ? first : second;
	return found;
}

/**
 * mctl_buddy_find() - where mctl_buddy_alloc() would take a block from
 * @buddy: the zone
 * @order: order asked for, 0 to MCTL_MAX_ORDER
 * @mt: enum mctl_migratetype asked for
 * @from_mt: result: migratetype of the list
 *
 * Context: The caller serialises the zone.
 * Return: order of the block that would be taken, or -1 for none.
 */
int mctl_buddy_find(const struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
		    unsigned int *from_mt)
{
	unsigned long mask = (buddy->mask[mt] & ALL_ORDERS) >> order;

	*from_mt = mt;
	if (mask)
		return order + __ffs(mask);
	return find_fallback(buddy, order, mt, from_mt);
}

/*
 * The first block of a list that cannot be granted: what can be told of the
 * rest of the list is kept, the block itself is lost until a check finds it.
 */
static void drop_damaged(struct mctl_buddy *buddy, unsigned int order, unsigned int mt)
{
	struct mctl_table *table = buddy->table;
	u32 span = mctl_table_span(table);
	u32 fn = buddy->area[order].head[mt];
	u32 next = MCTL_FN_NONE;

	if (fn < span) {
		next = table->link[fn].next;
		if (next >= span || table->link[next].prev != fn)
			next = MCTL_FN_NONE;
	}
	buddy->area[order].head[mt] = next;
	if (next != MCTL_FN_NONE)
		table->link[next].prev = MCTL_FN_NONE;
	else
		buddy->mask[mt] &= ~BIT(order);
}

/* Take the first block of a list. Return: its fn, or MCTL_FN_NONE when it is damaged. */
static __always_inline u32 take_first(struct mctl_buddy *buddy, unsigned int order, unsigned int mt)
{
	struct mctl_area *area = &buddy->area[order];
	struct mctl_table *table = buddy->table;
	struct mctl_link *link = table->link;
	u32 span = mctl_table_span(table);
	u32 fn = area->head[mt];
	u32 next;

	if (unlikely(fn > span - (1U << order) ||
		     table->state[fn] != MCTL_STATE(MCTL_KIND_FREE, order)))
		return MCTL_FN_NONE;
	next = link[fn].next;
	if (next == MCTL_FN_NONE) {
		buddy->mask[mt] &= ~BIT(order);
	} else {
		if (unlikely(next >= span || link[next].prev != fn))
			return MCTL_FN_NONE;
		link[next].prev = MCTL_FN_NONE;
	}
	area->head[mt] = next;
	area->nr_free[mt]--;
	return fn;
}

/*
 * A block of @found is off the list of @mt, its first 2^@order frames are
 * granted: put the upper halves on the lists below. These are empty, as
 * @found was the smallest order that had a block.
 */
static inline void split(struct mctl_buddy *buddy, u32 fn, unsigned int found, unsigned int order,
			 unsigned int mt)
{
	struct mctl_area *area = &buddy->area[found];
	struct mctl_link *link = buddy->table->link;
	u8 *states = buddy->table->state;
	u8 state = MCTL_STATE(MCTL_KIND_FREE, found);
	u8 last = MCTL_STATE(MCTL_KIND_FREE, order);
	u32 half = 1U << found;

	buddy->nr_split += found - order;
	buddy->mask[mt] |= half - (1U << order);
	do {
		u32 upper;

		half >>= 1;
		upper = fn + half;
		state--;
		area--;
		states[upper] = state;
		link[upper] = alone;
		area->head[mt] = upper;
		area->nr_free[mt] = 1;
	} while (state != last);
}

/* The general case of mctl_buddy_alloc(): lists without a block, or with a damaged one. */
static noinline u32 alloc_slow(struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
			       unsigned int kind)
{
	unsigned int from;
	int found;
	u32 fn;

	for (;;) {
		found = mctl_buddy_find(buddy, order, mt, &from);
		if (found < 0)
			return MCTL_FN_NONE;
		fn = take_first(buddy, found, from);
		if (fn != MCTL_FN_NONE)
			break;
		drop_damaged(buddy, found, from);
	}
	if (from != mt && found >= CLAIM_ORDER) {
		claim(buddy, fn, found, mt);
		from = mt;
	}
	buddy->nr_free -= 1U << order;
	buddy->nr_split += found - order;
	while (found > order) {
		found--;
		put_block(buddy, fn + (1U << found), found, from);
	}
	buddy->table->state[fn] = MCTL_STATE(kind, order);
	return fn;
}

/**
 * mctl_buddy_alloc() - take a block
 * @buddy: the zone
 * @order: 2^order frames, 0 to MCTL_MAX_ORDER
 * @mt: enum mctl_migratetype; others are robbed as in Linux, the largest
 *	block first, and a pageblock of which at least half is free goes over
 *	to @mt
 * @kind: enum mctl_kind that the head's state will say
 *
 * Context: The caller serialises the zone.
 * Return: fn of the head, or MCTL_FN_NONE when no block is large enough.
 */
u32 mctl_buddy_alloc(struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
		     unsigned int kind)
{
	unsigned long mask = (buddy->mask[mt] & ALL_ORDERS) >> order;
	unsigned int found;
	u32 fn;

	if (unlikely(!mask))
		return alloc_slow(buddy, order, mt, kind);
	found = order + __ffs(mask);
	fn = take_first(buddy, found, mt);
	if (unlikely(fn == MCTL_FN_NONE))
		return alloc_slow(buddy, order, mt, kind);
	buddy->nr_free -= 1U << order;
	if (found != order)
		split(buddy, fn, found, order, mt);
	buddy->table->state[fn] = MCTL_STATE(kind, order);
	return fn;
}

/* Merge the block at @fn with buddies whatever else is on their lists, and put it on its own. */
static noinline void merge_slow(struct mctl_buddy *buddy, u32 fn, unsigned int order,
				unsigned int mt)
{
	unsigned int limit = mctl_table_chunk_order(buddy->table, fn);
	u8 *states = buddy->table->state;

	if (limit > MCTL_MAX_ORDER)
		limit = order;
	for (; order < limit; order++) {
		u32 other = fn ^ (1U << order);

		if (states[other] != MCTL_STATE(MCTL_KIND_FREE, order) ||
		    !unlink(buddy, other, order))
			break;
		states[fn | other] = MCTL_STATE(MCTL_KIND_TAIL, 0);
		fn &= other;
		buddy->nr_merge++;
	}
	/* Two pageblocks in one block: the one that was freed last names the type. */
	if (order > MCTL_PAGEBLOCK_ORDER)
		set_pageblocks(buddy, fn, order, mt);
	put_block(buddy, fn, order, mt);
}

/*
 * The buddy of the block at @fn is free. As long as each buddy is the only
 * block of its list, which is what a split leaves behind, the list is emptied
 * and there is nothing to unlink from.
 */
static noinline void merge(struct mctl_buddy *buddy, u32 fn, unsigned int order, unsigned int mt)
{
	unsigned int limit = mctl_table_chunk_order(buddy->table, fn);
	u8 last = MCTL_STATE(MCTL_KIND_FREE, limit <= MCTL_MAX_ORDER ? limit : order);
	u8 state = MCTL_STATE(MCTL_KIND_FREE, order);
	struct mctl_area *area = &buddy->area[order];
	struct mctl_link *link = buddy->table->link;
	u8 *states = buddy->table->state;
	u32 half = 1U << order;

	buddy->nr_free += half;
	while (state < last) {
		u32 other = fn ^ half;

		if (states[other] != state || area->head[mt] != other ||
		    link[other].next != MCTL_FN_NONE)
			break;
		area->head[mt] = MCTL_FN_NONE;
		area->nr_free[mt]--;
		states[other] = MCTL_STATE(MCTL_KIND_TAIL, 0);
		states[fn] = MCTL_STATE(MCTL_KIND_TAIL, 0);
		fn &= other;
		half += half;
		area++;
		state++;
	}
	buddy->mask[mt] &= ~(half - (1U << order));
	buddy->nr_merge += mctl_state_order(state) - order;
	if (half > 1U << MCTL_PAGEBLOCK_ORDER) {
		set_pageblocks(buddy, fn, MCTL_MAX_ORDER, mt);
	} else if (state < last && states[fn ^ half] == state) {
		merge_slow(buddy, fn, mctl_state_order(state), mt);
		return;
	}
	buddy->mask[mt] |= half;
	states[fn] = state;
	push(link, mctl_table_span(buddy->table), area, mt, fn);
}

/**
 * mctl_buddy_free() - give a block back
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
	struct mctl_table *table = buddy->table;
	unsigned int mt = pageblock_mt(table, fn);
	u32 half = 1U << order;

	if (order < MCTL_MAX_ORDER &&
	    table->state[fn ^ half] == MCTL_STATE(MCTL_KIND_FREE, order)) {
		merge(buddy, fn, order, mt);
		return;
	}
	table->state[fn] = MCTL_STATE(MCTL_KIND_FREE, order);
	push(table->link, mctl_table_span(table), &buddy->area[order], mt, fn);
	buddy->mask[mt] |= half;
	buddy->nr_free += half;
}

/**
 * mctl_buddy_fragmentation_index() - why would an allocation fail
 * @buddy: the zone
 * @order: order asked for
 *
 * The index of Gorman & Whitcroft 2006, as Linux shows it: towards 0 an
 * allocation fails for lack of memory, towards 1000 for fragmentation.
 *
 * Context: Any; without the caller's serialisation the value is approximate.
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
