// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_replace.c - models of page replacement, compared on one trace of references.
 *
 * Nothing here asks the module or touches memory that is managed: the models of
 * module/core/replace.h run in this process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/match.h"
#include "base/text.h"
#include "base/words.h"
#include "commands.h"
#include "lab/replace_run.h"
#include "replace_step.h"
#include "trace/reference_trace.h"
#include "trace_words.h"
#include "view/table.h"

#define MAX_FRAMES 4096 /* different numbers of them in a run */

/* --- the table ----------------------------------------------------------------------------- */

/**
 * struct row - a model, and what it counted
 * @present: for the columns: they all are
 * @result: what it counted
 * @pages: different pages of the trace
 * @anomaly: it has more faults than the row before, which is the same policy with fewer frames
 * @steps: the steps, taken over by the column; NULL if they were not asked for
 */
struct row {
	uint64_t present;
	struct replace_result result;
	uint64_t pages;
	bool anomaly;
	struct json_object *steps;
};

static struct json_object *policy_of(const void *row)
{
	uint32_t policy = ((const struct row *)row)->result.policy;

	return json_object_new_string(replace_policy_name(policy));
}

static struct json_object *hit_rate_of(const void *row)
{
	const struct replace_result *result = &((const struct row *)row)->result;

	return json_hundredths(100.0 * (double)(result->references - result->faults) /
			       (double)result->references);
}

static struct json_object *resident_of(const void *row)
{
	const struct replace_result *result = &((const struct row *)row)->result;

	return json_hundredths((double)result->resident / (double)result->references);
}

static struct json_object *model_of(const void *row)
{
	(void)row;
	return json_object_new_boolean(true);
}

static struct json_object *steps_of(const void *row)
{
	return json_object_get(((const struct row *)row)->steps);
}

#define COUNTER(heading, member, when, text)                            \
	{                                                               \
		.name = heading, .kind = COLUMN_U64, .use = USE_##when, \
		.offset = offsetof(struct row, member), .help = text    \
	}

static const struct column columns[] = {
	COLUMN_MADE("MODEL", model_of, JSON, "always true: computed, not measured"),
	COLUMN_MADE("POLICY", policy_of, BOTH, "the policy"),
	{ .name = "FRAMES",
	  .kind = COLUMN_U32,
	  .use = USE_BOTH,
	  .offset = offsetof(struct row, result.frames),
	  .help = "frames that it has" },
	COUNTER("REFERENCES", result.references, BOTH, "references of the trace"),
	COUNTER("PAGES", pages, JSON, "different pages of the trace"),
	COUNTER("FAULTS", result.faults, BOTH, "references whose page was in no frame"),
	COLUMN_COUNTED("HIT_RATE", hit_rate_of, BOTH, "the others, in percent of all"),
	COUNTER("EVICTIONS", result.evictions, BOTH, "pages that left their frame"),
	COUNTER("DIRTY", result.dirty, BOTH, "those that had to be written back for that"),
	COUNTER("WRITES", result.writes, BOTH,
		"pages written back, by wsclock also ahead of an eviction"),
	COLUMN_COUNTED("RESIDENT", resident_of, BOTH, "resident pages, on average"),
	{ .name = "ANOMALY",
	  .kind = COLUMN_FLAG,
	  .use = USE_JSON,
	  .offset = offsetof(struct row, anomaly),
	  .help = "more faults than with the next smaller number of frames" },
	COLUMN_MADE("STEPS", steps_of, JSON, "with --step: each reference"),
};

static const struct view view = VIEW(columns);

/* --- what is asked for --------------------------------------------------------------------- */

/**
 * struct request - the command line
 * @policy: numbers of the policies
 * @nr_policies: their number
 * @chosen: the same as bits
 * @frames: numbers of frames, in order
 * @nr_frames: their number
 * @params: parameters of the policies
 * @format: enum reference_format
 * @page_size: bytes, 0 if it was not given
 */
struct request {
	uint32_t policy[REPLACE_NR_POLICIES];
	uint32_t nr_policies;
	uint32_t chosen;
	uint32_t frames[MAX_FRAMES];
	uint32_t nr_frames;
	struct replace_params params;
	uint32_t format;
	uint64_t page_size;
};

