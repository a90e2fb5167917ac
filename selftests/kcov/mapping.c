// SPDX-License-Identifier: GPL-2.0
/*
 * Calls on what is mapped of regions, and its use.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <signal.h>
#include <unistd.h>

#include "device.h"

#define MAX_MAPPING (4UL << 20)

static sigjmp_buf landing;
static volatile sig_atomic_t armed;

void device_on_fault(int signal)
{
	if (!armed)
		_exit(128 + signal);
	siglongjmp(landing, 1);
}

void device_map(struct stream *stream)
{
	static const int kinds[] = { MAP_SHARED, MAP_SHARED, MAP_SHARED, MAP_PRIVATE,
				     MAP_SHARED_VALIDATE };
	static const int more[] = { MAP_POPULATE, MAP_LOCKED,  MAP_NORESERVE, MAP_32BIT,
				    MAP_SYNC,	  MAP_HUGETLB, MAP_GROWSDOWN, MAP_NONBLOCK };
	size_t size = PAGE * (fuzz_chance(stream, 128) ? 1 + fuzz_choose(stream, 16) :
							 1 + fuzz_choose(stream, 1024));
	int flags = kinds[fuzz_choose(stream, ARRAY_SIZE(kinds))];
	int prot = fuzz_chance(stream, 192) ? PROT_READ | PROT_WRITE : (int)fuzz_choose(stream, 8);
	off_t offset = fuzz_chance(stream, 128) ? 0 : (off_t)fuzz_bytes(stream);
	struct mapping *over = fuzz_chance(stream, 24) ? device_some_mapping(stream) : NULL;
	void *where = NULL;

	if (fuzz_chance(stream, 48))
		flags |= more[fuzz_choose(stream, ARRAY_SIZE(more))];
	if (fuzz_chance(stream, 8))
		offset = (off_t)fuzz_draw(stream, 6) << 12;
	if (over) {
		/* Over one that is there; the rest of it goes. */
		where = over->start;
		size = over->size;
		flags |= MAP_FIXED;
	}
	where = mmap(where, size, prot, flags, device_some_file(stream), offset);
	if (over && where == MAP_FAILED) {
		munmap(over->start, over->size);
		over->start = NULL;
	} else if (!over) {
		device_keep_mapping(stream, where, size);
	}
}

void device_unmap(struct stream *stream)
{
	struct mapping *m = device_some_mapping(stream);
	size_t nr;

	if (!m)
		return;
	nr = m->size / PAGE;
	switch (fuzz_choose(stream, 4)) {
	case 0:
		/* The front goes. */
		nr = fuzz_choose(stream, nr);
		munmap(m->start, nr * PAGE);
		m->start += nr * PAGE;
		m->size -= nr * PAGE;
		break;
	case 1:
		/* A hole; it stays a mapping for us. */
		munmap(m->start + nr / 2 * PAGE, PAGE);
		break;
	default:
		munmap(m->start, m->size);
		m->start = NULL;
	}
}

void device_remap(struct stream *stream)
{
	struct mapping *m = device_some_mapping(stream), *over = NULL;
	size_t size = PAGE * (1 + fuzz_choose(stream, 256));
	unsigned int flags = fuzz_choose(stream, 8);
	char *start;

	if (!m)
		return;
	if (fuzz_chance(stream, 128))
		size = m->size;
	if (flags & MREMAP_FIXED)
		over = device_some_mapping(stream);
	if (over == m || (over && size > over->size))
		flags &= ~MREMAP_FIXED;
	start = mremap(m->start, m->size, size, flags, over ? over->start : NULL);
	if (start == MAP_FAILED)
		return;
	if (flags & MREMAP_FIXED) {
		/* What is left of the other one behind it. */
		if (over->size > size)
			munmap(over->start + size, over->size - size);
		over->start = NULL;
	}
	if (flags & MREMAP_DONTUNMAP)
		munmap(m->start, m->size);
	m->start = start;
	m->size = size;
}

void device_change(struct stream *stream)
{
	size_t size;
	char *start = device_some_part(stream, &size);
	unsigned char core[1024];
	int advice;

	if (!start)
		return;
	switch (fuzz_choose(stream, 8)) {
	case 0:
	case 1:
		mprotect(start, size, fuzz_choose(stream, 8));
		break;
	case 2:
	case 3:
		/* Not those that take pages out of use for good. */
		advice = fuzz_choose(stream, 32);
		madvise(start, size, advice);
		break;
	case 4:
		mlock(start, size);
		break;
	case 5:
		munlock(start, size);
		break;
	case 6:
		msync(start, size, fuzz_choose(stream, 8));
		break;
	default:
		if (size <= MAX_MAPPING)
			mincore(start, size, core);
	}
}

void device_touch(struct stream *stream)
{
	size_t size, i;
	char *start = device_some_part(stream, &size);
	bool write = fuzz_chance(stream, 128);

	if (!start)
		return;
	if (size > 32 * PAGE)
		size = 32 * PAGE;
	armed = 1;
	for (i = 0; i < size; i += PAGE) {
		if (sigsetjmp(landing, 1))
			break;
		if (write)
			*(volatile char *)(start + i) = 1;
		else
			(void)*(volatile char *)(start + i);
	}
	armed = 0;
}

void device_memory(struct stream *stream)
{
	size_t size;
	char *start = device_some_part(stream, &size);
	struct iovec here = { device_buffer, sizeof(device_buffer) }, there = { start, size };
	int fd;

	if (!start)
		return;
	if (here.iov_len > size)
		here.iov_len = size;
	switch (fuzz_choose(stream, 4)) {
	case 0:
		syscall(SYS_process_vm_readv, getpid(), &here, 1, &there, 1, 0);
		break;
	case 1:
		syscall(SYS_process_vm_writev, getpid(), &here, 1, &there, 1, 0);
		break;
	default:
		fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
		if (fuzz_chance(stream, 128))
			pread(fd, device_buffer, here.iov_len, (off_t)start);
		else
			pwrite(fd, device_buffer, here.iov_len, (off_t)start);
		close(fd);
	}
}
