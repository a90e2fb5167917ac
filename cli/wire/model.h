/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model.h - what the module's replies say, as plain structs.
 *
 * client.c fills them, the commands read them, table.c prints them. Every
 * struct starts with @present: bit N is set when the reply had attribute
 * number N of its set (MEMCTL_A_<SET>_...); a field whose bit is clear is 0
 * or "". Strings are terminated and may contain any byte but NUL: they
 * must be escaped before they are printed (text_escape()).
 */
#ifndef MEMCTL_CLI_MODEL_H
#define MEMCTL_CLI_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/memctl.h>
#include <linux/memctl_op.h>

#define MODEL_NAME_SIZE (MEMCTL_NAME_MAX + 1)
/* Of a function of the kernel, with offset, size and module. */
#define MODEL_SYMBOL_SIZE     128
#define MODEL_NR_ZONE_TYPES   (MEMCTL_ZONE_TYPE_MAX + 1)
#define MODEL_NR_MIGRATETYPES (MEMCTL_MIGRATETYPE_MAX + 1)

/* HAS(row, ARENA_HASH): did the reply carry the attribute? */
#define HAS(row, attr) (!!((row)->present & (UINT64_C(1) << MEMCTL_A_##attr)))

struct schema;

/**
 * struct list - rows of one kind, in the order the module sent them
 * @rows: the rows, one behind the other
 * @nr: number of rows
 * @capacity: rows that there is room for
 * @schema: what a row looks like
 * @torn: the dump was interrupted by changes, again and again: the rows are
 *	  not of one moment
 */
struct list {
	void *rows;
	size_t nr;
	size_t capacity;
	const struct schema *schema;
	bool torn;
};

