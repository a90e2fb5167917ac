/* SPDX-License-Identifier: GPL-2.0 */
/*
 * region_trace.h - the command of the object region that prints faults.
 */
#ifndef MEMCTL_CLI_REGION_TRACE_H
#define MEMCTL_CLI_REGION_TRACE_H

#include "args.h"

int region_trace(struct memctl_ctx *ctx, const struct args *args);
extern const struct view trace_view;

#endif /* MEMCTL_CLI_REGION_TRACE_H */
