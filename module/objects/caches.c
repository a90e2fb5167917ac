// SPDX-License-Identifier: GPL-2.0
/*
 * The object caches that every arena has, and operations on all caches.
 *
 * Locks: the arena's are in cache.h.
 */
#include <linux/overflow.h>
#include "frames/pressure.h"
#include "host/host.h"
#include "objects/cache_impl.h"
#include "objects/caches.h"
#include "objects/kmalloc.h"

static struct mctl_cache *make_own(struct mctl_arena *arena, const char *name, u32 size, u32 id)
{
	struct mctl_cache_params params = {
		.name = name,
		.size = size,
		.flags = MEMCTL_CACHE_FLAG_HWALIGN,
	};

	return mctl_cache_make(arena, &params, id, NULL);
}

static int make_all(struct mctl_arena *arena)
{
	struct mctl_caches *caches = &arena->caches;

	caches->slab_headers =
		make_own(arena, "slab_headers", sizeof(struct mctl_slab), MCTL_CACHE_ID_HEADERS);
	if (IS_ERR(caches->slab_headers))
		return PTR_ERR(caches->slab_headers);
	caches->magazines =
		make_own(arena, "magazines", sizeof(struct mctl_magazine), MCTL_CACHE_ID_MAGAZINES);
	if (IS_ERR(caches->magazines))
		return PTR_ERR(caches->magazines);
	return mctl_kmalloc_create(arena);
}

/**
 * mctl_caches_create() - create an arena's own caches
 * @arena: the arena, with its frames, and with caches.lock and caches.list set up
 *
 * Context: May sleep; the arena is not used by others yet.
 * Return: 0 or -ENOMEM.
 */
int mctl_caches_create(struct mctl_arena *arena)
{
	int ret;

	ret = mctl_cache_cpus_get();
	if (ret)
		return ret;
	mutex_lock(&arena->caches.lock);
	ret = mctl_cache_grow_ids(arena);
	if (ret) {
		mutex_unlock(&arena->caches.lock);
		mctl_cache_cpus_put();
		return ret;
	}
	ret = make_all(arena);
	mutex_unlock(&arena->caches.lock);
	if (ret)
		mctl_caches_destroy(arena);
	return ret;
}

/**
 * mctl_caches_destroy() - free all caches and their slabs
 * @arena: the arena; objects that are still allocated are freed with their slabs
 *
 * Does nothing if the caches were not created.
 *
 * Context: May sleep; the arena is not used by others any more.
 */
void mctl_caches_destroy(struct mctl_arena *arena)
{
	struct mctl_caches *caches = &arena->caches;
	struct mctl_cache *cache, *next;

	if (!caches->by_id)
		return;
	mutex_lock(&caches->lock);
	mctl_kmalloc_destroy(arena);
	/* The caches of magazines and headers, which the others use, were created first. */
	list_for_each_entry_safe_reverse(cache, next, &caches->list, list)
		mctl_cache_unmake(cache);
	mctl_arena_meta_free(arena, caches->by_id,
			     array_size(caches->nr_ids, sizeof(*caches->by_id)));
	caches->by_id = NULL;
	caches->nr_ids = 0;
	mutex_unlock(&caches->lock);
	mctl_cache_cpus_put();
}

/*
 * The next cache that has something to give back, with a reference, or NULL.
 * Where none has, which is so when requests are refused one after another, the
 * lock is taken once.
 */
static struct mctl_cache *next_with_spare(struct mctl_arena *arena, u32 *id)
{
	struct mctl_caches *caches = &arena->caches;
	struct mctl_cache *found = NULL;

	mutex_lock(&caches->lock);
	for (; *id < caches->nr_ids && !found; ++*id) {
		struct mctl_cache *cache = caches->by_id[*id];

		if (cache && mctl_cache_has_spare(cache)) {
			refcount_inc(&cache->refs);
			found = cache;
		}
	}
	mutex_unlock(&caches->lock);
	return found;
}

/* The other caches free magazines and headers, so the caches of these are shrunk last. */
static bool relieve(struct mctl_arena *arena, bool nowait)
{
	u32 id = MCTL_CACHE_ID_KMALLOC;
	struct mctl_cache *cache;
	unsigned int nr = 0;

	/* The list needs a mutex, and other CPUs' magazines an IPI. */
	if (nowait)
		return false;
	while ((cache = next_with_spare(arena, &id))) {
		nr += mctl_cache_shrink(cache);
		mctl_cache_drop(cache);
		cond_resched();
	}
	if (nr)
		nr += mctl_cache_shrink(arena->caches.slab_headers) +
		      mctl_cache_shrink(arena->caches.magazines);
	return nr;
}

/**
 * mctl_caches_init() - register the callback that shrinks caches when a zone is short of frames
 *
 * Context: Process context, at module init, after mctl_fcache_init().
 */
void mctl_caches_init(void)
{
	mctl_pressure_register(relieve);
}
