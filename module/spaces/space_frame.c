// SPDX-License-Identifier: GPL-2.0
/*
 * The frames of spaces: counted references, the frame of zeros. For what they
 * are in quarantine see space_quarantine.c.
 *
 *   state      REGION, order 0 or 9
 *   tag        page of the space; MCTL_NO_PAGE for the frame of zeros
 *   link.prev  id of the family; 0 for the frame of zeros
 *   link.next  references
 *
 * A frame backs the same page in each space of its family that it backs, so
 * that tag and family are the reverse map.
 *
 * Invariants, tested by mctl_spaces_check():
 *
 * F1  A frame that a shadow maps, or a space has lent, has its page as its tag,
 *     its family's id, and as many references as leaves and loans.
 * F2  family->nr_frames is what a count of mapped frames, of lent ones that none
 *     maps, and of those that files are being read into comes to.
 * F3  No frame in quarantine is mapped.
 *
 * Locks: family->lock for the records of its frames. The frame table may be
 * replaced while all CPUs are stopped, so it is looked at with preemption off.
 */
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/preempt.h>
#include "frames/frame.h"
#include "spaces/space_internal.h"

static u32 alloc_block(struct mctl_arena *arena, u32 tag, unsigned int order, bool zero,
		       u32 *reason)
{
	const struct mctl_request request = {
		.order = order,
		.type = MEMCTL_ZONE_TYPE_NORMAL,
		.mt = MCTL_MT_MOVABLE,
		.kind = MCTL_KIND_REGION,
		.flags = (zero ? MCTL_REQUEST_ZERO : 0) | (order ? MCTL_REQUEST_NOFAILEVENT : 0),
		.nid = NUMA_NO_NODE,
		.tag = tag,
	};

	return mctl_frame_alloc(arena, &request, reason);
}

static void set_record(struct mctl_arena *arena, u32 fn, u32 tag, u32 family, u32 refs)
{
	struct mctl_table *table = &arena->table;

	preempt_disable();
	table->tag[fn] = tag;
	table->link[fn].prev = family;
	table->link[fn].next = refs;
	preempt_enable();
}

/**
 * mctl_space_frame_alloc() - a frame, or a block, with one reference
 * @space: whose; family->lock is held
 * @page: page of the space that it will back, the first one for a block
 * @order: 0 or MCTL_LARGE_ORDER
 * @zero: fill it with zeros
 * @reason: enum memctl_reason on failure; may be NULL
 *
 * Context: Process context, may sleep.
 * Return: its first frame, or MCTL_FN_NONE.
 */
u32 mctl_space_frame_alloc(struct mctl_space *space, u32 page, unsigned int order, bool zero,
			   u32 *reason)
{
	u32 fn = alloc_block(space->arena, page, order, zero, reason);

	if (unlikely(fn == MCTL_FN_NONE))
		return fn;
	set_record(space->arena, fn, page, space->family->id, 1);
	space->family->nr_frames += 1U << order;
	return fn;
}

/**
 * mctl_space_frame_alloc_bulk() - frames of zeros for pages in a row, with one reference each
 * @space: whose; family->lock is held
 * @page: page of the space that the first one will back
 * @nr: how many
 * @fns: the frames
 *
 * Context: Process context, may sleep.
 * Return: how many there are, the first ones of @fns.
 */
u32 mctl_space_frame_alloc_bulk(struct mctl_space *space, u32 page, u32 nr, u32 *fns)
{
	const struct mctl_request request = {
		.type = MEMCTL_ZONE_TYPE_NORMAL,
		.mt = MCTL_MT_MOVABLE,
		.kind = MCTL_KIND_REGION,
		.flags = MCTL_REQUEST_ZERO,
		.nid = NUMA_NO_NODE,
	};
	struct mctl_table *table = &space->arena->table;
	u32 got = mctl_frame_alloc_bulk(space->arena, &request, nr, fns);

	preempt_disable();
	for (u32 i = 0; i < got; i++) {
		table->tag[fns[i]] = page + i;
		table->link[fns[i]] = (struct mctl_link){ .prev = space->family->id, .next = 1 };
	}
	preempt_enable();
	space->family->nr_frames += got;
	return got;
}

/**
 * mctl_space_frame_of() - the frame that an entry of the shadow leads to
 * @space: whose shadow
 * @entry: a leaf; of 2 MiB for the first frame of the block
 *
 * Context: Any context.
 * Return: the frame.
 */
u32 mctl_space_frame_of(const struct mctl_space *space, u64 entry)
{
	u32 fn;

	preempt_disable();
	fn = mctl_arena_pfn_to_fn(space->arena, mctl_ptable_target(&space->shadow.pt, entry));
	preempt_enable();
	return fn;
}

/**
 * mctl_space_frame_address() - where the kernel sees a frame
 * @space: whose
 * @fn: the frame
 *
 * Context: Any context.
 * Return: the address.
 */
