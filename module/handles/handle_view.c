// SPDX-License-Identifier: GPL-2.0
/*
 * Describes the allocations of handles, and checks the invariants H1 to H4 and H7
 * of handle.c. The checks trust no record that they check: addresses are looked
 * up as numbers, and a list is followed for at most as many steps as there are
 * slots.
 *
 * Locks: arena->resize (read), handles.lock.
 */
#include <linux/mm.h>
#include "core/table.h"
#include "frames/frame.h"
#include "handles/handle.h"
#include "objects/cache.h"

static void fill_place(struct mctl_arena *arena, struct mctl_handle_info *info, u32 fn,
		       unsigned int offset)
{
	const struct mctl_zone *zone;

	info->fn = fn;
	info->pfn = mctl_table_pfn(&arena->table, fn);
	info->address = (unsigned long)mctl_arena_address(arena, fn) + offset;
	zone = &arena->zones[arena->table.section[fn >> MCTL_SECTION_SHIFT].zone];
	info->node = zone->nid;
	info->type = zone->type;
}

static void fill(struct mctl_arena *arena, const struct mctl_handle *slot,
		 struct mctl_handle_info *info)
{
	struct mctl_cache_info cache;
	u32 fn;

	*info = (struct mctl_handle_info){
		.handle = (u64)slot->serial << 32 | (slot - arena->handles->slot + 1),
		.kind = slot->kind,
		.owner = slot->owner,
	};
	if (slot->kind == MEMCTL_KIND_PAGE) {
		info->order = slot->order;
		info->size = PAGE_SIZE << slot->order;
		if (slot->fn < mctl_table_span(&arena->table))
			fill_place(arena, info, slot->fn, 0);
		return;
	}
	if (slot->kind == MEMCTL_KIND_OBJECT) {
		mctl_cache_info(slot->cache, &cache);
		info->size = cache.size;
		strscpy(info->cache, cache.name, sizeof(info->cache));
	} else {
		info->size = slot->size;
	}
	fn = mctl_frame_at(arena, (unsigned long)slot->object);
	if (fn != MCTL_FN_NONE)
		fill_place(arena, info, fn, offset_in_page(slot->object));
}

int mctl_handle_info(struct mctl_arena *arena, u64 handle, struct mctl_handle_info *info)
{
	struct mctl_handle *slot;

	down_read(&arena->resize);
	mutex_lock(&arena->handles->lock);
	slot = mctl_handle_find(arena, handle);
	if (slot)
		fill(arena, slot, info);
	mutex_unlock(&arena->handles->lock);
	up_read(&arena->resize);
	return slot ? 0 : -ENOENT;
}

int mctl_handle_next(struct mctl_arena *arena, u32 *number, struct mctl_handle_info *info)
{
	struct mctl_handles *handles = arena->handles;
	int ret = -ENOENT;

	down_read(&arena->resize);
	mutex_lock(&handles->lock);
	for (; *number < handles->nr_slots; ++*number) {
		if (handles->slot[*number].kind == MCTL_HANDLE_FREE)
			continue;
		fill(arena, &handles->slot[*number], info);
		ret = 0;
		break;
	}
	mutex_unlock(&handles->lock);
	up_read(&arena->resize);
	return ret;
}

static bool is_at(const struct mctl_handle *slot, u32 fn, const void *object)
{
	if (slot->kind == MCTL_HANDLE_FREE)
		return false;
	if (slot->kind == MEMCTL_KIND_PAGE)
		return !object && slot->fn == fn;
	return object && slot->object == object;
}

int mctl_handle_at(struct mctl_arena *arena, u32 fn, const void *object,
		   struct mctl_handle_info *info)
{
	struct mctl_handles *handles = arena->handles;
	int ret = -ENOENT;
	u32 i;

	down_read(&arena->resize);
	mutex_lock(&handles->lock);
	for (i = 0; i < handles->nr_slots; i++) {
		if (is_at(&handles->slot[i], fn, object)) {
			fill(arena, &handles->slot[i], info);
			ret = 0;
			break;
		}
	}
	mutex_unlock(&handles->lock);
	up_read(&arena->resize);
	return ret;
}

