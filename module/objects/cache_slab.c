// SPDX-License-Identifier: GPL-2.0
/*
 * The slabs of an object cache: creating, freeing and finding them, and all
 * operations on them under cache->lock. See cache.h for invariants and lock
 * order.
 *
 * A slab may be freed whenever none of its objects is allocated and cache->lock
 * is not held. A caller that frees an object twice may therefore refer to a slab
 * that is being freed. Its memory still belongs to the arena and its cookie is
 * already cleared, so that the free is refused.
 */
#include "frames/frame.h"
#include "objects/cache_impl.h"

/* --- requests ---------------------------------------------------------------------------- */

/**
 * mctl_cache_gfp_type() - the highest zone type that a request may use
 * @gfp: flags of the request
 *
 * Return: enum memctl_zone_type.
 */
unsigned int mctl_cache_gfp_type(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return MEMCTL_ZONE_TYPE_DMA;
	if (gfp & __GFP_DMA32)
		return MEMCTL_ZONE_TYPE_DMA32;
	return MEMCTL_ZONE_TYPE_NORMAL;
}

/**
 * mctl_cache_gfp_flags() - convert gfp flags to those of a request for frames
 * @gfp: flags of the request
 *
 * Return: MCTL_REQUEST_*, without MCTL_REQUEST_ZERO.
 */
u32 mctl_cache_gfp_flags(gfp_t gfp)
{
	u32 flags = 0;

	if (gfp & __GFP_THISNODE)
		flags |= MCTL_REQUEST_THISNODE;
	if ((gfp & __GFP_MEMALLOC) && !(gfp & __GFP_NOMEMALLOC))
		flags |= MCTL_REQUEST_MEMALLOC;
	if (!gfpflags_allow_blocking(gfp))
		flags |= MCTL_REQUEST_NOWAIT;
	if (gfp & __GFP_NOWARN)
		flags |= MCTL_REQUEST_NOFAILEVENT;
	return flags;
}

/* --- from an address to its slab --------------------------------------------------------- */

static void set_header(struct mctl_cache *cache, u32 fn, struct mctl_slab *slab)
{
	struct mctl_link *link = &cache->arena->table.link[fn];

	link->next = lower_32_bits((unsigned long)slab);
	link->prev = upper_32_bits((unsigned long)slab);
}

/* The header of the slab at @fn, a slab of this cache; NULL if the pointer to it is damaged. */
static struct mctl_slab *header_of(struct mctl_cache *cache, u32 fn, void *memory)
{
	struct mctl_arena *arena = cache->arena;
	const struct mctl_link *link;
	struct mctl_slab *slab;
	u32 header_fn;

	if (!cache->layout.outside)
		return memory;
	link = &arena->table.link[fn];
	slab = (struct mctl_slab *)((u64)link->prev << 32 | link->next);
	header_fn = mctl_arena_address_to_fn(arena, slab);
	if (header_fn == MCTL_FN_NONE || !IS_ALIGNED((unsigned long)slab, sizeof(u64)) ||
	    arena->table.state[header_fn] != arena->caches.slab_headers->state ||
	    arena->table.tag[header_fn] != MCTL_CACHE_ID_HEADERS)
		return NULL;
	return slab;
}

/**
 * mctl_cache_lookup() - find the slab of a cache that contains an address
 * @cache: the cache
 * @address: any value
 *
 * Only memory of the arena is read.
 *
 * Context: Preemption off. The slab exists while an object of it is allocated or
 * cache->lock is held.
 * Return: its header, or NULL if the address is in no slab of the cache.
 */
struct mctl_slab *mctl_cache_lookup(struct mctl_cache *cache, const void *address)
{
	const struct mctl_table *table = &cache->arena->table;
	void *memory = (void *)mctl_slab_base(&cache->layout, address);
	u32 fn = mctl_arena_address_to_fn(cache->arena, memory);
	struct mctl_slab *slab;

	if (fn == MCTL_FN_NONE || table->state[fn] != cache->state || table->tag[fn] != cache->id)
		return NULL;
	slab = header_of(cache, fn, memory);
	if (!slab || !mctl_slab_is_of(&cache->layout, slab, memory))
		return NULL;
	return slab;
}

/* --- lists and counts; cache->lock is held ----------------------------------------------- */

static void note_damage(struct mctl_cache_work *work, const struct mctl_slab *slab,
			enum mctl_slab_status status)
{
	work->status = status;
	work->fn = slab->fn;
}

