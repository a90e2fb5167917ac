// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: who may ask, what a refusal looks like, how a
 * dump goes on. The nl_<object>.c files hold one object each: they parse,
 * call mm/, format.
 *
 * N1  Nobody without CAP_SYS_ADMIN in the initial user namespace reaches a
 *     handler whose operation has GENL_ADMIN_PERM, be it a request or a dump.
 * N2  A request has the family's version, no attribute twice, and no flag
 *     bits in an attribute's type: none of ours is nested in a request.
 * N3  While a handler runs, the arena of the request is held; while a dump is
 *     under way (start to done), the arena that it is in and the module are.
 * N4  Between two parts of a dump no lock is held.
 * N5  A refusal of ours carries a text. The texts of the generated policies
 *     are the kernel's.
 *
 * Locks: none here. Requests run side by side (parallel_ops); the layers
 * below serialise them.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/version.h>
#include "mm/inject.h"
#include "nl/netlink.h"

#if KERNEL_VERSION(6, 2, 0) > LINUX_VERSION_CODE
#define mctl_genl_ops genl_ops
#else
#define mctl_genl_ops genl_split_ops
#endif

/* The sets of attributes have the arena's name at one place, but the one of exec. */
#define ARENA_ATTR	  2
#define ARENA_IS_AT(attr) BUILD_BUG_ON((attr) != ARENA_ATTR)

/*
 * Texts of refusals. The kernel takes a pointer (6.1 knows no other way) and
 * reads it when the handler has returned, once for its length and once for
 * its bytes. Each buffer therefore only ever holds texts of one length, so
 * that a buffer which comes round again too soon costs a wrong word and never
 * a wrong length.
 */
#define NR_TEXTS 4

static char texts[MCTL_ERROR_TEXT_SIZE][NR_TEXTS][MCTL_ERROR_TEXT_SIZE];
static atomic_t next_text;

int mctl_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int errno,
		   const char *format, ...)
{
	char text[MCTL_ERROR_TEXT_SIZE];
	va_list args;
	char *keep;
	int len;

	if (!extack)
		return errno;
	va_start(args, format);
	len = vscnprintf(text, sizeof(text), format, args);
	va_end(args);

	keep = texts[len][(unsigned int)atomic_inc_return(&next_text) % NR_TEXTS];
	memcpy(keep, text, len);
	extack->_msg = keep;
	if (attr)
		extack->bad_attr = attr;
	return errno;
}

int mctl_nl_fail(struct netlink_ext_ack *extack, const struct nlattr *attr, int errno,
		 const struct mctl_error *error)
{
	if (!error->text[0])
		return mctl_nl_refuse(extack, attr, errno, "refused without a reason (error %d)",
				      errno);
	return mctl_nl_refuse(extack, attr, errno, "%s", error->text);
}

struct nlattr *mctl_nl_need(struct genl_info *info, int type, const char *what)
{
	if (info->attrs[type])
		return info->attrs[type];
	if (info->extack)
		info->extack->miss_type = type;
	mctl_nl_refuse(info->extack, NULL, -EINVAL, "attribute %s is missing", what);
	return ERR_PTR(-EINVAL);
}

const char *mctl_nl_name(struct netlink_ext_ack *extack, const struct nlattr *attr,
			 const char *what)
{
	const char *name = nla_data(attr);

	if (strnlen(name, nla_len(attr)) + 1 != nla_len(attr)) {
		mctl_nl_refuse(extack, attr, -EINVAL, "the name of the %s has a NUL inside", what);
		return ERR_PTR(-EINVAL);
	}
	return name;
}

/* N2 */
static int check_message(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *genlhdr = nlmsg_data(nlh);
	const struct nlattr *attr;
	u64 seen = 0;
	int rest;

	if (genlhdr->version != MEMCTL_FAMILY_VERSION)
		return mctl_nl_refuse(extack, NULL, -EINVAL,
				      "version %u of the interface, this module speaks %u",
				      genlhdr->version, MEMCTL_FAMILY_VERSION);

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rest) {
		unsigned int type = nla_type(attr);

		if (attr->nla_type & ~NLA_TYPE_MASK)
			return mctl_nl_refuse(extack, attr, -EINVAL,
					      "attribute %u has flag bits, none were expected",
					      type);
		if (type < 64 && seen & BIT_ULL(type))
			return mctl_nl_refuse(extack, attr, -EINVAL, "attribute %u is there twice",
					      type);
		if (type < 64)
			seen |= BIT_ULL(type);
	}
	return 0;
}

