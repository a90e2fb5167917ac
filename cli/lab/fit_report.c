// SPDX-License-Identifier: GPL-2.0
/*
 * fit_report.c - what the comparison of allocation policies prints: policies, samples, map
 *
 * Text begins with a line that calls it a model; where other programs read it (-r, -n, --csv) the
 * line is left out. JSON is one document.
 */
#include "fit_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complain.h"
#include "base/document.h"
#include "base/text.h"

#define PLAIN(row, heading, type, member, when, text)                      \
	{                                                                  \
		.name = heading, .kind = COLUMN_##type, .use = USE_##when, \
		.offset = offsetof(struct row, member), .help = text       \
	}
#define RESULT(heading, type, member, when, text) \
	PLAIN(fit_result, heading, type, member, when, text)

static struct json_object *steps_of(const void *row)
{
	const struct fit_result *result = row;
	uint64_t nr = result->granted + result->failed + result->frees;

	return nr ? json_hundredths((double)result->steps / (double)nr) : NULL;
}

static struct json_object *hash_of(const void *row)
{
	char text[20];

	snprintf(text, sizeof(text), "0x%016" PRIx64, ((const struct fit_result *)row)->hash);
	return json_object_new_string(text);
}

static const struct column columns[] = {
	RESULT("POLICY", TEXT, policy, BOTH, "name of the policy"),
	RESULT("GRANTED", U64, granted, BOTH, "allocations that were granted"),
	RESULT("FAILED", U64, failed, BOTH, "and that were refused"),
	RESULT("TOO_LARGE", U64, too_large, JSON, "of them, those that the policy never grants"),
	RESULT("FREES", U64, frees, JSON, "frees of what was granted"),
	RESULT("SKIPPED_FREES", U64, skipped_frees, JSON, "frees of what was refused"),
	RESULT("PEAK", SIZE, peak, BOTH, "most bytes in granted units at a time"),
	RESULT("SPAN", SIZE, span, BOTH, "bytes to the end of the highest that was ever granted"),
	RESULT("INTERNAL", U32, internal.mean, BOTH,
	       "granted but not asked for, in thousandths, mean of the samples"),
	RESULT("INTERNAL_PEAK", U32, internal.peak, JSON, "the most at a sample"),
	RESULT("INTERNAL_END", U32, internal.end, JSON, "at the end"),
	RESULT("EXTERNAL", U32, external.mean, BOTH,
	       "free outside of the largest hole, in thousandths, mean of the samples"),
	RESULT("EXTERNAL_PEAK", U32, external.peak, JSON, "the most at a sample"),
	RESULT("EXTERNAL_END", U32, external.end, JSON, "at the end"),
	RESULT("FREE", SIZE, free, JSON, "free at the end"),
	RESULT("HOLES", U32, holes, BOTH, "holes at the end: units that can be granted together"),
	RESULT("LARGEST", SIZE, largest, JSON, "the largest of them"),
	RESULT("STEPS", U64, steps, JSON, "entries of lists or words of bitmaps looked at"),
	COLUMN_COUNTED("STEPS_OP", steps_of, BOTH, "the same for an operation"),
	RESULT("RECORDS", SIZE, records, BOTH, "most bytes of the policy's records in use"),
	COLUMN_MADE("HASH", hash_of, BOTH, "of all placements"),
};

const struct view fit_view = VIEW(columns);

#define SAMPLE(heading, type, member, text) PLAIN(fit_sample, heading, type, member, BOTH, text)

static const struct column sample_columns[] = {
	SAMPLE("POLICY", TEXT, policy, "name of the policy"),
	SAMPLE("EVENT", U64, event, "events until then"),
	SAMPLE("ASKED", SIZE, asked, "bytes asked for by what is granted"),
	SAMPLE("USED", SIZE, used, "bytes in units that are granted"),
	SAMPLE("SPAN", SIZE, span, "bytes to the end of the highest that was ever granted"),
	SAMPLE("HOLES", U32, holes, "units that can be granted together"),
	SAMPLE("LARGEST", SIZE, largest, "bytes of the largest hole"),
	SAMPLE("INTERNAL", U32, internal, "granted but not asked for, in thousandths"),
	SAMPLE("EXTERNAL", U32, external, "free outside of the largest hole, in thousandths"),
};

static const struct view sample_view = VIEW(sample_columns);

#define PLACE(heading, type, member, text) PLAIN(fit_place, heading, type, member, BOTH, text)

static const struct column place_columns[] = {
	PLACE("POLICY", TEXT, policy, "name of the policy"),
	PLACE("UNIT", U64, start, "the first"),
	PLACE("UNITS", U64, units, "how many units"),
	PLACE("NAME", TEXT, name, "ID of the allocation; none for a hole"),
};

static const struct view place_view = VIEW(place_columns);

