// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that read, write and touch regions for processes, and that query
 * which of their pages were touched.
 */
#include <linux/slab.h>
#include "arenas/arenas.h"
#include "nl/nl_space.h"

/* What a request specifies: a region, an address in it, and a length. */
struct place {
	const char *region;
	struct nlattr *address;
	struct nlattr *extent;
};

/* @type and @what: the attribute that has the length */
static int read_place(struct genl_info *info, struct place *place, int type, const char *what)
{
	place->region = mctl_nl_space_name(info);
	if (IS_ERR(place->region))
		return PTR_ERR(place->region);
	place->address = mctl_nl_need(info, MEMCTL_A_ACCESS_ADDRESS, "address");
	if (IS_ERR(place->address))
		return PTR_ERR(place->address);
	place->extent = mctl_nl_need(info, type, what);
	return PTR_ERR_OR_ZERO(place->extent);
}

static int check_size(struct genl_info *info, const struct nlattr *attr, u64 size)
{
	if (size && size <= MEMCTL_MAX_DATA)
		return 0;
	return mctl_nl_refuse(info->extack, attr, -EINVAL, "%llu bytes: 1 to %u in one request",
			      size, MEMCTL_MAX_DATA);
}

static bool put_address(struct sk_buff *skb, const struct place *place)
{
	return mctl_nl_put_u64(skb, MEMCTL_A_ACCESS_ADDRESS, nla_get_u64(place->address),
			       MEMCTL_A_ACCESS_PAD);
}

/* The data are read directly into the reply. */
static int read(struct genl_info *info, const struct place *place, u32 size)
{
	struct mctl_error error = {};
	struct nlattr *data = NULL;
	struct sk_buff *skb;
	void *hdr;
	int ret;

	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE + size, &hdr);
	if (!skb)
		return -ENOMEM;
	if (!put_address(skb, place))
		data = nla_reserve(skb, MEMCTL_A_ACCESS_DATA, size);
	if (!data)
		return mctl_nl_reply_send(skb, hdr, info, true);
	ret = mctl_space_read(mctl_nl_arena(info), place->region, nla_get_u64(place->address),
			      nla_data(data), size, &error);
	if (!ret)
		return mctl_nl_reply_send(skb, hdr, info, false);
	nlmsg_free(skb);
	return mctl_nl_fail(info->extack, place->address, ret, &error);
}

int memctl_nl_region_read_doit(struct sk_buff *request, struct genl_info *info)
{
	struct place place;
	int ret;

	ret = read_place(info, &place, MEMCTL_A_ACCESS_SIZE, "size");
	if (!ret)
		ret = check_size(info, place.extent, nla_get_u64(place.extent));
	return ret ?: read(info, &place, nla_get_u64(place.extent));
}

int memctl_nl_region_write_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_error error = {};
	struct place place;
	int ret;

	ret = read_place(info, &place, MEMCTL_A_ACCESS_DATA, "data");
	if (!ret)
		ret = check_size(info, place.extent, nla_len(place.extent));
	if (ret)
		return ret;
	ret = mctl_space_write(mctl_nl_arena(info), place.region, nla_get_u64(place.address),
			       nla_data(place.extent), nla_len(place.extent), &error);
	return ret ? mctl_nl_fail(info->extack, place.address, ret, &error) : 0;
}

int memctl_nl_region_touch_doit(struct sk_buff *request, struct genl_info *info)
{
	bool write = nla_get_flag(info->attrs[MEMCTL_A_ACCESS_WRITE]);
	u64 counts[MCTL_NR_FAULTS] = {};
	struct mctl_error error = {};
	struct sk_buff *skb;
	struct place place;
	bool failed;
	void *hdr;
	int ret;

	ret = read_place(info, &place, MEMCTL_A_ACCESS_SIZE, "size");
	if (ret)
		return ret;
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	ret = mctl_space_touch(mctl_nl_arena(info), place.region, nla_get_u64(place.address),
			       nla_get_u64(place.extent), write, counts, &error);
	if (ret) {
		nlmsg_free(skb);
		return mctl_nl_fail(info->extack, place.address, ret, &error);
	}
	failed = put_address(skb, &place) ||
		 mctl_nl_put_u64(skb, MEMCTL_A_ACCESS_SIZE, nla_get_u64(place.extent),
				 MEMCTL_A_ACCESS_PAD) ||
		 mctl_nl_space_put_faults(skb, MEMCTL_A_ACCESS_NR_MINOR, counts,
					  MEMCTL_A_ACCESS_PAD);
	return mctl_nl_reply_send(skb, hdr, info, failed);
}

static bool put_idle_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_IDLE_PAD);
}

int memctl_nl_region_idle_doit(struct sk_buff *request, struct genl_info *info)
{
	bool clear = nla_get_flag(info->attrs[MEMCTL_A_IDLE_CLEAR]);
	struct mctl_arena *arena = mctl_nl_arena(info);
	const char *name = mctl_nl_space_name(info);
	struct mctl_space_idle idle = {};
	struct mctl_error error = {};
	struct sk_buff *skb;
	bool failed;
	void *hdr;
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	ret = mctl_space_idle(arena, name, clear, &idle, &error);
	if (ret) {
		nlmsg_free(skb);
		return mctl_nl_fail(info->extack, info->attrs[MCTL_NL_REGION_ATTR], ret, &error);
	}
	failed = nla_put_string(skb, MEMCTL_A_IDLE_ARENA, arena->name) ||
		 put_idle_u64(skb, MEMCTL_A_IDLE_GENERATION, mctl_arena_generation(arena)) ||
		 nla_put_string(skb, MEMCTL_A_IDLE_REGION, name) ||
		 put_idle_u64(skb, MEMCTL_A_IDLE_NR_PAGES, idle.nr_pages) ||
		 put_idle_u64(skb, MEMCTL_A_IDLE_NR_ACCESSED, idle.nr_accessed) ||
		 put_idle_u64(skb, MEMCTL_A_IDLE_NR_IDLE, idle.nr_idle) ||
		 put_idle_u64(skb, MEMCTL_A_IDLE_NR_DIRTY, idle.nr_dirty);
	return mctl_nl_reply_send(skb, hdr, info, failed);
}
