// SPDX-License-Identifier: GPL-2.0
/* LINK: core/buddy.c core/buddy_alloc.c core/buddy_aside.c core/buddy_check.c core/table.c */
/* LINK: buddy_fixture.c damage.c tap.c */
/*
 * Damage: each invariant is broken on purpose, and its check must say so by
 * name, and must be silent once it is repaired. And with any bits of the
 * records flipped, calls must stay inside the records (the sanitizers watch).
 */
#include <linux/bits.h>
#include "buddy_fixture.h"
#include "core/table.h"
#include "damage.h"

/* Is the line said of the zones, once, among so many problems? */
static void expect_found_at(const struct fixture *f, const char *wanted, u64 nr_problems, int line)
{
	struct damage damage;

	damage_init(&damage, wanted);
	mctl_table_check(&f->table, &damage.report);
	mctl_buddy_check(&f->buddy[0], &damage.report);
	mctl_buddy_check(&f->buddy[1], &damage.report);
	damage_expect_at(&damage, nr_problems, __FILE__, line);
}

#define expect_found(f, wanted, nr_problems) expect_found_at(f, wanted, nr_problems, __LINE__)

/* Break @lvalue, expect what is said of it, repair it, expect silence. */
#define plant(f, lvalue, value, wanted, nr_problems)      \
	do {                                              \
		__typeof__(lvalue) _plant_old = (lvalue); \
		(lvalue) = (value);                       \
		tap_expect(_plant_old != (lvalue));       \
		expect_found(f, wanted, nr_problems);     \
		(lvalue) = _plant_old;                    \
		tap_expect_equal(fixture_check(f), 0);    \
	} while (0)

#define HOLE 2 /* number of the pageblock with the holes, the first of section 1 */

/*
 * Zone 0 has two whole pageblocks, and 32 frames of which every other one of
 * the first half is in use: eight blocks of order 0 are free there, and one of
 * order 4. Zone 1 is whole.
 */
static void prepare(struct fixture *f)
{
	fixture_init(f, 3, 2);
	fixture_add(f, 0, MCTL_MAX_ORDER);
	fixture_add(f, MCTL_SECTION_FRAMES, 5);
	fixture_add(f, 2 * MCTL_SECTION_FRAMES, MCTL_MAX_ORDER);
	for (u32 i = 0; i < 16; i++)
		mctl_buddy_alloc(&f->buddy[0], 0, MCTL_MT_MOVABLE, MCTL_KIND_USED);
	for (u32 i = 0; i < MCTL_SECTION_FRAMES + 32; i++)
		if (f->table.state[i] == MCTL_STATE(MCTL_KIND_USED, 0) && (i & 1))
			mctl_buddy_free(&f->buddy[0], i, 0);
	tap_expect_equal(fixture_check(f), 0);
}

static u32 nth_free(const struct fixture *f, unsigned int n)
{
	u32 fn = fixture_first(f, HOLE, 0);

	while (n--)
		fn = mctl_table_next(&f->table, fn, 0);
	return fn;
}

static void counts(void)
{
	struct fixture f;
	struct mctl_area *area = &f.buddy[0].area[MCTL_MT_MOVABLE];

	prepare(&f);
	plant(&f, f.buddy[0].nr_free, f.buddy[0].nr_free + 1,
	      "buddy I1: zone 0: nr_free: expected 0x418, found 0x419", 1);
	plant(&f, f.buddy[0].nr_free, 0, "buddy I1: zone 0: nr_free: expected 0x418, found 0", 1);
	plant(&f, area->nr_free[0], area->nr_free[0] + 1,
	      "buddy I1: list 1: nr_free: expected 0x8, found 0x9", 1);
	plant(&f, area->nr_free[9], 0x80000000,
	      "buddy I1: list 28: nr_free: expected 0, found 0x80000000", 1);
	plant(&f, area->nr_each, area->nr_each - 1,
	      "buddy I1: list 1: nr_free: expected 0x8, found 0x7", 9);
	plant(&f, f.buddy[0].nr_frames, f.buddy[0].nr_frames - 1,
	      "buddy I8: zone 0: nr_frames: expected 0x420, found 0x41f", 1);
	plant(&f, f.table.section[1].nr_frames, 31,
	      "table T4: section 1: nr_frames: expected 0x20, found 0x1f", 1);
	fixture_fini(&f);
}

