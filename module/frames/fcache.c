// SPDX-License-Identifier: GPL-2.0
/*
 * Filling, draining and watching the per-CPU frame caches.
 *
 * All CPUs' caches together may hold at most an eighth of the arena's frames. A
 * CPU has an equal share, its budget, and promises it to its stacks on demand:
 * a full stack gets a higher limit while there is quota left, else what others
 * were promised and do not use; if nothing is left, its older half is drained,
 * and if that is nothing, every sixteenth time all of the cache. An arena is not
 * cached if a share of it comes to nothing, or if it was made without caches.
 *
 * I1  A stack's blocks are CACHED, of its order, in the zone of its slot; those
 *     of the last slot are of another node, or of a pageblock of no known type.
 * I2  base <= top <= limit <= base + depth, and the sentinel stands at base.
 * I3  Per CPU, quota and the limits of all stacks in frames are the budget.
 * I4  Every block that is CACHED is in exactly one stack.
 * I5  All budgets together are at most an eighth of the arena.
 * I6  A cache that nobody is working on can be claimed.
 *
 * A block leaves a stack for its CPU, or for its zone: by the CPU itself, by an
 * interrupt on it that finds nobody working on the cache, or by the code that
 * takes the CPU down. Blocks of other nodes go home 64 at a time if there are as
 * many.
 *
 * Locks: preemption off and the cache claimed, see fcache.h; zone->lock inside.
 */
#include <linux/delay.h>
#include "frames/fcache.h"
#include "frames/hwpoison.h"
#include "frames/pressure.h"

#define DRAIN_TRIES 32
#define STARVED_MAX 16

/* Blocks of another node that go home under one hold of its zone's lock. */
#define REMOTE_BATCH 64

/* Frames that each CPU may hold. */
static u32 share(const struct mctl_arena *arena)
{
	if (arena->no_cpu_caches)
		return 0;
	return READ_ONCE(arena->nr_frames) / MCTL_FCACHE_DIVISOR / num_possible_cpus();
}

/* Choose the plan for the frames that the node has now; all stacks are empty. */
static const struct mctl_fcache_range *choose_plan(const struct mctl_arena *arena,
						   const struct mctl_fcache *fc)
{
	const struct mctl_zone *zone = &arena->zones[fc->first_zone];
	bool dma32 = READ_ONCE(zone[MEMCTL_ZONE_TYPE_DMA32].buddy.nr_frames) >
		     READ_ONCE(zone[MEMCTL_ZONE_TYPE_NORMAL].buddy.nr_frames);

	return mctl_fcache_ranges[(dma32 ? MEMCTL_ZONE_TYPE_DMA32 : MEMCTL_ZONE_TYPE_NORMAL) - 1];
}

/**
 * mctl_fcache_reset() - return what stacks were promised to the quota
 * @arena: the arena
 * @fc: a frame cache without blocks, claimed or of a CPU that is not running
 *
 * Zones that came or went and a new budget take effect.
 *
 * Context: Any context but NMI.
 */
void mctl_fcache_reset(struct mctl_arena *arena, struct mctl_fcache *fc)
{
	const struct mctl_fcache_range *range = choose_plan(arena, fc);
	unsigned int wish, i;
	int type;

	for (i = 0; i < MCTL_FCACHE_STACKS; i++) {
		u64 popped = fc->stack[i].word & ~MCTL_FCACHE_TOP_MASK;

		fc->entry[range[i].base] = MCTL_FN_NONE;
		fc->limit[i] = range[i].base;
		WRITE_ONCE(fc->stack[i].word, popped | range[i].base);
	}
	WRITE_ONCE(fc->range, range);
	WRITE_ONCE(fc->budget, share(arena));
	WRITE_ONCE(fc->quota, fc->budget);
	for (wish = 0; wish < MEMCTL_NR_WISHES; wish++) {
		type = mctl_fcache_wish_type(wish);
		while (type > 0 && !READ_ONCE(arena->zones[fc->first_zone + type].buddy.nr_frames))
			type--;
		fc->slot_of[wish] = mctl_fcache_slot(type, mctl_fcache_wish_mt(wish));
	}
}

