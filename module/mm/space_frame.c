// SPDX-License-Identifier: GPL-2.0
/*
 * The frames of spaces: counted references, the frame of zeros, quarantine.
 *
 *   state      REGION, order 0 or 9
 *   tag        page of the space; MCTL_NO_PAGE for the frame of zeros and in quarantine
 *   link.prev  id of the family; 0 for the frame of zeros and in quarantine
 *   link.next  references; in quarantine, the next frame there
 *
 * A frame backs the same page in each space of its family that it backs, so
 * that tag and family are the reverse map.
 *
 * Invariants, tested by mctl_spaces_check() and mctl_spaces_check_quarantine():
 *
 * F1  A frame that a shadow maps has its page as its tag, its family's id, and
 *     as many references as leaves and loans.
 * F2  family->nr_frames and quarantine.nr are what a count comes to.
 * F3  No frame in quarantine is mapped.
 *
 * A frame that the host still holds references to when ours are gone (a
 * fragment of a socket's buffer) is not free: it waits in quarantine, where a
 * worker looks at it. Quarantine holds the module.
 *
 * Locks: family->lock for the records of its frames; quarantine.lock, a leaf,
 * for those in quarantine. The frame table may be replaced while all CPUs are
 * stopped, so it is looked at with preemption off.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/preempt.h>
#include <linux/workqueue.h>
#include "mm/fcache.h"
#include "mm/space_internal.h"

#define QUARANTINE_DELAY (HZ / 20)

static u32 alloc_block(struct mctl_arena *arena, u32 tag, unsigned int order, bool zero)
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

	return mctl_frame_alloc(arena, &request, NULL);
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
 *
 * Context: Process, may sleep.
 * Return: its first frame, or MCTL_FN_NONE.
 */
