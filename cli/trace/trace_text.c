// SPDX-License-Identifier: GPL-2.0
/*
 * trace_text.c - reads a trace of lines "a ID SIZE" and "f ID"; the format is in trace_text.h
 *
 * What is wrong is said with its line and column, both from 1. Invariants:
 *
 * I1. Memory is bounded by the size of the file: an ID is kept once, an event in 16 bytes.
 * I2. An ID that is looked up is in the table once, whether its allocation lives or not.
 */
#include "trace_text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"

#define LINE_MAX_BYTES 255
#define NONE	       UINT32_MAX

/**
 * struct id - an ID that was seen
 * @name: where it is among the names, plus one; 0: this entry is empty
 * @number: of its allocation, NONE if that was freed
 * @line: of that allocation
 */
struct id {
	uint32_t name;
	uint32_t number;
	uint64_t line;
};

/**
 * struct reader - a trace being read
 * @text: what is made of it
 * @stream: the file
 * @unit: bytes of a SIZE of 1
 * @line: number of the line
 * @buffer: the line
 * @length: its bytes
 * @pos: where in it the next word is looked for
 * @column: of the last word
 * @ids: hash table, @nr_slots of them, a power of two
 * @nr_used: entries that are not empty
 * @nr_names: bytes of the names
 * @room_ops: events that there is room for
 * @room_ids: allocations
 * @room_names: bytes of names
 * @error: where to say what is wrong
 * @error_size: room there
 */
struct reader {
	struct trace_text *text;
	FILE *stream;
	uint64_t unit;
	uint64_t line;
	char buffer[LINE_MAX_BYTES + 1];
	size_t length;
	size_t pos;
	size_t column;
	struct id *ids;
	size_t nr_slots;
	size_t nr_used;
	size_t nr_names;
	size_t room_ops;
	size_t room_ids;
	size_t room_names;
	char *error;
	size_t error_size;
};

static int wrong(struct reader *reader, size_t column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int wrong(struct reader *reader, size_t column, const char *format, ...)
{
	int length = snprintf(reader->error, reader->error_size,
			      "line %llu, column %zu: ", (unsigned long long)reader->line, column);
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error + length, reader->error_size - (size_t)length, format, args);
	va_end(args);
	return -1;
}

static int no_memory(struct reader *reader)
{
	snprintf(reader->error, reader->error_size, "no memory for line %llu",
		 (unsigned long long)reader->line);
	return -1;
}

/* Room for @nr elements behind those that are there. Return: false without memory. */
static bool make_room(void *array, size_t *room, size_t used, size_t nr, size_t size)
{
	size_t more = *room ? *room : 1024;
	void *grown, *old;

	memcpy(&old, array, sizeof(old));
	if (used + nr <= *room)
		return true;
	while (more < used + nr)
		more *= 2;
	grown = reallocarray(old, more, size);
	if (!grown)
		return false;
	memcpy(array, &grown, sizeof(grown));
	*room = more;
	return true;
}

/* The next line, without what follows #. Return: 1, 0 behind the last, -1 for a bad one. */
static int read_line(struct reader *reader)
{
	int byte = getc(reader->stream);
	bool remark = byte == '#';
	char *hash;

	if (byte == EOF)
		return 0;
	reader->line++;
	reader->length = 0;
	reader->pos = 0;
	for (; byte != EOF && byte != '\n'; byte = getc(reader->stream)) {
		if (remark)
			continue;
		if (reader->length == LINE_MAX_BYTES)
			return wrong(reader, LINE_MAX_BYTES + 1, "the line is longer than %d bytes",
				     LINE_MAX_BYTES);
		reader->buffer[reader->length++] = (char)byte;
	}
	reader->buffer[reader->length] = '\0';
	hash = memchr(reader->buffer, '#', reader->length);
	if (hash) {
		reader->length = (size_t)(hash - reader->buffer);
		*hash = '\0';
	}
	return 1;
}

/* The next word of the line, "" behind the last. Its column is the reader's. */
static char *next_word(struct reader *reader)
{
	char *word;

	while (reader->pos < reader->length && isspace((unsigned char)reader->buffer[reader->pos]))
		reader->pos++;
	reader->column = reader->pos + 1;
	word = &reader->buffer[reader->pos];
	while (reader->pos < reader->length && !isspace((unsigned char)reader->buffer[reader->pos]))
		reader->pos++;
	if (reader->pos < reader->length)
		reader->buffer[reader->pos++] = '\0';
	return word;
}

/* FNV-1a, as short words are many. */
static size_t hash_of(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3;
	return (size_t)(hash ^ hash >> 32);
}

/* The entry of an ID, or the empty one where it would be. */
static struct id *slot_of(const struct reader *reader, const char *name)
{
	size_t slot = hash_of(name) & (reader->nr_slots - 1);

	while (reader->ids[slot].name &&
	       strcmp(&reader->text->names[reader->ids[slot].name - 1], name))
		slot = (slot + 1) & (reader->nr_slots - 1);
	return &reader->ids[slot];
}

/* Keep the table at most half full. */
static bool grow_table(struct reader *reader)
{
	size_t nr_old = reader->nr_slots;
	struct id *old = reader->ids;

	if (2 * (reader->nr_used + 1) <= nr_old)
		return true;
	reader->nr_slots = nr_old ? 2 * nr_old : 1024;
	reader->ids = calloc(reader->nr_slots, sizeof(*reader->ids));
	if (!reader->ids) {
		reader->ids = old;
		reader->nr_slots = nr_old;
		return false;
	}
	for (size_t i = 0; i < nr_old; i++)
		if (old[i].name)
			*slot_of(reader, &reader->text->names[old[i].name - 1]) = old[i];
	free(old);
	return true;
}

