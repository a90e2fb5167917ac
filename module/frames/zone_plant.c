// SPDX-License-Identifier: GPL-2.0
/*
 * Planted damage in zones: counts, classes, watermarks.
 *
 * Locks: the machine is stopped.
 */
#include "frames/zone.h"
#include "host/arena.h"
#include "host/flip.h"

/* The highest class of movable pageblocks that has one. */
static u32 *class_head(struct mctl_zone *zone)
{
	struct mctl_area *area = &zone->buddy.area[MCTL_MT_MOVABLE];
	unsigned int klass = MCTL_NR_ORDERS;

	while (klass--)
		if (area->head[klass] != MCTL_FN_NONE)
			return &area->head[klass];
	return NULL;
}

static int plant_class(struct mctl_zone *zone, const struct mctl_plant *plant,
		       struct mctl_error *error)
{
	struct mctl_area *area = &zone->buddy.area[MCTL_MT_MOVABLE];
	u32 *head = class_head(zone);

	switch (plant->site) {
	case MEMCTL_PLANT_SITE_CLASS_MASK:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(area->mask), plant->bit);
	case MEMCTL_PLANT_SITE_CLASS_COUNT:
		if (plant->level < 1 || plant->level > MCTL_NR_ORDERS)
			return mctl_fail(error, -EINVAL, "level %u: 1 to %u, the order + 1",
					 plant->level, MCTL_NR_ORDERS);
		return mctl_flip_stopped(MCTL_FLIP_FIELD(area->nr_free[plant->level - 1]),
					 plant->bit);
	default:
		if (!head)
			return mctl_fail(error, -ENOENT, "zone %u has no movable pageblock",
					 zone->index);
		return mctl_flip_stopped(MCTL_FLIP_FIELD(*head), plant->bit);
	}
}

/**
 * mctl_zone_plant() - flip a bit of a zone's records
 * @arena: the arena
 * @plant: which bit
 * @error: text of a refusal
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOENT when there is no such place, or -EINVAL for a level that no record has.
 */
int mctl_zone_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		    struct mctl_error *error)
{
	struct mctl_zone *zone;

	if (plant->index >= arena->nr_zones)
		return mctl_fail(error, -ENOENT, "arena %s has no zone %llu, only %u zones",
				 arena->name, plant->index, arena->nr_zones);
	zone = &arena->zones[plant->index];
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_FREE_COUNT:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(zone->buddy.nr_free), plant->bit);
	case MEMCTL_PLANT_SITE_ZONE_FRAMES:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(zone->buddy.nr_frames), plant->bit);
	case MEMCTL_PLANT_SITE_ZONE_TIGHT:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(zone->tight), 0);
	case MEMCTL_PLANT_SITE_WATERMARK_MIN:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(zone->wmark_min), plant->bit);
	case MEMCTL_PLANT_SITE_WATERMARK_LOW:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(zone->wmark_low), plant->bit);
	case MEMCTL_PLANT_SITE_WATERMARK_HIGH:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(zone->wmark_high), plant->bit);
	case MEMCTL_PLANT_SITE_RESERVE:
		return mctl_flip_stopped(MCTL_FLIP_FIELD(zone->reserve[MEMCTL_ZONE_TYPE_NORMAL]),
					 plant->bit);
	default:
		return plant_class(zone, plant, error);
	}
}
