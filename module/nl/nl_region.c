// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about regions of both kinds. Those that processes map are passed on
 * to nl_space.c.
 */
#include "arenas/arenas.h"
#include "nl/nl_space.h"
#include "regions/region.h"

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
	struct mctl_space_info space;
	struct sk_buff *skb;
	bool is_space;
	void *hdr;

	if (IS_ERR(name))
		return PTR_ERR(name);
	is_space = !mctl_space_info(arena, name, &space);
	if (!is_space && mctl_region_info(arena, name, &region))
		return mctl_nl_refuse(info->extack, info->attrs[MEMCTL_A_REGION_NAME], -ENOENT,
				      "arena %s has no region %s", arena->name, name);
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info,
				  is_space ? mctl_nl_space_put(skb, arena, &space) :
					     put_region(skb, arena, &region));
}

static int dump_space(struct sk_buff *skb, struct mctl_nl_dump *dump)
{
	struct mctl_space *space = mctl_space_get_from(dump->arena, dump->position);
	struct mctl_space_info info;
	u64 id;
	int ret;

	if (!space)
		return -ENOENT;
	id = mctl_space_id(space);
	ret = mctl_space_info_of(space, &info);
	mctl_space_put(space);
	if (!ret && mctl_nl_space_put(skb, dump->arena, &info))
		ret = -EMSGSIZE;
	if (!ret)
		dump->position = id + 1;
	return ret;
}

/*
 * Regions in the kernel come first. The position is the lowest id of its kind
 * that is not sent yet.
 */
static int dump_region(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_region_info region;
	u64 id = dump->position;

	if (!dump->spaces && mctl_region_info_from(dump->arena, &id, &region)) {
		dump->spaces = true;
		dump->position = 0;
	}
	if (dump->spaces)
		return dump_space(skb, dump);
	if (put_region(skb, dump->arena, &region))
		return -EMSGSIZE;
	dump->position = id + 1;
	return 0;
}

int memctl_nl_region_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_REGION_GET, dump_region);
}

/*
 * Create a region in the kernel. Return: 0 and its description, or an errno
 * that has been reported.
 */
static int add_region(struct genl_info *info, const char *name, struct mctl_region_info *region)
{
	bool readonly = nla_get_flag(info->attrs[MEMCTL_A_REGION_READONLY]);
	struct mctl_error error = {};
	struct nlattr *nr_pages;
	int ret;

	nr_pages = mctl_nl_need(info, MEMCTL_A_REGION_NR_PAGES, "nr-pages");
	if (IS_ERR(nr_pages))
		return PTR_ERR(nr_pages);
	if (info->attrs[MEMCTL_A_REGION_LIMIT] || info->attrs[MEMCTL_A_REGION_ORDER] ||
	    info->attrs[MEMCTL_A_REGION_WINDOW] || info->attrs[MEMCTL_A_REGION_EMPTY])
		return mctl_nl_refuse(info->extack, NULL, -EINVAL,
				      "limit, order, window and empty go with size alone");
	ret = mctl_region_add(mctl_nl_arena(info), name, nla_get_u32(nr_pages), readonly, region,
			      &error);
	return ret ? mctl_nl_fail(info->extack, NULL, ret, &error) : 0;
}

/* Create a region for processes. */
static int add_space(struct genl_info *info, const char *name, struct mctl_region_info *region)
{
	struct mctl_space_info space;
	int ret = mctl_nl_space_add(info, name);

	if (ret)
		return ret;
	/* It may already have been deleted again. */
	if (mctl_space_info(mctl_nl_arena(info), name, &space))
		memset(&space, 0, sizeof(space));
	region->start = space.start;
	region->end = space.end;
	region->levels = space.levels;
	return 0;
}

int memctl_nl_region_add_doit(struct sk_buff *request, struct genl_info *info)
{
	const char *name = read_name(info);
	struct mctl_region_info region;
	struct sk_buff *skb;
	bool failed;
	void *hdr;
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	ret = info->attrs[MEMCTL_A_REGION_SIZE] ? add_space(info, name, &region) :
						  add_region(info, name, &region);
	if (ret) {
		nlmsg_free(skb);
		return ret;
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
	if (mctl_space_exists(mctl_nl_arena(info), name))
		ret = mctl_space_del(mctl_nl_arena(info), name, &error);
	else
		ret = mctl_region_del(mctl_nl_arena(info), name, &error);
	if (ret)
		mctl_nl_fail(info->extack, info->attrs[MEMCTL_A_REGION_NAME], ret, &error);
	return ret;
}
