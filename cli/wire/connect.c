// SPDX-License-Identifier: GPL-2.0
/*
 * connect.c - the connection that a command has, made at its first use, and what went wrong on it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cmd.h"
#include "base/complain.h"
#include "client.h"
#include "connect.h"

int fail_client(struct memctl_ctx *ctx, const char *format, ...)
{
	static const int statuses[] = {
		[CLIENT_OK] = MEMCTL_EXIT_REFUSED,
		[CLIENT_REFUSED] = MEMCTL_EXIT_REFUSED,
		[CLIENT_NO_MODULE] = MEMCTL_EXIT_MODULE,
		[CLIENT_VERSION] = MEMCTL_EXIT_MODULE,
		[CLIENT_IMPOSSIBLE] = MEMCTL_EXIT_IMPOSSIBLE,
	};
	static const char needs_root[] =
		"this needs root: CAP_SYS_ADMIN in the initial user namespace";
	const struct client_error *error = client_error(ctx->client);
	char attribute[40], what[80];
	va_list args;

	va_start(args, format);
	if (error->fault == CLIENT_WRONG) {
		vsnprintf(what, sizeof(what), format, args);
		va_end(args);
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: %s", what, error->text);
	}
	complain_begin(ctx, statuses[error->fault], format, args);
	va_end(args);
	complain_kernel(ctx, error->fault == CLIENT_NO_MODULE ? 0 : error->error, error->text);
	if (error->fault == CLIENT_REFUSED && !error->text[0]) {
		snprintf(attribute, sizeof(attribute), "attribute %u of the request", error->attr);
		if (error->error == EPERM)
			complain_kernel(ctx, EPERM, needs_root);
		else if (error->attr)
			complain_kernel(ctx, error->error, attribute);
	}
	complain_say(ctx, "");
	return ctx->error.status;
}

struct client *ctx_client(struct memctl_ctx *ctx, int *status)
{
	*status = MEMCTL_EXIT_OK;
	if (!ctx->client && client_open(&ctx->client) < 0) {
		if (!ctx->client)
			*status = fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
		else if (client_error(ctx->client)->fault == CLIENT_NO_MODULE)
			*status = fail(ctx, MEMCTL_EXIT_MODULE, "%s",
				       client_error(ctx->client)->text);
		else
			*status = fail_client(ctx, "cannot talk to the module");
		return NULL;
	}
	return ctx->client;
}
