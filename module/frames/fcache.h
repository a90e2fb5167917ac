/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU frame caches: stacks of free blocks of orders 0-9 in front of the
 * zones of the CPU's own node, and stacks of other nodes' blocks that were
 * freed here and wait to go home. The hot half of page allocation: no lock, no
 * atomic operation, interrupts stay on.
 *
 * A CPU's cache is claimed, with preemption off, by taking the pointer to it
 * and leaving in its place a pointer to mctl_fcache_none, whose stacks are both
 * empty and full. Code that interrupts the claim finds nothing to pop and no
 * room to push, without a separate test, and goes to the zone instead.
 *
 *   entry[]  ... NONE 12 7 40  .  . | NONE 64  .  . | ...
 *                base      top  limit                   a stack grows upwards
 *
 * The entry at base is always MCTL_FN_NONE, so that popping tests the frame that
 * it has read, and no count.
 *
 * A zone that is tight (at most its high watermark free) fills no stack and
 * raises no limit. Stacks continue with what they were promised until an
 * allocation is about to fail: then all are drained, and nothing is cached
 * until the zone has recovered.
 *
 * frame.h is the entry point of all page allocation; fcache.c fills and drains
 * the caches, fcache_setup.c creates them.
 */
#ifndef MCTL_FRAMES_FCACHE_H
#define MCTL_FRAMES_FCACHE_H

#include <linux/gfp.h>
#include <linux/memctl_wish.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include "core/report.h"
#include "frames/zone.h"
#include "host/arena.h"
#include "host/debug_hooks.h"
#include "host/error.h"
#include "host/inject_site.h"

struct mctl_plant;

/*
 * A slot is a zone type and a migratetype of the CPU's node; zone DMA has one
 * for all migratetypes. The last one takes what belongs to other nodes, and to
 * pageblocks whose byte was overwritten; nothing is allocated from it.
 */
#define MCTL_FCACHE_SLOTS	8
#define MCTL_FCACHE_SLOT_DMA	0
#define MCTL_FCACHE_SLOT_REMOTE 7
#define MCTL_FCACHE_STACKS	(MCTL_NR_ORDERS * MCTL_FCACHE_SLOTS)

/* Order 0 blocks in a stack; all caches together hold this part of the arena at most. */
#define MCTL_FCACHE_DEPTH   128
#define MCTL_FCACHE_DIVISOR 8

/* What one block adds to the word of a stack. */
#define MCTL_FCACHE_TOP_BITS 16
#define MCTL_FCACHE_TOP_MASK ((1ULL << MCTL_FCACHE_TOP_BITS) - 1)
#define MCTL_FCACHE_PUSHED   1ULL
#define MCTL_FCACHE_POPPED   ((1ULL << MCTL_FCACHE_TOP_BITS) - MCTL_FCACHE_PUSHED)

/**
 * struct mctl_fcache_stack - free blocks of one order and slot
 * @top: the lowest bits of @word: index in entry[] of the block pushed last, or
 *	 of the sentinel
 * @word: above @top the number of blocks that were popped, modulo 2^48
 */
struct mctl_fcache_stack {
	union {
		u16 top;
		u64 word;
	};
};

/**
 * struct mctl_fcache_range - the part of entry[] that is a stack's
 * @base: index of the sentinel
 * @depth: blocks that the stack can hold
 */
struct mctl_fcache_range {
	u16 base;
	u16 depth;
};

/**
 * struct mctl_fcache - the frame cache of one CPU
 * @stack: the stacks, by mctl_fcache_index()
 * @limit: highest index that each top may take now
 * @self: what to claim: this cache, or mctl_fcache_none while it is claimed
 * @range: where each stack is, in one of the mctl_fcache_ranges
 * @slot_of: slot for each value of memctl_wish()
 * @push_of: slot for each value of a pageblock's byte
 * @budget: frames that the stacks may hold together
 * @quota: frames of @budget not yet promised to a stack by its limit
 * @nr_drained: blocks that left the stacks for the zones, less those that came
 *		from there, by slot
 * @first_zone: index of the first zone of the node served
 * @nid: the node served: the CPU's own, or the nearest with memory
 * @nr_starved: times that a stack was promised nothing
 * @arena: for @kick
 * @kick: asks the CPU to drain, for callers that cannot wait for it
 * @entry: the blocks
 */
struct mctl_fcache {
	struct mctl_fcache_stack stack[MCTL_FCACHE_STACKS];
	u16 limit[MCTL_FCACHE_STACKS];
	struct mctl_fcache *self;
	const struct mctl_fcache_range *range;
	u8 slot_of[MEMCTL_NR_WISHES];
	u8 push_of[256];
	u32 budget;
	u32 quota;
	u64 nr_drained[MCTL_FCACHE_SLOTS];
	u16 first_zone;
	u16 nid;
	u8 nr_starved;
	struct mctl_arena *arena;
	call_single_data_t kick;
	u32 entry[];
};

