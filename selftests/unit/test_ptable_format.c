// SPDX-License-Identifier: GPL-2.0
/* LINK: core/ptable_format.c core/ptable.c core/ptable_map.c core/ptable_view.c */
/* LINK: ptable_fixture.c tap.c */
/*
 * The paging formats: real tables of each are built and compared with what
 * the hardware's manual says of their entries, and with what is computed of
 * their memory; the numbers of the examples are worked out by hand.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include "core/ptable_format.h"
#include "ptable_fixture.h"

#define MAX_FRAMES 5000
#define RIGHTS	   (MCTL_PT_P | MCTL_PT_RW | MCTL_PT_US)

static const struct mctl_ptable_format *format_at(u32 i)
{
	return mctl_ptable_kinds[i].format;
}

static void shapes_fit(void)
{
	for (u32 i = 0; i < MCTL_PT_NR_FORMATS; i++) {
		const struct mctl_ptable_kind *kind = &mctl_ptable_kinds[i];
		const struct mctl_ptable_format *format = kind->format;
		const char *split = kind->split;
		u32 shift = 12;

		tap_expect(mctl_ptable_kind_of(kind->name) == kind);
		for (u32 level = 1; level <= format->nr_levels; level++) {
			tap_expect_equal(format->level[level].shift, shift);
			shift += format->level[level].bits;
		}
		tap_expect_equal(shift, format->address_bits);
		for (u32 level = format->nr_levels; level; level--) {
			tap_expect_equal(strtoul(split, (char **)&split, 10),
					 format->level[level].bits);
			tap_expect_equal(*split++, '/');
			tap_expect_equal(mctl_ptable_table_size(format, level),
					 format == &mctl_ptable_pae && level == 3 ? 32 : 4096);
		}
		tap_expect(!strcmp(split, "12"));
	}
	tap_expect(!mctl_ptable_kind_of("6level"));
	tap_expect(!mctl_ptable_kind_of(""));
}

/* --- entries ------------------------------------------------------------------------------ */

static u64 bits_reserved; /* in problems of I4 */

static void note_problem(struct mctl_report *report, const struct mctl_problem *problem)
{
	if (!strcmp(problem->invariant, "ptable I4"))
		bits_reserved |= problem->found;
}

/*
 * Reserved bits, from the tables of the SDM named in ptable_format.c, of an
 * entry for a table and for a leaf, with a physical address of 46 bits (32 in
 * ia32). Bit 7 of an entry for a table makes it one for a leaf.
 */
static const struct {
	const struct mctl_ptable_format *format;
	unsigned int level;
	bool leaf;
	u64 reserved;
} entries[] = {
	{ &mctl_ptable_ia32, 1, true, GENMASK_ULL(63, 32) },
	{ &mctl_ptable_ia32, 2, false, GENMASK_ULL(63, 32) },
	{ &mctl_ptable_ia32, 2, true, GENMASK_ULL(63, 32) | GENMASK_ULL(21, 13) },
	{ &mctl_ptable_pae, 1, true, GENMASK_ULL(62, 46) },
	{ &mctl_ptable_pae, 2, false, GENMASK_ULL(62, 46) },
	{ &mctl_ptable_pae, 2, true, GENMASK_ULL(62, 46) | GENMASK_ULL(20, 13) },
	{ &mctl_ptable_pae, 3, false, GENMASK_ULL(63, 46) | GENMASK_ULL(8, 5) | 6 },
	{ &mctl_ptable_x86_64_4level, 1, true, GENMASK_ULL(51, 46) },
	{ &mctl_ptable_x86_64_4level, 2, true, GENMASK_ULL(51, 46) | GENMASK_ULL(20, 13) },
	{ &mctl_ptable_x86_64_4level, 3, true, GENMASK_ULL(51, 46) | GENMASK_ULL(29, 13) },
	{ &mctl_ptable_x86_64_4level, 4, false, GENMASK_ULL(51, 46) | BIT_ULL(7) },
	{ &mctl_ptable_x86_64_5level, 5, false, GENMASK_ULL(51, 46) | BIT_ULL(7) },
};

