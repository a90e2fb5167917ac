/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replace_naive.h - the policies of core/replace once more, in a few lines each: arrays that are
 * searched from one end to the other, in place of lists, heaps and stamps.
 */
#ifndef MCTL_UNIT_REPLACE_NAIVE_H
#define MCTL_UNIT_REPLACE_NAIVE_H

#include "core/replace.h"

#define NAIVE_MAX_PAGES	 160
#define NAIVE_MAX_LENGTH 1024

/**
 * struct reference - one of a trace
 * @page: below NAIVE_MAX_PAGES
 * @write: it is a write
 */
struct reference {
	u32 page;
	bool write;
};

/**
 * struct naive_log - what happened
 * @fault: by reference: it was a fault
 * @at: by eviction: number of the reference, from 0 on
 * @victim: by eviction: its page
 * @dirty: by eviction: the page was dirty
 * @nr: evictions
 * @faults: faults
 * @writes: pages written back
 */
struct naive_log {
	bool fault[NAIVE_MAX_LENGTH];
	u32 at[NAIVE_MAX_LENGTH];
	u32 victim[NAIVE_MAX_LENGTH];
	bool dirty[NAIVE_MAX_LENGTH];
	u32 nr;
	u32 faults;
	u32 writes;
};

void naive_run(const struct mctl_replace_config *config, const struct reference *trace, u32 nr,
	       struct naive_log *log);

#endif /* MCTL_UNIT_REPLACE_NAIVE_H */
