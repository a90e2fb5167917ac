// SPDX-License-Identifier: GPL-2.0
/*
 * client_api.c - one function per command of the family: which attributes
 * go in, which struct comes out. client.h has the contracts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client_api.h"
#include "client_priv.h"
#include "decode.h"
#include "schema.h"

int client_arena_get(struct client *c, const char *arena, struct arena *out)
{
	return request_row(request_new(c, MEMCTL_CMD_ARENA_GET, arena), &arena_schema, out);
}

int client_arena_list(struct client *c, struct list *arenas)
{
	return request_list(request_new(c, MEMCTL_CMD_ARENA_GET, NULL), &arena_schema, arenas);
}

int client_arena_add(struct client *c, const struct client_arena_add *add)
{
	struct request *r = request_new(c, MEMCTL_CMD_ARENA_ADD, add->name);

	request_u64(r, MEMCTL_A_ARENA_SIZE, add->size);
	if (add->dma)
		request_u64(r, MEMCTL_A_ARENA_DMA, add->dma);
	if (add->dma32)
		request_u64(r, MEMCTL_A_ARENA_DMA32, add->dma32);
	if (add->nodes)
		request_data(r, MEMCTL_A_ARENA_NODES, add->nodes,
			     add->nr_nodes * sizeof(*add->nodes));
	request_flag(r, MEMCTL_A_ARENA_NO_CPU_CACHES, add->no_cpu_caches);
	return request_row(r, NULL, NULL);
}

int client_arena_del(struct client *c, const char *arena)
{
	return request_row(request_new(c, MEMCTL_CMD_ARENA_DEL, arena), NULL, NULL);
}

int client_arena_grow(struct client *c, const char *arena, uint64_t *size, const uint32_t *nodes,
		      unsigned int nr_nodes)
{
	struct request *r = request_new(c, MEMCTL_CMD_ARENA_GROW, arena);
	struct arena reply;
	int ret;

	request_u64(r, MEMCTL_A_ARENA_SIZE, *size);
	if (nodes)
		request_data(r, MEMCTL_A_ARENA_NODES, nodes, nr_nodes * sizeof(*nodes));
	ret = request_row(r, &arena_schema, &reply);
	*size = reply.size;
	return ret;
}

int client_arena_shrink(struct client *c, const char *arena, uint64_t *size)
{
	struct request *r = request_new(c, MEMCTL_CMD_ARENA_SHRINK, arena);
	struct arena reply;
	int ret;

	request_u64(r, MEMCTL_A_ARENA_SIZE, *size);
	ret = request_row(r, &arena_schema, &reply);
	*size = reply.size;
	return ret;
}

int client_arena_drain(struct client *c, const char *arena, struct arena *out)
{
	return request_row(request_new(c, MEMCTL_CMD_ARENA_DRAIN, arena), &arena_schema, out);
}

int client_arena_hash(struct client *c, const char *arena, struct arena *out)
{
	return request_row(request_new(c, MEMCTL_CMD_ARENA_HASH, arena), &arena_schema, out);
}

int client_zone_list(struct client *c, const char *arena, struct list *zones)
{
	return request_list(request_new(c, MEMCTL_CMD_ZONE_GET, arena), &zone_schema, zones);
}

int client_chunk_list(struct client *c, const char *arena, struct list *chunks)
{
	return request_list(request_new(c, MEMCTL_CMD_CHUNK_GET, arena), &chunk_schema, chunks);
}

int client_cache_list(struct client *c, const char *arena, struct list *caches)
{
	return request_list(request_new(c, MEMCTL_CMD_CACHE_GET, arena), &cache_schema, caches);
}

int client_cache_get(struct client *c, const char *arena, const char *name, struct cache *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_CACHE_GET, arena);

	request_string(r, MEMCTL_A_CACHE_NAME, name);
	return request_row(r, &cache_schema, out);
}

int client_cache_add(struct client *c, const char *arena, const char *name, uint32_t size,
		     uint32_t align, uint32_t flags, uint32_t *id)
{
	struct request *r = request_new(c, MEMCTL_CMD_CACHE_ADD, arena);
	struct cache reply;
	int ret;

	request_string(r, MEMCTL_A_CACHE_NAME, name);
	request_u32(r, MEMCTL_A_CACHE_SIZE, size);
	if (align)
		request_u32(r, MEMCTL_A_CACHE_ALIGN, align);
	if (flags)
		request_u32(r, MEMCTL_A_CACHE_FLAGS, flags);
	ret = request_row(r, &cache_schema, &reply);
	if (id)
		*id = reply.id;
	return ret;
}

int client_cache_del(struct client *c, const char *arena, const char *name)
{
	struct request *r = request_new(c, MEMCTL_CMD_CACHE_DEL, arena);

	request_string(r, MEMCTL_A_CACHE_NAME, name);
	return request_row(r, NULL, NULL);
}

int client_cache_shrink(struct client *c, const char *arena, const char *name, uint32_t *nr_frames)
{
	struct request *r = request_new(c, MEMCTL_CMD_CACHE_SHRINK, arena);
	struct cache reply;
	int ret;

	request_string(r, MEMCTL_A_CACHE_NAME, name);
	ret = request_row(r, &cache_schema, &reply);
	*nr_frames = reply.nr_frames;
	return ret;
}

int client_exec(struct client *c, const char *arena, const struct memctl_op *ops, unsigned int nr,
		bool stop, struct memctl_result *results, unsigned int *nr_results,
		uint64_t *time_ns)
{
	struct request *r = request_new(c, MEMCTL_CMD_EXEC, arena);
	struct exec_reply reply;
	int ret;

	request_data(r, MEMCTL_A_EXEC_OPS, ops, nr * sizeof(*ops));
	request_flag(r, MEMCTL_A_EXEC_STOP, stop);
	ret = request_row(r, &exec_schema, &reply);
	*nr_results = 0;
	if (time_ns)
		*time_ns = ret ? 0 : reply.time;
	if (!ret) {
		/* Never believe more results than there were operations. */
		*nr_results = reply.results.nr < nr ? reply.results.nr : nr;
		if (*nr_results)
			memcpy(results, reply.results.rows, *nr_results * sizeof(*results));
	} else if (nr == 1 && client_error(c)->fault == CLIENT_REFUSED) {
		results[0] = (struct memctl_result){ .error = ret };
		*nr_results = 1;
	}
	decode_release(&exec_schema, &reply);
	return ret;
}

