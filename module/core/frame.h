/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frame table: what an arena records about each of its frames, in flat arrays indexed by arena
 * frame number (fn).
 *
 * The fn space is made of sections of MCTL_SECTION_FRAMES frames, one for each 4 MiB of physical
 * memory of which the arena holds any page; within a section fn and pfn advance together. Frames of
 * a section that the arena does not hold are MCTL_KIND_ABSENT.
 *
 *   fn            state   link          tag
 *   0             F|2     next, prev    -          head of a free block of order 2
 *   1..3          TAIL    stale         stale      never touched by alloc or free
 *   4             U|0     stale         owner      a block in use, order 0
 *   5             C|0     stale         stale      in a CPU's frame cache
 *   8             S|1     header        cache id   a slab of order 1
 *   9             TAIL    stale         cache id
 *
 * Costs: 1 byte of state, 8 of links, 4 of tag: 13 bytes a frame, and 33 bytes
 * a pageblock; merging reads only the state bytes and links.
 *
 * I1  A frame is ABSENT, the head of one block, or a TAIL inside one.
 * I2  A head's fn is a multiple of its block's size.
 * I3  All frames of a block but its head are TAIL.
 *
 * Locks: none here; the caller serialises (see frames/zone.h).
 */
#ifndef MCTL_CORE_FRAME_H
#define MCTL_CORE_FRAME_H

#include <linux/limits.h>
#include <linux/types.h>

#define MCTL_SECTION_SHIFT    10
#define MCTL_SECTION_FRAMES   1024U
#define MCTL_PAGEBLOCK_ORDER  9
#define MCTL_PAGEBLOCK_FRAMES 512U
#define MCTL_MAX_ORDER	      10
#define MCTL_NR_ORDERS	      (MCTL_MAX_ORDER + 1)
#define MCTL_FN_NONE	      U32_MAX

/**
 * enum mctl_kind - upper half of a state byte: what a block is used for
 * @MCTL_KIND_ABSENT: the arena does not hold the frame
 * @MCTL_KIND_TAIL: a frame inside a block
 * @MCTL_KIND_FREE: head of a block on a free list of the buddy allocator
 * @MCTL_KIND_CACHED: head of a block in a CPU's frame cache
 * @MCTL_KIND_USED: head of a block that a caller holds
 * @MCTL_KIND_SLAB: head of a block that is a slab
 * @MCTL_KIND_TABLE: a page table of the shadow
 * @MCTL_KIND_REGION: backs a page of a region
 * @MCTL_KIND_HWPOISON: a frame with a hardware memory error, set aside for good
 * @MCTL_NR_KINDS: number of kinds
 */
enum mctl_kind {
	MCTL_KIND_ABSENT,
	MCTL_KIND_TAIL,
	MCTL_KIND_FREE,
	MCTL_KIND_CACHED,
	MCTL_KIND_USED,
	MCTL_KIND_SLAB,
	MCTL_KIND_TABLE,
	MCTL_KIND_REGION,
	MCTL_KIND_HWPOISON,
	MCTL_NR_KINDS,
};

enum mctl_migratetype {
	MCTL_MT_UNMOVABLE,
	MCTL_MT_MOVABLE,
	MCTL_MT_RECLAIMABLE,
	MCTL_NR_MT,
};

/* The state byte of a block's head; TAIL and ABSENT have order 0. */
#define MCTL_STATE(kind, order) ((u8)((kind) << 4 | (order)))

static inline unsigned int mctl_state_kind(u8 state)
{
	return state >> 4;
}

static inline unsigned int mctl_state_order(u8 state)
{
	return state & 15;
}

/*
 * A pageblock's byte: its migratetype and the index of its zone, so that
 * freeing a block finds both in one read. Zone indices from
 * MCTL_PAGEBLOCK_ZONES on do not fit, and share the last number.
 */
#define MCTL_PAGEBLOCK_MT_MASK	  3U
#define MCTL_PAGEBLOCK_ZONE_SHIFT 2
#define MCTL_PAGEBLOCK_ZONES	  63U

#define MCTL_PAGEBLOCK(zone, mt)                                                     \
	((u8)((mt) | ((zone) < MCTL_PAGEBLOCK_ZONES ? (zone) : MCTL_PAGEBLOCK_ZONES) \
			     << MCTL_PAGEBLOCK_ZONE_SHIFT))

/**
 * struct mctl_link - a block's place on a free list of its pageblock
 * @next: fn of the next block's head, MCTL_FN_NONE at the end
 * @prev: fn of the previous block's head, MCTL_FN_NONE at the start
 */
