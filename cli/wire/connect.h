/* SPDX-License-Identifier: GPL-2.0 */
/*
 * connect.h - the connection of a command to the module.
 */
#ifndef MEMCTL_CLI_CONNECT_H
#define MEMCTL_CLI_CONNECT_H

#include "base/cmd.h"

/* Connection to the module; NULL after a complaint, *status has the exit status. */
struct client *ctx_client(struct memctl_ctx *ctx, int *status);
/* The last request of ctx->client went wrong; @format says what was wanted. */
int fail_client(struct memctl_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* MEMCTL_CLI_CONNECT_H */
