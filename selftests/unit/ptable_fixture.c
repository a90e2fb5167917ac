// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables to test core/ptable.c with: frames for them that may run out
 * at any call, and the oracle beside them, which knows for each page of some
 * windows what a leaf of 4 KiB would have to say, and nothing of tables.
 */
#include <linux/errno.h>
#include <linux/limits.h>
#include "ptable_fixture.h"

/* A frame that need not be zero is not. */
static u64 fixture_alloc(void *context, unsigned int level, bool zero)
{
	struct tables *t = context;

	if (t->fail_in != NO_FAILURE && t->fail_in-- == 0) {
		t->ran_out = true;
		return MCTL_PT_NO_PFN;
	}
	for (u32 i = 0; i < t->nr_frames; i++) {
		if (t->level[i])
			continue;
		if (!zero)
			memset(t->memory + (size_t)i * PAGE, 0x55,
			       mctl_ptable_nr_entries(&t->pt, level) * t->pt.format->entry_size);
		t->level[i] = level;
		t->count[i] = 0;
		t->mark[i] = 0;
		t->nr_used++;
		return FIRST_PFN + i;
	}
	t->ran_out = true;
	return MCTL_PT_NO_PFN;
}

static void fixture_free(void *context, u64 pfn)
{
	struct tables *t = context;
	u32 i = pfn - FIRST_PFN;
	const u64 *entry = (const u64 *)(t->memory + (size_t)i * PAGE);
	u64 bits = 0;

	tap_expect(i < t->nr_frames && t->level[i]);
	for (u32 j = 0; j < PAGE / sizeof(*entry); j++)
		bits |= entry[j];
	tap_expect(!bits);
	t->level[i] = 0;
	t->nr_used--;
}

static u32 fixture_count(void *context, u64 pfn, int delta)
{
	struct tables *t = context;

	return t->count[pfn - FIRST_PFN] += delta;
}

static u32 fixture_mark(void *context, u64 pfn)
{
	struct tables *t = context;

	return ++t->mark[pfn - FIRST_PFN];
}

static bool fixture_is_table(void *context, u64 pfn, unsigned int level)
{
	struct tables *t = context;

	return pfn >= FIRST_PFN && pfn - FIRST_PFN < t->nr_frames &&
	       t->level[pfn - FIRST_PFN] == level;
}

/* The number of a frame is its pfn. */
static void fixture_fill(void *context, void *entries, const u32 *fns, u32 nr, u64 flags)
{
	const struct tables *t = context;

	for (u32 i = 0; i < nr; i++) {
		u64 entry = (u64)fns[i] << MCTL_PT_PAGE_SHIFT | flags;

		if (t->pt.format->entry_size == sizeof(u32))
			((u32 *)entries)[i] = entry;
		else
			((u64 *)entries)[i] = entry;
	}
}

const struct mctl_ptable_ops fixture_ops = {
	.alloc = fixture_alloc,
	.free = fixture_free,
	.count = fixture_count,
	.mark = fixture_mark,
	.is_table = fixture_is_table,
	.fill = fixture_fill,
};

void tables_init(struct tables *t, const struct mctl_ptable_format *format, u32 nr_frames,
		 const struct window *windows, u32 nr_windows)
{
	struct mctl_ptable_config config = {
		.format = format,
		.ops = &fixture_ops,
		.context = t,
		.physical_bits = format->entry_size == 4 ? 32 : 46,
		.table_flags = TABLE_FLAGS,
	};

	memset(t, 0, sizeof(*t));
	t->nr_frames = nr_frames;
	t->memory = aligned_alloc(PAGE, (size_t)nr_frames * PAGE);
	memset(t->memory, 0, (size_t)nr_frames * PAGE);
	t->level = calloc(nr_frames, sizeof(*t->level));
	t->count = calloc(nr_frames, sizeof(*t->count));
	t->mark = calloc(nr_frames, sizeof(*t->mark));
	t->saved = malloc((size_t)nr_frames * PAGE);
	t->saved_level = malloc(nr_frames * sizeof(*t->level));
	t->saved_count = malloc(nr_frames * sizeof(*t->count));
	t->fail_in = NO_FAILURE;
	t->limit = 1ULL << (config.physical_bits - 12);
	t->windows = windows;
	t->nr_windows = nr_windows;
	t->oracle = calloc(nr_windows, sizeof(*t->oracle));
	for (u32 i = 0; i < nr_windows; i++)
		t->oracle[i] = calloc(windows[i].nr, sizeof(**t->oracle));
	config.base = (unsigned long)t->memory - FIRST_PFN * (unsigned long)PAGE;
	tap_expect_equal(mctl_ptable_init(&t->pt, &config), 0);
}

void tables_fini(struct tables *t)
{
	for (u32 i = 0; i < t->nr_windows; i++)
		free(t->oracle[i]);
	free(t->oracle);
	free(t->memory);
	free(t->level);
	free(t->count);
	free(t->mark);
	free(t->saved);
	free(t->saved_level);
	free(t->saved_count);
}

void tables_save(struct tables *t)
{
	memcpy(t->saved, t->memory, (size_t)t->nr_frames * PAGE);
	memcpy(t->saved_level, t->level, t->nr_frames * sizeof(*t->level));
	memcpy(t->saved_count, t->count, t->nr_frames * sizeof(*t->count));
	t->saved_pt = t->pt;
}

