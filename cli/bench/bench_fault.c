// SPDX-License-Identifier: GPL-2.0
/*
 * bench_fault.c - what a fault on a region costs that a process has mapped, and
 * what populating and forking a region cost, beside Linux's anonymous memory.
 *
 * All is timed from here, so the clock is in every figure. One side is mapped
 * at a time: a fork that is measured copies nothing of the other.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/memctl_dev.h>

#include "bench_fault.h"
#include "bench_file.h"
#include "wire/client_api.h"
#include "wire/client_space.h"
#include "wire/model.h"

#define DEVICE	    "/dev/" MEMCTL_DEV_NAME
#define FORK_NAME   BENCH_REGION ".2"
#define PAGE_BYTES  4096UL
#define NR_PAGES    4096UL /* of the region */
#define PASS_PAGES  512UL  /* that are touched before all is taken back */
#define FORK_ROUNDS 25	   /* at most: each writes all pages first */
#define MAX_ROUNDS  100000
#define RIVAL	    "anonymous memory"

/* Whether the regions are ours to take away. */
static bool region_made;

enum side { OURS, THEIRS, NR_SIDES };

/**
 * struct faults - the benchmark under way
 * @client: connection
 * @arena: name of the arena
 * @spec: what was asked for
 * @stop: give up when it becomes true
 * @table: rows
 * @fd: the region's file
 * @samples: of each side, hundredths of a ns for a page
 */
struct faults {
	struct client *client;
	const char *arena;
	const struct bench_spec *spec;
	const volatile int *stop;
	struct bench_table *table;
	int fd;
	uint64_t *samples[NR_SIDES];
};

/**
 * struct kind - of faults
 * @path: what the row is called
 * @window: pages that a read fault maps at most, and pages in a sample
 * @write: the access
 * @shared: the pages were written and then shared by a fork
 */
struct kind {
	const char *path;
	uint32_t window;
	bool write;
	bool shared;
};

static const struct kind kinds[] = {
	{ "fault, first read", 1, false, false },
	{ "fault, first read, 16 around", 16, false, false },
	{ "fault, first write", 1, true, false },
	{ "fault, copy on write", 1, true, true },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))
/* Every kind, populating, two forks. */
#define NR_STEPS (NR_KINDS + 3)

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static void fill_side(struct bench_side *side, const uint64_t *samples, uint32_t nr, uint32_t batch,
		      uint64_t less)
{
	const uint64_t picked[] = { samples[0], samples[nr / 2], samples[nr - 1 - nr / 100] };
	uint64_t *figures[] = { &side->min, &side->median, &side->p99 };

	side->operations = (uint64_t)nr * batch;
	for (unsigned int i = 0; i < 3; i++)
		*figures[i] = picked[i] > less ? picked[i] - less : 0;
}

/* A row of @nr sorted samples of @batch pages; @less is taken off both sides' figures. */
static int add_row(struct faults *faults, const char *path, uint32_t nr, uint32_t batch,
		   uint64_t less)
{
	struct bench_row *row = bench_table_add(faults->table);

	if (!row)
		return -ENOMEM;
	snprintf(row->path, sizeof(row->path), "%s", path);
	snprintf(row->unit, sizeof(row->unit), "ns");
	snprintf(row->rival, sizeof(row->rival), RIVAL);
	row->spec = *faults->spec;
	row->spec.batch = batch;
	row->spec.rounds = nr;
	row->spec.threads = 1;
	fill_side(&row->ours, faults->samples[OURS], nr, batch, less);
	fill_side(&row->theirs, faults->samples[THEIRS], nr, batch, less);
	return 0;
}

static void sort_samples(struct faults *faults, enum side side, uint32_t nr)
{
	qsort(faults->samples[side], nr, sizeof(*faults->samples[side]), compare);
}

/* --- memory of either side --- */

static int map(struct faults *faults, enum side side, char **start)
{
	int flags = side == OURS ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	void *address = mmap(NULL, NR_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, flags,
			     side == OURS ? faults->fd : -1, 0);

	if (address == MAP_FAILED)
		return -errno;
	/* A kernel without huge pages refuses, and needs no telling. */
	if (side == THEIRS)
		madvise(address, NR_PAGES * PAGE_BYTES, MADV_NOHUGEPAGE);
	*start = address;
	return 0;
}

static int unmap(char *start)
{
	return munmap(start, NR_PAGES * PAGE_BYTES) ? -errno : 0;
}

/* Have frames back @nr pages; the range of theirs starts at @start. */
static int populate(struct faults *faults, enum side side, char *start, unsigned long nr)
{
	struct memctl_dev_range range = { .size = nr * PAGE_BYTES };

	if (side == OURS)
		return ioctl(faults->fd, MEMCTL_DEV_POPULATE, &range) ? -errno : 0;
	return madvise(start, nr * PAGE_BYTES, MADV_POPULATE_WRITE) ? -errno : 0;
}

