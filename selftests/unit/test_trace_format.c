// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_file.c cli/trace/trace_writer.c tap.c */
/*
 * test_trace_format.c - the bytes of a trace file, as Documentation/trace-format.rst has them
 *
 * What reader and writer agree on can still be wrong on both sides. traces/golden.mct was not made
 * by the writer, and golden.txt says what is in it. Other files are put together here byte by byte:
 * at each limit, and one beyond it, where the reader has to say what is wrong.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/trace/trace_file.h"
#include "cli/trace/trace_writer.h"
#include "tap.h"

#define ROOM (1 << 20)

static void crc_of_known_text(void)
{
	static const char text[] = "123456789";

	tap_expect_equal(trace_crc32(0, text, 9), 0xcbf43926);
	tap_expect_equal(trace_crc32(trace_crc32(0, text, 4), text + 4, 5), 0xcbf43926);
	tap_expect_equal(trace_crc32(0, text, 0), 0);
	tap_expect_equal(trace_crc32(0, "\xff", 1), 0xff000000);
}

/* ---- the golden file ---- */

/* Opens a file beside the tests' sources. */
static FILE *open_golden(const char *name, char *path, size_t size)
{
	static const char *const places[] = { "traces", "selftests/unit/traces" };
	FILE *stream = NULL;

	for (unsigned int i = 0; i < ARRAY_SIZE(places) && !stream; i++) {
		snprintf(path, size, "%s/%s", places[i], name);
		stream = fopen(path, "rb");
	}
	if (!tap_expect(stream))
		exit(1);
	return stream;
}

static size_t read_golden(const char *name, char *text, size_t room)
{
	char path[64];
	FILE *stream = open_golden(name, path, sizeof(path));
	size_t length = fread(text, 1, room - 1, stream);

	text[length] = '\0';
	fclose(stream);
	return length;
}

static void describe_event(FILE *to, const struct trace_event *event)
{
	static const char *const kinds[] = {
		"end", "page-alloc", "kmalloc", "object-alloc", "free", "slab", "lost",
	};

	fprintf(to, "%llu %s cpu %u", (unsigned long long)event->time, kinds[event->kind],
		event->cpu);
	if (event->kind == TRACE_LOST)
		fprintf(to, " count %llu", (unsigned long long)event->count);
	else
		fprintf(to, " id %llu", (unsigned long long)event->id);
	if (event->kind == TRACE_PAGE_ALLOC)
		fprintf(to, " order %u", event->order);
	if (event->kind == TRACE_KMALLOC)
		fprintf(to, " size %llu", (unsigned long long)event->size);
	if (event->kind == TRACE_OBJECT_ALLOC)
		fprintf(to, " cache %u", event->cache);
	if (event->kind == TRACE_KMALLOC || event->kind == TRACE_OBJECT_ALLOC)
		fprintf(to, " node %d", event->node);
	if (event->kind < TRACE_FREE)
		fprintf(to, " gfp 0x%02x", event->gfp);
	fputc('\n', to);
}

/* The text of golden.txt for an open trace. */
static char *describe(struct trace_reader *reader)
{
	const struct trace_header *header = &reader->header;
	const uint64_t *totals = (const uint64_t *)&reader->totals;
	struct trace_event event;
	char *text = NULL;
	size_t length;
	FILE *to = open_memstream(&text, &length);

	fprintf(to, "release %s\ncommand %s\n", header->release, header->command);
	fprintf(to, "page_shift %u big_endian %u cpus %u start %llu flags 0x%x\n",
		header->page_shift, header->big_endian, header->nr_cpus,
		(unsigned long long)header->start, header->flags);
	for (uint32_t i = 0; i < reader->nr_caches; i++)
		fprintf(to, "cache %s size %u stride %u\n", reader->caches[i].name,
			reader->caches[i].size, reader->caches[i].stride);
	while (trace_reader_next(reader, &event))
		describe_event(to, &event);
	fputs("totals", to);
	for (unsigned int i = 0; i < sizeof(reader->totals) / sizeof(*totals); i++)
		fprintf(to, " %llu", (unsigned long long)totals[i]);
	fputc('\n', to);
	fclose(to);
	return text;
}

