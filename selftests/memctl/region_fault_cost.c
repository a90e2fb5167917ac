// SPDX-License-Identifier: GPL-2.0
/*
 * What a fault costs on a region, beside the host's anonymous memory in the
 * same run: medians of nanoseconds, the clock's own included. Under an
 * emulator that counts instructions these are instructions.
 */
#include <time.h>
#include "region_process.h"
#include "region_user.h"

#define COST_PAGES 1024UL

static uint64_t cost_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int cost_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The median cost of an access to each page. */
static uint64_t cost_touch(char *start, bool write)
{
	static uint64_t costs[COST_PAGES];

	for (unsigned long i = 0; i < COST_PAGES; i++) {
		uint64_t before = cost_now();

		if (write)
			*(volatile uint64_t *)(start + i * PAGE) = i;
		else
			(void)*(volatile uint64_t *)(start + i * PAGE);
		costs[i] = cost_now() - before;
	}
	qsort(costs, COST_PAGES, sizeof(*costs), cost_compare);
	return costs[COST_PAGES / 2];
}

/* The mean cost a page. */
static uint64_t cost_mean(char *start, bool write)
{
	uint64_t before = cost_now();

	for (unsigned long i = 0; i < COST_PAGES; i++) {
		if (write)
			*(volatile uint64_t *)(start + i * PAGE) = i;
		else
			(void)*(volatile uint64_t *)(start + i * PAGE);
	}
	return (cost_now() - before) / COST_PAGES;
}

static char *cost_anonymous(void)
{
	char *start = mmap(NULL, COST_PAGES * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(start, COST_PAGES * PAGE, MADV_NOHUGEPAGE);
	return start;
}

static void cost_line(const char *what, uint64_t ours, uint64_t host)
{
	printf("# cost %-24s %6llu host %6llu", what, (unsigned long long)ours,
	       (unsigned long long)host);
	if (host)
		printf(" %.2f", (double)ours / (double)host);
	printf("\n");
}

static void cost_of_host(uint64_t *read, uint64_t *write, uint64_t *cow)
{
	char *start = cost_anonymous();
	int pid;

	*read = cost_touch(start, false);
	munmap(start, COST_PAGES * PAGE);
	start = cost_anonymous();
	*write = cost_touch(start, true);
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	*cow = cost_touch(start, true);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	munmap(start, COST_PAGES * PAGE);
}

static void cost_of_region(const char *name, unsigned int window, uint64_t *read, uint64_t *mean,
			   uint64_t *write, uint64_t *cow, uint64_t *populate, uint64_t *again)
{
	struct memctl_dev_range range = { .size = COST_PAGES * PAGE };
	uint64_t before;
	char *start;
	int fd;

	memctl("region add %s --size %lu --window %u", name, COST_PAGES * PAGE, window);
	fd = bind_region(name, O_RDWR);
	before = cost_now();
	ioctl(fd, MEMCTL_DEV_POPULATE, &range);
	*populate = (cost_now() - before) / COST_PAGES;
	ioctl(fd, MEMCTL_DEV_DISCARD, &range);
	start = map_region(fd, COST_PAGES * PAGE, PROT_READ | PROT_WRITE, 0);
	*read = cost_touch(start, false);
	ioctl(fd, MEMCTL_DEV_DISCARD, &range);
	*mean = cost_mean(start, false);
	ioctl(fd, MEMCTL_DEV_DISCARD, &range);
	*write = cost_touch(start, true);
	memctl("region fork %s %s.2", name, name);
	*cow = cost_touch(start, true);
	memctl("region del %s.2", name);
	ioctl(fd, MEMCTL_DEV_DISCARD, &range);
	before = cost_now();
	ioctl(fd, MEMCTL_DEV_POPULATE, &range);
	*again = (cost_now() - before) / COST_PAGES;
	munmap(start, COST_PAGES * PAGE);
	close(fd);
	memctl("region del %s", name);
}

void test_cost(void)
{
	uint64_t read, write, cow, our_read, mean, our_write, our_cow, populate, again;

	cost_of_host(&read, &write, &cow);
	cost_of_region("cost", 1, &our_read, &mean, &our_write, &our_cow, &populate, &again);
	cost_line("read", our_read, read);
	cost_line("first write", our_write, write);
	cost_line("copy on write", our_cow, cow);
	cost_line("populate, a page", populate, 0);
	cost_line("populate again, a page", again, 0);
	cost_of_region("cost", 16, &our_read, &mean, &our_write, &our_cow, &populate, &again);
	cost_line("read, around 16, a page", mean, read);
	cost_line("first write, around 16", our_write, write);
	expect(our_read && mean, "measured");
}
