// SPDX-License-Identifier: GPL-2.0
/*
 * Plants damage in the slabs, magazines and counts of object caches.
 *
 * Locks: cache->lock. It does not protect the CPUs' parts: the cache must not be
 * used at the same time.
 */
#include "host/flip.h"
#include "objects/cache_impl.h"

/* The list whose first slab is damaged. */
static enum mctl_slab_list first_list(const struct mctl_cache *cache)
{
	if (!list_empty(&cache->slabs[MCTL_LIST_PARTIAL]))
		return MCTL_LIST_PARTIAL;
	return list_empty(&cache->slabs[MCTL_LIST_FULL]) ? MCTL_LIST_EMPTY : MCTL_LIST_FULL;
}

static struct mctl_slab *first_slab(struct mctl_cache *cache)
{
	return list_first_entry_or_null(&cache->slabs[first_list(cache)], struct mctl_slab, list);
}

/* The part of the first CPU that has a magazine, or NULL. */
static struct mctl_cache_cpu *first_part(struct mctl_cache *cache)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct mctl_cache_cpu *cc = per_cpu_ptr(cache->cpu, cpu);

		if (mctl_magazine_loaded(cache, cc))
			return cc;
	}
	return NULL;
}

/* A shut door makes every user take the slow path; any other wrong value would be dereferenced. */
static void plant_door(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	struct mctl_cache_cpu **door = cache->checked ? &cc->inner : &cc->self;

	*door = *door == cc ? MCTL_CACHE_NOBODY : cc;
}

/* The lowest object of a CPU's loaded magazine, where there is one; by the end, which is far. */
static void **lowest(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	return cc->top == cc->limit - cache->capacity ? NULL : cc->limit - cache->capacity + 1;
}

/* An earlier plant may have damaged the pointers that this one follows. */
static int refuse_damaged(const struct mctl_cache *cache, const char *what,
			  struct mctl_error *error)
{
	return mctl_fail(error, -ENOENT, "the way to its %s is damaged: cache %s", what,
			 cache->name);
}

static int plant_in_magazine(struct mctl_cache *cache, u32 site, u32 bit, struct mctl_cache_cpu *cc,
			     struct mctl_error *error)
{
	void **object = lowest(cache, cc);

	if (!object)
		return mctl_fail(error, -ENOENT, "the magazine of cache %s is empty", cache->name);
	if (!mctl_cache_is_magazine(cache->arena, mctl_magazine_loaded(cache, cc)))
		return refuse_damaged(cache, "magazine", error);
	if (site == MEMCTL_PLANT_SITE_MAGAZINE_OBJECT)
		MCTL_FLIP(*object, bit);
	else if (mctl_cache_lookup(cache, *object))
		MCTL_FLIP(*mctl_slab_link(&cache->layout, *object), bit);
	else
		return refuse_damaged(cache, "object", error);
	return 0;
}

static int plant_magazine(struct mctl_cache *cache, u32 site, u32 bit, struct mctl_error *error)
{
	struct mctl_cache_cpu *cc = first_part(cache);

	if (!cc)
		return mctl_fail(error, -ENOENT, "cache %s has no magazine on any CPU",
				 cache->name);
	switch (site) {
	case MEMCTL_PLANT_SITE_MAGAZINE_TOP:
		MCTL_FLIP(cc->top, bit);
		return 0;
	case MEMCTL_PLANT_SITE_MAGAZINE_LIMIT:
		MCTL_FLIP(cc->limit, bit);
		return 0;
	case MEMCTL_PLANT_SITE_MAGAZINE_DOOR:
		plant_door(cache, cc);
		return 0;
	case MEMCTL_PLANT_SITE_MAGAZINE_PREVIOUS:
		MCTL_FLIP(cc->nr_previous, bit);
		return 0;
	default:
		return plant_in_magazine(cache, site, bit, cc, error);
	}
}

/* The first object on a slab's free list, or NULL. */
static void *first_free(const struct mctl_slab_layout *layout, const struct mctl_slab *slab)
{
	if (slab->free == MCTL_LINK_END || slab->free > layout->objects)
		return NULL;
	return slab->first + (slab->free - 1UL) * layout->stride;
}

