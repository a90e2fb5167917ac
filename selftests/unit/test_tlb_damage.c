// SPDX-License-Identifier: GPL-2.0
/* LINK: core/tlb.c core/tlb_config.c core/tlb_check.c damage.c tap.c tlb_fixture.c */
/* The model of a TLB: for each line of the check a planted fault that it alone finds. */
#include <linux/bits.h>
#include <linux/limits.h>
#include "damage.h"
#include "tlb_fixture.h"

static struct fixture damaged;
static char wanted_array[160];

/* Two sets of four ways; pages 0 to 5 of space 0, then 0 and 1 of space 1. */
static struct mctl_tlb_entry *prepare(enum mctl_tlb_policy policy)
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
	return damaged.tlb.array[0].entry;
}

/* The line is said, once, and nothing else. */
static void expect_found_at(const char *wanted, int line)
{
	struct damage damage;

	damage_init(&damage, wanted);
	mctl_tlb_check(&damaged.tlb, &damage.report);
	damage_expect_at(&damage, 1, __FILE__, line);
}

#define expect_found(wanted) expect_found_at(wanted, __LINE__)

/* A number that is not what it should be. */
static void expect_number_at(const char *where, u64 expected, u64 found, int line)
{
	char wanted[160];

	snprintf(wanted, sizeof(wanted), "%s: expected %#llx, found %#llx", where,
		 (unsigned long long)expected, (unsigned long long)found);
	expect_found_at(wanted, line);
}

#define expect_number(where, expected, found) expect_number_at(where, expected, found, __LINE__)

/* Three arrays: pages of 4K and of 2M on level 1, both on level 2. All have entries. */
static void prepare_three(enum mctl_tlb_policy policy)
{
	struct mctl_tlb_config config = one_set(4, policy);
	struct tables tables = small_pages;

	config.nr_arrays = 3;
	config.array[0].sets = 2;
	config.array[1] = config.array[0];
	config.array[1].pages = BIT(MCTL_TLB_2M);
	config.array[2] = config.array[0];
	config.array[2].level = 2;
	config.array[2].pages = BIT(MCTL_TLB_4K) | BIT(MCTL_TLB_2M);
	config.array[2].ways = 8;
	free(damaged.storage);
	fixture_init(&damaged, &config, &tables);
	for (u32 page = 0; page < 8; page++)
		touch(&damaged, page * PAGE, false);
	tables = large_pages;
	for (u32 page = 8; page < 16; page++)
		touch(&damaged, (u64)page << 21, false);
}

static void check_looks_at_every_array(void)
{
	for (u32 i = 0; i < 3; i++) {
		u32 nr_entries = i == 2 ? 16 : 8;
		struct mctl_tlb_array *array = &damaged.tlb.array[i];

		for (u32 index = 0; index < nr_entries; index++) {
			char wanted[160];

			prepare_three(MCTL_TLB_LRU);
			tap_expect(array->entry[index].valid);
			array->entry[index].stamp = damaged.tlb.clock + 1;
			snprintf(wanted, sizeof(wanted),
				 "tlb I3: entry %u: stamp from the future: expected 0, found 0x1",
				 index);
			expect_found(wanted);

			prepare_three(MCTL_TLB_LRU);
			array->entry[index].asid = 1;
			snprintf(wanted, sizeof(wanted),
				 "tlb I4: entry %u: ASID is in use: expected 0x1, found 0", index);
			expect_found(wanted);
		}
		prepare_three(MCTL_TLB_LRU);
		tap_expect_equal(array->nr_valid, nr_entries);
		array->nr_valid--;
		snprintf(wanted_array, sizeof(wanted_array), "tlb I6: array %u: nr_valid", i);
		expect_number(wanted_array, nr_entries, nr_entries - 1);
		for (u32 set = 0; set < 2; set++) {
			prepare_three(MCTL_TLB_PLRU);
			array->tree[set] |= BIT(8);
			snprintf(wanted_array, sizeof(wanted_array),
				 "tlb I8: set %u: bits of no node", set);
			expect_number(wanted_array, 0, 0x100);
			prepare_three(MCTL_TLB_PLRU);
			array->tree[set] |= 1;
			expect_number(wanted_array, 0, 1);
		}
	}
	free(damaged.storage);
	damaged.storage = NULL;
}

