// SPDX-License-Identifier: GPL-2.0
/*
 * The register of the names of an arena's regions.
 *
 * N1  A region of either kind (kernel region or space) is registered for as long
 *     as it can be found by name, and no name is registered twice.
 *
 * Locks: arena->regions->lock.
 */
#include <linux/ctype.h>
#include <linux/lockdep.h>
#include <linux/string.h>
#include "host/arena.h"
#include "regions/names.h"

/**
 * mctl_name_check() - check that a string is valid as the name of a region
 * @text: the string
 * @error: why not; may be NULL
 *
 * Context: Any context.
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
 * mctl_name_is_free() - check that no region has a name yet
 * @arena: the arena
 * @text: the name
 * @error: why not; may be NULL
 *
 * Context: Process context, arena->regions->lock held.
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
 * mctl_name_add() - register the name of a region
 * @arena: the arena
 * @name: the region's entry in the register
 * @text: the name, which is free; must stay valid until mctl_name_del()
 *
 * Context: Process context, arena->regions->lock held.
 */
void mctl_name_add(struct mctl_arena *arena, struct mctl_name *name, const char *text)
{
	lockdep_assert_held(&arena->regions->lock);
	name->text = text;
	list_add_tail(&name->list, &arena->regions->names);
}

/**
 * mctl_name_del() - remove the name of a region from the register
 * @name: the region's entry in the register
 *
 * Context: Process context, arena->regions->lock held.
 */
void mctl_name_del(struct mctl_name *name)
{
	list_del(&name->list);
}

/**
 * mctl_names_count() - count the registered names
 * @arena: the arena
 *
 * Context: Process context, arena->regions->lock held.
 * Return: the number of regions of both kinds (N1).
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
