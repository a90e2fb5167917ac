// SPDX-License-Identifier: GPL-2.0
/*
 * Filling, draining and watching the per-CPU frame caches.
 *
 * The frames that all CPUs' caches may hold together are at most an eighth of
 * the arena. A CPU has an equal share, its budget, and promises it to its
 * stacks as they come to need it: a stack that is full gets a higher limit
 * while there is quota left, else what others were promised and do not use;
 * when nothing is left it drains the older half of itself. An arena whose
 * share comes to nothing is not cached.
 *
 * I1  A stack's blocks are CACHED, of its order, in the zone of its slot.
 * I2  base <= top <= limit <= base + depth, and the sentinel stands at base.
 * I3  Per CPU, quota and the limits of all stacks in frames are the budget.
 * I4  Every block that is CACHED is in exactly one stack.
 * I5  All budgets together are at most an eighth of the arena.
 *
 * A block leaves a stack for its CPU, or for its zone: by the CPU itself, by an
 * interrupt on it that finds nobody at work, or by whoever took the CPU down.
 *
 * Locks: preemption off and fcache->busy, see fcache.h; zone->lock inside.
 */
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/nodemask.h>
#include <linux/topology.h>
#include "mm/fcache.h"

#define DRAIN_TRIES 32

/* Blocks that a stack of each order can hold; reclaimable ones and DMA get a part of it. */
static const u8 depth[MCTL_NR_ORDERS] = {
	MCTL_FCACHE_DEPTH, 32, 16, 16, 8, 8, 8, 4, 4, 2, 0,
};

/* The caches' one callback for CPUs that go, and how many use it; arena.c's mutex. */
static int hotplug_state;
static unsigned int nr_hotplug;

static unsigned int stack_depth(unsigned int order, unsigned int slot)
{
	unsigned int mt = slot & MCTL_FCACHE_NO_SLOT;

	if (mt == MCTL_FCACHE_NO_SLOT)
		return 0;
	if (mt == MCTL_MT_RECLAIMABLE || slot >> MCTL_FCACHE_MT_SHIFT == MEMCTL_ZONE_TYPE_DMA)
		return DIV_ROUND_UP(depth[order], 4);
	return depth[order];
}

static u32 *stack_base(struct mctl_fcache *fc, unsigned int index)
{
	return &fc->entry[fc->range[index].base];
}

static size_t fcache_size(void)
{
	unsigned int order, slot, nr = 0;

	for (order = 0; order < MCTL_NR_ORDERS; order++)
		for (slot = 0; slot < MCTL_FCACHE_SLOTS; slot++)
			nr += 1 + stack_depth(order, slot);
	return struct_size_t(struct mctl_fcache, entry, nr);
}

/* Frames that each CPU may hold. */
static u32 share(const struct mctl_arena *arena)
{
	return READ_ONCE(arena->nr_frames) / MCTL_FCACHE_DIVISOR / num_possible_cpus();
}

/* What every stack was promised goes back to the quota; new zones and budgets take effect. */
static void reset(struct mctl_arena *arena, struct mctl_fcache *fc)
{
	unsigned int wish, i;
	int type;

	for (i = 0; i < ARRAY_SIZE(fc->stack); i++)
		fc->stack[i].limit = stack_base(fc, i);
	WRITE_ONCE(fc->budget, share(arena));
	WRITE_ONCE(fc->quota, fc->budget);
	for (wish = 0; wish < MCTL_NR_WISHES; wish++) {
		type = mctl_fcache_wish_type(wish);
		while (type >= 0 && !READ_ONCE(fc->zone[type]->buddy.nr_frames))
			type--;
		fc->slot_of[wish] = type < 0 ? MCTL_FCACHE_NO_SLOT :
					       mctl_fcache_slot(type, mctl_fcache_wish_mt(wish));
	}
}

static void give_back(struct mctl_arena *arena, struct mctl_fcache *fc, unsigned int index,
		      unsigned int nr)
{
	struct mctl_fcache_stack *stack = &fc->stack[index];
	unsigned int slot = index % MCTL_FCACHE_SLOTS;
	struct mctl_zone *zone = fc->zone[slot >> MCTL_FCACHE_MT_SHIFT];
	u32 *first = stack_base(fc, index) + 1;

	mctl_zone_drain(arena, zone, index / MCTL_FCACHE_SLOTS, first, nr);
	memmove(first, first + nr, (stack->top + 1 - first - nr) * sizeof(*first));
	stack->top -= nr;
	fc->nr_drained[slot] += nr;
}

/* Return: whether there was anything. */
static bool drain(struct mctl_arena *arena, struct mctl_fcache *fc)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fc->stack); i++) {
		unsigned int nr = mctl_fcache_count(fc, i);

		if (!nr)
			continue;
		give_back(arena, fc, i, nr);
		any = true;
	}
	reset(arena, fc);
	return any;
}

