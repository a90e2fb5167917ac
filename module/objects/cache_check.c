// SPDX-License-Identifier: GPL-2.0
/*
 * Views of the object caches, and the check of the invariants of cache.h,
 * magazine.c, cache_id.c (N2) and kmalloc.c (K1). cache_plant.c plants damage.
 *
 * A view reads the CPUs' counters without synchronisation: the sums are exact if
 * the cache is idle, and approximate otherwise. Only the check, which runs with
 * the machine stopped, reads the objects of magazines.
 */
#include "core/buddy.h"
#include "frames/hwpoison.h"
#include "objects/cache_impl.h"

/* --- views ------------------------------------------------------------------------------- */

/**
 * struct sums - counters of a cache, summed over its slabs and all CPUs
 * @nr_alloc: objects allocated, since the cache was created
 * @nr_freed: objects freed, since the cache was created
 * @nr_magazine: objects in magazines
 * @asked: bytes requested from kmalloc, of the @nr_alloc objects
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

/* Bytes of the objects in use beyond the sizes requested from kmalloc. */
static u64 rounding(const struct mctl_cache *cache, const struct sums *sums, u64 nr_active)
{
	u64 given = sums->nr_alloc * cache->layout.size;

	if (!(cache->flags & MEMCTL_CACHE_FLAG_KMALLOC) || !sums->nr_alloc || given < sums->asked)
		return 0;
	return div64_u64(given - sums->asked, sums->nr_alloc) * nr_active;
}

/**
 * mctl_cache_info() - get the state of a cache
 * @cache: the cache
 * @info: filled in
 *
 * Context: Any context; takes no lock.
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
		.creator = cache->creator,
	};
	info->free = MCTL_SLAB_HARDENED &&
		     mctl_slab_code_is_free(mctl_slab_code(layout, (void *)address - info->offset));
	strscpy(info->cache, cache->name, sizeof(info->cache));
	return 0;
}

/**
 * mctl_cache_what() - find the object that contains an address
 * @arena: the arena
 * @head_fn: first frame of the block that contains the address
 * @address: the address
 * @info: filled in
 *
 * Context: Any context.
 * Return: 0, or -ENOENT if the block is not a slab, or the address is in the
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
 * struct found - counts of a cache's slabs and magazines
 * @nr_inuse: sum of the slabs' counts
 * @nr_lost: sum of the slabs' counts
 * @nr_marked: objects marked as in a magazine
 * @nr_magazine: objects in magazines
 * @sum_marked: sum of the addresses of @nr_marked
 * @sum_magazine: sum of the addresses of @nr_magazine
 */
struct found {
	u64 nr_inuse;
	u64 nr_lost;
	u64 nr_marked;
	u64 nr_magazine;
	u64 sum_marked;
	u64 sum_magazine;
};

/* Sum of the addresses of a slab's objects that are marked as in a magazine. */
static u64 sum_marked(const struct mctl_slab_layout *layout, const struct mctl_slab *slab)
{
	void *object = slab->first;
	u64 sum = 0;

	if (!MCTL_SLAB_HARDENED)
		return 0;
	for (u64 i = 0; i < layout->objects; i++, object += layout->stride)
		if (mctl_slab_code(layout, object) == MCTL_LINK_CACHED)
			sum += (unsigned long)object;
	return sum;
}

/* C2 of the tags of a slab's frames. */
static bool check_tags(struct mctl_cache *cache, u32 fn, struct mctl_report *report)
{
	const u32 *tag = cache->arena->table.tag;
	bool sound = mctl_report_expect(report, "cache C2", "slab", fn, "tag", cache->id, tag[fn]);

	for (u32 i = fn + 1; i < fn + (1U << cache->layout.order); i++)
		sound &= mctl_report_expect(report, "cache C2", "frame", i, "tag", cache->id,
					    tag[i]);
	return sound;
}

/* C2, C3 and S1 to S9 of a slab. Return: false if its header is damaged. */
static bool check_slab(struct mctl_cache *cache, struct mctl_slab *slab, u32 where,
		       struct found *found, struct mctl_report *report)
{
	const struct mctl_table *table = &cache->arena->table;
	u32 fn = mctl_arena_address_to_fn(cache->arena, slab);
	u32 nr_marked;
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
	    !check_tags(cache, slab->fn, report) ||
	    !mctl_report_expect(report, "cache C2", "slab", slab->fn, "header", (unsigned long)slab,
				(unsigned long)mctl_cache_lookup(cache, memory)))
		return false;
	mctl_report_expect(report, "cache C3", "slab", slab->fn, "list", where, slab->where);
	mctl_report_expect(report, "cache C3", "slab", slab->fn, "list by counts",
			   mctl_cache_list_for(cache, slab), where);
	found->nr_inuse += slab->inuse;
	found->nr_lost += slab->lost;
	/* hwpoison H1 reports it. Its objects are in no magazine, and must not be read. */
	if (mctl_hwpoison_any(cache->arena) &&
	    mctl_hwpoison_has(cache->arena, slab->fn, mctl_state_order(cache->state)))
		return true;
	nr_marked = mctl_slab_check(&cache->layout, slab, memory, slab->fn, report);
	/* 0 also if the slab is damaged. */
	if (nr_marked)
		found->sum_marked += sum_marked(&cache->layout, slab);
	found->nr_marked += nr_marked;
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

