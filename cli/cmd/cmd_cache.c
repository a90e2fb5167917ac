// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_cache.c - object caches: make, remove, shrink, list, allocate, free.
 */
#include <stdio.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "commands.h"
#include "exec.h"
#include "view/cache_view.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

static int list(struct memctl_ctx *ctx, const struct args *args)
{
	struct list caches;
	int status;

	(void)args;
	if (!ctx_client(ctx, &status))
		return status;
	if (client_cache_list(ctx->client, ctx->arena, &caches))
		return fail_client(ctx, "caches of arena '%s'", ctx->arena);
	status = view_print(ctx, &cache_view, &caches);
	list_free(&caches);
	return status;
}

static int add(struct memctl_ctx *ctx, const struct args *args)
{
	uint32_t flags = (GIVEN(args, OPT_REDZONE) ? MEMCTL_CACHE_FLAG_REDZONE : 0) |
			 (GIVEN(args, OPT_POISON) ? MEMCTL_CACHE_FLAG_POISON : 0) |
			 (GIVEN(args, OPT_HWALIGN) ? MEMCTL_CACHE_FLAG_HWALIGN : 0);
	struct json_object *object;
	uint32_t id;
	int status;

	if (args->size > UINT32_MAX)
		return fail_usage(ctx, "cache", "--size: above 4 GiB");
	if (!ctx_client(ctx, &status))
		return status;
	if (client_cache_add(ctx->client, ctx->arena, args->words[0], args->size, args->align,
			     flags, &id))
		return fail_client(ctx, "cache '%s'", args->words[0]);
	if (!ctx->json)
		return MEMCTL_EXIT_OK;
	object = json_object_new_object();
	json_object_object_add(object, "name", json_text(args->words[0]));
	json_object_object_add(object, "id", json_object_new_int64(id));
	return json_document(ctx, object);
}

static int del(struct memctl_ctx *ctx, const struct args *args)
{
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_cache_del(ctx->client, ctx->arena, args->words[0]))
		return fail_client(ctx, "cache '%s'", args->words[0]);
	return json_changed(ctx, "name", args->words[0]);
}

static int shrink(struct memctl_ctx *ctx, const struct args *args)
{
	struct json_object *object;
	uint32_t nr_frames;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_cache_shrink(ctx->client, ctx->arena, args->words[0], &nr_frames))
		return fail_client(ctx, "cache '%s'", args->words[0]);
	if (!ctx->json) {
		if (!ctx->quiet)
			printf("gave back %u frames\n", nr_frames);
		return MEMCTL_EXIT_OK;
	}
	object = json_object_new_object();
	json_object_object_add(object, "name", json_text(args->words[0]));
	json_object_object_add(object, "frames", json_object_new_int64(nr_frames));
	return json_document(ctx, object);
}

static int alloc(struct memctl_ctx *ctx, const struct args *args)
{
	struct memctl_op op = exec_op(args, MEMCTL_OP_CODE_OBJECT_ALLOC);
	struct cache cache;
	int status;

	if (!args->count)
		return fail_usage(ctx, "cache", "--count: '0' is no valid N");
	if (!ctx_client(ctx, &status))
		return status;
	if (client_cache_get(ctx->client, ctx->arena, args->words[0], &cache))
		return fail_client(ctx, "cache '%s'", args->words[0]);
	op.cache = cache.id;
	return exec_alloc(ctx, &op, args->count);
}

static int free_objects(struct memctl_ctx *ctx, const struct args *args)
{
	return exec_free(ctx, args, MEMCTL_OP_CODE_OBJECT_FREE);
}

#define OPTS_OBJECT                                                                            \
	(BIT(OPT_COUNT) | BIT(OPT_OWNER) | BIT(OPT_NODE) | BIT(OPT_ZERO) | BIT(OPT_MEMALLOC) | \
	 BIT(OPT_ATOMIC))

static const struct verb verbs[] = {
	{ "show", "", "the same as list", list, 0, 0, 0, 0, &cache_view },
	{ "list", "", "print the caches", list, 0, 0, 0, 0, &cache_view },
	{ "add", "NAME --size SIZE [--align SIZE] [--redzone] [--poison] [--hwalign]",
	  "make a cache of objects of SIZE bytes", add,
	  BIT(OPT_ALIGN) | BIT(OPT_REDZONE) | BIT(OPT_POISON) | BIT(OPT_HWALIGN), BIT(OPT_SIZE), 1,
	  1, NULL },
	{ "del", "NAME", "remove a cache; refused while objects live", del, 0, 0, 1, 1, NULL },
	{ "alloc", "NAME [--count N] [--owner TAG] [--node N] [--zero] [--memalloc] [--atomic]",
	  "allocate objects and print their handles", alloc, OPTS_OBJECT, 0, 1, 1, NULL },
	{ "free", "HANDLE... [--owner TAG|--force]", "free objects", free_objects, OPTS_FREE, 0, 1,
	  -1, NULL },
	{ "shrink", "NAME", "give the frames of free slabs back", shrink, 0, 0, 1, 1, NULL },
};

static const struct object object = OBJECT("cache", "Caches of objects of one size.", verbs);

int cmd_cache(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
