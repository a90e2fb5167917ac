/* SPDX-License-Identifier: GPL-2.0 */
/*
 * region_open.h - the command of the object region that hands a program its file.
 */
#ifndef MEMCTL_CLI_REGION_OPEN_H
#define MEMCTL_CLI_REGION_OPEN_H

#include "args.h"

int region_open(struct memctl_ctx *ctx, const struct args *args);

#endif /* MEMCTL_CLI_REGION_OPEN_H */
