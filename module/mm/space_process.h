/* SPDX-License-Identifier: GPL-2.0 */
/* The processes that map spaces, and their tables: for who looks at them. */
#ifndef MCTL_MM_SPACE_PROCESS_H
#define MCTL_MM_SPACE_PROCESS_H

#include "mm/space_file.h"

/**
 * struct mctl_space_found - an entry of a process
 * @entry: it, or 0
 * @level: of its table
 * @above: P, RW and US of the entries above it, and NX if one of them has it
 */
struct mctl_space_found {
	u64 entry;
	unsigned int level;
	u64 above;
};

/* space_verify.c */
u32 mctl_space_compare(const struct mctl_space *space, const struct vm_area_struct *vma, u32 page,
		       const struct mctl_space_found *found, u64 *expected);

/* space_process.c */
void mctl_space_walk_process(struct mm_struct *mm, u64 address, struct mctl_space_found *found);
struct mm_struct *mctl_space_next_process(struct mctl_space *space, u64 *last, int *pid,
					  struct mctl_space_user *copy);

#endif /* MCTL_MM_SPACE_PROCESS_H */
