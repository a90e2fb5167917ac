/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handles: what user space holds instead of addresses. A handle is the
 * number of a slot and the slot's serial, so that a stale one is known for
 * what it is. While an arena has handles it holds a reference to the module.
 */
#ifndef MCTL_HANDLES_HANDLE_H
#define MCTL_HANDLES_HANDLE_H

#include <uapi/linux/memctl_op.h>
#include "core/report.h"
#include "host/arena.h"
#include "host/error.h"

struct mctl_plant;
struct mctl_cache;

/* enum memctl_kind, or that nobody has the slot. */
#define MCTL_HANDLE_FREE 0xff

/**
 * struct mctl_handle - a slot
 * @object: address, of an object or a kmalloc allocation
 * @fn: head of the block, of pages
 * @next_free: next free slot, of a free one; U32_MAX at the end
 * @cache: of an object; it cannot go while the object lives
 * @size: bytes asked for, of a kmalloc allocation
 * @serial: counts how often the slot was freed
 * @owner: tag that the caller chose
 * @kind: enum memctl_kind, or MCTL_HANDLE_FREE
 * @order: of the block, of pages
 *
 * All fields: arena->handles->lock.
 */
struct mctl_handle {
	union {
		void *object;
		u32 fn;
		u32 next_free;
	};
	union {
		struct mctl_cache *cache;
		u64 size;
	};
	u32 serial;
	u32 owner;
	u8 kind;
	u8 order;
};

/**
 * struct mctl_handles - the handles of an arena
 * @lock: of the fields that say so; see the lock order in arena.h
 * @slot: @nr_slots of them; @lock
 * @nr_slots: @lock
 * @first_free: U32_MAX for none; @lock
 * @nr: handles alive; @lock
 * @nr_freed: handles freed, modulo 2^32; @lock
 */
struct mctl_handles {
	struct mutex lock;
	struct mctl_handle *slot;
	u32 nr_slots;
	u32 first_free;
	u32 nr;
	u32 nr_freed;
};

/**
 * mctl_handle_find() - the slot of a handle
 * @arena: the arena
 * @handle: any number
 *
 * Context: arena->handles->lock is held.
 * Return: the slot, or NULL when it is no live handle.
 */
struct mctl_handle *mctl_handle_find(struct mctl_arena *arena, u64 handle);

/**
 * mctl_handle_exec() - carry out operations one after the other
 * @arena: the arena
 * @ops: the operations, from user space and not checked yet
 * @nr: how many
 * @stop: stop behind the first that is refused
 * @results: one for each operation carried out; room for @nr
 * @nr_done: becomes the number of results
 * @error: becomes the text of the first refusal, if there was one
 *
 * A refused operation changes nothing. The results tell them apart: only what
 * stops the request as a whole is returned.
 *
 * Context: process; sleeps. Takes arena->resize for reading and handles.lock,
 * once for all operations.
 * Return: 0.
 */
int mctl_handle_exec(struct mctl_arena *arena, const struct memctl_op *ops, unsigned int nr,
		     bool stop, struct memctl_result *results, unsigned int *nr_done,
		     struct mctl_error *error);

/**
 * struct mctl_handle_info - what stands behind a handle
 * @handle: the handle
 * @size: bytes: of the block, of the object, or asked for
 * @pfn: physical frame number of its first byte
 * @address: kernel address of its first byte
 * @kind: enum memctl_kind
 * @owner: tag that the caller chose
 * @order: of the block; for pages
 * @node: NUMA node
 * @type: enum memctl_zone_type
 * @fn: arena frame number of its first byte
 * @cache: name of the cache; for objects
 */
struct mctl_handle_info {
	u64 handle, size, pfn, address;
	u32 kind, owner, order, node, type, fn;
	char cache[MEMCTL_NAME_MAX + 1];
};

/**
 * mctl_handle_info() - what stands behind a handle
 * @arena: the arena
 * @handle: any number
 * @info: filled
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOENT when it is no live handle.
 */
int mctl_handle_info(struct mctl_arena *arena, u64 handle, struct mctl_handle_info *info);

/**
 * mctl_handle_next() - the first live handle from a slot on
 * @arena: the arena
 * @slot: where to begin; becomes the handle's slot
 * @info: filled
 *
 * Context: process; sleeps.
 * Return: 0, or -ENOENT when there is none.
 */
int mctl_handle_next(struct mctl_arena *arena, u32 *slot, struct mctl_handle_info *info);

/**
 * mctl_handle_at() - the live handle of an address
 * @arena: the arena
 * @fn: frame that the address is in
 * @object: the address where its object begins, or NULL for a block of pages
 * @info: filled
 *
 * Context: process; sleeps. For an object all slots are looked at.
 * Return: 0, or -ENOENT when nobody holds it by a handle.
 */
int mctl_handle_at(struct mctl_arena *arena, u32 fn, const void *object,
		   struct mctl_handle_info *info);

/**
 * mctl_handle_free_owner() - free all handles of an owner
 * @arena: the arena
 * @owner: the owner, or NULL for everybody's
 *
 * Context: process; sleeps.
 * Return: handles freed.
 */
u32 mctl_handle_free_owner(struct mctl_arena *arena, const u32 *owner);

/**
 * mctl_handles_create() - the handles of a new arena: none
 * @arena: the arena
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int mctl_handles_create(struct mctl_arena *arena);

/**
 * mctl_handles_destroy() - free all handles, and their records
 * @arena: the arena, which nobody else uses any more; its caches are there still. One whose
 *	   handles were not made has none.
 *
 * Context: process; sleeps.
 */
void mctl_handles_destroy(struct mctl_arena *arena);

/**
 * mctl_handles_check() - test the invariants of handle.c
 * @arena: the arena
 * @report: where to count and report
 *
 * Context: process; arena->resize and arena->handles->lock are held: what live
 * handles hold stays as it is meanwhile.
 */
void mctl_handles_check(struct mctl_arena *arena, struct mctl_report *report);

/* handles/handle_plant.c: damage planted for tests; see host/flip.h. */
int mctl_handle_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		      struct mctl_error *error);

#endif /* MCTL_HANDLES_HANDLE_H */
