// SPDX-License-Identifier: GPL-2.0
/*
 * A space's file: frames for a whole range at once, and back; what it is. See
 * space.c for the locks.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "mm/space_file.h"

static int check_range(const struct mctl_space *space, u64 offset, u64 size)
{
	u64 end = (u64)space->nr_pages << PAGE_SHIFT;

	if (!size || (offset | size) & ~PAGE_MASK || offset >= end || size > end - offset)
		return -EINVAL;
	return 0;
}

/* Have the shadow map the pages of one leaf table, writable. Return: 0, or why not. */
static int populate_table(struct mctl_space *space, u32 page, u32 end)
{
	while (page < end) {
		struct mctl_access access = { .page = page, .write = true };

		if (mctl_space_resolve(space, &access)) {
			mctl_space_record(space, &access, NULL);
			return access.reason == MCTL_REFUSED_LIMIT ||
					       access.reason == MCTL_REFUSED_MEMORY ?
				       -ENOMEM :
				       -EFAULT;
		}
		page = access.level > 1 ? round_down(page, MCTL_LEAVES) + MCTL_LEAVES : page + 1;
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
 * Context: Process, sleeps.
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
 * Context: Process, sleeps.
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
 * Context: Process, may sleep.
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
	mutex_unlock(&space->family->lock);
}
