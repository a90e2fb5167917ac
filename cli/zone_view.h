/* SPDX-License-Identifier: GPL-2.0 */
/*
 * zone_view.h - what the commands that print the zones of an arena share.
 */
#ifndef MEMCTL_CLI_ZONE_VIEW_H
#define MEMCTL_CLI_ZONE_VIEW_H

#include "table.h"

/* Prints the zones: as a table if one is wanted, else as text. Returns an exit status. */
int zone_view_print(struct memctl_ctx *ctx,
		    int (*table)(struct memctl_ctx *ctx, const struct list *zones),
		    void (*text)(const struct list *zones));

#endif /* MEMCTL_CLI_ZONE_VIEW_H */
