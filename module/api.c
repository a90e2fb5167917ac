// SPDX-License-Identifier: GPL-2.0
/*
 * The in-kernel API of include/linux/memctl.h: the exported names of what
 * mm/ does, and nothing else. The opaque types of the API are those of mm/.
 *
 * I1  An arena that memctl_arena_get() handed out stays, and with it the
 *     module, until memctl_arena_put(): nr_users counts them.
 *
 * Allocations are tagged with the lower half of the caller's address, which
 * `memctl what` shows as a symbol.
 *
 * Locks: none of its own.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/memctl.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "mm/arena.h"
#include "mm/arenas.h"
#include "mm/cache.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/owner.h"
#include "mm/region.h"

#define CALLER ((u32)_RET_IP_)
#define CACHE_FLAGS \
	(MEMCTL_CACHE_FLAG_REDZONE | MEMCTL_CACHE_FLAG_POISON | MEMCTL_CACHE_FLAG_HWALIGN)

static inline struct mctl_arena *inner_arena(struct memctl_arena *arena)
{
	return (struct mctl_arena *)arena;
}

static inline struct mctl_cache *inner_cache(struct memctl_cache *cache)
{
	return (struct mctl_cache *)cache;
}

static inline const struct mctl_region *inner_region(const struct memctl_region *region)
{
	return (const struct mctl_region *)region;
}

/**
 * __memctl_arena_get() - hold an arena; memctl_arena_get() names the user
 * @name: of the arena; NULL for "main"
 * @user: the module that asks; NULL for the kernel
 *
 * Context: process; may sleep.
 * Return: the arena, or NULL when there is none of this name, memctl is
 * about to be unloaded, or the host has no memory to note it. Give it back with memctl_arena_put().
 */
struct memctl_arena *__memctl_arena_get(const char *name, struct module *user)
{
	struct mctl_arena *arena = mctl_arena_find(name);

	if (!arena)
		return NULL;
	if (!try_module_get(THIS_MODULE)) {
		mctl_arena_drop(arena);
		return NULL;
	}
	if (mctl_user_add(arena, module_name(user))) {
		module_put(THIS_MODULE);
		mctl_arena_drop(arena);
		return NULL;
	}
	return (struct memctl_arena *)arena;
}
EXPORT_SYMBOL_GPL(__memctl_arena_get);

/**
 * __memctl_arena_put() - give an arena back; memctl_arena_put() names the user
 * @arena: from memctl_arena_get(), or NULL
 * @user: the module that has it; NULL for the kernel
 *
 * What was allocated from it has to be freed before. What a module still has
 * when it puts the arena for the last time is told to the kernel log, by symbol
 * and count, and as an event: blocks of pages, and caches with their objects.
 * Of kmalloc nobody is noted, so that is told when the arena has no user left.
 *
 * Context: process; may sleep.
 */
void __memctl_arena_put(struct memctl_arena *arena, struct module *user)
{
	if (!arena)
		return;
	mctl_user_remove(inner_arena(arena), module_name(user));
	mctl_arena_drop(inner_arena(arena));
	module_put(THIS_MODULE);
}
EXPORT_SYMBOL_GPL(__memctl_arena_put);

/* memctl_alloc_pages() where the caller's compiler knew flags and order. */
struct page *__memctl_alloc_block(struct memctl_arena *arena, unsigned long wish,
				  unsigned long block)
{
	struct page *page;

	if (mctl_inject_debug())
		return NULL;
	BUILD_BUG_ON(MEMCTL_BLOCK(MCTL_MAX_ORDER) != MCTL_STATE(MCTL_KIND_USED, MCTL_MAX_ORDER));
	if (likely(mctl_frame_take_page(inner_arena(arena), wish, block, &page)))
		return page;
	return mctl_frame_refill_page(inner_arena(arena), wish, block, CALLER);
}
EXPORT_SYMBOL_GPL(__memctl_alloc_block);

