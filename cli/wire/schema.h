/* SPDX-License-Identifier: GPL-2.0 */
/*
 * schema.h - the attribute sets that the tool reads.
 */
#ifndef MEMCTL_CLI_SCHEMA_H
#define MEMCTL_CLI_SCHEMA_H

#include "decode.h"

extern const struct schema arena_schema, zone_schema, chunk_schema, cache_schema, exec_schema,
	handle_schema, region_schema, vma_schema, process_schema, access_schema, idle_schema,
	rmap_schema, trace_schema, pt_schema, pt_format_schema, tlb_schema, what_schema, why_schema,
	verify_schema, event_schema, inject_schema;

#endif /* MEMCTL_CLI_SCHEMA_H */
