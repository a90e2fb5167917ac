// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a refusal; see error.h.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <uapi/linux/memctl.h>
#include "host/error.h"

/**
 * mctl_error_format() - format a text, and mark one that is too long
 * @text: where to write it
 * @size: size of @text, at least 4 bytes; a longer text is cut, and ends in "..."
 * @format: as for printf()
 * @args: its arguments
 *
 * Context: Any context.
 */
void mctl_error_format(char *text, size_t size, const char *format, va_list args)
{
	static const char cut[] = "...";

	if (vsnprintf(text, size, format, args) >= size)
		memcpy(text + size - sizeof(cut), cut, sizeof(cut));
}

/**
 * mctl_fail() - note the text of a refusal
 * @error: where to write it; NULL for nowhere
 * @err: negative errno
 * @format: one sentence without a full stop: which, what, and the limit
 *
 * Context: Any context.
 * Return: @err, so that callers can return the result.
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

/**
 * mctl_reason_text() - say in words why there was no memory
 * @reason: enum memctl_reason, of an allocation
 *
 * All callers above mctl_frame_alloc() use these words, so that the refusals of
 * an object, of a page table and of a page read the same.
 *
 * Context: Any context.
 * Return: the end of a sentence.
 */
const char *mctl_reason_text(u32 reason)
{
	switch (reason) {
	case MEMCTL_REASON_BAD_OP:
		return "an unknown zone or migratetype";
	case MEMCTL_REASON_BAD_ORDER:
		return "the order is too high";
	case MEMCTL_REASON_BAD_SIZE:
		return "the size is 0 or too large";
	case MEMCTL_REASON_BAD_NODE:
		return "the arena has no such node";
	case MEMCTL_REASON_WATERMARK:
		return "free frames would fall below the watermark";
	case MEMCTL_REASON_FRAGMENTED:
		return "enough frames are free, but no block is large enough";
	case MEMCTL_REASON_DAMAGED:
		return "the slab is damaged";
	case MEMCTL_REASON_INJECTED:
		return "an injected fault";
	case MEMCTL_REASON_NO_ZONE:
		return "no zone that it may come from has frames";
	case MEMCTL_REASON_LIMIT:
		return "the region has all frames that it may have";
	case MEMCTL_REASON_MEMORY_ERROR:
		return "the frame has a hardware memory error";
	default:
		return "not enough free frames";
	}
}

/**
 * mctl_text_add() - append to a list in words, as "pid 12 cat fd 3, pid 13 dd fd 5"
 * @text: the list
 * @size: size of @text in bytes
 * @used: its length, 0 to begin with
 * @one: the entry to add; left out as a whole if there is no room
 *
 * Context: Any context.
 * Return: the length of the list.
 */
size_t mctl_text_add(char *text, size_t size, size_t used, const char *one)
{
	size_t length = strlen(one) + (used ? 2 : 0);

	if (used + length >= size)
		return used;
	return used + scnprintf(text + used, size - used, "%s%s", used ? ", " : "", one);
}
