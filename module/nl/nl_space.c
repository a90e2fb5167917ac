// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about regions that processes map: those that nl_region.c passes on,
 * and change and fork.
 */
#include "arenas/arenas.h"
#include "nl/nl_space.h"

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_REGION_PAD);
}

/**
 * mctl_nl_space_name() - the name of the region that a request is about
 * @info: the request, with an attribute set that has the name at MCTL_NL_REGION_ATTR
 *
 * Context: Any context.
 * Return: the name; ERR_PTR(-EINVAL) if it is missing or invalid.
 */
const char *mctl_nl_space_name(struct genl_info *info)
{
	struct nlattr *attr = mctl_nl_need(info, MCTL_NL_REGION_ATTR, "region");

	BUILD_BUG_ON((int)MEMCTL_A_PROCESS_REGION != (int)MCTL_NL_REGION_ATTR);
	BUILD_BUG_ON((int)MEMCTL_A_ACCESS_REGION != (int)MCTL_NL_REGION_ATTR);
	BUILD_BUG_ON((int)MEMCTL_A_IDLE_REGION != (int)MCTL_NL_REGION_ATTR);
	BUILD_BUG_ON((int)MEMCTL_A_TRACE_REGION != (int)MCTL_NL_REGION_ATTR);
	return IS_ERR(attr) ? ERR_CAST(attr) : mctl_nl_name(info->extack, attr, "region");
}

/**
 * mctl_nl_space_put_faults() - put the counts of each kind of fault
 * @skb: the message
 * @first: attribute of MCTL_FAULT_MINOR; the others follow in order
 * @faults: counts by enum mctl_space_fault
 * @pad: attribute to pad with
 *
 * Context: Any context.
 * Return: true when there is no room.
 */
bool mctl_nl_space_put_faults(struct sk_buff *skb, int first, const u64 faults[MCTL_NR_FAULTS],
			      int pad)
{
	unsigned int i;

	BUILD_BUG_ON((int)MEMCTL_FAULT_MINOR != (int)MCTL_FAULT_MINOR);
	BUILD_BUG_ON((int)MEMCTL_FAULT_COW != (int)MCTL_FAULT_COW);
	BUILD_BUG_ON((int)MEMCTL_FAULT_MAX + 1 != (int)MCTL_NR_FAULTS);
	for (i = 0; i < MCTL_NR_FAULTS; i++)
		if (mctl_nl_put_u64(skb, first + i, faults[i], pad))
			return true;
	return false;
}

static bool put_usage(struct sk_buff *skb, const struct mctl_space_info *space)
{
	return put_u64(skb, MEMCTL_A_REGION_VSS, space->vss) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_VMAS, space->nr_vmas) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_FILES, space->nr_files) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_PROCESSES, space->nr_processes) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_MAPPINGS, space->nr_mappings) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_ZERO, space->nr_zero) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_LARGE, space->nr_large) ||
	       put_u64(skb, MEMCTL_A_REGION_RSS, (u64)space->rss << PAGE_SHIFT) ||
	       put_u64(skb, MEMCTL_A_REGION_USS, (u64)space->uss << PAGE_SHIFT) ||
	       put_u64(skb, MEMCTL_A_REGION_PSS, space->pss) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_DIRTY, space->nr_dirty) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_ACCESSED, space->nr_accessed) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_LENT, space->nr_lent) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_QUARANTINE, space->nr_quarantine);
}

/**
 * mctl_nl_space_put() - put the attributes of a region for processes
 * @skb: the message
 * @arena: of the region
 * @space: the region
 *
 * Context: Any context.
 * Return: true when there is no room.
 */
bool mctl_nl_space_put(struct sk_buff *skb, struct mctl_arena *arena,
		       const struct mctl_space_info *space)
{
	u64 size = space->end - space->start;

	return nla_put_string(skb, MEMCTL_A_REGION_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_REGION_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_string(skb, MEMCTL_A_REGION_NAME, space->name) ||
	       nla_put_flag(skb, MEMCTL_A_REGION_SPACE) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_PAGES, size >> PAGE_SHIFT) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_LEVELS, space->levels) ||
	       put_u64(skb, MEMCTL_A_REGION_START, space->start) ||
	       put_u64(skb, MEMCTL_A_REGION_END, space->end) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_TABLES, space->nr_tables) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_MAPPED, space->nr_mapped) ||
	       put_u64(skb, MEMCTL_A_REGION_SIZE, size) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_LIMIT, space->limit) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_ORDER, space->order) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_WINDOW, space->window) || put_usage(skb, space) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_FAMILY, space->family) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_FAMILY, space->nr_family) ||
	       mctl_nl_space_put_faults(skb, MEMCTL_A_REGION_NR_MINOR, space->faults,
					MEMCTL_A_REGION_PAD) ||
	       put_u64(skb, MEMCTL_A_REGION_AROUND, space->around) ||
	       put_u64(skb, MEMCTL_A_REGION_NR_ZAPS, space->nr_zaps) ||
	       put_u64(skb, MEMCTL_A_REGION_SEQUENCE, space->sequence) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_AWAY, space->nr_away) ||
	       nla_put_u32(skb, MEMCTL_A_REGION_NR_CHARGED, space->nr_charged);
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

