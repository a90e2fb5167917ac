// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: permissions, how a request runs, how a dump begins and ends. Each nl_<object>.c
 * file handles one object: it parses, calls lower wings and formats, with the help of nl_family.c
 * (replies) and nl_dump.c (parts of dumps). refusal.c reports the failure of a request.
 *
 * N1  A requester without CAP_SYS_ADMIN in the initial user namespace never reaches a handler whose
 *     operation has GENL_ADMIN_PERM, for a request or a dump.
 * N2  A request has the family's version, no duplicate attribute, and no flag bits in the type of
 *     an attribute: no request has nested attributes.
 * N3  The arena of a request is held while its handler runs, and the current arena of a dump while
 *     a part of the dump is filled; between parts the dump identifies it by id, because the next
 *     part may be requested at any later time. A dump with a census, which only root can start,
 *     keeps its arena. The module is held from start to done.
 * N4  Between two parts of a dump no lock is held.
 * N5  Every refusal by this layer carries a text. The texts of the generated policies are the
 *     kernel's.
 *
 * Locks: none here. Requests run in parallel (parallel_ops); the layers below serialise them.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "arenas/arenas.h"
#include "arenas/hwpoison_look.h"
#include "host/inject_site.h"
#include "nl/netlink.h"
#include "nl/nl_impl.h"
#include "spaces/space.h"

/*
 * The generated table by command. Written before the family is registered, and
 * read-only after that.
 */
static const struct genl_ops *ops_of[MEMCTL_CMD_MAX + 1];

/* All attribute sets have the arena's name at the same number, except that of exec. */
#define ARENA_ATTR	  2
#define ARENA_IS_AT(attr) BUILD_BUG_ON((attr) != ARENA_ATTR)

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
	if (mctl_arena_changing(name)) {
		mctl_nl_refuse(extack, attr, -EBUSY, "arena %s is being made or deleted",
			       name ?: "main");
		return ERR_PTR(-EBUSY);
	}
	mctl_nl_refuse(extack, attr, -ENOENT, "there is no arena %s", name ?: "main");
	return ERR_PTR(-ENOENT);
}

/* Say so in the text if a refusal was caused by an injected fault. */
static void blame_injected(struct mctl_arena *arena, struct netlink_ext_ack *extack)
{
	u32 site, id = mctl_inject_blame(arena, &site);
	char text[MCTL_ERROR_TEXT_SIZE];

	if (!id || !extack->_msg)
		return;
	strscpy(text, extack->_msg, sizeof(text));
	mctl_nl_refuse(extack, NULL, 0, "injected fault %u (%s): %s", id,
		       mctl_inject_site_name(site), text);
}

/* Clear what an earlier task at this address left behind. */
static void forget_injected(struct mctl_arena *arena)
{
	u32 site;

	mctl_inject_blame(arena, &site);
}

static bool names_new_or_old_arena(u8 cmd)
{
	return cmd == MEMCTL_CMD_ARENA_ADD || cmd == MEMCTL_CMD_ARENA_DEL;
}

static int begin_request(const struct genl_ops *op, struct sk_buff *skb, struct genl_info *info)
{
	int attr = op->cmd == MEMCTL_CMD_EXEC ? (int)MEMCTL_A_EXEC_ARENA : ARENA_ATTR;
	struct mctl_arena *arena;
	int ret;

	ret = check_rights(skb, op->flags, info->extack);
	if (ret)
		return ret;
	ret = check_message(info->nlhdr, info->extack);
	if (ret)
		return ret;

	info->user_ptr[0] = NULL;
	/* So that no reply ignores a memory error that has already been reported. */
	if (mctl_hwpoison_settle())
		return -EINTR;
	if (names_new_or_old_arena(op->cmd))
		return 0;
	arena = find_arena(info->attrs[attr], info->extack);
	if (IS_ERR(arena))
		return PTR_ERR(arena);
	info->user_ptr[0] = arena;
	if (static_branch_unlikely(&mctl_inject_key))
		forget_injected(arena);
	return 0;
}

static void end_request(struct genl_info *info)
{
	if (!info->user_ptr[0])
		return;
	if (static_branch_unlikely(&mctl_inject_key))
		blame_injected(info->user_ptr[0], info->extack);
	mctl_arena_drop(info->user_ptr[0]);
}