void *mctl_space_frame_address(const struct mctl_space *space, u32 fn)
{
	void *address;

	preempt_disable();
	address = mctl_arena_address(space->arena, fn);
	preempt_enable();
	return address;
}

/**
 * mctl_space_frame_refs() - references to a frame
 * @space: whose; family->lock is held
 * @fn: the frame, or the first one of a block
 *
 * Context: Any context.
 * Return: leaves that map it, and loans.
 */
u32 mctl_space_frame_refs(const struct mctl_space *space, u32 fn)
{
	u32 refs;

	preempt_disable();
	refs = space->arena->table.link[fn].next;
	preempt_enable();
	return refs;
}

/**
 * mctl_space_frame_get() - one reference more
 * @space: whose; family->lock is held
 * @fn: the frame
 *
 * Context: Any context.
 */
void mctl_space_frame_get(struct mctl_space *space, u32 fn)
{
	preempt_disable();
	space->arena->table.link[fn].next++;
	preempt_enable();
}

/**
 * mctl_space_frame_split() - make each frame of a block one of its own
 * @space: whose; family->lock is held
 * @fn: the first frame of a block of MCTL_LARGE_ORDER with one reference
 *
 * Context: Process context.
 */
void mctl_space_frame_split(struct mctl_space *space, u32 fn)
{
	struct mctl_table *table = &space->arena->table;
	u32 page, i;

	preempt_disable();
	page = table->tag[fn];
	for (i = 0; i < MCTL_LEAVES; i++) {
		table->tag[fn + i] = page + i;
		table->link[fn + i].prev = space->family->id;
		table->link[fn + i].next = 1;
	}
	/* From behind, so that a tail always finds a head. */
	for (i = MCTL_LEAVES; i--;)
		WRITE_ONCE(table->state[fn + i], MCTL_STATE(MCTL_KIND_REGION, 0));
	preempt_enable();
}

/* --- let go ---------------------------------------------------------------------------------- */

/**
 * mctl_space_frame_put() - one reference less
 * @space: whose; family->lock is held
 * @fn: the frame, or the first one of a block
 * @order: 0 or MCTL_LARGE_ORDER
 *
 * No process has an entry for it if this was the last one: the caller has zapped it. Without
 * references it is filled with zeros and freed, or, if the host holds its page, put in quarantine.
 *
 * Context: Process context.
 */
void mctl_space_frame_put(struct mctl_space *space, u32 fn, unsigned int order)
{
	struct mctl_arena *arena = space->arena;
	u32 refs;

	preempt_disable();
	refs = --arena->table.link[fn].next;
	preempt_enable();
	if (refs)
		return;
	space->family->nr_frames -= 1U << order;
	mctl_space_quarantine(arena, fn, order, space->account);
}

/**
 * mctl_space_frame_unmapped() - a space maps a frame, or a block, no more
 * @space: family->lock is held
 * @fn: the frame, or the first one of a block
 * @order: 0 or MCTL_LARGE_ORDER
 *
 * One leaf less, and its reference; what the space has lent stays on its account.
 *
 * Context: Process context.
 */
void mctl_space_frame_unmapped(struct mctl_space *space, u32 fn, unsigned int order)
{
	space->nr_frames -= 1U << order;
	if (unlikely(!order && mctl_space_loans_of(space, fn)))
		space->nr_away++;
	mctl_space_frame_put(space, fn, order);
}

/* --- zeros ---------------------------------------------------------------------------------- */

/**
 * mctl_space_zero_get() - hold the arena's frame of zeros
 * @arena: the arena; its regions.lock is held
 * @pfn: physical frame number of it
 * @reason: enum memctl_reason on failure
 *
 * It is taken when the first space comes.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int mctl_space_zero_get(struct mctl_arena *arena, u64 *pfn, u32 *reason)
{
	struct mctl_spaces *spaces = arena->spaces;

	lockdep_assert_held(&arena->regions->lock);
	if (!spaces->nr_zero) {
		u32 fn = alloc_block(arena, MCTL_NO_PAGE, 0, true, reason);

		if (fn == MCTL_FN_NONE)
			return -ENOMEM;
		set_record(arena, fn, MCTL_NO_PAGE, 0, 0);
		spaces->zero = fn;
	}
	spaces->nr_zero++;
	preempt_disable();
	*pfn = mctl_table_pfn(&arena->table, spaces->zero);
	preempt_enable();
	return 0;
}

/**
 * mctl_space_zero_put() - let go of it
 * @arena: the arena; its regions.lock is held
 *
 * Context: Process context.
 */
void mctl_space_zero_put(struct mctl_arena *arena)
{
	struct mctl_spaces *spaces = arena->spaces;

	lockdep_assert_held(&arena->regions->lock);
	if (--spaces->nr_zero)
		return;
	mctl_space_quarantine(arena, spaces->zero, 0, 0);
	spaces->zero = MCTL_FN_NONE;
}
