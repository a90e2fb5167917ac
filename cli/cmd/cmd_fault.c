// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_fault.c - injected faults: have allocations fail that need not.
 */
#include <stdio.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

static struct json_object *probability_of(const void *row)
{
	const struct inject *fault = row;
	char text[24];

	if (!HAS(fault, INJECT_PROBABILITY))
		return NULL;
	snprintf(text, sizeof(text), "%u.%06u", fault->probability / MEMCTL_INJECT_ALWAYS,
		 fault->probability % MEMCTL_INJECT_ALWAYS);
	return json_object_new_double_s((double)fault->probability / MEMCTL_INJECT_ALWAYS, text);
}

static const struct column columns[] = {
	COLUMN("ID", U32, inject, id, INJECT_ID, BOTH, "number of the fault"),
	COLUMN("ARENA", STRING, inject, arena, INJECT_ARENA, JSON, "name of the arena"),
	COLUMN_WORD("SITE", inject_site_name, inject, site, INJECT_SITE, BOTH, "what fails"),
	COLUMN("NTH", U32, inject, nth, INJECT_NTH, BOTH, "every NTH try fails"),
	COLUMN_COUNTED("PROBABILITY", probability_of, BOTH, "each try fails with it"),
	COLUMN("SEED", WIDE, inject, seed, INJECT_SEED, BOTH, "what the choices follow from"),
	COLUMN("TIMES", U32, inject, times, INJECT_TIMES, BOTH, "tries that fail at most, 0: all"),
	COLUMN("ORDER", U32, inject, order, INJECT_ORDER, BOTH, "blocks of this order alone"),
	COLUMN("CACHE", STRING, inject, cache, INJECT_CACHE, BOTH, "objects of this cache alone"),
	COLUMN("TRIES", U64, inject, nr_try, INJECT_NR_TRY, BOTH, "tries that it could make fail"),
	COLUMN("FAILED", U64, inject, nr_injected, INJECT_NR_INJECTED, BOTH,
	       "tries that it made fail"),
	COLUMN("GENERATION", U64, inject, generation, INJECT_GENERATION, JSON,
	       "generation of the arena"),
};

static const struct view fault_view = VIEW(columns);

static int list(struct memctl_ctx *ctx, const struct args *args)
{
	struct list faults;
	int status;

	(void)args;
	if (!ctx_client(ctx, &status))
		return status;
	if (client_inject_list(ctx->client, ctx->arena, &faults))
		return fail_client(ctx, "faults of arena '%s'", ctx->arena);
	status = view_print(ctx, &fault_view, &faults);
	list_free(&faults);
	return status;
}

static int print_id(struct memctl_ctx *ctx, uint32_t id)
{
	struct json_object *object;

	if (!ctx->json) {
		printf("%u\n", id);
		return MEMCTL_EXIT_OK;
	}
	object = json_object_new_object();
	json_object_object_add(object, "id", json_object_new_int64(id));
	return json_document(ctx, object);
}

static int add(struct memctl_ctx *ctx, const struct args *args)
{
	const struct client_inject inject = {
		.site = args->site,
		.nth = GIVEN(args, OPT_NTH) ? &args->nth : NULL,
		.probability = GIVEN(args, OPT_PROBABILITY) ? &args->probability : NULL,
		.times = GIVEN(args, OPT_TIMES) ? &args->times : NULL,
		.seed = GIVEN(args, OPT_SEED) ? &args->seed : NULL,
		.order = GIVEN(args, OPT_ORDER) ? &args->order : NULL,
		.cache = args->cache,
	};
	uint32_t id;
	int status;

	if (!inject.nth == !inject.probability)
		return fail_usage(ctx, "fault", "one of --nth and --probability is needed");
	if (inject.nth && !args->nth)
		return fail_usage(ctx, "fault", "--nth: '0' is no number from 1 on");
	if (inject.seed && !inject.probability)
		return fail_usage(ctx, "fault", "--seed goes with --probability");
	if (!ctx_client(ctx, &status))
		return status;
	if (client_inject_add(ctx->client, ctx->arena, &inject, &id))
		return fail_client(ctx, "a fault of site %s", inject_site_name(args->site));
	return print_id(ctx, id);
}

static int del(struct memctl_ctx *ctx, const struct args *args)
{
	struct json_object *object;
	uint32_t id = 0;
	int status;

	if (GIVEN(args, OPT_ALL) == args->nr_words)
		return fail_usage(ctx, "fault", "one of ID and --all is needed");
	if (args->nr_words && !parse_u32(args->words[0], &id))
		return fail_usage(ctx, "fault", "'%s' is no number of a fault", args->words[0]);
	if (!ctx_client(ctx, &status))
		return status;
	if (client_inject_del(ctx->client, ctx->arena, args->nr_words ? &id : NULL))
		return fail_client(ctx, "fault %u", id);
	if (!ctx->json)
		return MEMCTL_EXIT_OK;
	object = json_object_new_object();
	json_object_object_add(object, "id", args->nr_words ? json_object_new_int64(id) : NULL);
	return json_document(ctx, object);
}

static const struct verb verbs[] = {
	{ "list", "", "print the faults, and how often each has fired", list, 0, 0, 0, 0,
	  &fault_view },
	{ "show", "", "the same as list", list, 0, 0, 0, 0, &fault_view },
	{ "add",
	  "--site SITE --nth N|--probability P [--times N] [--seed N] [--order N] [--cache NAME]",
	  "set a fault, and print its number", add,
	  BIT(OPT_NTH) | BIT(OPT_PROBABILITY) | BIT(OPT_TIMES) | BIT(OPT_SEED) | BIT(OPT_ORDER) |
		  BIT(OPT_CACHE),
	  BIT(OPT_SITE), 0, 0, NULL },
	{ "del", "ID|--all", "remove a fault", del, BIT(OPT_ALL), 0, 0, 1, NULL },
};

static const char help_text[] =
	"Faults: allocations that fail though they need not, to see what comes of it.\n"
	"\n"
	"Sites:\n"
	"  alloc    a block of frames; --order: of this order alone\n"
	"  slab     an object of a cache, or of kmalloc; --cache: of this cache alone\n"
	"  table    a page table of a region\n"
	"  map      an entry for a page of a region\n"
	"  record   the host's memory for the arena's own records\n"
	"\n"
	"With --nth every Nth try fails, once where --times does not say otherwise; with\n"
	"--probability each try by chance, without end. Chance follows from --seed (1).\n"
	"While a fault of alloc or slab is set the CPUs' caches are empty and not used.";

static const struct object object = OBJECT("fault", help_text, verbs);

int cmd_fault(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
