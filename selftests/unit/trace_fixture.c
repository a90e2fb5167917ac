// SPDX-License-Identifier: GPL-2.0
/*
 * trace_fixture.c - a recording made of what a kernel could report, and the trace that comes of it
 *
 *   begin();
 *   page(KMEM_PAGE_ALLOC, 64, 2);		step 0
 *   page(KMEM_PAGE_FREE, 64, 2);		step 1
 *   finish();
 *   expect_next(0, TRACE_PAGE_ALLOC, .id = 0, .order = 2);
 *   expect_next(1, TRACE_FREE, .id = 0);
 *   expect_end();
 *   expect_totals((struct trace_totals){ 0 });
 *   done();
 *
 * Every event is compared whole, and so is all that is counted beside the events.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "trace_fixture.h"

/*
 * What the kernel reports comes with flags, a CPU and a node of its own for each event, so that one
 * which is taken from a wrong place is seen.
 */
static const struct {
	uint64_t flags;
	uint8_t byte;
} flags_of[] = {
	{ 0x400, 2 },
	{ 0x400 | 0x1 | 0x8, 0 | 1 << TRACE_MOBILITY_SHIFT },
	{ 0x4 | 0x10 | 0x100, 1 | 2 << TRACE_MOBILITY_SHIFT | TRACE_ZERO | TRACE_ATOMIC },
	{ 0x400 | 0x20000, 2 | TRACE_MEMALLOC },
	{ 0x200000 | 0x8, 2 | 1 << TRACE_MOBILITY_SHIFT | TRACE_THISNODE | TRACE_ATOMIC },
};

static const int16_t node_of[] = { -1, 0, 3, TRACE_MAX_NODE };

#define START	    1000 /* nanoseconds of the trace clock at step 0 */
#define FLAGS(step) flags_of[(step) % ARRAY_SIZE(flags_of)]
#define CPU(step)   ((uint16_t)(7 * (step)))
#define NODE(step)  node_of[(step) % ARRAY_SIZE(node_of)]
#define TIME(step)  (3 * (uint64_t)(step))

/* The bits of a kernel; test_trace_gfp.c reads them from its text. */
const struct trace_gfp gfp = {
	.dma = 0x1,
	.dma32 = 0x4,
	.movable = 0x8,
	.reclaimable = 0x10,
	.zero = 0x100,
	.memalloc = 0x20000,
	.thisnode = 0x200000,
	.direct_reclaim = 0x400,
};

struct trace_build *build;
struct trace_totals totals;
uint64_t kinds[TRACE_NR_KINDS];
struct trace_reader reader;
char *data;
size_t length;
FILE *stream;
unsigned int step_now; /* events reported so far */

void begin_at(uint64_t direct_map)
{
	struct trace_header header = { 0, 12, 0, 1, 0, (char *)"", (char *)"" };

	stream = open_memstream(&data, &length);
	build = trace_build_create(trace_writer_open(stream, &header), &gfp, 12, direct_map);
	tap_expect_equal(trace_build_counts(build)->slab_marked, direct_map != 0);
	step_now = 0;
}

void begin(void)
{
	begin_at(DIRECT_MAP);
}

/* Completes the file and opens it. */
void finish(void)
{
	struct trace_totals more = { .lost = 1, .foreign = 1, .duration = 77, .exit_status = 256 };
	uint32_t flags = TRACE_FLAG_INTERRUPTED;
	char error[256] = "";

	if (trace_build_counts(build)->slab_marked)
		flags |= TRACE_FLAG_SLAB_MARKED;
	tap_expect(!trace_build_finish(build, TRACE_FLAG_INTERRUPTED, &more));
	totals = trace_build_counts(build)->totals;
	memcpy(kinds, trace_build_counts(build)->kinds, sizeof(kinds));
	trace_build_destroy(build);
	fclose(stream);
	if (!tap_expect(!trace_reader_open(&reader, data, length, error, sizeof(error)))) {
		tap_note("%s", error);
		exit(1);
	}
	tap_expect_equal(reader.header.flags, flags);
	tap_expect_equal(totals.duration, 77);
	tap_expect_equal(totals.exit_status, 256);
	tap_expect_equal(reader.totals.duration, 77);
	tap_expect_equal(reader.totals.exit_status, 256);
}

void done(void)
{
	trace_reader_close(&reader);
	free(data);
}

int report(struct kmem_event *event)
{
	event->cpu = CPU(step_now);
	event->time = START + TIME(step_now);
	event->gfp = FLAGS(step_now).flags;
	event->node = NODE(step_now);
	step_now++;
	return trace_build_add(build, event);
}

void page(unsigned int type, uint64_t pfn, unsigned int order)
{
	struct kmem_event event = {
		.type = (uint8_t)type,
		.order = (uint8_t)order,
		.address = pfn,
	};

	tap_expect(!report(&event));
}

void object(unsigned int type, uint64_t address, uint64_t asked, uint64_t given, const char *name)
{
	struct kmem_event event = {
		.type = (uint8_t)type,
		.address = address,
		.asked = asked,
		.given = given,
		.call_site = asked,
		.name = name,
		.name_length = name ? (unsigned int)strlen(name) : 0,
	};

	tap_expect(!report(&event));
}

/*
 * The next event is @want, of which kind, id, order, cache, size and count are given: the others
 * follow from the step in which it was reported.
 */
void expect_event(unsigned int step, struct trace_event want)
{
	struct trace_event event;

	tap_expect_equal(trace_reader_next(&reader, &event), want.kind != TRACE_END);
	tap_expect_equal(event.kind, want.kind);
	if (want.kind == TRACE_END || event.kind != want.kind)
		return;
	if (want.kind == TRACE_KMALLOC || want.kind == TRACE_OBJECT_ALLOC)
		want.node = NODE(step);
	else
		want.node = -1;
	tap_expect_equal(event.id, want.id);
	tap_expect_equal(event.order, want.order);
	tap_expect_equal(event.cache, want.cache);
	tap_expect_equal(event.size, want.size);
	tap_expect_equal(event.count, want.count);
	tap_expect_equal(event.node, want.node);
	tap_expect_equal(event.cpu, CPU(step));
	tap_expect_equal(event.time, TIME(step));
	if (want.kind < TRACE_FREE)
		tap_expect_equal(event.gfp, FLAGS(step).byte);
}

void expect_end(void)
{
	expect_next(0, TRACE_END);
}

/* All that was counted, but for what finish() looks at; what is not named is 0. */
void expect_totals(struct trace_totals want)
{
	tap_expect_equal(totals.lost, want.lost);
	tap_expect_equal(totals.foreign, want.foreign);
	tap_expect_equal(totals.implied, want.implied);
	tap_expect_equal(totals.failed, want.failed);
	tap_expect_equal(totals.split, want.split);
	tap_expect_equal(totals.repeated, want.repeated);
	tap_expect_equal(totals.misordered, want.misordered);
	tap_expect(!memcmp(&reader.totals, &totals, sizeof(totals)));
	for (unsigned int kind = 0; kind < TRACE_NR_KINDS; kind++)
		tap_expect_equal(kinds[kind], reader.kinds[kind]);
}

void expect_cache(unsigned int index, const char *name, uint32_t size, uint32_t stride)
{
	if (!tap_expect(index < reader.nr_caches))
		return;
	if (!tap_expect(!strcmp(reader.caches[index].name, name)))
		tap_note("  %s, not %s", reader.caches[index].name, name);
	tap_expect_equal(reader.caches[index].size, size);
	tap_expect_equal(reader.caches[index].stride, stride);
}