/* Give blocks of other nodes back, as many of one zone at a time as there are. */
static void send_home(struct mctl_arena *arena, unsigned int order, u32 *fns, unsigned int nr)
{
	u32 batch[REMOTE_BATCH];

	while (nr) {
		const struct mctl_section *sections = arena->table.section;
		unsigned int zone = sections[fns[0] >> MCTL_SECTION_SHIFT].zone;
		unsigned int n = 0, left = 0, i;

		for (i = 0; i < nr; i++) {
			u32 fn = fns[i];

			if (n < ARRAY_SIZE(batch) &&
			    sections[fn >> MCTL_SECTION_SHIFT].zone == zone)
				batch[n++] = fn;
			else
				fns[left++] = fn;
		}
		mctl_zone_drain(arena, &arena->zones[zone], order, batch, n);
		atomic64_add(n, &arena->zones[zone].nr_remote);
		nr = left;
	}
}

/* Give the @nr oldest blocks of a stack back. */
static void give_back(struct mctl_arena *arena, struct mctl_fcache *fc, unsigned int index,
		      unsigned int nr)
{
	unsigned int order = index / MCTL_FCACHE_SLOTS, slot = index % MCTL_FCACHE_SLOTS;
	unsigned int type = mctl_fcache_slot_type(slot);
	unsigned int count = mctl_fcache_count(fc, index);
	u32 *first = &fc->entry[fc->range[index].base + 1];

	if (slot == MCTL_FCACHE_SLOT_REMOTE)
		send_home(arena, order, first, nr);
	else
		mctl_zone_drain(arena, &arena->zones[fc->first_zone + type], order, first, nr);
	memmove(first, first + nr, (count - nr) * sizeof(*first));
	fc->stack[index].word -= nr * MCTL_FCACHE_PUSHED;
	fc->nr_drained[slot] += nr;
}

/**
 * mctl_fcache_drain() - give all blocks of a CPU's frame cache back to their zones
 * @arena: the arena
 * @fc: the frame cache, claimed or of a CPU that is not running
 *
 * Context: Any context but NMI.
 * Return: number of frames given back.
 */
u32 mctl_fcache_drain(struct mctl_arena *arena, struct mctl_fcache *fc)
{
	unsigned int i;
	u32 frames = 0;

	for (i = 0; i < MCTL_FCACHE_STACKS; i++) {
		unsigned int nr = mctl_fcache_count(fc, i);

		if (!nr)
			continue;
		give_back(arena, fc, i, nr);
		frames += nr << i / MCTL_FCACHE_SLOTS;
	}
	mctl_fcache_reset(arena, fc);
	return frames;
}

/* Take back the unused promises to all stacks but one. */
static void collect_quota(struct mctl_fcache *fc, unsigned int except)
{
	unsigned int i;

	for (i = 0; i < MCTL_FCACHE_STACKS; i++) {
		unsigned int unused = fc->limit[i] - mctl_fcache_top(fc, i);

		if (i == except)
			continue;
		fc->limit[i] -= unused;
		fc->quota += unused << i / MCTL_FCACHE_SLOTS;
	}
}

/*
 * The other stacks are so full that a stack gets nothing at all. Possibly nobody
 * needs what they hold, so once in a while everything is drained, and stacks that
 * need it are promised it again.
 */
static bool starve(struct mctl_arena *arena, struct mctl_fcache *fc, unsigned int index)
{
	if (!fc->range[index].depth || !(fc->budget >> index / MCTL_FCACHE_SLOTS) ||
	    ++fc->nr_starved % STARVED_MAX)
		return false;
	return mctl_fcache_drain(arena, fc);
}

