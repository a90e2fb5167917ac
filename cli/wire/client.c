// SPDX-License-Identifier: GPL-2.0
/*
 * client.c - requests over generic netlink, and what comes back.
 *
 * libnl connects, finds the family and builds the messages. Receiving is
 * done here: libnl has no interface for extended acknowledgments, and the
 * same path has to take replies from a capture (transport.h).
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#include "client_priv.h"
#include "decode.h"
#include "family.h"
#include "reply.h"
#include "schema.h"
#include "transport.h"

/* How often a dump is asked for again when changes interrupted it. */
#define DUMP_TRIES 8
/* Room in a request for a few attributes; it grows with longer ones. */
#define REQUEST_SIZE  512
#define SOCKET_BUFFER (1 << 20)
#define EVENT_BUFFER  (8 << 20)

struct request {
	struct client *client;
	struct nl_msg *msg;
	unsigned int command;
	int error;     /* first failure while it was filled */
	char text[80]; /* why, for ENAMETOOLONG */
};

struct client {
	struct nl_sock *socket;
	struct transport transport;
	int family;
	unsigned int family_version;
	struct request request; /* one at a time */
	struct client_error error;
	bool torn;
	size_t event_at;   /* bytes of the buffer that are taken */
	size_t event_size; /* bytes of the buffer */
};

/* What a request waits for. */
struct answer {
	const struct schema *schema;
	struct list *list; /* of a dump, else NULL */
	void *row;	   /* of anything else, may be NULL */
	bool got;
	bool interrupted;
};

static int __attribute__((format(printf, 4, 5)))
set_error(struct client *c, enum client_fault fault, int error, const char *format, ...)
{
	va_list args;

	c->error.fault = fault;
	c->error.error = error;
	c->error.attr = 0;
	va_start(args, format);
	vsnprintf(c->error.text, sizeof(c->error.text), format, args);
	va_end(args);
	return -error;
}

static int malformed(struct client *c, const char *what)
{
	return set_error(c, CLIENT_VERSION, EBADMSG, "the module's answer makes no sense: %s",
			 what);
}

const struct client_error *client_error(const struct client *c)
{
	return &c->error;
}

unsigned int client_family_version(const struct client *c)
{
	return c->family_version;
}

bool client_is_replay(const struct client *c)
{
	return c->transport.replay;
}

bool client_torn(const struct client *c)
{
	return c && c->torn;
}

static int find_family(struct client *c)
{
	int ret = family_find(c->socket, &c->family, &c->family_version, &c->error);

	if (ret)
		return ret;
	if (c->family_version != MEMCTL_FAMILY_VERSION)
		return set_error(c, CLIENT_VERSION, EPROTO,
				 "the module speaks version %u of the interface, this program %u",
				 c->family_version, MEMCTL_FAMILY_VERSION);
	return 0;
}

static int connect_socket(struct client *c)
{
	int yes = 1;
	int ret;

	c->socket = nl_socket_alloc();
	if (!c->socket)
		return set_error(c, CLIENT_IMPOSSIBLE, ENOMEM, "no memory for a socket");
	errno = 0;
	ret = genl_connect(c->socket);
	if (ret < 0)
		return set_error(c, CLIENT_IMPOSSIBLE, errno ? errno : EPROTONOSUPPORT,
				 "no generic netlink here: %s", nl_geterror(ret));
	ret = find_family(c);
	if (ret < 0)
		return ret;
	c->transport.fd = nl_socket_get_fd(c->socket);
	/* Without these two we only lose words of the kernel. */
	setsockopt(c->transport.fd, SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof(yes));
	setsockopt(c->transport.fd, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof(yes));
	nl_socket_set_buffer_size(c->socket, SOCKET_BUFFER, SOCKET_BUFFER);
	return 0;
}

