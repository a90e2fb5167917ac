// SPDX-License-Identifier: GPL-2.0
/*
 * The list of arenas: names, ids, references, and what is known of each.
 *
 * I1  Names are unique; ids are never used again.
 * I2  The list is in the order of ids, and holds one reference of each arena.
 * I3  An arena leaves the list for good only while nobody else holds a
 *     reference, and nothing of it is in use.
 *
 * Locks: requests (mutex) is held for the whole of a create or delete, outside
 * of everything; mctl_arenas_lock (mutex) protects the list itself, and is
 * never held while anything else is taken or waited for.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/slab.h>
#include "mm/cache.h"
#include "mm/event.h"
#include "mm/fcache.h"
#include "mm/handle.h"
#include "mm/hwpoison.h"
#include "mm/inject.h"
#include "mm/region.h"
#include "mm/space.h"
#include "mm/tlb.h"

static DEFINE_MUTEX(requests);
static DEFINE_MUTEX(mctl_arenas_lock);
static LIST_HEAD(arenas); /* mctl_arenas_lock */
static u32 last_id;	  /* requests */
static atomic_t generation;
static const struct mctl_arena_hooks *hooks; /* requests */

/**
 * mctl_arena_set_hooks() - name the one who follows the life of arenas
 * @new: the hooks; NULL for nobody
 *
 * Context: process, at module init and exit.
 */
void mctl_arena_set_hooks(const struct mctl_arena_hooks *new)
{
	mutex_lock(&requests);
	hooks = new;
	mutex_unlock(&requests);
}

static struct mctl_arena *lookup(const char *name)
{
	struct mctl_arena *arena;

	lockdep_assert_held(&mctl_arenas_lock);
	list_for_each_entry(arena, &arenas, list)
		if (!strcmp(arena->name, name))
			return arena;
	return NULL;
}

/**
 * mctl_arena_find() - look an arena up by name
 * @name: its name; NULL or "" for "main"
 *
 * Context: process; may sleep.
 * Return: the arena with a reference, for mctl_arena_drop(), or NULL.
 */
struct mctl_arena *mctl_arena_find(const char *name)
{
	struct mctl_arena *arena;

	mutex_lock(&mctl_arenas_lock);
	arena = lookup(name && *name ? name : "main");
	if (arena)
		refcount_inc(&arena->refs);
	mutex_unlock(&mctl_arenas_lock);
	return arena;
}

/**
 * mctl_arena_next() - the arena of the lowest id from some id on, for dumps
 * @id: the id
 *
 * Context: process; may sleep.
 * Return: the arena with a reference, for mctl_arena_drop(), or NULL.
 */
struct mctl_arena *mctl_arena_next(u32 id)
{
	struct mctl_arena *arena, *found = NULL;

	mutex_lock(&mctl_arenas_lock);
	list_for_each_entry(arena, &arenas, list) {
		if (arena->id < id)
			continue;
		refcount_inc(&arena->refs);
		found = arena;
		break;
	}
	mutex_unlock(&mctl_arenas_lock);
	return found;
}

/**
 * mctl_arena_hold() - one more reference to an arena
 * @arena: an arena that the caller has a reference to
 *
 * Context: any.
 */
void mctl_arena_hold(struct mctl_arena *arena)
{
	refcount_inc(&arena->refs);
}

/**
 * mctl_arena_drop() - give a reference back
 * @arena: the arena
 *
 * The list's own reference stays, so this never ends an arena.
 *
 * Context: any.
 */
void mctl_arena_drop(struct mctl_arena *arena)
{
	WARN_ON_ONCE(refcount_dec_and_test(&arena->refs));
}

/**
 * mctl_arenas_generation() - counts changes of the list of arenas
 *
 * Context: any.
 * Return: a number that grows with each arena made or deleted.
 */
u32 mctl_arenas_generation(void)
{
	return atomic_read(&generation);
}

/**
 * mctl_arena_generation() - counts changes of an arena
 * @arena: the arena
 *
 * Allocations and frees are counted by the per-CPU counters that they move
 * anyway.
 *
 * Context: any.
 * Return: a number that grows with every change.
 */
