/* SPDX-License-Identifier: GPL-2.0 */
/*
 * region_verbs.h - the commands of the object region that are about regions
 * for processes, for the table in cmd_region.c.
 */
#ifndef MEMCTL_CLI_REGION_VERBS_H
#define MEMCTL_CLI_REGION_VERBS_H

#include "args.h"

/* region_range.c */
int region_map(struct memctl_ctx *ctx, const struct args *args);
int region_unmap(struct memctl_ctx *ctx, const struct args *args);
int region_protect(struct memctl_ctx *ctx, const struct args *args);
int region_discard(struct memctl_ctx *ctx, const struct args *args);

/* region_access.c */
int region_read(struct memctl_ctx *ctx, const struct args *args);
int region_write(struct memctl_ctx *ctx, const struct args *args);
int region_touch(struct memctl_ctx *ctx, const struct args *args);
int region_idle(struct memctl_ctx *ctx, const struct args *args);
extern const struct view idle_view;

/* region_trace.c */
int region_trace(struct memctl_ctx *ctx, const struct args *args);
extern const struct view trace_view;

/* region_open.c */
int region_open(struct memctl_ctx *ctx, const struct args *args);

#endif /* MEMCTL_CLI_REGION_VERBS_H */
