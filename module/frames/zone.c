// SPDX-License-Identifier: GPL-2.0
/*
 * Zones: all operations under a zone's lock.
 *
 * A request tries the zones of its list twice: first each one that stays
 * above its low watermark, then each one that stays above min. When both
 * rounds fail, the layers above are asked for frames that they can do without
 * (pressure.h), and the second round is tried again.
 *
 * I1  arena->zones has a zone of each type for every node that had memory when
 *     the arena was made or last grew: index = 3 * number of the node + type.
 *     Existing entries do not change; nodes that got memory later are appended.
 *     Every list has all zones of its type and below. A zone without frames is
 *     skipped.
 * I2  A frame's state changes under the lock of its zone, or while it is in
 *     use or cached, by its holder.
 *
 * Locks: zone->lock, a raw spinlock with interrupts off, is a leaf. Events are
 * sent after it.
 */
#include <linux/nodemask.h>
#include <linux/smp.h>
#include <linux/sort.h>
#include <linux/topology.h>
#include "frames/hwpoison.h"
#include "frames/pressure.h"
#include "frames/watermark.h"
#include "host/arena.h"
#include "host/debug_hooks.h"
#include "host/event.h"
#include "host/host.h"
#include "host/symbol.h"

struct near {
	int nid;
	int distance;
	u32 zone;
};

static int compare_distance(const void *a, const void *b)
{
	const struct near *left = a, *right = b;

	if (left->distance != right->distance)
		return left->distance - right->distance;
	return left->nid - right->nid;
}

/* Nearest node first; in each node from the type asked for down. */
static void build_zonelist(const struct mctl_arena *arena, unsigned int nr_nodes, int nid,
			   struct near *order, struct mctl_zonelist *list)
{
	unsigned int i, type;
	int down;

	for (i = 0; i < nr_nodes; i++) {
		order[i].nid = arena->zones[i * MCTL_NR_ZONE_TYPES].nid;
		order[i].distance = node_distance(nid, order[i].nid);
		order[i].zone = i * MCTL_NR_ZONE_TYPES;
	}
	sort(order, nr_nodes, sizeof(*order), compare_distance, NULL);
	for (type = 0; type < MCTL_NR_ZONE_TYPES; type++)
		for (i = 0; i < nr_nodes; i++)
			for (down = type; down >= 0; down--)
				list->zone[type][list->nr[type]++] = order[i].zone + down;
}

static struct mctl_zonelist *build_zonelists(struct mctl_arena *arena, unsigned int nr_nodes)
{
	struct mctl_zonelist *lists =
		mctl_arena_meta_alloc(arena, nr_node_ids * sizeof(*arena->zonelists));
	struct near *order = mctl_arena_meta_alloc(arena, nr_nodes * sizeof(*order));
	int nid;

	if (lists && order)
		for_each_node(nid)
			build_zonelist(arena, nr_nodes, nid, order, &lists[nid]);
	mctl_arena_meta_free(arena, order, nr_nodes * sizeof(*order));
	if (order)
		return lists;
	mctl_arena_meta_free(arena, lists, nr_node_ids * sizeof(*lists));
	return NULL;
}

static void init_zones(struct mctl_arena *arena, int nid, u32 index)
{
	for (unsigned int type = 0; type < MCTL_NR_ZONE_TYPES; type++) {
		struct mctl_zone *zone = &arena->zones[index];

		raw_spin_lock_init(&zone->lock);
		zone->type = type;
		zone->index = index;
		zone->nid = nid;
		zone->tight = true;
		mctl_buddy_init(&zone->buddy, &arena->table, index++);
	}
}

/**
 * mctl_zones_update() - zones for nodes that got memory
 * @arena: the arena
 * @error: text on failure
 *
 * Lists that were replaced stay until the arena is destroyed: code that sleeps while it
 * tries the zones of one need not be waited for, and a node is new only once.
 *
 * Context: Process context, arena->resize held for writing, or nobody else has the arena.
 * Return: 0; -ENOMEM; -E2BIG when the machine has more than 64 nodes with memory.
 */