static bool add_op(struct reader *reader, uint64_t bytes, uint32_t number)
{
	struct trace_text *text = reader->text;

	if (!make_room(&text->ops, &reader->room_ops, text->nr_ops, 1, sizeof(*text->ops)))
		return false;
	text->ops[text->nr_ops++] = (struct trace_op){ bytes, number };
	return true;
}

/* Note an ID that was not seen before. Return: its entry; NULL without memory. */
static struct id *add_id(struct reader *reader, const char *name)
{
	struct trace_text *text = reader->text;
	size_t size = strlen(name) + 1;
	struct id *id;

	if (reader->nr_names + size >= NONE || !grow_table(reader) ||
	    !make_room(&text->names, &reader->room_names, reader->nr_names, size, 1))
		return NULL;
	memcpy(&text->names[reader->nr_names], name, size);
	id = slot_of(reader, name);
	id->name = (uint32_t)reader->nr_names + 1;
	reader->nr_names += size;
	reader->nr_used++;
	return id;
}

static int add_alloc(struct reader *reader, const char *name, size_t column, uint64_t bytes)
{
	struct trace_text *text = reader->text;
	struct id *id = reader->nr_slots ? slot_of(reader, name) : NULL;

	if (id && id->name && id->number != NONE)
		return wrong(reader, column, "'%s' is allocated already, in line %llu", name,
			     (unsigned long long)id->line);
	if (!id || !id->name)
		id = add_id(reader, name);
	if (!id || text->nr_ids == NONE ||
	    !make_room(&text->name_of, &reader->room_ids, text->nr_ids, 1, sizeof(*text->name_of)))
		return no_memory(reader);
	text->name_of[text->nr_ids] = id->name - 1;
	id->number = text->nr_ids++;
	id->line = reader->line;
	return add_op(reader, bytes, id->number) ? 0 : no_memory(reader);
}

static int add_free(struct reader *reader, const char *name, size_t column)
{
	struct id *id = reader->nr_slots ? slot_of(reader, name) : NULL;
	uint32_t number;

	if (!id || !id->name || id->number == NONE)
		return wrong(reader, column, "'%s' is not allocated", name);
	number = id->number;
	id->number = NONE;
	return add_op(reader, 0, number) ? 0 : no_memory(reader);
}

/* A number of units, or of bytes where it has a suffix. */
static int read_size(struct reader *reader, uint64_t *bytes)
{
	const char *word = next_word(reader);
	bool bare = word[strspn(word, "0123456789")] == '\0';

	if (!*word)
		return wrong(reader, reader->column, "a size is missing behind the ID");
	if (!parse_size(word, bytes) || !*bytes || *bytes > TRACE_TEXT_SIZE_MAX)
		return wrong(reader, reader->column, "'%s' is no size from 1 to 1T", word);
	if (bare && *bytes > TRACE_TEXT_SIZE_MAX / reader->unit)
		return wrong(reader, reader->column, "'%s' is no number of units, 1T together",
			     word);
	if (bare)
		*bytes *= reader->unit;
	return 0;
}

static int read_event(struct reader *reader)
{
	char *what = next_word(reader), *name;
	size_t what_column = reader->column, column;
	bool alloc = !strcmp(what, "a");
	uint64_t bytes = 0;

	if (!*what)
		return 0;
	if (!alloc && strcmp(what, "f"))
		return wrong(reader, what_column, "'%s' is no event: 'a ID SIZE' or 'f ID'", what);
	name = next_word(reader);
	column = reader->column;
	if (!*name)
		return wrong(reader, column, "an ID is missing behind '%s'", what);
	if (strlen(name) > TRACE_TEXT_ID_MAX)
		return wrong(reader, column, "the ID is longer than %d bytes", TRACE_TEXT_ID_MAX);
	if (alloc && read_size(reader, &bytes))
		return -1;
	if (*next_word(reader))
		return wrong(reader, reader->column, "'%s' is one word too many",
			     &reader->buffer[reader->column - 1]);
	return alloc ? add_alloc(reader, name, column, bytes) : add_free(reader, name, column);
}

static int read_all(struct reader *reader)
{
	int more;

	while ((more = read_line(reader)) > 0) {
		const char *nul = memchr(reader->buffer, '\0', reader->length);

		if (nul)
			return wrong(reader, (size_t)(nul - reader->buffer) + 1,
				     "a byte 0: this is no text");
		if (read_event(reader))
			return -1;
	}
	if (!more && ferror(reader->stream)) {
		snprintf(reader->error, reader->error_size, "%m");
		return -1;
	}
	if (!more && !reader->text->nr_ids) {
		snprintf(reader->error, reader->error_size, "no event in %llu lines",
			 (unsigned long long)reader->line);
		return -1;
	}
	return more;
}

/**
 * trace_text_read() - read a trace
 * @text: filled in; to be freed by trace_text_free() when 0 was returned
 * @stream: the file
 * @unit: bytes of one unit, for sizes without a suffix
 * @error: where to say what is wrong, with the line
 * @size: room there
 *
 * Return: 0, or -1 with @error set.
 */
int trace_text_read(struct trace_text *text, FILE *stream, uint64_t unit, char *error, size_t size)
{
	struct reader reader = {
		.text = text,
		.stream = stream,
		.unit = unit,
		.error = error,
		.error_size = size,
	};
	int ret;

	memset(text, 0, sizeof(*text));
	ret = read_all(&reader);
	free(reader.ids);
	if (ret)
		trace_text_free(text);
	return ret;
}

/**
 * trace_text_free() - free what a trace holds
 * @text: the trace
 */
void trace_text_free(struct trace_text *text)
{
	free(text->ops);
	free(text->names);
	free(text->name_of);
	memset(text, 0, sizeof(*text));
}