/* Give all frames back. */
static int discard(struct faults *faults, enum side side, char *start)
{
	struct memctl_dev_range range = { .size = NR_PAGES * PAGE_BYTES };

	if (side == OURS)
		return ioctl(faults->fd, MEMCTL_DEV_DISCARD, &range) ? -errno : 0;
	return madvise(start, NR_PAGES * PAGE_BYTES, MADV_DONTNEED) ? -errno : 0;
}

static void touch(char *start, unsigned long nr, bool write)
{
	for (unsigned long i = 0; i < nr; i++) {
		if (write)
			*(volatile uint64_t *)(start + i * PAGE_BYTES) = i;
		else
			(void)*(volatile uint64_t *)(start + i * PAGE_BYTES);
	}
}

/* Return: a process that waits until it is killed, or a negative errno. */
static pid_t fork_process(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid < 0 ? -errno : pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have died before that. */
	while (getppid() == parent)
		pause();
	_exit(0);
}

static int end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	return waitpid(pid, NULL, 0) == pid ? 0 : -errno;
}

static int delete_fork(struct faults *faults)
{
	return client_region_del(faults->client, faults->arena, FORK_NAME) ? -EIO : 0;
}

/* Fork the side whose memory is mapped. @time: what the fork alone took, ns. */
static int fork_side(struct faults *faults, enum side side, pid_t *pid, uint64_t *time)
{
	uint64_t start = now();
	int err = 0;

	if (side == THEIRS) {
		*pid = fork_process();
		err = *pid < 0 ? *pid : 0;
	} else if (client_region_fork(faults->client, faults->arena, BENCH_REGION, FORK_NAME)) {
		err = -EIO;
	}
	*time = now() - start;
	return err;
}

static int end_fork(struct faults *faults, enum side side, pid_t pid)
{
	return side == THEIRS ? end_process(pid) : delete_fork(faults);
}

/* --- faults --- */

/* Touch the pages of one pass; sample @nr is the first. Return: the number of the next one. */
static uint32_t touch_pass(struct faults *faults, const struct kind *kind, char *start,
			   uint64_t *samples, uint32_t nr)
{
	for (unsigned long page = 0; page < PASS_PAGES && nr < faults->spec->rounds;
	     page += kind->window) {
		uint64_t before = now();

		touch(start + page * PAGE_BYTES, kind->window, kind->write);
		samples[nr++] = (now() - before) * 100 / kind->window;
	}
	return nr;
}

static int touch_side(struct faults *faults, const struct kind *kind, enum side side)
{
	uint32_t nr = 0;
	uint64_t unused;
	pid_t pid = 0;
	char *start;
	int err;

	err = map(faults, side, &start);
	if (err)
		return err;
	while (!err && nr < faults->spec->rounds) {
		if (*faults->stop) {
			err = -EINTR;
			break;
		}
		if (kind->shared) {
			touch(start, PASS_PAGES, true);
			err = fork_side(faults, side, &pid, &unused);
			if (err)
				break;
		}
		nr = touch_pass(faults, kind, start, faults->samples[side], nr);
		if (kind->shared)
			err = end_fork(faults, side, pid);
		if (!err)
			err = discard(faults, side, start);
	}
	sort_samples(faults, side, faults->spec->rounds);
	unmap(start);
	return err;
}

static int measure_kind(struct faults *faults, const struct kind *kind)
{
	int err = 0;

	if (client_region_set(faults->client, faults->arena, BENCH_REGION, NULL, &kind->window))
		return -EIO;
	for (enum side side = OURS; side < NR_SIDES && !err; side++)
		err = touch_side(faults, kind, side);
	return err ? err : add_row(faults, kind->path, faults->spec->rounds, kind->window, 0);
}

/* --- populating --- */

/* What zeroing a page takes that was written before, hundredths of a ns: as the kernel does it. */
static int zeroing(struct faults *faults, uint64_t *cost)
{
	uint64_t *samples = faults->samples[OURS];
	void *page = aligned_alloc(PAGE_BYTES, PAGE_BYTES);

	if (!page)
		return -ENOMEM;
	memset(page, 1, PAGE_BYTES);
	for (uint32_t i = 0; i < faults->spec->rounds; i++) {
		uint64_t before = now(), nr = PAGE_BYTES / sizeof(uint64_t);
		void *target = page;

		asm volatile("rep stosq" : "+D"(target), "+c"(nr) : "a"(0) : "memory");
		samples[i] = (now() - before) * 100;
	}
	free(page);
	sort_samples(faults, OURS, faults->spec->rounds);
	*cost = samples[faults->spec->rounds / 2];
	return 0;
}

static int populate_side(struct faults *faults, enum side side)
{
	char *start = NULL;
	int err = 0;

	/* The region's file is enough for ours. */
	if (side == THEIRS)
		err = map(faults, side, &start);
	for (uint32_t i = 0; !err && i < faults->spec->rounds; i++) {
		uint64_t before = now();

		err = populate(faults, side, start, PASS_PAGES);
		faults->samples[side][i] = (now() - before) * 100 / PASS_PAGES;
		if (!err)
			err = discard(faults, side, start);
		if (!err && *faults->stop)
			err = -EINTR;
	}
	sort_samples(faults, side, faults->spec->rounds);
	if (start)
		unmap(start);
	return err;
}

