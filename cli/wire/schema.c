// SPDX-License-Identifier: GPL-2.0
/*
 * schema.c - the attribute sets of Documentation/netlink/specs/memctl.yaml,
 * and which member of which struct each attribute becomes.
 *
 * Required are the attributes that name a row, and those that the views in
 * the kernel's own formats cannot do without. The others may be missing:
 * the module leaves out what the caller has no right to see.
 */
#include "decode.h"
#include "schema.h"

#define FIELD(row, set, name, member, type, need)                                                 \
	{                                                                                         \
		.attr = MEMCTL_A_##set##_##name, .kind = FIELD_##type, .required = need,          \
		.offset = offsetof(struct row, member), .size = sizeof(((struct row *)0)->member) \
	}
#define NESTED(row, set, name, member, type, schema)                      \
	{                                                                 \
		.attr = MEMCTL_A_##set##_##name, .kind = FIELD_##type,    \
		.offset = offsetof(struct row, member), .nest = &(schema) \
	}
#define SCHEMA(text, row, table)                                           \
	{                                                                  \
		.name = text, .size = sizeof(struct row), .fields = table, \
		.nr = sizeof(table) / sizeof((table)[0])                   \
	}

#define MUST true
#define MAY  false

#define ARENA(name, member, type, need) FIELD(arena, ARENA, name, member, type, need)
static const struct field arena_fields[] = {
	ARENA(ARENA, name, STRING, MAY),
	ARENA(ID, id, U32, MAY),
	ARENA(GENERATION, generation, U64, MAY),
	ARENA(SIZE, size, U64, MAY),
	ARENA(NR_FRAMES, nr_frames, U32, MAY),
	ARENA(NR_FREE, nr_free, U32, MAY),
	ARENA(NR_CACHED, nr_cached, U32, MAY),
	ARENA(NR_CHUNKS, nr_chunks, U32, MAY),
	ARENA(NR_ZONES, nr_zones, U32, MAY),
	ARENA(NR_CACHES, nr_caches, U32, MAY),
	ARENA(NR_REGIONS, nr_regions, U32, MAY),
	ARENA(NR_HANDLES, nr_handles, U32, MAY),
	ARENA(NR_USERS, nr_users, U32, MAY),
	ARENA(METADATA, metadata, U64, MAY),
	ARENA(NR_SLAB, nr_slab, U32, MAY),
	ARENA(NR_TABLE, nr_table, U32, MAY),
	ARENA(NR_ALLOC, nr_alloc, U64, MAY),
	ARENA(NR_FREED, nr_freed, U64, MAY),
	ARENA(NR_FAILED, nr_failed, U64, MAY),
	ARENA(NR_BAD_FREE, nr_bad_free, U64, MAY),
	ARENA(NR_LOCK, nr_lock, U64, MAY),
	ARENA(HASH, hash, U64, MAY),
	ARENA(VERSION, version, STRING, MAY),
	ARENA(WASTE, waste, U64, MAY),
	ARENA(NR_HWPOISON, nr_hwpoison, U32, MAY),
	ARENA(NR_ASIDE, nr_aside, U32, MAY),
	ARENA(NO_CPU_CACHES, no_cpu_caches, FLAG, MAY),
	ARENA(DRAINED_FRAMES, drained_frames, U64, MAY),
	ARENA(DRAINED_OBJECTS, drained_objects, U64, MAY),
};

const struct schema arena_schema = SCHEMA("arena", arena, arena_fields);

static const struct schema cpu_cached_schema = { "CPU", sizeof(struct cpu_cached), NULL, 0 };

