// SPDX-License-Identifier: GPL-2.0
/* Identify an address, a physical frame or a handle. */
#include <linux/slab.h>
#include "arenas/arenas.h"
#include "nl/nl_impl.h"
#include "observe/what.h"

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_WHAT_PAD);
}

static bool put_frame(struct sk_buff *skb, const struct mctl_what *what)
{
	char state[32];

	snprintf(state, sizeof(state), "%s%s", what->state, what->hwpoison ? ",hwpoison" : "");
	return put_u64(skb, MEMCTL_A_WHAT_PFN, what->pfn) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_FN, what->fn) ||
	       nla_put_string(skb, MEMCTL_A_WHAT_STATE, state) ||
	       (what->block_fn != MCTL_FN_NONE &&
		(nla_put_u32(skb, MEMCTL_A_WHAT_BLOCK_FN, what->block_fn) ||
		 nla_put_u32(skb, MEMCTL_A_WHAT_BLOCK_ORDER, what->block_order))) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_NODE, what->node) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_TYPE, what->type) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_MIGRATETYPE, what->mt) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_CHUNK_FN, what->chunk_fn) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_CHUNK_ORDER, what->chunk_order) ||
	       (what->has_cpu && nla_put_u32(skb, MEMCTL_A_WHAT_CPU, what->cpu)) ||
	       put_u64(skb, MEMCTL_A_WHAT_KERNEL_ADDRESS, what->kernel_address);
}

static bool put_object(struct sk_buff *skb, const struct mctl_what *what)
{
	const struct mctl_object_info *object = &what->object;

	return nla_put_string(skb, MEMCTL_A_WHAT_CACHE, object->cache) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_OBJECT_INDEX, object->index) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_OBJECT_OFFSET, object->offset) ||
	       (object->free && nla_put_flag(skb, MEMCTL_A_WHAT_OBJECT_FREE)) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_SLAB_INUSE, object->inuse) ||
	       nla_put_u32(skb, MEMCTL_A_WHAT_SLAB_OBJECTS, object->objects);
}

static bool put_what(struct sk_buff *skb, struct mctl_arena *arena, const struct mctl_what *what)
{
	return nla_put_string(skb, MEMCTL_A_WHAT_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_WHAT_GENERATION, mctl_arena_generation(arena)) ||
	       (what->has_address && put_u64(skb, MEMCTL_A_WHAT_ADDRESS, what->address)) ||
	       put_frame(skb, what) || (what->has_object && put_object(skb, what)) ||
	       (what->has_handle && put_u64(skb, MEMCTL_A_WHAT_HANDLE, what->handle)) ||
	       (what->has_owner && nla_put_u32(skb, MEMCTL_A_WHAT_OWNER, what->owner)) ||
	       (what->caller && (put_u64(skb, MEMCTL_A_WHAT_CALLER, what->caller) ||
				 nla_put_string(skb, MEMCTL_A_WHAT_SYMBOL, what->symbol))) ||
	       (what->has_region &&
		(nla_put_string(skb, MEMCTL_A_WHAT_REGION, what->region) ||
		 put_u64(skb, MEMCTL_A_WHAT_REGION_ADDRESS, what->region_address)));
}

/* The only key that the request has. */
static struct nlattr *read_key(struct genl_info *info, struct mctl_what *what)
{
	struct nlattr *address = info->attrs[MEMCTL_A_WHAT_ADDRESS];
	struct nlattr *pfn = info->attrs[MEMCTL_A_WHAT_PFN];
	struct nlattr *handle = info->attrs[MEMCTL_A_WHAT_HANDLE];
	struct nlattr *key = address ?: pfn ?: handle;

	if (!key || (key != pfn && pfn) || (key != handle && handle)) {
		mctl_nl_refuse(info->extack, key, -EINVAL,
			       "exactly one of address, pfn and handle is needed");
		return ERR_PTR(-EINVAL);
	}
	what->has_address = address;
	what->has_pfn = pfn;
	what->has_handle = handle;
	what->address = address ? nla_get_u64(address) : 0;
	what->pfn = pfn ? nla_get_u64(pfn) : 0;
	what->handle = handle ? nla_get_u64(handle) : 0;
	return key;
}

int memctl_nl_what_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_error error = {};
	struct mctl_what *what;
	struct sk_buff *skb;
	struct nlattr *key;
	void *hdr;
	int ret;

	what = kzalloc(sizeof(*what), GFP_KERNEL);
	if (!what)
		return -ENOMEM;
	key = read_key(info, what);
	ret = PTR_ERR_OR_ZERO(key);
	if (ret)
		goto out;
	ret = mctl_what(arena, what, &error);
	if (ret) {
		mctl_nl_fail(info->extack, key, ret, &error);
		goto out;
	}
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	ret = skb ? mctl_nl_reply_send(skb, hdr, info, put_what(skb, arena, what)) : -ENOMEM;
out:
	kfree(what);
	return ret;
}
