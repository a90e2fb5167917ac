// SPDX-License-Identifier: GPL-2.0
/*
 * fit_run.c - drives a trace through a policy of module/core/fit.c, in this process
 *
 * The storage of the policy is zeroed memory that the host gives page by page, so that an array
 * over all units costs what is touched of it.
 */
#include "fit_run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fit.h"

/* A run that is granted, by the number of its allocation. */
struct grant {
	uint64_t bytes;
	uint32_t start;
};

struct run {
	const struct fit_trace *trace;
	const struct fit_setup *setup;
	struct fit_result *result;
	struct mctl_fit fit;
	struct grant *grants;
	uint64_t asked;
	uint64_t internal_sum;
	uint64_t external_sum;
};

/**
 * fit_max_units() - how many units a policy can manage
 *
 * Return: their number.
 */
uint32_t fit_max_units(void)
{
	return MCTL_FIT_MAX_UNITS;
}

/**
 * fit_policy_name() - the policies, one by one, as match_find() asks for them
 * @list: not used
 * @index: from 0
 *
 * Return: its name, NULL behind the last.
 */
const char *fit_policy_name(const void *list, unsigned int index)
{
	const struct mctl_fit_ops *ops = mctl_fit_policy(index);

	(void)list;
	return ops ? ops->name : NULL;
}

/* What the core takes; more than there ever are stays so. */
static uint32_t units_of(const struct run *run, uint64_t bytes)
{
	uint64_t units = fit_units(bytes, run->setup->granule);

	return units < UINT32_MAX ? (uint32_t)units : UINT32_MAX;
}

static uint64_t used_units(const struct run *run)
{
	return run->fit.nr_units - run->fit.nr_free;
}

static void do_alloc(struct run *run, const struct trace_op *op)
{
	struct fit_result *result = run->result;
	struct grant *grant = &run->grants[op->number];
	uint32_t units = units_of(run, op->bytes);

	grant->bytes = op->bytes;
	grant->start = mctl_fit_alloc(&run->fit, op->number, units);
	if (grant->start == MCTL_FIT_NONE) {
		uint32_t most = run->fit.ops->grant(units);

		result->failed++;
		result->too_large += !most || most > run->fit.nr_units;
		return;
	}
	result->granted++;
	run->asked += op->bytes;
	if (result->peak < used_units(run) * run->setup->granule)
		result->peak = used_units(run) * run->setup->granule;
}

static void do_free(struct run *run, const struct trace_op *op)
{
	struct grant *grant = &run->grants[op->number];

	if (grant->start == MCTL_FIT_NONE) {
		run->result->skipped_frees++;
		return;
	}
	mctl_fit_free(&run->fit, grant->start, units_of(run, grant->bytes));
	grant->start = MCTL_FIT_NONE;
	run->asked -= grant->bytes;
	run->result->frees++;
}

static uint32_t thousandths(uint64_t part, uint64_t whole)
{
	return whole ? (uint32_t)(part * 1000 / whole) : 0;
}

static void count_share(struct fit_share *share, uint64_t *sum, uint32_t value)
{
	share->end = value;
	if (share->peak < value)
		share->peak = value;
	*sum += value;
}

static void take_sample(struct run *run, uint64_t event)
{
	struct fit_result *result = run->result;
	struct fit_sample *sample = &result->samples[result->nr_samples++];
	uint64_t granule = run->setup->granule, records = run->fit.ops->records(&run->fit);
	struct mctl_fit_view view;

	mctl_fit_look(&run->fit, &view);
	*sample = (struct fit_sample){
		.present = 1,
		.policy = result->policy,
		.event = event,
		.asked = run->asked,
		.used = used_units(run) * granule,
		.span = run->fit.span * granule,
		.holes = view.nr_holes,
		.largest = view.largest * granule,
		.external = thousandths(run->fit.nr_free - view.largest, run->fit.nr_free),
	};
	sample->internal = thousandths(sample->used - run->asked, sample->used);
	count_share(&result->internal, &run->internal_sum, sample->internal);
	count_share(&result->external, &run->external_sum, sample->external);
	if (result->records < records)
		result->records = records;
}

static int by_start(const void *a, const void *b)
{
	uint64_t left = ((const struct fit_place *)a)->start;
	uint64_t right = ((const struct fit_place *)b)->start;

	return left < right ? -1 : left > right;
}

