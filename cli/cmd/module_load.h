/* SPDX-License-Identifier: GPL-2.0 */
/*
 * module_load.h - load the module, for cmd_module.c.
 */
#ifndef MEMCTL_CLI_MODULE_LOAD_H
#define MEMCTL_CLI_MODULE_LOAD_H

#include "args.h"

#define MODULE_NAME "memctl"

/* Is it forbidden until the next boot? */
bool module_loading_is_off(void);
/* How to say so. */
extern const char modules_are_off[];
int module_load(struct memctl_ctx *ctx, const struct args *args);

#endif /* MEMCTL_CLI_MODULE_LOAD_H */
