/* SPDX-License-Identifier: GPL-2.0 */
/* Stub of the kernel's header, for core/ in user space. */
#ifndef MCTL_STUB_STRING_H
#define MCTL_STUB_STRING_H

#include <linux/types.h>
#include <string.h>

static inline void *memchr_inv(const void *start, int c, size_t bytes)
{
	const unsigned char *p = start;

	for (; bytes; p++, bytes--)
		if (*p != (unsigned char)c)
			return (void *)p;
	return NULL;
}

static inline ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t length = strnlen(from, size);

	if (!size)
		return -7;
	if (length == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = '\0';
		return -7;
	}
	memcpy(to, from, length + 1);
	return length;
}

#endif /* MCTL_STUB_STRING_H */