/* The ID in a text, or the number; NULL without memory. */
static char *name_of(const struct fit_trace *trace, uint32_t number)
{
	char *name;

	if (trace->text.name_of)
		return strdup(&trace->text.names[trace->text.name_of[number]]);
	return asprintf(&name, "%u", number) < 0 ? NULL : name;
}

/* All units by address: what is granted, and the holes. */
static int draw_map(struct run *run)
{
	struct fit_result *result = run->result;
	struct mctl_fit_hole hole = {};
	struct mctl_fit_view view;
	struct fit_place *place;

	mctl_fit_look(&run->fit, &view);
	result->places = calloc((size_t)view.nr_holes + run->fit.nr_blocks + 1, sizeof(*place));
	if (!result->places)
		return -ENOMEM;
	while (run->fit.ops->next_hole(&run->fit, &hole))
		result->places[result->nr_places++] = (struct fit_place){
			1, result->policy, hole.start, hole.nr, FIT_HOLE, NULL
		};
	for (uint32_t number = 0; number < run->trace->nr_ids; number++) {
		const struct grant *grant = &run->grants[number];

		if (!grant->bytes || grant->start == MCTL_FIT_NONE)
			continue;
		place = &result->places[result->nr_places++];
		*place = (struct fit_place){ 1, result->policy, grant->start, 0, number, NULL };
		place->units = run->fit.ops->grant(units_of(run, grant->bytes));
		place->name = name_of(run->trace, number);
		if (!place->name)
			return -ENOMEM;
	}
	qsort(result->places, result->nr_places, sizeof(*result->places), by_start);
	return 0;
}

static int run_events(struct run *run)
{
	const struct fit_trace *trace = run->trace;
	uint64_t every = run->setup->every;

	for (uint64_t i = 0; i < trace->nr_ops; i++) {
		const struct trace_op *op = &trace->ops[i];

		if (*run->setup->stop)
			return -EINTR;
		if (op->bytes)
			do_alloc(run, op);
		else
			do_free(run, op);
		if ((i + 1) % every == 0 || i + 1 == trace->nr_ops)
			take_sample(run, i + 1);
	}
	return 0;
}

static void finish(struct run *run)
{
	const struct fit_sample *last = &run->result->samples[run->result->nr_samples - 1];
	struct fit_result *result = run->result;

	result->span = last->span;
	result->holes = last->holes;
	result->largest = last->largest;
	result->free = run->fit.nr_free * run->setup->granule;
	result->internal.mean = (uint32_t)(run->internal_sum / result->nr_samples);
	result->external.mean = (uint32_t)(run->external_sum / result->nr_samples);
	result->steps = run->fit.steps;
	result->hash = mctl_fit_hash(&run->fit);
}

/**
 * fit_run() - drive a trace through a policy
 * @result: filled in; to be freed by fit_result_free() when 0 was returned
 * @policy: number of the policy, as fit_policy_name() has them
 * @trace: the trace, with an event at least
 * @setup: what is the same for all policies
 *
 * Return: 0, -ENOMEM, or -EINTR if @setup->stop ended it.
 */
int fit_run(struct fit_result *result, unsigned int policy, const struct fit_trace *trace,
	    const struct fit_setup *setup)
{
	const struct mctl_fit_ops *ops = mctl_fit_policy(policy);
	struct run run = { .trace = trace, .setup = setup, .result = result };
	void *storage = calloc(1, mctl_fit_size(ops, setup->nr_units));
	int ret = -ENOMEM;

	memset(result, 0, sizeof(*result));
	result->present = 1;
	result->policy = ops->name;
	result->samples = calloc(trace->nr_ops / setup->every + 1, sizeof(*result->samples));
	run.grants = calloc((size_t)trace->nr_ids + 1, sizeof(*run.grants));
	if (storage && result->samples && run.grants) {
		mctl_fit_init(&run.fit, ops, setup->nr_units, storage);
		ret = run_events(&run);
	}
	if (!ret)
		finish(&run);
	if (!ret && setup->map)
		ret = draw_map(&run);
	free(run.grants);
	free(storage);
	if (ret)
		fit_result_free(result);
	return ret;
}

/**
 * fit_result_free() - free what a result holds
 * @result: the result
 */
void fit_result_free(struct fit_result *result)
{
	for (size_t i = 0; i < result->nr_places; i++)
		free(result->places[i].name);
	free(result->places);
	free(result->samples);
	memset(result, 0, sizeof(*result));
}
