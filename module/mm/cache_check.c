// SPDX-License-Identifier: GPL-2.0
/*
 * Views of the object caches, the check of cache.h's invariants, and planted
 * damage.
 *
 * A view reads each CPU's counters without its leave: sums are right when
 * nothing goes on, and a moment old otherwise. A magazine's objects are looked
 * at by the check alone, with the machine stopped.
 */
#include "core/buddy.h"
#include "mm/cache_impl.h"

/* --- views ------------------------------------------------------------------------------- */

/**
 * struct sums - what all CPUs and the slabs have together
 * @nr_alloc: objects allocated, ever
 * @nr_freed: objects freed, ever
 * @nr_magazine: objects in magazines
 * @asked: bytes asked for in @nr_alloc objects
 */
struct sums {
	u64 nr_alloc;
	u64 nr_freed;
	u64 nr_magazine;
	u64 asked;
};

static struct sums sum_up(const struct mctl_cache *cache)
{
	struct sums sums = {
		.nr_alloc = READ_ONCE(cache->nr_alloc),
		.nr_freed = READ_ONCE(cache->nr_freed),
		.nr_magazine = (u64)READ_ONCE(cache->nr_full) * cache->capacity,
		.asked = READ_ONCE(cache->asked),
	};
	const struct mctl_cache_cpu __percpu *cpus = READ_ONCE(cache->cpu);
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct mctl_cache_cpu *cc = per_cpu_ptr(cpus, cpu);
		u32 level = mctl_magazine_level(cache, cc) + READ_ONCE(cc->nr_previous);
		u64 freed = READ_ONCE(cc->nr_freed);

		sums.nr_freed += freed;
		sums.nr_alloc += freed + READ_ONCE(cc->balance) - level;
		sums.nr_magazine += level;
		sums.asked += READ_ONCE(cc->asked);
	}
	return sums;
}

/* Bytes that the objects in use have more than kmalloc's callers asked for. */
static u64 rounding(const struct mctl_cache *cache, const struct sums *sums, u64 nr_active)
{
	u64 given = sums->nr_alloc * cache->layout.size;

	if (!(cache->flags & MEMCTL_CACHE_FLAG_KMALLOC) || !sums->nr_alloc || given < sums->asked)
		return 0;
	return div64_u64(given - sums->asked, sums->nr_alloc) * nr_active;
}

/**
 * mctl_cache_info() - tell of a cache
 * @cache: the cache
 * @info: to fill in
 *
 * Context: Any; takes no lock.
 */
void mctl_cache_info(struct mctl_cache *cache, struct mctl_cache_info *info)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	struct sums sums = sum_up(cache);
	u64 nr_slabs;

	*info = (struct mctl_cache_info){
		.id = cache->id,
		.size = layout->size,
		.align = layout->align,
		.flags = cache->flags,
		.stride = layout->stride,
		.slab_order = layout->order,
		.per_slab = layout->objects,
		.nr_full = READ_ONCE(cache->nr_slabs[MCTL_LIST_FULL]),
		.nr_partial = READ_ONCE(cache->nr_slabs[MCTL_LIST_PARTIAL]),
		.nr_empty = READ_ONCE(cache->nr_slabs[MCTL_LIST_EMPTY]),
		.magazine_size = cache->capacity,
		.nr_colours = layout->nr_colours,
		.nr_magazine = sums.nr_magazine,
		.nr_alloc = sums.nr_alloc,
		.nr_freed = sums.nr_freed,
		.nr_failed = READ_ONCE(cache->nr_failed),
		.nr_depot = READ_ONCE(cache->nr_lock),
	};
	strscpy(info->name, cache->name, sizeof(info->name));
	nr_slabs = (u64)info->nr_full + info->nr_partial + info->nr_empty;
	info->nr_objects = nr_slabs * layout->objects;
	info->nr_active = sums.nr_alloc > sums.nr_freed ? sums.nr_alloc - sums.nr_freed : 0;
	info->waste = nr_slabs * (mctl_slab_bytes(layout) - layout->objects * layout->size) +
		      rounding(cache, &sums, info->nr_active);
}

