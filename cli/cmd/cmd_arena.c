// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_arena.c - arenas: list, make, grow, shrink, drain, remove, hash.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/text.h"
#include "commands.h"
#include "view/arena_view.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

/* The arena that is named: as a word, or by -a; NULL for none. */
static int read_name(struct memctl_ctx *ctx, const struct args *args, const char **name)
{
	*name = args->nr_words ? args->words[0] : ctx->arena_given ? ctx->arena : NULL;
	if (args->nr_words && ctx->arena_given && strcmp(args->words[0], ctx->arena))
		return fail_usage(ctx, "arena", "two arenas are named: '%s' and, by -a, '%s'",
				  args->words[0], ctx->arena);
	return MEMCTL_EXIT_OK;
}

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	struct arena arena;
	struct list arenas;
	const char *name;
	int status = read_name(ctx, args, &name);

	if (status)
		return status;
	if (!ctx_client(ctx, &status))
		return status;
	if (name) {
		if (client_arena_get(ctx->client, name, &arena))
			return fail_client(ctx, "arena '%s'", name);
		return view_print_rows(ctx, &arena_view, &arena, 1, sizeof(arena));
	}
	if (client_arena_list(ctx->client, &arenas))
		return fail_client(ctx, "the arenas");
	status = view_print(ctx, &arena_view, &arenas);
	list_free(&arenas);
	return status;
}

static int add(struct memctl_ctx *ctx, const struct args *args)
{
	struct client_arena_add what = {
		.name = args->words[0],
		.size = args->size,
		.dma = args->dma,
		.dma32 = args->dma32,
		.nodes = GIVEN(args, OPT_NODES) ? args->nodes : NULL,
		.nr_nodes = args->nr_nodes,
		.no_cpu_caches = GIVEN(args, OPT_CPU_CACHES) && !args->cpu_caches,
	};
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_arena_add(ctx->client, &what))
		return fail_client(ctx, "arena '%s'", args->words[0]);
	return json_changed(ctx, "arena", args->words[0]);
}

static int del(struct memctl_ctx *ctx, const struct args *args)
{
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_arena_del(ctx->client, args->words[0]))
		return fail_client(ctx, "arena '%s'", args->words[0]);
	return json_changed(ctx, "arena", args->words[0]);
}

/* How many bytes it really was. */
static int print_size(struct memctl_ctx *ctx, const char *name, const char *word, uint64_t size)
{
	struct json_object *object;

	if (ctx->json) {
		object = json_object_new_object();
		json_object_object_add(object, "arena", json_text(name));
		json_object_object_add(object, "size", json_object_new_uint64(size));
		return json_document(ctx, object);
	}
	if (!ctx->quiet)
		printf("%s %s\n", word, text_size(ctx, size));
	return MEMCTL_EXIT_OK;
}

static int grow(struct memctl_ctx *ctx, const struct args *args)
{
	uint64_t size = args->size;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_arena_grow(ctx->client, args->words[0], &size,
			      GIVEN(args, OPT_NODES) ? args->nodes : NULL, args->nr_nodes))
		return fail_client(ctx, "arena '%s'", args->words[0]);
	return print_size(ctx, args->words[0], "added", size);
}

static int shrink(struct memctl_ctx *ctx, const struct args *args)
{
	uint64_t size = args->size;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_arena_shrink(ctx->client, args->words[0], &size))
		return fail_client(ctx, "arena '%s'", args->words[0]);
	return print_size(ctx, args->words[0], "gave back", size);
}

/* For what is asked of one arena. @name: the one that is named, else that of -a or its default. */
static int ask_of_one(struct memctl_ctx *ctx, const struct args *args, const char **name)
{
	int status = read_name(ctx, args, name);

	if (status)
		return status;
	if (!*name)
		*name = ctx->arena;
	return ctx_client(ctx, &status) ? MEMCTL_EXIT_OK : status;
}

static int drain(struct memctl_ctx *ctx, const struct args *args)
{
	struct json_object *object;
	struct arena drained;
	const char *name;
	int status = ask_of_one(ctx, args, &name);

	if (status)
		return status;
	if (client_arena_drain(ctx->client, name, &drained))
		return fail_client(ctx, "arena '%s'", name);
	if (!ctx->json) {
		if (!ctx->quiet)
			printf("gave back %" PRIu64 " frames, %" PRIu64 " objects\n",
			       drained.drained_frames, drained.drained_objects);
		return MEMCTL_EXIT_OK;
	}
	object = json_object_new_object();
	json_object_object_add(object, "arena", json_text(name));
	json_object_object_add(object, "frames", json_object_new_uint64(drained.drained_frames));
	json_object_object_add(object, "objects", json_object_new_uint64(drained.drained_objects));
	return json_document(ctx, object);
}

static int hash(struct memctl_ctx *ctx, const struct args *args)
{
	struct json_object *object;
	struct arena arena;
	const char *name;
	char text[20];
	int status = ask_of_one(ctx, args, &name);

	if (status)
		return status;
	if (client_arena_hash(ctx->client, name, &arena))
		return fail_client(ctx, "arena '%s'", name);
	snprintf(text, sizeof(text), "0x%016llx", (unsigned long long)arena.hash);
	if (!ctx->json) {
		puts(text);
		return MEMCTL_EXIT_OK;
	}
	object = json_object_new_object();
	json_object_object_add(object, "arena", json_text(name));
	json_object_object_add(object, "hash", json_object_new_string(text));
	json_object_object_add(object, "generation", json_object_new_uint64(arena.generation));
	return json_document(ctx, object);
}

static const struct verb verbs[] = {
	{ "show", "[NAME]", "print all arenas, or one", show, 0, 0, 0, 1, &arena_view },
	{ "add", "NAME --size SIZE [--dma SIZE] [--dma32 SIZE] [--nodes LIST] [--cpu-caches WORD]",
	  "take memory from the host and make an arena of it", add,
	  BIT(OPT_DMA) | BIT(OPT_DMA32) | BIT(OPT_NODES) | BIT(OPT_CPU_CACHES) | VERB_NO_ARENA,
	  BIT(OPT_SIZE), 1, 1, NULL },
	{ "grow", "NAME --size SIZE [--nodes LIST]", "take more memory from the host", grow,
	  BIT(OPT_NODES) | VERB_NO_ARENA, BIT(OPT_SIZE), 1, 1, NULL },
	{ "shrink", "NAME --size SIZE", "give chunks back that are wholly free", shrink,
	  VERB_NO_ARENA, BIT(OPT_SIZE), 1, 1, NULL },
	{ "drain", "[NAME]", "take back what the CPUs' caches hold, frames and objects", drain, 0,
	  0, 0, 1, NULL },
	{ "del", "NAME", "give everything back; refused while anybody uses it", del, VERB_NO_ARENA,
	  0, 1, 1, NULL },
	{ "hash", "[NAME]", "print the hash of its allocations and free lists", hash, 0, 0, 0, 1,
	  NULL },
};

static const struct object object =
	OBJECT("arena", "An arena is memory taken from the host, with its own allocators.", verbs);

int cmd_arena(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
