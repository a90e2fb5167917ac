/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * The two records that an exec request carries: the structs `op` and
 * `result` of Documentation/netlink/specs/memctl.yaml, which the generator
 * of linux/memctl.h does not write out.
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

#endif /* _UAPI_LINUX_MEMCTL_OP_H */