static void check_finds_bad_entries(void)
{
	struct mctl_tlb_entry *entry;

	prepare(MCTL_TLB_LRU)[0].number ^= 1;
	expect_found("tlb I1: entry 0: set: expected 0, found 0x1");
	prepare(MCTL_TLB_LRU)[0].translation.page = MCTL_TLB_2M;
	expect_found("tlb I1: entry 0: size of page held: expected 0x1, found 0");
	prepare(MCTL_TLB_LRU)[0].translation.page = U32_MAX;
	expect_found("tlb I1: entry 0: size of page held: expected 0x1, found 0");
	prepare(MCTL_TLB_LRU)[0].number = 2;
	expect_found("tlb I2: entry 1: others for the page: expected 0, found 0x1");
	prepare(MCTL_TLB_LRU)[3].asid = 0;
	expect_found("tlb I2: entry 3: others for the page: expected 0, found 0x1");
	/* A page that is global is everybody's, whichever of the two entries says so. */
	prepare(MCTL_TLB_LRU)[0].translation.global = true;
	expect_found("tlb I2: entry 3: others for the page: expected 0, found 0x1");
	entry = prepare(MCTL_TLB_LRU);
	entry[0].asid = 1;
	entry[3].asid = 0;
	entry[3].translation.global = true;
	expect_found("tlb I2: entry 3: others for the page: expected 0, found 0x1");
	prepare(MCTL_TLB_LRU)[0].stamp += 100;
	expect_found("tlb I3: entry 0: stamp from the future: expected 0, found 0x1");
	entry = prepare(MCTL_TLB_LRU);
	entry[0].stamp = entry[1].stamp;
	expect_found("tlb I3: entry 1: others with the stamp: expected 0, found 0x1");
	prepare(MCTL_TLB_LRU)[0].asid = 2;
	expect_found("tlb I4: entry 0: ASID is in use: expected 0x1, found 0");
	prepare(MCTL_TLB_LRU)[0].asid = 3;
	expect_found("tlb I4: entry 0: ASID is in use: expected 0x1, found 0");
	prepare(MCTL_TLB_LRU)[3].number = 6;
	damaged.tlb.array[0].entry[3].translation.global = true;
	expect_found("tlb I4: entry 3: ASID is in use: expected 0x1, found 0");
}

static void check_finds_bad_asids(void)
{
	prepare(MCTL_TLB_LRU);
	damaged.tlb.spaces[2] = 0;
	expect_found("tlb I5: ASID 2: others of the address space: expected 0, found 0x1");
	prepare(MCTL_TLB_LRU);
	damaged.tlb.asid = 0;
	expect_found("tlb I5: tlb 0: space of asid: expected 0x1, found 0");
	prepare(MCTL_TLB_LRU);
	damaged.tlb.asid = 3;
	expect_found("tlb I5: tlb 0: asid is one: expected 0x1, found 0");
	prepare(MCTL_TLB_LRU);
	damaged.tlb.space = 9;
	expect_found("tlb I5: tlb 0: space of asid: expected 0x9, found 0x1");
	prepare(MCTL_TLB_LRU);
	mctl_tlb_flush(&damaged.tlb, true);
	damaged.tlb.config.nr_asids = 0;
	expect_found("tlb I5: tlb 0: asid: expected 0, found 0x1");
}

static void check_finds_bad_counts(void)
{
	struct mctl_tlb_stats *stats = &damaged.tlb.stats;
	const char *accesses = "tlb I7: tlb 0: accesses";
	const char *walks = "tlb I7: tlb 0: walks and faults";

	for (u32 bit = 0; bit < 32; bit++) {
		prepare(MCTL_TLB_LRU);
		damaged.tlb.array[0].nr_valid ^= BIT(bit);
		expect_number("tlb I6: array 0: nr_valid", 8, 8 ^ BIT(bit));
	}
	for (u32 bit = 0; bit < 64; bit++) {
		prepare(MCTL_TLB_LRU);
		tap_expect_equal(stats->accesses, 8);
		tap_expect_equal(stats->walks, 8);
		stats->accesses ^= BIT_ULL(bit);
		expect_number(accesses, 8, 8 ^ BIT_ULL(bit));
		prepare(MCTL_TLB_LRU);
		stats->hits[1] ^= BIT_ULL(bit);
		expect_number(accesses, 8 + BIT_ULL(bit), 8);
		prepare(MCTL_TLB_LRU);
		stats->hits[2] ^= BIT_ULL(bit);
		expect_number(accesses, 8 + BIT_ULL(bit), 8);
		prepare(MCTL_TLB_LRU);
		stats->walks ^= BIT_ULL(bit);
		expect_number(walks, 8, 8 ^ BIT_ULL(bit));
		prepare(MCTL_TLB_LRU);
		stats->faults ^= BIT_ULL(bit);
		expect_number(walks, 8, 8 + BIT_ULL(bit));
		prepare(MCTL_TLB_LRU);
		stats->upgrades ^= BIT_ULL(bit);
		expect_number(walks, 8 + BIT_ULL(bit), 8);
	}
}

static void check_finds_bad_trees(void)
{
	for (u32 bit = 0; bit < 32; bit++) {
		prepare(MCTL_TLB_LRU);
		damaged.tlb.array[0].tree[1] |= BIT(bit);
		expect_number("tlb I8: set 1: bits of no node", 0, BIT(bit));
		if (bit >= 1 && bit <= 3)
			continue;
		prepare(MCTL_TLB_PLRU);
		damaged.tlb.array[0].tree[1] |= BIT(bit);
		expect_number("tlb I8: set 1: bits of no node", 0, BIT(bit));
	}
	free(damaged.storage);
}

static const struct tap_test tests[] = {
	TAP_TEST(check_looks_at_every_array), TAP_TEST(check_finds_bad_entries),
	TAP_TEST(check_finds_bad_asids),      TAP_TEST(check_finds_bad_counts),
	TAP_TEST(check_finds_bad_trees),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
