// SPDX-License-Identifier: GPL-2.0
/*
 * The entry point of all page allocation: the CPU's frame cache first
 * (fcache.h), then the zones; and the check of every free.
 *
 * I1  A free whose head is not in use, of the order and for the kind that the
 *     caller says, changes nothing but arena->nr_bad_free, and is reported by
 *     name. This does not cover two CPUs that free the same block at the same
 *     moment: only a lock or an atomic operation on every free would catch that,
 *     and `verify` finds the block in two stacks (fcache I4).
 *
 * Locks: none of its own.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/highmem.h>
#include "core/table.h"
#include "frames/fcache.h"
#include "frames/frame.h"
#include "host/event.h"
#include "host/symbol.h"

static unsigned int request_wish(const struct mctl_request *request)
{
	static const u8 zone[MCTL_NR_ZONE_TYPES] = {
		[MEMCTL_ZONE_TYPE_DMA] = (__force u8)__GFP_DMA,
		[MEMCTL_ZONE_TYPE_DMA32] = (__force u8)__GFP_DMA32,
	};
	static const u8 mt[MCTL_NR_MT] = {
		[MCTL_MT_MOVABLE] = (__force u8)__GFP_MOVABLE,
		[MCTL_MT_RECLAIMABLE] = (__force u8)__GFP_RECLAIMABLE,
	};

	return zone[request->type] | mt[request->mt];
}

/* Whether this CPU's frame cache may serve the request: it holds frames of one node. */
static bool cacheable(const struct mctl_arena *arena, const struct mctl_request *request)
{
	u16 nid;

	if (likely(request->nid == NUMA_NO_NODE && !(request->flags & MCTL_REQUEST_THISNODE)))
		return true;
	nid = this_cpu_read(arena->fcache->nid);
	return request->nid == NUMA_NO_NODE ? nid == numa_node_id() : nid == request->nid;
}

/* Fill this CPU's stack and take one. */
static u32 refill(struct mctl_arena *arena, const struct mctl_request *request)
{
	unsigned int wish = request_wish(request);
	struct mctl_fcache *fc = mctl_fcache_enter(arena);
	bool filled;

	if (!fc)
		return MCTL_FN_NONE;
	filled = mctl_fcache_fill(arena, fc, request->order, fc->slot_of[wish], 1);
	mctl_fcache_leave(arena, fc);
	/* An interrupt may take what we filled: then the zone has to serve the request. */
	if (!filled)
		return MCTL_FN_NONE;
	return mctl_fcache_pop(arena, wish, request->order,
			       MCTL_STATE(request->kind, request->order), request->tag);
}

static void zero(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	struct page *page = mctl_arena_page(arena, fn);
	unsigned int i;

	for (i = 0; i < 1U << order; i++)
		clear_highpage(page + i);
}

static u32 check_request(const struct mctl_request *request)
{
	if (unlikely(request->order > MCTL_MAX_ORDER))
		return MEMCTL_REASON_BAD_ORDER;
	if (unlikely(request->type >= MCTL_NR_ZONE_TYPES || request->mt >= MCTL_NR_MT))
		return MEMCTL_REASON_BAD_OP;
	return MEMCTL_REASON_NONE;
}

/* Past the frame cache, which is empty in an arena with a fault of site alloc. */
static u32 past_cache(struct mctl_arena *arena, const struct mctl_request *request, u32 *reason)
{
	if (mctl_inject(arena, MEMCTL_INJECT_SITE_ALLOC, request->order, NULL)) {
		if (reason)
			*reason = MEMCTL_REASON_INJECTED;
		return MCTL_FN_NONE;
	}
	return mctl_zone_alloc(arena, request, reason);
}

/**
 * mctl_frame_alloc() - allocate a block
 * @arena: the arena
 * @request: the request
 * @reason: enum memctl_reason on failure; may be NULL
 *
 * Context: Any context but NMI, may sleep unless MCTL_REQUEST_NOWAIT is set.
 * Return: fn of the block, or MCTL_FN_NONE.
 */
