// SPDX-License-Identifier: GPL-2.0
/*
 * The list of arenas: names, ids, references, and the state of each.
 *
 * I1  Names are unique; ids are never used again.
 * I2  The list is in the order of ids, and holds one reference of each arena.
 * I3  An arena is removed from the list only while there are no other references
 *     and none of its memory is in use.
 * I4  An arena that is being created or deleted is on the list, so that its name
 *     is taken, and hidden from lookups, so that references can only be dropped.
 *
 * A request holds its arena until it ends, and any user may make one. A delete
 * therefore hides the arena first, and then waits for the requests that had
 * found it before, for a limited time and without a lock. If some do not end,
 * they are reported by name, and the arena can be found again.
 *
 * Locks: building (mutex) is held while an arena is created or destroyed, outside
 * of all other locks. Waiting for it is killable, because the host may take long to
 * provide the memory. mctl_arenas_lock (mutex) protects the list itself, and is never
 * held while anything else is taken or waited for.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "arenas/arena_size.h"
#include "arenas/arenas.h"
#include "arenas/hwpoison_look.h"
#include "arenas/owner.h"
#include "frames/fcache.h"
#include "handles/handle.h"
#include "host/asker.h"
#include "host/event.h"
#include "host/inject_site.h"
#include "models/tlb.h"
#include "objects/cache.h"
#include "regions/region.h"
#include "spaces/space.h"

static DEFINE_MUTEX(building);
static DEFINE_MUTEX(mctl_arenas_lock);
static LIST_HEAD(arenas); /* mctl_arenas_lock */
static u32 last_id;	  /* mctl_arenas_lock */
static atomic_t generation;
static const struct mctl_arena_hooks *hooks; /* building */

/**
 * mctl_arena_set_hooks() - set the functions called when arenas are created and removed
 * @new: the hooks; NULL for none
 *
 * Context: Process context, at module init and exit.
 */
