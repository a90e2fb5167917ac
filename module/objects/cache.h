/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Object caches: slabs (core/slab.h) in blocks of the arena, behind per-CPU
 * magazines and a depot (Bonwick & Adams 2001).
 *
 *   CPU 0              CPU 1              this CPU alone: preemption off
 *   loaded previous    loaded previous    and the door shut; no lock, no
 *        \   \            /   /           atomic operation, interrupts on
 *         depot: full and empty magazines cache->lock, once a magazine
 *         slabs: partial, empty, full     cache->lock, once a magazine
 *                      |
 *                frames (frames/fcache.h)
 *
 * Each CPU's part of a cache contains a pointer to itself, the door. Code that
 * works on the part takes the pointer and stores one to mctl_cache_nobody
 * instead, a part whose magazine is empty and full at once: the door is shut.
 * An interrupt that arrives meanwhile finds that part, can neither take nor put
 * an object there, and uses the slabs; no test for this is needed. An interrupt
 * between taking the pointer and storing the other one has returned before
 * anything of the part is read.
 *
 * In a cache whose objects have redzones or poison the door is always shut for
 * the inline functions here. magazine.c uses a second one (inner), and checks
 * every object that passes.
 *
 * The CPUs' parts of a cache are allocated when it is first used, in a context
 * that allows it. Until then, and always if it has no magazines, its parts are
 * mctl_cache_unmade.
 *
 * C1  An object is allocated, or in one magazine, or on the free list of its
 *     slab. In the last two cases its link word says so (core/slab.h).
 * C2  A slab is a block of MCTL_KIND_SLAB, and all of its frames have the
 *     cache's id as the tag, so that kfree() finds the cache of any object in
 *     one read. If the header is outside of the slab, the link of the first
 *     frame is the header's address.
 * C3  A slab is on the list that its counts require. The lengths of the lists
 *     and the number of objects in use are correct.
 * C4  Objects allocated - freed = objects in use - in magazines; lost objects
 *     are not in use.
 * C5  The depot's full magazines are full. A CPU's loaded magazine has no more
 *     objects than its capacity, and NULL below them.
 * C6  Every door is open, except those that are always shut.
 *
 * caches.c and cache.c create and destroy caches, cache_id.c has names and ids,
 * cache_alloc.c and magazine*.c the slow paths of what is inline here,
 * cache_slab.c slabs and lookups, cache_report.c messages, cache_check.c views
 * and the check.
 *
 * Lock order: arena->caches.lock, cache->lock. The locks of two caches are
 * never held together, nor is a zone's with one: frames, headers and magazines
 * are allocated before cache->lock is taken and freed after it.
 */
#ifndef MCTL_OBJECTS_CACHE_H
#define MCTL_OBJECTS_CACHE_H

#include <linux/gfp.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "core/report.h"
#include "core/slab.h"
#include "host/arena.h"
#include "host/debug_hooks.h"
#include "host/error.h"
#include "host/inject_site.h"

struct mctl_plant;

/* Ids of the caches that every arena has; other caches get higher ones. */
#define MCTL_CACHE_ID_HEADERS	1
#define MCTL_CACHE_ID_MAGAZINES 2
#define MCTL_CACHE_ID_KMALLOC	3
#define MCTL_NR_KMALLOC		13

/* Tag of a block of MCTL_KIND_SLAB that is not a slab but one large object of kmalloc. */
#define MCTL_TAG_LARGE 0

/*
 * More than the 63 objects of 64 bytes in a frame, so that one refill takes a
 * whole slab. With the link a magazine has 576 bytes; seven and a header fill a frame.
 */
#define MCTL_MAGAZINE_OBJECTS 71

/* Flags that only the slow path of an allocation serves. */
#define MCTL_GFP_SPECIAL (__GFP_ZERO | __GFP_DMA | __GFP_DMA32)

/**
 * struct mctl_magazine - free objects of a cache
 * @next: the next one in the depot; NULL in a CPU's magazine, where it marks the end
 * @object: the objects; their number is kept with the magazine's owner
 */
