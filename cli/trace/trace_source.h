/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_source.h - the running kernel's allocation events, through an instance of tracefs
 */
#ifndef MEMCTL_TRACE_SOURCE_H
#define MEMCTL_TRACE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "trace_merge.h"

struct trace_source;

int trace_source_open(struct trace_source **source, unsigned int buffer_kib, char *error,
		      size_t error_size);
struct tep_handle *trace_source_tep(const struct trace_source *source);
unsigned int trace_source_nr_cpus(const struct trace_source *source);
int trace_source_gfp(const struct trace_source *source, struct trace_gfp *gfp);
int trace_source_start(struct trace_source *source, char *error, size_t error_size);
int trace_source_take(struct trace_source *source, struct trace_chunk **chunk, int timeout_ms);
void trace_source_stop(struct trace_source *source);
uint64_t trace_source_overrun(const struct trace_source *source);
void trace_source_close(struct trace_source *source);

#endif /* MEMCTL_TRACE_SOURCE_H */
