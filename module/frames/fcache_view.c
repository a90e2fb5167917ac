// SPDX-License-Identifier: GPL-2.0
/*
 * Views of the frame caches: sums, and the check of the invariants
 * that fcache.c lists. Views read without a lock, while the CPUs go on.
 *
 * Locks: none.
 */
#include <linux/sched.h>
#include "frames/fcache.h"

/* Blocks of a zone that wait in another node's frame cache. Return: frames of them. */
static u32 count_remote(const struct mctl_arena *arena, const struct mctl_fcache *fc, u32 zone,
			u64 *nr_blocks)
{
	const struct mctl_table *table = &arena->table;
	unsigned int order, index, nr;
	u32 nr_frames = 0, fn;

	for (order = 0; order < MCTL_NR_ORDERS; order++) {
		index = mctl_fcache_index(order, MCTL_FCACHE_SLOT_REMOTE);
		for (nr = mctl_fcache_count(fc, index); nr; nr--) {
			fn = READ_ONCE(fc->entry[fc->range[index].base + nr]);
			if (fn >= mctl_table_span(table) ||
			    table->section[fn >> MCTL_SECTION_SHIFT].zone != zone)
				continue;
			nr_frames += 1U << order;
			(*nr_blocks)++;
		}
	}
	return nr_frames;
}

/**
 * mctl_fcache_info() - a zone's part of a CPU's frame cache
 * @arena: the arena
 * @zone: index of the zone
 * @cpu: number of a possible CPU
 * @info: filled
 *
 * Context: Any context.
 */
void mctl_fcache_info(struct mctl_arena *arena, u32 zone, int cpu, struct mctl_fcache_info *info)
{
	const struct mctl_fcache *fc = per_cpu_ptr(arena->fcache, cpu);
	u32 type = zone - fc->first_zone;
	u64 nr_blocks = 0;
	unsigned int i;

	*info = (struct mctl_fcache_info){ .batch = MCTL_FCACHE_DEPTH / 2 };
	info->count = count_remote(arena, fc, zone, &nr_blocks);
	info->high = info->count;
	if (type >= MCTL_NR_ZONE_TYPES)
		return;
	for (i = 0; i < MCTL_FCACHE_STACKS; i++) {
		if (mctl_fcache_slot_type(i % MCTL_FCACHE_SLOTS) != type)
			continue;
		info->count += mctl_fcache_count(fc, i) << i / MCTL_FCACHE_SLOTS;
		info->high += mctl_fcache_limit(fc, i) << i / MCTL_FCACHE_SLOTS;
	}
}

/**
 * mctl_fcache_fold() - add what the frame caches of all CPUs count for a zone
 * @arena: the arena
 * @zone: index of the zone
 * @nr_cached: frames cached are added
 * @nr_alloc: blocks allocated from caches are added
 * @nr_freed: blocks freed to caches are added
 *
 * Context: Any context.
 */
void mctl_fcache_fold(struct mctl_arena *arena, u32 zone, u32 *nr_cached, u64 *nr_alloc,
		      u64 *nr_freed)
{
	struct mctl_fcache_info info;
	unsigned int i;
	int cpu;

	if (!arena->fcache)
		return;
	*nr_freed += atomic64_read(&arena->zones[zone].nr_remote);
	for_each_possible_cpu(cpu) {
		const struct mctl_fcache *fc = per_cpu_ptr(arena->fcache, cpu);
		u32 type = zone - fc->first_zone;

		mctl_fcache_info(arena, zone, cpu, &info);
		*nr_cached += info.count;
		count_remote(arena, fc, zone, nr_freed);
		if (type >= MCTL_NR_ZONE_TYPES)
			continue;
		for (i = 0; i < MCTL_FCACHE_STACKS; i++) {
			u64 nr = READ_ONCE(fc->stack[i].word) >> MCTL_FCACHE_TOP_BITS;

			if (mctl_fcache_slot_type(i % MCTL_FCACHE_SLOTS) != type)
				continue;
			*nr_alloc += nr;
			/* Blocks that left and those still here came from zones or callers. */
			*nr_freed += nr + mctl_fcache_count(fc, i);
		}
		for (i = 0; i < MCTL_FCACHE_SLOTS; i++)
			if (mctl_fcache_slot_type(i) == type)
				*nr_freed += READ_ONCE(fc->nr_drained[i]);
	}
}

/**
 * mctl_fcache_cpu_of() - find the CPU whose frame cache holds a block
 * @arena: the arena
 * @fn: the block's head
 *
 * Context: Any context; the answer may be late.
 * Return: number of the CPU, or -ENOENT.
 */
int mctl_fcache_cpu_of(struct mctl_arena *arena, u32 fn)
{
	unsigned int i, nr;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct mctl_fcache *fc = per_cpu_ptr(arena->fcache, cpu);

		for (i = 0; i < MCTL_FCACHE_STACKS; i++)
			for (nr = mctl_fcache_count(fc, i); nr; nr--)
				if (READ_ONCE(fc->entry[fc->range[i].base + nr]) == fn)
					return cpu;
	}
	return -ENOENT;
}

/* Whether all frames of an aligned block are free or cached, and of one chunk. */
static bool may_become_free(const struct mctl_table *table, u32 first, unsigned int order)
{
	u32 fn = first, end = first + (1U << order);

	if (end > mctl_table_span(table) || mctl_table_chunk_order(table, first) < order)
		return false;
	while (fn < end) {
		u8 state = READ_ONCE(table->state[fn]);
		unsigned int kind = mctl_state_kind(state);

		if (kind != MCTL_KIND_FREE && kind != MCTL_KIND_CACHED)
			return false;
		fn += 1U << mctl_state_order(state);
	}
	return true;
}

