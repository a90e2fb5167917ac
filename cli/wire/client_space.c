// SPDX-License-Identifier: GPL-2.0
/*
 * client_space.c - the commands about regions that processes map; as
 * client_api.c. client.h has the contracts.
 */
#include <errno.h>
#include <string.h>

#include "client_priv.h"
#include "client_space.h"
#include "decode.h"
#include "schema.h"

int client_region_get(struct client *c, const char *arena, const char *name, struct region *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_GET, arena);

	request_string(r, MEMCTL_A_REGION_NAME, name);
	return request_row(r, &region_schema, out);
}

int client_space_add(struct client *c, const char *arena, const struct client_space_add *add,
		     struct region *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_ADD, arena);

	request_string(r, MEMCTL_A_REGION_NAME, add->name);
	request_u64(r, MEMCTL_A_REGION_SIZE, add->size);
	if (add->limit)
		request_u32(r, MEMCTL_A_REGION_LIMIT, add->limit);
	if (add->order)
		request_u32(r, MEMCTL_A_REGION_ORDER, add->order);
	if (add->window)
		request_u32(r, MEMCTL_A_REGION_WINDOW, add->window);
	request_flag(r, MEMCTL_A_REGION_EMPTY, add->empty);
	return request_row(r, &region_schema, out);
}

int client_region_set(struct client *c, const char *arena, const char *name, const uint32_t *limit,
		      const uint32_t *window)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_SET, arena);

	request_string(r, MEMCTL_A_REGION_NAME, name);
	if (limit)
		request_u32(r, MEMCTL_A_REGION_LIMIT, *limit);
	if (window)
		request_u32(r, MEMCTL_A_REGION_WINDOW, *window);
	return request_row(r, NULL, NULL);
}

int client_region_fork(struct client *c, const char *arena, const char *from, const char *to)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_FORK, arena);

	request_string(r, MEMCTL_A_REGION_NAME, to);
	request_string(r, MEMCTL_A_REGION_FROM, from);
	return request_row(r, NULL, NULL);
}

int client_vma_list(struct client *c, const char *arena, const char *region, struct list *vmas)
{
	struct request *r = request_new(c, MEMCTL_CMD_VMA_GET, arena);

	request_string(r, MEMCTL_A_VMA_REGION, region);
	return request_list(r, &vma_schema, vmas);
}

int client_vma_map(struct client *c, const char *arena, const struct client_vma_map *map,
		   uint64_t *start)
{
	struct request *r = request_new(c, MEMCTL_CMD_VMA_MAP, arena);
	struct vma reply;
	int ret;

	request_string(r, MEMCTL_A_VMA_REGION, map->region);
	if (map->start)
		request_u64(r, MEMCTL_A_VMA_START, *map->start);
	request_u64(r, MEMCTL_A_VMA_SIZE, map->size);
	request_u32(r, MEMCTL_A_VMA_RIGHTS, map->rights);
	request_text(r, MEMCTL_A_VMA_FILE, map->file, "path", MEMCTL_MAX_PATH);
	if (map->offset)
		request_u64(r, MEMCTL_A_VMA_OFFSET, map->offset);
	ret = request_row(r, &vma_schema, &reply);
	*start = reply.start;
	return ret;
}

int client_vma_change(struct client *c, const char *arena, enum client_vma_change change,
		      const char *region, uint64_t start, uint64_t size, uint32_t rights)
{
	static const unsigned int commands[] = {
		[CLIENT_VMA_UNMAP] = MEMCTL_CMD_VMA_UNMAP,
		[CLIENT_VMA_PROTECT] = MEMCTL_CMD_VMA_PROTECT,
		[CLIENT_VMA_DISCARD] = MEMCTL_CMD_VMA_DISCARD,
	};
	struct request *r = request_new(c, commands[change], arena);

	request_string(r, MEMCTL_A_VMA_REGION, region);
	request_u64(r, MEMCTL_A_VMA_START, start);
	request_u64(r, MEMCTL_A_VMA_SIZE, size);
	if (change == CLIENT_VMA_PROTECT)
		request_u32(r, MEMCTL_A_VMA_RIGHTS, rights);
	return request_row(r, NULL, NULL);
}

int client_region_read(struct client *c, const char *arena, const char *region, uint64_t address,
		       void *data, size_t size)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_READ, arena);
	struct access reply;
	size_t nr;
	int ret;

	request_string(r, MEMCTL_A_ACCESS_REGION, region);
	request_u64(r, MEMCTL_A_ACCESS_ADDRESS, address);
	request_u64(r, MEMCTL_A_ACCESS_SIZE, size);
	ret = request_row(r, &access_schema, &reply);
	/* Never believe more bytes than were asked for; what is missing is zeros. */
	nr = reply.data.nr < size ? reply.data.nr : size;
	memset(data, 0, size);
	if (nr)
		memcpy(data, reply.data.rows, nr);
	decode_release(&access_schema, &reply);
	return ret;
}

int client_region_write(struct client *c, const char *arena, const char *region, uint64_t address,
			const void *data, size_t size)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_WRITE, arena);

	request_string(r, MEMCTL_A_ACCESS_REGION, region);
	request_u64(r, MEMCTL_A_ACCESS_ADDRESS, address);
	request_data(r, MEMCTL_A_ACCESS_DATA, data, size);
	return request_row(r, NULL, NULL);
}

int client_region_touch(struct client *c, const char *arena, const char *region, uint64_t address,
			uint64_t size, bool write, struct access *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_TOUCH, arena);

	request_string(r, MEMCTL_A_ACCESS_REGION, region);
	request_u64(r, MEMCTL_A_ACCESS_ADDRESS, address);
	request_u64(r, MEMCTL_A_ACCESS_SIZE, size);
	request_flag(r, MEMCTL_A_ACCESS_WRITE, write);
	return request_row(r, &access_schema, out);
}

int client_region_idle(struct client *c, const char *arena, const char *region, bool clear,
		       struct idle *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_REGION_IDLE, arena);

	request_string(r, MEMCTL_A_IDLE_REGION, region);
	request_flag(r, MEMCTL_A_IDLE_CLEAR, clear);
	return request_row(r, &idle_schema, out);
}

int client_process_list(struct client *c, const char *arena, const char *region,
			struct list *processes)
{
	struct request *r = request_new(c, MEMCTL_CMD_PROCESS_GET, arena);

	request_string(r, MEMCTL_A_PROCESS_REGION, region);
	return request_list(r, &process_schema, processes);
}

int client_rmap(struct client *c, const char *arena, uint64_t pfn, struct rmap *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_RMAP, arena);

	request_u64(r, MEMCTL_A_RMAP_PFN, pfn);
	return request_row(r, &rmap_schema, out);
}

int client_trace_set(struct client *c, const char *arena, const char *region, bool enable)
{
	struct request *r = request_new(c, MEMCTL_CMD_TRACE_SET, arena);

	request_string(r, MEMCTL_A_TRACE_REGION, region);
	request_u32(r, MEMCTL_A_TRACE_ENABLE, enable);
	return request_row(r, NULL, NULL);
}

int client_trace_get(struct client *c, const char *arena, const char *region, uint64_t next,
		     struct trace *out)
{
	struct request *r = request_new(c, MEMCTL_CMD_TRACE_GET, arena);

	request_string(r, MEMCTL_A_TRACE_REGION, region);
	request_u64(r, MEMCTL_A_TRACE_NEXT, next);
	return request_row(r, &trace_schema, out);
}
