/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model_ipt.h - memctl model ipt.
 */
#ifndef MEMCTL_CLI_MODEL_IPT_H
#define MEMCTL_CLI_MODEL_IPT_H

#include "args.h"

extern const struct view model_ipt_view;
int model_ipt(struct memctl_ctx *ctx, const struct args *args);

#endif /* MEMCTL_CLI_MODEL_IPT_H */
