// SPDX-License-Identifier: GPL-2.0
/*
 * reply.c - parsing of message headers and extended acknowledgments, which are
 * untrusted bytes.
 */
#include <stdio.h>
#include <string.h>

#include "reply.h"

/**
 * reply_next() - the message at the head of what is left of a datagram
 * @at: the bytes
 * @size: their number
 * @head: filled; nlmsg_len is at least that of a head
 *
 * Return: bytes to the next message, 0 when this one is broken.
 */
size_t reply_next(const unsigned char *at, size_t size, struct nlmsghdr *head)
{
	if (size < sizeof(*head))
		return 0;
	memcpy(head, at, sizeof(*head));
	if (head->nlmsg_len < sizeof(*head) || head->nlmsg_len > size)
		return 0;
	return NLMSG_ALIGN(head->nlmsg_len) < size ? NLMSG_ALIGN(head->nlmsg_len) : size;
}

/* Which attribute of the request is at @offset? */
static unsigned int attr_at(const struct nlmsghdr *sent, uint32_t offset)
{
	struct nlattr attr;

	if (offset > sent->nlmsg_len || sent->nlmsg_len - offset < sizeof(attr))
		return 0;
	memcpy(&attr, (const char *)sent + offset, sizeof(attr));
	return attr.nla_type & NLA_TYPE_MASK;
}

static void take_attr(const struct nlattr *attr, const char *data, const struct nlmsghdr *sent,
		      struct client_error *error)
{
	size_t size = attr->nla_len - NLA_HDRLEN;
	uint32_t word = 0;

	if (size == sizeof(word))
		memcpy(&word, data, sizeof(word));
	switch (attr->nla_type) {
	case NLMSGERR_ATTR_MSG:
		snprintf(error->text, sizeof(error->text), "%.*s", (int)size, data);
		break;
	case NLMSGERR_ATTR_OFFS:
		error->attr = attr_at(sent, word);
		break;
	case NLMSGERR_ATTR_MISS_TYPE:
		error->attr = word;
		break;
	}
}

/* Where the attributes start: behind the errno, and what is left of the request in an error. */
static size_t attrs_offset(const struct nlmsghdr *head, const char *payload, size_t length)
{
	size_t skip = sizeof(int);
	struct nlmsgerr inner;

	if (head->nlmsg_type != NLMSG_ERROR || length < sizeof(inner))
		return skip;
	memcpy(&inner, payload, sizeof(inner));
	skip = sizeof(inner);
	if (!(head->nlmsg_flags & NLM_F_CAPPED) && inner.msg.nlmsg_len > NLMSG_HDRLEN)
		skip += inner.msg.nlmsg_len - NLMSG_HDRLEN;
	return skip;
}

/**
 * reply_ext_ack() - the kernel's words in an error, an acknowledgment or the end of a dump
 * @head: head of the message
 * @payload: what is behind it
 * @length: bytes of that
 * @sent: the request, to find the attribute that the kernel points at
 * @error: @text and @attr are set when there are words
 */
void reply_ext_ack(const struct nlmsghdr *head, const char *payload, size_t length,
		   const struct nlmsghdr *sent, struct client_error *error)
{
	size_t at = attrs_offset(head, payload, length);
	struct nlattr attr;

	if (!(head->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	while (at < length && length - at >= sizeof(attr)) {
		memcpy(&attr, payload + at, sizeof(attr));
		if (attr.nla_len < sizeof(attr) || attr.nla_len > length - at)
			return;
		take_attr(&attr, payload + at + NLA_HDRLEN, sent, error);
		at += NLA_ALIGN(attr.nla_len);
	}
}
