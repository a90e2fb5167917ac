// SPDX-License-Identifier: GPL-2.0
/* LINK: core/ptable.c core/ptable_map.c core/ptable_view.c ptable_fixture.c tap.c */
/*
 * Page tables against a naive oracle: random ranges are mapped, unmapped and
 * protected in tables of several formats, with frames for tables running out
 * now and then. After every call the structure is checked and every leaf is
 * compared with the oracle; a call that fails must leave every byte alone.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include "ptable_formats.h"

/* --- random calls ------------------------------------------------------------------------- */

struct range {
	u32 window, page, nr;
	u64 address;
};

static u64 *known(struct tables *t, const struct range *range, u32 page)
{
	return &t->oracle[range->window][range->page + page];
}

static struct range random_range(struct tables *t)
{
	struct range range = { .window = tap_below(t->nr_windows) };
	u32 size = t->windows[range.window].nr;
	u32 align = 1U << tap_below(10);

	range.page = tap_below(size);
	if (tap_below(2))
		range.page -= range.page % align;
	range.nr = 1 + tap_below(size - range.page);
	if (tap_below(2) && range.nr > 8)
		range.nr = 1 + range.nr / 8;
	range.address = t->windows[range.window].address + (u64)range.page * PAGE;
	return range;
}

static u32 nr_known(struct tables *t, const struct range *range)
{
	u32 nr = 0;

	for (u32 i = 0; i < range->nr; i++)
		nr += !!*known(t, range, i);
	return nr;
}

static u64 random_flags(struct tables *t)
{
	return tap_random() & (t->pt.format->entry_size == 4 ? RIGHTS_32 : RIGHTS);
}

/* Whether frames run out in this call; the tables are saved, since it may fail. */
static void maybe_fail(struct tables *t)
{
	tables_save(t);
	t->ran_out = false;
	t->fail_in = tap_below(3) ? NO_FAILURE : (int)tap_below(6);
}

/* -ENOMEM is allowed only when a frame was refused. */
static bool refused(struct tables *t, s64 ret)
{
	t->fail_in = NO_FAILURE;
	if (ret >= 0)
		return false;
	tap_expect(ret == -EEXIST || (ret == -ENOMEM && t->ran_out));
	tap_expect(tables_unchanged(t));
	return true;
}

/* Frames here and there, some of them in rows. */
static void random_frames(struct tables *t, u32 *fns, u64 *pfns, u32 nr)
{
	u64 limit = min_t(u64, t->limit, U32_MAX);
	u32 longest = 1U << tap_below(11);

	for (u32 i = 0; i < nr;) {
		u32 row = 1 + tap_below(longest);
		u32 fn = tap_random() % (limit - row);

		for (; row && i < nr; row--, i++) {
			fns[i] = fn;
			pfns[i] = fn++;
		}
	}
}

static void random_map(struct tables *t, struct range range)
{
	u32 fns[2048];
	u64 flags = random_flags(t) | MCTL_PT_P;
	u64 pfns[2048], pfn;
	u32 nr = nr_known(t, &range), used = t->nr_used;
	u32 missing = mctl_ptable_missing(&t->pt, range.address, 1);
	s64 ret;

	/* Mostly where it can be aligned like the address. */
	pfn = tap_random() % (t->limit - 4096);
	if (tap_below(4))
		pfn = (pfn & ~1023ULL) + (range.address / PAGE & 1023);
	maybe_fail(t);
	if (tap_below(3)) {
		ret = mctl_ptable_map(&t->pt, range.address, pfn, range.nr, flags,
				      1 + tap_below(t->pt.format->nr_levels));
		for (u32 i = 0; i < range.nr; i++)
			pfns[i] = pfn + i;
	} else {
		random_frames(t, fns, pfns, range.nr);
		ret = mctl_ptable_map_frames(&t->pt, range.address, fns, range.nr, flags);
	}
	if (refused(t, ret)) {
		tap_expect(ret == -ENOMEM || nr);
		return;
	}
	tap_expect_equal(nr, 0);
	if (range.nr == 1)
		tap_expect_equal(t->nr_used - used, missing);
	for (u32 i = 0; i < range.nr; i++)
		*known(t, &range, i) = pfns[i] << 12 | flags;
	t->nr_mapped += range.nr;
}

