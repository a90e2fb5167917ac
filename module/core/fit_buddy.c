// SPDX-License-Identifier: GPL-2.0
/*
 * The buddy system (Knowlton 1965; Knuth 1, 2.5): a shell around core/buddy.c,
 * the allocator of the arenas, over a frame table of its own.
 *
 * Units are frames of one zone, all movable. They are added as chunks of order
 * 10, and what is left at the end as smaller ones: 16 units are one block of 16,
 * 1000 units are blocks of 512, 256, 128, 64, 32 and 8. A request is granted
 * the next power of two, up to 1024 units.
 *
 * A step is a block that was taken, split or merged.
 *
 * Invariants: those of buddy.c (I1 to I11) and table.c (T1 to T5), each a line
 * of buddy_check(), and
 *
 * Y1  The zone has nr_units frames, and nr_free of them are free.
 *
 * Locks: none; the caller serialises.
 */
#include <linux/string.h>
#include "core/fit_impl.h"
#include "core/table.h"

static u32 nr_sections_of(u32 nr_units)
{
	return (nr_units + MCTL_SECTION_FRAMES - 1) / MCTL_SECTION_FRAMES;
}

/* Bytes of a section with its frames and pageblocks. */
#define SECTION_BYTES                                                                  \
	(sizeof(struct mctl_section) +                                                 \
	 MCTL_SECTION_FRAMES * (sizeof(struct mctl_link) + sizeof(u32) + sizeof(u8)) + \
	 (MCTL_SECTION_FRAMES / MCTL_PAGEBLOCK_FRAMES) * (sizeof(struct mctl_lists) + sizeof(u8)))

static size_t buddy_size(u32 nr_units)
{
	return sizeof(struct mctl_fit_zone) + SECTION_BYTES * nr_sections_of(nr_units);
}

/* The arrays, those with the widest members first. */
static void lay_out(struct mctl_table *table, u32 nr_sections, void *storage)
{
	size_t nr_frames = (size_t)nr_sections * MCTL_SECTION_FRAMES;

	table->nr_sections = nr_sections;
	table->section = storage;
	table->link = (struct mctl_link *)(table->section + nr_sections);
	table->lists = (struct mctl_lists *)(table->link + nr_frames);
	table->tag = (u32 *)(table->lists + mctl_table_nr_pageblocks(table));
	table->state = (u8 *)(table->tag + nr_frames);
	table->pageblock = table->state + nr_frames;
}

static void buddy_init(struct mctl_fit *fit)
{
	struct mctl_fit_zone *zone = fit->storage;
	struct mctl_table *table = &zone->table;
	u32 order;

	lay_out(table, nr_sections_of(fit->nr_units), zone + 1);
	mctl_buddy_init(&zone->buddy, table, 0);
	for (u32 fn = 0; fn < fit->nr_units; fn += 1U << order) {
		struct mctl_section *section = &table->section[fn >> MCTL_SECTION_SHIFT];

		order = min(ilog2(fit->nr_units - fn), MCTL_MAX_ORDER);
		if (order < MCTL_MAX_ORDER) {
			section->orders = zone->orders;
			memset(&zone->orders[fn & (MCTL_SECTION_FRAMES - 1)], order, 1U << order);
		}
		section->nr_frames += 1U << order;
		mctl_buddy_add(&zone->buddy, fn, order);
	}
}

static u32 buddy_grant(u32 nr)
{
	return nr <= 1U << MCTL_MAX_ORDER ? roundup_pow_of_two(nr) : 0;
}

static u32 buddy_alloc(struct mctl_fit *fit, u32 nr)
{
	struct mctl_fit_zone *zone = fit->storage;
	u64 nr_split = zone->buddy.nr_split;
	u32 fn = mctl_buddy_alloc(&zone->buddy, ilog2(nr), MCTL_MT_MOVABLE, MCTL_KIND_USED);

	fit->steps += 1 + zone->buddy.nr_split - nr_split;
	return fn == MCTL_FN_NONE ? MCTL_FIT_NONE : fn;
}

static void buddy_free(struct mctl_fit *fit, u32 start, u32 nr)
{
	struct mctl_fit_zone *zone = fit->storage;
	u64 nr_merge = zone->buddy.nr_merge;

	mctl_buddy_free(&zone->buddy, start, ilog2(nr));
	fit->steps += 1 + zone->buddy.nr_merge - nr_merge;
}

static bool buddy_next_hole(const struct mctl_fit *fit, struct mctl_fit_hole *hole)
{
	const struct mctl_fit_zone *zone = fit->storage;
	u32 fn = hole->start + hole->nr, nr;

	for (; fn < fit->nr_units; fn += nr) {
		u8 state = zone->table.state[fn];

		nr = 1U << mctl_state_order(state);
		if (mctl_state_kind(state) == MCTL_KIND_FREE) {
			*hole = (struct mctl_fit_hole){ .start = fn, .nr = nr };
			return true;
		}
	}
	return false;
}

static u64 buddy_records(const struct mctl_fit *fit)
{
	return sizeof(struct mctl_buddy) + SECTION_BYTES * (u64)nr_sections_of(fit->nr_units);
}

static void buddy_check(const struct mctl_fit *fit, struct mctl_report *report)
{
	const struct mctl_fit_zone *zone = fit->storage;

	mctl_table_check(&zone->table, report);
	mctl_buddy_check(&zone->buddy, report);
	mctl_report_expect(report, "fit Y1", "fit", 0, "nr_units", fit->nr_units,
			   zone->buddy.nr_frames);
	mctl_report_expect(report, "fit Y1", "fit", 0, "nr_free", fit->nr_free,
			   zone->buddy.nr_free);
}

const struct mctl_fit_ops mctl_fit_buddy_ops = {
	.name = "buddy",
	.help = "powers of two to 1024 units, split and merged, as in the arenas",
	.size = buddy_size,
	.init = buddy_init,
	.grant = buddy_grant,
	.alloc = buddy_alloc,
	.free = buddy_free,
	.next_hole = buddy_next_hole,
	.records = buddy_records,
	.check = buddy_check,
};