int mctl_zones_update(struct mctl_arena *arena, struct mctl_error *error)
{
	struct mctl_zonelist *lists, *old = arena->zonelists;
	u32 nr = arena->nr_zones;
	int nid;

	for_each_node_state(nid, N_MEMORY) {
		if (mctl_zone_find(arena, nid, 0))
			continue;
		if (nr == arena->max_zones)
			return mctl_fail(error, -E2BIG, "%u nodes with memory: the limit is %u",
					 num_node_state(N_MEMORY), nr / MCTL_NR_ZONE_TYPES);
		init_zones(arena, nid, nr);
		nr += MCTL_NR_ZONE_TYPES;
	}
	if (nr == arena->nr_zones)
		return 0;
	lists = build_zonelists(arena, nr / MCTL_NR_ZONE_TYPES);
	if (!lists)
		return mctl_fail(error, -ENOMEM, "no memory for %u zones", nr);
	/* A reader that sees more zones, or a list that has them, sees them filled in. */
	smp_store_release(&arena->nr_zones, nr);
	/* Likewise. */
	smp_store_release(&arena->zonelists, lists);
	if (old)
		arena->old_zonelists[arena->nr_old_zonelists++] = old;
	return 0;
}

/**
 * mctl_zones_create() - make the zones of a new arena, all of them empty
 * @arena: the arena
 * @error: text on failure
 *
 * Context: Process context.
 * Return: 0; -ENOMEM; -E2BIG when the machine has more than 64 nodes with memory.
 */
int mctl_zones_create(struct mctl_arena *arena, struct mctl_error *error)
{
	unsigned int nr_nodes =
		min_t(unsigned int, num_possible_nodes(), MCTL_MAX_ZONES / MCTL_NR_ZONE_TYPES);
	int ret;

	arena->max_zones = nr_nodes * MCTL_NR_ZONE_TYPES;
	arena->zones = mctl_arena_meta_alloc(arena, arena->max_zones * sizeof(*arena->zones));
	arena->old_zonelists =
		mctl_arena_meta_alloc(arena, nr_nodes * sizeof(*arena->old_zonelists));
	if (arena->zones && arena->old_zonelists)
		ret = mctl_zones_update(arena, error);
	else
		ret = mctl_fail(error, -ENOMEM, "no memory for %u zones", arena->max_zones);
	if (ret)
		mctl_zones_destroy(arena);
	return ret;
}

static void free_zonelists(struct mctl_arena *arena, struct mctl_zonelist *lists)
{
	mctl_arena_meta_free(arena, lists, nr_node_ids * sizeof(*lists));
}

/**
 * mctl_zones_destroy() - free the records of the zones
 * @arena: an arena that nobody uses any more
 *
 * Context: Process context.
 */
void mctl_zones_destroy(struct mctl_arena *arena)
{
	unsigned int nr_nodes = arena->max_zones / MCTL_NR_ZONE_TYPES;

	while (arena->nr_old_zonelists)
		free_zonelists(arena, arena->old_zonelists[--arena->nr_old_zonelists]);
	free_zonelists(arena, arena->zonelists);
	mctl_arena_meta_free(arena, arena->old_zonelists, nr_nodes * sizeof(*arena->old_zonelists));
	mctl_arena_meta_free(arena, arena->zones, arena->max_zones * sizeof(*arena->zones));
	arena->old_zonelists = NULL;
	arena->zonelists = NULL;
	arena->zones = NULL;
	arena->nr_zones = 0;
}

/**
 * mctl_zone_find() - the zone of a node and type
 * @arena: the arena
 * @nid: node, any value
 * @type: enum memctl_zone_type
 *
 * Context: Any context.
 * Return: the zone, or NULL when the node had no memory when the arena was made or last grew.
 */
struct mctl_zone *mctl_zone_find(struct mctl_arena *arena, int nid, unsigned int type)
{
	unsigned int i;

	for (i = 0; i < arena->nr_zones; i += MCTL_NR_ZONE_TYPES)
		if (arena->zones[i].nid == nid)
			return &arena->zones[i + type];
	return NULL;
}

/**
 * mctl_zone_list() - the zones that a request tries
 * @arena: the arena
 * @request: the request; its nid may be any number
 *
 * Context: Any context.
 * Return: the list of its node, or NULL when there is no such node.
 */
