// SPDX-License-Identifier: GPL-2.0
/*
 * Planted damage in the frame caches.
 *
 * Locks: none; the machine is stopped, and all work on the caches is done by then.
 */
#include <linux/stop_machine.h>
#include "frames/fcache.h"
#include "host/flip.h"

static int toggle_claim(void *context)
{
	struct mctl_fcache *fc = context;

	fc->self = fc->self == fc ? (struct mctl_fcache *)&mctl_fcache_none : fc;
	return 0;
}

/**
 * mctl_fcache_plant() - flip a bit of a CPU's frame cache
 * @arena: the arena
 * @plant: which bit; MEMCTL_PLANT_SITE_FCACHE claims the cache, and never leaves it
 * @error: text of a refusal
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT if there is no such place, or -EINVAL for a level that no record has.
 */
int mctl_fcache_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		      struct mctl_error *error)
{
	u32 stack = plant->level - 1;
	struct mctl_fcache *fc;

	if (plant->index >= nr_cpu_ids || !cpu_possible(plant->index))
		return mctl_fail(error, -ENOENT, "there is no CPU %llu", plant->index);
	fc = per_cpu_ptr(arena->fcache, plant->index);
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_FCACHE:
		return stop_machine(toggle_claim, fc, NULL);
	case MEMCTL_PLANT_SITE_FCACHE_QUOTA:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(fc->quota), plant->bit);
	case MEMCTL_PLANT_SITE_FCACHE_BUDGET:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(fc->budget), plant->bit);
	default:
		break;
	}
	if (stack >= MCTL_FCACHE_STACKS)
		return mctl_fail(error, -EINVAL, "level %u: 1 to %u, the number of the stack + 1",
				 plant->level, MCTL_FCACHE_STACKS);
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_FCACHE_TOP:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(fc->stack[stack].top), plant->bit);
	case MEMCTL_PLANT_SITE_FCACHE_LIMIT:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(fc->limit[stack]), plant->bit);
	default:
		break;
	}
	if (!mctl_fcache_count(fc, stack))
		return mctl_fail(error, -ENOENT, "stack %u of CPU %llu is empty", stack,
				 plant->index);
	return mctl_flip_stopped(MCTL_FLIP_FIELD(fc->entry[fc->range[stack].base + 1U]),
				 plant->bit);
}
