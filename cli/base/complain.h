/* SPDX-License-Identifier: GPL-2.0 */
/*
 * complain.h - complaints of commands, and remarks.
 */
#ifndef MEMCTL_CLI_COMPLAIN_H
#define MEMCTL_CLI_COMPLAIN_H

#include <stdarg.h>

#include "cmd.h"

/*
 * Complaints: one line on stderr, or a document with "error" on stdout under
 * -J. Names go in as they are: bytes that are not printable are escaped when
 * the line is written. All return the exit status, so that a command can say "return fail(...)".
 */
int fail(struct memctl_ctx *ctx, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * The kernel refused with @error, a positive errno; @kernel: its words, or
 * NULL for those that the errno has.
 */
int fail_errno(struct memctl_ctx *ctx, int status, int error, const char *kernel,
	       const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Wrong arguments: adds "Try 'memctl help OBJECT'". */
int fail_usage(struct memctl_ctx *ctx, const char *object, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * The command was asked to stop by a signal, and does: an "error" under -J, no word else.
 * Return: exit status.
 */
int fail_stopped(struct memctl_ctx *ctx);
/* A remark on stderr that changes nothing. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The parts of which those above are made, for one that knows more of what is wrong. */
int complain_begin(struct memctl_ctx *ctx, int status, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));
void complain_kernel(struct memctl_ctx *ctx, int error, const char *text);
void complain_say(const struct memctl_ctx *ctx, const char *more);

#endif /* MEMCTL_CLI_COMPLAIN_H */
