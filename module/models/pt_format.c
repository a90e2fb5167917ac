// SPDX-License-Identifier: GPL-2.0
/* The paging formats, and how much memory their tables need for the examples. */
#include <linux/errno.h>
#include <linux/slab.h>
#include "models/pt_format.h"

/**
 * mctl_pt_format_nth() - fill in one format with one example
 * @nth: number of the pair: all examples of the first format, then those of the next
 * @row: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if there are no more; -ENOMEM.
 */
int mctl_pt_format_nth(u32 nth, struct mctl_pt_format *row)
{
	u32 example = nth % MCTL_PT_NR_EXAMPLES, kind = nth / MCTL_PT_NR_EXAMPLES, nr;
	struct mctl_ptable_range *ranges;
	int ret;

	if (kind >= MCTL_PT_NR_FORMATS)
		return -ENOENT;
	ranges = kvmalloc_array(MCTL_PT_EXAMPLE_RANGES, sizeof(*ranges), GFP_KERNEL);
	if (!ranges)
		return -ENOMEM;
	row->kind = &mctl_ptable_kinds[kind];
	row->example = mctl_ptable_example_name(example);
	nr = mctl_ptable_example(row->kind->format, example, ranges);
	ret = mctl_ptable_memory(row->kind->format, ranges, nr, 1, &row->small);
	if (!ret)
		ret = mctl_ptable_memory(row->kind->format, ranges, nr,
					 row->kind->format->nr_levels, &row->large);
	kvfree(ranges);
	return ret;
}
