// SPDX-License-Identifier: GPL-2.0
/*
 * Reports accesses to spaces without a process, and what their shadows unmap,
 * to the registered follower.
 *
 * Locks: the family's is held by the callers; the follower takes its own inside.
 */
#include "spaces/space_follow.h"
#include "spaces/space_internal.h"

/* Set before the first arena is made. */
static const struct mctl_space_follower *follower;

/**
 * mctl_space_set_follower() - register the follower
 * @new: the follower
 *
 * Context: Process context, at module init, before the first arena is made.
 */
void mctl_space_set_follower(const struct mctl_space_follower *new)
{
	follower = new;
}

/**
 * mctl_space_follow() - follow what is touched in an arena's spaces, or do not any more
 * @arena: the arena
 * @change: how many more follow; less than 0 for fewer
 *
 * Context: Any; the follower's lock serialises.
 */
void mctl_space_follow(struct mctl_arena *arena, int change)
{
	WRITE_ONCE(arena->spaces->nr_followers, arena->spaces->nr_followers + change);
}

/**
 * mctl_space_tell() - tell whoever follows a space of an access that it allows
 * @space: family->lock is held
 * @address: in the space
 * @access: what came of it
 *
 * Context: Process context, may sleep.
 */
void mctl_space_tell(const struct mctl_space *space, u64 address, const struct mctl_access *access)
{
	struct mctl_space_touch touch;
	u64 entry;

	if (likely(!mctl_space_followed(space->arena)))
		return;
	entry = mctl_space_small(space, access->page, access->level, access->entry);
	touch = (struct mctl_space_touch){
		.region = space->name,
		.address = address,
		.offset = address - MCTL_SPACE_START,
		.pfn = mctl_ptable_target(&space->shadow.pt, entry),
		.large = access->level > 1,
		.writable = entry & MCTL_PT_RW,
		.dirty = entry & MCTL_PT_D,
		.write = access->write,
	};
	follower->touch(space->arena, &touch);
}

/**
 * mctl_space_forget() - have whoever follows a space forget a part of it
 * @space: family->lock is held
 * @page: first page
 * @nr: pages
 *
 * Context: Process context, may sleep.
 */
void mctl_space_forget(const struct mctl_space *space, u32 page, u32 nr)
{
	if (unlikely(mctl_space_followed(space->arena)))
		follower->forget(space->arena, space->name, mctl_space_address(page),
				 (u64)page << PAGE_SHIFT, nr);
}
