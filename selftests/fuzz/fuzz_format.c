// SPDX-License-Identifier: GPL-2.0
/* LINK: core/ptable_format.c core/ptable.c core/ptable_map.c core/ptable_view.c tap.c */
/*
 * What memory the tables of a map take, for maps made of bytes.
 *
 * Promised and looked at: ranges out of order or outside of the address space
 * are refused; of the others, tables and leaves of each level are those that
 * one finds who goes through the map page by page.
 */
#include <linux/errno.h>
#include "fuzz.h"
#include "core/ptable_format.h"

#define MAX_RANGES 12
#define MAX_PAGES  4096 /* of one range that is gone through */

/* The largest leaf that a page is in, of those that its range covers from end to end. */
static unsigned int leaf_of(const struct mctl_ptable_format *format,
			    const struct mctl_ptable_range *range, u64 page, unsigned int max_level)
{
	for (unsigned int level = max_level; level > 1; level--) {
		unsigned int shift = format->level[level].shift - MCTL_PT_PAGE_SHIFT;
		u64 start = page >> shift << shift;

		if (format->level[level].leaf && start >= range->page &&
		    start + (1ULL << shift) <= range->page + range->nr)
			return level;
	}
	return 1;
}

/* Page by page. */
static void count(const struct mctl_ptable_format *format, const struct mctl_ptable_range *ranges,
		  u32 nr, unsigned int max_level, struct mctl_ptable_memory *memory)
{
	u64 last[MCTL_PT_MAX_LEVELS + 1];

	memset(memory, 0, sizeof(*memory));
	memset(last, 0xff, sizeof(last));
	memory->nr_tables[format->nr_levels] = 1;
	for (u32 i = 0; i < nr; i++) {
		for (u64 page = ranges[i].page; page < ranges[i].page + ranges[i].nr; page++) {
			unsigned int leaf = leaf_of(format, &ranges[i], page, max_level);
			u64 mask = (1ULL << (format->level[leaf].shift - MCTL_PT_PAGE_SHIFT)) - 1;

			memory->nr_pages++;
			memory->nr_leaves[leaf] += !(page & mask);
			for (unsigned int level = format->nr_levels; level > leaf; level--) {
				u64 entry = page >>
					    (format->level[level].shift - MCTL_PT_PAGE_SHIFT);

				memory->nr_tables[level - 1] += entry != last[level];
				last[level] = entry;
			}
		}
	}
	for (unsigned int level = 1; level <= format->nr_levels; level++)
		memory->bytes += memory->nr_tables[level] *
				 (format->entry_size << format->level[level].bits);
	memory->flat = (u64)format->entry_size << (format->address_bits - MCTL_PT_PAGE_SHIFT);
}

/* Ranges in order, close or far apart, or any numbers. Return: whether they are good. */
static bool choose(struct fuzz_input *in, u64 pages, struct mctl_ptable_range *ranges, u32 nr,
		   bool wild)
{
	u64 free = 0;
	bool good = true;

	for (u32 i = 0; i < nr; i++) {
		if (wild) {
			ranges[i].page = fuzz_u64(in);
			ranges[i].nr = fuzz_u64(in);
		} else {
			u32 shift = fuzz_byte(in) % 48;

			ranges[i].page = free + ((u64)fuzz_byte(in) << shift);
			ranges[i].nr = 1 + fuzz_below(in, MAX_PAGES);
		}
		good &= ranges[i].nr && ranges[i].page >= free && ranges[i].page < pages &&
			ranges[i].nr <= pages - ranges[i].page;
		free = ranges[i].page + ranges[i].nr;
	}
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	u32 bits = fuzz_byte(&in);
	const struct mctl_ptable_format *format =
		mctl_ptable_kinds[bits % MCTL_PT_NR_FORMATS].format;
	u64 pages = 1ULL << (format->address_bits - MCTL_PT_PAGE_SHIFT);
	unsigned int max_level = fuzz_below(&in, format->nr_levels + 2);
	u32 nr = fuzz_below(&in, MAX_RANGES + 1);
	struct mctl_ptable_range ranges[MAX_RANGES];
	struct mctl_ptable_memory memory, counted;
	bool wild = bits & 0x80;
	bool good = choose(&in, pages, ranges, nr, wild);
	int error;

	good &= max_level >= 1 && max_level <= format->nr_levels;
	error = mctl_ptable_memory(format, ranges, nr, max_level, &memory);
	tap_expect_equal(error, good ? 0 : -EINVAL);
	if (!error && !wild) {
		count(format, ranges, nr, max_level, &counted);
		tap_expect(!memcmp(&memory, &counted, sizeof(memory)));
	}
	fuzz_op();
	fuzz_judge();
	return 0;
}