struct mctl_magazine {
	struct mctl_magazine *next;
	void *object[MCTL_MAGAZINE_OBJECTS];
};

/**
 * struct mctl_cache_cpu - a CPU's part of a cache
 * @self: the door: this struct, or mctl_cache_nobody while it is shut
 * @top: the last object of the loaded magazine, or its @next if it is empty;
 *	 that of mctl_cache_nothing if no magazine is loaded
 * @limit: value of @top when the magazine is full; mctl_cache_nothing if none is loaded
 * @base: first object of the slab that an object was last freed to, 1 for
 *	  none. Addresses that are a multiple of the stride from it are objects
 *	  of the cache; it is reset on every CPU before the slab is freed.
 * @nr_freed: objects freed to magazines, since the cache was created
 * @asked: bytes requested from kmalloc, of objects that came from magazines
 * @previous: the previous magazine; full, empty or NULL, in between only after a swap
 * @inner: the second door, of a cache whose objects are checked
 * @balance: objects that entered the magazines from slabs and the depot, minus
 *	     those that returned there; with @nr_freed and the magazines' content
 *	     it gives the number of objects allocated
 * @nr_previous: objects in @previous
 *
 * Accessed by its CPU, with preemption off.
 */
struct mctl_cache_cpu {
	struct mctl_cache_cpu *self;
	void **top;
	void **limit;
	unsigned long base;
	u64 nr_freed;
	u64 asked;
	struct mctl_magazine *previous;
	struct mctl_cache_cpu *inner;
	s64 balance;
	u32 nr_previous;
};

extern const struct mctl_magazine mctl_cache_nothing;
extern const struct mctl_cache_cpu mctl_cache_nobody;

#define MCTL_CACHE_NOBODY ((struct mctl_cache_cpu *)&mctl_cache_nobody)
DECLARE_PER_CPU(struct mctl_cache_cpu, mctl_cache_unmade);

/**
 * enum mctl_slab_list - the list that a slab is on
 * @MCTL_LIST_NONE: none: it is being created or freed
 * @MCTL_LIST_EMPTY: no object is in use
 * @MCTL_LIST_PARTIAL: some objects are in use
 * @MCTL_LIST_FULL: no object is free
 * @MCTL_NR_LISTS: number of lists
 */
enum mctl_slab_list {
	MCTL_LIST_NONE,
	MCTL_LIST_EMPTY,
	MCTL_LIST_PARTIAL,
	MCTL_LIST_FULL,
	MCTL_NR_LISTS,
};

/**
 * struct mctl_cache - an object cache
 * @cpu: each CPU's part; mctl_cache_unmade until they are allocated, once
 * @layout: of its slabs
 * @capacity: objects of a magazine; 0 if the cache has no magazines
 * @depot_limit: maximum number of full magazines in the depot
 * @empty_limit: maximum number of empty slabs
 * @nr_retired: slabs with a memory error, from which nothing is allocated; @lock to write
 * @id: number of the cache in its arena
 * @flags: enum memctl_cache_flag
 * @state: of a slab's first frame
 * @checked: objects have redzones or poison, and each is checked when it is allocated or freed
 * @arena: the arena that it belongs to
 * @name: of the cache
 * @lock: protects the fields below, except those that name another lock
 * @slabs: the lists, by enum mctl_slab_list; the first one is always empty
 * @nr_slabs: lengths of the lists
 * @full: full magazines, the depot
 * @empty: empty magazines, the depot
 * @nr_full: in @full
 * @nr_empty: in @empty
 * @colour: of the next slab; changed without @lock, any value is valid
 * @nr_inuse: objects allocated and in magazines
 * @nr_lost: damaged objects, which are never allocated again
 * @nr_alloc: objects allocated from slabs, since the cache was created
 * @nr_freed: objects freed to slabs, since the cache was created
 * @asked: bytes requested from kmalloc, of the @nr_alloc objects
 * @nr_failed: allocations refused, since the cache was created
 * @nr_lock: how often @lock was taken
 * @nr_moving: slabs that are being created or freed; atomic
 * @creator: address of the code in a module that created it; 0 for all others; constant
 * @list: entry of arena->caches.list; arena->caches.lock
 * @refs: 1 for the list, and one for each reference returned by a lookup
 * @hotplug: entry for the hotplug callback
 *
 * Hot fields first; those before @lock are constant, except @cpu and @nr_retired.
 */
