/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Only for memctl_bench.ko: what it measures beyond the in-kernel API. No other
 * module may depend on any of it.
 */
#ifndef MCTL_API_API_BENCH_H
#define MCTL_API_API_BENCH_H

#include <linux/memctl.h>
#include "core/frame.h"
#include "core/ptable.h"

struct memctl_bench_map;

/**
 * struct memctl_bench_counts - counters of the zones of an arena
 * @nr_lock: times that a zone's lock was taken
 * @nr_split: blocks split
 * @nr_merge: pairs of blocks merged
 * @nr_free: frames on free lists
 * @nr_blocks: free blocks of each order
 */
struct memctl_bench_counts {
	u64 nr_lock;
	u64 nr_split;
	u64 nr_merge;
	u64 nr_free;
	u64 nr_blocks[MCTL_NR_ORDERS];
};

void memctl_bench_count(struct memctl_arena *arena, struct memctl_bench_counts *counts);
u64 memctl_bench_cache_locks(struct memctl_cache *cache);
void memctl_bench_drain(struct memctl_arena *arena);

u32 memctl_bench_zone_alloc(struct memctl_arena *arena, unsigned int order);
void memctl_bench_zone_free(struct memctl_arena *arena, u32 fn, unsigned int order);

const struct mctl_ptable *memctl_bench_tables(const struct memctl_region *region);
u64 memctl_bench_walk_cached(const struct memctl_region *region, struct mctl_ptable_cache *cache,
			     unsigned long address);
struct memctl_bench_map *memctl_bench_map_create(const struct memctl_region *region);
void memctl_bench_map_destroy(struct memctl_bench_map *map);
int memctl_bench_map(struct memctl_bench_map *map, u32 nr);
s64 memctl_bench_unmap(struct memctl_bench_map *map, u32 nr);

#endif /* MCTL_API_API_BENCH_H */
