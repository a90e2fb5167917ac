// SPDX-License-Identifier: GPL-2.0
/*
 * Views of zones: what each of them holds and has counted, its frame caches
 * included.
 *
 * Locks: none; the numbers may be of moments a little apart.
 */
#include <linux/string.h>
#include "frames/fcache.h"
#include "frames/zone.h"

/**
 * mctl_zone_type_name() - name of a zone type, as Linux prints it
 * @type: enum memctl_zone_type
 *
 * Context: Any context.
 * Return: the name.
 */
const char *mctl_zone_type_name(u32 type)
{
	static const char *const names[MCTL_NR_ZONE_TYPES] = {
		[MEMCTL_ZONE_TYPE_DMA] = "DMA",
		[MEMCTL_ZONE_TYPE_DMA32] = "DMA32",
		[MEMCTL_ZONE_TYPE_NORMAL] = "Normal",
	};

	return type < MCTL_NR_ZONE_TYPES ? names[type] : "?";
}

/* A section that is not one whole chunk can lack all frames of a pageblock. */
static bool has_pageblock(const struct mctl_table *table, u32 section, u32 fn)
{
	u32 i;

	if (!table->section[section].orders)
		return true;
	for (i = 0; i < 1U << MCTL_PAGEBLOCK_ORDER; i++)
		if (mctl_state_kind(READ_ONCE(table->state[fn + i])) != MCTL_KIND_ABSENT)
			return true;
	return false;
}

/**
 * mctl_zone_count_pageblocks() - how many pageblocks of a zone have each migratetype
 * @arena: the arena
 * @index: of the zone
 * @pageblocks: filled
 *
 * Walks all of the zone's pageblocks, which is why mctl_zone_info()
 * does not include it.
 *
 * Context: Any context; takes no lock.
 */
void mctl_zone_count_pageblocks(struct mctl_arena *arena, u32 index, u32 pageblocks[MCTL_NR_MT])
{
	const struct mctl_table *table = &arena->table;
	u32 i, block;

	memset(pageblocks, 0, MCTL_NR_MT * sizeof(*pageblocks));
	for (i = 0; i < READ_ONCE(arena->table.nr_sections); i++) {
		if (table->section[i].zone != index || !READ_ONCE(table->section[i].nr_frames))
			continue;
		for (block = 0; block < MCTL_SECTION_FRAMES >> MCTL_PAGEBLOCK_ORDER; block++) {
			u32 fn = (i << MCTL_SECTION_SHIFT) + (block << MCTL_PAGEBLOCK_ORDER);
			unsigned int mt = mctl_table_pageblock_mt(table, fn);

			if (mt < MCTL_NR_MT && has_pageblock(table, i, fn))
				pageblocks[mt]++;
		}
	}
}

/**
 * mctl_zone_info() - what is known of a zone
 * @arena: the arena
 * @index: of the zone
 * @info: filled
 *
 * Takes no lock: the numbers may be of moments a little apart.
 *
 * Context: Any context.
 * Return: 0, or -ENOENT when the arena has no such zone.
 */
int mctl_zone_info(struct mctl_arena *arena, u32 index, struct mctl_zone_info *info)
{
	const struct mctl_zone *zone;
	unsigned int mt, order, type;

	if (index >= arena->nr_zones)
		return -ENOENT;
	zone = &arena->zones[index];
	*info = (struct mctl_zone_info){
		.index = index,
		.node = zone->nid,
		.type = zone->type,
		.nr_free = READ_ONCE(zone->buddy.nr_free),
		.nr_frames = READ_ONCE(zone->buddy.nr_frames),
		.start_pfn = READ_ONCE(zone->start_pfn),
		.wmark_min = READ_ONCE(zone->wmark_min),
		.wmark_low = READ_ONCE(zone->wmark_low),
		.wmark_high = READ_ONCE(zone->wmark_high),
		.nr_alloc = READ_ONCE(zone->nr_alloc),
		.nr_freed = READ_ONCE(zone->nr_freed),
		.nr_failed = READ_ONCE(zone->nr_failed),
		.nr_split = READ_ONCE(zone->buddy.nr_split),
		.nr_merge = READ_ONCE(zone->buddy.nr_merge),
		.nr_steal = READ_ONCE(zone->buddy.nr_steal),
		.nr_lock = READ_ONCE(zone->nr_lock),
		.nr_refill = READ_ONCE(zone->nr_refill),
		.nr_drain = READ_ONCE(zone->nr_drain),
	};
	info->nr_lock += info->nr_alloc + info->nr_freed;
	info->spanned = READ_ONCE(zone->end_pfn) - info->start_pfn;
	for (type = 0; type < MCTL_NR_ZONE_TYPES; type++)
		info->reserve[type] = READ_ONCE(zone->reserve[type]);
	for (mt = 0; mt < MCTL_NR_MT; mt++)
		for (order = 0; order < MCTL_NR_ORDERS; order++)
			info->free_blocks[mt][order] =
				mctl_area_nr_free(&zone->buddy.area[mt], order);
	mctl_fcache_fold(arena, index, &info->nr_cached, &info->nr_alloc, &info->nr_freed);
	return 0;
}