static int by_size(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* "4" or "4-8". */
static int add_frames(struct memctl_ctx *ctx, struct request *request, char *part)
{
	char *dash = strchr(part, '-');
	uint32_t first, last;

	if (dash)
		*dash = '\0';
	if (!parse_u32(part, &first) || !parse_u32(dash ? dash + 1 : part, &last)) {
		if (dash)
			*dash = '-';
		return fail_usage(ctx, "replace", "--frames: '%s' is no number and no A-B", part);
	}
	if (!first)
		return fail_usage(ctx, "replace", "--frames: a model has at least 1 frame, not 0");
	if (first > last)
		return fail_usage(ctx, "replace", "--frames: from %u to %u is no range", first,
				  last);
	if (last - first >= MAX_FRAMES - request->nr_frames)
		return fail_usage(ctx, "replace", "--frames: more than %d numbers", MAX_FRAMES);
	for (uint32_t i = first; i - first <= last - first; i++)
		request->frames[request->nr_frames++] = i;
	return MEMCTL_EXIT_OK;
}

static const char *policy_word(const void *list, unsigned int index)
{
	(void)list;
	return replace_policy_name(index);
}

static int add_policy(struct memctl_ctx *ctx, struct request *request, char *part)
{
	char hint[MATCH_HINT_SIZE];
	int policy = match_find(part, policy_word, NULL, hint);

	if (policy < 0)
		return fail_usage(ctx, "replace", "--policies: there is no policy '%s'%s", part,
				  hint);
	if (request->chosen & UINT32_C(1) << policy)
		return fail_usage(ctx, "replace", "--policies: %s is given twice",
				  replace_policy_name((uint32_t)policy));
	request->chosen |= UINT32_C(1) << policy;
	request->policy[request->nr_policies++] = (uint32_t)policy;
	return MEMCTL_EXIT_OK;
}

/* Each part of a list with commas. */
static int each_part(struct memctl_ctx *ctx, struct request *request, const char *list,
		     int (*add)(struct memctl_ctx *ctx, struct request *request, char *part))
{
	char *copy = strdup(list), *rest = copy, *part;
	int status = MEMCTL_EXIT_OK;

	if (!copy)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	while (!status && (part = strsep(&rest, ",")))
		status = add(ctx, request, part);
	free(copy);
	return status;
}

static int take_frames(struct memctl_ctx *ctx, struct request *request, const char *list)
{
	int status = each_part(ctx, request, list, add_frames);

	if (status)
		return status;
	qsort(request->frames, request->nr_frames, sizeof(request->frames[0]), by_size);
	for (uint32_t i = 1; i < request->nr_frames; i++) {
		if (request->frames[i] == request->frames[i - 1])
			return fail_usage(ctx, "replace", "--frames: %u is given twice",
					  request->frames[i]);
	}
	return MEMCTL_EXIT_OK;
}

static int take_policies(struct memctl_ctx *ctx, struct request *request, const char *list)
{
	if (list)
		return each_part(ctx, request, list, add_policy);
	for (uint32_t policy = 0; policy < REPLACE_NR_POLICIES; policy++)
		request->policy[request->nr_policies++] = policy;
	request->chosen = (UINT32_C(1) << REPLACE_NR_POLICIES) - 1;
	return MEMCTL_EXIT_OK;
}

/* The keys: page, format, and the parameters behind them. */
enum { KEY_PAGE, KEY_FORMAT, KEY_PARAM };

static const char *key_word(const void *list, unsigned int index)
{
	uint32_t min, max;

	(void)list;
	if (index == KEY_PAGE)
		return "page";
	return index == KEY_FORMAT ? "format" : replace_param_name(index - KEY_PARAM, &min, &max);
}

static int take_param(struct memctl_ctx *ctx, struct request *request, uint32_t param,
		      const char *value)
{
	uint32_t min, max, number;
	const char *name = replace_param_name(param, &min, &max);

	if (!parse_u32(value, &number) || number < min || number > max)
		return fail_usage(ctx, "replace", "%s=%s: not a number from %u to %u", name, value,
				  min, max);
	if (!replace_param_used(param, request->chosen))
		return fail_usage(ctx, "replace", "%s= changes none of these policies", name);
	request->params.value[param] = number;
	return MEMCTL_EXIT_OK;
}

/* KEY=VALUE; @given: the keys so far. */
static int take_word(struct memctl_ctx *ctx, struct request *request, const char *word,
		     uint32_t *given)
{
	const char *value = strchr(word, '=');
	char hint[MATCH_HINT_SIZE], name[32];
	int key;

	snprintf(name, sizeof(name), "%.*s", value ? (int)(value - word) : 31, word);
	if (!value)
		return fail_usage(ctx, "replace", "'%s' is one word too many", word);
	key = match_find(name, key_word, NULL, hint);
	if (key < 0)
		return fail_usage(ctx, "replace", "there is no key '%s='%s", name, hint);
	if (*given & UINT32_C(1) << key)
		return fail_usage(ctx, "replace", "%s= is given twice",
				  key_word(NULL, (unsigned int)key));
	*given |= UINT32_C(1) << key;
	value++;
	if (key == KEY_PAGE)
		return trace_take_page(ctx, "replace", value, &request->page_size);
	if (key == KEY_FORMAT)
		return trace_take_format(ctx, "replace", value, &request->format);
	return take_param(ctx, request, (uint32_t)key - KEY_PARAM, value);
}

static int take_request(struct memctl_ctx *ctx, const struct args *args, struct request *request)
{
	uint32_t given = 0;
	int status;

	memset(request, 0, sizeof(*request));
	replace_params_default(&request->params);
	status = take_frames(ctx, request, args->frames);
	if (!status)
		status = take_policies(ctx, request, args->policies);
	for (int i = 1; i < args->nr_words && !status; i++)
		status = take_word(ctx, request, args->words[i], &given);
	return status;
}

/* --- runs ---------------------------------------------------------------------------------- */

/* Is it only the table that is wanted? */
static bool bare(const struct memctl_ctx *ctx, const struct args *args)
{
	return view_wanted(ctx) || GIVEN(args, OPT_CSV);
}

static void print_heading(const struct memctl_ctx *ctx, const struct reference_trace *trace)
{
	if (ctx->quiet)
		return;
	printf("a model in user space, not this machine's memory: %zu references, %zu of them "
	       "writes, to %zu pages",
	       trace->nr, trace->nr_writes, trace->nr_pages);
	if (trace->page_size)
		printf(" of %s", text_size(ctx, trace->page_size));
	putchar('\n');
}

static void print_anomalies(const struct row *rows, size_t nr)
{
	for (size_t i = 1; i < nr; i++) {
		const struct replace_result *more = &rows[i].result, *fewer = &rows[i - 1].result;

		if (rows[i].anomaly)
			printf("Belady's anomaly: %s has %llu faults with %u frames and %llu with "
			       "%u\n",
			       replace_policy_name(more->policy), (unsigned long long)fewer->faults,
			       fewer->frames, (unsigned long long)more->faults, more->frames);
	}
}

static int check_steps(struct memctl_ctx *ctx, const struct request *request,
		       const struct reference_trace *trace)
{
	if (trace->nr > REPLACE_STEP_MAX_LENGTH ||
	    request->frames[request->nr_frames - 1] > REPLACE_STEP_MAX_FRAMES)
		return fail_usage(ctx, "replace", "--step is for up to %d references and %d frames",
				  REPLACE_STEP_MAX_LENGTH, REPLACE_STEP_MAX_FRAMES);
	return MEMCTL_EXIT_OK;
}

/* Run one model; @step: with its steps. Return: false without memory. */
static bool run_one(struct memctl_ctx *ctx, const struct request *request,
		    const struct reference_trace *trace, const uint32_t *next, bool step,
		    struct row *row)
{
	struct replace_result *result = &row->result;
	struct replace_steps steps;

	if (!replace_knows_future(result->policy))
		next = NULL;
	if (!step)
		return replace_run(trace, &request->params, next, NULL, result);
	replace_steps_begin(&steps, trace, result->policy, result->frames, ctx->json);
	if (!replace_run(trace, &request->params, next, &steps.watch, result)) {
		json_object_put(steps.rows);
		return false;
	}
	row->steps = steps.rows;
	return true;
}

/* All models; each policy from the fewest frames to the most. */
static int run_all(struct memctl_ctx *ctx, const struct request *request,
		   const struct reference_trace *trace, bool step, struct row *rows)
{
	uint32_t *next = replace_next_uses(trace);
	struct row *row = rows;
	bool good = next;

	for (uint32_t i = 0; i < request->nr_policies && good; i++) {
		for (uint32_t j = 0; j < request->nr_frames && good; j++, row++) {
			row->present = UINT64_MAX;
			row->pages = trace->nr_pages;
			row->result.policy = request->policy[i];
			row->result.frames = request->frames[j];
			good = run_one(ctx, request, trace, next, step, row);
			row->anomaly = j && row->result.faults > row[-1].result.faults;
		}
	}
	free(next);
	return good ? MEMCTL_EXIT_OK : fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory for a model");
}

static int compare(struct memctl_ctx *ctx, const struct request *request,
		   const struct reference_trace *trace, const struct args *args)
{
	size_t nr = (size_t)request->nr_policies * request->nr_frames;
	struct row *rows = calloc(nr, sizeof(*rows));
	int status;

	if (!rows)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	if (!bare(ctx, args))
		print_heading(ctx, trace);
	status = run_all(ctx, request, trace, GIVEN(args, OPT_STEP), rows);
	if (!status && GIVEN(args, OPT_CSV))
		status = view_print_csv(ctx, &view, rows, nr, sizeof(*rows));
	else if (!status)
		status = view_print_rows(ctx, &view, rows, nr, sizeof(*rows));
	if (!status && !bare(ctx, args))
		print_anomalies(rows, nr);
	for (size_t i = 0; i < nr; i++)
		json_object_put(rows[i].steps);
	free(rows);
	return status;
}

static int replace(struct memctl_ctx *ctx, const struct args *args)
{
	static struct request request;
	struct reference_trace trace;
	int status = take_request(ctx, args, &request);

	if (!status && GIVEN(args, OPT_CSV) && (ctx->json || ctx->raw || GIVEN(args, OPT_STEP)))
		return fail_usage(ctx, "replace", "--csv and %s exclude each other",
				  ctx->json ? "-J" :
				  ctx->raw  ? "-r" :
					      "--step");
	if (!status)
		status = reference_trace_read(ctx, args->words[0], request.format,
					      request.page_size, &trace);
	if (status)
		return status;
	if (GIVEN(args, OPT_STEP))
		status = check_steps(ctx, &request, &trace);
	if (!status)
		status = compare(ctx, &request, &trace, args);
	reference_trace_free(&trace);
	return status;
}

static const struct verb verbs[] = {
	{ "", "TRACE --frames LIST [KEY=VALUE]...", "compare policies on TRACE (-: stdin)", replace,
	  BIT(OPT_POLICIES) | BIT(OPT_STEP) | BIT(OPT_CSV) | VERB_NO_ARENA, BIT(OPT_FRAMES), 1, -1,
	  &view },
};

static const char help_text[] =
	"Page replacement by models, on one trace of references: faults, evictions, pages\n"
	"written back. It needs neither root nor the module.\n"
	"\n"
	"Policies: fifo, clock, nru, lru, aging, lfu, ws, wsclock, 2q, arc, car, lirs, gen,\n"
	"sieve, s3fifo, opt. Frames: as in 3,4,8-16.\n"
	"\n"
	"A trace has a line for each reference; its format is seen from the first:\n"
	"  text     NUMBER [r|w], of a page; with page=SIZE an address\n"
	"  tlb      ASID ADDRESS r|w, as memctl tlb takes it\n"
	"  region   what memctl region trace prints, also with -J\n"
	"  lackey   valgrind --tool=lackey --trace-mem=yes --log-file=TRACE COMMAND\n"
	"\n"
	"Words KEY=VALUE:\n"
	"  format=WORD   the format, where the first line could mislead\n"
	"  page=SIZE     size of a page (4K; text: the numbers are pages)\n"
	"  tick=N        nru, aging: references between looks at the bits (0: the frames)\n"
	"  bits=N        aging: width of the register, 1 to 8 (8)\n"
	"  window=N      ws, wsclock: references of the working set (0: 10 times the frames)\n"
	"  fresh=0|1     clock: referenced bit of a page just loaded (1)\n"
	"  forget=0|1    lfu: an evicted page begins to count anew (0)\n"
	"  in=P, out=P   2q: A1in and A1out, percent of the frames (25, 50)\n"
	"  hir=P         lirs: frames for HIR pages, percent (1)\n"
	"  small=P, ghost=P, moves=N\n"
	"                s3fifo: small queue and ghosts, percent of the frames (10, 90); hits\n"
	"                that bring a page to the main queue (2)";

static const struct object object = OBJECT("replace", help_text, verbs);

int cmd_replace(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