/* N1 */
static int check_rights(struct sk_buff *skb, u8 flags, struct netlink_ext_ack *extack)
{
	if (!(flags & GENL_ADMIN_PERM) || netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	return mctl_nl_refuse(extack, NULL, -EPERM,
			      "needs CAP_SYS_ADMIN in the initial user namespace");
}

static struct mctl_arena *find_arena(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *name = NULL;
	struct mctl_arena *arena;

	if (attr) {
		name = mctl_nl_name(extack, attr, "arena");
		if (IS_ERR(name))
			return ERR_CAST(name);
		if (!*name) {
			mctl_nl_refuse(extack, attr, -EINVAL, "the name of the arena is empty");
			return ERR_PTR(-EINVAL);
		}
	}
	arena = mctl_arena_find(name);
	if (arena)
		return arena;
	mctl_nl_refuse(extack, attr, -ENOENT, "there is no arena %s", name ?: "main");
	return ERR_PTR(-ENOENT);
}

/* A refusal that an injected fault made says so. */
static void blame_injected(struct mctl_arena *arena, struct netlink_ext_ack *extack)
{
	u32 site, id = mctl_inject_blame(arena, &site);

	if (id && extack && extack->_msg)
		mctl_nl_refuse(extack, NULL, 0, "injected fault %u (%s): %s", id,
			       mctl_inject_site_name(site), extack->_msg);
}

static bool names_new_or_old_arena(u8 cmd)
{
	return cmd == MEMCTL_CMD_ARENA_ADD || cmd == MEMCTL_CMD_ARENA_DEL;
}

static int begin_request(const struct mctl_genl_ops *ops, struct sk_buff *skb,
			 struct genl_info *info)
{
	int attr = ops->cmd == MEMCTL_CMD_EXEC ? (int)MEMCTL_A_EXEC_ARENA : ARENA_ATTR;
	struct mctl_arena *arena;
	int ret;

	ret = check_rights(skb, ops->flags, info->extack);
	if (ret)
		return ret;
	ret = check_message(info->nlhdr, info->extack);
	if (ret)
		return ret;

	info->user_ptr[0] = NULL;
	if (names_new_or_old_arena(ops->cmd))
		return 0;
	arena = find_arena(info->attrs[attr], info->extack);
	if (IS_ERR(arena))
		return PTR_ERR(arena);
	info->user_ptr[0] = arena;
	if (static_branch_unlikely(&mctl_inject_key))
		blame_injected(arena, NULL);
	return 0;
}

static void end_request(const struct mctl_genl_ops *ops, struct sk_buff *skb,
			struct genl_info *info)
{
	if (!info->user_ptr[0])
		return;
	if (static_branch_unlikely(&mctl_inject_key))
		blame_injected(info->user_ptr[0], info->extack);
	mctl_arena_drop(info->user_ptr[0]);
}

struct sk_buff *mctl_nl_reply_new(struct genl_info *info, size_t size, void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = genlmsg_put_reply(skb, info, &mctl_nl_family, 0, info->genlhdr->cmd);
	if (*hdr)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

int mctl_nl_reply_send(struct sk_buff *skb, void *hdr, struct genl_info *info, bool failed)
{
	if (failed) {
		nlmsg_free(skb);
		return mctl_nl_refuse(info->extack, NULL, -EMSGSIZE,
				      "the reply does not fit into a message");
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}

/* --- dumps --- */

static bool dumps_all(u8 cmd)
{
	return cmd == MEMCTL_CMD_ARENA_GET || cmd == MEMCTL_CMD_ZONE_GET;
}

/* Bytes that the largest object of any dump takes: a zone, with a row for each CPU. */
static unsigned int largest_object(void)
{
	return MCTL_NL_REPLY_SIZE + num_possible_cpus() * 3 * sizeof(u32);
}

static int dump_start(struct netlink_callback *cb)
{
	const struct genl_dumpit_info *info = genl_dumpit_info(cb);
	struct mctl_nl_dump *dump = mctl_nl_dump_of(cb);
	struct mctl_arena *arena;
	struct nlattr *attr;
	int ret;

	BUILD_BUG_ON(sizeof(*dump) > sizeof(cb->ctx));
	ARENA_IS_AT(MEMCTL_A_ARENA_ARENA);
	ARENA_IS_AT(MEMCTL_A_ZONE_ARENA);
	ARENA_IS_AT(MEMCTL_A_CHUNK_ARENA);
	ARENA_IS_AT(MEMCTL_A_CACHE_ARENA);
	ARENA_IS_AT(MEMCTL_A_HANDLE_ARENA);
	ARENA_IS_AT(MEMCTL_A_REGION_ARENA);
	ARENA_IS_AT(MEMCTL_A_PT_ARENA);
	ARENA_IS_AT(MEMCTL_A_WHAT_ARENA);
	ARENA_IS_AT(MEMCTL_A_WHY_ARENA);
	ARENA_IS_AT(MEMCTL_A_VERIFY_ARENA);
	ARENA_IS_AT(MEMCTL_A_PLANT_ARENA);
	ARENA_IS_AT(MEMCTL_A_TLB_ARENA);
	ARENA_IS_AT(MEMCTL_A_PT_FORMAT_ARENA);
	ARENA_IS_AT(MEMCTL_A_VMA_ARENA);
	ARENA_IS_AT(MEMCTL_A_PROCESS_ARENA);
	ARENA_IS_AT(MEMCTL_A_ACCESS_ARENA);
	ARENA_IS_AT(MEMCTL_A_IDLE_ARENA);
	ARENA_IS_AT(MEMCTL_A_RMAP_ARENA);
	ARENA_IS_AT(MEMCTL_A_TRACE_ARENA);
	ARENA_IS_AT(MEMCTL_A_INJECT_ARENA);

	ret = check_rights(cb->skb, info->op.flags, cb->extack);
	if (ret)
		return ret;
	ret = check_message(cb->nlh, cb->extack);
	if (ret)
		return ret;

	memset(dump, 0, sizeof(*dump));
	attr = mctl_nl_dump_attr(cb, ARENA_ATTR);
	dump->all = !attr && dumps_all(info->op.cmd);
	dump->arenas = mctl_arenas_generation();
	if (dump->all) {
		arena = mctl_arena_next(0);
		dump->end = !arena;
	} else {
		arena = find_arena(attr, cb->extack);
		if (IS_ERR(arena))
			return PTR_ERR(arena);
	}
	dump->arena = arena;
	dump->admin = netlink_capable(cb->skb, CAP_SYS_ADMIN);
	dump->seq = 1;
	if (arena)
		dump->generation = mctl_arena_generation(arena);
	cb->min_dump_alloc = min_t(unsigned int, largest_object(), U16_MAX);
	return 0;
}

static int dump_done(struct netlink_callback *cb)
{
	struct mctl_nl_dump *dump = mctl_nl_dump_of(cb);

	if (dump->arena)
		mctl_arena_drop(dump->arena);
	dump->arena = NULL;
	return 0;
}

/* Has anything changed since the last look? Then another number goes into the messages. */
static void look_at_generation(struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	u32 arenas = mctl_arenas_generation();
	u64 generation = dump->arena ? mctl_arena_generation(dump->arena) : 0;

	if (generation != dump->generation || (dump->all && arenas != dump->arenas)) {
		dump->generation = generation;
		dump->arenas = arenas;
		if (!++dump->seq)
			dump->seq = 1;
	}
	cb->seq = dump->seq;
}

/* Return: false when there is no further arena to dump. The last one stays held, to look at. */
static bool next_arena(struct mctl_nl_dump *dump)
{
	struct mctl_arena *arena = dump->all ? mctl_arena_next(dump->arena->id + 1) : NULL;

	if (!arena) {
		dump->end = true;
		return false;
	}
	mctl_arena_drop(dump->arena);
	dump->arena = arena;
	dump->generation = mctl_arena_generation(arena);
	dump->position = 0;
	dump->spaces = false;
	return true;
}

int mctl_nl_dump_run(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		     int (*next)(struct sk_buff *skb, struct netlink_callback *cb,
				 struct mctl_nl_dump *dump))
{
	struct mctl_nl_dump *dump = mctl_nl_dump_of(cb);
	int ret = 0;
	void *hdr;

	look_at_generation(cb, dump);
	while (!dump->end) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &mctl_nl_family, NLM_F_MULTI, cmd);
		ret = hdr ? next(skb, cb, dump) : -EMSGSIZE;
		if (!ret) {
			/* After the look at the object: a change that it shows has been counted. */
			look_at_generation(cb, dump);
			genl_dump_check_consistent(cb, hdr);
			genlmsg_end(skb, hdr);
			continue;
		}
		genlmsg_cancel(skb, hdr);
		if (ret != -ENOENT)
			break;
		ret = 0;
		look_at_generation(cb, dump);
		if (!next_arena(dump))
			break;
	}
	return skb->len ?: ret;
}

/* --- the family --- */

/* The generated table, with what it has no words for: begin and end of a dump. */
static struct genl_ops mctl_nl_ops[ARRAY_SIZE(memctl_nl_ops)];

static const struct genl_multicast_group mctl_nl_groups[] = {
	[MEMCTL_NLGRP_EVENTS] = {
		.name = MEMCTL_MCGRP_EVENTS,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
};

struct genl_family mctl_nl_family = {
	.name = MEMCTL_FAMILY_NAME,
	.version = MEMCTL_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = false,
	.parallel_ops = true,
	.resv_start_op = 0,
	.pre_doit = begin_request,
	.post_doit = end_request,
	.ops = mctl_nl_ops,
	.n_ops = ARRAY_SIZE(mctl_nl_ops),
	.mcgrps = mctl_nl_groups,
	.n_mcgrps = ARRAY_SIZE(mctl_nl_groups),
};

int mctl_netlink_init(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(mctl_nl_ops); i++) {
		mctl_nl_ops[i] = memctl_nl_ops[i];
		if (mctl_nl_ops[i].dumpit) {
			mctl_nl_ops[i].start = dump_start;
			mctl_nl_ops[i].done = dump_done;
		}
	}
	ret = genl_register_family(&mctl_nl_family);
	if (ret)
		return ret;
	mctl_nl_event_init();
	return 0;
}

void mctl_netlink_exit(void)
{
	mctl_nl_event_exit();
	genl_unregister_family(&mctl_nl_family);
}
