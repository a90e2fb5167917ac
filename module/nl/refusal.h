/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals: the error text of a request or dump that failed, and the
 * acknowledgment that carries it to the requester. See refusal.c for the rules.
 */
#ifndef MCTL_NL_REFUSAL_H
#define MCTL_NL_REFUSAL_H

#include <linux/netlink.h>
#include "host/error.h"

/* An error text of the layers below, and the prefix that reports an injected fault. */
#define MCTL_NL_TEXT_SIZE (MCTL_ERROR_TEXT_SIZE + 64)

/**
 * struct mctl_nl_refusal - error report to the requester when a request fails
 * @extack: for the kernel's acknowledgment; its text is @text, or a constant
 * @text: one sentence without a full stop
 *
 * One for each request and for each dump, in its own memory. @extack is zeroed
 * before use, @text need not be.
 */
struct mctl_nl_refusal {
	struct netlink_ext_ack extack;
	char text[MCTL_NL_TEXT_SIZE];
};

/**
 * mctl_nl_refuse() - refuse a request and say why
 * @extack: of the request: that of a struct mctl_nl_refusal, never the kernel's own (F1)
 * @attr: offending attribute, or NULL
 * @errno: negative errno
 * @format: one sentence without a full stop: which, what, and the limit
 *
 * Context: Any context.
 * Return: @errno.
 */
__printf(4, 5) int mctl_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
				  int errno, const char *format, ...);

/**
 * mctl_nl_fail() - pass on a refusal of the layer below
 * @extack: of the request
 * @attr: offending attribute, or NULL
 * @errno: negative errno
 * @error: its text
 *
 * Context: Any context.
 * Return: @errno.
 */
int mctl_nl_fail(struct netlink_ext_ack *extack, const struct nlattr *attr, int errno,
		 const struct mctl_error *error);

int mctl_nl_refusal_send(struct sk_buff *skb, int errno, struct mctl_nl_refusal *refusal);

#endif /* MCTL_NL_REFUSAL_H */
