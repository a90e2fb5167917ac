// SPDX-License-Identifier: GPL-2.0
/*
 * arena_view.c - the columns of arenas.
 */
#include <stdio.h>

#include "arena_view.h"
#include "wire/model.h"

#define PAGE_BYTES 4096

static struct json_object *free_bytes(const void *row)
{
	const struct arena *arena = row;

	if (!HAS(arena, ARENA_NR_FREE))
		return NULL;
	return json_object_new_uint64((uint64_t)arena->nr_free * PAGE_BYTES);
}

/* Two digits behind the point, in text and in JSON. */
static struct json_object *per_frame(const void *row)
{
	const struct arena *arena = row;
	char text[32];
	double value;

	if (!HAS(arena, ARENA_METADATA) || !arena->nr_frames)
		return NULL;
	value = (double)arena->metadata / arena->nr_frames;
	snprintf(text, sizeof(text), "%.2f", value);
	return json_object_new_double_s(value, text);
}

static struct json_object *cpu_caches(const void *row)
{
	const struct arena *arena = row;

	return json_object_new_boolean(!arena->no_cpu_caches);
}

#define FRAMES(name, member, attr, use, help) \
	COLUMN(name, U32, arena, member, ARENA_##attr, use, help)
#define COUNTER(name, member, attr, use, help) \
	COLUMN(name, U64, arena, member, ARENA_##attr, use, help)

static const struct column columns[] = {
	COLUMN("ARENA", STRING, arena, name, ARENA_ARENA, BOTH, "name of the arena"),
	COLUMN("SIZE", SIZE, arena, size, ARENA_SIZE, BOTH, "bytes taken from the host"),
	FRAMES("FRAMES", nr_frames, NR_FRAMES, BOTH, "frames of 4 KiB"),
	FRAMES("FREE", nr_free, NR_FREE, BOTH, "frames on the free lists"),
	FRAMES("CACHED", nr_cached, NR_CACHED, BOTH, "frames in per-CPU frame caches"),
	FRAMES("SLAB", nr_slab, NR_SLAB, BOTH, "frames that slabs hold"),
	FRAMES("TABLES", nr_table, NR_TABLE, BOTH, "frames that hold page tables"),
	COLUMN("METADATA", SIZE, arena, metadata, ARENA_METADATA, BOTH,
	       "bytes of the host's memory for the arena's own records"),
	COLUMN_COUNTED("PER_FRAME", per_frame, BOTH, "bytes of those for each frame"),
	FRAMES("REGIONS", nr_regions, NR_REGIONS, BOTH, "regions; they hold the arena"),
	FRAMES("HANDLES", nr_handles, NR_HANDLES, BOTH, "handles; they hold the arena"),
	FRAMES("USERS", nr_users, NR_USERS, BOTH, "references of other kernel modules"),
	COLUMN_COUNTED("CPU_CACHES", cpu_caches, BOTH, "CPUs keep frames and objects for later"),
	FRAMES("CHUNKS", nr_chunks, NR_CHUNKS, JSON, "runs of pages taken from the host"),
	FRAMES("ZONES", nr_zones, NR_ZONES, JSON, "zones"),
	FRAMES("CACHES", nr_caches, NR_CACHES, JSON, "object caches"),
	COLUMN_BYTES("FREE_BYTES", free_bytes, ASKED, "free frames in bytes"),
	COUNTER("ALLOC", nr_alloc, NR_ALLOC, JSON, "blocks allocated so far"),
	COUNTER("FREED", nr_freed, NR_FREED, JSON, "blocks freed so far"),
	COUNTER("FAILED", nr_failed, NR_FAILED, JSON, "block allocations refused so far"),
	COUNTER("BAD_FREE", nr_bad_free, NR_BAD_FREE, JSON, "frees refused so far"),
	COUNTER("LOCK", nr_lock, NR_LOCK, JSON, "times that a zone lock was taken"),
	COLUMN("WASTE", SIZE, arena, waste, ARENA_WASTE, JSON, "bytes lost to rounding up"),
	FRAMES("HWPOISON", nr_hwpoison, NR_HWPOISON, JSON, "frames with a hardware memory error"),
	FRAMES("ASIDE", nr_aside, NR_ASIDE, JSON, "those of them that are set aside"),
	FRAMES("ID", id, ID, JSON, "number of the arena"),
	COUNTER("GENERATION", generation, GENERATION, JSON, "grows with every change"),
};

const struct view arena_view = VIEW(columns);
