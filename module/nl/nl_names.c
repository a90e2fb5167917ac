// SPDX-License-Identifier: GPL-2.0
/*
 * The names of the commands of the interface, to name a request that is in
 * progress: as in Documentation/netlink/specs/memctl.yaml.
 */
#include "nl/nl_impl.h"

static const char *const names[] = {
	[MEMCTL_CMD_ARENA_GET] = "arena-get",
	[MEMCTL_CMD_ARENA_ADD] = "arena-add",
	[MEMCTL_CMD_ARENA_DEL] = "arena-del",
	[MEMCTL_CMD_ARENA_GROW] = "arena-grow",
	[MEMCTL_CMD_ARENA_SHRINK] = "arena-shrink",
	[MEMCTL_CMD_ARENA_HASH] = "arena-hash",
	[MEMCTL_CMD_ZONE_GET] = "zone-get",
	[MEMCTL_CMD_CHUNK_GET] = "chunk-get",
	[MEMCTL_CMD_CACHE_GET] = "cache-get",
	[MEMCTL_CMD_CACHE_ADD] = "cache-add",
	[MEMCTL_CMD_CACHE_DEL] = "cache-del",
	[MEMCTL_CMD_CACHE_SHRINK] = "cache-shrink",
	[MEMCTL_CMD_EXEC] = "exec",
	[MEMCTL_CMD_HANDLE_GET] = "handle-get",
	[MEMCTL_CMD_HANDLE_FREE] = "handle-free",
	[MEMCTL_CMD_REGION_GET] = "region-get",
	[MEMCTL_CMD_REGION_ADD] = "region-add",
	[MEMCTL_CMD_REGION_DEL] = "region-del",
	[MEMCTL_CMD_PT_WALK] = "pt-walk",
	[MEMCTL_CMD_PT_GET] = "pt-get",
	[MEMCTL_CMD_PT_VERIFY] = "pt-verify",
	[MEMCTL_CMD_WHAT] = "what",
	[MEMCTL_CMD_WHY] = "why",
	[MEMCTL_CMD_VERIFY] = "verify",
	[MEMCTL_CMD_PLANT] = "plant",
	[MEMCTL_CMD_TLB_GET] = "tlb-get",
	[MEMCTL_CMD_TLB_ADD] = "tlb-add",
	[MEMCTL_CMD_TLB_DEL] = "tlb-del",
	[MEMCTL_CMD_TLB_CLEAR] = "tlb-clear",
	[MEMCTL_CMD_TLB_FEED] = "tlb-feed",
	[MEMCTL_CMD_PT_FORMAT_GET] = "pt-format-get",
	[MEMCTL_CMD_REGION_SET] = "region-set",
	[MEMCTL_CMD_REGION_FORK] = "region-fork",
	[MEMCTL_CMD_VMA_GET] = "vma-get",
	[MEMCTL_CMD_VMA_MAP] = "vma-map",
	[MEMCTL_CMD_VMA_UNMAP] = "vma-unmap",
	[MEMCTL_CMD_VMA_PROTECT] = "vma-protect",
	[MEMCTL_CMD_VMA_DISCARD] = "vma-discard",
	[MEMCTL_CMD_REGION_READ] = "region-read",
	[MEMCTL_CMD_REGION_WRITE] = "region-write",
	[MEMCTL_CMD_REGION_TOUCH] = "region-touch",
	[MEMCTL_CMD_REGION_IDLE] = "region-idle",
	[MEMCTL_CMD_PROCESS_GET] = "process-get",
	[MEMCTL_CMD_RMAP] = "rmap",
	[MEMCTL_CMD_TRACE_SET] = "trace-set",
	[MEMCTL_CMD_TRACE_GET] = "trace-get",
	[MEMCTL_CMD_INJECT_GET] = "inject-get",
	[MEMCTL_CMD_INJECT_ADD] = "inject-add",
	[MEMCTL_CMD_INJECT_DEL] = "inject-del",
	[MEMCTL_CMD_ARENA_DRAIN] = "arena-drain",
};

const char *mctl_nl_command_name(u8 cmd)
{
	return cmd < ARRAY_SIZE(names) && names[cmd] ? names[cmd] : "request";
}
