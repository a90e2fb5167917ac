// SPDX-License-Identifier: GPL-2.0
/*
 * Creating and destroying the frame caches of an arena, and CPU hotplug.
 *
 * Where each stack is in entry[] is the same for all CPUs and arenas, except
 * that the node's zone type with the most frames gets most of the room: so there
 * are two plans to choose from when a cache is reset.
 *
 * Locks: arenas.c's mutex for what is global here.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/nodemask.h>
#include <linux/topology.h>
#include "frames/fcache.h"

/* Blocks that a stack of each order can hold; most stacks get only a part of that. */
static const u8 depth[MCTL_NR_ORDERS] = {
	MCTL_FCACHE_DEPTH, 32, 16, 16, 8, 8, 8, 4, 4, 2, 0,
};

/* By the zone type that gets most room, less one; written before the first arena has caches. */
struct mctl_fcache_range mctl_fcache_ranges[MCTL_NR_ZONE_TYPES - 1][MCTL_FCACHE_STACKS];

const struct mctl_fcache mctl_fcache_none = { .entry = { MCTL_FN_NONE } };

/* The caches' one callback for CPUs that go, and how many use it; arenas.c's mutex. */
static int hotplug_state;
static unsigned int nr_hotplug;

static unsigned int stack_depth(unsigned int order, unsigned int slot, unsigned int type)
{
	unsigned int part = 1;

	if (slot == MCTL_FCACHE_SLOT_REMOTE)
		return num_possible_nodes() > 1 ? depth[order] : 0;
	if (mctl_fcache_slot_type(slot) != type)
		part *= 4;
	if (mctl_fcache_slot_mt(slot) == MCTL_MT_RECLAIMABLE)
		part *= 4;
	return DIV_ROUND_UP(depth[order], part);
}

/* Stacks that never hold a block share the sentinel at 0. Return: entries in all. */
static unsigned int plan(unsigned int type)
{
	struct mctl_fcache_range *ranges = mctl_fcache_ranges[type - 1];
	unsigned int order, slot, next = 1;

	for (order = 0; order < MCTL_NR_ORDERS; order++)
		for (slot = 0; slot < MCTL_FCACHE_SLOTS; slot++) {
			struct mctl_fcache_range *range;

			range = &ranges[mctl_fcache_index(order, slot)];
			range->depth = stack_depth(order, slot, type);
			range->base = range->depth ? next : 0;
			next += range->depth ? 1 + range->depth : 0;
		}
	return next;
}

static size_t fcache_size(void)
{
	unsigned int nr = max(plan(MEMCTL_ZONE_TYPE_DMA32), plan(MEMCTL_ZONE_TYPE_NORMAL));

	return struct_size((struct mctl_fcache *)NULL, entry, nr);
}

static int cpu_dead(unsigned int cpu, struct hlist_node *node)
{
	struct mctl_arena *arena = hlist_entry(node, struct mctl_arena, hotplug);

	mctl_fcache_drain(arena, per_cpu_ptr(arena->fcache, cpu));
	return 0;
}

static int hotplug_get(struct mctl_arena *arena)
{
	int ret;

	if (!nr_hotplug) {
		ret = cpuhp_setup_state_multi(CPUHP_BP_PREPARE_DYN, "memctl:fcache", NULL,
					      cpu_dead);
		if (ret < 0)
			return ret;
		hotplug_state = ret;
	}
	ret = cpuhp_state_add_instance_nocalls(hotplug_state, &arena->hotplug);
	if (!ret)
		nr_hotplug++;
	else if (!nr_hotplug)
		cpuhp_remove_multi_state(hotplug_state);
	return ret;
}

static void hotplug_put(struct mctl_arena *arena)
{
	cpuhp_state_remove_instance_nocalls(hotplug_state, &arena->hotplug);
	if (!--nr_hotplug)
		cpuhp_remove_multi_state(hotplug_state);
}

static void init(struct mctl_arena *arena, struct mctl_fcache *fc, int cpu)
{
	const struct mctl_zonelist *list = &arena->zonelists[cpu_to_node(cpu)];
	unsigned int type, mt;

	fc->self = fc;
	/* The first zone that the CPU tries is the lowest type of the nearest node. */
	fc->first_zone = list->zone[MEMCTL_ZONE_TYPE_DMA][0];
	fc->nid = arena->zones[fc->first_zone].nid;
	fc->arena = arena;
	INIT_CSD(&fc->kick, mctl_fcache_drain_kick, fc);
	memset(fc->push_of, MCTL_FCACHE_SLOT_REMOTE, sizeof(fc->push_of));
	for (type = 0; type < MCTL_NR_ZONE_TYPES; type++)
		for (mt = 0; mt < MCTL_NR_MT && fc->first_zone + type < MCTL_PAGEBLOCK_ZONES; mt++)
			fc->push_of[MCTL_PAGEBLOCK(fc->first_zone + type, mt)] =
				mctl_fcache_slot(type, mt);
	mctl_fcache_reset(arena, fc);
}

/**
 * mctl_fcache_create() - make empty frame caches for a new arena
 * @arena: the arena; its zones exist
 *
 * They begin to hold frames at the first mctl_fcache_drain_all() after the
 * arena got any.
 *
 * Context: Process context, under arenas.c's mutex.
 * Return: 0, -ENOMEM, or what the CPU hotplug core says.
 */
int mctl_fcache_create(struct mctl_arena *arena)
{
	int cpu, ret;

	arena->fcache =
		__alloc_percpu_gfp(fcache_size(), SMP_CACHE_BYTES, GFP_KERNEL | __GFP_NOWARN);
	if (!arena->fcache)
		return -ENOMEM;
	atomic64_add(fcache_size() * num_possible_cpus(), &arena->metadata);
	for_each_possible_cpu(cpu)
		init(arena, per_cpu_ptr(arena->fcache, cpu), cpu);
	ret = hotplug_get(arena);
	if (ret < 0) {
		free_percpu(arena->fcache);
		arena->fcache = NULL;
		atomic64_sub(fcache_size() * num_possible_cpus(), &arena->metadata);
	}
	return ret;
}

/**
 * mctl_fcache_resize() - set every CPU's budget for the arena's new size
 * @arena: an arena whose frames came or went
 *
 * All cached blocks have gone to the zones then. A CPU that is offline holds
 * nothing, and comes back with the budget that it gets here.
 *
 * Context: Process context, interrupts on, may sleep.
 */
void mctl_fcache_resize(struct mctl_arena *arena)
{
	int cpu;

	cpus_read_lock();
	mctl_fcache_drain_all(arena);
	for_each_possible_cpu(cpu)
		if (!cpu_online(cpu))
			mctl_fcache_reset(arena, per_cpu_ptr(arena->fcache, cpu));
	cpus_read_unlock();
}

static void nothing(void *info)
{
}

/**
 * mctl_fcache_destroy() - drain the frame caches and free their records
 * @arena: an arena that nobody allocates from any more
 *
 * Context: Process context, under arenas.c's mutex.
 */
void mctl_fcache_destroy(struct mctl_arena *arena)
{
	if (!arena->fcache)
		return;
	mctl_fcache_drain_all(arena);
	hotplug_put(arena);
	/* IPIs under way are served in the order in which they were sent: before this one. */
	on_each_cpu(nothing, NULL, true);
	free_percpu(arena->fcache);
	arena->fcache = NULL;
	atomic64_sub(fcache_size() * num_possible_cpus(), &arena->metadata);
}
