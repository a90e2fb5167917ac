/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model_bootmem.h - memctl model bootmem.
 */
#ifndef MEMCTL_CLI_MODEL_BOOTMEM_H
#define MEMCTL_CLI_MODEL_BOOTMEM_H

#include "args.h"

extern const struct view model_bootmem_view;
int model_bootmem(struct memctl_ctx *ctx, const struct args *args);

#endif /* MEMCTL_CLI_MODEL_BOOTMEM_H */
