// SPDX-License-Identifier: GPL-2.0
/* LINK: core/tlb.c core/tlb_config.c core/tlb_check.c tap.c tlb_fixture.c */
/*
 * The model of a TLB: traces from textbooks with the results that they give,
 * traces worked out by hand, and what is refused.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include "tlb_fixture.h"

/* --- textbooks ---------------------------------------------------------------------------- */

/* Run a string of page numbers, one digit each. Return: the misses. */
static u32 misses_of(const char *pages, u32 ways, enum mctl_tlb_policy policy)
{
	struct mctl_tlb_config config = one_set(ways, policy);
	struct fixture f;
	u32 misses;

	fixture_init(&f, &config, &small_pages);
	for (; *pages; pages++)
		touch(&f, (*pages - '0') * PAGE, false);
	misses = f.tlb.stats.misses;
	fixture_fini(&f);
	return misses;
}

/* Silberschatz, Galvin, Gagne, Operating System Concepts, 10th edition, 10.4. */
static void reference_string_of_silberschatz(void)
{
	static const char pages[] = "70120304230321201701";

	tap_expect_equal(misses_of(pages, 3, MCTL_TLB_FIFO), 15);
	tap_expect_equal(misses_of(pages, 3, MCTL_TLB_LRU), 12);
}

/* Belady, Nelson, Shedler 1969: with FIFO more room can mean more misses; never with LRU. */
static void anomaly_of_belady(void)
{
	static const char pages[] = "123412512345";

	tap_expect_equal(misses_of(pages, 3, MCTL_TLB_FIFO), 9);
	tap_expect_equal(misses_of(pages, 4, MCTL_TLB_FIFO), 10);
	tap_expect_equal(misses_of(pages, 3, MCTL_TLB_LRU), 10);
	tap_expect_equal(misses_of(pages, 4, MCTL_TLB_LRU), 8);
}

/*
 * Arpaci-Dusseau, Operating Systems: Three Easy Pieces, 19.2: ten integers of
 * 4 bytes from address 100, pages of 16 bytes, miss at a[0], a[3], a[7]: 70 %
 * hits. Here each byte stands for 256, so that the pages have 4096.
 */
static void array_of_three_easy_pieces(void)
{
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_LRU);
	struct fixture f;

	fixture_init(&f, &config, &small_pages);
	for (u32 i = 0; i < 10; i++)
		tap_expect_equal(touch(&f, (100 + 4 * i) * 256, false),
				 i == 0 || i == 3 || i == 7 ? 0 : 1);
	tap_expect_equal(f.tlb.stats.hits[1], 7);
	tap_expect_equal(f.tlb.stats.misses, 3);
	fixture_fini(&f);
}

/*
 * Hennessy, Patterson, Computer Architecture, appendix B.1: effective time =
 * hit time + miss rate * penalty. 10 accesses, 3 misses of 4 reads of 20
 * cycles: 10 * 1 + 3 * 80 = 250.
 */
static void cycles_add_up(void)
{
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_LRU);
	struct fixture f;

	fixture_init(&f, &config, &small_pages);
	for (u32 i = 0; i < 10; i++)
		touch(&f, (100 + 4 * i) * 256, false);
	tap_expect_equal(f.tlb.stats.walk_reads, 12);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 1), 10);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 2), 0);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 0), 240);
	fixture_fini(&f);
}

/* --- by hand ------------------------------------------------------------------------------ */

/*
 * Four ways, a tree of three bits. A B C D fill ways 0 to 3, and A is used
 * again. The root then points right, as A is on the left, and the node there
 * to way 2, as D in way 3 was used after C: E takes the way of C, where LRU
 * would throw out B. The root then points left, to way 1 since A was used
 * last there: F takes that of B. Then right, to way 3: G takes that of D.
 */
static void tree_by_hand(void)
{
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_PLRU);
	static const char pages[] = "ABCDAEFG", left[] = "AEFG";
	struct mctl_tlb_translation t;
	struct fixture f;

	fixture_init(&f, &config, &small_pages);
	for (const char *c = pages; *c; c++)
		touch(&f, *c * PAGE, false);
	tap_expect_equal(f.tlb.stats.misses, 7);
	tap_expect_equal(f.tlb.stats.evictions[1], 3);
	/* By way: A in 0, F in 1, E in 2, G in 3. */
	tap_expect_equal(f.tlb.array[0].entry[0].number, 'A');
	tap_expect_equal(f.tlb.array[0].entry[1].number, 'F');
	tap_expect_equal(f.tlb.array[0].entry[2].number, 'E');
	tap_expect_equal(f.tlb.array[0].entry[3].number, 'G');
	for (const char *c = left; *c; c++)
		tap_expect_equal(mctl_tlb_access(&f.tlb, *c * PAGE, false, &f.walker, &t), 1);
	fixture_fini(&f);
}

