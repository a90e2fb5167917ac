/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what happened, for whoever listens. The listener (nl/) registers
 * itself, so that calls still go down only. It also stamps them, with the time
 * and the arena's generation, so that all have them from one clock. Whoever traces
 * hears what the listener hears.
 */
#ifndef MCTL_HOST_EVENT_H
#define MCTL_HOST_EVENT_H

#include <uapi/linux/memctl.h>
#include "host/arena.h"

/**
 * struct mctl_event - something that happened
 * @type: enum memctl_event_type
 * @arena: the arena; NULL for none, which only what the listener traces has
 * @name: cache or region, or NULL
 * @text: what was wrong, or NULL
 * @has_zone: @node and @zone_type are valid
 * @has_order: @order is valid
 * @has_value: @value is valid
 * @node: of the zone that it is about
 * @zone_type: enum memctl_zone_type of that zone
 * @order: of the block that was asked for
 * @reason: enum memctl_reason
 * @value: bytes or frames
 * @caller: address of the code in the kernel that asked, or 0; shown as a symbol
 *
 * The arena and the strings have to last until mctl_event_send() returns.
 */
struct mctl_event {
	u32 type;
	struct mctl_arena *arena;
	const char *name;
	const char *text;
	bool has_zone, has_order, has_value;
	u32 node, zone_type;
	u32 order;
	u32 reason;
	u64 value;
	u64 caller;
};

/**
 * mctl_event_send() - tell the listener
 * @event: what happened
 *
 * What anybody can cause who may use a region goes no further when its user has
 * caused too many of them (event_source.c). Costs a load while nobody listens.
 *
 * Context: any but NMI.
 */
void mctl_event_send(const struct mctl_event *event);

/**
 * struct mctl_event_listener - who listens; none of its functions sleeps
 * @hears: whether anybody would hear of an event
 * @call: called for each event while @hears says so; @uid: who caused it, MCTL_EVENT_NO_UID where
 *	  it is nothing that anybody can cause
 * @left_out: a user caused more than he may, which was not told yet: mctl_event_left_out()
 */
struct mctl_event_listener {
	bool (*hears)(void);
	void (*call)(const struct mctl_event *event, u32 uid);
	void (*left_out)(void);
};

#define MCTL_EVENT_NO_UID U32_MAX

/**
 * mctl_event_listen() - become the listener, or stop being it
 * @new: called in any context but NMI; NULL: nobody listens; calls under way are waited for
 *
 * Context: process; sleeps.
 */
void mctl_event_listen(const struct mctl_event_listener *new);

/**
 * mctl_event_left_out() - the next user whose events were left out, told to whoever traces
 * @uid: his uid; MCTL_EVENT_NO_UID for all who found no record of their own
 *
 * Whoever calls this tells the others, for it is forgotten here.
 *
 * Context: process.
 * Return: how many events; 0 when there are none.
 */
u64 mctl_event_left_out(u32 *uid);

#endif /* MCTL_HOST_EVENT_H */
