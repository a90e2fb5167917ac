// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/lab/real_mode.c tap.c */
/* Addresses of real mode, against sums made digit by digit, and aliases that are counted. */
#include "cli/lab/real_mode.h"
#include "tap.h"

/* SEGMENT0 + 0OFFSET in hex digits, with the carry; without A20 the sixth digit is dropped. */
static uint32_t sum_of_digits(uint16_t segment, uint16_t offset, bool a20)
{
	uint32_t sum = 0, carry = 0;

	for (int digit = 0; digit < 6; digit++) {
		uint32_t a = digit ? (uint32_t)segment >> (4 * (digit - 1)) : 0;
		uint32_t b = digit < 4 ? (uint32_t)offset >> (4 * digit) : 0;
		uint32_t value = (a & 15) * (digit < 5) + (b & 15) + carry;

		carry = value > 15;
		if (digit < 5 || a20)
			sum += (value & 15) << (4 * digit);
	}
	return sum;
}

static void check_segment(uint16_t segment)
{
	for (uint32_t offset = 0; offset <= UINT16_MAX; offset++) {
		struct real_address address = { segment, (uint16_t)offset };

		if (real_physical(address, true) ==
			    sum_of_digits(segment, (uint16_t)offset, true) &&
		    real_physical(address, false) ==
			    sum_of_digits(segment, (uint16_t)offset, false))
			continue;
		tap_expect(false);
		tap_note("%04x:%04x", segment, offset);
		return;
	}
	tap_expect(real_linear((struct real_address){ segment, 0 }) == segment * 16U);
}

static void all_offsets_of_segments(void)
{
	static const uint16_t borders[] = { 0,	    1,	    0x9f80, 0xa000, 0xefff,
					    0xf000, 0xf001, 0xfffe, 0xffff };

	for (uint32_t i = 0; i < ARRAY_SIZE(borders); i++)
		check_segment(borders[i]);
	for (int i = 0; i < 100; i++)
		check_segment((uint16_t)tap_random());
}

static void known_addresses(void)
{
	tap_expect_equal(real_physical((struct real_address){ 0xffff, 0x10 }, true), 0x100000);
	tap_expect_equal(real_physical((struct real_address){ 0xffff, 0x10 }, false), 0);
	tap_expect_equal(real_physical((struct real_address){ 0xffff, 0xffff }, true), REAL_MAX);
	tap_expect_equal(real_physical((struct real_address){ 0xf000, 0xfff0 }, true), 0xffff0);
	tap_expect_equal(real_aliases(0, true), 1);
	tap_expect_equal(real_aliases(0x7c00, true), 0x7c1);
	tap_expect_equal(real_aliases(0x20000, true), 4096);
	tap_expect_equal(real_aliases(0xfffff, true), 4096);
	tap_expect_equal(real_aliases(REAL_MAX, true), 1);
	tap_expect_equal(real_aliases(REAL_MAX + 1, true), 0);
	tap_expect_equal(real_aliases(REAL_A20, false), 0);
}

static void aliases_are_counted(void)
{
	for (int i = 0; i < 200; i++) {
		bool a20 = tap_below(2);
		uint32_t physical = tap_below(0x110000), found = 0;

		if (i < 40)
			physical = (i < 20 ? 0x10000U : REAL_A20) - 10 + (uint32_t)i % 20;
		for (uint32_t segment = 0; segment <= UINT16_MAX; segment++) {
			/* With A20 off an address is reached from two linear ones. */
			for (uint32_t up = 0; up <= !a20; up++) {
				int64_t offset = (int64_t)physical + up * REAL_A20 - segment * 16;

				if (offset < 0 || offset > UINT16_MAX)
					continue;
				found += real_physical((struct real_address){ (uint16_t)segment,
									      (uint16_t)offset },
						       a20) == physical;
			}
		}
		if (!tap_expect_equal(real_aliases(physical, a20), found))
			tap_note("0x%x, A20 %d", physical, a20);
	}
}

static void texts(void)
{
	static const struct {
		const char *text;
		uint16_t segment, offset;
		int bad; /* where, or -1 */
	} cases[] = {
		{ "F000:FFF0", 0xf000, 0xfff0, -1 },
		{ "0x7c0:0x0", 0x7c0, 0, -1 },
		{ "0000000f:0000000a", 15, 10, -1 },
		{ "", 0, 0, 0 },
		{ "f000", 0, 0, 4 },
		{ ":0", 0, 0, 0 },
		{ "0:", 0, 0, 2 },
		{ "0x:0", 0, 0, 2 },
		{ "0:0 ", 0, 0, 3 },
		{ "10000:0", 0, 0, 4 },
		{ "0:10000", 0, 0, 6 },
		{ "g:0", 0, 0, 0 },
		{ "-1:0", 0, 0, 0 },
	};

	for (uint32_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct real_address address;
		size_t at;
		bool good = real_parse(cases[i].text, &address, &at);

		tap_expect_equal(good, cases[i].bad < 0);
		if (good) {
			tap_expect_equal(address.segment, cases[i].segment);
			tap_expect_equal(address.offset, cases[i].offset);
		} else if (!tap_expect_equal(at, cases[i].bad)) {
			tap_note("'%s'", cases[i].text);
		}
	}
}

static void places(void)
{
	tap_expect(!strcmp(real_place(0x3ff), "interrupt vectors"));
	tap_expect(!strcmp(real_place(0x400), "data of the BIOS"));
	tap_expect(!strcmp(real_place(0x500), "conventional memory"));
	tap_expect(!strcmp(real_place(0x9ffff), "conventional memory"));
	tap_expect(!strcmp(real_place(0xa0000), "video memory"));
	tap_expect(!strcmp(real_place(0xc0000), "ROMs of devices"));
	tap_expect(!strcmp(real_place(0xfffff), "the BIOS"));
	tap_expect(!strcmp(real_place(0x100000), "high memory area"));
}

static const struct tap_test tests[] = {
	TAP_TEST(all_offsets_of_segments),
	TAP_TEST(known_addresses),
	TAP_TEST(aliases_are_counted),
	TAP_TEST(texts),
	TAP_TEST(places),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
