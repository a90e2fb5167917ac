// SPDX-License-Identifier: GPL-2.0
/*
 * Magazines: refilling an empty one, emptying a full one, objects that have to
 * be checked, and draining.
 *
 * Magazines are objects of an internal cache of the arena, which has no
 * magazines itself. A CPU allocates one when it first uses a cache. Without
 * memory for it, objects are taken from and returned to the slabs.
 *
 * M1  cc->previous has no more objects than its capacity, and none if it is NULL.
 * M2  The number of empty magazines in the depot is correct.
 *
 * Pointers above cc->top, and in an empty magazine, are stale. The previous
 * magazine is full or empty, except after a swap, so that a whole magazine of
 * objects is allocated or freed before the depot is needed again.
 *
 * Preemption is off while a door is shut: only an interrupt on the same CPU can
 * find it shut. See cache.h for the rest.
 */
#include <linux/cpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "objects/cache_impl.h"

#define NOTHING ((void **)&mctl_cache_nothing)

DEFINE_PER_CPU(struct mctl_cache_cpu, mctl_cache_unmade);

/* --- the CPUs' parts --------------------------------------------------------------------- */

/**
 * mctl_magazine_init() - initialise mctl_cache_unmade
 *
 * The module loader does not relocate pointers in the initial values of per-CPU
 * variables.
 *
 * Context: Process context, before the first cache is created.
 */
void mctl_magazine_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(mctl_cache_unmade, cpu) = mctl_cache_nobody;
}

static size_t parts_bytes(void)
{
	return num_possible_cpus() * sizeof(struct mctl_cache_cpu);
}

/**
 * mctl_magazine_make() - allocate the CPUs' parts of a cache
 * @cache: the cache; nothing happens if it has no magazines, or already has the parts
 * @gfp: whether it may sleep
 *
 * Context: Process or softirq with interrupts on; on PREEMPT_RT, only if @gfp may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_magazine_make(struct mctl_cache *cache, gfp_t gfp)
{
	struct mctl_cache_cpu __percpu *parts;
	unsigned long flags;
	int cpu;

	if (!cache->capacity || mctl_magazine_is_made(cache))
		return 0;
	parts = alloc_percpu_gfp(struct mctl_cache_cpu, (gfp & GFP_KERNEL) | __GFP_NOWARN);
	if (!parts)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct mctl_cache_cpu *cc = per_cpu_ptr(parts, cpu);

		*cc = mctl_cache_nobody;
		*(cache->checked ? &cc->inner : &cc->self) = cc;
	}
	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	if (!mctl_magazine_is_made(cache)) {
		/* Pairs with the address dependency of readers of the pointer. */
		smp_store_release(&cache->cpu, parts);
		parts = NULL;
	}
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	if (parts)
		free_percpu(parts);
	else
		atomic64_add(parts_bytes(), &cache->arena->metadata);
	return 0;
}

/**
 * mctl_magazine_unmake() - free the CPUs' parts of a cache
 * @cache: the cache, which is not used any more; its magazines are empty
 *
 * Context: Process context.
 */
void mctl_magazine_unmake(struct mctl_cache *cache)
{
	if (!mctl_magazine_is_made(cache))
		return;
	free_percpu(cache->cpu);
	cache->cpu = &mctl_cache_unmade;
	atomic64_sub(parts_bytes(), &cache->arena->metadata);
}

static struct mctl_magazine *magazine_new(struct mctl_cache *cache)
{
	struct mctl_magazine *magazine;

	/* Preemption is off, whatever the caller's flags are. */
	magazine = mctl_cache_alloc(cache->arena->caches.magazines, GFP_NOWAIT | __GFP_NOWARN);
	/* Its stale pointers would hide leaked objects from kmemleak. */
	mctl_debug_object_ignore(magazine);
	return magazine;
}

static void magazine_delete(struct mctl_cache *cache, struct mctl_magazine *magazine)
{
	if (magazine)
		mctl_cache_free(cache->arena->caches.magazines, magazine);
}

/* --- one CPU, with its door shut --------------------------------------------------------- */

/* Return: this CPU's part, with the door shut and preemption off; NULL if it was shut already. */
static struct mctl_cache_cpu *enter(struct mctl_cache *cache)
{
	struct mctl_cache_cpu __percpu *cpu = READ_ONCE(cache->cpu);
	struct mctl_cache_cpu *cc;

