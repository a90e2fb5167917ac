// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_buddyinfo.c - free blocks of each order, zone by zone.
 */
#include <stdio.h>

#include "args.h"
#include "cmd.h"
#include "commands.h"
#include "model.h"
#include "table.h"
#include "words.h"
#include "zone_view.h"

static uint64_t blocks(const struct zone *zone, unsigned int order)
{
	uint64_t sum = 0;

	for (unsigned int mt = 0; mt < MODEL_NR_MIGRATETYPES; mt++)
		sum += zone->free_blocks[mt][order];
	return sum;
}

#define ORDER_CALL(order)                                          \
	static struct json_object *order_##order(const void *row)  \
	{                                                          \
		return json_object_new_uint64(blocks(row, order)); \
	}
ORDER_CALL(0)
ORDER_CALL(1)
ORDER_CALL(2)
ORDER_CALL(3)
ORDER_CALL(4)
ORDER_CALL(5)
ORDER_CALL(6)
ORDER_CALL(7)
ORDER_CALL(8)
ORDER_CALL(9)
ORDER_CALL(10)

static struct json_object *all_orders(const void *row)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int order = 0; order < MEMCTL_NR_ORDERS; order++)
		json_object_array_add(array, json_object_new_uint64(blocks(row, order)));
	return array;
}

#define ORDER_COLUMN(order) \
	COLUMN_COUNTED("ORDER" #order, order_##order, TEXT, "free blocks of 2^" #order " frames")

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

static int print_table(struct memctl_ctx *ctx, const struct list *zones)
{
	return view_print(ctx, &view, zones);
}

static void print_text(const struct list *zones)
{
	LIST_FOR_EACH(struct zone, zone, zones) {
		printf("Node %u, zone %8s ", zone->node, zone_name(zone->type));
		for (unsigned int order = 0; order < MEMCTL_NR_ORDERS; order++)
			printf("%6llu ", (unsigned long long)blocks(zone, order));
		putchar('\n');
	}
}

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	(void)args;
	return zone_view_print(ctx, print_table, print_text);
}

static const struct verb verbs[] = {
	{ "show", "", "print them", show, 0, 0, 0, 0, &view },
};

static const struct object object =
	OBJECT("buddyinfo",
	       "Free blocks of each order, zone by zone, in the format of /proc/buddyinfo.", verbs);

int cmd_buddyinfo(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