/* Check H2 for a handle of pages. */
static void check_pages(struct mctl_arena *arena, u32 number, struct mctl_report *report)
{
	const struct mctl_handle *slot = &arena->handles->slot[number];
	const struct mctl_table *table = &arena->table;
	u32 span = mctl_table_span(table);

	if (!mctl_report_expect(report, "handle H2", "handle", number, "frame",
				slot->fn < span ? slot->fn : span - 1, slot->fn))
		return;
	mctl_report_expect(report, "handle H2", "handle", number, "order",
			   min_t(u8, slot->order, MCTL_MAX_ORDER), slot->order);
	mctl_report_expect(report, "handle H2", "frame", slot->fn, "state",
			   MCTL_STATE(MCTL_KIND_USED, slot->order & 15), table->state[slot->fn]);
	mctl_report_expect(report, "handle H2", "frame", slot->fn, "tag", number,
			   table->tag[slot->fn]);
}

/* Check H3 and H4 for a handle of an object or a kmalloc allocation. */
static void check_object(struct mctl_arena *arena, u32 number, struct mctl_report *report)
{
	const struct mctl_handle *slot = &arena->handles->slot[number];
	unsigned long address = (unsigned long)slot->object;
	const struct mctl_table *table = &arena->table;
	u32 fn = mctl_frame_at(arena, address);
	const struct mctl_cache *cache;
	struct mctl_object_info object;
	u32 head = fn;

	if (fn != MCTL_FN_NONE)
		head = mctl_table_head(table, fn);
	if (!mctl_report_expect(report, "handle H3", "handle", number, "object in the arena", true,
				head != MCTL_FN_NONE))
		return;
	if (!mctl_report_expect(report, "handle H3", "handle", number, "kind of the frame",
				MCTL_KIND_SLAB, mctl_state_kind(table->state[head])) ||
	    !mctl_report_expect(report, "handle H3", "handle", number, "object in the slab", true,
				!mctl_cache_what(arena, head, slot->object, &object)))
		return;
	mctl_report_expect(report, "handle H3", "handle", number, "offset", 0, object.offset);
	mctl_report_expect(report, "handle H3", "handle", number, "object free", false,
			   object.free);
	if (slot->kind != MEMCTL_KIND_OBJECT)
		return;
	/* Compare addresses only: slot->cache may be damaged and must not be followed. */
	preempt_disable();
	cache = mctl_cache_peek(arena, table->tag[head]);
	preempt_enable();
	mctl_report_expect(report, "handle H4", "handle", number, "cache", (unsigned long)cache,
			   (unsigned long)slot->cache);
}

/* Check H1 for the list of free slots. */
static void check_free_list(const struct mctl_handles *handles, struct mctl_report *report)
{
	u32 number = handles->first_free;
	u32 nr = 0;

	while (number != U32_MAX && nr <= handles->nr_slots) {
		if (!mctl_report_expect(report, "handle H1", "handle", number, "number",
					min(number, handles->nr_slots - 1), number) ||
		    !mctl_report_expect(report, "handle H1", "handle", number, "kind",
					MCTL_HANDLE_FREE, handles->slot[number].kind))
			return;
		number = handles->slot[number].next_free;
		nr++;
	}
	mctl_report_expect(report, "handle H1", "handles", 0, "free",
			   handles->nr_slots - handles->nr, nr);
}

void mctl_handles_check(struct mctl_arena *arena, struct mctl_report *report)
{
	const struct mctl_handles *handles = arena->handles;
	u32 i, nr = 0, serials = 0;

	lockdep_assert_held(&handles->lock);
	for (i = 0; i < handles->nr_slots; i++) {
		u8 kind = handles->slot[i].kind;

		serials += handles->slot[i].serial;
		if (kind == MCTL_HANDLE_FREE)
			continue;
		nr++;
		if (kind == MEMCTL_KIND_PAGE)
			check_pages(arena, i, report);
		else if (mctl_report_expect(report, "handle H1", "handle", i, "kind",
					    min_t(u8, kind, MEMCTL_KIND_MAX), kind))
			check_object(arena, i, report);
		cond_resched();
	}
	mctl_report_expect(report, "handle H1", "handles", 0, "live", nr, handles->nr);
	mctl_report_expect(report, "handle H7", "handles", 0, "serials", handles->nr_freed,
			   serials);
	check_free_list(handles, report);
}
