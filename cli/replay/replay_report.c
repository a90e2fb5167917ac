// SPDX-License-Identifier: GPL-2.0
/*
 * replay_report.c - what a replay prints: the plan, the result, the refusals, the samples
 *
 * Text is a line for each figure and two tables; JSON is one document with the same figures.
 */
#include "replay_report.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cmd.h"
#include "base/document.h"
#include "base/words.h"
#include "trace/trace_file.h"
#include "trace_plan.h"
#include "trace_replay.h"
#include "view/table.h"
#include "wire/model.h"

#define CHUNK_BYTES (4ULL << 20)

#define PLAIN(row, heading, type, member, text)                          \
	{                                                                \
		.name = heading, .kind = COLUMN_##type, .use = USE_BOTH, \
		.offset = offsetof(struct row, member), .help = text     \
	}

/* A plan, and where it comes from. */
struct plan_row {
	uint64_t present;
	const char *command;
	const char *release;
	char start[64];
	bool interrupted;
	struct trace_plan plan;
	uint64_t events;
	uint64_t kinds[TRACE_NR_KINDS];
	uint64_t lost;
	uint64_t implied;
	uint64_t foreign;
	uint64_t split;
	uint64_t peak_bytes;
	uint64_t arena_bytes;
	uint64_t ms;
};

static const struct column plan_columns[] = {
	PLAIN(plan_row, "COMMAND", TEXT, command, "what ran during the recording"),
	PLAIN(plan_row, "KERNEL", TEXT, release, "the kernel that was recorded"),
	PLAIN(plan_row, "START", STRING, start, "when, in UTC"),
	PLAIN(plan_row, "TIME_MS", U64, ms, "milliseconds of the recording that are replayed"),
	PLAIN(plan_row, "INTERRUPTED", FLAG, interrupted, "a signal ended the recording"),
	PLAIN(plan_row, "EVENTS", U64, events, "allocations and frees in the file"),
	PLAIN(plan_row, "PAGE_ALLOCS", U64, kinds[TRACE_PAGE_ALLOC], "of them, blocks of pages"),
	PLAIN(plan_row, "KMALLOCS", U64, kinds[TRACE_KMALLOC], "of them, kmalloc() calls"),
	PLAIN(plan_row, "OBJECT_ALLOCS", U64, kinds[TRACE_OBJECT_ALLOC],
	      "of them, objects of named caches"),
	PLAIN(plan_row, "FREES", U64, kinds[TRACE_FREE], "of them, frees"),
	{ .name = "RECORDED",
	  .kind = COLUMN_U64,
	  .use = USE_JSON,
	  .offset = offsetof(struct plan_row, events),
	  .help = "EVENTS, by the name that the result has for it" },
	PLAIN(plan_row, "LOST", U64, lost, "events that the recording lost"),
	PLAIN(plan_row, "FOREIGN", U64, foreign,
	      "frees of what was allocated before, not in the file"),
	PLAIN(plan_row, "IMPLIED", U64, implied, "frees that no tracepoint showed"),
	PLAIN(plan_row, "SPLIT", U64, split, "blocks that the kernel freed in parts"),
	PLAIN(plan_row, "PLANNED", U64, plan.events, "events to replay"),
	PLAIN(plan_row, "PLANNED_BLOCKS", U64, plan.page_allocs, "of them, blocks of pages"),
	PLAIN(plan_row, "PLANNED_KMALLOCS", U64, plan.kmallocs,
	      "of them, kmalloc() calls, and objects above 8 KiB"),
	PLAIN(plan_row, "PLANNED_OBJECTS", U64, plan.object_allocs, "of them, objects of caches"),
	PLAIN(plan_row, "PLANNED_FREES", U64, plan.frees, "of them, frees"),
	PLAIN(plan_row, "ALIVE", U64, plan.alive, "planned allocations that are never freed"),
	PLAIN(plan_row, "SLAB_BLOCKS", U64, plan.slab_blocks,
	      "blocks of the kernel's slabs, left out"),
	PLAIN(plan_row, "CACHES", U32, plan.nr_caches, "named caches"),
	PLAIN(plan_row, "PEAK_BLOCK_FRAMES", U64, plan.peak_block_frames, "most frames in blocks"),
	PLAIN(plan_row, "PEAK_OBJECT_BYTES", U64, plan.peak_object_bytes, "most bytes in objects"),
	PLAIN(plan_row, "PEAK_FRAMES", U64, plan.peak_frames,
	      "frames that will do, an upper bound"),
	PLAIN(plan_row, "PEAK_BYTES", U64, peak_bytes, "the same in bytes"),
	PLAIN(plan_row, "ARENA_BYTES", U64, arena_bytes,
	      "a quarter more, in whole chunks of 4 MiB"),
};

static const struct view plan_view = VIEW(plan_columns);

