/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declarations that the files of the object caches share: caches.c, cache.c,
 * cache_*.c, magazine*.c, kmalloc.c.
 */
#ifndef MCTL_OBJECTS_CACHE_IMPL_H
#define MCTL_OBJECTS_CACHE_IMPL_H

#include "host/error.h"
#include "objects/cache.h"

/* Maximum number of objects that are moved between slabs and magazines under one cache->lock. */
#define MCTL_CACHE_BATCH MCTL_MAGAZINE_OBJECTS

/**
 * struct mctl_cache_work - work to do after cache->lock is dropped
 * @release: slabs to free
 * @status: the last damage found, or MCTL_SLAB_OK
 * @fn: first frame of the damaged slab
 */
struct mctl_cache_work {
	struct list_head release;
	enum mctl_slab_status status;
	u32 fn;
};

#define MCTL_CACHE_WORK_INIT(work)                        \
	{                                                 \
		.release = LIST_HEAD_INIT((work).release) \
	}

/* --- cache_slab.c ------------------------------------------------------------------------ */

unsigned int mctl_cache_finish(struct mctl_cache *cache, struct mctl_cache_work *work);

struct mctl_slab *mctl_cache_lookup(struct mctl_cache *cache, const void *address);

unsigned int mctl_cache_take(struct mctl_cache *cache, void **objects, unsigned int nr, bool cached,
			     struct mctl_cache_work *work);
void mctl_cache_put_back(struct mctl_cache *cache, void **objects, unsigned int nr,
			 struct mctl_cache_work *work);
void *mctl_cache_alloc_locked(struct mctl_cache *cache, unsigned int type, u32 asked);
int mctl_cache_free_locked(struct mctl_cache *cache, void *object);
void mctl_cache_lose(struct mctl_cache *cache, void *object, enum mctl_slab_status status);
void *mctl_cache_grow(struct mctl_cache *cache, gfp_t gfp, bool last_try, u32 asked, u32 *reason);
unsigned int mctl_cache_release_all(struct mctl_cache *cache, bool used);

unsigned int mctl_cache_gfp_type(gfp_t gfp);
u32 mctl_cache_gfp_flags(gfp_t gfp);

/**
 * mctl_cache_peek_slab() - find the slab of a cache that contains an address, fast
 * @cache: the cache; its slabs contain their headers
 * @address: any value
 *
 * Only memory of slabs of the arena is read; the cookie tells the cache.
 *
 * Context: Preemption off. The slab exists while an object of it is allocated or
 * cache->lock is held.
 * Return: its header, or NULL if the address is in no slab of the cache.
 */
static __always_inline struct mctl_slab *mctl_cache_peek_slab(const struct mctl_cache *cache,
							      const void *address)
{
	const struct mctl_arena *arena = cache->arena;
	unsigned long memory = (unsigned long)address & cache->layout.mask;
	unsigned long pfn = (memory - PAGE_OFFSET) >> PAGE_SHIFT;
	struct mctl_slab *slab = (struct mctl_slab *)memory;
	u32 entry, fn;

	entry = mctl_arena_map_entry(arena, pfn);
	if (unlikely(!entry))
		return NULL;
	fn = entry - 1 + (pfn & (MCTL_SECTION_FRAMES - 1));
	if (unlikely(arena->table.state[fn] != cache->state))
		return NULL;
	if (unlikely(slab->cookie != (cache->layout.cookie ^ memory)))
		return NULL;
	return slab;
}

/**
 * mctl_cache_peek_first() - find the first object of the slab that contains an address, fast
 * @cache: the cache; its objects are not checked
 * @fn: the frame that contains @address
 * @address: an address in the arena
 *
 * A header outside of the slab is not read, because the pointer to it would have to be validated.
 * The offset of the first object is constant then, if the cache has one colour.
 *
 * Context: Preemption off. The slab exists while an object of it is allocated or cache->lock is
 * held.
 * Return: the address of the first object; or 1, from which no object is a multiple of the stride
 * away, if the address is in no slab of the cache or the slow path has to decide.
 */
static __always_inline unsigned long mctl_cache_peek_first(const struct mctl_cache *cache, u32 fn,
							   const void *address)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	const struct mctl_table *table = &cache->arena->table;
	unsigned long memory = (unsigned long)address & layout->mask;
	const struct mctl_slab *slab = (const struct mctl_slab *)memory;
	u32 head = fn - (((unsigned long)address - memory) >> PAGE_SHIFT);

	if (unlikely(table->state[head] != cache->state))
		return 1;
	if (!layout->outside)
		return likely(slab->cookie == (layout->cookie ^ memory)) ?
			       (unsigned long)slab->first :
			       1;
	if (unlikely(table->tag[head] != cache->id || layout->nr_colours > 1))
		return 1;
	return memory + layout->first;
}

/**
 * mctl_cache_push_at() - put an object of any slab into this CPU's magazine
 * @cache: the cache
 * @fn: the frame that contains @object
 * @object: an address in the arena
 *
 * Context: Preemption off.
 * Return: true if it was put there; false if there is no room, or the slow path has to decide.
 */
static __always_inline bool mctl_cache_push_at(struct mctl_cache *cache, u32 fn, void *object)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	struct mctl_cache_cpu __percpu *cpu = READ_ONCE(cache->cpu);
	struct mctl_cache_cpu *cc = mctl_cache_shut(cpu);
	void **top = cc->top;
	unsigned long first;
	bool done = false;

	/* Without room: also in a cache whose objects are checked, since its door is shut. */
	if (unlikely(top >= cc->limit))
		goto open;
	first = mctl_cache_peek_first(cache, fn, object);
	if (unlikely(mctl_slab_index(layout, (unsigned long)object - first) >= layout->objects))
		goto open;
	if (unlikely(!mctl_slab_mark(layout, object)))
		goto open;
	mctl_debug_object_free(layout, object);
	WRITE_ONCE(cc->base, first);
	top[1] = object;
	cc->top++;
	cc->nr_freed++;
	done = true;
