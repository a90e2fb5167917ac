// SPDX-License-Identifier: GPL-2.0
/* LINK: core/ptable.c core/ptable_map.c core/ptable_view.c damage.c ptable_fixture.c tap.c */
/*
 * Page tables with damage planted: each line of the check must find its own, and say where it is;
 * no walk leaves the tables or runs for ever.
 */
#include <linux/bits.h>
#include "damage.h"
#include "ptable_formats.h"

static const struct window none[] = { { 0, 1 } };

/* Is the line said of the tables, once, among so many problems? */
static void expect_found_at(struct tables *t, const char *wanted, u64 nr_problems, int line)
{
	struct damage damage;

	damage_init(&damage, wanted);
	tables_check(t, &damage.report);
	damage_expect_at(&damage, nr_problems, __FILE__, line);
}

/* 4 KiB pages in two leaf tables, and one leaf of 2 MiB. */
static void sample(struct tables *t)
{
	struct mctl_report report = {};

	tables_init(t, &mctl_ptable_x86_64_4level, 16, none, 1);
	tap_expect_equal(mctl_ptable_map(&t->pt, 0, 0x1000, 1024 + 5, 0x163, 1), 0);
	tap_expect_equal(mctl_ptable_map(&t->pt, 0x800000, 0x2000, 512, 0x163, 2), 0);
	tap_expect_equal(tables_check(t, &report), 0);
}

static u64 *entry_of(struct tables *t, u64 address, unsigned int level)
{
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS];
	const struct mctl_ptable_step *step;

	mctl_ptable_steps(&t->pt, address, steps);
	step = &steps[t->pt.format->nr_levels - level];
	return (u64 *)(t->memory + (step->table - FIRST_PFN * PAGE)) + step->index;
}

static u32 frame_of(struct tables *t, u64 address, unsigned int level)
{
	return ((char *)entry_of(t, address, level) - t->memory) / PAGE;
}

/* Put a value in the place of another for the time of one check. */
static void plant(struct tables *t, void *place, size_t size, u64 value, const char *wanted,
		  u64 nr_problems, int line)
{
	u64 was = 0;

	memcpy(&was, place, size);
	memcpy(place, &value, size);
	expect_found_at(t, wanted, nr_problems, line);
	memcpy(place, &was, size);
}

#define PLANT(place, value, wanted, nr_problems) \
	plant(&t, &(place), sizeof(place), value, wanted, nr_problems, __LINE__)

