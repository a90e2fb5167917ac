// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_why.c - would this allocation succeed, from which zone, and if not,
 * what stops it in each zone of the fallback list.
 */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/document.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

/* Where no block is free. */
#define NONE UINT32_MAX

static struct json_object *largest(const void *row)
{
	const struct why_zone *zone = row;

	if (!HAS(zone, WHY_ZONE_LARGEST) || zone->largest == NONE)
		return NULL;
	return json_object_new_int64(zone->largest);
}

static struct json_object *block_order(const void *row)
{
	const struct why_zone *zone = row;

	if (!HAS(zone, WHY_ZONE_BLOCK_ORDER) || zone->block_order == NONE)
		return NULL;
	return json_object_new_int64(zone->block_order);
}

static struct json_object *block_from(const void *row)
{
	const struct why_zone *zone = row;

	if (!HAS(zone, WHY_ZONE_FROM_MIGRATETYPE) || zone->from_migratetype == NONE)
		return NULL;
	return json_object_new_string(migratetype_name(zone->from_migratetype));
}

/* The rest of what the watermark asks for, beside min and reserve: the request itself. */
static uint64_t request_frames(const struct why_zone *zone)
{
	uint64_t known = (uint64_t)zone->wmark_min + zone->reserve;

	return zone->need > known ? zone->need - known : 0;
}

/* What the zone has: frames that are free, and those that come back before it refuses. */
static void print_free(const struct why_zone *zone, char *text, size_t size)
{
	int length = snprintf(text, size, "free %u", zone->nr_free);

	if (zone->nr_cached && length > 0 && (size_t)length < size)
		snprintf(text + length, size - length, ", cached %u", zone->nr_cached);
}

static void explain(const struct why_zone *zone, char *text, size_t size)
{
	char block[48] = "no block is free";
	char free[48];

	print_free(zone, free, sizeof(free));
	switch (zone->reason) {
	case MEMCTL_REASON_NONE:
		if (zone->block_order == NONE || zone->nr_free < zone->need)
			snprintf(text, size, "granted when frame caches give back: %s, need %u",
				 free, zone->need);
		else
			snprintf(text, size, "granted: a block of order %u, %s", zone->block_order,
				 migratetype_name(zone->from_migratetype));
		break;
	case MEMCTL_REASON_WATERMARK:
		if (zone->need < zone->wmark_min) {
			snprintf(text, size, "watermark: %s, need %u", free, zone->need);
			break;
		}
		snprintf(text, size, "watermark: %s, need %u = min %u + reserve %u + request %llu",
			 free, zone->need, zone->wmark_min, zone->reserve,
			 (unsigned long long)request_frames(zone));
		break;
	case MEMCTL_REASON_FRAGMENTED:
		if (zone->largest != NONE)
			snprintf(block, sizeof(block), "largest free order %u", zone->largest);
		snprintf(text, size,
			 "fragmentation: %s, %u frames in suitable blocks, fragmentation index "
			 "%.3f",
			 block, zone->nr_suitable, zone->fragmentation_index / 1000.0);
		break;
	default:
		snprintf(text, size, "%s: %s, %s", reason_name(zone->reason),
			 reason_text(zone->reason), free);
	}
}

static struct json_object *explanation(const void *row)
{
	char text[200];

	explain(row, text, sizeof(text));
	return json_object_new_string(text);
}

static struct json_object *reason(const void *row)
{
	const struct why_zone *zone = row;

	return json_object_new_string(zone->reason ? reason_name(zone->reason) : "granted");
}

