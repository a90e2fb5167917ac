// SPDX-License-Identifier: GPL-2.0
/* LINK: core/vma.c damage.c tap.c vma_fixture.c */
/*
 * The vmas of a region against an oracle: random calls, every call on every
 * state of four pages, with every amount of room, and one planted fault for
 * each line of the check.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include "damage.h"
#include "vma_fixture.h"

/* --- tests -------------------------------------------------------------------------------- */

static struct arguments random_arguments(u32 nr_pages)
{
	struct arguments a = {
		.call = tap_below(NR_CALLS),
		.first = tap_below(nr_pages),
		.rights = tap_below(3) ? RW : tap_below(8),
		.set = tap_below(4) ? 0 : BIT(tap_below(2)),
		.clear = tap_below(4),
	};

	a.nr = 1 + tap_below(min(nr_pages - a.first, tap_below(4) ? 6U : nr_pages));
	if (tap_below(2)) {
		a.file = &files[tap_below(2)];
		/* Mostly so that neighbours go on. */
		a.offset = a.first + (tap_below(4) ? 0 : tap_below(3));
	}
	return a;
}

static void random_calls(void)
{
	u32 nr_calls = 0, nr_refused[256] = {};
	static struct set s;

	while (nr_calls < 1200000) {
		u32 nr_pages = 1 + tap_below(MAX_PAGES), rounds = 1 + tap_below(4000);

		set_init(&s, nr_pages, tap_below(4) ? tap_below(MAX_PAGES) : tap_below(4));
		for (; rounds; rounds--, nr_calls++) {
			struct arguments a = random_arguments(nr_pages);

			nr_refused[-step(&s, &a)]++;
			expect_lookup(&s, tap_below(nr_pages));
			if (tap_below(16))
				continue;
			expect_gap(&s, 1 + tap_below(nr_pages), 1U << tap_below(4));
			expect_walk(&s, a.first, a.nr);
		}
		if (tap_nr_failed)
			break;
	}
	tap_note("%u calls: %u done, %u EEXIST, %u ENOENT, %u ENOMEM", nr_calls, nr_refused[0],
		 nr_refused[EEXIST], nr_refused[ENOENT], nr_refused[ENOMEM]);
	tap_expect(nr_refused[EEXIST] && nr_refused[ENOENT] && nr_refused[ENOMEM]);
}

/* The kinds of page that a state is made of. */
#define NR_KINDS 7

static struct page page_of_kind(u32 kind, u32 index)
{
	struct page page = { .there = kind, .rights = kind % 2 ? MCTL_VMA_R : RW };

	if (!kind)
		return (struct page){};
	if (kind >= 3) {
		page.file = files;
		page.file_page = kind >= 5 ? index : 0;
	}
	return page;
}

/* All calls with all ranges that a state of four pages can be asked. Return: how many. */
static u32 calls_on(struct set *s, const struct page *page, u32 capacity)
{
	u32 nr_calls = 0;

	for (u32 range = 0; range < 16; range++) {
		u32 first = range / 4, nr = 1 + range % 4;

		for (u32 call = 0; first + nr <= 4 && call < 18; call++) {
			struct arguments a = {
				.call = call < 6  ? ADD :
					call < 12 ? REPLACE :
						    REMOVE,
				.first = first,
				.nr = nr,
				.rights = call % 2 ? MCTL_VMA_R : RW,
				.file = call % 6 < 2 ? NULL : files,
				.offset = call % 6 < 4 ? 0 : first,
			};

			if (call > 12) {
				a.call = call < 15 ? PROTECT : FLAGS;
				a.set = call == 15;
				a.clear = call == 16;
			}
			if (!a.file)
				a.offset = 0;
			memcpy(s->page, page, 4 * sizeof(*page));
			s->vmas.nr = vmas_of(page, 4, s->storage);
			s->vmas.capacity = max(capacity, s->vmas.nr);
			s->vmas.nr_pages = 0;
			for (u32 i = 0; i < 4; i++)
				s->vmas.nr_pages += page[i].there;
			step(s, &a);
			nr_calls++;
		}
	}
	return nr_calls;
}

