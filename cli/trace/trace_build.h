/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_build.h - turns what the kernel reports into the events of a trace file
 */
#ifndef MEMCTL_TRACE_BUILD_H
#define MEMCTL_TRACE_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "trace_file.h"
#include "trace_gfp.h"
#include "trace_writer.h"

/**
 * enum kmem_type - the tracepoints
 */
enum kmem_type {
	KMEM_PAGE_ALLOC,
	KMEM_PAGE_FREE,
	KMEM_PAGE_FREE_BATCHED,
	KMEM_KMALLOC,
	KMEM_KFREE,
	KMEM_OBJECT_ALLOC,
	KMEM_OBJECT_FREE,
	KMEM_LOST,
	KMEM_NR_TYPES,
};

/**
 * struct kmem_event - one event, as the kernel reports it
 * @type: enum kmem_type
 * @order: blocks: the order
 * @cpu: CPU that did it
 * @node: objects: node asked for, negative for any
 * @time: nanoseconds of the trace clock
 * @address: objects: where; blocks: the page frame number
 * @gfp: allocations: the GFP flags
 * @call_site: allocations of objects: address of the calling code
 * @asked: allocations of objects: bytes asked for; KMEM_LOST: events lost, 0 for an unknown number
 * @given: allocations of objects: bytes given
 * @name: KMEM_OBJECT_FREE: name of the cache, NULL where the kernel does not say
 * @name_length: bytes of @name, which has no NUL of its own
 */
struct kmem_event {
	uint8_t type;
	uint8_t order;
	uint16_t cpu;
	int node;
	uint64_t time;
	uint64_t address;
	uint64_t gfp;
	uint64_t call_site;
	uint64_t asked;
	uint64_t given;
	const char *name;
	unsigned int name_length;
};

/**
 * struct trace_counts - what was counted
 * @totals: as they go to the end of the file
 * @kinds: events written of each enum trace_kind
 * @slab_marked: the slab allocator's blocks are being marked
 */
struct trace_counts {
	struct trace_totals totals;
	uint64_t kinds[TRACE_NR_KINDS];
	bool slab_marked;
};

struct trace_build;

struct trace_build *trace_build_create(struct trace_writer *writer, const struct trace_gfp *gfp,
				       unsigned int page_shift, uint64_t direct_map);
int trace_build_add(struct trace_build *build, const struct kmem_event *event);
void trace_build_lost(struct trace_build *build, uint64_t at_least);
const struct trace_counts *trace_build_counts(const struct trace_build *build);
int trace_build_finish(struct trace_build *build, uint32_t flags, const struct trace_totals *more);
void trace_build_destroy(struct trace_build *build);

#endif /* MEMCTL_TRACE_BUILD_H */
