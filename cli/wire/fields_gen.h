/* SPDX-License-Identifier: GPL-2.0 */
/* Do not edit directly, scripts/ynl-regen.sh makes it from: */
/*	Documentation/netlink/specs/memctl.yaml, cli/wire/model.h */
/* clang-format off */

static const struct field arena_fields[] = {
	FIELD(arena, ARENA, ARENA, name, STRING),
	FIELD(arena, ARENA, ID, id, U32),
	FIELD(arena, ARENA, GENERATION, generation, U64),
	FIELD(arena, ARENA, SIZE, size, U64),
	FIELD(arena, ARENA, NR_FRAMES, nr_frames, U32),
	FIELD(arena, ARENA, NR_FREE, nr_free, U32),
	FIELD(arena, ARENA, NR_CACHED, nr_cached, U32),
	FIELD(arena, ARENA, NR_CHUNKS, nr_chunks, U32),
	FIELD(arena, ARENA, NR_ZONES, nr_zones, U32),
	FIELD(arena, ARENA, NR_CACHES, nr_caches, U32),
	FIELD(arena, ARENA, NR_REGIONS, nr_regions, U32),
	FIELD(arena, ARENA, NR_HANDLES, nr_handles, U32),
	FIELD(arena, ARENA, NR_USERS, nr_users, U32),
	FIELD(arena, ARENA, METADATA, metadata, U64),
	FIELD(arena, ARENA, NR_SLAB, nr_slab, U32),
	FIELD(arena, ARENA, NR_TABLE, nr_table, U32),
	FIELD(arena, ARENA, NR_ALLOC, nr_alloc, U64),
	FIELD(arena, ARENA, NR_FREED, nr_freed, U64),
	FIELD(arena, ARENA, NR_FAILED, nr_failed, U64),
	FIELD(arena, ARENA, NR_BAD_FREE, nr_bad_free, U64),
	FIELD(arena, ARENA, NR_LOCK, nr_lock, U64),
	FIELD(arena, ARENA, HASH, hash, U64),
	FIELD(arena, ARENA, VERSION, version, STRING),
	FIELD(arena, ARENA, WASTE, waste, U64),
	FIELD(arena, ARENA, NR_HWPOISON, nr_hwpoison, U32),
	FIELD(arena, ARENA, NR_ASIDE, nr_aside, U32),
	FIELD(arena, ARENA, NO_CPU_CACHES, no_cpu_caches, FLAG),
	FIELD(arena, ARENA, DRAINED_FRAMES, drained_frames, U64),
	FIELD(arena, ARENA, DRAINED_OBJECTS, drained_objects, U64),
};

static const struct field zone_fields[] = {
	FIELD(zone, ZONE, ARENA, arena, STRING),
	FIELD(zone, ZONE, GENERATION, generation, U64),
	FIELD(zone, ZONE, INDEX, index, U32),
	FIELD(zone, ZONE, NODE, node, U32),
	FIELD(zone, ZONE, TYPE, type, U32),
	FIELD(zone, ZONE, NR_FREE, nr_free, U32),
	FIELD(zone, ZONE, NR_CACHED, nr_cached, U32),
	FIELD(zone, ZONE, NR_FRAMES, nr_frames, U32),
	FIELD(zone, ZONE, SPANNED, spanned, U64),
	FIELD(zone, ZONE, START_PFN, start_pfn, U64),
	FIELD(zone, ZONE, WMARK_MIN, wmark_min, U32),
	FIELD(zone, ZONE, WMARK_LOW, wmark_low, U32),
	FIELD(zone, ZONE, WMARK_HIGH, wmark_high, U32),
	FIELD(zone, ZONE, RESERVE, reserve, U32S),
	FIELD(zone, ZONE, FREE_BLOCKS, free_blocks, U32S),
	FIELD(zone, ZONE, PAGEBLOCKS, pageblocks, U32S),
	NESTED(zone, ZONE, CPU_CACHED, cpu_cached, ROWS, cpu_cached_schema),
	FIELD(zone, ZONE, NR_ALLOC, nr_alloc, U64),
	FIELD(zone, ZONE, NR_FREED, nr_freed, U64),
	FIELD(zone, ZONE, NR_FAILED, nr_failed, U64),
	FIELD(zone, ZONE, NR_SPLIT, nr_split, U64),
	FIELD(zone, ZONE, NR_MERGE, nr_merge, U64),
	FIELD(zone, ZONE, NR_LOCK, nr_lock, U64),
	FIELD(zone, ZONE, NR_REFILL, nr_refill, U64),
	FIELD(zone, ZONE, NR_DRAIN, nr_drain, U64),
	FIELD(zone, ZONE, NR_STEAL, nr_steal, U64),
};

