// SPDX-License-Identifier: GPL-2.0
/*
 * Draining the per-CPU caches of an arena, so that its free lists show all of its
 * free memory.
 *
 * Objects are drained first, because a slab that becomes empty may be freed to a
 * frame cache. Empty slabs up to the cache's limit are kept, see
 * mctl_cache_shrink().
 *
 * Locks: none of its own; none is held from one cache to the next.
 */
#include <linux/sched/signal.h>
#include "arenas/drain.h"
#include "frames/fcache.h"
#include "objects/cache.h"

/**
 * mctl_arena_drain() - the CPUs' frames back to the zones, and their objects to the slabs
 * @arena: the arena
 * @drained: what was given back, after a failure too
 * @error: text on failure
 *
 * What is freed meanwhile may be in a CPU's cache again when this returns.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EINTR if the process is killed.
 */
int mctl_arena_drain(struct mctl_arena *arena, struct mctl_drained *drained,
		     struct mctl_error *error)
{
	struct mctl_cache *cache;
	u32 id;

	*drained = (struct mctl_drained){};
	for (id = 0; (cache = mctl_cache_next(arena, &id)); id++) {
		drained->nr_objects += mctl_cache_drain(cache);
		mctl_cache_drop(cache);
		if (fatal_signal_pending(current))
			return mctl_fail(error, -EINTR, "arena %s: killed while it was drained",
					 arena->name);
		cond_resched();
	}
	mctl_fcache_drain_count(arena, &drained->nr_frames);
	if (drained->nr_objects || drained->nr_frames)
		mctl_arena_touch(arena);
	return 0;
}
