/* SPDX-License-Identifier: GPL-2.0 */
/*
 * schema.h - the attribute sets that the tool reads.
 */
#ifndef MEMCTL_CLI_SCHEMA_H
#define MEMCTL_CLI_SCHEMA_H

#include "decode.h"

extern const struct schema arena_schema, zone_schema, chunk_schema, cache_schema, exec_schema,
	handle_schema, region_schema, pt_schema, pt_entry_schema, what_schema, why_schema,
	why_zone_schema, verify_schema, leak_schema, memory_error_schema, problem_schema,
	event_schema, tlb_schema, pt_format_schema, vma_schema, process_schema, access_schema,
	idle_schema, rmap_schema, rmap_place_schema, trace_schema, trace_record_schema,
	inject_schema;

#endif /* MEMCTL_CLI_SCHEMA_H */
