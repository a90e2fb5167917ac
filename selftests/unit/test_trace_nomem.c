// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_build.c cli/trace/trace_map.c cli/trace/trace_gfp.c */
/* LINK: cli/trace/trace_file.c cli/trace/trace_writer.c cli/replay/trace_plan.c */
/* LINK: cli/wire/decode.c nomem.c tap.c */
/*
 * Traces and replies without memory: each allocation fails once. It is an error that
 * is told, nothing is left behind (the sanitizers see to that), and what was there
 * before can still be used.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include "cli/wire/client.h"
#include "cli/wire/decode.h"
#include "cli/trace/trace_build.h"
#include "cli/trace/trace_map.h"
#include "cli/replay/trace_plan.h"
#include "nomem.h"

static const struct trace_gfp gfp = { .movable = 8, .direct_reclaim = 0x400 };

static char *data;
static size_t length;

static const struct kmem_event events[] = {
	{ .type = KMEM_PAGE_ALLOC, .order = 2, .address = 64 },
	{ .type = KMEM_PAGE_FREE, .order = 0, .address = 65 },
	{ .type = KMEM_KMALLOC, .address = 0x1000, .asked = 8, .given = 8 },
	{ .type = KMEM_OBJECT_ALLOC, .address = 0x2000, .asked = 24, .given = 24 },
	{ .type = KMEM_OBJECT_ALLOC, .address = 0x3000, .asked = 40, .given = 40 },
	{ .type = KMEM_OBJECT_ALLOC, .address = 0x4000, .asked = 56, .given = 56 },
	{ .type = KMEM_KFREE, .address = 0x1000 },
};

/* Return: the first error; it sticks. */
static int record(struct trace_build *build)
{
	int error = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++) {
		int ret = trace_build_add(build, &events[i]);

		if (error)
			tap_expect_equal(ret, error);
		error = ret;
	}
	tap_expect_equal(trace_build_finish(build, 0, &(struct trace_totals){ 0 }), error);
	trace_build_destroy(build);
	return error;
}

static int recording(void)
{
	struct trace_header header = { 0, 12, 0, 1, 0, (char *)"6.12", (char *)"true" };
	FILE *stream = open_memstream(&data, &length);
	struct trace_writer *writer = trace_writer_open(stream, &header);
	struct trace_build *build = writer ? trace_build_create(writer, &gfp, 12, 0) : NULL;
	int ret = -ENOMEM;

	if (build)
		ret = record(build);
	else if (writer)
		trace_writer_close(writer, 0, NULL, 0, &(struct trace_totals){ 0 });
	fclose(stream);
	return ret;
}

/* The writer, the recording, four maps, and the table of caches that grows for 1, 2 and 4. */
static void a_recording(void)
{
	FOR_EACH_NOMEM(n)
	{
		int ret = recording();

		if (nomem_done(n, 9)) {
			tap_expect_equal(ret, 0);
			return;
		}
		tap_expect_equal(ret, -ENOMEM);
		free(data);
	}
}

/* Two texts, the caches and their three names, and a bit for each event. */
static void a_trace_that_is_read(void)
{
	static const char *const why[] = {
		"the header is damaged",
		"the header is damaged",
		"no memory for 3 caches",
		"entry 0 of the table of caches is damaged",
		"entry 1 of the table of caches is damaged",
		"entry 2 of the table of caches is damaged",
		"no memory to check the events",
	};
	static const struct trace_reader none;

	FOR_EACH_NOMEM(n)
	{
		struct trace_reader reader;
		char error[128] = "";
		int ret = trace_reader_open(&reader, data, length, error, sizeof(error));

		if (nomem_done(n, ARRAY_SIZE(why))) {
			tap_expect_equal(ret, 0);
			trace_reader_close(&reader);
			return;
		}
		tap_expect_equal(ret, -1);
		tap_expect(!strcmp(error, why[n - 1]));
		tap_expect(!memcmp(&reader, &none, sizeof(none)));
	}
}

/* Descriptors that are open; the same number each time that it is asked. */
static unsigned int nr_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

