// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_buddyinfo.c - free blocks of each order, zone by zone.
 */
#include <stdio.h>

#include "base/cmd.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/model.h"
#include "zones.h"

/* Of the zone that is @row. */
static uint64_t blocks(const void *row, unsigned int order)
{
	const struct zone *zone = row;
	uint64_t sum = 0;

	for (unsigned int mt = 0; mt < MODEL_NR_MIGRATETYPES; mt++)
		sum += zone->free_blocks[mt][order];
	return sum;
}

static struct json_object *all_orders(const void *row)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int order = 0; order < MEMCTL_NR_ORDERS; order++)
		json_object_array_add(array, json_object_new_uint64(blocks(row, order)));
	return array;
}

#define ORDER_COLUMN(order) \
	COLUMN_COUNTED_AT("ORDER" #order, blocks, order, TEXT, "free blocks of 2^" #order " frames")

static const struct column columns[] = {
	COLUMN("ARENA", STRING, zone, arena, ZONE_ARENA, JSON, "name of the arena"),
	COLUMN("NODE", U32, zone, node, ZONE_NODE, BOTH, "NUMA node"),
	COLUMN_WORD("ZONE", zone_name, zone, type, ZONE_TYPE, BOTH, "zone"),
	ORDER_COLUMN(0),
	ORDER_COLUMN(1),
	ORDER_COLUMN(2),
	ORDER_COLUMN(3),
	ORDER_COLUMN(4),
	ORDER_COLUMN(5),
	ORDER_COLUMN(6),
	ORDER_COLUMN(7),
	ORDER_COLUMN(8),
	ORDER_COLUMN(9),
	ORDER_COLUMN(10),
	COLUMN("FREE", U32, zone, nr_free, ZONE_NR_FREE, BOTH, "free frames of 4 KiB"),
	COLUMN_MADE("ORDERS", all_orders, JSON, "free blocks of each order, from 0"),
	COLUMN("GENERATION", U64, zone, generation, ZONE_GENERATION, JSON,
	       "generation of the arena at which it was counted"),
};

static const struct view view = VIEW(columns);

static void print_text(const struct list *list)
{
	LIST_FOR_EACH(struct zone, zone, list) {
		printf("Node %u, zone %8s ", zone->node, zone_name(zone->type));
		for (unsigned int order = 0; order < MEMCTL_NR_ORDERS; order++)
			printf("%6llu ", (unsigned long long)blocks(zone, order));
		putchar('\n');
	}
}

static const struct zones zones = {
	.name = "buddyinfo",
	.help = "Free blocks of each order, zone by zone, in the format of /proc/buddyinfo.",
	.view = &view,
	.text = print_text,
};

int cmd_buddyinfo(struct memctl_ctx *ctx, int argc, char **argv)
{
	return zones_run(ctx, &zones, argc, argv);
}
