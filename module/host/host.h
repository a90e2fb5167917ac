/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How an arena takes memory from the host and gives it back, and memory for our
 * records. Chunks in transit are chained by the lru of their first pages, whose
 * private is the order.
 */
#ifndef MCTL_HOST_HOST_H
#define MCTL_HOST_HOST_H

#include "host/arena.h"

/*
 * Whether an arena can hold the chunk that begins at a page, and the chunk is of
 * a zone type, or of any for -1. Called with arena->resize held for writing.
 */
typedef bool (*mctl_host_fits_t)(struct mctl_arena *arena, struct page *page, int type);

void *mctl_arena_meta_alloc(struct mctl_arena *arena, size_t size);
void mctl_arena_meta_free(struct mctl_arena *arena, void *memory, size_t size);
void mctl_arena_wait_readers(void);

unsigned long mctl_host_available(void);
u64 mctl_host_take(struct mctl_arena *arena, int nid, int type, u64 nr, mctl_host_fits_t fits,
		   struct list_head *pages);
void mctl_host_sort(struct list_head *pages);
bool mctl_host_follows(const struct page *page, const struct page *last);
void mctl_host_mark(const struct mctl_arena *arena, struct page *page, unsigned int order);
void mctl_host_give_marked(struct page *page, unsigned int order);
void mctl_host_give_list(struct list_head *pages);
void mctl_host_give_chunk(struct mctl_arena *arena, u32 fn, struct page *page, unsigned int order);
int mctl_host_create_tables(struct mctl_arena *arena);
int mctl_host_grow_map(struct mctl_arena *arena, const struct list_head *pages);
int mctl_host_grow_table(struct mctl_arena *arena, u32 nr);
void mctl_host_destroy_tables(struct mctl_arena *arena);

#endif /* MCTL_HOST_HOST_H */