/* Set each bit of an entry that is clear: those that are reserved must be found. */
static void expect_reserved(struct tables *t, const struct mctl_ptable_step *step, u32 index)
{
	u32 width = t->pt.format->entry_size * 8, table = step->table >> 12;

	for (u32 bit = 1; bit < width; bit++) {
		struct mctl_report report = { .found = note_problem };
		bool makes_leaf = bit == 7 && !entries[index].leaf &&
				  t->pt.format->level[step->level].leaf;

		if (step->entry & BIT_ULL(bit) || makes_leaf)
			continue;
		bits_reserved = 0;
		mctl_ptable_set_entry(&t->pt, table, step->index, step->entry | BIT_ULL(bit));
		tables_check(t, &report);
		mctl_ptable_set_entry(&t->pt, table, step->index, step->entry);
		if (!tap_expect_equal(bits_reserved, entries[index].reserved & BIT_ULL(bit)))
			tap_note("  %s level %u bit %u", t->pt.format->name, step->level, bit);
	}
}

static void reserved_bits_are_the_manuals(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(entries); i++) {
		const struct mctl_ptable_format *format = entries[i].format;
		u32 leaf_level = entries[i].leaf ? entries[i].level : 1;
		u64 pages = 1ULL << (format->level[leaf_level].shift - 12);
		struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS];
		struct tables t;
		u32 nr, found = 0;

		tables_init(&t, format, 8, NULL, 0);
		tap_expect_equal(mctl_ptable_map(&t.pt, 0, 0, pages, RIGHTS, leaf_level), 0);
		nr = mctl_ptable_steps(&t.pt, 0, steps);
		for (u32 j = 0; j < nr; j++) {
			if (steps[j].level != entries[i].level)
				continue;
			tap_expect_equal(steps[j].leaf, entries[i].leaf);
			expect_reserved(&t, &steps[j], i);
			found++;
		}
		tap_expect_equal(found, 1);
		tables_fini(&t);
	}
}

/* The entries of a map of one page, as the processor would want to find them. */
static void entries_by_hand(void)
{
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS];
	struct tables t;

	/* 0x00c03000 = directory entry 3, table entry 3. */
	tables_init(&t, &mctl_ptable_ia32, 4, NULL, 0);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x00c03000, 0x12345, 1, RIGHTS, 2), 0);
	tap_expect_equal(mctl_ptable_steps(&t.pt, 0x00c03abc, steps), 2);
	tap_expect_equal(steps[0].index, 3);
	tap_expect_equal(steps[0].entry, (FIRST_PFN + 1) << 12 | 0x67);
	tap_expect_equal(steps[1].index, 3);
	tap_expect_equal(steps[1].entry, 0x12345007);
	/* A page of 4 MiB at 0xffc00000: the last entry of the directory. */
	tap_expect_equal(mctl_ptable_map(&t.pt, 0xffc00000, 0xfec00, 1024, RIGHTS, 2), 0);
	tap_expect_equal(mctl_ptable_steps(&t.pt, 0xffffffff, steps), 1);
	tap_expect_equal(steps[0].index, 1023);
	tap_expect_equal(steps[0].entry, 0xfec00087);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x100000000, 0, 1, RIGHTS, 2), -EFAULT);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0, 0x100000, 1, RIGHTS, 2), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0, 0, 1, RIGHTS | MCTL_PT_NX, 2), -EINVAL);
	tables_fini(&t);

	/* 0xc0203000 = pointer 3, directory entry 1, table entry 3. */
	tables_init(&t, &mctl_ptable_pae, 4, NULL, 0);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0xc0203000, 0x212345, 1, RIGHTS | MCTL_PT_NX, 2),
			 0);
	tap_expect_equal(mctl_ptable_steps(&t.pt, 0xc0203abc, steps), 3);
	tap_expect_equal(steps[0].index, 3);
	tap_expect_equal(steps[0].entry & 0xfff, 0x001);
	tap_expect_equal(steps[1].index, 1);
	tap_expect_equal(steps[1].entry & 0xfff, 0x067);
	tap_expect_equal(steps[2].index, 3);
	tap_expect_equal(steps[2].entry, 0x8000000212345007);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0, 0, 1, RIGHTS | BIT_ULL(52), 1), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x100000000, 0, 1, RIGHTS, 2), -EFAULT);
	tables_fini(&t);
}

