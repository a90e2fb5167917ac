// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_text.c cli/base/words.c nomem.c tap.c */
/* Traces in text: what is read, what is wrong with its line and column, and no memory. */
#include <stdio.h>
#include "cli/trace/trace_text.h"
#include "nomem.h"

#define PAGE 4096

static char error[160];

static int read_bytes(struct trace_text *text, const char *bytes, size_t length, uint64_t unit)
{
	/* A file, so that the stream allocates nothing while it is read. */
	static char buffer[BUFSIZ];
	FILE *stream = tmpfile();
	int ret;

	setvbuf(stream, buffer, _IOFBF, sizeof(buffer));
	fwrite(bytes, 1, length, stream);
	rewind(stream);
	error[0] = '\0';
	ret = trace_text_read(text, stream, unit, error, sizeof(error));
	fclose(stream);
	return ret;
}

static void events_and_names(void)
{
	static const char bytes[] = "# a remark\n"
				    "a one 3\n"
				    "\t a  two 4K # another\r\n"
				    "\n"
				    "f one\n"
				    "a one 1B\n"
				    "a 3 2";
	static const struct trace_op expected[] = {
		{ 3 * PAGE, 0 }, { 4096, 1 }, { 0, 0 }, { 1, 2 }, { 2 * PAGE, 3 },
	};
	struct trace_text text;

	if (!tap_expect_equal(read_bytes(&text, bytes, strlen(bytes), PAGE), 0))
		return;
	tap_expect_equal(text.nr_ops, ARRAY_SIZE(expected));
	tap_expect_equal(text.nr_ids, 4);
	for (unsigned int i = 0; i < ARRAY_SIZE(expected); i++) {
		tap_expect_equal(text.ops[i].bytes, expected[i].bytes);
		tap_expect_equal(text.ops[i].number, expected[i].number);
	}
	tap_expect(!strcmp(text.names + text.name_of[0], "one"));
	tap_expect(!strcmp(text.names + text.name_of[1], "two"));
	tap_expect_equal(text.name_of[2], text.name_of[0]);
	tap_expect(!strcmp(text.names + text.name_of[3], "3"));
	trace_text_free(&text);
}

static void numbers_are_units(void)
{
	struct trace_text text;

	tap_expect_equal(read_bytes(&text, "a x 100\n", 8, 1), 0);
	tap_expect_equal(text.ops[0].bytes, 100);
	trace_text_free(&text);
	tap_expect_equal(read_bytes(&text, "a x 1T\n", 7, PAGE), 0);
	tap_expect_equal(text.ops[0].bytes, TRACE_TEXT_SIZE_MAX);
	trace_text_free(&text);
	tap_expect_equal(read_bytes(&text, "a x 268435456\n", 14, PAGE), 0);
	tap_expect_equal(text.ops[0].bytes, TRACE_TEXT_SIZE_MAX);
	trace_text_free(&text);
}