/* State of the object at an address; MCTL_SLAB_INTERIOR if it is in no slab of the cache. */
static enum mctl_slab_status inspect(struct mctl_cache *cache, void *address)
{
	const struct mctl_slab *slab = mctl_cache_lookup(cache, address);
	u32 index;

	return slab ? mctl_slab_inspect(&cache->layout, slab, address, &index) : MCTL_SLAB_INTERIOR;
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
		enum mctl_slab_status status = inspect(cache, magazine->object[i]);

		found->sum_magazine += (unsigned long)magazine->object[i];
		mctl_report_expect(report, "cache C1", "cache", cache->id, "object in a magazine",
				   MCTL_SLAB_HARDENED || status == MCTL_SLAB_INTERIOR ?
					   MCTL_SLAB_CACHED :
					   status,
				   status);
	}
}

/**
 * mctl_cache_is_magazine() - whether a pointer, which may be damaged, points to a magazine
 * @arena: the arena
 * @magazine: any value
 *
 * Context: As for mctl_cache_lookup().
 * Return: true if it does.
 */
bool mctl_cache_is_magazine(const struct mctl_arena *arena, const struct mctl_magazine *magazine)
{
	return inspect(arena->caches.magazines, (void *)magazine) == MCTL_SLAB_OK;
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
				mctl_cache_is_magazine(cache->arena, magazine) && !magazine->next))
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
	/* If one object is in a magazine twice and another one is missing, only the sums differ. */
	mctl_report_expect(report, "cache C1", "cache", cache->id, "sum of objects marked cached",
			   MCTL_SLAB_HARDENED ? found.sum_magazine : 0, found.sum_marked);
	mctl_report_expect(report, "cache C4", "cache", cache->id, "objects not freed",
			   found.nr_inuse - found.nr_magazine, sums.nr_alloc - sums.nr_freed);
}

/* N2 of a cache on the list. */
static void check_id(const struct mctl_caches *caches, const struct mctl_cache *cache,
		     struct mctl_report *report)
{
	if (mctl_report_expect(report, "cache N2", "cache", cache->id, "id is one", true,
			       cache->id && cache->id < caches->nr_ids))
		mctl_report_expect(report, "cache N2", "cache", cache->id, "slot",
				   (unsigned long)cache, (unsigned long)caches->by_id[cache->id]);
}

/* N2 of the slots, K1. */
static void check_slots(struct mctl_arena *arena, u64 nr_listed, struct mctl_report *report)
{
	const struct mctl_caches *caches = &arena->caches;
	u64 nr_slots = 0;

	for (u32 id = 0; id < caches->nr_ids; id++)
		nr_slots += !!caches->by_id[id];
	mctl_report_expect(report, "cache N2", "arena", arena->id, "slots in use", nr_listed,
			   nr_slots);
	mctl_report_expect(report, "cache N2", "arena", arena->id, "caches", nr_listed, caches->nr);
	for (u32 i = 0; i < MCTL_NR_KMALLOC; i++)
		mctl_report_expect(report, "kmalloc K1", "class", i, "cache of its id",
				   (unsigned long)caches->by_id[MCTL_CACHE_ID_KMALLOC + i],
				   (unsigned long)caches->kmalloc[i]);
}

/**
 * mctl_caches_check() - check C1 to C6, M1, M2, N2, K1 and, for each slab, S1 to S9
 * @arena: the arena
 * @report: counts checks and receives problems
 *
 * Context: All CPUs are stopped.
 */
void mctl_caches_check(struct mctl_arena *arena, struct mctl_report *report)
{
	const struct mctl_caches *caches = &arena->caches;
	struct mctl_cache *cache;
	u64 nr = 0;

	list_for_each_entry(cache, &caches->list, list) {
		check_id(caches, cache, report);
		check_cache(cache, report);
		nr++;
	}
	check_slots(arena, nr, report);
}
