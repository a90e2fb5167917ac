// SPDX-License-Identifier: GPL-2.0
/* LINK: core/ptable.c core/ptable_map.c core/ptable_view.c core/ptable_leaf.c ptable_fixture.c */
/* LINK: tap.c */
/*
 * Leaves of page tables one at a time, as a fault sets them, between calls that
 * map and unmap ranges: every page is compared with an oracle, and the tables
 * are checked, after each call.
 */
#include "core/ptable_leaf.h"
#include "ptable_fixture.h"

#define NR_PAGES 1100
#define FLAGS	 (MCTL_PT_P | MCTL_PT_US | MCTL_PT_A)
#define START	 0x100000000000ULL

static const struct window windows[] = { { START, NR_PAGES } };

static u64 address_of(u32 page)
{
	return START + (u64)page * PAGE;
}

/* From each page on: the first that a leaf table or a large leaf translates, or the end. */
static void compare_skip(struct tables *t)
{
	u64 next = address_of(NR_PAGES);

	for (u32 page = NR_PAGES; page--;) {
		u64 address = address_of(page);
		unsigned int level = 0;
		u64 entry = mctl_ptable_walk(&t->pt, address, &level);

		if (mctl_ptable_leaves(&t->pt, address) != MCTL_PT_NO_PFN || (entry && level > 1))
			next = address;
		tap_expect_equal(mctl_ptable_skip(&t->pt, address, address_of(NR_PAGES)), next);
	}
}

/* What stands for a page, by the tables' own words. */
static void compare(struct tables *t, struct mctl_ptable_leaf_cache *cache)
{
	struct mctl_report report = {};
	u64 nr_mapped = 0;

	for (u32 page = 0; page < NR_PAGES; page++) {
		u64 address = address_of(page), pfn, entry;
		unsigned int level = 0;

		entry = mctl_ptable_walk(&t->pt, address, &level);
		tap_expect((entry ? leaf_as_small(t, level, entry, level > 1 ? page % 512 : 0) :
				    0) == t->oracle[0][page]);
		pfn = mctl_ptable_leaves(&t->pt, address);
		tap_expect_equal(mctl_ptable_leaves_cached(&t->pt, cache, address), pfn);
		tap_expect_equal(!entry || level == 1 || pfn == MCTL_PT_NO_PFN, true);
		if (pfn != MCTL_PT_NO_PFN)
			tap_expect(mctl_ptable_entry(&t->pt, pfn, page % 512) == entry);
		else
			tap_expect(!entry || level > 1);
		nr_mapped += t->oracle[0][page] != 0;
	}
	tap_expect_equal(t->pt.nr_mapped, nr_mapped);
	tap_expect_equal(tables_check(t, &report), 0);
	compare_skip(t);
}

/* As a fault does: in the leaf table if there is one, else by a map of one page. */
static void set_page(struct tables *t, struct mctl_ptable_leaf_cache *cache, u32 page, u64 entry)
{
	u64 pfn = mctl_ptable_leaves_cached(&t->pt, cache, address_of(page));
	unsigned int level;
	int ret;

	if (pfn != MCTL_PT_NO_PFN) {
		mctl_ptable_set_leaf(&t->pt, pfn, page % 512, entry);
	} else {
		if (mctl_ptable_walk(&t->pt, address_of(page), &level))
			return;
		ret = mctl_ptable_map(&t->pt, address_of(page), entry >> 12, 1, FLAGS, 1);
		tap_expect_equal(ret, 0);
	}
	t->oracle[0][page] = entry;
}

static void map_large(struct tables *t, u32 page)
{
	u64 pfn = (1 + tap_below(100)) * 512;

	page &= ~511U;
	if (page + 512 > NR_PAGES || mctl_ptable_map(&t->pt, address_of(page), pfn, 512, FLAGS, 2))
		return;
	for (u32 i = 0; i < 512; i++)
		t->oracle[0][page + i] = (pfn + i) << 12 | FLAGS;
}

static void unmap(struct tables *t, u32 page)
{
	u32 nr = 1 + tap_below(NR_PAGES - page);

	tap_expect(mctl_ptable_unmap(&t->pt, address_of(page), nr) >= 0);
	memset(&t->oracle[0][page], 0, nr * sizeof(t->oracle[0][0]));
}

static void random_faults(void)
{
	struct mctl_ptable_leaf_cache cache = {};
	struct tables t;

	tables_init(&t, &mctl_ptable_x86_64_4level, 64, windows, 1);
	for (u32 i = 0; i < 3000 && tap_nr_failed < TAP_MAX_TOLD; i++) {
		u32 page = tap_below(NR_PAGES), call = tap_below(100);

		if (call < 85)
			set_page(&t, &cache, page, (u64)(1 + tap_below(10000)) << 12 | FLAGS);
		else if (call < 95)
			unmap(&t, page);
		else
			map_large(&t, page);
		compare(&t, &cache);
	}
	tables_fini(&t);
}

