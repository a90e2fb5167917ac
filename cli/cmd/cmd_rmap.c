// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_rmap.c - from a frame to the pages of regions that it backs.
 */
#include <stdio.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/words.h"
#include "commands.h"
#include "view/pte.h"
#include "view/table.h"
#include "wire/client_space.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

static struct json_object *flags_of(const void *row)
{
	return pte_flags_json(((const struct rmap_place *)row)->entry, 1, true);
}

static const struct column columns[] = {
	COLUMN("REGION", STRING, rmap_place, region, RMAP_PLACE_REGION, BOTH, "name of the region"),
	COLUMN("ADDRESS", ADDRESS, rmap_place, address, RMAP_PLACE_ADDRESS, BOTH, "page in it"),
	COLUMN("ENTRY", ADDRESS, rmap_place, entry, RMAP_PLACE_ENTRY, BOTH, "the shadow's entry"),
	COLUMN_JOINED("FLAGS", flags_of, " ", BOTH, "P RW US PWT PCD A D PS PAT G NX, those set"),
	COLUMN("PROCESSES", U32, rmap_place, nr_processes, RMAP_PLACE_NR_PROCESSES, BOTH,
	       "address spaces that map the region"),
};

static const struct view view = VIEW(columns);

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	struct rmap rmap;
	uint64_t pfn;
	int status;

	if (!parse_u64(args->words[0], &pfn))
		return fail_usage(ctx, "rmap", "'%s' is no physical frame number", args->words[0]);
	if (!ctx_client(ctx, &status))
		return status;
	if (client_rmap(ctx->client, ctx->arena, pfn, &rmap))
		return fail_client(ctx, "pfn 0x%llx", (unsigned long long)pfn);
	status = view_print_rows(ctx, &view, rmap.places.rows, rmap.places.nr,
				 sizeof(struct rmap_place));
	if (rmap.nr_places > rmap.places.nr)
		note("%llu more are not listed",
		     (unsigned long long)(rmap.nr_places - rmap.places.nr));
	list_free(&rmap.places);
	return status;
}

static const struct verb verbs[] = {
	{ "", "PFN", "print them", show, 0, 0, 1, 1, &view },
};

static const struct object object =
	OBJECT("rmap",
	       "The pages of regions for processes that a physical frame backs: more than one\n"
	       "after a 'memctl region fork', until somebody writes.",
	       verbs);

int cmd_rmap(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
