// SPDX-License-Identifier: GPL-2.0
/*
 * All object caches of an arena: those that it has from its start to its end,
 * and what becomes of magazines when their CPU dies.
 *
 * Locks: hotplug_lock; the arena's are in cache.h.
 */
#include <linux/cpuhotplug.h>
#include <linux/overflow.h>
#include "mm/cache_impl.h"
#include "mm/caches.h"
#include "mm/host.h"
#include "mm/kmalloc.h"

static DEFINE_MUTEX(hotplug_lock);
static int hotplug_users;	       /* hotplug_lock; arenas */
static enum cpuhp_state hotplug_state; /* hotplug_lock to change */

static int cpu_dead(unsigned int cpu, struct hlist_node *node)
{
	mctl_magazine_drain_cpu(hlist_entry(node, struct mctl_cache, hotplug), cpu);
	return 0;
}

/**
 * mctl_caches_watch_cpus() - have a cache's magazines taken from CPUs that die
 * @cache: the cache
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int mctl_caches_watch_cpus(struct mctl_cache *cache)
{
	return cpuhp_state_add_instance_nocalls(hotplug_state, &cache->hotplug);
}

/**
 * mctl_caches_unwatch_cpus() - the end of that
 * @cache: the cache
 *
 * Context: May sleep.
 */
void mctl_caches_unwatch_cpus(struct mctl_cache *cache)
{
	cpuhp_state_remove_instance_nocalls(hotplug_state, &cache->hotplug);
}

static int hotplug_get(void)
{
	int ret = 0;

	mutex_lock(&hotplug_lock);
	if (!hotplug_users) {
		mctl_magazine_init();
		ret = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN, "memctl/cache:dead", NULL,
					      cpu_dead);
		hotplug_state = ret;
	}
	if (ret >= 0)
		hotplug_users++;
	mutex_unlock(&hotplug_lock);
	return min(ret, 0);
}

static void hotplug_put(void)
{
	mutex_lock(&hotplug_lock);
	if (!--hotplug_users)
		cpuhp_remove_multi_state(hotplug_state);
	mutex_unlock(&hotplug_lock);
}

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
 * mctl_caches_create() - make an arena's own caches
 * @arena: the arena, with its frames, and with caches.lock and caches.list set up
 *
 * Context: May sleep; nobody else uses the arena.
 * Return: 0 or -ENOMEM.
 */
int mctl_caches_create(struct mctl_arena *arena)
{
	int ret;

	ret = hotplug_get();
	if (ret)
		return ret;
	mutex_lock(&arena->caches.lock);
	ret = mctl_cache_grow_ids(arena);
	if (ret) {
		mutex_unlock(&arena->caches.lock);
		hotplug_put();
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
 * @arena: the arena; objects that still live go with their frames
 *
 * Context: May sleep; nobody else uses the arena. Nothing to do for an arena
 * whose caches were not made.
 */
void mctl_caches_destroy(struct mctl_arena *arena)
{
	struct mctl_caches *caches = &arena->caches;
	struct mctl_cache *cache, *next;

	if (!caches->by_id)
		return;
	mutex_lock(&caches->lock);
	mctl_kmalloc_destroy(arena);
	/* The caches of magazines and headers were made first. */
	list_for_each_entry_safe_reverse(cache, next, &caches->list, list)
		mctl_cache_unmake(cache);
	mctl_arena_meta_free(arena, caches->by_id,
			     array_size(caches->nr_ids, sizeof(*caches->by_id)));
	caches->by_id = NULL;
	caches->nr_ids = 0;
	mutex_unlock(&caches->lock);
	hotplug_put();
}
