// SPDX-License-Identifier: GPL-2.0
/*
 * Creating, shrinking and destroying object caches. See cache.h for invariants
 * and lock order.
 */
#include <linux/cache.h>
#include <linux/ctype.h>
#include <linux/delay.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include "host/event.h"
#include "host/host.h"
#include "objects/cache_impl.h"

#define FLAGS_TO_ASK_FOR \
	(MEMCTL_CACHE_FLAG_REDZONE | MEMCTL_CACHE_FLAG_POISON | MEMCTL_CACHE_FLAG_HWALIGN)

/* Maximum number of full magazines in a depot, in an arena of any size. */
#define DEPOT_LIMIT 256

/* --- create ------------------------------------------------------------------------------ */

static int check_params(const struct mctl_cache_params *params, struct mctl_error *error)
{
	size_t length = params->name ? strnlen(params->name, MEMCTL_NAME_MAX + 1) : 0;

	if (!length)
		return mctl_fail(error, -EINVAL, "cache name is empty");
	if (length > MEMCTL_NAME_MAX)
		return mctl_fail(error, -EINVAL, "cache name is longer than %u bytes",
				 MEMCTL_NAME_MAX);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = params->name[i];

		if (!isascii(c) || (!isalnum(c) && !strchr("_.:-", c)))
			return mctl_fail(error, -EINVAL,
					 "cache name: 0x%02x is none of a-z 0-9 _.:-", c);
	}
	if (!params->size || params->size > MEMCTL_MAX_OBJECT_SIZE) {
		if (error)
			error->reason = MEMCTL_REASON_BAD_SIZE;
		return mctl_fail(error, -ERANGE, "cache %s: size %u is not in 1 to %u",
				 params->name, params->size, MEMCTL_MAX_OBJECT_SIZE);
	}
	if (params->align && (!is_power_of_2(params->align) || params->align > PAGE_SIZE))
		return mctl_fail(error, -EINVAL,
				 "cache %s: alignment %u is no power of two up to %lu",
				 params->name, params->align, PAGE_SIZE);
	if ((params->flags & MEMCTL_CACHE_FLAG_POISON) && params->ctor)
		return mctl_fail(error, -EINVAL,
				 "cache %s: poison would destroy what the constructor made",
				 params->name);
	return 0;
}

/* As in Linux: small objects share a cache line, but none crosses a line's end. */
static u32 alignment(const struct mctl_cache_params *params)
{
	u32 align = max_t(u32, params->align, sizeof(u64));

	if (params->flags & MEMCTL_CACHE_FLAG_HWALIGN) {
		u32 line = cache_line_size();

		while (params->size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	return align;
}

/*
 * Magazines hold few large objects or many small ones. The magazines of all CPUs
 * together contain at most 1/128 of the arena, and the depot 1/64, so that a
 * dozen busy caches keep no more than about a quarter of it from other users. An
 * arena without per-CPU caches has no magazines.
 */
static void size_magazines(struct mctl_cache *cache)
{
	static const struct {
		u16 stride;
		u16 objects;
	} sizes[] = { { 256, MCTL_MAGAZINE_OBJECTS }, { 1024, 30 }, { 2048, 14 }, { 4096, 8 } };
	u64 arena_bytes = (u64)cache->arena->nr_frames << PAGE_SHIFT;
	u32 stride = cache->layout.stride;
	u32 capacity = 4;
	u64 limit;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (stride <= sizes[i].stride) {
			capacity = sizes[i].objects;
			break;
		}
	}
	limit = div_u64(arena_bytes / 128, 2 * num_possible_cpus() * stride);
	cache->capacity = cache->arena->no_cpu_caches ? 0 : min_t(u64, capacity, limit);
	if (cache->capacity)
		cache->depot_limit = min_t(u64, DEPOT_LIMIT,
					   div_u64(arena_bytes / 64, cache->capacity * stride));
	cache->empty_limit = clamp(cache->arena->nr_frames >> (8 + cache->layout.order), 1U, 8U);
}

/*
 * The CPUs' parts are allocated with the first object. On PREEMPT_RT that is not
 * possible in atomic context, so they are allocated with the cache there.
 */
static int make_cpus(struct mctl_cache *cache)
{
	int ret;

	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		ret = mctl_magazine_make(cache, GFP_KERNEL);
		if (ret)
			return ret;
	}
	return mctl_cache_watch_cpus(cache);
}