/* Return: blocks that the stack has room for, at most @nr. */
static unsigned int raise_limit(struct mctl_fcache *fc, unsigned int index, unsigned int nr)
{
	unsigned int room = fc->limit[index] - mctl_fcache_top(fc, index);
	unsigned int order = index / MCTL_FCACHE_SLOTS;
	unsigned int more;

	if (room >= nr)
		return nr;
	more = min(nr - room, fc->range[index].depth - mctl_fcache_limit(fc, index));
	if (more << order > fc->quota)
		collect_quota(fc, index);
	more = min(more, fc->quota >> order);
	fc->limit[index] += more;
	fc->quota -= more << order;
	return room + more;
}

/* While faults are injected, or a frame with a memory error is in use, each block is checked. */
static bool stands_aside(const struct mctl_arena *arena)
{
	return mctl_inject_on(arena, MEMCTL_INJECT_SITE_ALLOC) || mctl_hwpoison_in_use(arena);
}

/**
 * mctl_fcache_fill() - fill an empty stack from its zone
 * @arena: the arena
 * @fc: this CPU's frame cache, entered
 * @order: of the stack
 * @slot: of the stack, not MCTL_FCACHE_SLOT_REMOTE
 * @nr: minimum number of blocks; more are taken for low orders
 *
 * Context: Any context but NMI, between mctl_fcache_enter() and mctl_fcache_leave().
 * Return: whether the stack holds a block now.
 */
bool mctl_fcache_fill(struct mctl_arena *arena, struct mctl_fcache *fc, unsigned int order,
		      unsigned int slot, unsigned int nr)
{
	unsigned int index = mctl_fcache_index(order, slot);
	struct mctl_zone *zone = &arena->zones[fc->first_zone + mctl_fcache_slot_type(slot)];
	unsigned int more;

	if (READ_ONCE(zone->tight) || stands_aside(arena))
		return false;
	nr = max_t(unsigned int, nr, fc->range[index].depth / (order < 4 ? 2 : 8));
	more = raise_limit(fc, index, nr);
	if (!more && starve(arena, fc, index))
		more = raise_limit(fc, index, nr);
	nr = more;
	if (nr)
		nr = mctl_zone_refill(arena, zone, order, mctl_fcache_slot_mt(slot),
				      &fc->entry[mctl_fcache_top(fc, index) + 1], nr);
	fc->stack[index].word += nr * MCTL_FCACHE_PUSHED;
	fc->nr_drained[slot] -= nr;
	return mctl_fcache_count(fc, index);
}

/**
 * mctl_fcache_make_room() - make room in the stack that a block belongs to
 * @arena: the arena
 * @fc: this CPU's frame cache, entered
 * @fn: the block's head
 * @order: its order
 *
 * Context: Any context but NMI, between mctl_fcache_enter() and mctl_fcache_leave().
 * Return: whether the block fits now; false when it has to go to its zone.
 */
bool mctl_fcache_make_room(struct mctl_arena *arena, struct mctl_fcache *fc, u32 fn,
			   unsigned int order)
{
	u8 byte = arena->table.pageblock[fn >> MCTL_PAGEBLOCK_ORDER];
	unsigned int index = mctl_fcache_index(order, fc->push_of[byte]);
	unsigned int zone = arena->table.section[fn >> MCTL_SECTION_SHIFT].zone;
	unsigned int nr;

	if (READ_ONCE(arena->zones[zone].tight) || stands_aside(arena))
		return false;
	if (raise_limit(fc, index, DIV_ROUND_UP(fc->range[index].depth, 2)))
		return true;
	nr = mctl_fcache_count(fc, index);
	if (!nr)
		return starve(arena, fc, index) && raise_limit(fc, index, 1);
	give_back(arena, fc, index, (nr + 1) / 2);
	return true;
}

/**
 * struct round - a round of IPIs
 * @arena: whose frame caches
 * @frames: that the CPUs gave back
 */
struct round {
	struct mctl_arena *arena;
	atomic64_t frames;
};

