/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_map.h - a hash table from addresses to what lives there
 *
 * Open addressing with linear probing; a removal moves the entries behind it up, so that there are
 * no tombstones and the table stays as fast after a billion events as at the start. A pointer to an
 * entry is good until the next add or remove.
 */
#ifndef MEMCTL_TRACE_MAP_H
#define MEMCTL_TRACE_MAP_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct trace_map_entry - what lives at an address
 * @key: the address or frame number plus one; 0 where the slot is free
 * @id: number of the allocation
 * @info: what the user of the map keeps with it
 * @order: blocks: the order
 * @flags: the user's flags
 */
struct trace_map_entry {
	uint64_t key;
	uint64_t id;
	uint32_t info;
	uint8_t order;
	uint8_t flags;
};

struct trace_map {
	struct trace_map_entry *slots;
	size_t nr;
	unsigned int bits;
};

struct trace_map_entry *trace_map_find(const struct trace_map *map, uint64_t address);
struct trace_map_entry *trace_map_add(struct trace_map *map, uint64_t address);
void trace_map_remove(struct trace_map *map, struct trace_map_entry *entry);
void trace_map_fini(struct trace_map *map);

#endif /* MEMCTL_TRACE_MAP_H */
