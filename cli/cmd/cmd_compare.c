// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_compare.c - "memctl compare": allocation policies on one trace, in this process, without the
 * module
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/match.h"
#include "base/stop.h"
#include "base/text.h"
#include "commands.h"
#include "lab/fit_report.h"
#include "lab/fit_run.h"
#include "lab/fit_trace.h"

#define MAX_POLICIES	32
#define DEFAULT_SAMPLES 100

/* The policies that were asked for, in that order. */
struct chosen {
	unsigned int policy[MAX_POLICIES];
	size_t nr;
};

static int choose_one(struct memctl_ctx *ctx, struct chosen *chosen, const char *name)
{
	char hint[MATCH_HINT_SIZE];
	int found = match_find(name, fit_policy_name, NULL, hint);

	if (found < 0)
		return fail_usage(ctx, "compare", "there is no policy '%s'%s", name, hint);
	for (size_t i = 0; i < chosen->nr; i++)
		if (chosen->policy[i] == (unsigned int)found)
			return fail_usage(ctx, "compare", "policy '%s' is given twice",
					  fit_policy_name(NULL, (unsigned int)found));
	chosen->policy[chosen->nr++] = (unsigned int)found;
	return MEMCTL_EXIT_OK;
}

static int choose(struct memctl_ctx *ctx, struct chosen *chosen, const char *list)
{
	int status = MEMCTL_EXIT_OK;
	char *copy, *name, *rest;

	chosen->nr = 0;
	for (unsigned int i = 0; !list && fit_policy_name(NULL, i); i++)
		chosen->policy[chosen->nr++] = i;
	if (!list)
		return status;
	copy = strdup(list);
	if (!copy)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	rest = copy;
	while (!status && (name = strsep(&rest, ",")))
		status = choose_one(ctx, chosen, name);
	free(copy);
	return status;
}

/* Room for a quarter more than is live at a time: a power of two, or a multiple of 1024. */
static uint64_t default_units(const struct fit_trace *trace)
{
	uint64_t wanted = trace->peak_units + trace->peak_units / 4, units = 1;

	if (wanted > 1024)
		return (wanted + 1023) / 1024 * 1024;
	while (units < wanted)
		units *= 2;
	return units;
}

static int choose_units(struct memctl_ctx *ctx, const struct args *args,
			const struct fit_trace *trace, struct fit_setup *setup)
{
	uint64_t units = GIVEN(args, OPT_SIZE) ? args->size / setup->granule : default_units(trace);
	uint64_t most = fit_max_units();

	if (units > most)
		return fail_usage(ctx, "compare",
				  "%" PRIu64 " units of %s are more than %" PRIu64
				  ": a smaller --size, or a larger --granule",
				  units, text_size(ctx, setup->granule), most);
	setup->nr_units = (uint32_t)units;
	return MEMCTL_EXIT_OK;
}

/* Values that have no sense, alone or together. */
static int check_values(struct memctl_ctx *ctx, const struct args *args, uint64_t granule)
{
	if (!granule)
		return fail_usage(ctx, "compare", "--granule: a unit has a byte at least");
	if (GIVEN(args, OPT_SIZE) && !args->size)
		return fail_usage(ctx, "compare", "--size: an arena has a unit at least");
	if (GIVEN(args, OPT_SIZE) && args->size % granule)
		return fail_usage(ctx, "compare",
				  "--size: %" PRIu64 " is no multiple of a unit, %s", args->size,
				  text_size(ctx, granule));
	if (GIVEN(args, OPT_SAMPLES) && GIVEN(args, OPT_EVERY))
		return fail_usage(ctx, "compare", "--samples and --every exclude each other");
	if ((GIVEN(args, OPT_SAMPLES) && !args->samples) ||
	    (GIVEN(args, OPT_EVERY) && !args->every))
		return fail_usage(ctx, "compare", "--%s: from 1 on",
				  GIVEN(args, OPT_EVERY) ? "every" : "samples");
	if (GIVEN(args, OPT_OBJECTS_ONLY) && !GIVEN(args, OPT_GRANULE))
		return fail_usage(ctx, "compare",
				  "--objects-only needs --granule: objects are no pages");
	if (GIVEN(args, OPT_CSV) && (ctx->json || ctx->raw))
		return fail_usage(ctx, "compare", "--csv and -%c exclude each other",
				  ctx->json ? 'J' : 'r');
	if (GIVEN(args, OPT_CSV) && GIVEN(args, OPT_MAP) &&
	    (GIVEN(args, OPT_SAMPLES) || GIVEN(args, OPT_EVERY)))
		return fail_usage(ctx, "compare", "--csv is one table: of samples, or of --map");
	return MEMCTL_EXIT_OK;
}

