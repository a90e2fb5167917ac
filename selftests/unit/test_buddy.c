// SPDX-License-Identifier: GPL-2.0
/* LINK: core/buddy.c core/buddy_alloc.c core/buddy_aside.c core/buddy_check.c core/table.c */
/* LINK: buddy_fixture.c tap.c */
/*
 * The buddy allocator against a naive oracle: random calls on zones of many
 * shapes, the structure checked after every call, and the promises: a grant
 * has the order and alignment asked for, a refusal means that no run of free
 * frames was large enough, and an idle zone is whole again.
 */
#include <linux/bits.h>
#include "buddy_fixture.h"
#include "core/table.h"

/* One random call; allocation and free are balanced around half full. */
static void step(struct fixture *f, unsigned int max_order)
{
	unsigned int zone = f->buddy[1].nr_frames ? tap_below(2) : 0;

	if (tap_below(100) < (f->buddy[zone].nr_free * 2 > f->buddy[zone].nr_frames ? 60 : 45)) {
		/* Small orders more often than large ones. */
		unsigned int order = tap_below(1 + tap_below(max_order + 1));

		fixture_alloc(f, zone, order, tap_below(MCTL_NR_MT));
	} else if (f->nr_blocks) {
		fixture_free(f, tap_below(f->nr_blocks));
	}
}

static void run(struct fixture *f, unsigned int nr, unsigned int max_order)
{
	for (unsigned int i = 0; i < nr && tap_nr_failed < TAP_MAX_TOLD; i++) {
		step(f, max_order);
		fixture_compare(f);
	}
	fixture_idle(f);
}

static void whole_chunks(void)
{
	struct fixture f;

	fixture_init(&f, 4, 2);
	for (u32 i = 0; i < 4; i++)
		fixture_add(&f, i * MCTL_SECTION_FRAMES, MCTL_MAX_ORDER);
	run(&f, 4000, MCTL_MAX_ORDER);
	fixture_fini(&f);
}

/* Zones of 48, 61 and 64 frames, from chunks as the host may give them. */
static void odd_sizes(void)
{
	static const struct shape shapes[][6] = {
		{ { 0, 5 }, { 32, 4 } },
		{ { 64, 5 }, { 96, 4 }, { 112, 3 }, { 120, 2 }, { 124, 0 } },
		{ { 1, 0 }, { 2, 1 }, { 4, 2 }, { 8, 3 }, { 16, 4 }, { 32, 5 } },
		{ { 1023, 0 }, { 1016, 2 }, { 1008, 3 }, { 512, 4 }, { 496, 4 } },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct fixture f;

		fixture_init(&f, 1, 1);
		for (unsigned int j = 0; j < ARRAY_SIZE(shapes[i]); j++)
			if (shapes[i][j].fn || shapes[i][j].order)
				fixture_add(&f, shapes[i][j].fn, shapes[i][j].order);
		run(&f, 3000, 6);
		fixture_fini(&f);
	}
}

/* Sections made of chunks of random orders and holes, in two zones. */
static void add_random_chunks(struct fixture *f)
{
	unsigned int hole = tap_below(60);

	for (u32 fn = 0; fn < f->span;) {
		unsigned int order = tap_below(MCTL_NR_ORDERS);

		while (fn & ((1U << order) - 1))
			order--;
		if (tap_below(100) >= hole)
			fixture_add(f, fn, order);
		fn += 1U << order;
	}
}

static void random_shapes(void)
{
	for (unsigned int i = 0; i < 60 && tap_nr_failed < TAP_MAX_TOLD; i++) {
		struct fixture f;

		fixture_init(&f, 1 + tap_below(3), 1);
		add_random_chunks(&f);
		run(&f, 150, MCTL_MAX_ORDER);
		fixture_fini(&f);
	}
}