int client_open(struct client **client)
{
	struct client *c = calloc(1, sizeof(*c));
	int ret;

	*client = c;
	if (!c)
		return -ENOMEM;
	c->transport.fd = -1;
	ret = transport_open(&c->transport);
	if (ret < 0)
		return set_error(c, CLIENT_IMPOSSIBLE, -ret, "the capture file cannot be used");
	if (client_is_replay(c)) {
		c->family_version = MEMCTL_FAMILY_VERSION;
		return 0;
	}
	return connect_socket(c);
}

int client_close(struct client *c)
{
	int ret;

	if (!c)
		return 0;
	ret = transport_close(&c->transport);
	nl_socket_free(c->socket);
	free(c);
	return ret;
}

/**
 * request_new() - start a request
 * @c: the client
 * @command: enum of linux/memctl.h
 * @arena: name of the arena, or NULL
 *
 * Return: the request, never NULL; only one exists at a time.
 */
struct request *request_new(struct client *c, unsigned int command, const char *arena)
{
	struct request *r = &c->request;

	*r = (struct request){ .client = c, .command = command };
	memset(&c->error, 0, sizeof(c->error));
	r->msg = nlmsg_alloc_size(REQUEST_SIZE);
	if (!r->msg || !genlmsg_put(r->msg, NL_AUTO_PORT, NL_AUTO_SEQ, c->family, 0, NLM_F_REQUEST,
				    command, MEMCTL_FAMILY_VERSION))
		r->error = ENOMEM;
	request_string(r, command == MEMCTL_CMD_EXEC ? MEMCTL_A_EXEC_ARENA : MEMCTL_A_ARENA_ARENA,
		       arena);
	return r;
}

void request_data(struct request *r, unsigned int attr, const void *data, size_t size)
{
	size_t need;

	if (r->error)
		return;
	need = nlmsg_hdr(r->msg)->nlmsg_len + nla_total_size(size);
	if (need > nlmsg_get_max_size(r->msg) && nlmsg_expand(r->msg, need))
		r->error = ENOMEM;
	else if (nla_put(r->msg, attr, size, data) < 0)
		r->error = EMSGSIZE;
}

void request_u32(struct request *r, unsigned int attr, uint32_t value)
{
	request_data(r, attr, &value, sizeof(value));
}

void request_u64(struct request *r, unsigned int attr, uint64_t value)
{
	request_data(r, attr, &value, sizeof(value));
}

void request_flag(struct request *r, unsigned int attr, bool value)
{
	if (value)
		request_data(r, attr, NULL, 0);
}

void request_text(struct request *r, unsigned int attr, const char *text, const char *what,
		  size_t longest)
{
	size_t length = text ? strlen(text) : 0;

	if (!text || r->error)
		return;
	if (length > longest) {
		r->error = ENAMETOOLONG;
		snprintf(r->text, sizeof(r->text), "a %s has at most %zu bytes, this one %zu", what,
			 longest, length);
		return;
	}
	request_data(r, attr, text, length + 1);
}

void request_string(struct request *r, unsigned int attr, const char *text)
{
	request_text(r, attr, text, "name", MEMCTL_NAME_MAX);
}

/* An error message, an acknowledgment, or the end of a dump: 1 or -errno. */
static int take_end(struct request *r, const struct nlmsghdr *head, const char *payload,
		    size_t length)
{
	struct client *c = r->client;
	int error = 0;

	if (length >= sizeof(error))
		memcpy(&error, payload, sizeof(error));
	else if (head->nlmsg_type == NLMSG_ERROR)
		return malformed(c, "an error message is cut short");
	if (error < -4095)
		return malformed(c, "an error number is out of range");
	c->error = (struct client_error){ .fault = error < 0 ? CLIENT_REFUSED : CLIENT_OK,
					  .error = error < 0 ? -error : 0 };
	reply_ext_ack(head, payload, length, nlmsg_hdr(r->msg), &c->error);
	if (error >= 0)
		return 1;
	if (error == -EOPNOTSUPP && !c->error.text[0])
		return set_error(c, CLIENT_VERSION, EOPNOTSUPP,
				 "the module does not know this request; another version?");
	return error;
}

