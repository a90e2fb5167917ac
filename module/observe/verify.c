// SPDX-License-Identifier: GPL-2.0
/*
 * The on-line fsck: runs the checks of every layer, and those that no layer can
 * do alone.
 *
 * V1  The frames held, the frames of all zones, and the frames that are in
 *     some state are the same number.
 * V2  Frames that are set aside are those with a memory error (hwpoison.c, H1 and H2).
 * V3  The number of frames that are slabs and large kmalloc objects is what the
 *     caches count, and each of them names a cache.
 * V4  The numbers of frames that are page tables, and that back pages of
 *     regions, are what the regions count.
 * V5  At least as many blocks are in use as there are handles of pages.
 *
 * Zones and chunks are checked first: the other checks use them to get from
 * pages to frames, and are skipped if they are damaged.
 *
 * Records that mutexes protect (handles, regions) are checked under them. Free
 * lists, frame caches and magazines are changed by sections that cannot be
 * preempted and hold no lock that the check could take; so these are checked
 * with the machine stopped, when every such section has ended, on every CPU.
 * The time that this takes is measured and reported.
 *
 * The stop cannot exclude a task that was preempted between two layers, with
 * frames that have left the one and have not arrived at the other. Such a
 * difference is gone a moment later, while damage stays. So a check that finds
 * something is repeated, and the last run counts.
 *
 * Lock order: arena->resize, regions.lock, handles.lock, each family->lock,
 * caches.lock, the stop.
 */
#include <linux/delay.h>
#include <linux/stop_machine.h>
#include "core/table.h"
#include "frames/chunk.h"
#include "frames/fcache.h"
#include "frames/frame.h"
#include "frames/hwpoison.h"
#include "frames/watermark.h"
#include "handles/handle.h"
#include "host/event.h"
#include "models/tlb.h"
#include "objects/cache.h"
#include "observe/verify.h"
#include "regions/region.h"
#include "spaces/space.h"

/* How often a check that finds something is run, and milliseconds in between. */
#define NR_TRIES     3
#define TRY_DELAY_MS 20

/**
 * struct count - counts of the other layers, to compare the frame table with
 * @nr_table: frames of page tables
 * @nr_region: frames that back pages of regions
 * @nr_page_handles: live handles of pages
 */
struct count {
	u32 nr_table;
	u32 nr_region;
	u32 nr_page_handles;
};

/**
 * struct stop - argument of the check that runs with the machine stopped
 * @arena: the arena
 * @report: gets what is found
 * @count: counts to compare with
 * @ns: set to the time that the check took
 */
struct stop {
	struct mctl_arena *arena;
	struct mctl_report *report;
	const struct count *count;
	u64 ns;
};

static void list_problem(struct mctl_report *report, const struct mctl_problem *problem)
{
	struct mctl_verify_result *result = report->context;

	if (result->nr_listed < MCTL_VERIFY_LISTED)
		result->listed[result->nr_listed++] = *problem;
}

/* Count frames and blocks of each kind by their heads; an impossible order counts as 0. */
static void count_kinds(const struct mctl_table *table, u64 *frames, u64 *blocks)
{
	u32 span = mctl_table_span(table);
	u32 fn = 0;

	while (fn < span) {
		unsigned int kind = mctl_state_kind(table->state[fn]);
		unsigned int order = mctl_state_order(table->state[fn]);

		if (order > MCTL_MAX_ORDER || fn & ((1U << order) - 1) ||
		    kind == MCTL_KIND_ABSENT || kind == MCTL_KIND_TAIL)
			order = 0;
		frames[kind] += 1U << order;
		blocks[kind]++;
		fn += 1U << order;
	}
}

