/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In-kernel API of memctl: a private buddy and slab allocator over an arena.
 *
 * Each function has the semantics of its Linux namesake, except for what is
 * listed under "Unlike" in its description. For all of them:
 *
 * Failure is NULL (or a count below the requested one), never an ERR_PTR. A
 * module that uses this API depends on memctl.ko, which cannot be unloaded as
 * long as an arena is held.
 *
 * These gfp flags have an effect: whether the caller may sleep (GFP_KERNEL, or
 * GFP_ATOMIC and GFP_NOWAIT, which never sleep), GFP_DMA and GFP_DMA32 for the
 * zone, __GFP_MOVABLE and __GFP_RECLAIMABLE for the migratetype of pages,
 * __GFP_ZERO, __GFP_THISNODE, and __GFP_MEMALLOC, which may go below the min
 * watermark. GFP_ATOMIC gives no access to reserves. All other flags are
 * ignored: __GFP_NOFAIL can fail, __GFP_COMP makes no compound page,
 * __GFP_ACCOUNT charges nothing. An arena has no reclaim: a caller that may
 * sleep waits only until the CPUs' caches are drained.
 *
 * An invalid free (a double free, a wrong order, cache or arena, an address
 * inside a block) is reported in the kernel log, and changes nothing.
 */
#ifndef _LINUX_MEMCTL_API_H
#define _LINUX_MEMCTL_API_H

#include <linux/gfp.h>
#include <linux/memctl_wish.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <uapi/linux/memctl.h>

struct memctl_arena;
struct memctl_cache;
struct memctl_region;
struct page;

struct memctl_arena *__memctl_arena_get(const char *name, struct module *user);
void __memctl_arena_put(struct memctl_arena *arena, struct module *user);

/**
 * memctl_arena_get() - get a reference to an arena
 * @name: of the arena; NULL for "main"
 *
 * Every other function requires an arena that is held.
 *
 * Context: Process context, may sleep.
 * Return: the arena, or NULL if none has this name, memctl is about to be
 * unloaded, or the host has no memory to record the user. Release it with
 * memctl_arena_put().
 */
static inline struct memctl_arena *memctl_arena_get(const char *name)
{
	return __memctl_arena_get(name, THIS_MODULE);
}

/**
 * memctl_arena_put() - release an arena
 * @arena: from memctl_arena_get(), or NULL
 *
 * Everything allocated from it must be freed first. What a module still has
 * allocated when it puts the arena for the last time is reported in the kernel
 * log, by symbol and count.
 *
 * Context: Process context, may sleep.
 */
static inline void memctl_arena_put(struct memctl_arena *arena)
{
	__memctl_arena_put(arena, THIS_MODULE);
}

/* Internals of memctl_alloc_pages() and memctl_free_pages(); must not be used directly. */
#define MEMCTL_BLOCK(order) (0x40UL | (order))

struct page *__memctl_alloc_block(struct memctl_arena *arena, unsigned long wish,
				  unsigned long block);
void __memctl_free_block(struct memctl_arena *arena, struct page *page, unsigned long block);
struct page *__memctl_alloc_pages(struct memctl_arena *arena, gfp_t gfp, unsigned int order);
void __memctl_free_pages(struct memctl_arena *arena, struct page *page, unsigned int order);

/**
 * memctl_alloc_pages() - allocate 2^order pages, physically contiguous
 * @arena: the arena
 * @gfp: as for alloc_pages(); see the head of this file for the flags
 * @order: 0 to MEMCTL_MAX_ORDER; above that, NULL is returned
 *
 * Fastest if @gfp and @order are constants.
 *
 * Unlike alloc_pages(): the pages are those of the host, with a reference count
 * of 1 that belongs to the arena. They must not be freed with __free_pages(),
 * nor put. Of struct page the caller may use only lru; page->private marks the
 * arena's pages and must not be changed. A block is never compound.
 *
 * Context: Any context but NMI; sleeps only if @gfp allows it.
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

/**
 * memctl_alloc_pages_node() - allocate 2^order pages, preferably from a node
 * @arena: the arena
 * @nid: the node, or NUMA_NO_NODE
 * @gfp: as for alloc_pages_node(); with __GFP_THISNODE no other node is used
 * @order: 0 to MEMCTL_MAX_ORDER; above that, NULL is returned
 *
 * Unlike alloc_pages_node(): as memctl_alloc_pages(), and for a node that does
 * not exist NULL is returned, where the behaviour of Linux is undefined.
 *
 * Context: Any context but NMI; sleeps only if @gfp allows it.
 * Return: the first page, or NULL.
 */