u32 mctl_frame_alloc(struct mctl_arena *arena, const struct mctl_request *request, u32 *reason)
{
	u32 why = check_request(request);
	u32 fn = MCTL_FN_NONE;

	if (!why && mctl_inject_debug())
		why = MEMCTL_REASON_INJECTED;
	if (unlikely(why)) {
		if (reason)
			*reason = why;
		return MCTL_FN_NONE;
	}
	mctl_debug_may_sleep(!(request->flags & MCTL_REQUEST_NOWAIT));
	preempt_disable();
	if (likely(cacheable(arena, request))) {
		fn = mctl_fcache_pop(arena, request_wish(request), request->order,
				     MCTL_STATE(request->kind, request->order), request->tag);
		if (unlikely(fn == MCTL_FN_NONE) && request->order < MCTL_MAX_ORDER)
			fn = refill(arena, request);
	}
	preempt_enable();
	if (unlikely(fn == MCTL_FN_NONE))
		fn = past_cache(arena, request, reason);
	if (fn != MCTL_FN_NONE && request->flags & MCTL_REQUEST_ZERO)
		zero(arena, fn, request->order);
	return fn;
}

/* What is wrong with a free, for its report. */
static void describe(struct mctl_arena *arena, u32 fn, unsigned int order, unsigned int kind,
		     char *text, size_t size)
{
	static const char *const what[MCTL_NR_KINDS] = {
		[MCTL_KIND_USED] = "a block of pages",
		[MCTL_KIND_SLAB] = "a slab",
		[MCTL_KIND_TABLE] = "a page table",
		[MCTL_KIND_REGION] = "part of a region",
	};
	const struct mctl_table *table = &arena->table;
	u8 state = fn < mctl_table_span(table) ? READ_ONCE(table->state[fn]) : 0;
	unsigned int found = mctl_state_kind(state);
	u32 head = found == MCTL_KIND_TAIL ? mctl_table_head(table, fn) : fn;

	if (order > MCTL_MAX_ORDER)
		snprintf(text, size, "the highest order is %u", MCTL_MAX_ORDER);
	else if (found == MCTL_KIND_ABSENT)
		snprintf(text, size, "not of this arena");
	else if (found == MCTL_KIND_FREE || found == MCTL_KIND_CACHED ||
		 found == MCTL_KIND_HWPOISON)
		snprintf(text, size, "already free%s",
			 found == MCTL_KIND_HWPOISON ? ", with a memory error" : "");
	else if (found == kind)
		snprintf(text, size, "order is %u", mctl_state_order(state));
	else if (found != MCTL_KIND_TAIL)
		snprintf(text, size, "it is %s", found < MCTL_NR_KINDS ? what[found] : "damaged");
	else if (head == MCTL_FN_NONE)
		snprintf(text, size, "inside of no block");
	else if (mctl_state_kind(table->state[head]) == MCTL_KIND_FREE ||
		 mctl_state_kind(table->state[head]) == MCTL_KIND_CACHED)
		snprintf(text, size, "already free, inside the free block at %u", head);
	else
		snprintf(text, size, "inside the block at %u", head);
}

/* The code that allocated the block of a frame, or had it last, if that is noted; or 0. */
static u64 allocator_of(const struct mctl_arena *arena, u32 fn)
{
	const struct mctl_table *table = &arena->table;
	u32 head = fn < mctl_table_span(table) ? mctl_table_head(table, fn) : MCTL_FN_NONE;
	unsigned int kind;

	if (head == MCTL_FN_NONE)
		return 0;
	kind = mctl_state_kind(READ_ONCE(table->state[head]));
	if (kind != MCTL_KIND_USED && kind != MCTL_KIND_CACHED)
		return 0;
	return mctl_owner_caller(table->tag[head]);
}

/* @caller: the code that had allocated it, or 0 */
static void report_bad_free(struct mctl_arena *arena, const char *object, u64 number,
			    unsigned int order, const char *wrong, u64 caller)
{
	char text[MCTL_ERROR_TEXT_SIZE], symbol[MCTL_SYMBOL_SIZE] = "";
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_BAD_FREE,
		.arena = arena,
		.text = text,
		.has_order = order <= MCTL_MAX_ORDER,
		.order = order,
		.has_value = true,
		.value = number,
		.caller = caller,
	};

	atomic64_inc(&arena->nr_bad_free);
	if (caller)
		mctl_symbol(caller, symbol, sizeof(symbol));
	snprintf(text, sizeof(text), "free of %s %llu order %u: %s", object, number, order, wrong);
	pr_warn_ratelimited("arena %s: %s%s%s\n", arena->name, text,
			    caller ? ", allocated by " : "", symbol);
	mctl_event_send(&event);
}