static const struct field chunk_fields[] = {
	FIELD(chunk, CHUNK, ARENA, arena, STRING),
	FIELD(chunk, CHUNK, GENERATION, generation, U64),
	FIELD(chunk, CHUNK, FN, fn, U32),
	FIELD(chunk, CHUNK, ORDER, order, U32),
	FIELD(chunk, CHUNK, NODE, node, U32),
	FIELD(chunk, CHUNK, TYPE, type, U32),
	FIELD(chunk, CHUNK, PFN, pfn, U64),
	FIELD(chunk, CHUNK, ADDRESS, address, U64),
	FIELD(chunk, CHUNK, NR_FREE, nr_free, U32),
};

static const struct field cache_fields[] = {
	FIELD(cache, CACHE, ARENA, arena, STRING),
	FIELD(cache, CACHE, GENERATION, generation, U64),
	FIELD(cache, CACHE, NAME, name, STRING),
	FIELD(cache, CACHE, ID, id, U32),
	FIELD(cache, CACHE, SIZE, size, U32),
	FIELD(cache, CACHE, ALIGN, align, U32),
	FIELD(cache, CACHE, FLAGS, flags, U32),
	FIELD(cache, CACHE, STRIDE, stride, U32),
	FIELD(cache, CACHE, SLAB_ORDER, slab_order, U32),
	FIELD(cache, CACHE, PER_SLAB, per_slab, U32),
	FIELD(cache, CACHE, NR_ACTIVE, nr_active, U64),
	FIELD(cache, CACHE, NR_OBJECTS, nr_objects, U64),
	FIELD(cache, CACHE, NR_MAGAZINE, nr_magazine, U64),
	FIELD(cache, CACHE, NR_FULL, nr_full, U32),
	FIELD(cache, CACHE, NR_PARTIAL, nr_partial, U32),
	FIELD(cache, CACHE, NR_EMPTY, nr_empty, U32),
	FIELD(cache, CACHE, MAGAZINE_SIZE, magazine_size, U32),
	FIELD(cache, CACHE, NR_COLOURS, nr_colours, U32),
	FIELD(cache, CACHE, NR_ALLOC, nr_alloc, U64),
	FIELD(cache, CACHE, NR_FREED, nr_freed, U64),
	FIELD(cache, CACHE, NR_FAILED, nr_failed, U64),
	FIELD(cache, CACHE, NR_DEPOT, nr_depot, U64),
	FIELD(cache, CACHE, WASTE, waste, U64),
	FIELD(cache, CACHE, NR_FRAMES, nr_frames, U32),
};

static const struct field exec_fields[] = {
	NESTED(exec_reply, EXEC, RESULTS, results, ROWS, result_schema),
	FIELD(exec_reply, EXEC, TIME, time, U64),
};

static const struct field handle_fields[] = {
	FIELD(handle, HANDLE, ARENA, arena, STRING),
	FIELD(handle, HANDLE, GENERATION, generation, U64),
	FIELD(handle, HANDLE, HANDLE, handle, U64),
	FIELD(handle, HANDLE, KIND, kind, U32),
	FIELD(handle, HANDLE, OWNER, owner, U32),
	FIELD(handle, HANDLE, ORDER, order, U32),
	FIELD(handle, HANDLE, CACHE, cache, STRING),
	FIELD(handle, HANDLE, SIZE, size, U64),
	FIELD(handle, HANDLE, NODE, node, U32),
	FIELD(handle, HANDLE, TYPE, type, U32),
	FIELD(handle, HANDLE, FN, fn, U32),
	FIELD(handle, HANDLE, PFN, pfn, U64),
	FIELD(handle, HANDLE, ADDRESS, address, U64),
	FIELD(handle, HANDLE, NR_FREED, nr_freed, U32),
	FIELD(handle, HANDLE, SYMBOL, symbol, STRING),
};

