// SPDX-License-Identifier: GPL-2.0
/*
 * One part of a dump: puts object after object into a message, until that is
 * full. netlink.c begins and ends dumps; its rules N3 and N4 apply here.
 *
 * Locks: none.
 */
#include "arenas/arenas.h"
#include "nl/nl_impl.h"

/*
 * If anything has changed since the last call, put a different sequence number
 * into the messages.
 */
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

/* Make an arena, which is held, the current one of the dump; NULL for none. */
static void move_to_arena(struct mctl_nl_dump *dump, struct mctl_arena *arena)
{
	/* In this order, so that the arena shown for the requester is always held. */
	mctl_asker_look(&dump->asker, arena);
	if (dump->arena)
		mctl_arena_drop(dump->arena);
	dump->arena = arena;
	if (!arena || arena->id == dump->arena_id)
		return;
	dump->arena_id = arena->id;
	dump->position = 0;
	dump->spaces = false;
}

/*
 * Return: false if there is no further arena to dump. The last one stays held,
 * so that it can be read.
 */
static bool next_arena(struct mctl_nl_dump *dump)
{
	struct mctl_arena *arena = dump->all ? mctl_arena_next(dump->arena_id + 1) : NULL;

	if (!arena) {
		dump->end = true;
		return false;
	}
	move_to_arena(dump, arena);
	dump->generation = mctl_arena_generation(arena);
	return true;
}

/*
 * Take a reference to the current arena when a part begins. If that is gone, a dump of all arenas
 * continues with the next one; its generation, which differs, is reported then.
 * Return: 0 or -ENOENT.
 */
static int find_arena_again(struct netlink_callback *cb, struct mctl_nl_dump *dump)
{
	struct mctl_arena *arena;

	if (dump->end || dump->arena)
		return 0;
	arena = mctl_arena_next(dump->arena_id);
	if (arena && arena->id != dump->arena_id && !dump->all) {
		mctl_arena_drop(arena);
		arena = NULL;
	}
	if (!arena && !dump->all)
		return mctl_nl_refuse(cb->extack, NULL, -ENOENT,
				      "the arena was deleted while it was listed");
	move_to_arena(dump, arena);
	dump->end = !arena;
	return 0;
}

int mctl_nl_dump_run(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		     int (*next)(struct sk_buff *skb, struct netlink_callback *cb,
				 struct mctl_nl_dump *dump))
{
	struct mctl_nl_dump *dump = mctl_nl_dump_of(cb);
	bool all_sent = dump->end;
	int ret = find_arena_again(cb, dump);
	void *hdr;

	if (ret)
		return ret;
	/* Changes from here on are not in any message. */
	if (all_sent)
		cb->seq = dump->seq;
	else
		look_at_generation(cb, dump);
	while (!dump->end) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &mctl_nl_family, NLM_F_MULTI, cmd);
		ret = hdr ? next(skb, cb, dump) : -EMSGSIZE;
		if (!ret) {
			/*
			 * After reading the object: a change that is visible in
			 * it has been counted.
			 */
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
	if (!dump->census)
		move_to_arena(dump, NULL);
	return skb->len ?: ret;
}