/* The handler of every request; the handler of its object is in the generated table. */
static int run_request(struct sk_buff *skb, struct genl_info *info)
{
	const struct genl_ops *op = ops_of[info->genlhdr->cmd];
	struct netlink_ext_ack *extack = info->extack;
	struct mctl_nl_refusal refusal;
	struct mctl_asker asker;
	int ret;

	refusal.extack = (struct netlink_ext_ack){};
	info->extack = &refusal.extack;
	ret = begin_request(op, skb, info);
	if (!ret) {
		mctl_asker_begin(&asker, mctl_nl_command_name(op->cmd), false, info->snd_portid,
				 mctl_nl_arena(info));
		ret = op->doit(skb, info);
		mctl_asker_end(&asker);
		end_request(info);
	}
	info->extack = extack;
	/* A batch that was partly carried out has a text as well, with errno 0. */
	if (ret || (refusal.extack._msg && info->nlhdr->nlmsg_flags & NLM_F_ACK))
		return mctl_nl_refusal_send(skb, ret, &refusal);
	return 0;
}

/* --- dumps --- */

static bool dumps_all(u8 cmd)
{
	return cmd == MEMCTL_CMD_ARENA_GET || cmd == MEMCTL_CMD_ZONE_GET;
}

/* Size in bytes of the largest object in any dump: a zone, with a row for each CPU. */
static unsigned int largest_object(void)
{
	return MCTL_NL_REPLY_SIZE + num_possible_cpus() * 3 * sizeof(u32);
}

static int begin_dump(struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	const struct genl_dumpit_info *info = genl_dumpit_info(cb);
	struct mctl_arena *arena;
	struct nlattr *attr;
	int ret;

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
	dump->admin = netlink_capable(cb->skb, CAP_SYS_ADMIN);
	dump->seq = 1;
	if (arena) {
		dump->arena_id = arena->id;
		dump->generation = mctl_arena_generation(arena);
		mctl_arena_drop(arena);
	}
	cb->min_dump_alloc = min_t(unsigned int, largest_object(), U16_MAX);
	return 0;
}

static int start_dump(struct netlink_callback *cb)
{
	struct netlink_ext_ack *extack = cb->extack;
	struct mctl_nl_refusal refusal = {};
	struct mctl_nl_dump *dump;
	int ret;

	BUILD_BUG_ON(sizeof(dump) > sizeof(cb->ctx));
	/* It is kept for as long as the requester, who may be unprivileged, does not read on. */
	dump = kzalloc(sizeof(*dump), GFP_KERNEL_ACCOUNT);
	if (!dump)
		return mctl_nl_refusal_send(cb->skb, -ENOMEM, &refusal);
	*(struct mctl_nl_dump **)cb->ctx = dump;
	cb->extack = &dump->refusal.extack;
	ret = begin_dump(cb, dump);
	cb->extack = extack;
	if (!ret) {
		mctl_asker_begin(&dump->asker, mctl_nl_command_name(genl_dumpit_info(cb)->op.cmd),
				 true, NETLINK_CB(cb->skb).portid, NULL);
		return 0;
	}
	ret = mctl_nl_refusal_send(cb->skb, ret, &dump->refusal);
	kfree(dump);
	return ret;
}

/* The handler of every part of a dump. The kernel copies the text before it calls done. */
static int run_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_dumpit_info *info = genl_dumpit_info(cb);
	struct mctl_nl_dump *dump = mctl_nl_dump_of(cb);
	struct netlink_ext_ack *extack = cb->extack;
	int ret;

	cb->extack = &dump->refusal.extack;
	ret = ops_of[info->op.cmd]->dumpit(skb, cb);
	cb->extack = extack;
	if (ret < 0)
		*extack = dump->refusal.extack;
	return ret;
}

static int end_dump(struct netlink_callback *cb)
{
	struct mctl_nl_dump *dump = mctl_nl_dump_of(cb);

	mctl_census_free(dump->census);
	dump->census = NULL;
	if (dump->arena)
		mctl_arena_drop(dump->arena);
	mctl_asker_end(&dump->asker);
	kfree(dump);
	return 0;
}

/* --- init and exit --- */

int mctl_netlink_init(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(mctl_nl_ops); i++) {
		mctl_nl_ops[i] = memctl_nl_ops[i];
		ops_of[mctl_nl_ops[i].cmd] = &memctl_nl_ops[i];
		if (mctl_nl_ops[i].doit)
			mctl_nl_ops[i].doit = run_request;
		if (mctl_nl_ops[i].dumpit) {
			mctl_nl_ops[i].start = start_dump;
			mctl_nl_ops[i].dumpit = run_dump;
			mctl_nl_ops[i].done = end_dump;
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
