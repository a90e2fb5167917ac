/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the files of the netlink layer: requests, replies and dumps. See
 * netlink.c for the rules, refusal.h for requests that fail.
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

/* nl_names.c: the name of a command; a constant. */
const char *mctl_nl_command_name(u8 cmd);

/* nl_event.c: listen for the events of host/event.h and pass them on to the group. */
void mctl_nl_event_init(void);
void mctl_nl_event_exit(void);

/**
 * mctl_nl_need() - look up a required attribute
 * @info: the request
 * @type: number of the attribute
 * @what: its name, for the error text
 *
 * Context: Any context.
 * Return: the attribute, or ERR_PTR(-EINVAL).
 */
struct nlattr *mctl_nl_need(struct genl_info *info, int type, const char *what);

/**
 * mctl_nl_name() - read an attribute that is a name
 * @extack: of the request
 * @attr: NUL-terminated string, by policy at most MEMCTL_NAME_MAX long
 * @what: what it names, for the error text
 *
 * Context: Any context.
 * Return: the name; ERR_PTR(-EINVAL) if there are bytes after its NUL.
 */
const char *mctl_nl_name(struct netlink_ext_ack *extack, const struct nlattr *attr,
			 const char *what);

/* Read an optional number of a request. */
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
 * mctl_nl_reply_new() - start the reply to a request
 * @info: the request
 * @size: bytes of attributes that must fit
 * @hdr: set to its header
 *
 * Context: Process context, may sleep.
 * Return: the message, or NULL if there is no memory.
 */
struct sk_buff *mctl_nl_reply_new(struct genl_info *info, size_t size, void **hdr);

/**
 * mctl_nl_reply_send() - finish and send a reply, or drop it
 * @skb: from mctl_nl_reply_new()
 * @hdr: its header
 * @info: the request
 * @failed: an attribute did not fit
 *
 * Context: Process context.
 * Return: 0; -EMSGSIZE if @failed; errno of the socket.
 */
int mctl_nl_reply_send(struct sk_buff *skb, void *hdr, struct genl_info *info, bool failed);

static inline bool mctl_nl_put_u64(struct sk_buff *skb, int type, u64 value, int pad)
{
	return nla_put_u64_64bit(skb, type, value, pad);
}

/**
 * struct mctl_nl_dump - state of a dump, from its start to its done callback
 * @refusal: why a part of it failed
 * @asker: the requester, on the list of all requesters
 * @arena: the current arena, with a reference, while a part is filled
 * @arena_id: id of that arena, or of the next one
 * @position: next object in it, as defined in the file of the object
 * @generation: of the arena when it was last read
 * @arenas: generation of the list of arenas, with @all
 * @region: id of the current region, or of the next one
 * @census: what processes map of regions, for dumps of processes
 * @seq: number that changes with the generations, for NLM_F_DUMP_INTR
 * @level: level of the last entry, for page tables
 * @all: the dump continues with the next arena
 * @end: there is nothing more to dump
 * @admin: the requester may see addresses
 * @started: @position and @level name an entry that was sent
 * @spaces: regions in the kernel are done, the dump goes through those for
 *	    processes
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

/* An attribute of the request that started the dump, or NULL. */
static inline struct nlattr *mctl_nl_dump_attr(struct netlink_callback *cb, int type)
{
	return nlmsg_find_attr(cb->nlh, GENL_HDRLEN, type);
}

/**
 * mctl_nl_dump_run() - fill one part of a dump
 * @skb: the part
 * @cb: the dump
 * @cmd: command of its messages
 * @next: puts the attributes of the next object and advances the position;
 *	  returns -ENOENT if the arena has no more, -EMSGSIZE if there is no
 *	  room (with the position unchanged)
 *
 * Context: Process context, may sleep. No lock is held on return.
 * Return: bytes filled, 0 at the end, or an errno that @next returned.
 */
int mctl_nl_dump_run(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		     int (*next)(struct sk_buff *skb, struct netlink_callback *cb,
				 struct mctl_nl_dump *dump));

#endif /* MCTL_NL_NL_IMPL_H */
