/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The list of arenas: made, found, held and deleted. See arenas.c for the
 * invariants and locks.
 */
#ifndef MCTL_ARENAS_ARENAS_H
#define MCTL_ARENAS_ARENAS_H

#include <linux/types.h>
#include <uapi/linux/memctl.h>
#include "host/error.h"

struct mctl_arena;
struct mctl_arena_params;

void mctl_arena_send_event(struct mctl_arena *arena, u32 type, u64 size);
int mctl_arena_create(const struct mctl_arena_params *params, struct mctl_error *error);
int mctl_arena_delete(const char *name, struct mctl_error *error);
void mctl_arenas_exit(void);

struct mctl_arena *mctl_arena_find(const char *name);
bool mctl_arena_changing(const char *name);
struct mctl_arena *mctl_arena_next(u32 id);
void mctl_arena_hold(struct mctl_arena *arena);
void mctl_arena_drop(struct mctl_arena *arena);
u32 mctl_arenas_generation(void);
u64 mctl_arena_generation(struct mctl_arena *arena);

/**
 * struct mctl_arena_hooks - proc.c's part in the life of an arena
 * @add: called for each arena made, before anybody can find it
 * @del: called when it cannot be found any more
 *
 * Both may sleep, but must not wait for users; no lock is held but the one of arenas.c under which
 * arenas are made and taken apart.
 */
struct mctl_arena_hooks {
	int (*add)(struct mctl_arena *arena);
	void (*del)(struct mctl_arena *arena);
};

void mctl_arena_set_hooks(const struct mctl_arena_hooks *hooks);

/* What is known of an arena at one moment; feeds arena-get and /proc. Sizes in bytes. */
struct mctl_arena_info {
	char name[MEMCTL_NAME_MAX + 1];
	u32 id, nr_frames, nr_free, nr_cached, nr_chunks, nr_zones, nr_caches, nr_regions;
	u32 nr_handles, nr_users, nr_slab, nr_table, nr_hwpoison, nr_aside;
	u64 generation, size, metadata, nr_alloc, nr_freed, nr_failed, nr_bad_free, nr_lock, waste;
	bool no_cpu_caches;
};

void mctl_arena_info(struct mctl_arena *arena, struct mctl_arena_info *info);

#endif /* MCTL_ARENAS_ARENAS_H */