static int what_large(struct mctl_arena *arena, u32 head_fn, const void *address,
		      struct mctl_object_info *info)
{
	*info = (struct mctl_object_info){
		.cache = "kmalloc-large",
		.offset = address - mctl_arena_address(arena, head_fn),
		.inuse = 1,
		.objects = 1,
	};
	return 0;
}

static int what_object(struct mctl_cache *cache, const void *address, struct mctl_object_info *info)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	const struct mctl_slab *slab = mctl_cache_lookup(cache, address);
	u64 offset;

	if (!slab || address < slab->first)
		return -ENOENT;
	offset = address - slab->first;
	if (offset / layout->stride >= layout->objects)
		return -ENOENT;
	*info = (struct mctl_object_info){
		.index = offset / layout->stride,
		.offset = offset % layout->stride,
		.inuse = READ_ONCE(slab->inuse),
		.objects = layout->objects,
	};
	info->free = MCTL_SLAB_HARDENED &&
		     mctl_slab_code_is_free(mctl_slab_code(layout, (void *)address - info->offset));
	strscpy(info->cache, cache->name, sizeof(info->cache));
	return 0;
}

/**
 * mctl_cache_what() - the object that an address lies in
 * @arena: the arena
 * @head_fn: first frame of the block that the address is in
 * @address: the address
 * @info: to fill in
 *
 * Context: Any.
 * Return: 0, or -ENOENT when the block is no slab, or the address is in the
 * slab's header or slack.
 */
int mctl_cache_what(struct mctl_arena *arena, u32 head_fn, const void *address,
		    struct mctl_object_info *info)
{
	struct mctl_cache *cache;
	int ret = -ENOENT;

	preempt_disable();
	if (head_fn >= mctl_table_span(&arena->table) ||
	    mctl_state_kind(arena->table.state[head_fn]) != MCTL_KIND_SLAB)
		goto out;
	if (arena->table.tag[head_fn] == MCTL_TAG_LARGE) {
		ret = what_large(arena, head_fn, address, info);
		goto out;
	}
	cache = mctl_cache_peek(arena, arena->table.tag[head_fn]);
	if (cache)
		ret = what_object(cache, address, info);
out:
	preempt_enable();
	return ret;
}

/* --- checks; the machine is stopped ------------------------------------------------------ */

/**
 * struct found - what was found in a cache's slabs and magazines
 * @nr_inuse: sum of the slabs' counts
 * @nr_lost: sum of the slabs' counts
 * @nr_marked: objects marked as in a magazine
 * @nr_magazine: objects in magazines
 */
struct found {
	u64 nr_inuse;
	u64 nr_lost;
	u64 nr_marked;
	u64 nr_magazine;
};

static enum mctl_slab_list list_for(const struct mctl_cache *cache, const struct mctl_slab *slab)
{
	if (!mctl_slab_nr_free(&cache->layout, slab))
		return MCTL_LIST_FULL;
	return slab->inuse || slab->lost ? MCTL_LIST_PARTIAL : MCTL_LIST_EMPTY;
}

/* C2, C3 and S1 to S9 of a slab. Return: false when its header is not to be believed. */
static bool check_slab(struct mctl_cache *cache, struct mctl_slab *slab, u32 where,
		       struct found *found, struct mctl_report *report)
{
	const struct mctl_table *table = &cache->arena->table;
	u32 fn = mctl_cache_fn(cache->arena, slab);
	void *memory;

