// SPDX-License-Identifier: GPL-2.0
/*
 * Names, ids and references of object caches.
 *
 * N1  Ids are given in a circle: the id of a cache that went is used again as
 *     late as can be.
 * N2  A cache on the list is in its slot of by_id, and no slot has another.
 *     Both are changed with preemption off under caches.lock, so that a
 *     stopped machine never sees one without the other.
 * N3  A cache's memory, and an array of slots, go after a grace period of RCU:
 *     mctl_cache_peek() needs no lock.
 *
 * Lock: arena->caches.lock, see cache.h.
 */
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include "host/host.h"
#include "objects/cache_impl.h"

#define FIRST_IDS 64
#define MAX_IDS	  1048576

/**
 * mctl_cache_peek() - the cache of an id, without a reference
 * @arena: the arena
 * @id: any value
 *
 * Context: Preemption off while the result counts.
 * Return: the cache or NULL.
 */
struct mctl_cache *mctl_cache_peek(struct mctl_arena *arena, u32 id)
{
	struct mctl_caches *caches = &arena->caches;

	/* The array is replaced before the count grows. */
	if (id >= smp_load_acquire(&caches->nr_ids))
		return NULL;
	return READ_ONCE(READ_ONCE(caches->by_id)[id]);
}

/**
 * mctl_cache_grow_ids() - make room for twice as many ids
 * @arena: the arena
 *
 * Context: Process; arena->caches.lock is held.
 * Return: 0, -ENOSPC or -ENOMEM.
 */
int mctl_cache_grow_ids(struct mctl_arena *arena)
{
	struct mctl_caches *caches = &arena->caches;
	struct mctl_cache **old = caches->by_id;
	u32 old_nr = caches->nr_ids;
	u32 nr = old_nr ? old_nr * 2 : FIRST_IDS;
	struct mctl_cache **new;

	if (nr > MAX_IDS)
		return -ENOSPC;
	new = mctl_arena_meta_alloc(arena, array_size(nr, sizeof(*new)));
	if (!new)
		return -ENOMEM;
	if (old)
		memcpy(new, old, array_size(old_nr, sizeof(*new)));
	WRITE_ONCE(caches->by_id, new);
	/* Pairs with mctl_cache_peek(). */
	smp_store_release(&caches->nr_ids, nr);
	if (old) {
		synchronize_rcu();
		mctl_arena_meta_free(arena, old, array_size(old_nr, sizeof(*old)));
	}
	return 0;
}

/**
 * mctl_cache_next_id() - choose the id of a new cache (N1)
 * @arena: the arena
 *
 * Context: Process; arena->caches.lock is held.
 * Return: the id, -ENOSPC or -ENOMEM.
 */
int mctl_cache_next_id(struct mctl_arena *arena)
{
	struct mctl_caches *caches = &arena->caches;
	u32 id = caches->last_id;
	int ret;

	/* At least half of the slots are free, so that a slot rests before it is used again. */
	if (caches->nr >= caches->nr_ids / 2) {
		ret = mctl_cache_grow_ids(arena);
		if (ret)
			return ret;
	}
	do
		id = id + 1 < caches->nr_ids ? id + 1 : 1;
	while (caches->by_id[id]);
	return id;
}

/**
 * mctl_cache_publish() - put a cache where it is found
 * @cache: the cache, ready for use
 *
 * Context: Process; arena->caches.lock is held.
 */
void mctl_cache_publish(struct mctl_cache *cache)
{
	struct mctl_caches *caches = &cache->arena->caches;

	preempt_disable();
	list_add_tail(&cache->list, &caches->list);
	WRITE_ONCE(caches->by_id[cache->id], cache);
	caches->last_id = cache->id;
	caches->nr++;
	preempt_enable();
}

/**
 * mctl_cache_retract() - take a cache from where it is found
 * @cache: the cache; mctl_cache_peek() may give it until a grace period is over
 *
 * Context: Process; arena->caches.lock is held.
 */
void mctl_cache_retract(struct mctl_cache *cache)
{
	struct mctl_caches *caches = &cache->arena->caches;

	preempt_disable();
	list_del(&cache->list);
	WRITE_ONCE(caches->by_id[cache->id], NULL);
	caches->nr--;
	preempt_enable();
}

/**
 * mctl_cache_find_name() - look a cache up by its name, without a reference
 * @arena: the arena
 * @name: any string
 *
 * Context: Process; arena->caches.lock is held.
 * Return: the cache or NULL.
 */
struct mctl_cache *mctl_cache_find_name(struct mctl_arena *arena, const char *name)
{
	struct mctl_cache *cache;

	list_for_each_entry(cache, &arena->caches.list, list)
		if (!strcmp(cache->name, name))
			return cache;
	return NULL;
}

/**
 * mctl_cache_find() - look a cache up by its name
 * @arena: the arena
 * @name: any string
 *
 * Context: May sleep (caches.lock).
 * Return: the cache with a reference, for mctl_cache_drop(), or NULL.
 */
struct mctl_cache *mctl_cache_find(struct mctl_arena *arena, const char *name)
{
	struct mctl_cache *cache;

	mutex_lock(&arena->caches.lock);
	cache = mctl_cache_find_name(arena, name);
	if (cache)
		refcount_inc(&cache->refs);
	mutex_unlock(&arena->caches.lock);
	return cache;
}

/**
 * mctl_cache_find_id() - look a cache up by its id
 * @arena: the arena
 * @id: any value
 *
 * Context: May sleep (caches.lock).
 * Return: the cache with a reference, for mctl_cache_drop(), or NULL.
 */
struct mctl_cache *mctl_cache_find_id(struct mctl_arena *arena, u32 id)
{
	struct mctl_cache *cache = NULL;

	mutex_lock(&arena->caches.lock);
	if (id < arena->caches.nr_ids)
		cache = arena->caches.by_id[id];
	if (cache)
		refcount_inc(&cache->refs);
	mutex_unlock(&arena->caches.lock);
	return cache;
}

/**
 * mctl_cache_next() - the cache of the lowest id from one on
 * @arena: the arena
 * @id: any value; becomes that of the slot that the cache was found in, whatever
 *	the cache says, so that a walk comes to an end
 *
 * Context: May sleep (caches.lock).
 * Return: the cache with a reference, for mctl_cache_drop(), or NULL.
 */
struct mctl_cache *mctl_cache_next(struct mctl_arena *arena, u32 *id)
{
	struct mctl_cache *cache = NULL;

	mutex_lock(&arena->caches.lock);
	for (; *id < arena->caches.nr_ids; ++*id) {
		cache = arena->caches.by_id[*id];
		if (cache)
			break;
	}
	if (cache)
		refcount_inc(&cache->refs);
	mutex_unlock(&arena->caches.lock);
	return cache;
}

/**
 * mctl_cache_drop() - drop a reference
 * @cache: the cache; it stays while it is on the list
 *
 * Context: Any.
 */
void mctl_cache_drop(struct mctl_cache *cache)
{
	WARN_ON_ONCE(refcount_dec_and_test(&cache->refs));
}

/**
 * mctl_cache_id() - number of a cache in its arena
 * @cache: the cache
 *
 * Return: the id, not 0.
 */
u32 mctl_cache_id(const struct mctl_cache *cache)
{
	return cache->id;
}

/**
 * mctl_cache_arena() - the arena that a cache belongs to
 * @cache: the cache
 *
 * Return: the arena.
 */
struct mctl_arena *mctl_cache_arena(const struct mctl_cache *cache)
{
	return cache->arena;
}