static void every_call_on_every_state(void)
{
	u32 nr_states = 1, nr_calls = 0;
	static struct set s;

	set_init(&s, 4, 4);
	for (u32 i = 0; i < 4; i++)
		nr_states *= NR_KINDS;
	for (u32 state = 0; state < nr_states && !tap_nr_failed; state++) {
		struct page page[4];
		u32 rest = state;

		for (u32 i = 0; i < 4; i++, rest /= NR_KINDS)
			page[i] = page_of_kind(rest % NR_KINDS, i);
		for (u32 capacity = 0; capacity <= 4; capacity++)
			nr_calls += calls_on(&s, page, capacity);
	}
	tap_note("%u states, %u calls", nr_states, nr_calls);
}

static void refuses_bad_ranges(void)
{
	static const struct {
		u64 start, end;
	} bad[] = {
		{ BASE, BASE },
		{ BASE + PAGE, BASE },
		{ BASE + 1, BASE + PAGE },
		{ BASE, BASE + PAGE + 8 },
		{ BASE - PAGE, BASE + PAGE },
		{ BASE, BASE + 5 * PAGE },
		{ BASE + 4 * PAGE, BASE + 5 * PAGE },
		{ 0, U64_MAX },
		{ 0, 0 },
	};
	struct arguments all = { .call = ADD, .nr = 4, .rights = RW };
	static struct set s;

	set_init(&s, 4, 4);
	tap_expect_equal(step(&s, &all), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		u64 start = bad[i].start, end = bad[i].end;
		struct mctl_vma vma = { .start = start, .end = end };

		tap_expect_equal(mctl_vma_add(&s.vmas, &vma), -EINVAL);
		tap_expect_equal(mctl_vma_replace(&s.vmas, &vma), -EINVAL);
		tap_expect_equal(mctl_vma_remove(&s.vmas, start, end), -EINVAL);
		tap_expect_equal(mctl_vma_protect(&s.vmas, start, end, 0), -EINVAL);
		tap_expect_equal(mctl_vma_set_flags(&s.vmas, start, end, 1, 0), -EINVAL);
	}
	tap_expect(s.vmas.nr == 1 && s.storage[0].rights == RW && s.vmas.nr_pages == 4);
}

static void refuses_bad_vmas(void)
{
	struct mctl_vma good = { .start = BASE, .end = BASE + 2 * PAGE, .rights = RW }, vma;
	static struct set s;

	set_init(&s, 4, 4);
	vma = good;
	vma.rights = 8;
	tap_expect_equal(mctl_vma_add(&s.vmas, &vma), -EINVAL);
	tap_expect_equal(mctl_vma_replace(&s.vmas, &vma), -EINVAL);
	vma = good;
	vma.offset = 1;
	tap_expect_equal(mctl_vma_add(&s.vmas, &vma), -EINVAL);
	vma.file = files;
	vma.offset = U64_MAX - 1;
	tap_expect_equal(mctl_vma_add(&s.vmas, &vma), -EINVAL);
	vma.offset = U64_MAX - 2;
	tap_expect_equal(mctl_vma_add(&s.vmas, &vma), 0);
	tap_expect_equal(mctl_vma_protect(&s.vmas, BASE, BASE + PAGE, 8), -EINVAL);
	tap_expect_equal(s.vmas.nr, 1);
}

