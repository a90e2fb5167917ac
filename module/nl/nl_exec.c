// SPDX-License-Identifier: GPL-2.0
/*
 * Batches of allocations and frees: the operations come in as one array and
 * their results go out as one. All memory that the request itself needs is
 * had before its first operation, so that no result is lost.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include "mm/handle.h"
#include "nl/netlink.h"

static int read_ops(struct genl_info *info, const struct memctl_op **ops, unsigned int *nr)
{
	struct nlattr *attr = mctl_nl_need(info, MEMCTL_A_EXEC_OPS, "ops");
	unsigned int len;

	if (IS_ERR(attr))
		return PTR_ERR(attr);
	len = nla_len(attr);
	if (!len || len % sizeof(**ops))
		return mctl_nl_refuse(info->extack, attr, -EINVAL,
				      "ops has %u bytes, an operation takes %zu", len,
				      sizeof(**ops));
	if (len / sizeof(**ops) > MEMCTL_MAX_OPS)
		return mctl_nl_refuse(info->extack, attr, -ERANGE,
				      "%zu operations, at most %u go into a request",
				      len / sizeof(**ops), MEMCTL_MAX_OPS);
	*ops = nla_data(attr);
	*nr = len / sizeof(**ops);
	return 0;
}

static bool put_results(struct sk_buff *skb, const struct memctl_result *results, unsigned int nr,
			u64 time)
{
	return nla_put(skb, MEMCTL_A_EXEC_RESULTS, nr * sizeof(*results), results) ||
	       mctl_nl_put_u64(skb, MEMCTL_A_EXEC_TIME, time, MEMCTL_A_EXEC_PAD);
}

int memctl_nl_exec_doit(struct sk_buff *request, struct genl_info *info)
{
	bool stop = nla_get_flag(info->attrs[MEMCTL_A_EXEC_STOP]);
	struct memctl_result *results;
	const struct memctl_op *ops;
	struct mctl_error error = {};
	unsigned int nr, nr_done = 0;
	struct sk_buff *skb;
	void *hdr;
	u64 time;
	int ret;

	ret = read_ops(info, &ops, &nr);
	if (ret)
		return ret;
	results = kvmalloc_array(nr, sizeof(*results), GFP_KERNEL);
	if (!results)
		return -ENOMEM;
	ret = -ENOMEM;
	skb = mctl_nl_reply_new(info, MCTL_NL_REPLY_SIZE + nr * sizeof(*results), &hdr);
	if (!skb)
		goto out;

	time = ktime_get_ns();
	ret = mctl_handle_exec(mctl_nl_arena(info), ops, nr, stop, results, &nr_done, &error);
	time = ktime_get_ns() - time;

	if (!ret && nr == 1)
		ret = results[0].error;
	if (ret) {
		nlmsg_free(skb);
		mctl_nl_fail(info->extack, info->attrs[MEMCTL_A_EXEC_OPS], ret, &error);
		goto out;
	}
	/* The ack of a batch says what was wrong with the first that was refused. */
	if (error.text[0])
		mctl_nl_fail(info->extack, NULL, 0, &error);
	ret = mctl_nl_reply_send(skb, hdr, info, put_results(skb, results, nr_done, time));
out:
	kvfree(results);
	return ret;
}
