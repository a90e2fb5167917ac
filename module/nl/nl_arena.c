// SPDX-License-Identifier: GPL-2.0
/* Requests about arenas: show, add, delete, grow, shrink, drain, hash. */
#include <linux/module.h>
#include <linux/nodemask.h>
#include "arenas/arena_size.h"
#include "arenas/arenas.h"
#include "arenas/drain.h"
#include "nl/nl_impl.h"
#include "observe/hash.h"

static bool put_counts(struct sk_buff *skb, const struct mctl_arena_info *info)
{
	return nla_put_u32(skb, MEMCTL_A_ARENA_NR_FRAMES, info->nr_frames) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_FREE, info->nr_free) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_CACHED, info->nr_cached) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_CHUNKS, info->nr_chunks) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_ZONES, info->nr_zones) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_CACHES, info->nr_caches) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_REGIONS, info->nr_regions) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_HANDLES, info->nr_handles) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_USERS, info->nr_users) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_SLAB, info->nr_slab) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_TABLE, info->nr_table);
}

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_ARENA_PAD);
}

static bool put_arena(struct sk_buff *skb, const struct mctl_arena_info *info)
{
	const char *version = THIS_MODULE->version ?: "";

	return nla_put_string(skb, MEMCTL_A_ARENA_ARENA, info->name) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_ID, info->id) ||
	       put_u64(skb, MEMCTL_A_ARENA_GENERATION, info->generation) ||
	       put_u64(skb, MEMCTL_A_ARENA_SIZE, info->size) || put_counts(skb, info) ||
	       put_u64(skb, MEMCTL_A_ARENA_METADATA, info->metadata) ||
	       put_u64(skb, MEMCTL_A_ARENA_NR_ALLOC, info->nr_alloc) ||
	       put_u64(skb, MEMCTL_A_ARENA_NR_FREED, info->nr_freed) ||
	       put_u64(skb, MEMCTL_A_ARENA_NR_FAILED, info->nr_failed) ||
	       put_u64(skb, MEMCTL_A_ARENA_NR_BAD_FREE, info->nr_bad_free) ||
	       put_u64(skb, MEMCTL_A_ARENA_NR_LOCK, info->nr_lock) ||
	       put_u64(skb, MEMCTL_A_ARENA_WASTE, info->waste) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_HWPOISON, info->nr_hwpoison) ||
	       nla_put_u32(skb, MEMCTL_A_ARENA_NR_ASIDE, info->nr_aside) ||
	       (info->no_cpu_caches && nla_put_flag(skb, MEMCTL_A_ARENA_NO_CPU_CACHES)) ||
	       nla_put_string(skb, MEMCTL_A_ARENA_VERSION, version);
}

int memctl_nl_arena_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena_info arena;
	struct sk_buff *skb;
	void *hdr;

	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	mctl_arena_info(mctl_nl_arena(info), &arena);
	return mctl_nl_reply_send(skb, hdr, info, put_arena(skb, &arena));
}

static int dump_arena(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_arena_info info;

	if (dump->position)
		return -ENOENT;
	mctl_arena_info(dump->arena, &info);
	if (put_arena(skb, &info))
		return -EMSGSIZE;
	dump->position = 1;
	return 0;
}

int memctl_nl_arena_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_ARENA_GET, dump_arena);
}

/* The nodes to take memory from: those named, or all with memory. */
static int read_nodes(struct genl_info *info, nodemask_t *nodes)
{
	const struct nlattr *attr = info->attrs[MEMCTL_A_ARENA_NODES];
	unsigned int i, nr;
	u32 node;

	if (!attr) {
		*nodes = node_states[N_MEMORY];
		return 0;
	}
	nr = nla_len(attr) / sizeof(u32);
	if (!nr || nla_len(attr) % sizeof(u32))
		return mctl_nl_refuse(info->extack, attr, -EINVAL,
				      "the list of nodes has %d bytes, a node takes 4",
				      nla_len(attr));
	nodes_clear(*nodes);
	for (i = 0; i < nr; i++) {
		memcpy(&node, nla_data(attr) + i * sizeof(node), sizeof(node));
		if (node >= MAX_NUMNODES || !node_state(node, N_MEMORY))
			return mctl_nl_refuse(info->extack, attr, -EINVAL,
					      "node %u is not there or has no memory", node);
		node_set(node, *nodes);
	}
	return 0;
}

static u64 optional_u64(struct genl_info *info, int type)
{
	return info->attrs[type] ? nla_get_u64(info->attrs[type]) : 0;
}

