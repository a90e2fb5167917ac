// SPDX-License-Identifier: GPL-2.0
/*
 * Reports accesses to spaces without a process, and pages that their shadows
 * unmap, to the registered follower.
 *
 * Locks: family->lock, held by the callers; the follower takes its own inside.
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
 * mctl_space_follow() - change the number of followers of an arena's spaces
 * @arena: the arena
 * @change: added to the number of followers
 *
 * Context: Any context; the follower's lock serialises.
 */
void mctl_space_follow(struct mctl_arena *arena, int change)
{
	WRITE_ONCE(arena->spaces->nr_followers, arena->spaces->nr_followers + change);
}

/**
 * mctl_space_tell() - report an access to the follower
 * @space: the space; family->lock is held
 * @address: address in the space
 * @access: the access, which the shadow allows
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
 * mctl_space_forget() - report to the follower that the shadow of a range changes
 * @space: the space; family->lock is held
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
