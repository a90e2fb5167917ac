/* SPDX-License-Identifier: GPL-2.0 */
/* Taking back what the CPUs keep of an arena; see drain.c. */
#ifndef MCTL_ARENAS_DRAIN_H
#define MCTL_ARENAS_DRAIN_H

#include <linux/types.h>
#include "host/error.h"

struct mctl_arena;

/**
 * struct mctl_drained - what the CPUs gave back
 * @nr_objects: objects in magazines
 * @nr_frames: frames in frame caches
 */
struct mctl_drained {
	u64 nr_objects;
	u64 nr_frames;
};

int mctl_arena_drain(struct mctl_arena *arena, struct mctl_drained *drained,
		     struct mctl_error *error);

#endif /* MCTL_ARENAS_DRAIN_H */
