// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/lab/e820_map.c cli/lab/e820_scan.c tap.c */
/* Memory maps of PCs: the table of a course, each byte of DRAM placed one by one, and lines. */
#include "cli/lab/e820_map.h"
#include "cli/lab/e820_scan.h"
#include "tap.h"

#define MIB   (UINT64_C(1) << 20)
#define GIB   (UINT64_C(1) << 30)
#define GRAIN 2048 /* every border is a multiple of it */

static struct e820_map map;

static void table_of_8_gib(void)
{
	static const struct e820_range usable[] = {
		{ 0x0, 0x9f7ff, E820_USABLE, NULL },
		{ 0x100000, 0xbfeeffff, E820_USABLE, NULL },
		{ 0xbff00000, 0xbfffffff, E820_USABLE, NULL },
		{ 0x100000000, 0x23fffffff, E820_USABLE, NULL },
	};
	struct e820_machine machine = { 8 * GIB, 3 * GIB, true, 52 };
	struct e820_sums sums;
	uint32_t found = 0;

	e820_build(&machine, &map, &sums);
	for (uint32_t i = 0; i < map.nr; i++) {
		if (map.range[i].type != E820_USABLE)
			continue;
		tap_expect(found < ARRAY_SIZE(usable));
		tap_expect_equal(map.range[i].start, usable[found].start);
		tap_expect_equal(map.range[i].end, usable[found].end);
		found++;
	}
	tap_expect_equal(found, 4);
	tap_expect_equal(sums.usable / MIB, 8191);
	tap_expect_equal(e820_hole(&map), 3 * GIB);
	tap_expect_equal(e820_find(&map, E820_RESET)->type, E820_RESERVED);
	tap_expect(!e820_find(&map, 0xd0000000));
}

static void four_gib_leave_3_25(void)
{
	struct e820_machine machine = { 4 * GIB, 3 * GIB + GIB / 4, false, 52 };
	struct e820_sums sums;

	e820_build(&machine, &map, &sums);
	tap_expect_equal(sums.low, 3 * GIB + GIB / 4);
	tap_expect_equal(sums.high, 0);
	tap_expect_equal(sums.lost[E820_LOST_HOLE], 768 * MIB);
	machine.remap = true;
	machine.bits = 32;
	e820_build(&machine, &map, &sums);
	tap_expect_equal(sums.lost[E820_LOST_HOLE], 0);
	tap_expect_equal(sums.lost[E820_LOST_WIDTH], 768 * MIB);
}

/* --- the oracle: where one byte of DRAM goes ---------------------------------------------- */

/* Its address, or UINT64_MAX and why it is lost; *@type: what the map says of the address. */
static uint64_t place(const struct e820_machine *machine, uint64_t byte, uint32_t *type,
		      uint32_t *loss)
{
	uint64_t top = machine->hole < machine->size ? machine->hole : machine->size;
	uint64_t at = byte;

	*loss = E820_NR_LOSSES;
	*type = E820_USABLE;
	if (byte >= machine->hole) {
		if (machine->remap)
			at = byte - machine->hole + E820_4G;
		else if (byte < E820_4G)
			*loss = E820_LOST_HOLE;
		if (*loss == E820_NR_LOSSES && at >> machine->bits)
			*loss = E820_LOST_WIDTH;
		return *loss == E820_NR_LOSSES ? at : UINT64_MAX;
	}
	if (byte >= 640 * 1024 && byte < MIB) {
		*loss = E820_LOST_LEGACY;
	} else if (byte >= 0x9f800 && byte < MIB) {
		*loss = E820_LOST_EBDA;
		*type = E820_RESERVED;
	} else if (byte >= top - 0x110000 && byte < top - 0x100000) {
		*loss = E820_LOST_ACPI;
		*type = byte < top - 0x101000 ? E820_ACPI_DATA : E820_ACPI_NVS;
	}
	return at;
}

static void check_byte(const struct e820_machine *machine, uint64_t byte, uint64_t *lost,
		       uint64_t *usable)
{
	uint32_t type, loss;
	uint64_t at = place(machine, byte, &type, &loss);
	const struct e820_range *range;

	if (loss < E820_NR_LOSSES)
		lost[loss] += GRAIN;
	else
		*usable += GRAIN;
	if (at == UINT64_MAX || loss == E820_LOST_LEGACY)
		return;
	range = e820_find(&map, at);
	if (!tap_expect(range && range->type == type))
		tap_note("size %llu, hole %llu, byte %llu", (unsigned long long)machine->size,
			 (unsigned long long)machine->hole, (unsigned long long)byte);
}

static void is_sorted(void)
{
	uint32_t nr = map.nr, at;

	tap_expect(e820_sort(&map, &at));
	tap_expect_equal(map.nr, nr);
}

