// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_monitor.c - events as they happen, one a line, flushed one by one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/client.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/model.h"

/* Between two looks at what would end the program while there are no events. */
#define LOOK_MS 250

static const struct column columns[] = {
	COLUMN("TIME", WIDE, event, time, EVENT_TIME, BOTH, "nanoseconds since boot"),
	COLUMN("ARENA", STRING, event, arena, EVENT_ARENA, BOTH, "name of the arena"),
	COLUMN_WORD("EVENT", event_name, event, event, EVENT_EVENT, BOTH, "what happened"),
	COLUMN("NAME", STRING, event, name, EVENT_NAME, BOTH, "the cache or region"),
	COLUMN("NODE", U32, event, node, EVENT_NODE, BOTH, "NUMA node"),
	COLUMN_WORD("ZONE", zone_name, event, type, EVENT_TYPE, BOTH, "zone"),
	COLUMN("ORDER", U32, event, order, EVENT_ORDER, BOTH, "order of the allocation"),
	COLUMN_WORD("REASON", reason_name, event, reason, EVENT_REASON, BOTH, "why it was refused"),
	COLUMN("VALUE", U64, event, value, EVENT_VALUE, BOTH,
	       "bytes added or given back, frames free, or events lost"),
	COLUMN("TEXT", STRING, event, text, EVENT_TEXT, BOTH, "what was wrong"),
	COLUMN("LOST", U64, event, nr_lost, EVENT_NR_LOST, BOTH, "events lost before this one"),
	COLUMN("UID", U32, event, uid, EVENT_UID, BOTH, "who caused it, if anybody can"),
	COLUMN("SYMBOL", STRING, event, symbol, EVENT_SYMBOL, BOTH,
	       "code in the kernel that asked, or had the block"),
	COLUMN("GENERATION", U64, event, generation, EVENT_GENERATION, BOTH,
	       "generation of the arena"),
};

static const struct view view = VIEW(columns);

static void print_time(const struct event *event)
{
	printf("[%5llu.%06llu] ", (unsigned long long)(event->time / 1000000000),
	       (unsigned long long)(event->time % 1000000000 / 1000));
}

/* Not of an arena: events that the module did not send. */
static void print_loss(const struct event *event)
{
	print_time(event);
	if (HAS(event, EVENT_UID))
		printf("lost: %llu more events of uid %u\n", (unsigned long long)event->value,
		       event->uid);
	else
		printf("lost: %llu more events\n", (unsigned long long)event->value);
}

static void print_event(const struct event *event)
{
	print_time(event);
	printf("%s: %s", text_escape(event->arena), event_name(event->event));
	if (HAS(event, EVENT_NAME))
		printf(" %s", text_escape(event->name));
	if (HAS(event, EVENT_ORDER))
		printf(" order %u", event->order);
	if (HAS(event, EVENT_NODE))
		printf(" node %u", event->node);
	if (HAS(event, EVENT_TYPE))
		printf(" zone %s", zone_name(event->type));
	if (HAS(event, EVENT_REASON))
		printf(" reason %s", reason_name(event->reason));
	if (HAS(event, EVENT_VALUE))
		printf(" value %llu", (unsigned long long)event->value);
	if (HAS(event, EVENT_TEXT))
		printf(": %s", text_escape(event->text));
	if (HAS(event, EVENT_SYMBOL))
		printf(" (%s)", text_escape(event->symbol));
	if (event->nr_lost)
		printf(" (%llu events lost before)", (unsigned long long)event->nr_lost);
	putchar('\n');
}

/* Events were lost because the socket's buffer was full; their number is unknown. */
static void print_lost(struct memctl_ctx *ctx)
{
	static const struct event nothing;
	struct json_object *object;

	if (!ctx->json) {
		puts("events were lost: the socket's buffer was full");
		return;
	}
	object = view_row_json(ctx, &view, &nothing);
	json_object_object_add(object, "event", json_object_new_string("lost"));
	json_line(ctx, object);
}

/* False when the reader has gone away; close_output() in main.c says so. */
static bool flushed(void)
{
	return !fflush(stdout) && !ferror(stdout);
}

static void show_event(struct memctl_ctx *ctx, const struct event *event)
{
	if (ctx->json)
		json_line(ctx, view_row_json(ctx, &view, event));
	else if (view_wanted(ctx))
		view_print_rows(ctx, &view, event, 1, sizeof(*event));
	else if (event->event == MEMCTL_EVENT_TYPE_LOST)
		print_loss(event);
	else
		print_event(event);
}

/* An event as client_event_next() gives it; 0 also when there is no more use in waiting. */
static int next_event(struct memctl_ctx *ctx, int timeout_ms, struct event *event)
{
	int ret, part;

	do {
		part = timeout_ms >= 0 && timeout_ms < LOOK_MS ? timeout_ms : LOOK_MS;
		ret = client_event_next(ctx->client, part, event);
		if (timeout_ms > 0)
			timeout_ms -= part;
		if (ret == -EINTR)
			ret = 0;
		if (ret || client_is_replay(ctx->client) || stop_signal() || stop_reader_gone())
			break;
	} while (timeout_ms);
	return ret;
}

static int listen_events(struct memctl_ctx *ctx, const struct args *args)
{
	int timeout = GIVEN(args, OPT_TIMEOUT) ? (int)args->timeout * 1000 : -1;
	uint64_t left = args->count;
	struct event event;

	while (!stop_signal() && (!GIVEN(args, OPT_COUNT) || left)) {
		int ret = next_event(ctx, timeout, &event);

		if (!ret || stop_signal())
			break;
		if (ret < 0 && ret != -ENOBUFS)
			return fail_client(ctx, "monitor");
		if (ret < 0) {
			print_lost(ctx);
		} else if (ctx->arena_given && HAS(&event, EVENT_ARENA) &&
			   strcmp(event.arena, ctx->arena)) {
			continue;
		} else {
			left--;
			show_event(ctx, &event);
		}
		if (!flushed())
			break;
		ctx->no_headings |= ctx->raw;
	}
	return stop_signal() ? fail_stopped(ctx) : MEMCTL_EXIT_OK;
}

static int monitor(struct memctl_ctx *ctx, const struct args *args)
{
	struct arena arena;
	int status;

	if (GIVEN(args, OPT_COUNT) && !args->count)
		return fail_usage(ctx, "monitor", "--count: '0' is no valid N");
	/* Columns cannot be aligned with lines that are still to come. */
	ctx->raw = view_wanted(ctx);
	stop_catch();
	if (!ctx_client(ctx, &status))
		return status;
	if (ctx->arena_given && client_arena_get(ctx->client, ctx->arena, &arena))
		return fail_client(ctx, "arena '%s'", ctx->arena);
	if (client_event_open(ctx->client))
		return fail_client(ctx, "events");
	return listen_events(ctx, args);
}

static const struct verb verbs[] = {
	{ "", "[--count N] [--timeout SECONDS]",
	  "print events until interrupted; -J: one JSON object a line", monitor,
	  BIT(OPT_COUNT) | BIT(OPT_TIMEOUT), 0, 0, 0, &view },
};

static const char help_text[] =
	"Events of all arenas, or with -a of one: made, removed, grown; allocations refused; watermarks crossed;\n"
	"frees refused; damage found. What one user can cause at will is limited to 100 a second;\n"
	"how many more there were is told by \"lost\", with the uid.";

static const struct object object = OBJECT("monitor", help_text, verbs);

int cmd_monitor(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
