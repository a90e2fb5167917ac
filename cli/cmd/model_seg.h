/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model_seg.h - memctl model seg.
 */
#ifndef MEMCTL_CLI_MODEL_SEG_H
#define MEMCTL_CLI_MODEL_SEG_H

#include "args.h"

extern const struct view model_seg_view;
int model_seg(struct memctl_ctx *ctx, const struct args *args);

#endif /* MEMCTL_CLI_MODEL_SEG_H */
