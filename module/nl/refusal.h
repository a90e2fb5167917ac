/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Refusals: the text of a request or dump that failed, and the acknowledgment
 * that brings it to the requester. See refusal.c for the rules.
 */
#ifndef MCTL_NL_REFUSAL_H
#define MCTL_NL_REFUSAL_H

#include <linux/netlink.h>
#include "host/error.h"

/* A text of the layers below, and what an injected fault is told with. */
#define MCTL_NL_TEXT_SIZE (MCTL_ERROR_TEXT_SIZE + 64)

/**
 * struct mctl_nl_refusal - what a requester is told when a request fails
 * @extack: for the kernel's acknowledgment; its text is @text, or a constant
 * @text: one sentence without a full stop
 *
 * One for each request and for each dump, in memory of its own. @extack is
 * zeroed before use, @text need not be.
 */
struct mctl_nl_refusal {
	struct netlink_ext_ack extack;
	char text[MCTL_NL_TEXT_SIZE];
};

/**
 * mctl_nl_refuse() - refuse a request, and say why
 * @extack: of the request: that of a struct mctl_nl_refusal, never the kernel's own (F1)
 * @attr: attribute that is to blame, or NULL
 * @errno: negative errno
 * @format: one sentence without a full stop: which, what, and the limit
 *
 * Context: Any.
 * Return: @errno.
 */
__printf(4, 5) int mctl_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
				  int errno, const char *format, ...);

/**
 * mctl_nl_fail() - pass a refusal of the layer below on
 * @extack: of the request
 * @attr: attribute that is to blame, or NULL
 * @errno: negative errno
 * @error: the text of it
 *
 * Context: Any.
 * Return: @errno.
 */
int mctl_nl_fail(struct netlink_ext_ack *extack, const struct nlattr *attr, int errno,
		 const struct mctl_error *error);

int mctl_nl_refusal_send(struct sk_buff *skb, int errno, struct mctl_nl_refusal *refusal);

#endif /* MCTL_NL_REFUSAL_H */