extern const struct mctl_fcache mctl_fcache_none;

static inline unsigned long mctl_fcache_index(unsigned long order, unsigned long slot)
{
	return order * MCTL_FCACHE_SLOTS + slot;
}

/* Where a stack's last block is in entry[]; its sentinel when it is empty. */
static inline unsigned int mctl_fcache_top(const struct mctl_fcache *fc, unsigned int index)
{
	return READ_ONCE(fc->stack[index].top);
}

/* Blocks in a stack, and how many it may take now. */
static inline unsigned int mctl_fcache_count(const struct mctl_fcache *fc, unsigned int index)
{
	return mctl_fcache_top(fc, index) - READ_ONCE(fc->range)[index].base;
}

static inline unsigned int mctl_fcache_limit(const struct mctl_fcache *fc, unsigned int index)
{
	return READ_ONCE(fc->limit[index]) - READ_ONCE(fc->range)[index].base;
}

/* The zone type and the migratetype of a request, as memctl_wish() encodes it. */
static inline unsigned int mctl_fcache_wish_type(unsigned int wish)
{
	if (wish & (__force u32)__GFP_DMA)
		return MEMCTL_ZONE_TYPE_DMA;
	return wish & (__force u32)__GFP_DMA32 ? MEMCTL_ZONE_TYPE_DMA32 : MEMCTL_ZONE_TYPE_NORMAL;
}

static inline unsigned int mctl_fcache_wish_mt(unsigned int wish)
{
	if (wish & (__force u32)__GFP_MOVABLE)
		return MCTL_MT_MOVABLE;
	return wish & (__force u32)__GFP_RECLAIMABLE ? MCTL_MT_RECLAIMABLE : MCTL_MT_UNMOVABLE;
}

static inline unsigned int mctl_fcache_slot(unsigned int type, unsigned int mt)
{
	return type == MEMCTL_ZONE_TYPE_DMA ? MCTL_FCACHE_SLOT_DMA : MCTL_NR_MT * type - 2 + mt;
}

/* The zone type of a slot; MCTL_NR_ZONE_TYPES for that of other nodes. */
static inline unsigned int mctl_fcache_slot_type(unsigned int slot)
{
	return (slot + 2) / MCTL_NR_MT;
}

static inline unsigned int mctl_fcache_slot_mt(unsigned int slot)
{
	return slot == MCTL_FCACHE_SLOT_DMA ? MCTL_MT_UNMOVABLE : (slot - 1) % MCTL_NR_MT;
}

/**
 * mctl_fcache_claim() - take this CPU's frame cache
 * @percpu: arena->fcache
 *
 * Context: Any context but NMI, preemption off until mctl_fcache_release().
 * Return: the cache, or mctl_fcache_none if we interrupted code that has claimed it.
 */
static __always_inline struct mctl_fcache *mctl_fcache_claim(struct mctl_fcache __percpu *percpu)
{
	struct mctl_fcache *fc = this_cpu_read(percpu->self);

	/* Code that interrupts us here puts back what it took before it returns. */
	this_cpu_write(percpu->self, (struct mctl_fcache *)&mctl_fcache_none);
	barrier();
	return fc;
}

/**
 * mctl_fcache_release() - undo mctl_fcache_claim()
 * @percpu: arena->fcache
 * @fc: what was claimed
 *
 * Context: As for mctl_fcache_claim().
 */
static __always_inline void mctl_fcache_release(struct mctl_fcache __percpu *percpu,
						struct mctl_fcache *fc)
{
	barrier();
	this_cpu_write(percpu->self, fc);
}

/**
 * mctl_fcache_enter() - begin work on this CPU's frame cache
 * @arena: the arena
 *
 * Context: Any context but NMI, preemption off until mctl_fcache_leave().
 * Return: the cache, or NULL if we interrupted code that is already working on it.
 */
static inline struct mctl_fcache *mctl_fcache_enter(const struct mctl_arena *arena)
{
	struct mctl_fcache *fc = mctl_fcache_claim(arena->fcache);

	return unlikely(fc == &mctl_fcache_none) ? NULL : fc;
}

/**
 * mctl_fcache_leave() - end work on this CPU's frame cache
 * @arena: the arena
 * @fc: what mctl_fcache_enter() returned
 *
 * Context: After mctl_fcache_enter(), preemption still off.
 */
static inline void mctl_fcache_leave(const struct mctl_arena *arena, struct mctl_fcache *fc)
{
	mctl_fcache_release(arena->fcache, fc);
}

/**
 * mctl_fcache_pop() - take a block from this CPU's frame cache
 * @arena: the arena
 * @wish: memctl_wish()
 * @order: 0 to MCTL_MAX_ORDER
 * @state: state that the head gets
 * @tag: owner
 *
 * Context: Any context but NMI, preemption off.
 * Return: fn of the block, or MCTL_FN_NONE: take the slow path.
 */
