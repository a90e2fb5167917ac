// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_slabinfo.c - object caches, in the format of /proc/slabinfo or as a
 * table ("memctl cache list" prints the same table).
 */
#include <stdio.h>

#include "args.h"
#include "base/cmd.h"
#include "base/text.h"
#include "commands.h"
#include "view/cache_view.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

/* cache_show() in the kernel's mm/slab_common.c: 16 fields, no blank at the end. */
static void print_cache(const struct cache *cache)
{
	uint64_t nr_slabs = (uint64_t)cache->nr_full + cache->nr_partial + cache->nr_empty;
	uint64_t nr_active = (uint64_t)cache->nr_full + cache->nr_partial;

	/* Readers split at blanks: a name must be one word. */
	printf("%-17s %6llu %6llu %6u %4u %4u", text_escape(cache->name),
	       (unsigned long long)cache->nr_active, (unsigned long long)cache->nr_objects,
	       cache->stride, cache->per_slab,
	       cache->slab_order <= MEMCTL_MAX_ORDER ? 1u << cache->slab_order : 0);
	printf(" : tunables %4u %4u %4u", 0, 0, 0);
	printf(" : slabdata %6llu %6llu %6u\n", (unsigned long long)nr_active,
	       (unsigned long long)nr_slabs, 0);
}

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	struct list caches;
	int status;

	(void)args;
	if (!ctx_client(ctx, &status))
		return status;
	if (client_cache_list(ctx->client, ctx->arena, &caches))
		return fail_client(ctx, "arena '%s'", ctx->arena);
	status = MEMCTL_EXIT_OK;
	if (view_wanted(ctx)) {
		status = view_print(ctx, &cache_view, &caches);
	} else {
		puts("slabinfo - version: 2.1");
		puts("# name            <active_objs> <num_objs> <objsize> <objperslab> "
		     "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
		     "<active_slabs> <num_slabs> <sharedavail>");
		LIST_FOR_EACH(struct cache, cache, &caches)
			print_cache(cache);
	}
	list_free(&caches);
	return status;
}

static const struct verb verbs[] = {
	{ "show", "", "print them", show, 0, 0, 0, 0, &cache_view },
};

static const struct object object =
	OBJECT("slabinfo", "Object caches, in the format of /proc/slabinfo (version 2.1).", verbs);

int cmd_slabinfo(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
