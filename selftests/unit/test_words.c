// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/base/words.c tap.c */
/* Numbers, sizes and rights that people write, and the words for numbers that the module sends. */
#include <errno.h>
#include <linux/memctl.h>

#include "cli/base/words.h"
#include "tap.h"

#define BAD UINT64_MAX /* as a value: it is refused */

struct number {
	const char *text;
	uint64_t value;
};

static void numbers(void)
{
	static const struct number cases[] = {
		{ "0", 0 },
		{ "9", 9 },
		{ "10", 10 },
		{ "007", 7 },
		{ "18446744073709551614", UINT64_MAX - 1 },
		{ "0x0", 0 },
		{ "0xf", 15 },
		{ "0XaF", 0xaf },
		{ "0xFEDCBA9876543210", 0xfedcba9876543210 },
		{ "0xfffffffffffffffe", UINT64_MAX - 1 },
		{ "", BAD },
		{ "x", BAD },
		{ "0x", BAD },
		{ "0xg", BAD },
		{ "a", BAD },
		{ "1a", BAD },
		{ "1 ", BAD },
		{ " 1", BAD },
		{ "-1", BAD },
		{ "+1", BAD },
		{ "1.", BAD },
		{ "18446744073709551616", BAD },
		{ "18446744073709551620", BAD },
		{ "0x10000000000000000", BAD },
	};
	uint64_t value = 0;
	uint32_t word = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		bool good = parse_u64(cases[i].text, &value);
		bool fits = cases[i].value <= UINT32_MAX;

		if (!tap_expect_equal(good, cases[i].value != BAD))
			tap_note("  '%s'", cases[i].text);
		if (good)
			tap_expect_equal(value, cases[i].value);
		tap_expect_equal(parse_u32(cases[i].text, &word), fits);
		if (fits)
			tap_expect_equal(word, cases[i].value);
	}
	tap_expect(parse_u64("18446744073709551615", &value) && value == UINT64_MAX);
	tap_expect(parse_u64("0xffffffffffffffff", &value) && value == UINT64_MAX);
	tap_expect(parse_u32("4294967295", &word) && word == UINT32_MAX);
	tap_expect(!parse_u32("4294967296", &word));
	tap_expect_equal(word, UINT32_MAX);
}

static void sizes(void)
{
	static const struct number cases[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "4095B", 4095 },
		{ "1K", 1024 },
		{ "1k", 1024 },
		{ "1KiB", 1024 },
		{ "1KB", 1000 },
		{ "3M", 3ULL << 20 },
		{ "3m", 3ULL << 20 },
		{ "3MB", 3000000 },
		{ "3G", 3ULL << 30 },
		{ "3GB", 3000000000 },
		{ "3T", 3ULL << 40 },
		{ "3P", 3ULL << 50 },
		{ "3E", 3ULL << 60 },
		{ "3EB", 3000000000000000000 },
		{ "15E", 15ULL << 60 },
		{ "16E", BAD },
		{ "18EB", 18000000000000000000ULL },
		{ "19EB", BAD },
		{ "0x10K", 16384 },
		{ "0xaB", 0xab }, /* a digit */
		{ "1.5K", 1536 },
		{ "1.001K", 1025 },
		{ "0.5KB", 500 },
		{ "0.0001KB", 0 },
		{ "0.999999KB", 999 },
		/* Pages are whole where a unit has some. */
		{ "1.5M", 3 << 19 },
		{ "0.3M", 76 * 4096 },
		{ "0.003M", 3145 },
		{ "0.0039M", 4089 },
		{ "0.004M", 4096 },
		{ "1.3G", (1ULL << 30) + 322122547 / 4096 * 4096 },
		{ "1.3GB", 1300000000 },
		{ "0.3MB", 300000 },
		{ "1.000000G", 1ULL << 30 },
		{ "1.123456E", (1ULL << 60) + 142335077272742900 / 4096 * 4096 },
		{ "15.999999E", 0xfffffef39085f000 },
		{ "", BAD },
		{ "K", BAD },
		{ "1Q", BAD },
		{ "1KK", BAD },
		{ "1Ki", BAD },
		{ "1KiBs", BAD },
		{ "1kib", BAD },
		{ "1Kb", BAD },
		{ "1b", BAD },
		{ "1BB", BAD },
		{ "1 K", BAD },
		{ "1M1", BAD },
		{ "1@", BAD },
		{ "1.5", BAD },
		{ "1.5B", BAD },
		{ ".5M", BAD },
		{ "1.M", BAD },
		{ "1..5M", BAD },
		{ "1.0000000M", BAD },
		{ "0x1.8M", BAD },
		{ "0X1.8M", BAD },
		{ "-1K", BAD },
		{ "17179869184G", BAD },
		{ "18446744073709551616", BAD },
	};
	uint64_t value;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		bool good = parse_size(cases[i].text, &value);

		if (!tap_expect_equal(good, cases[i].value != BAD) ||
		    (good && !tap_expect_equal(value, cases[i].value)))
			tap_note("  '%s'", cases[i].text);
	}
}

