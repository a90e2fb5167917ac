// SPDX-License-Identifier: GPL-2.0
/*
 * What processes do with /dev/memctl, with the files of regions and with what
 * they mapped of them: a few files and a few mappings, and calls that take
 * from them what they work on.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define NR_FILES    6
#define NR_MAPPINGS 8
#define MAX_MAPPING (4UL << 20)

struct mapping {
	char *start;
	size_t size;
};

static int files[NR_FILES], device = -1, pipes[2] = { -1, -1 }, plain = -1;
static struct mapping mappings[NR_MAPPINGS];
static sigjmp_buf landing;
static volatile sig_atomic_t armed;
static char buffer[1 << 17];

static void on_fault(int signal)
{
	if (!armed)
		_exit(128 + signal);
	siglongjmp(landing, 1);
}

/* --- what there is --- */

static int some_file(struct stream *stream)
{
	unsigned int i, at = fuzz_choose(stream, NR_FILES);

	for (i = 0; i < NR_FILES; i++)
		if (files[(at + i) % NR_FILES] >= 0)
			return files[(at + i) % NR_FILES];
	return device;
}

static struct mapping *some_mapping(struct stream *stream)
{
	unsigned int i, at = fuzz_choose(stream, NR_MAPPINGS);

	for (i = 0; i < NR_MAPPINGS; i++)
		if (mappings[(at + i) % NR_MAPPINGS].start)
			return &mappings[(at + i) % NR_MAPPINGS];
	return NULL;
}

/* A part of a mapping, in pages. */
static char *some_part(struct stream *stream, size_t *size)
{
	struct mapping *m = some_mapping(stream);
	size_t pages, first, nr;

	if (!m)
		return NULL;
	pages = m->size / PAGE;
	first = fuzz_choose(stream, pages);
	nr = fuzz_chance(stream, 128) ? 1 : 1 + fuzz_choose(stream, pages - first);
	*size = nr * PAGE;
	return m->start + first * PAGE;
}

static void keep_file(struct stream *stream, int fd)
{
	unsigned int at = fuzz_choose(stream, NR_FILES);

	if (fd < 0)
		return;
	if (files[at] >= 0)
		close(files[at]);
	files[at] = fd;
}

static void keep_mapping(struct stream *stream, char *start, size_t size)
{
	struct mapping *m = &mappings[fuzz_choose(stream, NR_MAPPINGS)];

	if (start == MAP_FAILED)
		return;
	if (m->start && (start + size <= m->start || m->start + m->size <= start))
		munmap(m->start, m->size);
	m->start = start;
	m->size = size;
}

/* --- files --- */

static void do_bind(struct stream *stream)
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
	keep_file(stream, ioctl(fd, MEMCTL_DEV_BIND, fuzz_chance(stream, 4) ? NULL : &bind));
	close(fd);
}

static void do_ioctl(struct stream *stream)
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
	ioctl(some_file(stream), command, fuzz_chance(stream, 8) ? NULL : &argument);
}

static void do_transfer(struct stream *stream)
{
	int fd = some_file(stream);
	off_t at = fuzz_bytes(stream) + (fuzz_chance(stream, 64) ? fuzz_choose(stream, PAGE) : 0);
	size_t size = fuzz_bytes(stream) % sizeof(buffer), part;
	/* Sometimes the region is itself the buffer. */
	char *other = fuzz_chance(stream, 64) ? some_part(stream, &part) : NULL;
	struct iovec vector[2] = { { buffer, size / 2 }, { buffer, size - size / 2 } };

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

static void do_splice(struct stream *stream)
{
	int fd = some_file(stream);
	loff_t at = fuzz_bytes(stream), *where = fuzz_chance(stream, 128) ? &at : NULL;
	size_t size = fuzz_bytes(stream) % (64 * PAGE), part;
	unsigned int flags = SPLICE_F_NONBLOCK | fuzz_choose(stream, 16);
	struct iovec vector;

	switch (fuzz_choose(stream, 9)) {
	case 0:
	case 1:
		splice(fd, where, pipes[1], NULL, size, flags);
		break;
	case 2:
		splice(pipes[0], NULL, fd, where, size, flags);
		break;
	case 3:
		sendfile(plain, fd, where, size);
		break;
	case 4:
		sendfile(fd, plain, where, size);
		break;
	case 5:
		copy_file_range(fd, where, some_file(stream), NULL, size, 0);
		break;
	case 6:
		vector.iov_base = some_part(stream, &part);
		vector.iov_len = part;
		if (vector.iov_base)
			vmsplice(pipes[fuzz_choose(stream, 2)], &vector, 1, flags);
		break;
	case 7:
		read(pipes[0], buffer, size % sizeof(buffer));
		break;
	default:
		splice(pipes[0], NULL, plain, NULL, size, flags);
		lseek(plain, 0, SEEK_SET);
	}
}

static void do_file(struct stream *stream)
{
	int fd = some_file(stream);
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
		keep_file(stream, open(path, (int)fuzz_choose(stream, 3) | O_CLOEXEC));
		break;
	case 5:
		keep_file(stream, dup(fd));
		break;
	case 6:
		posix_fadvise(fd, fuzz_bytes(stream), fuzz_bytes(stream), fuzz_choose(stream, 7));
		break;
	default:
		if (fd != device) {
			unsigned int i;

			for (i = 0; i < NR_FILES; i++)
				if (files[i] == fd)
					files[i] = -1;
			close(fd);
		}
	}
}