#define ZONE(name, member, type, need) FIELD(zone, ZONE, name, member, type, need)
static const struct field zone_fields[] = {
	ZONE(ARENA, arena, STRING, MUST),
	ZONE(GENERATION, generation, U64, MAY),
	ZONE(INDEX, index, U32, MUST),
	ZONE(NODE, node, U32, MUST),
	ZONE(TYPE, type, U32, MUST),
	ZONE(NR_FREE, nr_free, U32, MUST),
	ZONE(NR_CACHED, nr_cached, U32, MAY),
	ZONE(NR_FRAMES, nr_frames, U32, MUST),
	ZONE(SPANNED, spanned, U64, MAY),
	ZONE(START_PFN, start_pfn, U64, MAY),
	ZONE(WMARK_MIN, wmark_min, U32, MUST),
	ZONE(WMARK_LOW, wmark_low, U32, MUST),
	ZONE(WMARK_HIGH, wmark_high, U32, MUST),
	ZONE(RESERVE, reserve, U32S, MAY),
	ZONE(FREE_BLOCKS, free_blocks, U32S, MUST),
	ZONE(PAGEBLOCKS, pageblocks, U32S, MAY),
	NESTED(zone, ZONE, CPU_CACHED, cpu_cached, ROWS, cpu_cached_schema),
	ZONE(NR_ALLOC, nr_alloc, U64, MAY),
	ZONE(NR_FREED, nr_freed, U64, MAY),
	ZONE(NR_FAILED, nr_failed, U64, MAY),
	ZONE(NR_SPLIT, nr_split, U64, MAY),
	ZONE(NR_MERGE, nr_merge, U64, MAY),
	ZONE(NR_LOCK, nr_lock, U64, MAY),
	ZONE(NR_REFILL, nr_refill, U64, MAY),
	ZONE(NR_DRAIN, nr_drain, U64, MAY),
	ZONE(NR_STEAL, nr_steal, U64, MAY),
};

const struct schema zone_schema = SCHEMA("zone", zone, zone_fields);

#define CHUNK(name, member, type, need) FIELD(chunk, CHUNK, name, member, type, need)
static const struct field chunk_fields[] = {
	CHUNK(ARENA, arena, STRING, MUST), CHUNK(GENERATION, generation, U64, MAY),
	CHUNK(FN, fn, U32, MUST),	   CHUNK(ORDER, order, U32, MUST),
	CHUNK(NODE, node, U32, MAY),	   CHUNK(TYPE, type, U32, MAY),
	CHUNK(PFN, pfn, U64, MAY),	   CHUNK(ADDRESS, address, U64, MAY),
	CHUNK(NR_FREE, nr_free, U32, MAY),
};

const struct schema chunk_schema = SCHEMA("chunk", chunk, chunk_fields);

#define CACHE(name, member, type, need) FIELD(cache, CACHE, name, member, type, need)
static const struct field cache_fields[] = {
	CACHE(ARENA, arena, STRING, MAY),
	CACHE(GENERATION, generation, U64, MAY),
	CACHE(NAME, name, STRING, MAY),
	CACHE(ID, id, U32, MAY),
	CACHE(SIZE, size, U32, MAY),
	CACHE(ALIGN, align, U32, MAY),
	CACHE(FLAGS, flags, U32, MAY),
	CACHE(STRIDE, stride, U32, MAY),
	CACHE(SLAB_ORDER, slab_order, U32, MAY),
	CACHE(PER_SLAB, per_slab, U32, MAY),
	CACHE(NR_ACTIVE, nr_active, U64, MAY),
	CACHE(NR_OBJECTS, nr_objects, U64, MAY),
	CACHE(NR_MAGAZINE, nr_magazine, U64, MAY),
	CACHE(NR_FULL, nr_full, U32, MAY),
	CACHE(NR_PARTIAL, nr_partial, U32, MAY),
	CACHE(NR_EMPTY, nr_empty, U32, MAY),
	CACHE(MAGAZINE_SIZE, magazine_size, U32, MAY),
	CACHE(NR_COLOURS, nr_colours, U32, MAY),
	CACHE(NR_ALLOC, nr_alloc, U64, MAY),
	CACHE(NR_FREED, nr_freed, U64, MAY),
	CACHE(NR_FAILED, nr_failed, U64, MAY),
	CACHE(NR_DEPOT, nr_depot, U64, MAY),
	CACHE(WASTE, waste, U64, MAY),
	CACHE(NR_FRAMES, nr_frames, U32, MAY),
};

const struct schema cache_schema = SCHEMA("cache", cache, cache_fields);

static const struct schema result_schema = { "result", sizeof(struct memctl_result), NULL, 0 };

static const struct field exec_fields[] = {
	NESTED(exec_reply, EXEC, RESULTS, results, ROWS, result_schema),
	FIELD(exec_reply, EXEC, TIME, time, U64, MAY),
};

const struct schema exec_schema = SCHEMA("batch", exec_reply, exec_fields);

