// SPDX-License-Identifier: GPL-2.0
/*
 * Finds spaces, and holds them so that they are not removed (S10 of space.c).
 *
 * Locks: arena->regions->lock for the list and for lookups.
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
 * mctl_space_exists() - test whether a name is that of a space
 * @arena: the arena
 * @name: name of the region
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: whether there is a space of this name; false if the process is killed.
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
 * mctl_space_get() - find a space and hold it, so that it cannot be removed
 * @arena: the arena
 * @name: name of the region
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: the space, or NULL if there is none of this name or the process is killed.
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

/* mctl_space_get() with an error text for NULL. */
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
 * mctl_space_get_from() - find the first space whose id is at least @id, and hold it
 * @arena: the arena
 * @id: lowest id to look for
 *
 * For callers that iterate over all spaces, or return to one by its mctl_space_id().
 *
 * Context: Process context, may sleep. Takes arena->regions->lock.
 * Return: the space, or NULL if there are no more or the process is killed.
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
 * mctl_space_id() - id of a space in its arena
 * @space: the space, held by the caller
 *
 * Context: Any context.
 * Return: the id, which is not 0, is never reused, and grows in the order of creation.
 */
u64 mctl_space_id(const struct mctl_space *space)
{
	return space->id.value;
}

/**
 * mctl_space_name() - name of a space
 * @space: the space, held by the caller
 *
 * Context: Any context.
 * Return: the name.
 */
const char *mctl_space_name(const struct mctl_space *space)
{
	return space->name;
}

/**
 * mctl_space_hold() - hold a space that is held already
 * @space: the space, held by the caller
 *
 * Context: Any context.
 */
void mctl_space_hold(struct mctl_space *space)
{
	atomic_inc(&space->nr_holds);
}

/**
 * mctl_space_try_hold() - hold a space, unless it is being created or removed
 * @space: the space; the caller has the lock of the list or inode where it found it
 *	   (arena->regions->lock or inode->i_lock), so that it is not freed
 *
 * Context: Any context.
 * Return: whether the space is held now, until mctl_space_put().
 */
bool mctl_space_try_hold(struct mctl_space *space)
{
	return atomic_inc_unless_negative(&space->nr_holds);
}

/**
 * mctl_space_put() - release a space
 * @space: the space, held by mctl_space_get() or mctl_space_try_hold()
 *
 * The space may be freed before this returns, and must not be used afterwards.
 *
 * Context: Any context.
 */
void mctl_space_put(struct mctl_space *space)
{
	atomic_dec(&space->nr_holds);
}

/**
 * mctl_space_file_hold() - hold a space for a file or a loan
 * @space: the space, held by the caller
 *
 * Context: Any context.
 */
void mctl_space_file_hold(struct mctl_space *space)
{
	atomic_inc(&space->nr_holds);
	atomic_inc(&space->nr_files);
}

/**
 * mctl_space_file_put() - undo mctl_space_file_hold()
 * @space: the space, held by mctl_space_file_hold() or mctl_space_inode_get()
 *
 * Context: Any context.
 */
void mctl_space_file_put(struct mctl_space *space)
{
	atomic_dec(&space->nr_files);
	mctl_space_put(space);
}
