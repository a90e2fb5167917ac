// SPDX-License-Identifier: GPL-2.0
/*
 * pte.c - the bits of an x86-64 page-table entry:
 *
 *   63   62-59  58-52  51-12  11-9  8  7       6  5  4    3    2   1   0
 *   NX   PK     SW     PFN    SW    G  PS|PAT  D  A  PCD  PWT  US  RW  P
 *
 * Bit 7 is PAT in a leaf of level 1 and PS above; a large leaf has its PAT
 * in bit 12, so that its frame number starts at bit 21 or 30.
 */
#include "pte.h"

#define PHYSICAL_MASK UINT64_C(0x000ffffffffff000)

static bool is_large(uint32_t level, bool leaf)
{
	return leaf && level > 1;
}

const char *pte_level_name(uint32_t level)
{
	static const char *const names[] = { "?", "PTE", "PMD", "PUD", "P4D", "PGD" };

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "?";
}

const char *pte_bit_name(unsigned int bit, uint32_t level, bool leaf)
{
	static const char *const low[] = { "P", "RW", "US", "PWT", "PCD", "A", "D", "PS", "G" };

	if (bit == 7 && level == 1)
		return "PAT";
	if (bit < sizeof(low) / sizeof(low[0]))
		return low[bit];
	if (bit < 12)
		return "SW";
	if (bit == 12 && is_large(level, leaf))
		return "PAT";
	if (bit < 52)
		return "PFN";
	if (bit < 59)
		return "SW";
	return bit < 63 ? "PK" : "NX";
}

struct json_object *pte_flags_json(uint64_t entry, uint32_t level, bool leaf)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		bool flag = bit <= 8 || bit == 63 || (bit == 12 && is_large(level, leaf));
		const char *name = pte_bit_name(bit, level, leaf);

		if (flag && entry >> bit & 1)
			json_object_array_add(array, json_object_new_string(name));
	}
	return array;
}

uint64_t pte_physical(uint64_t entry, uint32_t level, bool leaf)
{
	uint64_t mask = PHYSICAL_MASK;

	if (is_large(level, leaf) && level <= 3)
		mask &= ~((UINT64_C(1) << (12 + 9 * (level - 1))) - 1);
	return entry & mask;
}
