/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pt_verify.h - the command "pt verify", for the table in cmd_pt.c.
 */
#ifndef MEMCTL_CLI_PT_VERIFY_H
#define MEMCTL_CLI_PT_VERIFY_H

#include "args.h"

int pt_verify(struct memctl_ctx *ctx, const struct args *args);
extern const struct view mismatch_view;

#endif /* MEMCTL_CLI_PT_VERIFY_H */
