// SPDX-License-Identifier: GPL-2.0
/*
 * replace_run.c - gives a trace to a model of page replacement, and takes what it counted.
 */
#include <linux/bits.h>
#include <stdlib.h>
#include <string.h>

#include "core/replace.h"
#include "replace_run.h"
#include "trace/reference_trace.h"

_Static_assert(REPLACE_NR_POLICIES == MCTL_REPLACE_NR_POLICIES, "policies");
_Static_assert(REPLACE_NR_PARAMS == MCTL_REPLACE_NR_PARAMS, "parameters");
_Static_assert(REFERENCE_MAX_PAGES == MCTL_REPLACE_MAX_PAGES, "pages");

const char *replace_policy_name(uint32_t policy)
{
	return mctl_replace_name(policy);
}

const char *replace_param_name(uint32_t param, uint32_t *min, uint32_t *max)
{
	const struct mctl_replace_rule *rule = mctl_replace_rule(param);

	if (!rule)
		return NULL;
	*min = rule->min;
	*max = rule->max;
	return rule->name;
}

bool replace_param_used(uint32_t param, uint32_t policies)
{
	return mctl_replace_rule(param)->policies & policies;
}

bool replace_knows_future(uint32_t policy)
{
	return policy == MCTL_REPLACE_OPT;
}

void replace_params_default(struct replace_params *params)
{
	struct mctl_replace_config config;

	mctl_replace_default(&config);
	memcpy(params->value, config.param, sizeof(params->value));
}

uint32_t *replace_next_uses(const struct reference_trace *trace)
{
	uint32_t *next = reallocarray(NULL, trace->nr, sizeof(*next));
	uint32_t *last = reallocarray(NULL, trace->nr_pages, sizeof(*last));

	if (!next || !last) {
		free(next);
		free(last);
		return NULL;
	}
	for (size_t i = 0; i < trace->nr_pages; i++)
		last[i] = MCTL_REPLACE_NEVER;
	for (size_t i = trace->nr; i--;) {
		uint32_t page = trace->reference[i] >> 1;

		next[i] = last[page];
		last[page] = (uint32_t)i;
	}
	free(last);
	return next;
}

static void take_counts(const struct mctl_replace_stats *stats, struct replace_result *result)
{
	result->references = stats->references;
	result->faults = stats->faults;
	result->evictions = stats->evictions;
	result->dirty = stats->dirty;
	result->writes = stats->writes;
	result->resident = stats->resident;
}

bool replace_run(const struct reference_trace *trace, const struct replace_params *params,
		 const uint32_t *next, const struct replace_watch *watch,
		 struct replace_result *result)
{
	struct mctl_replace_config config = { .policy = result->policy,
					      .frames = result->frames,
					      .nr_pages = (uint32_t)trace->nr_pages };
	struct mctl_replace replace;
	void *storage;

	memcpy(config.param, params->value, sizeof(config.param));
	storage = malloc(mctl_replace_size(&config));
	if (!storage || mctl_replace_init(&replace, &config, storage)) {
		free(storage);
		return false;
	}
	if (watch) {
		replace.evicted = watch->evicted;
		replace.context = watch->context;
	}
	for (size_t i = 0; i < trace->nr; i++) {
		uint32_t reference = trace->reference[i];
		bool fault = mctl_replace_access(&replace, reference >> 1, reference & 1,
						 next ? next[i] : MCTL_REPLACE_NEVER);

		if (watch)
			watch->referenced(watch->context, i, fault);
	}
	take_counts(&replace.stats, result);
	free(storage);
	return true;
}
