// SPDX-License-Identifier: GPL-2.0
/*
 * The check of the invariants I1 to I11 of buddy.c. It takes time linear in the
 * arena's frames whatever the lists hold. Links may be cyclic or point
 * anywhere: a walk ends at the first link that is not symmetric, and after as
 * many blocks as a pageblock has frames, or as many pageblocks as there are.
 *
 * Locks: none; the caller keeps the zone from changing.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include "core/buddy.h"
#include "core/table.h"

static unsigned int zone_of(const struct mctl_table *table, u32 index)
{
	return table->section[index >> (MCTL_SECTION_SHIFT - MCTL_PAGEBLOCK_ORDER)].zone;
}

/* I2 of one block on the list of @order. */
static void check_block(const struct mctl_buddy *buddy, u32 fn, unsigned int order,
			struct mctl_report *report)
{
	const struct mctl_table *table = buddy->table;
	unsigned int limit = mctl_table_chunk_order(table, fn);

	mctl_report_expect(report, "buddy I2", "frame", fn, "state",
			   MCTL_STATE(MCTL_KIND_FREE, order), table->state[fn]);
	mctl_report_expect(report, "buddy I2", "frame", fn, "zone", buddy->zone,
			   table->section[fn >> MCTL_SECTION_SHIFT].zone);
	mctl_report_expect(report, "buddy I2", "frame", fn, "chunk order",
			   order > limit ? order : limit, limit);
	mctl_report_expect(report, "buddy I2", "frame", fn, "alignment", 0,
			   fn & ((1U << order) - 1));
}

/* I2, I3, I11 of one list of blocks. Return: its length, as far as it can be followed. */
static u32 check_list(const struct mctl_buddy *buddy, u32 index, unsigned int order,
		      struct mctl_report *report)
{
	const struct mctl_table *table = buddy->table;
	bool single = table->lists[index].single & BIT(order);
	u32 fn = mctl_table_first(table, index, order);
	u32 prev = MCTL_FN_NONE;
	u32 nr = 0;

	if (order < MCTL_PAGEBLOCK_ORDER)
		mctl_report_expect(report, "buddy I2", "pageblock", index, "head",
				   fn & (MCTL_PAGEBLOCK_FRAMES - 1),
				   table->lists[index].head[order]);
	if (order >= MCTL_PAGEBLOCK_ORDER || single) {
		mctl_report_expect(report, "buddy I11", "pageblock", index, "single", true, single);
		check_block(buddy, fn, order, report);
		return 1;
	}
	while (fn != MCTL_FN_NONE) {
		if (!mctl_report_expect(report, "buddy I3", "frame", prev, "next", index,
					fn >> MCTL_PAGEBLOCK_ORDER))
			break;
		if (nr >= MCTL_PAGEBLOCK_FRAMES ||
		    !mctl_report_expect(report, "buddy I3", "frame", fn, "prev", prev,
					table->link[fn].prev))
			break;
		check_block(buddy, fn, order, report);
		nr++;
		prev = fn;
		fn = table->link[fn].next;
	}
	mctl_report_expect(report, "buddy I11", "pageblock", index, "single", nr == 1, single);
	return nr;
}

/* I7 of one pageblock of a class, and its lists, whose lengths are added to @nr_blocks. */
static void check_pageblock(const struct mctl_buddy *buddy, u32 index, unsigned int klass,
			    unsigned int mt, u32 nr_blocks[MCTL_NR_ORDERS],
			    struct mctl_report *report)
{
	const struct mctl_table *table = buddy->table;
	unsigned int mask = table->lists[index].mask;
	u32 last = index + (klass > MCTL_PAGEBLOCK_ORDER);

	mctl_report_expect(report, "buddy I7", "pageblock", index, "class", klass,
			   mask ? __fls(mask) : MCTL_NR_ORDERS);
	for (u32 i = index; i <= last && i < mctl_table_nr_pageblocks(table); i++)
		mctl_report_expect(report, "buddy I7", "pageblock", i, "migratetype", mt,
				   table->pageblock[i] & MCTL_PAGEBLOCK_MT_MASK);
	mctl_report_expect(report, "buddy I11", "pageblock", index, "single", 0,
			   table->lists[index].single & ~mask);
	if (klass >= MCTL_PAGEBLOCK_ORDER)
		mctl_report_expect(report, "buddy I11", "pageblock", index, "mask", BIT(klass),
				   mask);
	for (unsigned int order = 0; order < MCTL_NR_ORDERS; order++)
		if (mask & BIT(order))
			nr_blocks[order] += check_list(buddy, index, order, report);
}

/*
 * One class: I6, I7, I9, I10, and the lists of its pageblocks. Return: how many
 * pageblocks it has, as far as they can be followed.
 */
static u32 check_class(const struct mctl_buddy *buddy, unsigned int klass, unsigned int mt,
		       u32 nr_blocks[MCTL_NR_ORDERS], struct mctl_report *report)
{
	const struct mctl_area *area = &buddy->area[mt];
	const struct mctl_table *table = buddy->table;
	u32 end = mctl_table_nr_pageblocks(table);
	u32 prev = MCTL_FN_NONE;
	u32 index = area->head[klass];
	u32 nr = 0;

	mctl_report_expect(report, "buddy I6", "class", klass * MCTL_NR_MT + mt, "mask",
			   index != MCTL_FN_NONE, !!(area->mask & BIT(klass)));
	while (index != MCTL_FN_NONE) {
		if (index >= end) {
			mctl_report_expect(report, "buddy I9", "pageblock", prev, "next",
					   MCTL_FN_NONE, index);
			break;
		}
		if (nr >= end || !mctl_report_expect(report, "buddy I9", "pageblock", index, "prev",
						     prev, table->lists[index].prev))
			break;
		mctl_report_expect(report, "buddy I10", "pageblock", index, "zone", buddy->zone,
				   zone_of(table, index));
		check_pageblock(buddy, index, klass, mt, nr_blocks, report);
		nr++;
		prev = index;
		index = table->lists[index].next;
	}
	return nr;
}