/* V3: the caches know all frames of slabs, and each slab names one of the caches. */
static void check_slabs(struct mctl_arena *arena, u64 nr_slab, struct mctl_report *report)
{
	const struct mctl_caches *caches = &arena->caches;
	const struct mctl_table *table = &arena->table;
	u32 fn, id, span = mctl_table_span(table);
	u64 nr = 0, nr_moving = 0;

	for (id = 1; id < caches->nr_ids; id++) {
		const struct mctl_cache *cache = caches->by_id[id];
		unsigned int list;

		if (!cache)
			continue;
		for (list = MCTL_LIST_EMPTY; list < MCTL_NR_LISTS; list++)
			nr += (u64)cache->nr_slabs[list] << cache->layout.order;
		nr_moving += (u64)atomic_read(&cache->nr_moving) << cache->layout.order;
	}
	for (fn = 0; fn < span; fn++) {
		u8 state = table->state[fn];

		if (mctl_state_kind(state) != MCTL_KIND_SLAB)
			continue;
		id = table->tag[fn];
		if (id == MCTL_TAG_LARGE)
			nr += 1U << min_t(unsigned int, mctl_state_order(state), MCTL_MAX_ORDER);
		else
			mctl_report_expect(report, "verify V3", "frame", fn, "cache", true,
					   id < caches->nr_ids && caches->by_id[id]);
	}
	/* Slabs that are just being made or freed may or may not be counted. */
	mctl_report_expect(report, "verify V3", "arena", arena->id, "frames of slabs",
			   clamp(nr_slab, nr, nr + nr_moving), nr_slab);
}

/* V1 to V5 */
static void check_kinds(struct mctl_arena *arena, const struct count *count,
			struct mctl_report *report)
{
	u64 frames[16] = {}, blocks[16] = {};
	u64 nr_zones = 0, nr_held = 0;
	unsigned int i;

	count_kinds(&arena->table, frames, blocks);
	for (i = 0; i < ARRAY_SIZE(frames); i++)
		nr_held += i == MCTL_KIND_ABSENT ? 0 : frames[i];
	for (i = 0; i < arena->nr_zones; i++)
		nr_zones += arena->zones[i].buddy.nr_frames;

	mctl_report_expect(report, "verify V1", "arena", arena->id, "frames of the zones",
			   arena->nr_frames, nr_zones);
	mctl_report_expect(report, "verify V1", "arena", arena->id, "frames in some state",
			   arena->nr_frames, nr_held);
	mctl_hwpoison_check(arena, frames[MCTL_KIND_HWPOISON], report);
	check_slabs(arena, frames[MCTL_KIND_SLAB], report);
	mctl_report_expect(report, "verify V4", "arena", arena->id, "frames of tables",
			   count->nr_table, frames[MCTL_KIND_TABLE]);
	mctl_report_expect(report, "verify V4", "arena", arena->id, "frames of tables, counted",
			   frames[MCTL_KIND_TABLE], atomic_read(&arena->nr_tables));
	mctl_report_expect(report, "verify V4", "arena", arena->id, "frames of regions",
			   count->nr_region, frames[MCTL_KIND_REGION]);
	mctl_report_expect(report, "verify V5", "arena", arena->id, "blocks in use", true,
			   blocks[MCTL_KIND_USED] >= count->nr_page_handles);
}

static int check_stopped(void *context)
{
	struct stop *stop = context;
	struct mctl_arena *arena = stop->arena;
	u64 start = ktime_get_mono_fast_ns();
	unsigned int i;

	for (i = 0; i < arena->nr_zones; i++)
		mctl_buddy_check(&arena->zones[i].buddy, stop->report);
	mctl_table_check(&arena->table, stop->report);
	mctl_watermarks_check(arena, stop->report);
	mctl_fcache_check(arena, stop->report);
	mctl_caches_check(arena, stop->report);
	check_kinds(arena, stop->count, stop->report);
	stop->ns = ktime_get_mono_fast_ns() - start;
	return 0;
}

