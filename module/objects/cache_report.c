// SPDX-License-Identifier: GPL-2.0
/*
 * Reports of refused frees and of damage: a line in the kernel's log and an
 * event. Objects are named by cache, slab and number; kernel addresses are not
 * disclosed.
 *
 * Locks: none; slabs are read as mctl_cache_lookup() allows.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/ratelimit.h>
#include "core/buddy.h"
#include "core/table.h"
#include "host/event.h"
#include "objects/cache_impl.h"

/**
 * mctl_cache_report_damage() - report an object that was lost to damage
 * @cache: its cache
 * @fn: first frame of its slab
 * @status: the damage
 *
 * Context: Any context but NMI.
 */
void mctl_cache_report_damage(struct mctl_cache *cache, u32 fn, enum mctl_slab_status status)
{
	char text[MCTL_ERROR_TEXT_SIZE];
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_DAMAGE,
		.arena = cache->arena,
		.name = cache->name,
		.text = text,
	};

	snprintf(text, sizeof(text), "cache %s: an object of the slab at frame %u %s", cache->name,
		 fn, mctl_slab_status_text(status));
	pr_err_ratelimited("arena %s: %s\n", cache->arena->name, text);
	mctl_event_send(&event);
}

/**
 * mctl_cache_report_bad() - report a refused free
 * @arena: the arena
 * @format: printf format of a text that describes the address
 *
 * Context: Any context but NMI.
 */
void mctl_cache_report_bad(struct mctl_arena *arena, const char *format, ...)
{
	char text[MCTL_ERROR_TEXT_SIZE];
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_BAD_FREE,
		.arena = arena,
		.text = text,
	};
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	atomic64_inc(&arena->nr_bad_free);
	pr_err_ratelimited("arena %s: %s\n", arena->name, text);
	mctl_event_send(&event);
}

/**
 * mctl_cache_report_foreign() - report the free of an address in no slab of the cache
 * @cache: the cache
 * @address: any value
 *
 * Context: Any context but NMI.
 */
void mctl_cache_report_foreign(struct mctl_cache *cache, const void *address)
{
	struct mctl_arena *arena = cache->arena;
	u32 tag = 0, head = MCTL_FN_NONE;
	u8 state = 0;
	u32 fn;

	preempt_disable();
	fn = mctl_arena_address_to_fn(arena, address);
	if (fn != MCTL_FN_NONE)
		head = mctl_table_head(&arena->table, fn);
	if (head != MCTL_FN_NONE) {
		state = arena->table.state[head];
		tag = arena->table.tag[head];
	}
	preempt_enable();

	if (head == MCTL_FN_NONE)
		mctl_cache_report_bad(arena, "cache %s: free of an address that is not the arena's",
				      cache->name);
	else if (mctl_state_kind(state) != MCTL_KIND_SLAB)
		mctl_cache_report_bad(arena, "cache %s: free of an address in frame %u, no slab",
				      cache->name, fn);
	else if (tag != cache->id)
		mctl_cache_report_bad(arena, "cache %s: free of an object of cache id %u, frame %u",
				      cache->name, tag, fn);
	else
		mctl_cache_report_bad(arena, "cache %s: free of an object in damaged slab %u",
				      cache->name, fn);
}

/**
 * mctl_cache_report_object() - report the refused free of an object
 * @cache: its cache
 * @fn: first frame of its slab
 * @index: its number in the slab
 * @status: the reason
 *
 * Context: Any context but NMI.
 */
void mctl_cache_report_object(struct mctl_cache *cache, u32 fn, u32 index,
			      enum mctl_slab_status status)
{
	mctl_cache_report_bad(cache->arena, "cache %s: object %u of the slab at frame %u %s",
			      cache->name, index, fn, mctl_slab_status_text(status));
}
