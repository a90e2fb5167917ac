// SPDX-License-Identifier: GPL-2.0
/*
 * The faults that are injected into arenas: what was requested, what each has
 * counted, and whether a try fails. See inject_site.h.
 *
 * A fault counts the tries that it could make fail from when it was added, and
 * chooses by their number alone: by nth every nth, by probability those whose
 * number, mixed with the seed, selects them. The same tries in the same order
 * fail again. Faults are independent: a try counts for each fault that it
 * matches, and fails if any of them fires.
 *
 * I1  arena->inject->sites has the bit of each site that a fault on the list has.
 * I2  The static key counts the faults of all arenas, as nr_faults does.
 * I3  A fault fires at most @times times, if that is not 0.
 *
 * While an arena has a fault of site alloc, no frame cache begins to be filled;
 * with one of site slab, no magazine does. inject.c drains them before it reports
 * a fault as set. A fill that began before may end after: this is no invariant.
 *
 * Locks: mctl_inject_lock (mutex) for changes; outside of caches.lock. Tries read
 * the list under RCU, in any context, and take no lock.
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/fault-inject.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "host/event.h"
#include "host/flip.h"
#include "host/inject_site.h"

/**
 * struct mctl_fault - a fault
 * @list: in arena->inject->list; mctl_inject_lock, RCU to read
 * @rcu: frees it when nobody reads it any more
 * @params: constant
 * @id: constant
 * @nr_try: tries that matched
 * @nr_injected: tries that failed
 * @victim: the task whose try failed last, for mctl_inject_blame(); compared only
 */
struct mctl_fault {
	struct list_head list;
	struct rcu_head rcu;
	struct mctl_inject_params params;
	u32 id;
	atomic64_t nr_try;
	atomic64_t nr_injected;
	const struct task_struct *victim;
};

DEFINE_STATIC_KEY_FALSE(mctl_inject_key);
DEFINE_MUTEX(mctl_inject_lock);
/* mctl_inject_lock */
static u32 nr_faults;

/**
 * mctl_inject_site_name() - the name of a site
 * @site: enum memctl_inject_site
 *
 * Context: Any context.
 * Return: the name.
 */
const char *mctl_inject_site_name(u32 site)
{
	static const char *const names[] = {
		[MEMCTL_INJECT_SITE_ALLOC] = "alloc",	[MEMCTL_INJECT_SITE_SLAB] = "slab",
		[MEMCTL_INJECT_SITE_TABLE] = "table",	[MEMCTL_INJECT_SITE_MAP] = "map",
		[MEMCTL_INJECT_SITE_RECORD] = "record",
	};

	return site < ARRAY_SIZE(names) ? names[site] : "?";
}

/* --- tries -------------------------------------------------------------------------------- */

static bool matches(const struct mctl_fault *fault, u32 site, u32 order, const char *cache)
{
	const struct mctl_inject_params *params = &fault->params;

	if (params->site != site)
		return false;
	if (params->order != MCTL_INJECT_ANY_ORDER && params->order != order)
		return false;
	return !params->cache[0] || !strcmp(params->cache, cache);
}

/* splitmix64: any seed will do, and consecutive numbers give values that look random. */
static u64 mix(u64 seed, u64 number)
{
	u64 value = seed + number * 0x9e3779b97f4a7c15ULL;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

/* Whether the try of this number, from 1 on, fails. */
static bool chooses(const struct mctl_inject_params *params, u64 number)
{
	u64 remainder = number;

	if (params->nth)
		return !do_div(remainder, params->nth);
	return (mix(params->seed, number) >> 32) * MEMCTL_INJECT_ALWAYS >> 32 < params->probability;
}

/* I3 */
static bool count_injected(struct mctl_fault *fault)
{
	s64 nr = atomic64_read(&fault->nr_injected);

	do {
		if (fault->params.times && nr >= fault->params.times)
			return false;
	} while (!atomic64_try_cmpxchg(&fault->nr_injected, &nr, nr + 1));
	return true;
}

static bool fires(struct mctl_fault *fault)
{
	u64 number = atomic64_inc_return(&fault->nr_try);

	return chooses(&fault->params, number) && count_injected(fault);
}

static void tell(struct mctl_arena *arena, const struct mctl_fault *fault, u32 order,
		 const char *cache)
{
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_INJECTED,
		.arena = arena,
		.name = cache,
		.text = mctl_inject_site_name(fault->params.site),
		.has_order = fault->params.site == MEMCTL_INJECT_SITE_ALLOC,
		.order = order,
		.has_value = true,
		.value = fault->id,
	};

	mctl_event_send(&event);
}

