// SPDX-License-Identifier: GPL-2.0
/*
 * bench_scale.c - what grows with the size of an arena, and what must not: two
 * arenas are made, a small and a large one, and measured in turn.
 *
 * A row has the large arena on our side and the small one as the rival; the
 * rows of the views have a full arena and an empty one; module/bench/bench_caches.c
 * has ten thousand caches and one, where the large arena is of 4 GiB or more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench_file.h"
#include "bench_scale.h"
#include "wire/client_api.h"
#include "wire/model.h"

#define GIB	    (UINT64_C(1) << 30)
#define SMALL_SIZE  (UINT64_C(64) << 20)
#define CROWD_SIZE  (4 * GIB)
#define SMALL_NAME  "memctl_bench_small"
#define LARGE_NAME  "memctl_bench_large"
#define OWNER	    0x62656e63u /* of the pages that fill the small arena */
#define VIEW_ROUNDS 15
#define VIEW_BUFFER (1 << 20)

/* What is measured in both arenas. */
static const struct bench_spec paths[] = {
	{ .name = "pair", .order = 0, .flags = BENCH_ORDER },
	{ .name = "pair", .order = 9, .flags = BENCH_ORDER },
	{ .name = "burst", .order = 0, .flags = BENCH_ORDER },
	{ .name = "bulk" },
	{ .name = "rand", .order = 0, .flags = BENCH_ORDER },
	{ .name = "object-pair", .flags = BENCH_SIZE },
	{ .name = "object-burst", .flags = BENCH_SIZE },
	{ .name = "kmalloc-pair", .flags = BENCH_SIZE },
};

static const char *const views[] = { "buddyinfo", "zoneinfo", "slabinfo" };

#define NR_PATHS (sizeof(paths) / sizeof(paths[0]))
#define NR_VIEWS (sizeof(views) / sizeof(views[0]))
/* Every path in both arenas, the arenas themselves, the views, the caches. */
#define NR_STEPS (2 * NR_PATHS + 4)

/**
 * struct scale - the benchmark under way
 * @client: connection
 * @spec: what was asked for
 * @size: bytes of the large arena
 * @progress: called before each step; may be NULL
 * @stop: give up when it becomes true
 * @table: rows
 * @step: steps done
 */
struct scale {
	struct client *client;
	const struct bench_spec *spec;
	uint64_t size;
	bench_progress_handler *progress;
	const volatile int *stop;
	struct bench_table *table;
	unsigned int step;
};

/* Which arenas are ours to take away. */
static bool small_made, large_made;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Return: 0, or -EINTR if a signal asked to stop. */
static int next_step(struct scale *scale)
{
	if (scale->progress)
		scale->progress(scale->spec, scale->step, NR_STEPS);
	scale->step++;
	return *scale->stop ? -EINTR : 0;
}

/* A row with one figure on each side, in hundredths of the unit. */
static int add_row(struct scale *scale, const char *path, const char *unit, uint64_t ours,
		   const char *rival, uint64_t theirs)
{
	struct bench_row *row = bench_table_add(scale->table);

	if (!row)
		return -ENOMEM;
	snprintf(row->path, sizeof(row->path), "scale, %s", path);
	snprintf(row->unit, sizeof(row->unit), "%s", unit);
	snprintf(row->rival, sizeof(row->rival), "%s", rival);
	row->spec = *scale->spec;
	row->spec.batch = 1;
	row->spec.threads = 1;
	row->ours = (struct bench_side){ 1, 0, ours, ours, ours };
	if (rival[0])
		row->theirs = (struct bench_side){ 1, 0, theirs, theirs, theirs };
	return 0;
}

/* --- the arenas --- */

static int make_arena(struct scale *scale, const char *name, uint64_t size, bool *made,
		      uint64_t *time, uint64_t *per_frame)
{
	const struct client_arena_add add = { .name = name, .size = size };
	struct arena arena;
	uint64_t start = now();

	if (client_arena_add(scale->client, &add))
		return -EIO;
	*made = true;
	/* Hundredths of a ns for a GiB: a size is far below 2^40, a time below 2^37. */
	*time = (uint64_t)((double)(now() - start) * 100 * GIB / size);
	if (client_arena_get(scale->client, name, &arena))
		return -EIO;
	*per_frame = arena.nr_frames ? arena.metadata * 100 / arena.nr_frames : 0;
	return 0;
}

