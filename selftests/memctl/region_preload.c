// SPDX-License-Identifier: GPL-2.0
/*
 * region_preload - have a program that knows nothing of regions use one
 *
 * To be preloaded (LD_PRELOAD). What the program asks of mmap() as private
 * anonymous memory, and with $PRELOAD_SHARED as shared, too, becomes a shared
 * mapping of the file of region $PRELOAD_REGION: each time the next range of it,
 * which has zeros, up to its end. What munmap() takes is discarded, so that its
 * frames come free, if it is the process that mapped it who does. What a region
 * refuses (to be executed) the host gives, and so it does for less than
 * $PRELOAD_LEAST bytes (64 KiB), and when the region's end is reached.
 *
 * Memory is private as long as a program does not fork with it in use, and has
 * one thread. One that does may keep what it shares with its children below
 * $PRELOAD_LEAST: a stack for signals is used by all of them at once.
 *
 * Locks: none; which range is next stands in the first page of the region.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/falloc.h>
#include <linux/memctl_dev.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE_BYTES 4096UL
#define NR_RANGES  1024

/* A range of the region that is mapped in this process. */
struct range {
	char *start;
	size_t size;
	off_t offset;
	pid_t owner;
};

static struct range ranges[NR_RANGES];
static int file = -1;
static uint64_t file_size;
/* Bytes of the region that were given out. */
static uint64_t *next_offset;

static void *host_mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset)
{
	return (void *)syscall(SYS_mmap, address, size, prot, flags, fd, offset);
}

/* A program may close what it does not know. Return: whether the file is still the region's. */
static bool is_open(void)
{
	struct memctl_dev_info info;

	return file >= 0 && !ioctl(file, MEMCTL_DEV_INFO, &info) && info.size == file_size;
}

static bool open_region(void)
{
	const char *region = getenv("PRELOAD_REGION");
	struct memctl_dev_bind bind = {};
	struct memctl_dev_info info;
	int device, fd;

	if (is_open())
		return true;
	device = region ? open("/dev/memctl", O_RDWR | O_CLOEXEC) : -1;
	if (device < 0)
		return false;
	snprintf(bind.region, sizeof(bind.region), "%s", region);
	fd = ioctl(device, MEMCTL_DEV_BIND, &bind);
	close(device);
	if (fd < 0)
		return false;
	/* Out of the way of a program that counts its files. */
	file = fcntl(fd, F_DUPFD_CLOEXEC, 700);
	close(fd);
	if (file < 0 || ioctl(file, MEMCTL_DEV_INFO, &info))
		return false;
	file_size = info.size;
	if (!next_offset) {
		next_offset =
			host_mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
		if (next_offset == MAP_FAILED) {
			next_offset = NULL;
			return false;
		}
	}
	return true;
}

static struct range *free_range(void)
{
	for (int i = 0; i < NR_RANGES; i++) {
		if (!ranges[i].size)
			return &ranges[i];
	}
	return NULL;
}

static void *region_mmap(void *address, size_t size, int prot, int flags)
{
	struct range *range = free_range();
	uint64_t offset;
	char *start;

	if (!range || !open_region())
		return MAP_FAILED;
	offset = PAGE_BYTES + __atomic_fetch_add(next_offset, size, __ATOMIC_RELAXED);
	if (offset > file_size || size > file_size - offset)
		return MAP_FAILED;
	flags = (flags & ~(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)) | MAP_SHARED;
	start = host_mmap(address, size, prot, flags, file, (off_t)offset);
	if (start != MAP_FAILED)
		*range = (struct range){ start, size, (off_t)offset, getpid() };
	return start;
}

static size_t least(void)
{
	const char *bytes = getenv("PRELOAD_LEAST");

	return bytes ? strtoul(bytes, NULL, 0) : 64UL << 10;
}

static bool is_wanted(int kind)
{
	return kind == (MAP_PRIVATE | MAP_ANONYMOUS) ||
	       (kind == (MAP_SHARED | MAP_ANONYMOUS) && getenv("PRELOAD_SHARED"));
}

void *mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset)
{
	const int kind = flags & (MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS);
	const int unwanted = MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_STACK | MAP_GROWSDOWN |
			     MAP_HUGETLB;
	size_t whole = (size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	int saved = errno;
	void *start;

	if (is_wanted(kind) && !(flags & unwanted) && whole >= least()) {
		start = region_mmap(address, whole, prot, flags);
		if (start != MAP_FAILED)
			return start;
		errno = saved;
	}
	return host_mmap(address, size, prot, flags, fd, offset);
}

void *mmap64(void *address, size_t size, int prot, int flags, int fd, off_t offset)
	__attribute__((alias("mmap")));

int munmap(void *address, size_t size)
{
	size_t whole = (size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	char *start = address;
	int ret = (int)syscall(SYS_munmap, address, size);

	for (int i = 0; !ret && i < NR_RANGES; i++) {
		struct range *range = &ranges[i];

		if (!range->size || start < range->start ||
		    start + whole > range->start + range->size)
			continue;
		if (range->owner == getpid() && is_open())
			fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				  range->offset + (start - range->start), (off_t)whole);
		if (whole == range->size)
			range->size = 0;
		break;
	}
	return ret;
}