void tables_restore(struct tables *t)
{
	memcpy(t->memory, t->saved, (size_t)t->nr_frames * PAGE);
	memcpy(t->level, t->saved_level, t->nr_frames * sizeof(*t->level));
	memcpy(t->count, t->saved_count, t->nr_frames * sizeof(*t->count));
	t->pt = t->saved_pt;
}

/* Byte for byte as saved; frames that are free count as equal. */
bool tables_unchanged(struct tables *t)
{
	if (memcmp(t->saved_level, t->level, t->nr_frames * sizeof(*t->level)) ||
	    memcmp(t->pt.nr_leaves, t->saved_pt.nr_leaves, sizeof(t->pt.nr_leaves)) ||
	    t->pt.nr_tables != t->saved_pt.nr_tables || t->pt.nr_mapped != t->saved_pt.nr_mapped)
		return false;
	for (u32 i = 0; i < t->nr_frames; i++) {
		if (t->level[i] &&
		    (t->count[i] != t->saved_count[i] ||
		     memcmp(t->memory + (size_t)i * PAGE, t->saved + (size_t)i * PAGE, PAGE)))
			return false;
	}
	return true;
}

/* A leaf's flags as for 4 KiB, and the frame of the page that is @page pages into it. */
u64 leaf_as_small(const struct tables *t, unsigned int level, u64 entry, u64 page)
{
	u64 size = 1ULL << t->pt.format->level[level].shift;
	u64 address = entry & t->pt.address_mask & ~(size - 1);
	u64 flags = entry & ~t->pt.address_mask;

	if (level > 1) {
		flags &= ~MCTL_PT_PS;
		if (entry & BIT_ULL(12))
			flags |= MCTL_PT_PAT;
	}
	return address + page * PAGE + flags;
}

/* The oracle's word on a page, or NULL when no window has it. */
static u64 *oracle_at(struct tables *t, u64 address)
{
	for (u32 i = 0; i < t->nr_windows; i++) {
		u64 page = (address - t->windows[i].address) / PAGE;

		if (address >= t->windows[i].address && page < t->windows[i].nr)
			return &t->oracle[i][page];
	}
	return NULL;
}

u64 tables_check(struct tables *t, struct mctl_report *report)
{
	mctl_ptable_check(&t->pt, report);
	memset(t->mark, 0, t->nr_frames * sizeof(*t->mark));
	return report->nr_problems;
}

/* The walk that may refuse: it must not where all is as it likes it. */
static void compare_fast(struct tables *t, u64 address, unsigned int level, u64 entry)
{
	u64 physical = mctl_ptable_page(&t->pt, address);
	bool liked = t->pt.format == &mctl_ptable_x86_64_4level && (s64)address < 0 &&
		     t->pt.nr_leaves[1] == t->pt.nr_mapped;

	if (liked)
		tap_expect(physical == (entry & t->pt.address_mask));
	else
		tap_expect_equal(physical, 0);
}

/* One leaf against the oracle, and the walks that lead to it. */
static void compare_leaf(struct tables *t, const struct mctl_ptable_step *leaf,
			 struct mctl_ptable_cache *cache)
{
	u64 pages = mctl_ptable_pages(&t->pt, leaf->level);
	u64 at = tap_below(pages);
	u64 address = leaf->address + at * PAGE + tap_below(PAGE);
	struct mctl_ptable_step steps[MCTL_PT_MAX_LEVELS];
	unsigned int level = 0, nr;

	for (u64 page = 0; page < pages; page++) {
		u64 *known = oracle_at(t, leaf->address + page * PAGE);

		tap_expect(known && *known == leaf_as_small(t, leaf->level, leaf->entry, page));
	}
	tap_expect(mctl_ptable_walk(&t->pt, address, &level) == leaf->entry);
	tap_expect_equal(level, leaf->level);
	tap_expect(mctl_ptable_walk_cached(&t->pt, cache, address, &level) == leaf->entry);
	tap_expect_equal(level, leaf->level);
	tap_expect((mctl_ptable_physical(&t->pt, address, level, leaf->entry) ^
		    (leaf_as_small(t, level, leaf->entry, at) & t->pt.address_mask)) < PAGE);
	compare_fast(t, address, level, leaf->entry);
	nr = mctl_ptable_steps(&t->pt, address, steps);
	tap_expect_equal(nr, t->pt.format->nr_levels - leaf->level + 1);
	tap_expect(steps[nr - 1].leaf && steps[nr - 1].entry == leaf->entry &&
		   steps[nr - 1].address == leaf->address && steps[nr - 1].table == leaf->table);
}

/* Structure and promise, after every call. */
void tables_verify(struct tables *t, struct mctl_ptable_cache *cache)
{
	struct mctl_ptable_cursor cursor;
	struct mctl_ptable_step step, last = {};
	struct mctl_report report = {};
	u64 nr_mapped = 0;
	u32 nr = 0;

	tap_expect_equal(tables_check(t, &report), 0);
	mctl_ptable_rewind(&t->pt, &cursor);
	for (; mctl_ptable_next(&t->pt, &cursor, &step); last = step, nr++) {
		tap_expect(!nr || step.address > last.address ||
			   (step.address == last.address && step.level < last.level));
		tap_expect(!step.broken);
		if (!step.leaf)
			continue;
		compare_leaf(t, &step, cache);
		nr_mapped += mctl_ptable_pages(&t->pt, step.level);
	}
	tap_expect_equal(nr_mapped, t->nr_mapped);
	tap_expect_equal(t->pt.nr_mapped, t->nr_mapped);
	tap_expect_equal(t->pt.nr_tables, t->nr_used);
}
