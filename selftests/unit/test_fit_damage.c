// SPDX-License-Identifier: GPL-2.0
/* LINK: core/fit.c core/fit_holes.c core/fit_list.c core/fit_segregated.c core/fit_bits.c */
/* LINK: core/fit_buddy.c core/fit_bitfield.c core/buddy.c core/buddy_alloc.c core/buddy_aside.c */
/* LINK: core/buddy_check.c core/table.c damage.c tap.c fit_fixture.c */
/* The allocation policies: for each line of their checks a planted fault that it finds. */
#include "core/fit_impl.h"
#include "damage.h"
#include "fit_fixture.h"

static struct fixture damaged;

/* 20 units: holes at 2 (3 units), 7 (1) and 12 (8). */
static void *prepare(enum fit_policy policy)
{
	fixture_fini(&damaged);
	fixture_init(&damaged, policy, 20);
	fixture_alloc(&damaged, 2);
	fixture_alloc(&damaged, 3);
	fixture_alloc(&damaged, 2);
	fixture_alloc(&damaged, 1);
	fixture_alloc(&damaged, 4);
	fixture_free(&damaged, 3);
	fixture_free(&damaged, 1);
	return damaged.storage;
}

/* The line is said, once, among @nr. */
static void expect_at(const char *wanted, u64 nr, int line)
{
	struct damage damage;

	damage_init(&damage, wanted);
	mctl_fit_check(&damaged.fit, &damage.report);
	damage_expect_at(&damage, nr, __FILE__, line);
}

#define expect_among(wanted, nr) expect_at(wanted, nr, __LINE__)
#define expect_found(wanted)	 expect_at(wanted, 1, __LINE__)

static void check_finds_counts(void)
{
	struct mctl_fit_map *map = prepare(BITMAP);

	damaged.fit.nr_free++;
	expect_among("fit C2: fit 0: nr_free: expected 0xc, found 0xd", 2);
	map = prepare(BITMAP);
	map->bits[0] |= 1 << 7;
	expect_among("fit B1: fit 0: bits: expected 0x8, found 0x9", 2);
	map = prepare(BITMAP);
	map->bits[0] &= ~(1ULL << 20);
	expect_found("fit B2: fit 0: bits behind the last: expected 0x2c, found 0x2b");
	map = prepare(BOOT);
	map->hint = 21;
	expect_found("fit B3: fit 0: hint: expected 0x14, found 0x15");
	prepare(BITMAP);
	damaged.fit.nr_blocks = 0;
	expect_found("fit C3: fit 0: nr_free: expected 0x14, found 0xc");
}

/* A policy that shows one hole twice, and then one behind the end. */
static bool same_hole(const struct mctl_fit *fit, struct mctl_fit_hole *hole)
{
	if (hole->start == 4)
		return false;
	*hole = (struct mctl_fit_hole){ hole->nr ? 4 : 6, 3 };
	return true;
}

static bool long_hole(const struct mctl_fit *fit, struct mctl_fit_hole *hole)
{
	if (hole->nr)
		return false;
	*hole = (struct mctl_fit_hole){ 12, 9 };
	return true;
}

static void no_check(const struct mctl_fit *fit, struct mctl_report *report)
{
}

static void check_finds_bad_holes(void)
{
	struct mctl_fit_ops ops = { .next_hole = same_hole, .check = no_check };

	prepare(BITMAP);
	damaged.fit.ops = &ops;
	damaged.fit.nr_free = 3;
	expect_found("fit C1: hole 4: start: expected 0x9, found 0x4");
	ops.next_hole = long_hole;
	damaged.fit.nr_free = 0;
	expect_found("fit C1: hole 12: units: expected 0x8, found 0x9");
	prepare(BITMAP);
}

