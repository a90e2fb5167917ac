// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a refusal; see error.h.
 */
#include <linux/kernel.h>
#include "mm/error.h"

/**
 * mctl_fail() - note the text of a refusal
 * @error: where to; NULL for nowhere
 * @err: negative errno
 * @format: one sentence without a full stop: which, what, and the limit
 *
 * Context: Any.
 * Return: @err, so that callers return what it returns.
 */
int mctl_fail(struct mctl_error *error, int err, const char *format, ...)
{
	va_list args;

	if (error) {
		va_start(args, format);
		vsnprintf(error->text, sizeof(error->text), format, args);
		va_end(args);
	}
	return err;
}
