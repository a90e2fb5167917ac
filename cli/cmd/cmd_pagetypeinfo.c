// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_pagetypeinfo.c - free blocks by mobility, in the format of
 * /proc/pagetypeinfo; as a table, one row for each zone and migratetype.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cmd.h"
#include "base/complain.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/model.h"
#include "zones.h"

/* A row of the table: present is the zone's, so that its attributes can be asked for. */
struct row {
	uint64_t present;
	uint32_t node;
	uint32_t type;
	uint32_t migratetype;
	uint32_t pageblocks;
	uint32_t free_blocks[MEMCTL_NR_ORDERS];
};

static struct json_object *orders(const void *data)
{
	const struct row *row = data;
	struct json_object *array = json_object_new_array();

	for (unsigned int order = 0; order < MEMCTL_NR_ORDERS; order++)
		json_object_array_add(array, json_object_new_int64(row->free_blocks[order]));
	return array;
}

static struct json_object *free_frames(const void *data)
{
	const struct row *row = data;
	uint64_t sum = 0;

	for (unsigned int order = 0; order < MEMCTL_NR_ORDERS; order++)
		sum += (uint64_t)row->free_blocks[order] << order;
	return json_object_new_uint64(sum);
}

static const struct column columns[] = {
	COLUMN("NODE", U32, row, node, ZONE_NODE, BOTH, "NUMA node"),
	COLUMN_WORD("ZONE", zone_name, row, type, ZONE_TYPE, BOTH, "zone"),
	COLUMN_WORD("MIGRATETYPE", migratetype_name, row, migratetype, ZONE_FREE_BLOCKS, BOTH,
		    "mobility of the blocks"),
	COLUMN_COUNTED("FREE", free_frames, BOTH, "free frames of 4 KiB in blocks of this type"),
	COLUMN_MADE("ORDERS", orders, BOTH, "free blocks of each order, from 0"),
	COLUMN("PAGEBLOCKS", U32, row, pageblocks, ZONE_PAGEBLOCKS, BOTH,
	       "pageblocks of 2 MiB of this type"),
};

static const struct view view = VIEW(columns);

static int print_table(struct memctl_ctx *ctx, const struct list *list)
{
	size_t nr = list->nr * MODEL_NR_MIGRATETYPES;
	struct row *rows = calloc(nr + 1, sizeof(*rows));
	struct row *row = rows;
	int status;

	if (!rows)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory for the table");
	LIST_FOR_EACH(struct zone, zone, list) {
		for (unsigned int mt = 0; mt < MODEL_NR_MIGRATETYPES; mt++, row++) {
			*row = (struct row){ zone->present,	   zone->node, zone->type, mt,
					     zone->pageblocks[mt], { 0 } };
			for (unsigned int i = 0; i < MEMCTL_NR_ORDERS; i++)
				row->free_blocks[i] = zone->free_blocks[mt][i];
		}
	}
	status = view_print_rows(ctx, &view, rows, nr, sizeof(*rows));
	free(rows);
	return status;
}

static void print_free(const struct zone *zone)
{
	for (unsigned int mt = 0; mt < MODEL_NR_MIGRATETYPES; mt++) {
		printf("Node %4u, zone %8s, type %12s ", zone->node, zone_name(zone->type),
		       migratetype_name(mt));
		for (unsigned int order = 0; order < MEMCTL_NR_ORDERS; order++)
			printf("%6u ", zone->free_blocks[mt][order]);
		putchar('\n');
	}
}

static void print_pageblocks(const struct zone *zone)
{
	printf("Node %u, zone %8s ", zone->node, zone_name(zone->type));
	for (unsigned int mt = 0; mt < MODEL_NR_MIGRATETYPES; mt++)
		printf("%12u ", zone->pageblocks[mt]);
	putchar('\n');
}

/* One node, as pagetypeinfo_show() in the kernel's mm/vmstat.c has it. */
static void print_node(const struct zone *first, const struct zone *end)
{
	printf("Page block order: 9\nPages per block:  512\n\n");
	printf("%-43s ", "Free pages count per migrate type at order");
	for (unsigned int order = 0; order < MEMCTL_NR_ORDERS; order++)
		printf("%6u ", order);
	putchar('\n');
	for (const struct zone *zone = first; zone < end; zone++)
		print_free(zone);
	printf("\n%-23s", "Number of blocks type ");
	for (unsigned int mt = 0; mt < MODEL_NR_MIGRATETYPES; mt++)
		printf("%12s ", migratetype_name(mt));
	putchar('\n');
	for (const struct zone *zone = first; zone < end; zone++)
		print_pageblocks(zone);
}

static void print_text(const struct list *list)
{
	const struct zone *zone = list->rows, *end = zone + list->nr;

	while (zone < end) {
		const struct zone *first = zone;

		while (zone < end && zone->node == first->node)
			zone++;
		print_node(first, zone);
	}
}

static const struct zones zones = {
	.name = "pagetypeinfo",
	.help = "Free blocks by mobility and order, in the format of /proc/pagetypeinfo.",
	.view = &view,
	.table = print_table,
	.text = print_text,
};

int cmd_pagetypeinfo(struct memctl_ctx *ctx, int argc, char **argv)
{
	return zones_run(ctx, &zones, argc, argv);
}
