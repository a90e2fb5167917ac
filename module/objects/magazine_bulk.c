// SPDX-License-Identifier: GPL-2.0
/*
 * Runs of objects between a CPU's magazine and its callers: one visit of the
 * magazine for all of them, and loops that keep to a few instructions for each.
 * What they leave, the slower ways of magazine.c and cache_alloc.c take.
 *
 * The door is shut while they copy, as for magazine.c, whose invariants hold.
 */
#include "objects/cache_impl.h"

/* Where @to is when it keeps its distance from @from, so that a loop counts in one of them. */
static __always_inline void **along(void **from, long distance)
{
	return (void **)((void *)from + distance);
}

/* Hand an object of a magazine out. */
static __always_inline void hand_out(u64 link, void **from, void **to)
{
	void *object = *from;

	*to = object;
	if (MCTL_SLAB_HARDENED)
		mctl_slab_poke(object + link, 0);
}

/* Hand @nr objects of a magazine out. */
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
 * @nr: how many at most
 * @objects: where to
 *
 * Context: Any but NMI.
 * Return: how many there were; none of a cache whose objects are checked.
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

/* Put *@object into a magazine if it is what *@from says; then go on to the next. */
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
	/* Hidden from the compiler, no sum is made beside these two. */
	*object += step;
	*key += step;
	OPTIMIZER_HIDE_VAR(*object);
	OPTIMIZER_HIDE_VAR(*key);
	return true;
}

/*
 * Put objects into a magazine that follow the one ahead of @from in its slab,
 * up or down, as long as they do so in @from, too: each is known by the one
 * before. Up to @end, they are in the slab. Return: the first that was not put.
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
 * Mark objects as in a magazine and put them there. Return: how many; it stops
 * at one that is no object of a slab with its header inside, or not surely a
 * caller's. @base is the first object of the slab of the last one.
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

/* As copy_in(), of any slab of the cache, into the loaded magazine. */
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
 * @nr: how many at most
 * @objects: any addresses
 *
 * Stops at one that is not simply put aside.
 *
 * Context: Any but NMI.
 * Return: how many were put; none of a cache whose objects are checked.
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
