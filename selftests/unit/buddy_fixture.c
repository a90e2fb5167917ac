// SPDX-License-Identifier: GPL-2.0
/*
 * Zones to test the buddy allocator with: a frame table of any shape, and
 * the oracle beside it, which knows the owner of each frame and nothing else.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include "buddy_fixture.h"

#define OWNER_ABSENT 0U /* the zones do not have the frame */
#define OWNER_FIRST  2U /* and up: blocks that were granted */

/* A table of empty sections; those of @zone1 and up belong to zone 1, the others to zone 0. */
void fixture_init(struct fixture *f, u32 nr_sections, u32 zone1)
{
	memset(f, 0, sizeof(*f));
	f->span = nr_sections * MCTL_SECTION_FRAMES;
	f->table.nr_sections = nr_sections;
	f->table.state = calloc(f->span, sizeof(*f->table.state));
	f->table.link = calloc(f->span, sizeof(*f->table.link));
	f->table.tag = calloc(f->span, sizeof(*f->table.tag));
	f->table.pageblock = calloc(f->span >> MCTL_PAGEBLOCK_ORDER, 1);
	f->table.lists = calloc(f->span >> MCTL_PAGEBLOCK_ORDER, sizeof(*f->table.lists));
	f->table.section = calloc(nr_sections, sizeof(*f->table.section));
	f->chunks = calloc(f->span, sizeof(*f->chunks));
	f->owner = calloc(f->span, sizeof(*f->owner));
	f->blocks = calloc(f->span, sizeof(*f->blocks));
	f->next_owner = OWNER_FIRST;
	for (u32 i = 0; i < nr_sections; i++) {
		f->table.section[i].zone = i >= zone1;
		f->table.section[i].pfn = 0x100000 + i * 3 * MCTL_SECTION_FRAMES;
	}
	mctl_buddy_init(&f->buddy[0], &f->table, 0);
	mctl_buddy_init(&f->buddy[1], &f->table, 1);
}

void fixture_fini(struct fixture *f)
{
	for (u32 i = 0; i < f->table.nr_sections; i++)
		free(f->table.section[i].orders);
	free(f->table.state);
	free(f->table.link);
	free(f->table.tag);
	free(f->table.pageblock);
	free(f->table.lists);
	free(f->table.section);
	free(f->chunks);
	free(f->owner);
	free(f->blocks);
}

unsigned int fixture_zone(const struct fixture *f, u32 fn)
{
	return f->table.section[fn >> MCTL_SECTION_SHIFT].zone;
}

/* First block of a list of the pageblock numbered @index, or MCTL_FN_NONE. */
u32 fixture_first(const struct fixture *f, u32 index, unsigned int order)
{
	if (!(f->table.lists[index].mask & BIT(order)))
		return MCTL_FN_NONE;
	return mctl_table_first(&f->table, index, order);
}

/* What chunk.c does when it takes a chunk. */
void fixture_add(struct fixture *f, u32 fn, unsigned int order)
{
	struct mctl_section *section = &f->table.section[fn >> MCTL_SECTION_SHIFT];

	if (order < MCTL_MAX_ORDER && !section->orders)
		section->orders = calloc(MCTL_SECTION_FRAMES, 1);
	if (section->orders)
		memset(&section->orders[fn & (MCTL_SECTION_FRAMES - 1)], order, 1U << order);
	section->nr_frames += 1U << order;
	mctl_buddy_add(&f->buddy[section->zone], fn, order);
	for (u32 i = fn; i < fn + (1U << order); i++)
		f->owner[i] = OWNER_FREE;
	f->chunks[f->nr_chunks++] = (struct shape){ .fn = fn, .order = order };
}

/* Give chunk number @index back. Return: what mctl_buddy_remove() returns. */
int fixture_remove(struct fixture *f, u32 index)
{
	struct shape chunk = f->chunks[index];
	struct mctl_section *section = &f->table.section[chunk.fn >> MCTL_SECTION_SHIFT];
	int error;

	error = mctl_buddy_remove(&f->buddy[section->zone], chunk.fn, chunk.order);
	if (error)
		return error;
	section->nr_frames -= 1U << chunk.order;
	for (u32 i = chunk.fn; i < chunk.fn + (1U << chunk.order); i++)
		f->owner[i] = OWNER_ABSENT;
	f->chunks[index] = f->chunks[--f->nr_chunks];
	return 0;
}

/* Prints what a check found; context is a string that the test is told of. */
void fixture_tell(struct mctl_report *report, const struct mctl_problem *problem)
{
	if (report->nr_problems <= 5)
		tap_note("%s: %s %llu: %s is %llu, expected %llu", problem->invariant,
			 problem->object, (unsigned long long)problem->index, problem->field,
			 (unsigned long long)problem->found, (unsigned long long)problem->expected);
}

/* Number of broken invariants, printed. */
u64 fixture_check(const struct fixture *f)
{
	struct mctl_report report = { .found = fixture_tell };

	mctl_table_check(&f->table, &report);
	mctl_buddy_check(&f->buddy[0], &report);
	mctl_buddy_check(&f->buddy[1], &report);
	return report.nr_problems;
}

