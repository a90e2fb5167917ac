// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_file.c cli/trace/trace_writer.c tap.c */
/*
 * test_trace_file.c - the trace format: round trips, and files that are cut short, damaged, random
 * or made to hurt
 *
 * With --hostile DIRECTORY it writes the hostile files there, for other programs to read.
 *
 * A file with a wrong checksum is refused early, so most of the hostile ones have a right one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/trace/trace_file.h"
#include "cli/trace/trace_format.h"
#include "cli/trace/trace_writer.h"
#include "tap.h"

#define NR_EVENTS 4000

#define ok(good, what) tap_expect_at(good, what, __FILE__, __LINE__)

/* ---- making files ---- */

static const struct trace_cache caches[] = {
	{ "dentry", 192, 192 },
	{ "filp", 232, 256 },
	{ "a name of 63 bytes, which is as long as the table's entries may", 8192, 8192 },
};

static const struct trace_totals totals = { 1, 2, 3, 4, 5, 6, 7, 8, UINT64_MAX };

/* Makes a file in memory; fills @events with what should be read back. */
static uint8_t *make_file(unsigned int nr, struct trace_event *events, size_t *length)
{
	struct trace_header header = {
		.page_shift = 12,
		.nr_cpus = 4,
		.start = 1234567890123456789ULL,
		.release = (char *)"6.12.0-test",
		.command = (char *)"sh -c true",
	};
	uint64_t *live = calloc(nr + 1, sizeof(*live)), nr_live = 0, time = 0, pick;
	struct trace_writer *writer;
	uint8_t *data = NULL;
	FILE *stream = open_memstream((char **)&data, length);
	unsigned int i;

	writer = trace_writer_open(stream, &header);
	for (i = 0; i < nr; i++) {
		struct trace_event event = { .node = -1 };

		event.kind = (uint8_t)(1 + tap_random() % (TRACE_NR_KINDS - 1));
		if ((event.kind == TRACE_FREE || event.kind == TRACE_SLAB) && !nr_live)
			event.kind = TRACE_KMALLOC;
		event.cpu = (uint16_t)(tap_random() % 3 ? 1 : tap_random());
		time += tap_random() >> (tap_random() % 44 + 20);
		event.time = time;
		if (event.kind < TRACE_FREE) {
			event.gfp = (uint8_t)(tap_random() % 3 | tap_random() % 3 << 2 |
					      (tap_random() & 0xf0));
			event.id = trace_writer_next_id(writer);
			live[nr_live++] = event.id;
		}
		switch (event.kind) {
		case TRACE_PAGE_ALLOC:
			event.order = (uint8_t)(tap_random() % (TRACE_MAX_ORDER + 1));
			break;
		case TRACE_KMALLOC:
			event.size = 1 + tap_random() % TRACE_MAX_SIZE;
			event.node = (int16_t)(tap_random() % (TRACE_MAX_NODE + 2)) - 1;
			break;
		case TRACE_OBJECT_ALLOC:
			event.cache = (uint32_t)(tap_random() % 3);
			event.node = (int16_t)(tap_random() % 3) - 1;
			break;
		case TRACE_FREE:
		case TRACE_SLAB:
			pick = tap_random() % nr_live;
			event.id = live[pick];
			if (event.kind == TRACE_FREE)
				live[pick] = live[--nr_live];
			break;
		default:
			event.count = tap_random();
		}
		events[i] = event;
		trace_writer_add(writer, &event);
	}
	trace_writer_close(writer, TRACE_FLAG_SLAB_MARKED, caches, 3, &totals);
	fclose(stream);
	free(live);
	return data;
}

static void set_fixed(uint8_t *to, uint64_t value, unsigned int bytes)
{
	while (bytes--) {
		*to++ = (uint8_t)value;
		value >>= 8;
	}
}

/* Gives a changed file the checksum that it should have. */
static void fix_checksum(uint8_t *data, size_t length)
{
	if (length >= 8)
		set_fixed(data + length - 8, trace_crc32(0, data, length - 8), 4);
}