static void blocks_on_lists(void)
{
	struct fixture f;
	struct mctl_lists *lists;
	u32 fn;

	prepare(&f);
	lists = &f.table.lists[HOLE];
	fn = nth_free(&f, 3);
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_USED, 0),
	      "buddy I2: frame 1033: state: expected 0x20, found 0x40", 2);
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_FREE, 1),
	      "buddy I2: frame 1033: state: expected 0x20, found 0x21", 3);
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_ABSENT, 0),
	      "buddy I2: frame 1033: state: expected 0x20, found 0", 4);
	plant(&f, f.table.section[fn >> MCTL_SECTION_SHIFT].zone, 1,
	      "buddy I2: frame 1039: zone: expected 0, found 0x1", 19);
	plant(&f, f.table.section[1].orders[16], 3,
	      "buddy I2: frame 1040: chunk order: expected 0x4, found 0x3", 17);
	plant(&f, lists->head[4], lists->head[4] + 1,
	      "buddy I2: frame 1041: alignment: expected 0, found 0x1", 2);
	plant(&f, lists->head[4], lists->head[4] + 512,
	      "buddy I2: pageblock 2: head: expected 0x10, found 0x210", 1);
	fixture_fini(&f);
}

static void links(void)
{
	struct fixture f;
	u32 fn;

	prepare(&f);
	fn = nth_free(&f, 2);
	plant(&f, f.table.link[fn].prev, MCTL_FN_NONE,
	      "buddy I3: frame 1035: prev: expected 0x40d, found 0xffffffff", 4);
	plant(&f, f.table.link[fn].prev, fn,
	      "buddy I3: frame 1035: prev: expected 0x40d, found 0x40b", 4);
	plant(&f, f.table.link[fn].next, f.span,
	      "buddy I3: frame 1035: next: expected 0x2, found 0x6", 4);
	plant(&f, f.table.link[fn].next, 0x80000000,
	      "buddy I3: frame 1035: next: expected 0x2, found 0x400000", 4);
	plant(&f, f.table.link[fn].next, fn,
	      "buddy I3: frame 1035: prev: expected 0x40b, found 0x40d", 4);
	plant(&f, f.table.link[fn].next, nth_free(&f, 0),
	      "buddy I3: frame 1039: prev: expected 0x40b, found 0xffffffff", 4);
	plant(&f, f.table.link[fn].next, MCTL_FN_NONE,
	      "buddy I1: list 1: nr_free: expected 0x3, found 0x8", 3);
	plant(&f, f.table.lists[HOLE].head[0], nth_free(&f, 1) & 511,
	      "buddy I3: frame 1037: prev: expected 0xffffffff, found 0x40f", 4);
	plant(&f, f.table.lists[HOLE].mask, BIT(4),
	      "buddy I1: list 1: nr_free: expected 0, found 0x8", 3);
	fixture_fini(&f);
}

