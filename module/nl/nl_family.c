// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family, and the messages of the family. It knows no handler: netlink.c fills
 * in the operations before it registers the family.
 *
 * Locks: none. The family and its operations do not change while it is registered.
 */
#include <linux/module.h>
#include "nl/nl_impl.h"

/* The generated table, with the handlers of netlink.c wrapped around those of the objects. */
struct genl_ops mctl_nl_ops[ARRAY_SIZE(memctl_nl_ops)];

static const struct genl_multicast_group mctl_nl_groups[] = {
	[MEMCTL_NLGRP_EVENTS] = {
		.name = MEMCTL_MCGRP_EVENTS,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
};

struct genl_family mctl_nl_family = {
	.name = MEMCTL_FAMILY_NAME,
	.version = MEMCTL_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = false,
	.parallel_ops = true,
	.resv_start_op = 0,
	.ops = mctl_nl_ops,
	.n_ops = ARRAY_SIZE(mctl_nl_ops),
	.mcgrps = mctl_nl_groups,
	.n_mcgrps = ARRAY_SIZE(mctl_nl_groups),
};

struct nlattr *mctl_nl_need(struct genl_info *info, int type, const char *what)
{
	if (info->attrs[type])
		return info->attrs[type];
	if (info->extack)
		info->extack->miss_type = type;
	mctl_nl_refuse(info->extack, NULL, -EINVAL, "attribute %s is missing", what);
	return ERR_PTR(-EINVAL);
}

const char *mctl_nl_name(struct netlink_ext_ack *extack, const struct nlattr *attr,
			 const char *what)
{
	const char *name = nla_data(attr);

	if (strnlen(name, nla_len(attr)) + 1 != nla_len(attr)) {
		mctl_nl_refuse(extack, attr, -EINVAL, "the name of the %s has a NUL inside", what);
		return ERR_PTR(-EINVAL);
	}
	return name;
}

struct sk_buff *mctl_nl_reply_new(struct genl_info *info, size_t size, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &mctl_nl_family, 0, info->genlhdr->cmd);
	if (*hdr)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

int mctl_nl_reply_send(struct sk_buff *skb, void *hdr, struct genl_info *info, bool failed)
{
	if (failed) {
		nlmsg_free(skb);
		return mctl_nl_refuse(info->extack, NULL, -EMSGSIZE,
				      "the reply does not fit into a message");
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}
