// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/replay/trace_plan.c cli/trace/trace_file.c cli/trace/trace_writer.c tap.c */
/*
 * test_trace_plan.c - what a replay of a trace will do, each number of it worked out by hand
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/replay/trace_plan.h"
#include "cli/trace/trace_writer.h"
#include "tap.h"

static const struct trace_cache caches[] = {
	{ "dentry", 100, 104 }, { "filp", 100, 104 },	 { "dentry", 100, 104 },
	{ "dentry", 101, 104 }, { "large", 8193, 8200 }, { "largest", 8192, 8192 },
	{ "unused", 64, 64 },
};

static const struct trace_choice everything = { .pages = true, .objects = true };

static struct trace_reader reader;
static struct trace_plan plan;
static struct trace_writer *writer;
static char *data;
static size_t length;
static FILE *stream;
static uint64_t now;

static void begin(void)
{
	struct trace_header header = { 0, 12, 0, 1, 0, (char *)"", (char *)"" };

	stream = open_memstream(&data, &length);
	writer = trace_writer_open(stream, &header);
	now = 0;
}

static void add(struct trace_event event)
{
	event.time = now++;
	event.node = -1;
	trace_writer_add(writer, &event);
}

static void block(unsigned int order)
{
	add((struct trace_event){ .kind = TRACE_PAGE_ALLOC, .order = (uint8_t)order });
}

static void kmalloc(uint64_t size)
{
	add((struct trace_event){ .kind = TRACE_KMALLOC, .size = size });
}

static void object(uint32_t cache)
{
	add((struct trace_event){ .kind = TRACE_OBJECT_ALLOC, .cache = cache });
}

static void release(uint64_t id)
{
	add((struct trace_event){ .kind = TRACE_FREE, .id = id });
}

static void slab(uint64_t id)
{
	add((struct trace_event){ .kind = TRACE_SLAB, .id = id });
}

static void lose(uint64_t nr)
{
	add((struct trace_event){ .kind = TRACE_LOST, .count = nr });
}

static void end(uint32_t flags)
{
	struct trace_totals none = { 0 };
	char error[256] = "";

	tap_expect(!trace_writer_close(writer, flags, caches, ARRAY_SIZE(caches), &none));
	fclose(stream);
	if (!tap_expect(!trace_reader_open(&reader, data, length, error, sizeof(error)))) {
		tap_note("%s", error);
		exit(1);
	}
}

/* The reader is left at the first event. */
static void make_plan(const struct trace_choice *choice)
{
	struct trace_event event;

	memset(&plan, 0xff, sizeof(plan));
	tap_expect_equal(trace_plan_make(&plan, &reader, choice), 0);
	tap_expect(trace_reader_next(&reader, &event));
	tap_expect_equal(event.time, 0);
}

/* All numbers of a plan; those that are not named are 0. */
static void expect_plan(struct trace_plan want)
{
	tap_expect_equal(plan.events, want.events);
	tap_expect_equal(plan.page_allocs, want.page_allocs);
	tap_expect_equal(plan.kmallocs, want.kmallocs);
	tap_expect_equal(plan.object_allocs, want.object_allocs);
	tap_expect_equal(plan.frees, want.frees);
	tap_expect_equal(plan.slab_blocks, want.slab_blocks);
	tap_expect_equal(plan.slab_unmarked, want.slab_unmarked);
	tap_expect_equal(plan.alive, want.alive);
	tap_expect_equal(plan.lost, want.lost);
	tap_expect_equal(plan.peak_block_frames, want.peak_block_frames);
	tap_expect_equal(plan.peak_object_bytes, want.peak_object_bytes);
	tap_expect_equal(plan.peak_frames, want.peak_frames);
	tap_expect_equal(plan.nr_caches, want.nr_caches);
	tap_expect_equal(plan.time, want.time);
}

static void done(void)
{
	trace_reader_close(&reader);
	free(data);
}

static void drop(void)
{
	trace_plan_free(&plan);
	tap_expect(!plan.caches && !plan.cache_of && !plan.skip && !plan.events);
}

/* Frames for the objects of a pool that were alive at once. */
static uint64_t pool(uint64_t nr, uint64_t stride)
{
	return nr * stride * 4 / 3 / 4096 + 8;
}

