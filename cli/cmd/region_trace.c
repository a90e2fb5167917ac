// SPDX-License-Identifier: GPL-2.0
/*
 * region_trace.c - the faults of a region as they happen, one a line, flushed
 * after each reply.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/stop.h"
#include "base/words.h"
#include "region_trace.h"
#include "view/table.h"
#include "wire/client.h"
#include "wire/client_space.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

/* Between two looks at the module when nothing new was there. */
#define LOOK_NS 100000000L

static struct json_object *access_of(const void *row)
{
	const struct trace_record *record = row;

	if (!HAS(record, TRACE_RECORD_SEQUENCE))
		return NULL;
	return json_object_new_string(record->write ? "write" : "read");
}

static struct json_object *refusal_of(const void *row)
{
	const struct trace_record *record = row;

	return record->refusal ? json_object_new_string(refusal_name(record->refusal)) : NULL;
}

static const struct column columns[] = {
	COLUMN("TIME", WIDE, trace_record, time, TRACE_RECORD_TIME, BOTH, "nanoseconds since boot"),
	COLUMN("SEQUENCE", U64, trace_record, sequence, TRACE_RECORD_SEQUENCE, BOTH,
	       "number of the fault in its region"),
	COLUMN("PID", U32, trace_record, pid, TRACE_RECORD_PID, BOTH, "thread"),
	COLUMN_MADE("ACCESS", access_of, BOTH, "read or write"),
	COLUMN("ADDRESS", ADDRESS, trace_record, address, TRACE_RECORD_ADDRESS, BOTH,
	       "page in the region"),
	COLUMN("USER", ADDRESS, trace_record, user, TRACE_RECORD_USER, BOTH, "page in the process"),
	COLUMN_WORD("FAULT", fault_name, trace_record, fault, TRACE_RECORD_FAULT, BOTH,
		    "minor, major, zero, new, cow or refused"),
	COLUMN_MADE("REFUSAL", refusal_of, BOTH, "why it was refused"),
	COLUMN("PAGES", U32, trace_record, pages, TRACE_RECORD_PAGES, BOTH, "pages mapped"),
};

const struct view trace_view = VIEW(columns);

/**
 * struct stream - where the trace is
 * @next: number of the fault to ask for
 * @left: faults still to print, with @counted
 * @idle: nanoseconds without a fault
 * @timeout: of them, after which to stop; 0: never
 * @counted: stop after @left faults
 * @began: the first reply is there
 */
struct stream {
	uint64_t next, left, idle, timeout;
	bool counted, began;
};

static bool stopped(const struct stream *stream)
{
	return stop_signal() || (stream->counted && !stream->left) ||
	       (stream->timeout && stream->idle >= stream->timeout);
}

static void print_record(const struct trace_record *record)
{
	printf("[%5llu.%06llu] #%llu", (unsigned long long)(record->time / 1000000000),
	       (unsigned long long)(record->time % 1000000000 / 1000),
	       (unsigned long long)record->sequence);
	if (HAS(record, TRACE_RECORD_PID))
		printf(" pid %u", record->pid);
	printf(" %s 0x%llx", record->write ? "write" : "read", (unsigned long long)record->address);
	if (HAS(record, TRACE_RECORD_USER))
		printf(" (0x%llx)", (unsigned long long)record->user);
	printf(": %s", fault_name(record->fault));
	if (record->refusal)
		printf(", %s", refusal_name(record->refusal));
	if (record->pages > 1)
		printf(", %u pages", record->pages);
	putchar('\n');
}

static void print_lost(struct memctl_ctx *ctx, uint64_t lost)
{
	static const struct trace_record nothing;
	struct json_object *object;

	if (!ctx->json) {
		printf("%llu faults were lost\n", (unsigned long long)lost);
		return;
	}
	object = view_row_json(ctx, &trace_view, &nothing);
	json_object_object_add(object, "fault", json_object_new_string("lost"));
	json_object_object_add(object, "lost", json_object_new_uint64(lost));
	json_line(ctx, object);
}

static void print(struct memctl_ctx *ctx, const struct trace *trace, struct stream *stream)
{
	/* Before the first reply the beginning of the trace is unknown. */
	if (stream->began && trace->lost)
		print_lost(ctx, trace->lost);
	LIST_FOR_EACH(struct trace_record, record, &trace->records) {
		if (stopped(stream))
			break;
		stream->left--;
		if (ctx->json)
			json_line(ctx, view_row_json(ctx, &trace_view, record));
		else if (view_wanted(ctx))
			view_print_rows(ctx, &trace_view, record, 1, sizeof(*record));
		else
			print_record(record);
		ctx->no_headings |= ctx->raw;
	}
}

static int follow(struct memctl_ctx *ctx, const char *region, struct stream *stream)
{
	static const struct timespec look = { .tv_nsec = LOOK_NS };
	struct trace trace;

	while (!stopped(stream)) {
		bool nothing;

		if (client_trace_get(ctx->client, ctx->arena, region, stream->next, &trace))
			return fail_client(ctx, "region '%s'", region);
		nothing = !trace.records.nr;
		if (!nothing && trace.next <= stream->next) {
			list_free(&trace.records);
			return fail(ctx, MEMCTL_EXIT_MODULE,
				    "the module's answer makes no sense: the trace does not go on");
		}
		print(ctx, &trace, stream);
		stream->began = true;
		stream->next = trace.next;
		list_free(&trace.records);
		/* The reader has gone away; close_output() in main.c says so. */
		if (fflush(stdout) || ferror(stdout) || (nothing && client_is_replay(ctx->client)))
			break;
		stream->idle = nothing ? stream->idle + LOOK_NS : 0;
		if (nothing && stop_reader_gone())
			break;
		if (nothing)
			nanosleep(&look, NULL);
	}
	return MEMCTL_EXIT_OK;
}

int region_trace(struct memctl_ctx *ctx, const struct args *args)
{
	struct stream stream = {
		.next = 1,
		.left = args->count,
		.counted = GIVEN(args, OPT_COUNT),
		.timeout = args->timeout * UINT64_C(1000000000),
	};
	const char *region = args->words[0];
	int status;

	if (stream.counted && !stream.left)
		return fail_usage(ctx, "region", "--count: '0' is no valid N");
	/* Columns cannot be aligned with lines that are still to come. */
	ctx->raw = view_wanted(ctx);
	stop_catch();
	if (!ctx_client(ctx, &status))
		return status;
	if (client_trace_set(ctx->client, ctx->arena, region, true))
		return fail_client(ctx, "region '%s'", region);
	status = follow(ctx, region, &stream);
	if (!status && client_trace_set(ctx->client, ctx->arena, region, false))
		status = fail_client(ctx, "region '%s'", region);
	return !status && stop_signal() ? fail_stopped(ctx) : status;
}
