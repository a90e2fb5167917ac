/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Models of TLBs, which a user makes in an arena and feeds with addresses.
 * Nothing here reads the processor's own TLB or changes a page table. See
 * tlb.c.
 */
#ifndef MCTL_MODELS_TLB_H
#define MCTL_MODELS_TLB_H

#include <uapi/linux/memctl_op.h>
#include "core/ptable_format.h"
#include "core/tlb.h"
#include "host/arena.h"
#include "host/error.h"

/**
 * struct mctl_tlb_params - parameters of a model
 * @config: configuration of the TLB
 * @page: size of the pages that map everything, enum mctl_tlb_page
 * @kind: format of the tables that a miss walks
 * @region: name of the region that it is bound to, or "" for a model that is fed; with a region,
 *	    pages have the size that they have in its shadow, where @kind and the arrays allow it
 */
struct mctl_tlb_params {
	struct mctl_tlb_config config;
	u32 page;
	const struct mctl_ptable_kind *kind;
	char region[MEMCTL_NAME_MAX + 1];
};

/**
 * struct mctl_tlb_info - description of a model
 * @name: of the model
 * @params: parameters that it was made with
 * @stats: counters
 * @cycles: what the counted events cost: [0] walks, [1] and [2] the levels
 * @nr_valid: valid entries by array
 */
struct mctl_tlb_info {
	char name[MEMCTL_NAME_MAX + 1];
	struct mctl_tlb_params params;
	struct mctl_tlb_stats stats;
	u64 cycles[MCTL_TLB_MAX_LEVELS + 1];
	u32 nr_valid[MCTL_TLB_MAX_ARRAYS];
};

void mctl_tlbs_init(void);
int mctl_tlbs_create(struct mctl_arena *arena);
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

#endif /* MCTL_MODELS_TLB_H */