static int run_all(struct memctl_ctx *ctx, const struct chosen *chosen, struct fit_report *report)
{
	struct fit_result *results = calloc(chosen->nr, sizeof(*results));
	int ret = results ? 0 : -ENOMEM, status;

	report->results = results;
	stop_catch();
	for (size_t i = 0; !ret && i < chosen->nr; i++) {
		ret = fit_run(&results[i], chosen->policy[i], report->trace, report->setup);
		report->nr += !ret;
	}
	stop_release();
	if (ret == -EINTR)
		status = fail_stopped(ctx);
	else if (ret)
		status = fail(ctx, MEMCTL_EXIT_IMPOSSIBLE,
			      "no memory for %u units and %u allocations", report->setup->nr_units,
			      report->trace->nr_ids);
	else
		status = fit_report(ctx, report);
	for (size_t i = 0; i < report->nr; i++)
		fit_result_free(&results[i]);
	free(results);
	return status;
}

static int compare(struct memctl_ctx *ctx, const struct args *args)
{
	struct fit_choice choice = {
		.granule = GIVEN(args, OPT_GRANULE) ? args->granule : FIT_PAGE,
		.in_bytes = GIVEN(args, OPT_GRANULE),
		.objects_only = GIVEN(args, OPT_OBJECTS_ONLY),
	};
	struct fit_setup setup = {
		.granule = choice.granule,
		.map = GIVEN(args, OPT_MAP),
		.stop = stop_flag(),
	};
	struct fit_trace trace;
	struct fit_report report = {
		.path = args->words[0],
		.trace = &trace,
		.setup = &setup,
		.samples = GIVEN(args, OPT_SAMPLES) || GIVEN(args, OPT_EVERY),
		.csv = GIVEN(args, OPT_CSV),
	};
	struct chosen chosen;
	char error[256];
	uint64_t moments;
	int status = check_values(ctx, args, choice.granule);

	if (!status)
		status = choose(ctx, &chosen, args->policies);
	if (status)
		return status;
	if (fit_trace_read(&trace, args->words[0], &choice, error, sizeof(error)))
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: %s", args->words[0], error);
	if (trace.slab_unmarked)
		note("%s has no marks: blocks of the kernel's own slabs are taken too",
		     args->words[0]);
	moments = GIVEN(args, OPT_SAMPLES) ? args->samples : DEFAULT_SAMPLES;
	setup.every = GIVEN(args, OPT_EVERY) ? args->every : fit_units(trace.nr_ops, moments);
	status = choose_units(ctx, args, &trace, &setup);
	if (!status)
		status = run_all(ctx, &chosen, &report);
	fit_trace_free(&trace);
	return status;
}

static const struct verb verbs[] = {
	{ "", "TRACE", "drive the trace through each policy, and say what became of it", compare,
	  BIT(OPT_POLICIES) | BIT(OPT_SIZE) | BIT(OPT_GRANULE) | BIT(OPT_OBJECTS_ONLY) |
		  BIT(OPT_SAMPLES) | BIT(OPT_EVERY) | BIT(OPT_MAP) | BIT(OPT_CSV) | VERB_NO_ARENA,
	  0, 1, 1, &fit_view },
};

static const char help_text[] =
	"Allocation policies on one trace, as a model: in this process, without the module.\n"
	"\n"
	"TRACE is a file of 'memctl record', or text: a line 'a ID SIZE' for an allocation of\n"
	"so many pages (or 100K), 'f ID' for its free, # before a remark; - is standard input.\n"
	"An arena of numbers has --size bytes; default: a quarter more than is live at a time.\n"
	"\n"
	"Policies: bitmap first next best worst segregated boot\n"
	"buddy bitfield.";

static const struct object object = OBJECT("compare", help_text, verbs);

int cmd_compare(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
