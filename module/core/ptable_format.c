// SPDX-License-Identifier: GPL-2.0
/*
 * The paging formats of x86 (Intel SDM vol. 3A, chapter 4), for use with core/ptable.h, and the
 * memory that their tables take for a mapping.
 *
 *   ia32     10 | 10 | 12          entries of 4 bytes, pages of 4 KiB, 4 MiB   4.3
 *   pae       2 |  9 |  9 | 12     entries of 8 bytes, pages of 4 KiB, 2 MiB   4.4
 *   4level    9 |  9 |  9 |  9 | 12                  and of 1 GiB              4.5
 *   5level    9 |  9 |  9 |  9 |  9 | 12             and of 1 GiB              4.5
 *
 * The two of x86-64 are in ptable.c. In all of them bit 0 is P, 1 RW, 2 US, 3 PWT, 4 PCD, 5 A, 6 D,
 * 7 PAT or PS, 8 G, 9 to 11 are for software; NX is bit 63, if an entry is that wide.
 *
 * Large pages of ia32 are those of 4 MiB below 4 GiB: bits 13 to 20 of such an
 * entry, which PSE-36 uses for more of the address, are reserved here.
 *
 * The memory is computed, not measured: a level has a table for each entry of the level above below
 * which something is mapped, unless one leaf maps it.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "core/ptable_format.h"

#define SOFTWARE GENMASK_ULL(11, 9)
#define CACHING	 (MCTL_PT_PWT | MCTL_PT_PCD)
#define RIGHTS	 (MCTL_PT_P | MCTL_PT_RW | MCTL_PT_US | CACHING | MCTL_PT_A | SOFTWARE)
#define LEAF	 (RIGHTS | MCTL_PT_D | MCTL_PT_G)
/* The processor ignores bits 6 and 8 of an entry that points to a table. */
#define TABLE (RIGHTS | MCTL_PT_D | MCTL_PT_G)
#define LARGE (MCTL_PT_PS | MCTL_PT_PAT_LARGE)

#define IA32_4K GENMASK_ULL(31, 12)
#define IA32_4M GENMASK_ULL(31, 22)

/* SDM 4.3: tables 4-4 (entry for a page of 4 MiB), 4-5 (for a table), 4-6 (of 4 KiB). */
const struct mctl_ptable_format mctl_ptable_ia32 = {
	.name = "IA-32, 2 levels",
	.nr_levels = 2,
	.entry_size = 4,
	.address_bits = 32,
	.physical = IA32_4K,
	.level = {
		[1] = { .shift = 12, .bits = 10, .leaf = LEAF | MCTL_PT_PAT | IA32_4K },
		[2] = { .shift = 22, .bits = 10, .table = TABLE | IA32_4K,
			.leaf = LEAF | LARGE | IA32_4M },
	},
};

#define PAE_4K GENMASK_ULL(51, 12)
#define PAE_2M GENMASK_ULL(51, 21)

/*
 * SDM 4.4: tables 4-8 (page directory pointer: neither rights nor A, and no
 * NX), 4-9 (2 MiB), 4-10 (table), 4-11 (4 KiB). Bits 52 to 62 are reserved.
 */
const struct mctl_ptable_format mctl_ptable_pae = {
	.name = "IA-32 with PAE, 3 levels",
	.nr_levels = 3,
	.entry_size = 8,
	.address_bits = 32,
	.physical = PAE_4K,
	.level = {
		[1] = { .shift = 12, .bits = 9, .leaf = LEAF | MCTL_PT_NX | MCTL_PT_PAT | PAE_4K },
		[2] = { .shift = 21, .bits = 9, .table = TABLE | MCTL_PT_NX | PAE_4K,
			.leaf = LEAF | MCTL_PT_NX | LARGE | PAE_2M },
		[3] = { .shift = 30, .bits = 2,
			.table = MCTL_PT_P | CACHING | SOFTWARE | PAE_4K },
	},
};

const struct mctl_ptable_kind mctl_ptable_kinds[MCTL_PT_NR_FORMATS] = {
	{ "ia32", "10/10/12", "4.3", 32, &mctl_ptable_ia32 },
	{ "pae", "2/9/9/12", "4.4", 52, &mctl_ptable_pae },
	{ "4level", "9/9/9/9/12", "4.5", 52, &mctl_ptable_x86_64_4level },
	{ "5level", "9/9/9/9/9/12", "4.5", 52, &mctl_ptable_x86_64_5level },
};

/**
 * mctl_ptable_kind_of() - look up a format by its name
 * @name: one word
 *
 * Context: Any context.
 * Return: the format, or NULL if none has this name.
 */
const struct mctl_ptable_kind *mctl_ptable_kind_of(const char *name)
{
	for (u32 i = 0; i < MCTL_PT_NR_FORMATS; i++) {
		if (!strcmp(mctl_ptable_kinds[i].name, name))
			return &mctl_ptable_kinds[i];
	}
	return NULL;
}

/**
 * mctl_ptable_table_size() - the size of a table
 * @format: the format
 * @level: of the table
 *
 * Context: Any context.
 * Return: bytes; 4096 except for the root of PAE, which has 32.
 */
u32 mctl_ptable_table_size(const struct mctl_ptable_format *format, unsigned int level)
{
	return (u32)format->entry_size << format->level[level].bits;
}

/* --- examples ----------------------------------------------------------------------------- */

static const char *const example_name[MCTL_PT_NR_EXAMPLES] = {
	[MCTL_PT_ONE] = "one",	     [MCTL_PT_PROCESS] = "process", [MCTL_PT_DENSE] = "dense",
	[MCTL_PT_SPARSE] = "sparse", [MCTL_PT_FULL] = "full",
};

