// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_file.c cli/trace/trace_writer.c tap.c */
/*
 * The reader of trace files. The bytes are a file but for the words at its ends
 * and its checksum; or the events of a file that is made around them; or say
 * which events to write, and which bytes of what was written to change.
 *
 * Promised and looked at: nothing outside of the file is read; what is
 * accepted is read twice to its end and the same both times, and allocates
 * before it frees, once; what the writer wrote is accepted and comes back,
 * event for event.
 */
#include <stdio.h>
#include "fuzz.h"
#include "cli/trace/trace_file.h"
#include "cli/trace/trace_format.h"
#include "cli/trace/trace_writer.h"

#define MAX_EVENTS  512
#define MAX_CHANGES 4
#define TRAILER_CRC 8 /* bytes from the checksum to the end */

static const struct trace_cache caches[] = {
	{ "dentry", 192, 192 },
	{ "a name of 63 bytes, which is as long as the table's entries may", 8192, 8192 },
};

/**
 * struct file - a trace in memory
 * @data: its bytes, of exactly the size that was allocated
 * @length: how many
 */
struct file {
	uint8_t *data;
	size_t length;
};

static void set_fixed(uint8_t *to, uint64_t value, unsigned int bytes)
{
	while (bytes--) {
		*to++ = (uint8_t)value;
		value >>= 8;
	}
}

/* Gives a file the checksum that it should have: with a wrong one nothing else is looked at. */
static void fix_checksum(struct file *file)
{
	if (file->length >= TRAILER_CRC)
		set_fixed(file->data + file->length - TRAILER_CRC,
			  trace_crc32(0, file->data, file->length - TRAILER_CRC), 4);
}

static struct file file_of(const uint8_t *data, size_t length)
{
	struct file file = { malloc(length ? length : 1), length };

	memcpy(file.data, data, length);
	return file;
}

/* Bytes as a file, with what none can be without: the words at both ends, and the version. */
static struct file frame(struct fuzz_input *in)
{
	struct file file = file_of(in->at, in->end - in->at);

	if (file.length >= TRACE_HEADER_MIN + TRACE_TRAILER_SIZE && file.data[8] < 128) {
		memcpy(file.data, trace_magic, sizeof(trace_magic));
		set_fixed(file.data + sizeof(trace_magic), TRACE_FORMAT_VERSION, 4);
		set_fixed(file.data + file.length - 4, TRACE_TRAILER_MAGIC, 4);
	}
	fix_checksum(&file);
	return file;
}

/* --- reading ------------------------------------------------------------------------------ */

static bool same(const struct trace_event *a, const struct trace_event *b)
{
	return a->kind == b->kind && a->order == b->order && a->cpu == b->cpu &&
	       a->node == b->node && a->cache == b->cache && a->size == b->size &&
	       a->time == b->time && a->id == b->id && a->count == b->count &&
	       (a->kind >= TRACE_FREE || a->gfp == b->gfp);
}

/* What I2 of trace_file.h and the format promise of each event; @freed is by number. */
static void expect_event(const struct trace_reader *reader, const struct trace_event *event,
			 const struct trace_event *last, uint64_t *next_id, uint8_t *freed)
{
	tap_expect(event->kind > TRACE_END && event->kind < TRACE_NR_KINDS);
	tap_expect(event->time >= last->time);
	if (event->kind < TRACE_FREE) {
		tap_expect_equal(event->id, (*next_id)++);
		tap_expect(event->order <= TRACE_MAX_ORDER && event->size <= TRACE_MAX_SIZE);
		tap_expect(event->node >= -1 && event->node <= TRACE_MAX_NODE);
		tap_expect(event->kind != TRACE_OBJECT_ALLOC || event->cache < reader->nr_caches);
		tap_expect(event->kind != TRACE_KMALLOC || event->size);
	} else if (event->kind != TRACE_LOST && tap_expect(event->id < *next_id)) {
		tap_expect(!freed[event->id]);
		freed[event->id] = event->kind == TRACE_FREE;
	}
}

/* All events of an open file, twice. @known: what they are, or NULL. */
static void read_events(struct trace_reader *reader, const struct trace_event *known)
{
	uint64_t nr_kinds[TRACE_NR_KINDS] = {}, sum[2] = {};

	for (uint32_t pass = 0; pass < 2; pass++) {
		uint8_t *freed = calloc(1, reader->nr_ids + 1);
		struct trace_event event, last = {};
		uint64_t nr = 0, next_id = 0;

		for (; trace_reader_next(reader, &event) && !tap_nr_failed; last = event, nr++) {
			expect_event(reader, &event, &last, &next_id, freed);
			tap_expect(!known || same(&event, &known[nr]));
			nr_kinds[event.kind < TRACE_NR_KINDS ? event.kind : 0]++;
			sum[pass] = sum[pass] * 31 + event.time + event.kind + event.id;
			fuzz_op();
		}
		tap_expect_equal(event.kind, TRACE_END);
		tap_expect_equal(nr, reader->nr_events);
		tap_expect_equal(next_id, reader->nr_ids);
		trace_reader_rewind(reader);
		free(freed);
	}
	tap_expect_equal(sum[0], sum[1]);
	for (uint32_t kind = 0; kind < TRACE_NR_KINDS; kind++)
		tap_expect_equal(nr_kinds[kind], 2 * reader->kinds[kind]);
}

/* Return: whether it was accepted. */
static bool read_file(const struct file *file, const struct trace_event *known)
{
	struct trace_reader reader;
	char error[256] = "";
	bool accepted;

	accepted = !trace_reader_open(&reader, file->data, file->length, error, sizeof(error));
	tap_expect_equal(accepted, !error[0]);
	fuzz_op();
	if (!accepted)
		return false;
	for (uint32_t i = 0; i < reader.nr_caches; i++)
		tap_expect(reader.caches[i].name[0] && reader.caches[i].size &&
			   reader.caches[i].size <= reader.caches[i].stride);
	read_events(&reader, known);
	trace_reader_close(&reader);
	return true;
}