static void random_unmap(struct tables *t, struct range range)
{
	s64 ret;

	maybe_fail(t);
	ret = mctl_ptable_unmap(&t->pt, range.address, range.nr);
	if (refused(t, ret))
		return;
	tap_expect_equal(ret, nr_known(t, &range));
	t->nr_mapped -= ret;
	for (u32 i = 0; i < range.nr; i++)
		*known(t, &range, i) = 0;
}

static void random_protect(struct tables *t, struct range range)
{
	u64 mask = random_flags(t);
	u64 flags = random_flags(t) & mask;
	s64 ret;

	maybe_fail(t);
	ret = mctl_ptable_protect(&t->pt, range.address, range.nr, mask, flags);
	if (refused(t, ret))
		return;
	tap_expect_equal(ret, nr_known(t, &range));
	for (u32 i = 0; i < range.nr; i++) {
		if (*known(t, &range, i))
			*known(t, &range, i) = (*known(t, &range, i) & ~mask) | flags;
	}
}

static void random_calls(const struct mctl_ptable_format *format, u32 nr_frames,
			 const struct window *windows, u32 nr_windows, u32 nr_calls)
{
	struct mctl_ptable_cache cache = {};
	struct tables t;

	tables_init(&t, format, nr_frames, windows, nr_windows);
	for (u32 i = 0; i < nr_calls && !tap_nr_failed; i++) {
		struct range range = random_range(&t);
		u32 kind = tap_below(8);

		if (kind < 4)
			random_map(&t, range);
		else if (kind < 6)
			random_unmap(&t, range);
		else
			random_protect(&t, range);
		tables_verify(&t, &cache);
	}
	/* Idle again: the root is all that is left. */
	for (u32 i = 0; i < nr_windows; i++)
		tap_expect(mctl_ptable_unmap(&t.pt, windows[i].address, windows[i].nr) >= 0);
	t.nr_mapped = 0;
	tables_verify(&t, &cache);
	tap_expect_equal(t.nr_used, 1);
	tables_fini(&t);
}

/* The check finds nothing where nothing is wrong: made after each of many calls. */
static void no_false_alarms(void)
{
	struct mctl_report report = {};
	struct tables t;

	tables_init(&t, &tiny, 96, tiny_windows, 1);
	for (u32 i = 0; i < 50000 && !report.nr_problems && !tap_nr_failed; i++) {
		struct range range = random_range(&t);

		if (tap_below(2))
			random_map(&t, range);
		else
			random_unmap(&t, range);
		tables_check(&t, &report);
	}
	tap_expect_equal(report.nr_problems, 0);
	tap_note("50000 clean runs of %llu tests", (unsigned long long)report.nr_checks);
	tables_fini(&t);
}

static u32 many(u32 nr)
{
	return getenv("LONG") ? nr * 20 : nr;
}

static void random_tiny(void)
{
	random_calls(&tiny, 100, tiny_windows, ARRAY_SIZE(tiny_windows), many(20000));
}

static void random_tiny_signed(void)
{
	random_calls(&tiny_signed, 250, signed_windows, ARRAY_SIZE(signed_windows), many(20000));
}

static void random_small_entries(void)
{
	random_calls(&small_entries, 8, small_windows, ARRAY_SIZE(small_windows), many(1000));
}

static void random_4level(void)
{
	random_calls(&mctl_ptable_x86_64_4level, 64, windows_4level, ARRAY_SIZE(windows_4level),
		     many(600));
}

static void random_5level(void)
{
	random_calls(&mctl_ptable_x86_64_5level, 64, windows_5level, ARRAY_SIZE(windows_5level),
		     many(600));
}

/* --- the format, bit for bit -------------------------------------------------------------- */

static const struct window none[] = { { 0, 1 } };

static u64 leaf_at(struct tables *t, u64 address)
{
	unsigned int level;

	return mctl_ptable_walk(&t->pt, address, &level);
}

