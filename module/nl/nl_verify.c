// SPDX-License-Identifier: GPL-2.0
/* The online check of all invariants, and planted damage to test it with. */
#include <linux/slab.h>
#include "arenas/arenas.h"
#include "faults/plant.h"
#include "nl/nl_impl.h"
#include "observe/verify.h"

/* Bytes of one nested problem, of one frame with a memory error, and of a leak, at most. */
#define PROBLEM_SIZE	  192
#define MEMORY_ERROR_SIZE 64
#define LEAK_SIZE	  (96 + MEMCTL_NAME_MAX + MCTL_SYMBOL_SIZE)

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_VERIFY_PAD);
}

static bool put_problem(struct sk_buff *skb, const struct mctl_problem *problem)
{
	struct nlattr *nest = nla_nest_start(skb, MEMCTL_A_VERIFY_PROBLEM);

	if (!nest)
		return true;
	if (nla_put_string(skb, MEMCTL_A_PROBLEM_INVARIANT, problem->invariant) ||
	    nla_put_string(skb, MEMCTL_A_PROBLEM_OBJECT, problem->object) ||
	    nla_put_string(skb, MEMCTL_A_PROBLEM_FIELD, problem->field) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_PROBLEM_INDEX, problem->index, MEMCTL_A_PROBLEM_PAD) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_PROBLEM_EXPECTED, problem->expected,
			    MEMCTL_A_PROBLEM_PAD) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_PROBLEM_FOUND, problem->found, MEMCTL_A_PROBLEM_PAD))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

static bool put_memory_error(struct sk_buff *skb, const struct mctl_memory_error *error)
{
	struct nlattr *nest = nla_nest_start(skb, MEMCTL_A_VERIFY_MEMORY_ERROR);

	if (!nest)
		return true;
	if (nla_put_u32(skb, MEMCTL_A_MEMORY_ERROR_FN, error->fn) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_MEMORY_ERROR_PFN, error->pfn,
			    MEMCTL_A_MEMORY_ERROR_PAD) ||
	    nla_put_string(skb, MEMCTL_A_MEMORY_ERROR_STATE, error->state))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

static bool put_leak(struct sk_buff *skb, const struct mctl_leak *leak)
{
	struct nlattr *nest = nla_nest_start(skb, MEMCTL_A_VERIFY_LEAK);

	if (!nest)
		return true;
	if (nla_put_u32(skb, MEMCTL_A_LEAK_KIND, leak->kind) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_LEAK_NR, leak->nr, MEMCTL_A_LEAK_PAD) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_LEAK_BYTES, leak->bytes, MEMCTL_A_LEAK_PAD) ||
	    (leak->name[0] && nla_put_string(skb, MEMCTL_A_LEAK_CACHE, leak->name)) ||
	    (leak->symbol[0] && nla_put_string(skb, MEMCTL_A_LEAK_SYMBOL, leak->symbol)))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

static bool put_result(struct sk_buff *skb, struct mctl_arena *arena,
		       const struct mctl_verify_result *result)
{
	unsigned int i;

	if (nla_put_string(skb, MEMCTL_A_VERIFY_ARENA, arena->name) ||
	    put_u64(skb, MEMCTL_A_VERIFY_GENERATION, mctl_arena_generation(arena)) ||
	    put_u64(skb, MEMCTL_A_VERIFY_NR_CHECKS, result->nr_checks) ||
	    put_u64(skb, MEMCTL_A_VERIFY_NR_PROBLEMS, result->nr_problems) ||
	    put_u64(skb, MEMCTL_A_VERIFY_STOP_NS, result->stop_ns))
		return true;
	for (i = 0; i < result->nr_listed; i++)
		if (put_problem(skb, &result->listed[i]))
			return true;
	for (i = 0; i < result->nr_errors; i++)
		if (put_memory_error(skb, &result->errors[i]))
			return true;
	if (put_u64(skb, MEMCTL_A_VERIFY_NR_LEAKS, result->leaks.nr))
		return true;
	for (i = 0; i < result->leaks.nr_listed; i++)
		if (put_leak(skb, &result->leaks.listed[i]))
			return true;
	return false;
}

int memctl_nl_verify_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_verify_result *result;
	struct sk_buff *skb;
	void *hdr;
	int ret;

	result = kzalloc(sizeof(*result), GFP_KERNEL);
	if (!result)
		return -ENOMEM;
	ret = mctl_verify(arena, result);
	if (ret) {
		mctl_nl_refuse(info->extack, NULL, ret, "no memory to check arena %s with",
			       arena->name);
		goto out;
	}
	skb = mctl_nl_reply_new(info,
				MCTL_NL_REPLY_SIZE + result->nr_listed * PROBLEM_SIZE +
					result->nr_errors * MEMORY_ERROR_SIZE +
					result->leaks.nr_listed * LEAK_SIZE,
				&hdr);
	ret = skb ? mctl_nl_reply_send(skb, hdr, info, put_result(skb, arena, result)) : -ENOMEM;
out:
	kfree(result);
	return ret;
}

static u64 optional_u64(struct genl_info *info, int type)
{
	return info->attrs[type] ? nla_get_u64(info->attrs[type]) : 0;
}

static u32 optional_u32(struct genl_info *info, int type)
{
	return info->attrs[type] ? nla_get_u32(info->attrs[type]) : 0;
}

int memctl_nl_plant_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *region = info->attrs[MEMCTL_A_PLANT_REGION];
	struct mctl_plant plant = {
		.index = optional_u64(info, MEMCTL_A_PLANT_INDEX),
		.address = optional_u64(info, MEMCTL_A_PLANT_ADDRESS),
		.level = optional_u32(info, MEMCTL_A_PLANT_LEVEL),
		.bit = optional_u32(info, MEMCTL_A_PLANT_BIT),
	};
	struct mctl_error error = {};
	struct nlattr *site;
	int ret;

	site = mctl_nl_need(info, MEMCTL_A_PLANT_SITE, "site");
	if (IS_ERR(site))
		return PTR_ERR(site);
	plant.site = nla_get_u32(site);
	if (region)
		plant.region = mctl_nl_name(info->extack, region, "region");
	if (IS_ERR(plant.region))
		return PTR_ERR(plant.region);
	ret = mctl_plant(mctl_nl_arena(info), &plant, &error);
	return ret ? mctl_nl_fail(info->extack, NULL, ret, &error) : 0;
}
