// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about regions.
 */
#include "mm/region.h"
#include "nl/netlink.h"

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_REGION_PAD);
}

static bool put_region(struct sk_buff *skb, struct mctl_arena *arena,
		       const struct mctl_region_info *region)
{
	return nla_put_string(skb, MEMCTL_A_REGION_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_REGION_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_string(skb, MEMCTL_A_REGION_NAME, region->name) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_PAGES, region->nr_pages) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_LEVELS, region->levels) ||
	       put_u64(skb, MEMCTL_A_REGION_START, region->start) ||
	       put_u64(skb, MEMCTL_A_REGION_END, region->end) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_TABLES, region->nr_tables) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_MAPPED, region->nr_mapped) ||
	       (region->readonly && nla_put_flag(skb, MEMCTL_A_REGION_READONLY));
}

static const char *read_name(struct genl_info *info)
{
	struct nlattr *attr = mctl_nl_need(info, MEMCTL_A_REGION_NAME, "name");

	return IS_ERR(attr) ? ERR_CAST(attr) : mctl_nl_name(info->extack, attr, "region");
}

int memctl_nl_region_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	const char *name = read_name(info);
	struct mctl_region_info region;
	struct sk_buff *skb;
	void *hdr;

	if (IS_ERR(name))
		return PTR_ERR(name);
	if (mctl_region_info(arena, name, &region))
		return mctl_nl_refuse(info->extack, info->attrs[MEMCTL_A_REGION_NAME], -ENOENT,
				      "arena %s has no region %s", arena->name, name);
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_region(skb, arena, &region));
}

static int dump_region(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_region_info region;

	if (mctl_region_info_nth(dump->arena, dump->position, &region))
		return -ENOENT;
	if (put_region(skb, dump->arena, &region))
		return -EMSGSIZE;
	dump->position++;
	return 0;
}

int memctl_nl_region_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_REGION_GET, dump_region);
}

int memctl_nl_region_add_doit(struct sk_buff *request, struct genl_info *info)
{
	bool readonly = nla_get_flag(info->attrs[MEMCTL_A_REGION_READONLY]);
	const char *name = read_name(info);
	struct mctl_region_info region;
	struct mctl_error error = {};
	struct nlattr *nr_pages;
	struct sk_buff *skb;
	bool failed;
	void *hdr;
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	nr_pages = mctl_nl_need(info, MEMCTL_A_REGION_NR_PAGES, "nr-pages");
	if (IS_ERR(nr_pages))
		return PTR_ERR(nr_pages);
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	ret = mctl_region_add(mctl_nl_arena(info), name, nla_get_u32(nr_pages), readonly, &region,
			      &error);
	if (ret) {
		nlmsg_free(skb);
		return mctl_nl_fail(info->extack, NULL, ret, &error);
	}
	failed = put_u64(skb, MEMCTL_A_REGION_START, region.start) ||
		 put_u64(skb, MEMCTL_A_REGION_END, region.end) ||
		 nla_put_u32(skb, MEMCTL_A_REGION_LEVELS, region.levels);
	return mctl_nl_reply_send(skb, hdr, info, failed);
}

int memctl_nl_region_del_doit(struct sk_buff *request, struct genl_info *info)
{
	const char *name = read_name(info);
	struct mctl_error error = {};
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = mctl_region_del(mctl_nl_arena(info), name, &error);
	if (ret)
		mctl_nl_fail(info->extack, info->attrs[MEMCTL_A_REGION_NAME], ret, &error);
	return ret;
}
