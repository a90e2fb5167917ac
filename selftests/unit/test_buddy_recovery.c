// SPDX-License-Identifier: GPL-2.0
/* LINK: core/buddy.c core/buddy_alloc.c core/buddy_aside.c core/buddy_check.c core/table.c */
/* LINK: buddy_fixture.c tap.c */
/*
 * What is left of a zone when something of it is damaged: how many frames can
 * still be had, of which none is granted twice; and what is done by short cuts,
 * which have to come to the same as the long way.
 */
#include <linux/bits.h>
#include "buddy_fixture.h"

#define HOLE 2 /* number of the pageblock with the holes */

/*
 * Zone 0: one block of order 10, and behind it 32 frames, of which every other
 * one of the first half is in use: eight blocks of order 0 and one of order 4.
 * Zone 1 is one block of order 10.
 */
#define NR_FREE (1024 + 8 + 16)

static struct fixture f;
static u8 was_free[3 * MCTL_SECTION_FRAMES];

static void prepare(void)
{
	fixture_init(&f, 3, 2);
	fixture_add(&f, 0, MCTL_MAX_ORDER);
	fixture_add(&f, MCTL_SECTION_FRAMES, 5);
	fixture_add(&f, 2 * MCTL_SECTION_FRAMES, MCTL_MAX_ORDER);
	for (u32 i = 0; i < 16; i++)
		mctl_buddy_alloc(&f.buddy[0], 0, MCTL_MT_MOVABLE, MCTL_KIND_USED);
	for (u32 i = 1; i < 16; i += 2)
		mctl_buddy_free(&f.buddy[0], MCTL_SECTION_FRAMES + i, 0);
	tap_expect_equal(f.buddy[0].nr_free, NR_FREE);
	tap_expect_equal(fixture_check(&f), 0);
	memset(was_free, 1, MCTL_SECTION_FRAMES);
	memset(was_free + MCTL_SECTION_FRAMES, 0, 2 * MCTL_SECTION_FRAMES);
	for (u32 i = 1; i < 16; i += 2)
		was_free[MCTL_SECTION_FRAMES + i] = 1;
	memset(was_free + MCTL_SECTION_FRAMES + 16, 1, 16);
}

/* Frame number of the @n-th free block of order 0. */
static u32 nth_free(unsigned int n)
{
	u32 fn = fixture_first(&f, HOLE, 0);

	while (n--)
		fn = mctl_table_next(&f.table, fn, 0);
	return fn;
}

/* Blocks of an order, as many as zone 0 has: each of frames that were free, and once. */
static u32 take_all(unsigned int order, unsigned int mt)
{
	u32 nr = 0, fn;

	while ((fn = mctl_buddy_alloc(&f.buddy[0], order, mt, MCTL_KIND_USED)) != MCTL_FN_NONE) {
		tap_expect_equal(f.table.state[fn], MCTL_STATE(MCTL_KIND_USED, order));
		for (u32 i = fn; i < fn + (1U << order); i++) {
			if (!tap_expect(i < 2 * MCTL_SECTION_FRAMES && was_free[i]))
				return nr;
			was_free[i] = 0;
		}
		nr++;
	}
	tap_expect_equal(f.buddy[0].nr_free, NR_FREE - (nr << order));
	tap_expect_equal(f.buddy[0].area[mt].mask, 0);
	tap_expect_equal(f.buddy[1].nr_free, MCTL_SECTION_FRAMES);
	return nr;
}

/* With @lvalue damaged, so many frames are left to be had one by one. */
#define expect_left(nr, lvalue, value)                              \
	do {                                                        \
		prepare();                                          \
		(lvalue) = (value);                                 \
		tap_expect_equal(take_all(0, MCTL_MT_MOVABLE), nr); \
		fixture_fini(&f);                                   \
	} while (0)

static void undamaged(void)
{
	prepare();
	tap_expect_equal(take_all(0, MCTL_MT_MOVABLE), NR_FREE);
	fixture_fini(&f);
	prepare();
	tap_expect_equal(take_all(4, MCTL_MT_UNMOVABLE), 64 + 1);
	fixture_fini(&f);
}

static void damaged_blocks(void)
{
	for (unsigned int n = 0; n < 8; n++) {
		/* What is not free any more is lost alone. */
		expect_left(NR_FREE - 1, f.table.state[nth_free(n)], MCTL_STATE(MCTL_KIND_USED, 0));
		expect_left(NR_FREE - 1, f.table.state[nth_free(n)], MCTL_STATE(MCTL_KIND_FREE, 1));
		/* A link that leads nowhere: that block and those behind it. */
		if (n == 7)
			continue;
		expect_left(NR_FREE - (8 - n), f.table.link[nth_free(n)].next, f.span);
		expect_left(NR_FREE - (8 - n), f.table.link[nth_free(n)].next, nth_free(n));
	}
}