static const struct field region_fields[] = {
	FIELD(region, REGION, ARENA, arena, STRING),
	FIELD(region, REGION, GENERATION, generation, U64),
	FIELD(region, REGION, NAME, name, STRING),
	FIELD(region, REGION, NR_PAGES, nr_pages, U32),
	FIELD(region, REGION, LEVELS, levels, U32),
	FIELD(region, REGION, START, start, U64),
	FIELD(region, REGION, END, end, U64),
	FIELD(region, REGION, NR_TABLES, nr_tables, U32),
	FIELD(region, REGION, NR_MAPPED, nr_mapped, U32),
	FIELD(region, REGION, READONLY, readonly, FLAG),
	FIELD(region, REGION, SPACE, space, FLAG),
	FIELD(region, REGION, SIZE, size, U64),
	FIELD(region, REGION, LIMIT, limit, U32),
	FIELD(region, REGION, ORDER, order, U32),
	FIELD(region, REGION, WINDOW, window, U32),
	FIELD(region, REGION, VSS, vss, U64),
	FIELD(region, REGION, NR_VMAS, nr_vmas, U32),
	FIELD(region, REGION, NR_FILES, nr_files, U32),
	FIELD(region, REGION, NR_PROCESSES, nr_processes, U32),
	FIELD(region, REGION, NR_MAPPINGS, nr_mappings, U32),
	FIELD(region, REGION, NR_ZERO, nr_zero, U32),
	FIELD(region, REGION, NR_LARGE, nr_large, U32),
	FIELD(region, REGION, RSS, rss, U64),
	FIELD(region, REGION, USS, uss, U64),
	FIELD(region, REGION, PSS, pss, U64),
	FIELD(region, REGION, NR_DIRTY, nr_dirty, U32),
	FIELD(region, REGION, NR_ACCESSED, nr_accessed, U32),
	FIELD(region, REGION, NR_LENT, nr_lent, U32),
	FIELD(region, REGION, NR_QUARANTINE, nr_quarantine, U32),
	FIELD(region, REGION, FAMILY, family, U32),
	FIELD(region, REGION, NR_FAMILY, nr_family, U32),
	FIELD(region, REGION, NR_MINOR, nr_minor, U64),
	FIELD(region, REGION, NR_MAJOR, nr_major, U64),
	FIELD(region, REGION, NR_ZERO_FAULT, nr_zero_fault, U64),
	FIELD(region, REGION, NR_NEW, nr_new, U64),
	FIELD(region, REGION, NR_COW, nr_cow, U64),
	FIELD(region, REGION, NR_REFUSED, nr_refused, U64),
	FIELD(region, REGION, AROUND, around, U64),
	FIELD(region, REGION, NR_ZAPS, nr_zaps, U64),
	FIELD(region, REGION, SEQUENCE, sequence, U64),
	FIELD(region, REGION, NR_AWAY, nr_away, U32),
	FIELD(region, REGION, NR_CHARGED, nr_charged, U32),
};

static const struct field pt_fields[] = {
	FIELD(pt, PT, ARENA, arena, STRING),
	FIELD(pt, PT, GENERATION, generation, U64),
	FIELD(pt, PT, REGION, region, STRING),
	FIELD(pt, PT, ADDRESS, address, U64),
	FIELD(pt, PT, LEVEL, level, U32),
	FIELD(pt, PT, INDEX, index, U32),
	FIELD(pt, PT, ENTRY, entry, U64),
	FIELD(pt, PT, TABLE, table, U64),
	FIELD(pt, PT, PHYSICAL, physical, U64),
	FIELD(pt, PT, LEAF, leaf, FLAG),
	NESTED(pt, PT, STEP, steps, NEST, pt_entry_schema),
	NESTED(pt, PT, MISMATCH, mismatches, NEST, pt_entry_schema),
	FIELD(pt, PT, NR_ENTRIES, nr_entries, U64),
	FIELD(pt, PT, NR_MISMATCH, nr_mismatch, U64),
	FIELD(pt, PT, NR_IGNORED, nr_ignored, U64),
	FIELD(pt, PT, NR_REGIONS, nr_regions, U64),
	FIELD(pt, PT, NR_PROCESSES, nr_processes, U64),
	FIELD(pt, PT, NR_MAPPINGS, nr_mappings, U64),
	FIELD(pt, PT, NR_ABSENT, nr_absent, U64),
	FIELD(pt, PT, NR_LARGE, nr_large, U64),
	FIELD(pt, PT, NR_SMALL, nr_small, U64),
	FIELD(pt, PT, NR_ACCESSED, nr_accessed, U64),
	FIELD(pt, PT, NR_DIRTY, nr_dirty, U64),
	FIELD(pt, PT, NR_RETRIED, nr_retried, U64),
	FIELD(pt, PT, NR_CHANGED, nr_changed, U64),
};