/* Makes a file of some bytes of events, with one cache. */
static uint8_t *wrap(const uint8_t *events, size_t nr_bytes, uint64_t nr_events, size_t *length)
{
	struct trace_header header = { 0, 12, 0, 1, 0, (char *)"", (char *)"" };
	struct trace_totals none = { 0 };
	uint8_t *data = NULL, *whole;
	FILE *stream = open_memstream((char **)&data, length);
	struct trace_writer *writer = trace_writer_open(stream, &header);
	const size_t start = TRACE_HEADER_MIN;

	trace_writer_close(writer, 0, caches, 1, &none);
	fclose(stream);
	whole = malloc(*length + nr_bytes);
	memcpy(whole, data, start);
	memcpy(whole + start, events, nr_bytes);
	memcpy(whole + start + nr_bytes, data + start, *length - start);
	*length += nr_bytes;
	free(data);
	set_fixed(whole + *length - 24, start + nr_bytes, 8);
	set_fixed(whole + *length - 16, nr_events, 8);
	fix_checksum(whole, *length);
	return whole;
}

/* ---- reading them ---- */

/*
 * Reads a file in a buffer of exactly its size, so that the address sanitizer sees the first byte
 * too far. Returns 1 if it was accepted, 0 if not, -1 if what was accepted breaks the promises.
 */
static int try_file(const uint8_t *data, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1), *freed;
	struct trace_reader reader;
	struct trace_event event;
	uint64_t nr = 0, last = 0;
	char error[256] = "";
	int ret = 1;

	memcpy(copy, data, length);
	if (trace_reader_open(&reader, copy, length, error, sizeof(error))) {
		free(copy);
		return error[0] ? 0 : -1;
	}
	freed = calloc(1, reader.nr_ids + 1);
	while (trace_reader_next(&reader, &event)) {
		nr++;
		if (event.time < last || event.order > TRACE_MAX_ORDER)
			ret = -1;
		last = event.time;
		if (event.kind == TRACE_OBJECT_ALLOC && event.cache >= reader.nr_caches)
			ret = -1;
		if (event.kind != TRACE_LOST && event.id >= reader.nr_ids)
			ret = -1;
		else if (event.kind == TRACE_FREE && freed[event.id]++)
			ret = -1;
	}
	if (nr != reader.nr_events)
		ret = -1;
	free(freed);
	trace_reader_close(&reader);
	free(copy);
	return ret;
}

static int same(const struct trace_event *a, const struct trace_event *b)
{
	return a->kind == b->kind && a->order == b->order && a->cpu == b->cpu &&
	       a->node == b->node && a->cache == b->cache && a->size == b->size &&
	       a->time == b->time && a->id == b->id && a->count == b->count &&
	       (a->kind >= TRACE_FREE || a->gfp == b->gfp);
}

static void round_trip(void)
{
	struct trace_event *events = calloc(NR_EVENTS, sizeof(*events)), event;
	struct trace_reader reader;
	size_t length;
	uint8_t *data = make_file(NR_EVENTS, events, &length);
	char error[256];
	unsigned int i, pass, good = 1;

	if (trace_reader_open(&reader, data, length, error, sizeof(error))) {
		tap_note("%s", error);
		ok(0, "a file that was written is accepted");
	} else {
		ok(1, "a file that was written is accepted");
		ok(reader.header.nr_cpus == 4 && reader.header.start == 1234567890123456789ULL,
		   "the header's numbers come back");
		ok(!strcmp(reader.header.release, "6.12.0-test"), "the release comes back");
		ok(!strcmp(reader.header.command, "sh -c true"), "the command comes back");
		ok(reader.header.flags == TRACE_FLAG_SLAB_MARKED, "the header comes back");
		ok(reader.nr_caches == 3 && !memcmp(reader.caches, caches, sizeof(caches)),
		   "the caches come back");
		ok(!memcmp(&reader.totals, &totals, sizeof(totals)), "the totals come back");
		for (pass = 0; pass < 2; pass++) {
			for (i = 0; trace_reader_next(&reader, &event) && i < NR_EVENTS; i++)
				good &= same(&event, &events[i]);
			good &= i == NR_EVENTS;
			trace_reader_rewind(&reader);
		}
		ok((int)good, "the events come back, twice");
		trace_reader_close(&reader);
	}
	free(data);
	free(events);
}

