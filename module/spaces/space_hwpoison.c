// SPDX-License-Identifier: GPL-2.0
/*
 * A frame of a region that has a hardware memory error: the entries of
 * processes go, so that the next access asks mctl_space_resolve(), which
 * refuses it. The shadow keeps its leaf, and the frame its references: it is
 * set aside when the last one goes.
 *
 * Locks: regions.lock, and each family->lock inside.
 */
#include "spaces/space_internal.h"

/* The page that a frame backs, and the family, as space_frame.c keeps them. */
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
 * mctl_space_hwpoison() - take a frame with an error out of every process's tables
 * @arena: the arena
 * @fn: a frame in use by a region, or the first one of a block
 *
 * The frame of zeros goes out of all spaces. What backs a region in the kernel
 * stays where it is: its users hold addresses.
 *
 * Context: Process context, may sleep. arena->resize may be held for reading.
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