static void links_of_pageblocks(void)
{
	struct fixture f;
	struct mctl_lists *lists;

	prepare(&f);
	lists = f.table.lists;
	plant(&f, lists[0].prev, HOLE,
	      "buddy I9: pageblock 0: prev: expected 0xffffffff, found 0x2", 5);
	plant(&f, lists[0].prev, 0, "buddy I9: pageblock 0: prev: expected 0xffffffff, found 0", 5);
	plant(&f, lists[0].next, 0, "buddy I9: pageblock 0: prev: expected 0, found 0xffffffff", 1);
	plant(&f, lists[0].next, 1, "buddy I9: pageblock 0: prev: expected 0x1, found 0xffffffff",
	      4);
	plant(&f, lists[0].next, 6, "buddy I9: pageblock 0: next: expected 0xffffffff, found 0x6",
	      1);
	plant(&f, lists[0].next, 0x80000000,
	      "buddy I9: pageblock 0: next: expected 0xffffffff, found 0x80000000", 1);
	plant(&f, f.buddy[0].area[MCTL_MT_MOVABLE].head[10], 6,
	      "buddy I9: pageblock 4294967295: next: expected 0xffffffff, found 0x6", 5);
	plant(&f, f.buddy[0].area[MCTL_MT_MOVABLE].head[10], HOLE,
	      "buddy I7: pageblock 2: class: expected 0xa, found 0x4", 10);
	/* The first pageblock of the other zone, whose links are in order. */
	plant(&f, f.buddy[0].area[MCTL_MT_MOVABLE].head[10], 4,
	      "buddy I10: pageblock 4: zone: expected 0, found 0x1", 2);
	fixture_fini(&f);
}

static void pageblocks_without_class(void)
{
	struct fixture f;

	prepare(&f);
	plant(&f, f.table.lists[1].mask, BIT(0),
	      "buddy I10: zone 0: pageblocks: expected 0x2, found 0x3", 1);
	plant(&f, f.table.lists[HOLE + 1].mask, BIT(9),
	      "buddy I10: zone 0: pageblocks: expected 0x2, found 0x3", 1);
	plant(&f, f.table.lists[HOLE].mask, 0,
	      "buddy I10: zone 0: pageblocks: expected 0x2, found 0x1", 8);
	fixture_fini(&f);
}

static void single_blocks(void)
{
	struct fixture f;
	struct mctl_lists *lists;

	prepare(&f);
	lists = f.table.lists;
	tap_expect_equal(lists[HOLE].mask, BIT(0) | BIT(4));
	tap_expect_equal(lists[HOLE].single, BIT(4));
	plant(&f, lists[HOLE].single, BIT(4) | BIT(0),
	      "buddy I1: list 1: nr_free: expected 0x1, found 0x8", 3);
	plant(&f, lists[HOLE].single, BIT(4) | BIT(7),
	      "buddy I11: pageblock 2: single: expected 0, found 0x80", 1);
	f.table.link[HOLE * 512 + 16] = (struct mctl_link){ MCTL_FN_NONE, MCTL_FN_NONE };
	plant(&f, lists[HOLE].single, 0, "buddy I11: pageblock 2: single: expected 0x1, found 0",
	      1);
	plant(&f, lists[0].single, 0, "buddy I11: pageblock 0: single: expected 0x1, found 0", 1);
	plant(&f, lists[0].mask, BIT(10) | BIT(0),
	      "buddy I11: pageblock 0: mask: expected 0x400, found 0x401", 2);
	fixture_fini(&f);
}

static void unmerged_buddies(void)
{
	struct fixture f;
	struct mctl_area *area = &f.buddy[1].area[MCTL_MT_MOVABLE];
	u32 fn = 2 * MCTL_SECTION_FRAMES;

	/* Split a free block by hand, links and counts included. */
	prepare(&f);
	f.table.state[fn] = MCTL_STATE(MCTL_KIND_FREE, 9);
	f.table.state[fn + 512] = MCTL_STATE(MCTL_KIND_FREE, 9);
	f.table.lists[4] = (struct mctl_lists){ 5, MCTL_FN_NONE, BIT(9), BIT(9), {} };
	f.table.lists[5] = (struct mctl_lists){ MCTL_FN_NONE, 4, BIT(9), BIT(9), {} };
	area->head[10] = MCTL_FN_NONE;
	area->nr_free[10] = 0;
	area->head[9] = 4;
	area->nr_free[9] = 2;
	area->mask = BIT(9);
	expect_found(&f, "buddy I4: frame 2048: free buddy: expected 0, found 0x1", 1);
	tap_expect_equal(fixture_check(&f), 1);
	fixture_fini(&f);
}

