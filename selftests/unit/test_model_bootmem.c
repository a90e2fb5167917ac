// SPDX-License-Identifier: GPL-2.0
/* LINK: core/model_bootmem.c core/fit.c core/fit_bitfield.c core/fit_bits.c core/fit_buddy.c */
/* LINK: core/fit_holes.c core/fit_list.c core/fit_segregated.c core/table.c core/buddy.c */
/* LINK: core/buddy_alloc.c core/buddy_aside.c core/buddy_check.c tap.c */
/*
 * The boot-time allocator against a map of bytes, each of which is free or not, and where every
 * place is tried; and what it hands over against the largest blocks that can be cut by hand.
 */
#include "core/fit.h"
#include "core/model_bootmem.h"
#include "tap.h"

#define MAX_PAGES 200
#define STEPS	  1000000

static struct naive {
	u32 nr;
	bool taken[MAX_PAGES];
	u64 end; /* of the last allocation; 0: none, or its page was freed */
	u32 next;
} naive;

static u32 naive_set(u64 from, u64 to, bool taken)
{
	u32 nr = 0;

	for (u32 page = 0; page < naive.nr; page++) {
		u64 start = page * 4096ULL, end = start + 4096;
		/* A page is reserved if any byte is, and freed if all are. */
		bool touched = taken ? start < to && from < end : from <= start && end <= to;

		if (touched && naive.taken[page] != taken) {
			naive.taken[page] = taken;
			nr++;
		}
	}
	return nr;
}

static u32 naive_free(u64 from, u64 to)
{
	u64 page = (from + 4095) / 4096;

	if (from < to && page * 4096 + 4096 <= to) {
		naive.next = page < naive.next ? page : naive.next;
		if (naive.end % 4096 && page <= naive.end / 4096 && naive.end / 4096 < to / 4096)
			naive.end = 0;
	}
	return naive_set(from, to, false);
}

static bool naive_fits(u64 address, u64 size)
{
	for (u64 page = address / 4096; page * 4096 < address + size; page++) {
		if (page >= naive.nr || naive.taken[page])
			return false;
	}
	return true;
}

static u64 naive_search(u32 from, u64 size, u64 align)
{
	for (u32 page = from; page < naive.nr; page++) {
		if (page * 4096ULL % align == 0 || align < 4096) {
			if (naive_fits(page * 4096ULL, size))
				return page * 4096ULL;
		}
	}
	return MCTL_BOOTMEM_NONE;
}

static struct mctl_bootmem_place naive_alloc(u64 size, u64 align, u64 goal)
{
	struct mctl_bootmem_place place = { .address = MCTL_BOOTMEM_NONE };
	u32 from = goal / 4096 < naive.nr ? goal / 4096 : 0;

	if (naive.next > from) {
		place.address = naive_search(naive.next, size, align);
		place.wrapped = place.address == MCTL_BOOTMEM_NONE;
	}
	if (place.address == MCTL_BOOTMEM_NONE)
		place.address = naive_search(from, size, align);
	if (place.address == MCTL_BOOTMEM_NONE)
		return place;
	if (naive.end % 4096 && place.address == (naive.end / 4096 + 1) * 4096) {
		u64 rest = naive.end;

		while (rest % align)
			rest++;
		place.merged = rest != place.address;
		place.address = rest;
	}
	naive.end = place.address + size;
	naive.next = (naive.end + 4095) / 4096;
	place.nr = naive_set(place.address, naive.end, true);
	return place;
}

static u64 problems_of(const struct mctl_bootmem *bootmem)
{
	struct mctl_report report = { 0 };

	mctl_bootmem_check(bootmem, &report);
	return report.nr_problems;
}

static u64 random_size(void)
{
	return 1 + tap_below(tap_below(3) ? 3000 : 40000);
}

static void one_step(struct mctl_bootmem *bootmem)
{
	u64 start = tap_below((naive.nr + 4) * 4096), size = tap_below(10) ? random_size() : 0;
	u64 align = 1ULL << tap_below(16), goal = tap_below(2) ? 0 : start;
	struct mctl_bootmem_place got, want;

	switch (tap_below(4)) {
	case 0:
		tap_expect_equal(mctl_bootmem_free(bootmem, start, size),
				 naive_free(start, start + size));
		break;
	case 1:
		size = size % 9000;
		tap_expect_equal(mctl_bootmem_reserve(bootmem, start, size),
				 size ? naive_set(start, start + size, true) : 0);
		break;
	default:
		size += !size;
		want = naive_alloc(size, align, goal);
		mctl_bootmem_alloc(bootmem, size, align, goal, &got);
		tap_expect_equal(got.address, want.address);
		tap_expect_equal(got.nr, want.nr);
		tap_expect_equal(got.merged, want.merged);
		tap_expect_equal(got.wrapped, want.wrapped);
	}
}

static void same_pages(const struct mctl_bootmem *bootmem)
{
	for (u32 page = 0; page < naive.nr; page++)
		tap_expect_equal(mctl_bootmem_is_set(bootmem, page), naive.taken[page]);
	tap_expect_equal(problems_of(bootmem), 0);
}

/* --- handing over ------------------------------------------------------------------------- */

static const struct mctl_fit_ops *buddy_ops(void)
{
	unsigned int i = 0;

	while (strcmp(mctl_fit_policy(i)->name, "buddy"))
		i++;
	return mctl_fit_policy(i);
}

static struct mctl_fit fit;
static u32 expected_page;

/* Each page once, by address; blocks of 32 are aligned and all free. */
static void give(void *context, u32 page, unsigned int order)
{
	u32 *nr = context;

	tap_expect(order == 0 || (order == 5 && page % 32 == 0));
	tap_expect(page >= expected_page);
	for (u32 i = page; i < page + (1U << order); i++) {
		tap_expect(i < naive.nr && !naive.taken[i]);
		mctl_fit_free(&fit, i, 1);
	}
	expected_page = page + (1U << order);
	*nr += 1U << order;
}

