// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables in frames of an arena.
 *
 * A table's frame holds nothing but entries, so what else there is to know
 * of it stands in the frame table:
 *
 *   state   TABLE, order 0
 *   tag     31      16 15   12 11       0
 *           [ marks  ] [level] [ present ]
 *   link    next and previous table of the same shadow
 *
 * The list is what frees the tables at the end, so that not one is lost or
 * freed twice however damaged the entries are.
 *
 * Invariants, tested by mctl_shadow_check() and mctl_shadow_check_done()
 * besides those of core/ptable.c:
 *
 * I1  Each table on the list is a frame in use for a table, and nr_tables of
 *     them are on it; the tables that core/ptable.c counts are as many.
 * I2  Each table on the list is reached from the root.
 * I3  The list's links are symmetric.
 *
 * Locks: none here; who holds the shadow serialises (regions/region.c). The frame
 * table may be replaced while all CPUs are stopped, so it is looked at with
 * preemption disabled.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <asm/processor.h>
#include "frames/frame.h"
#include "regions/shadow.h"

#define TAG_COUNT	0xfffU
#define TAG_LEVEL_SHIFT 12
#define TAG_LEVEL	0xfU
#define TAG_MARK	0x10000U
#define TAG_MARK_SHIFT	16

/* How many runs of frames, and pages, are mapped between two looks at the scheduler. */
#define MAX_RUNS  16
#define MAP_BATCH 512

static u32 fn_of(const struct mctl_shadow *shadow, u64 pfn)
{
	u32 fn;

	preempt_disable();
	fn = mctl_arena_pfn_to_fn(shadow->arena, pfn);
	preempt_enable();
	return fn;
}

static u64 pfn_of(const struct mctl_shadow *shadow, u32 fn)
{
	u64 pfn;

	preempt_disable();
	pfn = mctl_table_pfn(&shadow->arena->table, fn);
	preempt_enable();
	return pfn;
}

/* Put a table's frame in front of the list. */
static void link_table(struct mctl_shadow *shadow, u32 fn, u32 tag)
{
	struct mctl_table *table = &shadow->arena->table;

	preempt_disable();
	table->tag[fn] = tag;
	table->link[fn].prev = MCTL_FN_NONE;
	table->link[fn].next = shadow->tables;
	if (shadow->tables != MCTL_FN_NONE)
		table->link[shadow->tables].prev = fn;
	preempt_enable();
	shadow->tables = fn;
	shadow->nr_tables++;
	atomic_inc(&shadow->arena->nr_tables);
}

/*
 * Take a table's frame off the list. A link that does not lead there and back is damaged: what is
 * behind it is lost to the list, and nothing else is written to.
 */
static void unlink_table(struct mctl_shadow *shadow, u32 fn)
{
	struct mctl_table *table = &shadow->arena->table;
	u32 span, next, prev;

	preempt_disable();
	span = mctl_table_span(table);
	next = table->link[fn].next;
	prev = table->link[fn].prev;
	if (next < span && table->link[next].prev == fn)
		table->link[next].prev = prev;
	else
		next = MCTL_FN_NONE;
	if (shadow->tables == fn)
		shadow->tables = next;
	else if (prev < span && table->link[prev].next == fn)
		table->link[prev].next = next;
	preempt_enable();
	shadow->nr_tables--;
	atomic_dec(&shadow->arena->nr_tables);
}

static u64 alloc_table(void *context, unsigned int level, bool zero)
{
	struct mctl_shadow *shadow = context;
	const struct mctl_request request = {
		.type = MEMCTL_ZONE_TYPE_NORMAL,
		.mt = MCTL_MT_UNMOVABLE,
		.kind = MCTL_KIND_TABLE,
		.flags = zero ? MCTL_REQUEST_ZERO : 0,
		.nid = NUMA_NO_NODE,
	};
	u32 fn;

	if (mctl_inject(shadow->arena, MEMCTL_INJECT_SITE_TABLE, 0, NULL)) {
		shadow->reason = MEMCTL_REASON_INJECTED;
		return MCTL_PT_NO_PFN;
	}
	fn = mctl_frame_alloc(shadow->arena, &request, &shadow->reason);
	if (fn == MCTL_FN_NONE)
		return MCTL_PT_NO_PFN;
	link_table(shadow, fn, level << TAG_LEVEL_SHIFT);
	return pfn_of(shadow, fn);
}

