/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table.h - a view is a table of columns; every output format, the choice
 * of columns and the help are made from it.
 */
#ifndef MEMCTL_CLI_TABLE_H
#define MEMCTL_CLI_TABLE_H

#include "base/document.h"
#include "wire/model.h"

enum column_kind {
	COLUMN_U32,
	COLUMN_S32,
	COLUMN_U64,
	COLUMN_WIDE,	/* u64 that may pass 2^53: a string in JSON */
	COLUMN_SIZE,	/* u64, bytes: 64M in text, a number in JSON */
	COLUMN_ADDRESS, /* u64: 0x... everywhere, a string in JSON */
	COLUMN_STRING,	/* char[] */
	COLUMN_TEXT,	/* const char *, NULL for an empty cell */
	COLUMN_FLAG,	/* bool: yes or no in text */
	COLUMN_ENUM,	/* u32 with @name */
	COLUMN_CALL,	/* @call makes it */
	COLUMN_COUNT,	/* @call or @count makes it, and it is a number */
};

enum column_use {
	USE_ASKED = 0, /* only when asked for */
	USE_TEXT = 1,  /* in text by default */
	USE_JSON = 2,  /* in JSON by default */
	USE_BOTH = 3,
};

/**
 * struct column - one column of a view
 * @name: heading, words apart by _; in JSON the key, in lower case
 * @help: one line, with the unit
 * @kind: type
 * @use: enum column_use
 * @attr: number of the attribute whose absence leaves the cell empty, 0: never empty
 * @offset: of the value in the row
 * @name_of: COLUMN_ENUM: word for a number
 * @call: makes the value in place of reading it from the row; NULL is an empty cell
 * @count: makes it, a number, of the row and @index
 * @index: which of several columns that share @count
 * @join: what stands in text between the parts of an array or object; NULL: a comma between
 *	  those of an array
 */
struct column {
	const char *name;
	const char *help;
	enum column_kind kind;
	enum column_use use;
	unsigned int attr;
	size_t offset;
	const char *(*name_of)(uint32_t value);
	struct json_object *(*call)(const void *row);
	uint64_t (*count)(const void *row, unsigned int index);
	unsigned int index;
	const char *join;
};

/* COLUMN("FREE", U32, zone, nr_free, ZONE_NR_FREE, BOTH, "free frames") */
#define COLUMN(heading, type, row, member, attribute, when, text)                               \
	{                                                                                       \
		.name = heading, .kind = COLUMN_##type, .offset = offsetof(struct row, member), \
		.attr = MEMCTL_A_##attribute, .use = USE_##when, .help = text                   \
	}
#define COLUMN_WORD(heading, names, row, member, attribute, when, text)                         \
	{                                                                                       \
		.name = heading, .kind = COLUMN_ENUM, .offset = offsetof(struct row, member),   \
		.attr = MEMCTL_A_##attribute, .use = USE_##when, .help = text, .name_of = names \
	}
#define COLUMN_MADE(heading, function, when, text)                                     \
	{                                                                              \
		.name = heading, .kind = COLUMN_CALL, .use = USE_##when, .help = text, \
		.call = function                                                       \
	}

#define COLUMN_JOINED(heading, function, with, when, text)                             \
	{                                                                              \
		.name = heading, .kind = COLUMN_CALL, .use = USE_##when, .help = text, \
		.call = function, .join = with                                         \
	}

#define COLUMN_BYTES(heading, function, when, text)                                    \
	{                                                                              \
		.name = heading, .kind = COLUMN_SIZE, .use = USE_##when, .help = text, \
		.call = function                                                       \
	}

#define COLUMN_COUNTED(heading, function, when, text)                                   \
	{                                                                               \
		.name = heading, .kind = COLUMN_COUNT, .use = USE_##when, .help = text, \
		.call = function                                                        \
	}

#define COLUMN_COUNTED_AT(heading, function, at, when, text)                            \
	{                                                                               \
		.name = heading, .kind = COLUMN_COUNT, .use = USE_##when, .help = text, \
		.count = function, .index = at                                          \
	}

/**
 * struct view - a table of rows
 * @columns: the columns
 * @nr: their number
 */
struct view {
	const struct column *columns;
	unsigned int nr;
};

#define VIEW(table)                                                        \
	{                                                                  \
		.columns = table, .nr = sizeof(table) / sizeof((table)[0]) \
	}

#define MAX_COLUMNS 64

/* Does the user want columns rather than the format of the kernel's own file? */
bool view_wanted(const struct memctl_ctx *ctx);
int view_check(struct memctl_ctx *ctx, const struct view *view, const char *object);
void view_help(const struct view *view);
void view_names(const struct view *view);
/* Print rows: @nr of @size bytes. Return: exit status. */
int view_print_rows(struct memctl_ctx *ctx, const struct view *view, const void *rows, size_t nr,
		    size_t size);
int view_print(struct memctl_ctx *ctx, const struct view *view, const struct list *list);
/* The same as comma-separated values (RFC 4180), with the keys of JSON as heads; sizes in bytes. */
int view_print_csv(struct memctl_ctx *ctx, const struct view *view, const void *rows, size_t nr,
		   size_t size);
/* One row, a line for each column that is not empty; a table where one was asked for. */
int view_print_lines(struct memctl_ctx *ctx, const struct view *view, const void *row);
/* The same, with what each column means behind it. */
int view_print_explained(struct memctl_ctx *ctx, const struct view *view, const void *row);
/* The same with all columns. */
int view_print_whole(struct memctl_ctx *ctx, const struct view *view, const void *row);
struct json_object *view_row_json(struct memctl_ctx *ctx, const struct view *view, const void *row);
struct json_object *view_json(struct memctl_ctx *ctx, const struct view *view, const void *rows,
			      size_t nr, size_t size);

#endif /* MEMCTL_CLI_TABLE_H */
