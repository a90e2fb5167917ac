// SPDX-License-Identifier: GPL-2.0
/* LINK: core/buddy.c core/buddy_check.c core/table.c */
/*
 * Damage: each invariant is broken on purpose, and its check must say so by
 * name, and must be silent once it is repaired. And with any bits of the
 * records flipped, calls must stay inside the records (the sanitizers watch).
 */
#include <linux/bits.h>
#include "buddy_fixture.h"

/* What a check must find, and what it found. */
struct wanted {
	const char *invariant;
	const char *field;
	bool seen;
};

static void compare_name(struct mctl_report *report, const struct mctl_problem *problem)
{
	struct wanted *wanted = report->context;

	if (!strcmp(problem->invariant, wanted->invariant) &&
	    !strcmp(problem->field, wanted->field))
		wanted->seen = true;
}

/* Is the invariant reported as broken in that field? */
static bool finds(const struct fixture *f, const char *invariant, const char *field)
{
	struct wanted wanted = { .invariant = invariant, .field = field };
	struct mctl_report report = { .found = compare_name, .context = &wanted };

	mctl_table_check(&f->table, &report);
	mctl_buddy_check(&f->buddy[0], &report);
	mctl_buddy_check(&f->buddy[1], &report);
	tap_expect(report.nr_checks > report.nr_problems);
	if (!wanted.seen)
		tap_note("%s %s not found among %llu problems", invariant, field,
			 (unsigned long long)report.nr_problems);
	return wanted.seen;
}

/* Break @lvalue, expect the invariant by name, repair it, expect silence. */
#define plant(f, lvalue, value, invariant, field)         \
	do {                                              \
		__typeof__(lvalue) _plant_old = (lvalue); \
		(lvalue) = (value);                       \
		tap_expect(_plant_old != (lvalue));       \
		tap_expect(finds(f, invariant, field));   \
		(lvalue) = _plant_old;                    \
		tap_expect_equal(fixture_check(f), 0);    \
	} while (0)

/* Blocks in use at 0, 2, 4, ... 14 of order 0; the other half of each pair is free. */
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
	u32 fn = f->buddy[0].area[0].head[MCTL_MT_MOVABLE];

	while (n--)
		fn = f->table.link[fn].next;
	return fn;
}

static void counts(void)
{
	struct fixture f;

	prepare(&f);
	plant(&f, f.buddy[0].nr_free, f.buddy[0].nr_free + 1, "buddy I1", "nr_free");
	plant(&f, f.buddy[0].nr_free, 0, "buddy I1", "nr_free");
	plant(&f, f.buddy[0].area[0].nr_free[MCTL_MT_MOVABLE], 7, "buddy I1", "nr_free");
	plant(&f, f.buddy[0].nr_frames, f.buddy[0].nr_frames - 1, "buddy I8", "nr_frames");
	plant(&f, f.table.section[1].nr_frames, 31, "table T4", "nr_frames");
	fixture_fini(&f);
}

static void blocks_on_lists(void)
{
	struct fixture f;
	u32 fn;

	prepare(&f);
	fn = nth_free(&f, 3);
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_USED, 0), "buddy I2", "state");
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_FREE, 1), "buddy I2", "state");
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_ABSENT, 0), "buddy I2", "state");
	plant(&f, f.table.section[fn >> MCTL_SECTION_SHIFT].zone, 1, "buddy I2", "zone");
	plant(&f, f.table.section[1].orders[16], 3, "buddy I2", "chunk order");
	/* A misaligned block: the head of a list of order 5 moved by one frame. */
	fn = f.buddy[0].area[4].head[MCTL_MT_MOVABLE];
	f.table.link[fn + 1] = f.table.link[fn];
	plant(&f, f.buddy[0].area[4].head[MCTL_MT_MOVABLE], fn + 1, "buddy I2", "alignment");
	fixture_fini(&f);
}

static void links(void)
{
	struct fixture f;
	u32 fn;

	prepare(&f);
	fn = nth_free(&f, 2);
	plant(&f, f.table.link[fn].prev, MCTL_FN_NONE, "buddy I3", "prev");
	plant(&f, f.table.link[fn].prev, fn, "buddy I3", "prev");
	plant(&f, f.table.link[fn].next, f.span, "buddy I3", "next");
	plant(&f, f.table.link[fn].next, 0x80000000, "buddy I3", "next");
	plant(&f, f.table.link[fn].next, fn, "buddy I3", "prev");
	plant(&f, f.table.link[fn].next, nth_free(&f, 0), "buddy I3", "prev");
	plant(&f, f.table.link[fn].next, MCTL_FN_NONE, "buddy I1", "nr_free");
	plant(&f, f.buddy[0].area[0].head[MCTL_MT_MOVABLE], MCTL_FN_NONE, "buddy I1", "nr_free");
	plant(&f, f.buddy[0].area[0].head[MCTL_MT_MOVABLE], nth_free(&f, 1), "buddy I3", "prev");
	fixture_fini(&f);
}

