// SPDX-License-Identifier: GPL-2.0
/*
 * region_range.c - the ranges of a region for processes: map, unmap, protect,
 * discard.
 */
#include <stdio.h>

#include "address.h"
#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/words.h"
#include "region_range.h"
#include "wire/client_space.h"
#include "wire/connect.h"

static int range_json(struct memctl_ctx *ctx, const char *region, uint64_t start, uint64_t size)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "name", json_text(region));
	json_object_object_add(object, "start", json_address(start));
	json_object_object_add(object, "end", json_address(start + size));
	return json_document(ctx, object);
}

int region_map(struct memctl_ctx *ctx, const struct args *args)
{
	struct client_vma_map map = {
		.region = args->words[0],
		.rights = args->rights,
		.file = args->file,
		.offset = args->offset,
	};
	uint64_t start;
	int status;

	if (GIVEN(args, OPT_OFFSET) && !GIVEN(args, OPT_FILE))
		return fail_usage(ctx, "region", "--offset goes with --file");
	if (!parse_size(args->words[1], &map.size))
		return fail_usage(ctx, "region", "'%s' is no size", args->words[1]);
	if (!ctx_client(ctx, &status))
		return status;
	if (args->address) {
		status = address_read(ctx, "region", args->address, args->words[0], &start);
		if (status)
			return status;
		map.start = &start;
	}
	if (client_vma_map(ctx->client, ctx->arena, &map, &start))
		return fail_client(ctx, "region '%s'", args->words[0]);
	if (!ctx->json) {
		if (!ctx->quiet)
			printf("0x%llx-0x%llx\n", (unsigned long long)start,
			       (unsigned long long)(start + map.size));
		return MEMCTL_EXIT_OK;
	}
	return range_json(ctx, args->words[0], start, map.size);
}

static int change(struct memctl_ctx *ctx, const struct args *args, enum client_vma_change what,
		  uint32_t rights)
{
	const char *region = args->words[0];
	uint64_t address, size;
	int status;

	if (!parse_size(args->words[2], &size))
		return fail_usage(ctx, "region", "'%s' is no size", args->words[2]);
	if (!ctx_client(ctx, &status))
		return status;
	status = address_read(ctx, "region", args->words[1], region, &address);
	if (status)
		return status;
	if (client_vma_change(ctx->client, ctx->arena, what, region, address, size, rights))
		return fail_client(ctx, "region '%s'", region);
	return ctx->json ? range_json(ctx, region, address, size) : MEMCTL_EXIT_OK;
}

int region_unmap(struct memctl_ctx *ctx, const struct args *args)
{
	return change(ctx, args, CLIENT_VMA_UNMAP, 0);
}

int region_protect(struct memctl_ctx *ctx, const struct args *args)
{
	uint32_t rights;

	if (!parse_rights(args->words[3], &rights))
		return fail_usage(ctx, "region", "'%s' are no rights: r, rw, or - for none",
				  args->words[3]);
	return change(ctx, args, CLIENT_VMA_PROTECT, rights);
}

int region_discard(struct memctl_ctx *ctx, const struct args *args)
{
	return change(ctx, args, CLIENT_VMA_DISCARD, 0);
}