static void free_cache(struct mctl_cache *cache)
{
	mctl_magazine_unmake(cache);
	mctl_arena_meta_free(cache->arena, cache, sizeof(*cache));
}

/**
 * mctl_cache_make() - create a cache and put it on the list
 * @arena: the arena
 * @params: its properties, already checked
 * @id: its id; caches up to MCTL_CACHE_ID_MAGAZINES, which the others use, have no
 *	magazines and keep no empty slab
 * @error: text of a refusal
 *
 * Context: Process context; arena->caches.lock is held.
 * Return: the cache, -EINVAL or -ENOMEM.
 */
struct mctl_cache *mctl_cache_make(struct mctl_arena *arena, const struct mctl_cache_params *params,
				   u32 id, struct mctl_error *error)
{
	struct mctl_slab_params slab = {
		.size = params->size,
		.align = alignment(params),
		.redzone = params->flags & MEMCTL_CACHE_FLAG_REDZONE,
		.poison = params->flags & MEMCTL_CACHE_FLAG_POISON,
		.random = get_random_u64(),
		.cookie = get_random_u64(),
		.ctor = params->ctor,
	};
	struct mctl_cache *cache;
	int ret;

	cache = mctl_arena_meta_alloc(arena, sizeof(*cache));
	if (!cache) {
		ret = mctl_fail(error, -ENOMEM, "cache %s: no memory for its record", params->name);
		return ERR_PTR(ret);
	}
	cache->cpu = &mctl_cache_unmade;
	cache->arena = arena;
	cache->id = id;
	cache->creator = params->creator;
	cache->flags = params->flags | (params->ctor ? MEMCTL_CACHE_FLAG_CTOR : 0);
	strscpy(cache->name, params->name, sizeof(cache->name));
	refcount_set(&cache->refs, 1);
	raw_spin_lock_init(&cache->lock);
	for (int i = 0; i < MCTL_NR_LISTS; i++)
		INIT_LIST_HEAD(&cache->slabs[i]);

	ret = mctl_slab_layout_init(&cache->layout, &slab);
	if (ret) {
		mctl_fail(error, ret, "cache %s: no slab holds an object of %u bytes aligned to %u",
			  params->name, params->size, slab.align);
		goto free_record;
	}
	cache->checked = cache->layout.redzone || cache->layout.poison;
	cache->state = MCTL_STATE(MCTL_KIND_SLAB, cache->layout.order);
	if (id > MCTL_CACHE_ID_MAGAZINES)
		size_magazines(cache);
	ret = make_cpus(cache);
	if (ret) {
		mctl_fail(error, ret, "cache %s: no memory for its CPUs", params->name);
		goto free_record;
	}
	mctl_cache_publish(cache);
	return cache;

free_record:
	free_cache(cache);
	return ERR_PTR(ret);
}

/**
 * mctl_cache_unmake() - free a cache with all of its slabs
 * @cache: the cache, which is not used any more
 *
 * Context: Process context; arena->caches.lock is held.
 */
void mctl_cache_unmake(struct mctl_cache *cache)
{
	mctl_cache_release_all(cache, true);
	mctl_cache_retract(cache);
	mctl_cache_unwatch_cpus(cache);
	/* Rare, but then for thousands of caches in a row. */
	synchronize_rcu_expedited();
	free_cache(cache);
}

static void tell(struct mctl_cache *cache, u32 type)
{
	struct mctl_event event = {
		.type = type,
		.arena = cache->arena,
		.name = cache->name,
	};

	mctl_event_send(&event);
}

/**
 * mctl_cache_create() - create a named cache
 * @arena: the arena
 * @params: its properties
 * @error: text of a refusal; may be NULL
 *
 * Context: May sleep.
 * Return: the cache with a reference, which mctl_cache_destroy() drops, or
 * mctl_cache_drop() if the cache is to stay; -EINVAL for an invalid name, flag or
 * alignment, -ERANGE for an invalid size, -EEXIST, -ENOSPC for too many caches,
 * -ENOMEM.
 */
struct mctl_cache *mctl_cache_create(struct mctl_arena *arena,
				     const struct mctl_cache_params *params,
				     struct mctl_error *error)
{
	struct mctl_cache *cache;
	int ret;

	ret = check_params(params, error);
	if (!ret && (params->flags & ~FLAGS_TO_ASK_FOR))
		ret = mctl_fail(error, -EINVAL, "cache %s: flags 0x%x, of which 0x%x are known",
				params->name, params->flags, FLAGS_TO_ASK_FOR);
	if (ret)
		return ERR_PTR(ret);

