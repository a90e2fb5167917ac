/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events: what happened, for whoever listens. The listener (nl/) registers
 * itself, so that calls still go down only. It also stamps them, with the time
 * and the arena's generation, so that all have them from one clock.
 */
#ifndef MCTL_MM_EVENT_H
#define MCTL_MM_EVENT_H

#include <uapi/linux/memctl.h>
#include "mm/arena.h"

/**
 * struct mctl_event - something that happened
 * @type: enum memctl_event_type
 * @arena: the arena
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
 * Costs a load while nobody listens.
 *
 * Context: any but NMI.
 */
void mctl_event_send(const struct mctl_event *event);

/**
 * mctl_event_listen() - become the listener, or stop being it
 * @call: called for each event, in any context but NMI; must not sleep.
 *	  NULL: nobody listens; calls under way are waited for.
 *
 * Context: process; sleeps.
 */
void mctl_event_listen(void (*call)(const struct mctl_event *event));

#endif /* MCTL_MM_EVENT_H */
