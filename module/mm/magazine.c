// SPDX-License-Identifier: GPL-2.0
/*
 * Magazines: what happens when a CPU's magazine is empty or full, and taking
 * the magazines back.
 *
 * Magazines are objects of an internal cache of the arena that has none
 * itself, taken when a CPU first uses a cache. When there is no memory for
 * one, objects go to and come from the slabs.
 *
 * M1  cc->capacity is 0 without a loaded magazine, else the cache's.
 * M2  cc->nr <= cc->capacity; the objects above it are stale.
 *
 * Who sets cc->busy runs with preemption off until it is cleared: only an
 * interrupt on the same CPU can find it set. See cache.h for the rest.
 */
#include <linux/cpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "mm/cache_impl.h"

/* Empty magazines that wait in the depot for the next full one. */
#define EMPTY_LIMIT 4

static struct mctl_magazine *magazine_new(struct mctl_cache *cache)
{
	/* Preemption is off, whatever the caller's flags. */
	return mctl_cache_alloc(cache->arena->caches.magazines, GFP_NOWAIT | __GFP_NOWARN);
}

static void magazine_delete(struct mctl_cache *cache, struct mctl_magazine *magazine)
{
	if (magazine)
		mctl_cache_free(cache->arena->caches.magazines, magazine);
}

/* --- one CPU; preemption is off and cc->busy set ----------------------------------------- */

static bool enter(struct mctl_cache *cache, struct mctl_cache_cpu **cc)
{
	preempt_disable();
	*cc = this_cpu_ptr(cache->cpu);
	if (!cache->capacity || (*cc)->busy) {
		preempt_enable();
		return false;
	}
	WRITE_ONCE((*cc)->busy, true);
	barrier();
	return true;
}

static void leave(struct mctl_cache_cpu *cc)
{
	barrier();
	WRITE_ONCE(cc->busy, false);
	preempt_enable();
}

static void load(struct mctl_cache *cache, struct mctl_cache_cpu *cc,
		 struct mctl_magazine *magazine, u32 nr)
{
	cc->loaded = magazine;
	cc->nr = nr;
	cc->capacity = magazine ? cache->capacity : 0;
}

/* The loaded magazine becomes the previous one, and @magazine with @nr objects the loaded one. */
static void shift(struct mctl_cache *cache, struct mctl_cache_cpu *cc,
		  struct mctl_magazine *magazine, u32 nr)
{
	cc->previous = cc->loaded;
	cc->nr_previous = cc->nr;
	load(cache, cc, magazine, nr);
}

static struct mctl_magazine *pop_full(struct mctl_cache *cache)
{
	struct mctl_magazine *magazine = cache->full;

	if (magazine) {
		cache->full = magazine->next;
		cache->nr_full--;
	}
	return magazine;
}

static struct mctl_magazine *pop_empty(struct mctl_cache *cache)
{
	struct mctl_magazine *magazine = cache->empty;

	if (magazine) {
		cache->empty = magazine->next;
		cache->nr_empty--;
	}
	return magazine;
}

static void push_full(struct mctl_cache *cache, struct mctl_magazine *magazine)
{
	magazine->next = cache->full;
	cache->full = magazine;
	cache->nr_full++;
}

/* Return: the magazine when the depot has enough of them, for the caller to delete. */
static struct mctl_magazine *push_empty(struct mctl_cache *cache, struct mctl_magazine *magazine)
{
	if (cache->nr_empty >= EMPTY_LIMIT)
		return magazine;
	magazine->next = cache->empty;
	cache->empty = magazine;
	cache->nr_empty++;
	return NULL;
}

/* Load a full magazine of the depot in place of the empty one. */
static bool load_full(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	struct mctl_magazine *magazine, *surplus = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	magazine = pop_full(cache);
	if (magazine && cc->loaded && cc->previous)
		surplus = push_empty(cache, cc->previous);
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	if (!magazine)
		return false;
	shift(cache, cc, magazine, cache->capacity);
	magazine_delete(cache, surplus);
	return true;
}

/* Fill the loaded magazine, which is empty, from the slabs. */
static bool load_from_slabs(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	unsigned long flags;
	struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);

	if (!cc->loaded)
		load(cache, cc, magazine_new(cache), 0);
	if (!cc->loaded)
		return false;
	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	cc->nr = mctl_cache_take(cache, cc->loaded->object, cc->capacity, true, &work);
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_finish(cache, &work);
	return cc->nr;
}

