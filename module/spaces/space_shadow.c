// SPDX-License-Identifier: GPL-2.0
/*
 * Shows, walks and damages the shadow of a space. See space.c for the lock.
 */
#include <linux/mm.h>
#include <linux/string.h>
#include "spaces/space_internal.h"

/**
 * mctl_space_flip() - flip a bit of a shadow, to test that the checks find the damage
 * @arena: the arena
 * @name: name of the region
 * @address: address in the region
 * @level: level of the entry's table, 1 for the leaf of 4 KiB
 * @bit: bit of the entry, 0 to 63
 * @error: text on failure; may be NULL
 *
 * The tables of processes are not touched. A second call restores the bit. Until then the region
 * must only be verified, not used.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -EINVAL for a bad level or bit; -ENOENT if there is no such region, or the walk ends
 * above @level; -EFAULT if @address is not canonical; -EINTR if the process is killed.
 */
int mctl_space_flip(struct mctl_arena *arena, const char *name, u64 address, u32 level, u32 bit,
		    struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	int ret;

	if (!space)
		return -ENOENT;
	ret = mctl_space_lock(space, error);
	if (!ret) {
		ret = mctl_ptable_flip(&space->shadow.pt, address, level, bit);
		mctl_space_unlock(space);
	}
	mctl_space_put(space);
	if (ret == -EINTR)
		return ret;
	if (ret == -EINVAL)
		mctl_fail(error, ret, "level %u bit %u: level 1 to %u, bit 0 to 63", level, bit,
			  MEMCTL_MAX_LEVELS);
	else if (ret)
		mctl_fail(error, ret, "no entry for address %#llx at level %u of region %s",
			  address, level, name);
	else
		mctl_arena_touch(arena);
	return ret;
}

static void fill_entry(const struct mctl_space *space, const struct mctl_ptable_step *step,
		       struct mctl_pt_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	strscpy(entry->region, space->name, sizeof(entry->region));
	entry->address = step->address;
	entry->entry = step->entry;
	entry->table = step->table;
	entry->level = step->level;
	entry->index = step->index;
	entry->leaf = step->leaf;
}

/**
 * mctl_space_walk() - translate an address, and report each entry of the walk
 * @arena: the arena
 * @name: name of the region
 * @address: address in the region
 * @steps: filled with the entries, the highest level first; hardware is 0, since each process has
 *	   its own tables
 * @physical: set to the physical address that @address translates to, or 0 if it is not mapped
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: the number of @steps filled; -ENOENT if there is no such region; -EFAULT if @address is
 * not canonical; -EINTR if the process is killed.
 */
int mctl_space_walk(struct mctl_arena *arena, const char *name, u64 address,
		    struct mctl_pt_entry steps[MEMCTL_MAX_LEVELS], u64 *physical,
		    struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	struct mctl_ptable_step step[MCTL_PT_MAX_LEVELS];
	unsigned int nr;

	*physical = 0;
	if (!space)
		return -ENOENT;
	if (mctl_space_lock(space, error)) {
		mctl_space_put(space);
		return -EINTR;
	}
	nr = mctl_ptable_steps(&space->shadow.pt, address, step);
	for (unsigned int i = 0; i < nr; i++) {
		fill_entry(space, &step[i], &steps[i]);
		if (step[i].leaf)
			*physical = mctl_ptable_physical(&space->shadow.pt, address, step[i].level,
							 step[i].entry);
	}
	mctl_space_unlock(space);
	mctl_space_put(space);
	if (nr)
		return nr;
	return mctl_fail(error, -EFAULT, "address %#llx is not canonical", address);
}

/**
 * mctl_space_entries() - list the next present entries of a shadow
 * @space: the space, held by the caller
 * @cursor: where to continue; advanced past the entries listed
 * @entries: filled in the order of addresses, parents first
 * @nr: room in @entries
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: the number of @entries filled, 0 at the end; -EINTR if the process is killed.
 */
int mctl_space_entries(struct mctl_space *space, struct mctl_pt_cursor *cursor,
		       struct mctl_pt_entry *entries, unsigned int nr)
{
	struct mctl_ptable_cursor place = { .address = cursor->address, .level = cursor->level };
	struct mctl_ptable_step step;
	int filled = 0;

	if (mctl_space_lock(space, NULL))
		return -EINTR;
	if (!cursor->started)
		mctl_ptable_rewind(&space->shadow.pt, &place);
	while (filled < nr && mctl_ptable_next(&space->shadow.pt, &place, &step))
		fill_entry(space, &step, &entries[filled++]);
	cursor->address = place.address;
	cursor->level = place.level;
	cursor->started = true;
	mctl_space_unlock(space);
	return filled;
}
