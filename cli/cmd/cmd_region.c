// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_region.c - managed ranges of virtual addresses.
 */
#include <stdio.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "commands.h"
#include "region_access.h"
#include "region_open.h"
#include "region_range.h"
#include "region_trace.h"
#include "view/region_view.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/client_space.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

static int list(struct memctl_ctx *ctx)
{
	struct list regions;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_list(ctx->client, ctx->arena, &regions))
		return fail_client(ctx, "regions of arena '%s'", ctx->arena);
	status = view_print(ctx, &region_view, &regions);
	list_free(&regions);
	return status;
}

/* One region, all that is known of it; without a name, all regions. */
static int show(struct memctl_ctx *ctx, const struct args *args)
{
	struct region region;
	int status;

	if (!args->nr_words)
		return list(ctx);
	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_get(ctx->client, ctx->arena, args->words[0], &region))
		return fail_client(ctx, "region '%s'", args->words[0]);
	return view_print_whole(ctx, &region_view, &region);
}

static int add(struct memctl_ctx *ctx, const struct args *args)
{
	const struct client_space_add space = {
		.name = args->words[0],
		.size = args->size,
		.limit = args->limit,
		.order = args->order,
		.window = args->window,
		.empty = GIVEN(args, OPT_EMPTY),
	};
	const uint64_t of_space = BIT(OPT_LIMIT) | BIT(OPT_ORDER) | BIT(OPT_WINDOW) |
				  BIT(OPT_EMPTY);
	bool is_space = GIVEN(args, OPT_SIZE);
	struct json_object *object;
	struct region region;
	int status;

	if (is_space == GIVEN(args, OPT_PAGES))
		return fail_usage(ctx, "region", "'region add' needs --pages N or --size SIZE");
	if (args->given & (is_space ? BIT(OPT_READONLY) : of_space))
		return fail_usage(ctx, "region",
				  is_space ? "--readonly goes with --pages" :
					     "--limit, --order, --window, --empty go with --size");
	if (!ctx_client(ctx, &status))
		return status;
	if (is_space ? client_space_add(ctx->client, ctx->arena, &space, &region) :
		       client_region_add(ctx->client, ctx->arena, args->words[0], args->pages,
					 GIVEN(args, OPT_READONLY), &region))
		return fail_client(ctx, "region '%s'", args->words[0]);
	if (!ctx->json) {
		if (!ctx->quiet)
			printf("0x%llx-0x%llx, %u levels\n", (unsigned long long)region.start,
			       (unsigned long long)region.end, region.levels);
		return MEMCTL_EXIT_OK;
	}
	object = json_object_new_object();
	json_object_object_add(object, "name", json_text(args->words[0]));
	json_object_object_add(object, "start", json_address(region.start));
	json_object_object_add(object, "end", json_address(region.end));
	json_object_object_add(object, "levels", json_object_new_int64(region.levels));
	return json_document(ctx, object);
}

static int del(struct memctl_ctx *ctx, const struct args *args)
{
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_del(ctx->client, ctx->arena, args->words[0]))
		return fail_client(ctx, "region '%s'", args->words[0]);
	return json_changed(ctx, "name", args->words[0]);
}

static int set(struct memctl_ctx *ctx, const struct args *args)
{
	const char *name = args->words[0];
	struct json_object *object;
	struct region before;
	int status;

	if (!GIVEN(args, OPT_LIMIT) && !GIVEN(args, OPT_WINDOW))
		return fail_usage(ctx, "region", "'region set' needs --limit FRAMES or --window N");
	if (!ctx_client(ctx, &status))
		return status;
	if (GIVEN(args, OPT_LIMIT) && GIVEN(args, OPT_WINDOW) &&
	    client_region_get(ctx->client, ctx->arena, name, &before))
		return fail_client(ctx, "region '%s'", name);
	if (GIVEN(args, OPT_WINDOW) &&
	    client_region_set(ctx->client, ctx->arena, name, NULL, &args->window))
		return fail_client(ctx, "region '%s'", name);
	if (GIVEN(args, OPT_LIMIT) &&
	    client_region_set(ctx->client, ctx->arena, name, &args->limit, NULL)) {
		status = fail_client(ctx, "region '%s'", name);
		/* Both or none, although a request changes one of them. */
		if (GIVEN(args, OPT_WINDOW))
			client_region_set(ctx->client, ctx->arena, name, NULL, &before.window);
		return status;
	}
	if (!ctx->json)
		return MEMCTL_EXIT_OK;
	object = json_object_new_object();
	json_object_object_add(object, "name", json_text(args->words[0]));
	json_object_object_add(object, "limit",
			       GIVEN(args, OPT_LIMIT) ? json_object_new_int64(args->limit) : NULL);
	json_object_object_add(object, "window",
			       GIVEN(args, OPT_WINDOW) ? json_object_new_int64(args->window) :
							 NULL);
	return json_document(ctx, object);
}

