/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel code that holds memory of an arena: users, allocators of blocks,
 * creators of caches; and the leaks of past users. See owner.c.
 */
#ifndef MCTL_ARENAS_OWNER_H
#define MCTL_ARENAS_OWNER_H

#include "host/arena.h"
#include "host/symbol.h"

/* Maximum number of leaks that are listed; further ones are counted. */
#define MCTL_LEAKS_LISTED 16

/**
 * struct mctl_leak - memory that will not be freed by its allocator
 * @kind: MEMCTL_KIND_PAGE: blocks of pages; MEMCTL_KIND_OBJECT: a cache, with its objects;
 *	  MEMCTL_KIND_KMALLOC: memory of kmalloc, whose callers are not recorded
 * @nr: blocks or objects; a cache without objects in use has 0
 * @bytes: of them
 * @caller: address of the code of @symbol; 0 for none
 * @name: of the cache; "" for pages
 * @symbol: the code that allocated the blocks or created the cache; "" if it is not recorded
 */
struct mctl_leak {
	u32 kind;
	u64 nr;
	u64 bytes;
	u64 caller;
	char name[MEMCTL_NAME_MAX + 1];
	char symbol[MCTL_SYMBOL_SIZE];
};

/**
 * struct mctl_leaks - the leaks of an arena
 * @nr: number of leaks, by kind and symbol
 * @nr_listed: entries of @listed
 * @listed: the first ones
 */
struct mctl_leaks {
	u64 nr;
	u32 nr_listed;
	struct mctl_leak listed[MCTL_LEAKS_LISTED];
};

/**
 * struct mctl_owned - a block of pages that a user in the kernel holds
 * @fn: its first frame
 * @order: it has 2^order frames
 * @node: of its zone
 * @type: enum memctl_zone_type of its zone
 * @pfn: of the first frame
 * @address: in the linear map
 * @symbol: the code that allocated it; "" if it is not recorded
 */
struct mctl_owned {
	u32 fn, order, node, type;
	u64 pfn, address;
	char symbol[MCTL_SYMBOL_SIZE];
};

int mctl_users_create(struct mctl_arena *arena);
void mctl_users_destroy(struct mctl_arena *arena);
int mctl_user_add(struct mctl_arena *arena, const char *module);
void mctl_user_remove(struct mctl_arena *arena, const char *module);

bool mctl_owner_symbol(struct mctl_arena *arena, u64 caller, char *text, size_t size);
int mctl_owned_next(struct mctl_arena *arena, u32 *fn, struct mctl_owned *owned);

void mctl_leaks_find(struct mctl_arena *arena, struct mctl_leaks *leaks);
void mctl_leaks_tell(struct mctl_arena *arena);

#endif /* MCTL_ARENAS_OWNER_H */
