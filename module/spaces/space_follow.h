/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The follower of accesses to spaces: the models of TLBs. They register
 * themselves, so that spaces/ does not call a higher wing. See space_follow.c.
 */
#ifndef MCTL_SPACES_SPACE_FOLLOW_H
#define MCTL_SPACES_SPACE_FOLLOW_H

#include "spaces/space.h"

/**
 * struct mctl_space_touch - an access to a space
 * @region: name of the region
 * @address: address in the region
 * @offset: offset of @address in the region, for formats of 32 bits
 * @pfn: pfn of the 4 KiB page that @address translates to
 * @large: @address is mapped by a leaf of 2 MiB
 * @writable: the leaf has RW
 * @dirty: the leaf has D
 * @write: the access is for writing
 */
struct mctl_space_touch {
	const char *region;
	u64 address, offset, pfn;
	bool large, writable, dirty, write;
};

/**
 * struct mctl_space_follower - callbacks of the follower
 * @touch: an access was made, which the shadow allows
 * @forget: the translation of @nr pages from @address on (@offset in the region) changes
 *
 * Both are called with family->lock held, and may sleep.
 */
struct mctl_space_follower {
	void (*touch)(struct mctl_arena *arena, const struct mctl_space_touch *touch);
	void (*forget)(struct mctl_arena *arena, const char *region, u64 address, u64 offset,
		       u32 nr);
};

void mctl_space_set_follower(const struct mctl_space_follower *new);
void mctl_space_follow(struct mctl_arena *arena, int change);

/* Whether a follower wants reports of the arena's spaces. */
static inline bool mctl_space_followed(const struct mctl_arena *arena)
{
	return READ_ONCE(arena->spaces->nr_followers);
}

#endif /* MCTL_SPACES_SPACE_FOLLOW_H */