static void heads_without_list(void)
{
	struct fixture f;
	u32 fn;

	prepare(&f);
	for (fn = 0; f.table.state[fn] != MCTL_STATE(MCTL_KIND_USED, 0); fn++)
		;
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_FREE, 0),
	      "buddy I5: order 0: free heads: expected 0x8, found 0x9", 2);
	fn = fixture_first(&f, HOLE, 4);
	plant(&f, f.table.state[fn + 2], MCTL_STATE(MCTL_KIND_USED, 1),
	      "buddy I5: frame 1042: state: expected 0x10, found 0x41", 2);
	plant(&f, f.table.state[fn + 2], MCTL_STATE(MCTL_KIND_FREE, 1),
	      "buddy I5: frame 1042: state: expected 0x10, found 0x21", 3);
	plant(&f, f.table.state[fn + 2], MCTL_STATE(MCTL_KIND_ABSENT, 0),
	      "buddy I5: frame 1042: state: expected 0x10, found 0", 3);
	plant(&f, f.table.state[fn + 15], MCTL_STATE(MCTL_KIND_USED, 0),
	      "buddy I5: frame 1055: state: expected 0x10, found 0x40", 2);
	fixture_fini(&f);
}

static void masks(void)
{
	struct mctl_area *area;
	struct fixture f;

	prepare(&f);
	area = f.buddy[0].area;
	plant(&f, area[MCTL_MT_MOVABLE].mask, BIT(10),
	      "buddy I6: class 13: mask: expected 0x1, found 0", 1);
	plant(&f, area[MCTL_MT_UNMOVABLE].mask, BIT(3),
	      "buddy I6: class 9: mask: expected 0, found 0x1", 1);
	plant(&f, area[MCTL_MT_RECLAIMABLE].mask, BIT(15),
	      "buddy I6: migratetype 2: mask: expected 0, found 0x10", 1);
	plant(&f, area[MCTL_MT_MOVABLE].head[4], MCTL_FN_NONE,
	      "buddy I6: class 13: mask: expected 0, found 0x1", 7);
	fixture_fini(&f);
}

static void pageblocks(void)
{
	struct fixture f;

	prepare(&f);
	plant(&f, f.table.lists[HOLE].mask, BIT(0) | BIT(4) | BIT(7),
	      "buddy I7: pageblock 2: class: expected 0x4, found 0x7", 2);
	plant(&f, f.table.lists[HOLE].mask, BIT(0) | BIT(4) | BIT(15),
	      "buddy I7: pageblock 2: class: expected 0x4, found 0xf", 1);
	plant(&f, f.table.pageblock[4], MCTL_MT_UNMOVABLE,
	      "buddy I7: pageblock 4: migratetype: expected 0x1, found 0", 2);
	plant(&f, f.table.pageblock[5], MCTL_MT_RECLAIMABLE,
	      "buddy I7: pageblock 5: migratetype: expected 0x1, found 0x2", 2);
	plant(&f, f.table.pageblock[3], 3,
	      "table T5: pageblock 3: migratetype: expected 0x1, found 0x3", 1);
	plant(&f, f.table.pageblock[1], MCTL_PAGEBLOCK(1, MCTL_MT_MOVABLE),
	      "table T5: pageblock 1: zone: expected 0, found 0x1", 1);
	fixture_fini(&f);
}

static void states(void)
{
	struct fixture f;
	u32 fn;

	prepare(&f);
	for (fn = 0; f.table.state[fn] != MCTL_STATE(MCTL_KIND_USED, 0) || fn & 2; fn++)
		;
	plant(&f, f.table.state[fn], 0xf0, "table T1: frame 1024: kind: expected 0x4, found 0xf",
	      1);
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_USED, 11),
	      "table T1: frame 1024: order: expected 0xa, found 0xb", 1);
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_ABSENT, 1),
	      "table T1: frame 1024: order: expected 0, found 0x1", 3);
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_USED, 1),
	      "table T3: frame 1025: state: expected 0x10, found 0x20", 1);
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_TAIL, 0),
	      "table T3: frame 1024: state: expected 0x40, found 0x10", 1);
	plant(&f, f.table.state[fn + 2], MCTL_STATE(MCTL_KIND_USED, 2),
	      "table T2: frame 1026: alignment: expected 0, found 0x2", 1);
	plant(&f, f.table.state[MCTL_SECTION_FRAMES], MCTL_STATE(MCTL_KIND_USED, 6),
	      "table T2: frame 1024: order: expected 0x5, found 0x6", 1);
	fixture_fini(&f);
}

