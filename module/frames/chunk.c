// SPDX-License-Identifier: GPL-2.0
/*
 * Chunks and the sections that they lie in; chunk_check.c tests the invariants.
 *
 *   section_map[pfn >> 10]    first fn of the section + 1
 *   fn                        number << 10 | pfn & 1023
 *
 * I1  A section that holds frames is in the map under its pfn, and no other is.
 * I2  All frames of a section are of one zone.
 * I3  A section without @orders is one chunk of 2^10 frames, or holds none. One
 *     with @orders is made of whole chunks below 2^10, each aligned to its
 *     size. There are arena->nr_chunks in all.
 * I4  A section that lost its last frame is a hole, without @orders: its number
 *     is given to the next new section.
 * I5  The sections of the extent are whole numbers of the table, hold frames,
 *     and are in step with section 0, whose first page the extent's is.
 *
 * Locks: arena->resize for writing to change anything; code that reads the map
 * without sleeping needs none (see arena.h).
 */
#include <linux/sched.h>
#include <asm/dma.h>
#include "frames/chunk.h"
#include "frames/zone.h"
#include "host/host.h"

/**
 * mctl_chunk_zone_type() - the zone type of a page, by its physical address
 * @pfn: physical frame number
 *
 * Context: Any context.
 * Return: enum memctl_zone_type.
 */
unsigned int mctl_chunk_zone_type(unsigned long pfn)
{
	if (pfn < MAX_DMA_PFN)
		return MEMCTL_ZONE_TYPE_DMA;
	return pfn < MAX_DMA32_PFN ? MEMCTL_ZONE_TYPE_DMA32 : MEMCTL_ZONE_TYPE_NORMAL;
}

static struct mctl_zone *zone_of(struct mctl_arena *arena, struct page *page)
{
	return mctl_zone_find(arena, page_to_nid(page), mctl_chunk_zone_type(page_to_pfn(page)));
}

static u32 section_of(const struct mctl_arena *arena, unsigned long pfn)
{
	u32 fn = mctl_arena_pfn_to_fn(arena, pfn);

	return fn == MCTL_FN_NONE ? U32_MAX : fn >> MCTL_SECTION_SHIFT;
}

/**
 * mctl_chunk_fits() - whether the arena can hold a chunk of host pages
 * @arena: the arena
 * @page: its first page
 * @type: enum memctl_zone_type that it has to be of, or -1 for any
 *
 * It cannot if the section also belongs to another node, or if the node has
 * no zones here.
 *
 * Context: Process context, arena->resize held.
 * Return: whether it fits.
 */
bool mctl_chunk_fits(struct mctl_arena *arena, struct page *page, int type)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned long start = ALIGN_DOWN(pfn, MCTL_SECTION_FRAMES);
	struct mctl_zone *zone = zone_of(arena, page);
	u32 section = section_of(arena, pfn);
	unsigned int i;

	if (!zone || (type >= 0 && mctl_chunk_zone_type(pfn) != type))
		return false;
	if (section != U32_MAX && (arena->table.section[section].zone != zone->index ||
				   !arena->table.section[section].orders))
		return false;
	for (i = 0; i < MCTL_SECTION_FRAMES; i += MCTL_SECTION_FRAMES / 8)
		if (pfn_valid(start + i) && page_to_nid(pfn_to_page(start + i)) != zone->nid)
			return false;
	return true;
}

/* Sections that chunks need beyond those that the frame table has, and beyond its holes. */
static u32 new_sections(struct mctl_arena *arena, const struct list_head *pages)
{
	unsigned long last = ULONG_MAX;
	u32 nr = 0, holes = 0, i;
	struct page *page;

	for (i = 0; i < arena->table.nr_sections; i++)
		holes += !arena->table.section[i].nr_frames;
	list_for_each_entry(page, pages, lru) {
		unsigned long pfn = page_to_pfn(page);

		if (pfn >> MCTL_SECTION_SHIFT == last)
			continue;
		last = pfn >> MCTL_SECTION_SHIFT;
		nr += section_of(arena, pfn) == U32_MAX;
	}
	return nr - min(nr, holes);
}

static u32 free_section(struct mctl_arena *arena)
{
	u32 i;

	for (i = 0; i < arena->table.nr_sections; i++)
		if (!arena->table.section[i].nr_frames)
			return i;
	return i < arena->max_sections ? i : U32_MAX;
}

