// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that need only the frame table, whatever zone a frame is in.
 *
 * Invariants, each one a line of mctl_table_check():
 *
 * T1  A state byte has a known kind, and an order that its kind allows.
 * T2  A head's fn is aligned to its block, which lies inside one chunk.
 * T3  A TAIL is inside a block, and a block has no other heads inside.
 * T4  A section holds nr_frames frames.
 * T5  A pageblock has a known migratetype and, if the arena holds any of it,
 *     the zone of its section.
 *
 * Locks: none; the caller keeps the table from changing.
 */
#include "core/buddy.h"
#include "core/table.h"

static inline bool is_head(u8 state)
{
	unsigned int kind = mctl_state_kind(state);

	return kind != MCTL_KIND_ABSENT && kind != MCTL_KIND_TAIL;
}

/**
 * mctl_table_head() - find the block that a frame is in
 * @table: the frame table
 * @fn: the frame, below the table's span
 *
 * Context: Any context; a block that is split or merged concurrently may be missed.
 * Return: fn of the block's head (@fn itself if it is one), or MCTL_FN_NONE if
 * the arena does not hold the frame or no block covers it.
 */
u32 mctl_table_head(const struct mctl_table *table, u32 fn)
{
	if (is_head(table->state[fn]))
		return fn;
	if (mctl_state_kind(table->state[fn]) == MCTL_KIND_ABSENT)
		return MCTL_FN_NONE;
	for (unsigned int order = 1; order <= MCTL_MAX_ORDER; order++) {
		u32 head = fn & ~((1U << order) - 1);
		u8 state = table->state[head];

		if (is_head(state) && mctl_state_order(state) >= order)
			return head;
	}
	return MCTL_FN_NONE;
}

/* T1, T2 of the head at @fn. Return: whether its order can be trusted. */
static bool check_head(const struct mctl_table *table, u32 fn, struct mctl_report *report)
{
	unsigned int kind = mctl_state_kind(table->state[fn]);
	unsigned int order = mctl_state_order(table->state[fn]);
	unsigned int limit = mctl_table_chunk_order(table, fn);

	if (kind >= MCTL_NR_KINDS)
		return mctl_report_expect(report, "table T1", "frame", fn, "kind", MCTL_KIND_USED,
					  kind);
	if (order > MCTL_MAX_ORDER)
		return mctl_report_expect(report, "table T1", "frame", fn, "order", MCTL_MAX_ORDER,
					  order);
	if (order > limit)
		return mctl_report_expect(report, "table T2", "frame", fn, "order", limit, order);
	return mctl_report_expect(report, "table T2", "frame", fn, "alignment", 0,
				  fn & ((1U << order) - 1));
}

/* T3 of the block at @fn; one problem per block is enough. */
static void check_tails(const struct mctl_table *table, u32 fn, struct mctl_report *report)
{
	u32 end = fn + (1U << mctl_state_order(table->state[fn]));

	for (u32 i = fn + 1; i < end; i++)
		if (!mctl_report_expect(report, "table T3", "frame", i, "state",
					MCTL_STATE(MCTL_KIND_TAIL, 0), table->state[i]))
			return;
}

static void check_section(const struct mctl_table *table, u32 index, struct mctl_report *report)
{
	u32 first = index << MCTL_SECTION_SHIFT;
	u32 end = first + MCTL_SECTION_FRAMES;
	u32 nr_absent = 0;
	u32 fn = first;

	while (fn < end) {
		u8 state = table->state[fn];

		if (mctl_state_kind(state) == MCTL_KIND_ABSENT) {
			mctl_report_expect(report, "table T1", "frame", fn, "order", 0,
					   mctl_state_order(state));
			nr_absent++;
			fn++;
		} else if (!is_head(state)) {
			mctl_report_expect(report, "table T3", "frame", fn, "state",
					   MCTL_STATE(MCTL_KIND_USED, 0), state);
			fn++;
		} else if (!check_head(table, fn, report)) {
			fn++;
		} else {
			check_tails(table, fn, report);
			fn += 1U << mctl_state_order(state);
		}
	}
	mctl_report_expect(report, "table T4", "section", index, "nr_frames",
			   MCTL_SECTION_FRAMES - nr_absent, table->section[index].nr_frames);
}

static bool holds_any(const struct mctl_table *table, u32 fn)
{
	for (u32 i = fn; i < fn + (1U << MCTL_PAGEBLOCK_ORDER); i++)
		if (mctl_state_kind(table->state[i]) != MCTL_KIND_ABSENT)
			return true;
	return false;
}

static void check_pageblock(const struct mctl_table *table, u32 index, struct mctl_report *report)
{
	u32 fn = index << MCTL_PAGEBLOCK_ORDER;
	unsigned int mt = mctl_table_pageblock_mt(table, fn);
	u8 byte = MCTL_PAGEBLOCK(table->section[fn >> MCTL_SECTION_SHIFT].zone, mt);

	if (mt >= MCTL_NR_MT)
		mctl_report_expect(report, "table T5", "pageblock", index, "migratetype",
				   MCTL_MT_MOVABLE, mt);
	if (table->pageblock[index] != byte && holds_any(table, fn))
		mctl_report_expect(report, "table T5", "pageblock", index, "zone",
				   byte >> MCTL_PAGEBLOCK_ZONE_SHIFT,
				   table->pageblock[index] >> MCTL_PAGEBLOCK_ZONE_SHIFT);
}

/**
 * mctl_table_check() - test T1 to T5
 * @table: the frame table
 * @report: where to count and report
 *
 * Context: The caller keeps the table from changing. Time is linear in the
 * frames, whatever the table holds.
 */
void mctl_table_check(const struct mctl_table *table, struct mctl_report *report)
{
	u32 nr_pageblocks = mctl_table_span(table) >> MCTL_PAGEBLOCK_ORDER;

	for (u32 i = 0; i < table->nr_sections; i++)
		check_section(table, i, report);
	for (u32 i = 0; i < nr_pageblocks; i++)
		check_pageblock(table, i, report);
	report->nr_checks += nr_pageblocks;
}