/* A count of free blocks that is one more, in each zone, order and migratetype. */
static void plant_count(struct fixture *f, struct mctl_area *area, unsigned int order,
			unsigned int mt)
{
	u32 nr = area->nr_free[order] + (order < MCTL_PAGEBLOCK_ORDER ? area->nr_each : 0);
	char wanted[128];

	snprintf(wanted, sizeof(wanted), "buddy I1: list %u: nr_free: expected %#x, found %#x",
		 order * MCTL_NR_MT + mt, nr, nr + 1);
	plant(f, area->nr_free[order], area->nr_free[order] + 1, wanted, 1);
}

/* A class that there is none of, in each zone and migratetype. */
static void plant_mask(struct fixture *f, u32 *mask, unsigned int mt)
{
	char wanted[128];

	for (unsigned int bit = MCTL_NR_ORDERS; bit < 16; bit++) {
		snprintf(wanted, sizeof(wanted),
			 "buddy I6: migratetype %u: mask: expected 0, found %#x", mt,
			 1U << (bit - MCTL_NR_ORDERS));
		plant(f, *mask, *mask | BIT(bit), wanted, 1);
	}
}

/* Of several things of a kind each is looked at: the first, those in the middle, the last. */
static void every_section_and_pageblock(void)
{
	const u32 last = 3 * MCTL_SECTION_FRAMES - 1;
	struct fixture f;

	prepare(&f);
	plant(&f, f.table.section[0].nr_frames, 1023,
	      "table T4: section 0: nr_frames: expected 0x400, found 0x3ff", 1);
	plant(&f, f.table.section[1].nr_frames, 33,
	      "table T4: section 1: nr_frames: expected 0x20, found 0x21", 1);
	plant(&f, f.table.section[2].nr_frames, 0,
	      "table T4: section 2: nr_frames: expected 0x400, found 0", 1);
	plant(&f, f.table.pageblock[0], 3,
	      "table T5: pageblock 0: migratetype: expected 0x1, found 0x3", 2);
	plant(&f, f.table.pageblock[2], 3,
	      "table T5: pageblock 2: migratetype: expected 0x1, found 0x3", 2);
	plant(&f, f.table.pageblock[5], MCTL_PAGEBLOCK(1, 3),
	      "table T5: pageblock 5: migratetype: expected 0x1, found 0x3", 2);
	plant(&f, f.table.pageblock[0], MCTL_PAGEBLOCK(1, MCTL_MT_MOVABLE),
	      "table T5: pageblock 0: zone: expected 0, found 0x1", 1);
	plant(&f, f.table.pageblock[2], MCTL_PAGEBLOCK(1, MCTL_MT_MOVABLE),
	      "table T5: pageblock 2: zone: expected 0, found 0x1", 1);
	plant(&f, f.table.pageblock[5], MCTL_PAGEBLOCK(0, MCTL_MT_MOVABLE),
	      "table T5: pageblock 5: zone: expected 0x1, found 0", 1);
	plant(&f, f.table.state[0], 0xf0, "table T1: frame 0: kind: expected 0x4, found 0xf", 1026);
	plant(&f, f.table.state[0], MCTL_STATE(MCTL_KIND_USED, 11),
	      "table T1: frame 0: order: expected 0xa, found 0xb", 1026);
	plant(&f, f.table.state[1], MCTL_STATE(MCTL_KIND_ABSENT, 0),
	      "table T3: frame 1: state: expected 0x10, found 0", 3);
	plant(&f, f.table.state[1023], MCTL_STATE(MCTL_KIND_USED, 0),
	      "table T3: frame 1023: state: expected 0x10, found 0x40", 2);
	plant(&f, f.table.state[2047], MCTL_STATE(MCTL_KIND_ABSENT, 1),
	      "table T1: frame 2047: order: expected 0, found 0x1", 1);
	plant(&f, f.table.state[2046], MCTL_STATE(MCTL_KIND_TAIL, 0),
	      "table T3: frame 2046: state: expected 0x40, found 0x10", 3);
	plant(&f, f.table.state[2048], 0xf0, "table T1: frame 2048: kind: expected 0x4, found 0xf",
	      1026);
	plant(&f, f.table.state[last], MCTL_STATE(MCTL_KIND_ABSENT, 15),
	      "table T3: frame 3071: state: expected 0x10, found 0xf", 3);
	plant(&f, f.table.section[0].zone, 1, "table T5: pageblock 0: zone: expected 0x1, found 0",
	      10);
	plant(&f, f.table.section[2].zone, 0, "table T5: pageblock 4: zone: expected 0, found 0x1",
	      10);
	fixture_fini(&f);
}