/* The header of the slab of an object from a magazine is damaged: the object is lost. */
static void note_header(struct mctl_cache_work *work, struct mctl_cache *cache, const void *object)
{
	work->status = MCTL_SLAB_HEADER;
	work->fn = mctl_arena_address_to_fn(cache->arena,
					    (void *)mctl_slab_base(&cache->layout, object));
}

static void move_slab(struct mctl_cache *cache, struct mctl_slab *slab, enum mctl_slab_list where)
{
	if (slab->where != MCTL_LIST_NONE) {
		list_del(&slab->list);
		cache->nr_slabs[slab->where]--;
	}
	/* Slabs that were full come last, so that they may become emptier before they are used. */
	if (slab->where == MCTL_LIST_FULL)
		list_add_tail(&slab->list, &cache->slabs[where]);
	else
		list_add(&slab->list, &cache->slabs[where]);
	slab->where = where;
	if (where != MCTL_LIST_NONE)
		cache->nr_slabs[where]++;
}

/* Free a slab without objects in use, unless the mark of an object contradicts. */
static void release(struct mctl_cache *cache, struct mctl_slab *slab, struct mctl_cache_work *work)
{
	if (unlikely(!mctl_slab_is_unused(&cache->layout, slab))) {
		note_damage(work, slab, MCTL_SLAB_LINK);
		move_slab(cache, slab, MCTL_LIST_FULL);
		return;
	}
	cache->nr_slabs[slab->where]--;
	slab->where = MCTL_LIST_NONE;
	if (unlikely(slab->retired))
		WRITE_ONCE(cache->nr_retired, cache->nr_retired - 1);
	atomic_inc(&cache->nr_moving);
	mctl_slab_fini(slab);
	list_move(&slab->list, &work->release);
}

/* C3: put a slab on its list after a change; @inuse and @lost are its counts before the change. */
static void place(struct mctl_cache *cache, struct mctl_slab *slab, u16 inuse, u16 lost,
		  struct mctl_cache_work *work)
{
	enum mctl_slab_list where;

	cache->nr_inuse += (s64)slab->inuse - inuse;
	cache->nr_lost += (s64)slab->lost - lost;
	where = mctl_cache_list_for(cache, slab);
	if (where == slab->where)
		return;
	move_slab(cache, slab, where);
	if (where == MCTL_LIST_EMPTY &&
	    (cache->nr_slabs[where] > cache->empty_limit || unlikely(slab->retired)))
		release(cache, slab, work);
}

static unsigned int take_from(struct mctl_cache *cache, struct mctl_slab *slab, void **objects,
			      unsigned int nr, bool cached, struct mctl_cache_work *work)
{
	enum mctl_slab_status status = MCTL_SLAB_OK;
	u16 inuse = slab->inuse;
	u16 lost = slab->lost;
	unsigned int taken;

	if (cache->checked && !cached) {
		objects[0] = mctl_slab_alloc(&cache->layout, slab, &status);
		taken = objects[0] ? 1 : 0;
	} else {
		taken = mctl_slab_alloc_batch(&cache->layout, slab, objects, nr, cached, &status);
	}
	if (unlikely(status != MCTL_SLAB_OK))
		note_damage(work, slab, status);
	place(cache, slab, inuse, lost, work);
	return taken;
}

/**
 * mctl_cache_take() - take objects from slabs
 * @cache: the cache
 * @objects: array for the objects
 * @nr: maximum number, up to MCTL_CACHE_BATCH
 * @cached: mark them as in a magazine rather than allocated
 * @work: for mctl_cache_finish()
 *
 * Context: cache->lock is held.
 * Return: number of objects taken.
 */
unsigned int mctl_cache_take(struct mctl_cache *cache, void **objects, unsigned int nr, bool cached,
			     struct mctl_cache_work *work)
{
	unsigned int taken = 0;

	/* Each round takes objects, finds damage and loses objects, or finds the lists empty. */
	while (taken < nr) {
		struct mctl_slab *slab;

		slab = list_first_entry_or_null(&cache->slabs[MCTL_LIST_PARTIAL], struct mctl_slab,
						list);
		if (!slab)
			slab = list_first_entry_or_null(&cache->slabs[MCTL_LIST_EMPTY],
							struct mctl_slab, list);
		if (!slab)
			break;
		taken += take_from(cache, slab, objects + taken, nr - taken, cached, work);
	}
	return taken;
}

