// SPDX-License-Identifier: GPL-2.0
/*
 * Handles a frame of a space that has a hardware memory error. The entries of
 * processes are zapped, so that the next access calls mctl_space_resolve(), which
 * refuses it. The shadow keeps its leaf, and the frame its references; the frame is
 * set aside when the last one is dropped.
 *
 * Locks: arena->regions->lock, and each family->lock inside.
 */
#include "spaces/space_internal.h"

/* Page and family of a frame, as recorded by space_frame.c. */
static u32 page_of(struct mctl_arena *arena, u32 fn, u32 *family)
{
	u32 page;

	preempt_disable();
	page = arena->table.tag[fn];
	*family = arena->table.link[fn].prev;
	preempt_enable();
	return page;
}

/**
 * mctl_space_hwpoison() - zap a frame with a memory error in every process
 * @arena: the arena
 * @fn: a frame in use by a region, or the first frame of a block
 *
 * For the frame of zeros, all spaces are zapped entirely. A frame of a kernel region
 * stays mapped, because the users of the region hold its addresses.
 *
 * Context: Process context, may sleep. arena->resize may be held for reading. Takes
 * arena->regions->lock, then family->lock.
 */
void mctl_space_hwpoison(struct mctl_arena *arena, u32 fn)
{
	struct mctl_space *space;
	u32 page, id;

	mutex_lock(&arena->regions->lock);
	page = page_of(arena, fn, &id);
	list_for_each_entry(space, &arena->spaces->list, list) {
		bool zeros = fn == arena->spaces->zero;

		if (!zeros && (space->family->id != id || page >= space->nr_pages))
			continue;
		mutex_lock(&space->family->lock);
		if (zeros)
			mctl_space_zap(space, 0, space->nr_pages);
		else
			mctl_space_zap(space, page, min(space->nr_pages - page, MCTL_LEAVES));
		mutex_unlock(&space->family->lock);
	}
	mutex_unlock(&arena->regions->lock);
}