static void every_zone_and_list(void)
{
	struct fixture f;

	prepare(&f);
	for (unsigned int zone = 0; zone < 2; zone++) {
		for (unsigned int mt = 0; mt < MCTL_NR_MT; mt++) {
			struct mctl_area *area = &f.buddy[zone].area[mt];

			for (unsigned int order = 0; order < MCTL_NR_ORDERS; order++)
				plant_count(&f, area, order, mt);
			plant_mask(&f, &area->mask, mt);
		}
	}
	plant(&f, f.buddy[0].nr_free, f.buddy[0].nr_free - 1,
	      "buddy I1: zone 0: nr_free: expected 0x418, found 0x417", 1);
	plant(&f, f.buddy[1].nr_free, f.buddy[1].nr_free + 1,
	      "buddy I1: zone 1: nr_free: expected 0x400, found 0x401", 1);
	plant(&f, f.buddy[0].nr_frames, 0, "buddy I8: zone 0: nr_frames: expected 0x420, found 0",
	      1);
	plant(&f, f.buddy[1].nr_frames, f.buddy[1].nr_frames + 1,
	      "buddy I8: zone 1: nr_frames: expected 0x400, found 0x401", 1);
	plant(&f, f.table.lists[0].single, 0,
	      "buddy I11: pageblock 0: single: expected 0x1, found 0", 1);
	plant(&f, f.table.lists[4].single, 0,
	      "buddy I11: pageblock 4: single: expected 0x1, found 0", 1);
	plant(&f, f.table.lists[1].mask, BIT(2),
	      "buddy I10: zone 0: pageblocks: expected 0x2, found 0x3", 1);
	plant(&f, f.table.lists[5].mask, BIT(2),
	      "buddy I10: zone 1: pageblocks: expected 0x1, found 0x2", 1);
	plant(&f, f.buddy[1].area[MCTL_MT_MOVABLE].head[10], 6,
	      "buddy I9: pageblock 4294967295: next: expected 0xffffffff, found 0x6", 5);
	plant(&f, f.table.lists[4].prev, 0,
	      "buddy I9: pageblock 4: prev: expected 0xffffffff, found 0", 5);
	fixture_fini(&f);
}

/* Any frame of a block leads to its head, whatever the block is in use for. */
static void heads_of_frames(void)
{
	struct fixture f;
	u32 fn;

	prepare(&f);
	fn = mctl_buddy_alloc(&f.buddy[1], 5, MCTL_MT_MOVABLE, MCTL_KIND_SLAB);
	for (u32 i = 0; i < 32; i++)
		tap_expect_equal(mctl_table_head(&f.table, fn + i), fn);
	tap_expect_equal(mctl_table_head(&f.table, MCTL_SECTION_FRAMES + 40), MCTL_FN_NONE);
	plant(&f, f.table.state[fn + 9], MCTL_STATE(MCTL_KIND_FREE, 0),
	      "table T3: frame 2057: state: expected 0x10, found 0x20", 2);
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_SLAB, 4),
	      "table T3: frame 2064: state: expected 0x40, found 0x10", 16);
	fixture_fini(&f);
}

