// SPDX-License-Identifier: GPL-2.0
/*
 * Calls on /dev/memctl, on the files of regions, and on what /proc shows.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "device.h"

void device_bind(struct stream *stream)
{
	static const int flags[] = { O_RDWR, O_RDWR, O_RDWR, O_RDONLY, O_WRONLY, O_PATH };
	struct memctl_dev_bind bind = { 0 };
	int fd;

	strcpy(bind.arena, fuzz_arena_name(stream));
	strcpy(bind.region, fuzz_name(stream));
	switch (fuzz_choose(stream, 16)) {
	case 0:
		memset(bind.arena, 'x', sizeof(bind.arena));
		break;
	case 1:
		memset(bind.region, 'x', sizeof(bind.region));
		break;
	case 2:
		bind.arena[0] = '\0';
		break;
	}
	fd = open("/dev/memctl", flags[fuzz_choose(stream, ARRAY_SIZE(flags))] | O_CLOEXEC);
	if (fd < 0)
		return;
	device_keep_file(stream, ioctl(fd, MEMCTL_DEV_BIND, fuzz_chance(stream, 4) ? NULL : &bind));
	close(fd);
}

void device_ioctl(struct stream *stream)
{
	static const unsigned long known[] = { MEMCTL_DEV_INFO, MEMCTL_DEV_POPULATE,
					       MEMCTL_DEV_DISCARD, MEMCTL_DEV_BIND };
	struct memctl_dev_range range = { .offset = fuzz_bytes(stream),
					  .size = fuzz_bytes(stream) };
	union {
		struct memctl_dev_range range;
		struct memctl_dev_info info;
	} argument = { .range = range };
	unsigned long command = known[fuzz_choose(stream, ARRAY_SIZE(known))];

	if (fuzz_chance(stream, 16))
		argument.range.offset = fuzz_draw(stream, 8);
	if (fuzz_chance(stream, 16))
		argument.range.size = -fuzz_draw(stream, 4);
	if (fuzz_chance(stream, 16))
		command = fuzz_draw(stream, 4);
	ioctl(device_some_file(stream), command, fuzz_chance(stream, 8) ? NULL : &argument);
}

void device_transfer(struct stream *stream)
{
	int fd = device_some_file(stream);
	off_t at = fuzz_bytes(stream) + (fuzz_chance(stream, 64) ? fuzz_choose(stream, PAGE) : 0);
	size_t size = fuzz_bytes(stream) % sizeof(device_buffer), part;
	/* Sometimes the region is itself the device_buffer. */
	char *other = fuzz_chance(stream, 64) ? device_some_part(stream, &part) : NULL;
	struct iovec vector[2] = { { device_buffer, size / 2 },
				   { device_buffer, size - size / 2 } };

	if (other) {
		vector[0] = (struct iovec){ other, part < size ? part : size };
		vector[1] = vector[0];
	}
	if (fuzz_chance(stream, 8))
		at = (off_t)fuzz_draw(stream, 8);
	switch (fuzz_choose(stream, 8)) {
	case 0:
		read(fd, vector[0].iov_base, vector[0].iov_len);
		break;
	case 1:
		write(fd, vector[0].iov_base, vector[0].iov_len);
		break;
	case 2:
	case 3:
		preadv(fd, vector, 2, at);
		break;
	case 4:
	case 5:
		pwritev(fd, vector, 2, at);
		break;
	case 6:
		lseek(fd, at, fuzz_choose(stream, 6));
		break;
	default:
		/* A range that only half is mapped. */
		pread(fd, (void *)fuzz_draw(stream, 6), size, at);
	}
}

void device_splice(struct stream *stream)
{
	int fd = device_some_file(stream);
	loff_t at = fuzz_bytes(stream), *where = fuzz_chance(stream, 128) ? &at : NULL;
	size_t size = fuzz_bytes(stream) % (64 * PAGE), part;
	unsigned int flags = SPLICE_F_NONBLOCK | fuzz_choose(stream, 16);
	struct iovec vector;

	switch (fuzz_choose(stream, 9)) {
	case 0:
	case 1:
		splice(fd, where, device_pipes[1], NULL, size, flags);
		break;
	case 2:
		splice(device_pipes[0], NULL, fd, where, size, flags);
		break;
	case 3:
		sendfile(device_plain, fd, where, size);
		break;
	case 4:
		sendfile(fd, device_plain, where, size);
		break;
	case 5:
		copy_file_range(fd, where, device_some_file(stream), NULL, size, 0);
		break;
	case 6:
		vector.iov_base = device_some_part(stream, &part);
		vector.iov_len = part;
		if (vector.iov_base)
			vmsplice(device_pipes[fuzz_choose(stream, 2)], &vector, 1, flags);
		break;
	case 7:
		read(device_pipes[0], device_buffer, size % sizeof(device_buffer));
		break;
	default:
		splice(device_pipes[0], NULL, device_plain, NULL, size, flags);
		lseek(device_plain, 0, SEEK_SET);
	}
}

void device_file(struct stream *stream)
{
	int fd = device_some_file(stream);
	char path[64];

	switch (fuzz_choose(stream, 8)) {
	case 0:
	case 1:
		fallocate(fd,
			  fuzz_chance(stream, 200) ? FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE :
						     (int)fuzz_draw(stream, 1),
			  fuzz_bytes(stream), fuzz_bytes(stream));
		break;
	case 2:
		if (ftruncate(fd, fuzz_bytes(stream)))
			break;
		break;
	case 3:
		fuzz_chance(stream, 128) ? fsync(fd) : fdatasync(fd);
		break;
	case 4:
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		device_keep_file(stream, open(path, (int)fuzz_choose(stream, 3) | O_CLOEXEC));
		break;
	case 5:
		device_keep_file(stream, dup(fd));
		break;
	case 6:
		posix_fadvise(fd, fuzz_bytes(stream), fuzz_bytes(stream), fuzz_choose(stream, 7));
		break;
	default:
		if (fd != device_fd) {
			unsigned int i;

			for (i = 0; i < NR_FILES; i++)
				if (device_files[i] == fd)
					device_files[i] = -1;
			close(fd);
		}
	}
}

void device_proc(struct stream *stream)
{
	static const char *const names[] = { "buddyinfo", "zoneinfo", "slabinfo", "none" };
	static const char *const own[] = { "/proc/self/smaps", "/proc/self/maps",
					   "/proc/self/numa_maps" };
	size_t size = 1 + fuzz_choose(stream, 4096);
	unsigned int parts = 1 + fuzz_choose(stream, 32);
	char path[64];
	int fd;

	if (fuzz_chance(stream, 200))
		snprintf(path, sizeof(path), "/proc/memctl/%s/%s", fuzz_arena_name(stream),
			 names[fuzz_choose(stream, ARRAY_SIZE(names))]);
	else
		snprintf(path, sizeof(path), "%s", own[fuzz_choose(stream, ARRAY_SIZE(own))]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	while (parts-- && read(fd, device_buffer, size) > 0)
		;
	if (fuzz_chance(stream, 64))
		lseek(fd, fuzz_bytes(stream), SEEK_SET);
	read(fd, device_buffer, size);
	close(fd);
}