/* LIST_FOR_EACH(struct zone, zone, &list) { ... } */
#define LIST_FOR_EACH(type, row, list)                                            \
	for (type const *(row) = (list)->rows, *row##_end_ = LIST_END(row, list); \
	     (row) != row##_end_; (row)++)

/* Behind the last row, for a pointer to the first one. */
#define LIST_END(row, list) ((row) ? (row) + (list)->nr : (row))

struct arena {
	uint64_t present;
	char name[MODEL_NAME_SIZE];
	uint32_t id;
	uint64_t generation;
	uint64_t size;
	uint32_t nr_frames;
	uint32_t nr_free;
	uint32_t nr_cached;
	uint32_t nr_chunks;
	uint32_t nr_zones;
	uint32_t nr_caches;
	uint32_t nr_regions;
	uint32_t nr_handles;
	uint32_t nr_users;
	uint64_t metadata;
	uint32_t nr_slab;
	uint32_t nr_table;
	uint64_t nr_alloc;
	uint64_t nr_freed;
	uint64_t nr_failed;
	uint64_t nr_bad_free;
	uint64_t nr_lock;
	uint64_t hash;
	char version[32];
	uint64_t waste;
	uint32_t nr_hwpoison, nr_aside;
	bool no_cpu_caches;
	uint64_t drained_frames, drained_objects;
};

struct zone {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	uint32_t index;
	uint32_t node;
	uint32_t type;
	uint32_t nr_free;
	uint32_t nr_cached;
	uint32_t nr_frames;
	uint64_t spanned;
	uint64_t start_pfn;
	uint32_t wmark_min;
	uint32_t wmark_low;
	uint32_t wmark_high;
	uint32_t reserve[MODEL_NR_ZONE_TYPES];
	uint32_t free_blocks[MODEL_NR_MIGRATETYPES][MEMCTL_NR_ORDERS];
	uint32_t pageblocks[MODEL_NR_MIGRATETYPES];
	struct list cpu_cached; /* of struct cpu_cached */
	uint64_t nr_alloc;
	uint64_t nr_freed;
	uint64_t nr_failed;
	uint64_t nr_split;
	uint64_t nr_merge;
	uint64_t nr_lock;
	uint64_t nr_refill;
	uint64_t nr_drain;
	uint64_t nr_steal;
};

#define MODEL_CPU_OFF UINT32_MAX

/* The frame cache of one CPU in one zone, in frames; MODEL_CPU_OFF thrice while the CPU is off. */
struct cpu_cached {
	uint32_t count;
	uint32_t high;
	uint32_t batch;
};

struct chunk {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	uint32_t fn;
	uint32_t order;
	uint32_t node;
	uint32_t type;
	uint64_t pfn;
	uint64_t address;
	uint32_t nr_free;
};

struct cache {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	char name[MODEL_NAME_SIZE];
	uint32_t id;
	uint32_t size;
	uint32_t align;
	uint32_t flags;
	uint32_t stride;
	uint32_t slab_order;
	uint32_t per_slab;
	uint64_t nr_active;
	uint64_t nr_objects;
	uint64_t nr_magazine;
	uint32_t nr_full;
	uint32_t nr_partial;
	uint32_t nr_empty;
	uint32_t magazine_size;
	uint32_t nr_colours;
	uint64_t nr_alloc;
	uint64_t nr_freed;
	uint64_t nr_failed;
	uint64_t nr_depot;
	uint64_t waste;
	uint32_t nr_frames;
};

struct handle {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	uint64_t handle;
	uint32_t kind;
	uint32_t owner;
	uint32_t order;
	char cache[MODEL_NAME_SIZE];
	uint64_t size;
	uint32_t node;
	uint32_t type;
	uint32_t fn;
	uint64_t pfn;
	uint64_t address;
	uint32_t nr_freed;
	char symbol[MODEL_SYMBOL_SIZE];
};

struct region {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	char name[MODEL_NAME_SIZE];
	uint32_t nr_pages;
	uint32_t levels;
	uint64_t start;
	uint64_t end;
	uint32_t nr_tables;
	uint32_t nr_mapped;
	bool readonly;
	bool space; /* processes map it; the rest is for such regions alone */
	uint64_t size;
	uint32_t limit;
	uint32_t order;
	uint32_t window;
	uint64_t vss;
	uint32_t nr_vmas;
	uint32_t nr_files;
	uint32_t nr_processes;
	uint32_t nr_mappings;
	uint32_t nr_zero;
	uint32_t nr_large;
	uint64_t rss;
	uint64_t uss;
	uint64_t pss;
	uint32_t nr_dirty;
	uint32_t nr_accessed;
	uint32_t nr_lent;
	uint32_t nr_quarantine;
	uint32_t family;
	uint32_t nr_family;
	uint64_t nr_minor;
	uint64_t nr_major;
	uint64_t nr_zero_fault;
	uint64_t nr_new;
	uint64_t nr_cow;
	uint64_t nr_refused;
	uint64_t around;
	uint64_t nr_zaps;
	uint64_t sequence;
	uint32_t nr_away;
	uint32_t nr_charged;
};

struct vma {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	char region[MODEL_NAME_SIZE];
	uint64_t start;
	uint64_t end;
	uint32_t rights; /* enum memctl_right */
	char file[MEMCTL_MAX_PATH + 1];
	uint64_t offset;
	uint32_t nr_mapped;
	uint32_t nr_zero;
	uint32_t nr_large;
	uint64_t rss;
	uint64_t uss;
	uint64_t pss;
	uint32_t nr_dirty;
	uint32_t nr_accessed;
	uint32_t nr_shared_dirty, nr_private_dirty;
	uint64_t pss_dirty;
	uint32_t dev_major, dev_minor;
	uint64_t inode;
};

struct process {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	char region[MODEL_NAME_SIZE];
	uint32_t pid;
	char comm[16];
	uint32_t nr_mappings;
	uint64_t vss;
	uint64_t rss;
	uint64_t uss;
	uint64_t pss;
	uint32_t nr_zero;
	uint32_t nr_accessed;
	uint32_t nr_dirty;
	uint64_t nr_minor;
	uint64_t nr_major;
	uint64_t nr_zero_fault;
	uint64_t nr_new;
	uint64_t nr_cow;
	uint64_t nr_refused;
	uint32_t nr_charged; /* of the row that stands for the region itself; in no message */
};

/* The answer to region-read or region-touch. */
struct access {
	uint64_t present;
	uint64_t address;
	uint64_t size;
	struct list data; /* of bytes */
	uint64_t nr_minor;
	uint64_t nr_major;
	uint64_t nr_zero_fault;
	uint64_t nr_new;
	uint64_t nr_cow;
	uint64_t nr_refused;
};

struct idle {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	char region[MODEL_NAME_SIZE];
	uint64_t nr_pages;
	uint64_t nr_accessed;
	uint64_t nr_idle;
	uint64_t nr_dirty;
};

struct rmap_place {
	uint64_t present;
	char region[MODEL_NAME_SIZE];
	uint64_t address;
	uint64_t entry;
	uint32_t nr_processes;
};

struct rmap {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	uint64_t pfn;
	struct list places; /* of struct rmap_place */
	uint32_t nr_places;
};

/* A fault that was remembered (MEMCTL_A_TRACE_RECORD_...). */
struct trace_record {
	uint64_t present;
	uint64_t sequence;
	uint64_t time;
	uint64_t address;
	uint64_t user;
	uint32_t pid;
	uint32_t fault;	  /* enum memctl_fault */
	uint32_t refusal; /* enum memctl_refusal */
	bool write;
	uint32_t pages;
};

struct trace {
	uint64_t present;
	char region[MODEL_NAME_SIZE];
	uint64_t next;
	uint64_t lost;
	struct list records; /* of struct trace_record */
};

/* One step of a walk or one mismatch (MEMCTL_A_PT_ENTRY_...). */
struct pt_entry {
	uint64_t present;
	char region[MODEL_NAME_SIZE];
	uint64_t address;
	uint32_t level;
	uint32_t index;
	uint64_t entry;
	uint64_t hardware;
	uint64_t table;
	bool leaf;
	uint32_t pid; /* of a region for processes alone, as the rest */
	uint64_t user;
	uint32_t different; /* enum memctl_difference */
};

/* A row of pt-get, the answer to pt-walk or to pt-verify (MEMCTL_A_PT_...). */
struct pt {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	char region[MODEL_NAME_SIZE];
	uint64_t address;
	uint32_t level;
	uint32_t index;
	uint64_t entry;
	uint64_t table;
	uint64_t physical;
	bool leaf;
	struct list steps;	/* of struct pt_entry */
	struct list mismatches; /* of struct pt_entry */
	uint64_t nr_entries;
	uint64_t nr_mismatch;
	uint64_t nr_ignored;
	uint64_t nr_regions; /* of regions for processes, as the rest */
	uint64_t nr_processes;
	uint64_t nr_mappings;
	uint64_t nr_absent;
	uint64_t nr_large;
	uint64_t nr_small;
	uint64_t nr_accessed;
	uint64_t nr_dirty;
	uint64_t nr_retried;
	uint64_t nr_changed;
};

/* An injected fault (MEMCTL_A_INJECT_...). */
struct inject {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	uint32_t id;
	uint32_t site;	      /* enum memctl_inject_site */
	uint32_t nth;	      /* or 0 */
	uint32_t probability; /* of MEMCTL_INJECT_ALWAYS, or 0 */
	uint32_t times;	      /* 0: no limit */
	uint64_t seed;
	uint32_t order;
	char cache[MODEL_NAME_SIZE];
	uint64_t nr_try;
	uint64_t nr_injected;
};

/* A model of a TLB (MEMCTL_A_TLB_...). */
struct tlb {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	char name[MODEL_NAME_SIZE];
	struct list arrays; /* of struct memctl_tlb_array */
	uint32_t policy;
	uint32_t seed;
	uint32_t asids;
	uint32_t page;
	char format[MODEL_NAME_SIZE];
	uint32_t l1_cycles;
	uint32_t l2_cycles;
	uint32_t read_cycles;
	uint64_t nr_access;
	uint64_t nr_write;
	uint64_t nr_l1_hit;
	uint64_t nr_l2_hit;
	uint64_t nr_miss;
	uint64_t nr_upgrade;
	uint64_t nr_walk;
	uint64_t nr_fault;
	uint64_t nr_read;
	uint64_t nr_l1_evict;
	uint64_t nr_l2_evict;
	uint64_t nr_invalidated;
	uint64_t nr_switch;
	uint64_t nr_reassigned;
	uint64_t l1_total;
	uint64_t l2_total;
	uint64_t walk_total;
	char region[MODEL_NAME_SIZE];
};

/* A paging format, with the memory of one example (MEMCTL_A_PT_FORMAT_...). */
struct pt_format {
	uint64_t present;
	uint32_t index;
	char name[MODEL_NAME_SIZE];
	char split[MODEL_NAME_SIZE];
	char section[MODEL_NAME_SIZE];
	uint32_t levels;
	uint32_t entry_size;
	uint32_t address_bits;
	uint32_t physical_bits;
	char example[MODEL_NAME_SIZE];
	uint64_t nr_pages;
	uint64_t nr_tables;
	uint64_t bytes;
	uint64_t nr_large_tables;
	uint64_t large_bytes;
	uint64_t flat;
};

struct what {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	uint64_t address;
	uint64_t pfn;
	uint64_t handle;
	uint32_t fn;
	char state[64];
	uint32_t block_fn;
	uint32_t block_order;
	uint32_t node;
	uint32_t type;
	uint32_t migratetype;
	uint32_t chunk_fn;
	uint32_t chunk_order;
	char cache[MODEL_NAME_SIZE];
	uint32_t object_index;
	uint32_t object_offset;
	bool object_free;
	uint32_t slab_inuse;
	uint32_t slab_objects;
	uint32_t owner;
	uint64_t caller;
	char symbol[MODEL_SYMBOL_SIZE];
	char region[MODEL_NAME_SIZE];
	uint64_t region_address;
	uint32_t cpu;
	uint64_t kernel_address;
};

struct why_zone {
	uint64_t present;
	uint32_t node;
	uint32_t type;
	uint32_t reason;
	uint32_t nr_free;
	uint32_t nr_cached;
	uint32_t need;
	uint32_t wmark_min;
	uint32_t reserve;
	uint32_t largest;
	uint32_t block_order;
	uint32_t from_migratetype;
	uint32_t nr_suitable;
	int32_t fragmentation_index;
};

struct why {
	uint64_t present;
	uint64_t generation;
	bool granted;
	struct list zones; /* of struct why_zone */
};

struct problem {
	uint64_t present;
	char invariant[32];
	char object[64];
	char field[64];
	uint64_t index;
	uint64_t expected;
	uint64_t found;
};

struct memory_error {
	uint64_t present;
	uint32_t fn;
	uint64_t pfn;
	char state[MODEL_NAME_SIZE];
};

struct leak {
	uint64_t present;
	uint32_t kind;
	uint64_t nr;
	uint64_t bytes;
	char cache[MODEL_NAME_SIZE];
	char symbol[MODEL_SYMBOL_SIZE];
};

struct verify {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	uint64_t nr_checks;
	uint64_t nr_problems;
	struct list problems; /* of struct problem */
	uint64_t stop_ns;
	struct list memory_errors; /* of struct memory_error */
	uint64_t nr_leaks;
	struct list leaks; /* of struct leak */
};

struct event {
	uint64_t present;
	char arena[MODEL_NAME_SIZE];
	uint64_t generation;
	uint32_t event;
	uint64_t time;
	uint32_t node;
	uint32_t type;
	uint32_t order;
	uint32_t reason;
	char name[MODEL_NAME_SIZE];
	uint64_t value;
	char text[256];
	uint64_t nr_lost;
	uint32_t uid;
	char symbol[MODEL_SYMBOL_SIZE];
};

#endif /* MEMCTL_CLI_MODEL_H */
