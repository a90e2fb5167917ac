// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_iomem.c - the physical runs that an arena took from the host.
 */
#include <stdio.h>
#include <stdlib.h>

#include "args.h"
#include "base/cmd.h"
#include "base/document.h"
#include "base/text.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

#define PAGE_BYTES UINT64_C(4096)

static uint64_t chunk_bytes(const struct chunk *chunk)
{
	return chunk->order <= MEMCTL_MAX_ORDER ? PAGE_BYTES << chunk->order : 0;
}

static struct json_object *start(const void *row)
{
	const struct chunk *chunk = row;

	return HAS(chunk, CHUNK_PFN) ? json_address(chunk->pfn * PAGE_BYTES) : NULL;
}

static struct json_object *end(const void *row)
{
	const struct chunk *chunk = row;

	return HAS(chunk, CHUNK_PFN) ?
		       json_address(chunk->pfn * PAGE_BYTES + chunk_bytes(chunk) - 1) :
		       NULL;
}

static struct json_object *frames(const void *row)
{
	return json_object_new_uint64(chunk_bytes(row) / PAGE_BYTES);
}

static const struct column columns[] = {
	COLUMN("ARENA", STRING, chunk, arena, CHUNK_ARENA, JSON, "name of the arena"),
	COLUMN_MADE("START", start, BOTH, "physical address of the first byte"),
	COLUMN_MADE("END", end, BOTH, "physical address of the last byte"),
	COLUMN_COUNTED("FRAMES", frames, BOTH, "frames of 4 KiB"),
	COLUMN("NODE", U32, chunk, node, CHUNK_NODE, BOTH, "NUMA node"),
	COLUMN_WORD("ZONE", zone_name, chunk, type, CHUNK_TYPE, BOTH, "zone"),
	COLUMN("FREE", U32, chunk, nr_free, CHUNK_NR_FREE, BOTH, "free frames"),
	COLUMN("FN", U32, chunk, fn, CHUNK_FN, BOTH, "first arena frame number"),
	COLUMN("ORDER", U32, chunk, order, CHUNK_ORDER, JSON, "the chunk has 2^ORDER frames"),
	COLUMN("PFN", U64, chunk, pfn, CHUNK_PFN, JSON, "first physical frame number"),
	COLUMN("ADDRESS", ADDRESS, chunk, address, CHUNK_ADDRESS, JSON,
	       "kernel virtual address of the first byte"),
	COLUMN("GENERATION", U64, chunk, generation, CHUNK_GENERATION, JSON,
	       "generation of the arena"),
};

static const struct view view = VIEW(columns);

/* The arena numbers its longest run first; /proc/iomem goes by addresses. */
static int by_pfn(const void *a, const void *b)
{
	const struct chunk *one = a, *other = b;

	return (one->pfn > other->pfn) - (one->pfn < other->pfn);
}

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	struct list chunks;
	int status;

	(void)args;
	if (!ctx_client(ctx, &status))
		return status;
	if (client_chunk_list(ctx->client, ctx->arena, &chunks))
		return fail_client(ctx, "arena '%s'", ctx->arena);
	if (chunks.nr)
		qsort(chunks.rows, chunks.nr, sizeof(struct chunk), by_pfn);
	status = MEMCTL_EXIT_OK;
	if (view_wanted(ctx)) {
		status = view_print(ctx, &view, &chunks);
	} else {
		LIST_FOR_EACH(struct chunk, chunk, &chunks) {
			unsigned long long first = chunk->pfn * PAGE_BYTES;

			printf("%08llx-%08llx : memctl %s node %u %s\n", first,
			       first + chunk_bytes(chunk) - 1, text_escape(chunk->arena),
			       chunk->node, zone_name(chunk->type));
		}
	}
	list_free(&chunks);
	return status;
}

static const struct verb verbs[] = {
	{ "show", "", "print them", show, 0, 0, 0, 0, &view },
};

static const struct object object =
	OBJECT("iomem",
	       "The runs of physical memory that the arena took from the host, in the format of "
	       "/proc/iomem.",
	       verbs);

int cmd_iomem(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