struct mctl_cache {
	struct mctl_cache_cpu __percpu *cpu;
	struct mctl_slab_layout layout;
	u32 capacity;
	u32 depot_limit;
	u32 empty_limit;
	u32 nr_retired;
	u32 id;
	u32 flags;
	u8 state;
	bool checked;
	struct mctl_arena *arena;
	char name[MEMCTL_NAME_MAX + 1];

	raw_spinlock_t lock ____cacheline_aligned;
	struct list_head slabs[MCTL_NR_LISTS];
	u32 nr_slabs[MCTL_NR_LISTS];
	struct mctl_magazine *full;
	struct mctl_magazine *empty;
	u32 nr_full;
	u32 nr_empty;
	u32 colour;
	u64 nr_inuse;
	u64 nr_lost;
	u64 nr_alloc;
	u64 nr_freed;
	u64 asked;
	u64 nr_failed;
	u64 nr_lock;

	atomic_t nr_moving;
	u64 creator;
	struct list_head list;
	refcount_t refs;
	struct hlist_node hotplug;
};

/**
 * struct mctl_cache_params - properties of a new cache
 * @name: 1 to MEMCTL_NAME_MAX letters, digits, and characters of "_.:-"
 * @size: bytes, 1 to MEMCTL_MAX_OBJECT_SIZE
 * @align: 0 or a power of two up to PAGE_SIZE
 * @flags: enum memctl_cache_flag: REDZONE, POISON, HWALIGN; KMALLOC and CTOR
 *	   are set by the module alone
 * @ctor: called once for every object, when its slab is created; must not sleep
 * @creator: address of the code in a module that requests it; 0 for all others
 */
struct mctl_cache_params {
	const char *name;
	u32 size;
	u32 align;
	u32 flags;
	void (*ctor)(void *object);
	u64 creator;
};

struct mctl_cache *mctl_cache_create(struct mctl_arena *arena,
				     const struct mctl_cache_params *params,
				     struct mctl_error *error);
int mctl_cache_destroy(struct mctl_cache *cache, struct mctl_error *error);

struct mctl_cache *mctl_cache_find(struct mctl_arena *arena, const char *name);
struct mctl_cache *mctl_cache_find_id(struct mctl_arena *arena, u32 id);
void mctl_cache_retire(struct mctl_arena *arena, u32 fn);
struct mctl_cache *mctl_cache_peek(struct mctl_arena *arena, u32 id);
struct mctl_cache *mctl_cache_next(struct mctl_arena *arena, u32 *id);
void mctl_cache_drop(struct mctl_cache *cache);
u32 mctl_cache_id(const struct mctl_cache *cache);
struct mctl_arena *mctl_cache_arena(const struct mctl_cache *cache);

void *mctl_cache_alloc_slow(struct mctl_cache *cache, gfp_t gfp);
void *mctl_cache_alloc_asked_slow(struct mctl_cache *cache, u32 asked, gfp_t gfp);
void *mctl_cache_alloc_why_slow(struct mctl_cache *cache, u32 asked, gfp_t gfp, u32 *reason);
int mctl_cache_free_slow(struct mctl_cache *cache, void *object);
unsigned int mctl_cache_alloc_bulk(struct mctl_cache *cache, gfp_t gfp, unsigned int nr,
				   void **objects);
void mctl_cache_free_bulk(struct mctl_cache *cache, unsigned int nr, void **objects);
u64 mctl_cache_drain(struct mctl_cache *cache);
unsigned int mctl_cache_shrink(struct mctl_cache *cache);
bool mctl_cache_has_spare(const struct mctl_cache *cache);

/* The hot path. Each function has several exits, so that no condition is tested twice. */

/* Take this CPU's part and shut the door; preemption is off. */
static __always_inline struct mctl_cache_cpu *mctl_cache_shut(struct mctl_cache_cpu __percpu *cpu)
{
	struct mctl_cache_cpu *cc = __this_cpu_read(cpu->self);

	__this_cpu_write(cpu->self, MCTL_CACHE_NOBODY);
	barrier();
	return cc;
}

