/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A shadow: page tables (core/ptable.h) in frames of an arena. This is the part
 * that core/ leaves to its caller: allocating and freeing the frames of tables,
 * recording which frames are tables, and counting the present entries of each.
 *
 * See shadow.c for the invariants and locks.
 */
#ifndef MCTL_REGIONS_SHADOW_H
#define MCTL_REGIONS_SHADOW_H

#include "core/ptable.h"
#include "core/report.h"
#include "host/arena.h"

/**
 * struct mctl_shadow - page tables in frames of an arena
 * @pt: the tables
 * @arena: the arena whose frames the tables are in
 * @tables: head of the list of table frames, which are linked through the frame
 *	    table's links; MCTL_FN_NONE if the list is empty
 * @nr_tables: frames on that list
 * @reason: enum memctl_reason of the last table or mapping that was refused; tells
 *	    why a call returned -ENOMEM, since core/ptable.c passes on only the errno
 *
 * All fields: protected by the lock of the shadow's owner, which is
 * arena->regions->lock for a region, and family->lock for a space.
 */
struct mctl_shadow {
	struct mctl_ptable pt;
	struct mctl_arena *arena;
	u32 tables;
	u32 nr_tables;
	u32 reason;
};

int mctl_shadow_init(struct mctl_shadow *shadow, struct mctl_arena *arena);
void mctl_shadow_fini(struct mctl_shadow *shadow);
int mctl_shadow_map(struct mctl_shadow *shadow, u64 address, const u32 *fns, u32 nr, u64 flags);
void mctl_shadow_check(const struct mctl_shadow *shadow, struct mctl_report *report);
void mctl_shadow_check_done(const struct mctl_shadow *shadow, struct mctl_report *report);

#endif /* MCTL_REGIONS_SHADOW_H */
