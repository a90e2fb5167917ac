// SPDX-License-Identifier: GPL-2.0
/*
 * table.c - rows to text (libsmartcols), raw text and JSON values (json-c).
 */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libsmartcols.h>

#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/match.h"
#include "base/text.h"
#include "table.h"
#include "wire/decode.h"
#include "wire/model.h"

struct selection {
	const struct column *columns[MAX_COLUMNS];
	unsigned int nr;
};

bool view_wanted(const struct memctl_ctx *ctx)
{
	return ctx->json || ctx->raw || ctx->no_headings || ctx->columns || ctx->all_columns;
}

static bool column_is_number(const struct column *column)
{
	return column->kind <= COLUMN_ADDRESS || column->kind == COLUMN_COUNT;
}

/* The value of a cell; NULL where it has none. */
static struct json_object *cell_json(const struct column *column, const void *row)
{
	const char *from = (const char *)row + column->offset;
	const char *text;
	uint64_t present;
	uint64_t wide;
	uint32_t word;

	if (column->count)
		return json_object_new_uint64(column->count(row, column->index));
	if (column->call)
		return column->call(row);
	memcpy(&present, row, sizeof(present));
	if (column->kind == COLUMN_TEXT) {
		memcpy(&text, from, sizeof(text));
		return json_text(text);
	}
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
	case COLUMN_WIDE:
	case COLUMN_SIZE:
	case COLUMN_ADDRESS:
		memcpy(&wide, from, sizeof(wide));
		if (column->kind == COLUMN_ADDRESS)
			return json_address(wide);
		return column->kind == COLUMN_WIDE ? json_wide(wide) : json_object_new_uint64(wide);
	default:
		return json_text(from);
	}
}

/* The parts of an array or an object, with @join between them. */
static void print_parts(FILE *to, struct json_object *value, const char *join)
{
	size_t nr = 0;

	if (json_object_is_type(value, json_type_array)) {
		for (; nr < json_object_array_length(value); nr++)
			fprintf(to, "%s%s", nr ? join : "",
				json_object_get_string(json_object_array_get_idx(value, nr)));
		return;
	}
	json_object_object_foreach(value, key, part)
	{
		(void)key;
		fprintf(to, "%s%s", nr++ ? join : "", json_object_get_string(part));
	}
}

/*
 * The same value as text, of any length; strings as they are, libsmartcols
 * makes them safe. Return: memory to be freed, or NULL without memory.
 */
static char *cell_text(struct memctl_ctx *ctx, const struct column *column, const void *row)
{
	struct json_object *value = cell_json(column, row);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to) {
		json_object_put(value);
		return NULL;
	}
	if (!value)
		fputc('-', to);
	else if (column->kind == COLUMN_STRING)
		fputs((const char *)row + column->offset, to);
	else if (column->kind == COLUMN_TEXT)
		fputs(*(const char *const *)((const char *)row + column->offset), to);
	else if (column->kind == COLUMN_SIZE)
		fputs(text_size(ctx, json_object_get_uint64(value)), to);
	else if (json_object_is_type(value, json_type_boolean))
		fputs(json_object_get_boolean(value) ? "yes" : "no", to);
	else if (column->join || json_object_is_type(value, json_type_array))
		print_parts(to, value, column->join ? column->join : ",");
	else
		fputs(json_object_get_string(value), to);
	json_object_put(value);
	if (!ftell(to))
		fputc('-', to);
	if (!fclose(to))
		return text;
	free(text);
	return NULL;
}

/* Case does not count in the name of a column, nor what stands between its words. */
static bool is_column(const struct column *column, const char *name, size_t length)
{
	const char *heading = column->name, *end = name + length;

	for (;;) {
		heading += strspn(heading, "_-");
		while (name < end && (*name == '_' || *name == '-'))
			name++;
		if (name == end || !*heading)
			return name == end && !*heading;
		if (toupper((unsigned char)*name++) != *heading++)
			return false;
	}
}