	if (likely(!cache->checked)) {
		cc = mctl_cache_enter(cpu);
	} else {
		preempt_disable();
		cc = __this_cpu_read(cpu->inner);
		__this_cpu_write(cpu->inner, MCTL_CACHE_NOBODY);
		barrier();
	}
	if (likely(cc != MCTL_CACHE_NOBODY))
		return cc;
	preempt_enable();
	return NULL;
}

static void leave(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	barrier();
	WRITE_ONCE(*(cache->checked ? &cc->inner : &cc->self), cc);
	preempt_enable();
}

static void load(struct mctl_cache *cache, struct mctl_cache_cpu *cc,
		 struct mctl_magazine *magazine, u32 nr)
{
	if (magazine) {
		magazine->next = NULL;
		cc->top = (void **)magazine + nr;
		cc->limit = (void **)magazine + cache->capacity;
	} else {
		cc->top = NOTHING;
		cc->limit = NOTHING;
	}
}

/* The loaded magazine becomes the previous one, and @magazine with @nr objects is loaded. */
static void shift(struct mctl_cache *cache, struct mctl_cache_cpu *cc,
		  struct mctl_magazine *magazine, u32 nr)
{
	struct mctl_magazine *previous = mctl_magazine_loaded(cache, cc);

	cc->nr_previous = mctl_magazine_level(cache, cc);
	cc->previous = previous;
	load(cache, cc, magazine, nr);
}

/* Exchange the loaded and the previous magazine, which exists. */
static void swap_magazines(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	void **previous = (void **)cc->previous;
	u32 nr = cc->nr_previous;

	cc->previous = mctl_magazine_loaded(cache, cc);
	cc->nr_previous = mctl_magazine_level(cache, cc);
	cc->top = previous + nr;
	cc->limit = previous + cache->capacity;
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

/* Return: NULL, or the magazine, for the caller to delete, if the depot has enough. */
static struct mctl_magazine *push_empty(struct mctl_cache *cache, struct mctl_magazine *magazine)
{
	if (cache->nr_empty >= cache->depot_limit)
		return magazine;
	magazine->next = cache->empty;
	cache->empty = magazine;
	cache->nr_empty++;
	return NULL;
}

/* Load a full magazine from the depot; the loaded one is empty. */
static bool load_full(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	struct mctl_magazine *magazine, *surplus = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	magazine = pop_full(cache);
	if (magazine && mctl_magazine_loaded(cache, cc) && cc->previous)
		surplus = push_empty(cache, cc->previous);
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	if (!magazine)
		return false;
	shift(cache, cc, magazine, cache->capacity);
	cc->balance += cache->capacity;
	magazine_delete(cache, surplus);
	return true;
}

/* Fill the loaded magazine, which is empty, from the slabs. */
static bool load_from_slabs(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	unsigned long flags;
	struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);
	unsigned int nr;

	if (!mctl_magazine_loaded(cache, cc))
		load(cache, cc, magazine_new(cache), 0);
	if (!mctl_magazine_loaded(cache, cc))
		return false;
	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	nr = mctl_cache_take(cache, cc->top + 1, cache->capacity, true, &work);
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	cc->top += nr;
	cc->balance += nr;
	mctl_cache_finish(cache, &work);
	return nr;
}

/**
 * mctl_magazine_next() - load a magazine with objects, from this CPU or the depot
 * @cache: the cache
 * @cc: the CPU's part, its door shut; the loaded magazine is empty
 *
 * Context: Any context but NMI.
 * Return: true if there was one.
 */
bool mctl_magazine_next(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	if (cc->nr_previous) {
		swap_magazines(cache, cc);
		return true;
	}
	/* data_race(): load_full() reads the value again under the lock. */
	return data_race(cache->full) && load_full(cache, cc);
}

/* While faults are injected, or a slab has a memory error, magazines are not used. */
static bool stands_aside(const struct mctl_cache *cache)
{
	return mctl_inject_on(cache->arena, MEMCTL_INJECT_SITE_SLAB) ||
	       unlikely(READ_ONCE(cache->nr_retired));
}

/* Refill the loaded magazine, which is empty. Return: true if it has objects now. */
static bool refill(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	if (stands_aside(cache))
		return false;
	return mctl_magazine_next(cache, cc) || load_from_slabs(cache, cc);
}