static const struct field pt_entry_fields[] = {
	FIELD(pt_entry, PT_ENTRY, REGION, region, STRING),
	FIELD(pt_entry, PT_ENTRY, ADDRESS, address, U64),
	FIELD(pt_entry, PT_ENTRY, LEVEL, level, U32),
	FIELD(pt_entry, PT_ENTRY, INDEX, index, U32),
	FIELD(pt_entry, PT_ENTRY, ENTRY, entry, U64),
	FIELD(pt_entry, PT_ENTRY, HARDWARE, hardware, U64),
	FIELD(pt_entry, PT_ENTRY, TABLE, table, U64),
	FIELD(pt_entry, PT_ENTRY, LEAF, leaf, FLAG),
	FIELD(pt_entry, PT_ENTRY, PID, pid, U32),
	FIELD(pt_entry, PT_ENTRY, USER, user, U64),
	FIELD(pt_entry, PT_ENTRY, DIFFERENT, different, U32),
};

static const struct field what_fields[] = {
	FIELD(what, WHAT, ARENA, arena, STRING),
	FIELD(what, WHAT, GENERATION, generation, U64),
	FIELD(what, WHAT, ADDRESS, address, U64),
	FIELD(what, WHAT, PFN, pfn, U64),
	FIELD(what, WHAT, HANDLE, handle, U64),
	FIELD(what, WHAT, FN, fn, U32),
	FIELD(what, WHAT, STATE, state, STRING),
	FIELD(what, WHAT, BLOCK_FN, block_fn, U32),
	FIELD(what, WHAT, BLOCK_ORDER, block_order, U32),
	FIELD(what, WHAT, NODE, node, U32),
	FIELD(what, WHAT, TYPE, type, U32),
	FIELD(what, WHAT, MIGRATETYPE, migratetype, U32),
	FIELD(what, WHAT, CHUNK_FN, chunk_fn, U32),
	FIELD(what, WHAT, CHUNK_ORDER, chunk_order, U32),
	FIELD(what, WHAT, CACHE, cache, STRING),
	FIELD(what, WHAT, OBJECT_INDEX, object_index, U32),
	FIELD(what, WHAT, OBJECT_OFFSET, object_offset, U32),
	FIELD(what, WHAT, OBJECT_FREE, object_free, FLAG),
	FIELD(what, WHAT, SLAB_INUSE, slab_inuse, U32),
	FIELD(what, WHAT, SLAB_OBJECTS, slab_objects, U32),
	FIELD(what, WHAT, OWNER, owner, U32),
	FIELD(what, WHAT, CALLER, caller, U64),
	FIELD(what, WHAT, REGION, region, STRING),
	FIELD(what, WHAT, REGION_ADDRESS, region_address, U64),
	FIELD(what, WHAT, CPU, cpu, U32),
	FIELD(what, WHAT, KERNEL_ADDRESS, kernel_address, U64),
	FIELD(what, WHAT, SYMBOL, symbol, STRING),
};

static const struct field why_fields[] = {
	FIELD(why, WHY, GENERATION, generation, U64),
	FIELD(why, WHY, GRANTED, granted, FLAG),
	NESTED(why, WHY, ZONE, zones, NEST, why_zone_schema),
};

static const struct field why_zone_fields[] = {
	FIELD(why_zone, WHY_ZONE, NODE, node, U32),
	FIELD(why_zone, WHY_ZONE, TYPE, type, U32),
	FIELD(why_zone, WHY_ZONE, REASON, reason, U32),
	FIELD(why_zone, WHY_ZONE, NR_FREE, nr_free, U32),
	FIELD(why_zone, WHY_ZONE, NR_CACHED, nr_cached, U32),
	FIELD(why_zone, WHY_ZONE, NEED, need, U32),
	FIELD(why_zone, WHY_ZONE, WMARK_MIN, wmark_min, U32),
	FIELD(why_zone, WHY_ZONE, RESERVE, reserve, U32),
	FIELD(why_zone, WHY_ZONE, LARGEST, largest, U32),
	FIELD(why_zone, WHY_ZONE, BLOCK_ORDER, block_order, U32),
	FIELD(why_zone, WHY_ZONE, FROM_MIGRATETYPE, from_migratetype, U32),
	FIELD(why_zone, WHY_ZONE, NR_SUITABLE, nr_suitable, U32),
	FIELD(why_zone, WHY_ZONE, FRAGMENTATION_INDEX, fragmentation_index, S32),
};

