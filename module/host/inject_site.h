/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Injected faults: tries at a site that fail though they need not, so that error
 * paths that are otherwise never taken can be exercised. In every build, off by
 * default; Documentation/fault-injection.rst says what each site makes fail.
 *
 * While no arena has a fault, each site is a nop. The hot paths of pages and
 * objects have no site: in an arena with a fault of site alloc or slab the frame
 * caches, or the magazines, are empty and stay so, so that every request takes
 * the slow path, where the site is.
 *
 * A kernel with CONFIG_FAULT_INJECTION also has the attribute "memctl" in debugfs,
 * and its /proc/PID/fail-nth counts every block and object of ours.
 */
#ifndef MCTL_HOST_INJECT_SITE_H
#define MCTL_HOST_INJECT_SITE_H

#include <linux/jump_label.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <uapi/linux/memctl.h>
#include "core/report.h"
#include "host/arena.h"
#include "host/error.h"

#define MCTL_INJECT_ANY_ORDER U32_MAX

/**
 * struct mctl_inject_params - a fault to inject
 * @site: enum memctl_inject_site
 * @nth: every nth try fails; 0 for a fault by @probability
 * @probability: chances in MEMCTL_INJECT_ALWAYS of each try; 0 for a fault by @nth
 * @times: tries that fail at most; 0 for no limit
 * @seed: determines the choices of @probability
 * @order: of the blocks, for MEMCTL_INJECT_SITE_ALLOC; or MCTL_INJECT_ANY_ORDER
 * @cache: name of the cache, for MEMCTL_INJECT_SITE_SLAB; empty for any
 */
struct mctl_inject_params {
	u32 site, nth, probability, times;
	u64 seed;
	u32 order;
	char cache[MEMCTL_NAME_MAX + 1];
};

/**
 * struct mctl_inject_info - the state of a fault
 * @params: as requested
 * @id: its number in the arena
 * @nr_try: tries that it could have made fail
 * @nr_injected: tries that it made fail
 */
struct mctl_inject_info {
	struct mctl_inject_params params;
	u32 id;
	u64 nr_try, nr_injected;
};

/**
 * struct mctl_injects - the faults of an arena
 * @list: struct mctl_fault; mctl_inject_lock, RCU to read
 * @sites: a bit for each site that a fault has; mctl_inject_lock, read without
 * @nr: how many; mctl_inject_lock
 * @last_id: number of the last one; mctl_inject_lock
 */
struct mctl_injects {
	struct list_head list;
	u32 sites;
	u32 nr;
	u32 last_id;
};

DECLARE_STATIC_KEY_FALSE(mctl_inject_key);

/* Protects changes of all records of faults; outside of caches.lock. */
extern struct mutex mctl_inject_lock;

int mctl_inject_create(struct mctl_arena *arena);
void mctl_inject_destroy(struct mctl_arena *arena);
u32 mctl_inject_set(struct mctl_arena *arena, const struct mctl_inject_params *params);
u32 mctl_inject_unset(struct mctl_arena *arena, u32 id);
void mctl_inject_clear(struct mctl_arena *arena);
int mctl_inject_next(struct mctl_arena *arena, u32 id, struct mctl_inject_info *info);
const char *mctl_inject_site_name(u32 site);
void mctl_inject_check(struct mctl_arena *arena, struct mctl_report *report);
int mctl_inject_plant(struct mctl_arena *arena, u32 site, u32 bit, struct mctl_error *error);

bool mctl_inject_fire(struct mctl_arena *arena, u32 site, u32 order, const char *cache);
u32 mctl_inject_blame(struct mctl_arena *arena, u32 *site);

/**
 * mctl_inject_on() - whether an arena has a fault of a site
 * @arena: the arena
 * @site: enum memctl_inject_site
 *
 * Context: Any context.
 * Return: whether it has. Costs a nop while no arena has any.
 */
static __always_inline bool mctl_inject_on(const struct mctl_arena *arena, u32 site)
{
	return static_branch_unlikely(&mctl_inject_key) &&
	       READ_ONCE(arena->inject->sites) & 1U << site;
}

/**
 * mctl_inject() - whether a try has to fail
 * @arena: the arena
 * @site: enum memctl_inject_site
 * @order: of the block, for MEMCTL_INJECT_SITE_ALLOC
 * @cache: name of the cache, for MEMCTL_INJECT_SITE_SLAB
 *
 * Context: Any context but NMI.
 * Return: whether it has.
 */
static __always_inline bool mctl_inject(struct mctl_arena *arena, u32 site, u32 order,
					const char *cache)
{
	return mctl_inject_on(arena, site) && mctl_inject_fire(arena, site, order, cache);
}

#ifdef CONFIG_FAULT_INJECTION
void mctl_inject_debug_init(void);
void mctl_inject_debug_exit(void);
bool mctl_inject_debug(void);
#else
static inline void mctl_inject_debug_init(void)
{
}

static inline void mctl_inject_debug_exit(void)
{
}

/* Whether the kernel's own fault injection makes this allocation fail. */
static inline bool mctl_inject_debug(void)
{
	return false;
}
#endif

#endif /* MCTL_HOST_INJECT_SITE_H */
