/* SPDX-License-Identifier: GPL-2.0 */
/* seg_naive.h - a naive processor, of which only the segments are there */
#ifndef MCTL_UNIT_SEG_NAIVE_H
#define MCTL_UNIT_SEG_NAIVE_H

#include <linux/types.h>

#define NAIVE_ENTRIES 12 /* of a table */

/*
 * Each call returns what faults: the vector times 65536 and the error code, 0 for nothing.
 * Registers have the numbers of enum mctl_seg_register.
 */
struct seg_naive {
	u64 gdt[NAIVE_ENTRIES], ldt[NAIVE_ENTRIES];
	u32 nr_gdt, nr_ldt, cpl;
	u64 raw[6]; /* the descriptor of each register */
	bool null[6];
	u16 inner[3];
};

u32 seg_naive_load(struct seg_naive *n, u32 reg, u32 selector);
u32 seg_naive_access(const struct seg_naive *n, u32 reg, u32 offset, u32 size, bool write,
		     u32 *linear);
u32 seg_naive_jump(struct seg_naive *n, u32 selector, u32 offset, bool call, u32 *linear);

#endif /* MCTL_UNIT_SEG_NAIVE_H */
