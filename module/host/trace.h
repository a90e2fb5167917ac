/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: the events that go to the netlink group `events`, for tracers
 * (tracefs: events/memctl). Allocating and freeing have none: what is looked for
 * afterwards are refusals, watermarks and damage.
 *
 * Programs read a record by events/memctl/memctl_event/format. The values that
 * have names there are in host/generated/trace_enums.h, made from the netlink
 * specification: the kernel replaces only names that are listed in
 * TRACE_DEFINE_ENUM() by numbers. Strings have their own length, by
 * __dynamic_array() rather than __string(), whose __assign_str() has another
 * number of arguments from Linux 6.10 on; a record looks the same.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM memctl

#if !defined(MCTL_HOST_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MCTL_HOST_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>
#include "host/event.h"

#include "host/generated/trace_enums.h"

#ifndef MCTL_TRACE_HELPERS
#define MCTL_TRACE_HELPERS

/* Bytes of a text that may be missing. */
static inline size_t mctl_trace_size(const char *text)
{
	return text ? strlen(text) + 1 : 1;
}

/* NULL for an event that is about no arena. */
static inline const char *mctl_trace_arena(const struct mctl_event *event)
{
	return event->arena ? event->arena->name : NULL;
}

/* For an event without a zone; other programs' parsers do not match names of negative numbers. */
#define MCTL_TRACE_NO_ZONE 255

#endif /* MCTL_TRACE_HELPERS */

/* Laid out like all events of the kernel. */
/* clang-format off */
TRACE_EVENT(memctl_event,
	TP_PROTO(const struct mctl_event *event),
	TP_ARGS(event),
	TP_STRUCT__entry(
		__dynamic_array(char, arena, mctl_trace_size(mctl_trace_arena(event)))
		__dynamic_array(char, name, mctl_trace_size(event->name))
		__dynamic_array(char, text, mctl_trace_size(event->text))
		__field(u32, type)
		__field(int, node)
		__field(u32, zone)
		__field(int, order)
		__field(u32, reason)
		__field(u64, value)
		__field(void *, caller)
	),
	TP_fast_assign(
		strcpy(__get_str(arena), mctl_trace_arena(event) ?: "");
		strcpy(__get_str(name), event->name ?: "");
		strcpy(__get_str(text), event->text ?: "");
		__entry->type = event->type;
		__entry->node = event->has_zone ? event->node : -1;
		__entry->zone = event->has_zone ? event->zone_type : MCTL_TRACE_NO_ZONE;
		__entry->order = event->has_order ? event->order : -1;
		__entry->reason = event->reason;
		__entry->value = event->has_value ? event->value : 0;
		__entry->caller = (void *)(unsigned long)event->caller;
	),
	TP_printk("arena=%s event=%s name=%s node=%d zone=%s order=%d reason=%s value=%llu caller=%pS text=%s",
		__get_str(arena),
		__print_symbolic(__entry->type, MCTL_TRACE_EVENT_TYPE),
		__get_str(name),
		__entry->node,
		__print_symbolic(__entry->zone, MCTL_TRACE_ZONE_TYPE,
			{ MCTL_TRACE_NO_ZONE, "none" }),
		__entry->order,
		__print_symbolic(__entry->reason, MCTL_TRACE_REASON),
		__entry->value,
		__entry->caller,
		__get_str(text))
);
/* clang-format on */

#endif /* MCTL_HOST_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
