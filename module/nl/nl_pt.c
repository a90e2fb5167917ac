// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about the shadow of the page tables: walk, list.
 */
#include <linux/slab.h>
#include "arenas/arenas.h"
#include "nl/nl_space.h"
#include "regions/region.h"

/* Bytes of one nested entry, at most. */
#define ENTRY_SIZE 160

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_PT_PAD);
}

static bool put_step_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_PT_ENTRY_PAD);
}

static bool put_step(struct sk_buff *skb, const struct mctl_pt_entry *entry)
{
	struct nlattr *nest = nla_nest_start(skb, MEMCTL_A_PT_STEP);

	if (!nest || nla_put_string(skb, MEMCTL_A_PT_ENTRY_REGION, entry->region) ||
	    put_step_u64(skb, MEMCTL_A_PT_ENTRY_ADDRESS, entry->address) ||
	    nla_put_u32(skb, MEMCTL_A_PT_ENTRY_LEVEL, entry->level) ||
	    nla_put_u32(skb, MEMCTL_A_PT_ENTRY_INDEX, entry->index) ||
	    put_step_u64(skb, MEMCTL_A_PT_ENTRY_ENTRY, entry->entry) ||
	    put_step_u64(skb, MEMCTL_A_PT_ENTRY_TABLE, entry->table) ||
	    (entry->leaf && nla_put_flag(skb, MEMCTL_A_PT_ENTRY_LEAF)))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

static bool put_entry(struct sk_buff *skb, struct mctl_arena *arena,
		      const struct mctl_pt_entry *entry)
{
	return nla_put_string(skb, MEMCTL_A_PT_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_PT_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_string(skb, MEMCTL_A_PT_REGION, entry->region) ||
	       put_u64(skb, MEMCTL_A_PT_ADDRESS, entry->address) ||
	       nla_put_u32(skb, MEMCTL_A_PT_LEVEL, entry->level) ||
	       nla_put_u32(skb, MEMCTL_A_PT_INDEX, entry->index) ||
	       put_u64(skb, MEMCTL_A_PT_ENTRY, entry->entry) ||
	       put_u64(skb, MEMCTL_A_PT_TABLE, entry->table) ||
	       (entry->leaf && nla_put_flag(skb, MEMCTL_A_PT_LEAF));
}

/* Name of the region that the request is about; NULL if none is named. */
static const char *read_region(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MEMCTL_A_PT_REGION];

	return attr ? mctl_nl_name(info->extack, attr, "region") : NULL;
}

/*
 * Walk for the address of the request.
 * Return: steps, highest level first, or an errno that has been reported.
 */
static int walk(struct genl_info *info, struct mctl_pt_entry *steps, u64 *physical)
{
	struct mctl_error error = {};
	struct nlattr *attr;
	const char *name;
	int ret;

	name = read_region(info);
	if (IS_ERR(name))
		return PTR_ERR(name);
	attr = mctl_nl_need(info, MEMCTL_A_PT_ADDRESS, "address");
	if (IS_ERR(attr))
		return PTR_ERR(attr);
	if (name && mctl_space_exists(mctl_nl_arena(info), name))
		ret = mctl_space_walk(mctl_nl_arena(info), name, nla_get_u64(attr), steps, physical,
				      &error);
	else
		ret = mctl_region_walk(mctl_nl_arena(info), name, nla_get_u64(attr), steps,
				       physical, &error);
	return ret < 0 ? mctl_nl_fail(info->extack, attr, ret, &error) : ret;
}

static bool put_walk(struct sk_buff *skb, struct genl_info *info, const struct mctl_pt_entry *steps,
		     int nr, u64 physical)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	u64 address = nla_get_u64(info->attrs[MEMCTL_A_PT_ADDRESS]);
	int i;

	if (nla_put_string(skb, MEMCTL_A_PT_REGION, steps[0].region) ||
	    put_u64(skb, MEMCTL_A_PT_GENERATION, mctl_arena_generation(arena)) ||
	    put_u64(skb, MEMCTL_A_PT_ADDRESS, address) ||
	    (physical && put_u64(skb, MEMCTL_A_PT_PHYSICAL, physical)))
		return true;
	for (i = 0; i < nr; i++)
		if (put_step(skb, &steps[i]))
			return true;
	return false;
}

int memctl_nl_pt_walk_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_pt_entry *steps;
	struct sk_buff *skb;
	u64 physical = 0;
	void *hdr;
	int ret;

	steps = kcalloc(MEMCTL_MAX_LEVELS, sizeof(*steps), GFP_KERNEL);
	if (!steps)
		return -ENOMEM;
	ret = walk(info, steps, &physical);
	if (ret < 0)
		goto out;
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE + MEMCTL_MAX_LEVELS * ENTRY_SIZE, &hdr);
	ret = skb ? mctl_nl_reply_send(skb, hdr, info, put_walk(skb, info, steps, ret, physical)) :
		    -ENOMEM;
out:
	kfree(steps);
	return ret;
}