static void free_table(void *context, u64 pfn)
{
	struct mctl_shadow *shadow = context;
	u32 fn = fn_of(shadow, pfn);

	unlink_table(shadow, fn);
	mctl_frame_free(shadow->arena, fn, 0, MCTL_KIND_TABLE);
}

static u32 count_entries(void *context, u64 pfn, int delta)
{
	struct mctl_shadow *shadow = context;
	u32 tag;

	preempt_disable();
	tag = shadow->arena->table.tag[mctl_arena_pfn_to_fn(shadow->arena, pfn)] += delta;
	preempt_enable();
	return tag & TAG_COUNT;
}

static u32 mark_table(void *context, u64 pfn)
{
	struct mctl_shadow *shadow = context;
	u32 tag;

	preempt_disable();
	tag = shadow->arena->table.tag[mctl_arena_pfn_to_fn(shadow->arena, pfn)] += TAG_MARK;
	preempt_enable();
	return tag >> TAG_MARK_SHIFT;
}

static bool is_table(void *context, u64 pfn, unsigned int level)
{
	struct mctl_shadow *shadow = context;
	const struct mctl_table *table = &shadow->arena->table;
	bool is = false;
	u32 fn;

	preempt_disable();
	fn = mctl_arena_pfn_to_fn(shadow->arena, pfn);
	if (fn != MCTL_FN_NONE)
		is = table->state[fn] == MCTL_STATE(MCTL_KIND_TABLE, 0) &&
		     (table->tag[fn] >> TAG_LEVEL_SHIFT & TAG_LEVEL) == level;
	preempt_enable();
	return is;
}

/*
 * Frames that are neighbours are often of one section: what to add to their
 * numbers is looked up when it changes.
 */
static void fill_entries(void *context, void *entries, const u32 *fns, u32 nr, u64 flags)
{
	const struct mctl_shadow *shadow = context;
	u32 first = 0, size = 0;
	u64 *entry = entries;
	u64 base = 0;

	preempt_disable();
#pragma GCC unroll 8
	for (u32 i = 0; i < nr; i++) {
		u32 fn = fns[i];

		if (unlikely(fn - first >= size)) {
			first = fn & ~(MCTL_SECTION_FRAMES - 1);
			size = MCTL_SECTION_FRAMES;
			base = mctl_table_pfn(&shadow->arena->table, first) << PAGE_SHIFT | flags;
		}
		entry[i] = base + ((u64)(fn - first) << PAGE_SHIFT);
	}
	preempt_enable();
}

static const struct mctl_ptable_ops shadow_ops = {
	.alloc = alloc_table,
	.free = free_table,
	.count = count_entries,
	.mark = mark_table,
	.is_table = is_table,
	.fill = fill_entries,
};

/**
 * mctl_shadow_init() - make a shadow that maps nothing
 * @shadow: the shadow; what was there is overwritten
 * @arena: where its tables live; the caller keeps it alive
 *
 * The tables have as many levels as the processor uses.
 *
 * Context: Process; the caller serialises.
 * Return: 0, or -ENOMEM when the arena has no frame for the root.
 */
int mctl_shadow_init(struct mctl_shadow *shadow, struct mctl_arena *arena)
{
	const struct mctl_ptable_config config = {
		.format = pgtable_l5_enabled() ? &mctl_ptable_x86_64_5level :
						 &mctl_ptable_x86_64_4level,
		.ops = &shadow_ops,
		.context = shadow,
		.base = PAGE_OFFSET,
		.physical_bits = boot_cpu_data.x86_phys_bits,
		/* The kernel's own choice for every level above the leaves, US included. */
		.table_flags = _PAGE_TABLE,
		.encryption = _PAGE_ENC,
	};

	shadow->arena = arena;
	shadow->tables = MCTL_FN_NONE;
	shadow->nr_tables = 0;
	shadow->reason = MEMCTL_REASON_NONE;
	return mctl_ptable_init(&shadow->pt, &config);
}

