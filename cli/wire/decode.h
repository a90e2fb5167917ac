/* SPDX-License-Identifier: GPL-2.0 */
/*
 * decode.h - attributes to structs, driven by tables.
 *
 * Nothing that comes in is trusted: lengths, types, terminators and counts
 * are checked before a byte is copied; unknown attributes are skipped.
 */
#ifndef MEMCTL_CLI_DECODE_H
#define MEMCTL_CLI_DECODE_H

#include "model.h"

enum field_kind {
	FIELD_U32,
	FIELD_S32,
	FIELD_U64,
	FIELD_FLAG,   /* bool */
	FIELD_STRING, /* char[size] */
	FIELD_U32S,   /* exactly size bytes of u32 */
	FIELD_ROWS,   /* struct list, from one binary attribute of rows of nest->size bytes */
	FIELD_NEST,   /* struct list, one row for each nested attribute of this type */
};

/**
 * struct field - where one attribute goes
 * @attr: its number
 * @kind: its type
 * @required: a reply without it makes no sense
 * @offset: where it goes in the row
 * @size: bytes there
 * @nest: for FIELD_ROWS and FIELD_NEST, what a row of the list looks like
 */
struct field {
	unsigned short attr;
	unsigned char kind;
	bool required;
	unsigned short offset;
	unsigned short size;
	const struct schema *nest;
};

/**
 * struct schema - one attribute set and the struct that it becomes
 * @name: for complaints
 * @size: bytes of the struct, whose first member is the present mask
 * @fields: attributes
 * @nr: their number
 */
struct schema {
	const char *name;
	size_t size;
	const struct field *fields;
	unsigned int nr;
};

/* Answer to an exec request. */
struct exec_reply {
	uint64_t present;
	struct list results; /* of struct memctl_result */
	uint64_t time;
};

bool decode_row(const struct schema *schema, const void *attrs, size_t length, void *row, char *why,
		size_t why_size);
void decode_release(const struct schema *schema, void *row);
void *list_add(struct list *list);
void list_free(struct list *list);

#endif /* MEMCTL_CLI_DECODE_H */