/* Numbers from the manual's tables, written out. */
static void bits_as_the_manual_has_them(void)
{
	const u64 kernel = 0x8000000000000163;
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS];
	struct tables t;

	tables_init(&t, &mctl_ptable_x86_64_4level, 32, none, 1);
	/* P RW D A G NX, as the kernel maps data; then with PAT, in all three sizes. */
	tap_expect_equal(mctl_ptable_map(&t.pt, 0xffffc90000123000, 0x12345, 1, kernel, 1), 0);
	tap_expect(leaf_at(&t, 0xffffc90000123abc) == 0x8000000012345163);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1000, 0x12345, 1, 0x1e7, 1), 0);
	tap_expect(leaf_at(&t, 0x1000) == 0x123451e7);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x200000, 0x12200, 512, 0x1e7, 2), 0);
	tap_expect(leaf_at(&t, 0x200000) == 0x122011e7);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x40000000, 0x80000, 512 * 512, 0x1e7, 3), 0);
	tap_expect(leaf_at(&t, 0x40000000) == 0x800011e7);
	tap_expect_equal(t.pt.nr_leaves[1], 2);
	tap_expect_equal(t.pt.nr_leaves[2], 1);
	tap_expect_equal(t.pt.nr_leaves[3], 1);

	tap_expect_equal(mctl_ptable_steps(&t.pt, 0xffffc90000123abc, steps), 4);
	tap_expect(steps[0].level == 4 && steps[0].index == 0x192 && !steps[0].leaf);
	tap_expect(steps[1].level == 3 && steps[1].index == 0 && steps[2].index == 0);
	tap_expect(steps[3].level == 1 && steps[3].index == 0x123 && steps[3].leaf);
	tap_expect(steps[0].table == t.pt.root_pfn << 12);
	tap_expect((steps[0].entry & 0xfff) == 0x67);
	tap_expect(steps[0].entry >> 12 == steps[1].table >> 12);
	tables_fini(&t);
}

/* The same in the middle of 1 GiB: 511 leaves of 2 MiB and 511 of 4 KiB are left. */
static void a_hole_in_a_large_leaf(void)
{
	const u64 start = 0x80000000, hole = start + 0x12345000;
	struct mctl_report report = {};
	struct tables t;

	tables_init(&t, &mctl_ptable_x86_64_5level, 16, none, 1);
	tap_expect_equal(mctl_ptable_map(&t.pt, start, 0x40000, 512 * 512, 0x80 | 0x103, 3), 0);
	tap_expect_equal(t.pt.nr_tables, 3);
	tables_save(&t);
	for (int i = 0; i < 2; i++) {
		t.fail_in = i;
		tap_expect_equal(mctl_ptable_unmap(&t.pt, hole, 1), -ENOMEM);
		tap_expect(tables_unchanged(&t));
	}
	t.fail_in = NO_FAILURE;
	tap_expect_equal(mctl_ptable_unmap(&t.pt, hole, 1), 1);
	tap_expect_equal(t.pt.nr_leaves[3], 0);
	tap_expect_equal(t.pt.nr_leaves[2], 511);
	tap_expect_equal(t.pt.nr_leaves[1], 511);
	tap_expect_equal(t.pt.nr_mapped, 512 * 512 - 1);
	tap_expect_equal(leaf_at(&t, hole), 0);
	tap_expect(leaf_at(&t, hole + PAGE) == (0x52346000 | 0x183));
	tap_expect(leaf_at(&t, start) == (0x40000000 | 0x1183));
	tap_expect_equal(tables_check(&t, &report), 0);
	tap_expect_equal(mctl_ptable_unmap(&t.pt, start, 512 * 512), 512 * 512 - 1);
	tap_expect_equal(t.nr_used, 1);
	tables_fini(&t);
}