/**
 * mctl_cache_put_back() - put the objects of a magazine back into their slabs
 * @cache: the cache
 * @objects: the objects
 * @nr: number of objects, up to MCTL_CACHE_BATCH
 * @work: for mctl_cache_finish()
 *
 * The slab is looked up once for consecutive objects of it. An object whose slab
 * has a damaged header is lost.
 *
 * Context: cache->lock is held.
 */
void mctl_cache_put_back(struct mctl_cache *cache, void **objects, unsigned int nr,
			 struct mctl_cache_work *work)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	unsigned int i = 0;

	while (i < nr) {
		unsigned long base = mctl_slab_base(layout, objects[i]);
		struct mctl_slab *slab = layout->outside ? mctl_cache_lookup(cache, objects[i]) :
							   mctl_cache_peek_slab(cache, objects[i]);
		u16 inuse, lost;

		if (unlikely(!slab)) {
			note_header(work, cache, objects[i++]);
			continue;
		}
		inuse = slab->inuse;
		lost = slab->lost;
		for (; i < nr && mctl_slab_base(layout, objects[i]) == base; i++) {
			enum mctl_slab_status status;

			status = mctl_slab_free_cached(layout, slab, objects[i]);
			if (unlikely(status != MCTL_SLAB_OK))
				note_damage(work, slab, status);
		}
		place(cache, slab, inuse, lost, work);
	}
}

/**
 * mctl_cache_lose() - give up a damaged object of a magazine
 * @cache: the cache
 * @object: the object
 * @status: the damage
 *
 * Context: Any context but NMI.
 */
void mctl_cache_lose(struct mctl_cache *cache, void *object, enum mctl_slab_status status)
{
	struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);
	struct mctl_slab *slab;
	unsigned long flags;

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	slab = mctl_cache_lookup(cache, object);
	if (likely(slab)) {
		u16 inuse = slab->inuse;
		u16 lost = slab->lost;

		mctl_slab_lose(&cache->layout, slab, object);
		note_damage(&work, slab, status);
		place(cache, slab, inuse, lost, &work);
	} else {
		note_header(&work, cache, object);
	}
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_finish(cache, &work);
}

/**
 * mctl_cache_retire() - allocate nothing more from a slab with a memory error
 * @arena: the arena
 * @fn: first frame of the slab
 *
 * The slab is freed with its last object. Until then the cache does not use
 * magazines, because they would reuse the slab's objects. Nothing happens if the
 * block is no longer a slab of a cache, or is a large kmalloc allocation.
 *
 * Context: May sleep.
 */
void mctl_cache_retire(struct mctl_arena *arena, u32 fn)
{
	struct mctl_cache *cache = mctl_cache_find_id(arena, READ_ONCE(arena->table.tag[fn]));
	struct mctl_cache_work work;
	struct mctl_slab *slab;
	unsigned long flags;

	if (!cache)
		return;
	work = (struct mctl_cache_work)MCTL_CACHE_WORK_INIT(work);
	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	slab = mctl_cache_lookup(cache, mctl_arena_address(arena, fn));
	if (slab && slab->where != MCTL_LIST_NONE && !slab->retired) {
		slab->retired = true;
		WRITE_ONCE(cache->nr_retired, cache->nr_retired + 1);
		if (slab->where == MCTL_LIST_EMPTY)
			release(cache, slab, &work);
		else
			place(cache, slab, slab->inuse, slab->lost, &work);
	}
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_finish(cache, &work);
	mctl_magazine_drain_all(cache);
	mctl_cache_drop(cache);
}

/* --- after the lock ---------------------------------------------------------------------- */

/* Reset the base of each CPU that refers to a slab that is being freed. */
static void forget(struct mctl_cache *cache, const struct mctl_slab *slab)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct mctl_cache_cpu *cc = per_cpu_ptr(cache->cpu, cpu);

		if (READ_ONCE(cc->base) == (unsigned long)slab->first)
			WRITE_ONCE(cc->base, 1);
	}
}

static void give_back(struct mctl_cache *cache, struct mctl_slab *slab)
{
	u32 fn = slab->fn;

	forget(cache, slab);
	mctl_debug_slab_unmake(&cache->layout, slab);
	if (cache->layout.outside)
		mctl_cache_free(cache->arena->caches.slab_headers, slab);
	mctl_frame_free(cache->arena, fn, cache->layout.order, MCTL_KIND_SLAB);
	atomic_dec(&cache->nr_moving);
}

