// SPDX-License-Identifier: GPL-2.0
/*
 * The messages of file_preload: to memctl's family of generic netlink
 *
 * A fuzzer that knows nothing of generic netlink sends what no family ever
 * gets: the first 20 bytes are wrong. They are put before what it sends, and
 * the head of an attribute, by turns; what is behind is its own.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/memctl.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "preload.h"

/* The most of its bytes that a message has. */
#define MOST 256U

struct heads {
	struct nlmsghdr message;
	struct genlmsghdr generic;
	struct nlattr attribute;
};

/* The family's number, 0 without one: asked for before the program does anything. */
static unsigned short family;

static const struct nlattr *find_attribute(const char *at, const char *end, unsigned short type)
{
	while (end - at >= NLA_HDRLEN) {
		const struct nlattr *attribute = (const void *)at;

		if (attribute->nla_len < NLA_HDRLEN)
			break;
		if (attribute->nla_type == type)
			return attribute;
		at += NLA_ALIGN(attribute->nla_len);
	}
	return NULL;
}

static void __attribute__((constructor)) find_family(void)
{
	struct heads heads = {
		.message = { .nlmsg_len = sizeof(heads) + sizeof(MEMCTL_FAMILY_NAME),
			     .nlmsg_type = GENL_ID_CTRL,
			     .nlmsg_flags = NLM_F_REQUEST },
		.generic = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attribute = { .nla_len = NLA_HDRLEN + sizeof(MEMCTL_FAMILY_NAME),
			       .nla_type = CTRL_ATTR_FAMILY_NAME },
	};
	char message[sizeof(heads) + NLMSG_ALIGN(sizeof(MEMCTL_FAMILY_NAME))] = {};
	const struct nlattr *id;
	char answer[8192] __attribute__((aligned(4)));
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	ssize_t size;

	memcpy(message, &heads, sizeof(heads));
	memcpy(message + sizeof(heads), MEMCTL_FAMILY_NAME, sizeof(MEMCTL_FAMILY_NAME));
	if (fd < 0)
		return;
	if (send(fd, message, sizeof(message), 0) > 0) {
		size = recv(fd, answer, sizeof(answer), 0);
		id = size > 0 ? find_attribute(answer + NLMSG_HDRLEN + GENL_HDRLEN, answer + size,
					       CTRL_ATTR_FAMILY_ID) :
				NULL;
		if (id)
			memcpy(&family, (const char *)id + NLA_HDRLEN, sizeof(family));
	}
	close(fd);
}

/* Return: a socket of generic netlink; it may close what it has. */
static int generic_socket(syscall_fn real)
{
	static int fd = -1;
	int protocol = -1;
	socklen_t size = sizeof(protocol);

	if (fd < 0 || real(SYS_getsockopt, fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) ||
	    protocol != NETLINK_GENERIC)
		fd = (int)real(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	return fd;
}

/* Everybody may ask four of them; the others are refused, whatever they say. */
static unsigned char any_command(void)
{
	static const unsigned char everybodys[] = { MEMCTL_CMD_ARENA_GET, MEMCTL_CMD_ZONE_GET,
						    MEMCTL_CMD_WHY, MEMCTL_CMD_PT_FORMAT_GET };

	return rand() % 2 ? everybodys[rand() % 4] : (unsigned char)(rand() % (MEMCTL_CMD_MAX + 2));
}

bool netlink_sends(long number)
{
	return family && (number == SYS_sendto || number == SYS_sendmsg || number == SYS_sendmmsg);
}

long netlink_send(syscall_fn real, const void *bytes)
{
	unsigned int wanted = (unsigned int)rand() % 3 ? (unsigned int)rand() % 17 :
							 (unsigned int)rand() % MOST;
	bool with_attribute = rand() % 2;
	struct heads heads = {
		.message = { .nlmsg_type = family,
			     .nlmsg_flags = NLM_F_REQUEST | (rand() % 2 ? NLM_F_DUMP : 0) |
					    (rand() % 2 ? NLM_F_ACK : 0) },
		.generic = { .cmd = any_command(), .version = MEMCTL_FAMILY_VERSION },
		.attribute = { .nla_len = (unsigned short)(NLA_HDRLEN + wanted),
			       .nla_type = (unsigned short)(rand() % 32) },
	};
	struct iovec parts[] = {
		{ &heads, sizeof(heads) - (with_attribute ? 0 : sizeof(heads.attribute)) },
		{ (void *)bytes, with_attribute || rand() % 4 == 0 ? wanted : 0 },
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr message = { .msg_name = &kernel,
				  .msg_namelen = sizeof(kernel),
				  .msg_iov = parts,
				  .msg_iovlen = 2 };
	int fd = generic_socket(real);
	char answer[8192];
	long ret;

	heads.message.nlmsg_len = (unsigned int)(parts[0].iov_len + parts[1].iov_len);
	ret = real(SYS_sendmsg, fd, &message, MSG_DONTWAIT);
	/* A dump goes on as it is read, and there is one at a time. */
	for (int i = 0; i < 16; i++) {
		if (real(SYS_recvfrom, fd, answer, sizeof(answer), MSG_DONTWAIT, NULL, NULL) <= 0)
			break;
	}
	return ret;
}
