// SPDX-License-Identifier: GPL-2.0
/*
 * Many pages at once: one claim of the frame cache, then one loop over
 * the end of a stack. Pages that the cache does not serve go one by one.
 *
 * A caller keeps preemption off for BULK pages at most.
 *
 * Locks: none of its own.
 */
#include "frames/fcache.h"
#include "frames/frame.h"

#define BULK   128
#define UNROLL 4

/**
 * struct grant - what a run of pages is granted with; of the arena, so that it is read once
 * @states: of the frame table
 * @tags: of the frame table
 * @first: page of frame 0
 * @extent_nr: frames from there on whose pages are in step
 * @tag: the owner
 */
struct grant {
	u8 *states;
	u32 *tags;
	struct page *first;
	unsigned long extent_nr;
	u32 tag;
};

static __always_inline struct page *grant_one(const struct mctl_arena *arena, struct grant grant,
					      unsigned long fn)
{
	grant.states[fn] = MCTL_STATE(MCTL_KIND_USED, 0);
	if (MCTL_OWNER_TAGS)
		grant.tags[fn] = grant.tag;
	mctl_debug_frames_alloc(arena, fn, 0);
	if (unlikely(fn >= grant.extent_nr)) {
		OPTIMIZER_HIDE_VAR(fn);
		return pfn_to_page(mctl_table_pfn(&arena->table, fn));
	}
	OPTIMIZER_HIDE_VAR(fn);
	return grant.first + fn;
}

/* The last @nr blocks of a stack, whose top is @top. The cache is claimed. */
static void grant_run(const struct mctl_arena *arena, const u32 *top, unsigned int nr, u32 tag,
		      struct page **pages)
{
	const struct grant grant = {
		.states = arena->table.state,
		.tags = arena->table.tag,
		.extent_nr = arena->extent_nr,
		.first = arena->extent_page,
		.tag = tag,
	};
	struct page **end = pages + nr;

	while (pages + UNROLL <= end) {
		pages[0] = grant_one(arena, grant, top[0]);
		pages[1] = grant_one(arena, grant, top[-1]);
		pages[2] = grant_one(arena, grant, top[-2]);
		pages[3] = grant_one(arena, grant, top[-3]);
		pages += UNROLL;
		top -= UNROLL;
	}
	while (pages < end)
		*pages++ = grant_one(arena, grant, *top--);
}

/* Pop what the stack has, at most @nr. Preemption is off. */
static __always_inline unsigned int pop_pages(struct mctl_arena *arena, struct mctl_fcache *fc,
					      unsigned long slot, unsigned int nr,
					      struct page **pages, u32 tag)
{
	unsigned long index = mctl_fcache_index(0, slot);

	nr = min(nr, mctl_fcache_count(fc, index));
	grant_run(arena, &fc->entry[mctl_fcache_top(fc, index)], nr, tag, pages);
	fc->stack[index].word += nr * MCTL_FCACHE_POPPED;
	return nr;
}

/* Pop, and fill the stack as long as that helps. */
static unsigned int refill_pages(struct mctl_arena *arena, unsigned long wish, unsigned int nr,
				 struct page **pages, u32 tag)
{
	unsigned int got = 0, slot;
	struct mctl_fcache *fc;

	preempt_disable();
	fc = mctl_fcache_enter(arena);
	if (fc) {
		slot = fc->slot_of[wish];
		do
			got += pop_pages(arena, fc, slot, nr - got, pages + got, tag);
		while (got < nr && mctl_fcache_fill(arena, fc, 0, slot, 1));
		mctl_fcache_leave(arena, fc);
	}
	preempt_enable();
	return got;
}

/* Allocate the pages that one pop did not serve. */
static noinline unsigned int alloc_rest(struct mctl_arena *arena, gfp_t gfp, unsigned int nr,
					struct page **pages, u32 tag)
{
	unsigned int got = 0, want, n = 0;

	while (got < nr) {
		want = min_t(unsigned int, nr - got, BULK);
		if (likely(!(gfp & MEMCTL_WISH_EXCLUDED)))
			n = refill_pages(arena, memctl_wish(gfp), want, pages + got, tag);
		got += n;
		if (n == want)
			continue;
		pages[got] = mctl_frame_alloc_page_slow(arena, NUMA_NO_NODE, gfp, 0, tag);
		if (!pages[got])
			break;
		got++;
	}
	return got;
}

/**
 * mctl_frame_alloc_pages_bulk() - allocate many pages
 * @arena: the arena
 * @gfp: as for alloc_pages()
 * @nr: how many
 * @pages: the pages
 * @tag: lower half of the caller's address
 *
 * Context: Any context but NMI, may sleep if @gfp allows it.
 * Return: pages allocated, the first ones of @pages.
 */
unsigned int mctl_frame_alloc_pages_bulk(struct mctl_arena *arena, gfp_t gfp, unsigned int nr,
					 struct page **pages, u32 tag)
{
	struct mctl_fcache *fc;
	unsigned int got = 0;

