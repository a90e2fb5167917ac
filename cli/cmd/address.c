// SPDX-License-Identifier: GPL-2.0
/*
 * address.c - what stands for ADDRESS on the command line.
 */
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/words.h"
#include "wire/client_api.h"
#include "wire/client_space.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

int address_read(struct memctl_ctx *ctx, const char *object, const char *text, const char *region,
		 uint64_t *address)
{
	struct region row;
	uint64_t offset;
	int status;

	if (text[0] != '+') {
		if (!parse_u64(text, address))
			return fail_usage(ctx, object, "'%s' is no address", text);
		return MEMCTL_EXIT_OK;
	}
	if (!parse_size(text + 1, &offset))
		return fail_usage(ctx, object, "'%s' is no address", text);
	if (!region)
		return fail_usage(ctx, object, "'%s' counts from a region's start: --region NAME?",
				  text);
	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_get(ctx->client, ctx->arena, region, &row))
		return fail_client(ctx, "region '%s'", region);
	if (__builtin_add_overflow(row.start, offset, address))
		return fail_usage(ctx, object, "'%s' is behind the last address", text);
	return MEMCTL_EXIT_OK;
}

/* @found: the region for processes that has @address; "" if there is none, or it is not shown. */
int address_region(struct memctl_ctx *ctx, const char *object, uint64_t address, char *found)
{
	char names[256] = "";
	size_t used = 0;
	unsigned int nr = 0;
	struct list regions;

	found[0] = '\0';
	if (client_region_list(ctx->client, ctx->arena, &regions))
		return MEMCTL_EXIT_OK;
	LIST_FOR_EACH(struct region, region, &regions) {
		if (!region->space || address < region->start || address >= region->end)
			continue;
		nr++;
		strcpy(found, region->name);
		if (used < sizeof(names) - 1)
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used ? ", " : "", region->name);
	}
	list_free(&regions);
	if (nr < 2)
		return MEMCTL_EXIT_OK;
	return fail_usage(ctx, object, "address 0x%llx is in %u regions: %s; say --region NAME",
			  (unsigned long long)address, nr, names);
}

int address_find(struct memctl_ctx *ctx, const char *object, const char *text, const char *region,
		 char *found, uint64_t *address)
{
	int status = address_read(ctx, object, text, region, address);

	if (status || !ctx_client(ctx, &status))
		return status;
	if (!region)
		return address_region(ctx, object, *address, found);
	if (strlen(region) >= MODEL_NAME_SIZE)
		return fail_usage(ctx, object, "'%s' is too long for a name", region);
	strcpy(found, region);
	return MEMCTL_EXIT_OK;
}
