// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_build.c cli/trace/trace_map.c cli/trace/trace_gfp.c */
/* LINK: cli/trace/trace_file.c cli/trace/trace_writer.c tap.c trace_fixture.c */
/*
 * test_trace_build.c - from the blocks that the kernel reports to a trace; times, and what is lost
 *
 * The oracle of the random test keeps an owner for each page in plain arrays.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "trace_fixture.h"

#define NR_PAGES 4096

static void blocks_freed_in_parts(void)
{
	begin();
	page(KMEM_PAGE_ALLOC, 64, 2);
	page(KMEM_PAGE_FREE, 65, 0);
	page(KMEM_PAGE_FREE, 66, 1);
	page(KMEM_PAGE_ALLOC, 66, 1); /* one part is in use again while another lives */
	page(KMEM_PAGE_FREE, 64, 0);
	page(KMEM_PAGE_FREE, 66, 1);
	page(KMEM_PAGE_ALLOC, 512, 9);
	page(KMEM_PAGE_FREE, 512, 8);
	page(KMEM_PAGE_FREE, 768, 8);
	page(KMEM_PAGE_ALLOC, 512, TRACE_MAX_ORDER);
	page(KMEM_PAGE_FREE, 0, TRACE_MAX_ORDER);
	finish();
	expect_next(0, TRACE_PAGE_ALLOC, .id = 0, .order = 2);
	expect_next(3, TRACE_PAGE_ALLOC, .id = 1, .order = 1);
	expect_next(4, TRACE_FREE, .id = 0);
	expect_next(5, TRACE_FREE, .id = 1);
	expect_next(6, TRACE_PAGE_ALLOC, .id = 2, .order = 9);
	expect_next(8, TRACE_FREE, .id = 2);
	expect_next(9, TRACE_PAGE_ALLOC, .id = 3, .order = TRACE_MAX_ORDER);
	expect_end();
	expect_totals((struct trace_totals){ .split = 2, .foreign = 1 });
	done();
}

static void frees_that_were_not_seen(void)
{
	begin();
	page(KMEM_PAGE_FREE, 5, 0);
	page(KMEM_PAGE_ALLOC, 8, 0);
	page(KMEM_PAGE_FREE, 8, 0);
	page(KMEM_PAGE_FREE_BATCHED, 8, 0);
	page(KMEM_PAGE_ALLOC, 8, 0);
	page(KMEM_PAGE_ALLOC, 9, 0);
	page(KMEM_PAGE_ALLOC, 8, 1);
	page(KMEM_PAGE_ALLOC, UINT64_MAX, 0);
	page(KMEM_PAGE_ALLOC, 4096, TRACE_MAX_ORDER + 1);
	page(KMEM_PAGE_FREE, 8, TRACE_MAX_ORDER + 1);
	finish();
	expect_next(1, TRACE_PAGE_ALLOC, .id = 0);
	expect_next(2, TRACE_FREE, .id = 0);
	expect_next(4, TRACE_PAGE_ALLOC, .id = 1);
	expect_next(5, TRACE_PAGE_ALLOC, .id = 2);
	expect_next(6, TRACE_FREE, .id = 1);
	expect_next(6, TRACE_FREE, .id = 2);
	expect_next(6, TRACE_PAGE_ALLOC, .id = 3, .order = 1);
	expect_end();
	expect_totals((struct trace_totals){ .foreign = 1, .implied = 2, .failed = 2 });
	done();
}

/* What is of no meaning for a kind of event may hold anything. */
static void a_free_asks_for_nothing(void)
{
	struct kmem_event event = { .address = 8, .asked = 32, .given = 32, .call_site = 1 };

	begin();
	page(KMEM_PAGE_ALLOC, 8, 0);
	event.type = KMEM_PAGE_FREE;
	tap_expect(!report(&event));
	page(KMEM_PAGE_ALLOC, 8, 0);
	event.type = KMEM_PAGE_FREE_BATCHED;
	tap_expect(!report(&event));
	object(KMEM_KMALLOC, 0x10000, 32, 32, NULL);
	object(KMEM_KFREE, 0x10000, 32, 32, NULL);
	object(KMEM_OBJECT_ALLOC, 0x20000, 32, 32, NULL);
	object(KMEM_OBJECT_FREE, 0x20000, 32, 32, "name");
	finish();
	expect_next(0, TRACE_PAGE_ALLOC, .id = 0);
	expect_next(1, TRACE_FREE, .id = 0);
	expect_next(2, TRACE_PAGE_ALLOC, .id = 1);
	expect_next(3, TRACE_FREE, .id = 1);
	expect_next(4, TRACE_KMALLOC, .id = 2, .size = 32);
	expect_next(5, TRACE_FREE, .id = 2);
	expect_next(6, TRACE_OBJECT_ALLOC, .id = 3);
	expect_next(7, TRACE_FREE, .id = 3);
	expect_end();
	expect_totals((struct trace_totals){ 0 });
	done();
}