static int take_row(struct request *r, struct answer *answer, const char *payload, size_t length)
{
	struct client *c = r->client;
	char why[128];
	void *row;

	if (length < GENL_HDRLEN || (unsigned char)payload[0] != r->command)
		return malformed(c, "it is to another request");
	if (answer->list) {
		row = list_add(answer->list);
		if (!row)
			return set_error(c, CLIENT_IMPOSSIBLE, ENOMEM, "no memory for the rows");
	} else {
		row = answer->row;
		if (!row)
			return 0;
		if (answer->got)
			return malformed(c, "it comes twice");
	}
	answer->got = true;
	if (!decode_row(answer->schema, payload + GENL_HDRLEN, length - GENL_HDRLEN, row, why,
			sizeof(why)))
		return malformed(c, why);
	return 0;
}

/* One message: 0 go on, 1 that was the last, or -errno. */
static int take_message(struct request *r, struct answer *answer, const struct nlmsghdr *head,
			const char *payload)
{
	struct client *c = r->client;
	size_t length = head->nlmsg_len - NLMSG_HDRLEN;

	if (!client_is_replay(c) && head->nlmsg_seq != nlmsg_hdr(r->msg)->nlmsg_seq)
		return 0;
	if (head->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	switch (head->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		return take_end(r, head, payload, length);
	case NLMSG_OVERRUN:
		return set_error(c, CLIENT_IMPOSSIBLE, ENOBUFS, "answers were lost");
	}
	if (!client_is_replay(c) && head->nlmsg_type != c->family)
		return 0;
	return take_row(r, answer, payload, length);
}

/* All datagrams of an answer. */
static int receive(struct request *r, struct answer *answer)
{
	struct client *c = r->client;

	for (;;) {
		const unsigned char *at = c->transport.buffer;
		long left = transport_receive(&c->transport);

		if (left == -EINTR)
			continue;
		if (left < 0)
			return set_error(c, CLIENT_IMPOSSIBLE, -left,
					 "receiving the answer failed");
		if (!left)
			return malformed(c, "it ends before its end");
		while (left) {
			struct nlmsghdr head;
			size_t step = reply_next(at, left, &head);
			int ret;

			if (!step)
				return malformed(c, "a message is longer than what came");
			ret = take_message(r, answer, &head, (const char *)at + NLMSG_HDRLEN);
			if (ret)
				return ret < 0 ? ret : 0;
			at += step;
			left -= step;
		}
	}
}

static int send_and_receive(struct request *r, uint16_t flags, struct answer *answer)
{
	struct client *c = r->client;
	struct nlmsghdr *head;
	int ret;

	if (r->error == ENAMETOOLONG)
		return set_error(c, CLIENT_WRONG, ENAMETOOLONG, "%s", r->text);
	if (r->error)
		return set_error(c, CLIENT_IMPOSSIBLE, r->error, "the request cannot be built");
	head = nlmsg_hdr(r->msg);
	ret = transport_request(&c->transport, r->command, nlmsg_data(head), nlmsg_datalen(head),
				flags);
	if (ret < 0)
		return set_error(c, CLIENT_IMPOSSIBLE, -ret, "the capture has no such answer");
	if (!client_is_replay(c)) {
		head->nlmsg_flags = NLM_F_REQUEST | flags;
		head->nlmsg_seq = NL_AUTO_SEQ;
		ret = nl_send_auto(c->socket, r->msg);
		if (ret < 0)
			return set_error(c, CLIENT_IMPOSSIBLE, EIO,
					 "sending the request failed: %s", nl_geterror(ret));
	}
	return receive(r, answer);
}

int request_row(struct request *r, const struct schema *schema, void *row)
{
	struct answer answer = { .schema = schema, .row = row };
	int ret;

	if (row)
		memset(row, 0, schema->size);
	ret = send_and_receive(r, NLM_F_ACK, &answer);
	if (!ret && row && !answer.got)
		ret = malformed(r->client, "it has nothing but an acknowledgment");
	if (ret && row) {
		decode_release(schema, row);
		memset(row, 0, schema->size);
	}
	nlmsg_free(r->msg);
	return ret;
}

int request_list(struct request *r, const struct schema *schema, struct list *list)
{
	struct client *c = r->client;
	int ret = 0;

	*list = (struct list){ .schema = schema };
	for (int i = 0; i < DUMP_TRIES; i++) {
		struct answer answer = { .schema = schema, .list = list };

		list_free(list);
		ret = send_and_receive(r, NLM_F_DUMP, &answer);
		list->torn = answer.interrupted;
		if (ret || !list->torn)
			break;
	}
	if (ret)
		list_free(list);
	else
		c->torn |= list->torn;
	nlmsg_free(r->msg);
	return ret;
}

int client_event_open(struct client *c)
{
	int size = EVENT_BUFFER;
	int group;
	int ret;

	memset(&c->error, 0, sizeof(c->error));
	ret = transport_request(&c->transport, MEMCTL_CMD_EVENT, NULL, 0, 0);
	if (ret < 0)
		return set_error(c, CLIENT_IMPOSSIBLE, -ret, "the capture has no events");
	if (client_is_replay(c))
		return 0;
	/* Beyond the limit of the system where we may, up to it where we may not. */
	if (setsockopt(c->transport.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(c->transport.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* libnl does not know of the answers that were received here. */
	nl_socket_disable_seq_check(c->socket);
	group = genl_ctrl_resolve_grp(c->socket, MEMCTL_FAMILY_NAME, MEMCTL_MCGRP_EVENTS);
	if (group < 0)
		return set_error(c, CLIENT_VERSION, ENOENT, "the module has no group of events");
	if (setsockopt(c->transport.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return set_error(c, CLIENT_REFUSED, errno, "%s", "");
	return 0;
}

/* Wait for a datagram and start at its head: 1, 0 at the end of time or capture, -errno. */
static int event_receive(struct client *c, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = c->transport.fd, .events = POLLIN };
	long got;

	if (!client_is_replay(c)) {
		int ready = poll(&poll_fd, 1, timeout_ms);

		if (ready <= 0)
			return ready ? set_error(c, CLIENT_IMPOSSIBLE, errno, "waiting failed") : 0;
	}
	got = transport_receive(&c->transport);
	if (got < 0)
		return set_error(c, CLIENT_IMPOSSIBLE, -got, "receiving an event failed");
	c->event_at = 0;
	c->event_size = got;
	return got ? 1 : 0;
}

int client_event_next(struct client *c, int timeout_ms, struct event *out)
{
	struct request listen = { .client = c, .command = MEMCTL_CMD_EVENT };
	struct answer answer = { .schema = &event_schema, .row = out };

	memset(out, 0, sizeof(*out));
	while (!answer.got) {
		const unsigned char *at = c->transport.buffer + c->event_at;
		struct nlmsghdr head;
		size_t step;
		int ret;

		if (c->event_at == c->event_size) {
			ret = event_receive(c, timeout_ms);
			if (ret <= 0)
				return ret;
			continue;
		}
		step = reply_next(at, c->event_size - c->event_at, &head);
		if (!step)
			return malformed(c, "an event is longer than what came");
		c->event_at += step;
		if (head.nlmsg_type < NLMSG_MIN_TYPE ||
		    (!client_is_replay(c) && head.nlmsg_type != c->family))
			continue;
		ret = take_row(&listen, &answer, (const char *)at + NLMSG_HDRLEN,
			       head.nlmsg_len - NLMSG_HDRLEN);
		if (ret < 0)
			return ret;
	}
	return 1;
}
