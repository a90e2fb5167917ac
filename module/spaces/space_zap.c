// SPDX-License-Identifier: GPL-2.0
/*
 * Removes entries of processes. See space.c for the invariants and locks,
 * Documentation/regions.rst ("Invalidation") for the reasons.
 */
#include <linux/mm.h>
#include "spaces/space_internal.h"

/**
 * mctl_space_zap() - remove a range from every process's tables, and from models of TLBs
 * @space: the space; family->lock is held, so that no fault sets the entries again
 * @page: first page
 * @nr: pages
 *
 * When this returns, no entry for the range is left in the tables of processes or in a TLB.
 *
 * Context: Process context, may sleep.
 */
void mctl_space_zap(struct mctl_space *space, u32 page, u32 nr)
{
	mctl_space_forget(space, page, nr);
	if (!space->nr_mappings)
		return;
	space->nr_zaps++;
	unmap_mapping_pages(space->inode->i_mapping, page, nr, true);
}