static __always_inline u32 mctl_fcache_pop(struct mctl_arena *arena, unsigned long wish,
					   unsigned long order, unsigned long state, u32 tag)
{
	struct mctl_fcache __percpu *percpu = arena->fcache;
	struct mctl_fcache *fc = mctl_fcache_claim(percpu);
	unsigned long index = mctl_fcache_index(order, fc->slot_of[wish]);
	u32 fn = fc->entry[fc->stack[index].top];

	if (likely(fn != MCTL_FN_NONE)) {
		fc->stack[index].word += MCTL_FCACHE_POPPED;
		arena->table.state[fn] = state;
		arena->table.tag[fn] = tag;
		mctl_debug_frames_alloc(arena, fn, order);
	}
	mctl_fcache_release(percpu, fc);
	return fn;
}

/**
 * mctl_fcache_push() - give a block to this CPU's frame cache
 * @arena: the arena
 * @fn: the block's head, below the table's span
 * @kind: enum mctl_kind
 * @state: state that the head must be in: of this kind, order 0 to MCTL_MAX_ORDER
 *
 * Context: Any context but NMI, preemption off.
 * Return: whether the block was taken; if not, nothing was changed: take the slow path.
 */
static __always_inline bool mctl_fcache_push(struct mctl_arena *arena, unsigned long fn,
					     unsigned long kind, unsigned long state)
{
	struct mctl_fcache __percpu *percpu;
	u8 *states = arena->table.state;
	unsigned long index, top;
	struct mctl_fcache *fc;

	if (unlikely(states[fn] != (u8)state))
		return false;
	/* Indexing twice is cheaper than a pointer, which takes another register. */
	OPTIMIZER_HIDE_VAR(states);
	index = arena->table.pageblock[fn >> MCTL_PAGEBLOCK_ORDER];
	percpu = arena->fcache;
	fc = mctl_fcache_claim(percpu);
	index = mctl_fcache_index(state - MCTL_STATE(kind, 0), fc->push_of[index]);
	top = fc->stack[index].top;
	if (unlikely((u16)top >= fc->limit[index])) {
		mctl_fcache_release(percpu, fc);
		return false;
	}
	OPTIMIZER_HIDE_VAR(index);
	mctl_debug_frames_free(arena, fn, state - MCTL_STATE(kind, 0));
	fc->stack[index].word += MCTL_FCACHE_PUSHED;
	fc->entry[top + 1] = fn;
	states[fn] = state - MCTL_STATE(kind, 0) + MCTL_STATE(MCTL_KIND_CACHED, 0);
	mctl_fcache_release(percpu, fc);
	return true;
}

/* frames/fcache_setup.c */
extern struct mctl_fcache_range mctl_fcache_ranges[][MCTL_FCACHE_STACKS];
int mctl_fcache_create(struct mctl_arena *arena);
void mctl_fcache_destroy(struct mctl_arena *arena);
void mctl_fcache_resize(struct mctl_arena *arena);

/* frames/fcache.c */
void mctl_fcache_init(void);
void mctl_fcache_reset(struct mctl_arena *arena, struct mctl_fcache *fc);
u32 mctl_fcache_drain(struct mctl_arena *arena, struct mctl_fcache *fc);
void mctl_fcache_drain_kick(void *info);
bool mctl_fcache_drain_count(struct mctl_arena *arena, u64 *frames);
bool mctl_fcache_drain_all(struct mctl_arena *arena);
bool mctl_fcache_drain_nowait(struct mctl_arena *arena);
bool mctl_fcache_fill(struct mctl_arena *arena, struct mctl_fcache *fc, unsigned int order,
		      unsigned int slot, unsigned int nr);
bool mctl_fcache_make_room(struct mctl_arena *arena, struct mctl_fcache *fc, u32 fn,
			   unsigned int order);

/**
 * struct mctl_fcache_info - a zone's part of a CPU's frame cache
 * @count: frames in it
 * @high: frames of the zone that it may hold now
 * @batch: blocks of order 0 that are taken or given back in one lock hold
 */
struct mctl_fcache_info {
	u32 count, high, batch;
};

/* frames/fcache_view.c */
void mctl_fcache_info(struct mctl_arena *arena, u32 zone, int cpu, struct mctl_fcache_info *info);
void mctl_fcache_fold(struct mctl_arena *arena, u32 zone, u32 *nr_cached, u64 *nr_alloc,
		      u64 *nr_freed);
bool mctl_fcache_would_free(struct mctl_arena *arena, u32 zone, unsigned int order);
int mctl_fcache_cpu_of(struct mctl_arena *arena, u32 fn);
void mctl_fcache_check(struct mctl_arena *arena, struct mctl_report *report);

/* frames/fcache_plant.c: damage planted for tests; see host/flip.h. */
int mctl_fcache_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		      struct mctl_error *error);

#endif /* MCTL_FRAMES_FCACHE_H */
