/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Models of TLBs, which a user makes in an arena and feeds with addresses,
 * and the memory that the paging formats need. Nothing here looks at the
 * processor's own TLB or changes a page table. See tlb.c.
 */
#ifndef MCTL_MM_TLB_H
#define MCTL_MM_TLB_H

#include <uapi/linux/memctl_op.h>
#include "core/ptable_format.h"
#include "core/tlb.h"
#include "mm/arena.h"

/**
 * struct mctl_tlb_params - a model
 * @config: of the TLB
 * @page: size of the pages that map everything, enum mctl_tlb_page
 * @kind: format of the tables that a miss walks
 * @region: name of the region that tells it of its touches, or "" for a model that is fed;
 *	    with one, the pages are what the region's shadow has where @kind and the arrays allow
 */
struct mctl_tlb_params {
	struct mctl_tlb_config config;
	u32 page;
	const struct mctl_ptable_kind *kind;
	char region[MEMCTL_NAME_MAX + 1];
};

/**
 * struct mctl_tlb_info - what is known of a model
 * @name: of the model
 * @params: as made
 * @stats: what was counted
 * @cycles: what that has cost: [0] walks, [1] and [2] the levels
 * @nr_valid: valid entries by array
 */
struct mctl_tlb_info {
	char name[MEMCTL_NAME_MAX + 1];
	struct mctl_tlb_params params;
	struct mctl_tlb_stats stats;
	u64 cycles[MCTL_TLB_MAX_LEVELS + 1];
	u32 nr_valid[MCTL_TLB_MAX_ARRAYS];
};

int mctl_tlb_add(struct mctl_arena *arena, const char *name, const struct mctl_tlb_params *params,
		 struct mctl_error *error);
int mctl_tlb_del(struct mctl_arena *arena, const char *name, struct mctl_error *error);
int mctl_tlb_clear(struct mctl_arena *arena, const char *name, struct mctl_error *error);
int mctl_tlb_feed(struct mctl_arena *arena, const char *name,
		  const struct memctl_tlb_access *accesses, u32 nr, struct mctl_error *error);
int mctl_tlb_info(struct mctl_arena *arena, const char *name, struct mctl_tlb_info *info);
int mctl_tlb_info_from(struct mctl_arena *arena, u64 *id, struct mctl_tlb_info *info);
void mctl_tlbs_check(struct mctl_arena *arena, struct mctl_report *report);
int mctl_tlbs_plant(struct mctl_arena *arena, u32 site, u64 index, u32 bit,
		    struct mctl_error *error);
void mctl_tlbs_destroy(struct mctl_arena *arena);

/**
 * struct mctl_tlb_touch - an access to a region
 * @region: its name
 * @address: in the region
 * @offset: the same, from the region's first byte on: for formats of 32 bits
 * @pfn: frame of 4 KiB that @address leads to
 * @large: it is part of a leaf of 2 MiB
 * @writable: the leaf has RW
 * @dirty: the leaf has D
 * @write: for writing
 */
struct mctl_tlb_touch {
	const char *region;
	u64 address, offset, pfn;
	bool large, writable, dirty, write;
};

void mctl_tlb_touch(struct mctl_arena *arena, const struct mctl_tlb_touch *touch);
void mctl_tlb_forget(struct mctl_arena *arena, const char *region, u64 address, u64 offset, u32 nr);

/* Whether a model follows a region of the arena: else nobody need be told. */
static inline bool mctl_tlb_follows(const struct mctl_arena *arena)
{
	return READ_ONCE(arena->tlbs.nr_bound);
}

/**
 * struct mctl_pt_format - a paging format, and what its tables take for one example
 * @kind: the format
 * @example: name of the example
 * @small: with pages of 4 KiB alone
 * @large: with the largest pages that fit
 */
struct mctl_pt_format {
	const struct mctl_ptable_kind *kind;
	const char *example;
	struct mctl_ptable_memory small, large;
};

int mctl_pt_format_nth(u32 nth, struct mctl_pt_format *row);

#endif /* MCTL_MM_TLB_H */