/* Past the hot path. Return: 0, or -EINVAL when there is no such block. */
static noinline int free_block(struct mctl_arena *arena, u32 fn, unsigned int order,
			       unsigned int kind)
{
	u8 state = MCTL_STATE(kind, order);
	struct mctl_fcache *fc = NULL;
	bool taken = false;

	preempt_disable();
	if (order < MCTL_MAX_ORDER && arena->table.state[fn] == state)
		fc = mctl_fcache_enter(arena);
	if (fc) {
		taken = mctl_fcache_make_room(arena, fc, fn, order);
		mctl_fcache_leave(arena, fc);
		/* An interrupt may have filled the room: then the block goes to the zone. */
		taken = taken && mctl_fcache_push(arena, fn, kind, state);
	}
	preempt_enable();
	return taken ? 0 : mctl_zone_free(arena, fn, state);
}

/* Separate from mctl_frame_free(), so that the latter has no text on its stack. */
static noinline int refuse_free(struct mctl_arena *arena, u32 fn, unsigned int order,
				unsigned int kind)
{
	char wrong[64];

	describe(arena, fn, order, kind, wrong, sizeof(wrong));
	report_bad_free(arena, "frame", fn, order, wrong, allocator_of(arena, fn));
	return -EINVAL;
}

/**
 * mctl_frame_free() - free a block
 * @arena: the arena
 * @fn: its head; any value
 * @order: as it was allocated; any value
 * @kind: enum mctl_kind, as it was allocated
 *
 * Context: Any context but NMI.
 * Return: 0, or -EINVAL if it is no such block (double free, wrong order,
 * inside of a block, not ours), which is reported by name and changes nothing.
 */
int mctl_frame_free(struct mctl_arena *arena, u32 fn, unsigned int order, unsigned int kind)
{
	bool taken;

	if (likely(order <= MCTL_MAX_ORDER && fn < mctl_table_span(&arena->table))) {
		preempt_disable();
		taken = mctl_fcache_push(arena, fn, kind, MCTL_STATE(kind, order));
		preempt_enable();
		if (likely(taken) || !free_block(arena, fn, order, kind))
			return 0;
	}
	return refuse_free(arena, fn, order, kind);
}

/* Pop as many as the stack has, and refill it when it is empty as long as that helps. */
static unsigned int pop_bulk(struct mctl_arena *arena, const struct mctl_request *request,
			     unsigned int nr, u32 *fns)
{
	struct mctl_fcache *fc = mctl_fcache_enter(arena);
	u8 state = MCTL_STATE(request->kind, request->order);
	unsigned int got = 0, slot, index, i, n;
	const u32 *top;

	if (!fc)
		return 0;
	slot = fc->slot_of[request_wish(request)];
	index = mctl_fcache_index(request->order, slot);
	do {
		n = min(nr - got, mctl_fcache_count(fc, index));
		top = &fc->entry[mctl_fcache_top(fc, index)];
		for (i = 0; i < n; i++) {
			u32 fn = *top--;

			arena->table.state[fn] = state;
			arena->table.tag[fn] = request->tag;
			mctl_debug_frames_alloc(arena, fn, request->order);
			fns[got++] = fn;
		}
		fc->stack[index].word += n * MCTL_FCACHE_POPPED;
	} while (got < nr && mctl_fcache_fill(arena, fc, request->order, slot, 1));
	mctl_fcache_leave(arena, fc);
	return got;
}

/**
 * mctl_frame_alloc_bulk() - allocate many blocks
 * @arena: the arena
 * @request: what each of them is
 * @nr: how many
 * @fns: their heads
 *
 * Context: Any context but NMI, may sleep unless MCTL_REQUEST_NOWAIT is set.
 * Return: blocks allocated, the first ones of @fns.
 */
unsigned int mctl_frame_alloc_bulk(struct mctl_arena *arena, const struct mctl_request *request,
				   unsigned int nr, u32 *fns)
{
	unsigned int got = 0, i;

	if (check_request(request) || mctl_inject_debug())
		return 0;
	mctl_debug_may_sleep(!(request->flags & MCTL_REQUEST_NOWAIT));
	preempt_disable();
	if (request->order < MCTL_MAX_ORDER && cacheable(arena, request))
		got = pop_bulk(arena, request, nr, fns);
	preempt_enable();
	if (request->flags & MCTL_REQUEST_ZERO)
		for (i = 0; i < got; i++)
			zero(arena, fns[i], request->order);
	while (got < nr) {
		u32 fn = mctl_frame_alloc(arena, request, NULL);

		if (fn == MCTL_FN_NONE)
			break;
		fns[got++] = fn;
	}
	return got;
}

