// SPDX-License-Identifier: GPL-2.0
/*
 * zone_view.c - the zones of an arena, fetched for whoever prints them.
 */
#include "client.h"
#include "cmd.h"
#include "connect.h"
#include "model.h"
#include "table.h"
#include "zone_view.h"

int zone_view_print(struct memctl_ctx *ctx,
		    int (*table)(struct memctl_ctx *ctx, const struct list *zones),
		    void (*text)(const struct list *zones))
{
	int status = MEMCTL_EXIT_OK;
	struct list zones;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_zone_list(ctx->client, ctx->arena, &zones))
		return fail_client(ctx, "arena '%s'", ctx->arena);
	if (view_wanted(ctx))
		status = table(ctx, &zones);
	else
		text(&zones);
	list_free(&zones);
	return status;
}
