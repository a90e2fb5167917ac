// SPDX-License-Identifier: GPL-2.0
/*
 * Quarantine: frames of spaces that the module no longer uses, while the host still
 * holds references to their pages, for instance from a fragment of a socket buffer.
 * Such a frame is not free. A worker checks the frames in quarantine from time to
 * time, and so does a fault that finds no free frame. While frames are in
 * quarantine they hold a reference to the module.
 *
 *   tag        MCTL_NO_PAGE
 *   link.prev  account of the space that released it last; 0 for none
 *   link.next  the next frame in quarantine
 *
 * Until the frame is freed it counts against the limit of that space: otherwise a
 * process could bring all frames of the arena into quarantine. Once the space is
 * removed, its frames in quarantine are charged to no space.
 *
 * Invariants, tested by mctl_spaces_check_quarantine():
 *
 * F2  nr_quarantine of the arena is the number of frames in quarantine.
 * F4  nr_quarantine of a space is the number of these that have its account.
 *
 * Locks: quarantine_lock, a leaf, for the records of frames in quarantine, the
 * counts, and the lookup of spaces by account. Frames enter quarantine under
 * family->lock, but may leave without it, so that counts may shrink at any time.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include "frames/frame.h"
#include "host/host.h"
#include "spaces/space_internal.h"

#define QUARANTINE_DELAY (HZ / 20)

static struct page *page_of(struct mctl_arena *arena, u32 fn)
{
	struct page *page;

	preempt_disable();
	page = mctl_arena_page(arena, fn);
	preempt_enable();
	return page;
}

static struct mctl_link read_link(const struct mctl_arena *arena, u32 fn)
{
	struct mctl_link link;

	preempt_disable();
	link = arena->table.link[fn];
	preempt_enable();
	return link;
}

static void set_record(struct mctl_arena *arena, u32 fn, u32 account, u32 next)
{
	struct mctl_table *table = &arena->table;

	preempt_disable();
	table->tag[fn] = MCTL_NO_PAGE;
	table->link[fn] = (struct mctl_link){ .prev = account, .next = next };
	preempt_enable();
}

/*
 * Zero a block and free it: its next owner may be another one, and may not ask for zeroed memory.
 * A page with a memory error is not zeroed, since it will not be allocated again.
 */
static void free_block(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	struct page *page = page_of(arena, fn);

	for (u32 i = 0; i < 1U << order; i++)
		if (!PageHWPoison(page + i))
			clear_highpage(page + i);
	mctl_frame_free(arena, fn, order, MCTL_KIND_REGION);
}

/* Count a frame of a space that may have been removed. quarantine_lock is held. */
static void count(struct mctl_arena *arena, u32 account, int delta)
{
	struct mctl_space *space = xa_load(&arena->spaces->accounts, account);

	arena->spaces->nr_quarantine += delta;
	if (space)
		WRITE_ONCE(space->nr_quarantine, space->nr_quarantine + delta);
}

static void put_in(struct mctl_arena *arena, u32 fn, u32 account)
{
	struct mctl_spaces *spaces = arena->spaces;

	spin_lock(&spaces->quarantine_lock);
	/* The caller has a space, which holds the module. */
	if (!spaces->nr_quarantine)
		__module_get(THIS_MODULE);
	count(arena, account, 1);
	set_record(arena, fn, account, spaces->quarantine);
	spaces->quarantine = fn;
	spin_unlock(&spaces->quarantine_lock);
	schedule_delayed_work(&spaces->work, QUARANTINE_DELAY);
}

/* Count a frame that was freed from quarantine. */
static void count_freed(struct mctl_arena *arena, u32 account)
{
	struct mctl_spaces *spaces = arena->spaces;
	bool last;

	spin_lock(&spaces->quarantine_lock);
	count(arena, account, -1);
	last = !spaces->nr_quarantine;
	spin_unlock(&spaces->quarantine_lock);
	if (last)
		module_put(THIS_MODULE);
}

/**
 * mctl_spaces_reap() - free the frames in quarantine that the host has released
 * @arena: the arena
 *
 * Context: Process context, may sleep. Takes quarantine_lock.
 * Return: whether a frame was freed.
 */