static struct mctl_request wish_request(unsigned int wish, unsigned int order, u32 tag)
{
	struct mctl_request request = {
		.order = min_t(unsigned int, order, MCTL_NR_ORDERS),
		.type = mctl_fcache_wish_type(wish),
		.mt = mctl_fcache_wish_mt(wish),
		.kind = MCTL_KIND_USED,
		.nid = NUMA_NO_NODE,
		.tag = tag,
	};

	if (wish & MEMCTL_WISH_MEMALLOC)
		request.flags |= MCTL_REQUEST_MEMALLOC;
	if (wish & MEMCTL_WISH_NOWAIT)
		request.flags |= MCTL_REQUEST_NOWAIT;
	return request;
}

static struct mctl_request page_request(int nid, gfp_t gfp, unsigned int order, u32 tag)
{
	struct mctl_request request = wish_request(memctl_wish(gfp), order, tag);

	BUILD_BUG_ON((__force u32)(__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32 | __GFP_MOVABLE |
				   __GFP_RECLAIMABLE) != MEMCTL_WISH_GFP);
	request.nid = nid;
	if (gfp & __GFP_THISNODE)
		request.flags |= MCTL_REQUEST_THISNODE;
	if (gfp & __GFP_ZERO)
		request.flags |= MCTL_REQUEST_ZERO;
	return request;
}

/**
 * mctl_frame_alloc_page_slow() - a block for the in-kernel API
 * @arena: the arena
 * @nid: node to start at, or NUMA_NO_NODE
 * @gfp: as for alloc_pages()
 * @order: 2^order pages; any value
 * @tag: lower half of the caller's address
 *
 * Context: Any context but NMI, may sleep if @gfp allows it.
 * Return: the first page, or NULL.
 */
struct page *mctl_frame_alloc_page_slow(struct mctl_arena *arena, int nid, gfp_t gfp,
					unsigned int order, u32 tag)
{
	struct mctl_request request = page_request(nid, gfp, order, tag);
	u32 fn = mctl_frame_alloc(arena, &request, NULL);

	return fn == MCTL_FN_NONE ? NULL : mctl_arena_page(arena, fn);
}

/**
 * mctl_frame_refill_page() - allocate a page that mctl_frame_take_page() did not find
 * @arena: the arena
 * @wish: memctl_wish()
 * @state: MCTL_STATE(MCTL_KIND_USED, order)
 * @tag: lower half of the caller's address
 *
 * Context: Any context but NMI, may sleep if @wish allows it.
 * Return: the first page, or NULL.
 */
struct page *mctl_frame_refill_page(struct mctl_arena *arena, unsigned long wish,
				    unsigned long state, u32 tag)
{
	struct mctl_request request = wish_request(wish, mctl_state_order(state), tag);
	u32 fn = mctl_frame_alloc(arena, &request, NULL);

	return fn == MCTL_FN_NONE ? NULL : mctl_arena_page(arena, fn);
}

/**
 * mctl_frame_free_block() - mctl_frame_free_page() when the frame cache does not take it
 * @arena: the arena
 * @fn: head of the block, below the table's span
 * @state: MCTL_STATE(MCTL_KIND_USED, order)
 *
 * Context: Any context but NMI.
 */
void mctl_frame_free_block(struct mctl_arena *arena, unsigned long fn, unsigned long state)
{
	mctl_frame_free(arena, fn, mctl_state_order(state), MCTL_KIND_USED);
}

/**
 * mctl_frame_free_page_slow() - mctl_frame_free_page() past its hot path
 * @arena: the arena
 * @page: first page of the block; any page
 * @state: MCTL_STATE(MCTL_KIND_USED, 0) + its order as it was allocated, which may be any
 *
 * Context: Any context but NMI.
 */
void mctl_frame_free_page_slow(struct mctl_arena *arena, struct page *page, unsigned long state)
{
	unsigned int order = state - MCTL_STATE(MCTL_KIND_USED, 0);
	u32 fn = mctl_arena_page_to_fn(arena, page);

	if (fn == MCTL_FN_NONE)
		report_bad_free(arena, "page", page_to_pfn(page), order, "not of this arena", 0);
	else
		mctl_frame_free(arena, fn, order, MCTL_KIND_USED);
}