/* Chunks come and go while blocks are granted. */
static void chunks_come_and_go(void)
{
	unsigned int nr_removed = 0, nr_busy = 0;
	struct fixture f;

	fixture_init(&f, 3, 2);
	add_random_chunks(&f);
	for (unsigned int i = 0; i < 3000 && tap_nr_failed < TAP_MAX_TOLD; i++) {
		u32 index = f.nr_chunks ? tap_below(f.nr_chunks) : 0;

		step(&f, 6);
		if (f.nr_chunks && tap_below(4) == 0) {
			struct shape chunk = f.chunks[index];
			bool busy = false;
			int error;

			for (u32 fn = chunk.fn; fn < chunk.fn + (1U << chunk.order); fn++)
				busy |= f.owner[fn] != OWNER_FREE;
			error = fixture_remove(&f, index);
			tap_expect_equal(error, busy ? -16 : 0);
			nr_busy += busy;
			nr_removed += !busy;
			if (!error && tap_below(5))
				fixture_add(&f, chunk.fn, chunk.order);
		}
		fixture_compare(&f);
	}
	tap_expect(nr_removed > 20 && nr_busy > 20);
	fixture_idle(&f);
	fixture_fini(&f);
}

/* Every order can be granted until the zone is full, to the frame. */
static void fills_to_the_last_frame(void)
{
	for (unsigned int order = 0; order <= MCTL_MAX_ORDER; order++) {
		struct fixture f;
		u32 nr = 0;

		fixture_init(&f, 2, 2);
		fixture_add(&f, 0, MCTL_MAX_ORDER);
		fixture_add(&f, MCTL_SECTION_FRAMES, MCTL_MAX_ORDER);
		while (fixture_alloc(&f, 0, order, MCTL_MT_MOVABLE) != MCTL_FN_NONE)
			nr++;
		tap_expect_equal(nr << order, f.span);
		tap_expect_equal(f.buddy[0].nr_free, 0);
		fixture_idle(&f);
		fixture_fini(&f);
	}
}

/* A large block costs no writes to its tails, neither granted nor freed. */
static void tails_are_not_touched(void)
{
	static struct mctl_link links[MCTL_SECTION_FRAMES];
	static u8 states[MCTL_SECTION_FRAMES];
	u32 nr_states = 0, nr_links = 0;
	struct fixture f;
	u32 fn;

	fixture_init(&f, 1, 1);
	fixture_add(&f, 0, MCTL_MAX_ORDER);
	for (u32 i = 0; i < MCTL_SECTION_FRAMES; i++)
		f.table.link[i] = i ? (struct mctl_link){ 0x1234, 0x5678 } : f.table.link[i];
	memcpy(states, f.table.state, sizeof(states));
	memcpy(links, f.table.link, sizeof(links));
	fn = mctl_buddy_alloc(&f.buddy[0], 9, MCTL_MT_MOVABLE, MCTL_KIND_USED);
	mctl_buddy_free(&f.buddy[0], fn, 9);
	for (u32 i = 0; i < MCTL_SECTION_FRAMES; i++) {
		nr_states += states[i] != f.table.state[i];
		nr_links += memcmp(&links[i], &f.table.link[i], sizeof(links[i])) != 0;
		tap_expect_equal(f.table.tag[i], 0);
	}
	tap_expect_equal(nr_states, 0);
	tap_expect(nr_links <= 1);
	fixture_fini(&f);
}

/* An unmovable request takes a movable pageblock over when half of it is free. */
static void pageblocks_are_claimed(void)
{
	struct fixture f;
	u32 fn;

	fixture_init(&f, 1, 1);
	fixture_add(&f, 0, MCTL_MAX_ORDER);
	tap_expect_equal(mctl_table_pageblock_mt(&f.table, 0), MCTL_MT_MOVABLE);
	fn = fixture_alloc(&f, 0, 0, MCTL_MT_MOVABLE);
	tap_expect_equal(fn, 0);
	/* Pageblock 1 is whole: it goes over. */
	fn = fixture_alloc(&f, 0, 0, MCTL_MT_UNMOVABLE);
	tap_expect_equal(fn, 512);
	tap_expect_equal(mctl_table_pageblock_mt(&f.table, 512), MCTL_MT_UNMOVABLE);
	tap_expect_equal(mctl_table_pageblock_mt(&f.table, 0), MCTL_MT_MOVABLE);
	tap_expect_equal(f.buddy[0].nr_steal, 1);
	/* Half of pageblock 0 is free in one block: all that is free of it goes over. */
	while (mctl_table_pageblock_mt(&f.table, 512) == MCTL_MT_UNMOVABLE &&
	       fixture_alloc(&f, 0, 8, MCTL_MT_UNMOVABLE) >= 512)
		fixture_compare(&f);
	tap_expect_equal(mctl_table_pageblock_mt(&f.table, 0), MCTL_MT_UNMOVABLE);
	tap_expect_equal(f.buddy[0].nr_steal, 2);
	fixture_compare(&f);
	/* The one movable frame comes back to the list of what its pageblock is now. */
	fixture_idle(&f);
	fixture_fini(&f);
}

