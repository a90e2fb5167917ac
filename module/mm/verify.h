/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What looks at all parts of an arena at once: the on-line fsck (verify.c),
 * the state hash (hash.c), and what an address is (what.c).
 */
#ifndef MCTL_MM_VERIFY_H
#define MCTL_MM_VERIFY_H

#include "core/report.h"
#include "mm/arena.h"
#include "mm/cache.h"
#include "mm/owner.h"

#define MCTL_VERIFY_LISTED 32

/**
 * struct mctl_memory_error - a frame with a hardware memory error
 * @fn: frame number
 * @pfn: physical frame number
 * @state: what its block is in use for, in a word
 */
struct mctl_memory_error {
	u32 fn;
	u64 pfn;
	const char *state;
};

/**
 * struct mctl_verify_result - what a check of everything found
 * @nr_checks: invariants tested, object by object
 * @nr_problems: invariants found broken
 * @stop_ns: nanoseconds for which the machine was stopped, at most
 * @nr_listed: entries of @listed
 * @listed: the first problems
 * @nr_errors: entries of @errors
 * @errors: the first frames with a hardware memory error, set aside or in use
 * @leaks: what nobody will give back
 */
struct mctl_verify_result {
	u64 nr_checks, nr_problems, stop_ns;
	unsigned int nr_listed;
	struct mctl_problem listed[MCTL_VERIFY_LISTED];
	unsigned int nr_errors;
	struct mctl_memory_error errors[MCTL_VERIFY_LISTED];
	struct mctl_leaks leaks;
};

/**
 * mctl_verify() - test every invariant of an arena
 * @arena: the arena
 * @result: filled
 *
 * Finding something is an event (MEMCTL_EVENT_TYPE_DAMAGE) and no failure.
 * The records may be damaged in any way.
 *
 * Context: process; sleeps, and stops the machine for a time that grows with
 * the arena. No lock of the arena is held.
 * Return: 0.
 */
int mctl_verify(struct mctl_arena *arena, struct mctl_verify_result *result);

/**
 * mctl_verify_hash() - a number for the state of an arena
 * @arena: the arena; its frame caches are drained
 *
 * Two arenas of one shape (zones, and chunks in them) that went through the
 * same operations on one CPU have the same: frames are named by their place
 * in their zone, and neither addresses nor counters of the past are in it.
 *
 * Context: process; sleeps.
 * Return: the hash; 0 when there is no memory for its records.
 */
u64 mctl_verify_hash(struct mctl_arena *arena);

/**
 * struct mctl_what - what an address, a physical frame or a handle is
 * @has_address: key: @address
 * @has_pfn: key: @pfn
 * @has_handle: key: @handle; in the answer: a handle holds it
 * @address: a kernel address, of the linear map or in a region
 * @pfn: physical frame number
 * @handle: handle
 * @fn: arena frame number
 * @block_fn: head of the block that the frame is in, or MCTL_FN_NONE
 * @block_order: order of that block
 * @node: NUMA node
 * @type: enum memctl_zone_type
 * @mt: migratetype of the pageblock
 * @chunk_fn: first frame of the chunk
 * @chunk_order: order of the chunk
 * @owner: owner of the handle, with @has_owner
 * @state: what the block is in use for, in a word
 * @hwpoison: the frame has a hardware memory error, and is not set aside yet
 * @caller: code address that allocated the block; 0 when it is not known
 * @has_object: @object is valid
 * @object: the object that the address lies in
 * @has_region: @region and @region_address are valid
 * @region: region that maps the frame
 * @region_address: where it does
 * @has_cpu: @cpu is valid
 * @cpu: CPU whose frame cache holds the frame
 * @has_owner: a handle holds it: @owner and @handle are valid
 * @kernel_address: in the linear map
 * @symbol: what the code at @caller is called, or ""
 */
struct mctl_what {
	bool has_address, has_pfn, has_handle;
	u64 address, pfn, handle;
	u32 fn, block_fn, block_order, node, type, mt, chunk_fn, chunk_order, owner;
	const char *state;
	bool hwpoison;
	u64 caller;
	bool has_object;
	struct mctl_object_info object;
	bool has_region;
	char region[MEMCTL_NAME_MAX + 1];
	u64 region_address;
	bool has_cpu;
	u32 cpu;
	bool has_owner;
	u64 kernel_address;
	char symbol[MCTL_SYMBOL_SIZE];
};

/**
 * mctl_what() - what an address, a physical frame or a handle is
 * @arena: the arena
 * @what: exactly one key is set; the rest is filled
 * @error: text of a refusal
 *
 * Takes no lock that an allocation takes: what is being allocated or freed
 * meanwhile is seen before or after.
 *
 * Context: process; sleeps.
 * Return: 0; -ENOENT when it is nothing of this arena; -EINVAL without a key.
 */
int mctl_what(struct mctl_arena *arena, struct mctl_what *what, struct mctl_error *error);

#endif /* MCTL_MM_VERIFY_H */
