// SPDX-License-Identifier: GPL-2.0
/*
 * complain.c - complaints: a line on standard error, or a part of the document under -J.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "complain.h"
#include "message.h"
#include "stop.h"
#include "text.h"
#include "words.h"

void note(const char *format, ...)
{
	struct message message;
	va_list args;

	message_begin(&message);
	message_add(&message, "memctl: ");
	va_start(args, format);
	message_vadd(&message, format, args);
	va_end(args);
	message_add(&message, "\n");
	message_send(&message);
}

/**
 * complain_begin() - note what is wrong, without a word yet
 * @ctx: context, whose complaint it becomes in the place of an earlier one
 * @status: exit status
 * @format: text, as printf() has it
 * @args: what goes into it
 *
 * Return: @status.
 */
int complain_begin(struct memctl_ctx *ctx, int status, const char *format, va_list args)
{
	free(ctx->error.message);
	free(ctx->error.kernel);
	memset(&ctx->error, 0, sizeof(ctx->error));
	ctx->error.status = status;
	if (vasprintf(&ctx->error.message, format, args) < 0)
		ctx->error.message = NULL;
	return status;
}

/**
 * complain_kernel() - add what the kernel said
 * @ctx: context with a complaint
 * @error: positive errno, 0 for none
 * @text: its words, copied; NULL or "" for those that the errno has
 */
void complain_kernel(struct memctl_ctx *ctx, int error, const char *text)
{
	ctx->error.error = error;
	ctx->error.kernel = text && *text ? strdup(text) : NULL;
}

/**
 * complain_say() - say it now; under -J the document at the end says it
 * @ctx: context with a complaint
 * @more: lines behind it
 */
void complain_say(const struct memctl_ctx *ctx, const char *more)
{
	struct message message;

	fflush(stdout);
	if (ctx->json)
		return;
	message_begin(&message);
	message_add(&message, "memctl: %s",
		    text_escape(ctx->error.message ? ctx->error.message : "no memory"));
	if (ctx->error.error)
		message_add(&message, ": %s (%s)", strerror(ctx->error.error),
			    errno_name(ctx->error.error));
	if (ctx->error.kernel)
		message_add(&message, ": %s", text_escape(ctx->error.kernel));
	message_add(&message, "\n%s", more);
	message_send(&message);
}

int fail(struct memctl_ctx *ctx, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_begin(ctx, status, format, args);
	va_end(args);
	complain_say(ctx, "");
	return status;
}

int fail_errno(struct memctl_ctx *ctx, int status, int error, const char *kernel,
	       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_begin(ctx, status, format, args);
	va_end(args);
	complain_kernel(ctx, error, kernel);
	complain_say(ctx, "");
	return status;
}

int fail_usage(struct memctl_ctx *ctx, const char *object, const char *format, ...)
{
	char hint[64];
	va_list args;

	snprintf(hint, sizeof(hint), "Try 'memctl help%s%s'.\n", object ? " " : "",
		 object ? object : "");
	ctx->json |= ctx->json_asked;
	va_start(args, format);
	complain_begin(ctx, MEMCTL_EXIT_USAGE, format, args);
	va_end(args);
	complain_say(ctx, hint);
	return MEMCTL_EXIT_USAGE;
}

int fail_stopped(struct memctl_ctx *ctx)
{
	int number = stop_signal();

	/* A user knows of the signal; a reader of JSON must see that the output is incomplete. */
	if (ctx->json)
		fail(ctx, stop_status(), "stopped by SIG%s", sigabbrev_np(number));
	return stop_status();
}
