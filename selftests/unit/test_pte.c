// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/view/pte.c tap.c */
/* Entries of page tables in words, by the tables of the Intel SDM, volume 3, chapter 4.5. */
#include "cli/view/pte.h"
#include "tap.h"

static void levels(void)
{
	static const char *const names[] = { "?", "PTE", "PMD", "PUD", "P4D", "PGD", "?" };

	for (uint32_t level = 0; level < ARRAY_SIZE(names); level++)
		tap_expect(!strcmp(pte_level_name(level), names[level]));
	tap_expect(!strcmp(pte_level_name(UINT32_MAX), "?"));
}

static const char *bit_by_hand(unsigned int bit, uint32_t level, bool leaf)
{
	static const char *const low[] = { "P", "RW", "US", "PWT", "PCD", "A", "D" };

	switch (bit) {
	case 0 ... 6:
		return low[bit];
	case 7:
		return level == 1 ? "PAT" : "PS";
	case 8:
		return "G";
	case 9 ... 11:
	case 52 ... 58:
		return "SW";
	case 12:
		return leaf && level > 1 ? "PAT" : "PFN";
	case 13 ... 51:
		return "PFN";
	case 59 ... 62:
		return "PK";
	default:
		return "NX";
	}
}

static void bits(void)
{
	for (uint32_t level = 1; level <= 5; level++)
		for (unsigned int leaf = 0; leaf < 2; leaf++)
			for (unsigned int bit = 0; bit < 64; bit++)
				if (!tap_expect(!strcmp(pte_bit_name(bit, level, leaf),
							bit_by_hand(bit, level, leaf))))
					tap_note("  level %u, leaf %u, bit %u", level, leaf, bit);
}

static void expect_flags(uint64_t entry, uint32_t level, bool leaf, const char *wanted)
{
	struct json_object *array = pte_flags_json(entry, level, leaf);
	const char *text = json_object_to_json_string_ext(array, JSON_C_TO_STRING_PLAIN);

	if (!tap_expect(!strcmp(text, wanted)))
		tap_note("  %s, not %s", text, wanted);
	json_object_put(array);
}

static void flags(void)
{
	const char *small =
		"[\"P\",\"RW\",\"US\",\"PWT\",\"PCD\",\"A\",\"D\",\"PAT\",\"G\",\"NX\"]";
	const char *large = "[\"P\",\"RW\",\"US\",\"PWT\",\"PCD\",\"A\",\"D\",\"PS\",\"G\",\"PAT\","
			    "\"NX\"]";
	const char *table = "[\"P\",\"RW\",\"US\",\"PWT\",\"PCD\",\"A\",\"D\",\"PS\",\"G\",\"NX\"]";

	expect_flags(0, 1, true, "[]");
	expect_flags(UINT64_MAX, 1, true, small);
	expect_flags(UINT64_MAX, 2, true, large);
	expect_flags(UINT64_MAX, 3, true, large);
	expect_flags(UINT64_MAX, 2, false, table);
	expect_flags(UINT64_MAX, 4, false, table);
	expect_flags(0x8000000012345067, 2, false, "[\"P\",\"RW\",\"US\",\"A\",\"D\",\"NX\"]");
	expect_flags(0x7ffffffffffffe00, 1, true, "[]");
}

static void physical(void)
{
	tap_expect_equal(pte_physical(UINT64_MAX, 1, true), 0x000ffffffffff000);
	tap_expect_equal(pte_physical(UINT64_MAX, 2, false), 0x000ffffffffff000);
	tap_expect_equal(pte_physical(UINT64_MAX, 2, true), 0x000fffffffe00000);
	tap_expect_equal(pte_physical(UINT64_MAX, 3, true), 0x000fffffc0000000);
	tap_expect_equal(pte_physical(UINT64_MAX, 3, false), 0x000ffffffffff000);
	/* There are no leaves of these levels, whatever somebody says. */
	tap_expect_equal(pte_physical(UINT64_MAX, 4, true), 0x000ffffffffff000);
	tap_expect_equal(pte_physical(0x80000000002000e3, 2, true), 0x200000);
	tap_expect_equal(pte_physical(0x8000000012345067, 1, true), 0x12345000);
}

static const struct tap_test tests[] = {
	TAP_TEST(levels),
	TAP_TEST(bits),
	TAP_TEST(flags),
	TAP_TEST(physical),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
