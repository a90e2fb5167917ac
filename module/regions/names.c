// SPDX-License-Identifier: GPL-2.0
/*
 * The register of the names of an arena's regions.
 *
 * N1  A region of either kind is registered from when it can be found to when
 *     it cannot be found any more, and no name twice.
 *
 * Locks: arena->regions->lock.
 */
#include <linux/ctype.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "host/arena.h"
#include "regions/names.h"

/**
 * mctl_name_check() - whether a text can be the name of a region
 * @text: the text
 * @error: why not; may be NULL
 *
 * Context: Any.
 * Return: 0 or -EINVAL.
 */
int mctl_name_check(const char *text, struct mctl_error *error)
{
	size_t length = strlen(text);
	bool good = length >= 1 && length <= MEMCTL_NAME_MAX;

	for (size_t i = 0; good && i < length; i++)
		good = isascii(text[i]) && (isalnum(text[i]) || strchr("_.-", text[i]));
	if (good)
		return 0;
	return mctl_fail(error, -EINVAL, "region name: 1 to %u letters, digits, '_', '.' and '-'",
			 MEMCTL_NAME_MAX);
}

/**
 * mctl_name_is_free() - whether no region has a name
 * @arena: whose regions
 * @text: the name
 * @error: why not; may be NULL
 *
 * Context: Process, arena->regions->lock is held.
 * Return: 0 or -EEXIST.
 */
int mctl_name_is_free(struct mctl_arena *arena, const char *text, struct mctl_error *error)
{
	const struct mctl_name *name;

	lockdep_assert_held(&arena->regions->lock);
	list_for_each_entry(name, &arena->regions->names, list) {
		if (!strcmp(name->text, text))
			return mctl_fail(error, -EEXIST, "region %s exists in arena %s", text,
					 arena->name);
	}
	return 0;
}

/**
 * mctl_name_add() - take a name that is free
 * @arena: whose region
 * @name: entry of the region
 * @text: the name, part of the region
 *
 * Context: Process, arena->regions->lock is held.
 */
void mctl_name_add(struct mctl_arena *arena, struct mctl_name *name, const char *text)
{
	lockdep_assert_held(&arena->regions->lock);
	name->text = text;
	list_add_tail(&name->list, &arena->regions->names);
}

/**
 * mctl_name_del() - give a name back
 * @name: entry of a region that cannot be found any more
 *
 * Context: Process, arena->regions->lock is held.
 */
void mctl_name_del(struct mctl_name *name)
{
	list_del(&name->list);
}

/**
 * mctl_names_count() - how many names are taken
 * @arena: whose regions
 *
 * Context: Process, arena->regions->lock is held.
 * Return: as many as there are regions of both kinds (N1).
 */
u32 mctl_names_count(const struct mctl_arena *arena)
{
	const struct list_head *entry;
	u32 nr = 0;

	lockdep_assert_held(&arena->regions->lock);
	list_for_each(entry, &arena->regions->names)
		nr++;
	return nr;
}
