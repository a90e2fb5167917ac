// SPDX-License-Identifier: GPL-2.0
/* The model of a TLB: the test of its invariants, which are listed in tlb.c. */
#include <linux/bits.h>
#include <linux/limits.h>
#include "core/tlb.h"

static bool same_page(const struct mctl_tlb_entry *a, const struct mctl_tlb_entry *b)
{
	return a->number == b->number && a->translation.page == b->translation.page &&
	       (a->translation.global || b->translation.global || a->asid == b->asid);
}

/* Whether an entry may have this ASID. */
static bool is_asid(const struct mctl_tlb *tlb, const struct mctl_tlb_entry *entry)
{
	if (entry->translation.global || !tlb->config.nr_asids)
		return !entry->asid;
	return entry->asid < tlb->config.nr_asids && tlb->spaces[entry->asid] != MCTL_TLB_NO_SPACE;
}

static void check_entry(const struct mctl_tlb *tlb, const struct mctl_tlb_array *array, u32 index,
			struct mctl_report *report)
{
	const struct mctl_tlb_entry *entry = &array->entry[index];
	u32 first = index - index % array->config.ways;
	u32 nr_same_page = 0, nr_same_stamp = 0;

	mctl_report_expect(report, "tlb I1", "entry", index, "set", index / array->config.ways,
			   mctl_tlb_set_of(array, entry->number));
	mctl_report_expect(report, "tlb I1", "entry", index, "size of page held", true,
			   entry->translation.page < MCTL_TLB_NR_PAGES &&
				   (array->config.pages & BIT(entry->translation.page)));
	mctl_report_expect(report, "tlb I3", "entry", index, "stamp from the future", false,
			   entry->stamp > tlb->clock);
	mctl_report_expect(report, "tlb I4", "entry", index, "ASID is in use", true,
			   is_asid(tlb, entry));
	for (u32 other = first; other < index; other++) {
		if (!array->entry[other].valid)
			continue;
		nr_same_page += same_page(entry, &array->entry[other]);
		nr_same_stamp += entry->stamp == array->entry[other].stamp;
	}
	mctl_report_expect(report, "tlb I2", "entry", index, "others for the page", 0,
			   nr_same_page);
	mctl_report_expect(report, "tlb I3", "entry", index, "others with the stamp", 0,
			   nr_same_stamp);
}

static void check_array(const struct mctl_tlb *tlb, u32 number, struct mctl_report *report)
{
	const struct mctl_tlb_array *array = &tlb->array[number];
	u32 nr_valid = 0, tree = 0;

	if (tlb->config.policy == MCTL_TLB_PLRU)
		tree = BIT_ULL(array->config.ways) - 2;
	for (u32 i = 0; i < mctl_tlb_nr_entries(&array->config); i++) {
		if (!array->entry[i].valid)
			continue;
		nr_valid++;
		check_entry(tlb, array, i, report);
	}
	mctl_report_expect(report, "tlb I6", "array", number, "nr_valid", nr_valid,
			   array->nr_valid);
	for (u32 set = 0; set < array->config.sets; set++)
		mctl_report_expect(report, "tlb I8", "set", set, "bits of no node", 0,
				   array->tree[set] & ~tree);
}

static void check_spaces(const struct mctl_tlb *tlb, struct mctl_report *report)
{
	for (u32 asid = 0; asid < tlb->config.nr_asids; asid++) {
		u32 nr_same = 0;

		for (u32 other = 0; other < asid; other++)
			nr_same += tlb->spaces[asid] == tlb->spaces[other];
		if (tlb->spaces[asid] != MCTL_TLB_NO_SPACE)
			mctl_report_expect(report, "tlb I5", "ASID", asid,
					   "others of the address space", 0, nr_same);
	}
	if (!tlb->config.nr_asids)
		mctl_report_expect(report, "tlb I5", "tlb", 0, "asid", 0, tlb->asid);
	else if (mctl_report_expect(report, "tlb I5", "tlb", 0, "asid is one", true,
				    tlb->asid < tlb->config.nr_asids))
		mctl_report_expect(report, "tlb I5", "tlb", 0, "space of asid", tlb->space,
				   tlb->spaces[tlb->asid]);
}

/**
 * mctl_tlb_check() - test the invariants
 * @tlb: the TLB; any damage is allowed except to its configuration and pointers
 * @report: gets each broken invariant, with the number of the entry in its array
 *
 * Context: Any context; the caller keeps the TLB from changing. The time grows with the number of
 * entries, and with the square of the number of ASIDs.
 */
void mctl_tlb_check(const struct mctl_tlb *tlb, struct mctl_report *report)
{
	const struct mctl_tlb_stats *stats = &tlb->stats;
	u64 hits = 0;

	for (u32 i = 0; i < tlb->config.nr_arrays; i++)
		check_array(tlb, i, report);
	check_spaces(tlb, report);
	for (u32 level = 1; level <= MCTL_TLB_MAX_LEVELS; level++)
		hits += stats->hits[level];
	mctl_report_expect(report, "tlb I7", "tlb", 0, "accesses", hits + stats->misses,
			   stats->accesses);
	mctl_report_expect(report, "tlb I7", "tlb", 0, "walks and faults",
			   stats->misses + stats->upgrades, stats->walks + stats->faults);
}
