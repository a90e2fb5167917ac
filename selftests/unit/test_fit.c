// SPDX-License-Identifier: GPL-2.0
/* LINK: core/fit.c core/fit_holes.c core/fit_list.c core/fit_segregated.c core/fit_bits.c */
/* LINK: core/fit_buddy.c core/fit_bitfield.c core/buddy.c core/buddy_alloc.c core/buddy_aside.c */
/* LINK: core/buddy_check.c core/table.c tap.c fit_fixture.c */
/*
 * The allocation policies: where each puts a request, foretold by an oracle
 * that knows only the owners of units; sequences of all kinds; known examples.
 */
#include <linux/minmax.h>
#include "fit_fixture.h"

/* Ask for each of @sizes, and give back those whose bit is set in @holes, by number. */
static void build(struct fixture *f, enum fit_policy policy, u32 nr, const u32 *sizes, u32 nr_sizes,
		  u64 holes)
{
	fixture_init(f, policy, nr);
	for (u32 i = 0; i < nr_sizes; i++)
		fixture_alloc(f, sizes[i]);
	for (u32 i = nr_sizes; i-- > 0;)
		if (holes & 1ULL << i)
			fixture_free(f, i);
}

/* The drawing at the head of fit_list.c. */
static void placed_as_drawn(void)
{
	static const u32 sizes[] = { 3, 2, 1, 4, 10, 41, 9, 2, 8 };
	static const u32 expected[NR_POLICIES] = {
		[BITMAP] = 3, [FIRST] = 3,	[NEXT] = 3, [BEST] = 3,
		[WORST] = 20, [SEGREGATED] = 3, [BOOT] = 3,
	};

	for (enum fit_policy policy = BITMAP; policy <= BOOT; policy++) {
		struct fixture f;

		build(&f, policy, 80, sizes, ARRAY_SIZE(sizes), 1 << 1 | 1 << 3 | 1 << 5 | 1 << 7);
		tap_expect_equal(fixture_alloc(&f, 2), expected[policy]);
		fixture_compare(&f);
		fixture_idle(&f);
		fixture_fini(&f);
	}
}

/* Tanenbaum's exercise: holes of 10, 4, 20, 18, 7, 9, 12, 15; 12, 10 and 9 are asked for. */
static void holes_of_a_textbook(void)
{
	static const u32 sizes[] = { 10, 1, 4, 1, 20, 1, 18, 1, 7, 1, 9, 1, 12, 1, 15, 1 };
	static const u32 asked[] = { 12, 10, 9 };
	/* Sizes of the holes that are taken from. */
	static const u32 expected[NR_POLICIES][3] = {
		[BITMAP] = { 20, 10, 18 }, [FIRST] = { 20, 10, 18 }, [NEXT] = { 20, 18, 9 },
		[BEST] = { 12, 10, 9 },	   [WORST] = { 20, 18, 15 },
	};

	for (enum fit_policy policy = BITMAP; policy <= WORST; policy++) {
		struct fixture f;

		/* The last grant ends behind the holes: next begins at the front. */
		build(&f, policy, 103, sizes, ARRAY_SIZE(sizes), 0x5555);
		for (u32 i = 0; i < ARRAY_SIZE(asked); i++) {
			u32 start = fixture_alloc(&f, asked[i]), at = 0, hole = 0;

			while (at + sizes[hole] <= start)
				at += sizes[hole++];
			tap_expect_equal(sizes[hole], expected[policy][i]);
		}
		fixture_fini(&f);
	}
}

static void expect_holes(const struct fixture *f, const u32 *sizes, u32 nr)
{
	struct mctl_fit_hole hole = {};

	for (u32 i = 0; i < nr; i++) {
		tap_expect(f->fit.ops->next_hole(&f->fit, &hole));
		tap_expect_equal(hole.nr, sizes[i]);
	}
	tap_expect(!f->fit.ops->next_hole(&f->fit, &hole));
}

