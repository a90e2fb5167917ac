/* SPDX-License-Identifier: GPL-2.0 */
/*
 * e820_map.h - the memory map that a BIOS hands over by INT 15h, E820: as a model of a PC would
 * make it, or as the messages of a kernel have it.
 */
#ifndef MEMCTL_CLI_E820_MAP_H
#define MEMCTL_CLI_E820_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define E820_MAX_RANGES 1024
#define E820_MIN_SIZE	(UINT64_C(16) << 20)
#define E820_MAX_SIZE	(UINT64_C(1) << 51)
#define E820_MIN_HOLE	(UINT64_C(16) << 20)
#define E820_MAX_HOLE	(UINT64_C(0xe0000000))
#define E820_UNIT	(UINT64_C(1) << 20) /* sizes are multiples of it */
#define E820_4G		(UINT64_C(1) << 32)
#define E820_RESET	UINT64_C(0xfffffff0) /* where the first instruction is fetched from */

/* The numbers of ACPI 6.5, 15.1. */
enum e820_type {
	E820_USABLE = 1,
	E820_RESERVED = 2,
	E820_ACPI_DATA = 3,
	E820_ACPI_NVS = 4,
	E820_UNUSABLE = 5,
	E820_PERSISTENT = 7,
	E820_NR_TYPES
};

/**
 * struct e820_range - a part of the map
 * @start: first address
 * @end: last address
 * @type: enum e820_type; another number where a kernel printed one
 * @what: what is there; NULL where that is not known
 */
struct e820_range {
	uint64_t start;
	uint64_t end;
	uint32_t type;
	const char *what;
};

/**
 * struct e820_map - a memory map, by addresses
 * @nr: its ranges; none overlaps another
 * @range: the ranges
 */
struct e820_map {
	uint32_t nr;
	struct e820_range range[E820_MAX_RANGES];
};

/**
 * struct e820_machine - what the model of a PC is made of
 * @size: bytes of DRAM
 * @hole: where the addresses of devices begin, that end at 4 GiB
 * @remap: the DRAM behind the hole is moved to the end of memory
 * @bits: width of a physical address
 */
struct e820_machine {
	uint64_t size;
	uint64_t hole;
	bool remap;
	uint32_t bits;
};

/* Why a byte of DRAM is not usable. */
enum e820_loss {
	E820_LOST_EBDA,
	E820_LOST_LEGACY,
	E820_LOST_ACPI,
	E820_LOST_HOLE,
	E820_LOST_WIDTH,
	E820_NR_LOSSES
};

/**
 * struct e820_sums - where the DRAM of a machine is
 * @usable: bytes of usable ranges
 * @low: DRAM below the hole
 * @high: DRAM from 4 GiB on
 * @lost: bytes by enum e820_loss; with @usable they are all
 */
struct e820_sums {
	uint64_t usable;
	uint64_t low;
	uint64_t high;
	uint64_t lost[E820_NR_LOSSES];
};

const char *e820_loss_text(uint32_t loss);
/* As Linux prints it; "?" for a number that has no word. */
const char *e820_type_name(uint32_t type);
/* The map of a machine; its members have to be in the limits above, @bits from 32 to 52. */
void e820_build(const struct e820_machine *machine, struct e820_map *map, struct e820_sums *sums);
/* Put ranges in order. Return: false if some overlap; *at is the second one of them. */
bool e820_sort(struct e820_map *map, uint32_t *at);
/* Bytes of one type from @start to @end. */
uint64_t e820_bytes(const struct e820_map *map, uint32_t type, uint64_t start, uint64_t end);
/* The range with an address, NULL if none has it. */
const struct e820_range *e820_find(const struct e820_map *map, uint64_t address);
/* Where the hole below 4 GiB begins: behind the last DRAM there. */
uint64_t e820_hole(const struct e820_map *map);

#endif /* MEMCTL_CLI_E820_MAP_H */