	mutex_lock(&arena->caches.lock);
	if (mctl_cache_find_name(arena, params->name)) {
		ret = mctl_fail(error, -EEXIST, "cache %s exists already", params->name);
		goto unlock;
	}
	ret = mctl_cache_next_id(arena);
	if (ret < 0) {
		mctl_fail(error, ret, "cache %s: no id for it beside %u others", params->name,
			  arena->caches.nr);
		goto unlock;
	}
	cache = mctl_cache_make(arena, params, ret, error);
	ret = PTR_ERR_OR_ZERO(cache);
	if (ret)
		goto unlock;
	refcount_inc(&cache->refs);
	mctl_arena_touch(arena);
	tell(cache, MEMCTL_EVENT_TYPE_CACHE_ADD);
unlock:
	mutex_unlock(&arena->caches.lock);
	return ret ? ERR_PTR(ret) : cache;
}

/* --- shrink, destroy --------------------------------------------------------------------- */

/**
 * mctl_cache_drain() - move the objects of all magazines to their slabs
 * @cache: the cache
 *
 * Includes the depot. Other users may fill magazines again at the same time.
 *
 * Context: Process context, sleeps.
 * Return: number of objects moved.
 */
u64 mctl_cache_drain(struct mctl_cache *cache)
{
	return mctl_magazine_drain_all(cache);
}

/**
 * mctl_cache_shrink() - free the empty slabs of a cache
 * @cache: the cache
 *
 * The magazines of all CPUs and the depot are emptied first.
 *
 * Context: May sleep.
 * Return: number of frames freed.
 */
unsigned int mctl_cache_shrink(struct mctl_cache *cache)
{
	unsigned int nr;

	mctl_magazine_drain_all(cache);
	nr = mctl_cache_release_all(cache, false);
	if (nr)
		mctl_arena_touch(cache->arena);
	return nr;
}

/**
 * mctl_cache_has_spare() - whether mctl_cache_shrink() would find something
 * @cache: the cache
 *
 * Context: Any context; the result may be outdated at once.
 * Return: whether there is a magazine or an empty slab.
 */
bool mctl_cache_has_spare(const struct mctl_cache *cache)
{
	/* data_race(): mctl_cache_shrink() reads the values again under the lock. */
	bool depot = data_race(cache->nr_full) || data_race(cache->nr_empty);
	/* data_race(): as above. */
	bool slabs = data_race(cache->nr_slabs[MCTL_LIST_EMPTY]);

	return depot || slabs || mctl_magazine_any(cache);
}

/* Views hold a reference for a short time, which is waited for. */
static bool is_held(struct mctl_cache *cache)
{
	for (int i = 0; refcount_read(&cache->refs) > 2; i++) {
		if (i == 20)
			return true;
		usleep_range(500, 1000);
	}
	return false;
}

/**
 * mctl_cache_destroy() - destroy a cache
 * @cache: the cache; the caller's reference, from mctl_cache_create() or
 *	   mctl_cache_find(), is dropped on success and kept on failure
 * @error: text of a refusal; may be NULL
 *
 * Context: May sleep.
 * Return: 0, -EPERM for the arena's own caches, or -EBUSY if objects are allocated
 * or there are other references.
 */
int mctl_cache_destroy(struct mctl_cache *cache, struct mctl_error *error)
{
	struct mctl_arena *arena = cache->arena;
	int ret = 0;

	mutex_lock(&arena->caches.lock);
	if (cache->id < MCTL_CACHE_ID_KMALLOC + MCTL_NR_KMALLOC) {
		ret = mctl_fail(error, -EPERM, "cache %s is the arena's own", cache->name);
		goto unlock;
	}
	mctl_magazine_drain_all(cache);
	if (READ_ONCE(cache->nr_inuse))
		ret = mctl_fail(error, -EBUSY, "cache %s: %llu object%s live", cache->name,
				cache->nr_inuse, cache->nr_inuse == 1 ? "" : "s");
	else if (is_held(cache))
		ret = mctl_fail(error, -EBUSY, "cache %s is held by somebody else", cache->name);
	if (ret)
		goto unlock;
	mctl_arena_touch(arena);
	tell(cache, MEMCTL_EVENT_TYPE_CACHE_DEL);
	mctl_cache_unmake(cache);
unlock:
	mutex_unlock(&arena->caches.lock);
	return ret;
}
