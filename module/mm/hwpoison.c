// SPDX-License-Identifier: GPL-2.0
/*
 * Frames whose memory has a hardware error.
 *
 * The host marks the page (PG_hwpoison, mm/memory-failure.c) and, as the page
 * is ours, does nothing else. We are told by the tracepoint of memory errors,
 * and then look at the pages of all arenas:
 *
 *   free            the frame is set aside: taken off the free lists for good
 *   in a frame cache   all are drained, and then it is free
 *   slab            nothing is taken from the slab any more; see place() in cache_slab.c
 *   region          the processes' entries go; an access is SIGBUS or EIO
 *   anything else   it stays with its user
 *
 * What is in use is set aside when it comes back. So that this is noticed with
 * nothing to pay for it in other times, the arena's frame caches, and the
 * magazines of the slab's cache, take and give nothing until then.
 *
 * H1  A frame known to have an error is on no free list and in no frame cache
 *     once a look at it has ended.
 * H2  hwpoison.nr_aside is the number of frames of kind HWPOISON, and of these
 *     and those in use nr is the sum.
 * H3  A page with an error goes back to the host alone, and so to no list of it.
 *
 * Locks: arena->resize (read) while pages are looked at; regions.lock,
 * family->lock, cache->lock and zone->lock inside, one after the other.
 * hwpoison.known is changed by the one worker, and by who holds arena->resize
 * for writing.
 */
#include <linux/atomic.h>
#include <linux/page-flags.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include "mm/cache.h"
#include "mm/event.h"
#include "mm/fcache.h"
#include "mm/hwpoison.h"
#include "mm/space.h"
#include "mm/watermark.h"

/* A frame that its CPU holds fast at this moment is looked for again. */
#define AGAIN_DELAY (HZ / 50)

static void look(struct work_struct *work);

static DECLARE_DELAYED_WORK(work, look);
static struct tracepoint *tracepoint;
static atomic_t sequence; /* errors that we were told of */
static u32 looked;	  /* the sequence that the last look began with; the worker */

static bool is_bad(struct mctl_arena *arena, u32 fn)
{
	return PageHWPoison(mctl_arena_page(arena, fn));
}

/**
 * mctl_hwpoison_has() - whether one of some frames has an error
 * @arena: the arena
 * @fn: first of them, which the arena holds
 * @order: 2^order frames
 *
 * Context: any; the frames stay with the arena.
 * Return: whether one has.
 */
bool mctl_hwpoison_has(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	bool any = false;

	preempt_disable();
	for (u32 i = 0; i < 1U << order && !any; i++)
		any = is_bad(arena, fn + i);
	preempt_enable();
	return any;
}

/**
 * mctl_hwpoison_next() - the first frame known to have an error from one on
 * @arena: the arena
 * @fn: frame number, any value
 *
 * Context: any.
 * Return: the frame, or MCTL_FN_NONE.
 */
u32 mctl_hwpoison_next(struct mctl_arena *arena, u32 fn)
{
	unsigned long index = fn;

	return xa_find(&arena->hwpoison.known, &index, MCTL_FN_NONE - 1, XA_PRESENT) ? index :
										       MCTL_FN_NONE;
}

/**
 * mctl_hwpoison_weed() - set aside what has an error of frames that have just become free
 * @arena: the arena
 * @zone: their zone
 * @fn: first of them
 * @order: 2^order frames
 *
 * Context: zone->lock is held.
 */
void mctl_hwpoison_weed(struct mctl_arena *arena, struct mctl_zone *zone, u32 fn,
			unsigned int order)
{
	for (u32 i = fn; i < fn + (1U << order); i++)
		if (is_bad(arena, i) && !mctl_buddy_set_aside(&zone->buddy, i))
			atomic_inc(&arena->hwpoison.nr_aside);
}

/**
 * mctl_hwpoison_forget() - a chunk has left the arena
 * @arena: the arena
 * @fn: its first frame
 * @order: 2^order frames, which were free or set aside
 *
 * Context: process, arena->resize held for writing.
 */
void mctl_hwpoison_forget(struct mctl_arena *arena, u32 fn, unsigned int order)
{
	u32 end = fn + (1U << order);

	while ((fn = mctl_hwpoison_next(arena, fn)) < end) {
		xa_erase(&arena->hwpoison.known, fn);
		WRITE_ONCE(arena->hwpoison.nr, arena->hwpoison.nr - 1);
		atomic_dec(&arena->hwpoison.nr_aside);
	}
}

