// SPDX-License-Identifier: GPL-2.0
/*
 * The check of the invariants I1 to I8 of buddy.c, and what it costs: time
 * linear in the arena's frames whatever the lists hold. Links may be cyclic
 * or point anywhere: a walk ends at the first link that is not symmetric,
 * and after as many blocks as the zone has frames.
 *
 * Locks: none; the caller keeps the zone from changing.
 */
#include <linux/bits.h>
#include "core/buddy.h"

/* I2, I7 of one block on the list of @order and @mt. */
static void check_block(const struct mctl_buddy *buddy, u32 fn, unsigned int order, unsigned int mt,
			struct mctl_report *report)
{
	const struct mctl_table *table = buddy->table;
	unsigned int limit = mctl_table_chunk_order(table, fn);
	u32 first = fn >> MCTL_PAGEBLOCK_ORDER;
	u32 last = (fn + (1U << order) - 1) >> MCTL_PAGEBLOCK_ORDER;

	mctl_report_expect(report, "buddy I2", "frame", fn, "state",
			   MCTL_STATE(MCTL_KIND_FREE, order), table->state[fn]);
	mctl_report_expect(report, "buddy I2", "frame", fn, "zone", buddy->zone,
			   table->section[fn >> MCTL_SECTION_SHIFT].zone);
	mctl_report_expect(report, "buddy I2", "frame", fn, "chunk order",
			   order > limit ? order : limit, limit);
	if (!mctl_report_expect(report, "buddy I2", "frame", fn, "alignment", 0,
				fn & ((1U << order) - 1)))
		return;
	for (u32 i = first; i <= last; i++)
		mctl_report_expect(report, "buddy I7", "pageblock", i, "migratetype", mt,
				   table->pageblock[i] & MCTL_PAGEBLOCK_MT_MASK);
}

/* One list: I1, I2, I3, I6, I7. Return: its length, as far as it can be followed. */
static u32 check_list(const struct mctl_buddy *buddy, unsigned int order, unsigned int mt,
		      struct mctl_report *report)
{
	const struct mctl_area *area = &buddy->area[order];
	const struct mctl_table *table = buddy->table;
	u32 span = mctl_table_span(table);
	u32 prev = MCTL_FN_NONE;
	u32 fn = area->head[mt];
	u32 nr = 0;

	mctl_report_expect(report, "buddy I6", "list", order * MCTL_NR_MT + mt, "mask",
			   fn != MCTL_FN_NONE, !!(buddy->mask[mt] & BIT(order)));
	while (fn != MCTL_FN_NONE) {
		if (fn >= span) {
			mctl_report_expect(report, "buddy I3", "frame", prev, "next", MCTL_FN_NONE,
					   fn);
			break;
		}
		if (nr >= buddy->nr_frames ||
		    !mctl_report_expect(report, "buddy I3", "frame", fn, "prev", prev,
					table->link[fn].prev))
			break;
		check_block(buddy, fn, order, mt, report);
		nr++;
		prev = fn;
		fn = table->link[fn].next;
	}
	mctl_report_expect(report, "buddy I1", "list", order * MCTL_NR_MT + mt, "nr_free", nr,
			   area->nr_free[mt]);
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

/* The zone's part of the frame table. Return: frames held; FREE heads by order go to @nr_heads. */
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
			/* A head that is out of place: mctl_table_check() tells of it. */
			if (order > MCTL_MAX_ORDER || fn & ((1U << order) - 1))
				continue;
			nr_heads[order]++;
			check_free_head(table, fn, report);
		}
	}
	return nr_held;
}

/**
 * mctl_buddy_check() - test the invariants I1 to I8 of a zone
 * @buddy: the zone
 * @report: where to count and report
 *
 * Context: The caller keeps the zone from changing.
 */
void mctl_buddy_check(const struct mctl_buddy *buddy, struct mctl_report *report)
{
	u32 nr_heads[MCTL_NR_ORDERS] = {};
	u64 nr_free = 0;
	u32 nr_held;

	nr_held = check_frames(buddy, nr_heads, report);
	for (unsigned int order = 0; order < MCTL_NR_ORDERS; order++) {
		u32 nr_blocks = 0;

		for (unsigned int mt = 0; mt < MCTL_NR_MT; mt++)
			nr_blocks += check_list(buddy, order, mt, report);
		mctl_report_expect(report, "buddy I5", "order", order, "free heads", nr_blocks,
				   nr_heads[order]);
		nr_free += (u64)nr_blocks << order;
	}
	for (unsigned int mt = 0; mt < MCTL_NR_MT; mt++)
		mctl_report_expect(report, "buddy I6", "migratetype", mt, "mask", 0,
				   buddy->mask[mt] >> MCTL_NR_ORDERS);
	mctl_report_expect(report, "buddy I1", "zone", buddy->zone, "nr_free", nr_free,
			   buddy->nr_free);
	mctl_report_expect(report, "buddy I8", "zone", buddy->zone, "nr_frames", nr_held,
			   buddy->nr_frames);
}
