/* SPDX-License-Identifier: GPL-2.0 */
/* fit_fixture.h - units under a policy, and the oracle that foretells each placement */
#ifndef MCTL_UNIT_FIT_FIXTURE_H
#define MCTL_UNIT_FIT_FIXTURE_H

#include "core/fit.h"
#include "tap.h"

/* The policies, in the order of mctl_fit_policy(). */
enum fit_policy {
	BITMAP,
	FIRST,
	NEXT,
	BEST,
	WORST,
	SEGREGATED,
	BOOT,
	BUDDY,
	BITFIELD,
	NR_POLICIES,
};

/* A run that is granted. */
struct run {
	u32 start;
	u32 asked;
	u32 granted;
};

/* Free units, and when they became one hole. */
struct stamped {
	u32 start;
	u32 nr;
	u64 stamp;
};

/**
 * struct fixture - the units, and what the oracle knows
 * @fit: the units
 * @policy: the policy
 * @owner: of each unit, 0 if it is free
 * @runs: granted, nr_runs of them
 * @holes: maximal runs of free units by address, nr_holes of them
 * @time: operations so far
 * @number: of the next request
 * @last: end of the last grant
 * @hint: where boot begins
 * @reserved: the tree that is reserved
 * @span: end of the highest grant
 * @steps: entries that a list's search has to have looked at, if @counts
 * @counts: the steps of this policy are known
 * @hash: of the grants
 */
struct fixture {
	struct mctl_fit fit;
	enum fit_policy policy;
	void *storage;
	u32 nr;
	u64 *owner;
	struct run *runs;
	u32 nr_runs;
	struct stamped *holes;
	u32 nr_holes;
	u64 time;
	u64 number;
	u32 last;
	u32 hint;
	u32 reserved;
	u32 span;
	u64 steps;
	bool counts;
	u64 hash;
};

void fixture_init(struct fixture *f, enum fit_policy policy, u32 nr);
void fixture_fini(struct fixture *f);
u32 fixture_alloc(struct fixture *f, u32 nr);
void fixture_free(struct fixture *f, u32 index);
void fixture_compare(struct fixture *f);
void fixture_idle(struct fixture *f);

#endif /* MCTL_UNIT_FIT_FIXTURE_H */