/**
 * mctl_fcache_enter() - begin work on this CPU's frame cache
 * @fc: this CPU's
 *
 * Context: any but NMI, preemption off.
 * Return: false when somebody is at work already, whom we interrupted.
 */
bool mctl_fcache_enter(struct mctl_fcache *fc)
{
	if (fc->busy)
		return false;
	fc->busy = 1;
	barrier();
	return true;
}

/**
 * mctl_fcache_leave() - end work on this CPU's frame cache
 * @fc: this CPU's
 *
 * Context: after mctl_fcache_enter(), preemption still off.
 */
void mctl_fcache_leave(struct mctl_fcache *fc)
{
	barrier();
	fc->busy = 0;
}

/* Promises to all stacks but one, as far as they do not use them, come back. */
static void collect_quota(struct mctl_fcache *fc, const struct mctl_fcache_stack *except)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fc->stack); i++) {
		struct mctl_fcache_stack *stack = &fc->stack[i];
		unsigned int unused = stack->limit - stack->top;

		if (stack == except || !unused)
			continue;
		stack->limit = stack->top;
		fc->quota += unused << i / MCTL_FCACHE_SLOTS;
	}
}

/* Return: blocks that the stack has room for, at most @nr. */
static unsigned int raise_limit(struct mctl_fcache *fc, unsigned int index, unsigned int nr)
{
	struct mctl_fcache_stack *stack = &fc->stack[index];
	unsigned int order = index / MCTL_FCACHE_SLOTS;
	unsigned int room = stack->limit - stack->top;
	unsigned int more;

	if (room >= nr)
		return nr;
	more = min(nr - room, fc->range[index].depth - mctl_fcache_limit(fc, index));
	if (more << order > fc->quota)
		collect_quota(fc, stack);
	more = min(more, fc->quota >> order);
	stack->limit += more;
	fc->quota -= more << order;
	return room + more;
}

/**
 * mctl_fcache_fill() - fill an empty stack from its zone
 * @arena: the arena
 * @fc: this CPU's frame cache, entered
 * @order: of the stack
 * @slot: of the stack, not MCTL_FCACHE_NO_SLOT
 * @nr: blocks wanted at least; more are taken for low orders
 *
 * Context: any but NMI, between mctl_fcache_enter() and mctl_fcache_leave().
 * Return: whether it holds a block now.
 */
bool mctl_fcache_fill(struct mctl_arena *arena, struct mctl_fcache *fc, unsigned int order,
		      unsigned int slot, unsigned int nr)
{
	unsigned int index = mctl_fcache_index(order, slot);
	struct mctl_zone *zone = fc->zone[slot >> MCTL_FCACHE_MT_SHIFT];

	if (READ_ONCE(zone->tight))
		return false;
	nr = max_t(unsigned int, nr, fc->range[index].depth / (order < 4 ? 2 : 8));
	nr = raise_limit(fc, index, nr);
	if (nr)
		nr = mctl_zone_refill(arena, zone, order, slot & MCTL_FCACHE_NO_SLOT,
				      fc->stack[index].top + 1, nr);
	fc->stack[index].top += nr;
	fc->nr_drained[slot] -= nr;
	return mctl_fcache_count(fc, index);
}

/**
 * mctl_fcache_make_room() - make the stack that a block belongs to less full
 * @arena: the arena
 * @fc: this CPU's frame cache, entered
 * @fn: the block's head
 * @order: its order
 *
 * Context: any but NMI, between mctl_fcache_enter() and mctl_fcache_leave().
 * Return: whether the block fits now; false when it has to go to its zone.
 */
bool mctl_fcache_make_room(struct mctl_arena *arena, struct mctl_fcache *fc, u32 fn,
			   unsigned int order)
{
	unsigned int mt = mctl_table_pageblock_mt(&arena->table, fn);
	unsigned int type, index, nr;

	type = arena->table.section[fn >> MCTL_SECTION_SHIFT].zone - fc->first_zone;
	if (type >= MCTL_NR_ZONE_TYPES || READ_ONCE(fc->zone[type]->tight))
		return false;
	index = mctl_fcache_index(order, mctl_fcache_slot(type, mt));
	if (raise_limit(fc, index, DIV_ROUND_UP(fc->range[index].depth, 2)))
		return true;
	nr = mctl_fcache_count(fc, index);
	if (!nr)
		return false;
	give_back(arena, fc, index, (nr + 1) / 2);
	return true;
}

static bool may_hold(int cpu, void *info)
{
	struct mctl_arena *arena = info;
	struct mctl_fcache *fc = per_cpu_ptr(arena->fcache, cpu);

	return READ_ONCE(fc->quota) != READ_ONCE(fc->budget) ||
	       READ_ONCE(fc->budget) != share(arena);
}

