// SPDX-License-Identifier: GPL-2.0
/*
 * Bulk requests to a CPU's magazine: it is entered once for all objects, and the
 * loops take a few instructions per object. What they do not handle is left to
 * the slower paths of magazine.c and cache_alloc.c.
 *
 * The door is shut while they copy, as in magazine.c, whose invariants hold.
 */
#include "objects/cache_impl.h"

/* The address at a constant distance from @from, so that a loop needs one counter for both. */
static __always_inline void **along(void **from, long distance)
{
	return (void **)((void *)from + distance);
}

/* Move an object from a magazine to a caller. */
static __always_inline void hand_out(u64 link, void **from, void **to)
{
	void *object = *from;

	*to = object;
	if (MCTL_SLAB_HARDENED)
		mctl_slab_poke(object + link, 0);
}

/* Move @nr objects from a magazine to a caller. */
static void copy_out(u64 link, void **from, void **to, unsigned int nr)
{
	const long distance = (void *)to - (void *)from;
	void **end = from + nr;

	for (; from <= end - 4; from += 4) {
		hand_out(link, from, along(from, distance));
		hand_out(link, from + 1, along(from, distance) + 1);
		hand_out(link, from + 2, along(from, distance) + 2);
		hand_out(link, from + 3, along(from, distance) + 3);
	}
	for (; from < end; from++)
		hand_out(link, from, along(from, distance));
}

/**
 * mctl_magazine_alloc_bulk() - take objects from this CPU and the depot
 * @cache: the cache
 * @nr: maximum number
 * @objects: array for the objects
 *
 * Context: Any context but NMI.
 * Return: number of objects; 0 for a cache whose objects are checked.
 */
unsigned int mctl_magazine_alloc_bulk(struct mctl_cache *cache, unsigned int nr, void **objects)
{
	struct mctl_cache_cpu __percpu *cpu;
	struct mctl_cache_cpu *cc;
	unsigned int done = 0;

	if (cache->checked)
		return 0;
	cpu = READ_ONCE(cache->cpu);
	cc = mctl_cache_enter(cpu);
	while (likely(cc != MCTL_CACHE_NOBODY)) {
		unsigned int take = min(mctl_magazine_level(cache, cc), nr - done);

		cc->top -= take;
		copy_out(cache->layout.link, cc->top + 1, objects + done, take);
		done += take;
		if (done == nr || !mctl_magazine_next(cache, cc))
			break;
	}
	mctl_cache_leave(cpu, cc);
	return done;
}

/* Put *@object into a magazine if *@from is the same object; then advance to the next. */
static __always_inline bool copy_next(void **object, u64 *key, long step, u64 link,
				      void *const *from, void **to)
{
	if (unlikely(*from != *object))
		return false;
	if (MCTL_SLAB_HARDENED) {
		if (unlikely(mctl_slab_peek_half(*object + link) == (u32)*key))
			return false;
		OPTIMIZER_HIDE_VAR(link);
		mctl_slab_poke(*object + link, *key);
	}
	*to = *object;
	/* Hidden from the compiler, which would compute a third sum beside these two. */
	*object += step;
	*key += step;
	OPTIMIZER_HIDE_VAR(*object);
	OPTIMIZER_HIDE_VAR(*key);
	return true;
}

/*
 * Put a run of objects into a magazine: each is the neighbour, above or below, of
 * the one before it, in the slab as in @from, so that it need not be looked up.
 * Up to @end the neighbours are in the slab. Return: the first object that was
 * not put.
 */
static noinline void **copy_run(const struct mctl_slab_layout *layout, long step, void **from,
				void **end, long distance)
{
	void *object = from[-1] + step;
	u64 key = mctl_slab_key(layout, object), link = layout->link;

	for (; from <= end - 4; from += 4) {
		void **to = along(from, distance);

		if (!copy_next(&object, &key, step, link, from, to))
			return from;
		if (!copy_next(&object, &key, step, link, from + 1, to + 1))
			return from + 1;
		if (!copy_next(&object, &key, step, link, from + 2, to + 2))
			return from + 2;
		if (!copy_next(&object, &key, step, link, from + 3, to + 3))
			return from + 3;
	}
	for (; from < end; from++)
		if (!copy_next(&object, &key, step, link, from, along(from, distance)))
			break;
	return from;
}

/*
 * Mark objects as in a magazine and put them there, up to the first one that the
 * slow path has to handle. @base is the first object of the slab of the last
 * object. Return: number of objects.
 */
static unsigned int copy_in(const struct mctl_cache *cache, unsigned long *base, void **from,
			    void **to, unsigned int nr)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	const long stride = layout->stride;
	const long distance = (void *)to - (void *)from;
	void **start = from, **end = from + nr;

	while (from < end) {
		void *object = *from;
		u64 index = mctl_slab_index(layout, (unsigned long)object - *base);
		long step;

		if (unlikely(index >= layout->objects)) {
			const struct mctl_slab *slab;

			slab = layout->outside ? NULL : mctl_cache_peek_slab(cache, object);
			if (unlikely(!slab))
				break;
			index = mctl_slab_index(layout, object - slab->first);
			if (unlikely(index >= layout->objects))
				break;
			*base = (unsigned long)slab->first;
		}
		if (unlikely(!mctl_slab_mark(layout, object)))
			break;
		*along(from, distance) = object;
		if (++from == end)
			break;
		step = *from - object;
		if (step == stride)
			index = layout->objects - 1 - index;
		else if (step != -stride)
			continue;
		from = copy_run(layout, step, from, from + min_t(u64, index, end - from), distance);
	}
	return from - start;
}

/* Like copy_in(), into the loaded magazine, and also for slabs with headers outside. */
static unsigned int fill(struct mctl_cache *cache, struct mctl_cache_cpu *cc, void **from,
			 unsigned int nr)
{
	unsigned long base = cc->base;
	void **to = cc->top + 1;
	unsigned int done;

	done = copy_in(cache, &base, from, to, nr);
	WRITE_ONCE(cc->base, base);
	while (unlikely(done < nr) && mctl_magazine_mark(cache, cc, from[done])) {
		to[done] = from[done];
		done++;
	}
	mctl_debug_objects_free(&cache->layout, from, done);
	cc->top += done;
	cc->nr_freed += done;
	return done;
}

/**
 * mctl_magazine_free_bulk() - put objects into this CPU's magazine
 * @cache: the cache
 * @nr: maximum number
 * @objects: any addresses
 *
 * Stops at the first one that the slow path has to handle.
 *
 * Context: Any context but NMI.
 * Return: number of objects put there; 0 for a cache whose objects are checked.
 */
unsigned int mctl_magazine_free_bulk(struct mctl_cache *cache, unsigned int nr, void **objects)
{
	struct mctl_cache_cpu __percpu *cpu;
	struct mctl_cache_cpu *cc;
	unsigned int done = 0;

	if (cache->checked)
		return 0;
	cpu = READ_ONCE(cache->cpu);
	cc = mctl_cache_enter(cpu);
	if (unlikely(cc == MCTL_CACHE_NOBODY))
		nr = 0;
	while (done < nr && (cc->top < cc->limit || mctl_magazine_make_room(cache, cc))) {
		unsigned int part = min_t(size_t, nr - done, cc->limit - cc->top);
		unsigned int put = fill(cache, cc, objects + done, part);

		done += put;
		if (put < part)
			break;
	}
	mctl_cache_leave(cpu, cc);
	return done;
}