/* A result, and what is calculated from it. */
struct result_row {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	struct replay_result result;
	uint64_t refused;
	uint64_t peak_bytes;
	uint64_t module_ns_op;
	uint64_t wall_ns_op;
	uint64_t recorded;
	uint64_t planned;
};

static struct json_object *make_hash(const void *data)
{
	const struct result_row *row = data;
	char text[20];

	if (!row->result.hash_valid)
		return NULL;
	snprintf(text, sizeof(text), "0x%016llx", (unsigned long long)row->result.hash);
	return json_object_new_string(text);
}

static struct json_object *make_percent(const void *data)
{
	const struct replay_result *result = &((const struct result_row *)data)->result;
	double percent = 100;
	char text[32];

	if (result->allocs)
		percent = 100.0 * (double)result->granted / (double)result->allocs;
	snprintf(text, sizeof(text), "%.3f", percent);
	return json_object_new_double_s(percent, text);
}

static const struct column result_columns[] = {
	PLAIN(result_row, "ARENA", STRING, arena, "where it was replayed"),
	PLAIN(result_row, "RECORDED", U64, recorded, "allocations and frees in the file"),
	PLAIN(result_row, "PLANNED", U64, planned, "of them, to be replayed"),
	PLAIN(result_row, "REPLAYED", U64, result.events, "of them, replayed"),
	PLAIN(result_row, "INTERRUPTED", FLAG, result.interrupted, "a signal ended the replay"),
	PLAIN(result_row, "ALLOCS", U64, result.allocs, "allocations asked for"),
	PLAIN(result_row, "GRANTED", U64, result.granted, "and granted"),
	PLAIN(result_row, "REFUSED", U64, refused, "and refused"),
	COLUMN_COUNTED("GRANTED_PERCENT", make_percent, BOTH, "part of them that was granted"),
	PLAIN(result_row, "FREES", U64, result.frees, "frees"),
	PLAIN(result_row, "SKIPPED_FREES", U64, result.skipped_frees, "frees of what was refused"),
	PLAIN(result_row, "BAD_FREES", U64, result.bad_frees, "frees that the module refused"),
	PLAIN(result_row, "PEAK_FRAMES", U64, result.peak_frames,
	      "most frames taken after a request"),
	PLAIN(result_row, "PEAK_BYTES", U64, peak_bytes, "the same in bytes"),
	PLAIN(result_row, "PEAK_ASKED", U64, result.peak_asked,
	      "most bytes asked for by the living"),
	PLAIN(result_row, "REQUESTS", U64, result.requests, "exec requests"),
	PLAIN(result_row, "MODULE_NS", U64, module_ns_op, "time in the module, ns an operation"),
	PLAIN(result_row, "WALL_NS", U64, wall_ns_op, "time end to end, ns an operation"),
	PLAIN(result_row, "CACHES_MADE", U32, result.caches_made,
	      "caches that the arena did not have"),
	PLAIN(result_row, "LEFT", U64, result.left, "allocations left in the arena"),
	COLUMN_MADE("HASH", make_hash, BOTH, "of the final state"),
};

static const struct view result_view = VIEW(result_columns);

static const struct column sample_columns[] = {
	PLAIN(replay_sample, "EVENTS", U64, events, "events replayed"),
	PLAIN(replay_sample, "TIME_MS", U64, time, "milliseconds of the recording"),
	PLAIN(replay_sample, "FRAMES", U64, frames, "frames taken"),
	PLAIN(replay_sample, "ASKED", SIZE, asked, "bytes that live allocations asked for"),
	PLAIN(replay_sample, "GIVEN", SIZE, given, "bytes of the frames taken"),
	PLAIN(replay_sample, "INTERNAL", U32, internal, "given but not asked for, in thousandths"),
	PLAIN(replay_sample, "FREE", U64, free, "free frames of the buddy allocator"),
	PLAIN(replay_sample, "CACHED", U64, cached, "frames in per-CPU caches"),
	PLAIN(replay_sample, "UNUSABLE3", U32, unusable[0],
	      "free frames in blocks below order 3, in thousandths"),
	PLAIN(replay_sample, "UNUSABLE6", U32, unusable[1], "below order 6"),
	PLAIN(replay_sample, "UNUSABLE9", U32, unusable[2], "below order 9"),
};

static const struct view sample_view = VIEW(sample_columns);

/*
 * Room for watermarks and fragmentation. The host hands out chunks of 4 MiB; in what is left of a
 * size beyond whole chunks, an arena is of another shape each time, and so is the final state.
 */