static int measure_populate(struct faults *faults)
{
	uint64_t less;
	int err = zeroing(faults, &less);

	for (enum side side = OURS; side < NR_SIDES && !err; side++)
		err = populate_side(faults, side);
	if (!err)
		err = add_row(faults, "populate a page", faults->spec->rounds, PASS_PAGES, 0);
	if (!err)
		err = add_row(faults, "populate a page, less the zeroing", faults->spec->rounds,
			      PASS_PAGES, less);
	return err;
}

/* --- forks --- */

/* Fork @nr times what all pages are in; @mapped: by this process, which has written them. */
static int fork_rounds(struct faults *faults, enum side side, bool mapped, uint32_t nr)
{
	char *start = NULL;
	uint64_t time;
	pid_t pid = 0;
	int err = 0;

	if (mapped)
		err = map(faults, side, &start);
	else
		err = populate(faults, side, NULL, NR_PAGES);
	for (uint32_t i = 0; !err && i < nr; i++) {
		if (*faults->stop) {
			err = -EINTR;
			break;
		}
		if (mapped)
			touch(start, NR_PAGES, true);
		err = fork_side(faults, side, &pid, &time);
		faults->samples[side][i] = time * 100 / NR_PAGES;
		if (!err)
			err = end_fork(faults, side, pid);
	}
	sort_samples(faults, side, nr);
	if (!err && side == OURS)
		err = discard(faults, side, start);
	if (start)
		unmap(start);
	return err;
}

static int measure_fork(struct faults *faults, bool mapped)
{
	uint32_t nr = faults->spec->rounds < FORK_ROUNDS ? faults->spec->rounds : FORK_ROUNDS;
	int err = fork_rounds(faults, OURS, mapped, nr);

	if (!err)
		err = fork_rounds(faults, THEIRS, true, nr);
	return err ? err :
		     add_row(faults,
			     mapped ? "fork a region, a mapped page" : "fork a region, a page", nr,
			     NR_PAGES, 0);
}

/* --- all of it --- */

static int bind_region(const char *arena)
{
	struct memctl_dev_bind bind = { .region = BENCH_REGION };
	int device, fd;

	if (strlen(arena) >= sizeof(bind.arena))
		return -ENAMETOOLONG;
	strcpy(bind.arena, arena);
	device = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0)
		return -errno;
	fd = ioctl(device, MEMCTL_DEV_BIND, &bind);
	if (fd < 0)
		fd = -errno;
	close(device);
	return fd;
}

static int measure(struct faults *faults, bench_progress_handler *progress)
{
	int err;

	/*
	 * Pages that a process finds no frame for end it: ask for as many as
	 * are ever needed at once, where a refusal is an error.
	 */
	err = populate(faults, OURS, NULL, NR_PAGES);
	if (!err)
		err = discard(faults, OURS, NULL);
	for (unsigned int step = 0; !err && step < NR_STEPS; step++) {
		if (progress)
			progress(faults->spec, step, NR_STEPS);
		if (step < NR_KINDS)
			err = measure_kind(faults, &kinds[step]);
		else if (step == NR_KINDS)
			err = measure_populate(faults);
		else
			err = measure_fork(faults, step == NR_STEPS - 1);
	}
	return err;
}

bool bench_fault_possible(void)
{
	return !access(DEVICE, R_OK | W_OK);
}

int bench_fault_run(struct client *client, const char *arena, const struct bench_spec *spec,
		    bench_progress_handler *progress, const volatile int *stop,
		    struct bench_table *table)
{
	const struct client_space_add add = { .name = BENCH_REGION, .size = NR_PAGES * PAGE_BYTES };
	struct faults faults = { client, arena, spec, stop, table, -1, { NULL, NULL } };
	struct region region;
	int err = -ENOMEM;

	if (!spec->rounds || spec->rounds > MAX_ROUNDS)
		return -ERANGE;
	if (client_space_add(client, arena, &add, &region))
		return -EIO;
	region_made = true;
	for (enum side side = OURS; side < NR_SIDES; side++)
		faults.samples[side] = calloc(spec->rounds, sizeof(*faults.samples[side]));
	if (faults.samples[OURS] && faults.samples[THEIRS]) {
		faults.fd = bind_region(arena);
		err = faults.fd < 0 ? faults.fd : measure(&faults, progress);
	}
	if (faults.fd >= 0)
		close(faults.fd);
	free(faults.samples[OURS]);
	free(faults.samples[THEIRS]);
	return err;
}

void bench_fault_clean(struct client *client, const char *arena)
{
	if (!region_made)
		return;
	client_region_del(client, arena, FORK_NAME);
	client_region_del(client, arena, BENCH_REGION);
	region_made = false;
}
