// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_zoneinfo.c - zones: sizes, watermarks, reserves, frame caches.
 */
#include <stdio.h>

#include "base/cmd.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/model.h"
#include "zones.h"

static struct json_object *protection(const void *row)
{
	const struct zone *zone = row;
	struct json_object *array;

	if (!HAS(zone, ZONE_RESERVE))
		return NULL;
	array = json_object_new_array();
	for (unsigned int i = 0; i < MODEL_NR_ZONE_TYPES; i++)
		json_object_array_add(array, json_object_new_int64(zone->reserve[i]));
	return array;
}

static struct json_object *pagesets(const void *row)
{
	const struct zone *zone = row;
	struct json_object *array = json_object_new_array();
	unsigned int number = 0;

	LIST_FOR_EACH(struct cpu_cached, cpu, &zone->cpu_cached) {
		struct json_object *object;

		number++;
		if (cpu->high == MODEL_CPU_OFF)
			continue;
		object = json_object_new_object();
		json_object_object_add(object, "cpu", json_object_new_int64(number - 1));
		json_object_object_add(object, "count", json_object_new_int64(cpu->count));
		json_object_object_add(object, "high", json_object_new_int64(cpu->high));
		json_object_object_add(object, "batch", json_object_new_int64(cpu->batch));
		json_object_array_add(array, object);
	}
	return array;
}

#define COUNTER(name, member, attr, use, help) \
	COLUMN(name, U64, zone, member, ZONE_##attr, use, help)
#define FRAMES(name, member, attr, use, help) \
	COLUMN(name, U32, zone, member, ZONE_##attr, use, help)

static const struct column columns[] = {
	COLUMN("ARENA", STRING, zone, arena, ZONE_ARENA, JSON, "name of the arena"),
	COLUMN("INDEX", U32, zone, index, ZONE_INDEX, JSON, "number of the zone in its arena"),
	COLUMN("NODE", U32, zone, node, ZONE_NODE, BOTH, "NUMA node"),
	COLUMN_WORD("ZONE", zone_name, zone, type, ZONE_TYPE, BOTH, "zone"),
	FRAMES("FREE", nr_free, NR_FREE, BOTH, "free frames of 4 KiB"),
	FRAMES("CACHED", nr_cached, NR_CACHED, BOTH, "frames in per-CPU frame caches"),
	FRAMES("MIN", wmark_min, WMARK_MIN, BOTH, "min watermark, in frames"),
	FRAMES("LOW", wmark_low, WMARK_LOW, BOTH, "low watermark, in frames"),
	FRAMES("HIGH", wmark_high, WMARK_HIGH, BOTH, "high watermark, in frames"),
	COUNTER("SPANNED", spanned, SPANNED, BOTH, "last minus first frame number plus one"),
	FRAMES("PRESENT", nr_frames, NR_FRAMES, BOTH, "frames present, all managed"),
	COUNTER("START_PFN", start_pfn, START_PFN, BOTH, "first physical frame number (root)"),
	COLUMN_MADE("PROTECTION", protection, BOTH, "lowmem reserve against each zone, in frames"),
	COLUMN_MADE("PAGESETS", pagesets, JSON, "frame cache of each CPU: count, high, batch"),
	COUNTER("ALLOC", nr_alloc, NR_ALLOC, JSON, "blocks allocated so far"),
	COUNTER("FREED", nr_freed, NR_FREED, JSON, "blocks freed so far"),
	COUNTER("FAILED", nr_failed, NR_FAILED, JSON, "block allocations refused so far"),
	COUNTER("SPLIT", nr_split, NR_SPLIT, JSON, "blocks split so far"),
	COUNTER("MERGE", nr_merge, NR_MERGE, JSON, "blocks merged so far"),
	COUNTER("LOCK", nr_lock, NR_LOCK, JSON, "times that the zone lock was taken"),
	COUNTER("REFILL", nr_refill, NR_REFILL, JSON, "times that a frame cache was filled"),
	COUNTER("DRAIN", nr_drain, NR_DRAIN, JSON, "times that a frame cache was drained"),
	COUNTER("STEAL", nr_steal, NR_STEAL, JSON, "pageblocks that changed their migratetype"),
	COUNTER("GENERATION", generation, GENERATION, JSON, "generation of the arena"),
};

static const struct view view = VIEW(columns);

static void print_pagesets(const struct zone *zone)
{
	unsigned int number = 0;

	printf("\n  pagesets");
	LIST_FOR_EACH(struct cpu_cached, cpu, &zone->cpu_cached) {
		if (cpu->high != MODEL_CPU_OFF)
			printf("\n    cpu: %u"
			       "\n              count: %u"
			       "\n              high:  %u"
			       "\n              batch: %u",
			       number, cpu->count, cpu->high, cpu->batch);
		number++;
	}
}

/* The text of zoneinfo_show_print() in the kernel's mm/vmstat.c, without what we do not have. */
static void print_zone(const struct zone *zone)
{
	printf("Node %u, zone %8s"
	       "\n  pages free     %u"
	       "\n        boost    0"
	       "\n        min      %u"
	       "\n        low      %u"
	       "\n        high     %u"
	       "\n        spanned  %llu"
	       "\n        present  %u"
	       "\n        managed  %u"
	       "\n        cma      0",
	       zone->node, zone_name(zone->type), zone->nr_free, zone->wmark_min, zone->wmark_low,
	       zone->wmark_high, (unsigned long long)zone->spanned, zone->nr_frames,
	       zone->nr_frames);
	printf("\n        protection: (%u", zone->reserve[0]);
	for (unsigned int i = 1; i < MODEL_NR_ZONE_TYPES; i++)
		printf(", %u", zone->reserve[i]);
	putchar(')');
	print_pagesets(zone);
	/* The kernel's readers want a number here, and get 0 where it is hidden. */
	printf("\n  start_pfn:           %llu\n", (unsigned long long)zone->start_pfn);
}

static void print_text(const struct list *list)
{
	LIST_FOR_EACH(struct zone, zone, list)
		print_zone(zone);
}

static const struct zones zones = {
	.name = "zoneinfo",
	.help = "Zones with their watermarks and frame caches, in the format of /proc/zoneinfo.\n"
		"Physical frame numbers are for root: to others start_pfn is 0.",
	.view = &view,
	.text = print_text,
};

int cmd_zoneinfo(struct memctl_ctx *ctx, int argc, char **argv)
{
	return zones_run(ctx, &zones, argc, argv);
}
