// SPDX-License-Identifier: GPL-2.0
/* LINK: core/tlb_config.c tap.c */
/*
 * The model of a TLB: which configurations there can be. Every limit is tried
 * at it and one beyond it, in each of the four arrays; of what is refused the
 * reason is compared, since users read it.
 */
#include <linux/bits.h>
#include "core/tlb.h"
#include "tap.h"

static const char *const level = "a level is 1 or 2";
static const char *const sets = "sets are a power of two, up to 4096";
static const char *const ways = "ways are 1 to 64";
static const char *const plru = "with pseudo-LRU, ways are a power of two up to 32";
static const char *const pages = "an array holds pages of 4K, 2M, 4M or 1G";
static const char *const twice = "two arrays of a level hold the same size of page";
static const char *const cycles = "cycles are up to 100000";

#define SMALL_PAGES (BIT(MCTL_TLB_4K) | BIT(MCTL_TLB_2M))
#define LARGE_PAGES (BIT(MCTL_TLB_4M) | BIT(MCTL_TLB_1G))

/* Four arrays that share no size of page, two of each level. */
static struct mctl_tlb_config four_arrays(void)
{
	return (struct mctl_tlb_config){
		.nr_arrays = 4,
		.array = {
			{ .level = 1, .sets = 2, .ways = 4, .pages = BIT(MCTL_TLB_4K) },
			{ .level = 1, .sets = 1, .ways = 2, .pages = BIT(MCTL_TLB_2M) },
			{ .level = 2, .sets = 8, .ways = 8, .pages = SMALL_PAGES },
			{ .level = 2, .sets = 4, .ways = 1, .pages = LARGE_PAGES },
		},
		.policy = MCTL_TLB_LRU,
	};
}

static void expect_error_at(const struct mctl_tlb_config *config, const char *wanted, int line)
{
	const char *error = mctl_tlb_config_error(config);

	if (!wanted) {
		tap_expect_at(!error, "a good configuration", __FILE__, line);
		tap_expect_at(mctl_tlb_size(config) > 0, "a size", __FILE__, line);
	} else {
		tap_expect_at(error && !strcmp(error, wanted), wanted, __FILE__, line);
		tap_expect_at(!mctl_tlb_size(config), "no size", __FILE__, line);
	}
}

/* A change to a good configuration, and why it is refused; NULL: it is not. */
#define expect_error(wanted, change)                           \
	do {                                                   \
		struct mctl_tlb_config config = four_arrays(); \
		change;                                        \
		expect_error_at(&config, wanted, __LINE__);    \
	} while (0)

static void limits_of_the_whole(void)
{
	expect_error(NULL, (void)0);
	expect_error("a TLB has 1 to 4 arrays", config.nr_arrays = 0);
	expect_error(NULL, config.nr_arrays = 1);
	expect_error("a TLB has 1 to 4 arrays", config.nr_arrays = 5);
	expect_error(NULL, config.policy = MCTL_TLB_NR_POLICIES - 1);
	expect_error("there is no such policy", config.policy = MCTL_TLB_NR_POLICIES);
	expect_error(NULL, config.nr_asids = 4096);
	expect_error("there are up to 4096 ASIDs", config.nr_asids = 4097);
	expect_error(NULL, config.read_cycles = 100000);
	expect_error(cycles, config.read_cycles = 100001);
	/* There is no level 0. */
	expect_error(NULL, config.level_cycles[0] = 0xffffffff);
	expect_error(NULL, config.level_cycles[1] = 100000);
	expect_error(cycles, config.level_cycles[1] = 100001);
	expect_error(NULL, config.level_cycles[2] = 100000);
	expect_error(cycles, config.level_cycles[2] = 100001);
	expect_error("there is no array of level 1", config.array[0].level = 2;
		     config.array[0].pages = BIT(MCTL_TLB_4M); config.nr_arrays = 1);
	/* The first of several faults is told. */
	expect_error(sets, config.array[1].sets = 3; config.array[2].ways = 0;
		     config.level_cycles[1] = 100001);
}

static void limits_of_each_array(void)
{
	for (u32 i = 0; i < 4; i++) {
		expect_error(level, config.array[i].level = 0);
		expect_error(level, config.array[i].level = 3);
		expect_error(sets, config.array[i].sets = 0);
		expect_error(sets, config.array[i].sets = 3);
		expect_error(NULL, config.array[i].sets = 4096);
		expect_error(sets, config.array[i].sets = 8192);
		expect_error(ways, config.array[i].ways = 0);
		expect_error(NULL, config.array[i].ways = 3);
		expect_error(NULL, config.array[i].ways = 64);
		expect_error(ways, config.array[i].ways = 65);
		expect_error(NULL, config.policy = MCTL_TLB_PLRU; config.array[i].ways = 32);
		expect_error(plru, config.policy = MCTL_TLB_PLRU; config.array[i].ways = 64);
		expect_error(plru, config.policy = MCTL_TLB_PLRU; config.array[i].ways = 3);
		expect_error(pages, config.array[i].pages = 0);
		expect_error(pages, config.array[i].pages = BIT(MCTL_TLB_NR_PAGES));
		/* What is behind the last array is not looked at. */
		if (i)
			expect_error(NULL, config.nr_arrays = i; config.array[i].ways = 0);
	}
}

/*
 * Any two arrays, whatever stands between them: they are refused for a size of page that both hold,
 * and not when one of them is of another level. The others are of no level that could meet them.
 */
static void pages_of_two_arrays(void)
{
	for (u32 first = 0; first < 4; first++) {
		for (u32 second = first + 1; second < 4; second++) {
			struct mctl_tlb_config config = four_arrays();

			for (u32 i = 0; i < 4; i++) {
				config.array[i].level = i == first || i == second ? 1 : 2;
				config.array[i].pages = BIT(i);
			}
			expect_error_at(&config, NULL, __LINE__);
			config.array[first].pages |= BIT(second);
			expect_error_at(&config, twice, __LINE__);
			config.array[second].level = 2;
			config.array[second].pages = BIT(first) | BIT(second);
			expect_error_at(&config, NULL, __LINE__);
			config.array[first].level = 2;
			config.array[second].level = 1;
			expect_error_at(&config, NULL, __LINE__);
			config.array[second].level = 2;
			expect_error_at(&config, twice, __LINE__);
		}
	}
}

static void sizes(void)
{
	struct mctl_tlb_config config = four_arrays();
	const size_t entry = sizeof(struct mctl_tlb_entry);

	tap_expect_equal(mctl_tlb_size(&config), (8 + 2 + 64 + 4) * entry + (2 + 1 + 8 + 4) * 4);
	config.nr_asids = 10;
	tap_expect_equal(mctl_tlb_size(&config),
			 (8 + 2 + 64 + 4) * entry + (2 + 1 + 8 + 4) * 4 + 40);
	config.nr_arrays = 1;
	tap_expect_equal(mctl_tlb_size(&config), 8 * entry + 2 * 4 + 40);
}

static const struct tap_test tests[] = {
	TAP_TEST(limits_of_the_whole),
	TAP_TEST(limits_of_each_array),
	TAP_TEST(pages_of_two_arrays),
	TAP_TEST(sizes),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
