// SPDX-License-Identifier: GPL-2.0
/*
 * nl_message - netlink messages written byte by byte, a socket, and the
 * verdict on what came back.
 */
#include <stdarg.h>
#include "nl_message.h"

unsigned int nr_tests, nr_failed;
uint16_t family;
uint32_t group;

/* --- messages --- */

struct message request;
struct reply reply;

struct nlmsghdr *header(struct message *message)
{
	return (struct nlmsghdr *)message->data;
}

void begin(struct message *message, uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(message->data + NLMSG_HDRLEN);

	memset(message->data, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	message->len = NLMSG_HDRLEN + GENL_HDRLEN;
	header(message)->nlmsg_type = type;
	header(message)->nlmsg_flags = NLM_F_REQUEST | flags;
	header(message)->nlmsg_seq = 1;
	genl->cmd = cmd;
	genl->version = MEMCTL_FAMILY_VERSION;
}

void put(struct message *message, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = (struct nlattr *)(message->data + message->len);

	if (message->len + NLA_HDRLEN + NLA_ALIGN(len) > MAX_MESSAGE)
		abort();
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memset(attr + 1, 0, NLA_ALIGN(len));
	if (len)
		memcpy(attr + 1, data, len);
	message->len += NLA_HDRLEN + NLA_ALIGN(len);
}

void put_u32(struct message *message, uint16_t type, uint32_t value)
{
	put(message, type, &value, sizeof(value));
}

void put_u64(struct message *message, uint16_t type, uint64_t value)
{
	put(message, type, &value, sizeof(value));
}

void put_text(struct message *message, uint16_t type, const char *text)
{
	put(message, type, text, strlen(text) + 1);
}

const struct nlattr *find(const void *data, size_t len, uint16_t type)
{
	const uint8_t *at = data;

	while (len >= NLA_HDRLEN) {
		const struct nlattr *attr = (const struct nlattr *)at;
		size_t step = NLA_ALIGN(attr->nla_len);

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > len)
			return NULL;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		at += step < len ? step : len;
		len -= step < len ? step : len;
	}
	return NULL;
}

const void *payload(const struct nlattr *attr)
{
	return attr + 1;
}

/* --- the socket --- */

int open_socket(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	struct timeval limit = { .tv_sec = 60 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int one = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return -1;
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return fd;
}

/* An acknowledgment, or the end of a dump, which repeats nothing of the request. */
static void read_ack(const struct nlmsghdr *nlh, struct reply *to)
{
	const struct nlmsgerr *ack = NLMSG_DATA(nlh);
	bool done = nlh->nlmsg_type == NLMSG_DONE;
	const struct nlattr *attr;
	size_t skip = done ? sizeof(ack->error) : sizeof(*ack);

	to->error = ack->error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!done && ack->error && !(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(ack->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (NLMSG_HDRLEN + skip > nlh->nlmsg_len)
		return;
	attr = find((const uint8_t *)ack + skip, nlh->nlmsg_len - NLMSG_HDRLEN - skip,
		    NLMSGERR_ATTR_MSG);
	to->told = true;
	if (attr)
		snprintf(to->text, sizeof(to->text), "%s", (const char *)payload(attr));
}

/* Send what is there and wait for its ack. */
static int talk(int fd, struct message *message, struct reply *to)
{
	static uint8_t buffer[MAX_MESSAGE];

	memset(to, 0, offsetof(struct reply, data));
	to->len = 0;
	to->error = -ETIMEDOUT;
	if (send(fd, message->data, message->len, 0) < 0) {
		to->error = -errno;
		return to->error;
	}
	for (;;) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)buffer;

		if (got < 0)
			return to->error;
		for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
			if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
				read_ack(nlh, to);
				return to->error;
			}
			if (to->len)
				continue;
			memcpy(to->data, nlh, nlh->nlmsg_len);
			to->len = nlh->nlmsg_len;
		}
	}
}

