/* SPDX-License-Identifier: GPL-2.0 */
/* vma_fixture.h - the vmas of a region, and the oracle beside them */
#ifndef MCTL_UNIT_VMA_FIXTURE_H
#define MCTL_UNIT_VMA_FIXTURE_H

#include "core/vma.h"
#include "tap.h"

#define PAGE	  MCTL_VMA_PAGE_SIZE
#define BASE	  (0x7f0000000ULL * PAGE)
#define MAX_PAGES 64
#define RW	  (MCTL_VMA_R | MCTL_VMA_W)

/* What the oracle knows of a page. */
struct page {
	bool there;
	u32 rights, flags;
	void *file;
	u64 file_page;
};

struct set {
	struct mctl_vmas vmas;
	struct mctl_vma storage[MAX_PAGES];
	struct page page[MAX_PAGES];
	u32 nr_pages;
};

extern char files[2];

u64 address_of(u32 page);
void set_init(struct set *s, u32 nr_pages, u32 capacity);
u32 vmas_of(const struct page *page, u32 nr_pages, struct mctl_vma *vma);
bool same_vmas(const struct mctl_vma *a, const struct mctl_vma *b, u32 nr);

enum call { ADD, REPLACE, REMOVE, PROTECT, FLAGS, NR_CALLS };

struct arguments {
	enum call call;
	u32 first, nr;
	u32 rights, set, clear;
	void *file;
	u64 offset;
};

int make_call(struct mctl_vmas *vmas, const struct arguments *a);
int step(struct set *s, const struct arguments *a);
void expect_lookup(struct set *s, u32 page);
void expect_gap(struct set *s, u32 nr, u32 align);
void expect_walk(struct set *s, u32 first, u32 nr);

#endif /* MCTL_UNIT_VMA_FIXTURE_H */
