/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an arena takes from the host: made, grown, shrunk and taken apart with it.
 * See arena_size.c.
 */
#ifndef MCTL_ARENAS_ARENA_SIZE_H
#define MCTL_ARENAS_ARENA_SIZE_H

#include <linux/nodemask.h>
#include <linux/types.h>
#include "host/error.h"

struct mctl_arena;

/**
 * struct mctl_arena_params - what to take
 * @name: of the arena
 * @size: bytes in all
 * @dma: bytes of it from zone DMA
 * @dma32: bytes of it from zone DMA32
 * @nodes: nodes to share the rest between
 * @no_cpu_caches: what is freed goes to its free list or slab at once
 */
struct mctl_arena_params {
	const char *name;
	u64 size;
	u64 dma;
	u64 dma32;
	nodemask_t nodes;
	bool no_cpu_caches;
};

int mctl_arena_build(struct mctl_arena *arena, const struct mctl_arena_params *params,
		     struct mctl_error *error);
void mctl_arena_dismantle(struct mctl_arena *arena);
int mctl_arena_grow(struct mctl_arena *arena, u64 size, const nodemask_t *nodes, u64 *got,
		    struct mctl_error *error);
int mctl_arena_shrink(struct mctl_arena *arena, u64 size, u64 *given, struct mctl_error *error);

#endif /* MCTL_ARENAS_ARENA_SIZE_H */