/* Less than half of a pageblock is borrowed, and stays what it was. */
static void small_blocks_are_borrowed(void)
{
	unsigned int from_mt;
	struct fixture f;

	fixture_init(&f, 1, 1);
	fixture_add(&f, 0, 7);
	tap_expect_equal(mctl_buddy_find(&f.buddy[0], 2, MCTL_MT_UNMOVABLE, &from_mt), 7);
	tap_expect_equal(from_mt, MCTL_MT_MOVABLE);
	tap_expect_equal(fixture_alloc(&f, 0, 2, MCTL_MT_UNMOVABLE), 0);
	tap_expect_equal(f.buddy[0].nr_steal, 0);
	tap_expect_equal(mctl_table_pageblock_mt(&f.table, 0), MCTL_MT_MOVABLE);
	fixture_compare(&f);
	fixture_idle(&f);
	fixture_fini(&f);
}

/* Whom a migratetype without a block robs first, where both others have blocks of one size. */
static void fallbacks_are_in_order(void)
{
	static const u8 first[MCTL_NR_MT] = {
		[MCTL_MT_UNMOVABLE] = MCTL_MT_RECLAIMABLE,
		[MCTL_MT_MOVABLE] = MCTL_MT_RECLAIMABLE,
		[MCTL_MT_RECLAIMABLE] = MCTL_MT_UNMOVABLE,
	};

	for (unsigned int mt = 0; mt < MCTL_NR_MT; mt++) {
		struct fixture f;
		u32 fn;

		fixture_init(&f, 2, 2);
		for (u32 i = 0; i < 2; i++)
			fixture_add(&f, i * MCTL_SECTION_FRAMES, 9);
		for (unsigned int other = 0; other < MCTL_NR_MT; other++)
			if (other != mt)
				fixture_alloc(&f, 0, 8, other);
		/* Less than half of a pageblock is borrowed: its migratetype stays. */
		while (f.buddy[0].area[first[mt]].mask & BIT(8))
			fixture_alloc(&f, 0, 7, first[mt]);
		for (unsigned int other = 0; other < MCTL_NR_MT; other++)
			if (other != mt && f.buddy[0].area[other].mask & BIT(8))
				fixture_alloc(&f, 0, 7, other);
		fn = fixture_alloc(&f, 0, 0, mt);
		tap_expect_equal(mctl_table_pageblock_mt(&f.table, fn), first[mt]);
		fixture_idle(&f);
		fixture_fini(&f);
	}
}

