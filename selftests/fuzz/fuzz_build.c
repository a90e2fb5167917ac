// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_build.c cli/trace/trace_map.c cli/trace/trace_gfp.c */
/* LINK: cli/trace/trace_file.c cli/trace/trace_writer.c cli/replay/trace_plan.c tap.c */
/*
 * A recording of what a kernel could report, and could not: events made of
 * bytes, with few frames and addresses, so that they meet.
 *
 * Promised and looked at: what was recorded is a file that the reader accepts;
 * it has the allocations that an oracle expects, alive are those of which the
 * oracle has a page or an address, and the plan of a replay adds up to them.
 */
#include <stdio.h>
#include "fuzz.h"
#include "cli/trace/trace_build.h"
#include "cli/replay/trace_plan.h"

#define DIRECT_MAP 0xffff888000000000ULL
#define NR_FRAMES  4096
#define NR_PLACES  256
#define MAX_IDS	   4096

static const struct trace_gfp gfp = {
	.dma = 1,
	.dma32 = 4,
	.movable = 8,
	.reclaimable = 0x10,
	.zero = 0x20,
	.memalloc = 0x40,
	.thisnode = 0x80,
	.direct_reclaim = 2,
};

/* Which allocation a frame or an address is of, by number plus one; and pages left of each. */
static uint32_t frame_of[NR_FRAMES], place_of[NR_PLACES], left[MAX_IDS + 1];
static uint32_t nr_ids;

static void release(uint32_t *owner)
{
	if (*owner)
		left[*owner]--;
	*owner = 0;
}

static void page(struct kmem_event *event, struct fuzz_input *in)
{
	event->order = fuzz_byte(in) & 0x80 ? fuzz_below(in, 13) : fuzz_below(in, 4);
	event->address = fuzz_below(in, NR_FRAMES);
	if (event->order > TRACE_MAX_ORDER)
		return;
	event->address &= ~((1ULL << event->order) - 1);
	for (uint64_t i = event->address; i < event->address + (1ULL << event->order); i++) {
		release(&frame_of[i]);
		if (event->type == KMEM_PAGE_ALLOC)
			frame_of[i] = nr_ids + 1;
	}
	if (event->type == KMEM_PAGE_ALLOC)
		left[++nr_ids] = 1U << event->order;
}

static void object(struct kmem_event *event, struct fuzz_input *in)
{
	uint32_t place = fuzz_below(in, NR_PLACES);

	event->address = DIRECT_MAP + (place << 10);
	if (event->type == KMEM_KFREE || event->type == KMEM_OBJECT_FREE) {
		event->name = (const char *)in->at;
		event->name_length = fuzz_byte(in) % 80;
		if (event->name_length > in->end - in->at)
			event->name_length = 0;
		event->name = event->name_length ? (const char *)in->at : NULL;
		release(&place_of[place]);
		return;
	}
	/* None is as large as what some kernels report twice. */
	event->asked = fuzz_byte(in) * 8;
	event->given = fuzz_byte(in) * 16;
	event->call_site = fuzz_byte(in);
	event->node = (int)fuzz_byte(in) - 8;
	if (!event->asked || event->given < event->asked)
		return;
	release(&place_of[place]);
	place_of[place] = ++nr_ids;
	left[nr_ids] = 1;
}

static void record(struct fuzz_input *in, struct trace_build *build)
{
	struct kmem_event event = { 0 };

	while (fuzz_more(in) && nr_ids < MAX_IDS) {
		event = (struct kmem_event){
			.type = (uint8_t)fuzz_below(in, KMEM_NR_TYPES),
			.cpu = (uint16_t)fuzz_byte(in),
			.time = event.time + fuzz_byte(in) - 4,
			.gfp = fuzz_byte(in),
		};
		if (event.type <= KMEM_PAGE_FREE_BATCHED)
			page(&event, in);
		else if (event.type == KMEM_LOST)
			event.asked = fuzz_byte(in);
		else
			object(&event, in);
		tap_expect_equal(trace_build_add(build, &event), 0);
		fuzz_op();
	}
}

/* The plan of what the bits say, beside the file's own counts. */
static void plan_part(struct trace_reader *reader, uint32_t bits)
{
	struct trace_choice choice = { bits & 1, bits & 2, bits & 4, bits >> 3 };
	struct trace_plan plan;

	tap_expect_equal(trace_plan_make(&plan, reader, &choice), 0);
	tap_expect_equal(plan.events,
			 plan.page_allocs + plan.kmallocs + plan.object_allocs + plan.frees);
	tap_expect_equal(plan.alive, plan.events - 2 * plan.frees);
	tap_expect(!choice.limit || plan.events <= choice.limit);
	tap_expect(plan.nr_caches <= reader->nr_caches);
	tap_expect(plan.peak_frames >= plan.peak_block_frames);
	tap_expect(choice.pages || !plan.page_allocs);
	tap_expect(choice.objects || !(plan.kmallocs + plan.object_allocs));
	trace_plan_free(&plan);
}

static void expect_trace(struct trace_reader *reader)
{
	uint32_t alive = 0;

	tap_expect_equal(reader->nr_ids, nr_ids);
	for (uint32_t id = 1; id <= nr_ids; id++)
		alive += left[id] != 0;
	tap_expect_equal(reader->nr_ids - reader->kinds[TRACE_FREE], alive);
	for (uint32_t bits = 0; bits < 8; bits++)
		plan_part(reader, bits);
	plan_part(reader, 7 | nr_ids / 2 << 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_header header = { 0, 12, 0, 1, 0, (char *)"", (char *)"" };
	struct fuzz_input in = fuzz_begin(data, size);
	struct trace_totals more = { 0 };
	struct trace_reader reader;
	struct trace_build *build;
	char *file = NULL, error[256] = "";
	size_t length;
	FILE *stream = open_memstream(&file, &length);

	memset(frame_of, 0, sizeof(frame_of));
	memset(place_of, 0, sizeof(place_of));
	memset(left, 0, sizeof(left));
	nr_ids = 0;
	build = trace_build_create(trace_writer_open(stream, &header), &gfp, 12,
				   fuzz_byte(&in) & 1 ? DIRECT_MAP : 0);
	record(&in, build);
	tap_expect_equal(trace_build_finish(build, 0, &more), 0);
	trace_build_destroy(build);
	fclose(stream);
	if (tap_expect(!trace_reader_open(&reader, file, length, error, sizeof(error)))) {
		expect_trace(&reader);
		trace_reader_close(&reader);
	}
	free(file);
	fuzz_judge();
	return 0;
}
