/* SPDX-License-Identifier: GPL-2.0 */
/*
 * region_range.h - commands of the object region that change its vmas.
 */
#ifndef MEMCTL_CLI_REGION_RANGE_H
#define MEMCTL_CLI_REGION_RANGE_H

#include "args.h"

int region_map(struct memctl_ctx *ctx, const struct args *args);
int region_unmap(struct memctl_ctx *ctx, const struct args *args);
int region_protect(struct memctl_ctx *ctx, const struct args *args);
int region_discard(struct memctl_ctx *ctx, const struct args *args);

#endif /* MEMCTL_CLI_REGION_RANGE_H */
