// SPDX-License-Identifier: GPL-2.0
/*
 * Only for memctl_bench.ko, see api_bench.h: paths of the wings that the
 * in-kernel API does not expose directly, and the counters of the zones.
 *
 * Locks: none of its own.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/numa.h>
#include "api/api_bench.h"
#include "frames/fcache.h"
#include "frames/zone.h"
#include "host/arena.h"
#include "host/host.h"
#include "objects/cache.h"
#include "regions/region.h"
#include "regions/shadow.h"

/**
 * struct memctl_bench_map - page tables that map a region's frames a second time
 * @shadow: the tables
 * @fns: the region's frames
 * @start: first virtual address, the start of a leaf table
 * @flags: of the leaves
 *
 * The caller serialises. No processor uses the tables: only this code reads
 * them.
 */
struct memctl_bench_map {
	struct mctl_shadow shadow;
	const u32 *fns;
	u64 start;
	u64 flags;
};

static inline struct mctl_arena *inner_arena(struct memctl_arena *arena)
{
	return (struct mctl_arena *)arena;
}

/**
 * memctl_bench_count() - read the counters of the zones of an arena
 * @arena: the arena
 * @counts: filled in
 *
 * Context: Any context.
 */
void memctl_bench_count(struct memctl_arena *arena, struct memctl_bench_counts *counts)
{
	struct mctl_zone_info info;
	unsigned int order, mt;
	u32 i;

	*counts = (struct memctl_bench_counts){};
	for (i = 0; !mctl_zone_info(inner_arena(arena), i, &info); i++) {
		counts->nr_lock += info.nr_lock;
		counts->nr_split += info.nr_split;
		counts->nr_merge += info.nr_merge;
		counts->nr_free += info.nr_free;
		for (mt = 0; mt < MCTL_NR_MT; mt++)
			for (order = 0; order < MCTL_NR_ORDERS; order++)
				counts->nr_blocks[order] += info.free_blocks[mt][order];
	}
}
EXPORT_SYMBOL_GPL(memctl_bench_count);

/**
 * memctl_bench_cache_locks() - how often a cache's lock was taken
 * @cache: the cache
 *
 * Context: Any context.
 * Return: number of acquisitions.
 */
u64 memctl_bench_cache_locks(struct memctl_cache *cache)
{
	struct mctl_cache_info info;

	mctl_cache_info((struct mctl_cache *)cache, &info);
	return info.nr_depot;
}
EXPORT_SYMBOL_GPL(memctl_bench_cache_locks);

/**
 * memctl_bench_drain() - return every CPU's cached blocks to the zones
 * @arena: the arena
 *
 * Context: Process context, may sleep.
 */
void memctl_bench_drain(struct memctl_arena *arena)
{
	mctl_fcache_drain_all(inner_arena(arena));
}
EXPORT_SYMBOL_GPL(memctl_bench_drain);

/**
 * memctl_bench_zone_alloc() - allocate a block, bypassing the frame caches
 * @arena: the arena
 * @order: 2^order pages, 0 to MCTL_MAX_ORDER
 *
 * Context: Process context, may sleep.
 * Return: frame of the block, or MCTL_FN_NONE.
 */
u32 memctl_bench_zone_alloc(struct memctl_arena *arena, unsigned int order)
{
	const struct mctl_request request = {
		.order = order,
		.type = MEMCTL_ZONE_TYPE_NORMAL,
		.mt = MCTL_MT_UNMOVABLE,
		.kind = MCTL_KIND_USED,
		.nid = NUMA_NO_NODE,
	};

	return mctl_zone_alloc(inner_arena(arena), &request, NULL);
}
EXPORT_SYMBOL_GPL(memctl_bench_zone_alloc);

/**
 * memctl_bench_zone_free() - free a block, bypassing the frame caches
 * @arena: the arena
 * @fn: of the block, from memctl_bench_zone_alloc()
 * @order: the order of the allocation
 *
 * Context: Any context but NMI.
 */
