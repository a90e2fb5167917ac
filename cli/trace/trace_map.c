// SPDX-License-Identifier: GPL-2.0
/*
 * trace_map.c - a hash table from addresses to what lives there
 *
 * At most half of the slots are in use. See trace_map.h.
 */
#include "trace_map.h"

#include <stdlib.h>
#include <string.h>

#define MIN_BITS 12

static size_t home_of(const struct trace_map *map, uint64_t key)
{
	return (size_t)((key * 0x9e3779b97f4a7c15ULL) >> (64 - map->bits));
}

static struct trace_map_entry *probe(const struct trace_map *map, uint64_t key)
{
	size_t mask = ((size_t)1 << map->bits) - 1;
	size_t slot = home_of(map, key);

	while (map->slots[slot].key && map->slots[slot].key != key)
		slot = (slot + 1) & mask;
	return &map->slots[slot];
}

static int grow(struct trace_map *map)
{
	struct trace_map bigger = { .bits = map->bits ? map->bits + 1 : MIN_BITS, .nr = map->nr };
	size_t i, nr_slots = map->bits ? (size_t)1 << map->bits : 0;

	bigger.slots = calloc((size_t)1 << bigger.bits, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -1;
	for (i = 0; i < nr_slots; i++)
		if (map->slots[i].key)
			*probe(&bigger, map->slots[i].key) = map->slots[i];
	free(map->slots);
	*map = bigger;
	return 0;
}

/**
 * trace_map_find() - what lives at an address
 * @map: the map
 * @address: any number but the largest
 *
 * Return: the entry or NULL.
 */
struct trace_map_entry *trace_map_find(const struct trace_map *map, uint64_t address)
{
	struct trace_map_entry *entry;

	if (!map->nr)
		return NULL;
	entry = probe(map, address + 1);
	return entry->key ? entry : NULL;
}

/**
 * trace_map_add() - add an address
 * @map: the map
 * @address: any number but the largest
 *
 * Return: its entry, new and zeroed or the one it has already; NULL where memory is short.
 */
struct trace_map_entry *trace_map_add(struct trace_map *map, uint64_t address)
{
	struct trace_map_entry *entry;

	if ((!map->bits || map->nr >= (size_t)1 << (map->bits - 1)) && grow(map))
		return NULL;
	entry = probe(map, address + 1);
	if (!entry->key) {
		entry->key = address + 1;
		map->nr++;
	}
	return entry;
}

/**
 * trace_map_remove() - remove an address
 * @map: the map
 * @entry: its entry
 */
void trace_map_remove(struct trace_map *map, struct trace_map_entry *entry)
{
	size_t mask = ((size_t)1 << map->bits) - 1;
	size_t hole = (size_t)(entry - map->slots), slot = hole, home;

	for (;;) {
		slot = (slot + 1) & mask;
		if (!map->slots[slot].key)
			break;
		home = home_of(map, map->slots[slot].key);
		/* Does the entry's way from home lead over the hole? */
		if (((slot - home) & mask) >= ((slot - hole) & mask)) {
			map->slots[hole] = map->slots[slot];
			hole = slot;
		}
	}
	memset(&map->slots[hole], 0, sizeof(map->slots[hole]));
	map->nr--;
}

/**
 * trace_map_fini() - free a map's memory
 * @map: the map, which is empty and usable afterwards
 */
void trace_map_fini(struct trace_map *map)
{
	free(map->slots);
	memset(map, 0, sizeof(*map));
}
