// SPDX-License-Identifier: GPL-2.0
/*
 * KCOV: which instructions of the module a call reached. Only the module is
 * built with calls to it, so nothing else is in the list. Two lists for each
 * process: one for itself, one for a child that it waits for.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/kcov.h>

#include "fuzz.h"

#define ENTRIES (1UL << 19)

struct list {
	int fd;
	unsigned long *area;
};

static struct list own = { .fd = -1 }, child = { .fd = -1 };

static bool open_list(struct list *list)
{
	void *area;

	list->fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (list->fd < 0 || ioctl(list->fd, KCOV_INIT_TRACE, ENTRIES))
		return false;
	area = mmap(NULL, ENTRIES * sizeof(*list->area), PROT_READ | PROT_WRITE, MAP_SHARED,
		    list->fd, 0);
	if (area == MAP_FAILED)
		return false;
	list->area = area;
	return true;
}

bool fuzz_cover_open(void)
{
	return open_list(&own) && open_list(&child);
}

void fuzz_cover_start(void)
{
	if (own.fd < 0)
		return;
	__atomic_store_n(&own.area[0], 0, __ATOMIC_RELAXED);
	ioctl(own.fd, KCOV_ENABLE, KCOV_TRACE_PC);
}

void fuzz_cover_stop(void)
{
	if (own.fd >= 0)
		ioctl(own.fd, KCOV_DISABLE, 0);
}

void fuzz_cover_child(void)
{
	if (child.fd >= 0)
		ioctl(child.fd, KCOV_ENABLE, KCOV_TRACE_PC);
}

/* Return: true when the byte was not set before. */
static bool set(uint8_t *byte)
{
	return !__atomic_load_n(byte, __ATOMIC_RELAXED) &&
	       !__atomic_exchange_n(byte, 1, __ATOMIC_RELAXED);
}

static uint32_t look(struct list *list)
{
	unsigned long nr, i;
	uint64_t before = 0;
	uint32_t fresh = 0;

	if (list->fd < 0)
		return 0;
	nr = __atomic_load_n(&list->area[0], __ATOMIC_RELAXED);
	for (i = 1; i <= nr && i < ENTRIES; i++) {
		uint64_t at = list->area[i] - shared->base;

		if (at >= MAX_TEXT)
			continue;
		if (set(&shared->seen[at])) {
			fuzz_count(&shared->nr_seen);
			fresh++;
		}
		if (set(&shared->edges[(before * 0x9e3779b1 ^ at) % EDGES])) {
			fuzz_count(&shared->nr_edges);
			fresh++;
		}
		before = at;
	}
	__atomic_store_n(&list->area[0], 0, __ATOMIC_RELAXED);
	return fresh;
}

uint32_t fuzz_cover_look(void)
{
	return look(&own) + look(&child);
}
