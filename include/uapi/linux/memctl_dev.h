/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * /dev/memctl: how a process comes to a managed region.
 *
 *   device = open("/dev/memctl", O_RDWR);
 *   fd = ioctl(device, MEMCTL_DEV_BIND, &(struct memctl_dev_bind){ .region = "heap" });
 *   start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
 *
 * The descriptor that MEMCTL_DEV_BIND returns is the region's file: its size
 * is the region's, offset 0 is the region's first address. It can be mapped
 * (shared only), read, written, spliced and sent, passed to others and
 * inherited; it has the access mode of the device's descriptor. While it or a
 * mapping of it lives the region cannot be removed.
 */
#ifndef _UAPI_LINUX_MEMCTL_DEV_H
#define _UAPI_LINUX_MEMCTL_DEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define MEMCTL_DEV_NAME	 "memctl"
#define MEMCTL_DEV_MAGIC 0xd5
/* A name of an arena or region, of MEMCTL_NAME_MAX bytes at most, and the NUL. */
#define MEMCTL_DEV_NAME_SIZE 32

/**
 * struct memctl_dev_bind - which region
 * @arena: name of the arena, ends with a NUL; empty for "main"
 * @region: name of the region, ends with a NUL
 */
struct memctl_dev_bind {
	char arena[MEMCTL_DEV_NAME_SIZE];
	char region[MEMCTL_DEV_NAME_SIZE];
};

/**
 * struct memctl_dev_info - what a region's file is
 * @arena: name of the arena
 * @region: name of the region
 * @size: bytes
 * @start: the region's first address; the one that file offset 0 stands for
 * @order: 0, or 9 where the region's memory comes in blocks of 2 MiB if it can
 * @nr_frames: frames that back pages of it now
 * @limit: frames that may be charged to it, 0 for no limit
 * @window: pages that a read fault maps at most
 * @nr_tables: frames that hold its page tables
 * @nr_large: leaves of 2 MiB, for each of which the table of a split is charged already
 * @nr_away: frames that it has and does not map: lent to a pipe, held by a socket, or being read
 * @nr_charged: frames that count against @limit: the sum of nr_frames, nr_tables, nr_large, nr_away
 *
 * It may grow at its end. The number of MEMCTL_DEV_INFO has its size, so that each program gets
 * as much of it as it knows, and zeros for what the module does not.
 */
struct memctl_dev_info {
	char arena[MEMCTL_DEV_NAME_SIZE];
	char region[MEMCTL_DEV_NAME_SIZE];
	__u64 size;
	__u64 start;
	__u32 order;
	__u32 nr_frames;
	__u32 limit;
	__u32 window;
	__u32 nr_tables;
	__u32 nr_large;
	__u32 nr_away;
	__u32 nr_charged;
};

/**
 * struct memctl_dev_range - a part of the region's file
 * @offset: bytes, a multiple of 4096
 * @size: bytes, a multiple of 4096
 */
struct memctl_dev_range {
	__u64 offset;
	__u64 size;
};

/* On /dev/memctl. Returns a descriptor. */
#define MEMCTL_DEV_BIND _IOW(MEMCTL_DEV_MAGIC, 1, struct memctl_dev_bind)
/* On a region's file. */
#define MEMCTL_DEV_INFO	    _IOR(MEMCTL_DEV_MAGIC, 2, struct memctl_dev_info)
/* Size of struct memctl_dev_info as it was first: up to window. */
#define MEMCTL_DEV_INFO_SIZE_0 96
#define MEMCTL_DEV_POPULATE _IOW(MEMCTL_DEV_MAGIC, 3, struct memctl_dev_range)
#define MEMCTL_DEV_DISCARD  _IOW(MEMCTL_DEV_MAGIC, 4, struct memctl_dev_range)

#endif /* _UAPI_LINUX_MEMCTL_DEV_H */
