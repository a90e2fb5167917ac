/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model_real.h - memctl model real.
 */
#ifndef MEMCTL_CLI_MODEL_REAL_H
#define MEMCTL_CLI_MODEL_REAL_H

#include "args.h"

extern const struct view model_real_view;
int model_real(struct memctl_ctx *ctx, const struct args *args);

#endif /* MEMCTL_CLI_MODEL_REAL_H */
