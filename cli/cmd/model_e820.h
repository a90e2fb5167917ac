/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model_e820.h - memctl model e820.
 */
#ifndef MEMCTL_CLI_MODEL_E820_H
#define MEMCTL_CLI_MODEL_E820_H

#include "args.h"

extern const struct view model_e820_view;
int model_e820(struct memctl_ctx *ctx, const struct args *args);

#endif /* MEMCTL_CLI_MODEL_E820_H */