/* 16 pages: 1 is asked for, 8+4+2+1 are left; 2, 8+4+1; the 1 comes back, 8+4+2. */
static void buddies_of_sixteen(void)
{
	struct fixture f;

	fixture_init(&f, BUDDY, 16);
	tap_expect_equal(fixture_alloc(&f, 1), 0);
	expect_holes(&f, (u32[]){ 1, 2, 4, 8 }, 4);
	tap_expect_equal(fixture_alloc(&f, 2), 2);
	expect_holes(&f, (u32[]){ 1, 4, 8 }, 3);
	fixture_free(&f, 0);
	expect_holes(&f, (u32[]){ 2, 4, 8 }, 3);
	fixture_idle(&f);
	expect_holes(&f, (u32[]){ 16 }, 1);
	fixture_fini(&f);
}

/* 65 pages take a block of 128; buddy grants up to 1024, bitfields up to 16384. */
static void granted_in_powers_of_two(void)
{
	const struct mctl_fit_ops *buddy = mctl_fit_policy(BUDDY),
				  *field = mctl_fit_policy(BITFIELD);
	struct fixture f;

	tap_expect_equal(buddy->grant(65), 128);
	tap_expect_equal(buddy->grant(1024), 1024);
	tap_expect_equal(buddy->grant(1025), 0);
	tap_expect_equal(field->grant(65), 128);
	tap_expect_equal(field->grant(16384), 16384);
	tap_expect_equal(field->grant(16385), 0);
	fixture_init(&f, BUDDY, 1000);
	expect_holes(&f, (u32[]){ 512, 256, 128, 64, 32, 8 }, 6);
	tap_expect_equal(fixture_alloc(&f, 65), 768);
	fixture_idle(&f);
	fixture_fini(&f);
}

/* 33 and 40 units are of one class, where the hole that came last is first; 32 of another. */
static void classes_by_size(void)
{
	struct fixture f;

	fixture_init(&f, SEGREGATED, 80);
	fixture_alloc(&f, 33);
	fixture_alloc(&f, 1);
	fixture_alloc(&f, 40);
	fixture_alloc(&f, 6);
	fixture_free(&f, 0);
	/* Run 0 is the last one now. */
	fixture_free(&f, 2);
	tap_expect_equal(fixture_alloc(&f, 33), 34);
	tap_expect_equal(fixture_alloc(&f, 32), 0);
	fixture_compare(&f);
	fixture_idle(&f);
	fixture_fini(&f);
}

/* With a field in each tree taken, requests go to the partly full trees in turn. */
static void trees_by_filling(void)
{
	struct fixture f;

	fixture_init(&f, BITFIELD, 4 * 16384);
	tap_expect_equal(fixture_alloc(&f, 16384), 0);
	tap_expect_equal(fixture_alloc(&f, 8192), 16384);
	tap_expect_equal(fixture_alloc(&f, 16384), 2 * 16384);
	tap_expect_equal(fixture_alloc(&f, 1), 16384 + 8192);
	tap_expect_equal(fixture_alloc(&f, 8192), 3 * 16384);
	tap_expect_equal(fixture_alloc(&f, 4096), 3 * 16384 + 8192);
	/* Almost full now, but it is the one that is reserved. */
	tap_expect_equal(fixture_alloc(&f, 4096), 3 * 16384 + 12288);
	tap_expect_equal(fixture_alloc(&f, 2), 16384 + 8192 + 2);
	fixture_compare(&f);
	fixture_idle(&f);
	fixture_fini(&f);
}

static void sizes_that_are_none(void)
{
	for (u32 i = 0; i < NR_POLICIES; i++) {
		const struct mctl_fit_ops *ops = mctl_fit_policy(i);

		tap_expect_equal(mctl_fit_size(ops, 0), 0);
		tap_expect(mctl_fit_size(ops, 1) > 0);
		tap_expect(mctl_fit_size(ops, MCTL_FIT_MAX_UNITS) > 0);
		tap_expect_equal(mctl_fit_size(ops, MCTL_FIT_MAX_UNITS + 1), 0);
		tap_expect(ops->help[0]);
	}
	tap_expect(!mctl_fit_policy(NR_POLICIES));
}

