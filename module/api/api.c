// SPDX-License-Identifier: GPL-2.0
/*
 * The in-kernel API of include/linux/memctl.h: exported wrappers of functions
 * of the wings below, and nothing else. The opaque types of the API are theirs.
 * The header documents each function for callers.
 *
 * I1  An arena that memctl_arena_get() returned stays, and with it the module,
 *     until memctl_arena_put(): nr_users counts these references.
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
#include "api/api_flags.h"
#include "arenas/arenas.h"
#include "arenas/owner.h"
#include "frames/frame.h"
#include "host/arena.h"
#include "objects/cache.h"
#include "objects/kmalloc.h"
#include "regions/region.h"

#define CALLER ((u32)_RET_IP_)

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
 * __memctl_arena_get() - get a reference to an arena; memctl_arena_get() supplies the user
 * @name: of the arena; NULL for "main"
 * @user: the calling module; NULL for the kernel
 *
 * Context: Process context, may sleep.
 * Return: the arena, or NULL if none has this name, memctl is about to be unloaded, or the host has
 * no memory to record the user. Release it with memctl_arena_put().
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
 * __memctl_arena_put() - release an arena; memctl_arena_put() supplies the user
 * @arena: from memctl_arena_get(), or NULL
 * @user: the module that holds it; NULL for the kernel
 *
 * Everything allocated from it must be freed first. What a module still has
 * allocated when it puts the arena for the last time is reported in the kernel
 * log, by symbol and count, and as an event: blocks of pages, and caches with
 * their objects. No user is recorded for kmalloc, so that is reported when the
 * arena has no user left.
 *
 * Context: Process context, may sleep.
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

/* memctl_alloc_pages() for flags and order that are compile-time constants in the caller. */
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

/* memctl_alloc_pages() for all other callers. */
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

struct page *memctl_alloc_pages_node(struct memctl_arena *arena, int nid, gfp_t gfp,
				     unsigned int order)
{
	if (nid != NUMA_NO_NODE && (nid < 0 || nid >= nr_node_ids))
		return NULL;
	return mctl_frame_alloc_page_slow(inner_arena(arena), nid, gfp, order, CALLER);
}
EXPORT_SYMBOL_GPL(memctl_alloc_pages_node);

/* memctl_free_pages() for an order that is a compile-time constant in the caller. */
void __memctl_free_block(struct memctl_arena *arena, struct page *page, unsigned long block)
{
	mctl_frame_free_page(inner_arena(arena), page, block);
}
EXPORT_SYMBOL_GPL(__memctl_free_block);

/* memctl_free_pages() for all other callers. */
void __memctl_free_pages(struct memctl_arena *arena, struct page *page, unsigned int order)
{
	unsigned long state = MCTL_STATE(MCTL_KIND_USED, 0) + (unsigned long)order;

	if (likely(order <= MCTL_MAX_ORDER))
		mctl_frame_free_page(inner_arena(arena), page, state);
	else
		mctl_frame_free_page_slow(inner_arena(arena), page, state);
}
EXPORT_SYMBOL_GPL(__memctl_free_pages);

unsigned int memctl_alloc_pages_bulk(struct memctl_arena *arena, gfp_t gfp, unsigned int nr,
				     struct page **pages)
{
	return mctl_frame_alloc_pages_bulk(inner_arena(arena), gfp, nr, pages, CALLER);
}
EXPORT_SYMBOL_GPL(memctl_alloc_pages_bulk);

void memctl_free_pages_bulk(struct memctl_arena *arena, unsigned int nr, struct page **pages)
{
	mctl_frame_free_pages_bulk(inner_arena(arena), nr, pages);
}
EXPORT_SYMBOL_GPL(memctl_free_pages_bulk);

struct memctl_cache *memctl_cache_create(struct memctl_arena *arena, const char *name,
					 unsigned int size, unsigned int align, slab_flags_t flags,
					 void (*ctor)(void *))
{
	struct mctl_cache_params params = {
		.name = name,
		.size = size,
		.align = align,
		.ctor = ctor,
		.creator = _RET_IP_,
	};
	struct mctl_error error = {};
	struct mctl_cache *cache;

	if (mctl_api_cache_flags(name, flags, &params.flags, &error)) {
		pr_warn_ratelimited("%s\n", error.text);
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

void *memctl_cache_alloc(struct memctl_cache *cache, gfp_t gfp)
{
	return mctl_cache_alloc(inner_cache(cache), gfp);
}
EXPORT_SYMBOL_GPL(memctl_cache_alloc);

void memctl_cache_free(struct memctl_cache *cache, void *object)
{
	mctl_cache_free(inner_cache(cache), object);
}
EXPORT_SYMBOL_GPL(memctl_cache_free);

unsigned int memctl_cache_alloc_bulk(struct memctl_cache *cache, gfp_t gfp, unsigned int nr,
				     void **objects)
{
	return mctl_cache_alloc_bulk(inner_cache(cache), gfp, nr, objects);
}
EXPORT_SYMBOL_GPL(memctl_cache_alloc_bulk);

void memctl_cache_free_bulk(struct memctl_cache *cache, unsigned int nr, void **objects)
{
	mctl_cache_free_bulk(inner_cache(cache), nr, objects);
}
EXPORT_SYMBOL_GPL(memctl_cache_free_bulk);

unsigned int memctl_cache_shrink(struct memctl_cache *cache)
{
	return mctl_cache_shrink(inner_cache(cache));
}
EXPORT_SYMBOL_GPL(memctl_cache_shrink);

void *memctl_kmalloc(struct memctl_arena *arena, size_t size, gfp_t gfp)
{
	return mctl_kmalloc(inner_arena(arena), size, gfp);
}
EXPORT_SYMBOL_GPL(memctl_kmalloc);

void memctl_kfree(struct memctl_arena *arena, const void *object)
{
	mctl_kfree(inner_arena(arena), object);
}
EXPORT_SYMBOL_GPL(memctl_kfree);

struct memctl_region *memctl_region_get(struct memctl_arena *arena, const char *name)
{
	return (struct memctl_region *)mctl_region_get(inner_arena(arena), name);
}
EXPORT_SYMBOL_GPL(memctl_region_get);

void memctl_region_put(struct memctl_region *region)
{
	mctl_region_put((struct mctl_region *)region);
}
EXPORT_SYMBOL_GPL(memctl_region_put);

unsigned long memctl_region_start(const struct memctl_region *region)
{
	return mctl_region_start(inner_region(region));
}
EXPORT_SYMBOL_GPL(memctl_region_start);

unsigned int memctl_region_nr_pages(const struct memctl_region *region)
{
	return mctl_region_nr_pages(inner_region(region));
}
EXPORT_SYMBOL_GPL(memctl_region_nr_pages);

notrace struct page *memctl_region_to_page(const struct memctl_region *region,
					   unsigned long address)
{
	return mctl_region_to_page(inner_region(region), address);
}
EXPORT_SYMBOL_GPL(memctl_region_to_page);