static void check_finds_tags(void)
{
	struct mctl_fit_list *list = prepare(FIRST);

	list->holes.tag[4] = 2;
	expect_among("fit H1: block 2: last tag: expected 0x3, found 0x2", 5);
	list = prepare(FIRST);
	list->holes.tag[0] = 2;
	list->holes.tag[1] = 2;
	damaged.fit.nr_free += 2;
	damaged.fit.nr_blocks--;
	expect_among("fit H2: block 2: granted: expected 0x80000000, found 0", 3);
	list = prepare(FIRST);
	list->holes.nr_holes++;
	expect_found("fit H3: fit 0: nr_holes: expected 0x3, found 0x4");
	list = prepare(FIRST);
	damaged.fit.nr_blocks++;
	expect_found("fit H3: fit 0: nr_blocks: expected 0x3, found 0x4");
}

static void check_finds_lists(void)
{
	struct mctl_fit_list *list = prepare(NEXT);

	list->holes.next[2] = 12;
	expect_found("fit L1: hole 7: place: expected 0x7, found 0xc");
	list = prepare(NEXT);
	list->holes.prev[7] = MCTL_FIT_NONE;
	expect_found("fit L1: hole 7: prev: expected 0x2, found 0xffffffff");
	list = prepare(NEXT);
	list->holes.next[12] = 2;
	expect_found("fit L1: fit 0: end: expected 0xffffffff, found 0x2");
	list = prepare(NEXT);
	list->rover = 7;
	expect_found("fit L2: fit 0: rover: expected 0xc, found 0x7");
}

static void check_finds_classes(void)
{
	struct mctl_fit_classes *classes = prepare(SEGREGATED);

	classes->head[2] = 7;
	expect_among("fit S1: hole 7: class: expected 0x2, found 0", 2);
	classes = prepare(SEGREGATED);
	classes->holes.prev[7] = 2;
	expect_found("fit S1: hole 7: prev: expected 0xffffffff, found 0x2");
	classes = prepare(SEGREGATED);
	classes->head[0] = MCTL_FIT_NONE;
	expect_among("fit S2: fit 0: holes on lists: expected 0x3, found 0x2", 2);
	classes = prepare(SEGREGATED);
	classes->mask |= 1 << 4;
	expect_found("fit S3: class 4: mask: expected 0, found 0x1");
}

static void check_finds_zones(void)
{
	struct mctl_fit_zone *zone = prepare(BUDDY);

	zone->buddy.nr_frames++;
	expect_among("fit Y1: fit 0: nr_units: expected 0x14, found 0x15", 2);
	zone = prepare(BUDDY);
	zone->buddy.nr_free++;
	expect_among("fit Y1: fit 0: nr_free: expected 0xc, found 0xd", 2);
}

static void check_finds_trees(void)
{
	struct mctl_fit_trees *trees = prepare(BITFIELD);

	trees->in_field[0]++;
	expect_among("fit F1: field 0: count: expected 0xc, found 0xd", 3);
	trees = prepare(BITFIELD);
	trees->in_tree[0]++;
	expect_found("fit F2: tree 0: count: expected 0xc, found 0xd");
	trees = prepare(BITFIELD);
	damaged.fit.nr_free++;
	expect_among("fit F3: fit 0: nr_free: expected 0xc, found 0xd", 2);
	trees = prepare(BITFIELD);
	trees->bits[0] &= ~(1ULL << 20);
	trees->in_field[0]++;
	trees->in_tree[0]++;
	expect_among("fit F4: fit 0: bits behind the last: expected 0x1ec, found 0x1eb", 2);
	trees = prepare(BITFIELD);
	trees->reserved = 1;
	expect_found("fit F5: fit 0: reserved: expected 0, found 0x1");
}

static const struct tap_test tests[] = {
	TAP_TEST(check_finds_counts), TAP_TEST(check_finds_bad_holes), TAP_TEST(check_finds_tags),
	TAP_TEST(check_finds_lists),  TAP_TEST(check_finds_classes),   TAP_TEST(check_finds_zones),
	TAP_TEST(check_finds_trees),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