static void refuses_bad_sets(void)
{
	struct mctl_vma storage[1];
	struct mctl_vmas vmas;

	tap_expect_equal(mctl_vmas_init(&vmas, PAGE, PAGE, storage, 1), -EINVAL);
	tap_expect_equal(mctl_vmas_init(&vmas, 2 * PAGE, PAGE, storage, 1), -EINVAL);
	tap_expect_equal(mctl_vmas_init(&vmas, 1, PAGE, storage, 1), -EINVAL);
	tap_expect_equal(mctl_vmas_init(&vmas, 0, PAGE - 1, storage, 1), -EINVAL);
	tap_expect_equal(mctl_vmas_init(&vmas, 0, -PAGE, storage, 1), 0);
	tap_expect_equal(mctl_vma_gap(&vmas, -PAGE / PAGE, PAGE), 0);
	tap_expect_equal(mctl_vma_gap(&vmas, U64_MAX, PAGE), vmas.end);
	tap_expect_equal(mctl_vma_gap(&vmas, 1, 1ULL << 63), 0);
}

/* A whole address space can be one vma, and its last page be cut off. */
static void reaches_the_ends(void)
{
	struct mctl_vma storage[2], vma = { .end = -PAGE, .rights = RW };
	struct mctl_report report = {};
	struct mctl_vmas vmas;

	tap_expect_equal(mctl_vmas_init(&vmas, 0, -PAGE, storage, 2), 0);
	tap_expect_equal(mctl_vma_add(&vmas, &vma), 0);
	tap_expect_equal(mctl_vma_protect(&vmas, -2 * PAGE, -PAGE, MCTL_VMA_R), 0);
	tap_expect_equal(vmas.nr, 2);
	tap_expect(mctl_vma_lookup(&vmas, -PAGE - 1) == &storage[1]);
	tap_expect(!mctl_vma_lookup(&vmas, -PAGE));
	tap_expect(!mctl_vma_find(&vmas, U64_MAX));
	mctl_vma_check(&vmas, &report);
	tap_expect_equal(report.nr_problems, 0);
}

static void copies_and_moves(void)
{
	struct arguments a = { .call = ADD, .nr = 2, .rights = RW };
	struct mctl_vma more[8], one[1];
	static struct set s, to, other;

	set_init(&s, 16, 4);
	for (; a.first < 16; a.first += 4)
		tap_expect_equal(step(&s, &a), 0);
	a.first = 2;
	tap_expect_equal(step(&s, &a), 0);
	a.first = 7;
	a.nr = 1;
	a.rights = MCTL_VMA_X;
	tap_expect_equal(step(&s, &a), 0);
	tap_expect_equal(s.vmas.nr, 4);
	a.first = 14;
	tap_expect_equal(step(&s, &a), -ENOMEM);
	tap_expect(!mctl_vmas_move(&s.vmas, one, 1));
	tap_expect(mctl_vmas_move(&s.vmas, more, 8) == s.storage);
	tap_expect_equal(make_call(&s.vmas, &a), 0);
	tap_expect_equal(s.vmas.nr, 5);

	set_init(&to, 16, 4);
	tap_expect_equal(mctl_vmas_copy(&to.vmas, &s.vmas), -ENOMEM);
	tap_expect_equal(to.vmas.nr, 0);
	to.vmas.capacity = 5;
	tap_expect_equal(mctl_vmas_copy(&to.vmas, &s.vmas), 0);
	tap_expect(to.vmas.nr == 5 && same_vmas(to.storage, more, 5) &&
		   to.vmas.nr_pages == s.vmas.nr_pages);
	set_init(&other, 15, 8);
	tap_expect_equal(mctl_vmas_copy(&other.vmas, &s.vmas), -EINVAL);
}

/* A vma of the set itself may be what is put elsewhere in it. */
static void replaces_with_its_own(void)
{
	struct arguments a = { .call = ADD, .nr = 1, .rights = RW };
	static struct set s;
	struct mctl_vma *vma;

	set_init(&s, 8, 8);
	for (; a.first < 8; a.first += 2)
		tap_expect_equal(step(&s, &a), 0);
	vma = mctl_vma_lookup(&s.vmas, address_of(4));
	vma->rights = MCTL_VMA_R;
	tap_expect_equal(mctl_vma_replace(&s.vmas, vma), 0);
	tap_expect_equal(mctl_vma_lookup(&s.vmas, address_of(4))->rights, MCTL_VMA_R);
	tap_expect_equal(s.vmas.nr, 4);
}