static void every_byte_of_small_machines(void)
{
	for (int i = 0; i < 60; i++) {
		struct e820_machine machine = { (16 + tap_below(32)) * MIB,
						(16 + tap_below(32)) * MIB, tap_below(2),
						tap_below(2) ? 32 : 33 + tap_below(20) };
		uint64_t lost[E820_NR_LOSSES] = { 0 }, usable = 0;
		struct e820_sums sums;

		e820_build(&machine, &map, &sums);
		is_sorted();
		for (uint64_t byte = 0; byte < machine.size; byte += GRAIN)
			check_byte(&machine, byte, lost, &usable);
		tap_expect_equal(sums.usable, usable);
		for (uint32_t j = 0; j < E820_NR_LOSSES; j++)
			tap_expect_equal(sums.lost[j], lost[j]);
	}
}

static void bytes_of_large_machines(void)
{
	for (int i = 0; i < 10000; i++) {
		struct e820_machine machine = { 0, (16 + tap_below(3568)) * MIB, tap_below(2),
						32 + tap_below(21) };
		uint64_t lost[E820_NR_LOSSES] = { 0 }, usable = 0, sum;
		struct e820_sums sums;

		machine.size = (16 + (tap_random() >> (33 + tap_below(28)))) * MIB;
		if (machine.size > E820_MAX_SIZE)
			machine.size = E820_MAX_SIZE;
		e820_build(&machine, &map, &sums);
		is_sorted();
		for (int j = 0; j < 100; j++)
			check_byte(&machine, tap_random() % machine.size, lost, &usable);
		sum = sums.usable;
		for (uint32_t j = 0; j < E820_NR_LOSSES; j++)
			sum += sums.lost[j];
		tap_expect_equal(sum, machine.size);
	}
}

/* --- lines -------------------------------------------------------------------------------- */

static void lines(void)
{
	static const struct {
		const char *line;
		uint64_t start, end;
		uint32_t type;
	} good[] = {
		{ "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable", 0, 0x9fbff, 1 },
		{ "[    0.000000] BIOS-e820: [mem 0x1000-0x1fff] ACPI NVS", 0x1000, 0x1fff, 4 },
		{ "<6>BIOS-e820: [mem 0x0-0xfffffffffffff] type 20", 0, (UINT64_C(1) << 52) - 1,
		  20 },
		{ " BIOS-e820: 0000000000100000 - 00000000bfef0000 (usable)", 0x100000, 0xbfeeffff,
		  1 },
		{ "BIOS-e820: [mem 0x1-0x1] persistent (type 7)", 1, 1, 7 },
		{ "BIOS-e820: [mem 0x1-0x2] soft reserved", 1, 2, 2 },
	};

	for (uint32_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct e820_scan scan = { .line = good[i].line, .length = strlen(good[i].line) };
		struct e820_range range;

		if (!tap_expect(e820_scan(&scan, &range) && scan.found))
			continue;
		tap_expect_equal(range.start, good[i].start);
		tap_expect_equal(range.end, good[i].end);
		tap_expect_equal(range.type, good[i].type);
	}
}

static void bad_lines(void)
{
	static const struct {
		const char *line;
		size_t at;
	} bad[] = {
		{ "BIOS-e820: ", 11 },
		{ "BIOS-e820: [mem ", 16 },
		{ "BIOS-e820: [mem 0x", 18 },
		{ "BIOS-e820: [mem 0x10", 20 },
		{ "BIOS-e820: [mem 0x10-0x", 23 },
		{ "BIOS-e820: [mem 0x10-0x0f] usable", 25 },
		{ "BIOS-e820: [mem 0x10-0x20", 25 },
		{ "BIOS-e820: [mem 0x10-0x20] gone", 27 },
		{ "BIOS-e820: [mem 0x10000000000000-0x20] usable", 18 },
		{ "BIOS-e820: 10 - 10 (usable)", 18 },
		{ "BIOS-e820: 10 20 (usable)", 13 },
		{ "BIOS-e820: 10 - 20 usable", 18 },
	};
	struct e820_range range;

	for (uint32_t i = 0; i < ARRAY_SIZE(bad); i++) {
		size_t length = strlen(bad[i].line);
		/* Without a zero behind it, so that the sanitizer sees what reads too far. */
		char *line = malloc(length);
		struct e820_scan scan = { .line = memcpy(line, bad[i].line, length),
					  .length = length };

		tap_expect(!e820_scan(&scan, &range) && scan.wrong);
		if (!tap_expect_equal(scan.at, bad[i].at))
			tap_note("%s", bad[i].line);
		free(line);
	}
}

static void ranges_that_overlap(void)
{
	uint32_t at;

	map.nr = 3;
	map.range[0] = (struct e820_range){ 0x3000, 0x3fff, 1, NULL };
	map.range[1] = (struct e820_range){ 0x1000, 0x1fff, 1, NULL };
	map.range[2] = (struct e820_range){ 0x2000, 0x2fff, 1, NULL };
	tap_expect(e820_sort(&map, &at));
	map.range[1].end = 0x3000;
	tap_expect(!e820_sort(&map, &at));
	tap_expect_equal(at, 2);
}

static const struct tap_test tests[] = {
	TAP_TEST(table_of_8_gib),
	TAP_TEST(four_gib_leave_3_25),
	TAP_TEST(every_byte_of_small_machines),
	TAP_TEST(bytes_of_large_machines),
	TAP_TEST(lines),
	TAP_TEST(bad_lines),
	TAP_TEST(ranges_that_overlap),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
