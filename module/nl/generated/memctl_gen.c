// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/memctl.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "memctl_gen.h"

#include <uapi/linux/memctl.h>

/* MEMCTL_CMD_ARENA_GET - do */
const struct nla_policy memctl_arena_get_nl_policy[MEMCTL_A_ARENA_ARENA + 1] = {
	[MEMCTL_A_ARENA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_ARENA_ADD - do */
const struct nla_policy memctl_arena_add_nl_policy[MEMCTL_A_ARENA_NO_CPU_CACHES + 1] = {
	[MEMCTL_A_ARENA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ARENA_SIZE] = { .type = NLA_U64, },
	[MEMCTL_A_ARENA_DMA] = { .type = NLA_U64, },
	[MEMCTL_A_ARENA_DMA32] = { .type = NLA_U64, },
	[MEMCTL_A_ARENA_NODES] = { .type = NLA_BINARY, },
	[MEMCTL_A_ARENA_NO_CPU_CACHES] = { .type = NLA_FLAG, },
};

/* MEMCTL_CMD_ARENA_DEL - do */
const struct nla_policy memctl_arena_del_nl_policy[MEMCTL_A_ARENA_ARENA + 1] = {
	[MEMCTL_A_ARENA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_ARENA_GROW - do */
const struct nla_policy memctl_arena_grow_nl_policy[MEMCTL_A_ARENA_NODES + 1] = {
	[MEMCTL_A_ARENA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ARENA_SIZE] = { .type = NLA_U64, },
	[MEMCTL_A_ARENA_NODES] = { .type = NLA_BINARY, },
};

/* MEMCTL_CMD_ARENA_SHRINK - do */
const struct nla_policy memctl_arena_shrink_nl_policy[MEMCTL_A_ARENA_SIZE + 1] = {
	[MEMCTL_A_ARENA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ARENA_SIZE] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_ARENA_HASH - do */
const struct nla_policy memctl_arena_hash_nl_policy[MEMCTL_A_ARENA_ARENA + 1] = {
	[MEMCTL_A_ARENA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_ZONE_GET - do */
const struct nla_policy memctl_zone_get_nl_policy[MEMCTL_A_ZONE_INDEX + 1] = {
	[MEMCTL_A_ZONE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ZONE_INDEX] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_CHUNK_GET - do */
const struct nla_policy memctl_chunk_get_nl_policy[MEMCTL_A_CHUNK_FN + 1] = {
	[MEMCTL_A_CHUNK_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_CHUNK_FN] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_CACHE_GET - do */
const struct nla_policy memctl_cache_get_nl_policy[MEMCTL_A_CACHE_ID + 1] = {
	[MEMCTL_A_CACHE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_CACHE_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_CACHE_ID] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_CACHE_ADD - do */
const struct nla_policy memctl_cache_add_nl_policy[MEMCTL_A_CACHE_FLAGS + 1] = {
	[MEMCTL_A_CACHE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_CACHE_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_CACHE_SIZE] = { .type = NLA_U32, },
	[MEMCTL_A_CACHE_ALIGN] = { .type = NLA_U32, },
	[MEMCTL_A_CACHE_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1f),
};

/* MEMCTL_CMD_CACHE_DEL - do */
const struct nla_policy memctl_cache_del_nl_policy[MEMCTL_A_CACHE_ID + 1] = {
	[MEMCTL_A_CACHE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_CACHE_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_CACHE_ID] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_CACHE_SHRINK - do */
const struct nla_policy memctl_cache_shrink_nl_policy[MEMCTL_A_CACHE_ID + 1] = {
	[MEMCTL_A_CACHE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_CACHE_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_CACHE_ID] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_EXEC - do */
const struct nla_policy memctl_exec_nl_policy[MEMCTL_A_EXEC_STOP + 1] = {
	[MEMCTL_A_EXEC_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_EXEC_OPS] = { .type = NLA_BINARY, },
	[MEMCTL_A_EXEC_STOP] = { .type = NLA_FLAG, },
};

/* MEMCTL_CMD_HANDLE_GET - do */
const struct nla_policy memctl_handle_get_nl_policy[MEMCTL_A_HANDLE_KERNEL + 1] = {
	[MEMCTL_A_HANDLE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_HANDLE_HANDLE] = { .type = NLA_U64, },
	[MEMCTL_A_HANDLE_KIND] = NLA_POLICY_MAX(NLA_U32, 2),
	[MEMCTL_A_HANDLE_OWNER] = { .type = NLA_U32, },
	[MEMCTL_A_HANDLE_KERNEL] = { .type = NLA_FLAG, },
};

/* MEMCTL_CMD_HANDLE_FREE - do */
const struct nla_policy memctl_handle_free_nl_policy[MEMCTL_A_HANDLE_OWNER + 1] = {
	[MEMCTL_A_HANDLE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_HANDLE_OWNER] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_REGION_GET - do */
const struct nla_policy memctl_region_get_nl_policy[MEMCTL_A_REGION_NAME + 1] = {
	[MEMCTL_A_REGION_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_REGION_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_REGION_ADD - do */
const struct nla_policy memctl_region_add_nl_policy[MEMCTL_A_REGION_EMPTY + 1] = {
	[MEMCTL_A_REGION_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_REGION_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_REGION_NR_PAGES] = { .type = NLA_U32, },
	[MEMCTL_A_REGION_READONLY] = { .type = NLA_FLAG, },
	[MEMCTL_A_REGION_SIZE] = { .type = NLA_U64, },
	[MEMCTL_A_REGION_LIMIT] = { .type = NLA_U32, },
	[MEMCTL_A_REGION_ORDER] = NLA_POLICY_MAX(NLA_U32, MEMCTL_MAX_ORDER),
	[MEMCTL_A_REGION_WINDOW] = { .type = NLA_U32, },
	[MEMCTL_A_REGION_EMPTY] = { .type = NLA_FLAG, },
};

/* MEMCTL_CMD_REGION_DEL - do */
const struct nla_policy memctl_region_del_nl_policy[MEMCTL_A_REGION_NAME + 1] = {
	[MEMCTL_A_REGION_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_REGION_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_PT_WALK - do */
const struct nla_policy memctl_pt_walk_nl_policy[MEMCTL_A_PT_ADDRESS + 1] = {
	[MEMCTL_A_PT_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PT_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PT_ADDRESS] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_PT_GET - do */
const struct nla_policy memctl_pt_get_nl_policy[MEMCTL_A_PT_LEVEL + 1] = {
	[MEMCTL_A_PT_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PT_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PT_ADDRESS] = { .type = NLA_U64, },
	[MEMCTL_A_PT_LEVEL] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_PT_VERIFY - do */
const struct nla_policy memctl_pt_verify_nl_policy[MEMCTL_A_PT_PID + 1] = {
	[MEMCTL_A_PT_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PT_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PT_PID] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_WHAT - do */
const struct nla_policy memctl_what_nl_policy[MEMCTL_A_WHAT_HANDLE + 1] = {
	[MEMCTL_A_WHAT_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_WHAT_ADDRESS] = { .type = NLA_U64, },
	[MEMCTL_A_WHAT_PFN] = { .type = NLA_U64, },
	[MEMCTL_A_WHAT_HANDLE] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_WHY - do */
const struct nla_policy memctl_why_nl_policy[MEMCTL_A_WHY_MEMALLOC + 1] = {
	[MEMCTL_A_WHY_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_WHY_ORDER] = NLA_POLICY_MAX(NLA_U32, MEMCTL_MAX_ORDER),
	[MEMCTL_A_WHY_TYPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[MEMCTL_A_WHY_NODE] = { .type = NLA_S32, },
	[MEMCTL_A_WHY_MIGRATETYPE] = NLA_POLICY_MAX(NLA_U32, 2),
	[MEMCTL_A_WHY_THISNODE] = { .type = NLA_FLAG, },
	[MEMCTL_A_WHY_MEMALLOC] = { .type = NLA_FLAG, },
};

/* MEMCTL_CMD_VERIFY - do */
const struct nla_policy memctl_verify_nl_policy[MEMCTL_A_VERIFY_ARENA + 1] = {
	[MEMCTL_A_VERIFY_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_PLANT - do */
const struct nla_policy memctl_plant_nl_policy[MEMCTL_A_PLANT_REGION + 1] = {
	[MEMCTL_A_PLANT_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PLANT_SITE] = NLA_POLICY_MAX(NLA_U32, 92),
	[MEMCTL_A_PLANT_INDEX] = { .type = NLA_U64, },
	[MEMCTL_A_PLANT_ADDRESS] = { .type = NLA_U64, },
	[MEMCTL_A_PLANT_LEVEL] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
	[MEMCTL_A_PLANT_BIT] = NLA_POLICY_MAX(NLA_U32, 63),
	[MEMCTL_A_PLANT_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_TLB_GET - do */
const struct nla_policy memctl_tlb_get_nl_policy[MEMCTL_A_TLB_NAME + 1] = {
	[MEMCTL_A_TLB_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TLB_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_TLB_ADD - do */
const struct nla_policy memctl_tlb_add_nl_policy[MEMCTL_A_TLB_REGION + 1] = {
	[MEMCTL_A_TLB_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TLB_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TLB_ARRAYS] = { .type = NLA_BINARY, },
	[MEMCTL_A_TLB_POLICY] = NLA_POLICY_MAX(NLA_U32, 3),
	[MEMCTL_A_TLB_SEED] = { .type = NLA_U32, },
	[MEMCTL_A_TLB_ASIDS] = { .type = NLA_U32, },
	[MEMCTL_A_TLB_PAGE] = NLA_POLICY_MAX(NLA_U32, 3),
	[MEMCTL_A_TLB_FORMAT] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TLB_L1_CYCLES] = { .type = NLA_U32, },
	[MEMCTL_A_TLB_L2_CYCLES] = { .type = NLA_U32, },
	[MEMCTL_A_TLB_READ_CYCLES] = { .type = NLA_U32, },
	[MEMCTL_A_TLB_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_TLB_DEL - do */
const struct nla_policy memctl_tlb_del_nl_policy[MEMCTL_A_TLB_NAME + 1] = {
	[MEMCTL_A_TLB_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TLB_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_TLB_CLEAR - do */
const struct nla_policy memctl_tlb_clear_nl_policy[MEMCTL_A_TLB_NAME + 1] = {
	[MEMCTL_A_TLB_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TLB_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_TLB_FEED - do */
const struct nla_policy memctl_tlb_feed_nl_policy[MEMCTL_A_TLB_ACCESSES + 1] = {
	[MEMCTL_A_TLB_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TLB_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TLB_ACCESSES] = { .type = NLA_BINARY, },
};

/* MEMCTL_CMD_PT_FORMAT_GET - do */
const struct nla_policy memctl_pt_format_get_nl_policy[MEMCTL_A_PT_FORMAT_INDEX + 1] = {
	[MEMCTL_A_PT_FORMAT_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PT_FORMAT_INDEX] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_REGION_SET - do */
const struct nla_policy memctl_region_set_nl_policy[MEMCTL_A_REGION_WINDOW + 1] = {
	[MEMCTL_A_REGION_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_REGION_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_REGION_LIMIT] = { .type = NLA_U32, },
	[MEMCTL_A_REGION_WINDOW] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_REGION_FORK - do */
const struct nla_policy memctl_region_fork_nl_policy[MEMCTL_A_REGION_FROM + 1] = {
	[MEMCTL_A_REGION_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_REGION_NAME] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_REGION_FROM] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_VMA_GET - do */
const struct nla_policy memctl_vma_get_nl_policy[MEMCTL_A_VMA_ADDRESS + 1] = {
	[MEMCTL_A_VMA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_ADDRESS] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_VMA_MAP - do */
const struct nla_policy memctl_vma_map_nl_policy[MEMCTL_A_VMA_OFFSET + 1] = {
	[MEMCTL_A_VMA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_START] = { .type = NLA_U64, },
	[MEMCTL_A_VMA_SIZE] = { .type = NLA_U64, },
	[MEMCTL_A_VMA_RIGHTS] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[MEMCTL_A_VMA_FILE] = { .type = NLA_NUL_STRING, .len = MEMCTL_MAX_PATH, },
	[MEMCTL_A_VMA_OFFSET] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_VMA_UNMAP - do */
const struct nla_policy memctl_vma_unmap_nl_policy[MEMCTL_A_VMA_SIZE + 1] = {
	[MEMCTL_A_VMA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_START] = { .type = NLA_U64, },
	[MEMCTL_A_VMA_SIZE] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_VMA_PROTECT - do */
const struct nla_policy memctl_vma_protect_nl_policy[MEMCTL_A_VMA_RIGHTS + 1] = {
	[MEMCTL_A_VMA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_START] = { .type = NLA_U64, },
	[MEMCTL_A_VMA_SIZE] = { .type = NLA_U64, },
	[MEMCTL_A_VMA_RIGHTS] = NLA_POLICY_MASK(NLA_U32, 0x3),
};

/* MEMCTL_CMD_VMA_DISCARD - do */
const struct nla_policy memctl_vma_discard_nl_policy[MEMCTL_A_VMA_SIZE + 1] = {
	[MEMCTL_A_VMA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_VMA_START] = { .type = NLA_U64, },
	[MEMCTL_A_VMA_SIZE] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_REGION_READ - do */
const struct nla_policy memctl_region_read_nl_policy[MEMCTL_A_ACCESS_SIZE + 1] = {
	[MEMCTL_A_ACCESS_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ACCESS_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ACCESS_ADDRESS] = { .type = NLA_U64, },
	[MEMCTL_A_ACCESS_SIZE] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_REGION_WRITE - do */
const struct nla_policy memctl_region_write_nl_policy[MEMCTL_A_ACCESS_DATA + 1] = {
	[MEMCTL_A_ACCESS_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ACCESS_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ACCESS_ADDRESS] = { .type = NLA_U64, },
	[MEMCTL_A_ACCESS_DATA] = { .type = NLA_BINARY, },
};

/* MEMCTL_CMD_REGION_TOUCH - do */
const struct nla_policy memctl_region_touch_nl_policy[MEMCTL_A_ACCESS_WRITE + 1] = {
	[MEMCTL_A_ACCESS_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ACCESS_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_ACCESS_ADDRESS] = { .type = NLA_U64, },
	[MEMCTL_A_ACCESS_SIZE] = { .type = NLA_U64, },
	[MEMCTL_A_ACCESS_WRITE] = { .type = NLA_FLAG, },
};

/* MEMCTL_CMD_REGION_IDLE - do */
const struct nla_policy memctl_region_idle_nl_policy[MEMCTL_A_IDLE_CLEAR + 1] = {
	[MEMCTL_A_IDLE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_IDLE_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_IDLE_CLEAR] = { .type = NLA_FLAG, },
};

/* MEMCTL_CMD_PROCESS_GET - do */
const struct nla_policy memctl_process_get_nl_policy[MEMCTL_A_PROCESS_PID + 1] = {
	[MEMCTL_A_PROCESS_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PROCESS_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_PROCESS_PID] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_RMAP - do */
const struct nla_policy memctl_rmap_nl_policy[MEMCTL_A_RMAP_PFN + 1] = {
	[MEMCTL_A_RMAP_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_RMAP_PFN] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_TRACE_SET - do */
const struct nla_policy memctl_trace_set_nl_policy[MEMCTL_A_TRACE_ENABLE + 1] = {
	[MEMCTL_A_TRACE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TRACE_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TRACE_ENABLE] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* MEMCTL_CMD_TRACE_GET - do */
const struct nla_policy memctl_trace_get_nl_policy[MEMCTL_A_TRACE_NEXT + 1] = {
	[MEMCTL_A_TRACE_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TRACE_REGION] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_TRACE_NEXT] = { .type = NLA_U64, },
};

/* MEMCTL_CMD_INJECT_GET - do */
const struct nla_policy memctl_inject_get_nl_policy[MEMCTL_A_INJECT_ID + 1] = {
	[MEMCTL_A_INJECT_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_INJECT_ID] = { .type = NLA_U32, },
};

/* MEMCTL_CMD_INJECT_ADD - do */
const struct nla_policy memctl_inject_add_nl_policy[MEMCTL_A_INJECT_CACHE + 1] = {
	[MEMCTL_A_INJECT_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_INJECT_SITE] = NLA_POLICY_MAX(NLA_U32, 4),
	[MEMCTL_A_INJECT_NTH] = NLA_POLICY_MIN(NLA_U32, 1),
	[MEMCTL_A_INJECT_PROBABILITY] = NLA_POLICY_MIN(NLA_U32, 1),
	[MEMCTL_A_INJECT_TIMES] = { .type = NLA_U32, },
	[MEMCTL_A_INJECT_SEED] = { .type = NLA_U64, },
	[MEMCTL_A_INJECT_ORDER] = NLA_POLICY_MAX(NLA_U32, MEMCTL_MAX_ORDER),
	[MEMCTL_A_INJECT_CACHE] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* MEMCTL_CMD_INJECT_DEL - do */
const struct nla_policy memctl_inject_del_nl_policy[MEMCTL_A_INJECT_ALL + 1] = {
	[MEMCTL_A_INJECT_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
	[MEMCTL_A_INJECT_ID] = { .type = NLA_U32, },
	[MEMCTL_A_INJECT_ALL] = { .type = NLA_FLAG, },
};

/* MEMCTL_CMD_ARENA_DRAIN - do */
const struct nla_policy memctl_arena_drain_nl_policy[MEMCTL_A_ARENA_ARENA + 1] = {
	[MEMCTL_A_ARENA_ARENA] = { .type = NLA_NUL_STRING, .len = MEMCTL_NAME_MAX, },
};

/* Ops table for memctl */
const struct genl_ops memctl_nl_ops[50] = {
	{
		.cmd		= MEMCTL_CMD_ARENA_GET,
		.doit		= memctl_nl_arena_get_doit,
		.dumpit		= memctl_nl_arena_get_dumpit,
		.policy		= memctl_arena_get_nl_policy,
		.maxattr	= MEMCTL_A_ARENA_ARENA,
	},
	{
		.cmd		= MEMCTL_CMD_ARENA_ADD,
		.doit		= memctl_nl_arena_add_doit,
		.policy		= memctl_arena_add_nl_policy,
		.maxattr	= MEMCTL_A_ARENA_NO_CPU_CACHES,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_ARENA_DEL,
		.doit		= memctl_nl_arena_del_doit,
		.policy		= memctl_arena_del_nl_policy,
		.maxattr	= MEMCTL_A_ARENA_ARENA,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_ARENA_GROW,
		.doit		= memctl_nl_arena_grow_doit,
		.policy		= memctl_arena_grow_nl_policy,
		.maxattr	= MEMCTL_A_ARENA_NODES,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_ARENA_SHRINK,
		.doit		= memctl_nl_arena_shrink_doit,
		.policy		= memctl_arena_shrink_nl_policy,
		.maxattr	= MEMCTL_A_ARENA_SIZE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_ARENA_HASH,
		.doit		= memctl_nl_arena_hash_doit,
		.policy		= memctl_arena_hash_nl_policy,
		.maxattr	= MEMCTL_A_ARENA_ARENA,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_ZONE_GET,
		.doit		= memctl_nl_zone_get_doit,
		.dumpit		= memctl_nl_zone_get_dumpit,
		.policy		= memctl_zone_get_nl_policy,
		.maxattr	= MEMCTL_A_ZONE_INDEX,
	},
	{
		.cmd		= MEMCTL_CMD_CHUNK_GET,
		.doit		= memctl_nl_chunk_get_doit,
		.dumpit		= memctl_nl_chunk_get_dumpit,
		.policy		= memctl_chunk_get_nl_policy,
		.maxattr	= MEMCTL_A_CHUNK_FN,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_CACHE_GET,
		.doit		= memctl_nl_cache_get_doit,
		.dumpit		= memctl_nl_cache_get_dumpit,
		.policy		= memctl_cache_get_nl_policy,
		.maxattr	= MEMCTL_A_CACHE_ID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_CACHE_ADD,
		.doit		= memctl_nl_cache_add_doit,
		.policy		= memctl_cache_add_nl_policy,
		.maxattr	= MEMCTL_A_CACHE_FLAGS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_CACHE_DEL,
		.doit		= memctl_nl_cache_del_doit,
		.policy		= memctl_cache_del_nl_policy,
		.maxattr	= MEMCTL_A_CACHE_ID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_CACHE_SHRINK,
		.doit		= memctl_nl_cache_shrink_doit,
		.policy		= memctl_cache_shrink_nl_policy,
		.maxattr	= MEMCTL_A_CACHE_ID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_EXEC,
		.doit		= memctl_nl_exec_doit,
		.policy		= memctl_exec_nl_policy,
		.maxattr	= MEMCTL_A_EXEC_STOP,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_HANDLE_GET,
		.doit		= memctl_nl_handle_get_doit,
		.dumpit		= memctl_nl_handle_get_dumpit,
		.policy		= memctl_handle_get_nl_policy,
		.maxattr	= MEMCTL_A_HANDLE_KERNEL,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_HANDLE_FREE,
		.doit		= memctl_nl_handle_free_doit,
		.policy		= memctl_handle_free_nl_policy,
		.maxattr	= MEMCTL_A_HANDLE_OWNER,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_REGION_GET,
		.doit		= memctl_nl_region_get_doit,
		.dumpit		= memctl_nl_region_get_dumpit,
		.policy		= memctl_region_get_nl_policy,
		.maxattr	= MEMCTL_A_REGION_NAME,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_REGION_ADD,
		.doit		= memctl_nl_region_add_doit,
		.policy		= memctl_region_add_nl_policy,
		.maxattr	= MEMCTL_A_REGION_EMPTY,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_REGION_DEL,
		.doit		= memctl_nl_region_del_doit,
		.policy		= memctl_region_del_nl_policy,
		.maxattr	= MEMCTL_A_REGION_NAME,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_PT_WALK,
		.doit		= memctl_nl_pt_walk_doit,
		.policy		= memctl_pt_walk_nl_policy,
		.maxattr	= MEMCTL_A_PT_ADDRESS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_PT_GET,
		.doit		= memctl_nl_pt_get_doit,
		.dumpit		= memctl_nl_pt_get_dumpit,
		.policy		= memctl_pt_get_nl_policy,
		.maxattr	= MEMCTL_A_PT_LEVEL,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_PT_VERIFY,
		.doit		= memctl_nl_pt_verify_doit,
		.policy		= memctl_pt_verify_nl_policy,
		.maxattr	= MEMCTL_A_PT_PID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_WHAT,
		.doit		= memctl_nl_what_doit,
		.policy		= memctl_what_nl_policy,
		.maxattr	= MEMCTL_A_WHAT_HANDLE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_WHY,
		.doit		= memctl_nl_why_doit,
		.policy		= memctl_why_nl_policy,
		.maxattr	= MEMCTL_A_WHY_MEMALLOC,
	},
	{
		.cmd		= MEMCTL_CMD_VERIFY,
		.doit		= memctl_nl_verify_doit,
		.policy		= memctl_verify_nl_policy,
		.maxattr	= MEMCTL_A_VERIFY_ARENA,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_PLANT,
		.doit		= memctl_nl_plant_doit,
		.policy		= memctl_plant_nl_policy,
		.maxattr	= MEMCTL_A_PLANT_REGION,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_TLB_GET,
		.doit		= memctl_nl_tlb_get_doit,
		.dumpit		= memctl_nl_tlb_get_dumpit,
		.policy		= memctl_tlb_get_nl_policy,
		.maxattr	= MEMCTL_A_TLB_NAME,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_TLB_ADD,
		.doit		= memctl_nl_tlb_add_doit,
		.policy		= memctl_tlb_add_nl_policy,
		.maxattr	= MEMCTL_A_TLB_REGION,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_TLB_DEL,
		.doit		= memctl_nl_tlb_del_doit,
		.policy		= memctl_tlb_del_nl_policy,
		.maxattr	= MEMCTL_A_TLB_NAME,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_TLB_CLEAR,
		.doit		= memctl_nl_tlb_clear_doit,
		.policy		= memctl_tlb_clear_nl_policy,
		.maxattr	= MEMCTL_A_TLB_NAME,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_TLB_FEED,
		.doit		= memctl_nl_tlb_feed_doit,
		.policy		= memctl_tlb_feed_nl_policy,
		.maxattr	= MEMCTL_A_TLB_ACCESSES,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_PT_FORMAT_GET,
		.doit		= memctl_nl_pt_format_get_doit,
		.dumpit		= memctl_nl_pt_format_get_dumpit,
		.policy		= memctl_pt_format_get_nl_policy,
		.maxattr	= MEMCTL_A_PT_FORMAT_INDEX,
	},
	{
		.cmd		= MEMCTL_CMD_REGION_SET,
		.doit		= memctl_nl_region_set_doit,
		.policy		= memctl_region_set_nl_policy,
		.maxattr	= MEMCTL_A_REGION_WINDOW,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_REGION_FORK,
		.doit		= memctl_nl_region_fork_doit,
		.policy		= memctl_region_fork_nl_policy,
		.maxattr	= MEMCTL_A_REGION_FROM,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_VMA_GET,
		.doit		= memctl_nl_vma_get_doit,
		.dumpit		= memctl_nl_vma_get_dumpit,
		.policy		= memctl_vma_get_nl_policy,
		.maxattr	= MEMCTL_A_VMA_ADDRESS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_VMA_MAP,
		.doit		= memctl_nl_vma_map_doit,
		.policy		= memctl_vma_map_nl_policy,
		.maxattr	= MEMCTL_A_VMA_OFFSET,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_VMA_UNMAP,
		.doit		= memctl_nl_vma_unmap_doit,
		.policy		= memctl_vma_unmap_nl_policy,
		.maxattr	= MEMCTL_A_VMA_SIZE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_VMA_PROTECT,
		.doit		= memctl_nl_vma_protect_doit,
		.policy		= memctl_vma_protect_nl_policy,
		.maxattr	= MEMCTL_A_VMA_RIGHTS,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_VMA_DISCARD,
		.doit		= memctl_nl_vma_discard_doit,
		.policy		= memctl_vma_discard_nl_policy,
		.maxattr	= MEMCTL_A_VMA_SIZE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_REGION_READ,
		.doit		= memctl_nl_region_read_doit,
		.policy		= memctl_region_read_nl_policy,
		.maxattr	= MEMCTL_A_ACCESS_SIZE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_REGION_WRITE,
		.doit		= memctl_nl_region_write_doit,
		.policy		= memctl_region_write_nl_policy,
		.maxattr	= MEMCTL_A_ACCESS_DATA,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_REGION_TOUCH,
		.doit		= memctl_nl_region_touch_doit,
		.policy		= memctl_region_touch_nl_policy,
		.maxattr	= MEMCTL_A_ACCESS_WRITE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_REGION_IDLE,
		.doit		= memctl_nl_region_idle_doit,
		.policy		= memctl_region_idle_nl_policy,
		.maxattr	= MEMCTL_A_IDLE_CLEAR,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_PROCESS_GET,
		.doit		= memctl_nl_process_get_doit,
		.dumpit		= memctl_nl_process_get_dumpit,
		.policy		= memctl_process_get_nl_policy,
		.maxattr	= MEMCTL_A_PROCESS_PID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_RMAP,
		.doit		= memctl_nl_rmap_doit,
		.policy		= memctl_rmap_nl_policy,
		.maxattr	= MEMCTL_A_RMAP_PFN,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_TRACE_SET,
		.doit		= memctl_nl_trace_set_doit,
		.policy		= memctl_trace_set_nl_policy,
		.maxattr	= MEMCTL_A_TRACE_ENABLE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_TRACE_GET,
		.doit		= memctl_nl_trace_get_doit,
		.policy		= memctl_trace_get_nl_policy,
		.maxattr	= MEMCTL_A_TRACE_NEXT,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_INJECT_GET,
		.doit		= memctl_nl_inject_get_doit,
		.dumpit		= memctl_nl_inject_get_dumpit,
		.policy		= memctl_inject_get_nl_policy,
		.maxattr	= MEMCTL_A_INJECT_ID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_INJECT_ADD,
		.doit		= memctl_nl_inject_add_doit,
		.policy		= memctl_inject_add_nl_policy,
		.maxattr	= MEMCTL_A_INJECT_CACHE,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_INJECT_DEL,
		.doit		= memctl_nl_inject_del_doit,
		.policy		= memctl_inject_del_nl_policy,
		.maxattr	= MEMCTL_A_INJECT_ALL,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= MEMCTL_CMD_ARENA_DRAIN,
		.doit		= memctl_nl_arena_drain_doit,
		.policy		= memctl_arena_drain_nl_policy,
		.maxattr	= MEMCTL_A_ARENA_ARENA,
		.flags		= GENL_ADMIN_PERM,
	},
};

static const struct genl_multicast_group memctl_nl_mcgrps[] = {
	[MEMCTL_NLGRP_EVENTS] = { "events", },
};