static __always_inline void mctl_cache_open(struct mctl_cache_cpu __percpu *cpu,
					    struct mctl_cache_cpu *cc)
{
	barrier();
	__this_cpu_write(cpu->self, cc);
}

/* The same, with preemption off in between. */
static __always_inline struct mctl_cache_cpu *mctl_cache_enter(struct mctl_cache_cpu __percpu *cpu)
{
	preempt_disable();
	return mctl_cache_shut(cpu);
}

static __always_inline void mctl_cache_leave(struct mctl_cache_cpu __percpu *cpu,
					     struct mctl_cache_cpu *cc)
{
	mctl_cache_open(cpu, cc);
	preempt_enable();
}

/*
 * Take an object from this CPU's magazine, or else by the slow path. @asked: bytes
 * requested from kmalloc. @reason: set to the reason of a failure; NULL, which is
 * a constant and costs nothing, if the caller does not need it.
 */
static __always_inline void *mctl_cache_alloc_asked(struct mctl_cache *cache, u32 asked, gfp_t gfp,
						    u32 *reason)
{
	struct mctl_cache_cpu __percpu *cpu;
	struct mctl_cache_cpu *cc;
	void *object;

	if (mctl_inject_debug()) {
		if (reason)
			*reason = MEMCTL_REASON_INJECTED;
		return NULL;
	}
	if (unlikely(gfp & MCTL_GFP_SPECIAL))
		goto slow;
	cpu = READ_ONCE(cache->cpu);
	cc = mctl_cache_enter(cpu);
	object = *cc->top;
	if (unlikely(!object))
		goto leave;
	/* The barrier has @top counted in place. */
	barrier();
	cc->top--;
	cc->asked += asked;
	mctl_slab_unmark(&cache->layout, object);
	mctl_cache_leave(cpu, cc);
	mctl_debug_object_alloc(&cache->layout, object, asked, gfp);
	return object;

leave:
	mctl_cache_leave(cpu, cc);
slow:
	if (reason)
		return mctl_cache_alloc_why_slow(cache, asked, gfp, reason);
	/* Arguments stay in the registers that they are in. */
	if (__builtin_constant_p(asked) && !asked)
		return mctl_cache_alloc_slow(cache, gfp);
	return mctl_cache_alloc_asked_slow(cache, asked, gfp);
}

/*
 * Put an object into this CPU's magazine if there is room, the object is of the
 * slab that was last freed to, and its mark says that it is allocated. The slab
 * is compared before the door is shut, because objects that are freed in random
 * order are mostly of another slab. The result stays valid: a slab is not freed
 * while one of its objects is allocated.
 * Return: false if the slow path is needed; nothing has changed then.
 */
static __always_inline bool mctl_cache_push(struct mctl_cache *cache, void *object)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	struct mctl_cache_cpu __percpu *cpu = READ_ONCE(cache->cpu);
	struct mctl_cache_cpu *cc;
	unsigned long offset;
	void **top;

	preempt_disable();
	offset = (unsigned long)object - __this_cpu_read(cpu->base);
	if (unlikely(mctl_slab_index(layout, offset) >= layout->objects))
		goto elsewhere;
	cc = mctl_cache_shut(cpu);
	top = cc->top;
	if (unlikely(top >= cc->limit))
		goto leave;
	if (unlikely(!mctl_slab_mark(layout, object)))
		goto leave;
	mctl_debug_object_free(layout, object);
	top[1] = object;
	barrier();
	cc->top++;
	cc->nr_freed++;
	mctl_cache_leave(cpu, cc);
	return true;

leave:
	mctl_cache_open(cpu, cc);
elsewhere:
	preempt_enable();
	return false;
}

/**
 * mctl_cache_alloc() - allocate an object
 * @cache: the cache
 * @gfp: __GFP_ZERO, GFP_DMA, GFP_DMA32, whether it may sleep, __GFP_MEMALLOC,
 *	 __GFP_THISNODE and __GFP_NOWARN have the meaning they have in Linux
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: the object, or NULL.
 */
