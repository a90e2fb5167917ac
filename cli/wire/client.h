/* SPDX-License-Identifier: GPL-2.0 */
/*
 * client.h - the module, seen from the commands: the connection, its events, and what went wrong.
 *
 * client.c behind it is the only file that knows netlink; the requests are in
 * client_api.h and client_space.h. A function that returns int returns 0, or a
 * negative errno: the module's own refusal, or what went wrong on the way.
 * client_error() then has the words.
 */
#ifndef MEMCTL_CLI_CLIENT_H
#define MEMCTL_CLI_CLIENT_H

#include "model.h"

struct client;

/**
 * enum client_fault - where the last request went wrong
 * @CLIENT_OK: it did not
 * @CLIENT_WRONG: a text of it is longer than the module takes; it was not sent
 * @CLIENT_REFUSED: the module refused it
 * @CLIENT_NO_MODULE: the module is not loaded
 * @CLIENT_VERSION: the module is of another version, or its answer makes no sense
 * @CLIENT_IMPOSSIBLE: this system cannot do it (no netlink, no memory)
 */
enum client_fault {
	CLIENT_OK,
	CLIENT_WRONG,
	CLIENT_REFUSED,
	CLIENT_NO_MODULE,
	CLIENT_VERSION,
	CLIENT_IMPOSSIBLE,
};

/**
 * struct client_error - what became of the last request
 * @fault: where it went wrong
 * @error: positive errno, 0 if it went well
 * @text: the module's own words (extended ack), or ours; may be ""; after a
 *	  batch that went well as a request, what was wrong with the first
 *	  operation that was refused
 * @attr: number of the attribute that the kernel objects to, 0 if it did not say
 */
struct client_error {
	enum client_fault fault;
	int error;
	char text[256];
	unsigned int attr;
};

/* Connect and find the family; *client is set even on failure (for client_error()). */
int client_open(struct client **client);
/* Return: 0, or -errno where a capture of the answers could not be written. */
int client_close(struct client *c);
const struct client_error *client_error(const struct client *c);
/* Version of the netlink family that the module speaks. */
unsigned int client_family_version(const struct client *c);
/* Is it a capture that answers (MEMCTL_REPLAY) rather than the module? */
bool client_is_replay(const struct client *c);
/* Was a list interrupted by changes each time that it was asked for? @c may be NULL. */
bool client_torn(const struct client *c);

/* events: join the group, then take one at a time */
int client_event_open(struct client *c);
/*
 * Wait up to @timeout_ms (-1: for ever) for an event.
 * Return: 1 and *out filled, 0 when nothing came or a capture ended, -EINTR
 * after a signal, -ENOBUFS when the socket lost events, another negative errno.
 */
int client_event_next(struct client *c, int timeout_ms, struct event *out);

#endif /* MEMCTL_CLI_CLIENT_H */