/* The loaded magazine is empty. Return: whether it has objects now. */
static bool refill(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	if (cc->nr_previous) {
		shift(cache, cc, cc->previous, cc->nr_previous);
		return true;
	}
	/* data_race(): a look ahead of the lock; load_full() looks again under it. */
	return (data_race(cache->full) && load_full(cache, cc)) || load_from_slabs(cache, cc);
}

/*
 * Both magazines are full: the previous one goes to the depot, or, when that
 * has enough, its objects to their slabs. Return: an empty one, or NULL.
 */
static struct mctl_magazine *trade_full(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	struct mctl_magazine *magazine = cc->previous;
	unsigned long flags;
	struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	if (cache->nr_full < cache->depot_limit) {
		push_full(cache, magazine);
		magazine = pop_empty(cache);
	} else {
		mctl_cache_put_back(cache, magazine->object, cache->capacity, &work);
	}
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_finish(cache, &work);
	cc->previous = NULL;
	cc->nr_previous = 0;
	return magazine ?: magazine_new(cache);
}

/* Return: whether the loaded magazine has room now. */
static bool make_room(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	if (cc->previous && cc->nr_previous < cache->capacity)
		shift(cache, cc, cc->previous, cc->nr_previous);
	else if (cc->previous)
		shift(cache, cc, trade_full(cache, cc), 0);
	else
		shift(cache, cc, magazine_new(cache), 0);
	return cc->loaded;
}

static void *pop(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	void *object = cc->loaded->object[--cc->nr];

	*mctl_slab_link(&cache->layout, object) = 0;
	return object;
}

/**
 * mctl_magazine_alloc() - take an object from this CPU, filling its magazine
 * @cache: the cache
 * @asked: bytes that the caller of kmalloc wanted
 *
 * Context: Any but NMI.
 * Return: the object, or NULL when neither magazines nor slabs have one, or
 * the CPU is busy with the cache.
 */
void *mctl_magazine_alloc(struct mctl_cache *cache, u32 asked)
{
	struct mctl_cache_cpu *cc;
	void *object = NULL;

	if (!enter(cache, &cc))
		return NULL;
	if (cc->nr || refill(cache, cc)) {
		object = pop(cache, cc);
		cc->nr_alloc++;
		cc->asked += asked;
	}
	leave(cc);
	return object;
}

/*
 * As mctl_cache_mark(), for an object of any slab of the cache; that becomes
 * the one that was last freed to.
 */
static bool mark(struct mctl_cache *cache, struct mctl_cache_cpu *cc, void *object)
{
	const struct mctl_slab *slab = mctl_cache_lookup(cache, object);
	unsigned long base = slab ? (unsigned long)slab->first : 1;

	if (!slab || !mctl_cache_mark(&cache->layout, base, object))
		return false;
	WRITE_ONCE(cc->base, base);
	return true;
}

/**
 * mctl_magazine_free() - put an object into this CPU's magazine, making room
 * @cache: the cache
 * @object: any address
 *
 * Context: Any but NMI.
 * Return: whether that was done.
 */
bool mctl_magazine_free(struct mctl_cache *cache, void *object)
{
	struct mctl_cache_cpu *cc;
	bool done = false;

	if (!enter(cache, &cc))
		return false;
	if ((cc->nr < cc->capacity || make_room(cache, cc)) && mark(cache, cc, object)) {
		cc->loaded->object[cc->nr++] = object;
		cc->nr_freed++;
		done = true;
	}
	leave(cc);
	return done;
}

/**
 * mctl_magazine_alloc_bulk() - take objects from this CPU and the depot
 * @cache: the cache
 * @nr: how many at most
 * @objects: where to
 *
 * Context: Any but NMI.
 * Return: how many there were.
 */
unsigned int mctl_magazine_alloc_bulk(struct mctl_cache *cache, unsigned int nr, void **objects)
{
	struct mctl_cache_cpu *cc;
	unsigned int done = 0;

	if (!enter(cache, &cc))
		return 0;
	for (;;) {
		unsigned int take = min(cc->nr, nr - done);
		void **from;

		cc->nr -= take;
		from = cc->loaded ? cc->loaded->object + cc->nr : NULL;
		for (unsigned int i = 0; i < take; i++) {
			*mctl_slab_link(&cache->layout, from[i]) = 0;
			objects[done + i] = from[i];
		}
		done += take;
		if (done == nr)
			break;
		if (cc->nr_previous)
			shift(cache, cc, cc->previous, cc->nr_previous);
		/* data_race(): a look ahead of the lock; load_full() looks again under it. */
		else if (!data_race(cache->full) || !load_full(cache, cc))
			break;
	}
	cc->nr_alloc += done;
	leave(cc);
	return done;
}