	mctl_debug_may_sleep(gfpflags_allow_blocking(gfp));
	if (mctl_inject_debug())
		return 0;
	if (unlikely(gfp & MEMCTL_WISH_EXCLUDED))
		return alloc_rest(arena, gfp, nr, pages, tag);
	preempt_disable();
	fc = mctl_fcache_enter(arena);
	if (likely(fc)) {
		unsigned long wish = (__force unsigned int)gfp & MEMCTL_WISH_GFP;

		got = pop_pages(arena, fc, fc->slot_of[wish], min_t(unsigned int, nr, BULK), pages,
				tag);
		mctl_fcache_leave(arena, fc);
	}
	preempt_enable();
	if (likely(got == nr))
		return nr;
	return got + alloc_rest(arena, gfp, nr - got, pages + got, tag);
}

/**
 * struct block - a pageblock that pages are freed to
 * @page: address of its first page
 * @states: of its frames
 * @fn: its first frame
 */
struct block {
	unsigned long page;
	u8 *states;
	u32 fn;
};

/* Return: whether the page is of the block, and in use, so that it went to @entry. */
static __always_inline bool put_one(struct block block, const struct page *page, u32 *entry)
{
	unsigned long at = (unsigned long)page - block.page;

	if (unlikely(at >= sizeof(*page) << MCTL_PAGEBLOCK_ORDER))
		return false;
	at /= sizeof(*page);
	if (unlikely(block.states[at] != MCTL_STATE(MCTL_KIND_USED, 0)))
		return false;
	block.states[at] = MCTL_STATE(MCTL_KIND_CACHED, 0);
	*entry = block.fn + at;
	return true;
}

/* Return: how many of the first pages went to @entry; the next one is for put_one() to refuse. */
static unsigned int put_run(struct block block, unsigned int nr, struct page **pages, u32 *entry)
{
	unsigned long i = 0;

	OPTIMIZER_HIDE_VAR(block.states);
	while (i + UNROLL <= nr) {
		if (!put_one(block, pages[i], &entry[i]))
			return i;
		if (!put_one(block, pages[i + 1], &entry[i + 1]))
			return i + 1;
		if (!put_one(block, pages[i + 2], &entry[i + 2]))
			return i + 2;
		if (!put_one(block, pages[i + 3], &entry[i + 3]))
			return i + 3;
		i += UNROLL;
	}
	while (i < nr && put_one(block, pages[i], &entry[i]))
		i++;
	return i;
}

/*
 * Push pages as long as they are of one pageblock, in use, and the stack has
 * room. The cache is claimed. Return: how many.
 */
static unsigned int push_run(struct mctl_arena *arena, struct mctl_fcache *fc, u32 fn,
			     unsigned int nr, struct page **pages)
{
	u32 within = fn & ((1U << MCTL_PAGEBLOCK_ORDER) - 1);
	u8 byte = arena->table.pageblock[fn >> MCTL_PAGEBLOCK_ORDER];
	unsigned long index = mctl_fcache_index(0, fc->push_of[byte]);
	unsigned int top = mctl_fcache_top(fc, index);
	struct block block = {
		.page = (unsigned long)(pages[0] - within),
		.states = &arena->table.state[fn - within],
		.fn = fn - within,
	};

	nr = put_run(block, min(nr, fc->limit[index] - top), pages, &fc->entry[top + 1]);
	mctl_debug_run_free(arena, &fc->entry[top + 1], nr);
	fc->stack[index].word += nr * MCTL_FCACHE_PUSHED;
	return nr;
}

/* Push pages as long as there is room. Preemption is off. Return: how many. */
static __always_inline unsigned int push_pages(struct mctl_arena *arena, struct mctl_fcache *fc,
					       unsigned int nr, struct page **pages)
{
	unsigned int done = 0, n;
	u32 fn;

	do {
		fn = mctl_arena_page_to_fn(arena, pages[done]);
		if (unlikely(fn == MCTL_FN_NONE))
			break;
		n = push_run(arena, fc, fn, nr - done, pages + done);
		done += n;
	} while (done < nr && n);
	return done;
}

/* Free the pages that are pushed once there is room again, and those that are not pushed at all. */
static noinline void free_rest(struct mctl_arena *arena, unsigned int nr, struct page **pages)
{
	struct mctl_fcache *fc;
	unsigned int done = 0;

	while (done < nr) {
		/* This makes room, or reports what is wrong. */
		mctl_frame_free_page_slow(arena, pages[done++], MCTL_STATE(MCTL_KIND_USED, 0));
		if (done == nr)
			break;
		preempt_disable();
		fc = mctl_fcache_enter(arena);
		if (likely(fc)) {
			done += push_pages(arena, fc, min_t(unsigned int, nr - done, BULK),
					   pages + done);
			mctl_fcache_leave(arena, fc);
		}
		preempt_enable();
	}
}

/**
 * mctl_frame_free_pages_bulk() - free many pages
 * @arena: the arena
 * @nr: how many
 * @pages: the pages, each allocated with order 0
 *
 * A page that is not such a block is reported by name and left as it is.
 *
 * Context: Any context but NMI.
 */
void mctl_frame_free_pages_bulk(struct mctl_arena *arena, unsigned int nr, struct page **pages)
{
	struct mctl_fcache *fc;
	unsigned int done = 0;

	if (unlikely(!nr))
		return;
	preempt_disable();
	fc = mctl_fcache_enter(arena);
	if (likely(fc)) {
		done = push_pages(arena, fc, min_t(unsigned int, nr, BULK), pages);
		mctl_fcache_leave(arena, fc);
	}
	preempt_enable();
	if (unlikely(done < nr))
		free_rest(arena, nr - done, pages + done);
}
