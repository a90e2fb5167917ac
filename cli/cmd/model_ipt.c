// SPDX-License-Identifier: GPL-2.0
/*
 * model_ipt.c - memctl model ipt: what a hashed inverted page table costs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complain.h"
#include "base/text.h"
#include "base/words.h"
#include "lab/ipt_run.h"
#include "model_ipt.h"
#include "model_words.h"
#include "trace/reference_trace.h"
#include "trace_words.h"
#include "view/table.h"

#define NAME		"ipt"
#define MAX_STEPS	1000
#define DEFAULT_FRAMES	1024
#define DEFAULT_BUCKETS 0 /* as many as frames */

/* --- the table ----------------------------------------------------------------------------- */

/**
 * struct row - a number of entries
 * @probes: entries
 * @count: who had so many
 */
struct row {
	uint64_t present;
	uint32_t probes;
	struct ipt_count count;
};

#define FIELD(heading, member, type, text)                               \
	{                                                                \
		.name = heading, .kind = COLUMN_##type, .use = USE_BOTH, \
		.offset = offsetof(struct row, member), .help = text     \
	}

static const struct column columns[] = {
	FIELD("PROBES", probes, U32, "entries of the table that were compared"),
	FIELD("HITS", count.hits, U64, "references that found their page with so many"),
	FIELD("FAULTS", count.faults, U64, "references that did not find it, after so many"),
	FIELD("CHAINS", count.chains, U64, "chains that have so many entries at the end"),
};

const struct view model_ipt_view = VIEW(columns);

/* --- what is asked for --------------------------------------------------------------------- */

/**
 * struct request - the words
 * @params: the table
 * @format: enum reference_format
 * @page_size: bytes, 0 if it was not given
 */
struct request {
	struct ipt_params params;
	uint32_t format;
	uint64_t page_size;
};

static int take_number(struct memctl_ctx *ctx, const char *key, const char *value, uint32_t max,
		       uint32_t *number)
{
	if (!parse_u32(value, number) || !*number || *number > max)
		return fail_usage(ctx, "model", "%s=%s: not a number from 1 to %u", key, value,
				  max);
	return MEMCTL_EXIT_OK;
}

static int take_frames(struct memctl_ctx *ctx, void *request, const char *value)
{
	return take_number(ctx, "frames", value, IPT_MAX_FRAMES,
			   &((struct request *)request)->params.nr_frames);
}

static int take_buckets(struct memctl_ctx *ctx, void *request, const char *value)
{
	return take_number(ctx, "buckets", value, IPT_MAX_BUCKETS,
			   &((struct request *)request)->params.nr_buckets);
}

/* Return: the number of a name, or that behind the last. */
static uint32_t number_of(const char *(*name)(uint32_t number), const char *value)
{
	uint32_t i = 0;

	while (name(i) && strcmp(value, name(i)))
		i++;
	return i;
}

static int take_hash(struct memctl_ctx *ctx, void *request, const char *value)
{
	uint32_t hash = number_of(ipt_hash_name, value);

	if (!ipt_hash_name(hash))
		return fail_usage(ctx, "model", "hash=%s: it is multiply or modulo", value);
	((struct request *)request)->params.hash = hash;
	return MEMCTL_EXIT_OK;
}

static int take_evict(struct memctl_ctx *ctx, void *request, const char *value)
{
	uint32_t evict = number_of(ipt_evict_name, value);

	if (!ipt_evict_name(evict))
		return fail_usage(ctx, "model", "evict=%s: it is fifo or clock", value);
	((struct request *)request)->params.evict = evict;
	return MEMCTL_EXIT_OK;
}

static int take_page(struct memctl_ctx *ctx, void *request, const char *value)
{
	return trace_take_page(ctx, "model", value, &((struct request *)request)->page_size);
}

static int take_format(struct memctl_ctx *ctx, void *request, const char *value)
{
	return trace_take_format(ctx, "model", value, &((struct request *)request)->format);
}

static const struct model_word words[] = {
	{ "frames", take_frames },
	{ "buckets", take_buckets },
	{ "hash", take_hash },
	{ "evict", take_evict },
	{ "page", take_page },
	{ "format", take_format },
	{ NULL, NULL },
};

/* --- the answer ---------------------------------------------------------------------------- */

static double mean(uint64_t sum, uint64_t nr)
{
	return nr ? (double)sum / (double)nr : 0;
}

/* Entries that a hit compares if the pages are spread evenly: half of the others of a chain. */
static double hit_formula(const struct ipt_params *params, uint32_t resident)
{
	return resident ? 1 + (resident - 1.0) / (2.0 * params->nr_buckets) : 0;
}

static void print_page(const struct reference_trace *trace, uint32_t space, uint64_t page)
{
	if (trace->format == REFERENCE_TLB)
		printf("%u:", space);
	if (trace->page_size)
		printf("0x%llx", (unsigned long long)(page * trace->page_size));
	else
		printf("%llu", (unsigned long long)page);
}

static void print_step(const struct reference_trace *trace, size_t index,
		       const struct ipt_step *step)
{
	const struct reference_page *page = &trace->page[trace->reference[index] >> 1];

	printf("%4zu page ", index + 1);
	print_page(trace, page->space, page->number);
	printf(": bucket %u, %u compared, %s frame %u", step->bucket, step->probes,
	       step->hit ? "hit in" : "fault, into", step->frame);
	if (step->evicted) {
		printf(", evicts ");
		print_page(trace, step->old_space, step->old_page);
	}
	putchar('\n');
}

