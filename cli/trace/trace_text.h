/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_text.h - traces of allocations in text, written by hand or by a program
 *
 *   # what follows is a remark
 *   a ID SIZE      an allocation; SIZE is a number of units, or of bytes with a suffix: 4K, 100B
 *   f ID           its free; ID may then be used again
 *
 * A line has up to 255 bytes, with the remark at its end; one that begins with # has any number.
 * An ID is a word of up to 31 bytes.
 */
#ifndef MEMCTL_TRACE_TEXT_H
#define MEMCTL_TRACE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TRACE_TEXT_ID_MAX   31
#define TRACE_TEXT_SIZE_MAX (UINT64_C(1) << 40) /* bytes of one allocation */

/**
 * struct trace_op - an allocation or a free
 * @bytes: asked for; 0 for a free
 * @number: of the allocation, from 0 in the order of the trace
 */
struct trace_op {
	uint64_t bytes;
	uint32_t number;
};

/**
 * struct trace_text - a trace
 * @ops: its events
 * @nr_ops: their number
 * @nr_ids: allocations among them
 * @names: the IDs, each with its NUL
 * @name_of: for each allocation, where in @names its ID is
 */
struct trace_text {
	struct trace_op *ops;
	size_t nr_ops;
	uint32_t nr_ids;
	char *names;
	uint32_t *name_of;
};

int trace_text_read(struct trace_text *text, FILE *stream, uint64_t unit, char *error, size_t size);
void trace_text_free(struct trace_text *text);

#endif /* MEMCTL_TRACE_TEXT_H */