#define FRAMES(name, member, attr, use, help) \
	COLUMN(name, U32, why_zone, member, WHY_ZONE_##attr, use, help)

static const struct column columns[] = {
	FRAMES("NODE", node, NODE, BOTH, "NUMA node"),
	COLUMN_WORD("ZONE", zone_name, why_zone, type, WHY_ZONE_TYPE, BOTH, "zone"),
	COLUMN_MADE("VERDICT", reason, BOTH, "granted, or the reason against it"),
	FRAMES("FREE", nr_free, NR_FREE, BOTH, "free frames of 4 KiB"),
	FRAMES("CACHED", nr_cached, NR_CACHED, BOTH,
	       "frames in per-CPU frame caches; they come back before a refusal"),
	FRAMES("NEED", need, NEED, BOTH, "frames that the watermark asks for, request included"),
	FRAMES("MIN", wmark_min, WMARK_MIN, JSON, "min watermark, in frames"),
	FRAMES("RESERVE", reserve, RESERVE, JSON, "lowmem reserve, in frames"),
	COLUMN_COUNTED("LARGEST", largest, BOTH, "largest order with a free block"),
	FRAMES("SUITABLE", nr_suitable, NR_SUITABLE, BOTH,
	       "free frames in blocks that are large enough"),
	COLUMN("FRAG_INDEX", S32, why_zone, fragmentation_index, WHY_ZONE_FRAGMENTATION_INDEX, BOTH,
	       "thousandths: 0 for lack of memory, 1000 for fragmentation, -1000 granted"),
	COLUMN_COUNTED("BLOCK_ORDER", block_order, JSON, "order of the block to be taken"),
	COLUMN_MADE("FROM", block_from, JSON, "migratetype of the block to be taken"),
	COLUMN_MADE("REASON", explanation, BOTH, "the verdict in words"),
};

static const struct view view = VIEW(columns);

static const struct why_zone *granting_zone(const struct why *why)
{
	LIST_FOR_EACH(struct why_zone, zone, &why->zones) {
		if (!zone->reason)
			return zone;
	}
	return NULL;
}

static void print_verdict(const struct args *args, const struct why *why)
{
	const struct why_zone *zone = granting_zone(why);
	const struct why_zone *last;
	char text[200];

	if (why->granted && zone) {
		printf("An allocation of order %u would succeed, from node %u, zone %s.\n",
		       args->order, zone->node, zone_name(zone->type));
	} else if (why->granted) {
		printf("An allocation of order %u would succeed.\n", args->order);
	} else if (why->zones.nr) {
		last = (const struct why_zone *)why->zones.rows;
		explain(last, text, sizeof(text));
		printf("An allocation of order %u would be refused; node %u, zone %s: %s.\n",
		       args->order, last->node, zone_name(last->type), text);
	} else {
		printf("An allocation of order %u would be refused: there is no zone to try.\n",
		       args->order);
	}
}

static struct json_object *why_json(struct memctl_ctx *ctx, const struct args *args,
				    const struct why *why)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "order", json_object_new_int64(args->order));
	json_object_object_add(object, "granted", json_object_new_boolean(why->granted));
	json_object_object_add(object, "generation", json_object_new_uint64(why->generation));
	json_object_object_add(object, "zones",
			       view_json(ctx, &view, why->zones.rows, why->zones.nr,
					 sizeof(struct why_zone)));
	return object;
}

static int ask(struct memctl_ctx *ctx, const struct args *args)
{
	struct client_why question = {
		.order = args->order,
		.type = args->zone,
		.node = GIVEN(args, OPT_NODE) ? (int32_t)args->node : -1,
		.migratetype = args->migratetype,
		.thisnode = GIVEN(args, OPT_THIS_NODE),
		.memalloc = GIVEN(args, OPT_MEMALLOC),
	};
	struct why why;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_why(ctx->client, ctx->arena, &question, &why))
		return fail_client(ctx, "arena '%s'", ctx->arena);
	status = MEMCTL_EXIT_OK;
	if (ctx->json) {
		status = json_document(ctx, why_json(ctx, args, &why));
	} else if (!ctx->quiet) {
		if (!view_wanted(ctx))
			print_verdict(args, &why);
		status = view_print(ctx, &view, &why.zones);
	}
	if (ctx->quiet && !status && !why.granted)
		status = MEMCTL_EXIT_REFUSED;
	list_free(&why.zones);
	return status;
}

static const struct verb verbs[] = {
	{ "", "--order N [--zone ZONE] [--node N] [--this-node] [--migratetype TYPE] [--memalloc]",
	  "print the verdict and the zones tried; -q: exit status 2 if refused", ask,
	  BIT(OPT_ZONE) | BIT(OPT_NODE) | BIT(OPT_THIS_NODE) | BIT(OPT_MIGRATETYPE) |
		  BIT(OPT_MEMALLOC),
	  BIT(OPT_ORDER), 0, 0, &view },
};

static const struct object object =
	OBJECT("why",
	       "Would an allocation succeed now, from which zone, and if not: which watermark or\n"
	       "what fragmentation stops it? Nothing is allocated.",
	       verbs);

int cmd_why(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
