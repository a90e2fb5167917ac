// SPDX-License-Identifier: GPL-2.0
/*
 * Planted damage: one bit of the arena's own records is flipped, to see that
 * verify finds it. Only in a module that was loaded with plant=1.
 *
 * Locks: those of the records, so that nothing but the bit is wrong.
 */
#include "mm/cache.h"
#include "mm/fcache.h"
#include "mm/handle.h"
#include "mm/region.h"
#include "mm/verify.h"

bool mctl_plant_allowed;

static int plant_frame(struct mctl_arena *arena, u32 site, u64 fn, u32 bit,
		       struct mctl_error *error)
{
	const struct mctl_table *table = &arena->table;
	struct mctl_zone *zone;
	unsigned long flags;
	int ret = 0;

	down_read(&arena->resize);
	/* Not by its state, which may be what an earlier plant left there. */
	if (fn >= mctl_table_span(table) || !table->section[fn >> MCTL_SECTION_SHIFT].nr_frames ||
	    mctl_table_chunk_order(table, fn) > MCTL_MAX_ORDER) {
		ret = mctl_fail(error, -ENOENT, "arena %s has no frame %llu", arena->name, fn);
		goto out;
	}
	zone = &arena->zones[table->section[fn >> MCTL_SECTION_SHIFT].zone];
	raw_spin_lock_irqsave(&zone->lock, flags);
	if (site == MEMCTL_PLANT_SITE_FRAME_STATE)
		table->state[fn] ^= 1U << (bit & 7);
	else if (mctl_state_kind(table->state[fn]) == MCTL_KIND_FREE &&
		 !(table->lists[fn >> MCTL_PAGEBLOCK_ORDER].single &
		   1U << mctl_state_order(table->state[fn])))
		table->link[fn].next ^= 1U << (bit & 31);
	else
		ret = -ENOENT;
	raw_spin_unlock_irqrestore(&zone->lock, flags);
	if (ret)
		mctl_fail(error, ret, "frame %llu is on no free list of several and has no link",
			  fn);
out:
	up_read(&arena->resize);
	return ret;
}

static int plant_count(struct mctl_arena *arena, u64 index, u32 bit, struct mctl_error *error)
{
	struct mctl_zone *zone;
	unsigned long flags;

	if (index >= arena->nr_zones)
		return mctl_fail(error, -ENOENT, "arena %s has no zone %llu, only %u zones",
				 arena->name, index, arena->nr_zones);
	zone = &arena->zones[index];
	raw_spin_lock_irqsave(&zone->lock, flags);
	zone->buddy.nr_free ^= 1U << (bit & 31);
	raw_spin_unlock_irqrestore(&zone->lock, flags);
	return 0;
}

static int plant_handle(struct mctl_arena *arena, u64 handle, u32 bit, struct mctl_error *error)
{
	struct mctl_handle *slot;
	int ret = 0;

	mutex_lock(&arena->handles.lock);
	slot = mctl_handle_find(arena, handle);
	if (!slot)
		ret = mctl_fail(error, -ENOENT, "arena %s has no handle 0x%llx", arena->name,
				handle);
	else if (slot->kind == MEMCTL_KIND_PAGE)
		slot->fn ^= 1U << (bit & 31);
	else
		slot->object = (void *)((unsigned long)slot->object ^ 1UL << (bit & 63));
	mutex_unlock(&arena->handles.lock);
	return ret;
}

static int plant_extent(struct mctl_arena *arena, u64 index, u32 bit, struct mctl_error *error)
{
	if (index > 1)
		return mctl_fail(error, -ENOENT,
				 "place %llu of an extent: 0 is its length, 1 its first page",
				 index);
	down_write(&arena->resize);
	if (index)
		arena->extent_page =
			(struct page *)((unsigned long)arena->extent_page ^ 1UL << (bit & 63));
	else
		arena->extent_nr ^= 1UL << (bit & 63);
	up_write(&arena->resize);
	return 0;
}

static int plant(struct mctl_arena *arena, u32 site, u64 index, u64 address, u32 level, u32 bit,
		 struct mctl_error *error)
{
	switch (site) {
	case MEMCTL_PLANT_SITE_FRAME_STATE:
	case MEMCTL_PLANT_SITE_FRAME_LINK:
		return plant_frame(arena, site, index, bit, error);
	case MEMCTL_PLANT_SITE_FREE_COUNT:
		return plant_count(arena, index, bit, error);
	case MEMCTL_PLANT_SITE_SLAB_LINK:
	case MEMCTL_PLANT_SITE_SLAB_INUSE:
	case MEMCTL_PLANT_SITE_REDZONE:
	case MEMCTL_PLANT_SITE_MAGAZINE_TOP:
	case MEMCTL_PLANT_SITE_MAGAZINE_DOOR:
	case MEMCTL_PLANT_SITE_MAGAZINE_PREVIOUS:
	case MEMCTL_PLANT_SITE_DEPOT_FULL:
	case MEMCTL_PLANT_SITE_DEPOT_EMPTY:
		if (index > U32_MAX)
			return mctl_fail(error, -ENOENT, "arena %s has no cache of id %llu",
					 arena->name, index);
		return mctl_cache_plant(arena, site, index, bit, error);
	case MEMCTL_PLANT_SITE_PTE:
		return mctl_region_flip(arena, address, level, bit, error);
	case MEMCTL_PLANT_SITE_HANDLE:
		return plant_handle(arena, index, bit, error);
	case MEMCTL_PLANT_SITE_FCACHE:
		return mctl_fcache_plant(arena, index, error);
	case MEMCTL_PLANT_SITE_EXTENT:
		return plant_extent(arena, index, bit, error);
	default:
		return mctl_fail(error, -EINVAL, "site %u: the last one is %u", site,
				 MEMCTL_PLANT_SITE_MAX);
	}
}

int mctl_plant(struct mctl_arena *arena, u32 site, u64 index, u64 address, u32 level, u32 bit,
	       struct mctl_error *error)
{
	int ret;

	if (!mctl_plant_allowed)
		return mctl_fail(error, -EPERM,
				 "damage can be planted in a module loaded with plant=1 alone");
	ret = plant(arena, site, index, address, level, bit, error);
	if (!ret)
		mctl_arena_touch(arena);
	return ret;
}