static const struct field verify_fields[] = {
	FIELD(verify, VERIFY, ARENA, arena, STRING),
	FIELD(verify, VERIFY, GENERATION, generation, U64),
	FIELD(verify, VERIFY, NR_CHECKS, nr_checks, U64),
	FIELD(verify, VERIFY, NR_PROBLEMS, nr_problems, U64),
	NESTED(verify, VERIFY, PROBLEM, problems, NEST, problem_schema),
	FIELD(verify, VERIFY, STOP_NS, stop_ns, U64),
	NESTED(verify, VERIFY, MEMORY_ERROR, memory_errors, NEST, memory_error_schema),
	FIELD(verify, VERIFY, NR_LEAKS, nr_leaks, U64),
	NESTED(verify, VERIFY, LEAK, leaks, NEST, leak_schema),
};

static const struct field leak_fields[] = {
	FIELD(leak, LEAK, KIND, kind, U32),
	FIELD(leak, LEAK, NR, nr, U64),
	FIELD(leak, LEAK, BYTES, bytes, U64),
	FIELD(leak, LEAK, CACHE, cache, STRING),
	FIELD(leak, LEAK, SYMBOL, symbol, STRING),
};

static const struct field memory_error_fields[] = {
	FIELD(memory_error, MEMORY_ERROR, FN, fn, U32),
	FIELD(memory_error, MEMORY_ERROR, PFN, pfn, U64),
	FIELD(memory_error, MEMORY_ERROR, STATE, state, STRING),
};

static const struct field problem_fields[] = {
	FIELD(problem, PROBLEM, INVARIANT, invariant, STRING),
	FIELD(problem, PROBLEM, OBJECT, object, STRING),
	FIELD(problem, PROBLEM, FIELD, field, STRING),
	FIELD(problem, PROBLEM, INDEX, index, U64),
	FIELD(problem, PROBLEM, EXPECTED, expected, U64),
	FIELD(problem, PROBLEM, FOUND, found, U64),
};

static const struct field event_fields[] = {
	FIELD(event, EVENT, ARENA, arena, STRING),
	FIELD(event, EVENT, GENERATION, generation, U64),
	FIELD(event, EVENT, EVENT, event, U32),
	FIELD(event, EVENT, TIME, time, U64),
	FIELD(event, EVENT, NODE, node, U32),
	FIELD(event, EVENT, TYPE, type, U32),
	FIELD(event, EVENT, ORDER, order, U32),
	FIELD(event, EVENT, REASON, reason, U32),
	FIELD(event, EVENT, NAME, name, STRING),
	FIELD(event, EVENT, VALUE, value, U64),
	FIELD(event, EVENT, TEXT, text, STRING),
	FIELD(event, EVENT, NR_LOST, nr_lost, U64),
	FIELD(event, EVENT, UID, uid, U32),
	FIELD(event, EVENT, SYMBOL, symbol, STRING),
};

