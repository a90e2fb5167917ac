/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The paging formats of x86, and the memory that their tables take for a
 * mapping: the reason for tables with several levels. See ptable_format.c.
 */
#ifndef MCTL_CORE_PTABLE_FORMAT_H
#define MCTL_CORE_PTABLE_FORMAT_H

#include <linux/types.h>
#include "core/ptable.h"

extern const struct mctl_ptable_format mctl_ptable_ia32;
extern const struct mctl_ptable_format mctl_ptable_pae;

#define MCTL_PT_NR_FORMATS 4

/**
 * struct mctl_ptable_kind - a format with its name
 * @name: one word
 * @split: bits of an address by level, root first, and of the offset
 * @section: section of the Intel SDM vol. 3A
 * @physical_bits: widest physical address
 * @format: the format
 */
struct mctl_ptable_kind {
	const char *name;
	const char *split;
	const char *section;
	unsigned int physical_bits;
	const struct mctl_ptable_format *format;
};

extern const struct mctl_ptable_kind mctl_ptable_kinds[MCTL_PT_NR_FORMATS];

/**
 * struct mctl_ptable_range - consecutive mapped pages
 * @page: number of the first, its address >> 12
 * @nr: number of pages
 */
struct mctl_ptable_range {
	u64 page;
	u64 nr;
};

/**
 * struct mctl_ptable_memory - memory that the tables of a mapping take
 * @nr_pages: pages of 4 KiB that are mapped
 * @nr_tables: tables by level
 * @nr_leaves: leaves by level
 * @bytes: of all tables
 * @flat: bytes of one table with an entry for each page of the address space
 */
struct mctl_ptable_memory {
	u64 nr_pages;
	u64 nr_tables[MCTL_PT_MAX_LEVELS + 1];
	u64 nr_leaves[MCTL_PT_MAX_LEVELS + 1];
	u64 bytes;
	u64 flat;
};

/**
 * enum mctl_ptable_example - mappings to compare the formats with
 * @MCTL_PT_ONE: one page
 * @MCTL_PT_PROCESS: 4 MiB of program, 64 MiB of heap after it, 2 MiB of libraries in the middle, 8
 *		     MiB of stack at the top
 * @MCTL_PT_DENSE: 1 GiB of consecutive pages
 * @MCTL_PT_SPARSE: 1024 pages, each as far from the next as the address space allows
 * @MCTL_PT_FULL: all 4 GiB that 32 bits can address
 * @MCTL_PT_NR_EXAMPLES: number of examples
 */
enum mctl_ptable_example {
	MCTL_PT_ONE,
	MCTL_PT_PROCESS,
	MCTL_PT_DENSE,
	MCTL_PT_SPARSE,
	MCTL_PT_FULL,
	MCTL_PT_NR_EXAMPLES,
};

#define MCTL_PT_EXAMPLE_RANGES 1024

const struct mctl_ptable_kind *mctl_ptable_kind_of(const char *name);
const char *mctl_ptable_example_name(enum mctl_ptable_example example);
u32 mctl_ptable_example(const struct mctl_ptable_format *format, enum mctl_ptable_example example,
			struct mctl_ptable_range ranges[MCTL_PT_EXAMPLE_RANGES]);
u32 mctl_ptable_table_size(const struct mctl_ptable_format *format, unsigned int level);
int mctl_ptable_memory(const struct mctl_ptable_format *format,
		       const struct mctl_ptable_range *ranges, u32 nr, unsigned int max_level,
		       struct mctl_ptable_memory *memory);

#endif /* MCTL_CORE_PTABLE_FORMAT_H */