static void refusals(void)
{
	struct tables t;
	u32 one = 7;

	tables_init(&t, &mctl_ptable_x86_64_4level, 16, none, 1);
	tables_save(&t);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1001, 1, 1, MCTL_PT_P, 1), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1000, 1, 0, MCTL_PT_P, 1), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1000, 1, 1, MCTL_PT_RW, 1), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1000, 1, 1, MCTL_PT_P | 0x1000, 1), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1000, 1, 1, MCTL_PT_P, 0), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1000, 1, 1, MCTL_PT_P, 5), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1000, t.limit, 1, MCTL_PT_P, 1), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1000, t.limit - 1, 2, MCTL_PT_P, 1), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x1000, 1, U64_MAX, MCTL_PT_P, 1), -EINVAL);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x7ffffffff000, 1, 2, MCTL_PT_P, 1), -EFAULT);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x800000000000, 1, 1, MCTL_PT_P, 1), -EFAULT);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0xffff7ffffffff000, 1, 1, MCTL_PT_P, 1), -EFAULT);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0xfffffffffffff000, 1, 2, MCTL_PT_P, 1), -EFAULT);
	tap_expect_equal(mctl_ptable_unmap(&t.pt, 0x800000000000, 1), -EFAULT);
	tap_expect_equal(mctl_ptable_unmap(&t.pt, 0x1000, 1ULL << 36), -EFAULT);
	tap_expect_equal(mctl_ptable_unmap(&t.pt, 0x1000, (1ULL << 36) + 1), -EINVAL);
	tap_expect_equal(mctl_ptable_unmap(&t.pt, 0x7ffffffff000, (1ULL << 36) - 5), -EFAULT);
	tap_expect_equal(mctl_ptable_protect(&t.pt, 0x1000, 1, MCTL_PT_P, 0), -EINVAL);
	tap_expect_equal(mctl_ptable_protect(&t.pt, 0x1000, 1, 0x1000, 0), -EINVAL);
	tap_expect_equal(mctl_ptable_protect(&t.pt, 0x1000, 1, MCTL_PT_RW, MCTL_PT_US), -EINVAL);
	tap_expect_equal(mctl_ptable_flip(&t.pt, 0x1000, 0, 1), -EINVAL);
	tap_expect_equal(mctl_ptable_flip(&t.pt, 0x1000, 5, 1), -EINVAL);
	tap_expect_equal(mctl_ptable_flip(&t.pt, 0x1000, 4, 64), -EINVAL);
	tap_expect_equal(mctl_ptable_flip(&t.pt, 0x1000, 3, 1), -ENOENT);
	tap_expect_equal(mctl_ptable_flip(&t.pt, 0x800000000000, 4, 1), -EFAULT);
	tap_expect(tables_unchanged(&t));
	tap_expect_equal(mctl_ptable_map_frames(&t.pt, 0xfffffffffffff000, &one, 1, MCTL_PT_P), 0);
	tap_expect(leaf_at(&t, U64_MAX) == 0x7001);
	tables_fini(&t);
}

/* The config contradicts itself, or there is no frame. */
static void no_root(void)
{
	struct mctl_ptable_config config = {
		.format = &tiny,
		.ops = &fixture_ops,
		.physical_bits = 46,
		.table_flags = TABLE_FLAGS,
	};
	struct tables t;
	struct mctl_ptable pt;

	tables_init(&t, &tiny, 1, none, 1);
	config.context = &t;
	tap_expect_equal(mctl_ptable_init(&pt, &config), -ENOMEM);
	config.physical_bits = 53;
	tap_expect_equal(mctl_ptable_init(&pt, &config), -EINVAL);
	config.physical_bits = 12;
	tap_expect_equal(mctl_ptable_init(&pt, &config), -EINVAL);
	config.physical_bits = 46;
	config.table_flags = MCTL_PT_RW;
	tap_expect_equal(mctl_ptable_init(&pt, &config), -EINVAL);
	config.table_flags = TABLE_FLAGS | MCTL_PT_PS;
	tap_expect_equal(mctl_ptable_init(&pt, &config), -EINVAL);
	config.table_flags = TABLE_FLAGS | 0x1000;
	tap_expect_equal(mctl_ptable_init(&pt, &config), -EINVAL);
	tables_fini(&t);
}

