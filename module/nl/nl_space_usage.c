// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about the use of regions for processes: the processes that map them,
 * and the pages that a frame backs.
 */
#include <linux/slab.h>
#include "arenas/arenas.h"
#include "nl/nl_space.h"

/* Places listed in one reply; the count includes the rest. */
#define NR_LISTED 128

/* Bytes of one nested place, at most. */
#define PLACE_SIZE 96

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_PROCESS_PAD);
}

static bool put_process(struct sk_buff *skb, struct mctl_arena *arena,
			const struct mctl_space_process *process)
{
	return nla_put_string(skb, MEMCTL_A_PROCESS_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_PROCESS_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_string(skb, MEMCTL_A_PROCESS_REGION, process->region) ||
	       nla_put_u32(skb, MEMCTL_A_PROCESS_PID, process->pid) ||
	       nla_put_string(skb, MEMCTL_A_PROCESS_COMM, process->comm) ||
	       nla_put_u32(skb, MEMCTL_A_PROCESS_NR_MAPPINGS, process->nr_mappings) ||
	       put_u64(skb, MEMCTL_A_PROCESS_VSS, process->vss) ||
	       put_u64(skb, MEMCTL_A_PROCESS_RSS, process->rss) ||
	       put_u64(skb, MEMCTL_A_PROCESS_USS, process->uss) ||
	       put_u64(skb, MEMCTL_A_PROCESS_PSS, process->pss) ||
	       nla_put_u32(skb, MEMCTL_A_PROCESS_NR_ZERO, process->nr_zero) ||
	       nla_put_u32(skb, MEMCTL_A_PROCESS_NR_ACCESSED, process->nr_accessed) ||
	       nla_put_u32(skb, MEMCTL_A_PROCESS_NR_DIRTY, process->nr_dirty) ||
	       mctl_nl_space_put_faults(skb, MEMCTL_A_PROCESS_NR_MINOR, process->faults,
					MEMCTL_A_PROCESS_PAD);
}

/* Return: 0, -ENOENT if no process with this pid maps the region, or another errno. */
static int find_process(struct mctl_arena *arena, struct mctl_space *space, u32 pid,
			struct mctl_space_process *process, struct mctl_error *error)
{
	struct mctl_census *census = mctl_census_take(arena, space, error);
	u64 id = 0;
	int ret;

	if (IS_ERR(census))
		return PTR_ERR(census);
	do {
		ret = mctl_census_process(census, space, &id, process, error);
	} while (!ret && (u32)process->pid != pid);
	mctl_census_free(census);
	return ret;
}

int memctl_nl_process_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	const char *name = mctl_nl_space_name(info);
	struct mctl_space_process process;
	struct mctl_error error = {};
	struct mctl_space *space;
	struct sk_buff *skb;
	struct nlattr *pid;
	int ret = -ENOENT;
	void *hdr;

	if (IS_ERR(name))
		return PTR_ERR(name);
	pid = mctl_nl_need(info, MEMCTL_A_PROCESS_PID, "pid");
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	space = mctl_space_get(arena, name);
	if (space) {
		ret = find_process(arena, space, nla_get_u32(pid), &process, &error);
		mctl_space_put(space);
	}
	if (ret == -ENOENT)
		return mctl_nl_refuse(info->extack, pid, ret,
				      "no process %u maps region %s of arena %s", nla_get_u32(pid),
				      name, arena->name);
	if (ret)
		return mctl_nl_fail(info->extack, NULL, ret, &error);
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE, &hdr);
	if (!skb)
		return -ENOMEM;
	return mctl_nl_reply_send(skb, hdr, info, put_process(skb, arena, &process));
}

static bool wanted(struct netlink_callback *cb, const struct mctl_space_process *process)
{
	const struct nlattr *pid = mctl_nl_dump_attr(cb, MEMCTL_A_PROCESS_PID);

	return !pid || nla_get_u32(pid) == (u32)process->pid;
}

/* Take the census once for a dump: of the region that it is limited to, or of all. */
static int take_census(struct netlink_callback *cb, struct mctl_nl_dump *dump,
		       struct mctl_space *space)
{
	bool all = !mctl_nl_dump_attr(cb, MEMCTL_A_PROCESS_REGION);
	struct mctl_error error = {};
	struct mctl_census *census;