static void slab_blocks_are_marked_once(void)
{
	begin();
	page(KMEM_PAGE_ALLOC, 16, 1);
	object(KMEM_OBJECT_ALLOC, DIRECT_MAP + (17 << 12) + 192, 100, 104, NULL);
	object(KMEM_OBJECT_ALLOC, DIRECT_MAP + (17 << 12) + 384, 100, 104, NULL);
	object(KMEM_OBJECT_ALLOC, DIRECT_MAP + (99 << 12), 200, 208, NULL);
	object(KMEM_OBJECT_FREE, DIRECT_MAP + (17 << 12) + 192, 0, 0, "a name");
	page(KMEM_PAGE_ALLOC, 20, 2);
	page(KMEM_PAGE_FREE, 20, 0);
	object(KMEM_KMALLOC, DIRECT_MAP + (21 << 12), 32, 32, NULL); /* of a block in parts */
	object(KMEM_KMALLOC, DIRECT_MAP - (1 << 12), 32, 32, NULL);  /* below frame 0 */
	page(KMEM_PAGE_ALLOC, 0, 0);
	object(KMEM_KMALLOC, DIRECT_MAP, 16, 16, NULL);
	finish();
	expect_next(0, TRACE_PAGE_ALLOC, .id = 0, .order = 1);
	expect_next(1, TRACE_OBJECT_ALLOC, .id = 1);
	expect_next(1, TRACE_SLAB, .id = 0);
	expect_next(2, TRACE_OBJECT_ALLOC, .id = 2);
	expect_next(3, TRACE_OBJECT_ALLOC, .id = 3, .cache = 1);
	expect_next(4, TRACE_FREE, .id = 1);
	expect_next(5, TRACE_PAGE_ALLOC, .id = 4, .order = 2);
	expect_next(7, TRACE_KMALLOC, .id = 5, .size = 32);
	expect_next(8, TRACE_KMALLOC, .id = 6, .size = 32);
	expect_next(9, TRACE_PAGE_ALLOC, .id = 7);
	expect_next(10, TRACE_KMALLOC, .id = 8, .size = 16);
	expect_next(10, TRACE_SLAB, .id = 7);
	expect_end();
	expect_totals((struct trace_totals){ .split = 1 });
	tap_expect_equal(reader.nr_caches, 2);
	expect_cache(0, "a_name", 100, 104);
	expect_cache(1, "size-208", 200, 208);
	done();
}

static void no_block_is_marked_without_a_direct_map(void)
{
	begin_at(0);
	page(KMEM_PAGE_ALLOC, 17, 0);
	object(KMEM_KMALLOC, 17 << 12, 32, 32, NULL);
	finish();
	expect_next(0, TRACE_PAGE_ALLOC, .id = 0);
	expect_next(1, TRACE_KMALLOC, .id = 1, .size = 32);
	expect_end();
	expect_totals((struct trace_totals){ 0 });
	done();
}

/* Reports a kmalloc() at a time of the trace clock. */
static void kmalloc_at(uint64_t time, uint64_t address)
{
	struct kmem_event event = {
		.type = KMEM_KMALLOC,
		.address = address,
		.asked = 8,
		.given = 8,
		.time = time,
		.gfp = 0x400,
		.node = TRACE_MAX_NODE + 1,
	};

	tap_expect(!trace_build_add(build, &event));
}