/**
 * mctl_cache_finish() - do the work that had to wait until cache->lock was dropped
 * @cache: the cache
 * @work: the work
 *
 * Context: Any context but NMI, without cache->lock.
 * Return: number of frames freed.
 */
unsigned int mctl_cache_finish(struct mctl_cache *cache, struct mctl_cache_work *work)
{
	struct mctl_slab *slab, *next;
	unsigned int nr = 0;

	list_for_each_entry_safe(slab, next, &work->release, list) {
		give_back(cache, slab);
		nr += 1U << cache->layout.order;
	}
	if (unlikely(work->status != MCTL_SLAB_OK))
		mctl_cache_report_damage(cache, work->fn, work->status);
	return nr;
}

/**
 * mctl_cache_release_all() - free slabs
 * @cache: the cache
 * @used: free those with objects in use as well
 *
 * Context: Any context but NMI; with @used the cache must not be used any more.
 * Return: number of frames freed.
 */
unsigned int mctl_cache_release_all(struct mctl_cache *cache, bool used)
{
	unsigned int nr = 0;

	for (int where = MCTL_LIST_EMPTY; where < MCTL_NR_LISTS; where++) {
		bool more = where == MCTL_LIST_EMPTY || used;

		/* One slab per lock hold: release() reads the mark of every object. */
		while (more) {
			struct mctl_slab *slab;
			unsigned long flags;
			struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);

			raw_spin_lock_irqsave(&cache->lock, flags);
			cache->nr_lock++;
			slab = list_first_entry_or_null(&cache->slabs[where], struct mctl_slab,
							list);
			more = slab;
			if (slab && used) {
				cache->nr_slabs[where]--;
				atomic_inc(&cache->nr_moving);
				mctl_slab_fini(slab);
				list_move(&slab->list, &work.release);
			} else if (slab) {
				release(cache, slab, &work);
			}
			raw_spin_unlock_irqrestore(&cache->lock, flags);
			nr += mctl_cache_finish(cache, &work);
		}
	}
	return nr;
}

/* --- allocation -------------------------------------------------------------------------- */

static unsigned int slab_type(struct mctl_cache *cache, const struct mctl_slab *slab)
{
	const struct mctl_section *section;

	section = &cache->arena->table.section[slab->fn >> MCTL_SECTION_SHIFT];
	return cache->arena->zones[section->zone].type;
}

/* Like mctl_cache_take() of one object, from zones up to @type; gives up after 32 slabs. */
static unsigned int take_of_type(struct mctl_cache *cache, unsigned int type, void **object,
				 struct mctl_cache_work *work)
{
	struct mctl_slab *slab;
	unsigned int tries = 32;

	list_for_each_entry(slab, &cache->slabs[MCTL_LIST_PARTIAL], list) {
		if (slab_type(cache, slab) <= type)
			return take_from(cache, slab, object, 1, false, work);
		if (!--tries)
			break;
	}
	return 0;
}

/**
 * mctl_cache_alloc_locked() - take an object from the existing slabs
 * @cache: the cache
 * @type: highest zone type of the object
 * @asked: bytes requested from kmalloc
 *
 * Context: Any context but NMI.
 * Return: the object, or NULL.
 */
void *mctl_cache_alloc_locked(struct mctl_cache *cache, unsigned int type, u32 asked)
{
	struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);
	unsigned long flags;
	void *object = NULL;
	unsigned int taken;

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	if (type == MEMCTL_ZONE_TYPE_NORMAL)
		taken = mctl_cache_take(cache, &object, 1, false, &work);
	else
		taken = take_of_type(cache, type, &object, &work);
	if (taken) {
		cache->nr_alloc++;
		cache->asked += asked;
	}
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_finish(cache, &work);
	return taken ? object : NULL;
}

/* C2; that of the first frame is set already. */
static void set_tags(struct mctl_cache *cache, u32 fn)
{
	preempt_disable();
	for (u32 i = 1; i < 1U << cache->layout.order; i++)
		cache->arena->table.tag[fn + i] = cache->id;
	preempt_enable();
}