struct page *memctl_alloc_pages_node(struct memctl_arena *arena, int nid, gfp_t gfp,
				     unsigned int order);

/**
 * memctl_free_pages() - free what memctl_alloc_pages() returned
 * @arena: the arena that it came from
 * @page: the first page
 * @order: the order of the allocation
 *
 * Unlike __free_pages(): it frees, whatever the reference count, and anything
 * that is not such a block (a double free, a wrong order, an address inside a
 * block, a page not of the arena) is reported in the kernel log and left
 * unchanged.
 *
 * Context: Any context but NMI.
 */
static __always_inline void memctl_free_pages(struct memctl_arena *arena, struct page *page,
					      unsigned int order)
{
	if (__builtin_constant_p(order) && order <= MEMCTL_MAX_ORDER)
		__memctl_free_block(arena, page, MEMCTL_BLOCK(order));
	else
		__memctl_free_pages(arena, page, order);
}

/**
 * memctl_alloc_pages_bulk() - allocate many pages at once
 * @arena: the arena
 * @gfp: as for memctl_alloc_pages()
 * @nr: number of pages
 * @pages: array for the pages; the returned number of entries is written
 *
 * Unlike alloc_pages_bulk(): the array need not be zeroed, and its entries are
 * overwritten, not skipped.
 *
 * Context: Any context but NMI; sleeps only if @gfp allows it.
 * Return: how many there are, 0 to @nr.
 */
unsigned int memctl_alloc_pages_bulk(struct memctl_arena *arena, gfp_t gfp, unsigned int nr,
				     struct page **pages);

/**
 * memctl_free_pages_bulk() - free many pages of order 0
 * @arena: the arena that they came from
 * @nr: number of pages
 * @pages: the pages
 *
 * Unlike release_pages(): see memctl_free_pages().
 *
 * Context: Any context but NMI.
 */
void memctl_free_pages_bulk(struct memctl_arena *arena, unsigned int nr, struct page **pages);

/**
 * memctl_cache_create() - create a cache of objects of one size
 * @arena: the arena that its slabs come from; held for as long as the cache
 * @name: unique in the arena, 1 to MEMCTL_NAME_MAX of the bytes a-z A-Z 0-9 _.:-
 * @size: of an object, 1 to MEMCTL_MAX_OBJECT_SIZE bytes
 * @align: 0, or a power of two up to PAGE_SIZE; the alignment is at least 8
 * @flags: SLAB_HWCACHE_ALIGN, SLAB_RED_ZONE, SLAB_POISON; or 0
 * @ctor: called once for each object when its slab is created; or NULL, as
 *	  required with SLAB_POISON
 *
 * Unlike kmem_cache_create(): SLAB_CONSISTENCY_CHECKS and SLAB_NO_MERGE are
 * accepted and have no effect, since every free is checked and caches are never
 * merged. Any other flag is refused by name: SLAB_PANIC, SLAB_TYPESAFE_BY_RCU,
 * SLAB_ACCOUNT, SLAB_RECLAIM_ACCOUNT, SLAB_STORE_USER; SLAB_CACHE_DMA and
 * SLAB_CACHE_DMA32, because the zone is chosen at each allocation. A name
 * cannot be used twice. slab_debug= on the kernel command line does not apply
 * to an arena.
 *
 * Context: Process context, may sleep.
 * Return: the cache, or NULL, with the reason in the kernel log.
 */
struct memctl_cache *memctl_cache_create(struct memctl_arena *arena, const char *name,
					 unsigned int size, unsigned int align, slab_flags_t flags,
					 void (*ctor)(void *));

/**
 * memctl_cache_destroy() - destroy a cache
 * @cache: from memctl_cache_create(), or NULL
 *
 * Unlike kmem_cache_destroy(): a cache that still has allocated objects is
 * reported in the kernel log without a call trace, and stays usable.
 *
 * Context: Process context, may sleep.
 */
void memctl_cache_destroy(struct memctl_cache *cache);

/**
 * memctl_cache_alloc() - allocate an object
 * @cache: the cache
 * @gfp: as for kmem_cache_alloc(); GFP_DMA and GFP_DMA32 choose the zone of
 *	 this object
 *
 * Unlike kmem_cache_alloc(): __GFP_ZERO is allowed for a cache with a
 * constructor, and overwrites what that did. There is no variant for a node;
 * the slabs are from the CPU's own node while it has any.
 *
 * Context: Any context but NMI; sleeps only if @gfp allows it.
 * Return: the object, or NULL.
 */