/* Who wants many frames gets the smallest block of the pageblock that is next in turn. */
static void smallest_block_in_turn(void)
{
	struct mctl_area *area;
	struct fixture f;

	fixture_init(&f, 2, 2);
	area = &f.buddy[0].area[MCTL_MT_MOVABLE];
	tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_MOVABLE), MCTL_MAX_ORDER);
	for (unsigned int order = 0; order <= 9; order++) {
		fixture_add(&f, 0, order);
		tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_MOVABLE), order);
		tap_expect_equal(fixture_remove(&f, 0), 0);
	}
	fixture_add(&f, 0, MCTL_MAX_ORDER);
	tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_MOVABLE), MCTL_MAX_ORDER);
	/* Pageblock 0 now has blocks of orders 3 to 8; pageblock 1 after it is whole. */
	fixture_alloc(&f, 0, 3, MCTL_MT_MOVABLE);
	tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_MOVABLE), 3);
	tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_UNMOVABLE), MCTL_MAX_ORDER);
	tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_RECLAIMABLE), MCTL_MAX_ORDER);
	/* Of a head that leads nowhere the class is known; classes that are none do not count. */
	area->head[8] = f.span >> MCTL_PAGEBLOCK_ORDER;
	tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_MOVABLE), 8);
	area->head[8] = 0;
	area->mask |= BIT(MCTL_NR_ORDERS);
	tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_MOVABLE), 3);
	area->mask &= ~BIT(MCTL_NR_ORDERS);
	f.table.lists[0].mask |= BIT(MCTL_NR_ORDERS);
	tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_MOVABLE), 3);
	f.table.lists[0].mask = BIT(MCTL_NR_ORDERS);
	tap_expect_equal(mctl_buddy_next_order(&f.buddy[0], MCTL_MT_MOVABLE), MCTL_MAX_ORDER);
	fixture_fini(&f);
}

/* LLFree's benchmark of fragmentation, in small: what is free ends up in whole pageblocks. */
static void full_pageblocks_are_filled(void)
{
	u32 nr_whole, nr_kept;
	struct fixture f;

	fixture_init(&f, 16, 16);
	for (u32 i = 0; i < 16; i++)
		fixture_add(&f, i * MCTL_SECTION_FRAMES, MCTL_MAX_ORDER);
	while (f.nr_blocks < f.span)
		fixture_alloc(&f, 0, 0, MCTL_MT_MOVABLE);
	while (f.nr_blocks > f.span / 2)
		fixture_free(&f, tap_below(f.nr_blocks));
	nr_kept = f.nr_blocks;
	for (unsigned int round = 0; round < 100; round++) {
		while (f.nr_blocks > nr_kept - nr_kept / 10)
			fixture_free(&f, tap_below(f.nr_blocks));
		while (f.nr_blocks < nr_kept)
			fixture_alloc(&f, 0, 0, MCTL_MT_MOVABLE);
	}
	nr_whole = mctl_buddy_nr_blocks(&f.buddy[0], 9) + 2 * mctl_buddy_nr_blocks(&f.buddy[0], 10);
	tap_note("%u of %u pageblocks whole, half of the frames in use", nr_whole, f.span >> 9);
	tap_expect(nr_whole >= (f.span >> 9) / 2 * 90 / 100);
	fixture_idle(&f);
	fixture_fini(&f);
}

/* Which block a frame is in, and that it is in none. */
static void heads_of_frames(void)
{
	struct fixture f;

	fixture_init(&f, 1, 1);
	fixture_add(&f, 16, 4);
	tap_expect_equal(mctl_table_head(&f.table, 15), MCTL_FN_NONE);
	tap_expect_equal(mctl_table_head(&f.table, 32), MCTL_FN_NONE);
	for (unsigned int order = 0; order <= 4; order++) {
		f.table.state[16] = MCTL_STATE(MCTL_KIND_USED, order);
		for (u32 fn = 16; fn < 32; fn++)
			tap_expect_equal(mctl_table_head(&f.table, fn),
					 fn < 16 + (1U << order) ? 16 : MCTL_FN_NONE);
	}
	/* A head that is nearer, but too short, hides nothing. */
	f.table.state[24] = MCTL_STATE(MCTL_KIND_USED, 1);
	tap_expect_equal(mctl_table_head(&f.table, 24), 24);
	tap_expect_equal(mctl_table_head(&f.table, 25), 24);
	tap_expect_equal(mctl_table_head(&f.table, 26), 16);
	fixture_fini(&f);
	fixture_init(&f, 1, 1);
	fixture_add(&f, 0, MCTL_MAX_ORDER);
	tap_expect_equal(mctl_table_head(&f.table, 1023), 0);
	tap_expect_equal(mctl_table_head(&f.table, 1), 0);
	fixture_fini(&f);
}

