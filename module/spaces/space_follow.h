/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who follows what is touched in spaces: the models of TLBs. They register
 * themselves, so that spaces call nobody above them. See space_follow.c.
 */
#ifndef MCTL_SPACES_SPACE_FOLLOW_H
#define MCTL_SPACES_SPACE_FOLLOW_H

#include "spaces/space.h"

/**
 * struct mctl_space_touch - an access to a space
 * @region: its name
 * @address: in the region
 * @offset: the same, from the region's first byte on: for formats of 32 bits
 * @pfn: frame of 4 KiB that @address leads to
 * @large: it is part of a leaf of 2 MiB
 * @writable: the leaf has RW
 * @dirty: the leaf has D
 * @write: for writing
 */
struct mctl_space_touch {
	const char *region;
	u64 address, offset, pfn;
	bool large, writable, dirty, write;
};

/**
 * struct mctl_space_follower - who follows
 * @touch: of an access, which the shadow allows by now
 * @forget: the shadow changed what @nr pages from @address on (@offset in the region) lead to
 *
 * Both are called with the lock of the space's family held, and may sleep.
 */
struct mctl_space_follower {
	void (*touch)(struct mctl_arena *arena, const struct mctl_space_touch *touch);
	void (*forget)(struct mctl_arena *arena, const char *region, u64 address, u64 offset,
		       u32 nr);
};

void mctl_space_set_follower(const struct mctl_space_follower *new);
void mctl_space_follow(struct mctl_arena *arena, int change);

/* Whether somebody follows a space of the arena: else nobody need be told. */
static inline bool mctl_space_followed(const struct mctl_arena *arena)
{
	return READ_ONCE(arena->spaces->nr_followers);
}

#endif /* MCTL_SPACES_SPACE_FOLLOW_H */
