/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * The records that requests carry in arrays: the structs `op`, `result`,
 * `tlb-array` and `tlb-access` of Documentation/netlink/specs/memctl.yaml,
 * which the generator of linux/memctl.h does not write out.
 */
#ifndef _UAPI_LINUX_MEMCTL_OP_H
#define _UAPI_LINUX_MEMCTL_OP_H

#include <linux/types.h>

/**
 * struct memctl_op - one operation of an exec request
 * @handle: frees: the handle, or with MEMCTL_OP_FLAG_REF the index of an
 *	    earlier operation of the request; else 0
 * @size: kmalloc: bytes; else 0
 * @owner: tag that the caller chooses; a free must name the same one
 * @cache: object-alloc: id of the cache; else 0
 * @nid: preferred node, -1 for any
 * @flags: enum memctl_op_flag
 * @code: enum memctl_op_code
 * @order: page-alloc: the block has 2^order frames; else 0
 * @zone: enum memctl_zone_type, the highest zone to take frames from
 * @migratetype: enum memctl_migratetype
 */
struct memctl_op {
	__u64 handle;
	__u64 size;
	__u32 owner;
	__u32 cache;
	__s16 nid;
	__u16 flags;
	__u8 code;
	__u8 order;
	__u8 zone;
	__u8 migratetype;
};

/**
 * struct memctl_result - what became of one operation
 * @handle: the handle that an allocation returned; 0 on failure, 0 for frees
 * @error: 0 or a negative errno
 * @reason: enum memctl_reason
 */
struct memctl_result {
	__u64 handle;
	__s32 error;
	__u32 reason;
};

/**
 * struct memctl_tlb_array - one array of a TLB model
 * @level: that it belongs to, 1 or 2
 * @sets: a power of two
 * @ways: entries of a set
 * @pages: sizes of page that it holds: 1 << enum memctl_tlb_page, added up
 * @nr_valid: valid entries; 0 in a request
 */
struct memctl_tlb_array {
	__u32 level;
	__u32 sets;
	__u32 ways;
	__u32 pages;
	__u32 nr_valid;
};

/**
 * struct memctl_tlb_access - one access that a TLB model is told of
 * @address: virtual address
 * @space: number of the address space
 * @flags: enum memctl_tlb_flag
 */
struct memctl_tlb_access {
	__u64 address;
	__u32 space;
	__u32 flags;
};

#endif /* _UAPI_LINUX_MEMCTL_OP_H */