/* I4, I5 of a head that says FREE. */
static void check_free_head(const struct mctl_table *table, u32 fn, struct mctl_report *report)
{
	unsigned int order = mctl_state_order(table->state[fn]);
	u32 half = 1U << order;

	if (order < MCTL_MAX_ORDER && order < mctl_table_chunk_order(table, fn))
		mctl_report_expect(report, "buddy I4", "frame", fn, "free buddy", 0,
				   !(fn & half) && table->state[fn ^ half] == table->state[fn]);
	for (u32 i = fn + 1; i < fn + half; i++)
		if (!mctl_report_expect(report, "buddy I5", "frame", i, "state",
					MCTL_STATE(MCTL_KIND_TAIL, 0), table->state[i]))
			break;
}

/* The zone's part of the frame table. Return: frames held; @nr_heads gets FREE heads by order. */
static u32 check_frames(const struct mctl_buddy *buddy, u32 nr_heads[MCTL_NR_ORDERS],
			struct mctl_report *report)
{
	const struct mctl_table *table = buddy->table;
	u32 nr_held = 0;

	for (u32 i = 0; i < table->nr_sections; i++) {
		u32 first = i << MCTL_SECTION_SHIFT;

		if (table->section[i].zone != buddy->zone)
			continue;
		for (u32 fn = first; fn < first + MCTL_SECTION_FRAMES; fn++) {
			unsigned int order = mctl_state_order(table->state[fn]);
			unsigned int kind = mctl_state_kind(table->state[fn]);

			nr_held += kind != MCTL_KIND_ABSENT;
			if (kind != MCTL_KIND_FREE)
				continue;
			/* A misplaced head: mctl_table_check() reports it. */
			if (order > MCTL_MAX_ORDER || fn & ((1U << order) - 1))
				continue;
			nr_heads[order]++;
			check_free_head(table, fn, report);
		}
	}
	return nr_held;
}

/* Count the pageblocks of the zone whose masks say that they have free blocks. */
static u32 count_pageblocks(const struct mctl_buddy *buddy)
{
	const struct mctl_table *table = buddy->table;
	u32 nr = 0;

	for (u32 i = 0; i < mctl_table_nr_pageblocks(table); i++)
		nr += table->lists[i].mask && zone_of(table, i) == buddy->zone;
	return nr;
}

/* The pageblocks of one migratetype: I1, I6. Return: how many are in its classes. */
static u32 check_area(const struct mctl_buddy *buddy, unsigned int mt,
		      u32 nr_blocks[MCTL_NR_ORDERS], struct mctl_report *report)
{
	const struct mctl_area *area = &buddy->area[mt];
	u32 nr = 0;

	for (unsigned int klass = 0; klass < MCTL_NR_ORDERS; klass++)
		nr += check_class(buddy, klass, mt, nr_blocks, report);
	for (unsigned int order = 0; order < MCTL_NR_ORDERS; order++) {
		u32 nr_each = order < MCTL_PAGEBLOCK_ORDER ? area->nr_each : 0;

		mctl_report_expect(report, "buddy I1", "list", order * MCTL_NR_MT + mt, "nr_free",
				   nr_blocks[order], (u32)(area->nr_free[order] + nr_each));
	}
	mctl_report_expect(report, "buddy I6", "migratetype", mt, "mask", 0,
			   area->mask >> MCTL_NR_ORDERS);
	return nr;
}

/**
 * mctl_buddy_check() - test the invariants I1 to I11 of a zone
 * @buddy: the zone
 * @report: where to count and report
 *
 * Context: The caller keeps the zone from changing.
 */
void mctl_buddy_check(const struct mctl_buddy *buddy, struct mctl_report *report)
{
	u32 nr_heads[MCTL_NR_ORDERS] = {};
	u32 nr_total[MCTL_NR_ORDERS] = {};
	u32 nr_pageblocks = 0;
	u64 nr_free = 0;
	u32 nr_held;

	nr_held = check_frames(buddy, nr_heads, report);
	for (unsigned int mt = 0; mt < MCTL_NR_MT; mt++) {
		u32 nr_blocks[MCTL_NR_ORDERS] = {};

		nr_pageblocks += check_area(buddy, mt, nr_blocks, report);
		for (unsigned int order = 0; order < MCTL_NR_ORDERS; order++)
			nr_total[order] += nr_blocks[order];
	}
	for (unsigned int order = 0; order < MCTL_NR_ORDERS; order++) {
		mctl_report_expect(report, "buddy I5", "order", order, "free heads",
				   nr_total[order], nr_heads[order]);
		nr_free += (u64)nr_total[order] << order;
	}
	mctl_report_expect(report, "buddy I10", "zone", buddy->zone, "pageblocks", nr_pageblocks,
			   count_pageblocks(buddy));
	mctl_report_expect(report, "buddy I1", "zone", buddy->zone, "nr_free", nr_free,
			   buddy->nr_free);
	mctl_report_expect(report, "buddy I8", "zone", buddy->zone, "nr_frames", nr_held,
			   buddy->nr_frames);
}
