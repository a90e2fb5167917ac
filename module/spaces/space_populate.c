// SPDX-License-Identifier: GPL-2.0
/*
 * A space's file: populates and discards ranges, and describes the file. See
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

/* Most frames to allocate at once. */
#define BATCH 64U

/*
 * Length of the run from @page on of pages that are anonymous, writable, and have no entry in the
 * leaf table @leaves; at most BATCH, and 0 if the limit does not allow the run.
 */
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

/* Map new frames to a run of pages without a leaf. Return: how many were mapped. */
static u32 fill_run(struct mctl_space *space, u32 page, u32 end)
{
	struct mctl_ptable *pt = &space->shadow.pt;
	u64 leaves = mctl_ptable_leaves(pt, mctl_space_address(page));
	u64 flags = space->flags | MCTL_PT_RW | MCTL_PT_D;
	const struct mctl_table *table = &space->arena->table;
	u32 fns[BATCH], nr;
	u64 *entry;

	/* With a fault injected at site map, go page by page, so that each page is a try. */
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

/* Populate one page by a fault, in the general case. Return: pages populated, or an errno. */
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

/* Make the shadow map the pages of one leaf table, writable. Return: 0, or an errno. */
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
 * mctl_space_file_populate() - back a range with writable frames
 * @space: the space, held by the file
 * @offset: byte of the file, a multiple of 4096
 * @size: bytes, a multiple of 4096
 *
 * Only the shadow is populated: entries of processes are set by faults, a window at a time. The
 * pages before a page that is refused stay populated.
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: 0; -EINVAL for a bad range; -EFAULT if a page is in no vma or not writable, or its file
 * cannot be read; -ENOMEM if the arena has no frame, or the limit is reached; -EIO if a page has a
 * memory error; -EINTR if the process is killed.
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
 * mctl_space_file_discard() - free the frames that back a range
 * @space: the space, held by the file
 * @offset: byte of the file, a multiple of 4096
 * @size: bytes, a multiple of 4096
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: 0; -EINVAL for a bad range; -ENOMEM if there is no frame to split a leaf.
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
 * mctl_space_file_info() - describe the space of a file
 * @space: the space, held by the file
 * @info: filled with the description
 *
 * Context: Process context, may sleep. Takes family->lock.
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
