// SPDX-License-Identifier: GPL-2.0
/*
 * A hash of the state of an arena, to test whether two arenas are in the same
 * state. It covers what is allocated, where, and the order in which free memory
 * will be handed out.
 *
 * A frame is identified by its zone and by its rank among the frames that the
 * arena holds in that zone: so the hash does not depend on where the host had
 * memory to give, as long as it came in chunks of the same sizes. Addresses,
 * physical frame numbers, counters of past events and the serials of handles
 * are left out.
 *
 * Locks: arena->resize (read), handles.lock; each zone->lock for one class of
 * its pageblocks at a time.
 */
#include "frames/fcache.h"
#include "frames/frame.h"
#include "handles/handle.h"
#include "host/host.h"
#include "objects/cache.h"
#include "observe/hash.h"

/* FNV-1a, a word at a time instead of a byte, with the upper half folded in. */
#define HASH_START 0xcbf29ce484222325ULL
#define HASH_PRIME 0x100000001b3ULL

static u64 mix(u64 hash, u64 value)
{
	hash = (hash ^ value) * HASH_PRIME;
	return hash ^ hash >> 32;
}

/**
 * struct ranks - numbers of frames in their zones
 * @table: the frame table
 * @before: for each section, the frames of its zone in earlier sections
 */
struct ranks {
	const struct mctl_table *table;
	u32 *before;
};

static size_t ranks_size(const struct mctl_arena *arena)
{
	return (arena->table.nr_sections + 1) * sizeof(u32);
}

static int ranks_init(struct mctl_arena *arena, struct ranks *ranks)
{
	const struct mctl_table *table = &arena->table;
	size_t size = arena->nr_zones * sizeof(u32);
	u32 *nr_of_zone = mctl_arena_meta_alloc(arena, size);
	u32 i;

	if (!nr_of_zone)
		return -ENOMEM;
	ranks->table = table;
	ranks->before = mctl_arena_meta_alloc(arena, ranks_size(arena));
	for (i = 0; ranks->before && i < table->nr_sections; i++) {
		ranks->before[i] = nr_of_zone[table->section[i].zone];
		nr_of_zone[table->section[i].zone] += table->section[i].nr_frames;
	}
	mctl_arena_meta_free(arena, nr_of_zone, size);
	return ranks->before ? 0 : -ENOMEM;
}

static void ranks_fini(struct mctl_arena *arena, struct ranks *ranks)
{
	mctl_arena_meta_free(arena, ranks->before, ranks_size(arena));
}

static u64 mix_frame(u64 hash, const struct ranks *ranks, u32 fn)
{
	const struct mctl_table *table = ranks->table;
	u32 index = fn >> MCTL_SECTION_SHIFT;
	u32 offset = fn & (MCTL_SECTION_FRAMES - 1);
	u32 rank, i;

	if (fn >= mctl_table_span(table))
		return mix(hash, U64_MAX);
	rank = offset;
	if (table->section[index].nr_frames != MCTL_SECTION_FRAMES)
		for (i = 0, rank = 0; i < offset; i++)
			rank += table->state[fn - offset + i] != MCTL_STATE(MCTL_KIND_ABSENT, 0);
	return mix(hash, (u64)table->section[index].zone << 32 | (ranks->before[index] + rank));
}

static u64 hash_handles(struct mctl_arena *arena, const struct ranks *ranks, u64 hash)
{
	const struct mctl_handles *handles = arena->handles;
	u32 i, fn;

	for (i = 0; i < handles->nr_slots; i++) {
		const struct mctl_handle *slot = &handles->slot[i];

		if (slot->kind == MCTL_HANDLE_FREE)
			continue;
		hash = mix(hash, (u64)i << 32 | slot->owner);
		if (slot->kind == MEMCTL_KIND_PAGE) {
			hash = mix(hash, (u64)slot->kind << 8 | slot->order);
			hash = mix_frame(hash, ranks, slot->fn);
			continue;
		}
		fn = mctl_frame_at(arena, (unsigned long)slot->object);
		hash = mix(hash, (u64)offset_in_page(slot->object) << 8 | slot->kind);
		hash = mix(hash, slot->kind == MEMCTL_KIND_OBJECT ? mctl_cache_id(slot->cache) :
								    slot->size);
		hash = mix_frame(hash, ranks, fn);
		cond_resched();
	}
	return hash;
}

