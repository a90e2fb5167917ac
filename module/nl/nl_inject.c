// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about injected faults.
 */
#include "arenas/arenas.h"
#include "faults/inject.h"
#include "nl/nl_impl.h"

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_INJECT_PAD);
}

static bool put_when(struct sk_buff *skb, const struct mctl_inject_params *params)
{
	if (params->nth)
		return nla_put_u32(skb, MEMCTL_A_INJECT_NTH, params->nth);
	return nla_put_u32(skb, MEMCTL_A_INJECT_PROBABILITY, params->probability) ||
	       put_u64(skb, MEMCTL_A_INJECT_SEED, params->seed);
}

static bool put_fault(struct sk_buff *skb, struct mctl_arena *arena,
		      const struct mctl_inject_info *fault)
{
	const struct mctl_inject_params *params = &fault->params;

	return nla_put_string(skb, MEMCTL_A_INJECT_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_INJECT_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_u32(skb, MEMCTL_A_INJECT_ID, fault->id) ||
	       nla_put_u32(skb, MEMCTL_A_INJECT_SITE, params->site) || put_when(skb, params) ||
	       nla_put_u32(skb, MEMCTL_A_INJECT_TIMES, params->times) ||
	       (params->order != MCTL_INJECT_ANY_ORDER &&
		nla_put_u32(skb, MEMCTL_A_INJECT_ORDER, params->order)) ||
	       (params->cache[0] && nla_put_string(skb, MEMCTL_A_INJECT_CACHE, params->cache)) ||
	       put_u64(skb, MEMCTL_A_INJECT_NR_TRY, fault->nr_try) ||
	       put_u64(skb, MEMCTL_A_INJECT_NR_INJECTED, fault->nr_injected);
}

int memctl_nl_inject_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *id = mctl_nl_need(info, MEMCTL_A_INJECT_ID, "id");
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_inject_info fault;
	struct sk_buff *skb;
	void *hdr;

	if (IS_ERR(id))
		return PTR_ERR(id);
	if (mctl_inject_next(arena, nla_get_u32(id), &fault) || fault.id != nla_get_u32(id))
		return mctl_nl_refuse(info->extack, id, -ENOENT, "arena %s has no fault %u",
				      arena->name, nla_get_u32(id));
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_fault(skb, arena, &fault));
}

/* The position is the lowest id that is not sent yet. */
static int dump_fault(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_inject_info fault;

	if (mctl_inject_next(dump->arena, dump->position, &fault))
		return -ENOENT;
	if (put_fault(skb, dump->arena, &fault))
		return -EMSGSIZE;
	dump->position = fault.id + 1;
	return 0;
}

int memctl_nl_inject_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_INJECT_GET, dump_fault);
}

/* When the fault fires: at the nth time, or with a probability. */
static int read_when(struct genl_info *info, struct mctl_inject_params *params)
{
	struct nlattr *probability = info->attrs[MEMCTL_A_INJECT_PROBABILITY];
	struct nlattr *nth = info->attrs[MEMCTL_A_INJECT_NTH];
	struct nlattr *seed = info->attrs[MEMCTL_A_INJECT_SEED];

	if (!nth == !probability)
		return mctl_nl_refuse(info->extack, nth, -EINVAL,
				      "one of nth and probability has to be there, and not both");
	if (nth && seed)
		return mctl_nl_refuse(info->extack, seed, -EINVAL,
				      "seed goes with probability, not with nth");
	params->nth = mctl_nl_u32(info, MEMCTL_A_INJECT_NTH, 0);
	params->probability = mctl_nl_u32(info, MEMCTL_A_INJECT_PROBABILITY, 0);
	/* Not in the policy: with such a high limit, a policy of 6.1 cannot be constant. */
	if (params->probability > MEMCTL_INJECT_ALWAYS)
		return mctl_nl_refuse(info->extack, probability, -ERANGE,
				      "probability %u: the highest is %u", params->probability,
				      MEMCTL_INJECT_ALWAYS);
	params->times = mctl_nl_u32(info, MEMCTL_A_INJECT_TIMES, nth ? 1 : 0);
	params->seed = seed ? nla_get_u64(seed) : 1;
	return 0;
}

static int read_params(struct genl_info *info, struct mctl_inject_params *params)
{
	struct nlattr *site = mctl_nl_need(info, MEMCTL_A_INJECT_SITE, "site");
	struct nlattr *cache = info->attrs[MEMCTL_A_INJECT_CACHE];
	const char *name;
	int ret;

	if (IS_ERR(site))
		return PTR_ERR(site);
	memset(params, 0, sizeof(*params));
	params->site = nla_get_u32(site);
	params->order = mctl_nl_u32(info, MEMCTL_A_INJECT_ORDER, MCTL_INJECT_ANY_ORDER);
	ret = read_when(info, params);
	if (ret || !cache)
		return ret;
	name = mctl_nl_name(info->extack, cache, "cache");
	if (IS_ERR(name))
		return PTR_ERR(name);
	if (!*name)
		return mctl_nl_refuse(info->extack, cache, -EINVAL,
				      "the name of the cache is empty");
	strscpy(params->cache, name, sizeof(params->cache));
	return 0;
}

int memctl_nl_inject_add_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_inject_params params;
	struct mctl_error error = {};
	struct sk_buff *skb;
	void *hdr;
	u32 id;
	int ret;

	ret = read_params(info, &params);
	if (ret)
		return ret;
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	ret = mctl_inject_add(arena, &params, &id, &error);
	if (ret) {
		nlmsg_free(skb);
		return mctl_nl_fail(info->extack, NULL, ret, &error);
	}
	return mctl_nl_reply_send(skb, hdr, info,
				  nla_put_string(skb, MEMCTL_A_INJECT_ARENA, arena->name) ||
					  nla_put_u32(skb, MEMCTL_A_INJECT_ID, id));
}

int memctl_nl_inject_del_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *id = info->attrs[MEMCTL_A_INJECT_ID];
	bool all = nla_get_flag(info->attrs[MEMCTL_A_INJECT_ALL]);
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_error error = {};
	int ret;

	if (!id == !all)
		return mctl_nl_refuse(info->extack, id, -EINVAL,
				      "one of id and all has to be there, and not both");
	if (all) {
		mctl_inject_clear(arena);
		return 0;
	}
	ret = mctl_inject_del(arena, nla_get_u32(id), &error);
	return ret ? mctl_nl_fail(info->extack, id, ret, &error) : 0;
}