/* memctl_alloc_pages() for everybody else. */
struct page *__memctl_alloc_pages(struct memctl_arena *arena, gfp_t gfp, unsigned int order)
{
	struct page *page;

	mctl_debug_may_sleep(gfpflags_allow_blocking(gfp));
	if (mctl_inject_debug())
		return NULL;
	if (likely(order <= MCTL_MAX_ORDER && !(gfp & MEMCTL_WISH_EXCLUDED)) &&
	    likely(mctl_frame_take_page(inner_arena(arena),
					(__force unsigned int)gfp & MEMCTL_WISH_GFP,
					MEMCTL_BLOCK(order), &page)))
		return page;
	return mctl_frame_alloc_page_slow(inner_arena(arena), NUMA_NO_NODE, gfp, order, CALLER);
}
EXPORT_SYMBOL_GPL(__memctl_alloc_pages);

/**
 * memctl_alloc_pages_node() - allocate 2^order pages, preferably of a node
 * @arena: the arena
 * @nid: the node, or NUMA_NO_NODE
 * @gfp: as for alloc_pages_node(); with __GFP_THISNODE no other node will do
 * @order: 0 to MEMCTL_MAX_ORDER; above that, NULL is returned
 *
 * Context: any but NMI; sleeps only if @gfp allows it.
 * Return: the first page, or NULL, also for a node that there is not.
 */
struct page *memctl_alloc_pages_node(struct memctl_arena *arena, int nid, gfp_t gfp,
				     unsigned int order)
{
	if (nid != NUMA_NO_NODE && (nid < 0 || nid >= nr_node_ids))
		return NULL;
	return mctl_frame_alloc_page_slow(inner_arena(arena), nid, gfp, order, CALLER);
}
EXPORT_SYMBOL_GPL(memctl_alloc_pages_node);

/* memctl_free_pages() where the caller's compiler knew the order. */
void __memctl_free_block(struct memctl_arena *arena, struct page *page, unsigned long block)
{
	mctl_frame_free_page(inner_arena(arena), page, block);
}
EXPORT_SYMBOL_GPL(__memctl_free_block);

/* memctl_free_pages() for everybody else. */
void __memctl_free_pages(struct memctl_arena *arena, struct page *page, unsigned int order)
{
	unsigned long state = MCTL_STATE(MCTL_KIND_USED, 0) + (unsigned long)order;

	if (likely(order <= MCTL_MAX_ORDER))
		mctl_frame_free_page(inner_arena(arena), page, state);
	else
		mctl_frame_free_page_slow(inner_arena(arena), page, state);
}
EXPORT_SYMBOL_GPL(__memctl_free_pages);

/**
 * memctl_alloc_pages_bulk() - allocate many pages at once
 * @arena: the arena
 * @gfp: as for memctl_alloc_pages()
 * @nr: how many
 * @pages: where to; every entry is written up to what is returned
 *
 * Context: any but NMI; sleeps only if @gfp allows it.
 * Return: how many there are, 0 to @nr.
 */
unsigned int memctl_alloc_pages_bulk(struct memctl_arena *arena, gfp_t gfp, unsigned int nr,
				     struct page **pages)
{
	return mctl_frame_alloc_pages_bulk(inner_arena(arena), gfp, nr, pages, CALLER);
}
EXPORT_SYMBOL_GPL(memctl_alloc_pages_bulk);

/**
 * memctl_free_pages_bulk() - free many pages of order 0
 * @arena: the arena that they came from
 * @nr: how many
 * @pages: the pages
 *
 * Context: any but NMI.
 */
void memctl_free_pages_bulk(struct memctl_arena *arena, unsigned int nr, struct page **pages)
{
	mctl_frame_free_pages_bulk(inner_arena(arena), nr, pages);
}
EXPORT_SYMBOL_GPL(memctl_free_pages_bulk);