static u64 hash_pageblock(const struct ranks *ranks, u32 index, u64 hash)
{
	const struct mctl_table *table = ranks->table;
	unsigned int order;
	u32 fn, nr;

	for (order = 0; order < MCTL_NR_ORDERS; order++) {
		if (!(table->lists[index].mask & 1U << order))
			continue;
		hash = mix(hash, order);
		fn = mctl_table_first(table, index, order);
		for (nr = 0; fn != MCTL_FN_NONE && nr < MCTL_PAGEBLOCK_FRAMES; nr++) {
			hash = mix_frame(hash, ranks, fn);
			fn = mctl_table_next(table, fn, order);
		}
	}
	return hash;
}

/* One class of pageblocks in list order, and the free lists of each in theirs. */
static u64 hash_class(struct mctl_zone *zone, const struct ranks *ranks, unsigned int klass,
		      unsigned int mt, u64 hash)
{
	const struct mctl_table *table = ranks->table;
	u32 nr_pageblocks = mctl_table_nr_pageblocks(table);
	unsigned long flags;
	u32 index, nr = 0;

	raw_spin_lock_irqsave(&zone->lock, flags);
	hash = mix(hash, (u64)klass << 32 | mt);
	index = zone->buddy.area[mt].head[klass];
	for (; index < nr_pageblocks && nr < nr_pageblocks; nr++) {
		hash = hash_pageblock(ranks, index, hash);
		index = table->lists[index].next;
	}
	raw_spin_unlock_irqrestore(&zone->lock, flags);
	return mix(hash, nr);
}

static u64 hash_zones(struct mctl_arena *arena, const struct ranks *ranks, u64 hash)
{
	unsigned int i, klass, mt;

	for (i = 0; i < arena->nr_zones; i++) {
		struct mctl_zone *zone = &arena->zones[i];

		if (!zone->buddy.nr_frames)
			continue;
		hash = mix(hash, (u64)i << 32 | zone->buddy.nr_frames);
		for (klass = 0; klass < MCTL_NR_ORDERS; klass++)
			for (mt = 0; mt < MCTL_NR_MT; mt++) {
				hash = hash_class(zone, ranks, klass, mt, hash);
				cond_resched();
			}
	}
	return hash;
}

static u64 hash_caches(struct mctl_arena *arena, u64 hash)
{
	struct mctl_cache_info info;
	struct mctl_cache *cache;
	u32 id;

	for (id = 0; (cache = mctl_cache_next(arena, &id)); id++) {
		mctl_cache_info(cache, &info);
		mctl_cache_drop(cache);
		hash = mix(hash, (u64)info.id << 32 | info.size);
		hash = mix(hash, info.nr_active);
		hash = mix(hash, (u64)info.nr_full << 32 | info.nr_partial);
		hash = mix(hash, info.nr_empty);
	}
	return hash;
}

u64 mctl_verify_hash(struct mctl_arena *arena)
{
	struct ranks ranks;
	u64 hash = HASH_START;

	mctl_fcache_drain_all(arena);
	down_read(&arena->resize);
	if (ranks_init(arena, &ranks)) {
		up_read(&arena->resize);
		return 0;
	}
	mutex_lock(&arena->handles->lock);
	hash = hash_handles(arena, &ranks, hash);
	mutex_unlock(&arena->handles->lock);
	hash = hash_zones(arena, &ranks, hash);
	hash = hash_caches(arena, hash);
	ranks_fini(arena, &ranks);
	up_read(&arena->resize);
	return hash ?: 1;
}
