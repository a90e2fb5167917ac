// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about zones. Counts are shown to every user; the physical location
 * of a zone only with CAP_SYS_ADMIN.
 */
#include <linux/capability.h>
#include <linux/slab.h>
#include "arenas/arenas.h"
#include "frames/fcache.h"
#include "frames/zone.h"
#include "nl/nl_impl.h"

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_ZONE_PAD);
}

/*
 * Cached frames, high mark and batch of each possible CPU. A CPU that is offline has no values, as
 * in the proc file, and its entry says so, because a reader finds a CPU by counting entries.
 */
static bool put_cpus(struct sk_buff *skb, struct mctl_arena *arena, u32 zone)
{
	struct mctl_fcache_info info;
	struct nlattr *attr;
	unsigned int cpu;
	u32 *value;

	attr = nla_reserve(skb, MEMCTL_A_ZONE_CPU_CACHED, num_possible_cpus() * 3 * sizeof(u32));
	if (!attr)
		return true;
	value = nla_data(attr);
	for_each_possible_cpu(cpu) {
		if (cpu_online(cpu))
			mctl_fcache_info(arena, zone, cpu, &info);
		else
			memset(&info, 0xff, sizeof(info));
		*value++ = info.count;
		*value++ = info.high;
		*value++ = info.batch;
	}
	return false;
}

static bool put_statistics(struct sk_buff *skb, const struct mctl_zone_info *zone)
{
	return put_u64(skb, MEMCTL_A_ZONE_NR_ALLOC, zone->nr_alloc) ||
	       put_u64(skb, MEMCTL_A_ZONE_NR_FREED, zone->nr_freed) ||
	       put_u64(skb, MEMCTL_A_ZONE_NR_FAILED, zone->nr_failed) ||
	       put_u64(skb, MEMCTL_A_ZONE_NR_SPLIT, zone->nr_split) ||
	       put_u64(skb, MEMCTL_A_ZONE_NR_MERGE, zone->nr_merge) ||
	       put_u64(skb, MEMCTL_A_ZONE_NR_LOCK, zone->nr_lock) ||
	       put_u64(skb, MEMCTL_A_ZONE_NR_REFILL, zone->nr_refill) ||
	       put_u64(skb, MEMCTL_A_ZONE_NR_DRAIN, zone->nr_drain) ||
	       put_u64(skb, MEMCTL_A_ZONE_NR_STEAL, zone->nr_steal);
}

static bool put_pageblocks(struct sk_buff *skb, struct mctl_arena *arena, u32 index)
{
	u32 pageblocks[MCTL_NR_MT];

	mctl_zone_count_pageblocks(arena, index, pageblocks);
	return nla_put(skb, MEMCTL_A_ZONE_PAGEBLOCKS, sizeof(pageblocks), pageblocks);
}

static bool put_zone(struct sk_buff *skb, struct mctl_arena *arena,
		     const struct mctl_zone_info *zone, bool admin)
{
	return nla_put_string(skb, MEMCTL_A_ZONE_ARENA, arena->name) ||
	       put_u64(skb, MEMCTL_A_ZONE_GENERATION, mctl_arena_generation(arena)) ||
	       nla_put_u32(skb, MEMCTL_A_ZONE_INDEX, zone->index) ||
	       nla_put_u32(skb, MEMCTL_A_ZONE_NODE, zone->node) ||
	       nla_put_u32(skb, MEMCTL_A_ZONE_TYPE, zone->type) ||
	       nla_put_u32(skb, MEMCTL_A_ZONE_NR_FREE, zone->nr_free) ||
	       nla_put_u32(skb, MEMCTL_A_ZONE_NR_CACHED, zone->nr_cached) ||
	       nla_put_u32(skb, MEMCTL_A_ZONE_NR_FRAMES, zone->nr_frames) ||
	       put_u64(skb, MEMCTL_A_ZONE_SPANNED, zone->spanned) ||
	       (admin && put_u64(skb, MEMCTL_A_ZONE_START_PFN, zone->start_pfn)) ||
	       nla_put_u32(skb, MEMCTL_A_ZONE_WMARK_MIN, zone->wmark_min) ||
	       nla_put_u32(skb, MEMCTL_A_ZONE_WMARK_LOW, zone->wmark_low) ||
	       nla_put_u32(skb, MEMCTL_A_ZONE_WMARK_HIGH, zone->wmark_high) ||
	       nla_put(skb, MEMCTL_A_ZONE_RESERVE, sizeof(zone->reserve), zone->reserve) ||
	       nla_put(skb, MEMCTL_A_ZONE_FREE_BLOCKS, sizeof(zone->free_blocks),
		       zone->free_blocks) ||
	       put_pageblocks(skb, arena, zone->index) || put_cpus(skb, arena, zone->index) ||
	       put_statistics(skb, zone);
}

int memctl_nl_zone_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	bool admin = netlink_capable(request, CAP_SYS_ADMIN);
	struct mctl_zone_info *zone;
	struct nlattr *index;
	struct sk_buff *skb;
	void *hdr;
	int ret;

	index = mctl_nl_need(info, MEMCTL_A_ZONE_INDEX, "index");
	if (IS_ERR(index))
		return PTR_ERR(index);
	zone = kmalloc(sizeof(*zone), GFP_KERNEL);
	if (!zone)
		return -ENOMEM;
	ret = mctl_zone_info(arena, nla_get_u32(index), zone);
	if (ret) {
		mctl_nl_refuse(info->extack, index, ret, "arena %s has no zone %u, only %u zones",
			       arena->name, nla_get_u32(index), arena->nr_zones);
		goto out;
	}
	ret = -ENOMEM;
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE + num_possible_cpus() * 3 * sizeof(u32),
				&hdr);
	if (skb)
		ret = mctl_nl_reply_send(skb, hdr, info, put_zone(skb, arena, zone, admin));
out:
	kfree(zone);
	return ret;
}

static int dump_zone(struct sk_buff *skb, struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_zone_info *zone = kmalloc(sizeof(*zone), GFP_KERNEL);
	int ret;

	if (!zone)
		return -ENOMEM;
	/* A node may have no memory of a type: such a zone is not listed anywhere. */
	do {
		ret = mctl_zone_info(dump->arena, dump->position, zone);
		if (!ret && !zone->nr_frames)
			dump->position++;
	} while (!ret && !zone->nr_frames);

	if (!ret && put_zone(skb, dump->arena, zone, dump->admin))
		ret = -EMSGSIZE;
	if (!ret)
		dump->position++;
	kfree(zone);
	return ret;
}

int memctl_nl_zone_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mctl_nl_dump_run(skb, cb, MEMCTL_CMD_ZONE_GET, dump_zone);
}