/* Two sets of one way: even and odd pages do not meet, two even ones do. */
static void sets_by_hand(void)
{
	struct mctl_tlb_config config = one_set(1, MCTL_TLB_LRU);
	struct fixture f;

	config.array[0].sets = 2;
	fixture_init(&f, &config, &small_pages);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 1 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 0 * PAGE + 77, false), 1);
	tap_expect_equal(touch(&f, 2 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 1 * PAGE, false), 1);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 0);
	tap_expect_equal(f.tlb.stats.evictions[1], 2);
	fixture_fini(&f);
}

/*
 * Two entries in level 1, four in level 2, pages 0 1 2 0: page 0 was thrown
 * out of level 1 by page 2, but level 2 has it. 4 accesses of 1 cycle, all
 * miss level 1: 4 of 7 cycles, three walks of 4 reads of 20.
 */
static void second_level_by_hand(void)
{
	struct mctl_tlb_config config = one_set(2, MCTL_TLB_LRU);
	struct fixture f;

	config.nr_arrays = 2;
	config.array[1] = (struct mctl_tlb_array_config){
		.level = 2,
		.sets = 1,
		.ways = 4,
		.pages = BIT(MCTL_TLB_4K),
	};
	fixture_init(&f, &config, &small_pages);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 1 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 2 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 2);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 1);
	tap_expect_equal(f.tlb.stats.hits[1], 1);
	tap_expect_equal(f.tlb.stats.hits[2], 1);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 1), 5);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 2), 4 * 7);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 0), 3 * 4 * 20);
	fixture_fini(&f);
}

/* 4 MiB touched page by page, twice, with 64 entries: 2048 misses with 4 KiB, 2 with 2 MiB. */
static void large_pages_reach_further(void)
{
	struct mctl_tlb_config config = one_set(64, MCTL_TLB_LRU);
	u32 misses[2];

	config.array[0].pages |= BIT(MCTL_TLB_2M);
	for (u32 large = 0; large < 2; large++) {
		struct fixture f;

		fixture_init(&f, &config, large ? &large_pages : &small_pages);
		for (u32 i = 0; i < 2048; i++)
			touch(&f, i % 1024 * PAGE, false);
		misses[large] = f.tlb.stats.misses;
		tap_expect_equal(f.tlb.stats.walk_reads, misses[large] * (large ? 3 : 4));
		fixture_fini(&f);
	}
	tap_expect_equal(misses[0], 2048);
	tap_expect_equal(misses[1], 2);
}

/* Spaces take turns on the same 4 pages, 10 rounds. Return: the misses. */
static u32 misses_of_turns(u32 nr_spaces, u32 nr_asids, struct mctl_tlb_stats *stats)
{
	struct mctl_tlb_config config = one_set(64, MCTL_TLB_LRU);
	struct fixture f;

	config.nr_asids = nr_asids;
	fixture_init(&f, &config, &small_pages);
	for (u32 round = 0; round < 10; round++) {
		for (u32 space = 0; space < nr_spaces; space++) {
			mctl_tlb_switch(&f.tlb, space);
			for (u32 page = 0; page < 4; page++)
				touch(&f, page * PAGE, false);
		}
	}
	*stats = f.tlb.stats;
	fixture_fini(&f);
	return stats->misses;
}

/*
 * Without ASIDs each turn misses its 4 pages; with enough only the first
 * does. With one ASID less than there are spaces, in turn, the one that is
 * needed next is always the one that was just taken away.
 */
static void asids_by_hand(void)
{
	struct mctl_tlb_stats stats;

	tap_expect_equal(misses_of_turns(3, 0, &stats), 3 * 10 * 4);
	tap_expect_equal(stats.switches, 29);
	tap_expect_equal(stats.invalidated, 29 * 4);
	tap_expect_equal(misses_of_turns(3, 3, &stats), 3 * 4);
	tap_expect_equal(stats.invalidated, 0);
	tap_expect_equal(misses_of_turns(3, 2, &stats), 3 * 10 * 4);
	tap_expect_equal(stats.reassigned, 30 - 2);
}