static const struct field tlb_fields[] = {
	FIELD(tlb, TLB, ARENA, arena, STRING),
	FIELD(tlb, TLB, GENERATION, generation, U64),
	FIELD(tlb, TLB, NAME, name, STRING),
	NESTED(tlb, TLB, ARRAYS, arrays, ROWS, tlb_array_schema),
	FIELD(tlb, TLB, POLICY, policy, U32),
	FIELD(tlb, TLB, SEED, seed, U32),
	FIELD(tlb, TLB, ASIDS, asids, U32),
	FIELD(tlb, TLB, PAGE, page, U32),
	FIELD(tlb, TLB, FORMAT, format, STRING),
	FIELD(tlb, TLB, L1_CYCLES, l1_cycles, U32),
	FIELD(tlb, TLB, L2_CYCLES, l2_cycles, U32),
	FIELD(tlb, TLB, READ_CYCLES, read_cycles, U32),
	FIELD(tlb, TLB, NR_ACCESS, nr_access, U64),
	FIELD(tlb, TLB, NR_WRITE, nr_write, U64),
	FIELD(tlb, TLB, NR_L1_HIT, nr_l1_hit, U64),
	FIELD(tlb, TLB, NR_L2_HIT, nr_l2_hit, U64),
	FIELD(tlb, TLB, NR_MISS, nr_miss, U64),
	FIELD(tlb, TLB, NR_UPGRADE, nr_upgrade, U64),
	FIELD(tlb, TLB, NR_WALK, nr_walk, U64),
	FIELD(tlb, TLB, NR_FAULT, nr_fault, U64),
	FIELD(tlb, TLB, NR_READ, nr_read, U64),
	FIELD(tlb, TLB, NR_L1_EVICT, nr_l1_evict, U64),
	FIELD(tlb, TLB, NR_L2_EVICT, nr_l2_evict, U64),
	FIELD(tlb, TLB, NR_INVALIDATED, nr_invalidated, U64),
	FIELD(tlb, TLB, NR_SWITCH, nr_switch, U64),
	FIELD(tlb, TLB, NR_REASSIGNED, nr_reassigned, U64),
	FIELD(tlb, TLB, L1_TOTAL, l1_total, U64),
	FIELD(tlb, TLB, L2_TOTAL, l2_total, U64),
	FIELD(tlb, TLB, WALK_TOTAL, walk_total, U64),
	FIELD(tlb, TLB, REGION, region, STRING),
};

static const struct field pt_format_fields[] = {
	FIELD(pt_format, PT_FORMAT, INDEX, index, U32),
	FIELD(pt_format, PT_FORMAT, NAME, name, STRING),
	FIELD(pt_format, PT_FORMAT, SPLIT, split, STRING),
	FIELD(pt_format, PT_FORMAT, SECTION, section, STRING),
	FIELD(pt_format, PT_FORMAT, LEVELS, levels, U32),
	FIELD(pt_format, PT_FORMAT, ENTRY_SIZE, entry_size, U32),
	FIELD(pt_format, PT_FORMAT, ADDRESS_BITS, address_bits, U32),
	FIELD(pt_format, PT_FORMAT, PHYSICAL_BITS, physical_bits, U32),
	FIELD(pt_format, PT_FORMAT, EXAMPLE, example, STRING),
	FIELD(pt_format, PT_FORMAT, NR_PAGES, nr_pages, U64),
	FIELD(pt_format, PT_FORMAT, NR_TABLES, nr_tables, U64),
	FIELD(pt_format, PT_FORMAT, BYTES, bytes, U64),
	FIELD(pt_format, PT_FORMAT, NR_LARGE_TABLES, nr_large_tables, U64),
	FIELD(pt_format, PT_FORMAT, LARGE_BYTES, large_bytes, U64),
	FIELD(pt_format, PT_FORMAT, FLAT, flat, U64),
};

static const struct field vma_fields[] = {
	FIELD(vma, VMA, ARENA, arena, STRING),
	FIELD(vma, VMA, GENERATION, generation, U64),
	FIELD(vma, VMA, REGION, region, STRING),
	FIELD(vma, VMA, START, start, U64),
	FIELD(vma, VMA, END, end, U64),
	FIELD(vma, VMA, RIGHTS, rights, U32),
	FIELD(vma, VMA, FILE, file, STRING),
	FIELD(vma, VMA, OFFSET, offset, U64),
	FIELD(vma, VMA, NR_MAPPED, nr_mapped, U32),
	FIELD(vma, VMA, NR_ZERO, nr_zero, U32),
	FIELD(vma, VMA, NR_LARGE, nr_large, U32),
	FIELD(vma, VMA, RSS, rss, U64),
	FIELD(vma, VMA, USS, uss, U64),
	FIELD(vma, VMA, PSS, pss, U64),
	FIELD(vma, VMA, NR_DIRTY, nr_dirty, U32),
	FIELD(vma, VMA, NR_ACCESSED, nr_accessed, U32),
	FIELD(vma, VMA, NR_SHARED_DIRTY, nr_shared_dirty, U32),
	FIELD(vma, VMA, NR_PRIVATE_DIRTY, nr_private_dirty, U32),
	FIELD(vma, VMA, PSS_DIRTY, pss_dirty, U64),
	FIELD(vma, VMA, DEV_MAJOR, dev_major, U32),
	FIELD(vma, VMA, DEV_MINOR, dev_minor, U32),
	FIELD(vma, VMA, INODE, inode, U64),
};

