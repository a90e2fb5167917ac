// SPDX-License-Identifier: GPL-2.0
/*
 * Allocation and freeing of objects: the slow paths of the inline functions in
 * cache.h, and bulk requests.
 *
 * An allocation tries, in this order: this CPU's magazines, the depot, the
 * existing slabs, a new slab, and, if it may sleep, the other CPUs' magazines.
 * See cache.h for invariants and lock order.
 */
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include "objects/cache_impl.h"

static void count_failure(struct mctl_cache *cache)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	cache->nr_failed++;
	raw_spin_unlock_irqrestore(&cache->lock, flags);
}

/*
 * The cache works without its CPUs' parts, only slower; therefore a failure is
 * ignored, and the next call tries again. The lock of the host's per-CPU
 * allocator must not be taken in a hard interrupt, nor in atomic context on
 * PREEMPT_RT.
 */
static void make_parts(struct mctl_cache *cache, gfp_t gfp)
{
	if (gfpflags_allow_blocking(gfp) ||
	    (!IS_ENABLED(CONFIG_PREEMPT_RT) && !in_hardirq() && !irqs_disabled()))
		mctl_magazine_make(cache, gfp);
}

/* From the slabs, or a new one, or what the CPUs' magazines give back. */
static void *alloc_or_grow(struct mctl_cache *cache, gfp_t gfp, u32 asked, u32 *reason)
{
	bool may_sleep = gfpflags_allow_blocking(gfp);
	unsigned int type = mctl_cache_gfp_type(gfp);
	void *object;

	object = mctl_cache_alloc_locked(cache, type, asked);
	if (!object)
		object = mctl_cache_grow(cache, gfp, !may_sleep, asked, reason);
	if (object || !may_sleep)
		return object;
	mctl_magazine_drain_all(cache);
	object = mctl_cache_alloc_locked(cache, type, asked);
	if (!object)
		object = mctl_cache_grow(cache, gfp, true, asked, reason);
	return object;
}

/**
 * mctl_cache_alloc_why_slow() - allocate an object if the loaded magazine has none
 * @cache: the cache
 * @asked: bytes requested from kmalloc; 0 for other caches
 * @gfp: as for mctl_cache_alloc()
 * @reason: enum memctl_reason on failure; may be NULL
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: the object, or NULL.
 */
noinline void *mctl_cache_alloc_why_slow(struct mctl_cache *cache, u32 asked, gfp_t gfp,
					 u32 *reason)
{
	void *object = NULL;

	if (mctl_inject(cache->arena, MEMCTL_INJECT_SITE_SLAB, 0, cache->name)) {
		count_failure(cache);
		if (reason)
			*reason = MEMCTL_REASON_INJECTED;
		return NULL;
	}
	if (unlikely(!mctl_magazine_is_made(cache)))
		make_parts(cache, gfp);
	if (likely(!(gfp & (__GFP_DMA | __GFP_DMA32))))
		object = mctl_magazine_alloc(cache, asked);
	if (!object)
		object = alloc_or_grow(cache, gfp, asked, reason);
	if (!object) {
		count_failure(cache);
		return NULL;
	}
	mctl_debug_object_open(&cache->layout, object);
	if (gfp & __GFP_ZERO)
		memset(object, 0, cache->layout.size);
	mctl_debug_object_alloc(&cache->layout, object, asked, gfp);
	return object;
}

/**
 * mctl_cache_alloc_asked_slow() - the same, without the reason of a failure
 * @cache: the cache
 * @asked: bytes requested from kmalloc; 0 for other caches
 * @gfp: as for mctl_cache_alloc()
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: the object, or NULL.
 */
noinline void *mctl_cache_alloc_asked_slow(struct mctl_cache *cache, u32 asked, gfp_t gfp)
{
	return mctl_cache_alloc_why_slow(cache, asked, gfp, NULL);
}

/**
 * mctl_cache_alloc_slow() - the same, for caches other than kmalloc's
 * @cache: the cache
 * @gfp: as for mctl_cache_alloc()
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: the object, or NULL.
 */
noinline void *mctl_cache_alloc_slow(struct mctl_cache *cache, gfp_t gfp)
{
	return mctl_cache_alloc_why_slow(cache, 0, gfp, NULL);
}