/* --- planted faults ----------------------------------------------------------------------- */

static struct set damaged;
/* Three vmas: anonymous [0, 2), file [2, 4), file [6, 8) that goes on elsewhere. */
static void prepare(void)
{
	const struct arguments a[] = {
		{ .call = ADD, .first = 0, .nr = 2, .rights = RW },
		{ .call = ADD, .first = 2, .nr = 2, .rights = RW, .file = files, .offset = 7 },
		{ .call = ADD, .first = 6, .nr = 2, .rights = RW, .file = files, .offset = 9 },
	};

	set_init(&damaged, 9, 4);
	for (size_t i = 0; i < ARRAY_SIZE(a); i++)
		tap_expect_equal(step(&damaged, &a[i]), 0);
	tap_expect_equal(damaged.vmas.nr, 3);
}

/* The line is said, once, and beside it no more than the number of pages may be wrong. */
static void expect_found_at(const char *wanted, u64 nr_problems, int line)
{
	struct damage damage;

	damage_init(&damage, wanted);
	mctl_vma_check(&damaged.vmas, &damage.report);
	damage_expect_at(&damage, nr_problems, __FILE__, line);
}

#define expect_found(wanted, nr_problems) expect_found_at(wanted, nr_problems, __LINE__)

/* What looks like damage is none. */
static void expect_sound(void)
{
	struct mctl_report report = {};

	mctl_vma_check(&damaged.vmas, &report);
	tap_expect_equal(report.nr_problems, 0);
}

static void check_finds_bad_ranges(void)
{
	struct mctl_vma *vma = damaged.storage;

	prepare();
	vma[2].end += 1;
	expect_found("vma I1: vma 2: whole pages: expected 0x1, found 0", 1);
	prepare();
	vma[2].start -= 8;
	expect_found("vma I1: vma 2: whole pages: expected 0x1, found 0", 1);
	prepare();
	vma[2].end = vma[2].start;
	expect_found("vma I1: vma 2: starts before it ends: expected 0x1, found 0", 2);
	prepare();
	vma[0].start -= PAGE;
	expect_found("vma I1: vma 0: inside of the region: expected 0x1, found 0", 2);
	prepare();
	vma[2].end += 2 * PAGE;
	expect_found("vma I1: vma 2: inside of the region: expected 0x1, found 0", 2);
}

static void check_finds_overlap(void)
{
	struct mctl_vma *vma = damaged.storage;

	prepare();
	vma[0].end += PAGE;
	expect_found("vma I2: vma 1: starts behind the one before: expected 0x1, found 0", 2);
	prepare();
	vma[2].start -= 3 * PAGE;
	expect_found("vma I2: vma 2: starts behind the one before: expected 0x1, found 0", 2);
	prepare();
	swap(vma[1], vma[2]);
	expect_found("vma I2: vma 2: starts behind the one before: expected 0x1, found 0", 1);
}

static void check_finds_what_was_not_joined(void)
{
	struct mctl_vma *vma = damaged.storage;

	prepare();
	vma[1].file = NULL;
	vma[1].offset = 0;
	expect_found("vma I3: vma 1: goes on from the one before: expected 0, found 0x1", 1);
	prepare();
	vma[2].start -= 2 * PAGE;
	expect_found("vma I3: vma 2: goes on from the one before: expected 0, found 0x1", 2);
}

/* A number that is not what it should be, in one of the vmas. */
static void expect_number(u32 index, const char *invariant, const char *field, u64 expected,
			  u64 found)
{
	char wanted[160];

	snprintf(wanted, sizeof(wanted), "vma %s %u: %s: expected %#llx, found %#llx", invariant,
		 index, field, (unsigned long long)expected, (unsigned long long)found);
	expect_found(wanted, 1);
}

