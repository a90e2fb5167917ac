/* SPDX-License-Identifier: GPL-2.0 */
/*
 * client_space.h - requests about regions that processes map; as client_api.h.
 */
#ifndef MEMCTL_CLI_CLIENT_SPACE_H
#define MEMCTL_CLI_CLIENT_SPACE_H

#include "client.h"

struct client_space_add {
	const char *name;
	uint64_t size;	 /* bytes */
	uint32_t limit;	 /* frames, 0: none */
	uint32_t order;	 /* 0 or 9 */
	uint32_t window; /* pages, 0: the module's default */
	bool empty;	 /* no vma */
};

int client_space_add(struct client *c, const char *arena, const struct client_space_add *add,
		     struct region *out);
int client_region_get(struct client *c, const char *arena, const char *name, struct region *out);
/* One of @limit and @window; the other is NULL. */
int client_region_set(struct client *c, const char *arena, const char *name, const uint32_t *limit,
		      const uint32_t *window);
int client_region_fork(struct client *c, const char *arena, const char *from, const char *to);

int client_vma_list(struct client *c, const char *arena, const char *region, struct list *vmas);

struct client_vma_map {
	const char *region;
	const uint64_t *start; /* NULL: the lowest address that is free */
	uint64_t size;
	uint32_t rights;  /* enum memctl_right */
	const char *file; /* NULL: anonymous memory */
	uint64_t offset;
};

int client_vma_map(struct client *c, const char *arena, const struct client_vma_map *map,
		   uint64_t *start);
enum client_vma_change { CLIENT_VMA_UNMAP, CLIENT_VMA_PROTECT, CLIENT_VMA_DISCARD };
/* @rights: for CLIENT_VMA_PROTECT alone */
int client_vma_change(struct client *c, const char *arena, enum client_vma_change change,
		      const char *region, uint64_t start, uint64_t size, uint32_t rights);

/* At most MEMCTL_MAX_DATA bytes, all of them or none. */
int client_region_read(struct client *c, const char *arena, const char *region, uint64_t address,
		       void *data, size_t size);
int client_region_write(struct client *c, const char *arena, const char *region, uint64_t address,
			const void *data, size_t size);
int client_region_touch(struct client *c, const char *arena, const char *region, uint64_t address,
			uint64_t size, bool write, struct access *out);
int client_region_idle(struct client *c, const char *arena, const char *region, bool clear,
		       struct idle *out);

/* @region may be NULL: any */
int client_process_list(struct client *c, const char *arena, const char *region,
			struct list *processes);
/* The caller frees out->places. */
int client_rmap(struct client *c, const char *arena, uint64_t pfn, struct rmap *out);
int client_trace_set(struct client *c, const char *arena, const char *region, bool enable);
/* @next: number of the first fault wanted. The caller frees out->records. */
int client_trace_get(struct client *c, const char *arena, const char *region, uint64_t next,
		     struct trace *out);

#endif /* MEMCTL_CLI_CLIENT_SPACE_H */
