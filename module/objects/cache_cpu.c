// SPDX-License-Identifier: GPL-2.0
/*
 * Hotplug: the magazines of a CPU that goes offline are emptied.
 *
 * Locks: hotplug_lock.
 */
#include <linux/cpuhotplug.h>
#include <linux/mutex.h>
#include "objects/cache_impl.h"

static DEFINE_MUTEX(hotplug_lock);
static int hotplug_users;	       /* hotplug_lock; arenas */
static enum cpuhp_state hotplug_state; /* hotplug_lock to change */

static int cpu_dead(unsigned int cpu, struct hlist_node *node)
{
	mctl_magazine_drain_cpu(hlist_entry(node, struct mctl_cache, hotplug), cpu);
	return 0;
}

/**
 * mctl_cache_watch_cpus() - register a cache for the hotplug callback
 * @cache: the cache
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int mctl_cache_watch_cpus(struct mctl_cache *cache)
{
	return cpuhp_state_add_instance_nocalls(hotplug_state, &cache->hotplug);
}

/**
 * mctl_cache_unwatch_cpus() - unregister a cache
 * @cache: the cache
 *
 * Context: May sleep.
 */
void mctl_cache_unwatch_cpus(struct mctl_cache *cache)
{
	cpuhp_state_remove_instance_nocalls(hotplug_state, &cache->hotplug);
}

/**
 * mctl_cache_cpus_get() - register the hotplug callback, with the first arena
 *
 * Context: May sleep.
 * Return: 0 or a negative errno.
 */
int mctl_cache_cpus_get(void)
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

/**
 * mctl_cache_cpus_put() - unregister the hotplug callback, with the last arena
 *
 * Context: May sleep.
 */
void mctl_cache_cpus_put(void)
{
	mutex_lock(&hotplug_lock);
	if (!--hotplug_users)
		cpuhp_remove_multi_state(hotplug_state);
	mutex_unlock(&hotplug_lock);
}