open:
	mctl_cache_open(cpu, cc);
	return done;
}

/* C3: the list that a slab belongs on. Nothing is allocated from a retired slab. */
static inline enum mctl_slab_list mctl_cache_list_for(const struct mctl_cache *cache,
						      const struct mctl_slab *slab)
{
	if (!mctl_slab_nr_free(&cache->layout, slab))
		return MCTL_LIST_FULL;
	if (!slab->inuse && !slab->lost)
		return MCTL_LIST_EMPTY;
	return unlikely(slab->retired) ? MCTL_LIST_FULL : MCTL_LIST_PARTIAL;
}

/* --- cache_alloc.c ----------------------------------------------------------------------- */

int mctl_cache_free_rest(struct mctl_cache *cache, void *object);

/* --- cache_report.c ---------------------------------------------------------------------- */

void mctl_cache_report_damage(struct mctl_cache *cache, u32 fn, enum mctl_slab_status status);
__printf(2, 3) void mctl_cache_report_bad(struct mctl_arena *arena, const char *format, ...);
void mctl_cache_report_foreign(struct mctl_cache *cache, const void *address);
void mctl_cache_report_object(struct mctl_cache *cache, u32 fn, u32 index,
			      enum mctl_slab_status status);

/* --- cache_check.c ----------------------------------------------------------------------- */

bool mctl_cache_is_magazine(const struct mctl_arena *arena, const struct mctl_magazine *magazine);

/* --- magazine.c -------------------------------------------------------------------------- */

void mctl_magazine_init(void);
int mctl_magazine_make(struct mctl_cache *cache, gfp_t gfp);
void mctl_magazine_unmake(struct mctl_cache *cache);
bool mctl_magazine_any(const struct mctl_cache *cache);

/* Whether the CPUs' parts of a cache have been allocated. */
static inline bool mctl_magazine_is_made(const struct mctl_cache *cache)
{
	return READ_ONCE(cache->cpu) != &mctl_cache_unmade;
}

/* Value of @top and @limit while no magazine is loaded. */
static inline void **mctl_magazine_none(void)
{
	return (void **)&mctl_cache_nothing;
}

/**
 * mctl_magazine_level() - objects in a CPU's loaded magazine
 * @cache: the cache
 * @cc: the CPU's part
 *
 * Context: Any context. Unless the CPU's door is shut the value is approximate, and 0 while the
 * CPU changes its magazine.
 * Return: number of objects.
 */
static inline u32 mctl_magazine_level(const struct mctl_cache *cache,
				      const struct mctl_cache_cpu *cc)
{
	void **limit = READ_ONCE(cc->limit);
	size_t room = limit - READ_ONCE(cc->top);

	if (limit == mctl_magazine_none() || room > cache->capacity)
		return 0;
	return cache->capacity - room;
}

/* A CPU's loaded magazine, or NULL. */
static inline struct mctl_magazine *mctl_magazine_loaded(const struct mctl_cache *cache,
							 const struct mctl_cache_cpu *cc)
{
	if (cc->limit == mctl_magazine_none())
		return NULL;
	return (struct mctl_magazine *)(cc->limit - cache->capacity);
}

u64 mctl_magazine_drain_all(struct mctl_cache *cache);
void mctl_magazine_drain_cpu(struct mctl_cache *cache, unsigned int cpu);

void *mctl_magazine_alloc(struct mctl_cache *cache, u32 asked);
bool mctl_magazine_free(struct mctl_cache *cache, void *object);

bool mctl_magazine_next(struct mctl_cache *cache, struct mctl_cache_cpu *cc);
bool mctl_magazine_make_room(struct mctl_cache *cache, struct mctl_cache_cpu *cc);
bool mctl_magazine_mark(struct mctl_cache *cache, struct mctl_cache_cpu *cc, void *object);

/* --- magazine_bulk.c --------------------------------------------------------------------- */

unsigned int mctl_magazine_alloc_bulk(struct mctl_cache *cache, unsigned int nr, void **objects);
unsigned int mctl_magazine_free_bulk(struct mctl_cache *cache, unsigned int nr, void **objects);

/* --- cache.c ----------------------------------------------------------------------------- */

struct mctl_cache *mctl_cache_make(struct mctl_arena *arena, const struct mctl_cache_params *params,
				   u32 id, struct mctl_error *error);
void mctl_cache_unmake(struct mctl_cache *cache);

/* --- cache_id.c -------------------------------------------------------------------------- */

struct mctl_cache *mctl_cache_find_name(struct mctl_arena *arena, const char *name);
int mctl_cache_grow_ids(struct mctl_arena *arena);
int mctl_cache_next_id(struct mctl_arena *arena);
void mctl_cache_publish(struct mctl_cache *cache);
void mctl_cache_retract(struct mctl_cache *cache);

/* --- cache_cpu.c ------------------------------------------------------------------------- */

int mctl_cache_cpus_get(void);
void mctl_cache_cpus_put(void);
int mctl_cache_watch_cpus(struct mctl_cache *cache);
void mctl_cache_unwatch_cpus(struct mctl_cache *cache);

#endif /* MCTL_OBJECTS_CACHE_IMPL_H */
