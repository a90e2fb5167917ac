// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_region.c - managed ranges of virtual addresses.
 */
#include <stdio.h>

#include "args.h"
#include "region_view.h"

static const struct column columns[] = {
	COLUMN("ARENA", STRING, region, arena, REGION_ARENA, JSON, "name of the arena"),
	COLUMN("NAME", STRING, region, name, REGION_NAME, BOTH, "name of the region"),
	COLUMN("START", ADDRESS, region, start, REGION_START, BOTH, "first virtual address"),
	COLUMN("END", ADDRESS, region, end, REGION_END, BOTH, "address behind the last byte"),
	COLUMN("PAGES", U32, region, nr_pages, REGION_NR_PAGES, BOTH, "pages of 4 KiB"),
	COLUMN("MAPPED", U32, region, nr_mapped, REGION_NR_MAPPED, BOTH, "pages that are mapped"),
	COLUMN("TABLES", U32, region, nr_tables, REGION_NR_TABLES, BOTH,
	       "frames that hold the shadow's tables"),
	COLUMN("LEVELS", U32, region, levels, REGION_LEVELS, BOTH, "levels of the tables"),
	COLUMN("READONLY", FLAG, region, readonly, REGION_READONLY, BOTH, "no right to write"),
	COLUMN("GENERATION", U64, region, generation, REGION_GENERATION, JSON,
	       "generation of the arena"),
};

const struct view region_view = VIEW("region", columns);

static int list(struct memctl_ctx *ctx, const struct args *args)
{
	struct list regions;
	int status;

	(void)args;
	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_list(ctx->client, ctx->arena, &regions))
		return fail_client(ctx, "regions of arena '%s'", ctx->arena);
	status = view_print(ctx, &region_view, &regions);
	list_free(&regions);
	return status;
}

static int add(struct memctl_ctx *ctx, const struct args *args)
{
	struct json_object *object;
	struct region region;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_add(ctx->client, ctx->arena, args->words[0], args->pages,
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
	return json_document(ctx, "region", object);
}

static int del(struct memctl_ctx *ctx, const struct args *args)
{
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_del(ctx->client, ctx->arena, args->words[0]))
		return fail_client(ctx, "region '%s'", args->words[0]);
	return MEMCTL_EXIT_OK;
}

static const struct verb verbs[] = {
	{ "show", "", "the same as list", list, 0, 0, 0, 0, &region_view },
	{ "list", "", "print the regions", list, 0, 0, 0, 0, &region_view },
	{ "add", "NAME --pages N [--readonly]", "map frames and shadow the mapping", add,
	  BIT(OPT_READONLY), BIT(OPT_PAGES), 1, 1, NULL },
	{ "del", "NAME", "unmap, and free frames and tables", del, 0, 0, 1, 1, NULL },
};

static const struct object object =
	OBJECT("region",
	       "A region is a range of the kernel's virtual addresses, mapped to frames of the\n"
	       "arena and shadowed by page tables of our own (see 'memctl pt').",
	       verbs);

int cmd_region(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
