// SPDX-License-Identifier: GPL-2.0
/*
 * Faults that an administrator injects. A new fault is checked and set
 * (inject_site.c); then the caches that could serve requests without passing
 * its site are drained.
 *
 * Locks: mctl_inject_lock (mutex), outside of caches.lock.
 */
#include "faults/inject.h"
#include "frames/fcache.h"
#include "objects/cache.h"

static int check(struct mctl_arena *arena, const struct mctl_inject_params *params,
		 struct mctl_error *error)
{
	struct mctl_cache *cache;

	if (params->order != MCTL_INJECT_ANY_ORDER && params->site != MEMCTL_INJECT_SITE_ALLOC)
		return mctl_fail(error, -EINVAL, "order %u: only site alloc has orders, not %s",
				 params->order, mctl_inject_site_name(params->site));
	if (params->cache[0] && params->site != MEMCTL_INJECT_SITE_SLAB)
		return mctl_fail(error, -EINVAL, "cache %s: only site slab has caches, not %s",
				 params->cache, mctl_inject_site_name(params->site));
	if (arena->inject->nr >= MEMCTL_MAX_INJECTS)
		return mctl_fail(error, -ENOSPC, "arena %s has %u faults, and can have no more",
				 arena->name, MEMCTL_MAX_INJECTS);
	if (!params->cache[0])
		return 0;
	cache = mctl_cache_find(arena, params->cache);
	if (!cache)
		return mctl_fail(error, -ENOENT, "arena %s has no cache %s", arena->name,
				 params->cache);
	mctl_cache_drop(cache);
	return 0;
}

/* Drain the caches that could serve requests without passing the site. */
static void empty_caches(struct mctl_arena *arena, u32 site)
{
	struct mctl_cache *cache;
	u32 id;

	if (site == MEMCTL_INJECT_SITE_ALLOC)
		mctl_fcache_drain_all(arena);
	if (site != MEMCTL_INJECT_SITE_SLAB)
		return;
	for (id = 0; (cache = mctl_cache_next(arena, &id)); id++) {
		mctl_cache_drain(cache);
		mctl_cache_drop(cache);
	}
}

/**
 * mctl_inject_add() - make tries at a site fail
 * @arena: the arena
 * @params: which tries fail, and when; either nth or probability is set
 * @id: set to the number of the fault
 * @error: text on failure
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL for an order or cache where the site has none; -ENOENT if
 * the cache does not exist; -ENOSPC if there are MEMCTL_MAX_INJECTS faults
 * already; -ENOMEM.
 */
int mctl_inject_add(struct mctl_arena *arena, const struct mctl_inject_params *params, u32 *id,
		    struct mctl_error *error)
{
	int ret;

	mutex_lock(&mctl_inject_lock);
	ret = check(arena, params, error);
	if (ret)
		goto unlock;
	*id = mctl_inject_set(arena, params);
	if (!*id) {
		ret = mctl_fail(error, -ENOMEM, "no memory for the record of a fault");
		goto unlock;
	}
	empty_caches(arena, params->site);
	mctl_arena_touch(arena);
unlock:
	mutex_unlock(&mctl_inject_lock);
	return ret;
}

/**
 * mctl_inject_del() - remove a fault
 * @arena: the arena
 * @id: its number
 * @error: text on failure
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT.
 */
int mctl_inject_del(struct mctl_arena *arena, u32 id, struct mctl_error *error)
{
	u32 nr = 0;

	mutex_lock(&mctl_inject_lock);
	if (id)
		nr = mctl_inject_unset(arena, id);
	mutex_unlock(&mctl_inject_lock);
	return nr ? 0 : mctl_fail(error, -ENOENT, "arena %s has no fault %u", arena->name, id);
}
