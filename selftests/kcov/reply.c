// SPDX-License-Identifier: GPL-2.0
/*
 * What replies say: numbers and names to ask for again, attributes that were
 * missing, results of operations.
 *
 * A reply that tells of a broken invariant is counted as wrong, unless the
 * module was loaded to have its records damaged.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>

#include "message.h"

#define NR_BUFFERS 16

uint64_t nl_needed[256], nl_accepted;
bool nl_damaged;

static void learn_attrs(unsigned int set, const uint8_t *at, size_t len, uint8_t cmd);

static const struct spec *spec_of(unsigned int set, unsigned int id)
{
	unsigned int i;

	for (i = 0; i < sets[set].nr; i++)
		if (sets[set].specs[i].id == id)
			return &sets[set].specs[i];
	return NULL;
}

/* A count of what is broken that is not 0. */
static void judge(const struct spec *spec, uint64_t value, uint8_t cmd)
{
	bool problem = cmd == MEMCTL_CMD_VERIFY && spec->field == FIELD_NR_PROBLEMS;
	bool mismatch = cmd == MEMCTL_CMD_PT_VERIFY && spec->field == FIELD_NR_MISMATCH;

	if (nl_damaged || !value || (!problem && !mismatch))
		return;
	fuzz_count(&shared->wrong);
	printf("# %s of %llu\n", problem ? "verify found problems" : "pt-verify found mismatches",
	       (unsigned long long)value);
	fflush(stdout);
}

static void learn_attr(const struct spec *spec, const void *data, size_t len, uint8_t cmd)
{
	uint64_t value = 0;

	switch (spec->type) {
	case TYPE_U8 ... TYPE_S32:
		memcpy(&value, data, len < sizeof(value) ? len : sizeof(value));
		judge(spec, value, cmd);
		fuzz_learn(spec->field, value);
		if (spec->field == FIELD_ID &&
		    (cmd == MEMCTL_CMD_CACHE_GET || cmd == MEMCTL_CMD_CACHE_ADD))
			fuzz_learn(FIELD_CACHE, value);
		if (spec->field == FIELD_PHYSICAL)
			fuzz_learn(FIELD_PFN, value / PAGE);
		break;
	case TYPE_STRING:
		if (cmd == MEMCTL_CMD_VERIFY && !nl_damaged && spec->field != FIELD_ARENA)
			printf("# verify: %.*s\n", (int)len, (const char *)data);
		fuzz_learn_text(spec->field, data, strnlen(data, len));
		break;
	case TYPE_BINARY:
		if (spec->field == FIELD_RESULTS)
			fuzz_exec_results(data, len);
		break;
	case TYPE_NEST:
		learn_attrs(spec->nested, data, len, cmd);
		break;
	}
}

static void learn_attrs(unsigned int set, const uint8_t *at, size_t len, uint8_t cmd)
{
	while (len >= NLA_HDRLEN) {
		const struct nlattr *attr = (const struct nlattr *)at;
		size_t step = NLA_ALIGN(attr->nla_len);
		const struct spec *spec;

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > len)
			return;
		spec = spec_of(set, attr->nla_type & NLA_TYPE_MASK);
		if (spec)
			learn_attr(spec, attr + 1, attr->nla_len - NLA_HDRLEN, cmd);
		at += step;
		len -= step < len ? step : len;
	}
}

/* Who has no right to a command must get no more than a refusal of it. */
static void judge_right(uint8_t cmd, const char *what)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands) && commands[i].cmd != cmd; i++)
		;
	if (!fuzz_actor_is_bound || i == ARRAY_SIZE(commands) || !commands[i].admin)
		return;
	fuzz_count(&shared->exceeded);
	printf("# %s: %s for %s\n", commands[i].name, what, fuzz_actor_name());
	fflush(stdout);
}

static void learn_ack(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = NLMSG_DATA(nlh);
	const uint8_t *end = (const uint8_t *)nlh + nlh->nlmsg_len,
		      *at = (const uint8_t *)(ack + 1);
	uint32_t missing;

	if (!ack->error) {
		fuzz_count(&shared->accepted[ack->msg.nlmsg_seq & 0xff]);
		nl_accepted++;
		judge_right(ack->msg.nlmsg_seq & 0xff, "granted");
	}
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (ack->error && !(nlh->nlmsg_flags & NLM_F_CAPPED))
		at += NLMSG_ALIGN(ack->msg.nlmsg_len) - NLMSG_HDRLEN;
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attr = (const struct nlattr *)at;

		if (attr->nla_len < NLA_HDRLEN)
			break;
		memcpy(&missing, attr + 1, sizeof(missing));
		if (attr->nla_type == NLMSGERR_ATTR_MISS_TYPE && missing < 64)
			nl_needed[ack->msg.nlmsg_seq & 0xff] |= 1ULL << missing;
		at += NLA_ALIGN(attr->nla_len);
	}
}

static void learn(const void *buffer, ssize_t got)
{
	const struct nlmsghdr *nlh = buffer;

	for (; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got)) {
		const struct genlmsghdr *genl = NLMSG_DATA(nlh);
		unsigned int i;

		if (nlh->nlmsg_type == NLMSG_ERROR)
			learn_ack(nlh);
		if (nlh->nlmsg_type != nl_family || nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
			continue;
		for (i = 0; i < ARRAY_SIZE(commands) && commands[i].cmd != genl->cmd; i++)
			;
		if (i == ARRAY_SIZE(commands))
			continue;
		judge_right(genl->cmd, "answered");
		learn_attrs(commands[i].set, (const uint8_t *)(genl + 1),
			    nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, genl->cmd);
	}
}

void nl_receive(int fd, size_t room, unsigned int parts)
{
	static uint8_t buffers[NR_BUFFERS][BUFFER];
	struct mmsghdr headers[NR_BUFFERS];
	struct iovec vectors[NR_BUFFERS];
	unsigned int nr, i;
	int got;

	for (i = 0; i < NR_BUFFERS; i++) {
		vectors[i] = (struct iovec){ buffers[i], room < BUFFER ? room : BUFFER };
		headers[i] = (struct mmsghdr){
			.msg_hdr = { .msg_iov = &vectors[i], .msg_iovlen = 1 },
		};
	}
	for (; parts; parts -= nr) {
		nr = parts < NR_BUFFERS ? parts : NR_BUFFERS;
		got = recvmmsg(fd, headers, nr, MSG_DONTWAIT, NULL);
		if (got < 0 && errno != ENOBUFS)
			return;
		for (i = 0; (int)i < got; i++)
			learn(buffers[i], headers[i].msg_len);
		/* The last one was the end, or a failure that the next look tells of. */
		if (got >= 0 && (unsigned int)got < nr)
			return;
	}
}