/* Linux's mm/vmstat.c, with the numbers worked out by hand. */
static void fragmentation_index(void)
{
	struct fixture f;
	u32 fns[1024];

	fixture_init(&f, 1, 1);
	tap_expect_equal(mctl_buddy_fragmentation_index(&f.buddy[0], 0), 0);
	fixture_add(&f, 0, MCTL_MAX_ORDER);
	tap_expect_equal(mctl_buddy_fragmentation_index(&f.buddy[0], 10), -1000);
	for (u32 i = 0; i < 1024; i++)
		fns[i] = mctl_buddy_alloc(&f.buddy[0], 0, MCTL_MT_MOVABLE, MCTL_KIND_USED);
	tap_expect_equal(mctl_buddy_fragmentation_index(&f.buddy[0], 2), 0);
	mctl_buddy_free(&f.buddy[0], fns[0], 0);
	/* One block of order 0: 1000 - (1000 + 1 * 1000 / 4) / 1 */
	tap_expect_equal(mctl_buddy_fragmentation_index(&f.buddy[0], 2), -250);
	for (u32 i = 2; i < 1024; i += 2)
		mctl_buddy_free(&f.buddy[0], fns[i], 0);
	/* 512 blocks of order 0: 1000 - (1000 + 512 * 1000 / 4) / 512 */
	tap_expect_equal(mctl_buddy_fragmentation_index(&f.buddy[0], 2), 749);
	tap_expect_equal(mctl_buddy_fragmentation_index(&f.buddy[0], 0), -1000);
	fixture_fini(&f);
}

/* Equal histories give equal answers: the free lists depend on nothing else. */
static void histories_repeat(void)
{
	uint64_t seed = tap_random_state;
	struct fixture f[2];

	for (unsigned int i = 0; i < 2; i++) {
		tap_random_state = seed;
		fixture_init(&f[i], 2, 2);
		fixture_add(&f[i], 0, MCTL_MAX_ORDER);
		fixture_add(&f[i], MCTL_SECTION_FRAMES, 9);
		for (unsigned int j = 0; j < 5000; j++)
			step(&f[i], 8);
	}
	tap_expect(!memcmp(f[0].table.state, f[1].table.state, f[0].span));
	tap_expect(!memcmp(f[0].buddy[0].area, f[1].buddy[0].area, sizeof(f[0].buddy[0].area)));
	tap_expect(!memcmp(f[0].table.lists, f[1].table.lists,
			   (f[0].span >> MCTL_PAGEBLOCK_ORDER) * sizeof(*f[0].table.lists)));
	tap_expect(!memcmp(f[0].table.link, f[1].table.link, f[0].span * sizeof(struct mctl_link)));
	fixture_fini(&f[0]);
	fixture_fini(&f[1]);
}

/* The check finds nothing where nothing is wrong: made after each of many calls, on 64 frames. */
static void no_false_alarms(void)
{
	struct mctl_report report = { .found = fixture_tell };
	struct fixture f;

	fixture_init(&f, 1, 1);
	fixture_add(&f, 0, 6);
	for (u32 i = 0; i < 200000 && !report.nr_problems && !tap_nr_failed; i++) {
		step(&f, 6);
		mctl_table_check(&f.table, &report);
		mctl_buddy_check(&f.buddy[0], &report);
	}
	tap_expect_equal(report.nr_problems, 0);
	tap_note("200000 clean runs of %llu tests", (unsigned long long)report.nr_checks);
	fixture_idle(&f);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TAP_TEST(no_false_alarms),
	TAP_TEST(whole_chunks),
	TAP_TEST(odd_sizes),
	TAP_TEST(random_shapes),
	TAP_TEST(chunks_come_and_go),
	TAP_TEST(fills_to_the_last_frame),
	TAP_TEST(tails_are_not_touched),
	TAP_TEST(pageblocks_are_claimed),
	TAP_TEST(small_blocks_are_borrowed),
	TAP_TEST(fallbacks_are_in_order),
	TAP_TEST(smallest_block_in_turn),
	TAP_TEST(heads_of_frames),
	TAP_TEST(full_pageblocks_are_filled),
	TAP_TEST(fragmentation_index),
	TAP_TEST(histories_repeat),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