u32 mctl_space_frame_alloc(struct mctl_space *space, u32 page, unsigned int order, bool zero)
{
	u32 fn = alloc_block(space->arena, page, order, zero);

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
 * Context: Process, may sleep.
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
 * Context: Any.
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
 * Context: Any.
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
 * Context: Any.
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
 * Context: Any.
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
 * Context: Process.
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

/* --- quarantine ----------------------------------------------------------------------------- */

static struct page *page_of(struct mctl_arena *arena, u32 fn)
{
	struct page *page;

	preempt_disable();
	page = mctl_arena_page(arena, fn);
	preempt_enable();
	return page;
}

/*
 * Zeros first: what follows may be another owner's, and not ask for zeros. A page with a memory
 * error is nobody's any more.
 */
static void free_block(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	struct page *page = page_of(arena, fn);

	for (u32 i = 0; i < 1U << order; i++)
		if (!PageHWPoison(page + i))
			clear_highpage(page + i);
	mctl_frame_free(arena, fn, order, MCTL_KIND_REGION);
}

static void put_in_quarantine(struct mctl_arena *arena, u32 fn)
{
	struct mctl_spaces *spaces = &arena->spaces;
	bool first;

	spin_lock(&spaces->quarantine_lock);
	first = !spaces->nr_quarantine;
	spaces->nr_quarantine++;
	set_record(arena, fn, MCTL_NO_PAGE, 0, spaces->quarantine);
	spaces->quarantine = fn;
	/* Whoever is here holds a space, which holds the module. */
	if (first)
		__module_get(THIS_MODULE);
	spin_unlock(&spaces->quarantine_lock);
	schedule_delayed_work(&spaces->work, QUARANTINE_DELAY);
}

static u32 next_in_quarantine(struct mctl_arena *arena, u32 fn)
{
	u32 next;

	preempt_disable();
	next = arena->table.link[fn].next;
	preempt_enable();
	return next;
}

/* Free what nobody else holds any more. Return: how many are left. */
static u32 drain_quarantine(struct mctl_arena *arena)
{
	struct mctl_spaces *spaces = &arena->spaces;
	u32 kept = MCTL_FN_NONE, freed = 0;
	u32 fn, next, left;

	spin_lock(&spaces->quarantine_lock);
	fn = spaces->quarantine;
	spaces->quarantine = MCTL_FN_NONE;
	spin_unlock(&spaces->quarantine_lock);

	/* The list is ours alone; its frames still count as in quarantine. */
	for (; fn != MCTL_FN_NONE; fn = next) {
		next = next_in_quarantine(arena, fn);
		if (page_ref_count(page_of(arena, fn)) == 1) {
			free_block(arena, fn, 0);
			freed++;
		} else {
			set_record(arena, fn, MCTL_NO_PAGE, 0, kept);
			kept = fn;
		}
	}

	spin_lock(&spaces->quarantine_lock);
	while (kept != MCTL_FN_NONE) {
		next = next_in_quarantine(arena, kept);
		set_record(arena, kept, MCTL_NO_PAGE, 0, spaces->quarantine);
		spaces->quarantine = kept;
		kept = next;
	}
	spaces->nr_quarantine -= freed;
	left = spaces->nr_quarantine;
	spin_unlock(&spaces->quarantine_lock);
	if (freed && !left)
		module_put(THIS_MODULE);
	return left;
}

static void quarantine_work(struct work_struct *work)
{
	struct mctl_arena *arena =
		container_of(to_delayed_work(work), struct mctl_arena, spaces.work);

	if (drain_quarantine(arena))
		schedule_delayed_work(&arena->spaces.work, QUARANTINE_DELAY);
}

/* A block is never lent: only a frame of its own is. */
static void free_or_wait(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	if (likely(order || page_ref_count(page_of(arena, fn)) == 1))
		free_block(arena, fn, order);
	else
		put_in_quarantine(arena, fn);
}

/**
 * mctl_spaces_init() - the spaces of a new arena: none
 * @arena: the arena, whose regions.lock is made
 *
 * Context: Process.
 */
void mctl_spaces_init(struct mctl_arena *arena)
{
	struct mctl_spaces *spaces = &arena->spaces;

	INIT_LIST_HEAD(&spaces->list);
	INIT_LIST_HEAD(&spaces->families);
	spin_lock_init(&spaces->quarantine_lock);
	INIT_DELAYED_WORK(&spaces->work, quarantine_work);
	spaces->quarantine = MCTL_FN_NONE;
	spaces->zero = MCTL_FN_NONE;
}

/**
 * mctl_spaces_exit() - end the worker of the quarantine
 * @arena: an arena that nobody uses any more, without spaces and with an empty quarantine
 *
 * Context: Process, sleeps.
 */
void mctl_spaces_exit(struct mctl_arena *arena)
{
	cancel_delayed_work_sync(&arena->spaces.work);
}

/**
 * mctl_space_frame_put() - one reference less
 * @space: whose; family->lock is held
 * @fn: the frame, or the first one of a block
 * @order: 0 or MCTL_LARGE_ORDER
 *
 * No process has an entry for it if this was the last one: the caller has zapped it. Without
 * references it is filled with zeros and freed, or, if the host holds its page, put in quarantine.
 *
 * Context: Process.
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
	free_or_wait(arena, fn, order);
}

/* --- zeros ---------------------------------------------------------------------------------- */

/**
 * mctl_space_zero_get() - hold the arena's frame of zeros
 * @arena: the arena; its regions.lock is held
 * @pfn: physical frame number of it
 *
 * It is taken when the first space comes.
 *
 * Context: Process, may sleep.
 * Return: 0, or -ENOMEM.
 */
int mctl_space_zero_get(struct mctl_arena *arena, u64 *pfn)
{
	struct mctl_spaces *spaces = &arena->spaces;

	lockdep_assert_held(&arena->regions.lock);
	if (!spaces->nr_zero) {
		u32 fn = alloc_block(arena, MCTL_NO_PAGE, 0, true);

		if (fn == MCTL_FN_NONE)
			return -ENOMEM;
		set_record(arena, fn, MCTL_NO_PAGE, 0, 0);
		spaces->zero = fn;
	}
	spaces->nr_zero++;
	*pfn = page_to_pfn(page_of(arena, spaces->zero));
	return 0;
}

/**
 * mctl_space_zero_put() - let go of it
 * @arena: the arena; its regions.lock is held
 *
 * Context: Process.
 */
void mctl_space_zero_put(struct mctl_arena *arena)
{
	struct mctl_spaces *spaces = &arena->spaces;

	lockdep_assert_held(&arena->regions.lock);
	if (--spaces->nr_zero)
		return;
	free_or_wait(arena, spaces->zero, 0);
	spaces->zero = MCTL_FN_NONE;
}