static void rights(void)
{
	static const struct {
		const char *text;
		uint32_t rights;
		const char *name;
	} cases[] = {
		{ "-", 0, "--" },
		{ "--", 0, "--" },
		{ "r", MEMCTL_RIGHT_READ, "r-" },
		{ "w", MEMCTL_RIGHT_WRITE, "-w" },
		{ "-w", MEMCTL_RIGHT_WRITE, "-w" },
		{ "rw", MEMCTL_RIGHT_READ | MEMCTL_RIGHT_WRITE, "rw" },
		{ "r-", MEMCTL_RIGHT_READ, "r-" },
	};
	uint32_t found;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		found = 0xff;
		tap_expect(parse_rights(cases[i].text, &found));
		tap_expect_equal(found, cases[i].rights);
		tap_expect(!strcmp(rights_name(found), cases[i].name));
	}
	tap_expect(!parse_rights("", &found));
	tap_expect(!parse_rights("x", &found));
	tap_expect(!parse_rights("rx", &found));
	tap_expect(!parse_rights("xr", &found));
	tap_expect(!parse_rights("wr", &found));
	tap_expect(!parse_rights("rr", &found));
	tap_expect(!strcmp(rights_name(4), "?"));
}

/* All words of a table, one behind the other, and that there is none behind the last. */
static void expect_words(const char *(*name)(uint32_t), uint32_t nr, const char *wanted)
{
	char all[1024] = "";
	size_t length = 0;

	for (uint32_t i = 0; i < nr; i++)
		length +=
			snprintf(all + length, sizeof(all) - length, "%s%s", i ? " " : "", name(i));
	if (!tap_expect(!strcmp(all, wanted)))
		tap_note("  %s", all);
	tap_expect(!strcmp(name(nr), "?"));
	tap_expect(!strcmp(name(UINT32_MAX), "?"));
}

static void words(void)
{
	expect_words(zone_name, MEMCTL_ZONE_TYPE_MAX + 1, "DMA DMA32 Normal");
	expect_words(migratetype_name, MEMCTL_MIGRATETYPE_MAX + 1, "Unmovable Movable Reclaimable");
	expect_words(kind_name, 3, "page object kmalloc");
	expect_words(event_name, MEMCTL_EVENT_TYPE_MAX + 1,
		     "arena-add arena-del arena-grow arena-shrink cache-add cache-del region-add "
		     "region-del alloc-failed low high bad-free damage fault injected "
		     "memory-error lost leak");
	expect_words(fault_name, MEMCTL_FAULT_MAX + 1, "minor major zero new cow refused");
	expect_words(refusal_name, MEMCTL_REFUSAL_MAX + 1,
		     "none outside rights size file limit memory");
	expect_words(difference_name, 7, "present frame RW US NX level cache");
	expect_words(reason_name, MEMCTL_REASON_MAX + 1,
		     "none bad-op bad-order bad-size bad-node no-cache no-handle wrong-kind "
		     "not-owner bad-ref watermark fragmented no-memory damaged injected "
		     "no-zone limit memory-error");
	expect_words(tlb_page_name, 4, "4K 2M 4M 1G");
	expect_words(tlb_policy_name, 4, "lru plru fifo random");
	expect_words(inject_site_name, MEMCTL_INJECT_SITE_MAX + 1, "alloc slab table map record");
	expect_words(rights_name, 4, "-- r- -w rw");
	tap_expect(!strcmp(reason_text(MEMCTL_REASON_NONE), "nothing is wrong"));
	tap_expect(!strcmp(reason_text(MEMCTL_REASON_BAD_REF),
			   "the reference is not to an earlier allocation that succeeded"));
	tap_expect(!strcmp(reason_text(MEMCTL_REASON_INJECTED), "a fault that was set fired"));
	tap_expect(!strcmp(reason_text(MEMCTL_REASON_MAX + 1), "?"));
	tap_expect(!strcmp(errno_name(ENOENT), "ENOENT"));
	tap_expect(!strcmp(errno_name(0), "0"));
	tap_expect(!strcmp(errno_name(100000), "?"));
}

static const struct tap_test tests[] = {
	TAP_TEST(numbers),
	TAP_TEST(sizes),
	TAP_TEST(rights),
	TAP_TEST(words),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
