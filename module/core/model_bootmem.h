/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The allocator that a kernel has before the buddy system: a bitmap with a bit for each page,
 * which is set where the page is reserved.
 *
 * See model_bootmem.c for what it does, and the invariants.
 */
#ifndef MCTL_CORE_MODEL_BOOTMEM_H
#define MCTL_CORE_MODEL_BOOTMEM_H

#include <linux/limits.h>
#include <linux/types.h>
#include "core/report.h"

#define MCTL_BOOTMEM_SHIFT     12
#define MCTL_BOOTMEM_PAGE      4096U
#define MCTL_BOOTMEM_MAX_PAGES 0x100000U
#define MCTL_BOOTMEM_MAX_ALIGN 0x40000000U
#define MCTL_BOOTMEM_NONE      U64_MAX
/* Pages of a word, which are handed over as one block if all are free. */
#define MCTL_BOOTMEM_WORD  32U
#define MCTL_BOOTMEM_ORDER 5

/**
 * struct mctl_bootmem - the bitmap of a node
 * @map: a bit for each page, set if it is reserved; those behind the last page are set
 * @nr_pages: pages, from address 0 on
 * @nr_free: those whose bit is clear
 * @last_success: page behind the last allocation, where the next search begins
 * @last_pos: page in which the last allocation ends
 * @last_offset: bytes of it that are taken; 0: all of it, or there is none
 */
struct mctl_bootmem {
	u32 *map;
	u32 nr_pages;
	u32 nr_free;
	u32 last_success;
	u32 last_pos;
	u32 last_offset;
};

/**
 * struct mctl_bootmem_place - what was allocated
 * @address: first byte, MCTL_BOOTMEM_NONE if there was no room
 * @nr: pages that were free before
 * @merged: it begins in the page in which the last one ended
 * @wrapped: nothing was found behind the last one
 */
struct mctl_bootmem_place {
	u64 address;
	u32 nr;
	bool merged;
	bool wrapped;
};

size_t mctl_bootmem_size(u32 nr_pages);
void mctl_bootmem_init(struct mctl_bootmem *bootmem, u32 nr_pages, void *storage);
u32 mctl_bootmem_free(struct mctl_bootmem *bootmem, u64 start, u64 size);
u32 mctl_bootmem_reserve(struct mctl_bootmem *bootmem, u64 start, u64 size);
void mctl_bootmem_alloc(struct mctl_bootmem *bootmem, u64 size, u64 align, u64 goal,
			struct mctl_bootmem_place *place);
u32 mctl_bootmem_release(struct mctl_bootmem *bootmem,
			 void (*give)(void *context, u32 page, unsigned int order), void *context);
void mctl_bootmem_check(const struct mctl_bootmem *bootmem, struct mctl_report *report);

/* Is a page reserved? */
static inline bool mctl_bootmem_is_set(const struct mctl_bootmem *bootmem, u32 page)
{
	return bootmem->map[page / MCTL_BOOTMEM_WORD] >> page % MCTL_BOOTMEM_WORD & 1;
}

#endif /* MCTL_CORE_MODEL_BOOTMEM_H */