static bool holds(int cpu, struct mctl_arena *arena)
{
	struct mctl_fcache *fc = per_cpu_ptr(arena->fcache, cpu);

	return READ_ONCE(fc->quota) != READ_ONCE(fc->budget) ||
	       READ_ONCE(fc->budget) != share(arena);
}

static bool may_hold(int cpu, void *info)
{
	struct round *round = info;

	return holds(cpu, round->arena);
}

static u32 drain_this_cpu(struct mctl_arena *arena)
{
	struct mctl_fcache *fc = mctl_fcache_enter(arena);
	u32 frames;

	if (!fc)
		return 0;
	frames = mctl_fcache_drain(arena, fc);
	mctl_fcache_leave(arena, fc);
	return frames;
}

static void drain_ipi(void *info)
{
	struct round *round = info;

	atomic64_add(drain_this_cpu(round->arena), &round->frames);
}

/**
 * mctl_fcache_drain_kick() - drain this CPU's frame cache
 * @info: the frame cache
 *
 * Context: Hard interrupt context.
 */
void mctl_fcache_drain_kick(void *info)
{
	struct mctl_fcache *fc = info;

	drain_this_cpu(fc->arena);
}

/**
 * mctl_fcache_drain_count() - give every CPU's cached blocks back to the zones, and count them
 * @arena: the arena
 * @frames: becomes the number of frames that the CPUs gave back
 *
 * A CPU that is working on its cache at that moment is asked again, DRAIN_TRIES times.
 *
 * Context: Process context, interrupts on, may sleep.
 * Return: whether any CPU may have held something.
 */
bool mctl_fcache_drain_count(struct mctl_arena *arena, u64 *frames)
{
	struct round round = { .arena = arena };
	bool any = false;
	unsigned int try;
	int cpu;

	for (try = 0; try < DRAIN_TRIES; try++) {
		bool left = false;

		for_each_online_cpu(cpu)
			left |= holds(cpu, arena);
		if (!left)
			break;
		any = true;
		/* A task that holds the cache between two interrupts must proceed first. */
		if (try > 2)
			usleep_range(50, 100);
		on_each_cpu_cond(may_hold, drain_ipi, &round, true);
	}
	*frames = atomic64_read(&round.frames);
	return any;
}

/**
 * mctl_fcache_drain_all() - give every CPU's cached blocks back to the zones
 * @arena: the arena
 *
 * Context: As for mctl_fcache_drain_count().
 * Return: whether any CPU may have held something.
 */
bool mctl_fcache_drain_all(struct mctl_arena *arena)
{
	u64 frames;

	return mctl_fcache_drain_count(arena, &frames);
}

/**
 * mctl_fcache_drain_nowait() - give this CPU's cached blocks back to the zones
 * @arena: the arena
 *
 * The other CPUs are asked to do the same a moment later.
 *
 * Context: Any context but NMI.
 * Return: whether this CPU held something.
 */
bool mctl_fcache_drain_nowait(struct mctl_arena *arena)
{
	bool any;
	int cpu;

	preempt_disable();
	any = drain_this_cpu(arena);
	for_each_online_cpu(cpu)
		if (cpu != smp_processor_id() && holds(cpu, arena))
			smp_call_function_single_async(cpu, &per_cpu_ptr(arena->fcache, cpu)->kick);
	preempt_enable();
	return any;
}

static bool relieve(struct mctl_arena *arena, bool nowait)
{
	return nowait ? mctl_fcache_drain_nowait(arena) : mctl_fcache_drain_all(arena);
}

/**
 * mctl_fcache_init() - register to give back cached frames when a zone is short of them
 *
 * A caller that must not sleep gets back only its own CPU's frames; the other
 * CPUs give theirs a moment later, for the next one.
 *
 * Context: Process context, at module init.
 */
void mctl_fcache_init(void)
{
	mctl_pressure_register(relieve);
}