static int plant_in_objects(struct mctl_cache *cache, struct mctl_slab *slab, u32 site, u32 bit,
			    struct mctl_error *error)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	void *object = first_free(layout, slab);

	if (mctl_cache_lookup(cache, slab->first) != slab)
		return refuse_damaged(cache, "slab", error);
	if (site == MEMCTL_PLANT_SITE_REDZONE) {
		if (!layout->redzone)
			return mctl_fail(error, -EINVAL, "cache %s has no redzones", cache->name);
		MCTL_FLIP(((u8 *)slab->first)[layout->size], bit);
		return 0;
	}
	if (!object)
		return mctl_fail(error, -ENOENT, "cache %s has no slab with a free link",
				 cache->name);
	if (site == MEMCTL_PLANT_SITE_POISON && !layout->poison)
		return mctl_fail(error, -EINVAL, "cache %s has no poison", cache->name);
	if (site == MEMCTL_PLANT_SITE_POISON)
		MCTL_FLIP(*(u8 *)object, bit);
	else
		MCTL_FLIP(*mctl_slab_link(layout, object), bit);
	return 0;
}

static int plant_slab(struct mctl_cache *cache, u32 site, u32 bit, struct mctl_error *error)
{
	struct mctl_slab *slab = first_slab(cache);

	if (!slab)
		return mctl_fail(error, -ENOENT, "cache %s has no slab", cache->name);
	switch (site) {
	case MEMCTL_PLANT_SITE_SLAB_INUSE:
		MCTL_FLIP(slab->inuse, bit);
		return 0;
	case MEMCTL_PLANT_SITE_SLAB_COOKIE:
		MCTL_FLIP(slab->cookie, bit);
		return 0;
	case MEMCTL_PLANT_SITE_SLAB_FIRST:
		MCTL_FLIP(slab->first, bit);
		return 0;
	case MEMCTL_PLANT_SITE_SLAB_FREE:
		MCTL_FLIP(slab->free, bit);
		return 0;
	case MEMCTL_PLANT_SITE_SLAB_LOST:
		MCTL_FLIP(slab->lost, bit);
		return 0;
	case MEMCTL_PLANT_SITE_SLAB_LIST:
		MCTL_FLIP(slab->where, bit);
		return 0;
	default:
		return plant_in_objects(cache, slab, site, bit, error);
	}
}

static int plant_in(struct mctl_cache *cache, u32 site, u32 bit, struct mctl_error *error)
{
	switch (site) {
	case MEMCTL_PLANT_SITE_DEPOT_FULL:
		MCTL_FLIP(cache->nr_full, bit);
		return 0;
	case MEMCTL_PLANT_SITE_DEPOT_EMPTY:
		MCTL_FLIP(cache->nr_empty, bit);
		return 0;
	case MEMCTL_PLANT_SITE_CACHE_SLABS:
		MCTL_FLIP(cache->nr_slabs[first_list(cache)], bit);
		return 0;
	case MEMCTL_PLANT_SITE_CACHE_INUSE:
		MCTL_FLIP(cache->nr_inuse, bit);
		return 0;
	case MEMCTL_PLANT_SITE_CACHE_LOST:
		MCTL_FLIP(cache->nr_lost, bit);
		return 0;
	case MEMCTL_PLANT_SITE_CACHE_FREED:
		MCTL_FLIP(cache->nr_freed, bit);
		return 0;
	case MEMCTL_PLANT_SITE_CACHE_ID:
		MCTL_FLIP(cache->id, bit);
		return 0;
	case MEMCTL_PLANT_SITE_MAGAZINE_TOP ... MEMCTL_PLANT_SITE_MAGAZINE_PREVIOUS:
	case MEMCTL_PLANT_SITE_MAGAZINE_LIMIT ... MEMCTL_PLANT_SITE_MAGAZINE_MARK:
		return plant_magazine(cache, site, bit, error);
	default:
		return plant_slab(cache, site, bit, error);
	}
}

static int plant_count(struct mctl_arena *arena, u32 bit)
{
	mutex_lock(&arena->caches.lock);
	MCTL_FLIP(arena->caches.nr, bit);
	mutex_unlock(&arena->caches.lock);
	return 0;
}

/**
 * mctl_cache_plant() - flip a bit of a cache's records
 * @arena: the arena
 * @plant: the bit
 * @error: text of a refusal
 *
 * Context: Process context, sleeps.
 * Return: 0, -ENOENT if there is no such place, or -EINVAL for a level that no record has.
 */
int mctl_cache_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error)
{
	struct mctl_cache *cache;
	unsigned long flags;
	int ret;

	if (plant->site == MEMCTL_PLANT_SITE_CACHES)
		return plant_count(arena, plant->bit);
	cache = plant->index > U32_MAX ? NULL : mctl_cache_find_id(arena, plant->index);
	if (!cache)
		return mctl_fail(error, -ENOENT, "arena %s has no cache of id %llu", arena->name,
				 plant->index);
	raw_spin_lock_irqsave(&cache->lock, flags);
	ret = plant_in(cache, plant->site, plant->bit, error);
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_drop(cache);
	return ret;
}
