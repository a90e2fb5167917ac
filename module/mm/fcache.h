/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU frame caches: stacks of free blocks of orders 0-9 in front of the
 * zones of the CPU's own node. The hot half of page allocation: no lock, no
 * atomic operation, interrupts stay on.
 *
 * A CPU's stacks are touched with preemption off and fcache->busy set. Who
 * finds it set has interrupted such a section, and goes to the zone instead.
 *
 *   entry[]  ... NONE 12 7 40  .  . | NONE 64  .  . | ...
 *                base      top  limit                   a stack grows upwards
 *
 * The entry at base is MCTL_FN_NONE for ever, so that popping tests the frame
 * that it has read, and no count.
 *
 * A zone that is tight (at most its high watermark free) fills no stack and
 * raises no limit. Stacks live on with what they were promised until an
 * allocation is about to fail: then all are drained, and nothing is cached
 * until the zone has recovered.
 *
 * frame.c has the door of all page allocation; fcache.c fills and drains.
 */
#ifndef MCTL_MM_FCACHE_H
#define MCTL_MM_FCACHE_H

#include <linux/gfp.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include "core/report.h"
#include "mm/arena.h"
#include "mm/zone.h"

/*
 * A slot is 4 * zone type + migratetype. The last of each four holds nothing:
 * it stands for requests that the CPU's node has no zone for, and for
 * pageblocks whose migratetype was overwritten.
 */
#define MCTL_FCACHE_MT_SHIFT 2
#define MCTL_FCACHE_NO_SLOT  3
#define MCTL_FCACHE_SLOTS    (MCTL_NR_ZONE_TYPES << MCTL_FCACHE_MT_SHIFT)
#define MCTL_FCACHE_STACKS   (MCTL_NR_ORDERS * MCTL_FCACHE_SLOTS)

/* Order 0 blocks in a stack; all caches together hold this part of the arena at most. */
#define MCTL_FCACHE_DEPTH   128
#define MCTL_FCACHE_DIVISOR 8

/* What a request asks for, as the lowest five bits of its gfp flags. */
#define MCTL_NR_WISHES 32

/**
 * struct mctl_fcache_stack - free blocks of one order and slot
 * @top: the block pushed last; the sentinel when empty
 * @limit: highest value that @top may take now
 */
struct mctl_fcache_stack {
	u32 *top;
	u32 *limit;
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
 * @busy: somebody on this CPU is at work here
 * @slot_of: slot for each wish
 * @slots_of: by index of the zone + 1, the first slot of the zone, or
 *	      MCTL_FCACHE_NO_SLOT for a zone of another node
 * @first_zone: index of the first zone of the node served
 * @nid: the node served: the CPU's own, or the nearest with memory
 * @zone: its zones by type
 * @budget: frames that the stacks may hold together
 * @quota: frames of @budget not yet promised to a stack by its limit
 * @nr_alloc: blocks taken from the stacks, by slot
 * @kick: asks the CPU to drain, from where nobody can wait for it
 * @arena: for @kick
 * @nr_drained: blocks that left the stacks for the zones, less those that came
 *		from there, by slot
 * @stack: the stacks, by mctl_fcache_index()
 * @range: where each stack is
 * @entry: the blocks
 */
struct mctl_fcache {
	u8 busy;
	u8 slot_of[MCTL_NR_WISHES];
	u8 slots_of[MCTL_MAX_ZONES + 1];
	u16 first_zone;
	u16 nid;
	struct mctl_zone *zone[MCTL_NR_ZONE_TYPES];
	u32 budget;
	u32 quota;
	u64 nr_alloc[MCTL_FCACHE_SLOTS];
	u64 nr_drained[MCTL_FCACHE_SLOTS];
	call_single_data_t kick;
	struct mctl_arena *arena;
	struct mctl_fcache_stack stack[MCTL_FCACHE_STACKS];
	struct mctl_fcache_range range[MCTL_FCACHE_STACKS];
	u32 entry[];
};

/* Blocks in a stack, and how many it may take now. */
static inline unsigned int mctl_fcache_count(const struct mctl_fcache *fc, unsigned int index)
{
	return READ_ONCE(fc->stack[index].top) - &fc->entry[fc->range[index].base];
}

static inline unsigned int mctl_fcache_limit(const struct mctl_fcache *fc, unsigned int index)
{
	return READ_ONCE(fc->stack[index].limit) - &fc->entry[fc->range[index].base];
}

/* The lowest bits of @gfp that choose zone and migratetype. */
static inline unsigned int mctl_fcache_wish(gfp_t gfp)
{
	BUILD_BUG_ON((__force u32)(__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE |
				   __GFP_RECLAIMABLE) != MCTL_NR_WISHES - 1);
	return (__force u32)gfp & (MCTL_NR_WISHES - 1);
}

/* The zone type and the migratetype that a wish is for. */
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
	return type << MCTL_FCACHE_MT_SHIFT | (mt & MCTL_FCACHE_NO_SLOT);
}