static void golden_file_is_read(void)
{
	static const uint64_t kinds[TRACE_NR_KINDS] = { 0, 2, 2, 1, 2, 1, 1 };
	char wanted[4096], error[256] = "", path[64], *text;
	struct trace_reader reader;

	fclose(open_golden("golden.mct", path, sizeof(path)));
	read_golden("golden.txt", wanted, sizeof(wanted));
	if (!tap_expect(!trace_reader_open_file(&reader, path, error, sizeof(error)))) {
		tap_note("%s", error);
		return;
	}
	text = describe(&reader);
	if (!tap_expect(!strcmp(text, wanted)))
		fputs(text, stderr);
	free(text);
	tap_expect_equal(reader.nr_events, 9);
	tap_expect_equal(reader.nr_ids, 5);
	tap_expect(!memcmp(reader.kinds, kinds, sizeof(kinds)));
	trace_reader_close(&reader);
	tap_expect(!reader.data && !reader.caches && !reader.header.release);
}

/* What is read from the golden file is written to the same bytes. */
static void golden_file_is_written(void)
{
	char bytes[4096], error[256] = "", *written = NULL;
	size_t length = read_golden("golden.mct", bytes, sizeof(bytes)), nr_written;
	FILE *stream = open_memstream(&written, &nr_written);
	struct trace_writer *writer;
	struct trace_reader reader;
	struct trace_event event;
	uint64_t nr = 0;

	tap_expect(!trace_reader_open(&reader, bytes, length, error, sizeof(error)));
	writer = trace_writer_open(stream, &reader.header);
	while (trace_reader_next(&reader, &event)) {
		if (event.kind < TRACE_FREE)
			tap_expect_equal(trace_writer_next_id(writer), event.id);
		trace_writer_add(writer, &event);
		tap_expect_equal(trace_writer_events(writer), ++nr);
	}
	tap_expect_equal(trace_writer_close(writer, reader.header.flags, reader.caches,
					    reader.nr_caches, &reader.totals),
			 0);
	fclose(stream);
	tap_expect_equal(nr_written, length);
	tap_expect(nr_written == length && !memcmp(written, bytes, length));
	free(written);
	trace_reader_close(&reader);
}

/* ---- files put together by hand ---- */

static uint8_t bytes[ROOM];
static size_t nr_bytes;

static void put(const void *data, size_t nr)
{
	memcpy(bytes + nr_bytes, data, nr);
	nr_bytes += nr;
}

static void put_fixed(uint64_t value, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		bytes[nr_bytes++] = (uint8_t)(value >> (8 * i));
}

static void put_varint(uint64_t value)
{
	for (; value >= 128; value /= 128)
		bytes[nr_bytes++] = (uint8_t)(value % 128 + 128);
	bytes[nr_bytes++] = (uint8_t)value;
}

/* A text of @length letters. */
static void put_text(size_t length)
{
	put_varint(length);
	memset(bytes + nr_bytes, 'x', length);
	nr_bytes += length;
}

/* What a file is made of, where it can be wrong. */
struct parts {
	uint32_t version;
	uint8_t page_shift;
	uint8_t big_endian;
	size_t release;
	size_t command;
	bool nul; /* in the command */
	uint64_t nr_caches;
	uint64_t said_caches;
	size_t name;
	uint64_t size;
	uint64_t stride;
	unsigned int nr_totals;
	uint64_t nr_events;
	size_t cut; /* bytes cut off at the end */
};

static const struct parts good_parts = {
	.version = 1,
	.page_shift = 12,
	.nr_caches = 1,
	.said_caches = 1,
	.name = 1,
	.size = 1,
	.stride = 1,
	.nr_totals = 9,
};

