// SPDX-License-Identifier: GPL-2.0
/*
 * Loans: frames of a space that are in pipes. Each loan is a reference to the
 * frame, and holds the space that lent it, whatever the space maps by then.
 *
 * A frame that a space has lent counts against its limit until the last of its
 * loans is back: as a page while the space maps it, and as one that is away
 * when it has dropped it. A process could else have as many frames as there are
 * pipes, by a loop of write, splice and discard. A fork has the frames, but not
 * the loans, of its parent.
 *
 * Invariants, tested by mctl_spaces_check():
 *
 * S6  nr_away is the number of frames in loans that the shadow does not map.
 * F1  A frame has as many references as leaves map it and loans are of it.
 *
 * Locks: family->lock.
 */
#include <linux/preempt.h>
#include <linux/xarray.h>
#include "spaces/space_internal.h"

/* It is there as long as any space is, and nobody's. */
static bool is_zeros(const struct mctl_space *space, u32 fn)
{
	return fn == space->arena->spaces->zero;
}

/**
 * mctl_space_maps() - whether a space maps a frame
 * @space: family->lock is held
 * @fn: a frame of its family, not the first one of a block
 *
 * Context: Process context.
 * Return: whether the shadow has a leaf of it.
 */
bool mctl_space_maps(const struct mctl_space *space, u32 fn)
{
	unsigned int level = 1;
	u64 entry;
	u32 page;

	preempt_disable();
	page = space->arena->table.tag[fn];
	preempt_enable();
	if (page >= space->nr_pages)
		return false;
	entry = mctl_ptable_walk(&space->shadow.pt, mctl_space_address(page), &level);
	return entry && level == 1 && mctl_space_frame_of(space, entry) == fn;
}

/**
 * mctl_space_lend() - one loan more
 * @space: whose shadow maps @fn, or that has lent it before; family->lock is held
 * @fn: the frame, which may be the one of zeros
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM for more than MCTL_MAX_LOANS, too; then there is no loan.
 */
int mctl_space_lend(struct mctl_space *space, u32 fn)
{
	u32 nr = mctl_space_loans_of(space, fn);
	int ret;

	if (space->nr_lent >= MCTL_MAX_LOANS)
		return -ENOMEM;
	if (!is_zeros(space, fn)) {
		ret = xa_err(xa_store(&space->loans, fn, xa_mk_value(nr + 1), GFP_KERNEL));
		if (ret)
			return ret;
		mctl_space_frame_get(space, fn);
	}
	space->nr_lent++;
	mctl_space_file_hold(space);
	return 0;
}

/**
 * mctl_space_unlend() - a loan is back
 * @space: who lent it; family->lock is held
 * @fn: the frame
 *
 * What the loan held the space by is the caller's to put, without the lock.
 *
 * Context: Process context, may sleep.
 */
void mctl_space_unlend(struct mctl_space *space, u32 fn)
{
	u32 nr = mctl_space_loans_of(space, fn);

	space->nr_lent--;
	if (is_zeros(space, fn))
		return;
	if (nr > 1) {
		/* In the place of what is there: it needs no memory. */
		xa_store(&space->loans, fn, xa_mk_value(nr - 1), GFP_KERNEL);
	} else {
		xa_erase(&space->loans, fn);
		if (!mctl_space_maps(space, fn))
			space->nr_away--;
	}
	mctl_space_frame_put(space, fn, 0);
}
