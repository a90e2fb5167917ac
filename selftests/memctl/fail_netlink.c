// SPDX-License-Identifier: GPL-2.0
/*
 * fail_netlink - a flow of fail_nth.c for each command of the family
 */
#include <stdint.h>
#include "fail_flow.h"

/* --- arenas, zones, chunks --- */

ACT(arena_get, ask(MEMCTL_CMD_ARENA_GET, ""))
ACT(arena_dump, ask_dump(MEMCTL_CMD_ARENA_GET, ""))
ACT(arena_drain, ask(MEMCTL_CMD_ARENA_DRAIN, ""))
ACT(arena_hash, ask(MEMCTL_CMD_ARENA_HASH, ""))
ACT(arena_add, ask(MEMCTL_CMD_ARENA_ADD, "sq", MEMCTL_A_ARENA_ARENA, "fn-new", MEMCTL_A_ARENA_SIZE,
		   (uint64_t)4 << 20))
ACT(arena_del, ask(MEMCTL_CMD_ARENA_DEL, "s", MEMCTL_A_ARENA_ARENA, "fn-new"))
UNDO(arena_gone, arena_del())
UNDO(arena_there, arena_add())
ACT(arena_grow, ask(MEMCTL_CMD_ARENA_GROW, "sq", MEMCTL_A_ARENA_ARENA, "fn-new",
		    MEMCTL_A_ARENA_SIZE, (uint64_t)8 << 20))
ACT(arena_shrink, ask(MEMCTL_CMD_ARENA_SHRINK, "sq", MEMCTL_A_ARENA_ARENA, "fn-new",
		      MEMCTL_A_ARENA_SIZE, (uint64_t)4 << 20))
ACT(zone_get, ask(MEMCTL_CMD_ZONE_GET, "w", MEMCTL_A_ZONE_INDEX, 1))
ACT(zone_dump, ask_dump(MEMCTL_CMD_ZONE_GET, ""))
ACT(chunk_dump, ask_dump(MEMCTL_CMD_CHUNK_GET, ""))

/* Where the first one starts follows from what the host gave. */
static uint32_t chunk_fn;
UNDO(chunk_found, chunk_dump(); chunk_fn = replied_number(&reply, MEMCTL_A_CHUNK_FN))
ACT(chunk_get, ask(MEMCTL_CMD_CHUNK_GET, "w", MEMCTL_A_CHUNK_FN, chunk_fn))

static void arena_grown(void)
{
	arena_add();
	arena_grow();
}

/* --- caches --- */

ACT(cache_add, ask(MEMCTL_CMD_CACHE_ADD, "sww", MEMCTL_A_CACHE_NAME, "fn", MEMCTL_A_CACHE_SIZE, 200,
		   MEMCTL_A_CACHE_FLAGS, MEMCTL_CACHE_FLAG_REDZONE))
ACT(cache_del, ask(MEMCTL_CMD_CACHE_DEL, "s", MEMCTL_A_CACHE_NAME, "fn"))
ACT(cache_get, ask(MEMCTL_CMD_CACHE_GET, "s", MEMCTL_A_CACHE_NAME, "kmalloc-8"))
ACT(cache_dump, ask_dump(MEMCTL_CMD_CACHE_GET, ""))
ACT(cache_shrink, ask(MEMCTL_CMD_CACHE_SHRINK, "s", MEMCTL_A_CACHE_NAME, "fn"))
UNDO(cache_gone, cache_del())

/* --- operations --- */

static uint32_t cache_id;

static struct memctl_op operation(unsigned int code, unsigned int order, uint64_t size)
{
	return (struct memctl_op){
		.code = code,
		.order = order,
		.size = size,
		.nid = -1,
		.zone = MEMCTL_ZONE_TYPE_NORMAL,
		.cache = code == MEMCTL_OP_CODE_OBJECT_ALLOC ? cache_id : 0,
	};
}

