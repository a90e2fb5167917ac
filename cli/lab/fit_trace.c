// SPDX-License-Identifier: GPL-2.0
/*
 * fit_trace.c - reads a trace for the comparison of allocation policies: a file of "memctl record",
 * or text
 *
 * In pages, the blocks of a recording are taken, those of the kernel's slabs too: it is what the
 * page allocator was asked for. In bytes, all that the plan of a replay has: objects and kmalloc(),
 * and of the blocks those that no slab is in.
 */
#include "fit_trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay/trace_plan.h"
#include "trace/trace_file.h"

/* Bytes that an event of a recording asks for; 0 for a free. */
static uint64_t bytes_of(const struct trace_reader *reader, const struct trace_event *event)
{
	switch (event->kind) {
	case TRACE_PAGE_ALLOC:
		return (uint64_t)FIT_PAGE << event->order;
	case TRACE_KMALLOC:
		return event->size;
	case TRACE_OBJECT_ALLOC:
		return reader->caches[event->cache].size;
	}
	return 0;
}

static int take_events(struct fit_trace *trace, struct trace_reader *reader,
		       const struct fit_choice *choice, char *error, size_t size)
{
	struct trace_choice part = {
		.pages = !choice->objects_only,
		.objects = choice->in_bytes,
	};
	struct trace_event event;
	struct trace_plan plan;

	if (reader->nr_ids >= UINT32_MAX) {
		snprintf(error, size, "more than 2^32 allocations");
		return -1;
	}
	if (!trace_plan_make(&plan, reader, &part))
		trace->ops = calloc(plan.events + 1, sizeof(*trace->ops));
	if (!trace->ops) {
		snprintf(error, size, "no memory for %llu allocations",
			 (unsigned long long)reader->nr_ids);
		return -1;
	}
	while (trace_reader_next(reader, &event)) {
		if (event.kind > TRACE_FREE || trace_plan_skips(&plan, event.id))
			continue;
		trace->ops[trace->nr_ops++] =
			(struct trace_op){ bytes_of(reader, &event), (uint32_t)event.id };
	}
	trace->nr_ids = (uint32_t)reader->nr_ids;
	trace->slab_unmarked = plan.slab_unmarked;
	trace_plan_free(&plan);
	return 0;
}

/* What is asked for at a time, in units and in bytes. */
static int follow(struct fit_trace *trace, uint64_t granule, char *error, size_t size)
{
	uint64_t *bytes_by_number = calloc((size_t)trace->nr_ids + 1, sizeof(*bytes_by_number));
	uint64_t units = 0, bytes = 0;

	if (!bytes_by_number) {
		snprintf(error, size, "no memory for %u allocations", trace->nr_ids);
		return -1;
	}
	for (size_t i = 0; i < trace->nr_ops; i++) {
		const struct trace_op *op = &trace->ops[i];
		uint64_t *own = &bytes_by_number[op->number];

		if (op->bytes) {
			trace->nr_allocs++;
			*own = op->bytes;
			bytes += *own;
			units += fit_units(*own, granule);
		} else {
			bytes -= *own;
			units -= fit_units(*own, granule);
		}
		if (trace->peak_units < units)
			trace->peak_units = units;
		if (trace->peak_bytes < bytes)
			trace->peak_bytes = bytes;
	}
	free(bytes_by_number);
	if (trace->nr_allocs)
		return 0;
	snprintf(error, size, "no allocation of this kind is in it");
	return -1;
}

static int read_stream(struct fit_trace *trace, FILE *stream, const struct fit_choice *choice,
		       char *error, size_t size)
{
	int first = getc(stream), ret;
	struct trace_reader reader;

	if (ferror(stream)) {
		snprintf(error, size, "%m");
		return -1;
	}
	ungetc(first, stream);
	/* The first byte of a recording is in no text. */
	if (first == 0x8d) {
		if (trace_reader_open_stream(&reader, stream, error, size))
			return -1;
		ret = take_events(trace, &reader, choice, error, size);
		trace_reader_close(&reader);
		return ret;
	}
	if (trace_text_read(&trace->text, stream, choice->in_bytes ? 1 : FIT_PAGE, error, size))
		return -1;
	trace->ops = trace->text.ops;
	trace->nr_ops = trace->text.nr_ops;
	trace->nr_ids = trace->text.nr_ids;
	return 0;
}

/**
 * fit_trace_read() - read a trace
 * @trace: filled in; to be freed by fit_trace_free() when 0 was returned
 * @path: the file; "-" for standard input
 * @choice: what of it is taken
 * @error: where to say what is wrong
 * @size: room there
 *
 * Return: 0, or -1 with @error set.
 */
int fit_trace_read(struct fit_trace *trace, const char *path, const struct fit_choice *choice,
		   char *error, size_t size)
{
	FILE *stream = strcmp(path, "-") ? fopen(path, "rbe") : stdin;
	int ret;

	memset(trace, 0, sizeof(*trace));
	if (!stream) {
		snprintf(error, size, "%m");
		return -1;
	}
	ret = read_stream(trace, stream, choice, error, size);
	if (stream != stdin)
		fclose(stream);
	if (!ret)
		ret = follow(trace, choice->granule, error, size);
	if (ret)
		fit_trace_free(trace);
	return ret;
}

/**
 * fit_trace_free() - free what a trace holds
 * @trace: the trace
 */
void fit_trace_free(struct fit_trace *trace)
{
	if (trace->ops != trace->text.ops)
		free(trace->ops);
	trace_text_free(&trace->text);
	memset(trace, 0, sizeof(*trace));
}
