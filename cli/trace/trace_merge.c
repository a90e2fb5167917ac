// SPDX-License-Identifier: GPL-2.0
/*
 * trace_merge.c - from raw pages of per-CPU ring buffers to one stream in the order of time
 *
 * The pages of a CPU are in order; the CPUs are merged by time stamp, of a clock that is the same
 * on all of them. What may be passed on?
 *
 * M1. The reader goes round all CPUs and reads each buffer to its end. An event that is older than
 *     the newest page start seen in one round was in its buffer before the next round began, and is
 *     read when that has ended. So after round N everything older than the newest start of rounds
 *     1..N-1 is passed on, and nothing younger.
 * M2. A record is looked at only as far as the kernel's field descriptions and the record's own
 *     length reach.
 */
#include "trace_merge.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>

/* The tracepoints, and what each one's events are. The last two are gone since Linux 6.1. */
static const struct {
	const char *name;
	uint8_t type;
} kmem_names[] = {
	{ "mm_page_alloc", KMEM_PAGE_ALLOC },
	{ "mm_page_free", KMEM_PAGE_FREE },
	{ "mm_page_free_batched", KMEM_PAGE_FREE_BATCHED },
	{ "kmalloc", KMEM_KMALLOC },
	{ "kfree", KMEM_KFREE },
	{ "kmem_cache_alloc", KMEM_OBJECT_ALLOC },
	{ "kmem_cache_free", KMEM_OBJECT_FREE },
	{ "kmalloc_node", KMEM_KMALLOC },
	{ "kmem_cache_alloc_node", KMEM_OBJECT_ALLOC },
};

#define NR_NAMES (sizeof(kmem_names) / sizeof(kmem_names[0]))

/* Fields of a tracepoint; NULL where it has none of the name. */
struct layout {
	bool known;
	uint8_t type;
	struct tep_format_field *address;
	struct tep_format_field *order;
	struct tep_format_field *gfp;
	struct tep_format_field *node;
	struct tep_format_field *call_site;
	struct tep_format_field *asked;
	struct tep_format_field *given;
	struct tep_format_field *name;
};

/* What was read of one CPU and not passed on. */
struct lane {
	struct trace_chunk *first;
	struct trace_chunk **end;
	struct kbuffer *buffer;
	void *record;
	unsigned long long time;
	int missed; /* events lost before the record; negative for an unknown number */
};

/**
 * struct trace_merge - a merge in progress
 * @build: where the events go
 * @lanes: one for each CPU
 * @nr_lanes: their number
 * @newest: newest page start of this round and those before
 * @limit: newest page start of the rounds before this one
 * @type_field: the record's field that has the number of its tracepoint
 * @layouts: where the tracepoints of kmem_names[] have their fields
 * @ids: the kernel's numbers of those tracepoints
 */
struct trace_merge {
	struct trace_build *build;
	struct lane *lanes;
	unsigned int nr_lanes;
	uint64_t newest;
	uint64_t limit;
	struct tep_format_field *type_field;
	struct layout layouts[NR_NAMES];
	int ids[NR_NAMES];
};

static int learn_layouts(struct trace_merge *merge, struct tep_handle *tep)
{
	struct layout *layout;
	struct tep_event *event;
	unsigned int i;

	for (i = 0; i < NR_NAMES; i++) {
		event = tep_find_event_by_name(tep, "kmem", kmem_names[i].name);
		if (!event)
			continue;
		layout = &merge->layouts[i];
		layout->type = kmem_names[i].type;
		layout->address = tep_find_field(event, "ptr");
		if (!layout->address)
			layout->address = tep_find_field(event, "pfn");
		layout->order = tep_find_field(event, "order");
		layout->gfp = tep_find_field(event, "gfp_flags");
		layout->node = tep_find_field(event, "node");
		layout->call_site = tep_find_field(event, "call_site");
		layout->asked = tep_find_field(event, "bytes_req");
		layout->given = tep_find_field(event, "bytes_alloc");
		layout->name = tep_find_field(event, "name");
		layout->known = layout->address;
		merge->ids[i] = event->id;
		merge->type_field = tep_find_common_field(event, "common_type");
	}
	return merge->type_field ? 0 : -EINVAL;
}

