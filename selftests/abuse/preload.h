/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of file_preload.so share
 */
#ifndef ABUSE_PRELOAD_H
#define ABUSE_PRELOAD_H

#include <stdbool.h>

/* The C library's own syscall(). */
typedef long (*syscall_fn)(long number, ...);

/* Return: whether a system call sends something, and there is a family to send it to. */
bool netlink_sends(long number);

/* Send, as a message to memctl, some of what stands at @bytes, which nobody may be able to read. */
long netlink_send(syscall_fn real, const void *bytes);

#endif
