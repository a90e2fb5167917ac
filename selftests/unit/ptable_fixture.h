/* SPDX-License-Identifier: GPL-2.0 */
/* ptable_fixture.h - page tables to test core/ptable.c with, and the oracle beside them */
#ifndef MCTL_UNIT_PTABLE_FIXTURE_H
#define MCTL_UNIT_PTABLE_FIXTURE_H

#include "core/ptable.h"
#include "tap.h"

#define PAGE	    4096
#define FIRST_PFN   0x40
#define TABLE_FLAGS (MCTL_PT_P | MCTL_PT_RW | MCTL_PT_US | MCTL_PT_A | MCTL_PT_D)
#define NO_FAILURE  (-1)

/* A run of pages that is mapped into. */
struct window {
	u64 address;
	u32 nr;
};

struct tables {
	struct mctl_ptable pt;
	char *memory; /* nr_frames of 4 KiB, the first is FIRST_PFN */
	u32 nr_frames, nr_used;
	u8 *level; /* by frame: 0 for a free one */
	u32 *count, *mark;
	int fail_in;  /* allocations until one fails, or NO_FAILURE */
	bool ran_out; /* an allocation has failed */
	u64 limit;    /* frames that may be mapped: pfn below */
	const struct window *windows;
	u32 nr_windows;
	u64 **oracle;  /* by window and page: flags and pfn << 12, or 0 */
	u64 nr_mapped; /* by the oracle */
	char *saved;   /* of tables_save() */
	u8 *saved_level;
	u32 *saved_count;
	struct mctl_ptable saved_pt;
};

extern const struct mctl_ptable_ops fixture_ops;

void tables_init(struct tables *t, const struct mctl_ptable_format *format, u32 nr_frames,
		 const struct window *windows, u32 nr_windows);
void tables_fini(struct tables *t);
void tables_save(struct tables *t);
void tables_restore(struct tables *t);
bool tables_unchanged(struct tables *t);
u64 leaf_as_small(const struct tables *t, unsigned int level, u64 entry, u64 page);
u64 tables_check(struct tables *t, struct mctl_report *report);
void tables_verify(struct tables *t, struct mctl_ptable_cache *cache);

#endif /* MCTL_UNIT_PTABLE_FIXTURE_H */