static void check_finds_bad_rights(void)
{
	for (u32 index = 0; index < 3; index++) {
		for (u32 bit = 3; bit < 32; bit++) {
			prepare();
			damaged.storage[index].rights |= BIT(bit);
			expect_number(index, "I4: vma", "other rights", 0, BIT(bit));
		}
	}
}

static void check_finds_bad_offsets(void)
{
	for (u32 bit = 0; bit < 64; bit++) {
		prepare();
		damaged.storage[0].offset = BIT_ULL(bit);
		expect_number(0, "I5: vma", "offset", 0, BIT_ULL(bit));
	}
	for (u32 index = 1; index < 3; index++) {
		prepare();
		damaged.storage[index].offset = U64_MAX - 1;
		expect_number(index, "I5: vma", "file pages have numbers", 1, 0);
		prepare();
		damaged.storage[index].offset = U64_MAX - 2;
		expect_sound();
	}
}

static void check_finds_bad_counts(void)
{
	prepare();
	damaged.vmas.nr = 5;
	expect_found("vma I6: vmas 0: more than there is room for: expected 0, found 0x1", 1);
	prepare();
	damaged.vmas.capacity = 2;
	expect_found("vma I6: vmas 0: more than there is room for: expected 0, found 0x1", 1);
	prepare();
	damaged.vmas.capacity = 3;
	expect_sound();
	for (u32 bit = 0; bit < 64; bit++) {
		prepare();
		damaged.vmas.nr_pages ^= BIT_ULL(bit);
		expect_number(0, "I7: vmas", "nr_pages", 6, 6 ^ BIT_ULL(bit));
	}
}

/* The first, the one in the middle and the last are looked at. */
static void check_looks_at_every_vma(void)
{
	struct mctl_vma *vma = damaged.storage;

	prepare();
	vma[0].start += 1;
	expect_found("vma I1: vma 0: whole pages: expected 0x1, found 0", 2);
	prepare();
	vma[1].end -= 1;
	expect_found("vma I1: vma 1: whole pages: expected 0x1, found 0", 2);
	prepare();
	vma[1].start = vma[1].end;
	expect_found("vma I1: vma 1: starts before it ends: expected 0x1, found 0", 2);
	prepare();
	vma[0].end = vma[0].start;
	expect_found("vma I1: vma 0: starts before it ends: expected 0x1, found 0", 2);
	prepare();
	vma[1].start -= PAGE;
	expect_found("vma I2: vma 1: starts behind the one before: expected 0x1, found 0", 2);
	prepare();
	vma[1].end += 3 * PAGE;
	expect_found("vma I2: vma 2: starts behind the one before: expected 0x1, found 0", 2);
	prepare();
	vma[2].offset = vma[1].offset + 2;
	vma[2].start -= 2 * PAGE;
	vma[2].end -= 2 * PAGE;
	expect_found("vma I3: vma 2: goes on from the one before: expected 0, found 0x1", 1);
}

static const struct tap_test tests[] = {
	TAP_TEST(random_calls),
	TAP_TEST(every_call_on_every_state),
	TAP_TEST(refuses_bad_ranges),
	TAP_TEST(refuses_bad_vmas),
	TAP_TEST(refuses_bad_sets),
	TAP_TEST(reaches_the_ends),
	TAP_TEST(copies_and_moves),
	TAP_TEST(replaces_with_its_own),
	TAP_TEST(check_looks_at_every_vma),
	TAP_TEST(check_finds_bad_ranges),
	TAP_TEST(check_finds_overlap),
	TAP_TEST(check_finds_what_was_not_joined),
	TAP_TEST(check_finds_bad_rights),
	TAP_TEST(check_finds_bad_offsets),
	TAP_TEST(check_finds_bad_counts),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