/**
 * mctl_inject_fire() - mctl_inject() for an arena that has a fault of this site
 * @arena: the arena
 * @site: enum memctl_inject_site
 * @order: of the block, for MEMCTL_INJECT_SITE_ALLOC
 * @cache: name of the cache, for MEMCTL_INJECT_SITE_SLAB
 *
 * Context: Any context but NMI.
 * Return: whether the try has to fail.
 */
bool mctl_inject_fire(struct mctl_arena *arena, u32 site, u32 order, const char *cache)
{
	struct mctl_fault *fault;
	bool fired = false;

	rcu_read_lock();
	list_for_each_entry_rcu(fault, &arena->inject->list, list) {
		if (!matches(fault, site, order, cache) || !fires(fault))
			continue;
		if (in_task())
			WRITE_ONCE(fault->victim, current);
		if (!fired)
			tell(arena, fault, order, cache);
		fired = true;
	}
	rcu_read_unlock();
	return fired;
}

/**
 * mctl_inject_blame() - find the fault that made a try of this task fail
 * @arena: the arena
 * @site: enum memctl_inject_site of the fault
 *
 * Each failure is told once. A task that exited may have left one behind: a caller
 * must also call this before it does what may fail.
 *
 * Context: Process context.
 * Return: id of the first such fault, or 0.
 */
u32 mctl_inject_blame(struct mctl_arena *arena, u32 *site)
{
	struct mctl_fault *fault;
	u32 id = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(fault, &arena->inject->list, list) {
		if (READ_ONCE(fault->victim) != current)
			continue;
		WRITE_ONCE(fault->victim, NULL);
		if (id)
			continue;
		id = fault->id;
		*site = fault->params.site;
	}
	rcu_read_unlock();
	return id;
}

/* --- changes ------------------------------------------------------------------------------ */

/**
 * mctl_inject_create() - make the empty list of faults of a new arena
 * @arena: the arena, nothing else of which exists yet
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int mctl_inject_create(struct mctl_arena *arena)
{
	/* Not by mctl_arena_meta_alloc(), which asks here whether it has to fail. */
	arena->inject = kzalloc(sizeof(*arena->inject), GFP_KERNEL);
	if (!arena->inject)
		return -ENOMEM;
	atomic64_add(sizeof(*arena->inject), &arena->metadata);
	INIT_LIST_HEAD(&arena->inject->list);
	return 0;
}

/**
 * mctl_inject_destroy() - undo mctl_inject_create()
 * @arena: an arena without faults, nothing else of which is left
 *
 * Context: Process context.
 */
void mctl_inject_destroy(struct mctl_arena *arena)
{
	kfree(arena->inject);
}

/**
 * mctl_inject_set() - make tries at a site fail from now on
 * @arena: the arena
 * @params: which tries, and when; already checked
 *
 * Context: Process context, mctl_inject_lock held, may sleep.
 * Return: number of the fault, or 0 if there is no memory for its record.
 */
u32 mctl_inject_set(struct mctl_arena *arena, const struct mctl_inject_params *params)
{
	struct mctl_fault *fault;

	lockdep_assert_held(&mctl_inject_lock);
	/* Not by mctl_arena_meta_alloc(): setting a fault is no try at a site. */
	fault = kzalloc(sizeof(*fault), GFP_KERNEL);
	if (!fault)
		return 0;
	atomic64_add(sizeof(*fault), &arena->metadata);
	fault->params = *params;
	fault->id = ++arena->inject->last_id;
	list_add_tail_rcu(&fault->list, &arena->inject->list);
	arena->inject->nr++;
	WRITE_ONCE(arena->inject->sites, arena->inject->sites | 1U << params->site);
	static_branch_inc(&mctl_inject_key);
	nr_faults++;
	return fault->id;
}

/**
 * mctl_inject_unset() - remove faults
 * @arena: the arena
 * @id: number of the fault, 0 for all
 *
 * Context: Process context, mctl_inject_lock held, may sleep.
 * Return: number of faults removed.
 */
u32 mctl_inject_unset(struct mctl_arena *arena, u32 id)
{
	struct mctl_fault *fault, *next;
	u32 nr = 0, sites = 0;

	lockdep_assert_held(&mctl_inject_lock);
	list_for_each_entry_safe(fault, next, &arena->inject->list, list) {
		if (id && fault->id != id) {
			sites |= 1U << fault->params.site;
			continue;
		}
		list_del_rcu(&fault->list);
		kfree_rcu(fault, rcu);
		static_branch_dec(&mctl_inject_key);
		nr++;
	}
	nr_faults -= nr;
	WRITE_ONCE(arena->inject->sites, sites);
	arena->inject->nr -= nr;
	atomic64_sub(nr * sizeof(*fault), &arena->metadata);
	if (nr)
		mctl_arena_touch(arena);
	return nr;
}

