/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reply.h - the parts of a datagram that every netlink family has: message
 * heads, and the words of an extended acknowledgment.
 */
#ifndef MEMCTL_CLI_REPLY_H
#define MEMCTL_CLI_REPLY_H

#include <stddef.h>

#include <linux/netlink.h>

#include "client.h"

size_t reply_next(const unsigned char *at, size_t size, struct nlmsghdr *head);
void reply_ext_ack(const struct nlmsghdr *head, const char *payload, size_t length,
		   const struct nlmsghdr *sent, struct client_error *error);

#endif /* MEMCTL_CLI_REPLY_H */