static void put_together(const struct parts *parts)
{
	size_t tables;

	nr_bytes = 0;
	put("\x8dMCT\r\n\x1a\n", 8);
	put_fixed(parts->version, 4);
	put_fixed(parts->page_shift, 1);
	put_fixed(parts->big_endian, 1);
	put_fixed(1, 4);
	put_fixed(0, 8);
	put_text(parts->release);
	put_text(parts->command);
	if (parts->nul)
		bytes[nr_bytes - 1] = '\0';
	tables = nr_bytes;
	put_fixed(0, 4);
	put_varint(parts->said_caches);
	for (uint64_t i = 0; i < parts->nr_caches; i++) {
		put_text(parts->name);
		put_varint(parts->size);
		put_varint(parts->stride);
	}
	for (unsigned int i = 0; i < parts->nr_totals; i++)
		put_varint(0);
	put_fixed(tables, 8);
	put_fixed(parts->nr_events, 8);
	put_fixed(trace_crc32(0, bytes, nr_bytes), 4);
	put("CEND", 4);
	nr_bytes -= parts->cut;
}

/* @error: what has to be said, or NULL where the file is good */
static void expect_error_at(const char *error, const char *what, int line)
{
	struct trace_reader reader;
	char found[256] = "";
	int ret = trace_reader_open(&reader, bytes, nr_bytes, found, sizeof(found));

	tap_expect_equal_at(ret, error ? -1 : 0, what, __FILE__, line);
	if (!tap_expect_at(!strcmp(found, error ? error : ""), what, __FILE__, line))
		tap_note("  said: %s", found);
	if (!ret)
		trace_reader_close(&reader);
}

