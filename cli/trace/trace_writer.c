// SPDX-License-Identifier: GPL-2.0
/*
 * trace_writer.c - writes trace files, from the first byte to the last without going back
 *
 * The writer numbers the allocations and keeps the checksum. The first error of the stream sticks
 * and is what trace_writer_close() returns. The format's invariants are in trace_file.h; the caller
 * keeps I2, that a number is freed once and after its allocation.
 */
#include "trace_file.h"
#include "trace_format.h"
#include "trace_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct trace_writer - a file being written
 * @stream: where to; not closed by the writer
 * @offset: bytes written
 * @crc: checksum of them
 * @prev: the event before, from which deltas count
 * @next_id: number of the next allocation
 * @nr_events: events written
 * @error: the first error, as -errno
 */
struct trace_writer {
	FILE *stream;
	uint64_t offset;
	uint32_t crc;
	struct trace_event prev;
	uint64_t next_id;
	uint64_t nr_events;
	int error;
};

static void put_bytes(struct trace_writer *writer, const void *data, size_t length)
{
	if (writer->error || !length)
		return;
	errno = 0;
	if (fwrite(data, 1, length, writer->stream) != length)
		writer->error = errno ? -errno : -EIO;
	writer->crc = trace_crc32(writer->crc, data, length);
	writer->offset += length;
}

static size_t encode_fixed(uint8_t *to, uint64_t value, unsigned int bytes)
{
	unsigned int i;

	for (i = 0; i < bytes; i++)
		to[i] = (uint8_t)(value >> (8 * i));
	return bytes;
}

static size_t encode_varint(uint8_t *to, uint64_t value)
{
	size_t length = 0;

	while (value > 0x7f) {
		to[length++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	to[length++] = (uint8_t)value;
	return length;
}

static void put_fixed(struct trace_writer *writer, uint64_t value, unsigned int bytes)
{
	uint8_t buffer[8];

	put_bytes(writer, buffer, encode_fixed(buffer, value, bytes));
}

static void put_varint(struct trace_writer *writer, uint64_t value)
{
	uint8_t buffer[10];

	put_bytes(writer, buffer, encode_varint(buffer, value));
}

static void put_text(struct trace_writer *writer, const char *text, size_t max)
{
	size_t length = strnlen(text, max);

	put_varint(writer, length);
	put_bytes(writer, text, length);
}

/**
 * trace_writer_open() - begin a trace
 * @stream: where to write; buffered, and the caller's to close after trace_writer_close()
 * @header: what is known at the start; @header->flags is written at the end
 *
 * Return: the writer, or NULL where memory is short.
 */
struct trace_writer *trace_writer_open(FILE *stream, const struct trace_header *header)
{
	struct trace_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return NULL;
	writer->stream = stream;
	put_bytes(writer, trace_magic, sizeof(trace_magic));
	put_fixed(writer, TRACE_FORMAT_VERSION, 4);
	put_fixed(writer, header->page_shift, 1);
	put_fixed(writer, header->big_endian, 1);
	put_fixed(writer, header->nr_cpus, 4);
	put_fixed(writer, header->start, 8);
	put_text(writer, header->release, TRACE_TEXT_MAX);
	put_text(writer, header->command, TRACE_TEXT_MAX);
	return writer;
}

/* Returns the length of the event at @to, which has room for 64 bytes. */
static size_t encode_event(struct trace_writer *writer, const struct trace_event *event,
			   uint8_t *to)
{
	bool alloc = event->kind < TRACE_FREE;
	bool same = alloc && event->gfp == writer->prev.gfp;
	bool node = alloc && event->kind != TRACE_PAGE_ALLOC && event->node >= 0;
	uint8_t tag = event->kind;
	size_t length = 1;

	if (same)
		tag |= TRACE_TAG_SAME;
	if (node)
		tag |= TRACE_TAG_NODE;
	if (event->cpu != writer->prev.cpu) {
		tag |= TRACE_TAG_CPU;
		length += encode_varint(to + length, event->cpu);
	}
	length += encode_varint(to + length, event->time - writer->prev.time);
	switch (event->kind) {
	case TRACE_PAGE_ALLOC:
		if (event->order >= TRACE_TAG_ORDER_MORE) {
			tag |= TRACE_TAG_ORDER_MORE << TRACE_TAG_ORDER_SHIFT;
			to[length++] = event->order;
		} else {
			tag |= (uint8_t)(event->order << TRACE_TAG_ORDER_SHIFT);
		}
		break;
	case TRACE_KMALLOC:
		length += encode_varint(to + length, event->size);
		break;
	case TRACE_OBJECT_ALLOC:
		length += encode_varint(to + length, event->cache);
		break;
	case TRACE_LOST:
		length += encode_varint(to + length, event->count);
		break;
	default:
		length += encode_varint(to + length, writer->next_id - 1 - event->id);
	}
	if (alloc && !same)
		to[length++] = event->gfp;
	if (node)
		length += encode_varint(to + length, (uint64_t)event->node + 1);
	to[0] = tag;
	return length;
}

/**
 * trace_writer_add() - write an event
 * @writer: the writer
 * @event: the event; its time must not lie before the last one's, its id is used for frees and
 *	   marks alone (allocations are numbered by the writer)
 */
void trace_writer_add(struct trace_writer *writer, const struct trace_event *event)
{
	uint8_t gfp = event->kind < TRACE_FREE ? event->gfp : writer->prev.gfp;
	uint8_t buffer[64];

	put_bytes(writer, buffer, encode_event(writer, event, buffer));
	if (event->kind < TRACE_FREE)
		writer->next_id++;
	writer->prev = *event;
	writer->prev.gfp = gfp;
	writer->nr_events++;
}

/**
 * trace_writer_next_id() - number that the next allocation will have
 * @writer: the writer
 *
 * Return: the number.
 */
uint64_t trace_writer_next_id(const struct trace_writer *writer)
{
	return writer->next_id;
}

/**
 * trace_writer_events() - how much was written
 * @writer: the writer
 *
 * Return: events so far.
 */
uint64_t trace_writer_events(const struct trace_writer *writer)
{
	return writer->nr_events;
}

/**
 * trace_writer_close() - write the tables and the trailer, and free the writer
 * @writer: the writer
 * @flags: TRACE_FLAG_*
 * @caches: the cache table
 * @nr_caches: its entries
 * @totals: what was counted
 *
 * Return: 0, or the first error of the stream as -errno.
 */
int trace_writer_close(struct trace_writer *writer, uint32_t flags,
		       const struct trace_cache *caches, uint32_t nr_caches,
		       const struct trace_totals *totals)
{
	const uint64_t *numbers = (const uint64_t *)totals;
	uint64_t tables = writer->offset;
	uint32_t i;
	int error;

	put_fixed(writer, flags, 4);
	put_varint(writer, nr_caches);
	for (i = 0; i < nr_caches; i++) {
		put_text(writer, caches[i].name, TRACE_NAME_MAX);
		put_varint(writer, caches[i].size);
		put_varint(writer, caches[i].stride);
	}
	for (i = 0; i < sizeof(*totals) / sizeof(*numbers); i++)
		put_varint(writer, numbers[i]);
	put_fixed(writer, tables, 8);
	put_fixed(writer, writer->nr_events, 8);
	put_fixed(writer, writer->crc, 4);
	put_fixed(writer, TRACE_TRAILER_MAGIC, 4);
	if (!writer->error && fflush(writer->stream))
		writer->error = -errno;
	error = writer->error;
	free(writer);
	return error;
}