static int fork_region(struct memctl_ctx *ctx, const struct args *args)
{
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_fork(ctx->client, ctx->arena, args->words[0], args->words[1]))
		return fail_client(ctx, "region '%s'", args->words[1]);
	return json_changed(ctx, "name", args->words[1]);
}

#define OPTS_ADD                                                                                \
	(BIT(OPT_PAGES) | BIT(OPT_READONLY) | BIT(OPT_SIZE) | BIT(OPT_LIMIT) | BIT(OPT_ORDER) | \
	 BIT(OPT_WINDOW) | BIT(OPT_EMPTY))

static const struct verb verbs[] = {
	{ "show", "[NAME]", "print all that is known of a region; the same as list without NAME",
	  show, 0, 0, 0, 1, &region_view },
	{ "list", "", "print the regions", show, 0, 0, 0, 0, &region_view },
	{ "add",
	  "NAME --pages N [--readonly] |\n"
	  "      NAME --size SIZE [--limit FRAMES] [--order 0|9] [--window N] [--empty]",
	  "map frames in the kernel and shadow the mapping, or make a region for processes", add,
	  OPTS_ADD, 0, 1, 1, NULL },
	{ "del", "NAME", "unmap, and free frames and tables", del, 0, 0, 1, 1, NULL },
	{ "set", "NAME [--limit FRAMES] [--window N]", "change it", set,
	  BIT(OPT_LIMIT) | BIT(OPT_WINDOW), 0, 1, 1, NULL },
	{ "fork", "NAME NEW", "make NEW, which shares all frames of NAME until one of them writes",
	  fork_region, 0, 0, 2, 2, NULL },
	{ "map", "NAME SIZE [--address ADDRESS] [--rights RIGHTS] [--file FILE [--offset SIZE]]",
	  "add a vma", region_map,
	  BIT(OPT_ADDRESS) | BIT(OPT_RIGHTS) | BIT(OPT_FILE) | BIT(OPT_OFFSET), 0, 2, 2, NULL },
	{ "unmap", "NAME ADDRESS SIZE", "remove the vmas of a range, and free what backs them",
	  region_unmap, 0, 0, 3, 3, NULL },
	{ "protect", "NAME ADDRESS SIZE RIGHTS", "change the rights of a range", region_protect, 0,
	  0, 4, 4, NULL },
	{ "discard", "NAME ADDRESS SIZE",
	  "free what backs a range; the next access finds zeros, or the file's bytes",
	  region_discard, 0, 0, 3, 3, NULL },
	{ "read", "NAME ADDRESS [SIZE]", "print bytes (default: 64), with -r as they are",
	  region_read, VERB_RAW, 0, 2, 3, NULL },
	{ "write", "NAME ADDRESS [SIZE] [--data TEXT]",
	  "write TEXT, or standard input to its end or SIZE bytes", region_write, BIT(OPT_DATA), 0,
	  2, 3, NULL },
	{ "touch", "NAME ADDRESS [SIZE] [--write]", "fault each page of a range in", region_touch,
	  BIT(OPT_WRITE), 0, 2, 3, NULL },
	{ "idle", "NAME [--clear] [--wait SECONDS]", "count the pages touched since the last clear",
	  region_idle, BIT(OPT_CLEAR) | BIT(OPT_WAIT), 0, 1, 1, &idle_view },
	{ "trace", "NAME [--count N] [--timeout SECONDS]",
	  "print faults until interrupted; -J: one JSON object a line", region_trace,
	  BIT(OPT_COUNT) | BIT(OPT_TIMEOUT), 0, 1, 1, &trace_view },
	{ "open", "NAME [--readonly] -- COMMAND [ARGUMENTS]",
	  "run COMMAND with the region's file as descriptor 3, its path in $MEMCTL_REGION",
	  region_open, BIT(OPT_READONLY), 0, 2, -1, NULL },
};

static const char help_text[] =
	"A region is a range of virtual addresses with page tables of our own (see 'memctl\n"
	"pt'). One with --pages is mapped in the kernel, all of it; one with --size is mapped\n"
	"by processes through /dev/memctl and gets its frames by faults. An ADDRESS may be\n"
	"+SIZE, from the start of the region.";

static const struct object object = OBJECT("region", help_text, verbs);

int cmd_region(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