#define HANDLE(name, member, type, need) FIELD(handle, HANDLE, name, member, type, need)
static const struct field handle_fields[] = {
	HANDLE(ARENA, arena, STRING, MAY),
	HANDLE(GENERATION, generation, U64, MAY),
	HANDLE(HANDLE, handle, U64, MAY),
	HANDLE(KIND, kind, U32, MAY),
	HANDLE(OWNER, owner, U32, MAY),
	HANDLE(ORDER, order, U32, MAY),
	HANDLE(CACHE, cache, STRING, MAY),
	HANDLE(SIZE, size, U64, MAY),
	HANDLE(NODE, node, U32, MAY),
	HANDLE(TYPE, type, U32, MAY),
	HANDLE(FN, fn, U32, MAY),
	HANDLE(PFN, pfn, U64, MAY),
	HANDLE(ADDRESS, address, U64, MAY),
	HANDLE(NR_FREED, nr_freed, U32, MAY),
	HANDLE(SYMBOL, symbol, STRING, MAY),
};

const struct schema handle_schema = SCHEMA("handle", handle, handle_fields);

#define REGION(name, member, type, need) FIELD(region, REGION, name, member, type, need)
static const struct field region_fields[] = {
	REGION(ARENA, arena, STRING, MAY),
	REGION(GENERATION, generation, U64, MAY),
	REGION(NAME, name, STRING, MAY),
	REGION(NR_PAGES, nr_pages, U32, MAY),
	REGION(LEVELS, levels, U32, MAY),
	REGION(START, start, U64, MUST),
	REGION(END, end, U64, MUST),
	REGION(NR_TABLES, nr_tables, U32, MAY),
	REGION(NR_MAPPED, nr_mapped, U32, MAY),
	REGION(READONLY, readonly, FLAG, MAY),
	REGION(SPACE, space, FLAG, MAY),
	REGION(SIZE, size, U64, MAY),
	REGION(LIMIT, limit, U32, MAY),
	REGION(ORDER, order, U32, MAY),
	REGION(WINDOW, window, U32, MAY),
	REGION(VSS, vss, U64, MAY),
	REGION(NR_VMAS, nr_vmas, U32, MAY),
	REGION(NR_FILES, nr_files, U32, MAY),
	REGION(NR_PROCESSES, nr_processes, U32, MAY),
	REGION(NR_MAPPINGS, nr_mappings, U32, MAY),
	REGION(NR_ZERO, nr_zero, U32, MAY),
	REGION(NR_LARGE, nr_large, U32, MAY),
	REGION(RSS, rss, U64, MAY),
	REGION(USS, uss, U64, MAY),
	REGION(PSS, pss, U64, MAY),
	REGION(NR_DIRTY, nr_dirty, U32, MAY),
	REGION(NR_ACCESSED, nr_accessed, U32, MAY),
	REGION(NR_LENT, nr_lent, U32, MAY),
	REGION(NR_QUARANTINE, nr_quarantine, U32, MAY),
	REGION(FAMILY, family, U32, MAY),
	REGION(NR_FAMILY, nr_family, U32, MAY),
	REGION(NR_MINOR, nr_minor, U64, MAY),
	REGION(NR_MAJOR, nr_major, U64, MAY),
	REGION(NR_ZERO_FAULT, nr_zero_fault, U64, MAY),
	REGION(NR_NEW, nr_new, U64, MAY),
	REGION(NR_COW, nr_cow, U64, MAY),
	REGION(NR_REFUSED, nr_refused, U64, MAY),
	REGION(AROUND, around, U64, MAY),
	REGION(NR_ZAPS, nr_zaps, U64, MAY),
	REGION(SEQUENCE, sequence, U64, MAY),
	REGION(NR_AWAY, nr_away, U32, MAY),
	REGION(NR_CHARGED, nr_charged, U32, MAY),
};

const struct schema region_schema = SCHEMA("region", region, region_fields);