	if (fn == MCTL_FN_NONE)
		return mctl_report_expect(report, "cache C3", "cache", cache->id, "slab list",
					  where, MCTL_FN_NONE);
	if (!mctl_report_expect(report, "cache C2", "slab", slab->fn, "fn", true,
				slab->fn < mctl_table_span(table)))
		return false;
	memory = mctl_arena_address(cache->arena, slab->fn);
	if (!mctl_report_expect(report, "cache C2", "slab", slab->fn, "state", cache->state,
				table->state[slab->fn]) ||
	    !mctl_report_expect(report, "cache C2", "slab", slab->fn, "tag", cache->id,
				table->tag[slab->fn]) ||
	    !mctl_report_expect(report, "cache C2", "slab", slab->fn, "header", (unsigned long)slab,
				(unsigned long)mctl_cache_lookup(cache, memory)))
		return false;
	mctl_report_expect(report, "cache C3", "slab", slab->fn, "list", where, slab->where);
	mctl_report_expect(report, "cache C3", "slab", slab->fn, "list by counts",
			   list_for(cache, slab), where);
	found->nr_inuse += slab->inuse;
	found->nr_lost += slab->lost;
	found->nr_marked += mctl_slab_check(&cache->layout, slab, memory, slab->fn, report);
	return true;
}

static void check_lists(struct mctl_cache *cache, struct found *found, struct mctl_report *report)
{
	for (u32 where = MCTL_LIST_EMPTY; where < MCTL_NR_LISTS; where++) {
		struct mctl_slab *slab;
		u64 nr = 0;

		list_for_each_entry(slab, &cache->slabs[where], list) {
			if (nr++ >= cache->nr_slabs[where] ||
			    !check_slab(cache, slab, where, found, report))
				break;
		}
		mctl_report_expect(report, "cache C3", "cache", cache->id, "slabs on a list",
				   cache->nr_slabs[where], nr);
	}
}

/* C1 of the objects of a magazine. */
static void check_magazine(struct mctl_cache *cache, const struct mctl_magazine *magazine, u64 nr,
			   struct found *found, struct mctl_report *report)
{
	if (!mctl_report_expect(report, "cache C5", "cache", cache->id, "objects in a magazine",
				min_t(u64, nr, cache->capacity), nr))
		return;
	found->nr_magazine += nr;
	for (u64 i = 0; i < nr; i++) {
		enum mctl_slab_status status = MCTL_SLAB_INTERIOR;
		const struct mctl_slab *slab;
		u32 index;

		slab = mctl_cache_lookup(cache, magazine->object[i]);
		if (slab)
			status = mctl_slab_inspect(&cache->layout, slab, magazine->object[i],
						   &index);
		mctl_report_expect(report, "cache C1", "cache", cache->id, "object in a magazine",
				   MCTL_SLAB_HARDENED || status == MCTL_SLAB_INTERIOR ?
					   MCTL_SLAB_CACHED :
					   status,
				   status);
	}
}

/* C5, C6, M1 of a CPU's part. Return: its loaded magazine, or NULL. */
static const struct mctl_magazine *
check_part(struct mctl_cache *cache, const struct mctl_cache_cpu *cc, struct mctl_report *report)
{
	const struct mctl_magazine *magazine;
	bool is_made = mctl_magazine_is_made(cache);

	mctl_report_expect(report, "cache C6", "cache", cache->id, "door is open",
			   is_made && !cache->checked, cc->self == cc);
	mctl_report_expect(report, "cache C6", "cache", cache->id, "inner door is open",
			   is_made && cache->checked, cc->inner == cc);
	mctl_report_expect(report, "magazine M1", "cache", cache->id, "previous magazine's objects",
			   min(cc->nr_previous, cc->previous ? cache->capacity : 0),
			   cc->nr_previous);
	magazine = mctl_magazine_loaded(cache, cc);
	mctl_report_expect(report, "cache C5", "cache", cache->id, "room is in bounds", true,
			   magazine ? (size_t)(cc->limit - cc->top) <= cache->capacity :
				      cc->limit == cc->top);
	if (magazine &&
	    !mctl_report_expect(report, "cache C5", "cache", cache->id, "magazine has an end", true,
				mctl_cache_fn(cache->arena, magazine) != MCTL_FN_NONE &&
					!magazine->next))
		return NULL;
	return magazine;
}

