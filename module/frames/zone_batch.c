// SPDX-License-Identifier: GPL-2.0
/*
 * Transfers between a zone and a frame cache under one hold of the zone's lock.
 *
 * Frames are filled in whole runs: one block of order 6 is 64 frames, and its
 * states are written eight at a time. They come back the same way when they
 * stand one after the other.
 *
 * I1  A refill leaves at least the high watermark free.
 * I2  Every frame that is handed over has a head of its own: MCTL_KIND_CACHED.
 *
 * Locks: zone->lock.
 */
#include <linux/string.h>
#include "frames/hwpoison.h"
#include "frames/watermark.h"
#include "host/arena.h"

/* Whole runs, out of one pageblock after the other: the fullest first, its small blocks first. */
static unsigned int refill_single(struct mctl_zone *zone, unsigned int mt, u32 *fns,
				  unsigned int nr)
{
	unsigned int got = 0;

	while (got < nr) {
		unsigned int order = min_t(unsigned int, ilog2(nr - got),
					   mctl_buddy_next_order(&zone->buddy, mt));
		u32 fn, size;
		u8 *state;

		fn = mctl_buddy_alloc(&zone->buddy, order, mt, MCTL_KIND_CACHED);
		while (unlikely(fn == MCTL_FN_NONE) && order)
			fn = mctl_buddy_alloc(&zone->buddy, --order, mt, MCTL_KIND_CACHED);
		if (unlikely(fn == MCTL_FN_NONE))
			break;
		size = 1U << order;
		state = &zone->buddy.table->state[fn];
		if (order >= 3)
			memset64((u64 *)state,
				 0x0101010101010101ULL * MCTL_STATE(MCTL_KIND_CACHED, 0), size / 8);
		else
			memset(state, MCTL_STATE(MCTL_KIND_CACHED, 0), size);
		while (size)
			fns[got++] = fn + --size;
	}
	return got;
}

/**
 * mctl_zone_refill() - take blocks for a frame cache
 * @arena: the arena
 * @zone: the zone
 * @order: order of each block
 * @mt: migratetype
 * @fns: where to put them; every block is left MCTL_KIND_CACHED
 * @nr: blocks wanted; fewer when the zone would come down to its high watermark
 *
 * Context: Any context but NMI.
 * Return: blocks taken.
 */
unsigned int mctl_zone_refill(struct mctl_arena *arena, struct mctl_zone *zone, unsigned int order,
			      unsigned int mt, u32 *fns, unsigned int nr)
{
	unsigned int got = 0;
	unsigned long flags;
	u32 spare;

	raw_spin_lock_irqsave(&zone->lock, flags);
	zone->nr_lock++;
	spare = zone->buddy.nr_free - min(zone->buddy.nr_free, zone->wmark_high);
	nr = min(nr, spare >> order);
	if (!order) {
		got = refill_single(zone, mt, fns, nr);
	} else {
		for (; got < nr; got++) {
			fns[got] = mctl_buddy_alloc(&zone->buddy, order, mt, MCTL_KIND_CACHED);
			if (fns[got] == MCTL_FN_NONE)
				break;
		}
	}
	zone->nr_refill += got > 0;
	mctl_watermark_unlock(zone, flags);
	return got;
}

/*
 * Frames that came back one after the other go as one block: the order of the
 * largest block at the start of @fns, whose frames stand there upwards
 * (@step 1) or downwards.
 */
static unsigned int run_order(const struct mctl_table *table, const u32 *fns, unsigned int nr,
			      u32 *first)
{
	u32 step = nr > 1 ? fns[1] - fns[0] : 0;
	unsigned int order, len = 1;
	u32 fn = fns[0];

	*first = fn;
	if (step != 1 && step != U32_MAX)
		return 0;
	while (len < nr && fns[len] == fn + len * step)
		len++;
	order = min_t(unsigned int, ilog2(len), mctl_table_chunk_order(table, fn));
	/* Counted downwards, the block's last frame comes first. */
	if (step != 1)
		fn++;
	if (fn & ((1U << order) - 1))
		order = fn ? min_t(unsigned int, order, __ffs(fn)) : 0;
	if (step != 1)
		*first = fn - (1U << order);
	return order;
}

static void drain_single(struct mctl_zone *zone, const u32 *fns, unsigned int nr)
{
	struct mctl_table *table = zone->buddy.table;

	while (nr) {
		u32 fn, size;
		unsigned int order = run_order(table, fns, nr, &fn);

		size = 1U << order;
		if (order)
			memset(&table->state[fn], MCTL_STATE(MCTL_KIND_TAIL, 0), size);
		mctl_buddy_free(&zone->buddy, fn, order);
		fns += size;
		nr -= size;
	}
}

/**
 * mctl_zone_drain() - take blocks of a frame cache back
 * @arena: the arena
 * @zone: the zone that all of them belong to
 * @order: order of each block
 * @fns: the blocks
 * @nr: how many
 *
 * Context: Any context but NMI.
 */
void mctl_zone_drain(struct mctl_arena *arena, struct mctl_zone *zone, unsigned int order,
		     const u32 *fns, unsigned int nr)
{
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&zone->lock, flags);
	zone->nr_lock++;
	zone->nr_drain++;
	if (!order)
		drain_single(zone, fns, nr);
	else
		for (i = 0; i < nr; i++)
			mctl_buddy_free(&zone->buddy, fns[i], order);
	if (mctl_hwpoison_any(arena))
		for (i = 0; i < nr; i++)
			mctl_hwpoison_weed(arena, zone, fns[i], order);
	mctl_watermark_unlock(zone, flags);
}
