// SPDX-License-Identifier: GPL-2.0
/*
 * Planted damage in the records of handles.
 *
 * Locks: handles.lock.
 */
#include "handles/handle.h"
#include "host/flip.h"

/* Find a slot by its number alone, since kind and serial may be damaged. */
static struct mctl_handle *slot_of(struct mctl_arena *arena, u64 handle)
{
	u32 number = (u32)handle - 1;

	return number < arena->handles->nr_slots ? &arena->handles->slot[number] : NULL;
}

static int plant_slot(struct mctl_arena *arena, const struct mctl_plant *plant,
		      struct mctl_error *error)
{
	struct mctl_handle *slot = slot_of(arena, plant->index);

	if (!slot || (plant->site == MEMCTL_PLANT_SITE_HANDLE && slot->kind == MCTL_HANDLE_FREE))
		return mctl_fail(error, -ENOENT, "arena %s has no handle 0x%llx", arena->name,
				 plant->index);
	switch (plant->site) {
	case MEMCTL_PLANT_SITE_HANDLE_KIND:
		MCTL_FLIP(slot->kind, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_HANDLE_ORDER:
		MCTL_FLIP(slot->order, plant->bit);
		return 0;
	case MEMCTL_PLANT_SITE_HANDLE_SERIAL:
		MCTL_FLIP(slot->serial, plant->bit);
		return 0;
	default:
		if (slot->kind == MEMCTL_KIND_PAGE)
			MCTL_FLIP(slot->fn, plant->bit);
		else
			MCTL_FLIP(slot->object, plant->bit);
		return 0;
	}
}

static int plant_free_list(struct mctl_arena *arena, const struct mctl_plant *plant,
			   struct mctl_error *error)
{
	struct mctl_handles *handles = arena->handles;

	if (handles->first_free >= handles->nr_slots)
		return mctl_fail(error, -ENOENT, "arena %s has no free slot for a handle",
				 arena->name);
	MCTL_FLIP(handles->slot[handles->first_free].next_free, plant->bit);
	return 0;
}

/**
 * mctl_handle_plant() - flip a bit of the records of handles
 * @arena: the arena
 * @plant: which bit
 * @error: text of a refusal
 *
 * Context: Process context, may sleep. Takes arena->handles->lock.
 * Return: 0, or -ENOENT if there is no such handle or no free slot.
 */
int mctl_handle_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		      struct mctl_error *error)
{
	int ret = 0;

	mutex_lock(&arena->handles->lock);
	if (plant->site == MEMCTL_PLANT_SITE_HANDLE_COUNT)
		MCTL_FLIP(arena->handles->nr, plant->bit);
	else if (plant->site == MEMCTL_PLANT_SITE_HANDLE_FREE)
		ret = plant_free_list(arena, plant, error);
	else
		ret = plant_slot(arena, plant, error);
	mutex_unlock(&arena->handles->lock);
	return ret;
}