static int make_arenas(struct scale *scale)
{
	uint64_t time[2], per_frame[2];
	int err = next_step(scale);

	if (!err)
		err = make_arena(scale, SMALL_NAME, SMALL_SIZE, &small_made, &time[0],
				 &per_frame[0]);
	if (!err)
		err = next_step(scale);
	if (!err)
		err = make_arena(scale, LARGE_NAME, scale->size, &large_made, &time[1],
				 &per_frame[1]);
	if (!err)
		err = add_row(scale, "load a GiB", "ns", time[1], "64 MiB", time[0]);
	if (!err)
		err = add_row(scale, "metadata a frame", "B", per_frame[1], "64 MiB", per_frame[0]);
	return err;
}

void bench_scale_clean(struct client *client)
{
	uint32_t nr;

	if (small_made) {
		client_handle_free(client, SMALL_NAME, NULL, &nr);
		client_arena_del(client, SMALL_NAME);
	}
	if (large_made)
		client_arena_del(client, LARGE_NAME);
	small_made = false;
	large_made = false;
}

/* --- the paths --- */

/* A path with two rivals has two rows with the same figures of ours. */
static bool is_new_time(const struct bench_table *table, size_t index)
{
	const struct bench_row *row = &table->rows[index];

	for (size_t i = 0; i < index; i++) {
		if (!strcmp(table->rows[i].path, row->path))
			return false;
	}
	return !strcmp(row->unit, "ns");
}

/* Our figures of one benchmark in the small arena, then in the large one, as one row each. */
static int compare_path(struct scale *scale, const struct bench_spec *path)
{
	struct bench_table small = { 0 }, large = { 0 };
	struct bench_spec spec = *path;
	int err;

	spec.size = scale->spec->size;
	spec.rounds = scale->spec->rounds;
	err = next_step(scale);
	if (!err)
		err = bench_file_run(SMALL_NAME, &spec, NULL, scale->stop, &small);
	if (!err)
		err = next_step(scale);
	if (!err)
		err = bench_file_run(LARGE_NAME, &spec, NULL, scale->stop, &large);
	for (size_t i = 0; !err && i < large.nr && i < small.nr; i++) {
		struct bench_row *row;

		if (!is_new_time(&large, i))
			continue;
		row = bench_table_add(scale->table);
		if (!row) {
			err = -ENOMEM;
			break;
		}
		*row = large.rows[i];
		snprintf(row->path, sizeof(row->path), "scale, %.40s", large.rows[i].path);
		snprintf(row->rival, sizeof(row->rival), "64 MiB");
		row->theirs = small.rows[i].ours;
	}
	bench_table_free(&small);
	bench_table_free(&large);
	return err;
}

/* --- the views --- */

/* The shortest of some readings of a file, ns; or a negative errno. */
static int64_t read_view(const char *arena, const char *view, char *buffer)
{
	uint64_t least = INT64_MAX;
	char path[96];

	snprintf(path, sizeof(path), "/proc/memctl/%s/%s", arena, view);
	for (unsigned int i = 0; i < VIEW_ROUNDS; i++) {
		uint64_t start = now();
		ssize_t length;
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return -errno;
		while ((length = read(fd, buffer, VIEW_BUFFER)) > 0)
			;
		if (length < 0)
			length = -errno;
		close(fd);
		if (length < 0)
			return length;
		if (now() - start < least)
			least = now() - start;
	}
	return (int64_t)least;
}

/* All views of an arena, and the locks of its zones that were taken meanwhile. */
static int read_views(struct scale *scale, const char *name, int64_t *times, uint64_t *nr_locks)
{
	char *buffer = malloc(VIEW_BUFFER);
	struct arena before, after;
	int err = 0;

	if (!buffer)
		return -ENOMEM;
	if (client_arena_get(scale->client, name, &before))
		err = -EIO;
	for (size_t i = 0; i < NR_VIEWS && !err; i++) {
		times[i] = read_view(name, views[i], buffer);
		err = times[i] < 0 ? (int)times[i] : 0;
	}
	if (!err && client_arena_get(scale->client, name, &after))
		err = -EIO;
	if (!err)
		*nr_locks += after.nr_lock - before.nr_lock;
	free(buffer);
	return err;
}

