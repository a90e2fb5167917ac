// SPDX-License-Identifier: GPL-2.0
/*
 * e820_map.c - the memory map of a PC, from what it is made of.
 *
 * The layout is that of a common virtual machine: 2 KiB of BIOS data below 640 KiB, ACPI tables
 * and NVS 64 KiB in front of the last MiB below the hole, and in the hole the configuration
 * space of PCI Express, the interrupt controllers, and the flash ROM that ends at 4 GiB.
 */
#include <stdlib.h>

#include "e820_map.h"

#define KIB(n)	    (UINT64_C(n) << 10)
#define EBDA	    UINT64_C(0x9f800)
#define LEGACY	    KIB(640)
#define BIOS	    UINT64_C(0xdc000)
#define ABOVE	    KIB(1024)
#define ACPI_BEFORE UINT64_C(0x110000) /* from the end of low DRAM back */
#define ACPI_DATA   KIB(60)
#define ACPI_NVS    KIB(4)

const char *e820_loss_text(uint32_t loss)
{
	static const char *const texts[E820_NR_LOSSES] = {
		[E820_LOST_EBDA] = "data of the BIOS below 640K",
		[E820_LOST_LEGACY] = "behind video memory and ROMs, 640K to 1M; the BIOS copies "
				     "itself to a part of it",
		[E820_LOST_ACPI] = "tables and state of ACPI",
		[E820_LOST_HOLE] = "behind the hole for devices, and not moved",
		[E820_LOST_WIDTH] = "beyond the last physical address",
	};

	return loss < E820_NR_LOSSES ? texts[loss] : NULL;
}

const char *e820_type_name(uint32_t type)
{
	static const char *const names[E820_NR_TYPES] = {
		[E820_USABLE] = "usable",	[E820_RESERVED] = "reserved",
		[E820_ACPI_DATA] = "ACPI data", [E820_ACPI_NVS] = "ACPI NVS",
		[E820_UNUSABLE] = "unusable",	[E820_PERSISTENT] = "persistent",
	};

	return type < E820_NR_TYPES && names[type] ? names[type] : "?";
}

static void add(struct e820_map *map, uint64_t start, uint64_t size, uint32_t type,
		const char *what)
{
	map->range[map->nr++] =
		(struct e820_range){ .start = start, .end = start + size - 1, type, what };
}

static void place_dram(const struct e820_machine *machine, struct e820_sums *sums)
{
	uint64_t reach = (UINT64_C(1) << machine->bits) - E820_4G, rest;

	sums->low = machine->size < machine->hole ? machine->size : machine->hole;
	rest = machine->size - sums->low;
	sums->lost[E820_LOST_HOLE] = 0;
	if (!machine->remap) {
		/* Each byte stays at its own address, and devices answer for some. */
		sums->lost[E820_LOST_HOLE] = rest;
		if (machine->size > E820_4G)
			sums->lost[E820_LOST_HOLE] = E820_4G - sums->low;
		rest -= sums->lost[E820_LOST_HOLE];
	}
	sums->high = rest < reach ? rest : reach;
	sums->lost[E820_LOST_WIDTH] = rest - sums->high;
}

void e820_build(const struct e820_machine *machine, struct e820_map *map, struct e820_sums *sums)
{
	uint64_t acpi;

	place_dram(machine, sums);
	acpi = sums->low - ACPI_BEFORE;
	map->nr = 0;
	add(map, 0, EBDA, E820_USABLE, "DRAM");
	add(map, EBDA, LEGACY - EBDA, E820_RESERVED, "data of the BIOS");
	add(map, BIOS, ABOVE - BIOS, E820_RESERVED, "the BIOS, copied to DRAM");
	add(map, ABOVE, acpi - ABOVE, E820_USABLE, "DRAM");
	add(map, acpi, ACPI_DATA, E820_ACPI_DATA, "tables of ACPI");
	add(map, acpi + ACPI_DATA, ACPI_NVS, E820_ACPI_NVS, "state of ACPI");
	add(map, acpi + ACPI_DATA + ACPI_NVS, sums->low - acpi - ACPI_DATA - ACPI_NVS, E820_USABLE,
	    "DRAM");
	add(map, E820_MAX_HOLE, UINT64_C(256) << 20, E820_RESERVED,
	    "configuration space of PCI Express");
	add(map, 0xfec00000, KIB(64), E820_RESERVED, "I/O APIC");
	add(map, 0xfee00000, KIB(4), E820_RESERVED, "local APIC");
	add(map, 0xfffe0000, KIB(128), E820_RESERVED, "flash ROM with the reset vector");
	if (sums->high)
		add(map, E820_4G, sums->high, E820_USABLE, "DRAM");
	sums->lost[E820_LOST_EBDA] = LEGACY - EBDA;
	sums->lost[E820_LOST_LEGACY] = ABOVE - LEGACY;
	sums->lost[E820_LOST_ACPI] = ACPI_DATA + ACPI_NVS;
	sums->usable = e820_bytes(map, E820_USABLE, 0, UINT64_MAX);
}

static int by_start(const void *a, const void *b)
{
	const struct e820_range *one = a, *other = b;

	return (one->start > other->start) - (one->start < other->start);
}

bool e820_sort(struct e820_map *map, uint32_t *at)
{
	qsort(map->range, map->nr, sizeof(map->range[0]), by_start);
	for (*at = 1; *at < map->nr; ++*at) {
		if (map->range[*at].start <= map->range[*at - 1].end)
			return false;
	}
	return true;
}

uint64_t e820_bytes(const struct e820_map *map, uint32_t type, uint64_t start, uint64_t end)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < map->nr; i++) {
		const struct e820_range *range = &map->range[i];
		uint64_t first = range->start > start ? range->start : start;
		uint64_t last = range->end < end ? range->end : end;

		if (range->type == type && first <= last)
			bytes += last - first + 1;
	}
	return bytes;
}

const struct e820_range *e820_find(const struct e820_map *map, uint64_t address)
{
	for (uint32_t i = 0; i < map->nr; i++) {
		if (map->range[i].start <= address && address <= map->range[i].end)
			return &map->range[i];
	}
	return NULL;
}

uint64_t e820_hole(const struct e820_map *map)
{
	uint64_t hole = 0;

	for (uint32_t i = 0; i < map->nr; i++) {
		const struct e820_range *range = &map->range[i];

		if (range->type != E820_RESERVED && range->start < E820_4G && range->end >= hole)
			hole = range->end + 1;
	}
	return hole < E820_4G ? hole : E820_4G;
}