void *memctl_cache_alloc(struct memctl_cache *cache, gfp_t gfp);

/**
 * memctl_cache_free() - free an object
 * @cache: the cache that it came from
 * @object: the object
 *
 * Unlike kmem_cache_free(): anything that is not an allocated object of this
 * cache, including NULL, is reported in the kernel log and left unchanged.
 *
 * Context: Any context but NMI.
 */
void memctl_cache_free(struct memctl_cache *cache, void *object);

/**
 * memctl_cache_alloc_bulk() - allocate many objects at once
 * @cache: the cache
 * @gfp: as for memctl_cache_alloc()
 * @nr: number of objects
 * @objects: array for the objects; the returned number of entries is written
 *
 * Unlike kmem_cache_alloc_bulk(): a partial allocation is kept. It returns less
 * than @nr where Linux frees everything and returns 0, and it may be called
 * with interrupts disabled.
 *
 * Context: Any context but NMI; sleeps only if @gfp allows it.
 * Return: how many there are, 0 to @nr.
 */
unsigned int memctl_cache_alloc_bulk(struct memctl_cache *cache, gfp_t gfp, unsigned int nr,
				     void **objects);

/**
 * memctl_cache_free_bulk() - free many objects of one cache
 * @cache: the cache that they came from
 * @nr: number of objects
 * @objects: the objects
 *
 * Unlike kmem_cache_free_bulk(): @cache must not be NULL, the array is not
 * modified, and it may be called with interrupts disabled.
 *
 * Context: Any context but NMI.
 */
void memctl_cache_free_bulk(struct memctl_cache *cache, unsigned int nr, void **objects);

/**
 * memctl_cache_shrink() - free a cache's empty slabs to the arena
 * @cache: the cache
 *
 * Unlike kmem_cache_shrink(): it returns how many frames were freed, not
 * whether slabs are left.
 *
 * Context: Process context, may sleep.
 * Return: number of frames freed.
 */
unsigned int memctl_cache_shrink(struct memctl_cache *cache);

/**
 * memctl_kmalloc() - allocate bytes
 * @arena: the arena
 * @size: bytes, up to 2^MEMCTL_MAX_ORDER pages
 * @gfp: as for kmalloc()
 *
 * If @size is a power of two, the memory is aligned to it, up to PAGE_SIZE.
 *
 * Unlike kmalloc(): for a @size of 0 it returns NULL, not ZERO_SIZE_PTR, and
 * there is no krealloc(), ksize() or kfree_rcu() for it.
 *
 * Context: Any context but NMI; sleeps only if @gfp allows it.
 * Return: the memory, or NULL.
 */
void *memctl_kmalloc(struct memctl_arena *arena, size_t size, gfp_t gfp);

/**
 * memctl_kfree() - free what memctl_kmalloc() returned
 * @arena: the arena that it came from
 * @object: the memory, or NULL
 *
 * Unlike kfree(): any other address is reported in the kernel log and left
 * unchanged, including an object from memctl_cache_alloc().
 *
 * Context: Any context but NMI.
 */
void memctl_kfree(struct memctl_arena *arena, const void *object);

/**
 * memctl_region_get() - get a reference to a managed region
 * @arena: the arena that it is in
 * @name: of the region
 *
 * Context: Process context, may sleep.
 * Return: the region, which exists until memctl_region_put(); or NULL if none
 * has this name.
 */
struct memctl_region *memctl_region_get(struct memctl_arena *arena, const char *name);

/**
 * memctl_region_put() - release a region
 * @region: from memctl_region_get()
 *
 * Context: Process context, may sleep.
 */
void memctl_region_put(struct memctl_region *region);

/**
 * memctl_region_start() - the address of a region's first byte
 * @region: a region that is held
 *
 * Context: Any context.
 * Return: the address.
 */
unsigned long memctl_region_start(const struct memctl_region *region);

/**
 * memctl_region_nr_pages() - the size of a region
 * @region: a region that is held
 *
 * Context: Any context.
 * Return: pages.
 */
unsigned int memctl_region_nr_pages(const struct memctl_region *region);

/**
 * memctl_region_to_page() - look up the page at an address of a region, by a walk of its shadow
 * @region: a region that is held
 * @address: an address in it
 *
 * Unlike vmalloc_to_page(): it reads the arena's own tables, and returns NULL for an address that
 * is not in the region.
 *
 * Context: Any context.
 * Return: the page, or NULL if nothing is mapped there.
 */
struct page *memctl_region_to_page(const struct memctl_region *region, unsigned long address);

#endif /* _LINUX_MEMCTL_API_H */