#define VMA(name, member, type, need) FIELD(vma, VMA, name, member, type, need)
static const struct field vma_fields[] = {
	VMA(ARENA, arena, STRING, MAY),
	VMA(GENERATION, generation, U64, MAY),
	VMA(REGION, region, STRING, MAY),
	VMA(START, start, U64, MUST),
	VMA(END, end, U64, MAY),
	VMA(RIGHTS, rights, U32, MAY),
	VMA(FILE, file, STRING, MAY),
	VMA(OFFSET, offset, U64, MAY),
	VMA(NR_MAPPED, nr_mapped, U32, MAY),
	VMA(NR_ZERO, nr_zero, U32, MAY),
	VMA(NR_LARGE, nr_large, U32, MAY),
	VMA(RSS, rss, U64, MAY),
	VMA(USS, uss, U64, MAY),
	VMA(PSS, pss, U64, MAY),
	VMA(NR_DIRTY, nr_dirty, U32, MAY),
	VMA(NR_ACCESSED, nr_accessed, U32, MAY),
	VMA(NR_SHARED_DIRTY, nr_shared_dirty, U32, MAY),
	VMA(NR_PRIVATE_DIRTY, nr_private_dirty, U32, MAY),
	VMA(PSS_DIRTY, pss_dirty, U64, MAY),
	VMA(DEV_MAJOR, dev_major, U32, MAY),
	VMA(DEV_MINOR, dev_minor, U32, MAY),
	VMA(INODE, inode, U64, MAY),
};

const struct schema vma_schema = SCHEMA("vma", vma, vma_fields);

#define PROCESS(name, member, type, need) FIELD(process, PROCESS, name, member, type, need)
static const struct field process_fields[] = {
	PROCESS(ARENA, arena, STRING, MAY),
	PROCESS(GENERATION, generation, U64, MAY),
	PROCESS(REGION, region, STRING, MUST),
	PROCESS(PID, pid, U32, MUST),
	PROCESS(COMM, comm, STRING, MAY),
	PROCESS(NR_MAPPINGS, nr_mappings, U32, MAY),
	PROCESS(VSS, vss, U64, MAY),
	PROCESS(RSS, rss, U64, MAY),
	PROCESS(USS, uss, U64, MAY),
	PROCESS(PSS, pss, U64, MAY),
	PROCESS(NR_ZERO, nr_zero, U32, MAY),
	PROCESS(NR_ACCESSED, nr_accessed, U32, MAY),
	PROCESS(NR_DIRTY, nr_dirty, U32, MAY),
	PROCESS(NR_MINOR, nr_minor, U64, MAY),
	PROCESS(NR_MAJOR, nr_major, U64, MAY),
	PROCESS(NR_ZERO_FAULT, nr_zero_fault, U64, MAY),
	PROCESS(NR_NEW, nr_new, U64, MAY),
	PROCESS(NR_COW, nr_cow, U64, MAY),
	PROCESS(NR_REFUSED, nr_refused, U64, MAY),
};

const struct schema process_schema = SCHEMA("process", process, process_fields);

static const struct schema byte_schema = { "byte", 1, NULL, 0 };

#define ACCESS(name, member, type, need) FIELD(access, ACCESS, name, member, type, need)
static const struct field access_fields[] = {
	ACCESS(ADDRESS, address, U64, MUST),
	ACCESS(SIZE, size, U64, MAY),
	ACCESS(NR_MINOR, nr_minor, U64, MAY),
	ACCESS(NR_MAJOR, nr_major, U64, MAY),
	ACCESS(NR_ZERO_FAULT, nr_zero_fault, U64, MAY),
	ACCESS(NR_NEW, nr_new, U64, MAY),
	ACCESS(NR_COW, nr_cow, U64, MAY),
	ACCESS(NR_REFUSED, nr_refused, U64, MAY),
	NESTED(access, ACCESS, DATA, data, ROWS, byte_schema),
};

const struct schema access_schema = SCHEMA("access", access, access_fields);

#define IDLE(name, member, type, need) FIELD(idle, IDLE, name, member, type, need)
static const struct field idle_fields[] = {
	IDLE(ARENA, arena, STRING, MAY),	   IDLE(GENERATION, generation, U64, MAY),
	IDLE(REGION, region, STRING, MAY),	   IDLE(NR_PAGES, nr_pages, U64, MUST),
	IDLE(NR_ACCESSED, nr_accessed, U64, MUST), IDLE(NR_IDLE, nr_idle, U64, MUST),
	IDLE(NR_DIRTY, nr_dirty, U64, MAY),
};