static void wrong_at_line_and_column(void)
{
	static const struct {
		const char *bytes;
		const char *error;
	} cases[] = {
		{ "", "no event in 0 lines" },
		{ "#\n\n", "no event in 2 lines" },
		{ "a x 1\n b x\n", "line 2, column 2: 'b' is no event: 'a ID SIZE' or 'f ID'" },
		{ "aa x 1\n", "line 1, column 1: 'aa' is no event: 'a ID SIZE' or 'f ID'" },
		{ "a\n", "line 1, column 2: an ID is missing behind 'a'" },
		{ "f #x\n", "line 1, column 3: an ID is missing behind 'f'" },
		{ "a x", "line 1, column 4: a size is missing behind the ID" },
		{ "a x 0", "line 1, column 5: '0' is no size from 1 to 1T" },
		{ "a x -1", "line 1, column 5: '-1' is no size from 1 to 1T" },
		{ "a x 1T1", "line 1, column 5: '1T1' is no size from 1 to 1T" },
		{ "a x 1025G", "line 1, column 5: '1025G' is no size from 1 to 1T" },
		{ "a x 268435457",
		  "line 1, column 5: '268435457' is no number of units, 1T together" },
		{ "a x 1 1", "line 1, column 7: '1' is one word too many" },
		{ "a x 1\nf  x  y", "line 2, column 7: 'y' is one word too many" },
		{ "a x 1\na y 1\na x 1", "line 3, column 3: 'x' is allocated already, in line 1" },
		{ "a x 1\nf x\na x 2\na x 1",
		  "line 4, column 3: 'x' is allocated already, in line 3" },
		{ "f x", "line 1, column 3: 'x' is not allocated" },
		{ "a x 1\nf y", "line 2, column 3: 'y' is not allocated" },
		{ "a x 1\nf x\nf x", "line 3, column 3: 'x' is not allocated" },
		{ "a 0123456789012345678901234567890 1\na 01234567890123456789012345678901 1",
		  "line 2, column 3: the ID is longer than 31 bytes" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct trace_text text;

		tap_expect_equal(read_bytes(&text, cases[i].bytes, strlen(cases[i].bytes), PAGE),
				 -1);
		if (!tap_expect(!strcmp(error, cases[i].error)))
			tap_note("said: %s", error);
	}
}

static void long_lines_and_zero_bytes(void)
{
	struct trace_text text;
	char bytes[600];

	memset(bytes, ' ', sizeof(bytes));
	memcpy(bytes, "a x 1", 5);
	bytes[255] = '\n';
	tap_expect_equal(read_bytes(&text, bytes, 256, 1), 0);
	trace_text_free(&text);
	bytes[255] = ' ';
	tap_expect_equal(read_bytes(&text, bytes, 256, 1), -1);
	tap_expect(!strcmp(error, "line 1, column 256: the line is longer than 255 bytes"));
	memset(bytes, '#', sizeof(bytes));
	memcpy(bytes + 594, "\na x 1", 6);
	tap_expect_equal(read_bytes(&text, bytes, sizeof(bytes), 1), 0);
	trace_text_free(&text);
	tap_expect_equal(read_bytes(&text, "a x 1\na \0 1", 11, 1), -1);
	tap_expect(!strcmp(error, "line 2, column 3: a byte 0: this is no text"));
}

/* Enough IDs that every array grows. */
static void many_ids(void)
{
	size_t length = 0, size = 64 * 5000;
	char *bytes = malloc(size);
	struct trace_text text;

	for (unsigned int i = 0; i < 5000; i++)
		length += (size_t)snprintf(bytes + length, size - length, "a id%u %u\n", i, i + 1);
	for (unsigned int i = 0; i < 5000; i += 2)
		length += (size_t)snprintf(bytes + length, size - length, "f id%u\n", i);
	tap_expect_equal(read_bytes(&text, bytes, length, 1), 0);
	tap_expect_equal(text.nr_ops, 7500);
	for (unsigned int i = 0; i < 5000; i++) {
		tap_expect_equal(text.ops[i].bytes, i + 1);
		tap_expect_equal(strtoul(text.names + text.name_of[i] + 2, NULL, 10), i);
	}
	for (unsigned int i = 0; i < 2500; i++)
		tap_expect_equal(text.ops[5000 + i].number, 2 * i);
	trace_text_free(&text);
	free(bytes);
}

static void no_memory(void)
{
	static const char bytes[] = "a x 1\nf x\n";
	struct trace_text text;
	FILE *stream = tmpfile();

	fwrite(bytes, 1, strlen(bytes), stream);
	rewind(stream);
	/* The stream has its buffer from here on. */
	ungetc(getc(stream), stream);
	FOR_EACH_NOMEM(n)
	{
		int ret;

		rewind(stream);
		ret = trace_text_read(&text, stream, 1, error, sizeof(error));
		if (nomem_done(n, 4)) {
			tap_expect_equal(ret, 0);
			trace_text_free(&text);
			break;
		}
		tap_expect_equal(ret, -1);
		tap_expect(!strcmp(error, "no memory for line 1"));
	}
	fclose(stream);
}

static const struct tap_test tests[] = {
	TAP_TEST(events_and_names),
	TAP_TEST(numbers_are_units),
	TAP_TEST(wrong_at_line_and_column),
	TAP_TEST(long_lines_and_zero_bytes),
	TAP_TEST(many_ids),
	TAP_TEST(no_memory),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