static struct mctl_slab *make_slab(struct mctl_cache *cache, gfp_t gfp, u32 request_flags,
				   u32 *reason)
{
	struct mctl_arena *arena = cache->arena;
	struct mctl_request request = {
		.order = cache->layout.order,
		.type = mctl_cache_gfp_type(gfp),
		.mt = MCTL_MT_UNMOVABLE,
		.kind = MCTL_KIND_SLAB,
		.flags = request_flags,
		.nid = NUMA_NO_NODE,
		.tag = cache->id,
	};
	struct mctl_slab *slab;
	void *memory;
	u32 fn;

	fn = mctl_frame_alloc(arena, &request, reason);
	if (fn == MCTL_FN_NONE)
		return NULL;
	memory = mctl_arena_address(arena, fn);
	slab = memory;
	set_tags(cache, fn);
	if (cache->layout.outside) {
		slab = mctl_cache_alloc_why(arena->caches.slab_headers, gfp & ~MCTL_GFP_SPECIAL,
					    reason);
		if (!slab) {
			mctl_frame_free(arena, fn, request.order, MCTL_KIND_SLAB);
			return NULL;
		}
		/* It is on lists with entries that kmemleak does not scan. */
		mctl_debug_object_ignore(slab);
		preempt_disable();
		set_header(cache, fn, slab);
		preempt_enable();
	}
	/* Two CPUs that create slabs at the same time may use the same colour; that is harmless. */
	mctl_slab_init(&cache->layout, slab, memory, data_race(cache->colour++));
	slab->fn = fn;
	slab->where = MCTL_LIST_NONE;
	slab->retired = false;
	mctl_debug_slab_make(&cache->layout, slab, memory);
	return slab;
}

/**
 * mctl_cache_grow() - create a slab and take an object from it
 * @cache: the cache
 * @gfp: whether it may sleep, and the zone
 * @last_try: send an event if there is no memory
 * @asked: bytes requested from kmalloc
 * @reason: enum memctl_reason on failure; may be NULL
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: the object, or NULL.
 */
void *mctl_cache_grow(struct mctl_cache *cache, gfp_t gfp, bool last_try, u32 asked, u32 *reason)
{
	u32 request_flags = mctl_cache_gfp_flags(gfp);
	struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);
	struct mctl_slab *slab;
	unsigned long flags;
	void *object;

	if (!last_try)
		request_flags |= MCTL_REQUEST_NOFAILEVENT;
	atomic_inc(&cache->nr_moving);
	slab = make_slab(cache, gfp, request_flags, reason);
	if (!slab) {
		atomic_dec(&cache->nr_moving);
		return NULL;
	}

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	atomic_dec(&cache->nr_moving);
	if (take_from(cache, slab, &object, 1, false, &work)) {
		cache->nr_alloc++;
		cache->asked += asked;
	} else {
		object = NULL;
		if (reason)
			*reason = MEMCTL_REASON_DAMAGED;
	}
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_finish(cache, &work);
	mctl_arena_touch(cache->arena);
	return object;
}

/* --- free -------------------------------------------------------------------------------- */

/**
 * mctl_cache_free_locked() - put an object back into its slab
 * @cache: the cache
 * @object: any address
 *
 * Context: Any context but NMI.
 * Return: 0, or -EINVAL, as for mctl_cache_free().
 */
int mctl_cache_free_locked(struct mctl_cache *cache, void *object)
{
	struct mctl_cache_work work = MCTL_CACHE_WORK_INIT(work);
	enum mctl_slab_status status = MCTL_SLAB_OK;
	struct mctl_slab *slab;
	u32 index = 0, fn = 0;
	unsigned long flags;

	raw_spin_lock_irqsave(&cache->lock, flags);
	cache->nr_lock++;
	slab = mctl_cache_lookup(cache, object);
	if (slab) {
		u16 inuse = slab->inuse;
		u16 lost = slab->lost;

		fn = slab->fn;
		status = mctl_slab_free(&cache->layout, slab, object, &index);
		if (slab->inuse != inuse) {
			mctl_debug_object_free(&cache->layout, object);
			cache->nr_freed++;
			place(cache, slab, inuse, lost, &work);
		}
	}
	raw_spin_unlock_irqrestore(&cache->lock, flags);

	mctl_cache_finish(cache, &work);
	if (!slab)
		mctl_cache_report_foreign(cache, object);
	else if (status != MCTL_SLAB_OK)
		mctl_cache_report_object(cache, fn, index, status);
	return slab && status == MCTL_SLAB_OK ? 0 : -EINVAL;
}
