// SPDX-License-Identifier: GPL-2.0
/*
 * The processes' entries, taken back. See space.c for the invariants and locks,
 * Documentation/regions.rst ("Invalidation") for why.
 */
#include <linux/mm.h>
#include "spaces/space_internal.h"

/**
 * mctl_space_zap() - take a range out of every process's tables, and of models of TLBs
 * @space: family->lock is held, so that nobody puts it back
 * @page: first page of it
 * @nr: pages
 *
 * When this returns no processor has an entry for it, in tables or TLB.
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