/* Of each order the blocks that are free as a whole and in no larger one. */
static void naive_lists(u32 *list)
{
	bool used[MAX_PAGES];

	memcpy(used, naive.taken, sizeof(used));
	for (int order = 10; order >= 0; order--) {
		u32 nr = 1U << order;

		for (u32 page = 0; page + nr <= naive.nr; page += nr) {
			u32 free = 0;

			for (u32 i = 0; i < nr; i++)
				free += !used[page + i];
			if (free == nr) {
				list[order]++;
				memset(&used[page], true, nr);
			}
		}
	}
}

static void hand_over(struct mctl_bootmem *bootmem)
{
	u32 want[11] = { 0 }, nr = 0, nr_free = 0;
	struct mctl_fit_hole hole = { 0, 0 };
	struct mctl_report report = { 0 };
	void *storage = calloc(1, mctl_fit_size(buddy_ops(), naive.nr));

	mctl_fit_init(&fit, buddy_ops(), naive.nr, storage);
	for (u32 i = 0; i < naive.nr; i++) {
		mctl_fit_alloc(&fit, i, 1);
		nr_free += !naive.taken[i];
	}
	expected_page = 0;
	tap_expect_equal(mctl_bootmem_release(bootmem, give, &nr), nr_free);
	tap_expect_equal(nr, nr_free);
	tap_expect_equal(bootmem->nr_free, 0);
	mctl_fit_check(&fit, &report);
	tap_expect_equal(report.nr_problems, 0);
	naive_lists(want);
	while (fit.ops->next_hole(&fit, &hole))
		want[31 - __builtin_clz(hole.nr)]--;
	for (u32 order = 0; order < 11; order++)
		tap_expect_equal(want[order], 0);
	free(storage);
}

static void a_million_steps_as_the_naive_one(void)
{
	for (u32 steps = 0; steps < STEPS && !tap_nr_failed;) {
		u32 nr_pages = 1 + tap_below(MAX_PAGES), nr = 1 + tap_below(300);
		void *storage = malloc(mctl_bootmem_size(nr_pages));
		struct mctl_bootmem bootmem;

		mctl_bootmem_init(&bootmem, nr_pages, storage);
		memset(&naive, 0, sizeof(naive));
		naive.nr = nr_pages;
		memset(naive.taken, true, nr_pages);
		if (tap_below(4))
			tap_expect_equal(mctl_bootmem_free(&bootmem, 0, nr_pages * 4096ULL),
					 naive_free(0, nr_pages * 4096ULL));
		for (u32 i = 0; i < nr && !tap_nr_failed; i++)
			one_step(&bootmem);
		same_pages(&bootmem);
		hand_over(&bootmem);
		tap_expect_equal(problems_of(&bootmem), 0);
		free(storage);
		steps += nr;
	}
}

/* Worked out by hand, with 16 pages. */
static void small_ones_share_a_page(void)
{
	struct mctl_bootmem_place place;
	struct mctl_bootmem bootmem;
	u32 storage;

	mctl_bootmem_init(&bootmem, 16, &storage);
	tap_expect_equal(mctl_bootmem_free(&bootmem, 100, 16 * 4096 - 100), 15);
	mctl_bootmem_alloc(&bootmem, 100, 64, 0, &place);
	tap_expect_equal(place.address, 0x1000);
	mctl_bootmem_alloc(&bootmem, 100, 64, 0, &place);
	tap_expect_equal(place.address, 0x1080);
	tap_expect(place.merged && !place.nr);
	mctl_bootmem_alloc(&bootmem, 4096, 4096, 0, &place);
	tap_expect_equal(place.address, 0x2000);
	tap_expect(!place.merged);
	mctl_bootmem_alloc(&bootmem, 4096 + 1, 1, 0x8000, &place);
	tap_expect_equal(place.address, 0x8000);
	tap_expect_equal(place.nr, 2);
	mctl_bootmem_alloc(&bootmem, 7 * 4096, 1, 0, &place);
	tap_expect_equal(place.address, MCTL_BOOTMEM_NONE);
	mctl_bootmem_alloc(&bootmem, 6 * 4096, 1, 0, &place);
	tap_expect_equal(place.address, 0x9001);
	tap_expect_equal(place.nr, 6);
	mctl_bootmem_alloc(&bootmem, 5 * 4096, 1, 0, &place);
	tap_expect_equal(place.address, 0x3000);
	tap_expect(place.wrapped);
	tap_expect_equal(bootmem.nr_free, 0);
}

#define FINDS(damage)                                       \
	do {                                                \
		mctl_bootmem_init(&b, 40, storage);         \
		mctl_bootmem_free(&b, 0, 20 * 4096);        \
		mctl_bootmem_alloc(&b, 5000, 1, 0, &place); \
		tap_expect_equal(problems_of(&b), 0);       \
		damage;                                     \
		tap_expect_equal(problems_of(&b), 1);       \
	} while (0)

static void every_damage_is_found(void)
{
	struct mctl_bootmem_place place;
	struct mctl_bootmem b;
	u32 storage[2];

	FINDS(b.nr_free++);
	FINDS(b.map[0] ^= 1 << 7);
	FINDS(b.map[1] ^= 1 << 8);
	FINDS(b.last_pos = 3);
	FINDS(b.last_pos = 40);
	FINDS(b.last_success = 41);
}

static const struct tap_test tests[] = {
	TAP_TEST(small_ones_share_a_page),
	TAP_TEST(a_million_steps_as_the_naive_one),
	TAP_TEST(every_damage_is_found),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