u64 mctl_arena_generation(struct mctl_arena *arena)
{
	u64 sum = atomic64_read(&arena->generation);
	u32 nr_cached = 0, i;

	for (i = 0; i < arena->nr_zones; i++) {
		const struct mctl_zone *zone = &arena->zones[i];

		sum += READ_ONCE(zone->nr_alloc) + READ_ONCE(zone->nr_freed);
		mctl_fcache_fold(arena, i, &nr_cached, &sum, &sum);
	}
	return sum;
}

static int check_name(const char *name, struct mctl_error *error)
{
	size_t len = strnlen(name, MEMCTL_NAME_MAX + 1), i;

	if (!len)
		return mctl_fail(error, -EINVAL, "the name of an arena is empty");
	if (len > MEMCTL_NAME_MAX)
		return mctl_fail(error, -EINVAL, "the name of an arena has at most %u characters",
				 MEMCTL_NAME_MAX);
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) || (!isalnum(name[i]) && !strchr("._-", name[i])))
			return mctl_fail(error, -EINVAL,
					 "character %zu of the name is none of A-Z a-z 0-9 . _ -",
					 i + 1);
	if (name[0] == '.' || name[0] == '-')
		return mctl_fail(error, -EINVAL, "the name of an arena begins with '%c'", name[0]);
	return 0;
}

/**
 * mctl_arena_send_event() - tell listeners what became of an arena
 * @arena: the arena
 * @type: enum memctl_event_type
 * @size: bytes taken from the host or given back to it
 *
 * Context: Any but NMI.
 */
void mctl_arena_send_event(struct mctl_arena *arena, u32 type, u64 size)
{
	struct mctl_event event = {
		.type = type,
		.arena = arena->name,
		.generation = mctl_arena_generation(arena),
		.has_value = true,
		.value = size,
	};

	mctl_event_send(&event);
}

static int create(struct mctl_arena *arena, const struct mctl_arena_params *params,
		  struct mctl_error *error)
{
	int ret;

	strscpy(arena->name, params->name, sizeof(arena->name));
	arena->id = last_id + 1;
	refcount_set(&arena->refs, 1);
	atomic64_set(&arena->metadata, sizeof(*arena));
	ret = mctl_arena_build(arena, params, error);
	if (ret)
		return ret;
	if (hooks)
		ret = hooks->add(arena);
	if (ret) {
		mctl_handles_destroy(arena);
		mctl_caches_destroy(arena);
		mctl_arena_dismantle(arena);
		return mctl_fail(error, ret, "arena %s: no memory for its files in /proc",
				 params->name);
	}
	last_id = arena->id;
	mutex_lock(&mctl_arenas_lock);
	list_add_tail(&arena->list, &arenas);
	mutex_unlock(&mctl_arenas_lock);
	atomic_inc(&generation);
	mctl_arena_send_event(arena, MEMCTL_EVENT_TYPE_ARENA_ADD,
			      (u64)arena->nr_frames << PAGE_SHIFT);
	return 0;
}

/**
 * mctl_arena_create() - make an arena and put it on the list
 * @params: name, and what to take from the host
 * @error: text on failure
 *
 * Context: process; sleeps.
 * Return: 0; -EEXIST when the name is taken; -EINVAL, -ERANGE for parameters;
 * -ENOMEM when the host cannot give it.
 */
int mctl_arena_create(const struct mctl_arena_params *params, struct mctl_error *error)
{
	struct mctl_arena *arena;
	u32 sequence;
	bool taken;
	int ret;

	ret = check_name(params->name, error);
	if (ret)
		return ret;
	sequence = mctl_hwpoison_sequence();
	mutex_lock(&requests);
	mutex_lock(&mctl_arenas_lock);
	taken = lookup(params->name);
	mutex_unlock(&mctl_arenas_lock);
	if (taken) {
		ret = mctl_fail(error, -EEXIST, "arena %s exists already", params->name);
		goto unlock;
	}
	arena = kzalloc(sizeof(*arena), GFP_KERNEL);
	if (!arena) {
		ret = mctl_fail(error, -ENOMEM, "no memory for the record of an arena");
		goto unlock;
	}
	ret = create(arena, params, error);
	if (ret)
		kfree(arena);
	/* Whoever looked meanwhile did not find the arena on the list. */
	else if (sequence != mctl_hwpoison_sequence())
		mctl_hwpoison_look();
unlock:
	mutex_unlock(&requests);
	return ret;
}

