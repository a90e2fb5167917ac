// SPDX-License-Identifier: GPL-2.0
/*
 * A space's file: frames for a whole range at once, and back; what it is. See
 * space.c for the locks.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "host/inject_site.h"
#include "spaces/space_internal.h"

static int check_range(const struct mctl_space *space, u64 offset, u64 size)
{
	u64 end = (u64)space->nr_pages << PAGE_SHIFT;

	if (!size || (offset | size) & ~PAGE_MASK || offset >= end || size > end - offset)
		return -EINVAL;
	return 0;
}

/* Frames taken at once. */
#define BATCH 64U

/* How many pages from @page on are anonymous, may be written, and have no leaf in their table. */
static u32 empty_run(const struct mctl_space *space, u64 leaves, u32 page, u32 end)
{
	const struct mctl_vma *vma = mctl_vma_lookup(&space->vmas, mctl_space_address(page));
	u32 nr = 0;

	if (!vma || vma->file || !(vma->rights & MCTL_VMA_W))
		return 0;
	end = min3(end, mctl_space_page(vma->end), page + BATCH);
	while (page + nr < end &&
	       !mctl_ptable_entry(&space->shadow.pt, leaves, (page + nr) % MCTL_LEAVES))
		nr++;
	return mctl_space_over_limit(space, nr) ? 0 : nr;
}

/* Fill a run of empty leaves. Return: how many were filled. */
static u32 fill_run(struct mctl_space *space, u32 page, u32 end)
{
	struct mctl_ptable *pt = &space->shadow.pt;
	u64 leaves = mctl_ptable_leaves(pt, mctl_space_address(page));
	u64 flags = space->flags | MCTL_PT_RW | MCTL_PT_D;
	const struct mctl_table *table = &space->arena->table;
	u32 fns[BATCH], nr;
	u64 *entry;

	/* With a fault of site map, page by page, so that each is a try. */
	if (leaves == MCTL_PT_NO_PFN || mctl_inject_on(space->arena, MEMCTL_INJECT_SITE_MAP))
		return 0;
	nr = empty_run(space, leaves, page, end);
	if (!nr)
		return 0;
	nr = mctl_space_frame_alloc_bulk(space, page, nr, fns);
	entry = (u64 *)mctl_ptable_table(pt, leaves) + page % MCTL_LEAVES;
	preempt_disable();
	for (u32 i = 0; i < nr; i++)
		entry[i] = mctl_table_pfn(table, fns[i]) << PAGE_SHIFT | flags;
	preempt_enable();
	mctl_ptable_set_leaves(pt, leaves, nr);
	space->nr_frames += nr;
	space->faults[MCTL_FAULT_NEW] += nr;
	space->sequence++;
	return nr;
}

/* One page, with all that can be in its way. Return: pages done, or why not. */
static int populate_page(struct mctl_space *space, u32 page)
{
	struct mctl_access access = { .page = page, .write = true };
	int ret = mctl_space_resolve(space, &access);

	if (access.kind != MCTL_FAULT_MINOR || access.filled)
		mctl_space_record(space, &access, NULL);
	if (!ret)
		return access.level > 1 ? MCTL_LEAVES - page % MCTL_LEAVES : 1;
	if (access.reason == MCTL_REFUSED_HWPOISON)
		return -EIO;
	return access.reason == MCTL_REFUSED_LIMIT || access.reason == MCTL_REFUSED_MEMORY ?
		       -ENOMEM :
		       -EFAULT;
}

/* Have the shadow map the pages of one leaf table, writable. Return: 0, or why not. */
static int populate_table(struct mctl_space *space, u32 page, u32 end)
{
	while (page < end) {
		int done = fill_run(space, page, end);

		if (!done)
			done = populate_page(space, page);
		if (done < 0)
			return done;
		page += done;
	}
	return 0;
}

/**
 * mctl_space_file_populate() - have frames back a range, writable
 * @space: held by the file
 * @offset: byte of the file, a multiple of 4096
 * @size: bytes, a multiple of 4096
 *
 * Processes get their entries when they touch it, a window at a time.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL for a bad range, -EFAULT when a page of it is in no vma or may not be
 * written, -ENOMEM, -EINTR. What comes before the page that is refused is populated.
 */
int mctl_space_file_populate(struct mctl_space *space, u64 offset, u64 size)
{
	u32 page = offset >> PAGE_SHIFT, end, next;
	int ret = check_range(space, offset, size);

	if (ret)
		return ret;
	end = (offset + size) >> PAGE_SHIFT;
	for (; !ret && page < end; page = next) {
		next = min(end, round_down(page, MCTL_LEAVES) + MCTL_LEAVES);
		mutex_lock(&space->family->lock);
		ret = populate_table(space, page, next);
		mutex_unlock(&space->family->lock);
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	return ret;
}

/**
 * mctl_space_file_discard() - free what backs a range
 * @space: held by the file
 * @offset: byte of the file, a multiple of 4096
 * @size: bytes, a multiple of 4096
 *
 * Context: Process context, may sleep.
 * Return: 0, -EINVAL for a bad range, or -ENOMEM.
 */
int mctl_space_file_discard(struct mctl_space *space, u64 offset, u64 size)
{
	int ret = check_range(space, offset, size);

	if (ret)
		return ret;
	mutex_lock(&space->family->lock);
	ret = mctl_space_drop(space, offset >> PAGE_SHIFT, size >> PAGE_SHIFT);
	mutex_unlock(&space->family->lock);
	return ret;
}

/**
 * mctl_space_file_info() - what a file is
 * @space: held by the file
 * @info: filled
 *
 * Context: Process context, may sleep.
 */
void mctl_space_file_info(struct mctl_space *space, struct memctl_dev_info *info)
{
	memset(info, 0, sizeof(*info));
	strscpy(info->arena, space->arena->name, sizeof(info->arena));
	strscpy(info->region, space->name, sizeof(info->region));
	info->size = (u64)space->nr_pages << PAGE_SHIFT;
	info->start = MCTL_SPACE_START;
	info->order = space->order;
	mutex_lock(&space->family->lock);
	info->nr_frames = space->nr_frames;
	info->limit = space->limit;
	info->window = space->window;
	info->nr_tables = space->shadow.nr_tables;
	info->nr_large = space->shadow.pt.nr_leaves[2];
	info->nr_away = mctl_space_away(space);
	info->nr_charged = mctl_space_there(space) + info->nr_away;
	mutex_unlock(&space->family->lock);
}
