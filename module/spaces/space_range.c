// SPDX-License-Identifier: GPL-2.0
/*
 * Ranges of a space's shadow: splits leaves of 2 MiB, drops pages, and reclaims
 * pages that can be read again. See space.c for the invariants and the lock.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include "spaces/space_internal.h"

/**
 * mctl_space_split() - split a leaf of 2 MiB that crosses the start of a page
 * @space: the space; family->lock is held
 * @page: page of the space, up to nr_pages
 *
 * The block is split as well. Entries of processes for the leaf are zapped: they
 * map the same frames, but callers are about to change a part of the leaf. The
 * limit need not be checked, since the table was charged when the leaf was made.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM if there is no frame for the table; nothing is changed then.
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
	/* Changes no bit, but splits the leaf, since the range is a part of it. */
	ret = mctl_ptable_protect(pt, mctl_space_address(first), page - first, 0, 0);
	if (ret < 0)
		return ret;
	mctl_space_frame_split(space, mctl_space_frame_of(space, entry));
	space->sequence++;
	mctl_space_zap(space, first, MCTL_LEAVES);
	return 0;
}

/* Release the frames of a range that one leaf table, or a leaf of 2 MiB in its place, maps. */
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
 * mctl_space_drop() - unmap a range in the shadow and in all processes, and release its frames
 * @space: the space; family->lock is held
 * @page: first page
 * @nr: pages, all in the space
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM if there is no frame for a table to split a leaf; nothing is changed then,
 * except that a leaf may have been split.
 */
int mctl_space_drop(struct mctl_space *space, u32 page, u32 nr)
{
	u32 end = page + nr, next;
	int ret = mctl_space_split(space, page);

	if (!ret)
		ret = mctl_space_split(space, end);
	if (ret)
		return ret;
	/* family->lock keeps faults from mapping the pages again. */
	mctl_space_zap(space, page, nr);
	while ((page = mctl_space_skip(space, page, end)) < end) {
		next = min(end, round_down(page, MCTL_LEAVES) + MCTL_LEAVES);
		put_frames(space, page, next - page);
		/* Cannot fail: no leaf has to be split. */
		mctl_ptable_unmap(&space->shadow.pt, mctl_space_address(page), next - page);
		page = next;
		cond_resched();
	}
	space->sequence++;
	return 0;
}

/* Drop up to @nr clean frames of a vma with a file that one leaf table maps. */
static u32 reclaim_table(struct mctl_space *space, u32 page, u32 end, u32 nr)
{
	struct mctl_ptable *pt = &space->shadow.pt;
	u64 leaves = mctl_ptable_leaves(pt, mctl_space_address(page));
	u32 done = 0;

	if (leaves == MCTL_PT_NO_PFN)
		return 0;
	for (; page < end && done < nr; page++) {
		u64 entry;

		/* The table is freed with its last entry. */
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
 * mctl_space_reclaim() - drop clean frames that can be read from their files again
 * @space: the space; family->lock is held
 * @nr: most frames to drop
 *
 * Context: Process context, may sleep.
 * Return: the number of frames dropped.
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
