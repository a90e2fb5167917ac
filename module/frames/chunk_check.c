// SPDX-License-Identifier: GPL-2.0
/*
 * The check of chunk.c's invariants, I1 to I5. All other checks
 * go from pages to frames by way of the records that are checked here, so
 * this one comes first, and trusts none of them.
 *
 * Locks: arena->resize (read).
 */
#include <linux/sched.h>
#include "frames/chunk.h"
#include "frames/zone.h"

/* The first frame of a section that is held, or MCTL_FN_NONE. */
static u32 first_held(const struct mctl_table *table, u32 index)
{
	u32 fn = index << MCTL_SECTION_SHIFT;
	u32 end = fn + MCTL_SECTION_FRAMES;

	while (fn < end && mctl_state_kind(READ_ONCE(table->state[fn])) == MCTL_KIND_ABSENT)
		fn++;
	return fn < end ? fn : MCTL_FN_NONE;
}

/* I1 of a section with frames. Return: whether its pages can be looked at. */
static bool check_map(const struct mctl_arena *arena, u32 index, struct mctl_report *report)
{
	const struct mctl_section *section = &arena->table.section[index];

	if (!mctl_report_expect(report, "chunk I1", "section", index, "alignment of its pfn", 0,
				section->pfn & (MCTL_SECTION_FRAMES - 1)) ||
	    !mctl_report_expect(report, "chunk I1", "section", index, "pfn in the map", true,
				section->pfn >> MCTL_SECTION_SHIFT < arena->nr_map))
		return false;
	return mctl_report_expect(report, "chunk I1", "section", index, "fn in the map, plus 1",
				  (index << MCTL_SECTION_SHIFT) + 1,
				  arena->section_map[section->pfn >> MCTL_SECTION_SHIFT]);
}

/* I2. Return: whether all frames are of one zone. */
static bool check_zone(const struct mctl_arena *arena, u32 index, struct mctl_report *report)
{
	const struct mctl_section *section = &arena->table.section[index];
	u32 fn = first_held(&arena->table, index);
	const struct mctl_zone *zone;
	unsigned long pfn;

	if (!mctl_report_expect(report, "chunk I2", "section", index, "zone is one", true,
				section->zone < arena->nr_zones))
		return false;
	if (fn == MCTL_FN_NONE)
		return true;
	zone = &arena->zones[section->zone];
	pfn = section->pfn + (fn & (MCTL_SECTION_FRAMES - 1));
	mctl_report_expect(report, "chunk I2", "section", index, "zone type",
			   mctl_chunk_zone_type(pfn), zone->type);
	if (mctl_report_expect(report, "chunk I2", "section", index, "pages of the host", true,
			       pfn_valid(pfn)))
		mctl_report_expect(report, "chunk I2", "section", index, "node",
				   page_to_nid(pfn_to_page(pfn)), zone->nid);
	return true;
}

/* I3 of a chunk that begins at @at of a section. Return: frames to advance by. */
static u32 check_chunk(const struct mctl_table *table, u32 index, u32 at, u32 *nr_chunks,
		       struct mctl_report *report)
{
	const u8 *orders = table->section[index].orders;
	u32 fn = index << MCTL_SECTION_SHIFT | at;
	u32 order = orders[at], nr = 1U << (order & 15);
	u32 same = 0;

	if (mctl_state_kind(READ_ONCE(table->state[fn])) == MCTL_KIND_ABSENT)
		return 1;
	if (!mctl_report_expect(report, "chunk I3", "frame", fn, "order of its chunk",
				min_t(u32, order, MCTL_MAX_ORDER - 1), order) ||
	    !mctl_report_expect(report, "chunk I3", "frame", fn, "alignment of its chunk", 0,
				at & (nr - 1)))
		return 1;
	while (same < nr && orders[at + same] == order &&
	       mctl_state_kind(READ_ONCE(table->state[fn + same])) != MCTL_KIND_ABSENT)
		same++;
	mctl_report_expect(report, "chunk I3", "frame", fn, "frames of its chunk", nr, same);
	(*nr_chunks)++;
	return nr;
}

/* I3, I4. Return: chunks of the section. */
static u32 check_orders(const struct mctl_arena *arena, u32 index, struct mctl_report *report)
{
	const struct mctl_section *section = &arena->table.section[index];
	u32 nr_chunks = 0, at = 0;

	if (!section->nr_frames) {
		mctl_report_expect(report, "chunk I4", "section", index, "orders of a hole", false,
				   !!section->orders);
		return 0;
	}
	if (!section->orders) {
		mctl_report_expect(report, "chunk I3", "section", index, "frames of one chunk",
				   MCTL_SECTION_FRAMES, section->nr_frames);
		return 1;
	}
	while (at < MCTL_SECTION_FRAMES)
		at += check_chunk(&arena->table, index, at, &nr_chunks, report);
	return nr_chunks;
}

static void check_extent(const struct mctl_arena *arena, struct mctl_report *report)
{
	const struct mctl_section *section = arena->table.section;
	unsigned long nr = arena->extent_nr >> MCTL_SECTION_SHIFT;
	u32 i;

	nr = min_t(unsigned long, nr, arena->table.nr_sections);
	mctl_report_expect(report, "chunk I5", "arena", arena->id, "frames of the extent",
			   nr << MCTL_SECTION_SHIFT, arena->extent_nr);
	if (nr)
		mctl_report_expect(report, "chunk I5", "arena", arena->id, "first page", true,
				   arena->extent_page == pfn_to_page(section[0].pfn));
	for (i = 0; i < nr; i++) {
		u64 pfn = section[0].pfn + ((u64)i << MCTL_SECTION_SHIFT);

		mctl_report_expect(report, "chunk I5", "section", i, "has frames", true,
				   section[i].nr_frames != 0);
		mctl_report_expect(report, "chunk I5", "section", i, "first pfn", pfn,
				   section[i].pfn);
	}
}

/**
 * mctl_chunks_check() - test the invariants
 * @arena: the arena
 * @report: where to
 *
 * Context: Process context, may sleep. arena->resize held.
 * Return: whether frames can be found from pages and pages from frames; if not,
 * no other check may be made.
 */
bool mctl_chunks_check(const struct mctl_arena *arena, struct mctl_report *report)
{
	u64 nr_listed = 0, nr_mapped = 0, nr_chunks = 0;
	bool good = true;
	unsigned long i;

	for (i = 0; i < arena->table.nr_sections; i++) {
		if (arena->table.section[i].nr_frames) {
			nr_listed++;
			good &= check_map(arena, i, report) && check_zone(arena, i, report);
		}
		nr_chunks += check_orders(arena, i, report);
		cond_resched();
	}
	for (i = 0; i < arena->nr_map; i++) {
		nr_mapped += arena->section_map[i] != 0;
		if (!(i % 4096))
			cond_resched();
	}
	good &= mctl_report_expect(report, "chunk I1", "arena", arena->id, "sections in the map",
				   nr_listed, nr_mapped);
	mctl_report_expect(report, "chunk I3", "arena", arena->id, "chunks", nr_chunks,
			   arena->nr_chunks);
	check_extent(arena, report);
	return good;
}
