// SPDX-License-Identifier: GPL-2.0
/*
 * What processes do with /dev/memctl, with the files of regions and with what
 * they mapped of them: a few files and a few mappings, and calls that take
 * from them what they work on.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"

int device_fd = -1, device_files[NR_FILES], device_pipes[2] = { -1, -1 }, device_plain = -1;
struct mapping device_mappings[NR_MAPPINGS];
char device_buffer[1 << 17];

int device_some_file(struct stream *stream)
{
	unsigned int i, at = fuzz_choose(stream, NR_FILES);

	for (i = 0; i < NR_FILES; i++)
		if (device_files[(at + i) % NR_FILES] >= 0)
			return device_files[(at + i) % NR_FILES];
	return device_fd;
}

struct mapping *device_some_mapping(struct stream *stream)
{
	unsigned int i, at = fuzz_choose(stream, NR_MAPPINGS);

	for (i = 0; i < NR_MAPPINGS; i++)
		if (device_mappings[(at + i) % NR_MAPPINGS].start)
			return &device_mappings[(at + i) % NR_MAPPINGS];
	return NULL;
}

char *device_some_part(struct stream *stream, size_t *size)
{
	struct mapping *m = device_some_mapping(stream);
	size_t pages, first, nr;

	if (!m)
		return NULL;
	pages = m->size / PAGE;
	first = fuzz_choose(stream, pages);
	nr = fuzz_chance(stream, 128) ? 1 : 1 + fuzz_choose(stream, pages - first);
	*size = nr * PAGE;
	return m->start + first * PAGE;
}

void device_keep_file(struct stream *stream, int fd)
{
	unsigned int at = fuzz_choose(stream, NR_FILES);

	if (fd < 0)
		return;
	if (device_files[at] >= 0)
		close(device_files[at]);
	device_files[at] = fd;
}

void device_keep_mapping(struct stream *stream, char *start, size_t size)
{
	struct mapping *m = &device_mappings[fuzz_choose(stream, NR_MAPPINGS)];

	if (start == MAP_FAILED)
		return;
	if (m->start && (start + size <= m->start || m->start + m->size <= start))
		munmap(m->start, m->size);
	m->start = start;
	m->size = size;
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
			device_touch(stream);
			if (fuzz_chance(stream, 64))
				device_change(stream);
			if (fuzz_chance(stream, 64))
				device_unmap(stream);
			if (fuzz_chance(stream, 32))
				device_transfer(stream);
		}
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

void fuzz_device_call(struct stream *stream)
{
	static void (*const calls[])(struct stream *) = {
		device_bind,   device_bind,   device_map,   device_map,	     device_map,
		device_touch,  device_touch,  device_touch, device_unmap,    device_remap,
		device_change, device_change, device_ioctl, device_transfer, device_transfer,
		device_splice, device_file,   device_proc,  device_memory,   do_fork,
	};

	void (*call)(struct stream *) = calls[fuzz_choose(stream, ARRAY_SIZE(calls))];

	/* A child has to be there to be waited for, and a signal leaves something on the stack. */
	if (call != do_fork && call != device_touch)
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

	device_files[0] = ioctl(device_fd, MEMCTL_DEV_BIND, &bind);
	if (device_files[0] < 0)
		return;
	start = mmap(NULL, 256 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, device_files[0], 0);
	if (start != MAP_FAILED)
		device_mappings[0] = (struct mapping){ start, 256 * PAGE };
}

void fuzz_device_reset(bool again)
{
	unsigned int i;

	for (i = 0; i < NR_MAPPINGS; i++)
		if (device_mappings[i].start)
			munmap(device_mappings[i].start, device_mappings[i].size);
	memset(device_mappings, 0, sizeof(device_mappings));
	for (i = 0; i < NR_FILES; i++) {
		if (device_files[i] >= 0)
			close(device_files[i]);
		device_files[i] = -1;
	}
	for (i = 0; i < 2; i++)
		close(device_pipes[i]);
	if (pipe2(device_pipes, O_NONBLOCK | O_CLOEXEC))
		_exit(1);
	if (again)
		begin();
}

void fuzz_device_open(void)
{
	struct sigaction action = { .sa_handler = device_on_fault };
	unsigned int i;

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < NR_FILES; i++)
		device_files[i] = -1;
	device_fd = open("/dev/memctl", O_RDWR | O_CLOEXEC);
	device_plain = open("/tmp/fuzz.data", O_RDWR | O_CLOEXEC);
	fuzz_device_reset(true);
}