static void blocks(void)
{
	begin();
	block(3);
	block(0);
	release(0);
	block(2);
	release(1);
	lose(5);
	lose(6);
	end(TRACE_FLAG_SLAB_MARKED);
	make_plan(&everything);
	expect_plan((struct trace_plan){
		.events = 5,
		.page_allocs = 3,
		.frees = 2,
		.alive = 1,
		.lost = 11,
		.peak_block_frames = 9,
		.peak_frames = 9,
		.time = 4,
	});
	drop();
	done();
}

/* Sizes at the limits of the classes, and beyond the last of them, where they take a block. */
static void kmallocs(void)
{
	begin();
	kmalloc(8);
	kmalloc(1);
	kmalloc(9);
	kmalloc(192);
	kmalloc(193);
	release(0);
	kmalloc(5);
	kmalloc(8192);
	kmalloc(8193);	/* 4 frames */
	kmalloc(16384); /* 4 */
	kmalloc(16385); /* 8 */
	release(7);
	kmalloc(12288); /* 4 */
	release(9);
	block(1);
	end(TRACE_FLAG_SLAB_MARKED);
	make_plan(&everything);
	expect_plan((struct trace_plan){
		.events = 15,
		.page_allocs = 1,
		.kmallocs = 11,
		.frees = 3,
		.alive = 9,
		.peak_block_frames = 2,
		.peak_object_bytes = 1 + 9 + 192 + 193 + 5 + 8192 + 16384 + 16385 + 12288,
		.peak_frames = 4 + 8 + 4 + pool(2, 8) + pool(1, 16) + pool(1, 192) + pool(1, 256) +
			       pool(1, 8192),
		.time = 14,
	});
	drop();
	done();
}

/* Large kmalloc()s and blocks share their peak; a free of one is no free of the other. */
static void large_kmallocs_beside_blocks(void)
{
	begin();
	kmalloc(1 << 20); /* 256 frames */
	block(7);	  /* 128 */
	release(0);
	kmalloc(TRACE_MAX_SIZE >> 8); /* 1024 */
	release(2);
	block(8);
	end(TRACE_FLAG_SLAB_MARKED);
	make_plan(&everything);
	expect_plan((struct trace_plan){
		.events = 6,
		.page_allocs = 2,
		.kmallocs = 2,
		.frees = 2,
		.alive = 2,
		.peak_block_frames = 128 + 256,
		.peak_object_bytes = 1 << 22,
		.peak_frames = 128 + 1024,
		.time = 5,
	});
	drop();
	done();
}

static void objects_and_their_caches(void)
{
	unsigned int i;

	begin();
	object(0);
	object(1);
	object(2); /* the same cache as 0 */
	object(3); /* of the same name, not of the same size */
	object(4); /* too large for a cache: a kmalloc() of 4 frames */
	object(5);
	release(0);
	release(4);
	object(2);
	/* With one byte more each, these would take a frame more. */
	for (i = 0; i < 412; i++)
		object(1);
	end(TRACE_FLAG_SLAB_MARKED);
	make_plan(&everything);
	expect_plan((struct trace_plan){
		.events = 421,
		.kmallocs = 1,
		.object_allocs = 418,
		.frees = 2,
		.alive = 417,
		.peak_object_bytes = 100 + 100 + 101 + 8192 + 100 + 412 * 100,
		.peak_frames = 4 + pool(2, 104) + pool(413, 104) + pool(1, 104) + pool(1, 8192),
		.nr_caches = 4,
		.time = 420,
	});
	tap_expect(!strcmp(plan.caches[0].name, "dentry") && plan.caches[0].size == 100);
	tap_expect(!strcmp(plan.caches[1].name, "filp") && plan.caches[1].size == 100);
	tap_expect(!strcmp(plan.caches[2].name, "dentry") && plan.caches[2].size == 101);
	tap_expect(!strcmp(plan.caches[3].name, "largest") && plan.caches[3].size == 8192);
	tap_expect_equal(plan.cache_of[0], 0);
	tap_expect_equal(plan.cache_of[1], 1);
	tap_expect_equal(plan.cache_of[2], 0);
	tap_expect_equal(plan.cache_of[3], 2);
	tap_expect_equal(plan.cache_of[4], TRACE_NO_CACHE);
	tap_expect_equal(plan.cache_of[5], 3);
	tap_expect_equal(plan.cache_of[6], TRACE_NO_CACHE);
	drop();
	/* Nobody needs a cache for objects that are left out. */
	make_plan(&(struct trace_choice){ .pages = true });
	expect_plan((struct trace_plan){ 0 });
	for (uint32_t i = 0; i < ARRAY_SIZE(caches); i++)
		tap_expect_equal(plan.cache_of[i], TRACE_NO_CACHE);
	drop();
	done();
}