static int exec(const struct memctl_op *ops, size_t nr)
{
	const struct nlattr *attr;
	int ret = ask(MEMCTL_CMD_EXEC, "b", MEMCTL_A_EXEC_OPS, ops, nr * sizeof(*ops));
	const struct memctl_result *results;

	attr = ret ? NULL : replied(&reply, MEMCTL_A_EXEC_RESULTS);
	results = attr ? payload(attr) : NULL;
	for (size_t i = 0; results && !ret && i < nr; i++)
		ret = results[i].error;
	return ret;
}

static int exec_one_of(unsigned int code, unsigned int order, uint64_t size)
{
	struct memctl_op op = operation(code, order, size);

	return exec(&op, 1);
}

ACT(exec_page, exec_one_of(MEMCTL_OP_CODE_PAGE_ALLOC, 0, 0))
ACT(exec_block, exec_one_of(MEMCTL_OP_CODE_PAGE_ALLOC, 10, 0))
ACT(exec_object, exec_one_of(MEMCTL_OP_CODE_OBJECT_ALLOC, 0, 0))
ACT(exec_kmalloc, exec_one_of(MEMCTL_OP_CODE_KMALLOC, 0, 3000))
ACT(exec_large, exec_one_of(MEMCTL_OP_CODE_KMALLOC, 0, 100000))
UNDO(free_handles, ask(MEMCTL_CMD_HANDLE_FREE, ""))

/* What a replay sends: all kinds, and frees of what came before. */
static int exec_batch(void)
{
	struct memctl_op ops[12];

	for (unsigned int i = 0; i < 4; i++)
		ops[i] = operation(MEMCTL_OP_CODE_PAGE_ALLOC, 0, 0);
	ops[4] = operation(MEMCTL_OP_CODE_PAGE_ALLOC, 4, 0);
	ops[5] = operation(MEMCTL_OP_CODE_OBJECT_ALLOC, 0, 0);
	ops[6] = operation(MEMCTL_OP_CODE_KMALLOC, 0, 700);
	ops[7] = operation(MEMCTL_OP_CODE_KMALLOC, 0, 20000);
	for (unsigned int i = 8; i < 12; i++) {
		ops[i] = (struct memctl_op){ .flags = MEMCTL_OP_FLAG_REF, .handle = i - 4 };
		ops[i].code = i < 9  ? MEMCTL_OP_CODE_PAGE_FREE :
			      i < 10 ? MEMCTL_OP_CODE_OBJECT_FREE :
				       MEMCTL_OP_CODE_KFREE;
	}
	return exec(ops, 12);
}

/* More than one run of pages. */
static int exec_many(void)
{
	struct memctl_op ops[80];

	for (unsigned int i = 0; i < 80; i++)
		ops[i] = operation(MEMCTL_OP_CODE_PAGE_ALLOC, 0, 0);
	return exec(ops, 80);
}

static void cache_of_objects(void)
{
	cache_add();
	cache_id = replied_number(&reply, MEMCTL_A_CACHE_ID);
}

static void cache_with_objects(void)
{
	cache_of_objects();
	exec_object();
	free_handles();
}

static void objects_gone(void)
{
	free_handles();
	cache_del();
}

ACT(handle_dump, ask_dump(MEMCTL_CMD_HANDLE_GET, ""))
ACT(handle_free, ask(MEMCTL_CMD_HANDLE_FREE, ""))
UNDO(handles_there, exec_kmalloc())

/* --- regions in the kernel --- */

static int region_add(void)
{
	return ask(MEMCTL_CMD_REGION_ADD, "sw", MEMCTL_A_REGION_NAME, "fn",
		   MEMCTL_A_REGION_NR_PAGES, 40);
}

ACT(region_del, ask(MEMCTL_CMD_REGION_DEL, "s", MEMCTL_A_REGION_NAME, "fn"))
ACT(region_get, ask(MEMCTL_CMD_REGION_GET, "s", MEMCTL_A_REGION_NAME, "fn"))
ACT(region_dump, ask_dump(MEMCTL_CMD_REGION_GET, ""))
UNDO(region_there, region_add())

void region_gone(void)
{
	region_del();
}