	if (dump->census)
		return 0;
	census = mctl_census_take(dump->arena, all ? NULL : space, &error);
	if (IS_ERR(census))
		return mctl_nl_fail(cb->extack, NULL, PTR_ERR(census), &error);
	dump->census = census;
	return 0;
}

/* The next process of a requested region. @position: id of the last one. */
static int next_process(struct netlink_callback *cb, struct mctl_nl_dump *dump,
			struct mctl_space *space, u64 *position, struct mctl_space_process *process)
{
	struct mctl_error error = {};
	int ret = take_census(cb, dump, space);

	if (ret)
		return ret;
	do {
		ret = mctl_census_process(dump->census, space, position, process, &error);
	} while (!ret && !wanted(cb, process));
	return ret && ret != -ENOENT ? mctl_nl_fail(cb->extack, NULL, ret, &error) : ret;
}

/* The position is the id of the last process that was sent. */
static int dump_process(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_space_process process;
	struct mctl_space *space;
	u64 position;
	int ret;

	for (;;) {
		space = mctl_nl_space_dumped(cb, dump, MEMCTL_A_PROCESS_REGION);
		if (IS_ERR(space))
			return PTR_ERR(space);
		position = dump->position;
		ret = next_process(cb, dump, space, &position, &process);
		mctl_space_put(space);
		if (ret != -ENOENT)
			break;
		mctl_nl_space_next(cb, dump, MEMCTL_A_PROCESS_REGION);
	}
	if (!ret && put_process(skb, dump->arena, &process))
		ret = -EMSGSIZE;
	if (!ret)
		dump->position = position;
	return ret;
}

int memctl_nl_process_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_PROCESS_GET, dump_process);
}

static bool put_place(struct sk_buff *skb, const struct mctl_space_place *place)
{
	struct nlattr *nest = nla_nest_start(skb, MEMCTL_A_RMAP_PLACE);

	if (!nest || nla_put_string(skb, MEMCTL_A_RMAP_PLACE_REGION, place->region) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_RMAP_PLACE_ADDRESS, place->address,
			    MEMCTL_A_RMAP_PLACE_PAD) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_RMAP_PLACE_ENTRY, place->entry,
			    MEMCTL_A_RMAP_PLACE_PAD) ||
	    nla_put_u32(skb, MEMCTL_A_RMAP_PLACE_NR_PROCESSES, place->nr_processes))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

static bool put_places(struct sk_buff *skb, struct mctl_arena *arena, u64 pfn,
		       const struct mctl_space_place *places, u32 nr)
{
	u32 i;

	if (nla_put_string(skb, MEMCTL_A_RMAP_ARENA, arena->name) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_RMAP_GENERATION, mctl_arena_generation(arena),
			    MEMCTL_A_RMAP_PAD) ||
	    mctl_nl_put_u64(skb, MEMCTL_A_RMAP_PFN, pfn, MEMCTL_A_RMAP_PAD) ||
	    nla_put_u32(skb, MEMCTL_A_RMAP_NR_PLACES, nr))
		return true;
	for (i = 0; i < min_t(u32, nr, NR_LISTED); i++)
		if (put_place(skb, &places[i]))
			return true;
	return false;
}

int memctl_nl_rmap_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *pfn = mctl_nl_need(info, MEMCTL_A_RMAP_PFN, "pfn");
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_space_place *places;
	struct mctl_error error = {};
	struct sk_buff *skb;
	void *hdr;
	int ret;

	if (IS_ERR(pfn))
		return PTR_ERR(pfn);
	places = kcalloc(NR_LISTED, sizeof(*places), GFP_KERNEL);
	if (!places)
		return -ENOMEM;
	ret = mctl_space_rmap(arena, nla_get_u64(pfn), places, NR_LISTED, &error);
	if (ret < 0) {
		mctl_nl_fail(info->extack, pfn, ret, &error);
		goto out;
	}
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE + NR_LISTED * PLACE_SIZE, &hdr);
	ret = skb ? mctl_nl_reply_send(skb, hdr, info,
				       put_places(skb, arena, nla_get_u64(pfn), places, ret)) :
		    -ENOMEM;
out:
	kfree(places);
	return ret;
}