static void print_trace(const struct reference_trace *trace, const struct ipt_params *params)
{
	printf("%zu references to %zu pages; %u frames, %u buckets, hash %s, evicts by %s\n",
	       trace->nr, trace->nr_pages, params->nr_frames, params->nr_buckets,
	       ipt_hash_name(params->hash), ipt_evict_name(params->evict));
}

static void print_sums(const struct memctl_ctx *ctx, const struct ipt_params *params,
		       const struct ipt_result *result)
{
	printf("hits:   %llu, %.2f entries compared each; %.2f if %u pages were spread evenly\n",
	       (unsigned long long)result->hits, mean(result->hit_probes, result->hits),
	       hit_formula(params, result->resident), result->resident);
	printf("faults: %llu, %.2f entries compared each, in vain; %llu pages evicted\n",
	       (unsigned long long)result->faults, mean(result->fault_probes, result->faults),
	       (unsigned long long)result->evictions);
	if (result->hits)
		printf("a hit reads memory %.2f times, for the anchor too; a walk of %u levels %u "
		       "times\n",
		       1 + mean(result->hit_probes, result->hits), result->levels, result->levels);
	printf("tables: %s for all frames, whatever is mapped;",
	       text_size(ctx, result->table_bytes));
	printf(" trees of %u levels %s for the %u pages\n", result->levels,
	       text_size(ctx, result->radix_bytes), result->resident);
}

static void add_count(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static int print_document(struct memctl_ctx *ctx, const struct ipt_params *params,
			  const struct ipt_result *result, struct json_object *rows)
{
	struct json_object *document = model_document(NAME);

	add_count(document, "frames", params->nr_frames);
	add_count(document, "buckets", params->nr_buckets);
	json_object_object_add(document, "function",
			       json_object_new_string(ipt_hash_name(params->hash)));
	json_object_object_add(document, "evict",
			       json_object_new_string(ipt_evict_name(params->evict)));
	add_count(document, "hits", result->hits);
	add_count(document, "faults", result->faults);
	add_count(document, "evictions", result->evictions);
	add_count(document, "resident", result->resident);
	json_object_object_add(document, "hit_probes",
			       json_hundredths(mean(result->hit_probes, result->hits)));
	json_object_object_add(document, "hit_formula",
			       json_hundredths(hit_formula(params, result->resident)));
	json_object_object_add(document, "fault_probes",
			       json_hundredths(mean(result->fault_probes, result->faults)));
	add_count(document, "table_bytes", result->table_bytes);
	add_count(document, "levels", result->levels);
	add_count(document, "radix_bytes", result->radix_bytes);
	json_object_object_add(document, "probes", rows);
	return json_document(ctx, document);
}

/* Rows that count nothing are left out. */
static uint32_t make_rows(const struct ipt_result *result, struct row *rows)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < result->nr_counts; i++) {
		const struct ipt_count *count = &result->count[i];

		if (count->hits || count->faults || count->chains)
			rows[nr++] = (struct row){ UINT64_MAX, i, *count };
	}
	return nr;
}

static int print_answer(struct memctl_ctx *ctx, const struct ipt_params *params,
			const struct ipt_result *result)
{
	struct row *rows = calloc(result->nr_counts, sizeof(*rows));
	uint32_t nr;
	int status;

	if (!rows)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	nr = make_rows(result, rows);
	if (ctx->json) {
		status = print_document(ctx, params, result,
					view_json(ctx, &model_ipt_view, rows, nr, sizeof(*rows)));
	} else {
		status = view_print_rows(ctx, &model_ipt_view, rows, nr, sizeof(*rows));
		if (!status && !ctx->quiet && !view_wanted(ctx))
			print_sums(ctx, params, result);
	}
	free(rows);
	return status;
}

static int run(struct memctl_ctx *ctx, const struct request *request,
	       const struct reference_trace *trace, bool step)
{
	struct ipt_result result;
	int status;

	if (step && trace->nr > MAX_STEPS)
		return fail_usage(ctx, "model", "--step is for up to %d references", MAX_STEPS);
	if (!ctx->json && !view_wanted(ctx)) {
		model_heading(ctx, NAME);
		if (!ctx->quiet)
			print_trace(trace, &request->params);
	}
	if (!ipt_run(trace, &request->params, step ? print_step : NULL, &result))
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory for the model");
	status = print_answer(ctx, &request->params, &result);
	free(result.count);
	return status;
}

int model_ipt(struct memctl_ctx *ctx, const struct args *args)
{
	struct request request = { .params = { DEFAULT_FRAMES, DEFAULT_BUCKETS, 0, 0 } };
	struct reference_trace trace;
	int status;

	if (!args->nr_words || strchr(args->words[0], '='))
		return fail_usage(ctx, "model", "'model ipt' needs a trace");
	status = model_take_words(ctx, words, &request, args->words + 1, args->nr_words - 1);
	if (status)
		return status;
	if (GIVEN(args, OPT_STEP) && (ctx->json || view_wanted(ctx)))
		return fail_usage(ctx, "model", "--step is for text without columns");
	if (!request.params.nr_buckets)
		request.params.nr_buckets = request.params.nr_frames;
	status = reference_trace_read(ctx, args->words[0], request.format, request.page_size,
				      &trace);
	if (status)
		return status;
	status = run(ctx, &request, &trace, GIVEN(args, OPT_STEP));
	reference_trace_free(&trace);
	return status;
}
