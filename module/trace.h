/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: what goes to the netlink group `events`, for whoever traces
 * (tracefs: events/memctl). Allocating and freeing have none: it is refusals,
 * watermarks and damage that somebody looks for afterwards.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM memctl

#if !defined(MCTL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MCTL_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>
#include "mm/event.h"

/* The text is cut where a record ends. */
#define MCTL_TRACE_TEXT	96

TRACE_EVENT(memctl_event,
	TP_PROTO(const struct mctl_event *event),
	TP_ARGS(event),
	TP_STRUCT__entry(
		__array(char, arena, MEMCTL_NAME_MAX + 1)
		__array(char, text, MCTL_TRACE_TEXT)
		__field(u32, type)
		__field(int, node)
		__field(int, zone)
		__field(int, order)
		__field(u32, reason)
		__field(u64, value)
	),
	TP_fast_assign(
		strscpy(__entry->arena, event->arena->name, sizeof(__entry->arena));
		strscpy(__entry->text, event->text ?: event->name ?: "",
			sizeof(__entry->text));
		__entry->type = event->type;
		__entry->node = event->has_zone ? event->node : -1;
		__entry->zone = event->has_zone ? event->zone_type : -1;
		__entry->order = event->has_order ? event->order : -1;
		__entry->reason = event->reason;
		__entry->value = event->has_value ? event->value : 0;
	),
	TP_printk("arena=%s event=%s node=%d zone=%d order=%d reason=%u value=%llu %s",
		__entry->arena,
		__print_symbolic(__entry->type,
			{ MEMCTL_EVENT_TYPE_ARENA_ADD, "arena-add" },
			{ MEMCTL_EVENT_TYPE_ARENA_DEL, "arena-del" },
			{ MEMCTL_EVENT_TYPE_ARENA_GROW, "arena-grow" },
			{ MEMCTL_EVENT_TYPE_ARENA_SHRINK, "arena-shrink" },
			{ MEMCTL_EVENT_TYPE_CACHE_ADD, "cache-add" },
			{ MEMCTL_EVENT_TYPE_CACHE_DEL, "cache-del" },
			{ MEMCTL_EVENT_TYPE_REGION_ADD, "region-add" },
			{ MEMCTL_EVENT_TYPE_REGION_DEL, "region-del" },
			{ MEMCTL_EVENT_TYPE_ALLOC_FAILED, "alloc-failed" },
			{ MEMCTL_EVENT_TYPE_LOW, "low" },
			{ MEMCTL_EVENT_TYPE_HIGH, "high" },
			{ MEMCTL_EVENT_TYPE_BAD_FREE, "bad-free" },
			{ MEMCTL_EVENT_TYPE_DAMAGE, "damage" }),
		__entry->node, __entry->zone, __entry->order, __entry->reason,
		__entry->value, __entry->text)
);

#endif /* MCTL_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