/* Everything that hangs off an arena that is off the list. */
static void destroy(struct mctl_arena *arena)
{
	if (hooks)
		hooks->del(arena);
	mctl_inject_del_all(arena);
	mctl_tlbs_destroy(arena);
	mctl_spaces_destroy(arena);
	mctl_regions_destroy(arena);
	mctl_handles_destroy(arena);
	mctl_caches_destroy(arena);
	mctl_arena_dismantle(arena);
	kfree(arena);
}

/* The arena's own caches, of magazines and headers, are nobody's hold. */
static u32 count_busy_caches(struct mctl_arena *arena)
{
	struct mctl_cache_info info;
	struct mctl_cache *cache;
	u32 nr = 0, id;

	for (id = MCTL_CACHE_ID_KMALLOC; (cache = mctl_cache_next(arena, &id)); id++) {
		mctl_cache_info(cache, &info);
		nr += info.nr_active > 0;
		mctl_cache_drop(cache);
	}
	return nr;
}

/* Frames in blocks of a kind. */
static u32 count_kind(struct mctl_arena *arena, unsigned int kind)
{
	const struct mctl_table *table = &arena->table;
	u32 fn, nr = 0;

	down_read(&arena->resize);
	for (fn = 0; fn < mctl_table_span(table); fn++) {
		u8 state = READ_ONCE(table->state[fn]);

		if (mctl_state_kind(state) == kind)
			nr += 1U << min_t(unsigned int, mctl_state_order(state), MCTL_MAX_ORDER);
	}
	up_read(&arena->resize);
	return nr;
}

/* Who holds what of an arena, as a list of words. Return: whether anybody does. */
static bool tell_holders(struct mctl_arena *arena, u32 own_refs, char *text, size_t size)
{
	u32 nr_users = atomic_read(&arena->nr_users);
	u32 nr_refs = refcount_read(&arena->refs);
	const struct {
		u32 nr;
		const char *one;
		const char *many;
	} holders[] = {
		{ READ_ONCE(arena->handles.nr), "handle", "handles" },
		{ READ_ONCE(arena->regions.nr) + READ_ONCE(arena->spaces.nr), "region", "regions" },
		{ READ_ONCE(arena->spaces.nr_quarantine), "lent frame", "lent frames" },
		{ count_busy_caches(arena), "cache with objects", "caches with objects" },
		{ count_kind(arena, MCTL_KIND_USED), "frame in use", "frames in use" },
		{ nr_users, "user", "users" },
		{ nr_refs - min(nr_refs, nr_users + own_refs), "reader", "readers" },
	};
	size_t len = 0, i;

	text[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(holders); i++)
		if (holders[i].nr)
			len += scnprintf(text + len, size - len, "%s%u %s", len ? ", " : "",
					 holders[i].nr,
					 holders[i].nr == 1 ? holders[i].one : holders[i].many);
	return len;
}

/* The caller's reference is the only one but the list's: nobody finds it any more then. */
static bool unlink_arena(struct mctl_arena *arena)
{
	bool alone;

	mutex_lock(&mctl_arenas_lock);
	alone = refcount_read(&arena->refs) == 2;
	if (alone)
		list_del_init(&arena->list);
	mutex_unlock(&mctl_arenas_lock);
	return alone;
}

static void relink_arena(struct mctl_arena *arena)
{
	struct mctl_arena *next;

	mutex_lock(&mctl_arenas_lock);
	list_for_each_entry(next, &arenas, list)
		if (next->id > arena->id)
			break;
	list_add_tail(&arena->list, &next->list);
	mutex_unlock(&mctl_arenas_lock);
}

/**
 * mctl_arena_delete() - give an arena that is not in use back to the host
 * @name: its name; NULL or "" for "main"
 * @error: text on failure: who holds what
 *
 * Context: process; sleeps.
 * Return: 0; -ENOENT; -EBUSY while it has handles, regions, objects, frames in
 * use, users, or readers such as a dump that is under way.
 */
