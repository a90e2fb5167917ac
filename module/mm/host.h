/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's memory, as arena.c takes and gives it. Chunks on their way are
 * chained by the lru of their first pages, whose private is the order.
 */
#ifndef MCTL_MM_HOST_H
#define MCTL_MM_HOST_H

#include "mm/arena.h"

unsigned long mctl_host_available(void);
u64 mctl_host_take(struct mctl_arena *arena, int nid, int type, u64 nr, struct list_head *pages);
int mctl_host_add(struct mctl_arena *arena, struct list_head *pages, struct mctl_error *error);
void mctl_host_give_list(struct list_head *pages);
void mctl_host_give_chunk(struct mctl_arena *arena, u32 fn, struct page *page, unsigned int order);
int mctl_host_create_tables(struct mctl_arena *arena);
void mctl_host_destroy_tables(struct mctl_arena *arena);

#endif /* MCTL_MM_HOST_H */
