/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the allocation policies share; see fit.c, fit_holes.c and fit_bits.c. */
#ifndef MCTL_CORE_FIT_IMPL_H
#define MCTL_CORE_FIT_IMPL_H

#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include "core/buddy.h"
#include "core/fit.h"

extern const struct mctl_fit_ops mctl_fit_bitmap_ops;
extern const struct mctl_fit_ops mctl_fit_first_ops;
extern const struct mctl_fit_ops mctl_fit_next_ops;
extern const struct mctl_fit_ops mctl_fit_best_ops;
extern const struct mctl_fit_ops mctl_fit_worst_ops;
extern const struct mctl_fit_ops mctl_fit_segregated_ops;
extern const struct mctl_fit_ops mctl_fit_boot_ops;
extern const struct mctl_fit_ops mctl_fit_buddy_ops;
extern const struct mctl_fit_ops mctl_fit_bitfield_ops;

/* In a tag: the units are granted. */
#define MCTL_FIT_USED BIT(31)

/**
 * struct mctl_fit_holes - blocks with boundary tags, and lists of those that are holes
 * @tag: of the first and the last unit of each block: its units, and MCTL_FIT_USED; else stale
 * @next: of the first unit of each hole: the next hole on its list, or MCTL_FIT_NONE; else stale
 * @prev: the same, the previous one
 * @nr_units: units
 * @nr_holes: holes
 */
struct mctl_fit_holes {
	u32 *tag;
	u32 *next;
	u32 *prev;
	u32 nr_units;
	u32 nr_holes;
};

#define MCTL_FIT_NR_CLASSES 53 /* 2^26 units are of class 52 */

/**
 * struct mctl_fit_list - the records of first, next, best and worst fit
 * @holes: blocks and holes
 * @head: the lowest hole, or MCTL_FIT_NONE
 * @rover: where next fit begins, MCTL_FIT_NONE for @head
 * @end: end of the last grant
 */
struct mctl_fit_list {
	struct mctl_fit_holes holes;
	u32 head;
	u32 rover;
	u32 end;
};

/**
 * struct mctl_fit_classes - the records of segregated fits
 * @holes: blocks and holes
 * @mask: a bit for each class that has a hole
 * @head: first hole of each class, or MCTL_FIT_NONE
 */
struct mctl_fit_classes {
	struct mctl_fit_holes holes;
	u64 mask;
	u32 head[MCTL_FIT_NR_CLASSES];
};

/**
 * struct mctl_fit_map - the records of bitmap and boot
 * @hint: where boot begins; 0 for bitmap
 * @bits: a bit for each unit
 */
struct mctl_fit_map {
	u64 hint;
	u64 bits[];
};

/**
 * struct mctl_fit_zone - the records of the buddy system, in front of the table's arrays
 * @buddy: the zone
 * @table: the frame table
 * @orders: order of the chunk of each frame in the last section
 */
struct mctl_fit_zone {
	struct mctl_buddy buddy;
	struct mctl_table table;
	u8 orders[MCTL_SECTION_FRAMES];
};

/**
 * struct mctl_fit_trees - the records of bitfields, in front of their arrays
 * @reserved: the tree that is reserved
 * @nr_fields: fields
 * @nr_trees: trees; the last may have fewer fields
 * @bits: a bit for each unit
 * @in_tree: clear bits of each tree
 * @in_field: clear bits of each field
 */
struct mctl_fit_trees {
	u32 reserved;
	u32 nr_fields;
	u32 nr_trees;
	u64 *bits;
	u32 *in_tree;
	u16 *in_field;
};

/* fit_holes.c */
size_t mctl_fit_holes_size(u32 nr_units);
void mctl_fit_holes_init(struct mctl_fit_holes *holes, u32 nr_units, u32 *arrays);
void mctl_fit_holes_set(struct mctl_fit_holes *holes, u32 start, u32 nr, u32 used);
void mctl_fit_holes_link(struct mctl_fit_holes *holes, u32 *head, u32 prev, u32 start);
void mctl_fit_holes_unlink(struct mctl_fit_holes *holes, u32 *head, u32 start);
u32 mctl_fit_holes_left(const struct mctl_fit_holes *holes, u32 start);
u32 mctl_fit_holes_right(const struct mctl_fit_holes *holes, u32 start, u32 nr);
bool mctl_fit_holes_next(const struct mctl_fit_holes *holes, struct mctl_fit_hole *hole);
u64 mctl_fit_holes_records(const struct mctl_fit_holes *holes, u32 nr_blocks);
u32 mctl_fit_holes_check(const struct mctl_fit *fit, const struct mctl_fit_holes *holes,
			 struct mctl_report *report);

/* fit_bits.c */
static inline size_t mctl_fit_bits_words(u32 nr)
{
	return ((size_t)nr + 63) / 64;
}

void mctl_fit_bits_init(u64 *bits, u32 nr_units, u32 nr_bits);
void mctl_fit_bits_set(u64 *bits, u32 start, u32 nr);
void mctl_fit_bits_clear(u64 *bits, u32 start, u32 nr);
u32 mctl_fit_bits_next_zero(const u64 *bits, u32 from, u32 end, u64 *steps);
u32 mctl_fit_bits_next_one(const u64 *bits, u32 from, u32 end, u64 *steps);
u32 mctl_fit_bits_count(const u64 *bits, u32 from, u32 end);

#endif /* MCTL_CORE_FIT_IMPL_H */
