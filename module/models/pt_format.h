/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The paging formats, and how much memory their tables need for the examples.
 */
#ifndef MCTL_MODELS_PT_FORMAT_H
#define MCTL_MODELS_PT_FORMAT_H

#include "core/ptable_format.h"

/**
 * struct mctl_pt_format - a paging format, and the memory of its tables for one example
 * @kind: the format
 * @example: name of the example
 * @small: with pages of 4 KiB only
 * @large: with the largest pages that fit
 */
struct mctl_pt_format {
	const struct mctl_ptable_kind *kind;
	const char *example;
	struct mctl_ptable_memory small, large;
};

int mctl_pt_format_nth(u32 nth, struct mctl_pt_format *row);

#endif /* MCTL_MODELS_PT_FORMAT_H */
