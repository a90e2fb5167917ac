/* SPDX-License-Identifier: GPL-2.0 */
/*
 * transport.h - where datagrams go and come from: a netlink socket, or a
 * file of replies that were captured from one.
 *
 * MEMCTL_CAPTURE=FILE writes what is received to FILE, which replaces what was
 * there with the first answer; MEMCTL_REPLAY=FILE answers from FILE. The file:
 * the eight bytes "memctlc1", then records of a head (u32 kind, u32 length, in
 * the machine's byte order) and so many bytes:
 *   1 request   u32 command (enum of linux/memctl.h) that was sent
 *   2 datagram  what came, netlink headers and all
 *   3 error     u32 errno that the receive gave
 * A request is answered by the records that follow the next request record
 * of its command; the search starts behind the one used last and wraps.
 *
 * MEMCTL_ASKED=FILE, beside MEMCTL_REPLAY: what would have been sent goes to
 * the end of FILE, a line for each request: its flags, then the message behind
 * the netlink header, both in hexadecimal.
 */
#ifndef MEMCTL_CLI_TRANSPORT_H
#define MEMCTL_CLI_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/output.h"

struct transport {
	int fd;		       /* socket, -1 in a replay */
	struct output capture; /* its stream is NULL: do not capture */
	int capture_error;     /* the first, as -errno */
	unsigned char *replay; /* contents of the file, NULL: no replay */
	size_t replay_size;
	size_t replay_at;      /* next record to deliver */
	FILE *asked;	       /* requests of a replay, or NULL */
	unsigned char *buffer; /* the datagram received last */
};

int transport_open(struct transport *t);
int transport_close(struct transport *t);
int transport_request(struct transport *t, unsigned int command, const void *message, size_t length,
		      unsigned int flags);
/* Return: bytes of the datagram in t->buffer, 0 at the end of a replayed answer, or -errno. */
long transport_receive(struct transport *t);

#endif /* MEMCTL_CLI_TRANSPORT_H */