const struct schema idle_schema = SCHEMA("count of pages", idle, idle_fields);

#define RMAP_PLACE(name, member, type, need) FIELD(rmap_place, RMAP_PLACE, name, member, type, need)
static const struct field rmap_place_fields[] = {
	RMAP_PLACE(REGION, region, STRING, MUST),
	RMAP_PLACE(ADDRESS, address, U64, MUST),
	RMAP_PLACE(ENTRY, entry, U64, MUST),
	RMAP_PLACE(NR_PROCESSES, nr_processes, U32, MAY),
};

static const struct schema rmap_place_schema =
	SCHEMA("page that a frame backs", rmap_place, rmap_place_fields);

#define RMAP(name, member, type, need) FIELD(rmap, RMAP, name, member, type, need)
static const struct field rmap_fields[] = {
	RMAP(ARENA, arena, STRING, MAY),
	RMAP(GENERATION, generation, U64, MAY),
	RMAP(PFN, pfn, U64, MUST),
	RMAP(NR_PLACES, nr_places, U32, MUST),
	NESTED(rmap, RMAP, PLACE, places, NEST, rmap_place_schema),
};

const struct schema rmap_schema = SCHEMA("frame", rmap, rmap_fields);

#define TRACE_RECORD(name, member, type, need) \
	FIELD(trace_record, TRACE_RECORD, name, member, type, need)
static const struct field trace_record_fields[] = {
	TRACE_RECORD(SEQUENCE, sequence, U64, MUST),
	TRACE_RECORD(TIME, time, U64, MUST),
	TRACE_RECORD(ADDRESS, address, U64, MUST),
	TRACE_RECORD(USER, user, U64, MAY),
	TRACE_RECORD(PID, pid, U32, MAY),
	TRACE_RECORD(FAULT, fault, U32, MUST),
	TRACE_RECORD(REFUSAL, refusal, U32, MAY),
	TRACE_RECORD(WRITE, write, FLAG, MAY),
	TRACE_RECORD(PAGES, pages, U32, MAY),
};

static const struct schema trace_record_schema = SCHEMA("fault", trace_record, trace_record_fields);

#define TRACE(name, member, type, need) FIELD(trace, TRACE, name, member, type, need)
static const struct field trace_fields[] = {
	TRACE(REGION, region, STRING, MAY),
	TRACE(NEXT, next, U64, MUST),
	TRACE(LOST, lost, U64, MAY),
	NESTED(trace, TRACE, RECORD, records, NEST, trace_record_schema),
};

const struct schema trace_schema = SCHEMA("trace", trace, trace_fields);

#define PT_ENTRY(name, member, type, need) FIELD(pt_entry, PT_ENTRY, name, member, type, need)
static const struct field pt_entry_fields[] = {
	PT_ENTRY(REGION, region, STRING, MAY),
	PT_ENTRY(ADDRESS, address, U64, MAY),
	PT_ENTRY(LEVEL, level, U32, MUST),
	PT_ENTRY(INDEX, index, U32, MUST),
	PT_ENTRY(ENTRY, entry, U64, MUST),
	PT_ENTRY(HARDWARE, hardware, U64, MAY),
	PT_ENTRY(TABLE, table, U64, MAY),
	PT_ENTRY(LEAF, leaf, FLAG, MAY),
	PT_ENTRY(PID, pid, U32, MAY),
	PT_ENTRY(USER, user, U64, MAY),
	PT_ENTRY(DIFFERENT, different, U32, MAY),
};

static const struct schema pt_entry_schema = SCHEMA("page-table entry", pt_entry, pt_entry_fields);