/* A cached leaf table is not used after it was freed, or its leaf became a table. */
static void the_cache_forgets(void)
{
	u64 decoy[512] = { [6] = 0x1234001 };
	struct mctl_ptable_cache cache = {};
	unsigned int level;
	struct tables t;

	tables_init(&t, &mctl_ptable_x86_64_4level, 16, none, 1);
	tap_expect_equal(mctl_ptable_walk_cached(&t.pt, &cache, 0x5000, &level), 0);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x5000, 5, 1, MCTL_PT_P, 1), 0);
	tap_expect(mctl_ptable_walk_cached(&t.pt, &cache, 0x5000, &level) == 0x5001);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x6000, 6, 1, MCTL_PT_P, 1), 0);
	tap_expect(mctl_ptable_walk_cached(&t.pt, &cache, 0x6000, &level) == 0x6001);
	tap_expect_equal(mctl_ptable_unmap(&t.pt, 0, 16), 2);
	tap_expect_equal(mctl_ptable_walk_cached(&t.pt, &cache, 0x5000, &level), 0);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0, 0, 512, MCTL_PT_P, 2), 0);
	tap_expect(mctl_ptable_walk_cached(&t.pt, &cache, 0x5000, &level) == 0x81 && level == 2);
	tap_expect_equal(mctl_ptable_unmap(&t.pt, 0x1000, 1), 1);
	tap_expect(mctl_ptable_walk_cached(&t.pt, &cache, 0x5000, &level) == 0x5001 && level == 1);
	/* Not asked while the table is gone, and its frame is another one's table. */
	tap_expect_equal(mctl_ptable_unmap(&t.pt, 0, 512), 511);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x205000, 7, 1, MCTL_PT_P, 1), 0);
	tap_expect_equal(mctl_ptable_cached(&t.pt, &cache, 0x5000), 0);
	tap_expect_equal(mctl_ptable_unmap(&t.pt, 0x205000, 1), 1);
	tap_expect_equal(mctl_ptable_map(&t.pt, 0x6000, 6, 1, MCTL_PT_P, 1), 0);
	tap_expect(mctl_ptable_walk_cached(&t.pt, &cache, 0x6000, &level) == 0x6001);
	/* And it is used as long as it is good. */
	cache.table = (unsigned long)decoy;
	tap_expect(mctl_ptable_walk_cached(&t.pt, &cache, 0x6000, &level) == 0x1234001);
	tap_expect(mctl_ptable_walk_cached(&t.pt, &cache, 0x206000, &level) == 0);
	tap_expect(mctl_ptable_walk_cached(&t.pt, &cache, 0x6000, &level) == 0x6001);
	tables_fini(&t);
}

/* How many tables a leaf takes is known before it takes them, at each level. */
static void missing_tables(void)
{
	static const struct window anywhere[] = { { 0, 1 } };
	const u64 addresses[] = { 0, 0x5000, 0x200000, 0x40000000, 0x8000000000, 0x7ffffffff000 };
	struct tables t;

	for (unsigned int level = 1; level <= 3; level++) {
		u64 pages = level == 1 ? 1 : level == 2 ? 512 : 512 * 512;
		u32 nr_unlike = 0;

		tables_init(&t, &mctl_ptable_x86_64_5level, 32, anywhere, 1);
		for (u32 i = 0; i < ARRAY_SIZE(addresses); i++) {
			u64 address = addresses[i] & ~(pages * PAGE - 1);
			u32 used = t.nr_used, missing = mctl_ptable_missing(&t.pt, address, level);

			if (mctl_ptable_map(&t.pt, address, 0, pages, MCTL_PT_P, level))
				continue;
			nr_unlike += t.nr_used - used != missing;
			tap_expect_equal(mctl_ptable_missing(&t.pt, address, level), 0);
			/* A leaf that is larger is in the way of a smaller one. */
			tap_expect_equal(mctl_ptable_missing(&t.pt, address, 1), 0);
		}
		tap_expect_equal(nr_unlike, 0);
		tap_expect_equal(mctl_ptable_missing(&t.pt, -(u64)PAGE, 1), 4);
		tap_expect_equal(mctl_ptable_missing(&t.pt, -(u64)PAGE, 3), 2);
		tables_fini(&t);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(bits_as_the_manual_has_them),
	TAP_TEST(a_hole_in_a_large_leaf),
	TAP_TEST(refusals),
	TAP_TEST(no_root),
	TAP_TEST(the_cache_forgets),
	TAP_TEST(missing_tables),
	TAP_TEST(no_false_alarms),
	TAP_TEST(random_tiny),
	TAP_TEST(random_tiny_signed),
	TAP_TEST(random_small_entries),
	TAP_TEST(random_4level),
	TAP_TEST(random_5level),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