int client_handle_list(struct client *c, const char *arena, const uint32_t *kind,
		       const uint32_t *owner, struct list *handles)
{
	struct request *r = request_new(c, MEMCTL_CMD_HANDLE_GET, arena);

	if (kind)
		request_u32(r, MEMCTL_A_HANDLE_KIND, *kind);
	if (owner)
		request_u32(r, MEMCTL_A_HANDLE_OWNER, *owner);
	return request_list(r, &handle_schema, handles);
}

int client_owned_list(struct client *c, const char *arena, struct list *blocks)
{
	struct request *r = request_new(c, MEMCTL_CMD_HANDLE_GET, arena);

	request_flag(r, MEMCTL_A_HANDLE_KERNEL, true);
	return request_list(r, &handle_schema, blocks);
}

int client_handle_free(struct client *c, const char *arena, const uint32_t *owner,
		       uint32_t *nr_freed)
{
	struct request *r = request_new(c, MEMCTL_CMD_HANDLE_FREE, arena);
	struct handle reply;
	int ret;

	if (owner)
		request_u32(r, MEMCTL_A_HANDLE_OWNER, *owner);
	ret = request_row(r, &handle_schema, &reply);
	*nr_freed = reply.nr_freed;
	return ret;
}

int client_region_list(struct client *c, const char *arena, struct list *regions)
{
	return request_list(request_new(c, MEMCTL_CMD_REGION_GET, arena), &region_schema, regions);
}

int client_region_add(struct client *c, const char *arena, const char *name, uint32_t nr_pages,
		      bool readonly, struct region *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_ADD, arena);

	request_string(r, MEMCTL_A_REGION_NAME, name);
	request_u32(r, MEMCTL_A_REGION_NR_PAGES, nr_pages);
	request_flag(r, MEMCTL_A_REGION_READONLY, readonly);
	return request_row(r, &region_schema, out);
}