/* All samples or all places, policy by policy. */
struct rows {
	const struct view *view;
	const char *key;
	size_t size;
	size_t nr;
	char *all;
};

static void gather(struct rows *rows, const struct fit_report *report, bool places)
{
	size_t size = places ? sizeof(struct fit_place) : sizeof(struct fit_sample);

	*rows = (struct rows){
		.view = places ? &place_view : &sample_view,
		.key = places ? "map" : "samples",
		.size = size,
	};
	for (size_t i = 0; i < report->nr; i++)
		rows->nr += places ? report->results[i].nr_places : report->results[i].nr_samples;
	rows->all = calloc(rows->nr + 1, size);
	if (!rows->all)
		return;
	rows->nr = 0;
	for (size_t i = 0; i < report->nr; i++) {
		const struct fit_result *result = &report->results[i];
		size_t nr = places ? result->nr_places : result->nr_samples;

		memcpy(rows->all + rows->nr * size,
		       places ? (const void *)result->places : result->samples, nr * size);
		rows->nr += nr;
	}
}

/* The user's choice of columns is for the table of policies. */
static struct memctl_ctx all_columns(const struct memctl_ctx *ctx)
{
	struct memctl_ctx other = *ctx;

	other.columns = NULL;
	other.all_columns = false;
	return other;
}

static int print_rows(struct memctl_ctx *ctx, const struct fit_report *report, bool places)
{
	struct memctl_ctx other = all_columns(ctx);
	struct rows rows;
	int status = MEMCTL_EXIT_OK;

	gather(&rows, report, places);
	if (!rows.all)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory for the samples");
	if (report->csv) {
		status = view_print_csv(&other, rows.view, rows.all, rows.nr, rows.size);
	} else {
		putchar('\n');
		status = view_print_rows(&other, rows.view, rows.all, rows.nr, rows.size);
	}
	free(rows.all);
	return status;
}

static int print_csv(struct memctl_ctx *ctx, const struct fit_report *report)
{
	if (report->samples || report->setup->map)
		return print_rows(ctx, report, !report->samples);
	return view_print_csv(ctx, &fit_view, report->results, report->nr,
			      sizeof(*report->results));
}

static int print_text(struct memctl_ctx *ctx, const struct fit_report *report)
{
	const struct fit_trace *trace = report->trace;
	int status;

	if (!ctx->raw && !ctx->no_headings)
		printf("a model in user space, not this machine's memory: %zu events, %" PRIu64
		       " allocations, %s at a time; %u units of %s\n",
		       trace->nr_ops, trace->nr_allocs, text_size(ctx, trace->peak_bytes),
		       report->setup->nr_units, text_size(ctx, report->setup->granule));
	status = view_print_rows(ctx, &fit_view, report->results, report->nr,
				 sizeof(*report->results));
	if (!status && report->samples)
		status = print_rows(ctx, report, false);
	if (!status && report->setup->map)
		status = print_rows(ctx, report, true);
	return status;
}

static bool add_rows(struct memctl_ctx *ctx, const struct fit_report *report, bool places,
		     struct json_object *object)
{
	struct memctl_ctx other = all_columns(ctx);
	struct rows rows;

	gather(&rows, report, places);
	if (rows.all)
		json_object_object_add(object, rows.key,
				       view_json(&other, rows.view, rows.all, rows.nr, rows.size));
	free(rows.all);
	return rows.all;
}

static int print_json(struct memctl_ctx *ctx, const struct fit_report *report)
{
	const struct fit_trace *trace = report->trace;
	struct json_object *object = json_object_new_object();
	bool good = true;

	json_object_object_add(object, "model", json_object_new_boolean(true));
	json_object_object_add(object, "file", json_text(report->path));
	json_object_object_add(object, "events", json_object_new_uint64(trace->nr_ops));
	json_object_object_add(object, "allocs", json_object_new_uint64(trace->nr_allocs));
	json_object_object_add(object, "peak_asked", json_object_new_uint64(trace->peak_bytes));
	json_object_object_add(object, "granule", json_object_new_uint64(report->setup->granule));
	json_object_object_add(object, "units", json_object_new_int64(report->setup->nr_units));
	json_object_object_add(object, "policies",
			       view_json(ctx, &fit_view, report->results, report->nr,
					 sizeof(*report->results)));
	if (report->samples)
		good = add_rows(ctx, report, false, object);
	if (good && report->setup->map)
		good = add_rows(ctx, report, true, object);
	if (good)
		return json_document(ctx, object);
	json_object_put(object);
	return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory for the samples");
}

/**
 * fit_report() - show what became of a trace under the policies
 * @ctx: the program's context
 * @report: what is shown
 *
 * Return: exit status.
 */
int fit_report(struct memctl_ctx *ctx, const struct fit_report *report)
{
	if (report->csv)
		return print_csv(ctx, report);
	return ctx->json ? print_json(ctx, report) : print_text(ctx, report);
}