/* One unit, and all of them; a request for more. */
static void whole_and_single(void)
{
	static const u32 counts[] = { 1, 2, 63, 64, 65, 511, 512, 513, 1024, 1025, 16384, 16385 };

	for (u32 i = 0; i < ARRAY_SIZE(counts); i++) {
		for (enum fit_policy policy = 0; policy < NR_POLICIES; policy++) {
			struct fixture f;
			u32 nr = counts[i];

			fixture_init(&f, policy, nr);
			fixture_alloc(&f, nr);
			fixture_compare(&f);
			fixture_alloc(&f, 1);
			fixture_alloc(&f, nr + 1);
			fixture_alloc(&f, U32_MAX);
			fixture_compare(&f);
			fixture_idle(&f);
			fixture_alloc(&f, 1);
			fixture_alloc(&f, nr);
			fixture_compare(&f);
			fixture_idle(&f);
			fixture_fini(&f);
		}
	}
}

/* A digit of @code is a call: 0 to 4 ask for 1 to 5 units, 5 to 7 give a run back. */
static void play(enum fit_policy policy, u32 nr, u32 code, u32 depth)
{
	struct fixture f;

	fixture_init(&f, policy, nr);
	for (u32 i = 0; i < depth; i++, code /= 8) {
		if (code % 8 < 5)
			fixture_alloc(&f, code % 8 + 1);
		else if (code % 8 - 5 < f.nr_runs)
			fixture_free(&f, code % 8 - 5);
	}
	fixture_compare(&f);
	fixture_idle(&f);
	fixture_fini(&f);
}

static void every_short_sequence(void)
{
	u32 depth = getenv("LONG") ? 6 : 5;

	for (enum fit_policy policy = 0; policy < NR_POLICIES; policy++)
		for (u32 code = 0; code < 1U << 3 * depth && !tap_nr_failed; code++)
			play(policy, 9, code, depth);
}

/* Sizes as of a program: many small ones, a few large. */
static u32 some_size(u32 most)
{
	u32 size = 1 + tap_below(1 + tap_below(most));

	return tap_below(4) ? 1 + size % 9 : size;
}

static void random_calls(enum fit_policy policy, u32 nr, u32 most, u32 nr_calls)
{
	struct fixture f;

	fixture_init(&f, policy, nr);
	for (u32 i = 0; i < nr_calls && !tap_nr_failed; i++) {
		/* It fills, then empties, three times. */
		bool fills = i * 6 / nr_calls % 2 == 0;

		if (!f.nr_runs || tap_below(8) < (fills ? 5 : 3))
			fixture_alloc(&f, some_size(most));
		else
			fixture_free(&f, tap_below(f.nr_runs));
		if (tap_below(8) == 0 || nr < 100)
			fixture_compare(&f);
	}
	fixture_idle(&f);
	fixture_fini(&f);
}

static void among_random_calls(void)
{
	static const u32 counts[] = { 7, 64, 200, 700, 3000 };

	for (enum fit_policy policy = 0; policy < NR_POLICIES; policy++)
		for (u32 i = 0; i < ARRAY_SIZE(counts); i++)
			random_calls(policy, counts[i], counts[i] / 3 + 1, 1500);
}

/* Trees of bitfields are many here, and fields, chunks of buddy and classes too. */
static void among_many_units(void)
{
	random_calls(BITFIELD, 5 * 16384 + 700, 20000, 400);
	random_calls(BUDDY, 5 * 1024 + 77, 1100, 1000);
	random_calls(SEGREGATED, 5 * 16384, 9000, 400);
	random_calls(BOOT, 16384, 3000, 400);
}

static const struct tap_test tests[] = {
	TAP_TEST(placed_as_drawn),	TAP_TEST(holes_of_a_textbook),
	TAP_TEST(buddies_of_sixteen),	TAP_TEST(granted_in_powers_of_two),
	TAP_TEST(classes_by_size),	TAP_TEST(trees_by_filling),
	TAP_TEST(sizes_that_are_none),	TAP_TEST(whole_and_single),
	TAP_TEST(every_short_sequence), TAP_TEST(among_random_calls),
	TAP_TEST(among_many_units),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
