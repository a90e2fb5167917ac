/* SPDX-License-Identifier: GPL-2.0 */
/* fit_trace.h - a trace as the comparison of allocation policies takes it */
#ifndef MEMCTL_LAB_FIT_TRACE_H
#define MEMCTL_LAB_FIT_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/trace_text.h"

#define FIT_PAGE 4096

/**
 * struct fit_choice - what of a trace is taken
 * @granule: bytes of a unit
 * @in_bytes: allocations of bytes are taken too, and numbers in a text are bytes, not pages
 * @objects_only: no blocks of pages
 */
struct fit_choice {
	uint64_t granule;
	bool in_bytes;
	bool objects_only;
};

/**
 * struct fit_trace - the events
 * @ops: the events
 * @nr_ops: their number
 * @nr_allocs: allocations among them
 * @nr_ids: above every number of an allocation
 * @peak_units: most units that are allocated at a time
 * @peak_bytes: most bytes asked for at a time
 * @slab_unmarked: blocks of the recorded kernel's slabs are among them, without marks
 * @text: a trace that was written as text, with the IDs in it; else empty
 */
struct fit_trace {
	struct trace_op *ops;
	size_t nr_ops;
	uint64_t nr_allocs;
	uint32_t nr_ids;
	uint64_t peak_units;
	uint64_t peak_bytes;
	bool slab_unmarked;
	struct trace_text text;
};

int fit_trace_read(struct fit_trace *trace, const char *path, const struct fit_choice *choice,
		   char *error, size_t size);
void fit_trace_free(struct fit_trace *trace);

/* Units that so many bytes take. */
static inline uint64_t fit_units(uint64_t bytes, uint64_t granule)
{
	return bytes / granule + (bytes % granule != 0);
}

#endif /* MEMCTL_LAB_FIT_TRACE_H */
