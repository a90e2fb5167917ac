// SPDX-License-Identifier: GPL-2.0
/*
 * Whether an allocation would succeed now, from which zone, and if not, what
 * prevents it. It shows only counts, so any user may ask.
 */
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include "arenas/arenas.h"
#include "frames/why.h"
#include "nl/nl_impl.h"

/* Bytes of one nested zone. */
#define ROW_SIZE 128

static int read_request(struct genl_info *info, struct mctl_request *request)
{
	struct nlattr *node = info->attrs[MEMCTL_A_WHY_NODE];
	struct nlattr *type = info->attrs[MEMCTL_A_WHY_TYPE];
	struct nlattr *mt = info->attrs[MEMCTL_A_WHY_MIGRATETYPE];
	struct nlattr *order = mctl_nl_need(info, MEMCTL_A_WHY_ORDER, "order");

	if (IS_ERR(order))
		return PTR_ERR(order);
	request->order = nla_get_u32(order);
	request->type = type ? nla_get_u32(type) : MEMCTL_ZONE_TYPE_NORMAL;
	request->mt = mt ? nla_get_u32(mt) : MEMCTL_MIGRATETYPE_UNMOVABLE;
	request->kind = MCTL_KIND_USED;
	request->nid = node ? nla_get_s32(node) : NUMA_NO_NODE;
	if (request->nid < NUMA_NO_NODE || request->nid >= (int)nr_node_ids)
		return mctl_nl_refuse(info->extack, node, -EINVAL,
				      "node %d: nodes go from 0 to %u, -1 is the caller's",
				      request->nid, nr_node_ids - 1);
	if (nla_get_flag(info->attrs[MEMCTL_A_WHY_THISNODE]))
		request->flags |= MCTL_REQUEST_THISNODE;
	if (nla_get_flag(info->attrs[MEMCTL_A_WHY_MEMALLOC]))
		request->flags |= MCTL_REQUEST_MEMALLOC;
	return 0;
}

static bool put_row(struct sk_buff *skb, const struct mctl_why *row)
{
	struct nlattr *nest = nla_nest_start(skb, MEMCTL_A_WHY_ZONE);

	if (!nest)
		return true;
	if (nla_put_u32(skb, MEMCTL_A_WHY_ZONE_NODE, row->node) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_TYPE, row->type) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_REASON, row->reason) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_NR_FREE, row->nr_free) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_NR_CACHED, row->nr_cached) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_NEED, row->need) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_WMARK_MIN, row->wmark_min) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_RESERVE, row->reserve) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_LARGEST, row->largest) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_BLOCK_ORDER, row->block_order) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_FROM_MIGRATETYPE, row->from_mt) ||
	    nla_put_u32(skb, MEMCTL_A_WHY_ZONE_NR_SUITABLE, row->nr_suitable) ||
	    nla_put_s32(skb, MEMCTL_A_WHY_ZONE_FRAGMENTATION_INDEX, row->fragmentation_index))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

static bool put_why(struct sk_buff *skb, struct mctl_arena *arena, const struct mctl_why *rows,
		    int nr, bool granted)
{
	int i;

	if (mctl_nl_put_u64(skb, MEMCTL_A_WHY_GENERATION, mctl_arena_generation(arena),
			    MEMCTL_A_WHY_PAD) ||
	    (granted && nla_put_flag(skb, MEMCTL_A_WHY_GRANTED)))
		return true;
	for (i = 0; i < nr; i++)
		if (put_row(skb, &rows[i]))
			return true;
	return false;
}

int memctl_nl_why_doit(struct sk_buff *skb_request, struct genl_info *info)
{
	struct mctl_arena *arena = mctl_nl_arena(info);
	struct mctl_request request = {};
	struct mctl_why *rows;
	bool granted = false;
	struct sk_buff *skb;
	int nr = READ_ONCE(arena->nr_zones);
	void *hdr;
	int ret;

	ret = read_request(info, &request);
	if (ret)
		return ret;
	rows = kcalloc(nr, sizeof(*rows), GFP_KERNEL);
	if (!rows)
		return -ENOMEM;
	nr = mctl_zone_why(arena, &request, rows, nr, &granted);
	if (nr < 0) {
		kfree(rows);
		return nr;
	}
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE + nr * ROW_SIZE, &hdr);
	ret = skb ? mctl_nl_reply_send(skb, hdr, info, put_why(skb, arena, rows, nr, granted)) :
		    -ENOMEM;
	kfree(rows);
	return ret;
}
