/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arena_view.h - the table of arenas, which two objects print, and what is
 * known of the module as a whole.
 */
#ifndef MEMCTL_CLI_ARENA_VIEW_H
#define MEMCTL_CLI_ARENA_VIEW_H

#include "table.h"

extern const struct view arena_view;

/**
 * struct module_state - the module's line in /proc/modules
 * @known: it has one
 * @references: reference count
 * @size: bytes
 * @holders: other modules that use it, "-" for none
 */
struct module_state {
	bool known;
	long references;
	unsigned long size;
	char holders[256];
};

void module_state_read(struct module_state *state);

#endif /* MEMCTL_CLI_ARENA_VIEW_H */