static int pt_walk(void)
{
	static uint64_t start;
	int ret = region_get();

	if (ret)
		return ret;
	start = replied_number(&reply, MEMCTL_A_REGION_START);
	return ask(MEMCTL_CMD_PT_WALK, "sq", MEMCTL_A_PT_REGION, "fn", MEMCTL_A_PT_ADDRESS, start);
}

ACT(pt_dump, ask_dump(MEMCTL_CMD_PT_GET, ""))

int pt_verify(void)
{
	return ask(MEMCTL_CMD_PT_VERIFY, "");
}

ACT(pt_format_get, ask(MEMCTL_CMD_PT_FORMAT_GET, "w", MEMCTL_A_PT_FORMAT_INDEX, 3))
ACT(pt_format_dump, ask_dump(MEMCTL_CMD_PT_FORMAT_GET, ""))

/* --- questions --- */

ACT(what, ask(MEMCTL_CMD_WHAT, "q", MEMCTL_A_WHAT_PFN, (uint64_t)1))
ACT(why, ask(MEMCTL_CMD_WHY, "w", MEMCTL_A_WHY_ORDER, 3))

int verify(void)
{
	return ask(MEMCTL_CMD_VERIFY, "");
}

ACT(plant, ask(MEMCTL_CMD_PLANT, "w", MEMCTL_A_PLANT_SITE, 0))

/* --- TLBs --- */

static int tlb_add(void)
{
	static const struct memctl_tlb_array array = {
		.level = 1, .sets = 64, .ways = 8, .pages = 1
	};

	return ask(MEMCTL_CMD_TLB_ADD, "sb", MEMCTL_A_TLB_NAME, "fn", MEMCTL_A_TLB_ARRAYS, &array,
		   sizeof(array));
}

static int tlb_feed(void)
{
	static const struct memctl_tlb_access access = { .address = PAGE };

	return ask(MEMCTL_CMD_TLB_FEED, "sb", MEMCTL_A_TLB_NAME, "fn", MEMCTL_A_TLB_ACCESSES,
		   &access, sizeof(access));
}

ACT(tlb_get, ask(MEMCTL_CMD_TLB_GET, "s", MEMCTL_A_TLB_NAME, "fn"))
ACT(tlb_dump, ask_dump(MEMCTL_CMD_TLB_GET, ""))
ACT(tlb_clear, ask(MEMCTL_CMD_TLB_CLEAR, "s", MEMCTL_A_TLB_NAME, "fn"))
ACT(tlb_del, ask(MEMCTL_CMD_TLB_DEL, "s", MEMCTL_A_TLB_NAME, "fn"))
UNDO(tlb_there, tlb_add())
UNDO(tlb_gone, tlb_del())

/* --- injected faults, in an arena of which no try comes --- */

ACT(inject_add, ask(MEMCTL_CMD_INJECT_ADD, "sww", MEMCTL_A_INJECT_ARENA, OTHER,
		    MEMCTL_A_INJECT_SITE, MEMCTL_INJECT_SITE_SLAB, MEMCTL_A_INJECT_NTH, 1))
ACT(inject_dump, ask_dump(MEMCTL_CMD_INJECT_GET, "s", MEMCTL_A_INJECT_ARENA, OTHER))
ACT(inject_del, ask(MEMCTL_CMD_INJECT_DEL, "sf", MEMCTL_A_INJECT_ARENA, OTHER, MEMCTL_A_INJECT_ALL))
UNDO(inject_there, inject_add())
UNDO(inject_gone, inject_del())

/* These have hundreds of points, and take their time. */
const struct flow arena_flows[] = {
	{ "arena-add", NULL, NULL, arena_add, arena_gone, 0 },
	{ "arena-del", "fn-new", arena_there, arena_del, arena_gone, 0 },
	{ "arena-grow", "fn-new", arena_there, arena_grow, arena_gone, 0 },
	{ "arena-shrink", "fn-new", arena_grown, arena_shrink, arena_gone, 0 },
};

const unsigned int nr_arena_flows = ARRAY_SIZE(arena_flows);