/**
 * mctl_inject_clear() - remove all faults of an arena
 * @arena: the arena
 *
 * Context: Process context, may sleep.
 */
void mctl_inject_clear(struct mctl_arena *arena)
{
	mutex_lock(&mctl_inject_lock);
	mctl_inject_unset(arena, 0);
	mutex_unlock(&mctl_inject_lock);
}

/**
 * mctl_inject_next() - describe the fault with the lowest id from some id on
 * @arena: the arena
 * @id: the id
 * @info: filled
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT if there are no more.
 */
int mctl_inject_next(struct mctl_arena *arena, u32 id, struct mctl_inject_info *info)
{
	struct mctl_fault *fault;
	int ret = -ENOENT;

	mutex_lock(&mctl_inject_lock);
	list_for_each_entry(fault, &arena->inject->list, list) {
		if (fault->id < id)
			continue;
		*info = (struct mctl_inject_info){
			.params = fault->params,
			.id = fault->id,
			.nr_try = atomic64_read(&fault->nr_try),
			.nr_injected = atomic64_read(&fault->nr_injected),
		};
		ret = 0;
		break;
	}
	mutex_unlock(&mctl_inject_lock);
	return ret;
}

/**
 * mctl_inject_check() - test I1 to I3
 * @arena: the arena
 * @report: where to report violations
 *
 * Context: Process context, may sleep.
 */
void mctl_inject_check(struct mctl_arena *arena, struct mctl_report *report)
{
	struct mctl_fault *fault;
	u32 nr = 0, sites = 0;

	mutex_lock(&mctl_inject_lock);
	list_for_each_entry(fault, &arena->inject->list, list) {
		nr++;
		sites |= 1U << fault->params.site;
		if (fault->params.times)
			mctl_report_expect(report, "inject I3", "fault", fault->id, "nr_injected",
					   fault->params.times,
					   max_t(u64, fault->params.times,
						 atomic64_read(&fault->nr_injected)));
	}
	mctl_report_expect(report, "inject I1", "arena", arena->id, "inject.sites", sites,
			   arena->inject->sites);
	mctl_report_expect(report, "inject I1", "arena", arena->id, "inject.nr", nr,
			   arena->inject->nr);
	mctl_report_expect(report, "inject I2", "arena", arena->id, "nr_faults",
			   static_key_count(&mctl_inject_key.key), nr_faults);
	mutex_unlock(&mctl_inject_lock);
}

/**
 * mctl_inject_plant() - flip a bit of the faults' records, for tests of mctl_inject_check()
 * @arena: the arena
 * @site: MEMCTL_PLANT_SITE_INJECT_SITES to MEMCTL_PLANT_SITE_INJECT_FAULTS
 * @bit: which, modulo the width of the field
 * @error: text of a refusal
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT if there is no fault to count.
 */
int mctl_inject_plant(struct mctl_arena *arena, u32 site, u32 bit, struct mctl_error *error)
{
	struct mctl_fault *fault;
	int ret = 0;

	mutex_lock(&mctl_inject_lock);
	fault = list_first_entry_or_null(&arena->inject->list, struct mctl_fault, list);
	if (site == MEMCTL_PLANT_SITE_INJECT_SITES)
		MCTL_FLIP(arena->inject->sites, bit);
	else if (site == MEMCTL_PLANT_SITE_INJECT_FAULTS)
		MCTL_FLIP(nr_faults, bit);
	else if (fault)
		MCTL_FLIP(fault->nr_injected.counter, bit);
	else
		ret = mctl_fail(error, -ENOENT, "arena %s has no fault", arena->name);
	mutex_unlock(&mctl_inject_lock);
	return ret;
}

/* --- the kernel's own ---------------------------------------------------------------------- */

#ifdef CONFIG_FAULT_INJECTION
static DECLARE_FAULT_ATTR(debug_attr);
static struct dentry *debug_dir;

/**
 * mctl_inject_debug_init() - create the attribute "memctl" in debugfs
 *
 * fail-nth works without it.
 *
 * Context: Process context, at module init.
 */
void mctl_inject_debug_init(void)
{
	debug_dir = fault_create_debugfs_attr("memctl", NULL, &debug_attr);
}

/**
 * mctl_inject_debug_exit() - remove the attribute
 *
 * Context: Process context, at module exit.
 */
void mctl_inject_debug_exit(void)
{
	debugfs_remove(debug_dir);
}

/**
 * mctl_inject_debug() - whether the kernel's own fault injection makes this allocation fail
 *
 * Context: Any context.
 * Return: whether it does.
 */
bool mctl_inject_debug(void)
{
	return should_fail(&debug_attr, 1);
}
#endif