const struct mctl_zonelist *mctl_zone_list(struct mctl_arena *arena,
					   const struct mctl_request *request)
{
	int nid = request->nid == NUMA_NO_NODE ? raw_smp_processor_id() : request->nid;

	if (request->nid == NUMA_NO_NODE)
		nid = cpu_to_node(nid);
	if (nid < 0 || nid >= nr_node_ids || !node_possible(nid))
		return NULL;
	if (request->flags & MCTL_REQUEST_THISNODE && !mctl_zone_find(arena, nid, 0))
		return NULL;
	return &arena->zonelists[nid];
}

/**
 * mctl_zone_add() - add a chunk to a zone
 * @arena: the arena
 * @zone: the zone
 * @fn: first frame, in a section that is set up
 * @order: 2^order frames
 *
 * Context: Process context, arena->resize held for writing.
 */
void mctl_zone_add(struct mctl_arena *arena, struct mctl_zone *zone, u32 fn, unsigned int order)
{
	u64 pfn = mctl_table_pfn(&arena->table, fn);
	unsigned long flags;

	raw_spin_lock_irqsave(&zone->lock, flags);
	if (!zone->buddy.nr_frames || pfn < zone->start_pfn)
		zone->start_pfn = pfn;
	zone->end_pfn = max(zone->end_pfn, pfn + (1U << order));
	arena->table.section[fn >> MCTL_SECTION_SHIFT].nr_frames += 1U << order;
	mctl_debug_frames_free(arena, fn, order);
	mctl_buddy_add(&zone->buddy, fn, order);
	mctl_watermark_unlock(zone, flags);
}

/* Recompute the span of a zone after a chunk has left it. */
static void set_span(struct mctl_arena *arena, struct mctl_zone *zone)
{
	const struct mctl_table *table = &arena->table;
	u32 i, fn;

	zone->start_pfn = U64_MAX;
	zone->end_pfn = 0;
	for (i = 0; i < table->nr_sections; i++) {
		const struct mctl_section *section = &table->section[i];

		if (section->zone != zone->index || !section->nr_frames)
			continue;
		/* Walking whole sections frame by frame would make unloading quadratic. */
		if (section->nr_frames == MCTL_SECTION_FRAMES) {
			zone->start_pfn = min(zone->start_pfn, section->pfn);
			zone->end_pfn = max(zone->end_pfn, section->pfn + MCTL_SECTION_FRAMES);
			continue;
		}
		for (fn = 0; fn < MCTL_SECTION_FRAMES; fn++) {
			if (!table->state[(i << MCTL_SECTION_SHIFT) + fn])
				continue;
			zone->start_pfn = min(zone->start_pfn, section->pfn + fn);
			zone->end_pfn = max(zone->end_pfn, section->pfn + fn + 1);
		}
	}
	if (!zone->end_pfn)
		zone->start_pfn = 0;
}

/**
 * mctl_zone_remove() - remove a chunk from its zone
 * @arena: the arena
 * @zone: its zone
 * @fn: first frame of the chunk
 * @order: 2^order frames
 *
 * Context: Process context, arena->resize held for writing.
 * Return: 0, or -EBUSY if not all of it is on free lists (nothing changed).
 */
int mctl_zone_remove(struct mctl_arena *arena, struct mctl_zone *zone, u32 fn, unsigned int order)
{
	unsigned long flags;
	int ret;

	raw_spin_lock_irqsave(&zone->lock, flags);
	ret = mctl_buddy_remove(&zone->buddy, fn, order);
	if (!ret)
		arena->table.section[fn >> MCTL_SECTION_SHIFT].nr_frames -= 1U << order;
	mctl_watermark_unlock(zone, flags);
	if (!ret) {
		mctl_hwpoison_forget(arena, fn, order);
		set_span(arena, zone);
	}
	return ret;
}

static u32 take(struct mctl_arena *arena, struct mctl_zone *zone,
		const struct mctl_request *request, enum mctl_mark mark)
{
	u32 fn = MCTL_FN_NONE;
	unsigned long flags;

	raw_spin_lock_irqsave(&zone->lock, flags);
	if (likely(zone->buddy.nr_free >=
		   mctl_watermark_leave(zone, request, mark) + (1U << request->order))) {
		fn = mctl_buddy_alloc(&zone->buddy, request->order, request->mt, request->kind);
	}
	if (likely(fn != MCTL_FN_NONE)) {
		arena->table.tag[fn] = request->tag;
		mctl_debug_frames_alloc(arena, fn, request->order);
		zone->nr_alloc++;
	} else {
		zone->nr_lock++;
	}
	mctl_watermark_unlock(zone, flags);
	return fn;
}

