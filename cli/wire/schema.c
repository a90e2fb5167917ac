// SPDX-License-Identifier: GPL-2.0
/*
 * schema.c - the attribute sets of Documentation/netlink/specs/memctl.yaml as structs of model.h.
 *
 * Which member each attribute becomes, and its type, is in fields_gen.h, generated from the two.
 * Here is what neither says: how a set is named in complaints, and which of its attributes are
 * required: those that name a row, and those that the views in the kernel's formats cannot do
 * without. The others may be missing: the module omits what the caller has no right to see.
 */
#include <linux/memctl.h>

#include "decode.h"
#include "model.h"
#include "schema.h"

#define FIELD(row, set, name, member, type)                                                       \
	{                                                                                         \
		.attr = MEMCTL_A_##set##_##name, .kind = FIELD_##type,                            \
		.required = !!(REQUIRED_##set & (UINT64_C(1) << MEMCTL_A_##set##_##name)),        \
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
#define ROWS(text, of)                   \
	{                                \
		.name = text, .size = of \
	}

#define A(attr) (UINT64_C(1) << MEMCTL_A_##attr)

#define REQUIRED_ARENA 0
#define REQUIRED_ZONE                                                                     \
	(A(ZONE_ARENA) | A(ZONE_INDEX) | A(ZONE_NODE) | A(ZONE_TYPE) | A(ZONE_NR_FREE) |  \
	 A(ZONE_NR_FRAMES) | A(ZONE_WMARK_MIN) | A(ZONE_WMARK_LOW) | A(ZONE_WMARK_HIGH) | \
	 A(ZONE_FREE_BLOCKS))
#define REQUIRED_CHUNK	      (A(CHUNK_ARENA) | A(CHUNK_FN) | A(CHUNK_ORDER))
#define REQUIRED_CACHE	      0
#define REQUIRED_EXEC	      0
#define REQUIRED_HANDLE	      0
#define REQUIRED_REGION	      (A(REGION_START) | A(REGION_END))
#define REQUIRED_PT	      0
#define REQUIRED_PT_ENTRY     (A(PT_ENTRY_LEVEL) | A(PT_ENTRY_INDEX) | A(PT_ENTRY_ENTRY))
#define REQUIRED_WHAT	      0
#define REQUIRED_WHY	      0
#define REQUIRED_WHY_ZONE     (A(WHY_ZONE_NODE) | A(WHY_ZONE_TYPE))
#define REQUIRED_VERIFY	      (A(VERIFY_NR_CHECKS) | A(VERIFY_NR_PROBLEMS))
#define REQUIRED_LEAK	      (A(LEAK_KIND) | A(LEAK_NR))
#define REQUIRED_MEMORY_ERROR (A(MEMORY_ERROR_FN))
#define REQUIRED_PROBLEM      (A(PROBLEM_INVARIANT))
#define REQUIRED_EVENT	      (A(EVENT_EVENT))
#define REQUIRED_TLB	      (A(TLB_NAME))
#define REQUIRED_PT_FORMAT    0
#define REQUIRED_VMA	      (A(VMA_START))
#define REQUIRED_PROCESS      (A(PROCESS_REGION) | A(PROCESS_PID))
#define REQUIRED_ACCESS	      (A(ACCESS_ADDRESS))
#define REQUIRED_IDLE	      (A(IDLE_NR_PAGES) | A(IDLE_NR_ACCESSED) | A(IDLE_NR_IDLE))
#define REQUIRED_RMAP	      (A(RMAP_PFN) | A(RMAP_NR_PLACES))
#define REQUIRED_RMAP_PLACE   (A(RMAP_PLACE_REGION) | A(RMAP_PLACE_ADDRESS) | A(RMAP_PLACE_ENTRY))
#define REQUIRED_TRACE	      (A(TRACE_NEXT))
#define REQUIRED_TRACE_RECORD                                                        \
	(A(TRACE_RECORD_SEQUENCE) | A(TRACE_RECORD_TIME) | A(TRACE_RECORD_ADDRESS) | \
	 A(TRACE_RECORD_FAULT))
#define REQUIRED_INJECT (A(INJECT_ID))

static const struct schema byte_schema = ROWS("byte", 1);
static const struct schema cpu_cached_schema = ROWS("CPU", sizeof(struct cpu_cached));
static const struct schema result_schema = ROWS("result", sizeof(struct memctl_result));
static const struct schema tlb_array_schema = ROWS("TLB array", sizeof(struct memctl_tlb_array));

#include "fields_gen.h"

const struct schema arena_schema = SCHEMA("arena", arena, arena_fields);
const struct schema zone_schema = SCHEMA("zone", zone, zone_fields);
const struct schema chunk_schema = SCHEMA("chunk", chunk, chunk_fields);
const struct schema cache_schema = SCHEMA("cache", cache, cache_fields);
const struct schema exec_schema = SCHEMA("batch", exec_reply, exec_fields);
const struct schema handle_schema = SCHEMA("handle", handle, handle_fields);
const struct schema region_schema = SCHEMA("region", region, region_fields);
const struct schema pt_schema = SCHEMA("page table", pt, pt_fields);
const struct schema pt_entry_schema = SCHEMA("page-table entry", pt_entry, pt_entry_fields);
const struct schema what_schema = SCHEMA("frame", what, what_fields);
const struct schema why_schema = SCHEMA("verdict", why, why_fields);
const struct schema why_zone_schema = SCHEMA("zone tried", why_zone, why_zone_fields);
const struct schema verify_schema = SCHEMA("verify", verify, verify_fields);
const struct schema leak_schema = SCHEMA("leak", leak, leak_fields);
const struct schema memory_error_schema = SCHEMA("memory error", memory_error, memory_error_fields);
const struct schema problem_schema = SCHEMA("problem", problem, problem_fields);
const struct schema event_schema = SCHEMA("event", event, event_fields);
const struct schema tlb_schema = SCHEMA("TLB model", tlb, tlb_fields);
const struct schema pt_format_schema = SCHEMA("paging format", pt_format, pt_format_fields);
const struct schema vma_schema = SCHEMA("vma", vma, vma_fields);
const struct schema process_schema = SCHEMA("process", process, process_fields);
const struct schema access_schema = SCHEMA("access", access, access_fields);
const struct schema idle_schema = SCHEMA("count of pages", idle, idle_fields);
const struct schema rmap_schema = SCHEMA("frame", rmap, rmap_fields);
const struct schema rmap_place_schema =
	SCHEMA("page that a frame backs", rmap_place, rmap_place_fields);
const struct schema trace_schema = SCHEMA("trace", trace, trace_fields);
const struct schema trace_record_schema = SCHEMA("fault", trace_record, trace_record_fields);
const struct schema inject_schema = SCHEMA("injected fault", inject, inject_fields);
