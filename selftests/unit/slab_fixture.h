/* SPDX-License-Identifier: GPL-2.0 */
/* slab_fixture.h - one slab, and the oracle beside it */
#ifndef MCTL_UNIT_SLAB_FIXTURE_H
#define MCTL_UNIT_SLAB_FIXTURE_H

#include "core/slab.h"
#include "tap.h"

#define MAX_OBJECTS 4096

enum owner {
	OWNER_SLAB, /* on the free list */
	OWNER_CALLER,
	OWNER_MAGAZINE,
};

/**
 * struct fixture - a slab beside what is known of it
 * @layout: of its cache
 * @memory: mctl_slab_bytes() of it, aligned to that
 * @slab: its header
 * @outside: the header, if it is not in @memory
 * @owner: of each object
 * @mark: what its caller filled it with
 * @nr_owned: objects of each kind of owner
 */
struct fixture {
	struct mctl_slab_layout layout;
	void *memory;
	struct mctl_slab *slab;
	struct mctl_slab outside;
	u8 owner[MAX_OBJECTS];
	u8 mark[MAX_OBJECTS];
	u32 nr_owned[3];
};

void fixture_found(struct mctl_report *report, const struct mctl_problem *problem);
bool fixture_init(struct fixture *f, const struct mctl_slab_params *params);
void fixture_fini(struct fixture *f);
void *fixture_object(const struct fixture *f, u32 index);
u32 fixture_index(const struct fixture *f, const void *object);
bool is_marked(const struct fixture *f, u32 index);
void fixture_give(struct fixture *f, u32 index, enum owner from, enum owner to);
enum mctl_slab_status free_object(struct fixture *f, void *address);
void fixture_compare(const struct fixture *f);
int fixture_pick(const struct fixture *f, enum owner owner);
void fill(void *object);
void alloc_one(struct fixture *f);
void free_one(struct fixture *f);

#endif /* MCTL_UNIT_SLAB_FIXTURE_H */