/* Flip one random bit somewhere in what the allocator reads. */
static void flip(struct fixture *f)
{
	struct {
		void *start;
		size_t size;
	} parts[] = {
		{ f->table.state, f->span },
		{ f->table.link, f->span * sizeof(*f->table.link) },
		{ f->table.pageblock, f->span >> MCTL_PAGEBLOCK_ORDER },
		{ f->table.lists, (f->span >> MCTL_PAGEBLOCK_ORDER) * sizeof(*f->table.lists) },
		{ f->buddy[0].area, sizeof(f->buddy[0].area) },
		{ f->table.section[1].orders, f->table.section[1].orders ? 1024 : 0 },
	};
	unsigned int part = tap_below(ARRAY_SIZE(parts));
	u8 *byte;

	if (!parts[part].size)
		return;
	byte = parts[part].start;
	byte += tap_below(parts[part].size);
	*byte ^= 1 << tap_below(8);
}

static void calls_stay_in_bounds(void)
{
	u64 nr_found = 0, nr_granted = 0;

	for (unsigned int i = 0; i < 300; i++) {
		struct mctl_report report = {};
		struct fixture f;

		prepare(&f);
		for (unsigned int j = 0; j < 400; j++) {
			u32 fn = tap_below(f.span);
			u8 state = f.table.state[fn];

			if (tap_below(10) == 0)
				flip(&f);
			if (tap_below(2)) {
				unsigned int order = tap_below(11);

				fn = mctl_buddy_alloc(&f.buddy[0], order, tap_below(3),
						      MCTL_KIND_USED);
				nr_granted += fn != MCTL_FN_NONE;
				tap_expect(fn == MCTL_FN_NONE || fn < f.span);
			} else if (mctl_state_kind(state) == MCTL_KIND_USED &&
				   mctl_state_order(state) <= MCTL_MAX_ORDER &&
				   !(fn & ((1U << mctl_state_order(state)) - 1))) {
				mctl_buddy_free(&f.buddy[0], fn, mctl_state_order(state));
			}
			mctl_table_head(&f.table, fn < f.span ? fn : 0);
		}
		mctl_table_check(&f.table, &report);
		mctl_buddy_check(&f.buddy[0], &report);
		nr_found += report.nr_problems != 0;
		fixture_fini(&f);
	}
	tap_note("%llu blocks granted; damage found in %llu of 300 zones",
		 (unsigned long long)nr_granted, (unsigned long long)nr_found);
	tap_expect(nr_found > 290 && nr_granted > 5000);
}

/*
 * The last frame in use of a pageblock comes back, and one of the nine blocks
 * that it would merge with at once is not where its list says: what is merged
 * ends there.
 */
static void damaged_heads_are_not_merged(void)
{
	for (unsigned int order = 1; order < MCTL_PAGEBLOCK_ORDER; order++) {
		struct fixture f;
		u32 fn;

		fixture_init(&f, 1, 1);
		fixture_add(&f, 0, MCTL_MAX_ORDER);
		fn = mctl_buddy_alloc(&f.buddy[0], 0, MCTL_MT_MOVABLE, MCTL_KIND_USED);
		tap_expect_equal(fn, 0);
		tap_expect_equal(f.table.lists[0].single, 511);
		f.table.lists[0].head[order] ^= 1;
		mctl_buddy_free(&f.buddy[0], fn, 0);
		tap_expect_equal(f.table.state[1U << order], MCTL_STATE(MCTL_KIND_FREE, order));
		tap_expect_equal(f.table.state[0], MCTL_STATE(MCTL_KIND_FREE, order));
		fixture_fini(&f);
	}
}