static void every_line_of_the_check_finds_its_damage(void)
{
	struct mctl_report report = {};
	struct tables t;
	u64 *leaf, *large, *table, *sibling;
	u32 frame;

	sample(&t);
	leaf = entry_of(&t, 0x3000, 1);
	large = entry_of(&t, 0x800000, 2);
	table = entry_of(&t, 0, 2);
	sibling = entry_of(&t, 0x200000, 2);
	frame = frame_of(&t, 0x3000, 1);

	PLANT(*table, FIRST_PFN << 12 | TABLE_FLAGS,
	      "ptable I1: level-2 entry 0: points to a table: expected 0x1, found 0", 4);
	PLANT(*table, 0x7ffffff000 | TABLE_FLAGS,
	      "ptable I1: level-2 entry 0: points to a table: expected 0x1, found 0", 4);
	PLANT(*table, *sibling,
	      "ptable I1: level-2 entry 2097152: entries for its table: expected 0x1, found 0x2",
	      4);
	PLANT(t.level[frame], 2,
	      "ptable I1: level-2 entry 0: points to a table: expected 0x1, found 0", 4);
	PLANT(t.level[t.pt.root_pfn - FIRST_PFN], 3,
	      "ptable I1: table 64: is the root: expected 0x1, found 0", 5);
	PLANT(t.mark[t.pt.root_pfn - FIRST_PFN], 1,
	      "ptable I1: table 64: visits: expected 0x1, found 0x2", 5);
	PLANT(t.count[frame], 511,
	      "ptable I2: table 67: present entries: expected 0x200, found 0x1ff", 1);
	PLANT(*leaf, *leaf & ~MCTL_PT_P,
	      "ptable I2: table 67: present entries: expected 0x1ff, found 0x200", 4);
	PLANT(*leaf, *leaf & ~MCTL_PT_P,
	      "ptable I3: level-1 entry 12288: value without P: expected 0, found 0x1003162", 4);
	PLANT(*leaf, *leaf | BIT_ULL(47),
	      "ptable I4: level-1 entry 12288: reserved bits: expected 0, found 0x800000000000", 1);
	PLANT(*large, *large | BIT_ULL(13),
	      "ptable I4: level-2 entry 8388608: reserved bits: expected 0, found 0x2000", 1);
	PLANT(*entry_of(&t, 0, 4), *entry_of(&t, 0, 4) | MCTL_PT_PS,
	      "ptable I4: level-4 entry 0: reserved bits: expected 0, found 0x80", 2);
	PLANT(*table, *table & ~MCTL_PT_US,
	      "ptable I5: level-2 entry 0: flags: expected 0x7, found 0x3", 1);
	PLANT(t.pt.nr_tables, 77, "ptable I6: tables 64: nr_tables: expected 0x6, found 0x4d", 1);
	PLANT(t.pt.nr_leaves[2], 0, "ptable I6: tables 64: nr_leaves: expected 0x1, found 0", 2);
	PLANT(t.pt.nr_mapped, 1, "ptable I6: tables 64: nr_mapped: expected 0x605, found 0x1", 1);
	PLANT(t.pt.fast_from, MCTL_PT_UPPER_HALF,
	      "ptable I7: tables 64: fast_from: expected 0xffffffffffffffff, found 0x1ffff00", 1);

	tap_expect_equal(tables_check(&t, &report), 0);
	memset(t.memory + frame * PAGE, 0, PAGE);
	expect_found_at(&t, "ptable I2: table 67: empty: expected 0, found 0x1", 4, __LINE__);
	tables_fini(&t);
}

/* An entry of each level on the way to an address, with a bit that it must not have. */
static void plant_on_the_way(struct tables *t, u64 address)
{
	for (unsigned int level = 1; level <= t->pt.format->nr_levels; level++) {
		u64 start = address & ~(BIT_ULL(t->pt.format->level[level].shift) - 1);
		u64 *entry = entry_of(t, address, level);
		u64 bit = level > 1 ? BIT_ULL(62) : BIT_ULL(47);
		char wanted[160];

		snprintf(wanted, sizeof(wanted),
			 "ptable I4: level-%u entry %llu: reserved bits: expected 0, found %#llx",
			 level, (unsigned long long)start, (unsigned long long)bit);
		plant(t, entry, sizeof(*entry), *entry | bit, wanted, level > 1 ? 2 : 1, __LINE__);
		if (level == 1)
			continue;
		snprintf(wanted, sizeof(wanted),
			 "ptable I5: level-%u entry %llu: flags: expected 0x7, found %#llx", level,
			 (unsigned long long)start, (unsigned long long)(bit | 7));
		plant(t, entry, sizeof(*entry), *entry | bit, wanted, 2, __LINE__);
		snprintf(wanted, sizeof(wanted),
			 "ptable I5: level-%u entry %llu: flags: expected 0x7, found 0x5", level,
			 (unsigned long long)start);
		plant(t, entry, sizeof(*entry), *entry & ~MCTL_PT_RW, wanted, 1, __LINE__);
	}
}