/* The file's bytes as well. */
static void a_file_that_is_read(void)
{
	unsigned int nr = nr_open();

	FOR_EACH_NOMEM(n)
	{
		struct trace_reader reader;
		char error[128] = "";
		int ret =
			trace_reader_open_file(&reader, "traces/golden.mct", error, sizeof(error));

		if (nomem_at) {
			tap_expect_equal(ret, 0);
			tap_expect_equal(n, 1 + 2 + 1 + reader.nr_caches + 1 + 1);
			trace_reader_close(&reader);
			nomem_at = 0;
			tap_expect_equal(nr_open(), nr);
			return;
		}
		tap_expect_equal(ret, -1);
		tap_expect(error[0]);
		tap_expect_equal(nr_open(), nr);
		if (n == 1)
			tap_expect(!strcmp(error, "no memory for 65536 bytes"));
	}
}

/* What is used, what is left out, the caches, their numbers, pools, allocations. */
static void a_plan(void)
{
	const struct trace_choice everything = { .pages = true, .objects = true };
	static const struct trace_plan none;
	struct trace_reader reader;
	struct trace_event event;
	char error[128];

	tap_expect(!trace_reader_open(&reader, data, length, error, sizeof(error)));
	FOR_EACH_NOMEM(n)
	{
		struct trace_plan plan;
		int ret = trace_plan_make(&plan, &reader, &everything);

		if (nomem_done(n, 6)) {
			tap_expect_equal(ret, 0);
			trace_plan_free(&plan);
			break;
		}
		tap_expect_equal(ret, -ENOMEM);
		tap_expect(!memcmp(&plan, &none, sizeof(none)));
		tap_expect(trace_reader_next(&reader, &event));
		tap_expect_equal(event.kind, TRACE_PAGE_ALLOC);
	}
	trace_reader_close(&reader);
	free(data);
}

static void a_map(void)
{
	struct trace_map map = { 0 };
	struct trace_map_entry *entry;
	uint64_t key = 0;

	nomem_at = 1;
	tap_expect(!trace_map_add(&map, 1));
	tap_expect(!trace_map_find(&map, 1));
	/* It is full when half of it is in use: it cannot grow, and what is there stays. */
	do {
		nomem_at = key ? 1 : 0;
		entry = trace_map_add(&map, key);
		if (entry)
			entry->id = key++;
	} while (entry);
	tap_expect_equal(nomem_at, 0);
	tap_expect_equal(key, 2048);
	for (uint64_t i = 0; i < key; i++)
		tap_expect_equal(trace_map_find(&map, i)->id, i);
	tap_expect(!trace_map_find(&map, key));
	tap_expect(!!trace_map_add(&map, key));
	for (uint64_t i = 0; i < key; i++)
		tap_expect_equal(trace_map_find(&map, i)->id, i);
	trace_map_fini(&map);
}

static const struct schema byte_schema = { "byte", 1, NULL, 0 };

struct row {
	uint64_t present;
	struct list bytes, parts;
};

static const struct schema part_schema = { "part", 8, NULL, 0 };

static const struct field fields[] = {
	{ 1, FIELD_ROWS, false, offsetof(struct row, bytes), 0, &byte_schema },
	{ 2, FIELD_NEST, false, offsetof(struct row, parts), 0, &part_schema },
};

static const struct schema row_schema = { "row", sizeof(struct row), fields, 2 };

static void a_reply(void)
{
	static const char attrs[] = "\10\0\1\0abcd\4\0\2\0";
	static const char *const wanted[] = {
		"attribute 1 of a row, 4 bytes long, is not of its type",
		"no memory",
	};
	struct list list = { .schema = &part_schema };

	FOR_EACH_NOMEM(n)
	{
		struct row row = { 0 };
		char why[128] = "";
		bool good = decode_row(&row_schema, attrs, 12, &row, why, sizeof(why));

		decode_release(&row_schema, &row);
		if (nomem_done(n, 2)) {
			tap_expect(good);
			break;
		}
		tap_expect(!good);
		tap_expect(!strcmp(why, wanted[n - 1]));
	}
	nomem_at = 1;
	tap_expect(!list_add(&list));
	tap_expect(!list.nr && !list.rows && !list.capacity);
	for (unsigned int i = 0; i < 8; i++)
		*(uint64_t *)list_add(&list) = i;
	nomem_at = 1;
	tap_expect(!list_add(&list));
	tap_expect_equal(list.nr, 8);
	for (unsigned int i = 0; i < 8; i++)
		tap_expect_equal(((uint64_t *)list.rows)[i], i);
	list_free(&list);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_recording), TAP_TEST(a_trace_that_is_read),
	TAP_TEST(a_plan),      TAP_TEST(a_file_that_is_read),
	TAP_TEST(a_map),       TAP_TEST(a_reply),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