/* What does not point back is not written to: a pageblock between two stays where it is. */
static void damaged_neighbours_are_left_alone(void)
{
	static struct mctl_lists before[6];

	for (unsigned int side = 0; side < 2; side++) {
		struct fixture f;

		fixture_init(&f, 3, 3);
		for (u32 i = 0; i < 3; i++)
			fixture_add(&f, i * MCTL_SECTION_FRAMES, 9);
		/* The one added last is the first of the class: 4, 2, 0. */
		if (side)
			f.table.lists[4].next = 0;
		else
			f.table.lists[0].prev = 4;
		memcpy(before, f.table.lists, sizeof(before));
		tap_expect_equal(fixture_remove(&f, 1), -16);
		tap_expect(!memcmp(before, f.table.lists, sizeof(before)));
		tap_expect_equal(f.table.state[MCTL_SECTION_FRAMES], MCTL_STATE(MCTL_KIND_FREE, 9));
		fixture_fini(&f);
	}
}

/* A damaged list loses what cannot be told, and the zone works on with the rest. */
static void damaged_lists_are_not_granted_from(void)
{
	struct fixture f;
	u32 first, second;

	prepare(&f);
	first = nth_free(&f, 0);
	second = nth_free(&f, 1);
	f.table.state[first] = MCTL_STATE(MCTL_KIND_USED, 0);
	tap_expect_equal(mctl_buddy_alloc(&f.buddy[0], 0, MCTL_MT_MOVABLE, MCTL_KIND_USED), second);
	expect_found(&f, "buddy I1: list 1: nr_free: expected 0x6, found 0x7", 2);
	first = nth_free(&f, 0);
	f.table.link[first].next = f.span + 5;
	second = mctl_buddy_alloc(&f.buddy[0], 0, MCTL_MT_MOVABLE, MCTL_KIND_USED);
	tap_expect(second != first && second < f.span);
	fixture_fini(&f);
}

/* The same for a class: it loses the pageblock, and what stands behind it when that is damaged. */
static void damaged_classes_are_not_granted_from(void)
{
	struct mctl_area *area;
	struct fixture f;
	u32 fn;

	prepare(&f);
	area = &f.buddy[0].area[MCTL_MT_MOVABLE];
	/* No such pageblock. */
	area->head[10] = 6;
	tap_expect_equal(mctl_buddy_alloc(&f.buddy[0], 10, MCTL_MT_MOVABLE, MCTL_KIND_USED),
			 MCTL_FN_NONE);
	tap_expect_equal(area->head[10], MCTL_FN_NONE);
	expect_found(&f, "buddy I10: zone 0: pageblocks: expected 0x1, found 0x2", 4);
	/* Half of a pair. */
	area->head[10] = 1;
	area->mask |= BIT(10);
	f.table.lists[1] = f.table.lists[0];
	fn = mctl_buddy_alloc(&f.buddy[0], 0, MCTL_MT_UNMOVABLE, MCTL_KIND_USED);
	tap_expect(fn < f.span);
	/* Nothing in it. */
	f.table.lists[HOLE].mask = 0;
	fn = mctl_buddy_alloc(&f.buddy[0], 0, MCTL_MT_MOVABLE, MCTL_KIND_USED);
	tap_expect_equal(fn, MCTL_FN_NONE);
	tap_expect_equal(area->mask, 0);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TAP_TEST(counts),
	TAP_TEST(blocks_on_lists),
	TAP_TEST(links),
	TAP_TEST(links_of_pageblocks),
	TAP_TEST(pageblocks_without_class),
	TAP_TEST(single_blocks),
	TAP_TEST(unmerged_buddies),
	TAP_TEST(heads_without_list),
	TAP_TEST(masks),
	TAP_TEST(pageblocks),
	TAP_TEST(states),
	TAP_TEST(every_section_and_pageblock),
	TAP_TEST(every_zone_and_list),
	TAP_TEST(heads_of_frames),
	TAP_TEST(calls_stay_in_bounds),
	TAP_TEST(damaged_heads_are_not_merged),
	TAP_TEST(damaged_neighbours_are_left_alone),
	TAP_TEST(damaged_lists_are_not_granted_from),
	TAP_TEST(damaged_classes_are_not_granted_from),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