static void cut_short_and_flipped_bits(void)
{
	struct trace_event events[60];
	size_t length, i, bit;
	uint8_t *data = make_file(60, events, &length);
	int good = try_file(data, length) == 1;

	for (i = 0; i < length; i++)
		good &= try_file(data, i) == 0;
	ok(good, "a file that is cut short anywhere is refused");
	for (i = 0, good = 1; i < length * 8; i++) {
		data[i / 8] ^= 1U << (i % 8);
		good &= try_file(data, length) == 0;
		data[i / 8] ^= 1U << (i % 8);
	}
	ok(good, "any flipped bit is found");
	for (i = 0, good = 1; i < (length - 8) * 8; i++) {
		bit = i % 8;
		data[i / 8] ^= 1U << bit;
		fix_checksum(data, length);
		good &= try_file(data, length) >= 0;
		data[i / 8] ^= 1U << bit;
	}
	fix_checksum(data, length);
	ok(good, "a flipped bit under a right checksum is refused or harmless");
	for (i = 0, good = 1; i < length; i++) {
		uint8_t *shorter = malloc(length);

		/* Cut bytes out before the trailer, and make the checksum right. */
		if (i + 24 > length) {
			free(shorter);
			break;
		}
		memcpy(shorter, data, i);
		memcpy(shorter + i, data + length - 24, 24);
		fix_checksum(shorter, i + 24);
		good &= try_file(shorter, i + 24) >= 0;
		free(shorter);
	}
	ok(good, "a file cut short before a right trailer is refused or harmless");
	free(data);
}

static void random_bytes(void)
{
	struct trace_event *events = calloc(300, sizeof(*events));
	unsigned int round, i, nr, accepted = 0;
	uint8_t *data, garbage[512];
	size_t length;
	int got, good = 1;

	for (round = 0; round < 3000; round++) {
		data = make_file(300, events, &length);
		nr = 1 + (unsigned int)(tap_random() % 8);
		for (i = 0; i < nr; i++)
			data[tap_random() % length] = (uint8_t)tap_random();
		fix_checksum(data, length);
		got = try_file(data, length);
		good &= got >= 0;
		accepted += got > 0;
		free(data);
	}
	tap_note("%u of 3000 were accepted", accepted);
	ok(good, "random changes under a right checksum are refused or harmless");
	for (round = 0, good = 1; round < 20000; round++) {
		nr = (unsigned int)(tap_random() % sizeof(garbage));
		for (i = 0; i < nr; i++)
			garbage[i] = (uint8_t)(tap_random() >> 11);
		if (round % 2 && nr >= sizeof(trace_magic))
			memcpy(garbage, trace_magic, sizeof(trace_magic));
		good &= try_file(garbage, nr) == 0;
	}
	ok(good, "random bytes are refused");
	for (round = 0, good = 1; round < 20000; round++) {
		nr = (unsigned int)(tap_random() % 64);
		for (i = 0; i < nr; i++)
			garbage[i] = (uint8_t)(tap_random() >> 11);
		data = wrap(garbage, nr, tap_random() % 20, &length);
		good &= try_file(data, length) >= 0;
		free(data);
	}
	ok(good, "random events in a right frame are refused or harmless");
	free(events);
}

/* ---- files made to hurt ---- */