static uint64_t number(const struct tep_format_field *field, const void *record, int size)
{
	unsigned long long value = 0;

	if (!field || field->offset < 0 || field->size < 0 || field->offset > size - field->size)
		return 0;
	if (tep_read_number_field((struct tep_format_field *)field, record, &value))
		return 0;
	return value;
}

/* A string is elsewhere in the record: its field holds offset and length, 16 bits each. */
static void text(const struct tep_format_field *field, const void *record, int size,
		 struct kmem_event *event)
{
	const char *base = record;
	unsigned int offset, length;
	uint32_t where;

	if (!field || !(field->flags & TEP_FIELD_IS_DYNAMIC) || field->offset > size - 4)
		return;
	memcpy(&where, base + field->offset, sizeof(where));
	offset = where & 0xffff;
	length = where >> 16;
	if (field->flags & TEP_FIELD_IS_RELATIVE)
		offset += (unsigned int)(field->offset + field->size);
	if (offset > (unsigned int)size || length > (unsigned int)size - offset)
		return;
	event->name = base + offset;
	event->name_length = (unsigned int)strnlen(base + offset, length);
}

static int pass_on(struct trace_merge *merge, unsigned int cpu, const struct lane *lane)
{
	struct kmem_event event = { .cpu = (uint16_t)cpu, .time = lane->time, .node = -1 };
	int size = kbuffer_event_size(lane->buffer);
	int id = (int)number(merge->type_field, lane->record, size);
	const struct layout *layout = NULL;
	unsigned int i;

	for (i = 0; i < NR_NAMES && !layout; i++)
		if (merge->layouts[i].known && merge->ids[i] == id)
			layout = &merge->layouts[i];
	if (!layout)
		return 0;
	event.type = layout->type;
	event.address = number(layout->address, lane->record, size);
	event.order = (uint8_t)number(layout->order, lane->record, size);
	event.gfp = number(layout->gfp, lane->record, size);
	if (layout->node)
		event.node = (int)number(layout->node, lane->record, size);
	event.call_site = number(layout->call_site, lane->record, size);
	event.asked = number(layout->asked, lane->record, size);
	event.given = number(layout->given, lane->record, size);
	text(layout->name, lane->record, size, &event);
	return trace_build_add(merge->build, &event);
}

static int pass_on_lost(struct trace_merge *merge, unsigned int cpu, struct lane *lane)
{
	struct kmem_event event = {
		.type = KMEM_LOST,
		.cpu = (uint16_t)cpu,
		.time = lane->time,
		.asked = lane->missed > 0 ? (uint64_t)lane->missed : 0,
	};

	lane->missed = 0;
	return trace_build_add(merge->build, &event);
}

/* Opens the first page that has an event; lane->record is NULL where there is none. */
static void next_page(struct lane *lane)
{
	struct trace_chunk *chunk;
	int missed;

	while (!lane->record && lane->first) {
		chunk = lane->first;
		kbuffer_load_subbuffer(lane->buffer, chunk->data);
		missed = kbuffer_missed_events(lane->buffer);
		if (missed)
			lane->missed = missed;
		lane->record = kbuffer_read_event(lane->buffer, &lane->time);
		if (!lane->record) {
			lane->first = chunk->next;
			free(chunk);
		}
	}
	if (!lane->first)
		lane->end = &lane->first;
}

static void next_record(struct lane *lane)
{
	struct trace_chunk *chunk = lane->first;

	lane->record = kbuffer_next_event(lane->buffer, &lane->time);
	if (lane->record)
		return;
	lane->first = chunk->next;
	free(chunk);
	next_page(lane);
}