/**
 * mctl_nl_space_dumped() - the current region of a dump over regions for processes
 * @cb: the dump
 * @dump: state of the dump; its region is set to the region's id, and the position is reset if that
 *	  has changed
 * @type: attribute that limits it to one region
 *
 * Context: Process context, may sleep.
 * Return: the region, for mctl_space_put(); as an ERR_PTR() -ENOENT after the last, -ESRCH if the
 * one that was named does not exist.
 */
struct mctl_space *mctl_nl_space_dumped(struct netlink_callback *cb, struct mctl_nl_dump *dump,
					int type)
{
	const struct nlattr *attr = mctl_nl_dump_attr(cb, type);
	char name[MEMCTL_NAME_MAX + 1];
	struct mctl_space *space;

	if (attr && !dump->region) {
		nla_strscpy(name, attr, sizeof(name));
		space = mctl_space_get(dump->arena, name);
		if (!space)
			return ERR_PTR(mctl_nl_refuse(cb->extack, NULL, -ESRCH,
						      "arena %s has no region %s for processes",
						      dump->arena->name, name));
		move_to(dump, mctl_space_id(space));
		return space;
	}
	space = mctl_space_get_from(dump->arena, dump->region);
	if (space && mctl_space_id(space) != dump->region) {
		/* The region that it was in is gone. */
		move_to(dump, attr ? NO_REGION : mctl_space_id(space));
		if (attr) {
			mctl_space_put(space);
			space = NULL;
		}
	}
	return space ?: ERR_PTR(-ENOENT);
}

/**
 * mctl_nl_space_next() - finish the current region of a dump
 * @cb: the dump
 * @dump: state of the dump
 * @type: attribute that limits it to one region
 *
 * Context: Any context.
 */
void mctl_nl_space_next(struct netlink_callback *cb, struct mctl_nl_dump *dump, int type)
{
	move_to(dump, mctl_nl_dump_attr(cb, type) ? NO_REGION : dump->region + 1);
}

static u32 optional_u32(struct genl_info *info, int type)
{
	return info->attrs[type] ? nla_get_u32(info->attrs[type]) : 0;
}

/**
 * mctl_nl_space_add() - create the region for processes that a region-add requests
 * @info: the request, with the attribute size
 * @name: of the region
 *
 * Context: Process context, may sleep.
 * Return: 0, or an errno that has been reported.
 */
int mctl_nl_space_add(struct genl_info *info, const char *name)
{
	const struct mctl_space_params params = {
		.name = name,
		.size = nla_get_u64(info->attrs[MEMCTL_A_REGION_SIZE]),
		.limit = optional_u32(info, MEMCTL_A_REGION_LIMIT),
		.order = optional_u32(info, MEMCTL_A_REGION_ORDER),
		.window = optional_u32(info, MEMCTL_A_REGION_WINDOW),
		.empty = nla_get_flag(info->attrs[MEMCTL_A_REGION_EMPTY]),
	};
	struct mctl_error error = {};
	int ret;

	if (info->attrs[MEMCTL_A_REGION_NR_PAGES] || info->attrs[MEMCTL_A_REGION_READONLY])
		return mctl_nl_refuse(info->extack, NULL, -EINVAL,
				      "nr-pages and readonly do not go with size");
	ret = mctl_space_add(mctl_nl_arena(info), &params, &error);
	return ret ? mctl_nl_fail(info->extack, NULL, ret, &error) : 0;
}

static const char *read_name(struct genl_info *info, int type, const char *what)
{
	struct nlattr *attr = mctl_nl_need(info, type, what);

	return IS_ERR(attr) ? ERR_CAST(attr) : mctl_nl_name(info->extack, attr, "region");
}

int memctl_nl_region_set_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *limit = info->attrs[MEMCTL_A_REGION_LIMIT];
	struct nlattr *window = info->attrs[MEMCTL_A_REGION_WINDOW];
	const char *name = read_name(info, MEMCTL_A_REGION_NAME, "name");
	struct mctl_error error = {};
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	if (!limit == !window)
		return mctl_nl_refuse(info->extack, NULL, -EINVAL,
				      "one of limit and window, a request changes one thing");
	if (limit)
		ret = mctl_space_set_limit(mctl_nl_arena(info), name, nla_get_u32(limit), &error);
	else
		ret = mctl_space_set_window(mctl_nl_arena(info), name, nla_get_u32(window), &error);
	return ret ? mctl_nl_fail(info->extack, limit ?: window, ret, &error) : 0;
}

int memctl_nl_region_fork_doit(struct sk_buff *request, struct genl_info *info)
{
	const char *name = read_name(info, MEMCTL_A_REGION_NAME, "name");
	struct mctl_error error = {};
	const char *from;
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	from = read_name(info, MEMCTL_A_REGION_FROM, "from");
	if (IS_ERR(from))
		return PTR_ERR(from);
	ret = mctl_space_fork(mctl_nl_arena(info), from, name, &error);
	return ret ? mctl_nl_fail(info->extack, NULL, ret, &error) : 0;
}