int client_region_del(struct client *c, const char *arena, const char *name)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_DEL, arena);

	request_string(r, MEMCTL_A_REGION_NAME, name);
	return request_row(r, NULL, NULL);
}

int client_pt_walk(struct client *c, const char *arena, const char *region, uint64_t address,
		   struct pt *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_PT_WALK, arena);

	request_string(r, MEMCTL_A_PT_REGION, region);
	request_u64(r, MEMCTL_A_PT_ADDRESS, address);
	return request_row(r, &pt_schema, out);
}

int client_pt_list(struct client *c, const char *arena, const char *region, struct list *entries)
{
	struct request *r = request_new(c, MEMCTL_CMD_PT_GET, arena);

	request_string(r, MEMCTL_A_PT_REGION, region);
	return request_list(r, &pt_schema, entries);
}

int client_pt_verify(struct client *c, const char *arena, const char *region, const uint32_t *pid,
		     struct pt *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_PT_VERIFY, arena);

	request_string(r, MEMCTL_A_PT_REGION, region);
	if (pid)
		request_u32(r, MEMCTL_A_PT_PID, *pid);
	return request_row(r, &pt_schema, out);
}

int client_pt_format_list(struct client *c, struct list *formats)
{
	return request_list(request_new(c, MEMCTL_CMD_PT_FORMAT_GET, NULL), &pt_format_schema,
			    formats);
}

int client_tlb_list(struct client *c, const char *arena, struct list *tlbs)
{
	return request_list(request_new(c, MEMCTL_CMD_TLB_GET, arena), &tlb_schema, tlbs);
}

int client_tlb_get(struct client *c, const char *arena, const char *name, struct tlb *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_TLB_GET, arena);

	request_string(r, MEMCTL_A_TLB_NAME, name);
	return request_row(r, &tlb_schema, out);
}

int client_tlb_add(struct client *c, const char *arena, const struct tlb *tlb,
		   const struct memctl_tlb_array *arrays, unsigned int nr)
{
	struct request *r = request_new(c, MEMCTL_CMD_TLB_ADD, arena);

	request_string(r, MEMCTL_A_TLB_NAME, tlb->name);
	request_data(r, MEMCTL_A_TLB_ARRAYS, arrays, nr * sizeof(*arrays));
	request_u32(r, MEMCTL_A_TLB_POLICY, tlb->policy);
	request_u32(r, MEMCTL_A_TLB_SEED, tlb->seed);
	request_u32(r, MEMCTL_A_TLB_ASIDS, tlb->asids);
	request_u32(r, MEMCTL_A_TLB_PAGE, tlb->page);
	request_string(r, MEMCTL_A_TLB_FORMAT, tlb->format);
	request_u32(r, MEMCTL_A_TLB_L1_CYCLES, tlb->l1_cycles);
	request_u32(r, MEMCTL_A_TLB_L2_CYCLES, tlb->l2_cycles);
	request_u32(r, MEMCTL_A_TLB_READ_CYCLES, tlb->read_cycles);
	if (tlb->region[0])
		request_string(r, MEMCTL_A_TLB_REGION, tlb->region);
	return request_row(r, NULL, NULL);
}

int client_tlb_del(struct client *c, const char *arena, const char *name)
{
	struct request *r = request_new(c, MEMCTL_CMD_TLB_DEL, arena);

	request_string(r, MEMCTL_A_TLB_NAME, name);
	return request_row(r, NULL, NULL);
}

int client_tlb_clear(struct client *c, const char *arena, const char *name)
{
	struct request *r = request_new(c, MEMCTL_CMD_TLB_CLEAR, arena);

	request_string(r, MEMCTL_A_TLB_NAME, name);
	return request_row(r, NULL, NULL);
}

int client_tlb_feed(struct client *c, const char *arena, const char *name,
		    const struct memctl_tlb_access *accesses, size_t nr)
{
	while (nr) {
		size_t some = nr < MEMCTL_MAX_TLB_ACCESSES ? nr : MEMCTL_MAX_TLB_ACCESSES;
		struct request *r = request_new(c, MEMCTL_CMD_TLB_FEED, arena);
		int ret;

		request_string(r, MEMCTL_A_TLB_NAME, name);
		request_data(r, MEMCTL_A_TLB_ACCESSES, accesses, some * sizeof(*accesses));
		ret = request_row(r, NULL, NULL);
		if (ret)
			return ret;
		accesses += some;
		nr -= some;
	}
	return 0;
}

