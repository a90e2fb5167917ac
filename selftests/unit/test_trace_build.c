// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace_build.c cli/trace_map.c cli/trace_gfp.c cli/trace_file.c */
/* LINK: cli/trace_writer.c cli/trace_plan.c */
/*
 * test_trace_build.c - from what the kernel reports to a trace, and from a trace to a plan
 *
 * The oracle of the random test keeps an owner for each page and each address in plain arrays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/trace_build.h"
#include "cli/trace_map.h"
#include "cli/trace_plan.h"
#include "tap.h"

#define DIRECT_MAP 0xffff888000000000ULL
#define NR_PAGES   4096

static const char format[] =
	"print fmt: \"%s\", __print_flags(REC->gfp_flags, \"|\", "
	"{( unsigned long)((( gfp_t)(((((1UL))) << (10))|((((1UL))) << (11)))) & ~(( gfp_t)0x800u)), \"GFP_X\"}, "
	"{( unsigned long)(( gfp_t)0x01u), \"GFP_DMA\"}, {( unsigned long)(( gfp_t)((((1UL))) << (2))), \"GFP_DMA32\"}, "
	"{( unsigned long)(( gfp_t)0x08u), \"__GFP_MOVABLE\"}, {( unsigned long)(( gfp_t)0x10u), \"__GFP_RECLAIMABLE\"}, "
	"{( unsigned long)(( gfp_t)0x100u), \"__GFP_ZERO\"}, {( unsigned long)(( gfp_t)0x20000u), \"__GFP_MEMALLOC\"}, "
	"{( unsigned long)(( gfp_t)0x200000u), \"__GFP_THISNODE\"}, "
	"{( unsigned long)(( gfp_t)((((1UL))) << (10))), \"__GFP_DIRECT_RECLAIM\"} )";

static struct trace_gfp gfp;
static struct trace_build *build;
static struct trace_totals totals;
static struct trace_reader reader;
static char *data;
static size_t length;
static FILE *stream;
static uint64_t now;

static void begin(void)
{
	struct trace_header header = { 0, 12, 0, 1, 0, (char *)"", (char *)"" };

	tap_expect(!trace_gfp_init(&gfp, format));
	stream = open_memstream(&data, &length);
	build = trace_build_create(trace_writer_open(stream, &header), &gfp, 12, DIRECT_MAP);
	now = 1000;
}

/* Completes the file and opens it. */
static void finish(void)
{
	struct trace_totals more = { 0 };
	char error[256] = "";

	tap_expect(!trace_build_finish(build, 0, &more));
	totals = trace_build_counts(build)->totals;
	trace_build_destroy(build);
	fclose(stream);
	if (!tap_expect(!trace_reader_open(&reader, data, length, error, sizeof(error)))) {
		tap_note("%s", error);
		exit(1);
	}
}

static void done(void)
{
	trace_reader_close(&reader);
	free(data);
}

static void page(unsigned int type, uint64_t pfn, unsigned int order)
{
	struct kmem_event event = {
		.type = (uint8_t)type,
		.order = (uint8_t)order,
		.address = pfn,
		.time = now++,
		.gfp = 0x400,
	};

	tap_expect(!trace_build_add(build, &event));
}

static void object(unsigned int type, uint64_t address, uint64_t asked, uint64_t given,
		   const char *name)
{
	struct kmem_event event = {
		.type = (uint8_t)type,
		.address = address,
		.asked = asked,
		.given = given,
		.time = now++,
		.call_site = asked,
		.node = -1,
		.name = name,
		.name_length = name ? (unsigned int)strlen(name) : 0,
	};

	tap_expect(!trace_build_add(build, &event));
}

/* The next event is of a kind and has a number. */
static void expect_next(unsigned int kind, uint64_t id)
{
	struct trace_event event;

	trace_reader_next(&reader, &event);
	tap_expect_equal(event.kind, kind);
	tap_expect_equal(event.id, id);
}

static void gfp_bits_are_read_by_name(void)
{
	struct trace_gfp other;

	tap_expect(!trace_gfp_init(&gfp, format));
	tap_expect_equal(gfp.dma32, 4);
	tap_expect_equal(gfp.direct_reclaim, 0x400);
	tap_expect_equal(trace_gfp_byte(&gfp, 0x400), 2);
	tap_expect_equal(trace_gfp_byte(&gfp, 0x400 | 0x1), 0);
	tap_expect_equal(trace_gfp_byte(&gfp, 0x4 | 0x8 | 0x100),
			 1 | 1 << TRACE_MOBILITY_SHIFT | TRACE_ZERO | TRACE_ATOMIC);
	tap_expect_equal(trace_gfp_byte(&gfp, 0x400 | 0x10 | 0x20000 | 0x200000),
			 2 | 2 << TRACE_MOBILITY_SHIFT | TRACE_MEMALLOC | TRACE_THISNODE);
	tap_expect(trace_gfp_init(&other, "nothing of the kind"));
	tap_expect(trace_gfp_init(&other, "{((((, \"__GFP_MOVABLE\"}"));
	tap_expect(trace_gfp_init(&other, ", \"__GFP_MOVABLE\"}, \"__GFP_ZERO\"}"));
}