static void damaged_lists(void)
{
	expect_left(NR_FREE - 8, f.table.lists[HOLE].head[0], MCTL_PAGEBLOCK_FRAMES);
	expect_left(NR_FREE - 8, f.table.lists[HOLE].head[0], 0xffff);
	expect_left(NR_FREE - 16, f.table.lists[HOLE].head[4], MCTL_PAGEBLOCK_FRAMES);
	expect_left(NR_FREE - 16, f.table.lists[HOLE].head[4], 17);
	expect_left(NR_FREE - 24, f.table.lists[HOLE].mask, 0);
	expect_left(NR_FREE - 24, f.table.lists[HOLE].mask, BIT(9) | BIT(0));
	/* It stays in its class, and all of it can be had. */
	expect_left(NR_FREE, f.table.lists[HOLE].prev, 0);
}

static void damaged_classes(void)
{
	for (unsigned int klass = 0; klass < MCTL_NR_ORDERS; klass++) {
		struct mctl_area *area = &f.buddy[0].area[MCTL_MT_MOVABLE];

		prepare();
		area->head[klass] = f.span >> MCTL_PAGEBLOCK_ORDER;
		area->mask |= BIT(klass);
		tap_expect_equal(take_all(0, MCTL_MT_MOVABLE), NR_FREE - (klass == 4  ? 24 :
									  klass == 10 ? 1024 :
											0));
		fixture_fini(&f);
	}
}

/* A whole pageblock that is damaged leaves its class, but still says what it had. */
static void damaged_pageblocks(void)
{
	for (unsigned int order = 9; order <= MCTL_MAX_ORDER; order++) {
		struct mctl_report report = { 0 };
		u32 fn;

		fixture_init(&f, 2, 2);
		fixture_add(&f, 0, order);
		fixture_add(&f, MCTL_SECTION_FRAMES, order);
		f.table.state[MCTL_SECTION_FRAMES] = MCTL_STATE(MCTL_KIND_USED, 0);
		fn = mctl_buddy_alloc(&f.buddy[0], order, MCTL_MT_MOVABLE, MCTL_KIND_USED);
		tap_expect_equal(fn, 0);
		mctl_buddy_free(&f.buddy[0], 0, order);
		tap_expect_equal(f.table.lists[2].mask, BIT(order));
		tap_expect_equal(f.table.lists[2].single, BIT(order));
		tap_expect_equal(f.table.lists[0].next, MCTL_FN_NONE);
		tap_expect_equal(f.table.lists[0].prev, MCTL_FN_NONE);
		tap_expect_equal(mctl_buddy_nr_blocks(&f.buddy[0], order), 2);
		mctl_buddy_check(&f.buddy[0], &report);
		tap_expect(report.nr_problems > 0);
		fixture_fini(&f);
	}
}

/* --- short cuts --------------------------------------------------------------------------- */

/*
 * The last frame of a pageblock that comes back, whichever it is, merges with one
 * block of each order at once: one count of all orders changes, not each.
 */
static void last_frame_of_a_pageblock(void)
{
	struct mctl_area *area = &f.buddy[0].area[MCTL_MT_MOVABLE];

	fixture_init(&f, 1, 1);
	fixture_add(&f, 0, MCTL_MAX_ORDER);
	for (u32 last = 0; last < MCTL_PAGEBLOCK_FRAMES && !tap_nr_failed; last++) {
		u32 nr_free[MCTL_NR_ORDERS], nr_each;
		u64 nr_merge;

		for (u32 i = 0; i < MCTL_PAGEBLOCK_FRAMES; i++)
			tap_expect(mctl_buddy_alloc(&f.buddy[0], 0, MCTL_MT_MOVABLE,
						    MCTL_KIND_USED) < MCTL_PAGEBLOCK_FRAMES);
		for (u32 i = 0; i < MCTL_PAGEBLOCK_FRAMES; i++)
			if (i != last)
				mctl_buddy_free(&f.buddy[0], i, 0);
		tap_expect_equal(f.table.lists[0].single, MCTL_PAGEBLOCK_FRAMES - 1);
		memcpy(nr_free, area->nr_free, sizeof(nr_free));
		nr_each = area->nr_each;
		nr_merge = f.buddy[0].nr_merge;
		mctl_buddy_free(&f.buddy[0], last, 0);
		tap_expect_equal(area->nr_each, nr_each - 1);
		tap_expect(!memcmp(nr_free, area->nr_free, MCTL_PAGEBLOCK_ORDER * sizeof(u32)));
		tap_expect_equal(f.buddy[0].nr_merge - nr_merge, MCTL_MAX_ORDER);
		tap_expect_equal(f.table.state[0], MCTL_STATE(MCTL_KIND_FREE, MCTL_MAX_ORDER));
	}
	tap_expect_equal(fixture_check(&f), 0);
	fixture_fini(&f);
}