/* --- making files ------------------------------------------------------------------------- */

/* One event of the kind that the next byte says, and that there can be. */
static bool choose_event(struct fuzz_input *in, struct trace_event *event, uint64_t *live,
			 uint32_t *nr_live)
{
	uint32_t tag = fuzz_byte(in), index;
	uint64_t time = event->time;

	*event = (struct trace_event){ .node = -1, .cpu = event->cpu };
	event->kind = 1 + tag % (TRACE_NR_KINDS - 1);
	if (tag & 0x80)
		event->cpu = fuzz_below(in, TRACE_MAX_CPU + 1);
	event->time = time + ((uint64_t)fuzz_byte(in) << (tag & 0x40 ? fuzz_below(in, 48) : 0));
	if (event->kind < TRACE_FREE)
		event->gfp = fuzz_below(in, 3) | fuzz_below(in, 3) << TRACE_MOBILITY_SHIFT |
			     (tag & 0x30) << 1;
	switch (event->kind) {
	case TRACE_PAGE_ALLOC:
		event->order = fuzz_below(in, TRACE_MAX_ORDER + 1);
		break;
	case TRACE_KMALLOC:
		event->size = 1 + ((uint64_t)fuzz_byte(in) << fuzz_below(in, 23));
		event->node = (int16_t)(fuzz_below(in, TRACE_MAX_NODE + 2)) - 1;
		break;
	case TRACE_OBJECT_ALLOC:
		event->cache = fuzz_below(in, ARRAY_SIZE(caches));
		event->node = (int16_t)fuzz_below(in, 3) - 1;
		break;
	case TRACE_FREE:
	case TRACE_SLAB:
		if (!*nr_live)
			return false;
		index = fuzz_below(in, *nr_live);
		event->id = live[index];
		if (event->kind == TRACE_FREE)
			live[index] = live[--*nr_live];
		break;
	default:
		event->count = fuzz_u64(in);
	}
	return event->time >= time;
}

/* A file of the events that the bytes say, and those beside it. */
static struct file write_events(struct fuzz_input *in, struct trace_event *events)
{
	struct trace_header header = { 0, 12, 0, 4, 5, (char *)"6.12", (char *)"true" };
	struct trace_totals totals = { .lost = fuzz_u64(in) };
	uint32_t wanted = fuzz_below(in, MAX_EVENTS), nr = 0, nr_live = 0;
	struct trace_event event = {};
	struct trace_writer *writer;
	uint64_t live[MAX_EVENTS];
	struct file file;
	char *data;
	FILE *stream = open_memstream(&data, &file.length);

	writer = trace_writer_open(stream, &header);
	while (nr < wanted && fuzz_more(in)) {
		struct trace_event before = event;

		if (!choose_event(in, &event, live, &nr_live)) {
			event = before;
			continue;
		}
		if (event.kind < TRACE_FREE) {
			event.id = trace_writer_next_id(writer);
			live[nr_live++] = event.id;
		}
		events[nr++] = event;
		trace_writer_add(writer, &event);
	}
	tap_expect_equal(trace_writer_close(writer, TRACE_FLAG_SLAB_MARKED, caches,
					    ARRAY_SIZE(caches), &totals),
			 0);
	fclose(stream);
	file = file_of((uint8_t *)data, file.length);
	free(data);
	return file;
}

/* Bytes as the events of a file that is right around them. */
static struct file wrap(struct fuzz_input *in)
{
	struct trace_header header = { 0, 12, 0, 1, 0, (char *)"", (char *)"" };
	const struct trace_totals none = {};
	uint32_t nr_events = fuzz_byte(in);
	size_t nr = in->end - in->at, length;
	struct trace_writer *writer;
	struct file file;
	char *data;
	FILE *stream = open_memstream(&data, &length);

	writer = trace_writer_open(stream, &header);
	trace_writer_close(writer, 0, caches, ARRAY_SIZE(caches), &none);
	fclose(stream);
	file = (struct file){ malloc(length + nr), length + nr };
	memcpy(file.data, data, TRACE_HEADER_MIN);
	memcpy(file.data + TRACE_HEADER_MIN, in->at, nr);
	memcpy(file.data + TRACE_HEADER_MIN + nr, data + TRACE_HEADER_MIN,
	       length - TRACE_HEADER_MIN);
	free(data);
	set_fixed(file.data + file.length - TRACE_TRAILER_SIZE, TRACE_HEADER_MIN + nr, 8);
	set_fixed(file.data + file.length - TRACE_TRAILER_SIZE + 8, nr_events, 8);
	fix_checksum(&file);
	return file;
}

/* Events, the file of them, and what becomes of the file with some bytes changed. */
static void write_and_change(struct fuzz_input *in)
{
	static struct trace_event events[MAX_EVENTS];
	uint32_t nr = fuzz_below(in, MAX_CHANGES);
	struct file file = write_events(in, events);

	tap_expect(read_file(&file, events));
	for (uint32_t i = 0; i < nr && file.length; i++)
		file.data[fuzz_below(in, file.length)] ^= 1 + fuzz_below(in, 255);
	if (nr) {
		fix_checksum(&file);
		read_file(&file, NULL);
	}
	free(file.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	uint32_t mode = fuzz_byte(&in) & 3;
	struct file file;

	if (mode >= 2) {
		write_and_change(&in);
	} else {
		file = mode ? wrap(&in) : frame(&in);
		read_file(&file, NULL);
		free(file.data);
	}
	fuzz_judge();
	return 0;
}
