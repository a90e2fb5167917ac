// SPDX-License-Identifier: GPL-2.0
/*
 * The frames of spaces: reference counts, and the frame of zeros. See
 * space_quarantine.c for frames in quarantine.
 *
 *   state      REGION, order 0 or 9
 *   tag        page of the space; MCTL_NO_PAGE for the frame of zeros
 *   link.prev  id of the family; 0 for the frame of zeros
 *   link.next  references
 *
 * A frame backs the same page in every space of its family that maps it, so that
 * tag and family are the reverse map.
 *
 * Invariants, tested by mctl_spaces_check():
 *
 * F1  A frame that a shadow maps, or a space has lent, has its page as its tag,
 *     the id of its family, and as many references as it has leaves and loans.
 * F2  family->nr_frames is the number of frames that are mapped, that are lent but
 *     not mapped, or that files are being read into.
 * F3  No frame in quarantine is mapped.
 *
 * Locks: family->lock for the records of its frames. The arrays of the frame table
 * may be mapped elsewhere when it grows, so they are accessed with preemption
 * disabled (host/arena.h).
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
 * mctl_space_frame_alloc() - allocate a frame, or a block, with one reference
 * @space: the space; family->lock is held
 * @page: page of the space that it will back, the first one for a block
 * @order: 0 or MCTL_LARGE_ORDER
 * @zero: zero the memory
 * @reason: enum memctl_reason on failure; may be NULL
 *
 * Context: Process context, may sleep.
 * Return: the frame, or the first frame of the block, or MCTL_FN_NONE.
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
 * mctl_space_frame_alloc_bulk() - allocate zeroed frames for consecutive pages, one reference each
 * @space: the space; family->lock is held
 * @page: page of the space that the first frame will back
 * @nr: number of frames
 * @fns: filled with the frames
 *
 * Context: Process context, may sleep.
 * Return: frames allocated, the first ones of @fns.
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
 * mctl_space_frame_of() - the frame that an entry of the shadow maps
 * @space: the space
 * @entry: a leaf of any level
 *
 * Context: Any context.
 * Return: the frame, or for a leaf of 2 MiB the first frame of the block.
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
 * mctl_space_frame_address() - kernel address of a frame
 * @space: the space
 * @fn: the frame
 *
 * Context: Any context.
 * Return: the address in the linear map.
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
 * mctl_space_frame_refs() - number of references to a frame
 * @space: the space; family->lock is held
 * @fn: the frame, or the first frame of a block
 *
 * Context: Any context.
 * Return: the number of leaves that map it, plus its loans.
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
 * mctl_space_frame_get() - take a reference to a frame
 * @space: the space; family->lock is held
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
 * mctl_space_frame_split() - split a block into single frames, one reference each
 * @space: the space; family->lock is held
 * @fn: first frame of a block of MCTL_LARGE_ORDER with one reference
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
	/* The head last, so that a tail always finds a head. */
	for (i = MCTL_LEAVES; i--;)
		WRITE_ONCE(table->state[fn + i], MCTL_STATE(MCTL_KIND_REGION, 0));
	preempt_enable();
}

/* --- release --------------------------------------------------------------------------------- */

/**
 * mctl_space_frame_put() - drop a reference to a frame, or a block
 * @space: the space; family->lock is held
 * @fn: the frame, or the first frame of a block
 * @order: 0 or MCTL_LARGE_ORDER
 *
 * Before it drops the last reference, the caller must have zapped all entries of processes. The
 * frame is then zeroed and freed, or put in quarantine if the host holds its page.
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
 * mctl_space_frame_unmapped() - account for a frame, or a block, that a space no longer maps
 * @space: the space; family->lock is held
 * @fn: the frame, or the first frame of a block
 * @order: 0 or MCTL_LARGE_ORDER
 *
 * Drops the reference of the leaf. A frame that the space has lent stays charged to it.
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
 * mctl_space_zero_get() - take a reference to the arena's frame of zeros
 * @arena: the arena; arena->regions->lock is held
 * @pfn: set to the physical frame number of the frame
 * @reason: enum memctl_reason on failure
 *
 * The first reference allocates the frame.
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
 * mctl_space_zero_put() - drop a reference to the arena's frame of zeros
 * @arena: the arena; arena->regions->lock is held
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
