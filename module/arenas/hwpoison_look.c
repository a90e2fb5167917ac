// SPDX-License-Identifier: GPL-2.0
/*
 * Scans the pages of all arenas after a memory error of the host.
 *
 * The host reports an error by a tracepoint. A worker then scans each arena for
 * marked pages (hwpoison.c), and handles those that are not set aside yet: a free
 * frame is set aside, a frame cache is drained first, the slab or region that
 * uses the frame is notified, and any other frame stays with its user.
 *
 * Locks: arena->resize (read) during the scan of an arena; regions.lock,
 * family->lock, cache->lock and zone->lock inside, one after the other.
 */
#include <linux/atomic.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "arenas/arenas.h"
#include "arenas/hwpoison_look.h"
#include "frames/fcache.h"
#include "frames/hwpoison.h"
#include "host/event.h"
#include "objects/cache.h"
#include "spaces/space.h"

/* Delay until the next scan, if a frame was in use by its CPU's frame cache. */
#define AGAIN_DELAY (HZ / 50)

static void look(struct work_struct *work);

static DECLARE_DELAYED_WORK(work, look);
static DECLARE_WAIT_QUEUE_HEAD(settled);
static struct tracepoint *tracepoint;
static atomic_t sequence; /* errors that we were told of */
static u32 looked;	  /* the sequence that the last look began with; the worker */

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

	kind = mctl_hwpoison_kind(arena, fn, &head);
	snprintf(text, sizeof(text), "frame %u has a hardware memory error: %s", fn,
		 kind < MCTL_NR_KINDS ? what[kind] ?: "free" : "damaged");
	pr_warn("arena %s: %s\n", arena->name, text);
	mctl_event_send(&event);
}

/* Return: whether the frame is where it may be handed out still. */
static bool handle(struct mctl_arena *arena, u32 fn)
{
	u32 head;

	switch (mctl_hwpoison_kind(arena, fn, &head)) {
	case MCTL_KIND_FREE:
		mctl_hwpoison_set_aside(arena, fn);
		return mctl_hwpoison_kind(arena, fn, &head) == MCTL_KIND_FREE;
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

/* Return: whether a frame is where it may be handed out still. */
static bool look_at(struct mctl_arena *arena)
{
	bool again = false;
	u32 fn;

	down_read(&arena->resize);
	mctl_hwpoison_find(arena);
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
	wake_up_all(&settled);
	if (again)
		schedule_delayed_work(&work, AGAIN_DELAY);
}

/**
 * mctl_hwpoison_sequence() - how often the host has met an error
 *
 * Context: Any context.
 * Return: a number that grows.
 */
u32 mctl_hwpoison_sequence(void)
{
	return atomic_read(&sequence);
}

/**
 * mctl_hwpoison_look() - have the pages of all arenas looked at
 *
 * Context: Any context except NMI.
 */
void mctl_hwpoison_look(void)
{
	schedule_delayed_work(&work, 0);
}

/**
 * mctl_hwpoison_settle() - wait until all reported errors have been handled
 *
 * The scan may have to wait for an arena that is being grown; therefore a fatal
 * signal ends the wait.
 *
 * Context: Process context, may sleep. No lock of an arena is held.
 * Return: 0, or -EINTR if the process is killed.
 */
int mctl_hwpoison_settle(void)
{
	u32 wanted = mctl_hwpoison_sequence();

	if (likely(READ_ONCE(looked) == wanted))
		return 0;
	return wait_event_killable(settled, (s32)(READ_ONCE(looked) - wanted) >= 0) ? -EINTR : 0;
}

/* --- the host's reports ---------------------------------------------------------------------- */

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
 * mctl_hwpoison_init() - register for reports of memory errors
 *
 * A kernel without CONFIG_MEMORY_FAILURE marks no pages and has no tracepoint;
 * nothing is registered then.
 *
 * Context: Process context.
 * Return: 0, or the error of tracepoint_probe_register().
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
 * mctl_hwpoison_exit() - unregister
 *
 * Context: Process context, may sleep. Arenas may still exist.
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
