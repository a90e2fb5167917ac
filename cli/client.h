/* SPDX-License-Identifier: GPL-2.0 */
/*
 * client.h - the module, seen from the commands: requests in, structs out.
 *
 * client.c behind it is the only file that knows netlink. A function that
 * returns int returns 0, or a negative errno: the module's own refusal, or
 * what went wrong on the way. client_error() then has the words.
 *
 * @arena may be NULL everywhere: the module then takes "main" (or, for
 * lists, every arena).
 */
#ifndef MEMCTL_CLI_CLIENT_H
#define MEMCTL_CLI_CLIENT_H

#include "model.h"

struct client;

/**
 * enum client_fault - where the last request went wrong
 * @CLIENT_OK: it did not
 * @CLIENT_WRONG: a text of it is longer than the module takes; it was not sent
 * @CLIENT_REFUSED: the module refused it
 * @CLIENT_NO_MODULE: the module is not loaded
 * @CLIENT_VERSION: the module is of another version, or its answer makes no sense
 * @CLIENT_IMPOSSIBLE: this system cannot do it (no netlink, no memory)
 */
enum client_fault {
	CLIENT_OK,
	CLIENT_WRONG,
	CLIENT_REFUSED,
	CLIENT_NO_MODULE,
	CLIENT_VERSION,
	CLIENT_IMPOSSIBLE,
};

/**
 * struct client_error - what became of the last request
 * @fault: where it went wrong
 * @error: positive errno, 0 if it went well
 * @text: the module's own words (extended ack), or ours; may be ""; after a
 *	  batch that went well as a request, what was wrong with the first
 *	  operation that was refused
 * @attr: number of the attribute that the kernel objects to, 0 if it did not say
 */
struct client_error {
	enum client_fault fault;
	int error;
	char text[256];
	unsigned int attr;
};

/* Connect and find the family; *client is set even on failure (for client_error()). */
int client_open(struct client **client);
/* Return: 0, or -errno where a capture of the answers could not be written. */
int client_close(struct client *c);
const struct client_error *client_error(const struct client *c);
/* Version of the netlink family that the module speaks. */
unsigned int client_family_version(const struct client *c);
/* Is it a capture that answers (MEMCTL_REPLAY) rather than the module? */
bool client_is_replay(const struct client *c);
/* Was a list interrupted by changes each time that it was asked for? @c may be NULL. */
bool client_torn(const struct client *c);

void list_free(struct list *list);

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

/* regions that processes map: client_space.c */
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

/* events: join the group, then take one at a time */
int client_event_open(struct client *c);
/*
 * Wait up to @timeout_ms (-1: for ever) for an event.
 * Return: 1 and *out filled, 0 when nothing came or a capture ended, -EINTR
 * after a signal, -ENOBUFS when the socket lost events, another negative errno.
 */
int client_event_next(struct client *c, int timeout_ms, struct event *out);

#endif /* MEMCTL_CLI_CLIENT_H */