void mctl_arena_set_hooks(const struct mctl_arena_hooks *new)
{
	mutex_lock(&building);
	hooks = new;
	mutex_unlock(&building);
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
 * Context: Process context, may sleep.
 * Return: the arena with a reference, for mctl_arena_drop(), or NULL.
 */
struct mctl_arena *mctl_arena_find(const char *name)
{
	struct mctl_arena *arena;

	mutex_lock(&mctl_arenas_lock);
	arena = lookup(name && *name ? name : "main");
	if (arena && !arena->live)
		arena = NULL;
	if (arena)
		refcount_inc(&arena->refs);
	mutex_unlock(&mctl_arenas_lock);
	return arena;
}

/**
 * mctl_arena_changing() - whether an arena that is not found is being made or deleted
 * @name: its name; NULL or "" for "main"
 *
 * For the text of a refusal: it may be there, or gone, a moment later.
 *
 * Context: Process context, may sleep.
 * Return: whether there is one of this name that cannot be found right now.
 */
bool mctl_arena_changing(const char *name)
{
	const struct mctl_arena *arena;
	bool changing;

	mutex_lock(&mctl_arenas_lock);
	arena = lookup(name && *name ? name : "main");
	changing = arena && !arena->live;
	mutex_unlock(&mctl_arenas_lock);
	return changing;
}

/**
 * mctl_arena_next() - the arena of the lowest id from some id on, for dumps
 * @id: the id
 *
 * Context: Process context, may sleep.
 * Return: the arena with a reference, for mctl_arena_drop(), or NULL.
 */
struct mctl_arena *mctl_arena_next(u32 id)
{
	struct mctl_arena *arena, *found = NULL;

	mutex_lock(&mctl_arenas_lock);
	list_for_each_entry(arena, &arenas, list) {
		if (arena->id < id || !arena->live)
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
 * Context: Any context.
 */
void mctl_arena_hold(struct mctl_arena *arena)
{
	refcount_inc(&arena->refs);
}

/**
 * mctl_arena_drop() - give a reference back
 * @arena: the arena
 *
 * The list's own reference stays, so this never ends an arena; but it may be gone
 * when this returns.
 *
 * Context: Any context.
 */
void mctl_arena_drop(struct mctl_arena *arena)
{
	WARN_ON_ONCE(refcount_dec_and_test(&arena->refs));
}

/**
 * mctl_arenas_generation() - counts changes of the list of arenas
 *
 * Context: Any context.
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
 * Context: Any context.
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
 * Context: Any context except NMI.
 */
void mctl_arena_send_event(struct mctl_arena *arena, u32 type, u64 size)
{
	struct mctl_event event = {
		.type = type,
		.arena = arena,
		.has_value = true,
		.value = size,
	};

	mctl_event_send(&event);
}

/* Take the name, and an id. Return: 0 or -EEXIST. */
static int enlist(struct mctl_arena *arena, struct mctl_error *error)
{
	bool taken;

	mutex_lock(&mctl_arenas_lock);
	taken = lookup(arena->name);
	if (!taken) {
		arena->id = ++last_id;
		list_add_tail(&arena->list, &arenas);
	}
	mutex_unlock(&mctl_arenas_lock);
	return taken ? mctl_fail(error, -EEXIST, "arena %s exists already", arena->name) : 0;
}

static void delist(struct mctl_arena *arena)
{
	mutex_lock(&mctl_arenas_lock);
	list_del(&arena->list);
	mutex_unlock(&mctl_arenas_lock);
}

/* Return: whether it was not so before. */
static bool set_live(struct mctl_arena *arena, bool live)
{
	bool changed;

	mutex_lock(&mctl_arenas_lock);
	changed = arena->live != live;
	arena->live = live;
	mutex_unlock(&mctl_arenas_lock);
	return changed;
}

static int build(struct mctl_arena *arena, const struct mctl_arena_params *params,
		 struct mctl_error *error)
{
	int ret;

	if (mutex_lock_killable(&building))
		return mctl_fail(error, -EINTR, "killed while it waited for another arena");
	ret = mctl_arena_build(arena, params, error);
	if (!ret && hooks) {
		ret = hooks->add(arena);
		if (ret) {
			mctl_arena_dismantle(arena);
			mctl_fail(error, ret, "arena %s: no memory for its files in /proc",
				  params->name);
		}
	}
	mutex_unlock(&building);
	return ret;
}

/**
 * mctl_arena_create() - make an arena and put it on the list
 * @params: name, and what to take from the host
 * @error: text on failure
 *
 * Context: Process context, may sleep.
 * Return: 0; -EEXIST when the name is taken; -EINVAL, -ERANGE for parameters;
 * -ENOMEM when the host cannot give it; -EINTR if the process is killed.
 */
int mctl_arena_create(const struct mctl_arena_params *params, struct mctl_error *error)
{
	struct mctl_arena *arena;
	u32 sequence;
	int ret;

	ret = check_name(params->name, error);
	if (ret)
		return ret;
	sequence = mctl_hwpoison_sequence();
	arena = kzalloc(sizeof(*arena), GFP_KERNEL);
	if (!arena)
		return mctl_fail(error, -ENOMEM, "no memory for the record of an arena");
	strscpy(arena->name, params->name, sizeof(arena->name));
	arena->no_cpu_caches = params->no_cpu_caches;
	refcount_set(&arena->refs, 1);
	atomic64_set(&arena->metadata, sizeof(*arena));
	ret = mctl_inject_create(arena);
	if (!ret)
		ret = mctl_users_create(arena);
	if (ret) {
		mctl_fail(error, ret, "no memory for the record of an arena");
		goto free;
	}
	ret = enlist(arena, error);
	if (ret)
		goto free;
	ret = build(arena, params, error);
	if (ret) {
		delist(arena);
		goto free;
	}
	set_live(arena, true);
	/* A look at memory errors in the meantime did not find the arena. */
	if (sequence != mctl_hwpoison_sequence())
		mctl_hwpoison_look();
	atomic_inc(&generation);
	mctl_arena_send_event(arena, MEMCTL_EVENT_TYPE_ARENA_ADD,
			      (u64)arena->nr_frames << PAGE_SHIFT);
	return 0;

free:
	mctl_users_destroy(arena);
	mctl_inject_destroy(arena);
	kfree(arena);
	return ret;
}

/* Everything that hangs off an arena that is off the list. */
static void destroy(struct mctl_arena *arena)
{
	if (hooks)
		hooks->del(arena);
	mctl_inject_clear(arena);
	mctl_arena_dismantle(arena);
	mctl_users_destroy(arena);
	mctl_inject_destroy(arena);
	kfree(arena);
}

/* The arena's own caches, of magazines and headers, do not count as in use. */
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

/* Number of frames in allocated blocks; for the text of a refusal to remove the arena. */
static u32 count_used(struct mctl_arena *arena)
{
	const struct mctl_table *table = &arena->table;
	u32 fn, nr = 0;

	down_read(&arena->resize);
	for (fn = 0; fn < mctl_table_span(table); fn++) {
		u8 state = READ_ONCE(table->state[fn]);

		if (mctl_state_kind(state) == MCTL_KIND_USED)
			nr += 1U << min_t(unsigned int, mctl_state_order(state), MCTL_MAX_ORDER);
	}
	up_read(&arena->resize);
	return nr;
}

/*
 * List in @text what is held of an arena and is not released by itself.
 * Return: whether anything is.
 */
static bool tell_holders(struct mctl_arena *arena, char *text, size_t size)
{
	const struct {
		u32 nr;
		const char *one;
		const char *many;
	} holders[] = {
		{ READ_ONCE(arena->handles->nr), "handle", "handles" },
		{ READ_ONCE(arena->regions->nr) + READ_ONCE(arena->spaces->nr), "region",
		  "regions" },
		{ READ_ONCE(arena->spaces->nr_quarantine), "lent frame", "lent frames" },
		{ count_busy_caches(arena), "cache with objects", "caches with objects" },
		{ count_used(arena), "frame in use", "frames in use" },
		{ atomic_read(&arena->nr_users), "user", "users" },
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

/* References but the list's and the deleter's: of requests, once there are no users. */
static u32 count_requests(struct mctl_arena *arena)
{
	return refcount_read(&arena->refs) - 2;
}

/*
 * Wait for the requests that had found the arena before it was hidden. No lock is
 * held. Return: 0, -EINTR, or -EBUSY with the holders in @text.
 */
static int wait_for_requests(struct mctl_arena *arena, char *text, size_t size)
{
	unsigned long end = jiffies + msecs_to_jiffies(MCTL_WAIT_MAX_MS);
	char who[MCTL_HOLDER_TEXT_SIZE];
	u32 nr;

	while (count_requests(arena) && time_before(jiffies, end)) {
		if (fatal_signal_pending(current)) {
			strscpy(text, "killed while it waited for requests", size);
			return -EINTR;
		}
		schedule_timeout_killable(1);
	}
	nr = count_requests(arena);
	if (!nr)
		return 0;
	/* A user in the kernel may have found it at the last moment. */
	if (tell_holders(arena, text, size))
		return -EBUSY;
	mctl_askers_of_arena(arena, who, sizeof(who));
	scnprintf(text, size, "%u %s not end%s%s", nr, nr == 1 ? "request does" : "requests do",
		  who[0] ? ": " : "", who);
	return -EBUSY;
}

/*
 * Hide an arena of which nothing is in use, wait, and check again: a request may
 * have allocated something. Return: 0 if there are no other references; otherwise an
 * error, and the arena is visible again.
 */
static int hide(struct mctl_arena *arena, char *text, size_t size)
{
	int ret;

	if (tell_holders(arena, text, size))
		return -EBUSY;
	if (!set_live(arena, false)) {
		strscpy(text, "it is being deleted already", size);
		return -EBUSY;
	}
	ret = wait_for_requests(arena, text, size);
	if (!ret && tell_holders(arena, text, size))
		ret = -EBUSY;
	if (!ret && mutex_lock_killable(&building)) {
		strscpy(text, "killed while it waited for another arena", size);
		ret = -EINTR;
	}
	if (ret) {
		set_live(arena, true);
		/* A look at memory errors in the meantime did not find the arena. */
		mctl_hwpoison_look();
	}
	return ret;
}

/**
 * mctl_arena_delete() - give an arena that is not in use back to the host
 * @name: its name; NULL or "" for "main"
 * @error: text on failure: the holders
 *
 * Requests about it that are under way are waited for, without a lock and no longer
 * than MCTL_WAIT_MAX_MS; new ones do not find it any more.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT; -EBUSY while it has handles, regions, objects, frames in
 * use or users, or a request that does not end; -EINTR if the process is killed.
 */
int mctl_arena_delete(const char *name, struct mctl_error *error)
{
	char holders[MCTL_ERROR_TEXT_SIZE - MEMCTL_NAME_MAX - 8];
	struct mctl_arena *arena = mctl_arena_find(name);
	int ret;

	if (!arena && mctl_arena_changing(name))
		return mctl_fail(error, -EBUSY, "arena %s is being made or deleted", name);
	if (!arena)
		return mctl_fail(error, -ENOENT, "no arena of this name");
	ret = hide(arena, holders, sizeof(holders));
	if (ret) {
		mctl_fail(error, ret, "arena %s: %s", arena->name, holders);
		mctl_arena_drop(arena);
		return ret;
	}
	delist(arena);
	atomic_inc(&generation);
	mctl_arena_send_event(arena, MEMCTL_EVENT_TYPE_ARENA_DEL,
			      (u64)arena->nr_frames << PAGE_SHIFT);
	destroy(arena);
	mutex_unlock(&building);
	return 0;
}

/**
 * mctl_arenas_exit() - give all arenas back to the host, at module exit
 *
 * There are no other references, since each one also holds the module. Leaks are
 * written to the log, by symbol and count. A chunk that is in use nevertheless is
 * not given back, and is named in the log.
 *
 * Context: Process context, may sleep.
 */
void mctl_arenas_exit(void)
{
	struct mctl_arena *arena, *next;

	mutex_lock(&building);
	list_for_each_entry_safe(arena, next, &arenas, list) {
		list_del(&arena->list);
		mctl_leaks_tell(arena);
		destroy(arena);
	}
	mutex_unlock(&building);
}

/* Frames of slabs and large objects, and the bytes of them that were not asked for. */
static void sum_up_caches(struct mctl_arena *arena, struct mctl_arena_info *sum)
{
	struct mctl_cache_info info;
	struct mctl_cache *cache;
	u32 id;

	sum->nr_slab = atomic_read(&arena->caches.large_frames);
	sum->waste = atomic64_read(&arena->caches.large_waste);
	for (id = 0; (cache = mctl_cache_next(arena, &id)); id++) {
		mctl_cache_info(cache, &info);
		sum->nr_slab += (info.nr_full + info.nr_partial + info.nr_empty) << info.slab_order;
		sum->waste += info.waste;
		mctl_cache_drop(cache);
	}
}

/**
 * mctl_arena_info() - what is known of an arena at one moment
 * @arena: the arena
 * @info: filled
 *
 * No lock of the allocators is taken, and no frame is looked at: the numbers are
 * kept, and may be of moments a little apart.
 *
 * Context: Process context, may sleep.
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
		.nr_regions = READ_ONCE(arena->regions->nr) + READ_ONCE(arena->spaces->nr),
		.nr_handles = READ_ONCE(arena->handles->nr),
		.nr_users = atomic_read(&arena->nr_users),
		.nr_table = atomic_read(&arena->nr_tables),
		.metadata = atomic64_read(&arena->metadata),
		.nr_bad_free = atomic64_read(&arena->nr_bad_free),
		.nr_hwpoison = READ_ONCE(arena->hwpoison.nr),
		.nr_aside = atomic_read(&arena->hwpoison.nr_aside),
		.no_cpu_caches = arena->no_cpu_caches,
	};
	sum_up_caches(arena, info);
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