/* Get a section to hold a chunk; a new one is not in the map yet. */
static u32 get_section(struct mctl_arena *arena, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	struct mctl_zone *zone = zone_of(arena, page);
	u32 number = section_of(arena, pfn);
	struct mctl_section *section;
	u8 *orders = NULL;

	if (number != U32_MAX) {
		section = &arena->table.section[number];
		return section->zone == zone->index && section->orders ? number : U32_MAX;
	}
	number = free_section(arena);
	if (number == U32_MAX)
		return U32_MAX;
	if (order < MCTL_MAX_ORDER) {
		orders = mctl_arena_meta_alloc(arena, MCTL_SECTION_FRAMES);
		if (!orders)
			return U32_MAX;
	}
	arena->table.section[number] = (struct mctl_section){
		.pfn = ALIGN_DOWN(pfn, MCTL_SECTION_FRAMES),
		.orders = orders,
		.zone = zone->index,
	};
	if (number == arena->table.nr_sections) {
		/* A reader that sees the longer span also sees the section filled in. */
		smp_store_release(&arena->table.nr_sections, number + 1);
	}
	return number;
}

/*
 * Extend the extent over sections that follow in step. A reader that sees it longer
 * also sees these filled in, and the page that it begins with.
 */
static void extend_extent(struct mctl_arena *arena)
{
	const struct mctl_section *section = arena->table.section;
	u32 nr = arena->extent_nr >> MCTL_SECTION_SHIFT;

	if (!nr)
		WRITE_ONCE(arena->extent_page, pfn_to_page(section[0].pfn));
	while (nr < arena->table.nr_sections && section[nr].nr_frames &&
	       section[nr].pfn == section[0].pfn + ((u64)nr << MCTL_SECTION_SHIFT))
		nr++;
	/* Pairs with the order of reads in mctl_arena_page_offset(). */
	smp_store_release(&arena->extent_nr, (unsigned long)nr << MCTL_SECTION_SHIFT);
}

/*
 * Make a chunk frames; the frame table has room for its section. Return: its first frame, or
 * MCTL_FN_NONE: no memory for records, or the section is another zone's.
 */
static u32 add_chunk(struct mctl_arena *arena, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	u32 number = get_section(arena, page, order);
	struct mctl_section *section;
	u32 fn;

	if (number == U32_MAX)
		return MCTL_FN_NONE;
	section = &arena->table.section[number];
	fn = number << MCTL_SECTION_SHIFT | (pfn & (MCTL_SECTION_FRAMES - 1));
	if (section->orders)
		memset(&section->orders[fn & (MCTL_SECTION_FRAMES - 1)], order, 1U << order);
	/* A reader that finds fn also finds the section filled in. */
	smp_store_release(&arena->section_map[pfn >> MCTL_SECTION_SHIFT],
			  (number << MCTL_SECTION_SHIFT) + 1);
	mctl_zone_add(arena, &arena->zones[section->zone], fn, order);
	extend_extent(arena);
	arena->nr_chunks++;
	WRITE_ONCE(arena->nr_frames, arena->nr_frames + (1U << order));
	return fn;
}

/*
 * Move the longest run of chunks with consecutive sections to the front: it
 * becomes the extent of a new arena. @pages is in the order of their pfn.
 */
static void longest_run_first(struct list_head *pages)
{
	struct page *page, *run = NULL, *longest = NULL;
	struct page *last = NULL;
	u64 nr = 0, most = 0;

	list_for_each_entry(page, pages, lru) {
		if (!last || !mctl_host_follows(page, last)) {
			run = page;
			nr = 0;
		}
		last = page;
		nr += 1UL << page_private(page);
		if (nr > most) {
			most = nr;
			longest = run;
		}
	}
	if (longest)
		list_rotate_to_front(&longest->lru, pages);
}

/**
 * mctl_chunk_add_list() - make chunks of host pages frames of an arena
 * @arena: the arena
 * @pages: the chunks; after a failure, those that did not become frames
 * @error: text on failure
 *
 * Context: Process context, arena->resize held for writing, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_chunk_add_list(struct mctl_arena *arena, struct list_head *pages, struct mctl_error *error)
{
	struct page *page, *next;
	unsigned int order;
	int ret;

	mctl_host_sort(pages);
	ret = mctl_host_grow_map(arena, pages);
	if (!ret)
		ret = mctl_host_grow_table(arena, new_sections(arena, pages));
	if (ret)
		return mctl_fail(error, ret, "no memory for the frame table");
	longest_run_first(pages);
	list_for_each_entry_safe(page, next, pages, lru) {
		order = page_private(page);
		list_del(&page->lru);
		mctl_host_mark(arena, page, order);
		if (add_chunk(arena, page, order) == MCTL_FN_NONE) {
			mctl_host_give_marked(page, order);
			return mctl_fail(error, -ENOMEM, "no memory for the records of a section");
		}
		cond_resched();
	}
	return 0;
}

/**
 * mctl_chunk_remove() - remove a chunk that is wholly free from the arena
 * @arena: the arena
 * @fn: its first frame
 * @order: 2^order frames
 *
 * The pages then belong to the caller.
 *
 * Context: Process context, arena->resize held for writing.
 * Return: 0, or -EBUSY if a frame of it is not on a free list.
 */