static void steps_back_in_time(void)
{
	static const uint64_t times[] = { 0, 10, 10, 10, 10, 11 };
	struct trace_event event;

	begin_at(0);
	kmalloc_at(500, 0x10000);
	kmalloc_at(510, 0x20000);
	kmalloc_at(509, 0x30000); /* before the last one */
	kmalloc_at(499, 0x40000); /* before the first one */
	kmalloc_at(510, 0x50000); /* at the same time is no step back */
	kmalloc_at(511, 0x60000);
	finish();
	for (unsigned int i = 0; i < ARRAY_SIZE(times); i++) {
		tap_expect(trace_reader_next(&reader, &event));
		tap_expect_equal(event.time, times[i]);
		tap_expect_equal(event.node, -1);
	}
	expect_totals((struct trace_totals){ .misordered = 2 });
	done();
}

static void report_lost(uint64_t nr)
{
	struct kmem_event event = { .type = KMEM_LOST, .asked = nr };

	tap_expect(!report(&event));
}

static void lost_events(void)
{
	begin_at(0);
	report_lost(7);
	report_lost(0);
	report_lost(5);
	trace_build_lost(build, 11); /* less than what was seen missing */
	tap_expect_equal(trace_build_counts(build)->totals.lost, 12);
	finish();
	expect_next(0, TRACE_LOST, .count = 7);
	expect_next(1, TRACE_LOST, .count = 0);
	expect_next(2, TRACE_LOST, .count = 5);
	expect_end();
	expect_totals((struct trace_totals){ .lost = 12 });
	done();

	begin_at(0);
	report_lost(7);
	trace_build_lost(build, 30); /* the counters saw more */
	finish();
	expect_totals((struct trace_totals){ .lost = 30 });
	done();
}

static void an_error_of_the_file_is_the_recording_s(void)
{
	struct trace_header header = { 0, 12, 0, 1, 0, (char *)"", (char *)"" };
	FILE *full = fopen("/dev/full", "w");

	stream = full;
	build = trace_build_create(trace_writer_open(full, &header), &gfp, 12, 0);
	step_now = 0;
	page(KMEM_PAGE_ALLOC, 1, 0);
	tap_expect_equal(trace_build_finish(build, 0, &(struct trace_totals){ 0 }), -ENOSPC);
	trace_build_destroy(build);
	fclose(full);

	/* One that is given up before its end is closed as well. */
	begin();
	page(KMEM_PAGE_ALLOC, 1, 0);
	trace_build_destroy(build);
	fclose(stream);
	tap_expect(length > 0);
	free(data);
	trace_build_destroy(NULL);
}

static uint64_t owner[NR_PAGES], left[NR_PAGES * 4];

/*
 * Random blocks, also over each other and freed in any parts: the trace must say a block is alive
 * exactly while the oracle has a page of it.
 */
static void random_blocks_against_an_oracle(void)
{
	uint64_t nr_alive = 0, nr_ids = 0, pfn, i;
	unsigned int step, order;
	struct trace_event event;

	memset(owner, 0, sizeof(owner));
	memset(left, 0, sizeof(left));
	begin();
	for (step = 0; step < NR_PAGES * 4 - 1; step++) {
		order = tap_below(8) ? tap_below(3) : tap_below(TRACE_MAX_ORDER + 1);
		pfn = tap_below(NR_PAGES) & ~((1ULL << order) - 1);
		page(step % 2 ? KMEM_PAGE_FREE : KMEM_PAGE_ALLOC, pfn, order);
		for (i = pfn; i < pfn + (1ULL << order); i++) {
			if (owner[i] && !--left[owner[i]])
				nr_alive--;
			owner[i] = step % 2 ? 0 : nr_ids + 1;
		}
		if (step % 2)
			continue;
		left[++nr_ids] = 1ULL << order;
		nr_alive++;
	}
	finish();
	tap_expect_equal(reader.nr_ids, nr_ids);
	tap_expect_equal(reader.nr_ids - reader.kinds[TRACE_FREE], nr_alive);
	while (trace_reader_next(&reader, &event))
		if (event.kind == TRACE_FREE)
			tap_expect_equal(left[event.id + 1], 0);
	done();
}

static const struct tap_test tests[] = {
	TAP_TEST(blocks_freed_in_parts),
	TAP_TEST(frees_that_were_not_seen),
	TAP_TEST(a_free_asks_for_nothing),
	TAP_TEST(slab_blocks_are_marked_once),
	TAP_TEST(no_block_is_marked_without_a_direct_map),
	TAP_TEST(steps_back_in_time),
	TAP_TEST(lost_events),
	TAP_TEST(an_error_of_the_file_is_the_recording_s),
	TAP_TEST(random_blocks_against_an_oracle),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