/*
 * Both magazines are full: move the previous one to the depot or, if that has
 * enough, its objects to their slabs. Return: an empty magazine, or NULL.
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
	cc->balance -= cache->capacity;
	cc->previous = NULL;
	cc->nr_previous = 0;
	return magazine ?: magazine_new(cache);
}

/* Return: true if the loaded magazine has room now. */
static noinline bool trade(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	if (stands_aside(cache))
		return false;
	if (cc->previous)
		shift(cache, cc, trade_full(cache, cc), 0);
	else
		shift(cache, cc, magazine_new(cache), 0);
	return mctl_magazine_loaded(cache, cc);
}

/**
 * mctl_magazine_make_room() - load a magazine with room
 * @cache: the cache
 * @cc: the CPU's part, its door shut; the loaded magazine is full
 *
 * Takes no lock if the CPU's previous magazine has room.
 *
 * Context: Any context but NMI.
 * Return: true if there was one.
 */
bool mctl_magazine_make_room(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	if (!cc->previous || cc->nr_previous >= cache->capacity)
		return trade(cache, cc);
	swap_magazines(cache, cc);
	return true;
}

/* Check and prepare an object for its caller. Return: false if it is damaged, and lost. */
static bool open(struct mctl_cache *cache, struct mctl_cache_cpu *cc, void *object)
{
	enum mctl_slab_status status = MCTL_SLAB_LINK;

	if (!MCTL_SLAB_HARDENED || mctl_slab_code(&cache->layout, object) == MCTL_LINK_CACHED)
		status = mctl_slab_open(&cache->layout, object);
	if (likely(status == MCTL_SLAB_OK))
		return true;
	cc->balance--;
	mctl_cache_lose(cache, object, status);
	return false;
}

static void *pop(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	void *object = *cc->top--;

	if (cache->checked && !open(cache, cc, object))
		return NULL;
	mctl_slab_unmark(&cache->layout, object);
	return object;
}

/**
 * mctl_magazine_alloc() - take an object from this CPU's magazine, after refilling it
 * @cache: the cache
 * @asked: bytes requested from kmalloc
 *
 * Context: Any context but NMI.
 * Return: the object, or NULL if neither magazines nor slabs have one, or the door
 * is shut.
 */
void *mctl_magazine_alloc(struct mctl_cache *cache, u32 asked)
{
	struct mctl_cache_cpu *cc = enter(cache);
	void *object = NULL;

	if (!cc)
		return NULL;
	while (!object && (mctl_magazine_level(cache, cc) || refill(cache, cc)))
		object = pop(cache, cc);
	if (object)
		cc->asked += asked;
	leave(cache, cc);
	return object;
}

/* Mark and close an object if it is undamaged and allocated. Return: whether it is. */
static noinline bool close(struct mctl_cache *cache, const struct mctl_slab *slab, void *object)
{
	u32 index;

	if (mctl_slab_inspect(&cache->layout, slab, object, &index) != MCTL_SLAB_OK ||
	    !mctl_slab_mark(&cache->layout, object))
		return false;
	mctl_slab_close(&cache->layout, object);
	return true;
}

/**
 * mctl_magazine_mark() - mark an object of any slab as in a magazine
 * @cache: the cache
 * @cc: the CPU's part, its door shut; its base is set to the slab's
 * @object: any address
 *
 * Context: Any context but NMI.
 * Return: false if it is not an allocated object, or the slow path has to decide.
 */
bool mctl_magazine_mark(struct mctl_cache *cache, struct mctl_cache_cpu *cc, void *object)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	const struct mctl_slab *slab;

	slab = layout->outside ? mctl_cache_lookup(cache, object) :
				 mctl_cache_peek_slab(cache, object);
	if (unlikely(!slab))
		return false;
	if (unlikely(cache->checked))
		return close(cache, slab, object);
	if (unlikely(mctl_slab_index(layout, object - slab->first) >= layout->objects ||
		     !mctl_slab_mark(layout, object)))
		return false;
	WRITE_ONCE(cc->base, (unsigned long)slab->first);
	return true;
}

/**
 * mctl_magazine_free() - put an object into this CPU's magazine, after making room
 * @cache: the cache
 * @object: any address
 *
 * Context: Any context but NMI.
 * Return: true if it was put there.
 */
bool mctl_magazine_free(struct mctl_cache *cache, void *object)
{
	struct mctl_cache_cpu *cc = enter(cache);
	bool done = false;

	if (!cc)
		return false;
	if ((cc->top < cc->limit || mctl_magazine_make_room(cache, cc)) &&
	    mctl_magazine_mark(cache, cc, object)) {
		mctl_debug_object_free(&cache->layout, object);
		*++cc->top = object;
		cc->nr_freed++;
		done = true;
	}
	leave(cache, cc);
	return done;
}