/**
 * mctl_magazine_free_bulk() - put objects into this CPU's magazine
 * @cache: the cache
 * @nr: how many at most
 * @objects: any addresses
 *
 * Stops when the magazine is full, and at one that is not simply put aside.
 *
 * Context: Any but NMI.
 * Return: how many were put.
 */
unsigned int mctl_magazine_free_bulk(struct mctl_cache *cache, unsigned int nr, void **objects)
{
	/* A copy that stores to the objects cannot touch. */
	const struct mctl_slab_layout layout = cache->layout;
	struct mctl_cache_cpu *cc;
	unsigned int done = 0;
	void **to;

	if (!enter(cache, &cc))
		return 0;
	if (cc->nr < cc->capacity || make_room(cache, cc)) {
		nr = min(nr, cc->capacity - cc->nr);
		to = cc->loaded->object + cc->nr;
		for (; done < nr; done++) {
			void *object = objects[done];

			if (unlikely(!mctl_cache_mark(&layout, cc->base, object)) &&
			    !mark(cache, cc, object))
				break;
			to[done] = object;
		}
		cc->nr += done;
		cc->nr_freed += done;
	}
	leave(cc);
	return done;
}

/* --- taking magazines back --------------------------------------------------------------- */

/* One magazine, or the depot's first if there is none. Return: whether there was one. */
static bool put_back(struct mctl_cache *cache, struct mctl_magazine *magazine, u32 nr)
{
	unsigned long flags;
	struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	if (!magazine) {
		magazine = pop_full(cache);
		nr = magazine ? cache->capacity : 0;
	}
	if (!magazine)
		magazine = pop_empty(cache);
	if (nr)
		mctl_cache_put_back(cache, magazine->object, nr, &work);
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_finish(cache, &work);
	magazine_delete(cache, magazine);
	return magazine;
}

/* The CPU is this one, or gone; preemption is off. */
static void drain_cpu(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	struct mctl_magazine *loaded = cc->loaded;
	struct mctl_magazine *previous = cc->previous;
	u32 nr = cc->nr;
	u32 nr_previous = cc->nr_previous;

	load(cache, cc, NULL, 0);
	cc->previous = NULL;
	cc->nr_previous = 0;
	if (loaded)
		put_back(cache, loaded, nr);
	if (previous)
		put_back(cache, previous, nr_previous);
}

/**
 * struct drain - a round of IPIs
 * @cache: whose magazines
 * @nr_busy: CPUs that were interrupted while they were at them
 */
struct drain {
	struct mctl_cache *cache;
	atomic_t nr_busy;
};

static bool has_magazines(int cpu, void *info)
{
	struct drain *drain = info;
	struct mctl_cache_cpu *cc = per_cpu_ptr(drain->cache->cpu, cpu);

	/* data_race(): a CPU that is just getting its first magazine need not be asked. */
	return data_race(cc->loaded) || data_race(cc->previous);
}

static void drain_this_cpu(void *info)
{
	struct drain *drain = info;
	struct mctl_cache_cpu *cc = this_cpu_ptr(drain->cache->cpu);

	if (cc->busy)
		atomic_inc(&drain->nr_busy);
	else
		drain_cpu(drain->cache, cc);
}

/**
 * mctl_magazine_drain() - put what all CPUs hold back into the slabs
 * @cache: the cache
 *
 * A CPU that is at its magazines when the IPI comes is asked again, a few
 * times; what it holds after that is left with it.
 *
 * Context: May sleep.
 */
void mctl_magazine_drain(struct mctl_cache *cache)
{
	struct drain drain = { .cache = cache };

	if (!cache->capacity)
		return;
	for (int tries = 0; tries < 10; tries++) {
		atomic_set(&drain.nr_busy, 0);
		on_each_cpu_cond(has_magazines, drain_this_cpu, &drain, true);
		if (!atomic_read(&drain.nr_busy))
			break;
		cond_resched();
	}
}

/**
 * mctl_magazine_drain_cpu() - put what a dead CPU holds back into the slabs
 * @cache: the cache
 * @cpu: the CPU
 *
 * Context: The CPU is offline, and stays so.
 */
void mctl_magazine_drain_cpu(struct mctl_cache *cache, unsigned int cpu)
{
	preempt_disable();
	drain_cpu(cache, per_cpu_ptr(cache->cpu, cpu));
	preempt_enable();
}

/**
 * mctl_magazine_drain_depot() - put what the depot holds back into the slabs
 * @cache: the cache
 *
 * Context: Any but NMI.
 */
void mctl_magazine_drain_depot(struct mctl_cache *cache)
{
	while (put_back(cache, NULL, 0))
		;
}