int finish(int fd, struct message *message, struct reply *to)
{
	header(message)->nlmsg_len = message->len;
	header(message)->nlmsg_flags |= NLM_F_ACK;
	return talk(fd, message, to);
}

const struct nlattr *replied(const struct reply *from, uint16_t type)
{
	size_t skip = NLMSG_HDRLEN + GENL_HDRLEN;

	return from->len < skip ? NULL : find(from->data + skip, from->len - skip, type);
}

uint64_t replied_number(const struct reply *from, uint16_t type)
{
	const struct nlattr *attr = replied(from, type);
	uint64_t value = 0;

	if (attr)
		memcpy(&value, payload(attr),
		       attr->nla_len - NLA_HDRLEN > 8 ? 8 : attr->nla_len - NLA_HDRLEN);
	return value;
}

/* --- the family --- */

bool find_family(int fd)
{
	const struct nlattr *groups, *first, *id;

	begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put_text(&request, CTRL_ATTR_FAMILY_NAME, MEMCTL_FAMILY_NAME);
	if (finish(fd, &request, &reply))
		return false;
	family = replied_number(&reply, CTRL_ATTR_FAMILY_ID);
	groups = replied(&reply, CTRL_ATTR_MCAST_GROUPS);
	first = groups ? payload(groups) : NULL;
	id = first ? find(payload(first), first->nla_len - NLA_HDRLEN, CTRL_ATTR_MCAST_GRP_ID) :
		     NULL;
	if (id)
		memcpy(&group, payload(id), sizeof(group));
	return family && group;
}

/* --- verdicts --- */

__attribute__((format(printf, 2, 3))) bool check(bool good, const char *format, ...)
{
	va_list args;

	nr_tests++;
	nr_failed += !good;
	printf("%s %u - ", good ? "ok" : "not ok", nr_tests);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	return good;
}

const uint16_t watched[NR_WATCHED - 1] = {
	MEMCTL_A_ARENA_SIZE,	  MEMCTL_A_ARENA_NR_FRAMES,  MEMCTL_A_ARENA_NR_CHUNKS,
	MEMCTL_A_ARENA_NR_CACHES, MEMCTL_A_ARENA_NR_REGIONS, MEMCTL_A_ARENA_NR_HANDLES,
	MEMCTL_A_ARENA_NR_USERS,  MEMCTL_A_ARENA_NR_TABLE,   MEMCTL_A_ARENA_NR_BAD_FREE,
};

void watch(int fd, uint64_t *values)
{
	static struct message ask;
	static struct reply answer;
	unsigned int i;

	begin(&ask, family, MEMCTL_CMD_ARENA_GET, 0);
	finish(fd, &ask, &answer);
	for (i = 0; i < NR_WATCHED - 1; i++)
		values[i] = replied_number(&answer, watched[i]);
	/* A frame may move from a free list to a frame cache, but not away. */
	values[i] = replied_number(&answer, MEMCTL_A_ARENA_NR_FREE) +
		    replied_number(&answer, MEMCTL_A_ARENA_NR_CACHED) +
		    replied_number(&answer, MEMCTL_A_ARENA_NR_SLAB);
}

/*
 * Send the request; it must be refused with one of two errors (ANY_ERROR: with
 * whatever), with a text or the attribute unless @silent, and change nothing.
 */
void refused(int fd, int error, int other, bool silent, const char *name)
{
	uint64_t before[NR_WATCHED], after[NR_WATCHED];
	bool right;

	watch(fd, before);
	finish(fd, &request, &reply);
	watch(fd, after);
	right = error == ANY_ERROR ? reply.error < 0 : reply.error == error || reply.error == other;
	check(right && (silent || reply.told) && !memcmp(before, after, sizeof(before)),
	      "%s: error %d%s%s%s", name, reply.error, reply.text[0] ? ", " : "", reply.text,
	      memcmp(before, after, sizeof(before)) ? " AND THE STATE CHANGED" : "");
}
