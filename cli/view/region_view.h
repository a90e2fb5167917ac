/* SPDX-License-Identifier: GPL-2.0 */
/*
 * region_view.h - the table of regions, which two objects print.
 */
#ifndef MEMCTL_CLI_REGION_VIEW_H
#define MEMCTL_CLI_REGION_VIEW_H

#include "table.h"

extern const struct view region_view;

#endif /* MEMCTL_CLI_REGION_VIEW_H */
