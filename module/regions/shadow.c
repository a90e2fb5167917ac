// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables in frames of an arena.
 *
 * The frame of a table contains only entries. Everything else about the table is
 * recorded in the frame table:
 *
 *   state   TABLE, order 0
 *   tag     31      16 15   12 11       0
 *           [ marks  ] [level] [ present ]
 *   link    next and previous table of the same shadow
 *
 * mctl_shadow_fini() frees the tables by this list, not by their entries, so that
 * damaged entries cannot make it miss a table or free one twice.
 *
 * Invariants, tested by mctl_shadow_check() and mctl_shadow_check_done()
 * besides those of core/ptable.c:
 *
 * I1  The list has nr_tables frames, as many as core/ptable.c counts tables, and
 *     each of them is in use for a table.
 * I2  Each table on the list is reached from the root.
 * I3  The list's links are symmetric.
 *
 * Locks: none here; the owner of the shadow serialises (regions/region.c,
 * spaces/space.c). The arrays of the frame table may be mapped elsewhere when it
 * grows, so they are accessed with preemption disabled (host/arena.h).
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

/* MAP_BATCH: pages that are mapped between two calls of cond_resched(). */
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

/* Add a table's frame at the head of the list. */
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
 * Remove a table's frame from the list. A link without a matching link back is damaged: it is not
 * followed, and what comes after it is lost to the list.
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
 * Consecutive entries of @fns are often frames of the same section: the difference
 * between fn and pfn is looked up only when the section changes.
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
 * mctl_shadow_init() - initialise a shadow that maps nothing
 * @shadow: the shadow; the previous content is overwritten
 * @arena: the arena for the frames of its tables; must outlive @shadow
 *
 * The tables have as many levels as the processor uses.
 *
 * Context: Process context, may sleep; the caller serialises.
 * Return: 0, or -ENOMEM if the arena has no frame for the root.
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
		/* What the kernel uses at all levels above the leaves, including US. */
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
 * mctl_shadow_fini() - free all tables, even if entries are present
 * @shadow: the shadow; must not be used afterwards
 *
 * Context: Process context, may sleep; the caller serialises.
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
 * @flags: bits of a 4 KiB leaf without the address, including P
 *
 * Context: Process context, may sleep; the caller serialises.
 * Return: 0; -EINVAL for a bad length, alignment or flag; -EFAULT if the range is not canonical;
 * -EEXIST if anything is mapped in it; -ENOMEM if there is no frame for a table or a fault was
 * injected. On error nothing is mapped.
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
 * mctl_shadow_check() - first half of a check: walk the tables from the root
 * @shadow: the shadow; its entries may be damaged in any way
 * @report: where to report violations
 *
 * Marks the tables that it reaches. A table that two shadows share is detected by its marks if the
 * caller calls mctl_shadow_check() for both before it calls mctl_shadow_check_done() for either.
 *
 * Context: Process context, may sleep; the caller keeps all shadows that it checks from changing.
 */
void mctl_shadow_check(const struct mctl_shadow *shadow, struct mctl_report *report)
{
	mctl_ptable_check(&shadow->pt, report);
	mctl_report_expect(report, "shadow I1", "shadow", shadow->pt.root_pfn, "nr_tables",
			   shadow->nr_tables, shadow->pt.nr_tables);
}

/**
 * mctl_shadow_check_done() - second half of a check: test that all listed tables were reached
 * @shadow: the shadow
 * @report: where to report violations
 *
 * Clears the marks.
 *
 * Context: Process context, may sleep; the caller keeps all shadows that it checks from changing.
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