/* Single pages until none is left. */
static int fill(struct scale *scale, const char *name)
{
	struct memctl_op *ops = calloc(MEMCTL_MAX_OPS, sizeof(*ops));
	struct memctl_result *results = calloc(MEMCTL_MAX_OPS, sizeof(*results));
	unsigned int nr = MEMCTL_MAX_OPS;
	int err = ops && results ? 0 : -ENOMEM;

	for (unsigned int i = 0; !err && i < MEMCTL_MAX_OPS; i++)
		ops[i] = (struct memctl_op){
			.code = MEMCTL_OP_CODE_PAGE_ALLOC,
			.nid = -1,
			.zone = MEMCTL_ZONE_TYPE_NORMAL,
			.owner = OWNER,
		};
	while (!err && nr == MEMCTL_MAX_OPS && !results[nr - 1].error) {
		if (*scale->stop)
			err = -EINTR;
		else if (client_exec(scale->client, name, ops, MEMCTL_MAX_OPS, true, results, &nr,
				     NULL))
			err = -EIO;
	}
	free(ops);
	free(results);
	return err;
}

static int compare_views(struct scale *scale)
{
	int64_t large[NR_VIEWS], empty[NR_VIEWS], full[NR_VIEWS];
	uint64_t nr_locks = 0;
	char path[48];
	int err = next_step(scale);

	if (!err)
		err = read_views(scale, LARGE_NAME, large, &nr_locks);
	if (!err)
		err = read_views(scale, SMALL_NAME, empty, &nr_locks);
	if (!err)
		err = fill(scale, SMALL_NAME);
	if (!err)
		err = read_views(scale, SMALL_NAME, full, &nr_locks);
	for (size_t i = 0; i < NR_VIEWS && !err; i++) {
		snprintf(path, sizeof(path), "read %s", views[i]);
		err = add_row(scale, path, "ns", (uint64_t)large[i] * 100, "64 MiB",
			      (uint64_t)empty[i] * 100);
		snprintf(path, sizeof(path), "read %s, full", views[i]);
		if (!err)
			err = add_row(scale, path, "ns", (uint64_t)full[i] * 100, "empty",
				      (uint64_t)empty[i] * 100);
	}
	if (!err)
		err = add_row(scale, "locks that views took", "1/1", nr_locks * 100, "", 0);
	return err;
}

/* --- the caches --- */

static int compare_caches(struct scale *scale)
{
	const struct bench_spec spec = { .name = "caches",
					 .size = scale->spec->size,
					 .rounds = scale->spec->rounds,
					 .flags = BENCH_SIZE };
	size_t first = scale->table->nr;
	char path[sizeof(scale->table->rows->path)];
	int err = next_step(scale);

	if (!err)
		err = bench_file_run(LARGE_NAME, &spec, NULL, scale->stop, scale->table);
	for (size_t i = first; !err && i < scale->table->nr; i++) {
		struct bench_row *row = &scale->table->rows[i];

		memcpy(path, row->path, sizeof(path));
		snprintf(row->path, sizeof(row->path), "scale, 10000 caches, %.26s", path);
	}
	return err;
}

int bench_scale_run(struct client *client, const struct bench_spec *spec, uint64_t size,
		    bench_progress_handler *progress, const volatile int *stop,
		    struct bench_table *table)
{
	struct scale scale = { client, spec, size, progress, stop, table, 0 };
	uint32_t nr;
	int err;

	if (!spec->rounds)
		return -ERANGE;
	err = make_arenas(&scale);
	if (!err)
		err = compare_views(&scale);
	if (!err && client_handle_free(client, SMALL_NAME, NULL, &nr))
		err = -EIO;
	for (size_t i = 0; i < NR_PATHS && !err; i++)
		err = compare_path(&scale, &paths[i]);
	/* A million objects among ten thousand caches take their time to come and go. */
	if (!err && size >= CROWD_SIZE)
		err = compare_caches(&scale);
	return err;
}