/* Is there an aligned run of 2^order free frames inside one chunk of @zone? By owners alone. */
bool fixture_could_grant(const struct fixture *f, unsigned int zone, unsigned int order)
{
	for (u32 i = 0; i < f->nr_chunks; i++) {
		struct shape chunk = f->chunks[i];

		if (fixture_zone(f, chunk.fn) != zone || chunk.order < order)
			continue;
		for (u32 fn = chunk.fn; fn < chunk.fn + (1U << chunk.order); fn += 1U << order) {
			u32 nr = 0;

			while (nr < 1U << order && f->owner[fn + nr] == OWNER_FREE)
				nr++;
			if (nr == 1U << order)
				return true;
		}
	}
	return false;
}

/* Is the block inside one chunk of the zone? */
static bool fixture_in_chunk(const struct fixture *f, u32 fn, unsigned int order)
{
	for (u32 i = 0; i < f->nr_chunks; i++)
		if (fn >= f->chunks[i].fn &&
		    fn + (1U << order) <= f->chunks[i].fn + (1U << f->chunks[i].order))
			return true;
	return false;
}

/* Allocate and compare with the oracle. Return: fn or MCTL_FN_NONE. */
u32 fixture_alloc(struct fixture *f, unsigned int zone, unsigned int order, unsigned int mt)
{
	unsigned int from_mt;
	int found = mctl_buddy_find(&f->buddy[zone], order, mt, &from_mt);
	u64 nr_split = f->buddy[zone].nr_split;
	u32 fn = mctl_buddy_alloc(&f->buddy[zone], order, mt, MCTL_KIND_USED);

	tap_expect_equal(found >= 0, fn != MCTL_FN_NONE);
	if (fn == MCTL_FN_NONE) {
		tap_expect(!fixture_could_grant(f, zone, order));
		return fn;
	}
	/* The block was of the order foretold: it was split as often as that takes. */
	tap_expect(found >= (int)order);
	tap_expect_equal(f->buddy[zone].nr_split - nr_split, found - (int)order);
	if (!tap_expect(fn < f->span))
		return MCTL_FN_NONE;
	tap_expect_equal(fixture_zone(f, fn), zone);
	tap_expect_equal(f->table.state[fn], MCTL_STATE(MCTL_KIND_USED, order));
	tap_expect_equal(fn & ((1U << order) - 1), 0);
	tap_expect(fixture_in_chunk(f, fn, order));
	for (u32 i = fn; i < fn + (1U << order) && i < f->span; i++) {
		tap_expect_equal(f->owner[i], OWNER_FREE);
		tap_expect_equal(mctl_table_head(&f->table, i), fn);
		f->owner[i] = f->next_owner;
	}
	f->next_owner++;
	f->blocks[f->nr_blocks++] = (struct block){ .fn = fn, .order = order, .zone = zone };
	return fn;
}

/* Free granted block number @index. */
void fixture_free(struct fixture *f, u32 index)
{
	struct block block = f->blocks[index];
	u32 owner = f->owner[block.fn];

	tap_expect_equal(f->table.state[block.fn], MCTL_STATE(MCTL_KIND_USED, block.order));
	for (u32 i = block.fn; i < block.fn + (1U << block.order); i++) {
		tap_expect_equal(f->owner[i], owner);
		f->owner[i] = OWNER_FREE;
	}
	mctl_buddy_free(&f->buddy[block.zone], block.fn, block.order);
	f->blocks[index] = f->blocks[--f->nr_blocks];
}

/* Structure, and the totals of the oracle. */
void fixture_compare(const struct fixture *f)
{
	u32 nr_free[2] = {}, nr_held[2] = {};

	tap_expect_equal(fixture_check(f), 0);
	for (u32 first = 0; first < f->span; first += MCTL_SECTION_FRAMES) {
		unsigned int zone = fixture_zone(f, first);
		const u32 *owner = &f->owner[first];

		for (u32 i = 0; i < MCTL_SECTION_FRAMES; i++) {
			nr_free[zone] += owner[i] == OWNER_FREE;
			nr_held[zone] += owner[i] != OWNER_ABSENT;
		}
	}
	for (unsigned int zone = 0; zone < 2; zone++) {
		tap_expect_equal(f->buddy[zone].nr_free, nr_free[zone]);
		tap_expect_equal(f->buddy[zone].nr_frames, nr_held[zone]);
	}
}

/* Free everything: each chunk must be one free block again. */
void fixture_idle(struct fixture *f)
{
	u32 nr_blocks[2][MCTL_NR_ORDERS] = {};

	while (f->nr_blocks)
		fixture_free(f, tap_below(f->nr_blocks));
	fixture_compare(f);
	for (u32 i = 0; i < f->nr_chunks; i++)
		nr_blocks[fixture_zone(f, f->chunks[i].fn)][f->chunks[i].order]++;
	for (unsigned int zone = 0; zone < 2; zone++) {
		tap_expect_equal(f->buddy[zone].nr_free, f->buddy[zone].nr_frames);
		for (unsigned int order = 0; order < MCTL_NR_ORDERS; order++)
			tap_expect_equal(mctl_buddy_nr_blocks(&f->buddy[zone], order),
					 nr_blocks[zone][order]);
	}
}
