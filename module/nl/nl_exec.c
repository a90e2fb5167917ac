// SPDX-License-Identifier: GPL-2.0
/*
 * Batches of allocations and frees: the operations arrive as one array, and
 * their results are returned as one, written directly into the reply. All
 * memory that the request itself needs is allocated before its first operation,
 * so that no result is lost.
 */
#include <linux/ktime.h>
#include "handles/handle.h"
#include "nl/nl_impl.h"

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

/* Reserve room in the reply for a result of each operation. Return: NULL if there is none. */
static struct nlattr *reserve_results(struct sk_buff *skb, unsigned int nr)
{
	return nla_reserve(skb, MEMCTL_A_EXEC_RESULTS, nr * sizeof(struct memctl_result));
}

/* Trim the room of operations that were not carried out. */
static void trim_results(struct sk_buff *skb, struct nlattr *attr, unsigned int nr)
{
	attr->nla_len = nla_attr_size(nr * sizeof(struct memctl_result));
	nlmsg_trim(skb, (char *)attr + attr->nla_len);
}

int memctl_nl_exec_doit(struct sk_buff *request, struct genl_info *info)
{
	bool stop = nla_get_flag(info->attrs[MEMCTL_A_EXEC_STOP]);
	struct memctl_result *results;
	struct nlattr *attr = NULL;
	const struct memctl_op *ops;
	struct mctl_error error = {};
	unsigned int nr, nr_done = 0;
	struct sk_buff *skb;
	size_t size;
	void *hdr;
	bool failed;
	u64 time;
	int ret;

	ret = read_ops(info, &ops, &nr);
	if (ret)
		return ret;
	size = nla_total_size(nr * sizeof(*results)) + nla_total_size_64bit(sizeof(time));
	skb = mctl_nl_reply_new(info, size, &hdr);
	if (skb)
		attr = reserve_results(skb, nr);
	if (!attr) {
		nlmsg_free(skb);
		return -ENOMEM;
	}
	results = nla_data(attr);

	time = ktime_get_ns();
	ret = mctl_handle_exec(mctl_nl_arena(info), ops, nr, stop, results, &nr_done, &error);
	time = ktime_get_ns() - time;

	if (!ret && nr == 1)
		ret = results[0].error;
	if (ret) {
		nlmsg_free(skb);
		return mctl_nl_fail(info->extack, info->attrs[MEMCTL_A_EXEC_OPS], ret, &error);
	}
	/* The ack of a batch has the error text of the first operation that was refused. */
	if (error.text[0])
		mctl_nl_fail(info->extack, NULL, 0, &error);
	trim_results(skb, attr, nr_done);
	failed = mctl_nl_put_u64(skb, MEMCTL_A_EXEC_TIME, time, MEMCTL_A_EXEC_PAD);
	return mctl_nl_reply_send(skb, hdr, info, failed);
}