/* --- drain ------------------------------------------------------------------------------- */

/*
 * Move the @nr objects of a magazine, or without one the depot's first magazine's,
 * to their slabs. Return: false if there was no magazine.
 */
static bool put_back(struct mctl_cache *cache, struct mctl_magazine *magazine, u32 nr, u64 *objects)
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
	*objects += nr;
	return magazine;
}

/* The CPU is this one with its door shut, or offline; preemption is off. Return: objects moved. */
static u64 drain_cpu(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	struct mctl_magazine *magazine = mctl_magazine_loaded(cache, cc);
	struct mctl_magazine *previous = cc->previous;
	u32 nr = mctl_magazine_level(cache, cc);
	u32 nr_previous = cc->nr_previous;
	u64 objects = 0;

	load(cache, cc, NULL, 0);
	cc->previous = NULL;
	cc->nr_previous = 0;
	cc->balance -= nr + nr_previous;
	if (magazine)
		put_back(cache, magazine, nr, &objects);
	if (previous)
		put_back(cache, previous, nr_previous, &objects);
	return objects;
}

/**
 * struct drain - a round of IPIs
 * @cache: the cache
 * @nr_busy: CPUs that the IPI interrupted while their door was shut
 * @nr_objects: objects that the CPUs moved to slabs
 */
struct drain {
	struct mctl_cache *cache;
	atomic_t nr_busy;
	atomic64_t nr_objects;
};

static bool cpu_has_magazines(const struct mctl_cache *cache, int cpu)
{
	struct mctl_cache_cpu *cc = per_cpu_ptr(cache->cpu, cpu);

	/* data_race(): a CPU that is just loading its first magazine need not be included. */
	return data_race(cc->limit) != NOTHING || data_race(cc->previous);
}

static bool has_magazines(int cpu, void *info)
{
	struct drain *drain = info;

	return cpu_has_magazines(drain->cache, cpu);
}

/**
 * mctl_magazine_any() - whether a CPU has magazines of a cache
 * @cache: the cache
 *
 * Context: Any context; the result may be outdated at once.
 * Return: true if one has.
 */
bool mctl_magazine_any(const struct mctl_cache *cache)
{
	int cpu;

	if (!mctl_magazine_is_made(cache))
		return false;
	for_each_online_cpu(cpu)
		if (cpu_has_magazines(cache, cpu))
			return true;
	return false;
}

static void drain_this_cpu(void *info)
{
	struct drain *drain = info;
	struct mctl_cache_cpu *cc = enter(drain->cache);

	if (!cc) {
		atomic_inc(&drain->nr_busy);
		return;
	}
	atomic64_add(drain_cpu(drain->cache, cc), &drain->nr_objects);
	leave(drain->cache, cc);
}

/* Move the depot's objects to their slabs. Return: objects moved. */
static u64 drain_depot(struct mctl_cache *cache)
{
	u64 objects = 0;

	while (put_back(cache, NULL, 0, &objects))
		;
	return objects;
}

/**
 * mctl_magazine_drain_all() - move the objects of all CPUs and the depot to their slabs
 * @cache: the cache
 *
 * A CPU whose door is shut when the IPI arrives is tried again, up to ten times;
 * after that its magazines are left as they are.
 *
 * Context: May sleep.
 * Return: number of objects moved.
 */
u64 mctl_magazine_drain_all(struct mctl_cache *cache)
{
	struct drain drain = { .cache = cache };

	if (!mctl_magazine_is_made(cache))
		return 0;
	for (int tries = 0; tries < 10; tries++) {
		atomic_set(&drain.nr_busy, 0);
		on_each_cpu_cond(has_magazines, drain_this_cpu, &drain, true);
		if (!atomic_read(&drain.nr_busy))
			break;
		cond_resched();
	}
	return atomic64_read(&drain.nr_objects) + drain_depot(cache);
}

/**
 * mctl_magazine_drain_cpu() - move the objects of an offline CPU to their slabs
 * @cache: the cache
 * @cpu: the CPU
 *
 * Context: The CPU is offline and stays offline.
 */
void mctl_magazine_drain_cpu(struct mctl_cache *cache, unsigned int cpu)
{
	if (!mctl_magazine_is_made(cache))
		return;
	preempt_disable();
	drain_cpu(cache, per_cpu_ptr(cache->cpu, cpu));
	preempt_enable();
}