static void blocks_freed_in_parts(void)
{
	begin();
	page(KMEM_PAGE_ALLOC, 64, 2);
	page(KMEM_PAGE_FREE, 65, 0);
	page(KMEM_PAGE_FREE, 66, 1);
	page(KMEM_PAGE_ALLOC, 66, 1); /* one part is in use again while another lives */
	page(KMEM_PAGE_FREE, 64, 0);
	page(KMEM_PAGE_FREE, 66, 1);
	finish();
	expect_next(TRACE_PAGE_ALLOC, 0);
	expect_next(TRACE_PAGE_ALLOC, 1);
	expect_next(TRACE_FREE, 0);
	expect_next(TRACE_FREE, 1);
	expect_next(TRACE_END, 0);
	tap_expect_equal(totals.split, 1);
	tap_expect_equal(totals.implied, 0);
	tap_expect_equal(totals.foreign, 0);
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
	object(KMEM_KFREE, 0x70000, 0, 0, NULL);
	object(KMEM_KFREE, 0, 0, 0, NULL);
	object(KMEM_KMALLOC, 0x10, 0, 0, NULL);
	object(KMEM_KMALLOC, 0x80000, 10, 16, NULL);
	object(KMEM_KMALLOC, 0x80000, 11, 16, NULL);
	object(KMEM_KMALLOC, 0x90000, 20000, 32768, NULL);
	object(KMEM_KMALLOC, 0x90000, 20000, 32768, NULL);
	object(KMEM_KMALLOC, 0, 10, 16, NULL);
	finish();
	expect_next(TRACE_PAGE_ALLOC, 0);
	expect_next(TRACE_FREE, 0);
	expect_next(TRACE_PAGE_ALLOC, 1);
	expect_next(TRACE_PAGE_ALLOC, 2);
	expect_next(TRACE_FREE, 1);
	expect_next(TRACE_FREE, 2);
	expect_next(TRACE_PAGE_ALLOC, 3);
	expect_next(TRACE_KMALLOC, 4);
	expect_next(TRACE_FREE, 4);
	expect_next(TRACE_KMALLOC, 5);
	expect_next(TRACE_KMALLOC, 6);
	expect_next(TRACE_END, 0);
	tap_expect_equal(totals.foreign, 2);
	tap_expect_equal(totals.implied, 3);
	tap_expect_equal(totals.failed, 2);
	tap_expect_equal(totals.repeated, 1);
	done();
}

static void caches_and_slab_blocks(void)
{
	struct trace_choice choice = { .pages = true, .objects = true };
	struct trace_plan plan;

	begin();
	page(KMEM_PAGE_ALLOC, 16, 1);
	object(KMEM_OBJECT_ALLOC, DIRECT_MAP + (17 << 12) + 192, 100, 104, NULL);
	object(KMEM_OBJECT_ALLOC, DIRECT_MAP + (17 << 12) + 384, 100, 104, NULL);
	object(KMEM_OBJECT_ALLOC, DIRECT_MAP + (99 << 12), 200, 208, NULL);
	object(KMEM_OBJECT_FREE, DIRECT_MAP + (17 << 12) + 192, 0, 0, "a name");
	page(KMEM_PAGE_ALLOC, 20, 2);
	finish();
	expect_next(TRACE_PAGE_ALLOC, 0);
	expect_next(TRACE_OBJECT_ALLOC, 1);
	expect_next(TRACE_SLAB, 0);
	expect_next(TRACE_OBJECT_ALLOC, 2);
	expect_next(TRACE_OBJECT_ALLOC, 3);
	expect_next(TRACE_FREE, 1);
	expect_next(TRACE_PAGE_ALLOC, 4);
	tap_expect_equal(reader.nr_caches, 2);
	tap_expect(!strcmp(reader.caches[0].name, "a_name"));
	tap_expect(!strcmp(reader.caches[1].name, "size-208"));

	tap_expect(!trace_plan_make(&plan, &reader, &choice));
	tap_expect(trace_plan_skips(&plan, 0) && !trace_plan_skips(&plan, 4));
	tap_expect_equal(plan.slab_blocks, 1);
	tap_expect_equal(plan.peak_block_frames, 4);
	tap_expect_equal(plan.peak_object_bytes, 400);
	tap_expect_equal(plan.alive, 3);
	tap_expect_equal(plan.nr_caches, 2);
	tap_expect(plan.peak_frames >= 6);
	trace_plan_free(&plan);

	choice.objects = false;
	tap_expect(!trace_plan_make(&plan, &reader, &choice));
	tap_expect_equal(plan.events, 2);
	tap_expect_equal(plan.peak_frames, 6);
	tap_expect_equal(plan.nr_caches, 0);
	trace_plan_free(&plan);
	done();
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

static void map_against_an_oracle(void)
{
	static uint8_t there[20000];
	struct trace_map map = { 0 };
	struct trace_map_entry *entry;
	uint64_t key, nr = 0;
	unsigned int step;

	memset(there, 0, sizeof(there));
	for (step = 0; step < 200000; step++) {
		key = tap_below(ARRAY_SIZE(there));
		entry = trace_map_find(&map, key << 12);
		tap_expect_equal(!!entry, there[key]);
		if (entry && tap_below(2)) {
			tap_expect_equal(entry->id, key);
			trace_map_remove(&map, entry);
			there[key] = 0;
			nr--;
		} else if (!entry) {
			trace_map_add(&map, key << 12)->id = key;
			there[key] = 1;
			nr++;
		}
		tap_expect_equal(map.nr, nr);
	}
	trace_map_fini(&map);
}

static const struct tap_test tests[] = {
	TAP_TEST(gfp_bits_are_read_by_name),	   TAP_TEST(blocks_freed_in_parts),
	TAP_TEST(frees_that_were_not_seen),	   TAP_TEST(caches_and_slab_blocks),
	TAP_TEST(random_blocks_against_an_oracle), TAP_TEST(map_against_an_oracle),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
