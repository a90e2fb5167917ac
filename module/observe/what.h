/* SPDX-License-Identifier: GPL-2.0 */
/* Tells what an address, a physical frame or a handle is; see what.c. */
#ifndef MCTL_OBSERVE_WHAT_H
#define MCTL_OBSERVE_WHAT_H

#include "arenas/owner.h"
#include "host/arena.h"
#include "host/error.h"
#include "objects/cache.h"

/**
 * struct mctl_what - what an address, a physical frame or a handle is
 * @has_address: key: @address
 * @has_pfn: key: @pfn
 * @has_handle: key: @handle; in the answer: a handle holds it
 * @address: a kernel address, of the linear map or in a region
 * @pfn: physical frame number
 * @handle: the handle
 * @fn: arena frame number
 * @block_fn: head of the block that the frame is in, or MCTL_FN_NONE
 * @block_order: order of that block
 * @node: NUMA node
 * @type: enum memctl_zone_type
 * @mt: migratetype of the pageblock
 * @chunk_fn: first frame of the chunk
 * @chunk_order: order of the chunk
 * @owner: owner of the handle, with @has_owner
 * @state: one word for what the block is used for
 * @hwpoison: the frame has a hardware memory error, and is not set aside yet
 * @caller: address of the code that allocated the block; 0 if it is not known
 * @has_object: @object is valid
 * @object: the object that the address lies in
 * @has_region: @region and @region_address are valid
 * @region: region that maps the frame
 * @region_address: address at which it does
 * @has_cpu: @cpu is valid
 * @cpu: CPU whose frame cache holds the frame
 * @has_owner: a handle holds it: @owner and @handle are valid
 * @kernel_address: in the linear map
 * @symbol: symbol of the code at @caller, or ""
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
 * mctl_what() - tell what an address, a physical frame or a handle is
 * @arena: the arena
 * @what: exactly one key is set; the rest is filled in
 * @error: text on failure
 *
 * Takes no lock that an allocation takes: memory that is allocated or freed
 * meanwhile is seen as it was before or after.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if it does not belong to this arena; -EINVAL without a key.
 */
int mctl_what(struct mctl_arena *arena, struct mctl_what *what, struct mctl_error *error);

#endif /* MCTL_OBSERVE_WHAT_H */
