// SPDX-License-Identifier: GPL-2.0
/*
 * zones.c - fetches the zones of an arena, and has one of the commands print them.
 */
#include "args.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "zones.h"

static int print_table(struct memctl_ctx *ctx, const struct zones *zones, const struct list *list)
{
	return zones->table ? zones->table(ctx, list) : view_print(ctx, zones->view, list);
}

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	const struct zones *zones = args->of;
	int status = MEMCTL_EXIT_OK;
	struct list list;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_zone_list(ctx->client, ctx->arena, &list))
		return fail_client(ctx, "arena '%s'", ctx->arena);
	if (view_wanted(ctx))
		status = print_table(ctx, zones, &list);
	else
		zones->text(&list);
	list_free(&list);
	return status;
}

/**
 * zones_run() - run the command that prints zones
 * @ctx: context
 * @zones: how it prints them
 * @argc: number of arguments
 * @argv: arguments, the object's name first
 *
 * Return: exit status.
 */
int zones_run(struct memctl_ctx *ctx, const struct zones *zones, int argc, char **argv)
{
	const struct verb verb = { "show", "", "print them", show, 0, 0, 0, 0, zones->view };
	const struct object object = {
		.name = zones->name,
		.help = zones->help,
		.verbs = &verb,
		.nr = 1,
		.of = zones,
	};

	return verbs_run(ctx, &object, argc, argv);
}
