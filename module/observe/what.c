// SPDX-License-Identifier: GPL-2.0
/*
 * Tells what an address, a physical frame or a handle is: the frame, and the
 * object, the handle and the region that use it.
 *
 * Locks: arena->resize (read) while the frame table is read; the locks of
 * handles and regions one after the other, never two at once.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include "arenas/owner.h"
#include "core/table.h"
#include "frames/fcache.h"
#include "frames/frame.h"
#include "frames/hwpoison.h"
#include "handles/handle.h"
#include "observe/what.h"
#include "regions/region.h"

/* Return: the physical address of an address in a mapped region, or 0. */
static u64 region_physical(struct mctl_arena *arena, u64 address)
{
	struct mctl_pt_entry *steps;
	struct mctl_error ignored;
	u64 physical = 0;

	steps = kcalloc(MEMCTL_MAX_LEVELS, sizeof(*steps), GFP_KERNEL);
	if (!steps)
		return 0;
	if (mctl_region_walk(arena, NULL, address, steps, &physical, &ignored) < 0)
		physical = 0;
	kfree(steps);
	return physical;
}

/* Translate the key to a physical frame number. */
static int resolve_key(struct mctl_arena *arena, struct mctl_what *what, struct mctl_error *error)
{
	struct mctl_handle_info info;
	u64 physical;

	if (what->has_pfn)
		return 0;
	if (what->has_handle) {
		if (mctl_handle_info(arena, what->handle, &info))
			return mctl_fail(error, -ENOENT,
					 "arena %s has no handle 0x%llx, or it is freed already",
					 arena->name, what->handle);
		what->pfn = info.pfn;
		what->address = info.address;
		return 0;
	}
	if (!what->has_address)
		return mctl_fail(error, -EINVAL, "an address, a pfn or a handle is needed");
	if (virt_addr_valid((void *)(unsigned long)what->address)) {
		what->pfn = PHYS_PFN(__pa((unsigned long)what->address));
		return 0;
	}
	physical = region_physical(arena, what->address);
	if (!physical)
		return mctl_fail(error, -ENOENT,
				 "address 0x%llx is no memory nor in a region of arena %s",
				 what->address, arena->name);
	what->pfn = physical >> PAGE_SHIFT;
	return 0;
}

/* Fill in what the frame table says; arena->resize is held. */
static int look_at_frame(struct mctl_arena *arena, struct mctl_what *what, struct mctl_error *error)
{
	const struct mctl_table *table = &arena->table;
	const struct mctl_zone *zone;
	unsigned int kind;
	int cpu;
	u8 state;

	what->fn = mctl_frame_held(arena, what->pfn);
	if (what->fn == MCTL_FN_NONE)
		return mctl_fail(error, -ENOENT, "physical frame 0x%llx is not of arena %s",
				 what->pfn, arena->name);
	what->block_fn = mctl_table_head(table, what->fn);
	state = table->state[what->block_fn == MCTL_FN_NONE ? what->fn : what->block_fn];
	kind = mctl_state_kind(state);
	what->block_order = mctl_state_order(state);
	what->state = mctl_frame_state_name(arena, what->fn);
	what->hwpoison = kind != MCTL_KIND_HWPOISON && mctl_hwpoison_has(arena, what->fn, 0);
	zone = &arena->zones[table->section[what->fn >> MCTL_SECTION_SHIFT].zone];
	what->node = zone->nid;
	what->type = zone->type;
	what->mt = mctl_table_pageblock_mt(table, what->fn);
	what->chunk_order = mctl_table_chunk_order(table, what->fn);
	what->chunk_fn = what->fn & ~((1U << what->chunk_order) - 1);
	what->kernel_address = (unsigned long)mctl_arena_address(arena, what->fn);
	if (kind == MCTL_KIND_CACHED && what->block_fn != MCTL_FN_NONE) {
		cpu = mctl_fcache_cpu_of(arena, what->block_fn);
		what->has_cpu = cpu >= 0;
		what->cpu = cpu;
	}
	if (kind == MCTL_KIND_USED && what->block_fn != MCTL_FN_NONE)
		what->caller = mctl_owner_caller(table->tag[what->block_fn]);
	return 0;
}

/* The address at which to look for an object: the caller's own, if it gave one. */
static const void *object_address(const struct mctl_what *what)
{
	return (void *)(unsigned long)(what->kernel_address + offset_in_page(what->address));
}

static void look_at_object(struct mctl_arena *arena, struct mctl_what *what)
{
	if (what->block_fn == MCTL_FN_NONE ||
	    mctl_state_kind(arena->table.state[what->block_fn]) != MCTL_KIND_SLAB)
		return;
	what->has_object =
		!mctl_cache_what(arena, what->block_fn, object_address(what), &what->object);
}

static void look_at_handle(struct mctl_arena *arena, struct mctl_what *what)
{
	struct mctl_handle_info info;
	const void *object = NULL;

	if (what->has_object)
		object = object_address(what) - what->object.offset;
	else if (what->state != mctl_frame_kind_name(MCTL_KIND_USED))
		return;
	if (!mctl_handle_at(arena, what->block_fn, object, &info)) {
		what->has_handle = true;
		what->has_owner = true;
		what->handle = info.handle;
		what->owner = info.owner;
		what->caller = 0;
	} else if (what->has_object && !what->object.free) {
		/* Objects are not tagged; only the creator of the cache is known. */
		what->caller = what->object.creator;
	}
}

int mctl_what(struct mctl_arena *arena, struct mctl_what *what, struct mctl_error *error)
{
	int ret;

	ret = resolve_key(arena, what, error);
	if (ret)
		return ret;
	down_read(&arena->resize);
	ret = look_at_frame(arena, what, error);
	if (!ret)
		look_at_object(arena, what);
	up_read(&arena->resize);
	if (ret)
		return ret;
	look_at_handle(arena, what);
	mctl_owner_symbol(arena, what->caller, what->symbol, sizeof(what->symbol));
	what->has_region =
		!mctl_region_of_frame(arena, what->fn, what->region, &what->region_address);
	return 0;
}
