// SPDX-License-Identifier: GPL-2.0
/*
 * Frames with a hardware memory error: taking them off the free lists one by
 * one for good, and removing chunks that have such frames.
 *
 * I1  A frame that is set aside is a block of order 0 of kind HWPOISON, on no
 *     list and in no count of free frames; it never merges.
 *
 * The invariants of buddy.c hold before and after each function.
 *
 * Locks: none; the caller serialises the zone.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include "core/buddy_lists.h"
#include "core/table.h"

/* Take a free block off its list. Return: false, with nothing done, if it is not on one. */
static bool unlink_free(struct mctl_buddy *buddy, u32 fn, unsigned int order)
{
	const struct view v = view_of(buddy->table);
	struct mctl_area *area = &buddy->area[pageblock_mt(buddy->table, fn)];
	u32 index = fn >> MCTL_PAGEBLOCK_ORDER;
	struct orders orders = orders_of(&v, index);
	unsigned int was = orders.mask;

	if (order >= MCTL_PAGEBLOCK_ORDER) {
		if (!unlink_whole(&v, area, index, order))
			return false;
	} else {
		if (!unlink_block(&v, area, fn, order, &orders))
			return false;
		set_orders(&v, area, index, was, orders);
	}
	v.state[fn] = MCTL_STATE(MCTL_KIND_TAIL, 0);
	buddy->nr_free -= 1U << order;
	return true;
}

/**
 * mctl_buddy_set_aside() - take one frame out of a free block, for good
 * @buddy: the zone
 * @fn: a frame of the zone
 *
 * The rest of the block stays free, in as few blocks as possible.
 *
 * Context: The caller serialises the zone.
 * Return: 0; -EBUSY if the frame is in no free block, or the links of that
 * block are damaged; nothing has changed then.
 */
int mctl_buddy_set_aside(struct mctl_buddy *buddy, u32 fn)
{
	u8 *state = buddy->table->state;
	u32 head = mctl_table_head(buddy->table, fn);
	unsigned int order;

	if (head == MCTL_FN_NONE || mctl_state_kind(state[head]) != MCTL_KIND_FREE)
		return -EBUSY;
	order = mctl_state_order(state[head]);
	if (order > MCTL_MAX_ORDER || !unlink_free(buddy, head, order))
		return -EBUSY;
	while (order--) {
		u32 upper = head + (1U << order);
		u32 other = fn < upper ? upper : head;

		if (fn >= upper)
			head = upper;
		mctl_buddy_free(buddy, other, order);
	}
	state[fn] = MCTL_STATE(MCTL_KIND_HWPOISON, 0);
	return 0;
}

/* Whether each frame of a chunk is in a free block of it, or set aside. */
static bool is_idle(const struct mctl_table *table, u32 fn, u32 end)
{
	while (fn < end) {
		unsigned int kind = mctl_state_kind(table->state[fn]);
		unsigned int order = mctl_state_order(table->state[fn]);

		if (kind != MCTL_KIND_FREE && kind != MCTL_KIND_HWPOISON)
			return false;
		if (order > MCTL_MAX_ORDER || fn & ((1U << order) - 1))
			return false;
		fn += 1U << order;
	}
	return fn == end;
}

/**
 * mctl_buddy_remove_aside() - mctl_buddy_remove() of a chunk that is not one free block
 * @buddy: the zone
 * @fn: first frame of the chunk
 * @order: order of the chunk
 *
 * Context: The caller serialises the zone.
 * Return: 0, or -EBUSY if one of its frames is neither on a free list nor set aside, or its links
 * are damaged; nothing has changed then.
 */
int mctl_buddy_remove_aside(struct mctl_buddy *buddy, u32 fn, unsigned int order)
{
	u8 *state = buddy->table->state;
	u32 end = fn + (1U << order), at = fn;

	if (!is_idle(buddy->table, fn, end))
		return -EBUSY;
	while (at < end) {
		unsigned int size = mctl_state_order(state[at]);

		if (mctl_state_kind(state[at]) == MCTL_KIND_FREE) {
			if (!unlink_free(buddy, at, size))
				break;
			/* So that it can be found again if a later one is damaged. */
			state[at] = MCTL_STATE(MCTL_KIND_USED, size);
		}
		at += 1U << size;
	}
	if (at == end) {
		memset(&state[fn], MCTL_STATE(MCTL_KIND_ABSENT, 0), 1U << order);
		buddy->nr_frames -= 1U << order;
		return 0;
	}
	for (end = at, at = fn; at < end;) {
		unsigned int size = mctl_state_order(state[at]);

		if (mctl_state_kind(state[at]) == MCTL_KIND_USED)
			mctl_buddy_free(buddy, at, size);
		at += 1U << size;
	}
	return -EBUSY;
}
