// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/view/table.c cli/base/document.c cli/base/match.c */
/* LINK: cli/base/text.c cli/base/words.c tap.c */
/*
 * Tables without memory: the text of each cell fails once. It is an error that is told, and
 * nothing is left behind (the sanitizers see to that).
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/base/cmd.h"
#include "cli/base/complain.h"
#include "cli/view/table.h"
#include "tap.h"

static unsigned int fails_at; /* which of the next texts: 1 for the first, 0 for none */

/* In the place of libc's, which takes its memory where nomem.h does not see it. */
FILE *open_memstream(char **text, size_t *size)
{
	FILE *(*real)(char **text, size_t *size) = dlsym(RTLD_NEXT, "open_memstream");

	if (!fails_at || --fails_at)
		return real(text, size);
	errno = ENOMEM;
	return NULL;
}

static char complaint[64];

int fail(struct memctl_ctx *ctx, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(complaint, sizeof(complaint), format, args);
	va_end(args);
	ctx->error.status = status;
	return status;
}

/* Nobody asks for columns here, or looks at a terminal. */
int fail_usage(struct memctl_ctx *ctx, const char *object, const char *format, ...)
{
	abort();
}

void note(const char *format, ...)
{
	abort();
}

struct row {
	uint64_t present;
	uint64_t number;
	const char *text;
};

static struct json_object *parts(const void *row)
{
	struct json_object *array = json_object_new_array();

	(void)row;
	json_object_array_add(array, json_object_new_int(1));
	json_object_array_add(array, json_object_new_int(2));
	return array;
}

static const struct column columns[] = {
	{ .name = "NUMBER", .kind = COLUMN_U64, .attr = 1, .offset = 8, .use = USE_BOTH },
	{ .name = "TEXT", .kind = COLUMN_TEXT, .offset = 16, .use = USE_BOTH },
	{ .name = "PARTS", .kind = COLUMN_CALL, .call = parts, .use = USE_BOTH },
};

static const struct view view = VIEW(columns);

static const struct row rows[] = { { 1 << 1, 7, "seven" }, { 0, 0, NULL } };

static int table(struct memctl_ctx *ctx)
{
	return view_print_rows(ctx, &view, rows, ARRAY_SIZE(rows), sizeof(rows[0]));
}

static int csv(struct memctl_ctx *ctx)
{
	return view_print_csv(ctx, &view, rows, ARRAY_SIZE(rows), sizeof(rows[0]));
}

static int lines(struct memctl_ctx *ctx)
{
	return view_print_lines(ctx, &view, &rows[0]);
}

/* What @print has printed, into @text. Return: the exit status */
static int printed(int (*print)(struct memctl_ctx *ctx), char *text, size_t size)
{
	int kept = dup(STDOUT_FILENO), file = memfd_create("stdout", MFD_CLOEXEC), status;
	struct memctl_ctx ctx = { .object = "test" };
	ssize_t length;

	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	status = print(&ctx);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	length = pread(file, text, size - 1, 0);
	text[length < 0 ? 0 : length] = '\0';
	close(file);
	return status;
}

static void each_cell_fails(int (*print)(struct memctl_ctx *ctx), unsigned int nr_cells,
			    const char *wanted, const char *words)
{
	char text[256];

	for (unsigned int n = 1; n <= nr_cells; n++) {
		complaint[0] = '\0';
		fails_at = n;
		tap_expect_equal(printed(print, text, sizeof(text)), MEMCTL_EXIT_IMPOSSIBLE);
		tap_expect_equal(fails_at, 0);
		tap_expect(!strcmp(complaint, words));
	}
	fails_at = nr_cells + 1;
	tap_expect_equal(printed(print, text, sizeof(text)), MEMCTL_EXIT_OK);
	tap_expect_equal(fails_at, 1);
	if (!tap_expect(!strcmp(text, wanted)))
		tap_note("  %s", text);
	fails_at = 0;
}

static void rows_without_memory(void)
{
	each_cell_fails(table, 6, "NUMBER TEXT  PARTS\n     7 seven 1,2\n     - -     1,2\n",
			"no memory for the table");
	each_cell_fails(csv, 6, "number,text,parts\n7,seven,\"1,2\"\n,,\"1,2\"\n", "no memory");
}

static void lines_without_memory(void)
{
	each_cell_fails(lines, 3,
			"NUMBER         7\n"
			"TEXT           seven\n"
			"PARTS          1,2\n",
			"no memory");
}

static const struct tap_test tests[] = {
	TAP_TEST(rows_without_memory),
	TAP_TEST(lines_without_memory),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