/**
 * memctl_cache_create() - make a cache of objects of one size
 * @arena: the arena that its slabs come from
 * @name: unique in the arena, at most MEMCTL_NAME_MAX bytes
 * @size: of an object, 1 to MEMCTL_MAX_OBJECT_SIZE bytes
 * @align: 0, or a power of two up to PAGE_SIZE
 * @flags: MEMCTL_CACHE_FLAG_REDZONE, _POISON, _HWALIGN
 * @ctor: called once for each object when its slab is made; or NULL
 *
 * Context: process; may sleep.
 * Return: the cache, or NULL: the reason is in the kernel log.
 */
struct memctl_cache *memctl_cache_create(struct memctl_arena *arena, const char *name,
					 unsigned int size, unsigned int align, unsigned long flags,
					 void (*ctor)(void *))
{
	struct mctl_cache_params params = {
		.name = name,
		.size = size,
		.align = align,
		.flags = flags,
		.ctor = ctor,
		.creator = _RET_IP_,
	};
	struct mctl_error error = {};
	struct mctl_cache *cache;

	if (flags & ~(unsigned long)CACHE_FLAGS) {
		pr_warn_ratelimited("cache %s: flags %#lx are not known\n", name,
				    flags & ~(unsigned long)CACHE_FLAGS);
		return NULL;
	}
	cache = mctl_cache_create(inner_arena(arena), &params, &error);
	if (IS_ERR(cache)) {
		pr_warn_ratelimited("%s\n", error.text);
		return NULL;
	}
	return (struct memctl_cache *)cache;
}
EXPORT_SYMBOL_GPL(memctl_cache_create);

/**
 * memctl_cache_destroy() - take a cache away
 * @cache: from memctl_cache_create(), or NULL
 *
 * A cache whose objects are not all freed is reported in the kernel log, and
 * stays.
 *
 * Context: process; may sleep.
 */
void memctl_cache_destroy(struct memctl_cache *cache)
{
	struct mctl_error error = {};
	char symbol[MCTL_SYMBOL_SIZE];
	u64 creator;

	if (!cache)
		return;
	creator = inner_cache(cache)->creator;
	if (!mctl_cache_destroy(inner_cache(cache), &error))
		return;
	mctl_symbol(creator, symbol, sizeof(symbol));
	pr_warn("a cache is left behind: %s, made by %s\n", error.text, symbol);
}
EXPORT_SYMBOL_GPL(memctl_cache_destroy);

/**
 * memctl_cache_alloc() - allocate an object
 * @cache: the cache
 * @gfp: as for kmem_cache_alloc()
 *
 * Context: any but NMI; sleeps only if @gfp allows it.
 * Return: the object, or NULL.
 */
void *memctl_cache_alloc(struct memctl_cache *cache, gfp_t gfp)
{
	return mctl_cache_alloc(inner_cache(cache), gfp);
}
EXPORT_SYMBOL_GPL(memctl_cache_alloc);

/**
 * memctl_cache_free() - free an object
 * @cache: the cache that it came from
 * @object: the object
 *
 * What is no object in use of this cache is reported in the kernel log and
 * left as it is.
 *
 * Context: any but NMI.
 */
void memctl_cache_free(struct memctl_cache *cache, void *object)
{
	mctl_cache_free(inner_cache(cache), object);
}
EXPORT_SYMBOL_GPL(memctl_cache_free);

/**
 * memctl_cache_alloc_bulk() - allocate many objects at once
 * @cache: the cache
 * @gfp: as for memctl_cache_alloc()
 * @nr: how many
 * @objects: where to; every entry is written up to what is returned
 *
 * Context: any but NMI; sleeps only if @gfp allows it.
 * Return: how many there are, 0 to @nr.
 */
unsigned int memctl_cache_alloc_bulk(struct memctl_cache *cache, gfp_t gfp, unsigned int nr,
				     void **objects)
{
	return mctl_cache_alloc_bulk(inner_cache(cache), gfp, nr, objects);
}
EXPORT_SYMBOL_GPL(memctl_cache_alloc_bulk);