int mctl_arena_delete(const char *name, struct mctl_error *error)
{
	char holders[MCTL_ERROR_TEXT_SIZE - MEMCTL_NAME_MAX - 8];
	struct mctl_arena *arena;
	int ret = 0;

	mutex_lock(&requests);
	arena = mctl_arena_find(name);
	if (!arena) {
		ret = mctl_fail(error, -ENOENT, "no arena of this name");
		goto unlock;
	}
	/* Once more when it is off the list: whoever was about may have left something. */
	if (tell_holders(arena, 2, holders, sizeof(holders))) {
		ret = -EBUSY;
	} else if (!unlink_arena(arena)) {
		strscpy(holders, "1 reader", sizeof(holders));
		ret = -EBUSY;
	} else if (tell_holders(arena, 2, holders, sizeof(holders))) {
		relink_arena(arena);
		ret = -EBUSY;
	}
	if (ret) {
		mctl_fail(error, ret, "arena %s: %s", arena->name, holders);
		mctl_arena_drop(arena);
		goto unlock;
	}
	atomic_inc(&generation);
	mctl_arena_send_event(arena, MEMCTL_EVENT_TYPE_ARENA_DEL,
			      (u64)arena->nr_frames << PAGE_SHIFT);
	destroy(arena);
unlock:
	mutex_unlock(&requests);
	return ret;
}

/**
 * mctl_arenas_exit() - every arena back to the host, at module exit
 *
 * Nobody can hold one any more: whoever does holds the module as well. A chunk
 * that is in use all the same is not given back, and named in the log.
 *
 * Context: process; sleeps.
 */
void mctl_arenas_exit(void)
{
	struct mctl_arena *arena, *next;

	mutex_lock(&requests);
	list_for_each_entry_safe(arena, next, &arenas, list) {
		list_del(&arena->list);
		destroy(arena);
	}
	mutex_unlock(&requests);
}

static u64 count_waste(struct mctl_arena *arena)
{
	struct mctl_cache_info info;
	struct mctl_cache *cache;
	u64 waste = 0;
	u32 id;

	for (id = 0; (cache = mctl_cache_next(arena, &id)); id++) {
		mctl_cache_info(cache, &info);
		waste += info.waste;
		mctl_cache_drop(cache);
	}
	return waste;
}

/**
 * mctl_arena_info() - what is known of an arena at one moment
 * @arena: the arena
 * @info: filled
 *
 * No lock of the allocators is taken: the numbers may be of moments a little
 * apart.
 *
 * Context: process; may sleep.
 */
void mctl_arena_info(struct mctl_arena *arena, struct mctl_arena_info *info)
{
	struct mctl_zone_info zone;
	u32 i;

	*info = (struct mctl_arena_info){
		.id = arena->id,
		.generation = mctl_arena_generation(arena),
		.nr_frames = READ_ONCE(arena->nr_frames),
		.nr_chunks = READ_ONCE(arena->nr_chunks),
		.nr_caches = READ_ONCE(arena->caches.nr),
		.nr_regions = READ_ONCE(arena->regions.nr) + READ_ONCE(arena->spaces.nr),
		.nr_handles = READ_ONCE(arena->handles.nr),
		.nr_users = atomic_read(&arena->nr_users),
		.nr_slab = count_kind(arena, MCTL_KIND_SLAB),
		.nr_table = count_kind(arena, MCTL_KIND_TABLE),
		.metadata = atomic64_read(&arena->metadata),
		.nr_bad_free = atomic64_read(&arena->nr_bad_free),
		.waste = count_waste(arena),
		.nr_hwpoison = READ_ONCE(arena->hwpoison.nr),
		.nr_aside = atomic_read(&arena->hwpoison.nr_aside),
	};
	strscpy(info->name, arena->name, sizeof(info->name));
	info->size = (u64)info->nr_frames << PAGE_SHIFT;
	for (i = 0; !mctl_zone_info(arena, i, &zone); i++) {
		info->nr_zones += zone.nr_frames > 0;
		info->nr_free += zone.nr_free;
		info->nr_cached += zone.nr_cached;
		info->nr_alloc += zone.nr_alloc;
		info->nr_freed += zone.nr_freed;
		info->nr_failed += zone.nr_failed;
		info->nr_lock += zone.nr_lock;
	}
}
