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
#include <linux/memctl_wish.h>
#include <linux/module.h>
#include <linux/types.h>
#include <uapi/linux/memctl.h>

struct memctl_arena;
struct memctl_cache;
struct memctl_region;
struct page;

struct memctl_arena *__memctl_arena_get(const char *name, struct module *user);
void __memctl_arena_put(struct memctl_arena *arena, struct module *user);

/**
 * memctl_arena_get() - hold an arena
 * @name: of the arena; NULL for "main"
 *
 * Context: process; may sleep.
 * Return: the arena, or NULL when there is none of this name, memctl is about
 * to be unloaded, or the host has no memory to note it. Give it back with
 * memctl_arena_put().
 */
static inline struct memctl_arena *memctl_arena_get(const char *name)
{
	return __memctl_arena_get(name, THIS_MODULE);
}

/**
 * memctl_arena_put() - give an arena back
 * @arena: from memctl_arena_get(), or NULL
 *
 * What was allocated from it has to be freed before. What a module still has
 * when it puts the arena for the last time is told to the kernel log, by symbol
 * and count.
 *
 * Context: process; may sleep.
 */
static inline void memctl_arena_put(struct memctl_arena *arena)
{
	__memctl_arena_put(arena, THIS_MODULE);
}

/* What memctl_alloc_pages() and memctl_free_pages() are made of; not to be called by others. */
#define MEMCTL_BLOCK(order) (0x40UL | (order))

struct page *__memctl_alloc_block(struct memctl_arena *arena, unsigned long wish,
				  unsigned long block);
void __memctl_free_block(struct memctl_arena *arena, struct page *page, unsigned long block);
struct page *__memctl_alloc_pages(struct memctl_arena *arena, gfp_t gfp, unsigned int order);
void __memctl_free_pages(struct memctl_arena *arena, struct page *page, unsigned int order);

/**
 * memctl_alloc_pages() - allocate 2^order pages, physically contiguous
 * @arena: the arena
 * @gfp: as for alloc_pages()
 * @order: 0 to MEMCTL_MAX_ORDER; above that, NULL is returned
 *
 * The pages are those of the host, with a reference count of 1 for the
 * arena: they must not be freed with __free_pages(), nor put. Fastest where
 * @gfp and @order are constants.
 *
 * Context: any but NMI; sleeps only if @gfp allows it.
 * Return: the first page, or NULL.
 */
static __always_inline struct page *memctl_alloc_pages(struct memctl_arena *arena, gfp_t gfp,
						       unsigned int order)
{
	if (__builtin_constant_p(gfp) && __builtin_constant_p(order) &&
	    !(gfp & MEMCTL_WISH_EXCLUDED) && order <= MEMCTL_MAX_ORDER)
		return __memctl_alloc_block(arena, memctl_wish(gfp), MEMCTL_BLOCK(order));
	return __memctl_alloc_pages(arena, gfp, order);
}

struct page *memctl_alloc_pages_node(struct memctl_arena *arena, int nid, gfp_t gfp,
				     unsigned int order);

/**
 * memctl_free_pages() - free what memctl_alloc_pages() returned
 * @arena: the arena that it came from
 * @page: the first page
 * @order: as it was allocated
 *
 * What is no such block (freed twice, another order, inside of a block, not
 * of the arena) is reported in the kernel log and left as it is.
 *
 * Context: any but NMI.
 */
static __always_inline void memctl_free_pages(struct memctl_arena *arena, struct page *page,
					      unsigned int order)
{
	if (__builtin_constant_p(order) && order <= MEMCTL_MAX_ORDER)
		__memctl_free_block(arena, page, MEMCTL_BLOCK(order));
	else
		__memctl_free_pages(arena, page, order);
}

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