/**
 * mctl_ptable_example_name() - the name of an example
 * @example: the example
 *
 * Context: Any context.
 * Return: one word.
 */
const char *mctl_ptable_example_name(enum mctl_ptable_example example)
{
	return example_name[example];
}

/**
 * mctl_ptable_example() - a mapping to compare the formats with
 * @format: the format, in whose address space the mapping lies, in the lower half if there are two
 * @example: which
 * @ranges: filled, in order of their addresses
 *
 * Context: Any context.
 * Return: number of ranges.
 */
u32 mctl_ptable_example(const struct mctl_ptable_format *format, enum mctl_ptable_example example,
			struct mctl_ptable_range ranges[MCTL_PT_EXAMPLE_RANGES])
{
	const u64 mib = 1ULL << (20 - MCTL_PT_PAGE_SHIFT);
	u64 end = 1ULL << (format->address_bits - format->sign_extended - MCTL_PT_PAGE_SHIFT);

	switch (example) {
	case MCTL_PT_PROCESS:
		ranges[0] = (struct mctl_ptable_range){ 4 * mib, 4 * mib };
		ranges[1] = (struct mctl_ptable_range){ 8 * mib, 64 * mib };
		ranges[2] = (struct mctl_ptable_range){ end / 2, 2 * mib };
		ranges[3] = (struct mctl_ptable_range){ end - 8 * mib, 8 * mib };
		return 4;
	case MCTL_PT_SPARSE:
		for (u32 i = 0; i < MCTL_PT_EXAMPLE_RANGES; i++)
			ranges[i] =
				(struct mctl_ptable_range){ i * (end / MCTL_PT_EXAMPLE_RANGES), 1 };
		return MCTL_PT_EXAMPLE_RANGES;
	case MCTL_PT_DENSE:
		ranges[0] = (struct mctl_ptable_range){ 0, 1024 * mib };
		return 1;
	case MCTL_PT_FULL:
		ranges[0] = (struct mctl_ptable_range){ 0, 4096 * mib };
		return 1;
	default:
		ranges[0] = (struct mctl_ptable_range){ 0, 1 };
		return 1;
	}
}

/* --- memory ------------------------------------------------------------------------------- */

/* Count the entries of a level that a range covers completely. */
static u64 covered(const struct mctl_ptable_range *range, unsigned int shift)
{
	u64 first = (range->page + (1ULL << shift) - 1) >> shift;
	u64 end = (range->page + range->nr) >> shift;

	return end > first ? end - first : 0;
}

/*
 * Count the entries of a level by or below which something is mapped, but not
 * by a leaf that covers it.
 */
static u64 entries_with_table(const struct mctl_ptable_range *ranges, u32 nr, unsigned int shift,
			      bool leaf)
{
	u64 last = U64_MAX, entries = 0;

	for (u32 i = 0; i < nr; i++) {
		u64 from = ranges[i].page >> shift;
		u64 to = (ranges[i].page + ranges[i].nr - 1) >> shift;

		entries += to - from + 1 - (from == last);
		if (leaf)
			entries -= covered(&ranges[i], shift);
		last = to;
	}
	return entries;
}

static bool in_order(const struct mctl_ptable_format *format,
		     const struct mctl_ptable_range *ranges, u32 nr)
{
	u64 pages = 1ULL << (format->address_bits - MCTL_PT_PAGE_SHIFT);
	u64 free = 0;

	for (u32 i = 0; i < nr; i++) {
		if (!ranges[i].nr || ranges[i].page < free || ranges[i].page >= pages ||
		    ranges[i].nr > pages - ranges[i].page)
			return false;
		free = ranges[i].page + ranges[i].nr;
	}
	return true;
}

/**
 * mctl_ptable_memory() - compute the memory that the tables of a mapping take
 * @format: the format
 * @ranges: what is mapped, in order, without overlap; addresses count from 0 to the end of the
 *	    address space, the upper half following the lower one
 * @nr: number of ranges
 * @max_level: largest leaves to use, wherever a range covers one: 1 for 4 KiB only
 * @memory: filled
 *
 * Context: Any context; the time grows with @nr.
 * Return: 0, or -EINVAL if @ranges are not as described, or the format has no @max_level.
 */
int mctl_ptable_memory(const struct mctl_ptable_format *format,
		       const struct mctl_ptable_range *ranges, u32 nr, unsigned int max_level,
		       struct mctl_ptable_memory *memory)
{
	u64 larger = 0;

	if (!max_level || max_level > format->nr_levels || !in_order(format, ranges, nr))
		return -EINVAL;
	memset(memory, 0, sizeof(*memory));
	memory->flat = (u64)format->entry_size << (format->address_bits - MCTL_PT_PAGE_SHIFT);
	for (u32 i = 0; i < nr; i++)
		memory->nr_pages += ranges[i].nr;

	memory->nr_tables[format->nr_levels] = 1;
	for (unsigned int level = format->nr_levels; level; level--) {
		unsigned int shift = format->level[level].shift - MCTL_PT_PAGE_SHIFT;
		bool leaf = level <= max_level && format->level[level].leaf;
		u64 all = 0;

		for (u32 i = 0; leaf && i < nr; i++)
			all += covered(&ranges[i], shift);
		/* What larger leaves cover, counted in leaves of this level. */
		memory->nr_leaves[level] = leaf ? all - larger : 0;
		larger = (leaf ? all : 0) << (level > 1 ? format->level[level - 1].bits : 0);
		if (level > 1)
			memory->nr_tables[level - 1] = entries_with_table(ranges, nr, shift, leaf);
		memory->bytes += memory->nr_tables[level] * mctl_ptable_table_size(format, level);
	}
	return 0;
}
