// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals: the text of a request or dump that failed, and the acknowledgment
 * that brings it to the requester.
 *
 * The kernel's extended acknowledgment has a pointer to the text, and reads
 * it after the handler has returned. Its own room for formatted texts is 80
 * bytes, and Linux 6.1 has none. So the text lives in memory of the request,
 * and the acknowledgment is made before that memory is gone:
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
 * F2  Memory with a text is written by the task of its request alone, and no
 *     acknowledgment points at it when it is given back.
 * F3  A text is never cut in silence: one that is too long ends in "...".
 * F4  The kernel gets -EINTR only with the acknowledgment sent, so that a wait
 *     that was killed is answered like every other failure.
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

/* What is left to say when the handler had no text: the host's memory, or a wait that ended. */
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
 * @errno: negative errno, or 0 for a text beside a success
 * @refusal: its text, if it has one
 *
 * Context: process; sleeps. The handler of the request, or the start of the dump.
 * Return: -EINTR, for the kernel: the acknowledgment has been sent (F4).
 */
int mctl_nl_refusal_send(struct sk_buff *skb, int errno, struct mctl_nl_refusal *refusal)
{
	if (!refusal->extack._msg)
		refusal->extack._msg = text_of(errno);
	netlink_ack(skb, nlmsg_hdr(skb), errno, &refusal->extack);
	return -EINTR;
}
