// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals: the error text of a request or dump that failed, and the
 * acknowledgment that carries it to the requester.
 *
 * The kernel's extended acknowledgment has a pointer to the text, and the
 * kernel reads it after the handler has returned. Its own buffer for formatted
 * texts has 80 bytes, and Linux 6.1 has none. So the text is stored in memory
 * of the request, and the acknowledgment is created before that memory is
 * freed:
 *
 *   request  A struct mctl_nl_refusal on the stack of run_request() in
 *            netlink.c, which sends the acknowledgment itself and returns
 *            -EINTR. That is how netlink_dump_start() tells netlink_rcv_skb()
 *            that there is nothing left to acknowledge.
 *   dump     One in the memory of the dump, which lasts from start to done.
 *            A start that fails sends its acknowledgment like a request. A
 *            later part has the text in the message that ends the dump, which
 *            netlink_dump() makes before it calls done.
 *
 * F1  Every extack that a handler sees is that of a struct mctl_nl_refusal of
 *     its own request or dump.
 * F2  Memory with a text is written only by the task of its request, and no
 *     acknowledgment points to it when it is freed.
 * F3  A text is never truncated silently: one that is too long ends in "...".
 * F4  The kernel gets -EINTR only after the acknowledgment has been sent, so
 *     that a wait that was killed is answered like every other failure.
 *
 * Locks: none.
 */
#include <linux/skbuff.h>
#include <linux/string.h>
#include "nl/refusal.h"

int mctl_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int errno,
		   const char *format, ...)
{
	struct mctl_nl_refusal *refusal = container_of(extack, struct mctl_nl_refusal, extack);
	va_list args;

	va_start(args, format);
	mctl_error_format(refusal->text, sizeof(refusal->text), format, args);
	va_end(args);
	extack->_msg = refusal->text;
	if (attr)
		extack->bad_attr = attr;
	return errno;
}

int mctl_nl_fail(struct netlink_ext_ack *extack, const struct nlattr *attr, int errno,
		 const struct mctl_error *error)
{
	if (!error->text[0])
		return mctl_nl_refuse(extack, attr, errno, "refused without a reason (error %d)",
				      errno);
	return mctl_nl_refuse(extack, attr, errno, "%s", error->text);
}

/* Default text if the handler had none: no memory on the host, or an interrupted wait. */
static const char *text_of(int errno)
{
	switch (errno) {
	case -ENOMEM:
		return "the host has no memory for the request";
	case -EINTR:
		return "a signal ended the wait";
	default:
		return NULL;
	}
}

/**
 * mctl_nl_refusal_send() - acknowledge a request that failed
 * @skb: the request
 * @errno: negative errno, or 0 for a text with a success
 * @refusal: the error text, if there is one
 *
 * Context: Process context, may sleep. The handler of the request, or the start of the dump.
 * Return: -EINTR, for the kernel: the acknowledgment has been sent (F4).
 */
int mctl_nl_refusal_send(struct sk_buff *skb, int errno, struct mctl_nl_refusal *refusal)
{
	if (!refusal->extack._msg)
		refusal->extack._msg = text_of(errno);
	netlink_ack(skb, nlmsg_hdr(skb), errno, &refusal->extack);
	return -EINTR;
}
