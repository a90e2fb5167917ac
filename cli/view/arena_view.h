/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arena_view.h - the table of arenas, which two objects print.
 */
#ifndef MEMCTL_CLI_ARENA_VIEW_H
#define MEMCTL_CLI_ARENA_VIEW_H

#include "table.h"

extern const struct view arena_view;

#endif /* MEMCTL_CLI_ARENA_VIEW_H */