bool mctl_spaces_reap(struct mctl_arena *arena)
{
	struct mctl_spaces *spaces = arena->spaces;
	u32 kept = MCTL_FN_NONE, last = MCTL_FN_NONE;
	bool freed = false;
	struct mctl_link link;
	u32 fn;

	spin_lock(&spaces->quarantine_lock);
	fn = spaces->quarantine;
	spaces->quarantine = MCTL_FN_NONE;
	spin_unlock(&spaces->quarantine_lock);

	/* The list is private now; its frames still count as in quarantine. */
	for (; fn != MCTL_FN_NONE; fn = link.next) {
		link = read_link(arena, fn);
		if (page_ref_count(page_of(arena, fn)) == 1) {
			free_block(arena, fn, 0);
			count_freed(arena, link.prev);
			freed = true;
		} else {
			set_record(arena, fn, link.prev, kept);
			last = kept == MCTL_FN_NONE ? fn : last;
			kept = fn;
		}
		cond_resched();
	}
	if (kept == MCTL_FN_NONE)
		return freed;

	spin_lock(&spaces->quarantine_lock);
	set_record(arena, last, read_link(arena, last).prev, spaces->quarantine);
	spaces->quarantine = kept;
	spin_unlock(&spaces->quarantine_lock);
	return freed;
}

static void work(struct work_struct *work)
{
	struct mctl_spaces *spaces = container_of(to_delayed_work(work), struct mctl_spaces, work);
	struct mctl_arena *arena = spaces->arena;

	mctl_spaces_reap(arena);
	if (READ_ONCE(arena->spaces->nr_quarantine))
		schedule_delayed_work(&arena->spaces->work, QUARANTINE_DELAY);
}

/**
 * mctl_space_quarantine() - release a frame, or a block, that has no references
 * @arena: the arena
 * @fn: the frame, or the first frame of a block
 * @order: 0 or MCTL_LARGE_ORDER
 * @account: account of the space to charge while the host holds its page; 0 for none
 *
 * It is zeroed and freed, or put in quarantine if the host holds its page. A block is never put in
 * quarantine, because only single frames are lent.
 *
 * Context: Process context. Takes quarantine_lock.
 */
void mctl_space_quarantine(struct mctl_arena *arena, u32 fn, unsigned int order, u32 account)
{
	if (likely(order || page_ref_count(page_of(arena, fn)) == 1))
		free_block(arena, fn, order);
	else
		put_in(arena, fn, account);
}

/**
 * mctl_space_enter() - give a space an account, so that frames in quarantine can be charged to it
 * @space: the space; arena->regions->lock is held
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int mctl_space_enter(struct mctl_space *space)
{
	struct mctl_spaces *spaces = space->arena->spaces;

	lockdep_assert_held(&space->arena->regions->lock);
	space->account = ++spaces->last_account ?: ++spaces->last_account;
	return xa_insert(&spaces->accounts, space->account, space, GFP_KERNEL) ? -ENOMEM : 0;
}

/**
 * mctl_space_leave() - undo mctl_space_enter(): its frames in quarantine are charged to no space
 * @space: the space, about to be freed; arena->regions->lock is held
 *
 * Context: Process context. Takes quarantine_lock.
 */
void mctl_space_leave(struct mctl_space *space)
{
	struct mctl_spaces *spaces = space->arena->spaces;

	spin_lock(&spaces->quarantine_lock);
	xa_erase(&spaces->accounts, space->account);
	spin_unlock(&spaces->quarantine_lock);
}

/**
 * mctl_spaces_create() - create the empty list of spaces of a new arena
 * @arena: the arena, after mctl_regions_create()
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_spaces_create(struct mctl_arena *arena)
{
	struct mctl_spaces *spaces = mctl_arena_meta_alloc(arena, sizeof(*spaces));

	if (!spaces)
		return -ENOMEM;
	spaces->arena = arena;
	INIT_LIST_HEAD(&spaces->list);
	INIT_LIST_HEAD(&spaces->families);
	spin_lock_init(&spaces->quarantine_lock);
	INIT_DELAYED_WORK(&spaces->work, work);
	xa_init(&spaces->accounts);
	spaces->quarantine = MCTL_FN_NONE;
	spaces->zero = MCTL_FN_NONE;
	arena->spaces = spaces;
	return 0;
}

/**
 * mctl_spaces_exit() - stop the worker of the quarantine, and free arena->spaces
 * @arena: the arena, no longer used by others, without spaces and with an empty quarantine
 *
 * Context: Process context, may sleep.
 */
void mctl_spaces_exit(struct mctl_arena *arena)
{
	cancel_delayed_work_sync(&arena->spaces->work);
	mctl_arena_meta_free(arena, arena->spaces, sizeof(*arena->spaces));
	arena->spaces = NULL;
}
