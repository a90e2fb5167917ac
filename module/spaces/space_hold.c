// SPDX-License-Identifier: GPL-2.0
/*
 * Finding spaces and holding them, so that they are not removed (S10 of space.c).
 *
 * Locks: arena->regions->lock for the list and to find.
 */
#include <linux/lockdep.h>
#include <linux/string.h>
#include "spaces/space_internal.h"

struct mctl_space *mctl_space_find(struct mctl_arena *arena, const char *name)
{
	struct mctl_space *space;

	lockdep_assert_held(&arena->regions->lock);
	list_for_each_entry(space, &arena->spaces->list, list) {
		if (!strcmp(space->name, name))
			return space;
	}
	return NULL;
}

/**
 * mctl_space_exists() - whether a region is a space
 * @arena: the arena
 * @name: of the region
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: whether there is a space of this name; false for a process that is killed.
 */
bool mctl_space_exists(struct mctl_arena *arena, const char *name)
{
	bool found;

	if (mutex_lock_killable(&arena->regions->lock))
		return false;
	found = mctl_space_find(arena, name);
	mutex_unlock(&arena->regions->lock);
	return found;
}

/**
 * mctl_space_get() - hold a space, so that it cannot be removed
 * @arena: the arena
 * @name: of the region
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: the space, or NULL when there is none of this name, and for a process that is killed.
 */
struct mctl_space *mctl_space_get(struct mctl_arena *arena, const char *name)
{
	struct mctl_space *space;

	if (mutex_lock_killable(&arena->regions->lock))
		return NULL;
	space = mctl_space_find(arena, name);
	if (space && !mctl_space_try_hold(space))
		space = NULL;
	mutex_unlock(&arena->regions->lock);
	return space;
}

/* The same, and the text when there is none. */
struct mctl_space *mctl_space_need(struct mctl_arena *arena, const char *name,
				   struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_get(arena, name);

	if (!space)
		mctl_fail(error, -ENOENT, "arena %s has no region %s for processes", arena->name,
			  name);
	return space;
}

/**
 * mctl_space_get_from() - hold the space of the lowest id from some id on
 * @arena: the arena
 * @id: the id
 *
 * For who goes through them all, or comes back to one by mctl_space_id().
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: the space, or NULL when there are no more, and for a process that is killed.
 */
struct mctl_space *mctl_space_get_from(struct mctl_arena *arena, u64 id)
{
	struct mctl_space *space = NULL;
	struct mctl_id *found;

	if (mutex_lock_killable(&arena->regions->lock))
		return NULL;
	found = mctl_ids_from(&arena->spaces->ids, id);
	if (found) {
		space = container_of(found, struct mctl_space, id);
		if (!mctl_space_try_hold(space))
			space = NULL;
	}
	mutex_unlock(&arena->regions->lock);
	return space;
}

/**
 * mctl_space_id() - number of a space in its arena
 * @space: held
 *
 * Context: Any context.
 * Return: the id: not 0, never given twice, and in the order of the spaces' age.
 */
u64 mctl_space_id(const struct mctl_space *space)
{
	return space->id.value;
}

/**
 * mctl_space_name() - name of a space
 * @space: held
 *
 * Context: Any context.
 * Return: the name.
 */
const char *mctl_space_name(const struct mctl_space *space)
{
	return space->name;
}

/**
 * mctl_space_hold() - hold a space once more
 * @space: held already
 *
 * Context: Any context.
 */
void mctl_space_hold(struct mctl_space *space)
{
	atomic_inc(&space->nr_holds);
}

/**
 * mctl_space_try_hold() - hold a space that may be about to be removed, or is not made yet
 * @space: on a list, or of an inode, whose lock is held, so that it is not freed
 *
 * Context: Any context.
 * Return: whether it is held, for mctl_space_put().
 */
bool mctl_space_try_hold(struct mctl_space *space)
{
	return atomic_inc_unless_negative(&space->nr_holds);
}

/**
 * mctl_space_put() - let go of a space
 * @space: from mctl_space_get() or mctl_space_try_hold()
 *
 * The space may be gone when this returns.
 *
 * Context: Any context.
 */
void mctl_space_put(struct mctl_space *space)
{
	atomic_dec(&space->nr_holds);
}

/**
 * mctl_space_file_hold() - hold a space for a file or a loan
 * @space: held already
 *
 * Context: Any context.
 */
void mctl_space_file_hold(struct mctl_space *space)
{
	atomic_inc(&space->nr_holds);
	atomic_inc(&space->nr_files);
}

/**
 * mctl_space_file_put() - the way back
 * @space: from mctl_space_file_hold() or mctl_space_inode_get()
 *
 * Context: Any context.
 */
void mctl_space_file_put(struct mctl_space *space)
{
	atomic_dec(&space->nr_files);
	mctl_space_put(space);
}