/**
 * memctl_cache_free_bulk() - free many objects of one cache
 * @cache: the cache that they came from
 * @nr: how many
 * @objects: the objects
 *
 * Context: any but NMI.
 */
void memctl_cache_free_bulk(struct memctl_cache *cache, unsigned int nr, void **objects)
{
	mctl_cache_free_bulk(inner_cache(cache), nr, objects);
}
EXPORT_SYMBOL_GPL(memctl_cache_free_bulk);

/**
 * memctl_cache_shrink() - give a cache's empty slabs back to the arena
 * @cache: the cache
 *
 * Context: process; may sleep.
 * Return: frames given back.
 */
unsigned int memctl_cache_shrink(struct memctl_cache *cache)
{
	return mctl_cache_shrink(inner_cache(cache));
}
EXPORT_SYMBOL_GPL(memctl_cache_shrink);

/**
 * memctl_kmalloc() - allocate bytes
 * @arena: the arena
 * @size: bytes, up to 2^MEMCTL_MAX_ORDER pages
 * @gfp: as for kmalloc()
 *
 * Context: any but NMI; sleeps only if @gfp allows it.
 * Return: the memory, or NULL, also when @size is 0.
 */
void *memctl_kmalloc(struct memctl_arena *arena, size_t size, gfp_t gfp)
{
	return mctl_kmalloc(inner_arena(arena), size, gfp);
}
EXPORT_SYMBOL_GPL(memctl_kmalloc);

/**
 * memctl_kfree() - free what memctl_kmalloc() returned
 * @arena: the arena that it came from
 * @object: the memory, or NULL
 *
 * What is no such memory is reported in the kernel log and left as it is.
 *
 * Context: any but NMI.
 */
void memctl_kfree(struct memctl_arena *arena, const void *object)
{
	mctl_kfree(inner_arena(arena), object);
}
EXPORT_SYMBOL_GPL(memctl_kfree);

/**
 * memctl_region_get() - hold a managed region
 * @arena: the arena that it is in
 * @name: of the region
 *
 * Context: process; may sleep.
 * Return: the region, which stays until memctl_region_put(); or NULL when
 * there is none of this name.
 */
struct memctl_region *memctl_region_get(struct memctl_arena *arena, const char *name)
{
	return (struct memctl_region *)mctl_region_get(inner_arena(arena), name);
}
EXPORT_SYMBOL_GPL(memctl_region_get);

/**
 * memctl_region_put() - give a region back
 * @region: from memctl_region_get()
 *
 * Context: process; may sleep.
 */
void memctl_region_put(struct memctl_region *region)
{
	mctl_region_put((struct mctl_region *)region);
}
EXPORT_SYMBOL_GPL(memctl_region_put);

/**
 * memctl_region_start() - the address of a region's first byte
 * @region: a region that is held
 *
 * Context: any.
 * Return: the address.
 */
unsigned long memctl_region_start(const struct memctl_region *region)
{
	return mctl_region_start(inner_region(region));
}
EXPORT_SYMBOL_GPL(memctl_region_start);

/**
 * memctl_region_nr_pages() - the size of a region
 * @region: a region that is held
 *
 * Context: any.
 * Return: pages.
 */
unsigned int memctl_region_nr_pages(const struct memctl_region *region)
{
	return mctl_region_nr_pages(inner_region(region));
}
EXPORT_SYMBOL_GPL(memctl_region_nr_pages);

/**
 * memctl_region_to_page() - the page behind an address of a region, by a
 * walk of its shadow
 * @region: a region that is held
 * @address: an address in it
 *
 * So short that a place for ftrace to hook into would be felt.
 *
 * Context: any.
 * Return: the page, or NULL when nothing is mapped there.
 */
notrace struct page *memctl_region_to_page(const struct memctl_region *region,
					   unsigned long address)
{
	return mctl_region_to_page(inner_region(region), address);
}
EXPORT_SYMBOL_GPL(memctl_region_to_page);
