/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In-kernel API of memctl: a private buddy and slab allocator over an arena.
 *
 * Semantics are those of the Linux namesakes: GFP_DMA and GFP_DMA32 choose
 * the zone, __GFP_ZERO zeroes, __GFP_THISNODE is strict, GFP_ATOMIC and
 * GFP_NOWAIT never sleep, __GFP_MEMALLOC may go below the min watermark.
 * Allocating and freeing is legal in process, softirq and hardirq context.
 */
#ifndef _LINUX_MEMCTL_API_H
#define _LINUX_MEMCTL_API_H

#include <linux/gfp.h>
#include <linux/types.h>

struct memctl_arena;
struct memctl_cache;
struct memctl_region;
struct page;

struct memctl_arena *memctl_arena_get(const char *name);
void memctl_arena_put(struct memctl_arena *arena);

struct page *memctl_alloc_pages(struct memctl_arena *arena, gfp_t gfp, unsigned int order);
struct page *memctl_alloc_pages_node(struct memctl_arena *arena, int nid, gfp_t gfp,
				     unsigned int order);
void memctl_free_pages(struct memctl_arena *arena, struct page *page, unsigned int order);
unsigned int memctl_alloc_pages_bulk(struct memctl_arena *arena, gfp_t gfp, unsigned int nr,
				     struct page **pages);
void memctl_free_pages_bulk(struct memctl_arena *arena, unsigned int nr, struct page **pages);

struct memctl_cache *memctl_cache_create(struct memctl_arena *arena, const char *name,
					 unsigned int size, unsigned int align, unsigned long flags,
					 void (*ctor)(void *));
void memctl_cache_destroy(struct memctl_cache *cache);
void *memctl_cache_alloc(struct memctl_cache *cache, gfp_t gfp);
void memctl_cache_free(struct memctl_cache *cache, void *object);
unsigned int memctl_cache_alloc_bulk(struct memctl_cache *cache, gfp_t gfp, unsigned int nr,
				     void **objects);
void memctl_cache_free_bulk(struct memctl_cache *cache, unsigned int nr, void **objects);
unsigned int memctl_cache_shrink(struct memctl_cache *cache);

void *memctl_kmalloc(struct memctl_arena *arena, size_t size, gfp_t gfp);
void memctl_kfree(struct memctl_arena *arena, const void *object);

struct memctl_region *memctl_region_get(struct memctl_arena *arena, const char *name);
void memctl_region_put(struct memctl_region *region);
unsigned long memctl_region_start(const struct memctl_region *region);
unsigned int memctl_region_nr_pages(const struct memctl_region *region);
struct page *memctl_region_to_page(const struct memctl_region *region, unsigned long address);

#endif /* _LINUX_MEMCTL_API_H */
