/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_merge.h - from raw pages of per-CPU ring buffers to one stream in the order of time
 */
#ifndef MEMCTL_TRACE_MERGE_H
#define MEMCTL_TRACE_MERGE_H

#include <stdint.h>

#include "trace_build.h"

struct tep_handle;
struct trace_merge;

/**
 * struct trace_chunk - one page of a ring buffer, or the end of a round over all CPUs
 * @next: for lists
 * @cpu: the CPU, or TRACE_CHUNK_ROUND or TRACE_CHUNK_LAST
 * @data: the page, as the kernel gave it
 */
struct trace_chunk {
	struct trace_chunk *next;
	int cpu;
	uint8_t data[] __attribute__((aligned(8)));
};

#define TRACE_CHUNK_ROUND (-1) /* every CPU's buffer was read to its end once more */
#define TRACE_CHUNK_LAST  (-2) /* and nothing will follow */

struct trace_merge *trace_merge_create(struct tep_handle *tep, unsigned int nr_cpus,
				       struct trace_build *build);
int trace_merge_add(struct trace_merge *merge, struct trace_chunk *chunk);
void trace_merge_destroy(struct trace_merge *merge);

const char *trace_merge_event(unsigned int index);

#endif /* MEMCTL_TRACE_MERGE_H */
