/* SPDX-License-Identifier: GPL-2.0 */
/*
 * client_api.h - requests to the module: structs in, structs out.
 *
 * @arena may be NULL everywhere: the module then takes "main" (or, for lists, every arena).
 * What is returned is told in client.h.
 */
#ifndef MEMCTL_CLI_CLIENT_API_H
#define MEMCTL_CLI_CLIENT_API_H

#include "client.h"

/* arenas */
int client_arena_get(struct client *c, const char *arena, struct arena *out);
int client_arena_list(struct client *c, struct list *arenas);

struct client_arena_add {
	const char *name;
	uint64_t size;	       /* bytes */
	uint64_t dma;	       /* bytes of it, 0: not asked for */
	uint64_t dma32;	       /* bytes of it, 0: not asked for */
	const uint32_t *nodes; /* NULL: every node with memory */
	unsigned int nr_nodes;
	bool no_cpu_caches;
};

int client_arena_add(struct client *c, const struct client_arena_add *add);
int client_arena_del(struct client *c, const char *arena);
/* *size: bytes asked for, then bytes that were really added or given back. */
int client_arena_grow(struct client *c, const char *arena, uint64_t *size, const uint32_t *nodes,
		      unsigned int nr_nodes);
int client_arena_shrink(struct client *c, const char *arena, uint64_t *size);
/* Fills drained_frames and drained_objects of *out. */
int client_arena_drain(struct client *c, const char *arena, struct arena *out);
/* Fills name, generation and hash of *out. */
int client_arena_hash(struct client *c, const char *arena, struct arena *out);

/* zones and chunks */
int client_zone_list(struct client *c, const char *arena, struct list *zones);
int client_chunk_list(struct client *c, const char *arena, struct list *chunks);

/* caches */
int client_cache_list(struct client *c, const char *arena, struct list *caches);
int client_cache_get(struct client *c, const char *arena, const char *name, struct cache *out);
/* @flags: enum memctl_cache_flag; @id may be NULL */
int client_cache_add(struct client *c, const char *arena, const char *name, uint32_t size,
		     uint32_t align, uint32_t flags, uint32_t *id);
int client_cache_del(struct client *c, const char *arena, const char *name);
int client_cache_shrink(struct client *c, const char *arena, const char *name, uint32_t *nr_frames);

/**
 * client_exec() - carry out up to MEMCTL_MAX_OPS operations in one request
 * @c: the client
 * @arena: arena, NULL for main
 * @ops: the operations
 * @nr: their number, 1 to MEMCTL_MAX_OPS
 * @stop: stop at the first operation that is refused
 * @results: room for @nr results
 * @nr_results: how many operations were carried out (less than @nr only with @stop)
 * @time_ns: time that the operations took in the module; may be NULL
 *
 * Return: 0 when the request was carried out, each result then has its own
 * error. With @nr == 1 a refused operation is the refusal of the whole
 * request: the errno is returned and client_error() has the module's words;
 * results[0].error is filled all the same, with *nr_results = 1.
 */
int client_exec(struct client *c, const char *arena, const struct memctl_op *ops, unsigned int nr,
		bool stop, struct memctl_result *results, unsigned int *nr_results,
		uint64_t *time_ns);

/* handles; @kind and @owner may be NULL: any */
int client_handle_list(struct client *c, const char *arena, const uint32_t *kind,
		       const uint32_t *owner, struct list *handles);
/* Blocks that code in the kernel holds, as handles without one. */
int client_owned_list(struct client *c, const char *arena, struct list *blocks);
/* Free all handles of *owner, or all handles where @owner is NULL. */
int client_handle_free(struct client *c, const char *arena, const uint32_t *owner,
		       uint32_t *nr_freed);

/* regions and page tables; @region may be NULL: any */
int client_region_list(struct client *c, const char *arena, struct list *regions);
int client_region_add(struct client *c, const char *arena, const char *name, uint32_t nr_pages,
		      bool readonly, struct region *out);
int client_region_del(struct client *c, const char *arena, const char *name);
/* The caller frees out->steps. */
int client_pt_walk(struct client *c, const char *arena, const char *region, uint64_t address,
		   struct pt *out);
int client_pt_list(struct client *c, const char *arena, const char *region, struct list *entries);
/* @pid may be NULL: every process. The caller frees out->mismatches. */
int client_pt_verify(struct client *c, const char *arena, const char *region, const uint32_t *pid,
		     struct pt *out);

/* paging formats and TLB models */
int client_pt_format_list(struct client *c, struct list *formats);
int client_tlb_list(struct client *c, const char *arena, struct list *tlbs);
/* The caller frees out->arrays. */
int client_tlb_get(struct client *c, const char *arena, const char *name, struct tlb *out);
/* What of @tlb describes the model goes in; @arrays: @nr of them */
int client_tlb_add(struct client *c, const char *arena, const struct tlb *tlb,
		   const struct memctl_tlb_array *arrays, unsigned int nr);
int client_tlb_del(struct client *c, const char *arena, const char *name);
int client_tlb_clear(struct client *c, const char *arena, const char *name);
/* Any number of accesses, in as many requests as that takes. */
int client_tlb_feed(struct client *c, const char *arena, const char *name,
		    const struct memctl_tlb_access *accesses, size_t nr);

/* questions */
enum client_what { CLIENT_WHAT_ADDRESS, CLIENT_WHAT_PFN, CLIENT_WHAT_HANDLE };
int client_what(struct client *c, const char *arena, enum client_what by, uint64_t value,
		struct what *out);

struct client_why {
	uint32_t order;
	uint32_t type; /* enum memctl_zone_type, the highest zone */
	int32_t node;  /* -1: any */
	uint32_t migratetype;
	bool thisnode;
	bool memalloc;
};

/* The caller frees out->zones. */
int client_why(struct client *c, const char *arena, const struct client_why *why, struct why *out);
/* The caller frees out->problems. */
int client_verify(struct client *c, const char *arena, struct verify *out);

struct client_plant {
	uint32_t site;	       /* enum memctl_plant_site */
	const char *region;    /* may be NULL */
	const uint64_t *index; /* the rest may be NULL: not sent */
	const uint64_t *address;
	const uint32_t *level;
	const uint32_t *bit;
};

int client_plant(struct client *c, const char *arena, const struct client_plant *plant);

/* injected faults */
struct client_inject {
	uint32_t site;	     /* enum memctl_inject_site */
	const uint32_t *nth; /* the rest may be NULL: not sent */
	const uint32_t *probability;
	const uint32_t *times;
	const uint64_t *seed;
	const uint32_t *order;
	const char *cache;
};

int client_inject_list(struct client *c, const char *arena, struct list *faults);
int client_inject_add(struct client *c, const char *arena, const struct client_inject *inject,
		      uint32_t *id);
/* @id may be NULL: all of the arena's. */
int client_inject_del(struct client *c, const char *arena, const uint32_t *id);

#endif /* MEMCTL_CLI_CLIENT_API_H */