static uint64_t arena_bytes(const struct trace_plan *plan)
{
	uint64_t bytes = (plan->peak_frames + plan->peak_frames / 4) << TRACE_FRAME_SHIFT;

	/* No arena is smaller than a chunk, not even for a trace without an allocation. */
	if (bytes < CHUNK_BYTES)
		return CHUNK_BYTES;
	return (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES * CHUNK_BYTES;
}

/* What memctl record counts as events; marks of the recorder are none. */
static uint64_t events_of(const struct trace_reader *reader)
{
	return reader->kinds[TRACE_PAGE_ALLOC] + reader->kinds[TRACE_KMALLOC] +
	       reader->kinds[TRACE_OBJECT_ALLOC] + reader->kinds[TRACE_FREE];
}

/* Why there are more events than planned ones. */
static void explain_plan(const struct plan_row *row)
{
	puts("\nEVENTS to FREES count what is in the file, as 'memctl record' does;\n"
	     "PLANNED is what of it is replayed.");
	if (row->plan.slab_blocks)
		printf("It leaves out %llu blocks of the kernel's own slabs, with their frees:\n"
		       "the arena's caches take blocks of their own.\n",
		       (unsigned long long)row->plan.slab_blocks);
}

/**
 * replay_report_plan() - show a plan
 * @ctx: the program's context
 * @reader: the trace
 * @plan: its plan
 *
 * Return: exit status.
 */
int replay_report_plan(struct memctl_ctx *ctx, const struct trace_reader *reader,
		       const struct trace_plan *plan)
{
	time_t start = (time_t)(reader->header.start / 1000000000);
	int status;
	struct plan_row row = {
		.present = 1,
		.command = reader->header.command,
		.release = reader->header.release,
		.plan = *plan,
		.interrupted = reader->header.flags & TRACE_FLAG_INTERRUPTED,
		.events = events_of(reader),
		.lost = reader->totals.lost,
		.implied = reader->totals.implied,
		.foreign = reader->totals.foreign,
		.split = reader->totals.split,
		.peak_bytes = plan->peak_frames << TRACE_FRAME_SHIFT,
		.arena_bytes = arena_bytes(plan),
		.ms = plan->time / 1000000,
	};
	struct tm utc;

	memcpy(row.kinds, reader->kinds, sizeof(row.kinds));
	if (gmtime_r(&start, &utc))
		strftime(row.start, sizeof(row.start), "%Y-%m-%dT%H:%M:%SZ", &utc);
	if (ctx->json)
		return json_document(ctx, view_row_json(ctx, &plan_view, &row));
	status = view_print_explained(ctx, &plan_view, &row);
	if (!status)
		explain_plan(&row);
	return status;
}

static struct json_object *refusals_json(const struct replay_result *result)
{
	struct json_object *refusals = json_object_new_array();
	unsigned int reason;

	for (reason = 0; reason < REPLAY_NR_REASONS; reason++) {
		struct json_object *object;

		if (!result->refused[reason])
			continue;
		object = json_object_new_object();
		json_object_object_add(object, "reason",
				       json_object_new_string(reason_name(reason)));
		json_object_object_add(object, "count",
				       json_object_new_uint64(result->refused[reason]));
		json_object_array_add(refusals, object);
	}
	return refusals;
}

static int print_json(struct memctl_ctx *ctx, const struct result_row *row)
{
	const struct replay_result *result = &row->result;
	struct json_object *document = view_row_json(ctx, &result_view, row);

	json_object_object_add(document, "refused_by_reason", refusals_json(result));
	json_object_object_add(document, "samples",
			       view_json(ctx, &sample_view, result->samples, result->nr_samples,
					 sizeof(result->samples[0])));
	return json_document(ctx, document);
}

static int print_text(struct memctl_ctx *ctx, const struct result_row *row)
{
	const struct replay_result *result = &row->result;
	int status = view_print_explained(ctx, &result_view, row);
	unsigned int reason;

	for (reason = 0; reason < REPLAY_NR_REASONS; reason++)
		if (result->refused[reason])
			printf("refused: %-12s %llu\n", reason_name(reason),
			       (unsigned long long)result->refused[reason]);
	if (status || !result->nr_samples)
		return status;
	putchar('\n');
	return view_print_rows(ctx, &sample_view, result->samples, result->nr_samples,
			       sizeof(result->samples[0]));
}

/**
 * replay_report() - show the result of a replay
 * @ctx: the program's context
 * @reader: the trace
 * @plan: its plan
 * @result: what came of it
 *
 * Return: exit status.
 */
int replay_report(struct memctl_ctx *ctx, const struct trace_reader *reader,
		  const struct trace_plan *plan, const struct replay_result *result)
{
	uint64_t ops = result->allocs + result->frees + result->bad_frees;
	static struct result_row row;
	unsigned int reason;

	memset(&row, 0, sizeof(row));
	row.present = 1;
	row.result = *result;
	row.recorded = events_of(reader);
	row.planned = plan->events;
	row.peak_bytes = result->peak_frames << TRACE_FRAME_SHIFT;
	snprintf(row.arena, sizeof(row.arena), "%s", ctx->arena);
	for (reason = 0; reason < REPLAY_NR_REASONS; reason++)
		row.refused += result->refused[reason];
	if (ops) {
		row.module_ns_op = result->module_ns / ops;
		row.wall_ns_op = result->wall_ns / ops;
	}
	return ctx->json ? print_json(ctx, &row) : print_text(ctx, &row);
}