int mctl_chunk_remove(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	struct mctl_section *section = &arena->table.section[fn >> MCTL_SECTION_SHIFT];
	u8 *orders = section->orders;
	int ret;

	ret = mctl_zone_remove(arena, &arena->zones[section->zone], fn, order);
	if (ret)
		return ret;
	arena->nr_chunks--;
	WRITE_ONCE(arena->nr_frames, arena->nr_frames - (1U << order));
	if (section->nr_frames)
		return 0;
	WRITE_ONCE(arena->section_map[section->pfn >> MCTL_SECTION_SHIFT], 0);
	/* Other pages may reuse the hole, and its pages may get another number. */
	if (fn < arena->extent_nr)
		WRITE_ONCE(arena->extent_nr, ALIGN_DOWN(fn, MCTL_SECTION_FRAMES));
	if (orders) {
		WRITE_ONCE(section->orders, NULL);
		mctl_arena_wait_readers();
		mctl_arena_meta_free(arena, orders, MCTL_SECTION_FRAMES);
	}
	return 0;
}

/**
 * mctl_chunk_last() - the last chunk that begins below a frame
 * @arena: the arena
 * @end: frame number, at most the table's span
 * @order: of the chunk
 *
 * Context: Process context, arena->resize held.
 * Return: fn of its first frame, or MCTL_FN_NONE.
 */
u32 mctl_chunk_last(const struct mctl_arena *arena, u32 end, unsigned int *order)
{
	const struct mctl_table *table = &arena->table;
	u32 fn = end;

	while (fn--) {
		if (!table->section[fn >> MCTL_SECTION_SHIFT].nr_frames) {
			fn = ALIGN_DOWN(fn, MCTL_SECTION_FRAMES);
			continue;
		}
		if (mctl_state_kind(READ_ONCE(table->state[fn])) == MCTL_KIND_ABSENT)
			continue;
		*order = mctl_table_chunk_order(table, fn);
		return ALIGN_DOWN(fn, 1U << *order);
	}
	return MCTL_FN_NONE;
}

/**
 * mctl_chunks_destroy() - give back the records of sections
 * @arena: an arena without users
 *
 * Context: Process context.
 */
void mctl_chunks_destroy(struct mctl_arena *arena)
{
	u32 i;

	for (i = 0; i < arena->table.nr_sections; i++)
		mctl_arena_meta_free(arena, arena->table.section[i].orders, MCTL_SECTION_FRAMES);
}

/* Frames of [@fn, @end) on free lists. A block never reaches beyond its chunk. */
static u32 count_free(const struct mctl_table *table, u32 fn, u32 end)
{
	u32 nr = 0;

	while (fn < end) {
		u8 state = READ_ONCE(table->state[fn]);
		u32 size = 1;

		if (mctl_state_kind(state) == MCTL_KIND_FREE) {
			size = 1U << min_t(unsigned int, mctl_state_order(state), MCTL_MAX_ORDER);
			nr += size;
		}
		fn += size;
	}
	return nr;
}

/**
 * mctl_arena_chunk_info() - the first chunk at or after a frame
 * @arena: the arena
 * @fn: frame number, any value
 * @info: filled
 *
 * Context: Process context; takes arena->resize for reading.
 * Return: 0, or -ENOENT if there is no further chunk.
 */
int mctl_arena_chunk_info(struct mctl_arena *arena, u32 fn, struct mctl_chunk_info *info)
{
	const struct mctl_table *table = &arena->table;
	const struct mctl_section *section;
	unsigned int order;
	int ret = -ENOENT;
	u64 at;

	down_read(&arena->resize);
	for (at = fn; at < mctl_table_span(table); at++) {
		section = &table->section[at >> MCTL_SECTION_SHIFT];
		if (!section->nr_frames) {
			at |= MCTL_SECTION_FRAMES - 1;
			continue;
		}
		if (mctl_state_kind(READ_ONCE(table->state[at])) == MCTL_KIND_ABSENT)
			continue;
		order = mctl_table_chunk_order(table, at);
		if (at & ((1U << order) - 1))
			continue;
		*info = (struct mctl_chunk_info){
			.fn = at,
			.order = order,
			.node = arena->zones[section->zone].nid,
			.type = arena->zones[section->zone].type,
			.nr_free = count_free(table, at, at + (1U << order)),
			.pfn = mctl_table_pfn(table, at),
			.address = (uintptr_t)mctl_arena_address(arena, at),
		};
		ret = 0;
		break;
	}
	up_read(&arena->resize);
	return ret;
}
