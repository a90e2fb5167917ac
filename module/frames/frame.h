/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames: the entry point of all page allocation, for the in-kernel API, caches,
 * regions and handles. What the CPU's frame cache (fcache.h) can serve is done
 * here, inline; frame.c has the rest, frame_bulk.c many pages at once.
 *
 * See frame.c for the invariant.
 */
#ifndef MCTL_FRAMES_FRAME_H
#define MCTL_FRAMES_FRAME_H

#include <linux/gfp.h>
#include <linux/preempt.h>
#include "frames/fcache.h"
#include "frames/zone.h"
#include "host/arena.h"
#include "host/debug_hooks.h"
#include "host/error.h"
#include "host/symbol.h"

struct mctl_plant;

/* frames/frame.c */
u32 mctl_frame_alloc(struct mctl_arena *arena, const struct mctl_request *request, u32 *reason);
int mctl_frame_free(struct mctl_arena *arena, u32 fn, unsigned int order, unsigned int kind);
unsigned int mctl_frame_alloc_bulk(struct mctl_arena *arena, const struct mctl_request *request,
				   unsigned int nr, u32 *fns);
struct page *mctl_frame_alloc_page_slow(struct mctl_arena *arena, int nid, gfp_t gfp,
					unsigned int order, u32 tag);
struct page *mctl_frame_refill_page(struct mctl_arena *arena, unsigned long wish,
				    unsigned long state, u32 tag);
void mctl_frame_free_block(struct mctl_arena *arena, unsigned long fn, unsigned long state);
void mctl_frame_free_page_slow(struct mctl_arena *arena, struct page *page, unsigned long state);

/* frames/frame_bulk.c */
unsigned int mctl_frame_alloc_pages_bulk(struct mctl_arena *arena, gfp_t gfp, unsigned int nr,
					 struct page **pages, u32 tag);
void mctl_frame_free_pages_bulk(struct mctl_arena *arena, unsigned int nr, struct page **pages);

/* Hand the block at @fn over to its caller. The address is that of the code that called us. */
static __always_inline void mctl_frame_grant(struct mctl_arena *arena, unsigned long fn,
					     unsigned long state)
{
	arena->table.state[fn] = state;
	if (MCTL_OWNER_TAGS)
		arena->table.tag[fn] = _RET_IP_;
	mctl_debug_frames_alloc(arena, fn, state - MCTL_STATE(MCTL_KIND_USED, 0));
}

/**
 * mctl_frame_take_page() - take a block from the frame cache for the in-kernel API
 * @arena: the arena
 * @wish: memctl_wish()
 * @state: MCTL_STATE(MCTL_KIND_USED, order)
 * @page: its first page
 *
 * The owner is the caller of the function that this is inlined into.
 *
 * Context: Any context but NMI.
 * Return: whether there was one; if not, take the slow path.
 */
static __always_inline bool mctl_frame_take_page(struct mctl_arena *arena, unsigned long wish,
						 unsigned long state, struct page **page)
{
	struct mctl_fcache __percpu *percpu = arena->fcache;
	unsigned long fn, index;
	struct mctl_fcache *fc;

	preempt_disable();
	fc = mctl_fcache_claim(percpu);
	index = mctl_fcache_index(state - MCTL_STATE(MCTL_KIND_USED, 0), fc->slot_of[wish]);
	fn = fc->entry[fc->stack[index].top];
	OPTIMIZER_HIDE_VAR(index);
	/* MCTL_FN_NONE is above any extent: one test for both. */
	if (likely(fn < arena->extent_nr)) {
		fc->stack[index].word += MCTL_FCACHE_POPPED;
		mctl_frame_grant(arena, fn, state);
		mctl_fcache_release(percpu, fc);
		*page = arena->extent_page + fn;
		preempt_enable();
		return true;
	}
	OPTIMIZER_HIDE_VAR(fn);
	if (likely(fn != MCTL_FN_NONE)) {
		fc->stack[index].word += MCTL_FCACHE_POPPED;
		mctl_frame_grant(arena, fn, state);
		mctl_fcache_release(percpu, fc);
		*page = pfn_to_page(mctl_table_pfn(&arena->table, fn));
		preempt_enable();
		return true;
	}
	mctl_fcache_release(percpu, fc);
	preempt_enable();
	return false;
}

/**
 * mctl_frame_free_page() - free a block from mctl_frame_take_page()
 * @arena: the arena
 * @page: first page of the block
 * @state: as it was allocated
 *
 * A page that is no such block is reported by name and left as it is.
 *
 * Context: Any context but NMI.
 */
static __always_inline void mctl_frame_free_page(struct mctl_arena *arena, struct page *page,
						 unsigned long state)
{
	unsigned long fn;

	preempt_disable();
	fn = mctl_arena_page_offset(arena, page);
	if (unlikely(fn >= arena->extent_nr)) {
		/* So that the compiler need not keep the page until here. */
		OPTIMIZER_HIDE_VAR(fn);
		page = arena->extent_page + fn;
		fn = mctl_arena_pfn_to_fn(arena, page_to_pfn(page));
		if (unlikely(fn == MCTL_FN_NONE)) {
			preempt_enable();
			mctl_frame_free_page_slow(arena, page, state);
			return;
		}
	}
	if (likely(mctl_fcache_push(arena, fn, MCTL_KIND_USED, state))) {
		preempt_enable();
		return;
	}
	preempt_enable();
	mctl_frame_free_block(arena, fn, state);
}

/* frames/frame_view.c */
const char *mctl_frame_kind_name(unsigned int kind);
const char *mctl_frame_state_name(struct mctl_arena *arena, u32 fn);
u32 mctl_frame_held(struct mctl_arena *arena, u64 pfn);
u32 mctl_frame_at(struct mctl_arena *arena, unsigned long address);

/* frames/frame_plant.c: damage planted for tests; see host/flip.h. */
int mctl_frame_plant(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error);

#endif /* MCTL_FRAMES_FRAME_H */