/* The entry for an address: at the requested level, or the last one that the walk reached. */
int memctl_nl_pt_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *level = info->attrs[MEMCTL_A_PT_LEVEL];
	struct mctl_pt_entry *steps, *entry;
	struct sk_buff *skb;
	u64 physical;
	int nr, ret;
	void *hdr;

	steps = kcalloc(MEMCTL_MAX_LEVELS, sizeof(*steps), GFP_KERNEL);
	if (!steps)
		return -ENOMEM;
	nr = walk(info, steps, &physical);
	ret = nr;
	if (nr < 0)
		goto out;
	for (entry = steps; level && entry < steps + nr - 1; entry++)
		if (entry->level == nla_get_u32(level))
			break;
	if (!level) {
		entry = steps + nr - 1;
	} else if (entry->level != nla_get_u32(level)) {
		ret = mctl_nl_refuse(info->extack, level, -ENOENT,
				     "level %u: the walk has levels %u to %u", nla_get_u32(level),
				     steps[nr - 1].level, steps[0].level);
		goto out;
	}
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	ret = skb ? mctl_nl_reply_send(skb, hdr, info, put_entry(skb, mctl_nl_arena(info), entry)) :
		    -ENOMEM;
out:
	kfree(steps);
	return ret;
}

/* After the last region: no id is that large. */
#define NO_REGION U64_MAX

static void move_to(struct mctl_nl_dump *dump, u64 region)
{
	dump->region = region;
	dump->position = 0;
	dump->level = 0;
	dump->started = false;
}

/*
 * The current region in the kernel of the dump, or the one that was named, which may be of either
 * kind. Return: 0; -ENOENT after the last; -ESRCH.
 */
static int find_region(struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	const struct nlattr *attr = mctl_nl_dump_attr(cb, MEMCTL_A_PT_REGION);
	char name[MEMCTL_NAME_MAX + 1];
	struct mctl_region_info region;
	u64 id = dump->region;

	if (!attr) {
		if (mctl_region_info_from(dump->arena, &id, &region))
			return -ENOENT;
		if (id != dump->region)
			move_to(dump, id);
		return 0;
	}
	if (id)
		return id == NO_REGION ? -ENOENT : 0;
	nla_strscpy(name, attr, sizeof(name));
	if (mctl_space_exists(dump->arena, name)) {
		dump->spaces = true;
		return 0;
	}
	dump->region = mctl_region_id(dump->arena, name);
	if (dump->region)
		return 0;
	return mctl_nl_refuse(cb->extack, NULL, -ESRCH, "arena %s has no region %s",
			      dump->arena->name, name);
}

/* The next entry of a region in the kernel; @dump->spaces is set after the last. */
static int next_of_region(struct netlink_callback *cb, struct mctl_nl_dump *dump,
			  struct mctl_pt_cursor *cursor, struct mctl_pt_entry *entry)
{
	bool one = mctl_nl_dump_attr(cb, MEMCTL_A_PT_REGION);
	int ret;

	for (;;) {
		ret = find_region(cb, dump);
		if (ret == -ENOENT && !one) {
			dump->spaces = true;
			move_to(dump, 0);
		}
		if (ret || dump->spaces)
			return ret;
		*cursor = (struct mctl_pt_cursor){
			.address = dump->position,
			.level = dump->level,
			.started = dump->started,
		};
		ret = mctl_region_entries(dump->arena, dump->region, cursor, entry, 1);
		if (ret > 0)
			return 0;
		move_to(dump, one ? NO_REGION : dump->region + 1);
	}
}

/* The same for a region for processes. */
static int next_of_space(struct netlink_callback *cb, struct mctl_nl_dump *dump,
			 struct mctl_pt_cursor *cursor, struct mctl_pt_entry *entry)
{
	struct mctl_space *space;
	int ret;

	for (;;) {
		space = mctl_nl_space_dumped(cb, dump, MEMCTL_A_PT_REGION);
		if (IS_ERR(space))
			return PTR_ERR(space);
		*cursor = (struct mctl_pt_cursor){
			.address = dump->position,
			.level = dump->level,
			.started = dump->started,
		};
		ret = mctl_space_entries(space, cursor, entry, 1);
		mctl_space_put(space);
		if (ret)
			return min(ret, 0);
		mctl_nl_space_next(cb, dump, MEMCTL_A_PT_REGION);
	}
}

static int dump_entry(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_pt_cursor cursor;
	struct mctl_pt_entry entry;
	int ret = 0;

	if (!dump->spaces)
		ret = next_of_region(cb, dump, &cursor, &entry);
	if (dump->spaces)
		ret = next_of_space(cb, dump, &cursor, &entry);
	if (ret)
		return ret;
	if (put_entry(skb, dump->arena, &entry))
		return -EMSGSIZE;
	dump->position = cursor.address;
	dump->level = cursor.level;
	dump->started = cursor.started;
	return 0;
}

int memctl_nl_pt_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_PT_GET, dump_entry);
}
