// SPDX-License-Identifier: GPL-2.0
/*
 * cache_view.c - the columns of object caches.
 */
#include "cache_view.h"
#include "wire/model.h"

static struct json_object *flags(const void *row)
{
	static const char *const names[] = { "redzone", "poison", "hwalign", "kmalloc", "ctor" };
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (((const struct cache *)row)->flags & (1u << i))
			json_object_array_add(array, json_object_new_string(names[i]));
	}
	return array;
}

static struct json_object *slabs(const void *row)
{
	const struct cache *cache = row;

	return json_object_new_uint64((uint64_t)cache->nr_full + cache->nr_partial +
				      cache->nr_empty);
}

#define NUMBER(name, type, member, attr, use, help) \
	COLUMN(name, type, cache, member, CACHE_##attr, use, help)

static const struct column columns[] = {
	COLUMN("ARENA", STRING, cache, arena, CACHE_ARENA, JSON, "name of the arena"),
	COLUMN("NAME", STRING, cache, name, CACHE_NAME, BOTH, "name of the cache"),
	NUMBER("ID", U32, id, ID, JSON, "number of the cache"),
	NUMBER("ACTIVE", U64, nr_active, NR_ACTIVE, BOTH, "objects in use"),
	NUMBER("OBJECTS", U64, nr_objects, NR_OBJECTS, BOTH, "objects in all slabs"),
	NUMBER("SIZE", U32, size, SIZE, BOTH, "bytes that a caller may use"),
	NUMBER("STRIDE", U32, stride, STRIDE, BOTH, "bytes from one object to the next"),
	NUMBER("PER_SLAB", U32, per_slab, PER_SLAB, BOTH, "objects in a slab"),
	NUMBER("ORDER", U32, slab_order, SLAB_ORDER, BOTH, "a slab has 2^ORDER frames"),
	COLUMN_COUNTED("SLABS", slabs, BOTH, "slabs"),
	NUMBER("FULL", U32, nr_full, NR_FULL, BOTH, "slabs without a free object"),
	NUMBER("PARTIAL", U32, nr_partial, NR_PARTIAL, BOTH, "slabs with used and free objects"),
	NUMBER("EMPTY", U32, nr_empty, NR_EMPTY, BOTH, "slabs with free objects alone"),
	NUMBER("MAGAZINE", U64, nr_magazine, NR_MAGAZINE, BOTH, "free objects in magazines"),
	NUMBER("ALIGN", U32, align, ALIGN, JSON, "alignment of objects, in bytes"),
	NUMBER("MAGAZINE_SIZE", U32, magazine_size, MAGAZINE_SIZE, JSON,
	       "objects in a full magazine"),
	NUMBER("COLOURS", U32, nr_colours, NR_COLOURS, JSON, "offsets that slabs start at"),
	NUMBER("ALLOC", U64, nr_alloc, NR_ALLOC, JSON, "objects allocated so far"),
	NUMBER("FREED", U64, nr_freed, NR_FREED, JSON, "objects freed so far"),
	NUMBER("FAILED", U64, nr_failed, NR_FAILED, JSON, "allocations refused so far"),
	NUMBER("DEPOT", U64, nr_depot, NR_DEPOT, JSON, "times that the depot lock was taken"),
	NUMBER("WASTE", SIZE, waste, WASTE, BOTH, "bytes that no object can use"),
	COLUMN_MADE("FLAGS", flags, BOTH, "redzone, poison, hwalign, kmalloc, ctor"),
	NUMBER("GENERATION", U64, generation, GENERATION, JSON, "generation of the arena"),
};

const struct view cache_view = VIEW(columns);