const struct flow netlink_flows[] = {
	{ "arena-get", NULL, NULL, arena_get, NULL, 0 },
	{ "arena-get, dump", NULL, NULL, arena_dump, NULL, 0 },
	{ "arena-drain", NULL, NULL, arena_drain, NULL, 0 },
	{ "arena-hash", NULL, NULL, arena_hash, NULL, 0 },
	{ "zone-get", NULL, NULL, zone_get, NULL, 0 },
	{ "zone-get, dump", NULL, NULL, zone_dump, NULL, 0 },
	{ "chunk-get", NULL, chunk_found, chunk_get, NULL, 0 },
	{ "chunk-get, dump", NULL, NULL, chunk_dump, NULL, 0 },
	{ "cache-get", NULL, NULL, cache_get, NULL, 0 },
	{ "cache-get, dump", NULL, NULL, cache_dump, NULL, 0 },
	{ "cache-add", NULL, NULL, cache_add, cache_gone, 0 },
	{ "cache-del", NULL, cache_with_objects, cache_del, cache_gone, 0 },
	{ "cache-shrink", NULL, cache_with_objects, cache_shrink, cache_gone, 0 },
	{ "exec, a page", NULL, NULL, exec_page, free_handles, 0 },
	{ "exec, a block", NULL, NULL, exec_block, free_handles, 0 },
	{ "exec, the first object", NULL, cache_of_objects, exec_object, objects_gone, 0 },
	{ "exec, the second object", NULL, cache_with_objects, exec_object, objects_gone, 0 },
	{ "exec, kmalloc", NULL, NULL, exec_kmalloc, free_handles, 0 },
	{ "exec, a large kmalloc", NULL, NULL, exec_large, free_handles, 0 },
	{ "exec, a batch as of a replay", NULL, cache_of_objects, exec_batch, objects_gone, 0 },
	{ "exec, many", NULL, NULL, exec_many, free_handles, 0 },
	{ "handle-get, dump", NULL, handles_there, handle_dump, free_handles, 0 },
	{ "handle-free", NULL, handles_there, handle_free, free_handles, 0 },
	{ "region-add", NULL, NULL, region_add, region_gone, 0 },
	{ "region-get", NULL, region_there, region_get, region_gone, 0 },
	{ "region-get, dump", NULL, region_there, region_dump, region_gone, 0 },
	{ "region-del", NULL, region_there, region_del, region_gone, 0 },
	{ "pt-walk", NULL, region_there, pt_walk, region_gone, 0 },
	{ "pt-get, dump", NULL, region_there, pt_dump, region_gone, 0 },
	{ "pt-verify", NULL, region_there, pt_verify, region_gone, 0 },
	{ "pt-format-get", NULL, NULL, pt_format_get, NULL, 0 },
	{ "pt-format-get, dump", NULL, NULL, pt_format_dump, NULL, 0 },
	{ "what", NULL, NULL, what, NULL, -ENOENT },
	{ "why", NULL, NULL, why, NULL, 0 },
	{ "verify", NULL, NULL, verify, NULL, 0 },
	{ "plant", NULL, NULL, plant, NULL, -EPERM },
	{ "tlb-add", NULL, NULL, tlb_add, tlb_gone, 0 },
	{ "tlb-get", NULL, tlb_there, tlb_get, tlb_gone, 0 },
	{ "tlb-get, dump", NULL, tlb_there, tlb_dump, tlb_gone, 0 },
	{ "tlb-feed", NULL, tlb_there, tlb_feed, tlb_gone, 0 },
	{ "tlb-clear", NULL, tlb_there, tlb_clear, tlb_gone, 0 },
	{ "tlb-del", NULL, tlb_there, tlb_del, tlb_gone, 0 },
	{ "inject-add", OTHER, NULL, inject_add, inject_gone, 0 },
	{ "inject-get, dump", OTHER, inject_there, inject_dump, inject_gone, 0 },
	{ "inject-del", OTHER, inject_there, inject_del, inject_gone, 0 },
};

const unsigned int nr_netlink_flows = ARRAY_SIZE(netlink_flows);