static const struct field process_fields[] = {
	FIELD(process, PROCESS, ARENA, arena, STRING),
	FIELD(process, PROCESS, GENERATION, generation, U64),
	FIELD(process, PROCESS, REGION, region, STRING),
	FIELD(process, PROCESS, PID, pid, U32),
	FIELD(process, PROCESS, COMM, comm, STRING),
	FIELD(process, PROCESS, NR_MAPPINGS, nr_mappings, U32),
	FIELD(process, PROCESS, VSS, vss, U64),
	FIELD(process, PROCESS, RSS, rss, U64),
	FIELD(process, PROCESS, USS, uss, U64),
	FIELD(process, PROCESS, PSS, pss, U64),
	FIELD(process, PROCESS, NR_ZERO, nr_zero, U32),
	FIELD(process, PROCESS, NR_ACCESSED, nr_accessed, U32),
	FIELD(process, PROCESS, NR_DIRTY, nr_dirty, U32),
	FIELD(process, PROCESS, NR_MINOR, nr_minor, U64),
	FIELD(process, PROCESS, NR_MAJOR, nr_major, U64),
	FIELD(process, PROCESS, NR_ZERO_FAULT, nr_zero_fault, U64),
	FIELD(process, PROCESS, NR_NEW, nr_new, U64),
	FIELD(process, PROCESS, NR_COW, nr_cow, U64),
	FIELD(process, PROCESS, NR_REFUSED, nr_refused, U64),
};

static const struct field access_fields[] = {
	FIELD(access, ACCESS, ADDRESS, address, U64),
	FIELD(access, ACCESS, SIZE, size, U64),
	NESTED(access, ACCESS, DATA, data, ROWS, byte_schema),
	FIELD(access, ACCESS, NR_MINOR, nr_minor, U64),
	FIELD(access, ACCESS, NR_MAJOR, nr_major, U64),
	FIELD(access, ACCESS, NR_ZERO_FAULT, nr_zero_fault, U64),
	FIELD(access, ACCESS, NR_NEW, nr_new, U64),
	FIELD(access, ACCESS, NR_COW, nr_cow, U64),
	FIELD(access, ACCESS, NR_REFUSED, nr_refused, U64),
};

static const struct field idle_fields[] = {
	FIELD(idle, IDLE, ARENA, arena, STRING),
	FIELD(idle, IDLE, GENERATION, generation, U64),
	FIELD(idle, IDLE, REGION, region, STRING),
	FIELD(idle, IDLE, NR_PAGES, nr_pages, U64),
	FIELD(idle, IDLE, NR_ACCESSED, nr_accessed, U64),
	FIELD(idle, IDLE, NR_IDLE, nr_idle, U64),
	FIELD(idle, IDLE, NR_DIRTY, nr_dirty, U64),
};

static const struct field rmap_fields[] = {
	FIELD(rmap, RMAP, ARENA, arena, STRING),
	FIELD(rmap, RMAP, GENERATION, generation, U64),
	FIELD(rmap, RMAP, PFN, pfn, U64),
	NESTED(rmap, RMAP, PLACE, places, NEST, rmap_place_schema),
	FIELD(rmap, RMAP, NR_PLACES, nr_places, U32),
};

static const struct field rmap_place_fields[] = {
	FIELD(rmap_place, RMAP_PLACE, REGION, region, STRING),
	FIELD(rmap_place, RMAP_PLACE, ADDRESS, address, U64),
	FIELD(rmap_place, RMAP_PLACE, ENTRY, entry, U64),
	FIELD(rmap_place, RMAP_PLACE, NR_PROCESSES, nr_processes, U32),
};

static const struct field trace_fields[] = {
	FIELD(trace, TRACE, REGION, region, STRING),
	FIELD(trace, TRACE, NEXT, next, U64),
	FIELD(trace, TRACE, LOST, lost, U64),
	NESTED(trace, TRACE, RECORD, records, NEST, trace_record_schema),
};

