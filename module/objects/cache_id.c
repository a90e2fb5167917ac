// SPDX-License-Identifier: GPL-2.0
/*
 * Names, ids and references of object caches.
 *
 * N1  Ids are assigned cyclically: the id of a destroyed cache is reused as late
 *     as possible.
 * N2  Each cache on the list is in its slot of by_id, and the other slots are
 *     empty. Both are changed with preemption off under caches.lock, so that
 *     they agree whenever the machine is stopped.
 * N3  The memory of a cache, and an array of slots, is freed after an RCU grace
 *     period: mctl_cache_peek() needs no lock.
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
 * mctl_cache_peek() - find a cache by its id, without a reference
 * @arena: the arena
 * @id: any value
 *
 * Context: Preemption off while the result counts.
 * Return: the cache or NULL.
 */
struct mctl_cache *mctl_cache_peek(struct mctl_arena *arena, u32 id)
{
	struct mctl_caches *caches = &arena->caches;

	/* The array is replaced before the count is increased. */
	if (id >= smp_load_acquire(&caches->nr_ids))
		return NULL;
	return READ_ONCE(READ_ONCE(caches->by_id)[id]);
}

/**
 * mctl_cache_grow_ids() - double the number of ids
 * @arena: the arena
 *
 * Context: Process context; arena->caches.lock is held.
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
 * Context: Process context; arena->caches.lock is held.
 * Return: the id, -ENOSPC or -ENOMEM.
 */
int mctl_cache_next_id(struct mctl_arena *arena)
{
	struct mctl_caches *caches = &arena->caches;
	u32 id = caches->last_id;
	int ret;

	/* At least half of the slots stay free, so that ids are not reused soon. */
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
 * mctl_cache_publish() - make a cache visible to lookups
 * @cache: the cache, ready for use
 *
 * Context: Process context; arena->caches.lock is held.
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
 * mctl_cache_retract() - hide a cache from lookups
 * @cache: the cache; mctl_cache_peek() may return it until an RCU grace period has passed
 *
 * Context: Process context; arena->caches.lock is held.
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
 * mctl_cache_find_name() - find a cache by its name, without a reference
 * @arena: the arena
 * @name: any string
 *
 * Context: Process context; arena->caches.lock is held.
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
 * mctl_cache_find() - find a cache by its name
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
 * mctl_cache_find_id() - find a cache by its id
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
 * mctl_cache_next() - find the cache with the lowest id that is not below @id
 * @arena: the arena
 * @id: any value; set to the number of the slot that the cache was found in, not
 *	to the id in the cache, which may be damaged, so that a walk ends
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
 * @cache: the cache; the reference of the list keeps it
 *
 * Context: Any context.
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