/* Zones of a list that a request may try: behind those of its node is another. */
static inline unsigned int nr_tries(const struct mctl_zonelist *list,
				    const struct mctl_request *request)
{
	if (request->flags & MCTL_REQUEST_THISNODE)
		return request->type + 1;
	return list->nr[request->type];
}

static u32 try_zones(struct mctl_arena *arena, const struct mctl_zonelist *list,
		     const struct mctl_request *request, enum mctl_mark mark)
{
	unsigned int nr = nr_tries(list, request), i;
	u32 fn;

	for (i = 0; i < nr; i++) {
		struct mctl_zone *zone = &arena->zones[list->zone[request->type][i]];

		if (!READ_ONCE(zone->buddy.nr_frames))
			continue;
		fn = take(arena, zone, request, mark);
		if (likely(fn != MCTL_FN_NONE))
			return fn;
	}
	return MCTL_FN_NONE;
}

/* Why no zone served a request, asking each of them now. */
static u32 ask_zones(struct mctl_arena *arena, const struct mctl_zonelist *list,
		     const struct mctl_request *request)
{
	unsigned int nr = nr_tries(list, request), i;
	u32 reason = MEMCTL_REASON_NO_ZONE;

	for (i = 0; i < nr; i++) {
		const struct mctl_zone *zone = &arena->zones[list->zone[request->type][i]];
		u32 why;

		if (!READ_ONCE(zone->buddy.nr_frames))
			continue;
		why = mctl_watermark_check(zone, request, MCTL_MARK_MIN);
		/* It could serve it by now: so it was short of frames, not of blocks. */
		reason = mctl_watermark_worse(reason, why ?: MEMCTL_REASON_WATERMARK);
	}
	return reason;
}

/* The first zone with frames of those that requests for @type try, up to the @nr-th; or NULL. */
static struct mctl_zone *first_with_frames(struct mctl_arena *arena,
					   const struct mctl_zonelist *list, unsigned int type,
					   unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct mctl_zone *zone = &arena->zones[list->zone[type][i]];

		if (READ_ONCE(zone->buddy.nr_frames))
			return zone;
	}
	return NULL;
}

static void note_failure(struct mctl_arena *arena, const struct mctl_zonelist *list,
			 const struct mctl_request *request, u32 reason)
{
	struct mctl_zone *first = &arena->zones[list->zone[request->type][0]];
	struct mctl_zone *tried =
		first_with_frames(arena, list, request->type, nr_tries(list, request));
	/* Without a zone to try, count it where views show it: for the nearest zone there is. */
	struct mctl_zone *zone = tried ?:
					 first_with_frames(arena, list, MEMCTL_ZONE_TYPE_NORMAL,
							   list->nr[MEMCTL_ZONE_TYPE_NORMAL]);
	struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_ALLOC_FAILED,
		.arena = arena,
		.has_zone = true,
		.node = (tried ?: first)->nid,
		.zone_type = (tried ?: first)->type,
		.has_order = true,
		.order = request->order,
		.reason = reason,
		.caller = request->kind == MCTL_KIND_USED ? mctl_owner_caller(request->tag) : 0,
	};
	unsigned long flags;

	zone = zone ?: first;
	raw_spin_lock_irqsave(&zone->lock, flags);
	zone->nr_failed++;
	raw_spin_unlock_irqrestore(&zone->lock, flags);
	if (!(request->flags & MCTL_REQUEST_NOFAILEVENT))
		mctl_event_send(&event);
}

/* For a node that the arena does not have there is no zone to count it for. */
static void note_no_node(struct mctl_arena *arena, const struct mctl_request *request)
{
	const struct mctl_event event = {
		.type = MEMCTL_EVENT_TYPE_ALLOC_FAILED,
		.arena = arena,
		.has_order = true,
		.order = request->order,
		.reason = MEMCTL_REASON_BAD_NODE,
		.caller = request->kind == MCTL_KIND_USED ? mctl_owner_caller(request->tag) : 0,
	};

	if (!(request->flags & MCTL_REQUEST_NOFAILEVENT))
		mctl_event_send(&event);
}