/* Passes on what is not younger than @limit. */
static int drain(struct trace_merge *merge, uint64_t limit)
{
	struct lane *oldest;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < merge->nr_lanes; i++)
		next_page(&merge->lanes[i]);
	for (;;) {
		oldest = NULL;
		for (i = 0; i < merge->nr_lanes; i++)
			if (merge->lanes[i].record &&
			    (!oldest || merge->lanes[i].time < oldest->time))
				oldest = &merge->lanes[i];
		if (!oldest || oldest->time > limit)
			return 0;
		i = (unsigned int)(oldest - merge->lanes);
		if (oldest->missed)
			ret = pass_on_lost(merge, i, oldest);
		if (!ret)
			ret = pass_on(merge, i, oldest);
		if (ret)
			return ret;
		next_record(oldest);
	}
}

/**
 * trace_merge_add() - take a page, or the end of a round
 * @merge: the merge
 * @chunk: the page, which becomes the merge's to free
 *
 * Return: 0 or the error of trace_build_add().
 */
int trace_merge_add(struct trace_merge *merge, struct trace_chunk *chunk)
{
	struct lane *lane;
	uint64_t start;
	int cpu = chunk->cpu, ret;

	if (cpu == TRACE_CHUNK_ROUND || cpu == TRACE_CHUNK_LAST) {
		free(chunk);
		ret = drain(merge, cpu == TRACE_CHUNK_LAST ? UINT64_MAX : merge->limit);
		merge->limit = merge->newest;
		return ret;
	}
	lane = &merge->lanes[cpu];
	start = kbuffer_subbuf_timestamp(lane->buffer, chunk->data);
	if (start > merge->newest)
		merge->newest = start;
	chunk->next = NULL;
	*lane->end = chunk;
	lane->end = &chunk->next;
	return 0;
}

/**
 * trace_merge_create() - begin
 * @tep: the kernel's descriptions of its events; must stay
 * @nr_cpus: CPU numbers are below this
 * @build: where the events go
 *
 * Return: the new object, NULL where memory is short or the descriptions are not understood.
 */
struct trace_merge *trace_merge_create(struct tep_handle *tep, unsigned int nr_cpus,
				       struct trace_build *build)
{
	struct trace_merge *merge = calloc(1, sizeof(*merge));
	unsigned int i;

	if (!merge)
		return NULL;
	merge->build = build;
	merge->lanes = calloc(nr_cpus, sizeof(*merge->lanes));
	if (!merge->lanes || learn_layouts(merge, tep))
		goto err_free;
	merge->nr_lanes = nr_cpus;
	for (i = 0; i < nr_cpus; i++) {
		merge->lanes[i].end = &merge->lanes[i].first;
		merge->lanes[i].buffer =
			kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST, KBUFFER_ENDIAN_SAME_AS_HOST);
		if (!merge->lanes[i].buffer)
			goto err_free;
	}
	return merge;

err_free:
	trace_merge_destroy(merge);
	return NULL;
}

/**
 * trace_merge_destroy() - free everything, also what was not passed on
 * @merge: the merge, or NULL
 */
void trace_merge_destroy(struct trace_merge *merge)
{
	struct trace_chunk *chunk;
	unsigned int i;

	if (!merge)
		return;
	for (i = 0; i < merge->nr_lanes; i++) {
		while ((chunk = merge->lanes[i].first)) {
			merge->lanes[i].first = chunk->next;
			free(chunk);
		}
		if (merge->lanes[i].buffer)
			kbuffer_free(merge->lanes[i].buffer);
	}
	free(merge->lanes);
	free(merge);
}

/**
 * trace_merge_event() - names of the tracepoints that are understood
 * @index: 0, 1, 2, …
 *
 * Return: the name, or NULL behind the last one.
 */
const char *trace_merge_event(unsigned int index)
{
	return index < NR_NAMES ? kmem_names[index].name : NULL;
}