struct mctl_link {
	u32 next;
	u32 prev;
};

/**
 * struct mctl_lists - the free blocks of one pageblock
 * @next: number of the next pageblock of the same class, MCTL_FN_NONE at the end
 * @prev: number of the previous one, MCTL_FN_NONE at the start
 * @mask: a bit for every order that has a list; 0: the pageblock is in no class
 * @single: a bit for every order whose list is one block; its link is stale
 * @head: first block of each list, as its offset in the pageblock; stale unless
 *	  the bit in @mask is set
 *
 * A free block of order 9 or 10 fills its (first) pageblock and needs no head.
 */
struct mctl_lists {
	u32 next;
	u32 prev;
	u16 mask;
	u16 single;
	u16 head[MCTL_PAGEBLOCK_ORDER];
};

/**
 * struct mctl_section - 4 MiB of physical memory
 * @pfn: physical frame number of the section's first frame
 * @orders: order of the chunk that each frame belongs to, NULL when the whole
 *	    section is one chunk of order 10
 * @zone: index of the zone in its arena
 * @nr_frames: how many of its frames the arena holds
 */
struct mctl_section {
	u64 pfn;
	u8 *orders;
	u16 zone;
	u16 nr_frames;
};

/**
 * struct mctl_table - the frame table
 * @state: one byte per frame: enum mctl_kind and order
 * @link: free-list links of heads of free blocks; those of blocks in use belong to the user of the
 *	block (page tables of a shadow, headers of slabs)
 * @tag: owner of a block in use: code address of the caller (lower half), id
 *	 of a cache, number of a handle, by kind
 * @pageblock: MCTL_PAGEBLOCK() for each 2^MCTL_PAGEBLOCK_ORDER frames; stale when
 *	       the arena holds none of them
 * @lists: free blocks of each pageblock; lock of its zone
 * @section: the sections, nr_sections of them
 * @nr_sections: sections in the fn space; fn < nr_sections * 1024
 */
struct mctl_table {
	u8 *state;
	struct mctl_link *link;
	u32 *tag;
	u8 *pageblock;
	struct mctl_lists *lists;
	struct mctl_section *section;
	u32 nr_sections;
};

static inline u32 mctl_table_span(const struct mctl_table *table)
{
	return table->nr_sections << MCTL_SECTION_SHIFT;
}

static inline u32 mctl_table_nr_pageblocks(const struct mctl_table *table)
{
	return table->nr_sections << (MCTL_SECTION_SHIFT - MCTL_PAGEBLOCK_ORDER);
}

/* First block of a list whose bit is set in the mask of pageblock @index; always inside it. */
static inline u32 mctl_table_first(const struct mctl_table *table, u32 index, unsigned int order)
{
	u32 head = order < MCTL_PAGEBLOCK_ORDER ? table->lists[index].head[order] : 0;

	return index << MCTL_PAGEBLOCK_ORDER | (head & (MCTL_PAGEBLOCK_FRAMES - 1));
}

/* The block after @fn on its list; MCTL_FN_NONE at the end, or if the link cannot be followed. */
static inline u32 mctl_table_next(const struct mctl_table *table, u32 fn, unsigned int order)
{
	u32 next = table->link[fn].next;

	if (table->lists[fn >> MCTL_PAGEBLOCK_ORDER].single & 1U << order ||
	    (next ^ fn) >> MCTL_PAGEBLOCK_ORDER)
		return MCTL_FN_NONE;
	return next;
}

static inline u64 mctl_table_pfn(const struct mctl_table *table, u32 fn)
{
	return table->section[fn >> MCTL_SECTION_SHIFT].pfn + (fn & (MCTL_SECTION_FRAMES - 1));
}

/* Migratetype of the pageblock of @fn; MCTL_NR_MT when its byte is damaged. */
static inline unsigned int mctl_table_pageblock_mt(const struct mctl_table *table, u32 fn)
{
	return table->pageblock[fn >> MCTL_PAGEBLOCK_ORDER] & MCTL_PAGEBLOCK_MT_MASK;
}

/* Order of the chunk that @fn belongs to: a block may not grow beyond it. */
static inline unsigned int mctl_table_chunk_order(const struct mctl_table *table, u32 fn)
{
	const struct mctl_section *section = &table->section[fn >> MCTL_SECTION_SHIFT];

	return section->orders ? section->orders[fn & (MCTL_SECTION_FRAMES - 1)] : MCTL_MAX_ORDER;
}

#endif /* MCTL_CORE_FRAME_H */
