/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replace_run.h - models of page replacement (module/core/replace.h), run on a trace.
 */
#ifndef MEMCTL_CLI_REPLACE_RUN_H
#define MEMCTL_CLI_REPLACE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reference_trace;

#define REPLACE_NR_POLICIES 16
#define REPLACE_NR_PARAMS   11

/**
 * struct replace_params - the parameters of all policies
 * @value: by number of the parameter
 */
struct replace_params {
	uint32_t value[REPLACE_NR_PARAMS];
};

/**
 * struct replace_result - what one model counted
 * @policy: number of the policy
 * @frames: frames
 * @references: references
 * @faults: those whose page was not resident
 * @evictions: pages that left their frame
 * @dirty: those that were dirty then
 * @writes: pages written back
 * @resident: sum of the resident pages after each reference
 */
struct replace_result {
	uint32_t policy;
	uint32_t frames;
	uint64_t references;
	uint64_t faults;
	uint64_t evictions;
	uint64_t dirty;
	uint64_t writes;
	uint64_t resident;
};

/**
 * struct replace_watch - a callback for each reference
 * @evicted: a page was evicted; called before the @referenced of its reference
 * @referenced: a reference is done
 * @context: for both
 */
struct replace_watch {
	void (*evicted)(void *context, uint32_t page, bool dirty);
	void (*referenced)(void *context, size_t reference, bool fault);
	void *context;
};

/* The name of a policy, NULL behind the last. */
const char *replace_policy_name(uint32_t policy);
/* The name of a parameter, and the values that it can have; NULL behind the last. */
const char *replace_param_name(uint32_t param, uint32_t *min, uint32_t *max);
/* Is the parameter of one of these policies? @policies: bits. */
bool replace_param_used(uint32_t param, uint32_t policies);
void replace_params_default(struct replace_params *params);

/* The number of the next reference to the page of each; to be freed. NULL without memory. */
uint32_t *replace_next_uses(const struct reference_trace *trace);
/*
 * Run one model. @next: of replace_next_uses(), NULL where the policy is not opt; @watch: may be
 * NULL; @result: policy and frames say which model. Return: false without memory.
 */
bool replace_run(const struct reference_trace *trace, const struct replace_params *params,
		 const uint32_t *next, const struct replace_watch *watch,
		 struct replace_result *result);
/* Does the policy read @next? */
bool replace_knows_future(uint32_t policy);

#endif /* MEMCTL_CLI_REPLACE_RUN_H */
