/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vmas of a region: the ranges of its addresses, with their rights and
 * backing. See vma.c for the invariants.
 */
#ifndef MCTL_CORE_VMA_H
#define MCTL_CORE_VMA_H

#include <linux/bits.h>
#include <linux/types.h>
#include "core/report.h"

#define MCTL_VMA_PAGE_SHIFT 12
#define MCTL_VMA_PAGE_SIZE  BIT_ULL(MCTL_VMA_PAGE_SHIFT)

/* Rights, with the values of PROT_READ, PROT_WRITE and PROT_EXEC. */
#define MCTL_VMA_R	0x1
#define MCTL_VMA_W	0x2
#define MCTL_VMA_X	0x4
#define MCTL_VMA_RIGHTS (MCTL_VMA_R | MCTL_VMA_W | MCTL_VMA_X)

/**
 * struct mctl_vma - one range with one set of rights and one backing
 * @start: first address, a multiple of 4096
 * @end: address after the last byte, a multiple of 4096
 * @file: what backs it: an identifier chosen by the caller, only compared here; NULL: anonymous
 * @offset: page of @file that @start maps; 0 for an anonymous one
 * @rights: MCTL_VMA_R, _W and _X; 0 for none
 * @flags: for use by the caller; vmas whose flags differ are not merged
 */
struct mctl_vma {
	u64 start;
	u64 end;
	void *file;
	u64 offset;
	u32 rights;
	u32 flags;
};

/**
 * struct mctl_vmas - the vmas of a region
 * @vma: the vmas, by address; every change may move them
 * @nr: number of vmas
 * @capacity: number of entries that @vma has room for
 * @start: no vma starts below this address
 * @end: no vma ends after this address
 * @nr_pages: pages of 4 KiB in all of them
 */
struct mctl_vmas {
	struct mctl_vma *vma;
	u32 nr;
	u32 capacity;
	u64 start;
	u64 end;
	u64 nr_pages;
};

static inline u64 mctl_vma_pages(const struct mctl_vma *vma)
{
	return (vma->end - vma->start) >> MCTL_VMA_PAGE_SHIFT;
}

/* The page of the vma's file that an address in it maps. */
static inline u64 mctl_vma_file_page(const struct mctl_vma *vma, u64 address)
{
	return vma->offset + ((address - vma->start) >> MCTL_VMA_PAGE_SHIFT);
}

/* The vma after this one, or NULL. */
static inline struct mctl_vma *mctl_vma_next(const struct mctl_vmas *vmas,
					     const struct mctl_vma *vma)
{
	u32 next = vma - vmas->vma + 1;

	return next < vmas->nr ? &vmas->vma[next] : NULL;
}

/*
 * Iterate over each vma that has a byte in [start, end), by address; the set
 * must not change during the iteration. A vma is visited with its parts outside
 * of the range.
 */
#define mctl_vma_for_each(vma, vmas, first, last)                                \
	for ((vma) = mctl_vma_find(vmas, first); (vma) && (vma)->start < (last); \
	     (vma) = mctl_vma_next(vmas, vma))

int mctl_vmas_init(struct mctl_vmas *vmas, u64 start, u64 end, struct mctl_vma *storage,
		   u32 capacity);
int mctl_vmas_copy(struct mctl_vmas *vmas, const struct mctl_vmas *from);
struct mctl_vma *mctl_vmas_move(struct mctl_vmas *vmas, struct mctl_vma *storage, u32 capacity);
u64 mctl_vmas_file_pages(const struct mctl_vmas *vmas, const void *file);

struct mctl_vma *mctl_vma_find(const struct mctl_vmas *vmas, u64 address);
struct mctl_vma *mctl_vma_lookup(const struct mctl_vmas *vmas, u64 address);
u64 mctl_vma_gap(const struct mctl_vmas *vmas, u64 nr_pages, u64 align);

int mctl_vma_add(struct mctl_vmas *vmas, const struct mctl_vma *vma);
int mctl_vma_replace(struct mctl_vmas *vmas, const struct mctl_vma *vma);
int mctl_vma_remove(struct mctl_vmas *vmas, u64 start, u64 end);
int mctl_vma_protect(struct mctl_vmas *vmas, u64 start, u64 end, u32 rights);
int mctl_vma_set_flags(struct mctl_vmas *vmas, u64 start, u64 end, u32 set, u32 clear);

void mctl_vma_check(const struct mctl_vmas *vmas, struct mctl_report *report);

#endif /* MCTL_CORE_VMA_H */
