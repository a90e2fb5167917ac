// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_page.c - blocks of frames: allocate, free, list.
 */
#include <stdio.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/words.h"
#include "commands.h"
#include "exec.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

#define OPTS_LIST (BIT(OPT_OWNER) | BIT(OPT_ALL) | BIT(OPT_KERNEL))

static int alloc(struct memctl_ctx *ctx, const struct args *args)
{
	struct memctl_op op = exec_op(args, MEMCTL_OP_CODE_PAGE_ALLOC);

	if (!args->count)
		return fail_usage(ctx, "page", "--count: '0' is no valid N");
	return exec_alloc(ctx, &op, args->count);
}

static int free_all(struct memctl_ctx *ctx, const struct args *args)
{
	uint32_t nr_freed;
	int status;

	if (GIVEN(args, OPT_OWNER) == GIVEN(args, OPT_FORCE))
		return fail_usage(ctx, "page",
				  "--all needs --owner TAG, or --force for every owner's");
	if (!ctx_client(ctx, &status))
		return status;
	if (client_handle_free(ctx->client, ctx->arena,
			       GIVEN(args, OPT_OWNER) ? &args->owner : NULL, &nr_freed))
		return fail_client(ctx, "handles of arena '%s'", ctx->arena);
	if (!ctx->json && !ctx->quiet)
		printf("freed %u handles\n", nr_freed);
	return ctx->json ? exec_freed_json(ctx, nr_freed) : MEMCTL_EXIT_OK;
}

static int free_pages(struct memctl_ctx *ctx, const struct args *args)
{
	if (GIVEN(args, OPT_ALL)) {
		if (args->nr_words)
			return fail_usage(ctx, "page", "--all or handles, not both");
		return free_all(ctx, args);
	}
	if (!args->nr_words)
		return fail_usage(ctx, "page", "which handles?");
	return exec_free(ctx, args, MEMCTL_OP_CODE_PAGE_FREE);
}

/* Blocks that no handle holds: those of modules that use the in-kernel API. */
static const struct column kernel_columns[] = {
	COLUMN("FN", U32, handle, fn, HANDLE_FN, BOTH, "arena frame number"),
	COLUMN("PFN", U64, handle, pfn, HANDLE_PFN, BOTH, "physical frame number"),
	COLUMN("SIZE", SIZE, handle, size, HANDLE_SIZE, BOTH, "bytes"),
	COLUMN("ORDER", U32, handle, order, HANDLE_ORDER, BOTH, "order of the block"),
	COLUMN("NODE", U32, handle, node, HANDLE_NODE, BOTH, "NUMA node"),
	COLUMN_WORD("ZONE", zone_name, handle, type, HANDLE_TYPE, BOTH, "zone"),
	COLUMN("SYMBOL", STRING, handle, symbol, HANDLE_SYMBOL, BOTH,
	       "code in the kernel that holds it"),
};

static const struct view kernel_view = VIEW(kernel_columns);

/* Columns that were named, and JSON, are of the one view of the command. */
static int list_kernel(struct memctl_ctx *ctx, const struct args *args)
{
	bool named = ctx->json || ctx->columns || ctx->all_columns;
	struct list blocks;
	int status;

	if (GIVEN(args, OPT_OWNER) || GIVEN(args, OPT_ALL))
		return fail_usage(ctx, "page", "--kernel: what has no handle has no owner's tag");
	if (!ctx_client(ctx, &status))
		return status;
	if (client_owned_list(ctx->client, ctx->arena, &blocks))
		return fail_client(ctx, "blocks of arena '%s'", ctx->arena);
	status = view_print(ctx, named ? &handle_view : &kernel_view, &blocks);
	list_free(&blocks);
	return status;
}

static int list(struct memctl_ctx *ctx, const struct args *args)
{
	static const uint32_t kind = MEMCTL_KIND_PAGE;

	if (GIVEN(args, OPT_KERNEL))
		return list_kernel(ctx, args);
	return exec_list(ctx, args, GIVEN(args, OPT_ALL) ? NULL : &kind);
}

static const struct verb verbs[] = {
	{ "show", "[--owner TAG] [--all] | --kernel", "the same as list", list, OPTS_LIST, 0, 0, 0,
	  &handle_view },
	{ "list", "[--owner TAG] [--all] | --kernel",
	  "print the handles of blocks, with --all those of objects too; --kernel: the blocks\n"
	  "      that code in the kernel holds, by its symbol",
	  list, OPTS_LIST, 0, 0, 0, &handle_view },
	{ "alloc",
	  "--order N [--count N] [--zone ZONE] [--node N] [--this-node] [--migratetype TYPE]\n"
	  "      [--owner TAG] [--zero] [--memalloc] [--atomic]",
	  "allocate blocks and print their handles", alloc, OPTS_ALLOC, BIT(OPT_ORDER), 0, 0,
	  NULL },
	{ "free", "HANDLE... [--owner TAG|--force] | --owner TAG --all | --force --all",
	  "free blocks; --all frees every handle of an owner, objects too", free_pages,
	  OPTS_FREE | BIT(OPT_ALL), 0, 0, -1, NULL },
};

static const struct object object =
	OBJECT("page", "Blocks of 2^order frames from the buddy allocator.", verbs);

int cmd_page(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
