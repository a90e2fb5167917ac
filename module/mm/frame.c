// SPDX-License-Identifier: GPL-2.0
/*
 * The door of all page allocation: the CPU's frame cache first (fcache.h),
 * then the zones; and the check of every free.
 *
 * I1  A free whose head is not in use, of the order and for the kind that the
 *     caller says, changes nothing but arena->nr_bad_free, and is reported by
 *     name. Two CPUs that free the same block in the same moment are beyond
 *     it: only a lock or an atomic operation on every free would see that, and
 *     `verify` finds the block in two stacks (fcache I4).
 *
 * Locks: none of its own.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/highmem.h>
#include "mm/event.h"
#include "mm/fcache.h"

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
static bool cacheable(const struct mctl_fcache *fc, const struct mctl_request *request)
{
	if (request->nid == NUMA_NO_NODE)
		return !(request->flags & MCTL_REQUEST_THISNODE) || fc->nid == numa_node_id();
	return request->nid == fc->nid;
}

/* Fill this CPU's stack and take one. */
static u32 refill(struct mctl_arena *arena, struct mctl_fcache *fc,
		  const struct mctl_request *request)
{
	unsigned int wish = request_wish(request);
	unsigned int slot = fc->slot_of[wish];
	bool filled = false;

	if (slot == MCTL_FCACHE_NO_SLOT || !mctl_fcache_enter(fc))
		return MCTL_FN_NONE;
	filled = mctl_fcache_fill(arena, fc, request->order, slot, 1);
	mctl_fcache_leave(fc);
	/* An interrupt may take what we filled: then the zone has to do. */
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

/**
 * mctl_frame_alloc() - allocate a block
 * @arena: the arena
 * @request: what is asked for
 * @reason: enum memctl_reason on failure; may be NULL
 *
 * Context: any but NMI; may sleep unless MCTL_REQUEST_NOWAIT is set.
 * Return: fn of the block, or MCTL_FN_NONE.
 */
u32 mctl_frame_alloc(struct mctl_arena *arena, const struct mctl_request *request, u32 *reason)
{
	u32 why = check_request(request);
	struct mctl_fcache *fc;
	u32 fn = MCTL_FN_NONE;

	if (unlikely(why)) {
		if (reason)
			*reason = why;
		return MCTL_FN_NONE;
	}
	preempt_disable();
	fc = this_cpu_ptr(arena->fcache);
	if (likely(cacheable(fc, request))) {
		fn = mctl_fcache_pop(arena, request_wish(request), request->order,
				     MCTL_STATE(request->kind, request->order), request->tag);
		if (unlikely(fn == MCTL_FN_NONE) && request->order < MCTL_MAX_ORDER)
			fn = refill(arena, fc, request);
	}
	preempt_enable();
	if (unlikely(fn == MCTL_FN_NONE))
		fn = mctl_zone_alloc(arena, request, reason);
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
		 found == MCTL_KIND_ISOLATED)
		snprintf(text, size, "already free");
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

static void report_bad_free(struct mctl_arena *arena, const char *object, u64 number,
			    unsigned int order, const char *wrong)
{
	char text[MCTL_ERROR_TEXT_SIZE];
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_BAD_FREE,
		.arena = arena->name,
		.text = text,
		.has_order = order <= MCTL_MAX_ORDER,
		.order = order,
		.has_value = true,
		.value = number,
	};

	atomic64_inc(&arena->nr_bad_free);
	snprintf(text, sizeof(text), "free of %s %llu order %u: %s", object, number, order, wrong);
	pr_warn_ratelimited("arena %s: %s\n", arena->name, text);
	event.generation = mctl_arena_generation(arena);
	mctl_event_send(&event);
}

/* Past the hot path. Return: 0, or -EINVAL when there is no such block. */
static noinline int free_block(struct mctl_arena *arena, u32 fn, unsigned int order,
			       unsigned int kind)
{
	u8 state = MCTL_STATE(kind, order);
	struct mctl_fcache *fc;
	bool taken = false;

	preempt_disable();
	fc = this_cpu_ptr(arena->fcache);
	if (order < MCTL_MAX_ORDER && arena->table.state[fn] == state && mctl_fcache_enter(fc)) {
		taken = mctl_fcache_make_room(arena, fc, fn, order);
		mctl_fcache_leave(fc);
		taken = taken &&
			mctl_fcache_push(arena, fn, mctl_arena_place(arena, fn), order, state);
	}
	preempt_enable();
	return taken ? 0 : mctl_zone_free(arena, fn, order, state);
}

/* Apart from mctl_frame_free(), which has no text on its stack that way. */
static noinline int refuse_free(struct mctl_arena *arena, u32 fn, unsigned int order,
				unsigned int kind)
{
	char wrong[64];

	describe(arena, fn, order, kind, wrong, sizeof(wrong));
	report_bad_free(arena, "frame", fn, order, wrong);
	return -EINVAL;
}

/**
 * mctl_frame_free() - free a block
 * @arena: the arena
 * @fn: its head; any value
 * @order: as it was allocated; any value
 * @kind: enum mctl_kind, as it was allocated
 *
 * Context: any but NMI.
 * Return: 0, or -EINVAL when it is no such block (double free, wrong order,
 * inside of a block, not ours): reported by name, nothing changed.
 */
int mctl_frame_free(struct mctl_arena *arena, u32 fn, unsigned int order, unsigned int kind)
{
	bool taken;

	if (likely(order <= MCTL_MAX_ORDER && fn < mctl_table_span(&arena->table))) {
		preempt_disable();
		taken = mctl_fcache_push(arena, fn, mctl_arena_place(arena, fn), order,
					 MCTL_STATE(kind, order));
		preempt_enable();
		if (likely(taken) || !free_block(arena, fn, order, kind))
			return 0;
	}
	return refuse_free(arena, fn, order, kind);
}