static void do_proc(struct stream *stream)
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
	while (parts-- && read(fd, buffer, size) > 0)
		;
	if (fuzz_chance(stream, 64))
		lseek(fd, fuzz_bytes(stream), SEEK_SET);
	read(fd, buffer, size);
	close(fd);
}

/* --- mappings --- */

static void do_map(struct stream *stream)
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
	struct mapping *over = fuzz_chance(stream, 24) ? some_mapping(stream) : NULL;
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
	where = mmap(where, size, prot, flags, some_file(stream), offset);
	if (over && where == MAP_FAILED) {
		munmap(over->start, over->size);
		over->start = NULL;
	} else if (!over) {
		keep_mapping(stream, where, size);
	}
}

static void do_unmap(struct stream *stream)
{
	struct mapping *m = some_mapping(stream);
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

static void do_remap(struct stream *stream)
{
	struct mapping *m = some_mapping(stream), *over = NULL;
	size_t size = PAGE * (1 + fuzz_choose(stream, 256));
	unsigned int flags = fuzz_choose(stream, 8);
	char *start;

	if (!m)
		return;
	if (fuzz_chance(stream, 128))
		size = m->size;
	if (flags & MREMAP_FIXED)
		over = some_mapping(stream);
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

static void do_change(struct stream *stream)
{
	size_t size;
	char *start = some_part(stream, &size);
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

/* @nr pages of a part, each read or written; those that are refused are left. */
static void touch(struct stream *stream)
{
	size_t size, i;
	char *start = some_part(stream, &size);
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

static void do_memory(struct stream *stream)
{
	size_t size;
	char *start = some_part(stream, &size);
	struct iovec here = { buffer, sizeof(buffer) }, there = { start, size };
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
			pread(fd, buffer, here.iov_len, (off_t)start);
		else
			pwrite(fd, buffer, here.iov_len, (off_t)start);
		close(fd);
	}
}

/* A child that uses what it inherits, changes it, and goes. */
static void do_fork(struct stream *stream)
{
	unsigned int i, nr = fuzz_choose(stream, 4);
	pid_t pid;

	/* It costs as much as fifty of the others. */
	if (fuzz_chance(stream, 224))
		return;
	pid = fork();
	if (!pid) {
		fuzz_cover_child();
		for (i = 0; i < nr; i++) {
			touch(stream);
			if (fuzz_chance(stream, 64))
				do_change(stream);
			if (fuzz_chance(stream, 64))
				do_unmap(stream);
			if (fuzz_chance(stream, 32))
				do_transfer(stream);
		}
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

void fuzz_device_call(struct stream *stream)
{
	static void (*const calls[])(struct stream *) = {
		do_bind,     do_bind,	do_map,	  do_map,    do_map,	touch,	  touch,
		touch,	     do_unmap,	do_remap, do_change, do_change, do_ioctl, do_transfer,
		do_transfer, do_splice, do_file,  do_proc,   do_memory, do_fork,
	};

	void (*call)(struct stream *) = calls[fuzz_choose(stream, ARRAY_SIZE(calls))];

	/* A child has to be there to be waited for, and room for what a signal leaves on the stack. */
	if (call != do_fork && call != touch)
		fuzz_fail_begin(stream);
	call(stream);
	fuzz_fail_end();
	fuzz_count(&shared->calls);
}

/* A region's file and a mapping, for those calls that need one. */
static void begin(void)
{
	struct memctl_dev_bind bind = { .arena = "main", .region = "n0" };
	char *start;

	files[0] = ioctl(device, MEMCTL_DEV_BIND, &bind);
	if (files[0] < 0)
		return;
	start = mmap(NULL, 256 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, files[0], 0);
	if (start != MAP_FAILED)
		mappings[0] = (struct mapping){ start, 256 * PAGE };
}

void fuzz_device_reset(bool again)
{
	unsigned int i;

	for (i = 0; i < NR_MAPPINGS; i++)
		if (mappings[i].start)
			munmap(mappings[i].start, mappings[i].size);
	memset(mappings, 0, sizeof(mappings));
	for (i = 0; i < NR_FILES; i++) {
		if (files[i] >= 0)
			close(files[i]);
		files[i] = -1;
	}
	for (i = 0; i < 2; i++)
		close(pipes[i]);
	if (pipe2(pipes, O_NONBLOCK | O_CLOEXEC))
		_exit(1);
	if (again)
		begin();
}

void fuzz_device_open(void)
{
	struct sigaction action = { .sa_handler = on_fault };
	unsigned int i;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < NR_FILES; i++)
		files[i] = -1;
	device = open("/dev/memctl", O_RDWR | O_CLOEXEC);
	plain = open("/tmp/fuzz.data", O_RDWR | O_CLOEXEC);
	fuzz_device_reset(true);
}