/* --- maps --------------------------------------------------------------------------------- */

static const struct window windows[] = {
	{ 0, 3000 },
	{ 0x40000000 - 1500 * PAGE, 3000 },
	{ 0x80000000 - 1024 * PAGE, 1024 },
};

/* A run of pages to frames in a row, as the oracle knows it. */
static void random_map(struct tables *t, u32 window, u32 page, u32 nr)
{
	u64 address = windows[window].address + page * PAGE, pfn = address >> 12;
	u32 max_level = 1 + tap_below(t->pt.format->nr_levels), nr_known = 0;
	u64 *known = &t->oracle[window][page];
	int ret;

	for (u32 i = 0; i < nr; i++)
		nr_known += !!known[i];
	ret = mctl_ptable_map(&t->pt, address, pfn, nr, RIGHTS, max_level);
	tap_expect_equal(ret, nr_known ? -EEXIST : 0);
	for (u32 i = 0; !ret && i < nr; i++)
		known[i] = (pfn + i) << 12 | RIGHTS;
	t->nr_mapped += ret ? 0 : nr;
}

static void random_calls(void)
{
	for (u32 i = 0; i < MCTL_PT_NR_FORMATS; i++) {
		struct mctl_ptable_cache cache = {};
		struct tables t;

		tables_init(&t, format_at(i), 64, windows, ARRAY_SIZE(windows));
		for (u32 call = 0; call < 200 && !tap_nr_failed; call++) {
			u32 window = tap_below(ARRAY_SIZE(windows));
			u32 page = tap_below(windows[window].nr) & ~(tap_below(2) ? 0U : 511U);
			u32 nr = 1 + tap_below(windows[window].nr - page);
			u64 address = windows[window].address + page * PAGE;

			if (tap_below(2)) {
				random_map(&t, window, page, nr);
			} else {
				s64 unmapped = mctl_ptable_unmap(&t.pt, address, nr);

				for (u32 j = page; j < page + nr; j++) {
					unmapped -= !!t.oracle[window][j];
					t.nr_mapped -= !!t.oracle[window][j];
					t.oracle[window][j] = 0;
				}
				tap_expect_equal(unmapped, 0);
			}
			tables_verify(&t, &cache);
		}
		tables_fini(&t);
	}
}

/* --- memory ------------------------------------------------------------------------------- */

static struct mctl_ptable_range ranges[MCTL_PT_EXAMPLE_RANGES];

/* Build the tables, and count. */
static void expect_memory(const struct mctl_ptable_format *format, u32 nr, u32 max_level)
{
	u64 nr_tables[MCTL_PT_MAX_LEVELS + 1] = {}, bytes = 0, nr_pages = 0;
	struct mctl_ptable_memory memory;
	struct tables t;

	tap_expect_equal(mctl_ptable_memory(format, ranges, nr, max_level, &memory), 0);
	tables_init(&t, format, MAX_FRAMES, NULL, 0);
	for (u32 i = 0; i < nr; i++) {
		u64 address = ranges[i].page << 12;

		if (format->sign_extended)
			address = (s64)(address << (64 - format->address_bits)) >>
				  (64 - format->address_bits);
		/* A frame as well aligned as the address, for the largest leaf. */
		tap_expect_equal(mctl_ptable_map(&t.pt, address, ranges[i].page % (1U << 18),
						 ranges[i].nr, RIGHTS, max_level),
				 0);
		nr_pages += ranges[i].nr;
	}
	for (u32 i = 0; i < MAX_FRAMES; i++)
		nr_tables[t.level[i]] += t.level[i] > 0;
	for (u32 level = 1; level <= format->nr_levels; level++) {
		tap_expect_equal(memory.nr_tables[level], nr_tables[level]);
		tap_expect_equal(memory.nr_leaves[level], t.pt.nr_leaves[level]);
		bytes += nr_tables[level] * mctl_ptable_table_size(format, level);
	}
	/* Below the leaves there is nothing. */
	tap_expect_equal(memory.nr_tables[0], 0);
	tap_expect_equal(memory.bytes, bytes);
	tap_expect_equal(memory.nr_pages, nr_pages);
	tables_fini(&t);
}