/*
 * Pop what the stack has; fill it when it is empty, as long as that helps.
 * Preemption is off, the frame cache is entered.
 */
static unsigned int pop_bulk(struct mctl_arena *arena, struct mctl_fcache *fc,
			     const struct mctl_request *request, unsigned int nr, u32 *fns)
{
	unsigned int slot = fc->slot_of[request_wish(request)];
	struct mctl_fcache_stack *stack;
	u8 state = MCTL_STATE(request->kind, request->order);
	unsigned int got = 0;
	u32 tag = request->tag;

	if (slot == MCTL_FCACHE_NO_SLOT)
		return 0;
	stack = &fc->stack[mctl_fcache_index(request->order, slot)];
	while (got < nr) {
		u8 *states = arena->table.state;
		u32 *tags = arena->table.tag;
		u32 *top = stack->top;
		u32 fn;

		for (; got < nr && (fn = *top) != MCTL_FN_NONE; top--) {
			states[fn] = state;
			tags[fn] = tag;
			fns[got++] = fn;
		}
		stack->top = top;
		if (got < nr && !mctl_fcache_fill(arena, fc, request->order, slot, 1))
			break;
	}
	fc->nr_alloc[slot] += got;
	return got;
}

/**
 * mctl_frame_alloc_bulk() - allocate many blocks
 * @arena: the arena
 * @request: what each of them is
 * @nr: how many
 * @fns: their heads
 *
 * Context: any but NMI; may sleep unless MCTL_REQUEST_NOWAIT is set.
 * Return: blocks allocated, the first ones of @fns.
 */
unsigned int mctl_frame_alloc_bulk(struct mctl_arena *arena, const struct mctl_request *request,
				   unsigned int nr, u32 *fns)
{
	struct mctl_fcache *fc;
	unsigned int got = 0, i;

	if (check_request(request))
		return 0;
	preempt_disable();
	fc = this_cpu_ptr(arena->fcache);
	if (request->order < MCTL_MAX_ORDER && cacheable(fc, request) && mctl_fcache_enter(fc)) {
		got = pop_bulk(arena, fc, request, nr, fns);
		mctl_fcache_leave(fc);
	}
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

static struct mctl_request page_request(int nid, gfp_t gfp, unsigned int order, u32 tag)
{
	unsigned int wish = mctl_fcache_wish(gfp);
	struct mctl_request request = {
		.order = min_t(unsigned int, order, MCTL_NR_ORDERS),
		.type = mctl_fcache_wish_type(wish),
		.mt = mctl_fcache_wish_mt(wish),
		.kind = MCTL_KIND_USED,
		.nid = nid,
		.tag = tag,
	};

	if (gfp & __GFP_THISNODE)
		request.flags |= MCTL_REQUEST_THISNODE;
	if (gfp & __GFP_MEMALLOC)
		request.flags |= MCTL_REQUEST_MEMALLOC;
	if (!gfpflags_allow_blocking(gfp))
		request.flags |= MCTL_REQUEST_NOWAIT;
	if (gfp & __GFP_ZERO)
		request.flags |= MCTL_REQUEST_ZERO;
	return request;
}

/**
 * mctl_frame_alloc_page_slow() - mctl_frame_alloc_page() when its hot path does not serve
 * @arena: the arena
 * @nid: node to start at, or NUMA_NO_NODE
 * @gfp: as for alloc_pages()
 * @order: 2^order pages; any value
 * @tag: lower half of the caller's address
 *
 * Context: any but NMI; may sleep as @gfp says.
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
 * mctl_frame_free_page_slow() - mctl_frame_free_page() when its hot path does not serve
 * @arena: the arena
 * @page: first page of the block; any page
 * @order: as it was allocated; any value
 *
 * Context: any but NMI.
 */
void mctl_frame_free_page_slow(struct mctl_arena *arena, struct page *page, unsigned int order)
{
	u32 fn = mctl_arena_pfn_to_fn(arena, page_to_pfn(page));

	if (fn == MCTL_FN_NONE)
		report_bad_free(arena, "page", page_to_pfn(page), order, "not of this arena");
	else
		mctl_frame_free(arena, fn, order, MCTL_KIND_USED);
}

#define BULK 64

/**
 * mctl_frame_alloc_pages_bulk() - allocate many pages
 * @arena: the arena
 * @gfp: as for alloc_pages()
 * @nr: how many
 * @pages: the pages
 * @tag: lower half of the caller's address
 *
 * Context: any but NMI; may sleep as @gfp says.
 * Return: pages allocated, the first ones of @pages.
 */
unsigned int mctl_frame_alloc_pages_bulk(struct mctl_arena *arena, gfp_t gfp, unsigned int nr,
					 struct page **pages, u32 tag)
{
	struct mctl_request request = page_request(NUMA_NO_NODE, gfp, 0, tag);
	unsigned int done = 0, want, got, i;
	u32 fns[BULK];

	do {
		want = min_t(unsigned int, nr - done, BULK);
		got = mctl_frame_alloc_bulk(arena, &request, want, fns);
		for (i = 0; i < got; i++)
			pages[done + i] = mctl_arena_page(arena, fns[i]);
		done += got;
	} while (got == want && done < nr);
	return done;
}

/**
 * mctl_frame_free_pages_bulk() - free many pages
 * @arena: the arena
 * @nr: how many
 * @pages: the pages, each allocated with order 0
 *
 * Context: any but NMI.
 */
void mctl_frame_free_pages_bulk(struct mctl_arena *arena, unsigned int nr, struct page **pages)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		mctl_frame_free_page(arena, pages[i], 0);
}
