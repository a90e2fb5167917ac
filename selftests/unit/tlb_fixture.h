/* SPDX-License-Identifier: GPL-2.0 */
/* tlb_fixture.h - TLBs to test, with page tables to walk */
#ifndef MCTL_UNIT_TLB_FIXTURE_H
#define MCTL_UNIT_TLB_FIXTURE_H

#include "core/tlb.h"
#include "tap.h"

#define PAGE 4096ULL

/* Every address is mapped by a page of one size, to itself; writes set D. */
struct tables {
	enum mctl_tlb_page page;
	u32 reads;
	bool readonly;
};

extern struct tables small_pages;
extern struct tables large_pages;

struct fixture {
	struct mctl_tlb tlb;
	void *storage;
	struct mctl_tlb_walker walker;
};

void fixture_init(struct fixture *f, const struct mctl_tlb_config *config, struct tables *tables);
void fixture_fini(struct fixture *f);
int touch(struct fixture *f, u64 address, bool write);
struct mctl_tlb_config one_set(u32 ways, enum mctl_tlb_policy policy);

#endif /* MCTL_UNIT_TLB_FIXTURE_H */