/* Twenty allocations, so that marks are in several bytes; blocks 1, 9 and 17 are slabs. */
static void begin_choices(uint32_t flags)
{
	uint64_t id;

	begin();
	for (id = 0; id < 20; id++) {
		if (id % 8 == 1)
			block(2);
		else if (id % 2)
			block(0);
		else
			kmalloc(64);
	}
	slab(1);
	slab(9);
	slab(17);
	slab(9); /* once more */
	release(9);
	release(3);
	release(4);
	lose(1);
	end(flags);
}

static void slab_blocks_are_left_out(void)
{
	uint64_t id;

	begin_choices(TRACE_FLAG_SLAB_MARKED);
	make_plan(&everything);
	expect_plan((struct trace_plan){
		.events = 19,
		.page_allocs = 7,
		.kmallocs = 10,
		.frees = 2,
		.slab_blocks = 3,
		.alive = 15,
		.lost = 1,
		.peak_block_frames = 7,
		.peak_object_bytes = 640,
		.peak_frames = 7 + pool(10, 64),
		.time = 26,
	});
	for (id = 0; id < 20; id++)
		tap_expect_equal(trace_plan_skips(&plan, id), id % 8 == 1);
	drop();
	done();
}

static void part_of_a_trace(void)
{
	static const struct trace_choice pages = { .pages = true };
	static const struct trace_choice objects = { .objects = true };
	static const struct trace_choice with_slabs = { true, true, true, 0 };
	static const struct trace_choice first = { true, true, true, 20 };
	static const struct trace_choice none = { 0 };
	uint64_t id;

	begin_choices(TRACE_FLAG_SLAB_MARKED);
	make_plan(&pages);
	expect_plan((struct trace_plan){
		.events = 12,
		.page_allocs = 10,
		.frees = 2,
		.alive = 8,
		.lost = 1,
		.peak_block_frames = 7 + 3 * 4,
		.peak_frames = 7 + 3 * 4,
		.time = 25,
	});
	for (id = 0; id < 20; id++)
		tap_expect_equal(trace_plan_skips(&plan, id), id % 2 == 0);
	drop();

	make_plan(&objects);
	expect_plan((struct trace_plan){
		.events = 11,
		.kmallocs = 10,
		.frees = 1,
		.alive = 9,
		.lost = 1,
		.peak_object_bytes = 640,
		.peak_frames = pool(10, 64),
		.time = 26,
	});
	for (id = 0; id < 20; id++)
		tap_expect_equal(trace_plan_skips(&plan, id), id % 2);
	drop();

	make_plan(&with_slabs);
	tap_expect_equal(plan.events, 23);
	tap_expect_equal(plan.slab_blocks, 0);
	tap_expect_equal(plan.peak_block_frames, 19);
	drop();

	make_plan(&first);
	expect_plan((struct trace_plan){
		.events = 20,
		.page_allocs = 10,
		.kmallocs = 10,
		.alive = 20,
		.peak_block_frames = 19,
		.peak_object_bytes = 640,
		.peak_frames = 19 + pool(10, 64),
		.time = 19,
	});
	drop();

	make_plan(&none);
	expect_plan((struct trace_plan){ .lost = 1 });
	drop();
	done();
}

static void a_trace_without_marks(void)
{
	static const struct trace_choice pages = { .pages = true };
	static const struct trace_choice objects = { .objects = true };
	static const struct trace_choice with_slabs = { true, true, true, 0 };

	begin();
	block(0);
	end(0);
	make_plan(&everything);
	tap_expect(plan.slab_unmarked);
	drop();
	make_plan(&pages);
	tap_expect(!plan.slab_unmarked);
	drop();
	make_plan(&objects);
	tap_expect(!plan.slab_unmarked);
	drop();
	make_plan(&with_slabs);
	tap_expect(!plan.slab_unmarked);
	drop();
	done();
}

static const struct tap_test tests[] = {
	TAP_TEST(blocks),
	TAP_TEST(kmallocs),
	TAP_TEST(large_kmallocs_beside_blocks),
	TAP_TEST(objects_and_their_caches),
	TAP_TEST(slab_blocks_are_left_out),
	TAP_TEST(part_of_a_trace),
	TAP_TEST(a_trace_without_marks),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
