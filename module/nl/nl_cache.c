// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about object caches.
 */
#include "arenas/arenas.h"
#include "nl/nl_impl.h"
#include "objects/cache.h"

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_CACHE_PAD);
}

static bool put_counts(struct sk_buff *skb, const struct mctl_cache_info *cache)
{
	return put_u64(skb, MEMCTL_A_CACHE_NR_ACTIVE, cache->nr_active) ||
	       put_u64(skb, MEMCTL_A_CACHE_NR_OBJECTS, cache->nr_objects) ||
	       put_u64(skb, MEMCTL_A_CACHE_NR_MAGAZINE, cache->nr_magazine) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_NR_FULL, cache->nr_full) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_NR_PARTIAL, cache->nr_partial) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_NR_EMPTY, cache->nr_empty) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_MAGAZINE_SIZE, cache->magazine_size) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_NR_COLOURS, cache->nr_colours) ||
	       put_u64(skb, MEMCTL_A_CACHE_NR_ALLOC, cache->nr_alloc) ||
	       put_u64(skb, MEMCTL_A_CACHE_NR_FREED, cache->nr_freed) ||
	       put_u64(skb, MEMCTL_A_CACHE_NR_FAILED, cache->nr_failed) ||
	       put_u64(skb, MEMCTL_A_CACHE_NR_DEPOT, cache->nr_depot) ||
	       put_u64(skb, MEMCTL_A_CACHE_WASTE, cache->waste);
}

static bool put_cache(struct sk_buff *skb, struct mctl_arena *arena,
		      const struct mctl_cache_info *cache)
{
	return nla_put_string(skb, MEMCTL_A_CACHE_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_CACHE_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_string(skb, MEMCTL_A_CACHE_NAME, cache->name) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_ID, cache->id) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_SIZE, cache->size) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_ALIGN, cache->align) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_FLAGS, cache->flags) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_STRIDE, cache->stride) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_SLAB_ORDER, cache->slab_order) ||
	       nla_put_u32(skb, MEMCTL_A_CACHE_PER_SLAB, cache->per_slab) || put_counts(skb, cache);
}

/* The cache that a request names by name or by id, with a reference. */
static struct mctl_cache *find_cache(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MEMCTL_A_CACHE_NAME];
	struct nlattr *id = info->attrs[MEMCTL_A_CACHE_ID];
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_cache *cache;
	const char *name;

	if (attr && id) {
		mctl_nl_refuse(info->extack, id, -EINVAL,
			       "a cache is named by name or by id, not by both");
		return ERR_PTR(-EINVAL);
	}
	if (id) {
		cache = mctl_cache_find_id(arena, nla_get_u32(id));
		if (cache)
			return cache;
		mctl_nl_refuse(info->extack, id, -ENOENT, "arena %s has no cache of id %u",
			       arena->name, nla_get_u32(id));
		return ERR_PTR(-ENOENT);
	}
	attr = mctl_nl_need(info, MEMCTL_A_CACHE_NAME, "name (or id)");
	if (IS_ERR(attr))
		return ERR_CAST(attr);
	name = mctl_nl_name(info->extack, attr, "cache");
	if (IS_ERR(name))
		return ERR_CAST(name);
	cache = mctl_cache_find(arena, name);
	if (cache)
		return cache;
	mctl_nl_refuse(info->extack, attr, -ENOENT, "arena %s has no cache %s", arena->name, name);
	return ERR_PTR(-ENOENT);
}

int memctl_nl_cache_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_cache_info what;
	struct mctl_cache *cache;
	struct sk_buff *skb;
	void *hdr;

	cache = find_cache(info);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	mctl_cache_info(cache, &what);
	mctl_cache_drop(cache);
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_cache(skb, mctl_nl_arena(info), &what));
}

/* The position is the id at which to look for the next cache. */
static int dump_cache(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_cache_info info;
	u32 id = dump->position;
	struct mctl_cache *cache;

	cache = mctl_cache_next(dump->arena, &id);
	if (!cache)
		return -ENOENT;
	mctl_cache_info(cache, &info);
	mctl_cache_drop(cache);
	if (put_cache(skb, dump->arena, &info))
		return -EMSGSIZE;
	dump->position = id + 1;
	return 0;
}

int memctl_nl_cache_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_CACHE_GET, dump_cache);
}

#define FLAGS_OF_USERS \
	(MEMCTL_CACHE_FLAG_REDZONE | MEMCTL_CACHE_FLAG_POISON | MEMCTL_CACHE_FLAG_HWALIGN)

static int read_params(struct genl_info *info, struct mctl_cache_params *params)
{
	struct nlattr *attr;

	attr = mctl_nl_need(info, MEMCTL_A_CACHE_NAME, "name");
	if (IS_ERR(attr))
		return PTR_ERR(attr);
	params->name = mctl_nl_name(info->extack, attr, "cache");
	if (IS_ERR(params->name))
		return PTR_ERR(params->name);
	attr = mctl_nl_need(info, MEMCTL_A_CACHE_SIZE, "size");
	if (IS_ERR(attr))
		return PTR_ERR(attr);
	params->size = nla_get_u32(attr);
	if (info->attrs[MEMCTL_A_CACHE_ALIGN])
		params->align = nla_get_u32(info->attrs[MEMCTL_A_CACHE_ALIGN]);
	attr = info->attrs[MEMCTL_A_CACHE_FLAGS];
	if (!attr)
		return 0;
	params->flags = nla_get_u32(attr);
	if (params->flags & ~FLAGS_OF_USERS)
		return mctl_nl_refuse(info->extack, attr, -EINVAL,
				      "flags 0x%x: only redzone, poison, hwalign (0x%x)",
				      params->flags, FLAGS_OF_USERS);
	return 0;
}

int memctl_nl_cache_add_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_cache_params params = {};
	struct mctl_error error = {};
	struct mctl_cache *cache;
	struct sk_buff *skb;
	bool failed;
	void *hdr;
	int ret;

	ret = read_params(info, &params);
	if (ret)
		return ret;
	/* Allocate the reply first: a cache that was created but not reported would be lost. */
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	cache = mctl_cache_create(mctl_nl_arena(info), &params, &error);
	if (IS_ERR(cache)) {
		nlmsg_free(skb);
		return mctl_nl_fail(info->extack, NULL, PTR_ERR(cache), &error);
	}
	failed = nla_put_u32(skb, MEMCTL_A_CACHE_ID, mctl_cache_id(cache));
	mctl_cache_drop(cache);
	return mctl_nl_reply_send(skb, hdr, info, failed);
}

int memctl_nl_cache_del_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_error error = {};
	struct mctl_cache *cache;
	int ret;

	cache = find_cache(info);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	ret = mctl_cache_destroy(cache, &error);
	if (!ret)
		return 0;
	mctl_cache_drop(cache);
	return mctl_nl_fail(info->extack, NULL, ret, &error);
}

int memctl_nl_cache_shrink_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_cache *cache;
	struct sk_buff *skb;
	unsigned int nr;
	void *hdr;

	cache = find_cache(info);
	if (IS_ERR(cache))
		return PTR_ERR(cache);
	nr = mctl_cache_shrink(cache);
	mctl_cache_drop(cache);
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, nla_put_u32(skb, MEMCTL_A_CACHE_NR_FRAMES, nr));
}
