/* SPDX-License-Identifier: GPL-2.0 */
/*
 * region_access.h - commands of the object region that read, write and look at its pages.
 */
#ifndef MEMCTL_CLI_REGION_ACCESS_H
#define MEMCTL_CLI_REGION_ACCESS_H

#include "args.h"

int region_read(struct memctl_ctx *ctx, const struct args *args);
int region_write(struct memctl_ctx *ctx, const struct args *args);
int region_touch(struct memctl_ctx *ctx, const struct args *args);
int region_idle(struct memctl_ctx *ctx, const struct args *args);
extern const struct view idle_view;

#endif /* MEMCTL_CLI_REGION_ACCESS_H */
