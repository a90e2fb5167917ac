// SPDX-License-Identifier: GPL-2.0
/*
 * Ranges of a space's shadow: split a leaf of 2 MiB, drop what is mapped,
 * reclaim what can be read again. See space.c for the invariants and the lock.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include "spaces/space_internal.h"

/**
 * mctl_space_split() - have no leaf of 2 MiB reach over a page's start
 * @space: family->lock is held
 * @page: of the space; up to nr_pages
 *
 * The block is split as well. Processes may keep their leaf: it has the same
 * frames. But what follows is a change of a part of it, so it is zapped. The
 * limit does not matter: it has counted the table ever since the leaf came.
 *
 * Context: Process context.
 * Return: 0, or -ENOMEM when there is no frame for the table; nothing is changed then.
 */
int mctl_space_split(struct mctl_space *space, u32 page)
{
	struct mctl_ptable *pt = &space->shadow.pt;
	u32 first = round_down(page, MCTL_LEAVES);
	unsigned int level = 1;
	s64 ret;
	u64 entry;

	if (page == first || page >= space->nr_pages)
		return 0;
	entry = mctl_ptable_walk(pt, mctl_space_address(page), &level);
	if (!entry || level == 1)
		return 0;
	/* Of no bit: the leaf is split for it, and stays as it is. */
	ret = mctl_ptable_protect(pt, mctl_space_address(first), page - first, 0, 0);
	if (ret < 0)
		return ret;
	mctl_space_frame_split(space, mctl_space_frame_of(space, entry));
	space->sequence++;
	mctl_space_zap(space, first, MCTL_LEAVES);
	return 0;
}

/* The frames of what one leaf table, or a leaf in its place, maps of a range. */
static void put_frames(struct mctl_space *space, u32 page, u32 nr)
{
	struct mctl_ptable *pt = &space->shadow.pt;
	u64 leaves = mctl_ptable_leaves(pt, mctl_space_address(page));
	unsigned int level;
	u64 entry;

	if (leaves == MCTL_PT_NO_PFN) {
		entry = mctl_ptable_walk(pt, mctl_space_address(page), &level);
		if (entry)
			mctl_space_frame_unmapped(space, mctl_space_frame_of(space, entry),
						  MCTL_LARGE_ORDER);
		return;
	}
	for (u32 i = page % MCTL_LEAVES; nr--; i++) {
		entry = mctl_ptable_entry(pt, leaves, i);
		if (!entry)
			continue;
		if (mctl_space_is_zero(space, entry)) {
			space->nr_zero--;
			continue;
		}
		mctl_space_frame_unmapped(space, mctl_space_frame_of(space, entry), 0);
	}
}

/**
 * mctl_space_drop() - unmap a range, everywhere, and let go of its frames
 * @space: family->lock is held
 * @page: first page of it
 * @nr: pages, within the space
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM when there is no frame for a table to split a leaf; nothing is changed
 * then, but for leaves that may be split.
 */
int mctl_space_drop(struct mctl_space *space, u32 page, u32 nr)
{
	u32 end = page + nr, next;
	int ret = mctl_space_split(space, page);

	if (!ret)
		ret = mctl_space_split(space, end);
	if (ret)
		return ret;
	/* As the lock is held nobody maps them again in between. */
	mctl_space_zap(space, page, nr);
	while ((page = mctl_space_skip(space, page, end)) < end) {
		next = min(end, round_down(page, MCTL_LEAVES) + MCTL_LEAVES);
		put_frames(space, page, next - page);
		/* No leaf is cut: it cannot fail. */
		mctl_ptable_unmap(&space->shadow.pt, mctl_space_address(page), next - page);
		page = next;
		cond_resched();
	}
	space->sequence++;
	return 0;
}

/* Drop the clean frames that one leaf table maps of a vma with a file. */
static u32 reclaim_table(struct mctl_space *space, u32 page, u32 end, u32 nr)
{
	struct mctl_ptable *pt = &space->shadow.pt;
	u64 leaves = mctl_ptable_leaves(pt, mctl_space_address(page));
	u32 done = 0;

	if (leaves == MCTL_PT_NO_PFN)
		return 0;
	for (; page < end && done < nr; page++) {
		u64 entry;

		/* The table goes with its last entry. */
		if (done && mctl_ptable_leaves(pt, mctl_space_address(page)) != leaves)
			break;
		entry = mctl_ptable_entry(pt, leaves, page % MCTL_LEAVES);
		if (!entry || (entry & (MCTL_PT_RW | MCTL_PT_D)) ||
		    mctl_space_frame_refs(space, mctl_space_frame_of(space, entry)) > 1)
			continue;
		mctl_space_drop(space, page, 1);
		done++;
	}
	return done;
}

/**
 * mctl_space_reclaim() - drop frames that can be read from their files again
 * @space: family->lock is held
 * @nr: how many at most
 *
 * Context: Process context, may sleep.
 * Return: frames freed.
 */
u32 mctl_space_reclaim(struct mctl_space *space, u32 nr)
{
	const struct mctl_vma *vma;
	u32 done = 0, page, end, next;

	mctl_vma_for_each(vma, &space->vmas, space->vmas.start, space->vmas.end)
	{
		if (!vma->file)
			continue;
		page = mctl_space_page(vma->start);
		end = mctl_space_page(vma->end);
		while (done < nr && (page = mctl_space_skip(space, page, end)) < end) {
			next = min(end, round_down(page, MCTL_LEAVES) + MCTL_LEAVES);
			done += reclaim_table(space, page, next, nr - done);
			page = next;
		}
	}
	return done;
}