/* Events as bytes; tag, time, and what belongs to the kind. */
static const struct {
	const char *name;
	uint64_t nr_events;
	size_t length;
	const char *bytes;
	int accepted;
} hostile[] = {
#define HOSTILE(name, nr, bytes, accepted)                   \
	{                                                    \
		name, nr, sizeof(bytes) - 1, bytes, accepted \
	}
	HOSTILE("empty", 0, "", 1),
	HOSTILE("page", 1, "\x01\x00\x02", 1),
	HOSTILE("free-of-nothing", 1, "\x04\x00\x00", 0),
	HOSTILE("double-free", 3, "\x01\x00\x02\x04\x00\x00\x04\x00\x00", 0),
	HOSTILE("slab-mark-after-free", 3, "\x01\x00\x02\x04\x00\x00\x05\x00\x00", 0),
	HOSTILE("free-before-the-first", 2, "\x01\x00\x02\x04\x00\x01", 0),
	HOSTILE("free-far-away", 2, "\x01\x00\x02\x04\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		0),
	HOSTILE("order-11", 1, "\xe1\x00\x0b\x02", 0),
	HOSTILE("order-255", 1, "\xe1\x00\xff\x02", 0),
	HOSTILE("zone-3", 1, "\x01\x00\x03", 0),
	HOSTILE("migratetype-3", 1, "\x01\x00\x0e", 0),
	HOSTILE("size-0", 1, "\x02\x00\x00\x02", 0),
	HOSTILE("size-above-limit", 1, "\x02\x00\x81\x80\x80\x80\x04\x02", 0),
	HOSTILE("size-2-to-the-64", 1, "\x02\x00\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02\x02", 0),
	HOSTILE("cache-that-is-not-there", 1, "\x03\x00\x01\x02", 0),
	HOSTILE("cache-2-to-the-32", 1, "\x03\x00\x80\x80\x80\x80\x10\x02", 0),
	HOSTILE("node-too-large", 1, "\x22\x00\x08\x02\x81\x08", 0),
	HOSTILE("cpu-too-large", 1, "\x09\x80\x80\x04\x00\x02", 0),
	HOSTILE("time-overflow", 2, "\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x06\x01\x01",
		0),
	HOSTILE("varint-without-end", 1, "\x06\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 0),
	HOSTILE("varint-too-long", 1, "\x06\x80\x00\x01", 0),
	HOSTILE("kind-0", 1, "\x00\x00", 0),
	HOSTILE("kind-7", 1, "\x07\x00", 0),
	HOSTILE("unused-bits", 1, "\x86\x00\x01", 0),
	HOSTILE("cut-in-an-event", 1, "\x01", 0),
	HOSTILE("one-event-too-few", 2, "\x01\x00\x02", 0),
	HOSTILE("one-event-too-many", 0, "\x01\x00\x02", 0),
	HOSTILE("events-2-to-the-64", UINT64_MAX, "\x01\x00\x02", 0),
#undef HOSTILE
};

#define NR_HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static uint8_t *make_hostile(unsigned int i, size_t *length)
{
	return wrap((const uint8_t *)hostile[i].bytes, hostile[i].length, hostile[i].nr_events,
		    length);
}

static void events_made_to_hurt(void)
{
	unsigned int i;
	size_t length;
	uint8_t *data;

	for (i = 0; i < NR_HOSTILE; i++) {
		data = make_hostile(i, &length);
		ok(try_file(data, length) == hostile[i].accepted, hostile[i].name);
		free(data);
	}
}

/* Changes around the events: counts and offsets that point where nothing is. */
static void tables_made_to_hurt(void)
{
	static const uint64_t offsets[] = { 0, 8, 27, 29, 1000, UINT32_MAX, UINT64_MAX };
	size_t length, tables;
	uint8_t *data = wrap((const uint8_t *)"\x01\x00\x02", 3, 1, &length);
	unsigned int i;
	int good = 1;

	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		set_fixed(data + length - 24, offsets[i], 8);
		fix_checksum(data, length);
		good &= try_file(data, length) == 0;
	}
	ok(good, "a table that is elsewhere is refused");
	tables = TRACE_HEADER_MIN + 3;
	set_fixed(data + length - 24, tables, 8);
	good = 1;
	for (i = 0; i < 256; i++) {
		data[tables + 4] = (uint8_t)i; /* number of caches */
		fix_checksum(data, length);
		good &= try_file(data, length) == (i == 1);
	}
	ok(good, "a wrong number of caches is refused");
	data[tables + 4] = 1;
	data[8] = 2;
	fix_checksum(data, length);
	ok(try_file(data, length) == 0, "another format version is refused");
	free(data);
}

static int write_hostile(const char *directory)
{
	char path[4096];
	unsigned int i;
	size_t length;
	uint8_t *data;
	FILE *stream;

	for (i = 0; i < NR_HOSTILE; i++) {
		snprintf(path, sizeof(path), "%s/%s.%s.mct", directory,
			 hostile[i].accepted ? "good" : "bad", hostile[i].name);
		data = make_hostile(i, &length);
		stream = fopen(path, "wb");
		if (!stream || fwrite(data, 1, length, stream) != length || fclose(stream)) {
			perror(path);
			return 1;
		}
		free(data);
	}
	return 0;
}

static const struct tap_test tests[] = {
	TAP_TEST(round_trip),	       TAP_TEST(cut_short_and_flipped_bits), TAP_TEST(random_bytes),
	TAP_TEST(events_made_to_hurt), TAP_TEST(tables_made_to_hurt),
};

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--hostile"))
		return write_hostile(argv[2]);
	return tap_run(tests, ARRAY_SIZE(tests));
}