/* Two chunks side by side are never one block. */
static void merges_end_at_the_chunk(void)
{
	for (unsigned int order = 0; order < MCTL_MAX_ORDER; order++) {
		u32 first, second;

		fixture_init(&f, 1, 1);
		fixture_add(&f, 0, order);
		fixture_add(&f, 1U << order, order);
		for (unsigned int turn = 0; turn < 2; turn++) {
			first = mctl_buddy_alloc(&f.buddy[0], order, turn, MCTL_KIND_USED);
			second = mctl_buddy_alloc(&f.buddy[0], order, turn, MCTL_KIND_USED);
			tap_expect_equal(first ^ second, 1U << order);
			mctl_buddy_free(&f.buddy[0], turn ? first : second, order);
			mctl_buddy_free(&f.buddy[0], turn ? second : first, order);
			tap_expect_equal(f.table.state[0], MCTL_STATE(MCTL_KIND_FREE, order));
			tap_expect_equal(f.table.state[1U << order],
					 MCTL_STATE(MCTL_KIND_FREE, order));
			tap_expect_equal(f.buddy[0].nr_merge, 0);
			tap_expect_equal(fixture_check(&f), 0);
		}
		fixture_fini(&f);
	}
}

/* A chunk goes out of the lists of its own migratetype, whatever that of the first one is. */
static void chunks_of_any_migratetype_go(void)
{
	for (unsigned int order = 9; order <= MCTL_MAX_ORDER; order++) {
		for (unsigned int mt = 0; mt < MCTL_NR_MT; mt++) {
			fixture_init(&f, 2, 2);
			fixture_add(&f, 0, order);
			fixture_add(&f, MCTL_SECTION_FRAMES, order);
			/* The one added last is taken, and goes over to the migratetype. */
			tap_expect_equal(mctl_buddy_alloc(&f.buddy[0], order, mt, MCTL_KIND_USED),
					 MCTL_SECTION_FRAMES);
			tap_expect_equal(fixture_remove(&f, 1), -16);
			mctl_buddy_free(&f.buddy[0], MCTL_SECTION_FRAMES, order);
			tap_expect_equal(mctl_area_nr_free(&f.buddy[0].area[mt], order),
					 mt == MCTL_MT_MOVABLE ? 2 : 1);
			tap_expect_equal(fixture_remove(&f, 1), 0);
			tap_expect_equal(fixture_check(&f), 0);
			tap_expect_equal(mctl_buddy_nr_blocks(&f.buddy[0], order), 1);
			tap_expect_equal(fixture_remove(&f, 0), 0);
			tap_expect_equal(f.buddy[0].nr_frames, 0);
			tap_expect_equal(f.buddy[0].nr_free, 0);
			tap_expect_equal(fixture_check(&f), 0);
			fixture_fini(&f);
		}
	}
}

/* A block is split as often as it takes, and merged as often. */
static void splits_and_merges_are_counted(void)
{
	for (unsigned int order = 0; order <= MCTL_MAX_ORDER; order++) {
		u32 fn;

		fixture_init(&f, 1, 1);
		fixture_add(&f, 0, MCTL_MAX_ORDER);
		fn = mctl_buddy_alloc(&f.buddy[0], order, MCTL_MT_MOVABLE, MCTL_KIND_USED);
		tap_expect_equal(f.buddy[0].nr_split, MCTL_MAX_ORDER - order);
		tap_expect_equal(f.buddy[0].nr_merge, 0);
		tap_expect_equal(f.buddy[0].nr_free, MCTL_SECTION_FRAMES - (1U << order));
		mctl_buddy_free(&f.buddy[0], fn, order);
		tap_expect_equal(f.buddy[0].nr_split, MCTL_MAX_ORDER - order);
		tap_expect_equal(f.buddy[0].nr_merge, MCTL_MAX_ORDER - order);
		tap_expect_equal(f.buddy[0].nr_free, MCTL_SECTION_FRAMES);
		tap_expect_equal(f.buddy[0].nr_steal, 0);
		fixture_fini(&f);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(undamaged),
	TAP_TEST(damaged_blocks),
	TAP_TEST(damaged_lists),
	TAP_TEST(damaged_classes),
	TAP_TEST(damaged_pageblocks),
	TAP_TEST(last_frame_of_a_pageblock),
	TAP_TEST(merges_end_at_the_chunk),
	TAP_TEST(chunks_of_any_migratetype_go),
	TAP_TEST(splits_and_merges_are_counted),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
