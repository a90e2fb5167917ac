// SPDX-License-Identifier: GPL-2.0
/*
 * table.c - rows to text (libsmartcols), raw text and JSON (json-c).
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libsmartcols.h>

#include "decode.h"
#include "table.h"

struct selection {
	const struct column *columns[MAX_COLUMNS];
	unsigned int nr;
};

bool view_wanted(const struct memctl_ctx *ctx)
{
	return ctx->json || ctx->raw || ctx->columns || ctx->all_columns;
}

const char *text_escape(const char *text)
{
	static char buffers[4][4 * 256 + 1];
	static unsigned int turn;
	char *start = buffers[turn++ % 4];
	char *to = start;

	for (; *text && to + 4 < start + sizeof(buffers[0]); text++) {
		unsigned char byte = *text;

		if (byte < 0x20 || byte > 0x7e)
			to += sprintf(to, "\\x%02x", byte);
		else
			*to++ = byte;
	}
	*to = '\0';
	return start;
}

const char *text_size(const struct memctl_ctx *ctx, uint64_t bytes)
{
	static char buffers[4][24];
	static unsigned int turn;
	static const char units[] = "KMGTPE";
	char *text = buffers[turn++ % 4];
	int unit = -1;
	uint64_t whole = bytes;
	uint64_t rest = 0;

	while (!ctx->bytes && whole >= 1024) {
		rest = whole % 1024;
		whole /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(text, sizeof(buffers[0]), "%llu%s", (unsigned long long)bytes,
			 ctx->bytes ? "" : "B");
	else if (rest * 10 / 1024)
		snprintf(text, sizeof(buffers[0]), "%llu.%llu%c", (unsigned long long)whole,
			 (unsigned long long)(rest * 10 / 1024), units[unit]);
	else
		snprintf(text, sizeof(buffers[0]), "%llu%c", (unsigned long long)whole,
			 units[unit]);
	return text;
}

struct json_object *json_address(uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
	return json_object_new_string(text);
}

struct json_object *json_text(const char *text)
{
	return json_object_new_string(text_escape(text));
}

static bool column_is_number(const struct column *column)
{
	return column->kind <= COLUMN_ADDRESS || column->kind == COLUMN_COUNT;
}

/* The value of a cell; NULL where it has none. */
static struct json_object *cell_json(const struct column *column, const void *row)
{
	const char *from = (const char *)row + column->offset;
	uint64_t present;
	uint64_t wide;
	uint32_t word;

	if (column->kind == COLUMN_CALL || column->kind == COLUMN_COUNT)
		return column->call(row);
	memcpy(&present, row, sizeof(present));
	if (column->kind == COLUMN_FLAG)
		return json_object_new_boolean(*(const bool *)from);
	if (!(present & (UINT64_C(1) << column->attr)))
		return NULL;
	switch (column->kind) {
	case COLUMN_U32:
	case COLUMN_S32:
	case COLUMN_ENUM:
		memcpy(&word, from, sizeof(word));
		if (column->kind == COLUMN_ENUM)
			return json_object_new_string(column->name_of(word));
		if (column->kind == COLUMN_S32)
			return json_object_new_int((int32_t)word);
		return json_object_new_int64(word);
	case COLUMN_U64:
	case COLUMN_SIZE:
	case COLUMN_ADDRESS:
		memcpy(&wide, from, sizeof(wide));
		if (column->kind == COLUMN_ADDRESS)
			return json_address(wide);
		return json_object_new_uint64(wide);
	default:
		return json_text(from);
	}
}

static void append(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? "," : "", more);
}

/* The same value as text, into @text; strings as they are, libsmartcols makes them safe. */
static void cell_text(struct memctl_ctx *ctx, const struct column *column, const void *row,
		      char *text, size_t size)
{
	struct json_object *value = cell_json(column, row);

	text[0] = '\0';
	if (!value) {
		append(text, size, "-");
	} else if (column->kind == COLUMN_STRING) {
		append(text, size, (const char *)row + column->offset);
	} else if (column->kind == COLUMN_SIZE) {
		append(text, size, text_size(ctx, json_object_get_uint64(value)));
	} else if (json_object_is_type(value, json_type_boolean)) {
		append(text, size, json_object_get_boolean(value) ? "yes" : "no");
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			append(text, size,
			       json_object_get_string(json_object_array_get_idx(value, i)));
	} else {
		append(text, size, json_object_get_string(value));
	}
	if (!text[0])
		append(text, size, "-");
	json_object_put(value);
}