int client_what(struct client *c, const char *arena, enum client_what by, uint64_t value,
		struct what *out)
{
	static const unsigned int attrs[] = {
		[CLIENT_WHAT_ADDRESS] = MEMCTL_A_WHAT_ADDRESS,
		[CLIENT_WHAT_PFN] = MEMCTL_A_WHAT_PFN,
		[CLIENT_WHAT_HANDLE] = MEMCTL_A_WHAT_HANDLE,
	};
	struct request *r = request_new(c, MEMCTL_CMD_WHAT, arena);

	request_u64(r, attrs[by], value);
	return request_row(r, &what_schema, out);
}

int client_why(struct client *c, const char *arena, const struct client_why *why, struct why *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_WHY, arena);

	request_u32(r, MEMCTL_A_WHY_ORDER, why->order);
	request_u32(r, MEMCTL_A_WHY_TYPE, why->type);
	request_u32(r, MEMCTL_A_WHY_NODE, (uint32_t)why->node);
	request_u32(r, MEMCTL_A_WHY_MIGRATETYPE, why->migratetype);
	request_flag(r, MEMCTL_A_WHY_THISNODE, why->thisnode);
	request_flag(r, MEMCTL_A_WHY_MEMALLOC, why->memalloc);
	return request_row(r, &why_schema, out);
}

int client_verify(struct client *c, const char *arena, struct verify *out)
{
	return request_row(request_new(c, MEMCTL_CMD_VERIFY, arena), &verify_schema, out);
}

int client_plant(struct client *c, const char *arena, const struct client_plant *plant)
{
	struct request *r = request_new(c, MEMCTL_CMD_PLANT, arena);

	request_u32(r, MEMCTL_A_PLANT_SITE, plant->site);
	request_string(r, MEMCTL_A_PLANT_REGION, plant->region);
	if (plant->index)
		request_u64(r, MEMCTL_A_PLANT_INDEX, *plant->index);
	if (plant->address)
		request_u64(r, MEMCTL_A_PLANT_ADDRESS, *plant->address);
	if (plant->level)
		request_u32(r, MEMCTL_A_PLANT_LEVEL, *plant->level);
	if (plant->bit)
		request_u32(r, MEMCTL_A_PLANT_BIT, *plant->bit);
	return request_row(r, NULL, NULL);
}

int client_inject_list(struct client *c, const char *arena, struct list *faults)
{
	return request_list(request_new(c, MEMCTL_CMD_INJECT_GET, arena), &inject_schema, faults);
}

int client_inject_add(struct client *c, const char *arena, const struct client_inject *inject,
		      uint32_t *id)
{
	struct request *r = request_new(c, MEMCTL_CMD_INJECT_ADD, arena);
	struct inject reply;
	int ret;

	request_u32(r, MEMCTL_A_INJECT_SITE, inject->site);
	if (inject->nth)
		request_u32(r, MEMCTL_A_INJECT_NTH, *inject->nth);
	if (inject->probability)
		request_u32(r, MEMCTL_A_INJECT_PROBABILITY, *inject->probability);
	if (inject->times)
		request_u32(r, MEMCTL_A_INJECT_TIMES, *inject->times);
	if (inject->seed)
		request_u64(r, MEMCTL_A_INJECT_SEED, *inject->seed);
	if (inject->order)
		request_u32(r, MEMCTL_A_INJECT_ORDER, *inject->order);
	request_string(r, MEMCTL_A_INJECT_CACHE, inject->cache);
	ret = request_row(r, &inject_schema, &reply);
	*id = reply.id;
	return ret;
}

int client_inject_del(struct client *c, const char *arena, const uint32_t *id)
{
	struct request *r = request_new(c, MEMCTL_CMD_INJECT_DEL, arena);

	if (id)
		request_u32(r, MEMCTL_A_INJECT_ID, *id);
	request_flag(r, MEMCTL_A_INJECT_ALL, !id);
	return request_row(r, NULL, NULL);
}
