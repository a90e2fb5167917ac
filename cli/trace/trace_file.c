// SPDX-License-Identifier: GPL-2.0
/*
 * trace_file.c - reader of trace files, and the checks that make a bad file one clear error
 *
 * trace_reader_open() looks at a file from the outside in: size and magic, the trailer at its end
 * with the checksum of everything before, the header, the table of caches and the totals, and then
 * every event once. Only a file that passes is iterated, so trace_reader_next() never fails on one.
 * Invariants I1 to I3 are in trace_file.h.
 */
#include "trace_file.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "trace_format.h"

/* A window of the file; @bad is set by the first read that leaves it. */
struct cursor {
	const uint8_t *data;
	size_t pos;
	size_t end;
	bool bad;
};

static int bad_file(char *error, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int bad_file(char *error, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, size, format, args);
	va_end(args);
	return -1;
}

static uint8_t get_byte(struct cursor *cursor)
{
	if (cursor->bad || cursor->pos >= cursor->end) {
		cursor->bad = true;
		return 0;
	}
	return cursor->data[cursor->pos++];
}

static uint64_t get_fixed(struct cursor *cursor, unsigned int bytes)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < bytes; i++)
		value |= (uint64_t)get_byte(cursor) << (8 * i);
	return value;
}

/* A varint has one form alone: no value above 64 bits and no leading zero group. */
static uint64_t get_varint(struct cursor *cursor)
{
	uint64_t value = 0;
	unsigned int shift;
	uint8_t byte;

	for (shift = 0; shift < 64; shift += 7) {
		byte = get_byte(cursor);
		if (cursor->bad || (shift == 63 && byte > 1) || (shift && !byte))
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	cursor->bad = true;
	return 0;
}

/* Returns a new string, NULL where the text is too long, has a NUL, or memory is short. */
static char *get_text(struct cursor *cursor, size_t max)
{
	uint64_t length = get_varint(cursor);
	char *text;

	if (cursor->bad || length > max || length > cursor->end - cursor->pos ||
	    memchr(cursor->data + cursor->pos, 0, length)) {
		cursor->bad = true;
		return NULL;
	}
	text = malloc(length + 1);
	if (!text) {
		cursor->bad = true;
		return NULL;
	}
	memcpy(text, cursor->data + cursor->pos, length);
	text[length] = '\0';
	cursor->pos += length;
	return text;
}

/**
 * trace_crc32() - CRC-32 (IEEE 802.3) of some bytes
 * @crc: 0, or the result for the bytes before
 * @data: the bytes
 * @length: how many
 *
 * Return: the checksum.
 */
uint32_t trace_crc32(uint32_t crc, const void *data, size_t length)
{
	static uint32_t table[256];
	const uint8_t *bytes = data;
	uint32_t value;
	unsigned int i, bit;

	if (!table[1]) {
		for (i = 0; i < 256; i++) {
			value = i;
			for (bit = 0; bit < 8; bit++)
				value = value & 1 ? 0xedb88320U ^ (value >> 1) : value >> 1;
			table[i] = value;
		}
	}
	crc = ~crc;
	while (length--)
		crc = table[(crc ^ *bytes++) & 0xff] ^ (crc >> 8);
	return ~crc;
}

/* Reads what all allocations have: the GFP byte and, for objects, the node. */
static void get_alloc(struct cursor *cursor, struct trace_event *event, uint8_t tag)
{
	uint64_t node = 0;

	if (!(tag & TRACE_TAG_SAME))
		event->gfp = get_byte(cursor);
	if (event->kind != TRACE_PAGE_ALLOC && (tag & TRACE_TAG_NODE))
		node = get_varint(cursor);
	if (node > TRACE_MAX_NODE + 1)
		cursor->bad = true;
	else
		event->node = (int16_t)((int)node - 1);
	if ((event->gfp & TRACE_ZONE_MASK) > 2 ||
	    (event->gfp & TRACE_MOBILITY_MASK) >> TRACE_MOBILITY_SHIFT > 2)
		cursor->bad = true;
}

/*
 * Decodes the event at the cursor. @prev is the event before it and becomes this one; @next_id
 * counts the allocations. On damage cursor->bad is set.
 */
static void get_event(struct cursor *cursor, struct trace_event *prev, uint64_t *next_id)
{
	struct trace_event event = { .node = -1, .gfp = prev->gfp, .cpu = prev->cpu };
	uint8_t tag = get_byte(cursor);
	uint64_t value;

	event.kind = tag & TRACE_TAG_KIND;
	if (event.kind != TRACE_PAGE_ALLOC)
		cursor->bad |= tag >> (event.kind < TRACE_FREE ? 6 : 4);
	if (tag & TRACE_TAG_CPU) {
		value = get_varint(cursor);
		cursor->bad |= value > TRACE_MAX_CPU;
		event.cpu = (uint16_t)value;
	}
	value = get_varint(cursor);
	cursor->bad |= value > UINT64_MAX - prev->time;
	event.time = prev->time + value;

	switch (event.kind) {
	case TRACE_PAGE_ALLOC:
		event.order = tag >> TRACE_TAG_ORDER_SHIFT;
		if (event.order == TRACE_TAG_ORDER_MORE)
			event.order = get_byte(cursor);
		cursor->bad |= event.order > TRACE_MAX_ORDER;
		get_alloc(cursor, &event, tag);
		event.id = (*next_id)++;
		break;
	case TRACE_KMALLOC:
		event.size = get_varint(cursor);
		cursor->bad |= !event.size || event.size > TRACE_MAX_SIZE;
		get_alloc(cursor, &event, tag);
		event.id = (*next_id)++;
		break;
	case TRACE_OBJECT_ALLOC:
		value = get_varint(cursor);
		cursor->bad |= value >= TRACE_MAX_CACHES;
		event.cache = (uint32_t)value;
		get_alloc(cursor, &event, tag);
		event.id = (*next_id)++;
		break;
	case TRACE_FREE:
	case TRACE_SLAB:
		value = get_varint(cursor);
		cursor->bad |= value >= *next_id;
		event.id = *next_id - 1 - value;
		break;
	case TRACE_LOST:
		event.count = get_varint(cursor);
		break;
	default:
		cursor->bad = true;
	}
	*prev = event;
}

static int read_header(struct trace_reader *reader, struct cursor *cursor, char *error, size_t size)
{
	struct trace_header *header = &reader->header;

	header->page_shift = get_byte(cursor);
	header->big_endian = get_byte(cursor);
	header->nr_cpus = (uint32_t)get_fixed(cursor, 4);
	header->start = get_fixed(cursor, 8);
	header->release = get_text(cursor, TRACE_TEXT_MAX);
	header->command = get_text(cursor, TRACE_TEXT_MAX);
	if (cursor->bad || header->page_shift < 10 || header->page_shift > 20 ||
	    header->big_endian > 1)
		return bad_file(error, size, "the header is damaged");
	reader->events_start = cursor->pos;
	return 0;
}

static int read_cache(struct trace_cache *cache, struct cursor *cursor)
{
	char *name = get_text(cursor, TRACE_NAME_MAX);
	uint64_t bytes = get_varint(cursor);
	uint64_t stride = get_varint(cursor);

	if (name)
		strcpy(cache->name, name);
	free(name);
	if (cursor->bad || !cache->name[0] || !bytes || bytes > stride || stride > TRACE_MAX_SIZE)
		return -1;
	cache->size = (uint32_t)bytes;
	cache->stride = (uint32_t)stride;
	return 0;
}

static int read_tables(struct trace_reader *reader, struct cursor *cursor, char *error, size_t size)
{
	uint64_t *totals = (uint64_t *)&reader->totals; /* has no other members */
	uint64_t nr, i;

	reader->header.flags = (uint32_t)get_fixed(cursor, 4);
	nr = get_varint(cursor);
	/* An entry takes four bytes or more. */
	if (cursor->bad || nr > TRACE_MAX_CACHES || nr > (cursor->end - cursor->pos) / 4)
		return bad_file(error, size, "the table of caches is damaged");
	reader->caches = calloc(nr ? nr : 1, sizeof(*reader->caches));
	if (!reader->caches)
		return bad_file(error, size, "no memory for %llu caches", (unsigned long long)nr);
	reader->nr_caches = (uint32_t)nr;
	for (i = 0; i < nr; i++)
		if (read_cache(&reader->caches[i], cursor))
			return bad_file(error, size, "entry %llu of the table of caches is damaged",
					(unsigned long long)i);
	for (i = 0; i < sizeof(reader->totals) / sizeof(*totals); i++)
		totals[i] = get_varint(cursor);
	if (cursor->bad || cursor->pos != cursor->end)
		return bad_file(error, size, "the totals are damaged");
	return 0;
}

/* Looks at every event once; @live has a bit for each allocation. */
static int check_events(struct trace_reader *reader, uint8_t *live, char *error, size_t size)
{
	struct cursor cursor = { reader->data, reader->events_start, reader->events_end, false };
	struct trace_event event = { .node = -1 };
	uint64_t next_id = 0, nr = 0;

	while (cursor.pos < cursor.end) {
		get_event(&cursor, &event, &next_id);
		if (!cursor.bad && event.kind == TRACE_OBJECT_ALLOC)
			cursor.bad = event.cache >= reader->nr_caches;
		if (!cursor.bad && (event.kind == TRACE_FREE || event.kind == TRACE_SLAB))
			cursor.bad = !(live[event.id / 8] & (1U << (event.id % 8)));
		if (cursor.bad)
			return bad_file(error, size, "event %llu (before offset %zu) is damaged",
					(unsigned long long)nr, cursor.pos);
		if (event.kind == TRACE_FREE)
			live[event.id / 8] &= ~(1U << (event.id % 8));
		else if (event.kind < TRACE_FREE)
			live[event.id / 8] |= 1U << (event.id % 8);
		reader->kinds[event.kind]++;
		nr++;
	}
	if (nr != reader->nr_events)
		return bad_file(error, size, "%llu events found where the trailer says %llu",
				(unsigned long long)nr, (unsigned long long)reader->nr_events);
	reader->nr_ids = next_id;
	return 0;
}

static int read_all(struct trace_reader *reader, char *error, size_t size)
{
	struct cursor trailer = { reader->data, 0, reader->length, false };
	struct cursor body = { reader->data, sizeof(trace_magic) + 4, 0, false };
	uint64_t tables, version;
	uint32_t crc, magic;
	uint8_t *live;
	int ret;

	if (reader->length < sizeof(trace_magic) ||
	    memcmp(reader->data, trace_magic, sizeof(trace_magic)))
		return bad_file(error, size, "not a memctl trace");
	trailer.pos = sizeof(trace_magic);
	version = get_fixed(&trailer, 4);
	if (!trailer.bad && version != TRACE_FORMAT_VERSION)
		return bad_file(error, size, "format version %llu; this memctl reads version %d",
				(unsigned long long)version, TRACE_FORMAT_VERSION);
	if (reader->length < TRACE_HEADER_MIN + TRACE_TRAILER_SIZE)
		return bad_file(error, size, "the file is cut short (%zu bytes)", reader->length);

	trailer.pos = reader->length - TRACE_TRAILER_SIZE;
	tables = get_fixed(&trailer, 8);
	reader->nr_events = get_fixed(&trailer, 8);
	crc = (uint32_t)get_fixed(&trailer, 4);
	magic = (uint32_t)get_fixed(&trailer, 4);
	if (magic != TRACE_TRAILER_MAGIC)
		return bad_file(error, size, "the file is cut short (no trailer in its %zu bytes)",
				reader->length);
	if (crc != trace_crc32(0, reader->data, reader->length - 8))
		return bad_file(error, size, "the file is damaged (wrong checksum)");
	body.end = reader->length - TRACE_TRAILER_SIZE;
	if (read_header(reader, &body, error, size))
		return -1;
	if (tables < body.pos || tables > body.end)
		return bad_file(error, size, "the trailer is damaged");
	reader->events_end = (size_t)tables;
	body.pos = (size_t)tables;
	if (read_tables(reader, &body, error, size))
		return -1;

	/* An event takes two bytes or more, so this is at most a sixteenth of the file. */
	live = calloc(1, (reader->events_end - reader->events_start) / 16 + 1);
	if (!live)
		return bad_file(error, size, "no memory to check the events");
	ret = check_events(reader, live, error, size);
	free(live);
	return ret;
}

/**
 * trace_reader_open() - check a trace that is in memory
 * @reader: filled in; to be closed by trace_reader_close() when 0 was returned
 * @data: the file's bytes, which must stay until then
 * @length: how many
 * @error: where to say what is wrong, without a final full stop or newline
 * @error_size: room there
 *
 * Return: 0, or -1 with @error set.
 */
int trace_reader_open(struct trace_reader *reader, const void *data, size_t length, char *error,
		      size_t error_size)
{
	memset(reader, 0, sizeof(*reader));
	reader->data = data;
	reader->length = length;
	if (read_all(reader, error, error_size)) {
		trace_reader_close(reader);
		return -1;
	}
	trace_reader_rewind(reader);
	return 0;
}

/**
 * trace_reader_rewind() - go back to the first event
 * @reader: an open reader
 */
void trace_reader_rewind(struct trace_reader *reader)
{
	reader->pos = reader->events_start;
	reader->next_id = 0;
	memset(&reader->prev, 0, sizeof(reader->prev));
}

/**
 * trace_reader_next() - read the next event
 * @reader: an open reader
 * @event: filled in; of kind TRACE_END behind the last one
 *
 * Return: 1, or 0 behind the last event.
 */
int trace_reader_next(struct trace_reader *reader, struct trace_event *event)
{
	struct cursor cursor = { reader->data, reader->pos, reader->events_end, false };

	if (cursor.pos >= cursor.end) {
		memset(event, 0, sizeof(*event));
		return 0;
	}
	get_event(&cursor, &reader->prev, &reader->next_id);
	reader->pos = cursor.pos;
	*event = reader->prev;
	return 1;
}

/**
 * trace_reader_open_stream() - read and check a trace to the end of a stream
 * @reader: filled in
 * @stream: where it begins
 * @error: where to say what is wrong
 * @error_size: room there
 *
 * Return: 0, or -1 with @error set.
 */
int trace_reader_open_stream(struct trace_reader *reader, FILE *stream, char *error,
			     size_t error_size)
{
	size_t length = 0, room = 0, got;
	uint8_t *data = NULL, *more;

	do {
		if (length == room) {
			room = room ? room * 2 : 1 << 16;
			more = realloc(data, room);
			if (!more) {
				free(data);
				return bad_file(error, error_size, "no memory for %zu bytes", room);
			}
			data = more;
		}
		got = fread(data + length, 1, room - length, stream);
		length += got;
	} while (got);
	if (ferror(stream)) {
		bad_file(error, error_size, "%m");
		free(data);
		return -1;
	}
	if (trace_reader_open(reader, data, length, error, error_size)) {
		free(data);
		return -1;
	}
	reader->owned = true;
	return 0;
}

/**
 * trace_reader_open_file() - read and check a trace file
 * @reader: filled in
 * @path: the file
 * @error: where to say what is wrong
 * @error_size: room there
 *
 * Return: 0, or -1 with @error set.
 */
int trace_reader_open_file(struct trace_reader *reader, const char *path, char *error,
			   size_t error_size)
{
	FILE *stream = fopen(path, "rbe");
	int ret;

	if (!stream)
		return bad_file(error, error_size, "%m");
	ret = trace_reader_open_stream(reader, stream, error, error_size);
	fclose(stream);
	return ret;
}

/**
 * trace_reader_close() - free what a reader holds
 * @reader: an open reader
 */
void trace_reader_close(struct trace_reader *reader)
{
	free(reader->header.release);
	free(reader->header.command);
	free(reader->caches);
	if (reader->owned)
		free((void *)reader->data);
	memset(reader, 0, sizeof(*reader));
}