#define PT(name, member, type, need) FIELD(pt, PT, name, member, type, need)
static const struct field pt_fields[] = {
	PT(ARENA, arena, STRING, MAY),
	PT(GENERATION, generation, U64, MAY),
	PT(REGION, region, STRING, MAY),
	PT(ADDRESS, address, U64, MAY),
	PT(LEVEL, level, U32, MAY),
	PT(INDEX, index, U32, MAY),
	PT(ENTRY, entry, U64, MAY),
	PT(TABLE, table, U64, MAY),
	PT(PHYSICAL, physical, U64, MAY),
	PT(LEAF, leaf, FLAG, MAY),
	NESTED(pt, PT, STEP, steps, NEST, pt_entry_schema),
	NESTED(pt, PT, MISMATCH, mismatches, NEST, pt_entry_schema),
	PT(NR_ENTRIES, nr_entries, U64, MAY),
	PT(NR_MISMATCH, nr_mismatch, U64, MAY),
	PT(NR_IGNORED, nr_ignored, U64, MAY),
	PT(NR_REGIONS, nr_regions, U64, MAY),
	PT(NR_PROCESSES, nr_processes, U64, MAY),
	PT(NR_MAPPINGS, nr_mappings, U64, MAY),
	PT(NR_ABSENT, nr_absent, U64, MAY),
	PT(NR_LARGE, nr_large, U64, MAY),
	PT(NR_SMALL, nr_small, U64, MAY),
	PT(NR_ACCESSED, nr_accessed, U64, MAY),
	PT(NR_DIRTY, nr_dirty, U64, MAY),
	PT(NR_RETRIED, nr_retried, U64, MAY),
	PT(NR_CHANGED, nr_changed, U64, MAY),
};

const struct schema pt_schema = SCHEMA("page table", pt, pt_fields);

#define PT_FORMAT(name, member, type, need) FIELD(pt_format, PT_FORMAT, name, member, type, need)
static const struct field pt_format_fields[] = {
	PT_FORMAT(INDEX, index, U32, MAY),
	PT_FORMAT(NAME, name, STRING, MAY),
	PT_FORMAT(SPLIT, split, STRING, MAY),
	PT_FORMAT(SECTION, section, STRING, MAY),
	PT_FORMAT(LEVELS, levels, U32, MAY),
	PT_FORMAT(ENTRY_SIZE, entry_size, U32, MAY),
	PT_FORMAT(ADDRESS_BITS, address_bits, U32, MAY),
	PT_FORMAT(PHYSICAL_BITS, physical_bits, U32, MAY),
	PT_FORMAT(EXAMPLE, example, STRING, MAY),
	PT_FORMAT(NR_PAGES, nr_pages, U64, MAY),
	PT_FORMAT(NR_TABLES, nr_tables, U64, MAY),
	PT_FORMAT(BYTES, bytes, U64, MAY),
	PT_FORMAT(NR_LARGE_TABLES, nr_large_tables, U64, MAY),
	PT_FORMAT(LARGE_BYTES, large_bytes, U64, MAY),
	PT_FORMAT(FLAT, flat, U64, MAY),
};

const struct schema pt_format_schema = SCHEMA("paging format", pt_format, pt_format_fields);

static const struct schema tlb_array_schema = { "TLB array", sizeof(struct memctl_tlb_array), NULL,
						0 };

#define TLB(name, member, type, need) FIELD(tlb, TLB, name, member, type, need)
static const struct field tlb_fields[] = {
	TLB(ARENA, arena, STRING, MAY),
	TLB(GENERATION, generation, U64, MAY),
	TLB(NAME, name, STRING, MUST),
	NESTED(tlb, TLB, ARRAYS, arrays, ROWS, tlb_array_schema),
	TLB(POLICY, policy, U32, MAY),
	TLB(SEED, seed, U32, MAY),
	TLB(ASIDS, asids, U32, MAY),
	TLB(PAGE, page, U32, MAY),
	TLB(FORMAT, format, STRING, MAY),
	TLB(L1_CYCLES, l1_cycles, U32, MAY),
	TLB(L2_CYCLES, l2_cycles, U32, MAY),
	TLB(READ_CYCLES, read_cycles, U32, MAY),
	TLB(NR_ACCESS, nr_access, U64, MAY),
	TLB(NR_WRITE, nr_write, U64, MAY),
	TLB(NR_L1_HIT, nr_l1_hit, U64, MAY),
	TLB(NR_L2_HIT, nr_l2_hit, U64, MAY),
	TLB(NR_MISS, nr_miss, U64, MAY),
	TLB(NR_UPGRADE, nr_upgrade, U64, MAY),
	TLB(NR_WALK, nr_walk, U64, MAY),
	TLB(NR_FAULT, nr_fault, U64, MAY),
	TLB(NR_READ, nr_read, U64, MAY),
	TLB(NR_L1_EVICT, nr_l1_evict, U64, MAY),
	TLB(NR_L2_EVICT, nr_l2_evict, U64, MAY),
	TLB(NR_INVALIDATED, nr_invalidated, U64, MAY),
	TLB(NR_SWITCH, nr_switch, U64, MAY),
	TLB(NR_REASSIGNED, nr_reassigned, U64, MAY),
	TLB(L1_TOTAL, l1_total, U64, MAY),
	TLB(L2_TOTAL, l2_total, U64, MAY),
	TLB(WALK_TOTAL, walk_total, U64, MAY),
	TLB(REGION, region, STRING, MAY),
};

