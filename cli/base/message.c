// SPDX-License-Identifier: GPL-2.0
/*
 * message.c - what goes to standard error, a message in one write
 *
 * Several of these programs may write to one terminal, pipe or log: what is written in one piece
 * stays in one piece. Whatever this program says on standard error goes through here.
 */
#include "message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char cut[] = "...\n";

/**
 * message_begin() - an empty message
 * @message: the message
 */
void message_begin(struct message *message)
{
	message->used = 0;
}

/**
 * message_vadd() - message_add() with arguments in a list
 * @message: the message
 * @format: as of printf()
 * @args: its arguments
 */
void message_vadd(struct message *message, const char *format, va_list args)
{
	size_t room = sizeof(message->text) - message->used;
	int length = vsnprintf(message->text + message->used, room, format, args);

	if (length > 0)
		message->used += (size_t)length < room ? (size_t)length : room - 1;
}

/**
 * message_add() - add to a message; what does not fit is cut off
 * @message: the message
 * @format: as of printf()
 */
void message_add(struct message *message, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	message_vadd(message, format, args);
	va_end(args);
}

/**
 * message_send() - write a message to standard error
 * @message: the message
 */
void message_send(struct message *message)
{
	size_t done = 0;

	if (message->used == sizeof(message->text) - 1)
		memcpy(message->text + message->used - (sizeof(cut) - 1), cut, sizeof(cut) - 1);
	while (done < message->used) {
		ssize_t wrote = write(STDERR_FILENO, message->text + done, message->used - done);

		if (wrote < 0 && errno != EINTR)
			return;
		if (wrote > 0)
			done += (size_t)wrote;
	}
}

/**
 * message_print() - a message as it is
 * @format: as of printf()
 */
void message_print(const char *format, ...)
{
	struct message message;
	va_list args;

	message_begin(&message);
	va_start(args, format);
	message_vadd(&message, format, args);
	va_end(args);
	message_send(&message);
}