static void count_holders(struct mctl_arena *arena, struct count *count)
{
	const struct mctl_handles *handles = arena->handles;
	const struct mctl_region *region;
	u32 i;

	list_for_each_entry(region, &arena->regions->list, list) {
		count->nr_table += region->shadow.nr_tables;
		count->nr_region += region->nr_pages;
	}
	for (i = 0; i < handles->nr_slots; i++)
		count->nr_page_handles += handles->slot[i].kind == MEMCTL_KIND_PAGE;
}

/* Check what must be seen at one moment; arena->resize is held. Return: nanoseconds of the stop. */
static u64 check_snapshot(struct mctl_arena *arena, struct mctl_report *report)
{
	struct count count = {};
	struct stop stop = { .arena = arena, .report = report, .count = &count };

	mutex_lock(&arena->regions->lock);
	mutex_lock(&arena->handles->lock);
	mctl_handles_check(arena, report);
	count_holders(arena, &count);
	mctl_spaces_freeze(arena, &count.nr_table, &count.nr_region);
	mctl_spaces_check_quarantine(arena, report);
	mutex_lock(&arena->caches.lock);
	stop_machine(check_stopped, &stop, NULL);
	mutex_unlock(&arena->caches.lock);
	mctl_spaces_thaw(arena);
	mutex_unlock(&arena->handles->lock);
	mutex_unlock(&arena->regions->lock);
	return stop.ns;
}

/* arena->resize is held. */
static void list_memory_errors(struct mctl_arena *arena, struct mctl_verify_result *result)
{
	u32 fn = 0;

	while (result->nr_errors < MCTL_VERIFY_LISTED &&
	       (fn = mctl_hwpoison_next(arena, fn)) != MCTL_FN_NONE) {
		result->errors[result->nr_errors++] = (struct mctl_memory_error){
			.fn = fn,
			.pfn = mctl_table_pfn(&arena->table, fn),
			.state = mctl_frame_state_name(arena, fn),
		};
		fn++;
	}
}

static void verify_once(struct mctl_arena *arena, struct mctl_verify_result *result)
{
	struct mctl_report report = { .found = list_problem, .context = result };

	memset(result, 0, sizeof(*result));
	mctl_tlbs_check(arena, &report);
	mctl_inject_check(arena, &report);
	down_read(&arena->resize);
	/* All other checks rely on the map and the zones, so these come first. */
	if (mctl_zones_check(arena, &report) && mctl_chunks_check(arena, &report)) {
		mctl_regions_check(arena, &report);
		mctl_spaces_check(arena, &report);
		result->stop_ns = check_snapshot(arena, &report);
		list_memory_errors(arena, result);
	}
	up_read(&arena->resize);
	result->nr_checks = report.nr_checks;
	result->nr_problems = report.nr_problems;
}

static void send_damage(struct mctl_arena *arena, const struct mctl_verify_result *result)
{
	const struct mctl_problem *first = &result->listed[0];
	char text[MCTL_ERROR_TEXT_SIZE];
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_DAMAGE,
		.arena = arena,
		.text = text,
		.has_value = true,
		.value = result->nr_problems,
	};

	snprintf(text, sizeof(text), "%s: %s %llu: %s is %llu, expected %llu", first->invariant,
		 first->object, first->index, first->field, first->found, first->expected);
	mctl_event_send(&event);
}

int mctl_verify(struct mctl_arena *arena, struct mctl_verify_result *result)
{
	u64 stop_ns = 0;
	unsigned int i;

	for (i = 0; i < NR_TRIES; i++) {
		if (i)
			msleep(TRY_DELAY_MS);
		verify_once(arena, result);
		stop_ns = max(stop_ns, result->stop_ns);
		if (!result->nr_problems)
			break;
	}
	result->stop_ns = stop_ns;
	/* Leaks cannot be told from damaged records. */
	if (!result->nr_problems)
		mctl_leaks_find(arena, &result->leaks);
	if (result->nr_problems)
		send_damage(arena, result);
	return 0;
}