const struct schema tlb_schema = SCHEMA("TLB model", tlb, tlb_fields);

#define WHAT(name, member, type, need) FIELD(what, WHAT, name, member, type, need)
static const struct field what_fields[] = {
	WHAT(ARENA, arena, STRING, MAY),
	WHAT(GENERATION, generation, U64, MAY),
	WHAT(ADDRESS, address, U64, MAY),
	WHAT(PFN, pfn, U64, MAY),
	WHAT(HANDLE, handle, U64, MAY),
	WHAT(FN, fn, U32, MAY),
	WHAT(STATE, state, STRING, MAY),
	WHAT(BLOCK_FN, block_fn, U32, MAY),
	WHAT(BLOCK_ORDER, block_order, U32, MAY),
	WHAT(NODE, node, U32, MAY),
	WHAT(TYPE, type, U32, MAY),
	WHAT(MIGRATETYPE, migratetype, U32, MAY),
	WHAT(CHUNK_FN, chunk_fn, U32, MAY),
	WHAT(CHUNK_ORDER, chunk_order, U32, MAY),
	WHAT(CACHE, cache, STRING, MAY),
	WHAT(OBJECT_INDEX, object_index, U32, MAY),
	WHAT(OBJECT_OFFSET, object_offset, U32, MAY),
	WHAT(OBJECT_FREE, object_free, FLAG, MAY),
	WHAT(SLAB_INUSE, slab_inuse, U32, MAY),
	WHAT(SLAB_OBJECTS, slab_objects, U32, MAY),
	WHAT(OWNER, owner, U32, MAY),
	WHAT(CALLER, caller, U64, MAY),
	WHAT(SYMBOL, symbol, STRING, MAY),
	WHAT(REGION, region, STRING, MAY),
	WHAT(REGION_ADDRESS, region_address, U64, MAY),
	WHAT(CPU, cpu, U32, MAY),
	WHAT(KERNEL_ADDRESS, kernel_address, U64, MAY),
};

const struct schema what_schema = SCHEMA("frame", what, what_fields);

#define WHY_ZONE(name, member, type, need) FIELD(why_zone, WHY_ZONE, name, member, type, need)
static const struct field why_zone_fields[] = {
	WHY_ZONE(NODE, node, U32, MUST),
	WHY_ZONE(TYPE, type, U32, MUST),
	WHY_ZONE(REASON, reason, U32, MAY),
	WHY_ZONE(NR_FREE, nr_free, U32, MAY),
	WHY_ZONE(NR_CACHED, nr_cached, U32, MAY),
	WHY_ZONE(NEED, need, U32, MAY),
	WHY_ZONE(WMARK_MIN, wmark_min, U32, MAY),
	WHY_ZONE(RESERVE, reserve, U32, MAY),
	WHY_ZONE(LARGEST, largest, U32, MAY),
	WHY_ZONE(BLOCK_ORDER, block_order, U32, MAY),
	WHY_ZONE(FROM_MIGRATETYPE, from_migratetype, U32, MAY),
	WHY_ZONE(NR_SUITABLE, nr_suitable, U32, MAY),
	WHY_ZONE(FRAGMENTATION_INDEX, fragmentation_index, S32, MAY),
};

static const struct schema why_zone_schema = SCHEMA("zone tried", why_zone, why_zone_fields);

static const struct field why_fields[] = {
	FIELD(why, WHY, GENERATION, generation, U64, MAY),
	FIELD(why, WHY, GRANTED, granted, FLAG, MAY),
	NESTED(why, WHY, ZONE, zones, NEST, why_zone_schema),
};

const struct schema why_schema = SCHEMA("verdict", why, why_fields);

