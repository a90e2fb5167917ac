// SPDX-License-Identifier: GPL-2.0
/*
 * file_preload - have a fuzzer of system calls that knows nothing of regions use their files
 *
 * To be preloaded (LD_PRELOAD) into trinity, which opens what it finds and
 * makes calls by syscall(). What it opens whose name begins with "region" or
 * "trinity-testfile" and ends with a digit N is the file of region abuseN: the
 * files by these names only stand for them. Of commands and ranges it knows the
 * host's alone, so half of its ioctl() and fallocate() get ours, and what it has
 * mapped is touched, by the kernel: nobody dies of that. Half of what it sends
 * goes to our family of generic netlink (netlink_preload.c).
 *
 * Of its other calls for files half go to a region's: there are few of each kind.
 * Whatever it does otherwise is its own.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/falloc.h>
#include <linux/memctl_dev.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include "preload.h"

/* Files of regions that are open, the last ones. */
static int files[16];
static unsigned int nr_files;

/* The number of the region that a name stands for, or 0. */
static unsigned int region_of(const char *path)
{
	const char *name = strrchr(path, '/');
	size_t size;

	name = name ? name + 1 : path;
	size = strlen(name);
	if (!size || (strncmp(name, "region", 6) && strncmp(name, "trinity-testfile", 16)))
		return 0;
	size--;
	return name[size] >= '1' && name[size] <= '9' ? (unsigned int)name[size] - '0' : 0;
}

/* Return: the region's file, or -1 without such a region. */
static int open_region(unsigned int number, int flags)
{
	struct memctl_dev_bind bind = {};
	int device = (int)syscall(SYS_openat, AT_FDCWD, "/dev/memctl",
				  (flags & O_ACCMODE) | O_CLOEXEC, 0);
	int fd;

	if (device < 0)
		return -1;
	snprintf(bind.region, sizeof(bind.region), "abuse%u", number);
	fd = ioctl(device, MEMCTL_DEV_BIND, &bind);
	close(device);
	if (fd >= 0)
		files[nr_files++ % 16] = fd;
	return fd;
}

int open(const char *path, int flags, ...)
{
	unsigned int number = region_of(path);
	int fd = -1, mode = 0;
	va_list args;

	if (flags & (O_CREAT | O_TMPFILE)) {
		va_start(args, flags);
		mode = va_arg(args, int);
		va_end(args);
		/* It maps them to be written. */
		if (number)
			flags = (flags & ~O_ACCMODE) | O_RDWR;
	}
	if (number)
		fd = open_region(number, flags);
	return fd >= 0 ? fd : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* What is in pages from there on: most of a region is empty, and its first pages are not. */
static unsigned long any_bytes(void)
{
	return ((unsigned long)rand() % 256 + (rand() % 8 ? 0 : (unsigned long)rand())) << 12;
}

static int any_file(void)
{
	return nr_files ? files[(unsigned int)rand() % (nr_files < 16 ? nr_files : 16)] : -1;
}

static bool takes_file(long number)
{
	static const long numbers[] = { SYS_read,  SYS_write,  SYS_pread64, SYS_pwrite64,
					SYS_readv, SYS_writev, SYS_splice,  SYS_ftruncate };

	for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (number == numbers[i])
			return true;
	}
	return false;
}

/* A read or a write of a byte of each sixteenth of a mapping. What cannot be had is EFAULT. */
static void touch(syscall_fn real, unsigned long start, unsigned long size)
{
	for (unsigned long at = 0; at < size; at += size / 16 + 1) {
		if (rand() % 2)
			real(SYS_access, start + at, 0);
		else
			real(SYS_clock_gettime, CLOCK_MONOTONIC, (start + at) & ~15UL);
	}
}

long syscall(long number, ...)
{
	static const unsigned long commands[] = { MEMCTL_DEV_BIND, MEMCTL_DEV_INFO,
						  MEMCTL_DEV_POPULATE, MEMCTL_DEV_DISCARD };
	struct memctl_dev_range range = { any_bytes(), any_bytes() };
	bool ours = rand() % 2;
	static syscall_fn real;
	unsigned long a[6];
	va_list args;
	long ret;

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, unsigned long);
	va_end(args);
	if (!real)
		real = (syscall_fn)dlsym(RTLD_NEXT, "syscall");
	if (ours && netlink_sends(number))
		return netlink_send(real, (const void *)a[1]);
	/* There are too few of them to come to each of ours. */
	if (ours && (number == SYS_lseek || number == SYS_fsync || number == SYS_fcntl))
		number = SYS_ioctl;
	if (ours && number == SYS_ioctl) {
		if (rand() % 4)
			a[0] = (unsigned long)any_file();
		a[1] = commands[rand() % 4];
		if (rand() % 8)
			a[2] = (unsigned long)&range;
	} else if (ours && takes_file(number)) {
		a[0] = (unsigned long)any_file();
	} else if (ours && number == SYS_sendfile) {
		a[1] = (unsigned long)any_file();
		a[2] = 0;
		a[3] = range.size;
	} else if (ours && number == SYS_fallocate) {
		a[0] = (unsigned long)any_file();
		a[1] = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
		a[2] = range.offset;
		a[3] = range.size;
	} else if (ours && number == SYS_mmap) {
		a[3] = MAP_SHARED;
		a[4] = (unsigned long)any_file();
		a[5] = range.offset;
	}
	ret = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (ours && number == SYS_mmap && ret != -1)
		touch(real, (unsigned long)ret, a[1]);
	return ret;
}
