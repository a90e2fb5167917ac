/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_format.h - the bytes of a trace file, shared by its reader and its writer alone
 *
 * Documentation/trace-format.rst describes them in full.
 */
#ifndef MEMCTL_TRACE_FORMAT_H
#define MEMCTL_TRACE_FORMAT_H

#include <stdint.h>

/* Like PNG's: a byte above 127, the name, and what a text-mode copy would change. */
static const uint8_t trace_magic[8] = { 0x8d, 'M', 'C', 'T', '\r', '\n', 0x1a, '\n' };

#define TRACE_TRAILER_MAGIC 0x444e4543U /* "CEND" */
#define TRACE_TRAILER_SIZE  24
#define TRACE_HEADER_MIN    (8 + 4 + 1 + 1 + 4 + 8 + 1 + 1)

/* The first byte of an event. */
#define TRACE_TAG_KIND	      0x07 /* enum trace_kind */
#define TRACE_TAG_CPU	      0x08 /* a CPU number follows, it is not the last event's */
#define TRACE_TAG_SAME	      0x10 /* the GFP byte is the last allocation's, none follows */
#define TRACE_TAG_NODE	      0x20 /* objects: a node follows */
#define TRACE_TAG_ORDER_SHIFT 5	   /* blocks: the order in the three bits left … */
#define TRACE_TAG_ORDER_MORE  7	   /* … or this, and a byte with the order follows */

#endif /* MEMCTL_TRACE_FORMAT_H */
