/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the netlink layer share: requests, replies and dumps.
 * See netlink.c for the rules, refusal.h for requests that fail.
 */
#ifndef MCTL_NL_NL_IMPL_H
#define MCTL_NL_NL_IMPL_H

#include <net/genetlink.h>
#include <uapi/linux/memctl.h>
#include <uapi/linux/memctl_op.h>
#include "host/arena.h"
#include "host/asker.h"
#include "host/error.h"
#include "nl/generated/memctl_gen.h"
#include "nl/refusal.h"

/* Room for the attributes of any reply that has no arrays in it. */
#define MCTL_NL_REPLY_SIZE 1024

/* nl_family.c */
extern struct genl_family mctl_nl_family;
extern struct genl_ops mctl_nl_ops[ARRAY_SIZE(memctl_nl_ops)];

/* nl_names.c: what a command is called; a constant. */
const char *mctl_nl_command_name(u8 cmd);

/* nl_event.c: listen to host/event.h and pass events on to the group. */
void mctl_nl_event_init(void);
void mctl_nl_event_exit(void);

/**
 * mctl_nl_need() - ask for an attribute
 * @info: the request
 * @type: number of the attribute
 * @what: its name, for the text
 *
 * Context: any.
 * Return: the attribute, or ERR_PTR(-EINVAL).
 */
struct nlattr *mctl_nl_need(struct genl_info *info, int type, const char *what);

/**
 * mctl_nl_name() - read an attribute that is a name
 * @extack: of the request
 * @attr: NUL-terminated string, by policy at most MEMCTL_NAME_MAX long
 * @what: what it names, for the text
 *
 * Context: any.
 * Return: the name; ERR_PTR(-EINVAL) when it has bytes behind its NUL.
 */
const char *mctl_nl_name(struct netlink_ext_ack *extack, const struct nlattr *attr,
			 const char *what);

/* A number that may be left out of a request. */
static inline u32 mctl_nl_u32(const struct genl_info *info, int type, u32 otherwise)
{
	const struct nlattr *attr = info->attrs[type];

	return attr ? nla_get_u32(attr) : otherwise;
}

/* The arena that the request is about; netlink.c holds it while the request runs. */
static inline struct mctl_arena *mctl_nl_arena(const struct genl_info *info)
{
	return info->user_ptr[0];
}

/**
 * mctl_nl_reply_new() - begin the reply to a request
 * @info: the request
 * @size: bytes of attributes that it has to have room for
 * @hdr: becomes its header
 *
 * Context: process; sleeps.
 * Return: the message, or NULL when there is no memory.
 */
struct sk_buff *mctl_nl_reply_new(struct genl_info *info, size_t size, void **hdr);

/**
 * mctl_nl_reply_send() - end and send a reply, or drop it
 * @skb: from mctl_nl_reply_new()
 * @hdr: its header
 * @info: the request
 * @failed: an attribute found no room
 *
 * Context: process.
 * Return: 0; -EMSGSIZE with @failed; errno of the socket.
 */
int mctl_nl_reply_send(struct sk_buff *skb, void *hdr, struct genl_info *info, bool failed);

static inline bool mctl_nl_put_u64(struct sk_buff *skb, int type, u64 value, int pad)
{
	return nla_put_u64_64bit(skb, type, value, pad);
}

/**
 * struct mctl_nl_dump - where a dump is; lives from its start to its done
 * @refusal: why a part of it failed
 * @asker: who began it, on the list of all
 * @arena: the arena that it is in, with a reference, while a part is filled
 * @arena_id: id of that arena, or of the next one
 * @position: next object in it, as the object's own file counts
 * @generation: of the arena when it was last looked at
 * @arenas: generation of the list of arenas, with @all
 * @region: id of the region that it is in, or is next
 * @census: what processes have of regions, for processes
 * @seq: number that changes with the generations, for NLM_F_DUMP_INTR
 * @level: level of the last entry, for page tables
 * @all: goes on to the next arena
 * @end: there is no more
 * @admin: the requester may see addresses
 * @started: @position and @level name an entry that was sent
 * @spaces: regions in the kernel are done, it goes through those for processes
 */
struct mctl_nl_dump {
	struct mctl_nl_refusal refusal;
	struct mctl_asker asker;
	struct mctl_arena *arena;
	u32 arena_id;
	u64 position;
	u64 generation;
	u64 region;
	struct mctl_census *census;
	u32 arenas;
	u16 seq;
	u8 level;
	bool all : 1;
	bool end : 1;
	bool admin : 1;
	bool started : 1;
	bool spaces : 1;
};

static inline struct mctl_nl_dump *mctl_nl_dump_of(struct netlink_callback *cb)
{
	return *(struct mctl_nl_dump **)cb->ctx;
}

/* An attribute of the request that began the dump, or NULL. */
static inline struct nlattr *mctl_nl_dump_attr(struct netlink_callback *cb, int type)
{
	return nlmsg_find_attr(cb->nlh, GENL_HDRLEN, type);
}

/**
 * mctl_nl_dump_run() - fill one part of a dump
 * @skb: the part
 * @cb: the dump
 * @cmd: command of its messages
 * @next: puts the next object's attributes and moves the position on;
 *	  -ENOENT when the arena has no more, -EMSGSIZE when there is no room
 *	  (position as it was)
 *
 * Context: process; sleeps. No lock is held on return.
 * Return: bytes filled, 0 at the end, or an errno that @next returned.
 */
int mctl_nl_dump_run(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		     int (*next)(struct sk_buff *skb, struct netlink_callback *cb,
				 struct mctl_nl_dump *dump));

#endif /* MCTL_NL_NL_IMPL_H */