/**
 * mctl_shadow_fini() - free all tables, whatever they hold
 * @shadow: the shadow; not to be used afterwards
 *
 * Context: Process; the caller serialises.
 */
void mctl_shadow_fini(struct mctl_shadow *shadow)
{
	while (shadow->tables != MCTL_FN_NONE) {
		u32 fn = shadow->tables;

		unlink_table(shadow, fn);
		mctl_frame_free(shadow->arena, fn, 0, MCTL_KIND_TABLE);
		cond_resched();
	}
}

/**
 * mctl_shadow_map() - map a range to frames of the arena
 * @shadow: the shadow
 * @address: first virtual address, a multiple of 4 KiB
 * @fns: a frame for each page
 * @nr: pages
 * @flags: bits of a leaf without the address, P among them
 *
 * Context: Process, may sleep; the caller serialises.
 * Return: as mctl_ptable_map(); on error nothing is mapped.
 */
int mctl_shadow_map(struct mctl_shadow *shadow, u64 address, const u32 *fns, u32 nr, u64 flags)
{
	u32 done, batch;
	int ret = 0;

	for (done = 0; done < nr; done += batch) {
		batch = min_t(u32, nr - done, MAP_BATCH);
		ret = -ENOMEM;
		if (mctl_inject(shadow->arena, MEMCTL_INJECT_SITE_MAP, 0, NULL)) {
			shadow->reason = MEMCTL_REASON_INJECTED;
			break;
		}
		ret = mctl_ptable_map_frames(&shadow->pt, address + ((u64)done << PAGE_SHIFT),
					     fns + done, batch, flags);
		if (ret)
			break;
		cond_resched();
	}
	if (ret && done)
		mctl_ptable_unmap(&shadow->pt, address, done);
	return ret;
}

/**
 * mctl_shadow_check() - test the invariants
 * @shadow: the shadow; any damage to its entries is allowed
 * @report: gets what is broken
 *
 * Marks the tables that it reaches, so that two shadows of one arena that share a table are
 * found out: mctl_shadow_check_done() for all of them follows mctl_shadow_check() for all.
 *
 * Context: Process, may sleep; the caller serialises with changes of any shadow of the arena.
 */
void mctl_shadow_check(const struct mctl_shadow *shadow, struct mctl_report *report)
{
	mctl_ptable_check(&shadow->pt, report);
	mctl_report_expect(report, "shadow I1", "shadow", shadow->pt.root_pfn, "nr_tables",
			   shadow->nr_tables, shadow->pt.nr_tables);
}

/**
 * mctl_shadow_check_done() - the second half of a check: which tables were reached
 * @shadow: the shadow
 * @report: gets what is broken
 *
 * Clears the marks.
 *
 * Context: Process, may sleep; the caller serialises with changes of any shadow of the arena.
 */
void mctl_shadow_check_done(const struct mctl_shadow *shadow, struct mctl_report *report)
{
	struct mctl_table *table = &shadow->arena->table;
	u32 fn = shadow->tables, prev = MCTL_FN_NONE;
	u32 nr;

	for (nr = 0; fn != MCTL_FN_NONE && nr < shadow->nr_tables; nr++) {
		u32 span = mctl_table_span(table);
		struct mctl_link link;
		u32 state, marks;

		if (!mctl_report_expect(report, "shadow I3", "table", prev, "next",
					min(fn, span - 1), fn))
			break;
		preempt_disable();
		state = table->state[fn];
		link = table->link[fn];
		marks = table->tag[fn] >> TAG_MARK_SHIFT;
		if (mctl_state_kind(state) == MCTL_KIND_TABLE)
			table->tag[fn] &= TAG_MARK - 1;
		preempt_enable();

		if (!mctl_report_expect(report, "shadow I1", "table", fn, "state",
					MCTL_STATE(MCTL_KIND_TABLE, 0), state))
			break;
		mctl_report_expect(report, "shadow I2", "table", fn, "reached", true, marks > 0);
		mctl_report_expect(report, "shadow I3", "table", fn, "prev", prev, link.prev);
		prev = fn;
		fn = link.next;
		cond_resched();
	}
	mctl_report_expect(report, "shadow I1", "shadow", shadow->pt.root_pfn, "listed tables",
			   shadow->nr_tables, nr);
}
