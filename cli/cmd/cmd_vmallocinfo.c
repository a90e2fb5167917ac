// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_vmallocinfo.c - virtual ranges of the arena's regions, in the format
 * of /proc/vmallocinfo ("memctl region list" prints the table).
 */
#include <stdio.h>

#include "args.h"
#include "base/cmd.h"
#include "base/text.h"
#include "commands.h"
#include "view/region_view.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

/* Regions that processes map are no ranges of the kernel. */
static void drop_spaces(struct list *regions)
{
	struct region *rows = regions->rows;
	size_t nr = 0;

	for (size_t i = 0; i < regions->nr; i++) {
		if (!rows[i].space)
			rows[nr++] = rows[i];
	}
	regions->nr = nr;
}

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	struct list regions;
	int status;

	(void)args;
	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_list(ctx->client, ctx->arena, &regions))
		return fail_client(ctx, "arena '%s'", ctx->arena);
	drop_spaces(&regions);
	status = MEMCTL_EXIT_OK;
	if (view_wanted(ctx)) {
		status = view_print(ctx, &region_view, &regions);
	} else {
		LIST_FOR_EACH(struct region, region, &regions)
			printf("0x%016llx-0x%016llx %7llu memctl/%s/%s pages=%u vmap\n",
			       (unsigned long long)region->start, (unsigned long long)region->end,
			       (unsigned long long)(region->end - region->start),
			       text_escape(region->arena), text_escape(region->name),
			       region->nr_pages);
	}
	list_free(&regions);
	return status;
}

static const struct verb verbs[] = {
	{ "show", "", "print them", show, 0, 0, 0, 0, &region_view },
};

static const struct object object =
	OBJECT("vmallocinfo",
	       "Virtual ranges of the arena's regions, in the format of /proc/vmallocinfo.", verbs);

int cmd_vmallocinfo(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
