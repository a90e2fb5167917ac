/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_file.h - the file that "memctl record" writes and "memctl replay" reads
 *
 * The format is described in Documentation/trace-format.rst. Invariants:
 *
 * I1. A reader trusts nothing: every count, index and length is checked against the bytes that
 *     are there, so that no file can make it read outside the file, allocate more than a constant
 *     times the file's size, or loop without end.
 * I2. Allocations are numbered from 0 in the order of the file; a number is freed at most once and
 *     only after it was allocated. trace_reader_open() refuses a file that breaks this.
 * I3. No address of the recorded kernel is in the file.
 */
#ifndef MEMCTL_TRACE_FILE_H
#define MEMCTL_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TRACE_FORMAT_VERSION 1
#define TRACE_MAX_ORDER	     10
#define TRACE_MAX_SIZE	     (1ULL << 30) /* bytes of one object */
#define TRACE_MAX_CACHES     65536
#define TRACE_MAX_CPU	     65535
#define TRACE_MAX_NODE	     1023
#define TRACE_NAME_MAX	     63	  /* bytes of a cache name */
#define TRACE_TEXT_MAX	     4096 /* bytes of any other string */

/**
 * enum trace_kind - what an event is
 * @TRACE_PAGE_ALLOC: a block of 2^order pages was allocated
 * @TRACE_KMALLOC: kmalloc() of size bytes
 * @TRACE_OBJECT_ALLOC: an object of a cache was allocated
 * @TRACE_FREE: the allocation with number id was freed
 * @TRACE_SLAB: the kernel's own slab allocator uses the block with number id
 * @TRACE_LOST: the kernel lost count events here, or an unknown number (0)
 * @TRACE_END: no more events
 */
enum trace_kind {
	TRACE_END,
	TRACE_PAGE_ALLOC,
	TRACE_KMALLOC,
	TRACE_OBJECT_ALLOC,
	TRACE_FREE,
	TRACE_SLAB,
	TRACE_LOST,
	TRACE_NR_KINDS,
};

/* What is left of the GFP flags: zone, mobility and four rights, in one byte of the file. */
#define TRACE_ZONE_MASK	     0x03 /* enum memctl_zone_type */
#define TRACE_MOBILITY_SHIFT 2
#define TRACE_MOBILITY_MASK  0x0c /* enum memctl_migratetype */
#define TRACE_ZERO	     0x10
#define TRACE_ATOMIC	     0x20
#define TRACE_MEMALLOC	     0x40
#define TRACE_THISNODE	     0x80

/* Header flags. */
#define TRACE_FLAG_SLAB_MARKED 1U /* TRACE_SLAB events were recorded */
#define TRACE_FLAG_INTERRUPTED 2U /* the recording was cut short by a signal or an error */

/**
 * struct trace_event - one event
 * @kind: enum trace_kind
 * @gfp: TRACE_ZONE_MASK and the bits behind it; allocations alone
 * @order: block order; TRACE_PAGE_ALLOC
 * @cpu: CPU that did it
 * @node: node asked for, -1 for any; allocations of objects
 * @cache: index into the cache table; TRACE_OBJECT_ALLOC
 * @size: bytes asked for; TRACE_KMALLOC
 * @time: nanoseconds since the start of the recording
 * @id: number of the allocation that was made, freed or marked
 * @count: events lost; TRACE_LOST
 */
struct trace_event {
	uint8_t kind;
	uint8_t gfp;
	uint8_t order;
	uint16_t cpu;
	int16_t node;
	uint32_t cache;
	uint64_t size;
	uint64_t time;
	uint64_t id;
	uint64_t count;
};

/**
 * struct trace_cache - one entry of the cache table
 * @name: the kernel's name for it, or size-N where the recording never saw its name
 * @size: bytes that a caller may use
 * @stride: bytes that the kernel spent on one object
 */
struct trace_cache {
	char name[TRACE_NAME_MAX + 1];
	uint32_t size;
	uint32_t stride;
};

/**
 * struct trace_totals - what the recorder counted, from the end of the file
 * @lost: events that the kernel's ring buffers lost
 * @foreign: frees of what had been allocated before the recording, not in the file
 * @implied: frees that were not seen: the address was handed out again
 * @failed: allocations that the recorded kernel refused, not in the file
 * @split: blocks that the kernel freed in parts; the free is that of the last part
 * @repeated: allocations that the kernel reported twice, once in the file
 * @misordered: events whose time stamp lay before an earlier event's
 * @duration: nanoseconds from start to end
 * @exit_status: wait status of the command
 */
struct trace_totals {
	uint64_t lost;
	uint64_t foreign;
	uint64_t implied;
	uint64_t failed;
	uint64_t split;
	uint64_t repeated;
	uint64_t misordered;
	uint64_t duration;
	uint64_t exit_status;
};

/**
 * struct trace_header - the beginning of the file
 * @flags: TRACE_FLAG_*
 * @page_shift: page size of the recorded machine, as a power of two
 * @big_endian: byte order of the recorded machine (the file is always little endian)
 * @nr_cpus: CPUs of the recorded machine
 * @start: seconds since 1970 in nanoseconds
 * @release: kernel release
 * @command: the command line that was run
 */
struct trace_header {
	uint32_t flags;
	uint8_t page_shift;
	uint8_t big_endian;
	uint32_t nr_cpus;
	uint64_t start;
	char *release;
	char *command;
};

/**
 * struct trace_reader - an open file, checked from end to end
 * @data: the whole file
 * @length: its bytes
 * @owned: @data is this reader's to free
 * @header: the beginning of the file
 * @totals: what the recorder counted
 * @caches: the cache table
 * @nr_caches: entries of @caches
 * @nr_events: events in the file, those of TRACE_SLAB and TRACE_LOST included
 * @nr_ids: allocations in the file
 * @kinds: events of each kind
 * @events_start: offset of the first event
 * @events_end: offset of the cache table
 * @pos: where trace_reader_next() stands
 * @prev: the event before it, from which deltas count
 * @next_id: number of the next allocation
 */
struct trace_reader {
	const uint8_t *data;
	size_t length;
	bool owned;
	struct trace_header header;
	struct trace_totals totals;
	struct trace_cache *caches;
	uint32_t nr_caches;
	uint64_t nr_events;
	uint64_t nr_ids;
	uint64_t kinds[TRACE_NR_KINDS];
	size_t events_start;
	size_t events_end;
	size_t pos;
	struct trace_event prev;
	uint64_t next_id;
};

int trace_reader_open(struct trace_reader *reader, const void *data, size_t length, char *error,
		      size_t error_size);
int trace_reader_open_stream(struct trace_reader *reader, FILE *stream, char *error,
			     size_t error_size);
int trace_reader_open_file(struct trace_reader *reader, const char *path, char *error,
			   size_t error_size);
void trace_reader_rewind(struct trace_reader *reader);
int trace_reader_next(struct trace_reader *reader, struct trace_event *event);
void trace_reader_close(struct trace_reader *reader);

uint32_t trace_crc32(uint32_t crc, const void *data, size_t length);

#endif /* MEMCTL_TRACE_FILE_H */
