/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Chunks: runs of host pages in the frame number space, by section. A chunk
 * has no record of its own: the order that the frame table keeps for each
 * frame says where it begins and ends.
 */
#ifndef MCTL_FRAMES_CHUNK_H
#define MCTL_FRAMES_CHUNK_H

#include "core/report.h"
#include "host/arena.h"
#include "host/error.h"

unsigned int mctl_chunk_zone_type(unsigned long pfn);
bool mctl_chunk_fits(struct mctl_arena *arena, struct page *page, int type);
int mctl_chunk_add_list(struct mctl_arena *arena, struct list_head *pages,
			struct mctl_error *error);
int mctl_chunk_remove(struct mctl_arena *arena, u32 fn, unsigned int order);
u32 mctl_chunk_last(const struct mctl_arena *arena, u32 end, unsigned int *order);
void mctl_chunks_destroy(struct mctl_arena *arena);
bool mctl_chunks_check(const struct mctl_arena *arena, struct mctl_report *report);

/* @nr_free: frames of it on free lists; @address: in the kernel's linear map. */
struct mctl_chunk_info {
	u32 fn, order, node, type, nr_free;
	u64 pfn, address;
};

int mctl_arena_chunk_info(struct mctl_arena *arena, u32 fn, struct mctl_chunk_info *info);

#endif /* MCTL_FRAMES_CHUNK_H */