static void examples_as_built(void)
{
	for (u32 i = 0; i < MCTL_PT_NR_FORMATS; i++) {
		for (u32 e = 0; e < MCTL_PT_NR_EXAMPLES; e++) {
			u32 nr = mctl_ptable_example(format_at(i), e, ranges);

			for (u32 max_level = 1; max_level <= format_at(i)->nr_levels; max_level++)
				expect_memory(format_at(i), nr, max_level);
		}
	}
}

static void random_maps_as_built(void)
{
	for (u32 round = 0; round < 400 && !tap_nr_failed; round++) {
		const struct mctl_ptable_format *format = format_at(tap_below(MCTL_PT_NR_FORMATS));
		u64 pages = 1ULL << (format->address_bits - 12), page = 0;
		u32 gap = tap_below(format->address_bits - 12), nr;

		for (nr = 0; nr < 40; nr++) {
			u64 length = 1 + tap_below(1U << tap_below(17));
			u64 half = page < pages / 2 ? pages / 2 : pages;

			page += tap_random() % (1ULL << gap);
			if (tap_below(2))
				page = (page + 511) & ~511ULL;
			if (page >= pages || length > pages - page)
				break;
			/* No range of the fixture goes from one half into the other. */
			if (format->sign_extended && (page >= half || length > half - page))
				break;
			ranges[nr].page = page;
			ranges[nr].nr = length;
			page += length;
		}
		expect_memory(format, nr, 1 + tap_below(format->nr_levels));
	}
}

static void expect_bytes(u32 format, enum mctl_ptable_example example, u32 max_level, u64 bytes)
{
	u32 nr = mctl_ptable_example(format_at(format), example, ranges);
	struct mctl_ptable_memory memory;

	tap_expect_equal(mctl_ptable_memory(format_at(format), ranges, nr, max_level, &memory), 0);
	tap_expect_equal(memory.bytes, bytes);
}

/* The ranges of each example in 32 bits of addresses, and in the lower half of 48 bits. */
static void examples_are_these(void)
{
	static const struct {
		const char *name;
		u32 nr;
		struct mctl_ptable_range small[4], large[4];
	} wanted[MCTL_PT_NR_EXAMPLES] = {
		[MCTL_PT_ONE] = { "one", 1, { { 0, 1 } }, { { 0, 1 } } },
		[MCTL_PT_PROCESS] = { "process",
				      4,
				      { { 0x400, 0x400 },
					{ 0x800, 0x4000 },
					{ 0x80000, 0x200 },
					{ 0xff800, 0x800 } },
				      { { 0x400, 0x400 },
					{ 0x800, 0x4000 },
					{ 0x400000000, 0x200 },
					{ 0x7fffff800, 0x800 } } },
		[MCTL_PT_DENSE] = { "dense", 1, { { 0, 0x40000 } }, { { 0, 0x40000 } } },
		[MCTL_PT_FULL] = { "full", 1, { { 0, 0x100000 } }, { { 0, 0x100000 } } },
		/* Of 1024 that are as far from each other the first, the second and the third. */
		[MCTL_PT_SPARSE] = { "sparse",
				     1024,
				     { { 0, 1 }, { 0x400, 1 }, { 0x800, 1 } },
				     { { 0, 1 }, { 0x2000000, 1 }, { 0x4000000, 1 } } },
	};

	for (u32 format = 0; format < 3; format += 2) {
		for (u32 e = 0; e < MCTL_PT_NR_EXAMPLES; e++) {
			const struct mctl_ptable_range *want = format ? wanted[e].large :
									wanted[e].small;

			tap_expect_equal(mctl_ptable_example(format_at(format), e, ranges),
					 wanted[e].nr);
			for (u32 i = 0; i < wanted[e].nr && i < 4 && want[i].nr; i++) {
				tap_expect_equal(ranges[i].page, want[i].page);
				tap_expect_equal(ranges[i].nr, want[i].nr);
			}
			tap_expect(!strcmp(mctl_ptable_example_name(e), wanted[e].name));
		}
	}
	mctl_ptable_example(format_at(2), MCTL_PT_SPARSE, ranges);
	tap_expect_equal(ranges[1023].page, 1023ULL << 25);
	tap_expect_equal(ranges[1023].nr, 1);
}

