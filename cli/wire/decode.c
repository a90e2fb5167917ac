// SPDX-License-Identifier: GPL-2.0
/*
 * decode.c - one pass over the attributes of a reply, checking each against
 * the field table of its set (schema.c).
 */
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "decode.h"

static bool __attribute__((format(printf, 3, 4)))
complain(char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return false;
}

/**
 * list_add() - room for one more row
 * @list: list with its schema set
 *
 * Return: the row, zeroed, or NULL without memory.
 */
void *list_add(struct list *list)
{
	size_t size = list->schema->size;
	char *row;

	if (list->nr == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 8;
		void *rows = reallocarray(list->rows, capacity, size);

		if (!rows)
			return NULL;
		list->rows = rows;
		list->capacity = capacity;
	}
	row = (char *)list->rows + list->nr++ * size;
	memset(row, 0, size);
	return row;
}

/**
 * list_free() - free the rows and what hangs off them
 * @list: the list, empty and usable afterwards
 */
void list_free(struct list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		decode_release(list->schema, (char *)list->rows + i * list->schema->size);
	free(list->rows);
	list->rows = NULL;
	list->nr = 0;
	list->capacity = 0;
}

/**
 * decode_release() - free the lists inside a row
 * @schema: what the row looks like
 * @row: the row
 */
void decode_release(const struct schema *schema, void *row)
{
	for (unsigned int i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];

		if (field->kind == FIELD_ROWS || field->kind == FIELD_NEST)
			list_free((struct list *)((char *)row + field->offset));
	}
}

/* An array of rows in one attribute: they are copied as they are. */
static bool decode_rows(const struct field *field, const void *data, size_t length,
			struct list *list)
{
	size_t size = field->nest->size;

	if (length % size)
		return false;
	list_free(list);
	list->schema = field->nest;
	if (!length)
		return true;
	list->rows = malloc(length);
	if (!list->rows)
		return false;
	memcpy(list->rows, data, length);
	list->nr = length / size;
	list->capacity = list->nr;
	return true;
}

static bool decode_nest(const struct field *field, const void *data, size_t length,
			struct list *list, char *why, size_t why_size)
{
	void *row;

	list->schema = field->nest;
	row = list_add(list);
	if (!row)
		return complain(why, why_size, "no memory");
	return decode_row(field->nest, data, length, row, why, why_size);
}

static bool decode_field(const struct schema *schema, const struct field *field, const void *data,
			 size_t length, void *row, char *why, size_t why_size)
{
	void *to = (char *)row + field->offset;
	bool good = false;

	switch (field->kind) {
	case FIELD_U32:
	case FIELD_S32:
	case FIELD_U64:
	case FIELD_U32S:
		good = length == field->size;
		if (good)
			memcpy(to, data, length);
		break;
	case FIELD_FLAG:
		good = !length;
		*(bool *)to = good;
		break;
	case FIELD_STRING:
		good = memchr(data, '\0', length) && strlen(data) < field->size;
		if (good)
			memcpy(to, data, strlen(data) + 1);
		break;
	case FIELD_ROWS:
		good = decode_rows(field, data, length, to);
		break;
	case FIELD_NEST:
		return decode_nest(field, data, length, to, why, why_size);
	}
	if (good)
		return true;
	return complain(why, why_size, "attribute %u of a %s, %zu bytes long, is not of its type",
			field->attr, schema->name, length);
}

static const struct field *find_field(const struct schema *schema, unsigned int attr)
{
	for (unsigned int i = 0; i < schema->nr; i++) {
		if (schema->fields[i].attr == attr)
			return &schema->fields[i];
	}
	return NULL;
}

static bool check_required(const struct schema *schema, uint64_t present, char *why,
			   size_t why_size)
{
	for (unsigned int i = 0; i < schema->nr; i++) {
		const struct field *field = &schema->fields[i];

		if (field->required && !(present & (UINT64_C(1) << field->attr)))
			return complain(why, why_size, "a %s comes without attribute %u",
					schema->name, field->attr);
	}
	return true;
}

/**
 * decode_row() - attributes to a struct
 * @schema: which attributes, and where they go
 * @attrs: first attribute, 4-byte aligned
 * @length: bytes from there
 * @row: zeroed struct; free it with decode_release() whatever is returned
 * @why: on failure, what was wrong
 * @why_size: room there
 *
 * Return: true if all of it made sense.
 */
bool decode_row(const struct schema *schema, const void *attrs, size_t length, void *row, char *why,
		size_t why_size)
{
	const char *at = attrs;
	uint64_t *present = row;

	while (length) {
		const struct field *field;
		struct nlattr attr;
		size_t step;

		if (length < sizeof(attr))
			return complain(why, why_size, "%zu bytes are left over in a %s", length,
					schema->name);
		memcpy(&attr, at, sizeof(attr));
		if (attr.nla_len < sizeof(attr) || attr.nla_len > length)
			return complain(why, why_size,
					"an attribute of a %s is %u bytes long, with %zu left",
					schema->name, attr.nla_len, length);
		field = find_field(schema, attr.nla_type & NLA_TYPE_MASK);
		if (field) {
			if (!decode_field(schema, field, at + NLA_HDRLEN, attr.nla_len - NLA_HDRLEN,
					  row, why, why_size))
				return false;
			*present |= UINT64_C(1) << field->attr;
		}
		step = NLA_ALIGN(attr.nla_len);
		if (step > length)
			step = length;
		at += step;
		length -= step;
	}
	return check_required(schema, *present, why, why_size);
}
