/* SPDX-License-Identifier: GPL-2.0 */
/*
 * message.h - what goes to standard error, a message in one write
 */
#ifndef MEMCTL_CLI_MESSAGE_H
#define MEMCTL_CLI_MESSAGE_H

#include <limits.h>
#include <stdarg.h>
#include <stddef.h>

/**
 * struct message - a message in the making
 * @used: bytes of @text
 * @text: what was added; a pipe takes so much in one piece
 */
struct message {
	size_t used;
	char text[PIPE_BUF];
};

void message_begin(struct message *message);
void message_add(struct message *message, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void message_vadd(struct message *message, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));
void message_send(struct message *message);
void message_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* MEMCTL_CLI_MESSAGE_H */
