// SPDX-License-Identifier: GPL-2.0
/*
 * Planted damage in the records of regions: vmas, counts, families, shadows.
 *
 * Locks: arena->regions->lock, family->lock, quarantine_lock.
 */
#include "host/flip.h"
#include "spaces/space_internal.h"

static int plant_vma(struct mctl_space *space, const struct mctl_plant *plant,
		     struct mctl_error *error)
{
	struct mctl_vma *vma = &space->vmas.vma[plant->index];

	/* An earlier plant may have damaged the count. */
	if (plant->index >= min(space->vmas.nr, space->vmas.capacity))
		return mctl_fail(error, -ENOENT, "region %s has no vma %llu, only %u vmas",
				 space->name, plant->index, space->vmas.nr);
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_VMA_START:
		MCTL_FLIP(vma->start, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_VMA_END:
		MCTL_FLIP(vma->end, plant->bit);
		return 0;
	default:
		MCTL_FLIP(vma->rights, plant->bit);
		return 0;
	}
}

/* family->lock is held. */
static int plant_in(struct mctl_space *space, const struct mctl_plant *plant,
		    struct mctl_error *error)
{
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_VMA_COUNT:
		MCTL_FLIP(space->vmas.nr, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_VMA_PAGES:
		MCTL_FLIP(space->vmas.nr_pages, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SPACE_FRAMES:
		MCTL_FLIP(space->nr_frames, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SPACE_ZERO:
		MCTL_FLIP(space->nr_zero, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SPACE_LENT:
		MCTL_FLIP(space->nr_lent, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SPACE_AWAY:
		MCTL_FLIP(space->nr_away, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SPACE_READING:
		MCTL_FLIP(space->nr_reading, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SPACE_LIMIT:
		MCTL_FLIP(space->limit, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SPACE_QUARANTINE:
		spin_lock(&space->arena->spaces->quarantine_lock);
		MCTL_FLIP(space->nr_quarantine, plant->bit);
		spin_unlock(&space->arena->spaces->quarantine_lock);
		return 0;
	case MEMCTL_PLANT_SITE_FAMILY_FRAMES:
		MCTL_FLIP(space->family->nr_frames, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_FAMILY_SPACES:
		MCTL_FLIP(space->family->nr_spaces, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SHADOW_MAPPED:
		MCTL_FLIP(space->shadow.pt.nr_mapped, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SHADOW_TABLES:
		MCTL_FLIP(space->shadow.pt.nr_tables, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_SHADOW_LIST:
		MCTL_FLIP(space->shadow.nr_tables, plant->bit);
		return 0;
	default:
		return plant_vma(space, plant, error);
	}
}

static int plant_space(struct mctl_arena *arena, const struct mctl_plant *plant,
		       struct mctl_error *error)
{
	struct mctl_space *space;
	int ret;

	if (!plant->region)
		return mctl_fail(error, -EINVAL, "site %u is of a region, which has to be named",
				 plant->site);
	space = mctl_space_need(arena, plant->region, error);
	if (!space)
		return -ENOENT;
	mutex_lock(&space->family->lock);
	ret = plant_in(space, plant, error);
	mutex_unlock(&space->family->lock);
	mctl_space_put(space);
	return ret;
}

/**
 * mctl_space_plant() - flip a bit of the records of regions
 * @arena: the arena
 * @plant: which bit
 * @error: text on failure
 *
 * Until a second call restores the bit, regions must only be verified, not used.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, family->lock or quarantine_lock.
 * Return: 0; -ENOENT if there is no such region or vma; -EINVAL if @plant names no region for a
 * site of a region.
 */
int mctl_space_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error)
{
	int ret = 0;

	switch (plant->site) {
	case MEMCTL_PLANT_SITE_SPACES:
		mutex_lock(&arena->regions->lock);
		MCTL_FLIP(arena->spaces->nr, plant->bit);
		mutex_unlock(&arena->regions->lock);
		break;
	case MEMCTL_PLANT_SITE_REGIONS:
		mutex_lock(&arena->regions->lock);
		MCTL_FLIP(arena->regions->nr, plant->bit);
		mutex_unlock(&arena->regions->lock);
		break;
	case MEMCTL_PLANT_SITE_QUARANTINE:
		spin_lock(&arena->spaces->quarantine_lock);
		MCTL_FLIP(arena->spaces->nr_quarantine, plant->bit);
		spin_unlock(&arena->spaces->quarantine_lock);
		break;
	default:
		ret = plant_space(arena, plant, error);
	}
	return ret;
}
