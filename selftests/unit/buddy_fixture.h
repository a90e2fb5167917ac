/* SPDX-License-Identifier: GPL-2.0 */
/* buddy_fixture.h - zones to test the buddy allocator with, and the oracle beside them */
#ifndef MCTL_UNIT_BUDDY_FIXTURE_H
#define MCTL_UNIT_BUDDY_FIXTURE_H

#include "core/buddy.h"
#include "core/table.h"
#include "tap.h"

#define OWNER_FREE 1U

/**
 * struct shape - a chunk to make a zone from
 * @fn: first frame
 * @order: 2^order frames
 */
struct shape {
	u32 fn;
	unsigned int order;
};

struct block {
	u32 fn;
	unsigned int order;
	unsigned int zone;
};

struct fixture {
	struct mctl_table table;
	struct mctl_buddy buddy[2];
	struct shape *chunks;
	u32 nr_chunks;
	u32 *owner;	      /* by frame */
	struct block *blocks; /* granted, nr_blocks of them */
	u32 nr_blocks;
	u32 next_owner;
	u32 span;
};

void fixture_init(struct fixture *f, u32 nr_sections, u32 zone1);
void fixture_fini(struct fixture *f);
unsigned int fixture_zone(const struct fixture *f, u32 fn);
u32 fixture_first(const struct fixture *f, u32 index, unsigned int order);
void fixture_add(struct fixture *f, u32 fn, unsigned int order);
int fixture_remove(struct fixture *f, u32 index);
void fixture_tell(struct mctl_report *report, const struct mctl_problem *problem);
u64 fixture_check(const struct fixture *f);
bool fixture_could_grant(const struct fixture *f, unsigned int zone, unsigned int order);
u32 fixture_alloc(struct fixture *f, unsigned int zone, unsigned int order, unsigned int mt);
void fixture_free(struct fixture *f, u32 index);
void fixture_compare(const struct fixture *f);
void fixture_idle(struct fixture *f);

#endif /* MCTL_UNIT_BUDDY_FIXTURE_H */