static const struct field trace_record_fields[] = {
	FIELD(trace_record, TRACE_RECORD, SEQUENCE, sequence, U64),
	FIELD(trace_record, TRACE_RECORD, TIME, time, U64),
	FIELD(trace_record, TRACE_RECORD, ADDRESS, address, U64),
	FIELD(trace_record, TRACE_RECORD, USER, user, U64),
	FIELD(trace_record, TRACE_RECORD, PID, pid, U32),
	FIELD(trace_record, TRACE_RECORD, FAULT, fault, U32),
	FIELD(trace_record, TRACE_RECORD, REFUSAL, refusal, U32),
	FIELD(trace_record, TRACE_RECORD, WRITE, write, FLAG),
	FIELD(trace_record, TRACE_RECORD, PAGES, pages, U32),
};

static const struct field inject_fields[] = {
	FIELD(inject, INJECT, ARENA, arena, STRING),
	FIELD(inject, INJECT, GENERATION, generation, U64),
	FIELD(inject, INJECT, ID, id, U32),
	FIELD(inject, INJECT, SITE, site, U32),
	FIELD(inject, INJECT, NTH, nth, U32),
	FIELD(inject, INJECT, PROBABILITY, probability, U32),
	FIELD(inject, INJECT, TIMES, times, U32),
	FIELD(inject, INJECT, SEED, seed, U64),
	FIELD(inject, INJECT, ORDER, order, U32),
	FIELD(inject, INJECT, CACHE, cache, STRING),
	FIELD(inject, INJECT, NR_TRY, nr_try, U64),
	FIELD(inject, INJECT, NR_INJECTED, nr_injected, U64),
};

/* One number stands for the arena in every request but an exec. */
_Static_assert((int)MEMCTL_A_ZONE_ARENA == (int)MEMCTL_A_ARENA_ARENA, "ZONE");
_Static_assert((int)MEMCTL_A_CHUNK_ARENA == (int)MEMCTL_A_ARENA_ARENA, "CHUNK");
_Static_assert((int)MEMCTL_A_CACHE_ARENA == (int)MEMCTL_A_ARENA_ARENA, "CACHE");
_Static_assert((int)MEMCTL_A_HANDLE_ARENA == (int)MEMCTL_A_ARENA_ARENA, "HANDLE");
_Static_assert((int)MEMCTL_A_REGION_ARENA == (int)MEMCTL_A_ARENA_ARENA, "REGION");
_Static_assert((int)MEMCTL_A_PT_ARENA == (int)MEMCTL_A_ARENA_ARENA, "PT");
_Static_assert((int)MEMCTL_A_WHAT_ARENA == (int)MEMCTL_A_ARENA_ARENA, "WHAT");
_Static_assert((int)MEMCTL_A_WHY_ARENA == (int)MEMCTL_A_ARENA_ARENA, "WHY");
_Static_assert((int)MEMCTL_A_VERIFY_ARENA == (int)MEMCTL_A_ARENA_ARENA, "VERIFY");
_Static_assert((int)MEMCTL_A_PLANT_ARENA == (int)MEMCTL_A_ARENA_ARENA, "PLANT");
_Static_assert((int)MEMCTL_A_EVENT_ARENA == (int)MEMCTL_A_ARENA_ARENA, "EVENT");
_Static_assert((int)MEMCTL_A_TLB_ARENA == (int)MEMCTL_A_ARENA_ARENA, "TLB");
_Static_assert((int)MEMCTL_A_PT_FORMAT_ARENA == (int)MEMCTL_A_ARENA_ARENA, "PT_FORMAT");
_Static_assert((int)MEMCTL_A_VMA_ARENA == (int)MEMCTL_A_ARENA_ARENA, "VMA");
_Static_assert((int)MEMCTL_A_PROCESS_ARENA == (int)MEMCTL_A_ARENA_ARENA, "PROCESS");
_Static_assert((int)MEMCTL_A_ACCESS_ARENA == (int)MEMCTL_A_ARENA_ARENA, "ACCESS");
_Static_assert((int)MEMCTL_A_IDLE_ARENA == (int)MEMCTL_A_ARENA_ARENA, "IDLE");
_Static_assert((int)MEMCTL_A_RMAP_ARENA == (int)MEMCTL_A_ARENA_ARENA, "RMAP");
_Static_assert((int)MEMCTL_A_TRACE_ARENA == (int)MEMCTL_A_ARENA_ARENA, "TRACE");
_Static_assert((int)MEMCTL_A_INJECT_ARENA == (int)MEMCTL_A_ARENA_ARENA, "INJECT");
