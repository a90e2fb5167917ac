/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handles: what user space holds instead of addresses. A handle consists of a
 * slot number and the slot's serial, so that a stale handle is recognised. While
 * an arena has handles it holds a reference to the module.
 */
#ifndef MCTL_HANDLES_HANDLE_H
#define MCTL_HANDLES_HANDLE_H

#include <uapi/linux/memctl_op.h>
#include "core/report.h"
#include "host/arena.h"
#include "host/error.h"

struct mctl_plant;
struct mctl_cache;

/* Value of mctl_handle.kind for a slot that is free; other values are enum memctl_kind. */
#define MCTL_HANDLE_FREE 0xff

/**
 * struct mctl_handle - a slot
 * @object: object or kmalloc: its address
 * @fn: pages: head of the block
 * @next_free: free slot: the next free slot, or U32_MAX at the end of the list
 * @cache: object: its cache, which cannot be destroyed while it has objects
 * @size: kmalloc: bytes requested
 * @serial: how often the slot was freed, modulo 2^32
 * @owner: tag chosen by the caller
 * @kind: enum memctl_kind, or MCTL_HANDLE_FREE
 * @order: pages: order of the block
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
 * @lock: protects the fields that name it; its place in the lock order is in host/arena.h
 * @slot: array of @nr_slots slots; @lock
 * @nr_slots: length of @slot; @lock
 * @first_free: first slot of the list of free slots, or U32_MAX; @lock
 * @nr: live handles; @lock
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
 * mctl_handle_find() - find the slot of a handle
 * @arena: the arena
 * @handle: the handle; any value
 *
 * Context: Process context, arena->handles->lock held.
 * Return: the slot, or NULL if @handle is not a live handle.
 */
struct mctl_handle *mctl_handle_find(struct mctl_arena *arena, u64 handle);

/**
 * mctl_handle_exec() - execute operations in order
 * @arena: the arena
 * @ops: the operations, from user space and not yet checked
 * @nr: number of operations
 * @stop: stop after the first operation that is refused
 * @results: filled with one result for each operation executed; room for @nr
 * @nr_done: set to the number of results
 * @error: set to the text of the first refusal, if there was one
 *
 * A refused operation changes nothing, except as H6 of handle.c says. Its errno
 * is in its result, not in the return value.
 *
 * Context: Process context, may sleep. Takes arena->resize for reading and
 * arena->handles->lock, once for all operations.
 * Return: 0.
 */
int mctl_handle_exec(struct mctl_arena *arena, const struct memctl_op *ops, unsigned int nr,
		     bool stop, struct memctl_result *results, unsigned int *nr_done,
		     struct mctl_error *error);

/**
 * struct mctl_handle_info - the allocation of a handle
 * @handle: the handle
 * @size: bytes: size of the block or object; for kmalloc, the size requested
 * @pfn: physical frame number of the first byte
 * @address: kernel address of the first byte
 * @kind: enum memctl_kind
 * @owner: tag chosen by the caller
 * @order: pages: order of the block
 * @node: NUMA node
 * @type: enum memctl_zone_type
 * @fn: arena frame number of the first byte
 * @cache: object: name of its cache
 */
struct mctl_handle_info {
	u64 handle, size, pfn, address;
	u32 kind, owner, order, node, type, fn;
	char cache[MEMCTL_NAME_MAX + 1];
};

/**
 * mctl_handle_info() - describe the allocation of a handle
 * @arena: the arena
 * @handle: the handle; any value
 * @info: filled with the description
 *
 * Context: Process context, may sleep. Takes arena->resize for reading and
 * arena->handles->lock.
 * Return: 0, or -ENOENT if @handle is not a live handle.
 */
int mctl_handle_info(struct mctl_arena *arena, u64 handle, struct mctl_handle_info *info);

/**
 * mctl_handle_next() - find the first live handle at or after a slot
 * @arena: the arena
 * @slot: number of the slot to start at; set to the number of the slot found
 * @info: filled with a description of the allocation
 *
 * Context: Process context, may sleep. Takes arena->resize for reading and
 * arena->handles->lock.
 * Return: 0, or -ENOENT if there are no more.
 */
int mctl_handle_next(struct mctl_arena *arena, u32 *slot, struct mctl_handle_info *info);

/**
 * mctl_handle_at() - find the live handle of a block or an object
 * @arena: the arena
 * @fn: head of the block, if @object is NULL
 * @object: first address of the object, or NULL for a block of pages
 * @info: filled with a description of the allocation
 *
 * Searches all slots.
 *
 * Context: Process context, may sleep. Takes arena->resize for reading and
 * arena->handles->lock.
 * Return: 0, or -ENOENT if no handle refers to it.
 */
int mctl_handle_at(struct mctl_arena *arena, u32 fn, const void *object,
		   struct mctl_handle_info *info);

/**
 * mctl_handle_free_owner() - free all handles of an owner
 * @arena: the arena
 * @owner: the owner's tag, or NULL for the handles of all owners
 *
 * Context: Process context, may sleep. Takes arena->resize for reading and
 * arena->handles->lock.
 * Return: the number of handles freed.
 */
u32 mctl_handle_free_owner(struct mctl_arena *arena, const u32 *owner);

/**
 * mctl_handles_create() - create the records of handles of a new arena
 * @arena: the arena
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_handles_create(struct mctl_arena *arena);

/**
 * mctl_handles_destroy() - free all handles, and their records
 * @arena: the arena, no longer used by others; its caches must still exist, and
 *	   mctl_handles_create() may have failed for it
 *
 * Context: Process context, may sleep. Takes arena->resize for reading and
 * arena->handles->lock.
 */
void mctl_handles_destroy(struct mctl_arena *arena);

/**
 * mctl_handles_check() - test the invariants of handle.c
 * @arena: the arena
 * @report: where to report violations
 *
 * Context: Process context, may sleep. arena->resize and arena->handles->lock
 * held, so that the allocations of live handles do not change.
 */
void mctl_handles_check(struct mctl_arena *arena, struct mctl_report *report);

/* handles/handle_plant.c: damage planted for tests; see host/flip.h. */
int mctl_handle_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		      struct mctl_error *error);

#endif /* MCTL_HANDLES_HANDLE_H */