#define expect_parts(error, ...)                                \
	do {                                                    \
		struct parts parts = good_parts;                \
		__VA_ARGS__;                                    \
		put_together(&parts);                           \
		expect_error_at(error, #__VA_ARGS__, __LINE__); \
	} while (0)

static void limits_of_the_header(void)
{
	const char *damaged = "the header is damaged";

	expect_parts(NULL, (void)0);
	expect_parts("format version 0; this memctl reads version 1", parts.version = 0);
	expect_parts("format version 2; this memctl reads version 1", parts.version = 2);
	expect_parts(damaged, parts.page_shift = 9);
	expect_parts(NULL, parts.page_shift = 10);
	expect_parts(NULL, parts.page_shift = 20);
	expect_parts(damaged, parts.page_shift = 21);
	expect_parts(NULL, parts.big_endian = 1);
	expect_parts(damaged, parts.big_endian = 2);
	expect_parts(NULL, parts.release = 4096);
	expect_parts(damaged, parts.release = 4097);
	expect_parts(NULL, parts.command = 4096);
	expect_parts(damaged, parts.command = 4097);
	expect_parts(damaged, (parts.command = 5, parts.nul = true));
}

static void limits_of_the_tables(void)
{
	const char *damaged = "entry 0 of the table of caches is damaged";
	const char *table = "the table of caches is damaged";
	const char *totals = "the totals are damaged";

	expect_parts(NULL, parts.name = 63);
	expect_parts(damaged, parts.name = 64);
	expect_parts(damaged, parts.name = 0);
	expect_parts(damaged, parts.size = 0);
	expect_parts(damaged, parts.size = 2);
	expect_parts(NULL, (parts.size = 1 << 30, parts.stride = 1 << 30));
	expect_parts(damaged, (parts.size = 1 << 30, parts.stride = (1 << 30) + 1));
	expect_parts(NULL, (parts.nr_caches = 0, parts.said_caches = 0));
	expect_parts(NULL, (parts.nr_caches = 65536, parts.said_caches = 65536));
	expect_parts(table, (parts.nr_caches = 65537, parts.said_caches = 65537));
	expect_parts(table, parts.said_caches = UINT64_MAX);
	expect_parts(table, parts.said_caches = 4);
	expect_parts("entry 1 of the table of caches is damaged", parts.said_caches = 2);
	expect_parts(totals, parts.said_caches = 0);
	expect_parts(totals, parts.nr_totals = 8);
	expect_parts(totals, parts.nr_totals = 10);
	expect_parts("0 events found where the trailer says 1", parts.nr_events = 1);
}

static void files_that_are_no_trace(void)
{
	expect_parts("the file is cut short (no trailer in its 69 bytes)", parts.cut = 1);
	expect_parts("the file is cut short (no trailer in its 52 bytes)", parts.cut = 18);
	expect_parts("the file is cut short (51 bytes)", parts.cut = 19);
	expect_parts("the file is cut short (12 bytes)", parts.cut = 58);
	expect_parts("the file is cut short (11 bytes)", parts.cut = 59);
	expect_parts("not a memctl trace", parts.cut = 63);
	expect_parts("not a memctl trace", parts.cut = 70);
	put_together(&good_parts);
	bytes[7] ^= 1;
	expect_error_at("not a memctl trace", "magic", __LINE__);
	put_together(&good_parts);
	bytes[20] ^= 1;
	expect_error_at("the file is damaged (wrong checksum)", "checksum", __LINE__);
}

/* A file with some bytes of events; the trailer says that there is one event. */
static void put_event(const char *event, size_t length)
{
	size_t tables;

	nr_bytes = 0;
	put("\x8dMCT\r\n\x1a\n\x01\0\0\0\x0c\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0", 28);
	put(event, length);
	tables = nr_bytes;
	put("\0\0\0\0\x01\x01x\x01\x01\0\0\0\0\0\0\0\0\0", 18);
	put_fixed(tables, 8);
	put_fixed(1, 8);
	put_fixed(trace_crc32(0, bytes, nr_bytes), 4);
	put("CEND", 4);
}

#define expect_event(error, text)                        \
	do {                                             \
		put_event(text, sizeof(text) - 1);       \
		expect_error_at(error, #text, __LINE__); \
	} while (0)

/* Events begin behind the header's 28 bytes; the offset is where the reader stopped. */
static void limits_of_events(void)
{
	expect_event(NULL, "\xe1\x00\x0a\x02");
	expect_event("event 0 (before offset 31) is damaged", "\xe1\x00\x0b\x02");
	expect_event(NULL, "\xc1\x00\x02");
	expect_event(NULL, "\x02\x00\x01\x02");
	expect_event("event 0 (before offset 31) is damaged", "\x02\x00\x00\x02");
	expect_event(NULL, "\x02\x00\x80\x80\x80\x80\x04\x02");
	expect_event("event 0 (before offset 35) is damaged", "\x02\x00\x81\x80\x80\x80\x04\x02");
	expect_event(NULL, "\x22\x00\x08\x02\x80\x08");
	expect_event("event 0 (before offset 34) is damaged", "\x22\x00\x08\x02\x81\x08");
	expect_event(NULL, "\x09\xff\xff\x03\x00\x02");
	expect_event("event 0 (before offset 32) is damaged", "\x09\x80\x80\x04\x00\x02");
	expect_event(NULL, "\x03\x00\x00\x02");
	expect_event("event 0 (before offset 32) is damaged", "\x03\x00\x01\x02");
	expect_event(NULL, "\x01\x00\x0a");
	expect_event("event 0 (before offset 31) is damaged", "\x01\x00\x0e");
	expect_event("event 0 (before offset 31) is damaged", "\x01\x00\x03");
	expect_event(NULL, "\x06\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
	expect_event("event 0 (before offset 40) is damaged",
		     "\x06\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
	/* Bits of the tag that have no meaning for a kind. */
	expect_event("event 0 (before offset 29) is damaged", "\x42\x00\x08\x02");
	expect_event("event 0 (before offset 29) is damaged", "\x83\x00\x00\x02");
	expect_event("event 0 (before offset 29) is damaged", "\x16\x00\x01");
	expect_event("event 0 (before offset 29) is damaged", "\x26\x00\x01");
	expect_event("event 1 (before offset 32) is damaged", "\x01\x00\x02\x14\x00\x00");
	expect_event("event 1 (before offset 34) is damaged", "\x01\x00\x02\x04\x00\x01");
	expect_event("2 events found where the trailer says 1", "\x01\x00\x02\x04\x00\x00");
	expect_event("event 2 (before offset 37) is damaged",
		     "\x01\x00\x02\x04\x00\x00\x05\x00\x00");
}

/* ---- streams and files that fail ---- */

static void a_stream_that_fails(void)
{
	struct trace_header header = { 0, 12, 0, 1, 0, (char *)"", (char *)"" };
	struct trace_event event = { .kind = TRACE_PAGE_ALLOC, .node = -1 };
	struct trace_totals none = { 0 };
	struct trace_writer *writer;
	FILE *stream = fopen("/dev/full", "w");
	int fds[2];

	/* All of it is in the stream's buffer until it is closed. */
	writer = trace_writer_open(stream, &header);
	trace_writer_add(writer, &event);
	tap_expect_equal(trace_writer_close(writer, 0, NULL, 0, &none), -ENOSPC);
	fclose(stream);

	/* Without a buffer the first write fails, and stays the error. */
	stream = fopen("/dev/full", "w");
	setvbuf(stream, NULL, _IONBF, 0);
	writer = trace_writer_open(stream, &header);
	trace_writer_add(writer, &event);
	tap_expect_equal(trace_writer_events(writer), 1);
	tap_expect_equal(trace_writer_close(writer, 0, NULL, 0, &none), -ENOSPC);
	fclose(stream);

	/* A stream that is not for writing. */
	tap_expect(!pipe(fds));
	close(fds[1]);
	stream = fdopen(fds[0], "r");
	writer = trace_writer_open(stream, &header);
	tap_expect_equal(trace_writer_close(writer, 0, NULL, 0, &none), -EBADF);
	fclose(stream);
}

static void files_that_cannot_be_read(void)
{
	char error[256] = "", path[] = "/tmp/memctl-trace.XXXXXX";
	struct trace_reader reader;
	FILE *stream;
	int fd;

	tap_expect_equal(trace_reader_open_file(&reader, "/nothing/is/here", error, sizeof(error)),
			 -1);
	tap_expect(!strcmp(error, "No such file or directory"));
	tap_expect_equal(trace_reader_open_file(&reader, "/", error, sizeof(error)), -1);
	tap_expect(!strcmp(error, "Is a directory"));

	/* Larger than the reader's first piece of memory, which is 64 KiB, and bad at its end. */
	fd = mkstemp(path);
	stream = fdopen(fd, "wb");
	put_together(&(struct parts){ 1, 12, 0, 0, 0, false, 65536, 65536, 1, 1, 1, 9, 0, 0 });
	fwrite(bytes, 1, nr_bytes, stream);
	fflush(stream);
	tap_expect_equal(trace_reader_open_file(&reader, path, error, sizeof(error)), 0);
	tap_expect_equal(reader.nr_caches, 65536);
	tap_expect_equal(reader.length, nr_bytes);
	trace_reader_close(&reader);
	fputc('x', stream);
	fclose(stream);
	tap_expect_equal(trace_reader_open_file(&reader, path, error, sizeof(error)), -1);
	tap_expect(!!strstr(error, "the file is cut short (no trailer in its "));
	unlink(path);
}

static const struct tap_test tests[] = {
	TAP_TEST(crc_of_known_text),	     TAP_TEST(golden_file_is_read),
	TAP_TEST(golden_file_is_written),    TAP_TEST(limits_of_the_header),
	TAP_TEST(limits_of_the_tables),	     TAP_TEST(files_that_are_no_trace),
	TAP_TEST(limits_of_events),	     TAP_TEST(a_stream_that_fails),
	TAP_TEST(files_that_cannot_be_read),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