#define PROBLEM(name, member, type, need) FIELD(problem, PROBLEM, name, member, type, need)
static const struct field problem_fields[] = {
	PROBLEM(INVARIANT, invariant, STRING, MUST), PROBLEM(OBJECT, object, STRING, MAY),
	PROBLEM(FIELD, field, STRING, MAY),	     PROBLEM(INDEX, index, U64, MAY),
	PROBLEM(EXPECTED, expected, U64, MAY),	     PROBLEM(FOUND, found, U64, MAY),
};

static const struct schema problem_schema = SCHEMA("problem", problem, problem_fields);

static const struct field memory_error_fields[] = {
	FIELD(memory_error, MEMORY_ERROR, FN, fn, U32, MUST),
	FIELD(memory_error, MEMORY_ERROR, PFN, pfn, U64, MAY),
	FIELD(memory_error, MEMORY_ERROR, STATE, state, STRING, MAY),
};

static const struct schema memory_error_schema =
	SCHEMA("memory error", memory_error, memory_error_fields);

static const struct field leak_fields[] = {
	FIELD(leak, LEAK, KIND, kind, U32, MUST),
	FIELD(leak, LEAK, NR, nr, U64, MUST),
	FIELD(leak, LEAK, BYTES, bytes, U64, MAY),
	FIELD(leak, LEAK, CACHE, cache, STRING, MAY),
	FIELD(leak, LEAK, SYMBOL, symbol, STRING, MAY),
};

static const struct schema leak_schema = SCHEMA("leak", leak, leak_fields);

#define VERIFY(name, member, type, need) FIELD(verify, VERIFY, name, member, type, need)
static const struct field verify_fields[] = {
	VERIFY(ARENA, arena, STRING, MAY),
	VERIFY(GENERATION, generation, U64, MAY),
	VERIFY(NR_CHECKS, nr_checks, U64, MUST),
	VERIFY(NR_PROBLEMS, nr_problems, U64, MUST),
	NESTED(verify, VERIFY, PROBLEM, problems, NEST, problem_schema),
	VERIFY(STOP_NS, stop_ns, U64, MAY),
	NESTED(verify, VERIFY, MEMORY_ERROR, memory_errors, NEST, memory_error_schema),
	VERIFY(NR_LEAKS, nr_leaks, U64, MAY),
	NESTED(verify, VERIFY, LEAK, leaks, NEST, leak_schema),
};

const struct schema verify_schema = SCHEMA("verify", verify, verify_fields);

#define EVENT(name, member, type, need) FIELD(event, EVENT, name, member, type, need)
static const struct field event_fields[] = {
	EVENT(ARENA, arena, STRING, MAY), EVENT(GENERATION, generation, U64, MAY),
	EVENT(EVENT, event, U32, MUST),	  EVENT(TIME, time, U64, MAY),
	EVENT(NODE, node, U32, MAY),	  EVENT(TYPE, type, U32, MAY),
	EVENT(ORDER, order, U32, MAY),	  EVENT(REASON, reason, U32, MAY),
	EVENT(NAME, name, STRING, MAY),	  EVENT(VALUE, value, U64, MAY),
	EVENT(TEXT, text, STRING, MAY),	  EVENT(NR_LOST, nr_lost, U64, MAY),
	EVENT(UID, uid, U32, MAY),	  EVENT(SYMBOL, symbol, STRING, MAY),
};

const struct schema event_schema = SCHEMA("event", event, event_fields);

#define INJECT(name, member, type, need) FIELD(inject, INJECT, name, member, type, need)
static const struct field inject_fields[] = {
	INJECT(ARENA, arena, STRING, MAY), INJECT(GENERATION, generation, U64, MAY),
	INJECT(ID, id, U32, MUST),	   INJECT(SITE, site, U32, MAY),
	INJECT(NTH, nth, U32, MAY),	   INJECT(PROBABILITY, probability, U32, MAY),
	INJECT(TIMES, times, U32, MAY),	   INJECT(SEED, seed, U64, MAY),
	INJECT(ORDER, order, U32, MAY),	   INJECT(CACHE, cache, STRING, MAY),
	INJECT(NR_TRY, nr_try, U64, MAY),  INJECT(NR_INJECTED, nr_injected, U64, MAY),
};

const struct schema inject_schema = SCHEMA("injected fault", inject, inject_fields);
