/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what happened, for a listener. The listener (nl/) registers itself, so
 * that calls only go down the layers. It also stamps events with the time and
 * the arena's generation, so that all events are stamped by one clock. Tracers
 * see the same events as the listener.
 */
#ifndef MCTL_HOST_EVENT_H
#define MCTL_HOST_EVENT_H

#include <uapi/linux/memctl.h>
#include "host/arena.h"

/**
 * struct mctl_event - something that happened
 * @type: enum memctl_event_type
 * @arena: the arena; NULL for none, which only events that the listener traces have
 * @name: cache or region, or NULL
 * @text: what was wrong, or NULL
 * @has_zone: @node and @zone_type are valid
 * @has_order: @order is valid
 * @has_value: @value is valid
 * @node: of the zone that it is about
 * @zone_type: enum memctl_zone_type of that zone
 * @order: of the block that was requested
 * @reason: enum memctl_reason
 * @value: bytes or frames
 * @caller: address of the kernel code that made the request, or 0; shown as a symbol
 *
 * The arena and the strings must stay valid until mctl_event_send() returns.
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
 * Events that any user of a region can cause are dropped when their user has
 * caused too many of them (event_source.c). Costs a load while nobody listens.
 *
 * Context: Any context but NMI.
 */
void mctl_event_send(const struct mctl_event *event);

/**
 * struct mctl_event_listener - the listener; none of its functions may sleep
 * @hears: whether anybody would receive an event
 * @call: called for each event while @hears returns true; @uid: the user who caused it,
 *	  MCTL_EVENT_NO_UID if it is no event that any user can cause
 * @left_out: a user exceeded the limit, which was not told yet: mctl_event_left_out()
 */
struct mctl_event_listener {
	bool (*hears)(void);
	void (*call)(const struct mctl_event *event, u32 uid);
	void (*left_out)(void);
};

#define MCTL_EVENT_NO_UID U32_MAX

/**
 * mctl_event_listen() - set or remove the listener
 * @new: called in any context but NMI; NULL for no listener; waits for calls under way
 *
 * Context: Process context, may sleep.
 */
void mctl_event_listen(const struct mctl_event_listener *new);

/**
 * mctl_event_left_out() - get the next user whose events were left out, and trace it
 * @uid: the user; MCTL_EVENT_NO_UID for all users without a record of their own
 *
 * The caller must tell the other listeners, because the count is reset here.
 *
 * Context: Process context.
 * Return: number of events; 0 if there are none.
 */
u64 mctl_event_left_out(u32 *uid);

#endif /* MCTL_HOST_EVENT_H */