void memctl_bench_zone_free(struct memctl_arena *arena, u32 fn, unsigned int order)
{
	mctl_zone_free(inner_arena(arena), fn, MCTL_STATE(MCTL_KIND_USED, order));
}
EXPORT_SYMBOL_GPL(memctl_bench_zone_free);

/**
 * memctl_bench_tables() - the shadow of a region, for mctl_ptable_cached()
 * @region: a region that is held
 *
 * Context: Any context.
 * Return: its page tables.
 */
const struct mctl_ptable *memctl_bench_tables(const struct memctl_region *region)
{
	return &((const struct mctl_region *)region)->shadow.pt;
}
EXPORT_SYMBOL_GPL(memctl_bench_tables);

/**
 * memctl_bench_walk_cached() - a walk that caches its last leaf table
 * @region: a region that is held
 * @cache: the cached leaf table; initialised to zero
 * @address: an address in the region
 *
 * Context: Any context.
 * Return: the leaf, or 0.
 */
u64 memctl_bench_walk_cached(const struct memctl_region *region, struct mctl_ptable_cache *cache,
			     unsigned long address)
{
	const struct mctl_region *inner = (const struct mctl_region *)region;
	unsigned int level;

	return mctl_ptable_walk_cached(&inner->shadow.pt, cache, address, &level);
}
EXPORT_SYMBOL_GPL(memctl_bench_walk_cached);

/**
 * memctl_bench_map_create() - create tables that map nothing yet
 * @region: the region whose frames are to be mapped; held for as long as the
 *	    tables exist
 *
 * Context: Process context, may sleep.
 * Return: the tables, or NULL if there is no memory for them.
 */
struct memctl_bench_map *memctl_bench_map_create(const struct memctl_region *region)
{
	const struct mctl_region *inner = (const struct mctl_region *)region;
	struct memctl_bench_map *map;

	map = mctl_arena_meta_alloc(inner->arena, sizeof(*map));
	if (!map)
		return NULL;
	map->fns = inner->fns;
	map->start = inner->start & PMD_MASK;
	map->flags = inner->flags;
	if (!mctl_shadow_init(&map->shadow, inner->arena))
		return map;
	mctl_arena_meta_free(inner->arena, map, sizeof(*map));
	return NULL;
}
EXPORT_SYMBOL_GPL(memctl_bench_map_create);

/**
 * memctl_bench_map_destroy() - destroy the tables
 * @map: the tables
 *
 * Context: Process context, may sleep.
 */
void memctl_bench_map_destroy(struct memctl_bench_map *map)
{
	struct mctl_arena *arena = map->shadow.arena;

	mctl_shadow_fini(&map->shadow);
	mctl_arena_meta_free(arena, map, sizeof(*map));
}
EXPORT_SYMBOL_GPL(memctl_bench_map_destroy);

/**
 * memctl_bench_map() - map the first frames of the region, as creating a region does
 * @map: the tables, which map nothing
 * @nr: pages, at most the number in the region
 *
 * Context: Process context, may sleep.
 * Return: 0, or the error of mctl_shadow_map().
 */
int memctl_bench_map(struct memctl_bench_map *map, u32 nr)
{
	return mctl_shadow_map(&map->shadow, map->start, map->fns, nr, map->flags);
}
EXPORT_SYMBOL_GPL(memctl_bench_map);

/**
 * memctl_bench_unmap() - unmap what memctl_bench_map() mapped
 * @map: the tables
 * @nr: pages
 *
 * Context: Process context, may sleep.
 * Return: pages that were mapped, or the error of mctl_ptable_unmap().
 */
s64 memctl_bench_unmap(struct memctl_bench_map *map, u32 nr)
{
	return mctl_ptable_unmap(&map->shadow.pt, map->start, nr);
}
EXPORT_SYMBOL_GPL(memctl_bench_unmap);
