/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why: what an allocation would find in each zone, and would come to. See why.c.
 */
#ifndef MCTL_FRAMES_WHY_H
#define MCTL_FRAMES_WHY_H

#include "frames/zone.h"

struct mctl_arena;

/**
 * struct mctl_why - what one zone says to a request
 * @node: of the zone
 * @type: enum memctl_zone_type of the zone
 * @reason: enum memctl_reason; MEMCTL_REASON_NONE when it would serve it
 * @nr_free: frames on free lists, as are all that follows but @nr_cached
 * @nr_cached: frames in frame caches
 * @need: frames that must be free for the request to be granted
 * @wmark_min: frames
 * @reserve: frames, against requests of this type
 * @largest: highest order with a free block, or U32_MAX
 * @block_order: order of the block that would be taken, or U32_MAX
 * @from_mt: migratetype of the list that it is on, or U32_MAX
 * @nr_suitable: blocks of at least the order asked for
 * @fragmentation_index: thousandths, -1000 when a block is free
 */
struct mctl_why {
	u32 node, type, reason, nr_free, nr_cached, need, wmark_min, reserve, largest, block_order;
	u32 from_mt, nr_suitable;
	int fragmentation_index;
};

int mctl_zone_why(struct mctl_arena *arena, const struct mctl_request *request,
		  struct mctl_why *rows, unsigned int nr, bool *granted);

#endif /* MCTL_FRAMES_WHY_H */
