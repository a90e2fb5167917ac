/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cache_view.h - the table of caches, which two objects print.
 */
#ifndef MEMCTL_CLI_CACHE_VIEW_H
#define MEMCTL_CLI_CACHE_VIEW_H

#include "table.h"

extern const struct view cache_view;

#endif /* MEMCTL_CLI_CACHE_VIEW_H */