/* Runs of entries that are stored elsewhere and counted at once. */
static void counted_at_once(void)
{
	struct mctl_ptable_leaf_cache cache = {};
	struct tables t;
	u64 pfn;

	tables_init(&t, &mctl_ptable_x86_64_4level, 64, windows, 1);
	set_page(&t, &cache, 0, 7ULL << 12 | FLAGS);
	pfn = mctl_ptable_leaves(&t.pt, START);
	tap_expect(pfn != MCTL_PT_NO_PFN);
	for (u32 i = 1; i < 17; i++) {
		t.oracle[0][i] = (u64)(7 + i) << 12 | FLAGS;
		mctl_ptable_set_entry(&t.pt, pfn, i, t.oracle[0][i]);
	}
	mctl_ptable_set_leaves(&t.pt, pfn, 16);
	compare(&t, &cache);
	/* The same page again: nothing more is mapped. */
	mctl_ptable_set_leaf(&t.pt, pfn, 3, t.oracle[0][3]);
	compare(&t, &cache);
	tables_fini(&t);
}

/* The table found last is another's frame by now. */
static void the_cache_forgets(void)
{
	struct mctl_ptable_leaf_cache cache = {};
	struct tables t;
	u64 pfn;

	tables_init(&t, &mctl_ptable_x86_64_4level, 64, windows, 1);
	tap_expect_equal(mctl_ptable_leaves_cached(&t.pt, &cache, START), MCTL_PT_NO_PFN);
	set_page(&t, &cache, 0, 7ULL << 12 | FLAGS);
	pfn = mctl_ptable_leaves_cached(&t.pt, &cache, START);
	tap_expect(pfn != MCTL_PT_NO_PFN);
	tap_expect_equal(cache.pfn, pfn);
	/* Another 2 MiB, and the same again. */
	tap_expect_equal(mctl_ptable_leaves_cached(&t.pt, &cache, START + (512 << 12)),
			 MCTL_PT_NO_PFN);
	tap_expect_equal(mctl_ptable_leaves_cached(&t.pt, &cache, START + (511 << 12)), pfn);
	tap_expect_equal(mctl_ptable_unmap(&t.pt, START, 1), 1);
	t.oracle[0][0] = 0;
	tap_expect_equal(mctl_ptable_leaves_cached(&t.pt, &cache, START), MCTL_PT_NO_PFN);
	/* A large leaf in the place of the table. */
	map_large(&t, 0);
	tap_expect_equal(mctl_ptable_leaves_cached(&t.pt, &cache, START), MCTL_PT_NO_PFN);
	compare(&t, &cache);
	tables_fini(&t);
}

/* Tables that are not there are passed over whole, at every level, up to the end and not beyond. */
static void skips_at_every_level(void)
{
	static const struct mctl_ptable_format *const formats[] = {
		&mctl_ptable_x86_64_4level,
		&mctl_ptable_x86_64_5level,
	};
	static const u64 offsets[] = { 0, 3ULL << 21, 5ULL << 30, 7ULL << 39 };
	const u64 end = START + (9ULL << 39);

	for (u32 f = 0; f < ARRAY_SIZE(formats); f++) {
		struct tables t;

		tables_init(&t, formats[f], 64, windows, 1);
		tap_expect_equal(mctl_ptable_skip(&t.pt, START, end), end);
		tap_expect_equal(mctl_ptable_skip(&t.pt, 0, 1ULL << 47), 1ULL << 47);
		for (u32 i = 0; i < ARRAY_SIZE(offsets); i++)
			tap_expect(!mctl_ptable_map(&t.pt, START + offsets[i], 7 + i, 1, FLAGS, 1));
		for (u32 i = 0; i < ARRAY_SIZE(offsets); i++) {
			u64 here = START + offsets[i], behind = here + (1ULL << 21);
			u64 next = i + 1 < ARRAY_SIZE(offsets) ? START + offsets[i + 1] : end;

			tap_expect_equal(mctl_ptable_skip(&t.pt, here, end), here);
			tap_expect_equal(mctl_ptable_skip(&t.pt, here + PAGE, end), here + PAGE);
			tap_expect_equal(mctl_ptable_skip(&t.pt, behind, end), next);
			tap_expect_equal(mctl_ptable_skip(&t.pt, behind, next), next);
			/* An end that is at no table's. */
			tap_expect_equal(mctl_ptable_skip(&t.pt, behind, behind + PAGE),
					 behind + PAGE);
			tap_expect_equal(mctl_ptable_skip(&t.pt, here, here), here);
		}
		tables_fini(&t);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(random_faults),
	TAP_TEST(skips_at_every_level),
	TAP_TEST(counted_at_once),
	TAP_TEST(the_cache_forgets),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