static void examples_by_hand(void)
{
	static const u64 flat[] = { 4ULL << 20, 8ULL << 20, 512ULL << 30, 256ULL << 40 };
	struct mctl_ptable_memory memory;

	for (u32 i = 0; i < MCTL_PT_NR_FORMATS; i++) {
		tap_expect_equal(mctl_ptable_memory(format_at(i), ranges, 0, 1, &memory), 0);
		tap_expect_equal(memory.flat, flat[i]);
	}
	/* One page: one table of each level. */
	expect_bytes(0, MCTL_PT_ONE, 1, 2 * 4096);
	expect_bytes(1, MCTL_PT_ONE, 1, 2 * 4096 + 32);
	expect_bytes(2, MCTL_PT_ONE, 1, 4 * 4096);
	expect_bytes(3, MCTL_PT_ONE, 1, 5 * 4096);
	/* 4 GiB in pages of 4 KiB: 1024 tables of 4 MiB each, or 2048 of 2 MiB and 4 above. */
	expect_bytes(0, MCTL_PT_FULL, 1, (1024 + 1) * 4096);
	expect_bytes(1, MCTL_PT_FULL, 1, (2048 + 4) * 4096 + 32);
	expect_bytes(2, MCTL_PT_FULL, 1, (2048 + 4 + 1 + 1) * 4096);
	expect_bytes(3, MCTL_PT_FULL, 1, (2048 + 4 + 1 + 1 + 1) * 4096);
	/* In the largest pages: the directory alone; 4 directories; 4 entries for 1 GiB each. */
	expect_bytes(0, MCTL_PT_FULL, 2, 4096);
	expect_bytes(1, MCTL_PT_FULL, 2, 4 * 4096 + 32);
	expect_bytes(2, MCTL_PT_FULL, 3, 2 * 4096);
	expect_bytes(3, MCTL_PT_FULL, 3, 3 * 4096);
	/* 1024 pages as far apart as can be, 4 MiB in 32 bits: each needs its own leaf table. */
	expect_bytes(0, MCTL_PT_SPARSE, 1, (1024 + 1) * 4096);
	expect_bytes(1, MCTL_PT_SPARSE, 1, (1024 + 4) * 4096 + 32);
	/* In the lower half of 48 bits they are 128 GiB apart: 1024 of levels 1 to 2, 256 of 3. */
	expect_bytes(2, MCTL_PT_SPARSE, 1, (1024 + 1024 + 256 + 1) * 4096);
	/* In that of 57 bits 64 TiB: 1024 of levels 1 to 3, 256 of level 4. */
	expect_bytes(3, MCTL_PT_SPARSE, 1, (3 * 1024 + 256 + 1) * 4096);
}

static void refuses_bad_ranges(void)
{
	static const struct mctl_ptable_range bad[][2] = {
		{ { 0, 0 }, { 1, 1 } },		 { { 5, 1 }, { 4, 1 } },
		{ { 0, 2 }, { 1, 1 } },		 { { 0, 1 }, { 1ULL << 20, 1 } },
		{ { 0, 1 }, { 1, 1ULL << 20 } }, { { 0, 1 }, { 1, U64_MAX } },
	};
	struct mctl_ptable_memory memory;

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		tap_expect_equal(mctl_ptable_memory(&mctl_ptable_ia32, bad[i], 2, 1, &memory),
				 -EINVAL);
	tap_expect_equal(mctl_ptable_memory(&mctl_ptable_ia32, ranges, 0, 0, &memory), -EINVAL);
	tap_expect_equal(mctl_ptable_memory(&mctl_ptable_ia32, ranges, 0, 3, &memory), -EINVAL);
}

static const struct tap_test tests[] = {
	TAP_TEST(shapes_fit),	      TAP_TEST(reserved_bits_are_the_manuals),
	TAP_TEST(entries_by_hand),    TAP_TEST(random_calls),
	TAP_TEST(examples_as_built),  TAP_TEST(random_maps_as_built),
	TAP_TEST(examples_are_these), TAP_TEST(examples_by_hand),
	TAP_TEST(refuses_bad_ranges),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