/**
 * mctl_fcache_would_free() - whether a drain would give a zone a block of an order
 * @arena: the arena
 * @zone: index of the zone
 * @order: of the block
 *
 * Looks at the block of that order around each cached block of the zone. It makes
 * no difference whether a cached block is that large, or merges into one.
 *
 * Context: Process context, arena->resize held, may sleep. The answer may be late.
 * Return: whether there would be one that is not on the free lists now.
 */
bool mctl_fcache_would_free(struct mctl_arena *arena, u32 zone, unsigned int order)
{
	const struct mctl_table *table = &arena->table;
	u32 fn, first, last = MCTL_FN_NONE;
	unsigned int i, nr;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct mctl_fcache *fc = per_cpu_ptr(arena->fcache, cpu);

		for (i = 0; i < MCTL_FCACHE_STACKS; i++) {
			for (nr = mctl_fcache_count(fc, i); nr; nr--) {
				fn = READ_ONCE(fc->entry[READ_ONCE(fc->range)[i].base + nr]);
				first = fn & ~((1U << order) - 1);
				if (first == last || fn >= mctl_table_span(table) ||
				    table->section[fn >> MCTL_SECTION_SHIFT].zone != zone)
					continue;
				last = first;
				if (may_become_free(table, first, order))
					return true;
			}
			cond_resched();
		}
	}
	return false;
}

/* @sum grows by the numbers of the blocks. Return: how many there are. */
static u32 check_stack(struct mctl_arena *arena, const struct mctl_fcache *fc, unsigned int index,
		       int cpu, u64 *sum, struct mctl_report *report)
{
	const struct mctl_table *table = &arena->table;
	unsigned int count = mctl_fcache_count(fc, index), limit = mctl_fcache_limit(fc, index);
	const u32 *base = &fc->entry[fc->range[index].base];
	unsigned int order = index / MCTL_FCACHE_SLOTS;
	unsigned int slot = index % MCTL_FCACHE_SLOTS;
	unsigned int i;
	u32 zone;
	u8 byte;

	if (!mctl_report_expect(report, "fcache I2", "cpu", cpu, "bounds", true,
				count <= limit && limit <= fc->range[index].depth))
		return 0;
	mctl_report_expect(report, "fcache I2", "cpu", cpu, "sentinel", MCTL_FN_NONE, *base);
	for (i = 1; i <= count; i++) {
		u32 fn = base[i];

		*sum += fn;
		if (!mctl_report_expect(report, "fcache I1", "frame", fn, "inside", true,
					fn < mctl_table_span(table)))
			continue;
		mctl_report_expect(report, "fcache I1", "frame", fn, "state",
				   MCTL_STATE(MCTL_KIND_CACHED, order), table->state[fn]);
		byte = table->pageblock[fn >> MCTL_PAGEBLOCK_ORDER];
		zone = table->section[fn >> MCTL_SECTION_SHIFT].zone;
		if (slot == MCTL_FCACHE_SLOT_REMOTE)
			mctl_report_expect(report, "fcache I1", "frame", fn, "slot",
					   fc->push_of[byte], slot);
		else
			mctl_report_expect(report, "fcache I1", "frame", fn, "zone",
					   fc->first_zone + mctl_fcache_slot_type(slot), zone);
	}
	return count;
}

/**
 * mctl_fcache_check() - all invariants of the frame caches
 * @arena: the arena
 * @report: where to
 *
 * Context: All CPUs stopped.
 */
void mctl_fcache_check(struct mctl_arena *arena, struct mctl_report *report)
{
	const struct mctl_table *table = &arena->table;
	u64 nr_entries = 0, nr_heads = 0, budgets = 0, promised;
	u64 sum_entries = 0, sum_heads = 0;
	unsigned int i;
	int cpu;
	u32 fn;

	for_each_possible_cpu(cpu) {
		const struct mctl_fcache *fc = per_cpu_ptr(arena->fcache, cpu);

		mctl_report_expect(report, "fcache I6", "cpu", cpu, "claimable", true,
				   fc->self == fc);
		promised = fc->quota;
		for (i = 0; i < MCTL_FCACHE_STACKS; i++) {
			nr_entries += check_stack(arena, fc, i, cpu, &sum_entries, report);
			promised += (u64)mctl_fcache_limit(fc, i) << i / MCTL_FCACHE_SLOTS;
		}
		mctl_report_expect(report, "fcache I3", "cpu", cpu, "quota", fc->budget, promised);
		budgets += fc->budget;
	}
	for (fn = 0; fn < mctl_table_span(table); fn++) {
		if (mctl_state_kind(table->state[fn]) != MCTL_KIND_CACHED)
			continue;
		nr_heads++;
		sum_heads += fn;
	}
	mctl_report_expect(report, "fcache I4", "arena", arena->id, "cached blocks", nr_heads,
			   nr_entries);
	/* The count is right even if one block is there twice in place of another. */
	mctl_report_expect(report, "fcache I4", "arena", arena->id, "sum of cached blocks",
			   sum_heads, sum_entries);
	mctl_report_expect(report, "fcache I5", "arena", arena->id, "budget", true,
			   budgets <= arena->nr_frames / MCTL_FCACHE_DIVISOR);
}