/**
 * mctl_cache_free_rest() - free an object, or refuse an address, by the complete path
 * @cache: the cache
 * @object: any address; NULL is ignored
 *
 * Context: Any context but NMI.
 * Return: 0 or -EINVAL, as for mctl_cache_free().
 */
noinline int mctl_cache_free_rest(struct mctl_cache *cache, void *object)
{
	if (!object || mctl_magazine_free(cache, object))
		return 0;
	return mctl_cache_free_locked(cache, object);
}

/**
 * mctl_cache_free_slow() - free an object that mctl_cache_push() did not take
 * @cache: the cache
 * @object: any address; NULL is ignored
 *
 * Mostly the object is of another slab than the last one, and the magazine has
 * room; this case calls no other function.
 *
 * Context: Any context but NMI.
 * Return: 0 or -EINVAL, as for mctl_cache_free().
 */
noinline int mctl_cache_free_slow(struct mctl_cache *cache, void *object)
{
	bool done;
	u32 fn;

	preempt_disable();
	fn = mctl_arena_address_to_fn(cache->arena, object);
	done = likely(fn != MCTL_FN_NONE) && mctl_cache_push_at(cache, fn, object);
	preempt_enable();
	return likely(done) ? 0 : mctl_cache_free_rest(cache, object);
}

static unsigned int take_bulk(struct mctl_cache *cache, gfp_t gfp, unsigned int nr, void **objects)
{
	unsigned int taken;
	unsigned long flags;
	struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	taken = mctl_cache_take(cache, objects, min_t(unsigned int, nr, MCTL_CACHE_BATCH), false,
				&work);
	cache->nr_alloc += taken;
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_finish(cache, &work);
	mctl_debug_objects_alloc(&cache->layout, objects, taken, gfp);
	return taken;
}

/* The objects that the magazines did not have, and what flags require; @done exist already. */
static noinline unsigned int alloc_rest(struct mctl_cache *cache, gfp_t gfp, unsigned int nr,
					void **objects, unsigned int done)
{
	/* No zone is required, and no object needs a check of its own. */
	bool any = !(gfp & (__GFP_DMA | __GFP_DMA32)) && !cache->checked &&
		   !mctl_inject_on(cache->arena, MEMCTL_INJECT_SITE_SLAB);

	while (done < nr) {
		unsigned int taken = any ? take_bulk(cache, gfp, nr - done, objects + done) : 0;

		if (!taken) {
			objects[done] = mctl_cache_alloc_slow(cache, gfp & ~__GFP_ZERO);
			if (!objects[done])
				goto free_objects;
			taken = 1;
		}
		done += taken;
	}
	if (gfp & __GFP_ZERO)
		for (unsigned int i = 0; i < nr; i++)
			memset(objects[i], 0, cache->layout.size);
	return nr;

free_objects:
	mctl_cache_free_bulk(cache, done, objects);
	return 0;
}

/**
 * mctl_cache_alloc_bulk() - allocate several objects
 * @cache: the cache
 * @gfp: as for mctl_cache_alloc()
 * @nr: number of objects
 * @objects: array for the objects
 *
 * Context: Any context but NMI; may sleep if @gfp allows it.
 * Return: @nr, or 0 if there is no memory for all of them; none is allocated then.
 */
unsigned int mctl_cache_alloc_bulk(struct mctl_cache *cache, gfp_t gfp, unsigned int nr,
				   void **objects)
{
	unsigned int done = 0;

	if (mctl_inject_debug())
		return 0;
	if (likely(!(gfp & (__GFP_DMA | __GFP_DMA32))))
		done = mctl_magazine_alloc_bulk(cache, nr, objects);
	mctl_debug_objects_alloc(&cache->layout, objects, done, gfp);
	if (likely(done == nr && !(gfp & __GFP_ZERO)))
		return nr;
	return alloc_rest(cache, gfp, nr, objects, done);
}

/**
 * mctl_cache_free_bulk() - free several objects
 * @cache: the cache
 * @nr: number of objects
 * @objects: the objects; invalid ones are refused as by mctl_cache_free()
 *
 * Context: Any context but NMI.
 */
void mctl_cache_free_bulk(struct mctl_cache *cache, unsigned int nr, void **objects)
{
	unsigned int done = 0;

	while (done < nr) {
		unsigned int pushed = mctl_magazine_free_bulk(cache, nr - done, objects + done);

		done += pushed;
		if (!pushed)
			mctl_cache_free_slow(cache, objects[done++]);
	}
}