/* M2, and C5 of the depot. */
static void check_depot(struct mctl_cache *cache, struct found *found, struct mctl_report *report)
{
	const struct mctl_magazine *magazine;
	u64 nr = 0;

	for (magazine = cache->full; magazine && nr < cache->nr_full; magazine = magazine->next) {
		check_magazine(cache, magazine, cache->capacity, found, report);
		nr++;
	}
	mctl_report_expect(report, "cache C5", "cache", cache->id, "full magazines", cache->nr_full,
			   magazine ? nr + 1 : nr);
	nr = 0;
	for (magazine = cache->empty; magazine && nr < cache->nr_empty; magazine = magazine->next)
		nr++;
	mctl_report_expect(report, "magazine M2", "cache", cache->id, "empty magazines",
			   cache->nr_empty, magazine ? nr + 1 : nr);
}

static void check_magazines(struct mctl_cache *cache, struct found *found,
			    struct mctl_report *report)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct mctl_cache_cpu *cc = per_cpu_ptr(cache->cpu, cpu);
		const struct mctl_magazine *magazine;

		magazine = check_part(cache, cc, report);
		if (magazine)
			check_magazine(cache, magazine, mctl_magazine_level(cache, cc), found,
				       report);
		if (cc->previous)
			check_magazine(cache, cc->previous, cc->nr_previous, found, report);
	}
}

static void check_cache(struct mctl_cache *cache, struct mctl_report *report)
{
	struct sums sums = sum_up(cache);
	struct found found = {};

	check_lists(cache, &found, report);
	check_magazines(cache, &found, report);
	check_depot(cache, &found, report);
	mctl_report_expect(report, "cache C3", "cache", cache->id, "objects in use", found.nr_inuse,
			   cache->nr_inuse);
	mctl_report_expect(report, "cache C3", "cache", cache->id, "objects lost", found.nr_lost,
			   cache->nr_lost);
	mctl_report_expect(report, "cache C1", "cache", cache->id, "objects marked cached",
			   MCTL_SLAB_HARDENED ? found.nr_magazine : 0, found.nr_marked);
	mctl_report_expect(report, "cache C4", "cache", cache->id, "objects not freed",
			   found.nr_inuse - found.nr_magazine, sums.nr_alloc - sums.nr_freed);
}

/**
 * mctl_caches_check() - test C1 to C6, M1, M2 of every cache, S1 to S9 of every slab
 * @arena: the arena
 * @report: where to count and report
 *
 * Context: All CPUs are stopped.
 */
void mctl_caches_check(struct mctl_arena *arena, struct mctl_report *report)
{
	struct mctl_cache *cache;

	list_for_each_entry(cache, &arena->caches.list, list)
		check_cache(cache, report);
}

/* --- planted damage ---------------------------------------------------------------------- */

static struct mctl_slab *first_slab(struct mctl_cache *cache)
{
	static const u8 order[] = { MCTL_LIST_PARTIAL, MCTL_LIST_FULL, MCTL_LIST_EMPTY };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (!list_empty(&cache->slabs[order[i]]))
			return list_first_entry(&cache->slabs[order[i]], struct mctl_slab, list);
	return NULL;
}

/* The part of the first CPU that has a magazine, or NULL. */
static struct mctl_cache_cpu *first_part(struct mctl_cache *cache)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct mctl_cache_cpu *cc = per_cpu_ptr(cache->cpu, cpu);

		if (mctl_magazine_loaded(cache, cc))
			return cc;
	}
	return NULL;
}

/* A door that is left shut turns everyone away; any other value of it would be followed. */
static void plant_door(struct mctl_cache *cache, struct mctl_cache_cpu *cc)
{
	struct mctl_cache_cpu **door = cache->checked ? &cc->inner : &cc->self;

	*door = *door == cc ? (struct mctl_cache_cpu *)&mctl_cache_nobody : cc;
}

