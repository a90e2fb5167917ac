// SPDX-License-Identifier: GPL-2.0
/*
 * What a frame is used for: for views, checks, and the answer to
 * "what is this address". Nothing that is read here is trusted.
 *
 * Locks: none of its own; the caller keeps the frame table from changing its size.
 */
#include <linux/mm.h>
#include "core/table.h"
#include "frames/frame.h"

/**
 * mctl_frame_kind_name() - what frames of a kind are in use for, in a word
 * @kind: enum mctl_kind, or any other number
 *
 * Context: Any context.
 * Return: the word; the same pointer for the same kind.
 */
const char *mctl_frame_kind_name(unsigned int kind)
{
	static const char *const names[MCTL_NR_KINDS] = {
		[MCTL_KIND_ABSENT] = "absent",	   [MCTL_KIND_TAIL] = "tail",
		[MCTL_KIND_FREE] = "free",	   [MCTL_KIND_CACHED] = "cached",
		[MCTL_KIND_USED] = "used",	   [MCTL_KIND_SLAB] = "slab",
		[MCTL_KIND_TABLE] = "table",	   [MCTL_KIND_REGION] = "region",
		[MCTL_KIND_HWPOISON] = "hwpoison",
	};

	return kind < MCTL_NR_KINDS ? names[kind] : "damaged";
}

/**
 * mctl_frame_state_name() - what a frame is in use for, in a word
 * @arena: the arena
 * @fn: a frame, below the table's span
 *
 * Context: Any context; arena->resize is held.
 * Return: the word.
 */
const char *mctl_frame_state_name(struct mctl_arena *arena, u32 fn)
{
	u32 head = mctl_table_head(&arena->table, fn);
	u8 state = arena->table.state[head == MCTL_FN_NONE ? fn : head];

	return mctl_frame_kind_name(mctl_state_kind(state));
}

/**
 * mctl_frame_held() - find the frame of a page that the arena holds
 * @arena: the arena
 * @pfn: physical frame number; any value
 *
 * Context: Any context; arena->resize is held, or preemption is off.
 * Return: fn, or MCTL_FN_NONE when the arena does not hold it.
 */
u32 mctl_frame_held(struct mctl_arena *arena, u64 pfn)
{
	u32 fn = mctl_arena_pfn_to_fn(arena, pfn);

	if (fn != MCTL_FN_NONE && mctl_state_kind(arena->table.state[fn]) == MCTL_KIND_ABSENT)
		return MCTL_FN_NONE;
	return fn;
}

/**
 * mctl_frame_at() - find the frame of an address in the linear map
 * @arena: the arena
 * @address: any number
 *
 * Context: Any context; arena->resize is held, or preemption is off.
 * Return: fn, or MCTL_FN_NONE when the arena does not hold it.
 */
u32 mctl_frame_at(struct mctl_arena *arena, unsigned long address)
{
	if (!virt_addr_valid((void *)address))
		return MCTL_FN_NONE;
	return mctl_frame_held(arena, PHYS_PFN(__pa(address)));
}