static __always_inline void *mctl_cache_alloc(struct mctl_cache *cache, gfp_t gfp)
{
	return mctl_cache_alloc_asked(cache, 0, gfp, NULL);
}

/**
 * mctl_cache_alloc_why() - mctl_cache_alloc() for who has to say why there is no object
 * @cache: the cache
 * @gfp: as for mctl_cache_alloc()
 * @reason: enum memctl_reason on failure
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: the object, or NULL.
 */
static __always_inline void *mctl_cache_alloc_why(struct mctl_cache *cache, gfp_t gfp, u32 *reason)
{
	return mctl_cache_alloc_asked(cache, 0, gfp, reason);
}

/**
 * mctl_cache_free() - free an object
 * @cache: the cache it was allocated from
 * @object: the object; NULL is nothing to free
 *
 * An address that is not an allocated object of this cache is refused and
 * reported: by an event, a line in the kernel's log and arena->nr_bad_free;
 * nothing else changes. An object whose redzone was overwritten is reported in
 * the same way, and is lost: it is never allocated again.
 *
 * Context: Any context but NMI.
 * Return: 0 or -EINVAL.
 */
static __always_inline int mctl_cache_free(struct mctl_cache *cache, void *object)
{
	if (likely(mctl_cache_push(cache, object)))
		return 0;
	return mctl_cache_free_slow(cache, object);
}

/**
 * struct mctl_cache_info - the state of a cache
 * @name: of the cache
 * @id: of the cache, not 0
 * @size: bytes that a caller may use
 * @align: bytes
 * @flags: enum memctl_cache_flag
 * @stride: bytes from one object to the next
 * @slab_order: a slab is 2^order frames
 * @per_slab: objects in a slab
 * @nr_active: allocated objects
 * @nr_objects: objects in all slabs
 * @nr_magazine: free objects in magazines
 * @nr_full: slabs without a free object
 * @nr_partial: slabs with free and other objects
 * @nr_empty: slabs with free objects only
 * @magazine_size: capacity of a magazine; 0 for a cache without magazines
 * @nr_colours: different offsets of the first object
 * @nr_alloc: objects allocated, since the cache was created
 * @nr_freed: objects freed, since the cache was created
 * @nr_failed: allocations refused, since the cache was created
 * @nr_depot: how often the cache's lock was taken, since the cache was created
 * @waste: bytes of the slabs outside of objects: headers, slack, redzones,
 *	   rounding; for kmalloc also the bytes of objects in use beyond the size
 *	   requested, estimated from the average of all objects allocated so far
 */
struct mctl_cache_info {
	char name[MEMCTL_NAME_MAX + 1];
	u32 id, size, align, flags, stride, slab_order, per_slab;
	u64 nr_active, nr_objects, nr_magazine;
	u32 nr_full, nr_partial, nr_empty, magazine_size, nr_colours;
	u64 nr_alloc, nr_freed, nr_failed, nr_depot, waste;
};

void mctl_cache_info(struct mctl_cache *cache, struct mctl_cache_info *info);

/**
 * struct mctl_object_info - the object that contains an address
 * @cache: name of its cache; "kmalloc-large" for a block of kmalloc
 * @index: number of the object in its slab
 * @offset: bytes from the object's start
 * @inuse: objects of the slab that are allocated or in magazines
 * @objects: objects in the slab
 * @free: the object is not allocated
 * @creator: address of the code in a module that created the cache, or 0
 */
struct mctl_object_info {
	char cache[MEMCTL_NAME_MAX + 1];
	u32 index, offset, inuse, objects;
	bool free;
	u64 creator;
};

int mctl_cache_what(struct mctl_arena *arena, u32 head_fn, const void *address,
		    struct mctl_object_info *info);

void mctl_caches_check(struct mctl_arena *arena, struct mctl_report *report);

/* objects/cache_plant.c: plants damage for tests; see host/flip.h. */
int mctl_cache_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error);

#endif /* MCTL_OBJECTS_CACHE_H */