/* cache->lock is held, which no CPU needs for its own part: nobody uses the cache meanwhile. */
static int plant_magazine(struct mctl_cache *cache, u32 site, u32 bit, struct mctl_error *error)
{
	struct mctl_cache_cpu *cc = first_part(cache);

	if (!cc)
		return mctl_fail(error, -ENOENT, "cache %s has no magazine on any CPU",
				 cache->name);
	switch (site) {
	case MEMCTL_PLANT_SITE_MAGAZINE_TOP:
		cc->top = (void **)((unsigned long)cc->top ^ 1UL << (bit & 63));
		return 0;
	case MEMCTL_PLANT_SITE_MAGAZINE_DOOR:
		plant_door(cache, cc);
		return 0;
	case MEMCTL_PLANT_SITE_MAGAZINE_PREVIOUS:
		cc->nr_previous ^= 1U << (bit & 31);
		return 0;
	case MEMCTL_PLANT_SITE_DEPOT_FULL:
		cache->nr_full ^= 1U << (bit & 31);
		return 0;
	default:
		cache->nr_empty ^= 1U << (bit & 31);
		return 0;
	}
}

/* cache->lock is held. */
static int plant_slab(struct mctl_cache *cache, u32 site, u32 bit, struct mctl_error *error)
{
	const struct mctl_slab_layout *layout = &cache->layout;
	struct mctl_slab *slab = first_slab(cache);
	void *object;

	if (!slab)
		return mctl_fail(error, -ENOENT, "cache %s has no slab", cache->name);
	switch (site) {
	case MEMCTL_PLANT_SITE_SLAB_LINK:
		if (slab->free == MCTL_LINK_END)
			return mctl_fail(error, -ENOENT, "cache %s has no slab with a free link",
					 cache->name);
		object = slab->first + (slab->free - 1UL) * layout->stride;
		*mctl_slab_link(layout, object) ^= 1ULL << (bit & 63);
		return 0;
	case MEMCTL_PLANT_SITE_SLAB_INUSE:
		slab->inuse ^= 1U << (bit & 15);
		return 0;
	case MEMCTL_PLANT_SITE_REDZONE:
		if (!layout->redzone)
			return mctl_fail(error, -EINVAL, "cache %s has no redzones", cache->name);
		((u8 *)slab->first)[layout->size] ^= 1U << (bit & 7);
		return 0;
	default:
		return mctl_fail(error, -EINVAL, "site %u is not in a cache", site);
	}
}

static int plant(struct mctl_cache *cache, u32 site, u32 bit, struct mctl_error *error)
{
	switch (site) {
	case MEMCTL_PLANT_SITE_MAGAZINE_TOP:
	case MEMCTL_PLANT_SITE_MAGAZINE_DOOR:
	case MEMCTL_PLANT_SITE_MAGAZINE_PREVIOUS:
	case MEMCTL_PLANT_SITE_DEPOT_FULL:
	case MEMCTL_PLANT_SITE_DEPOT_EMPTY:
		return plant_magazine(cache, site, bit, error);
	default:
		return plant_slab(cache, site, bit, error);
	}
}

/**
 * mctl_cache_plant() - flip a bit of a cache's records
 * @arena: the arena
 * @site: MEMCTL_PLANT_SITE_SLAB_LINK, SLAB_INUSE, REDZONE, MAGAZINE_TOP,
 *	  MAGAZINE_DOOR, MAGAZINE_PREVIOUS, DEPOT_FULL or DEPOT_EMPTY
 * @id: of the cache
 * @bit: which, modulo the width of what is damaged
 * @error: text of a refusal; may be NULL
 *
 * The same call again repairs it.
 *
 * Context: May sleep (caches.lock).
 * Return: 0, -ENOENT when there is no such cache or nothing to damage in it, or
 * -EINVAL for a site that the cache does not have.
 */
int mctl_cache_plant(struct mctl_arena *arena, u32 site, u32 id, u32 bit, struct mctl_error *error)
{
	struct mctl_cache *cache = mctl_cache_find_id(arena, id);
	unsigned long flags;
	int ret;

	if (!cache)
		return mctl_fail(error, -ENOENT, "arena %s has no cache of id %u", arena->name, id);
	raw_spin_lock_irqsave(&cache->lock, flags);
	ret = plant(cache, site, bit, error);
	raw_spin_unlock_irqrestore(&cache->lock, flags);
	mctl_cache_drop(cache);
	return ret;
}
