/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of an arena's regions, kernel regions and spaces alike: one register
 * for both, so that neither part has to know of the other. See names.c.
 */
#ifndef MCTL_REGIONS_NAMES_H
#define MCTL_REGIONS_NAMES_H

#include <linux/list.h>
#include <linux/mutex.h>
#include "host/error.h"
#include "host/ids.h"

struct mctl_arena;

/**
 * struct mctl_regions - the regions of an arena
 * @lock: protects the other fields; its place in the lock order is in host/arena.h
 * @list: struct mctl_region
 * @names: struct mctl_name, of regions on @list and of spaces
 * @ids: ids of the regions on @list
 * @nr: entries of @list
 */
struct mctl_regions {
	struct mutex lock;
	struct list_head list;
	struct list_head names;
	struct mctl_ids ids;
	u32 nr;
};

/**
 * struct mctl_name - a name in the register
 * @list: entry of arena->regions->names; arena->regions->lock
 * @text: the name; must stay valid while it is registered
 */
struct mctl_name {
	struct list_head list;
	const char *text;
};

int mctl_name_check(const char *text, struct mctl_error *error);
int mctl_name_is_free(struct mctl_arena *arena, const char *text, struct mctl_error *error);
void mctl_name_add(struct mctl_arena *arena, struct mctl_name *name, const char *text);
void mctl_name_del(struct mctl_name *name);
u32 mctl_names_count(const struct mctl_arena *arena);

#endif /* MCTL_REGIONS_NAMES_H */
