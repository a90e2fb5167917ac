// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a refusal; see error.h.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "mm/error.h"

/**
 * mctl_error_format() - write a text, and mark one that is too long
 * @text: where to
 * @size: room there, at least 4 bytes; a longer text is cut, and ends in "..."
 * @format: as for printf()
 * @args: its arguments
 *
 * Context: Any.
 */
void mctl_error_format(char *text, size_t size, const char *format, va_list args)
{
	static const char cut[] = "...";

	if (vsnprintf(text, size, format, args) >= size)
		memcpy(text + size - sizeof(cut), cut, sizeof(cut));
}

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
		mctl_error_format(error->text, sizeof(error->text), format, args);
		va_end(args);
	}
	return err;
}