static const struct column *find_column(const struct view *view, const char *name, size_t length)
{
	for (unsigned int i = 0; i < view->nr; i++) {
		if (is_column(&view->columns[i], name, length))
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

static const char *column_word(const void *list, unsigned int index)
{
	const struct view *view = list;

	return index < view->nr ? view->columns[index].name : NULL;
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
	char hint[MATCH_HINT_SIZE], name[40];
	struct selection selection;
	const char *bad;

	if (select_columns(ctx, view, &selection, &bad))
		return MEMCTL_EXIT_OK;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(bad, ","), bad);
	for (char *at = name; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	/* One that the name begins is a hint, no column. */
	if (match_find(name, column_word, view, hint) >= 0)
		snprintf(hint, sizeof(hint), "; could be %s",
			 view->columns[match_find(name, column_word, view, hint)].name);
	return fail_usage(ctx, object, "unknown column '%.*s'%s", (int)strcspn(bad, ","), bad,
			  hint);
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

struct key {
	char text[40];
};

/* @column's name in lower case is the key. */
static struct key key_of(const struct column *column)
{
	struct key key;
	size_t i;

	for (i = 0; column->name[i] && i + 1 < sizeof(key.text); i++)
		key.text[i] = (char)tolower((unsigned char)column->name[i]);
	key.text[i] = '\0';
	return key;
}

static void add_key(struct json_object *object, const struct column *column,
		    struct json_object *value)
{
	json_object_object_add(object, key_of(column).text, value);
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
		/* libsmartcols 2.38 leaves room for headings that it does not print. */
		const char *heading = ctx->no_headings ? "" : column->name;

		failed |= !scols_table_new_column(table, heading, 0,
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

	for (unsigned int i = 0; line && i < selection->nr; i++) {
		char *text = cell_text(ctx, selection->columns[i], row);

		/* The line takes it over. */
		if (!text || scols_line_refer_data(line, i, text)) {
			free(text);
			return false;
		}
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
		return json_document(ctx, view_json(ctx, view, rows, nr, size));
	select_columns(ctx, view, &selection, &bad);
	table = new_table(ctx, &selection);
	for (size_t i = 0; table && good && i < nr; i++)
		good = add_line(ctx, table, &selection, (const char *)rows + i * size);
	good = table && good && !scols_print_table(table);
	scols_unref_table(table);
	if (!good)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory for the table");
	if (!nr && !ctx->raw && !ctx->quiet && isatty(STDOUT_FILENO))
		note("nothing to show");
	return ctx->error.status;
}

/* A cell of comma-separated values; empty is one without a value. */
static void print_csv_cell(const char *text)
{
	bool quoted = text[strcspn(text, ",\"\r\n")];

	if (!strcmp(text, "-"))
		return;
	if (quoted)
		putchar('"');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	if (quoted)
		putchar('"');
}

int view_print_csv(struct memctl_ctx *ctx, const struct view *view, const void *rows, size_t nr,
		   size_t size)
{
	struct selection selection;
	const char *bad;

	ctx->bytes = true;
	select_columns(ctx, view, &selection, &bad);
	for (unsigned int i = 0; i < selection.nr && !ctx->no_headings; i++)
		printf("%s%s", key_of(selection.columns[i]).text,
		       i + 1 < selection.nr ? "," : "\n");
	for (size_t row = 0; row < nr; row++) {
		for (unsigned int i = 0; i < selection.nr; i++) {
			char *text = cell_text(ctx, selection.columns[i],
					       (const char *)rows + row * size);

			if (!text)
				return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
			print_csv_cell(text);
			putchar(i + 1 < selection.nr ? ',' : '\n');
			free(text);
		}
	}
	return ctx->error.status;
}

int view_print(struct memctl_ctx *ctx, const struct view *view, const struct list *list)
{
	/* A list inside a row has no schema before it has a row. */
	return view_print_rows(ctx, view, list->rows, list->nr, list->nr ? list->schema->size : 0);
}

/* What print_lines() prints besides columns that are in text by default, and their values. */
enum { ALL_COLUMNS = 1, WITH_HELP = 2 };

/* A line for each column that is not empty. */
static int print_lines(struct memctl_ctx *ctx, const struct view *view, const void *row,
		       unsigned int what)
{
	if (view_wanted(ctx))
		return view_print_rows(ctx, view, row, 1, 0);
	for (unsigned int i = 0; i < view->nr; i++) {
		const struct column *column = &view->columns[i];
		char *text;

		if (!(what & ALL_COLUMNS) && !(column->use & USE_TEXT))
			continue;
		text = cell_text(ctx, column, row);
		if (!text)
			return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
		if (strcmp(text, "-")) {
			printf("%-*s ", what & WITH_HELP ? 17 : 14, column->name);
			text_print(stdout, text);
			if (what & WITH_HELP)
				printf("%*s  %s", strlen(text) < 20 ? 20 - (int)strlen(text) : 0,
				       "", column->help);
			putchar('\n');
		}
		free(text);
	}
	return MEMCTL_EXIT_OK;
}

int view_print_lines(struct memctl_ctx *ctx, const struct view *view, const void *row)
{
	return print_lines(ctx, view, row, 0);
}

int view_print_explained(struct memctl_ctx *ctx, const struct view *view, const void *row)
{
	return print_lines(ctx, view, row, WITH_HELP);
}

int view_print_whole(struct memctl_ctx *ctx, const struct view *view, const void *row)
{
	return print_lines(ctx, view, row, ALL_COLUMNS);
}