static inline unsigned int mctl_fcache_index(unsigned int order, unsigned int slot)
{
	return order * MCTL_FCACHE_SLOTS + slot;
}

/**
 * mctl_fcache_pop() - take a block from this CPU's frame cache
 * @arena: the arena
 * @wish: mctl_fcache_wish()
 * @order: 0 to MCTL_MAX_ORDER
 * @state: state that the head gets
 * @tag: owner
 *
 * Context: any but NMI, preemption off.
 * Return: fn of the block, or MCTL_FN_NONE: take the slow path.
 */
static __always_inline u32 mctl_fcache_pop(struct mctl_arena *arena, unsigned int wish,
					   unsigned int order, u8 state, u32 tag)
{
	struct mctl_fcache *fc = this_cpu_ptr(arena->fcache);
	struct mctl_fcache_stack *stack;
	unsigned int slot;
	u32 fn, *top;

	if (unlikely(fc->busy))
		return MCTL_FN_NONE;
	fc->busy = 1;
	barrier();
	slot = fc->slot_of[wish];
	stack = &fc->stack[mctl_fcache_index(order, slot)];
	top = stack->top;
	fn = *top;
	if (likely(fn != MCTL_FN_NONE)) {
		stack->top = top - 1;
		fc->nr_alloc[slot]++;
		arena->table.state[fn] = state;
		arena->table.tag[fn] = tag;
	}
	barrier();
	fc->busy = 0;
	return fn;
}

/**
 * mctl_fcache_push() - give a block to this CPU's frame cache
 * @arena: the arena
 * @fn: the block's head, below the table's span
 * @place: index of its zone + 1; 0 is the place of nothing
 * @order: 0 to MCTL_MAX_ORDER
 * @state: state that the head must be in
 *
 * Context: any but NMI, preemption off.
 * Return: whether it was taken; if not, nothing was changed: take the slow path.
 */
static __always_inline bool mctl_fcache_push(struct mctl_arena *arena, u32 fn, unsigned int place,
					     unsigned int order, u8 state)
{
	struct mctl_fcache *fc = this_cpu_ptr(arena->fcache);
	struct mctl_fcache_stack *stack;
	u8 *head = &arena->table.state[fn];
	unsigned int slot, mt;
	u32 *top;

	if (unlikely(*head != state))
		return false;
	if (unlikely(fc->busy))
		return false;
	fc->busy = 1;
	barrier();
	mt = mctl_table_pageblock_mt(&arena->table, fn);
	slot = fc->slots_of[place] | mt;
	stack = &fc->stack[mctl_fcache_index(order, slot)];
	top = stack->top + 1;
	if (unlikely(top > stack->limit)) {
		barrier();
		fc->busy = 0;
		return false;
	}
	stack->top = top;
	*top = fn;
	*head = MCTL_STATE(MCTL_KIND_CACHED, order);
	barrier();
	fc->busy = 0;
	return true;
}

/* mm/frame.c: the door of all page allocation, for api.c, caches, regions and handles. */
u32 mctl_frame_alloc(struct mctl_arena *arena, const struct mctl_request *request, u32 *reason);
int mctl_frame_free(struct mctl_arena *arena, u32 fn, unsigned int order, unsigned int kind);
unsigned int mctl_frame_alloc_bulk(struct mctl_arena *arena, const struct mctl_request *request,
				   unsigned int nr, u32 *fns);
