// SPDX-License-Identifier: GPL-2.0
/* LINK: core/tlb.c core/tlb_config.c core/tlb_check.c */
/* The model of a TLB: for each line of the check a planted fault that it alone finds. */
#include <linux/limits.h>
#include "tlb_fixture.h"

static struct fixture damaged;
static const char *wanted_invariant;
static u32 nr_wanted, nr_others;

static void note_problem(struct mctl_report *report, const struct mctl_problem *problem)
{
	if (!strcmp(problem->invariant, wanted_invariant))
		nr_wanted++;
	else
		nr_others++;
}

/* Two sets of four ways; pages 0 to 5 of space 0, then 0 and 1 of space 1. */
static struct mctl_tlb_entry *prepare(const char *invariant, enum mctl_tlb_policy policy)
{
	struct mctl_tlb_config config = one_set(4, policy);

	config.array[0].sets = 2;
	config.nr_asids = 3;
	free(damaged.storage);
	fixture_init(&damaged, &config, &small_pages);
	for (u32 page = 0; page < 6; page++)
		touch(&damaged, page * PAGE, false);
	mctl_tlb_switch(&damaged.tlb, 1);
	touch(&damaged, 0, false);
	touch(&damaged, PAGE, false);
	wanted_invariant = invariant;
	nr_wanted = 0;
	nr_others = 0;
	return damaged.tlb.array[0].entry;
}

static void expect_found(void)
{
	struct mctl_report report = { .found = note_problem };

	mctl_tlb_check(&damaged.tlb, &report);
	if (!tap_expect(nr_wanted == 1 && !nr_others))
		tap_note("  %s: %u times, others %u", wanted_invariant, nr_wanted, nr_others);
}

static void check_finds_bad_entries(void)
{
	struct mctl_tlb_entry *entry;

	prepare("tlb I1", MCTL_TLB_LRU)[0].number ^= 1;
	expect_found();
	prepare("tlb I1", MCTL_TLB_LRU)[0].translation.page = MCTL_TLB_2M;
	expect_found();
	prepare("tlb I1", MCTL_TLB_LRU)[0].translation.page = U32_MAX;
	expect_found();
	prepare("tlb I2", MCTL_TLB_LRU)[0].number = 2;
	expect_found();
	prepare("tlb I2", MCTL_TLB_LRU)[3].asid = 0;
	expect_found();
	prepare("tlb I3", MCTL_TLB_LRU)[0].stamp += 100;
	expect_found();
	entry = prepare("tlb I3", MCTL_TLB_LRU);
	entry[0].stamp = entry[1].stamp;
	expect_found();
	prepare("tlb I4", MCTL_TLB_LRU)[0].asid = 2;
	expect_found();
	prepare("tlb I4", MCTL_TLB_LRU)[0].asid = 3;
	expect_found();
	prepare("tlb I4", MCTL_TLB_LRU)[3].number = 6;
	damaged.tlb.array[0].entry[3].translation.global = true;
	expect_found();
}

static void check_finds_bad_asids(void)
{
	prepare("tlb I5", MCTL_TLB_LRU);
	damaged.tlb.spaces[2] = 0;
	expect_found();
	prepare("tlb I5", MCTL_TLB_LRU);
	damaged.tlb.asid = 0;
	expect_found();
	prepare("tlb I5", MCTL_TLB_LRU);
	damaged.tlb.asid = 3;
	expect_found();
	prepare("tlb I5", MCTL_TLB_LRU);
	damaged.tlb.space = 9;
	expect_found();
	prepare("tlb I5", MCTL_TLB_LRU);
	mctl_tlb_flush(&damaged.tlb, true);
	damaged.tlb.config.nr_asids = 0;
	expect_found();
}

static void check_finds_bad_counts(void)
{
	struct mctl_tlb_stats *stats = &damaged.tlb.stats;

	for (u32 bit = 0; bit < 32; bit++) {
		prepare("tlb I6", MCTL_TLB_LRU);
		damaged.tlb.array[0].nr_valid ^= BIT(bit);
		expect_found();
	}
	for (u32 bit = 0; bit < 64; bit++) {
		prepare("tlb I7", MCTL_TLB_LRU);
		stats->accesses ^= BIT_ULL(bit);
		expect_found();
		prepare("tlb I7", MCTL_TLB_LRU);
		stats->hits[2] ^= BIT_ULL(bit);
		expect_found();
		prepare("tlb I7", MCTL_TLB_LRU);
		stats->walks ^= BIT_ULL(bit);
		expect_found();
		prepare("tlb I7", MCTL_TLB_LRU);
		stats->upgrades ^= BIT_ULL(bit);
		expect_found();
	}
}

static void check_finds_bad_trees(void)
{
	for (u32 bit = 0; bit < 32; bit++) {
		prepare("tlb I8", MCTL_TLB_LRU);
		damaged.tlb.array[0].tree[1] |= BIT(bit);
		expect_found();
		if (bit >= 1 && bit <= 3)
			continue;
		prepare("tlb I8", MCTL_TLB_PLRU);
		damaged.tlb.array[0].tree[1] |= BIT(bit);
		expect_found();
	}
	free(damaged.storage);
}

static const struct tap_test tests[] = {
	TAP_TEST(check_finds_bad_entries),
	TAP_TEST(check_finds_bad_asids),
	TAP_TEST(check_finds_bad_counts),
	TAP_TEST(check_finds_bad_trees),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
