/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/memctl.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_MEMCTL_GEN_H
#define _LINUX_MEMCTL_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/memctl.h>

extern const struct nla_policy memctl_arena_get_nl_policy[MEMCTL_A_ARENA_ARENA + 1];

extern const struct nla_policy memctl_arena_add_nl_policy[MEMCTL_A_ARENA_NO_CPU_CACHES + 1];

extern const struct nla_policy memctl_arena_del_nl_policy[MEMCTL_A_ARENA_ARENA + 1];

extern const struct nla_policy memctl_arena_grow_nl_policy[MEMCTL_A_ARENA_NODES + 1];

extern const struct nla_policy memctl_arena_shrink_nl_policy[MEMCTL_A_ARENA_SIZE + 1];

extern const struct nla_policy memctl_arena_hash_nl_policy[MEMCTL_A_ARENA_ARENA + 1];

extern const struct nla_policy memctl_zone_get_nl_policy[MEMCTL_A_ZONE_INDEX + 1];

extern const struct nla_policy memctl_chunk_get_nl_policy[MEMCTL_A_CHUNK_FN + 1];

extern const struct nla_policy memctl_cache_get_nl_policy[MEMCTL_A_CACHE_ID + 1];

extern const struct nla_policy memctl_cache_add_nl_policy[MEMCTL_A_CACHE_FLAGS + 1];

extern const struct nla_policy memctl_cache_del_nl_policy[MEMCTL_A_CACHE_ID + 1];

extern const struct nla_policy memctl_cache_shrink_nl_policy[MEMCTL_A_CACHE_ID + 1];

extern const struct nla_policy memctl_exec_nl_policy[MEMCTL_A_EXEC_STOP + 1];

extern const struct nla_policy memctl_handle_get_nl_policy[MEMCTL_A_HANDLE_KERNEL + 1];

extern const struct nla_policy memctl_handle_free_nl_policy[MEMCTL_A_HANDLE_OWNER + 1];

extern const struct nla_policy memctl_region_get_nl_policy[MEMCTL_A_REGION_NAME + 1];

extern const struct nla_policy memctl_region_add_nl_policy[MEMCTL_A_REGION_EMPTY + 1];

extern const struct nla_policy memctl_region_del_nl_policy[MEMCTL_A_REGION_NAME + 1];

extern const struct nla_policy memctl_pt_walk_nl_policy[MEMCTL_A_PT_ADDRESS + 1];

extern const struct nla_policy memctl_pt_get_nl_policy[MEMCTL_A_PT_LEVEL + 1];

extern const struct nla_policy memctl_pt_verify_nl_policy[MEMCTL_A_PT_PID + 1];

extern const struct nla_policy memctl_what_nl_policy[MEMCTL_A_WHAT_HANDLE + 1];

extern const struct nla_policy memctl_why_nl_policy[MEMCTL_A_WHY_MEMALLOC + 1];

extern const struct nla_policy memctl_verify_nl_policy[MEMCTL_A_VERIFY_ARENA + 1];

extern const struct nla_policy memctl_plant_nl_policy[MEMCTL_A_PLANT_REGION + 1];

extern const struct nla_policy memctl_tlb_get_nl_policy[MEMCTL_A_TLB_NAME + 1];

extern const struct nla_policy memctl_tlb_add_nl_policy[MEMCTL_A_TLB_REGION + 1];

extern const struct nla_policy memctl_tlb_del_nl_policy[MEMCTL_A_TLB_NAME + 1];

extern const struct nla_policy memctl_tlb_clear_nl_policy[MEMCTL_A_TLB_NAME + 1];

extern const struct nla_policy memctl_tlb_feed_nl_policy[MEMCTL_A_TLB_ACCESSES + 1];

extern const struct nla_policy memctl_pt_format_get_nl_policy[MEMCTL_A_PT_FORMAT_INDEX + 1];

extern const struct nla_policy memctl_region_set_nl_policy[MEMCTL_A_REGION_WINDOW + 1];

extern const struct nla_policy memctl_region_fork_nl_policy[MEMCTL_A_REGION_FROM + 1];

extern const struct nla_policy memctl_vma_get_nl_policy[MEMCTL_A_VMA_ADDRESS + 1];

extern const struct nla_policy memctl_vma_map_nl_policy[MEMCTL_A_VMA_OFFSET + 1];

extern const struct nla_policy memctl_vma_unmap_nl_policy[MEMCTL_A_VMA_SIZE + 1];

extern const struct nla_policy memctl_vma_protect_nl_policy[MEMCTL_A_VMA_RIGHTS + 1];

extern const struct nla_policy memctl_vma_discard_nl_policy[MEMCTL_A_VMA_SIZE + 1];

extern const struct nla_policy memctl_region_read_nl_policy[MEMCTL_A_ACCESS_SIZE + 1];

extern const struct nla_policy memctl_region_write_nl_policy[MEMCTL_A_ACCESS_DATA + 1];

extern const struct nla_policy memctl_region_touch_nl_policy[MEMCTL_A_ACCESS_WRITE + 1];

extern const struct nla_policy memctl_region_idle_nl_policy[MEMCTL_A_IDLE_CLEAR + 1];

extern const struct nla_policy memctl_process_get_nl_policy[MEMCTL_A_PROCESS_PID + 1];

extern const struct nla_policy memctl_rmap_nl_policy[MEMCTL_A_RMAP_PFN + 1];

extern const struct nla_policy memctl_trace_set_nl_policy[MEMCTL_A_TRACE_ENABLE + 1];

extern const struct nla_policy memctl_trace_get_nl_policy[MEMCTL_A_TRACE_NEXT + 1];

extern const struct nla_policy memctl_inject_get_nl_policy[MEMCTL_A_INJECT_ID + 1];

extern const struct nla_policy memctl_inject_add_nl_policy[MEMCTL_A_INJECT_CACHE + 1];

extern const struct nla_policy memctl_inject_del_nl_policy[MEMCTL_A_INJECT_ALL + 1];

extern const struct nla_policy memctl_arena_drain_nl_policy[MEMCTL_A_ARENA_ARENA + 1];

/* Ops table for memctl */
extern const struct genl_ops memctl_nl_ops[50];

int memctl_nl_arena_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_arena_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int memctl_nl_arena_add_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_arena_del_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_arena_grow_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_arena_shrink_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_arena_hash_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_zone_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_zone_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int memctl_nl_chunk_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_chunk_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int memctl_nl_cache_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_cache_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int memctl_nl_cache_add_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_cache_del_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_cache_shrink_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_exec_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_handle_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_handle_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int memctl_nl_handle_free_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_region_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_region_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int memctl_nl_region_add_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_region_del_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_pt_walk_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_pt_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_pt_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int memctl_nl_pt_verify_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_what_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_why_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_verify_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_plant_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_tlb_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_tlb_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int memctl_nl_tlb_add_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_tlb_del_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_tlb_clear_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_tlb_feed_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_pt_format_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_pt_format_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int memctl_nl_region_set_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_region_fork_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_vma_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_vma_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int memctl_nl_vma_map_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_vma_unmap_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_vma_protect_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_vma_discard_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_region_read_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_region_write_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_region_touch_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_region_idle_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_process_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_process_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int memctl_nl_rmap_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_trace_set_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_trace_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_inject_get_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_inject_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int memctl_nl_inject_add_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_inject_del_doit(struct sk_buff *skb, struct genl_info *info);
int memctl_nl_arena_drain_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	MEMCTL_NLGRP_EVENTS,
};

#endif /* _LINUX_MEMCTL_GEN_H */