struct page *mctl_frame_alloc_page_slow(struct mctl_arena *arena, int nid, gfp_t gfp,
					unsigned int order, u32 tag);
void mctl_frame_free_page_slow(struct mctl_arena *arena, struct page *page, unsigned int order);
unsigned int mctl_frame_alloc_pages_bulk(struct mctl_arena *arena, gfp_t gfp, unsigned int nr,
					 struct page **pages, u32 tag);
void mctl_frame_free_pages_bulk(struct mctl_arena *arena, unsigned int nr, struct page **pages);

/**
 * mctl_frame_alloc_page() - a block for a caller of the in-kernel API
 * @arena: the arena
 * @gfp: as for alloc_pages()
 * @order: 2^order pages; any value
 * @tag: lower half of the caller's address
 *
 * Context: any but NMI; may sleep as @gfp says.
 * Return: the first page, or NULL.
 */
static __always_inline struct page *mctl_frame_alloc_page(struct mctl_arena *arena, gfp_t gfp,
							  unsigned int order, u32 tag)
{
	struct page *page;
	u32 fn;

	if (unlikely(order > MCTL_MAX_ORDER || gfp & (__GFP_ZERO | __GFP_THISNODE)))
		return mctl_frame_alloc_page_slow(arena, NUMA_NO_NODE, gfp, order, tag);
	preempt_disable();
	fn = mctl_fcache_pop(arena, mctl_fcache_wish(gfp), order, MCTL_STATE(MCTL_KIND_USED, order),
			     tag);
	if (unlikely(fn == MCTL_FN_NONE)) {
		preempt_enable();
		return mctl_frame_alloc_page_slow(arena, NUMA_NO_NODE, gfp, order, tag);
	}
	page = mctl_arena_page(arena, fn);
	preempt_enable();
	return page;
}

/**
 * mctl_frame_free_page() - the way back of mctl_frame_alloc_page()
 * @arena: the arena
 * @page: first page of the block
 * @order: as it was allocated
 *
 * What is not such a block is reported by name and left as it is.
 *
 * Context: any but NMI.
 */
static __always_inline void mctl_frame_free_page(struct mctl_arena *arena, struct page *page,
						 unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	const struct mctl_map_entry *entry;

	preempt_disable();
	if (likely(order <= MCTL_MAX_ORDER) && likely(pfn >> MCTL_SECTION_SHIFT < arena->nr_map)) {
		/* An entry of zeros is some frame of section 0 in no zone, which is not taken. */
		entry = &arena->section_map[pfn >> MCTL_SECTION_SHIFT];
		if (likely(mctl_fcache_push(arena, entry->fn | (pfn & (MCTL_SECTION_FRAMES - 1)),
					    entry->place, order,
					    MCTL_STATE(MCTL_KIND_USED, order)))) {
			preempt_enable();
			return;
		}
	}
	preempt_enable();
	mctl_frame_free_page_slow(arena, page, order);
}

/* mm/fcache.c; what looks on is in mm/fcache_view.c */
int mctl_fcache_create(struct mctl_arena *arena);
void mctl_fcache_destroy(struct mctl_arena *arena);
bool mctl_fcache_drain_all(struct mctl_arena *arena);
bool mctl_fcache_drain_nowait(struct mctl_arena *arena);
bool mctl_fcache_enter(struct mctl_fcache *fc);
void mctl_fcache_leave(struct mctl_fcache *fc);
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

void mctl_fcache_info(struct mctl_arena *arena, u32 zone, int cpu, struct mctl_fcache_info *info);
void mctl_fcache_fold(struct mctl_arena *arena, u32 zone, u32 *nr_cached, u64 *nr_alloc,
		      u64 *nr_freed);
int mctl_fcache_cpu_of(struct mctl_arena *arena, u32 fn);
void mctl_fcache_check(struct mctl_arena *arena, struct mctl_report *report);

#endif /* MCTL_MM_FCACHE_H */
