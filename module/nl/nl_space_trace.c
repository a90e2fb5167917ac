// SPDX-License-Identifier: GPL-2.0
/* Requests about the recorded faults of a region. */
#include <linux/slab.h>
#include "nl/nl_space.h"

/* Faults listed in one reply; the next request continues from there. */
#define NR_LISTED 128

/* Bytes of one nested record, at most. */
#define RECORD_SIZE 128

static bool put_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_TRACE_PAD);
}

static bool put_record_u64(struct sk_buff *skb, int type, u64 value)
{
	return mctl_nl_put_u64(skb, type, value, MEMCTL_A_TRACE_RECORD_PAD);
}

static bool put_record(struct sk_buff *skb, const struct mctl_space_record *record)
{
	struct nlattr *nest = nla_nest_start(skb, MEMCTL_A_TRACE_RECORD);

	BUILD_BUG_ON((int)MEMCTL_REFUSAL_NONE != (int)MCTL_REFUSED_NONE);
	BUILD_BUG_ON((int)MEMCTL_REFUSAL_FILE != (int)MCTL_REFUSED_FILE);
	BUILD_BUG_ON((int)MEMCTL_REFUSAL_MAX != (int)MCTL_REFUSED_MEMORY);
	if (!nest || put_record_u64(skb, MEMCTL_A_TRACE_RECORD_SEQUENCE, record->sequence) ||
	    put_record_u64(skb, MEMCTL_A_TRACE_RECORD_TIME, record->time) ||
	    put_record_u64(skb, MEMCTL_A_TRACE_RECORD_ADDRESS, record->address) ||
	    (record->user && put_record_u64(skb, MEMCTL_A_TRACE_RECORD_USER, record->user)) ||
	    (record->pid && nla_put_u32(skb, MEMCTL_A_TRACE_RECORD_PID, record->pid)) ||
	    nla_put_u32(skb, MEMCTL_A_TRACE_RECORD_FAULT, record->kind) ||
	    nla_put_u32(skb, MEMCTL_A_TRACE_RECORD_REFUSAL, record->reason) ||
	    (record->write && nla_put_flag(skb, MEMCTL_A_TRACE_RECORD_WRITE)) ||
	    nla_put_u32(skb, MEMCTL_A_TRACE_RECORD_PAGES, record->pages))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

static bool put_records(struct sk_buff *skb, const char *region,
			const struct mctl_space_record *records, int nr, u64 next, u64 lost)
{
	int i;

	if (nla_put_string(skb, MEMCTL_A_TRACE_REGION, region) ||
	    put_u64(skb, MEMCTL_A_TRACE_NEXT, next) || put_u64(skb, MEMCTL_A_TRACE_LOST, lost))
		return true;
	for (i = 0; i < nr; i++)
		if (put_record(skb, &records[i]))
			return true;
	return false;
}

int memctl_nl_trace_set_doit(struct sk_buff *request, struct genl_info *info)
{
	const char *name = mctl_nl_space_name(info);
	struct mctl_error error = {};
	struct nlattr *enable;
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	enable = mctl_nl_need(info, MEMCTL_A_TRACE_ENABLE, "enable");
	if (IS_ERR(enable))
		return PTR_ERR(enable);
	ret = mctl_space_trace(mctl_nl_arena(info), name, nla_get_u32(enable), &error);
	return ret ? mctl_nl_fail(info->extack, info->attrs[MCTL_NL_REGION_ATTR], ret, &error) : 0;
}

static int refuse_records(struct genl_info *info, const char *name, int errno)
{
	struct nlattr *attr = info->attrs[MCTL_NL_REGION_ATTR];

	if (errno == -ENODATA)
		return mctl_nl_refuse(info->extack, attr, errno,
				      "the faults of region %s are not traced", name);
	return mctl_nl_refuse(info->extack, attr, errno, "arena %s has no region %s for processes",
			      mctl_nl_arena(info)->name, name);
}

int memctl_nl_trace_get_doit(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MEMCTL_A_TRACE_NEXT];
	u64 next = attr ? nla_get_u64(attr) : 0, lost = 0;
	const char *name = mctl_nl_space_name(info);
	struct mctl_space_record *records;
	struct sk_buff *skb;
	void *hdr;
	int ret;

	if (IS_ERR(name))
		return PTR_ERR(name);
	records = kcalloc(NR_LISTED, sizeof(*records), GFP_KERNEL);
	if (!records)
		return -ENOMEM;
	ret = mctl_space_records(mctl_nl_arena(info), name, &next, records, NR_LISTED, &lost);
	if (ret < 0) {
		refuse_records(info, name, ret);
		goto out;
	}
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE + ret * RECORD_SIZE, &hdr);
	ret = skb ? mctl_nl_reply_send(skb, hdr, info,
				       put_records(skb, name, records, ret, next, lost)) :
		    -ENOMEM;
out:
	kfree(records);
	return ret;
}
