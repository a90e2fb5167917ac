/* SPDX-License-Identifier: GPL-2.0 */
/* fit_run.h - one allocation policy over a trace: what it granted, where, and what it cost */
#ifndef MEMCTL_LAB_FIT_RUN_H
#define MEMCTL_LAB_FIT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fit_trace.h"

/**
 * struct fit_setup - what is the same for all policies
 * @granule: bytes of a unit
 * @nr_units: units
 * @every: events from one sample to the next
 * @map: keep the places at the end
 * @stop: not 0 ends the run, looked at before each event
 */
struct fit_setup {
	uint64_t granule;
	uint32_t nr_units;
	uint64_t every;
	bool map;
	const volatile int *stop;
};

/**
 * struct fit_sample - one moment of a run; bytes, and shares in thousandths
 * @present: bit 0: the row is not empty
 * @policy: name of the policy
 * @event: events until then
 * @asked: asked for by what is granted
 * @used: units of it
 * @span: from the first unit to the end of the highest that was ever granted
 * @holes: runs of free units that can be granted
 * @largest: the largest of them
 * @internal: part of @used beyond the sizes requested
 * @external: part of what is free outside of @largest
 */
struct fit_sample {
	uint64_t present;
	const char *policy;
	uint64_t event;
	uint64_t asked;
	uint64_t used;
	uint64_t span;
	uint32_t holes;
	uint64_t largest;
	uint32_t internal;
	uint32_t external;
};

/**
 * struct fit_place - a run of units at the end
 * @present: bit 0: the row is not empty
 * @policy: name of the policy
 * @start: first unit
 * @units: how many
 * @number: of the allocation; FIT_HOLE: they are free
 * @name: its ID in the trace, NULL for a hole
 */
struct fit_place {
	uint64_t present;
	const char *policy;
	uint64_t start;
	uint64_t units;
	uint32_t number;
	char *name;
};

#define FIT_HOLE UINT32_MAX

/* A share over the samples, in thousandths. */
struct fit_share {
	uint32_t end;
	uint32_t mean;
	uint32_t peak;
};

/**
 * struct fit_result - what became of a trace under a policy
 * @present: bit 0: the row is not empty
 * @policy: name of the policy
 * @granted: allocations
 * @failed: and those that were refused
 * @too_large: of them, those beyond what the policy ever grants
 * @frees: frees of what was granted
 * @skipped_frees: and of what was not
 * @peak: most bytes in granted units at a time
 * @span: bytes from the first unit to the end of the highest that was ever granted
 * @free: bytes in free units at the end
 * @holes: runs of free units that can be granted, at the end
 * @largest: bytes of the largest of them
 * @internal: internal fragmentation
 * @external: external fragmentation
 * @steps: entries of lists or words of bitmaps that were looked at
 * @records: most bytes of records in use at a sample
 * @hash: of all placements
 * @samples: the samples
 * @nr_samples: their number
 * @places: with a map, all units by address
 * @nr_places: entries of @places
 */
struct fit_result {
	uint64_t present;
	const char *policy;
	uint64_t granted;
	uint64_t failed;
	uint64_t too_large;
	uint64_t frees;
	uint64_t skipped_frees;
	uint64_t peak;
	uint64_t span;
	uint64_t free;
	uint32_t holes;
	uint64_t largest;
	struct fit_share internal;
	struct fit_share external;
	uint64_t steps;
	uint64_t records;
	uint64_t hash;
	struct fit_sample *samples;
	size_t nr_samples;
	struct fit_place *places;
	size_t nr_places;
};

uint32_t fit_max_units(void);
const char *fit_policy_name(const void *list, unsigned int index);
int fit_run(struct fit_result *result, unsigned int policy, const struct fit_trace *trace,
	    const struct fit_setup *setup);
void fit_result_free(struct fit_result *result);

#endif /* MEMCTL_LAB_FIT_RUN_H */
