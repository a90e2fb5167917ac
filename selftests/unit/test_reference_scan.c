// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/reference_scan.c cli/base/words.c tap.c */
/*
 * Lines of traces of references: what each format says, where what is wrong stands, and that
 * nothing behind the end of a line is read, whatever stands in it.
 */
#include "cli/trace/reference_scan.h"
#include "cli/trace/reference_trace.h"
#include "tap.h"

/* A line, exactly as long as its memory. */
static char *exact(const char *line, size_t length)
{
	char *copy = malloc(length + !length);

	memcpy(copy, line, length);
	return copy;
}

static struct reference_scan scan_line(uint32_t format, const char *line, size_t length)
{
	char *copy = exact(line, length);
	struct reference_scan scan = { .line = copy, .length = length };
	bool good = reference_scan(&scan, format);

	tap_expect_equal(good, !scan.wrong);
	tap_expect(scan.at <= length);
	scan.line = NULL;
	free(copy);
	return scan;
}

/* --- good lines ---------------------------------------------------------------------------- */

struct good {
	uint32_t format;
	const char *line;
	bool found;
	uint64_t address;
	bool write;
	uint64_t size;
	uint32_t space;
	uint64_t lost;
};

static void good_lines(void)
{
	static const struct good lines[] = {
		{ REFERENCE_TEXT, "", false, 0, false, 1, 0, 0 },
		{ REFERENCE_TEXT, "  # 7", false, 0, false, 1, 0, 0 },
		{ REFERENCE_TEXT, "7", true, 7, false, 1, 0, 0 },
		{ REFERENCE_TEXT, "\t7 \r", true, 7, false, 1, 0, 0 },
		{ REFERENCE_TEXT, "0x1fF W#x", true, 0x1ff, true, 1, 0, 0 },
		{ REFERENCE_TEXT, "0X0a  r # x", true, 10, false, 1, 0, 0 },
		{ REFERENCE_TEXT, "18446744073709551615 w", true, UINT64_MAX, true, 1, 0, 0 },
		{ REFERENCE_TLB, "4294967294 0x1000 w", true, 0x1000, true, 1, 4294967294, 0 },
		{ REFERENCE_TLB, "# 1 2 r", false, 0, false, 1, 0, 0 },
		{ REFERENCE_TLB, "1 2 r # 3", true, 2, false, 1, 1, 0 },
		{ REFERENCE_LACKEY, "==12== x", false, 0, false, 1, 0, 0 },
		{ REFERENCE_LACKEY, "--12-- x", false, 0, false, 1, 0, 0 },
		{ REFERENCE_LACKEY, "I  04001090,3", true, 0x4001090, false, 3, 0, 0 },
		{ REFERENCE_LACKEY, " L 1ffe,8 ", true, 0x1ffe, false, 8, 0, 0 },
		{ REFERENCE_LACKEY, " S a,1048576", true, 10, true, 1048576, 0, 0 },
		{ REFERENCE_LACKEY, " M fffffffffffffffe,1", true, UINT64_MAX - 1, true, 1, 0, 0 },
		{ REFERENCE_REGION, "[    1.0] #1 pid 5 write 0x1000 (0x7f): new, 2 pages", true,
		  0x1000, true, 1, 0, 0 },
		{ REFERENCE_REGION, "[    1.0] #1 read 0x1000: zero", true, 0x1000, false, 1, 0,
		  0 },
		{ REFERENCE_REGION, "[1] #1 read 0x1000: refused, limit", false, 0x1000, false, 1,
		  0, 0 },
		{ REFERENCE_REGION, "12 faults were lost", false, 0, false, 1, 0, 12 },
		{ REFERENCE_REGION,
		  "{\"region\":{\"fault\":\"new\",\"access\":\"write\",\"address\":\"0x2000\"}}",
		  true, 0x2000, true, 1, 0, 0 },
		{ REFERENCE_REGION, "{\"region\":{\"fault\":\"lost\",\"lost\":3}}", false, 0, false,
		  1, 0, 3 },
		{ REFERENCE_REGION, "{\"error\":{\"exit\":130}}", false, 0, false, 1, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const struct good *good = &lines[i];
		struct reference_scan scan =
			scan_line(good->format, good->line, strlen(good->line));

		if (!tap_expect(!scan.wrong))
			tap_note("'%s': %s", good->line, scan.wrong);
		tap_expect_equal(scan.found, good->found);
		tap_expect_equal(scan.address, good->address);
		tap_expect_equal(scan.write, good->write);
		tap_expect_equal(scan.size, good->size);
		tap_expect_equal(scan.space, good->space);
		tap_expect_equal(scan.lost, good->lost);
	}
}

/* --- bad lines ----------------------------------------------------------------------------- */

static void bad_lines(void)
{
	static const struct {
		uint32_t format;
		const char *line;
		size_t at;
		const char *wrong;
	} lines[] = {
		{ REFERENCE_TEXT, "x", 0, "a number is missing" },
		{ REFERENCE_TEXT, "0x", 2, "a number is missing" },
		{ REFERENCE_TEXT, "18446744073709551616", 0, "the number is 2^64 or more" },
		{ REFERENCE_TEXT, "0x10000000000000000", 2, "the number is 2^64 or more" },
		{ REFERENCE_TEXT, "1x", 1, "this belongs to no number" },
		{ REFERENCE_TEXT, "1 x", 2, "it is r or w that stands here" },
		{ REFERENCE_TEXT, "1 rw", 3, "nothing more can stand in this line" },
		{ REFERENCE_TLB, "1", 1, "the address is missing" },
		{ REFERENCE_TLB, "1 2", 3, "r or w is missing" },
		{ REFERENCE_TLB, "1 2 x", 4, "it is r or w that stands here" },
		{ REFERENCE_TLB, " 4294967295 2 r", 1,
		  "an address space is a number below 2^32 - 1" },
		{ REFERENCE_LACKEY, " X 1,1", 1, "it is I, L, S or M that stands here" },
		{ REFERENCE_LACKEY, " S", 2, "the address is missing" },
		{ REFERENCE_LACKEY, " S 1f", 5, "a comma and the size are missing" },
		{ REFERENCE_LACKEY, " S 1f,", 6, "a number is missing" },
		{ REFERENCE_LACKEY, " S 1f,0", 6, "no access has such a size" },
		{ REFERENCE_LACKEY, " S 1f,1048577", 6, "no access has such a size" },
		{ REFERENCE_LACKEY, " S ffffffffffffffff,2", 20, "no access has such a size" },
		{ REFERENCE_LACKEY, " S 1,1 x", 7, "nothing more can stand in this line" },
		{ REFERENCE_REGION, "hello", 0, "this is no line of memctl region trace" },
		{ REFERENCE_REGION, "12 faults", 2, "this is no line of memctl region trace" },
		{ REFERENCE_REGION, "[ 1.0 #1 read 0x1: zero", 0, "a time in brackets is missing" },
		{ REFERENCE_REGION, "[1] read 0x1: zero", 3, "the number of the fault is missing" },
		{ REFERENCE_REGION, "[1] #1 rea", 6, "it is read or write that stands here" },
		{ REFERENCE_REGION, "[1] #1 read 0x1 (0x7", 20,
		  "the address in the process is not complete" },
		{ REFERENCE_REGION, "[1] #1 read 0x1", 15,
		  "a colon and the kind of the fault are missing" },
		{ REFERENCE_REGION, "[1] #1 read 0x1: ", 17, "the kind of the fault is missing" },
		{ REFERENCE_REGION, "{\"region\":{", 11,
		  "the document is no JSON, or not complete" },
		{ REFERENCE_REGION, "{\"x\":1}", 0, "the document is not about a region" },
		{ REFERENCE_REGION, "{\"region\":{}}", 0, "this is no fault of a region" },
		{ REFERENCE_REGION, "{\"region\":{\"fault\":\"new\",\"access\":\"x\"}}", 0,
		  "the fault has no address, or no access" },
		{ REFERENCE_ANY, "1", 0, "the format is not known" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct reference_scan scan =
			scan_line(lines[i].format, lines[i].line, strlen(lines[i].line));

		if (!tap_expect(scan.wrong && !strcmp(scan.wrong, lines[i].wrong)) ||
		    !tap_expect_equal(scan.at, lines[i].at))
			tap_note("'%s': %s", lines[i].line, scan.wrong ? scan.wrong : "good");
	}
}

static void formats_are_seen(void)
{
	static const struct {
		const char *line;
		uint32_t format;
	} lines[] = {
		{ "", REFERENCE_ANY },		 { " # I", REFERENCE_ANY },
		{ "1", REFERENCE_TEXT },	 { "1 r", REFERENCE_TEXT },
		{ "1 r # a b", REFERENCE_TEXT }, { "1 2 r", REFERENCE_TLB },
		{ "==1== x", REFERENCE_LACKEY }, { "I  1,1", REFERENCE_LACKEY },
		{ " S 1,1", REFERENCE_LACKEY },	 { "[ 1", REFERENCE_REGION },
		{ "{", REFERENCE_REGION },	 { "1 faults were lost", REFERENCE_REGION },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char *copy = exact(lines[i].line, strlen(lines[i].line));

		if (!tap_expect_equal(reference_scan_format(copy, strlen(lines[i].line)),
				      lines[i].format))
			tap_note("'%s'", lines[i].line);
		free(copy);
	}
}

/* --- any lines ----------------------------------------------------------------------------- */

static void any_bytes(void)
{
	static const char letters[] = "0123456789abcdefxX rw#,ILSM[]{}():\"=-\t\r\n\0\xff";
	char line[40];

	for (uint32_t run = 0; run < 200000; run++) {
		size_t length = tap_below(sizeof(line));

		for (size_t i = 0; i < length; i++)
			line[i] = letters[tap_below(sizeof(letters))];
		scan_line(REFERENCE_TEXT + tap_below(REFERENCE_NR_FORMATS - 1), line, length);
	}
}

/* Good lines with a byte changed or cut off. */
static void nearly_good_lines(void)
{
	static const char *const lines[] = {
		"0x1ff w # x",
		"1 0x1000 r",
		"[    1.0] #1 pid 5 write 0x1000 (0x7f): new, 2 pages",
		" S 1ffeffe7d8,8",
		"{\"region\":{\"fault\":\"new\",\"access\":\"write\",\"address\":\"0x2000\"}}",
	};
	char line[100];

	for (uint32_t run = 0; run < 50000; run++) {
		const char *from = lines[tap_below(ARRAY_SIZE(lines))];
		size_t length = strlen(from);

		memcpy(line, from, length);
		line[tap_below(length)] = (char)tap_below(256);
		length -= tap_below(length + 1);
		reference_scan_format(line, length);
		scan_line(REFERENCE_TEXT + tap_below(REFERENCE_NR_FORMATS - 1), line, length);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(good_lines), TAP_TEST(bad_lines),	   TAP_TEST(formats_are_seen),
	TAP_TEST(any_bytes),  TAP_TEST(nearly_good_lines),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