/* --- a look at all pages --------------------------------------------------------------------- */

static unsigned int kind_of(const struct mctl_arena *arena, u32 fn, u32 *head)
{
	*head = mctl_table_head(&arena->table, fn);
	return *head == MCTL_FN_NONE ? MCTL_KIND_ABSENT :
				       mctl_state_kind(READ_ONCE(arena->table.state[*head]));
}

static void tell(struct mctl_arena *arena, u32 fn)
{
	static const char *const what[MCTL_NR_KINDS] = {
		[MCTL_KIND_USED] = "in use as a block of pages",
		[MCTL_KIND_SLAB] = "in use as a slab",
		[MCTL_KIND_TABLE] = "in use as a page table",
		[MCTL_KIND_REGION] = "in use by a region",
		[MCTL_KIND_HWPOISON] = "set aside",
	};
	char text[MCTL_ERROR_TEXT_SIZE];
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_MEMORY_ERROR,
		.arena = arena,
		.text = text,
		.has_value = true,
		.value = mctl_table_pfn(&arena->table, fn),
	};
	unsigned int kind;
	u32 head;

	kind = kind_of(arena, fn, &head);
	snprintf(text, sizeof(text), "frame %u has a hardware memory error: %s", fn,
		 kind < MCTL_NR_KINDS ? what[kind] ?: "free" : "damaged");
	pr_warn("arena %s: %s\n", arena->name, text);
	mctl_event_send(&event);
}

static void set_aside(struct mctl_arena *arena, u32 fn)
{
	struct mctl_zone *zone = &arena->zones[arena->table.section[fn >> MCTL_SECTION_SHIFT].zone];
	unsigned long flags;

	raw_spin_lock_irqsave(&zone->lock, flags);
	zone->nr_lock++;
	mctl_hwpoison_weed(arena, zone, fn, 0);
	mctl_watermark_unlock(zone, flags);
}

/* Return: whether the frame is where it may be handed out still. */
static bool handle(struct mctl_arena *arena, u32 fn)
{
	u32 head;

	switch (kind_of(arena, fn, &head)) {
	case MCTL_KIND_FREE:
		set_aside(arena, fn);
		return kind_of(arena, fn, &head) == MCTL_KIND_FREE;
	case MCTL_KIND_CACHED:
		return true;
	case MCTL_KIND_SLAB:
		mctl_cache_retire(arena, head);
		return false;
	case MCTL_KIND_REGION:
		mctl_space_hwpoison(arena, head);
		return false;
	default:
		return false;
	}
}

/* The frames with an error that the arena holds, those not known before among them. */
static void find(struct mctl_arena *arena)
{
	const struct mctl_table *table = &arena->table;
	u32 fn, span = mctl_table_span(table);

	for (fn = 0; fn < span; fn++) {
		if (!(fn % MCTL_SECTION_FRAMES)) {
			cond_resched();
			if (!table->section[fn >> MCTL_SECTION_SHIFT].nr_frames) {
				fn |= MCTL_SECTION_FRAMES - 1;
				continue;
			}
		}
		if (mctl_state_kind(READ_ONCE(table->state[fn])) == MCTL_KIND_ABSENT ||
		    !is_bad(arena, fn) || xa_load(&arena->hwpoison.known, fn))
			continue;
		/* Without memory for it the next look finds it again. */
		if (xa_is_err(xa_store(&arena->hwpoison.known, fn, xa_mk_value(0), GFP_KERNEL)))
			continue;
		WRITE_ONCE(arena->hwpoison.nr, arena->hwpoison.nr + 1);
	}
}

/* Return: whether a frame is where it may be handed out still. */
static bool look_at(struct mctl_arena *arena)
{
	bool again = false;
	u32 fn;

	down_read(&arena->resize);
	find(arena);
	if (mctl_hwpoison_in_use(arena)) {
		mctl_fcache_drain_all(arena);
		for (fn = 0; (fn = mctl_hwpoison_next(arena, fn)) != MCTL_FN_NONE; fn++)
			again |= handle(arena, fn);
	}
	for (fn = 0; (fn = mctl_hwpoison_next(arena, fn)) != MCTL_FN_NONE; fn++) {
		if (xa_load(&arena->hwpoison.known, fn) == xa_mk_value(1))
			continue;
		tell(arena, fn);
		xa_store(&arena->hwpoison.known, fn, xa_mk_value(1), GFP_KERNEL);
		mctl_arena_touch(arena);
	}
	up_read(&arena->resize);
	return again;
}