/* The first entry of each table, the last, those in the middle; the counts of each level. */
static void every_level_and_both_ends(void)
{
	static const u64 pages[] = { 0, 1, 63, 64, 100, 127 };
	struct tables t;
	char wanted[160];

	tables_init(&t, &tiny_signed, 256, none, 1);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0, 1, 128, 0x163, 1), 0);
	tap_expect_equal(mctl_ptable_map(&t.pt, -(u64)128 * PAGE, 1000, 128, 0x163, 1), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		plant_on_the_way(&t, pages[i] * PAGE);
		plant_on_the_way(&t, -(pages[i] + 1) * PAGE);
	}
	for (unsigned int level = 1; level <= 5; level++) {
		u64 nr = t.pt.nr_leaves[level];

		tap_expect_equal(nr, level == 1 ? 256 : 0);
		snprintf(wanted, sizeof(wanted),
			 "ptable I6: tables %llu: nr_leaves: expected %#llx, found %#llx",
			 (unsigned long long)t.pt.root_pfn, (unsigned long long)nr,
			 (unsigned long long)nr + 1);
		plant(&t, &t.pt.nr_leaves[level], sizeof(u64), nr + 1, wanted, 1, __LINE__);
	}
	for (u32 frame = 0; frame < t.nr_frames; frame++) {
		if (!t.level[frame])
			continue;
		snprintf(wanted, sizeof(wanted),
			 "ptable I2: table %u: present entries: expected %#x, found %#x",
			 FIRST_PFN + frame, t.count[frame], t.count[frame] + 1);
		plant(&t, &t.count[frame], sizeof(u32), t.count[frame] + 1, wanted, 1, __LINE__);
	}
	tables_fini(&t);
}

/* Bits that a check of the structure cannot know: flags of a leaf, and where it leads. */
static bool free_bit(unsigned int level, unsigned int bit)
{
	if (level > 1)
		return bit == 5 || bit == 6;
	return bit > 0 && (bit < 46 || bit >= 52);
}

/* Each bit of each level turned over: found, shown, and brought back by the same call. */
static void every_bit_of_every_level(void)
{
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS], step;
	struct mctl_ptable_cursor cursor;
	struct tables t;

	sample(&t);
	tables_save(&t);
	for (unsigned int level = 1; level <= 4; level++) {
		for (unsigned int bit = 0; bit < 64; bit++) {
			struct mctl_report report = {};
			u64 nr = 0;

			tap_expect_equal(mctl_ptable_flip(&t.pt, 0x3123, level, bit), 0);
			tap_expect(!tables_unchanged(&t));
			tap_expect(free_bit(level, bit) == !tables_check(&t, &report));
			tap_expect(mctl_ptable_steps(&t.pt, 0x3123, steps) >= 5 - level);
			mctl_ptable_rewind(&t.pt, &cursor);
			while (mctl_ptable_next(&t.pt, &cursor, &step))
				nr++;
			tap_expect(nr <= 1024 + 5 + 1 + 5);
			tap_expect_equal(mctl_ptable_flip(&t.pt, 0x3123, level, bit), 0);
			tap_expect(tables_unchanged(&t));
		}
	}
	tables_fini(&t);
}

/* Table entries that point to the root, to themselves, to one another: no walk runs for ever. */
static void tables_in_a_circle(void)
{
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS], step;
	struct mctl_ptable_cursor cursor;
	struct tables t;

	sample(&t);
	tables_save(&t);
	for (unsigned int i = 0; i < 2000; i++) {
		struct mctl_report report = {};
		u64 nr = 0;

		for (unsigned int j = 0; j < 1 + i % 4; j++) {
			unsigned int level = 2 + tap_below(3);
			u64 target = FIRST_PFN + tap_below(t.nr_used + 1);

			if (mctl_ptable_steps(&t.pt, 0, steps) > 4 - level)
				*entry_of(&t, 0, level) = target << 12 | TABLE_FLAGS;
		}
		tables_check(&t, &report);
		mctl_ptable_rewind(&t.pt, &cursor);
		while (mctl_ptable_next(&t.pt, &cursor, &step))
			nr++;
		tap_expect(nr < 10000);
		tables_restore(&t);
	}
	tables_fini(&t);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_line_of_the_check_finds_its_damage),
	TAP_TEST(every_level_and_both_ends),
	TAP_TEST(every_bit_of_every_level),
	TAP_TEST(tables_in_a_circle),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