static bool drain_this_cpu(struct mctl_arena *arena)
{
	struct mctl_fcache *fc = this_cpu_ptr(arena->fcache);
	bool any;

	if (!mctl_fcache_enter(fc))
		return false;
	any = drain(arena, fc);
	mctl_fcache_leave(fc);
	return any;
}

static void drain_ipi(void *info)
{
	drain_this_cpu(info);
}

static void drain_kick(void *info)
{
	struct mctl_fcache *fc = info;

	drain_this_cpu(fc->arena);
}

/**
 * mctl_fcache_drain_all() - every CPU's cached blocks back to the zones
 * @arena: the arena
 *
 * A CPU that is at work on its cache at that moment is asked again.
 *
 * Context: process, interrupts on; may sleep.
 * Return: whether any CPU may have held something.
 */
bool mctl_fcache_drain_all(struct mctl_arena *arena)
{
	bool any = false;
	unsigned int try;
	int cpu;

	for (try = 0; try < DRAIN_TRIES; try++) {
		bool left = false;

		for_each_online_cpu(cpu)
			left |= may_hold(cpu, arena);
		if (!left)
			break;
		any = true;
		/* Somebody who holds the CPU between two interrupts must get on first. */
		if (try > 2)
			usleep_range(50, 100);
		on_each_cpu_cond(may_hold, drain_ipi, arena, true);
	}
	return any;
}

/**
 * mctl_fcache_drain_nowait() - this CPU's cached blocks back to the zones
 * @arena: the arena
 *
 * The other CPUs are asked to do the same a moment later.
 *
 * Context: any but NMI.
 * Return: whether this CPU held something.
 */
bool mctl_fcache_drain_nowait(struct mctl_arena *arena)
{
	bool any;
	int cpu;

	preempt_disable();
	any = drain_this_cpu(arena);
	for_each_online_cpu(cpu)
		if (cpu != smp_processor_id() && may_hold(cpu, arena))
			smp_call_function_single_async(cpu, &per_cpu_ptr(arena->fcache, cpu)->kick);
	preempt_enable();
	return any;
}

static int cpu_dead(unsigned int cpu, struct hlist_node *node)
{
	struct mctl_arena *arena = hlist_entry(node, struct mctl_arena, hotplug);

	drain(arena, per_cpu_ptr(arena->fcache, cpu));
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
	unsigned int order, slot, type, next = 0;

	/* The first zone that the CPU tries is the lowest type of the nearest node. */
	fc->first_zone = list->zone[MEMCTL_ZONE_TYPE_DMA][0];
	for (type = 0; type < MCTL_NR_ZONE_TYPES; type++)
		fc->zone[type] = &arena->zones[fc->first_zone + type];
	memset(fc->slots_of, MCTL_FCACHE_NO_SLOT, sizeof(fc->slots_of));
	for (type = 0; type < MCTL_NR_ZONE_TYPES; type++)
		fc->slots_of[fc->first_zone + type + 1] = mctl_fcache_slot(type, 0);
	fc->nid = fc->zone[0]->nid;
	fc->arena = arena;
	INIT_CSD(&fc->kick, drain_kick, fc);
	for (order = 0; order < MCTL_NR_ORDERS; order++)
		for (slot = 0; slot < MCTL_FCACHE_SLOTS; slot++) {
			unsigned int index = mctl_fcache_index(order, slot);

			fc->range[index].base = next;
			fc->range[index].depth = stack_depth(order, slot);
			fc->stack[index].top = stack_base(fc, index);
			*fc->stack[index].top = MCTL_FN_NONE;
			next += 1 + stack_depth(order, slot);
		}
	reset(arena, fc);
}

/**
 * mctl_fcache_create() - empty frame caches for a new arena
 * @arena: the arena; its zones exist
 *
 * They begin to hold frames at the first mctl_fcache_drain_all() after the
 * arena got any.
 *
 * Context: process, under arena.c's mutex.
 * Return: 0, -ENOMEM, or what the CPU hotplug core says.
 */
int mctl_fcache_create(struct mctl_arena *arena)
{
	int cpu, ret;

	arena->fcache = __alloc_percpu(fcache_size(), SMP_CACHE_BYTES);
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

static void nothing(void *info)
{
}

/**
 * mctl_fcache_destroy() - drain the frame caches and give their records back
 * @arena: an arena that nobody allocates from any more
 *
 * Context: process, under arena.c's mutex.
 */
void mctl_fcache_destroy(struct mctl_arena *arena)
{
	if (!arena->fcache)
		return;
	mctl_fcache_drain_all(arena);
	hotplug_put(arena);
	/* Kicks under way are served in the order of their sending: before this one. */
	on_each_cpu(nothing, NULL, true);
	free_percpu(arena->fcache);
	arena->fcache = NULL;
	atomic64_sub(fcache_size() * num_possible_cpus(), &arena->metadata);
}
