/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a call was refused, in words. The layers above pass a struct
 * mctl_error down and hand its text on to the user as it is: as extack text,
 * as the line that a failed insmod prints.
 */
#ifndef MCTL_HOST_ERROR_H
#define MCTL_HOST_ERROR_H

#include <linux/compiler.h>
#include <linux/stdarg.h>
#include <linux/types.h>

#define MCTL_ERROR_TEXT_SIZE 120

/**
 * struct mctl_error - a refusal
 * @text: one sentence without a full stop: which, what, and the limit
 * @reason: enum memctl_reason
 */
struct mctl_error {
	char text[MCTL_ERROR_TEXT_SIZE];
	u32 reason;
};

__printf(3, 0) void mctl_error_format(char *text, size_t size, const char *format, va_list args);
size_t mctl_text_add(char *text, size_t size, size_t used, const char *one);
__printf(3, 4) int mctl_fail(struct mctl_error *error, int err, const char *format, ...);
const char *mctl_reason_text(u32 reason);

#endif /* MCTL_HOST_ERROR_H */
