// SPDX-License-Identifier: GPL-2.0
/* LINK: core/buddy.c core/buddy_alloc.c core/buddy_aside.c core/buddy_check.c core/table.c */
/* LINK: buddy_fixture.c tap.c */
/*
 * Frames that are set aside: whichever frame of whatever free block it is, the
 * rest of the block can be had, the frame never again, and its chunk can go.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include "buddy_fixture.h"

/* Set a frame aside, with the oracle. Return: whether it was. */
static bool aside(struct fixture *f, u32 fn)
{
	unsigned int zone = fixture_zone(f, fn);
	bool free = f->owner[fn] == OWNER_FREE;

	tap_expect_equal(mctl_buddy_set_aside(&f->buddy[zone], fn), free ? 0 : -EBUSY);
	if (!free)
		return false;
	tap_expect_equal(f->table.state[fn], MCTL_STATE(MCTL_KIND_HWPOISON, 0));
	f->owner[fn] = f->next_owner++;
	return true;
}

/* Each frame of a whole chunk, of each order. */
static void every_frame_of_a_chunk(void)
{
	for (unsigned int order = 0; order <= MCTL_MAX_ORDER; order++)
		for (u32 fn = 0; fn < 1U << order; fn += order < 8 ? 1 : 37) {
			struct fixture f;

			fixture_init(&f, 1, 1);
			fixture_add(&f, 0, order);
			aside(&f, fn);
			fixture_compare(&f);
			/* The rest is in as few blocks as can be: one of each order below. */
			for (unsigned int i = 0; i < MCTL_NR_ORDERS; i++)
				tap_expect_equal(mctl_buddy_nr_blocks(&f.buddy[0], i), i < order);
			tap_expect(!aside(&f, fn));
			tap_expect_equal(fixture_remove(&f, 0), 0);
			fixture_compare(&f);
			fixture_fini(&f);
		}
}

static void among_random_calls(void)
{
	struct fixture f;
	u32 nr_aside = 0;

	fixture_init(&f, 4, 2);
	for (u32 i = 0; i < 3; i++)
		fixture_add(&f, i * MCTL_SECTION_FRAMES, MCTL_MAX_ORDER);
	fixture_add(&f, 3 * MCTL_SECTION_FRAMES + 256, 8);
	for (unsigned int i = 0; i < 3000 && tap_nr_failed < TAP_MAX_TOLD; i++) {
		unsigned int zone = tap_below(2);

		if (!tap_below(20))
			nr_aside += aside(&f, tap_below(3 * MCTL_SECTION_FRAMES));
		else if (f.buddy[zone].nr_free * 2 > f.buddy[zone].nr_frames || !f.nr_blocks)
			fixture_alloc(&f, zone, tap_below(MCTL_NR_ORDERS), tap_below(MCTL_NR_MT));
		else
			fixture_free(&f, tap_below(f.nr_blocks));
		fixture_compare(&f);
	}
	tap_expect(nr_aside > 10);
	/* With a frame in use a chunk stays; without one it goes, frames set aside or not. */
	while (f.nr_blocks) {
		u32 in_use = f.blocks[0].fn;

		for (u32 i = 0; i < f.nr_chunks; i++)
			if ((f.chunks[i].fn ^ in_use) >> f.chunks[i].order == 0)
				tap_expect_equal(fixture_remove(&f, i), -EBUSY);
		fixture_compare(&f);
		fixture_free(&f, 0);
	}
	while (f.nr_chunks) {
		tap_expect_equal(fixture_remove(&f, 0), 0);
		fixture_compare(&f);
	}
	fixture_fini(&f);
}

/* What is in use, not there, or on no list that can be believed, stays as it is. */
static void refused_and_unchanged(void)
{
	struct fixture f;
	u32 fn;

	fixture_init(&f, 2, 2);
	fixture_add(&f, 0, 4);
	fn = fixture_alloc(&f, 0, 2, MCTL_MT_MOVABLE);
	tap_expect_equal(mctl_buddy_set_aside(&f.buddy[0], fn), -EBUSY);
	tap_expect_equal(mctl_buddy_set_aside(&f.buddy[0], fn + 3), -EBUSY);
	tap_expect_equal(mctl_buddy_set_aside(&f.buddy[0], 16), -EBUSY);
	fixture_compare(&f);
	fixture_free(&f, 0);
	f.table.lists[0].head[4] ^= 16;
	tap_expect_equal(mctl_buddy_set_aside(&f.buddy[0], 5), -EBUSY);
	f.table.lists[0].head[4] ^= 16;
	fixture_compare(&f);

	/* The chunk's last free block is damaged: those before it are back on their lists. */
	aside(&f, 5);
	f.table.lists[0].head[3] ^= 4;
	tap_expect_equal(mctl_buddy_remove(&f.buddy[0], 0, 4), -EBUSY);
	f.table.lists[0].head[3] ^= 4;
	fixture_compare(&f);
	tap_expect_equal(fixture_remove(&f, 0), 0);
	fixture_fini(&f);
}

/* The same of whole pageblocks, which are in classes, and of heads that no block can have. */
static void damaged_pageblocks(void)
{
	for (unsigned int order = 9; order <= MCTL_MAX_ORDER; order++) {
		struct fixture f;

		fixture_init(&f, 3, 3);
		for (u32 i = 0; i < 3; i++)
			fixture_add(&f, i * MCTL_SECTION_FRAMES, order);
		/* The last one that came is the first of its class. */
		for (u32 i = 0; i < 3; i++) {
			struct mctl_lists *lists = &f.table.lists[2 * i];
			u32 fn = i * MCTL_SECTION_FRAMES, prev;

			lists->next ^= 1;
			tap_expect_equal(mctl_buddy_set_aside(&f.buddy[0], fn + 100), -EBUSY);
			lists->next ^= 1;
			prev = lists->prev;
			lists->prev = f.span >> MCTL_PAGEBLOCK_ORDER;
			tap_expect_equal(mctl_buddy_set_aside(&f.buddy[0], fn + 100), -EBUSY);
			lists->prev = prev;
			fixture_compare(&f);
		}
		for (unsigned int other = MCTL_NR_ORDERS; other < 16; other++) {
			f.table.state[0] = MCTL_STATE(MCTL_KIND_FREE, other);
			f.table.lists[0].mask = (u16)BIT(other);
			f.table.lists[0].single = (u16)BIT(other);
			tap_expect_equal(mctl_buddy_set_aside(&f.buddy[0], 0), -EBUSY);
			tap_expect_equal(f.table.state[0], MCTL_STATE(MCTL_KIND_FREE, other));
		}
		f.table.state[0] = MCTL_STATE(MCTL_KIND_FREE, order);
		f.table.lists[0].mask = (u16)BIT(order);
		f.table.lists[0].single = (u16)BIT(order);
		fixture_compare(&f);
		fixture_fini(&f);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(every_frame_of_a_chunk),
	TAP_TEST(among_random_calls),
	TAP_TEST(refused_and_unchanged),
	TAP_TEST(damaged_pageblocks),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
