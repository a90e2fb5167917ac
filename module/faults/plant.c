// SPDX-License-Identifier: GPL-2.0
/*
 * Planted damage: flips one bit of the arena's own records, to test that
 * verify finds it. Only in a module that was loaded with plant=1.
 *
 * Locks: those of the records, or the machine is stopped, so that nothing but
 * the bit is wrong. The place is looked up through records that no plant
 * damages, so that the same call restores the bit.
 */
#include <linux/moduleparam.h>
#include "faults/plant.h"
#include "frames/fcache.h"
#include "frames/frame.h"
#include "handles/handle.h"
#include "host/inject_site.h"
#include "models/tlb.h"
#include "objects/cache.h"
#include "regions/region.h"
#include "spaces/space.h"

/* Whether the module was loaded with plant=1. */
static bool allowed;
module_param_named(plant, allowed, bool, 0444);
MODULE_PARM_DESC(plant, "let root damage the arena's records, to see it found (n)");

static int plant_pte(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error)
{
	if (plant->region)
		return mctl_space_flip(arena, plant->region, plant->address, plant->level,
				       plant->bit, error);
	return mctl_region_flip(arena, plant->address, plant->level, plant->bit, error);
}

static int plant_bit(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error)
{
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_PTE:
		return plant_pte(arena, plant, error);
	case MEMCTL_PLANT_SITE_VMA_START ... MEMCTL_PLANT_SITE_SHADOW_LIST:
	case MEMCTL_PLANT_SITE_SPACE_AWAY ... MEMCTL_PLANT_SITE_SPACE_QUARANTINE:
		return mctl_space_plant(arena, plant, error);
	default:
		break;
	}
	if (plant->region)
		return mctl_fail(error, -EINVAL, "site %u is not of a region", plant->site);
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_FRAME_STATE:
	case MEMCTL_PLANT_SITE_FRAME_LINK:
	case MEMCTL_PLANT_SITE_EXTENT:
	case MEMCTL_PLANT_SITE_FRAME_PREV ... MEMCTL_PLANT_SITE_LIST_PREV:
	case MEMCTL_PLANT_SITE_ARENA_FRAMES ... MEMCTL_PLANT_SITE_ARENA_CHUNKS:
	case MEMCTL_PLANT_SITE_HWPOISON_COUNT ... MEMCTL_PLANT_SITE_HWPOISON_ASIDE:
		return mctl_frame_plant(arena, plant, error);
	case MEMCTL_PLANT_SITE_FREE_COUNT:
	case MEMCTL_PLANT_SITE_CLASS_MASK ... MEMCTL_PLANT_SITE_RESERVE:
		return mctl_zone_plant(arena, plant, error);
	case MEMCTL_PLANT_SITE_SLAB_LINK ... MEMCTL_PLANT_SITE_REDZONE:
	case MEMCTL_PLANT_SITE_MAGAZINE_TOP ... MEMCTL_PLANT_SITE_DEPOT_EMPTY:
	case MEMCTL_PLANT_SITE_SLAB_COOKIE ... MEMCTL_PLANT_SITE_MAGAZINE_MARK:
		return mctl_cache_plant(arena, plant, error);
	case MEMCTL_PLANT_SITE_FCACHE:
	case MEMCTL_PLANT_SITE_FCACHE_TOP ... MEMCTL_PLANT_SITE_FCACHE_BUDGET:
		return mctl_fcache_plant(arena, plant, error);
	case MEMCTL_PLANT_SITE_HANDLE:
	case MEMCTL_PLANT_SITE_HANDLE_KIND ... MEMCTL_PLANT_SITE_HANDLE_COUNT:
		return mctl_handle_plant(arena, plant, error);
	case MEMCTL_PLANT_SITE_SPACES ... MEMCTL_PLANT_SITE_REGIONS:
		return mctl_space_plant(arena, plant, error);
	case MEMCTL_PLANT_SITE_TLB_PAGE ... MEMCTL_PLANT_SITE_TLBS:
		return mctl_tlbs_plant(arena, plant->site, plant->index, plant->bit, error);
	case MEMCTL_PLANT_SITE_INJECT_SITES ... MEMCTL_PLANT_SITE_INJECT_FAULTS:
		return mctl_inject_plant(arena, plant->site, plant->bit, error);
	default:
		return mctl_fail(error, -EINVAL, "site %u: the last one is %u", plant->site,
				 MEMCTL_PLANT_SITE_MAX);
	}
}

/**
 * mctl_plant() - flip a bit in the arena's own records
 * @arena: the arena
 * @plant: which bit
 * @error: text on failure
 *
 * For tests of mctl_verify(). The same call again repairs the damage.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EPERM unless the module was loaded with plant=1; -ENOENT if there
 * is no such place; -EINVAL for an unknown site, or for a region with a site
 * that takes none.
 */
int mctl_plant(struct mctl_arena *arena, const struct mctl_plant *plant, struct mctl_error *error)
{
	int ret;

	if (!allowed)
		return mctl_fail(error, -EPERM,
				 "damage can be planted in a module loaded with plant=1 alone");
	ret = plant_bit(arena, plant, error);
	if (!ret)
		mctl_arena_touch(arena);
	return ret;
}
