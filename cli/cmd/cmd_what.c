// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_what.c - what an address, a physical frame or a handle is: object,
 * slab, block, zone, chunk, mapping.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

/* Kernel addresses have the upper half to themselves; nothing else is that large. */
#define FIRST_ADDRESS (UINT64_C(1) << 47)
#define PAGE_BYTES    UINT64_C(4096)

static struct json_object *slab_use(const void *row)
{
	const struct what *what = row;
	char text[48];

	if (!HAS(what, WHAT_SLAB_OBJECTS))
		return NULL;
	snprintf(text, sizeof(text), "%u of %u objects in use", what->slab_inuse,
		 what->slab_objects);
	return json_object_new_string(text);
}

static struct json_object *object_state(const void *row)
{
	const struct what *what = row;

	if (!HAS(what, WHAT_OBJECT_INDEX))
		return NULL;
	return json_object_new_string(what->object_free ? "free" : "in use");
}

#define NUMBER(name, member, attr, use, help) \
	COLUMN(name, U32, what, member, WHAT_##attr, use, help)
#define ADDRESS(name, member, attr, use, help) \
	COLUMN(name, ADDRESS, what, member, WHAT_##attr, use, help)

static const struct column columns[] = {
	COLUMN("ARENA", STRING, what, arena, WHAT_ARENA, BOTH, "arena that has it"),
	ADDRESS("ADDRESS", address, ADDRESS, BOTH, "virtual address"),
	ADDRESS("HANDLE", handle, HANDLE, BOTH, "handle of the allocation"),
	COLUMN("CACHE", STRING, what, cache, WHAT_CACHE, BOTH, "cache of the object"),
	NUMBER("OBJECT", object_index, OBJECT_INDEX, BOTH, "number of the object in its slab"),
	NUMBER("OFFSET", object_offset, OBJECT_OFFSET, BOTH, "bytes from the object's start"),
	COLUMN_MADE("OBJECT_STATE", object_state, BOTH, "is the object free or in use"),
	COLUMN_MADE("SLAB_USE", slab_use, TEXT, "how full the slab is"),
	NUMBER("IN_USE", slab_inuse, SLAB_INUSE, JSON, "objects in use in the slab"),
	NUMBER("PER_SLAB", slab_objects, SLAB_OBJECTS, JSON, "objects in the slab"),
	COLUMN("STATE", STRING, what, state, WHAT_STATE, BOTH, "what the frame is in use for"),
	NUMBER("FN", fn, FN, BOTH, "arena frame number"),
	COLUMN("PFN", U64, what, pfn, WHAT_PFN, BOTH, "physical frame number"),
	NUMBER("BLOCK", block_fn, BLOCK_FN, BOTH, "first frame number of the block"),
	NUMBER("ORDER", block_order, BLOCK_ORDER, BOTH, "the block has 2^ORDER frames"),
	COLUMN_WORD("MIGRATETYPE", migratetype_name, what, migratetype, WHAT_MIGRATETYPE, BOTH,
		    "mobility of the pageblock"),
	NUMBER("OWNER", owner, OWNER, BOTH, "owner tag of the allocation"),
	ADDRESS("CALLER", caller, CALLER, BOTH,
		"code that allocated the block, or made the object's cache"),
	COLUMN("SYMBOL", STRING, what, symbol, WHAT_SYMBOL, BOTH, "what that code is called"),
	NUMBER("CPU", cpu, CPU, BOTH, "CPU whose frame cache holds the frame"),
	NUMBER("NODE", node, NODE, BOTH, "NUMA node"),
	COLUMN_WORD("ZONE", zone_name, what, type, WHAT_TYPE, BOTH, "zone"),
	NUMBER("CHUNK", chunk_fn, CHUNK_FN, BOTH, "first frame number of the chunk"),
	NUMBER("CHUNK_ORDER", chunk_order, CHUNK_ORDER, BOTH, "the chunk has 2^CHUNK_ORDER frames"),
	COLUMN("REGION", STRING, what, region, WHAT_REGION, BOTH, "region that maps the frame"),
	ADDRESS("MAPPED_AT", region_address, REGION_ADDRESS, BOTH, "where the region maps it"),
	ADDRESS("KERNEL", kernel_address, KERNEL_ADDRESS, BOTH, "address in the direct map"),
	COLUMN("GENERATION", U64, what, generation, WHAT_GENERATION, JSON,
	       "generation of the arena"),
};

static const struct view view = VIEW(columns);

/* "pfn:N", "handle:N", "address:N", or a number that speaks for itself. */
static bool parse_what(const char *text, enum client_what *by, uint64_t *value)
{
	if (!strncmp(text, "pfn:", 4)) {
		*by = CLIENT_WHAT_PFN;
		return parse_u64(text + 4, value);
	}
	if (!strncmp(text, "handle:", 7)) {
		*by = CLIENT_WHAT_HANDLE;
		return parse_u64(text + 7, value);
	}
	if (!strncmp(text, "address:", 8)) {
		*by = CLIENT_WHAT_ADDRESS;
		return parse_u64(text + 8, value);
	}
	if (!parse_u64(text, value))
		return false;
	if (*value >= FIRST_ADDRESS)
		*by = CLIENT_WHAT_ADDRESS;
	else if (!strncmp(text, "0x", 2) || !strncmp(text, "0X", 2))
		*by = CLIENT_WHAT_HANDLE;
	else
		*by = CLIENT_WHAT_PFN;
	return true;
}

/* What backs a page of a region for processes: the frame that the shadow says. */
static int ask_region(struct memctl_ctx *ctx, const char *region, uint64_t address)
{
	struct what what;
	struct pt pt;

	if (client_pt_walk(ctx->client, ctx->arena, region, address, &pt))
		return fail_client(ctx, "region '%s', address 0x%llx", region,
				   (unsigned long long)address);
	list_free(&pt.steps);
	list_free(&pt.mismatches);
	if (!HAS(&pt, PT_PHYSICAL))
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, ENOENT, "no frame is mapped there",
				  "region '%s', address 0x%llx", region,
				  (unsigned long long)address);
	if (client_what(ctx->client, ctx->arena, CLIENT_WHAT_PFN, pt.physical / PAGE_BYTES, &what))
		return fail_client(ctx, "region '%s', address 0x%llx", region,
				   (unsigned long long)address);
	what.present |= UINT64_C(1) << MEMCTL_A_WHAT_ADDRESS | UINT64_C(1) << MEMCTL_A_WHAT_REGION |
			UINT64_C(1) << MEMCTL_A_WHAT_REGION_ADDRESS;
	what.address = address;
	what.region_address = address & ~(PAGE_BYTES - 1);
	snprintf(what.region, sizeof(what.region), "%s", region);
	return view_print_lines(ctx, &view, &what);
}

/*
 * A number below the kernel's half may be an address of a process's region: the
 * prefix says so, or there is no handle of that number. @found: the region.
 */
static int find_region(struct memctl_ctx *ctx, const char *text, enum client_what by,
		       uint64_t value, char *found)
{
	bool address = by == CLIENT_WHAT_ADDRESS && value < FIRST_ADDRESS;
	struct what what;

	found[0] = '\0';
	if (by == CLIENT_WHAT_HANDLE && text[0] == '0')
		address = client_what(ctx->client, ctx->arena, by, value, &what) == -ENOENT;
	return address ? address_region(ctx, "what", value, found) : MEMCTL_EXIT_OK;
}

static int ask(struct memctl_ctx *ctx, const struct args *args)
{
	const char *text = args->words[0];
	char region[MODEL_NAME_SIZE];
	enum client_what by;
	struct what what;
	uint64_t value;
	int status;

	if (args->region || text[0] == '+') {
		if (!strncmp(text, "address:", 8))
			text += 8;
		status = address_find(ctx, "what", text, args->region, region, &value);
		return status ? status : ask_region(ctx, region, value);
	}
	if (!parse_what(text, &by, &value))
		return fail_usage(ctx, "what", "'%s' is no address, frame or handle", text);
	if (!ctx_client(ctx, &status))
		return status;
	status = find_region(ctx, text, by, value, region);
	if (status)
		return status;
	if (region[0])
		return ask_region(ctx, region, value);
	if (client_what(ctx->client, ctx->arena, by, value, &what))
		return fail_client(ctx, "'%s'", text);
	return view_print_lines(ctx, &view, &what);
}

static const struct verb verbs[] = {
	{ "", "ADDRESS|PFN|HANDLE [--region NAME]", "print what it is", ask, BIT(OPT_REGION), 0, 1,
	  1, &view },
};

static const struct object object =
	OBJECT("what",
	       "What something is: object, slab, block, zone, chunk, mapping.\n\n"
	       "A number of 2^47 or more is an address. A smaller one is a handle if written in\n"
	       "hex (0x..., as handles are printed), else a physical frame number. The prefixes\n"
	       "address:, handle: and pfn: say which it is.\n\n"
	       "With --region it is an address in that region for processes, or +SIZE from its\n"
	       "start; without, the one region that has the address is taken.",
	       verbs);

int cmd_what(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