static void unmerged_buddies(void)
{
	struct fixture f;
	u32 fn, half;

	/* Split a free block by hand, links and counts included. */
	prepare(&f);
	fn = f.buddy[1].area[MCTL_MAX_ORDER].head[MCTL_MT_MOVABLE];
	half = fn + 512;
	f.table.state[fn] = MCTL_STATE(MCTL_KIND_FREE, 9);
	f.table.state[half] = MCTL_STATE(MCTL_KIND_FREE, 9);
	f.table.link[fn] = (struct mctl_link){ .next = half, .prev = MCTL_FN_NONE };
	f.table.link[half] = (struct mctl_link){ .next = MCTL_FN_NONE, .prev = fn };
	f.buddy[1].area[10].head[MCTL_MT_MOVABLE] = MCTL_FN_NONE;
	f.buddy[1].area[10].nr_free[MCTL_MT_MOVABLE] = 0;
	f.buddy[1].area[9].head[MCTL_MT_MOVABLE] = fn;
	f.buddy[1].area[9].nr_free[MCTL_MT_MOVABLE] = 2;
	f.buddy[1].mask[MCTL_MT_MOVABLE] = BIT(9);
	tap_expect(finds(&f, "buddy I4", "free buddy"));
	fixture_fini(&f);
}

static void heads_without_list(void)
{
	struct fixture f;
	u32 fn;

	prepare(&f);
	for (fn = 0; f.table.state[fn] != MCTL_STATE(MCTL_KIND_USED, 0); fn++)
		;
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_FREE, 0), "buddy I5", "free heads");
	fn = f.buddy[0].area[6].head[MCTL_MT_MOVABLE];
	plant(&f, f.table.state[fn + 2], MCTL_STATE(MCTL_KIND_USED, 1), "buddy I5", "state");
	plant(&f, f.table.state[fn + 2], MCTL_STATE(MCTL_KIND_FREE, 1), "buddy I5", "state");
	plant(&f, f.table.state[fn + 2], MCTL_STATE(MCTL_KIND_ABSENT, 0), "buddy I5", "state");
	fixture_fini(&f);
}

static void masks(void)
{
	struct fixture f;

	prepare(&f);
	plant(&f, f.buddy[0].mask[MCTL_MT_MOVABLE], f.buddy[0].mask[MCTL_MT_MOVABLE] & ~BIT(0),
	      "buddy I6", "mask");
	plant(&f, f.buddy[0].mask[MCTL_MT_UNMOVABLE], BIT(3), "buddy I6", "mask");
	plant(&f, f.buddy[0].mask[MCTL_MT_RECLAIMABLE], BIT(15), "buddy I6", "mask");
	fixture_fini(&f);
}

static void pageblocks(void)
{
	struct fixture f;

	prepare(&f);
	plant(&f, f.table.pageblock[4], MCTL_MT_UNMOVABLE, "buddy I7", "migratetype");
	plant(&f, f.table.pageblock[5], MCTL_MT_RECLAIMABLE, "buddy I7", "migratetype");
	plant(&f, f.table.pageblock[3], 3, "table T5", "migratetype");
	plant(&f, f.table.pageblock[1], MCTL_PAGEBLOCK(1, MCTL_MT_MOVABLE), "table T5", "zone");
	fixture_fini(&f);
}

static void states(void)
{
	struct fixture f;
	u32 fn;

	prepare(&f);
	for (fn = 0; f.table.state[fn] != MCTL_STATE(MCTL_KIND_USED, 0) || fn & 2; fn++)
		;
	plant(&f, f.table.state[fn], 0xf0, "table T1", "kind");
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_USED, 11), "table T1", "order");
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_ABSENT, 1), "table T1", "order");
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_USED, 1), "table T3", "state");
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_TAIL, 0), "table T3", "state");
	plant(&f, f.table.state[fn + 2], MCTL_STATE(MCTL_KIND_USED, 2), "table T2", "alignment");
	plant(&f, f.table.state[MCTL_SECTION_FRAMES], MCTL_STATE(MCTL_KIND_USED, 6), "table T2",
	      "order");
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
	plant(&f, f.table.state[fn + 9], MCTL_STATE(MCTL_KIND_FREE, 0), "table T3", "state");
	plant(&f, f.table.state[fn], MCTL_STATE(MCTL_KIND_SLAB, 4), "table T3", "state");
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
		{ f->buddy[0].area, sizeof(f->buddy[0].area) },
		{ f->buddy[0].mask, sizeof(f->buddy[0].mask) },
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
	tap_expect(finds(&f, "buddy I1", "nr_free"));
	first = nth_free(&f, 0);
	f.table.link[first].next = f.span + 5;
	second = mctl_buddy_alloc(&f.buddy[0], 0, MCTL_MT_MOVABLE, MCTL_KIND_USED);
	tap_expect(second != first && second < f.span);
	fixture_fini(&f);
}

static const struct tap_test tests[] = {
	TAP_TEST(counts),
	TAP_TEST(blocks_on_lists),
	TAP_TEST(links),
	TAP_TEST(unmerged_buddies),
	TAP_TEST(heads_without_list),
	TAP_TEST(masks),
	TAP_TEST(pageblocks),
	TAP_TEST(states),
	TAP_TEST(heads_of_frames),
	TAP_TEST(calls_stay_in_bounds),
	TAP_TEST(damaged_lists_are_not_granted_from),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
