// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about chunks: the physically contiguous runs that an arena has
 * taken.
 */
#include "arenas/arenas.h"
#include "frames/chunk.h"
#include "nl/nl_impl.h"

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_CHUNK_PAD);
}

static bool put_chunk(struct sk_buff *skb, struct mctl_arena *arena,
		      const struct mctl_chunk_info *chunk)
{
	return nla_put_string(skb, MEMCTL_A_CHUNK_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_CHUNK_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_u32(skb, MEMCTL_A_CHUNK_FN, chunk->fn) ||
	       nla_put_u32(skb, MEMCTL_A_CHUNK_ORDER, chunk->order) ||
	       nla_put_u32(skb, MEMCTL_A_CHUNK_NODE, chunk->node) ||
	       nla_put_u32(skb, MEMCTL_A_CHUNK_TYPE, chunk->type) ||
	       put_u64(skb, MEMCTL_A_CHUNK_PFN, chunk->pfn) ||
	       put_u64(skb, MEMCTL_A_CHUNK_ADDRESS, chunk->address) ||
	       nla_put_u32(skb, MEMCTL_A_CHUNK_NR_FREE, chunk->nr_free);
}

int memctl_nl_chunk_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_chunk_info chunk;
	struct nlattr *fn;
	struct sk_buff *skb;
	void *hdr;

	fn = mctl_nl_need(info, MEMCTL_A_CHUNK_FN, "fn");
	if (IS_ERR(fn))
		return PTR_ERR(fn);
	if (mctl_arena_chunk_info(arena, nla_get_u32(fn), &chunk) || chunk.fn != nla_get_u32(fn))
		return mctl_nl_refuse(info->extack, fn, -ENOENT,
				      "no chunk of arena %s starts at frame %u", arena->name,
				      nla_get_u32(fn));
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_chunk(skb, arena, &chunk));
}

/* The position is the frame at which to look for the next chunk. */
static int dump_chunk(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_chunk_info chunk;

	if (dump->position > U32_MAX || mctl_arena_chunk_info(dump->arena, dump->position, &chunk))
		return -ENOENT;
	if (put_chunk(skb, dump->arena, &chunk))
		return -EMSGSIZE;
	dump->position = (u64)chunk.fn + 1;
	return 0;
}

int memctl_nl_chunk_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_CHUNK_GET, dump_chunk);
}