static const struct column *find_column(const struct view *view, const char *name, size_t length)
{
	for (unsigned int i = 0; i < view->nr; i++) {
		if (strlen(view->columns[i].name) == length &&
		    !strncasecmp(view->columns[i].name, name, length))
			return &view->columns[i];
	}
	return NULL;
}

static bool select_column(struct selection *selection, const struct column *column)
{
	if (selection->nr == MAX_COLUMNS)
		return false;
	selection->columns[selection->nr++] = column;
	return true;
}

static void select_default(const struct memctl_ctx *ctx, const struct view *view,
			   struct selection *selection)
{
	enum column_use use = ctx->json ? USE_JSON : USE_TEXT;

	for (unsigned int i = 0; i < view->nr; i++) {
		if (ctx->all_columns || (view->columns[i].use & use))
			select_column(selection, &view->columns[i]);
	}
}

/* Which columns does the user want? On failure *bad is the one that does not exist. */
static bool select_columns(const struct memctl_ctx *ctx, const struct view *view,
			   struct selection *selection, const char **bad)
{
	const char *at = ctx->columns;

	selection->nr = 0;
	if (!at || ctx->all_columns || *at == '+')
		select_default(ctx, view, selection);
	if (!at)
		return true;
	if (*at == '+')
		at++;
	for (;;) {
		size_t length = strcspn(at, ",");
		const struct column *column = find_column(view, at, length);

		*bad = at;
		if (!column || !select_column(selection, column))
			return false;
		if (!at[length])
			return true;
		at += length + 1;
	}
}

/**
 * view_check() - are the columns that the user wants in this view?
 * @ctx: context
 * @view: the view
 * @object: object, for the hint where to look
 *
 * Return: exit status.
 */
int view_check(struct memctl_ctx *ctx, const struct view *view, const char *object)
{
	struct selection selection;
	const char *bad;

	if (select_columns(ctx, view, &selection, &bad))
		return MEMCTL_EXIT_OK;
	return fail_usage(ctx, object, "unknown column '%.*s'", (int)strcspn(bad, ","), bad);
}

void view_help(const struct view *view)
{
	for (unsigned int i = 0; i < view->nr; i++)
		printf("  %-14s %s\n", view->columns[i].name, view->columns[i].help);
}

void view_names(const struct view *view)
{
	for (unsigned int i = 0; i < view->nr; i++)
		puts(view->columns[i].name);
}

static void add_key(struct json_object *object, const struct column *column,
		    struct json_object *value)
{
	char key[40];
	size_t i;

	for (i = 0; column->name[i] && i + 1 < sizeof(key); i++)
		key[i] = tolower((unsigned char)column->name[i]);
	key[i] = '\0';
	json_object_object_add(object, key, value);
}

static struct json_object *row_json(const struct selection *selection, const void *row)
{
	struct json_object *object = json_object_new_object();

	for (unsigned int i = 0; i < selection->nr; i++)
		add_key(object, selection->columns[i], cell_json(selection->columns[i], row));
	return object;
}

struct json_object *view_row_json(struct memctl_ctx *ctx, const struct view *view, const void *row)
{
	struct selection selection;
	const char *bad;

	select_columns(ctx, view, &selection, &bad);
	return row_json(&selection, row);
}

struct json_object *view_json(struct memctl_ctx *ctx, const struct view *view, const void *rows,
			      size_t nr, size_t size)
{
	struct json_object *array = json_object_new_array();
	struct selection selection;
	const char *bad;

	select_columns(ctx, view, &selection, &bad);
	for (size_t i = 0; i < nr; i++)
		json_object_array_add(array, row_json(&selection, (const char *)rows + i * size));
	return array;
}