static void look(struct work_struct *unused)
{
	u32 now = mctl_hwpoison_sequence();
	struct mctl_arena *arena;
	bool again = false;
	u32 id;

	for (id = 0; (arena = mctl_arena_next(id)); id++) {
		id = arena->id;
		again |= look_at(arena);
		mctl_arena_drop(arena);
	}
	WRITE_ONCE(looked, now);
	if (again)
		schedule_delayed_work(&work, AGAIN_DELAY);
}

/**
 * mctl_hwpoison_sequence() - how often the host has met an error
 *
 * Context: any.
 * Return: a number that grows.
 */
u32 mctl_hwpoison_sequence(void)
{
	return atomic_read(&sequence);
}

/**
 * mctl_hwpoison_look() - have the pages of all arenas looked at
 *
 * Context: any but NMI.
 */
void mctl_hwpoison_look(void)
{
	schedule_delayed_work(&work, 0);
}

/**
 * mctl_hwpoison_settle() - wait until errors that were told of have been looked for
 *
 * Context: process; sleeps. No lock of an arena is held.
 */
void mctl_hwpoison_settle(void)
{
	if (unlikely(READ_ONCE(looked) != mctl_hwpoison_sequence()))
		flush_delayed_work(&work);
}

/* --- being told ------------------------------------------------------------------------------ */

/* include/ras/ras_event.h; called after the page was marked. */
static void note_failure(void *data, unsigned long pfn, int type, int result)
{
	atomic_inc(&sequence);
	mctl_hwpoison_look();
}

static void find_tracepoint(struct tracepoint *candidate, void *found)
{
	if (!strcmp(candidate->name, "memory_failure_event"))
		*(struct tracepoint **)found = candidate;
}

/**
 * mctl_hwpoison_init() - be told of memory errors from now on
 *
 * A kernel without them (no CONFIG_MEMORY_FAILURE) marks no page, and has
 * nothing to tell.
 *
 * Context: process.
 * Return: 0, or what the host says when it does not let us listen.
 */
int mctl_hwpoison_init(void)
{
	int ret;

	for_each_kernel_tracepoint(find_tracepoint, &tracepoint);
	if (!tracepoint)
		return 0;
	ret = tracepoint_probe_register(tracepoint, note_failure, NULL);
	if (ret)
		tracepoint = NULL;
	return ret;
}

/**
 * mctl_hwpoison_exit() - be told no more
 *
 * Context: process; sleeps. Arenas may be there still.
 */
void mctl_hwpoison_exit(void)
{
	if (tracepoint) {
		tracepoint_probe_unregister(tracepoint, note_failure, NULL);
		tracepoint_synchronize_unregister();
		tracepoint = NULL;
	}
	cancel_delayed_work_sync(&work);
}

/**
 * mctl_hwpoison_check() - test H1 and H2
 * @arena: the arena
 * @nr_aside: frames of kind HWPOISON, counted
 * @report: where to
 *
 * A frame in use is told as well: its user has memory that cannot be read.
 *
 * Context: The caller keeps the frame table from changing.
 */
void mctl_hwpoison_check(struct mctl_arena *arena, u64 nr_aside, struct mctl_report *report)
{
	u64 nr = 0;
	u32 fn, head;

	mctl_report_expect(report, "hwpoison H2", "arena", arena->id, "frames set aside", nr_aside,
			   atomic_read(&arena->hwpoison.nr_aside));
	for (fn = 0; (fn = mctl_hwpoison_next(arena, fn)) != MCTL_FN_NONE; fn++) {
		nr++;
		mctl_report_expect(report, "hwpoison H1", "frame", fn,
				   "kind, with a hardware memory error", MCTL_KIND_HWPOISON,
				   kind_of(arena, fn, &head));
	}
	mctl_report_expect(report, "hwpoison H2", "arena", arena->id, "frames with an error", nr,
			   arena->hwpoison.nr);
}