/* Any node, below the low watermark, and then with what caches hold. */
static noinline u32 alloc_slow(struct mctl_arena *arena, const struct mctl_request *request,
			       u32 *reason)
{
	const struct mctl_zonelist *list = mctl_zone_list(arena, request);
	u32 fn, why = MEMCTL_REASON_BAD_NODE;

	if (!list) {
		note_no_node(arena, request);
		goto fail;
	}
	fn = try_zones(arena, list, request, MCTL_MARK_LOW);
	if (fn == MCTL_FN_NONE)
		fn = try_zones(arena, list, request, MCTL_MARK_MIN);
	for (unsigned int i = 0; fn == MCTL_FN_NONE && i < MCTL_PRESSURE_LAYERS; i++)
		if (mctl_pressure_relieve(arena, request->flags & MCTL_REQUEST_NOWAIT, i))
			fn = try_zones(arena, list, request, MCTL_MARK_MIN);
	if (fn != MCTL_FN_NONE)
		return fn;
	why = ask_zones(arena, list, request);
	note_failure(arena, list, request, why);
fail:
	if (reason)
		*reason = why;
	return MCTL_FN_NONE;
}

/**
 * mctl_zone_alloc() - allocate a block, bypassing the frame caches
 * @arena: the arena
 * @request: what is asked for; order, type and migratetype are in range
 * @reason: enum memctl_reason on failure; may be NULL
 *
 * Context: Any context but NMI, may sleep unless MCTL_REQUEST_NOWAIT is set.
 * Return: fn of the block, or MCTL_FN_NONE.
 */
u32 mctl_zone_alloc(struct mctl_arena *arena, const struct mctl_request *request, u32 *reason)
{
	const struct mctl_zonelist *list;
	struct mctl_zone *zone;
	unsigned long flags;
	u32 fn;

	if (unlikely(request->nid != NUMA_NO_NODE ||
		     request->flags & (MCTL_REQUEST_THISNODE | MCTL_REQUEST_MEMALLOC)))
		return alloc_slow(arena, request, reason);
	/* Mostly the nearest zone serves it, with a block of the migratetype. */
	list = &arena->zonelists[numa_node_id()];
	zone = &arena->zones[list->zone[request->type][0]];
	raw_spin_lock_irqsave(&zone->lock, flags);
	if (likely(zone->buddy.nr_free >=
		   (u64)zone->wmark_low + zone->reserve[request->type] + (1U << request->order))) {
		fn = mctl_buddy_alloc_own(&zone->buddy, request->order, request->mt, request->kind);
		if (likely(fn != MCTL_FN_NONE)) {
			zone->buddy.table->tag[fn] = request->tag;
			mctl_debug_frames_alloc(arena, fn, request->order);
			zone->nr_alloc++;
			mctl_watermark_unlock(zone, flags);
			return fn;
		}
	}
	zone->nr_lock++;
	raw_spin_unlock_irqrestore(&zone->lock, flags);
	return alloc_slow(container_of(zone->buddy.table, struct mctl_arena, table), request,
			  reason);
}

/**
 * mctl_zone_free() - free a block, bypassing the frame caches
 * @arena: the arena
 * @fn: the block's head, below the table's span
 * @state: the state that the head must be in, MCTL_STATE() of its kind and order
 *
 * Context: Any context but NMI.
 * Return: 0, or -EINVAL if the head is in another state (nothing changed).
 */
int mctl_zone_free(struct mctl_arena *arena, u32 fn, u8 state)
{
	struct mctl_zone *zone;
	unsigned long flags;

	zone = &arena->zones[arena->table.section[fn >> MCTL_SECTION_SHIFT].zone];
	raw_spin_lock_irqsave(&zone->lock, flags);
	if (unlikely(zone->buddy.table->state[fn] != state)) {
		zone->nr_lock++;
		raw_spin_unlock_irqrestore(&zone->lock, flags);
		return -EINVAL;
	}
	mctl_debug_frames_free(arena, fn, mctl_state_order(state));
	mctl_buddy_free(&zone->buddy, fn, mctl_state_order(state));
	if (mctl_hwpoison_any(arena))
		mctl_hwpoison_weed(arena, zone, fn, mctl_state_order(state));
	zone->nr_freed++;
	mctl_watermark_unlock(zone, flags);
	return 0;
}