/* The complaint of ctx as a JSON value. */
static struct json_object *error_json(const struct memctl_ctx *ctx)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "exit", json_object_new_int(ctx->error.status));
	json_object_object_add(object, "message", json_text(ctx->error.message));
	if (ctx->error.error) {
		json_object_object_add(object, "errno", json_object_new_int(ctx->error.error));
		json_object_object_add(object, "name",
				       json_object_new_string(errno_name(ctx->error.error)));
	}
	if (ctx->error.kernel[0])
		json_object_object_add(object, "kernel", json_text(ctx->error.kernel));
	return object;
}

/**
 * json_document() - print the one JSON document of this run
 * @ctx: context; a complaint noted there goes into the document
 * @key: key of the value, or NULL for a document that only complains
 * @value: the value, taken over
 *
 * Return: exit status of the complaint, 0 without one.
 */
int json_document(struct memctl_ctx *ctx, const char *key, struct json_object *value)
{
	struct json_object *document = json_object_new_object();

	if (key) {
		json_object_object_add(document, "output_version",
				       json_object_new_int(MEMCTL_OUTPUT_VERSION));
		json_object_object_add(document, key, value);
	}
	if (ctx->error.status)
		json_object_object_add(document, "error", error_json(ctx));
	puts(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PRETTY |
							      JSON_C_TO_STRING_SPACED |
							      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
	ctx->json_done = true;
	return ctx->error.status;
}

static struct libscols_table *new_table(struct memctl_ctx *ctx, const struct selection *selection)
{
	struct libscols_table *table;
	bool failed = false;

	scols_init_debug(0);
	table = scols_new_table();
	if (!table)
		return NULL;
	scols_table_enable_raw(table, ctx->raw);
	scols_table_enable_noheadings(table, ctx->no_headings);
	/* Whole lines whatever the width of the terminal: no cell is ever cut. */
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	for (unsigned int i = 0; i < selection->nr; i++) {
		const struct column *column = selection->columns[i];

		failed |= !scols_table_new_column(table, column->name, 0,
						  column_is_number(column) ? SCOLS_FL_RIGHT : 0);
	}
	if (!failed)
		return table;
	scols_unref_table(table);
	return NULL;
}

static bool add_line(struct memctl_ctx *ctx, struct libscols_table *table,
		     const struct selection *selection, const void *row)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[1024];

	for (unsigned int i = 0; line && i < selection->nr; i++) {
		cell_text(ctx, selection->columns[i], row, text, sizeof(text));
		if (scols_line_set_data(line, i, text))
			return false;
	}
	return line;
}

int view_print_rows(struct memctl_ctx *ctx, const struct view *view, const void *rows, size_t nr,
		    size_t size)
{
	struct libscols_table *table;
	struct selection selection;
	const char *bad;
	bool good = true;

	if (ctx->json)
		return json_document(ctx, view->name, view_json(ctx, view, rows, nr, size));
	select_columns(ctx, view, &selection, &bad);
	table = new_table(ctx, &selection);
	for (size_t i = 0; table && good && i < nr; i++)
		good = add_line(ctx, table, &selection, (const char *)rows + i * size);
	good = table && good && !scols_print_table(table);
	scols_unref_table(table);
	if (!good)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory for the table");
	return ctx->error.status;
}

int view_print(struct memctl_ctx *ctx, const struct view *view, const struct list *list)
{
	/* A list inside a row has no schema before it has a row. */
	return view_print_rows(ctx, view, list->rows, list->nr, list->nr ? list->schema->size : 0);
}

/* A line for each column that is not empty, of those that are in text by default, or of all. */
static int print_lines(struct memctl_ctx *ctx, const struct view *view, const void *row, bool all)
{
	char text[1024];

	if (view_wanted(ctx))
		return view_print_rows(ctx, view, row, 1, 0);
	for (unsigned int i = 0; i < view->nr; i++) {
		const struct column *column = &view->columns[i];

		if (!all && !(column->use & USE_TEXT))
			continue;
		cell_text(ctx, column, row, text, sizeof(text));
		if (strcmp(text, "-"))
			printf("%-14s %s\n", column->name, text_escape(text));
	}
	return MEMCTL_EXIT_OK;
}

int view_print_lines(struct memctl_ctx *ctx, const struct view *view, const void *row)
{
	return print_lines(ctx, view, row, false);
}

int view_print_whole(struct memctl_ctx *ctx, const struct view *view, const void *row)
{
	return print_lines(ctx, view, row, true);
}
