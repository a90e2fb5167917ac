/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_writer.h - writes a trace, whose form is in trace_file.h.
 */
#ifndef MEMCTL_CLI_TRACE_WRITER_H
#define MEMCTL_CLI_TRACE_WRITER_H

#include "trace_file.h"

struct trace_writer;

struct trace_writer *trace_writer_open(FILE *stream, const struct trace_header *header);
void trace_writer_add(struct trace_writer *writer, const struct trace_event *event);
uint64_t trace_writer_next_id(const struct trace_writer *writer);
uint64_t trace_writer_events(const struct trace_writer *writer);
int trace_writer_close(struct trace_writer *writer, uint32_t flags,
		       const struct trace_cache *caches, uint32_t nr_caches,
		       const struct trace_totals *totals);

#endif /* MEMCTL_CLI_TRACE_WRITER_H */
