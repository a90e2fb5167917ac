// SPDX-License-Identifier: GPL-2.0
/*
 * Loans: frames of a space that are in pipes. Each loan is a reference to the
 * frame, and holds the space that lent it, even if the space no longer maps the
 * frame.
 *
 * A frame that a space has lent counts against its limit until the last loan of
 * the frame is returned: as a page while the space maps it, otherwise as a frame
 * that is away (nr_away). Without this, a process could get as many frames as
 * pipes can hold, by a loop of write, splice and discard. A fork has the frames of
 * its parent, but not its loans.
 *
 * Invariants, tested by mctl_spaces_check():
 *
 * S6  nr_away is the number of frames in loans that the shadow does not map.
 * F1  A frame has as many references as it has leaves and loans.
 *
 * Locks: family->lock.
 */
#include <linux/preempt.h>
#include <linux/xarray.h>
#include "spaces/space_internal.h"

/* The frame of zeros exists while there are spaces, and belongs to none: it is not in loans. */
static bool is_zeros(const struct mctl_space *space, u32 fn)
{
	return fn == space->arena->spaces->zero;
}

/**
 * mctl_space_maps() - test whether a space maps a single frame
 * @space: the space; family->lock is held
 * @fn: a frame of its family, not one of a block
 *
 * Context: Process context.
 * Return: whether a leaf of the shadow maps the frame.
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
 * mctl_space_lend() - lend a frame
 * @space: the space, which maps @fn or has lent it already; family->lock is held
 * @fn: the frame, which may be the frame of zeros
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM if there is no memory for the record, or there are MCTL_MAX_LOANS loans.
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
 * mctl_space_unlend() - return a loan
 * @space: the space that lent the frame; family->lock is held
 * @fn: the frame
 *
 * The caller then releases the loan's hold on the space, by mctl_space_file_put() without the lock.
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
		/* Overwrites an existing entry, which needs no memory. */
		xa_store(&space->loans, fn, xa_mk_value(nr - 1), GFP_KERNEL);
	} else {
		xa_erase(&space->loans, fn);
		if (!mctl_space_maps(space, fn))
			space->nr_away--;
	}
	mctl_space_frame_put(space, fn, 0);
}