int memctl_nl_arena_add_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena_params params = {};
	struct mctl_error error = {};
	struct nlattr *name, *size;
	int ret;

	name = mctl_nl_need(info, MEMCTL_A_ARENA_ARENA, "arena");
	if (IS_ERR(name))
		return PTR_ERR(name);
	size = mctl_nl_need(info, MEMCTL_A_ARENA_SIZE, "size");
	if (IS_ERR(size))
		return PTR_ERR(size);
	params.name = mctl_nl_name(info->extack, name, "arena");
	if (IS_ERR(params.name))
		return PTR_ERR(params.name);
	params.size = nla_get_u64(size);
	params.dma = optional_u64(info, MEMCTL_A_ARENA_DMA);
	params.dma32 = optional_u64(info, MEMCTL_A_ARENA_DMA32);
	params.no_cpu_caches = info->attrs[MEMCTL_A_ARENA_NO_CPU_CACHES];
	ret = read_nodes(info, &params.nodes);
	if (ret)
		return ret;

	ret = mctl_arena_create(&params, &error);
	return ret ? mctl_nl_fail(info->extack, NULL, ret, &error) : 0;
}

int memctl_nl_arena_del_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_error error = {};
	struct nlattr *attr;
	const char *name;
	int ret;

	attr = mctl_nl_need(info, MEMCTL_A_ARENA_ARENA, "arena");
	if (IS_ERR(attr))
		return PTR_ERR(attr);
	name = mctl_nl_name(info->extack, attr, "arena");
	if (IS_ERR(name))
		return PTR_ERR(name);
	/* To the layers below an empty name means main: an empty string must not delete that. */
	if (!*name)
		return mctl_nl_refuse(info->extack, attr, -EINVAL,
				      "the name of the arena is empty");
	ret = mctl_arena_delete(name, &error);
	return ret ? mctl_nl_fail(info->extack, attr, ret, &error) : 0;
}

static int reply_size(struct genl_info *info, u64 size)
{
	struct sk_buff *skb;
	void *hdr;

	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_u64(skb, MEMCTL_A_ARENA_SIZE, size));
}

int memctl_nl_arena_grow_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_error error = {};
	struct nlattr *size;
	nodemask_t nodes;
	u64 got = 0;
	int ret;

	size = mctl_nl_need(info, MEMCTL_A_ARENA_SIZE, "size");
	if (IS_ERR(size))
		return PTR_ERR(size);
	ret = read_nodes(info, &nodes);
	if (ret)
		return ret;
	ret = mctl_arena_grow(mctl_nl_arena(info), nla_get_u64(size), &nodes, &got, &error);
	if (ret)
		return mctl_nl_fail(info->extack, size, ret, &error);
	return reply_size(info, got);
}

int memctl_nl_arena_shrink_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_error error = {};
	struct nlattr *size;
	u64 given = 0;
	int ret;

	size = mctl_nl_need(info, MEMCTL_A_ARENA_SIZE, "size");
	if (IS_ERR(size))
		return PTR_ERR(size);
	ret = mctl_arena_shrink(mctl_nl_arena(info), nla_get_u64(size), &given, &error);
	if (ret)
		return mctl_nl_fail(info->extack, size, ret, &error);
	return reply_size(info, given);
}

int memctl_nl_arena_drain_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_drained drained;
	struct mctl_error error = {};
	struct sk_buff *skb;
	bool failed;
	void *hdr;
	int ret;

	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	ret = mctl_arena_drain(mctl_nl_arena(info), &drained, &error);
	if (ret) {
		nlmsg_free(skb);
		return mctl_nl_fail(info->extack, NULL, ret, &error);
	}
	failed = nla_put_string(skb, MEMCTL_A_ARENA_ARENA, mctl_nl_arena(info)->name) ||
		 put_u64(skb, MEMCTL_A_ARENA_DRAINED_FRAMES, drained.nr_frames) ||
		 put_u64(skb, MEMCTL_A_ARENA_DRAINED_OBJECTS, drained.nr_objects);
	return mctl_nl_reply_send(skb, hdr, info, failed);
}

int memctl_nl_arena_hash_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct sk_buff *skb;
	u64 generation, hash;
	bool failed;
	void *hdr;

	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	generation = mctl_arena_generation(arena);
	hash = mctl_verify_hash(arena);
	if (!hash) {
		nlmsg_free(skb);
		return mctl_nl_refuse(info->extack, NULL, -ENOMEM, "no memory to hash arena %s",
				      arena->name);
	}
	failed = nla_put_string(skb, MEMCTL_A_ARENA_ARENA, arena->name) ||
		 put_u64(skb, MEMCTL_A_ARENA_GENERATION, generation) ||
		 put_u64(skb, MEMCTL_A_ARENA_HASH, hash);
	return mctl_nl_reply_send(skb, hdr, info, failed);
}