/* A read leaves D clear: the first write walks again; then there is no more to do. */
static void dirty_by_hand(void)
{
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_LRU);
	struct fixture f;

	fixture_init(&f, &config, &small_pages);
	tap_expect_equal(touch(&f, 0, false), 0);
	tap_expect_equal(touch(&f, 8, true), 0);
	tap_expect_equal(touch(&f, 16, true), 1);
	tap_expect_equal(touch(&f, PAGE, true), 0);
	tap_expect_equal(touch(&f, PAGE, true), 1);
	tap_expect_equal(f.tlb.stats.upgrades, 1);
	tap_expect_equal(f.tlb.stats.walks, 3);
	tap_expect_equal(f.tlb.stats.misses, 2);
	tap_expect_equal(f.tlb.array[0].nr_valid, 2);
	fixture_fini(&f);
}

/* A write without the right to is a fault, and takes the entry with it. */
static void faults_by_hand(void)
{
	struct tables tables = { .page = MCTL_TLB_4K, .reads = 4, .readonly = true };
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_LRU);
	struct fixture f;

	fixture_init(&f, &config, &tables);
	tap_expect_equal(touch(&f, 0, false), 0);
	tap_expect_equal(touch(&f, 0, false), 1);
	tap_expect_equal(touch(&f, 0, true), -EFAULT);
	tap_expect_equal(f.tlb.array[0].nr_valid, 0);
	tables.readonly = false;
	tap_expect_equal(touch(&f, 0, true), 0);
	tap_expect_equal(f.tlb.stats.faults, 1);
	tap_expect_equal(f.tlb.stats.upgrades, 1);
	fixture_fini(&f);
}

/* --- refused ------------------------------------------------------------------------------ */

static void refuses_bad_configurations(void)
{
	struct mctl_tlb_config good = one_set(4, MCTL_TLB_PLRU), bad[24];
	struct mctl_tlb tlb;
	u32 nr = 0;

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = good;
	bad[nr++].nr_arrays = 0;
	bad[nr++].nr_arrays = 5;
	bad[nr++].policy = MCTL_TLB_NR_POLICIES;
	bad[nr++].policy = U32_MAX;
	bad[nr++].nr_asids = 4097;
	bad[nr++].nr_asids = U32_MAX;
	bad[nr++].read_cycles = 100001;
	bad[nr++].level_cycles[1] = 100001;
	bad[nr++].level_cycles[2] = U32_MAX;
	bad[nr++].array[0].level = 0;
	bad[nr++].array[0].level = 2;
	bad[nr++].array[0].level = 3;
	bad[nr++].array[0].sets = 0;
	bad[nr++].array[0].sets = 3;
	bad[nr++].array[0].sets = 8192;
	bad[nr++].array[0].ways = 0;
	bad[nr++].array[0].ways = 3;
	bad[nr++].array[0].ways = 64;
	bad[nr++].array[0].ways = U32_MAX;
	bad[nr++].array[0].pages = 0;
	bad[nr++].array[0].pages = 16;
	bad[nr].nr_arrays = 2;
	bad[nr].array[1] = bad[nr].array[0];
	nr++;
	bad[nr].policy = MCTL_TLB_LRU;
	bad[nr++].array[0].ways = 65;
	tap_expect(!mctl_tlb_config_error(&good));
	for (u32 i = 0; i < nr; i++) {
		tap_expect(mctl_tlb_config_error(&bad[i]));
		tap_expect_equal(mctl_tlb_size(&bad[i]), 0);
		tap_expect_equal(mctl_tlb_init(&tlb, &bad[i], NULL), -EINVAL);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(reference_string_of_silberschatz),
	TAP_TEST(anomaly_of_belady),
	TAP_TEST(array_of_three_easy_pieces),
	TAP_TEST(cycles_add_up),
	TAP_TEST(tree_by_hand),
	TAP_TEST(sets_by_hand),
	TAP_TEST(second_level_by_hand),
	TAP_TEST(large_pages_reach_further),
	TAP_TEST(asids_by_hand),
	TAP_TEST(dirty_by_hand),
	TAP_TEST(faults_by_hand),
	TAP_TEST(refuses_bad_configurations),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
