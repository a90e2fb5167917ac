// SPDX-License-Identifier: GPL-2.0
/* Requests about handles: what a handle refers to, and free by owner. */
#include <linux/sched/signal.h>
#include "arenas/arenas.h"
#include "arenas/owner.h"
#include "handles/handle.h"
#include "nl/nl_impl.h"

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_HANDLE_PAD);
}

static bool put_handle(struct sk_buff *skb, struct mctl_arena *arena,
		       const struct mctl_handle_info *handle)
{
	return nla_put_string(skb, MEMCTL_A_HANDLE_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_HANDLE_GENERATION, mctl_arena_generation(arena)) ||
	       put_u64(skb, MEMCTL_A_HANDLE_HANDLE, handle->handle) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_KIND, handle->kind) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_OWNER, handle->owner) ||
	       (handle->kind == MEMCTL_KIND_PAGE &&
		nla_put_u32(skb, MEMCTL_A_HANDLE_ORDER, handle->order)) ||
	       (handle->kind == MEMCTL_KIND_OBJECT &&
		nla_put_string(skb, MEMCTL_A_HANDLE_CACHE, handle->cache)) ||
	       put_u64(skb, MEMCTL_A_HANDLE_SIZE, handle->size) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_NODE, handle->node) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_TYPE, handle->type) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_FN, handle->fn) ||
	       put_u64(skb, MEMCTL_A_HANDLE_PFN, handle->pfn) ||
	       put_u64(skb, MEMCTL_A_HANDLE_ADDRESS, handle->address);
}

/* Requests and dumps share one policy: refuse in a request the filters of a dump. */
static int refuse_filter(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MEMCTL_A_HANDLE_KIND];

	if (!attr)
		attr = info->attrs[MEMCTL_A_HANDLE_OWNER];
	if (!attr)
		attr = info->attrs[MEMCTL_A_HANDLE_KERNEL];
	if (!attr)
		return 0;
	return mctl_nl_refuse(info->extack, attr, -EINVAL, "kind, owner and kernel are for dumps");
}

int memctl_nl_handle_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_handle_info handle;
	struct nlattr *attr;
	struct sk_buff *skb;
	void *hdr;
	int ret;

	attr = mctl_nl_need(info, MEMCTL_A_HANDLE_HANDLE, "handle");
	if (IS_ERR(attr))
		return PTR_ERR(attr);
	ret = refuse_filter(info);
	if (ret)
		return ret;
	ret = mctl_handle_info(arena, nla_get_u64(attr), &handle);
	if (ret)
		return mctl_nl_refuse(info->extack, attr, ret,
				      "arena %s has no handle 0x%llx, or it is freed already",
				      arena->name, nla_get_u64(attr));
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_handle(skb, arena, &handle));
}

static bool wanted(struct netlink_callback *cb, const struct mctl_handle_info *handle)
{
	const struct nlattr *kind = mctl_nl_dump_attr(cb, MEMCTL_A_HANDLE_KIND);
	const struct nlattr *owner = mctl_nl_dump_attr(cb, MEMCTL_A_HANDLE_OWNER);

	return (!kind || nla_get_u32(kind) == handle->kind) &&
	       (!owner || nla_get_u32(owner) == handle->owner);
}

/* The position is the slot at which to look for the next handle. */
static int dump_handle(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_handle_info handle;
	u32 slot = dump->position;

	for (;; slot++) {
		if (mctl_handle_next(dump->arena, &slot, &handle))
			return -ENOENT;
		if (wanted(cb, &handle))
			break;
		cond_resched();
	}
	if (put_handle(skb, dump->arena, &handle))
		return -EMSGSIZE;
	dump->position = slot + 1;
	return 0;
}

static bool put_owned(struct sk_buff *skb, struct mctl_arena *arena, const struct mctl_owned *owned)
{
	return nla_put_string(skb, MEMCTL_A_HANDLE_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_HANDLE_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_KIND, MEMCTL_KIND_PAGE) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_ORDER, owned->order) ||
	       put_u64(skb, MEMCTL_A_HANDLE_SIZE, (u64)PAGE_SIZE << owned->order) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_NODE, owned->node) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_TYPE, owned->type) ||
	       nla_put_u32(skb, MEMCTL_A_HANDLE_FN, owned->fn) ||
	       put_u64(skb, MEMCTL_A_HANDLE_PFN, owned->pfn) ||
	       put_u64(skb, MEMCTL_A_HANDLE_ADDRESS, owned->address) ||
	       (owned->symbol[0] && nla_put_string(skb, MEMCTL_A_HANDLE_SYMBOL, owned->symbol));
}

/* The position is the frame at which to look for the next block. */
static int dump_owned(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_owned owned;
	u32 fn = dump->position;
	int ret;

	do {
		ret = mctl_owned_next(dump->arena, &fn, &owned);
		if (ret == -EAGAIN && fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	} while (ret == -EAGAIN);
	if (ret)
		return ret;
	if (put_owned(skb, dump->arena, &owned))
		return -EMSGSIZE;
	dump->position = fn;
	return 0;
}

int memctl_nl_handle_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	if (mctl_nl_dump_attr(cb, MEMCTL_A_HANDLE_KERNEL))
		return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_HANDLE_GET, dump_owned);
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_HANDLE_GET, dump_handle);
}

int memctl_nl_handle_free_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MEMCTL_A_HANDLE_OWNER];
	struct sk_buff *skb;
	u32 owner, nr;
	void *hdr;

	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	if (attr)
		owner = nla_get_u32(attr);
	nr = mctl_handle_free_owner(mctl_nl_arena(info), attr ? &owner : NULL);
	return mctl_nl_reply_send(skb, hdr, info, nla_put_u32(skb, MEMCTL_A_HANDLE_NR_FREED, nr));
}
