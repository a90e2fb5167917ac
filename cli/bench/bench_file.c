// SPDX-License-Identifier: GPL-2.0
/*
 * bench_file.c - /proc/memctl_bench: a line goes in, a table comes out
 * (module/bench/bench_file.c says which).
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_file.h"

#define POLL_MS 200

bool bench_file_exists(void)
{
	return !access(BENCH_FILE, F_OK);
}

struct bench_row *bench_table_add(struct bench_table *table)
{
	if (table->nr == table->capacity) {
		size_t capacity = table->capacity ? 2 * table->capacity : 64;
		struct bench_row *rows = reallocarray(table->rows, capacity, sizeof(*rows));

		if (!rows)
			return NULL;
		table->rows = rows;
		table->capacity = capacity;
	}
	table->rows[table->nr] = (struct bench_row){ .present = 1 };
	return &table->rows[table->nr++];
}

void bench_table_free(struct bench_table *table)
{
	free(table->rows);
	*table = (struct bench_table){ 0 };
}

/* --- what comes out --- */

static int read_path(struct bench_table *table, size_t first, const struct bench_spec *spec,
		     const char *line)
{
	struct bench_row row = { .present = 1, .spec = *spec };
	struct bench_side figures;
	struct bench_row *ours = NULL;
	char side[sizeof(row.rival)];

	if (sscanf(line,
		   "%47[^\t]\t%23[^\t]\t%15[^\t]\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64
		   "\t%" SCNu64,
		   row.path, side, row.unit, &figures.operations, &figures.failed, &figures.min,
		   &figures.median, &figures.p99) != 8)
		return -EPROTO;
	for (size_t i = first; i < table->nr; i++) {
		if (!strcmp(table->rows[i].path, row.path))
			ours = &table->rows[i];
	}
	/* The first rival shares our row. */
	if (strcmp(side, "memctl") && ours && !ours->rival[0]) {
		memcpy(ours->rival, side, sizeof(side));
		ours->theirs = figures;
		return 0;
	}
	if (!strcmp(side, "memctl")) {
		row.ours = figures;
	} else {
		if (ours)
			row.ours = ours->ours;
		memcpy(row.rival, side, sizeof(side));
		row.theirs = figures;
	}
	ours = bench_table_add(table);
	if (!ours)
		return -ENOMEM;
	*ours = row;
	return 0;
}

static int read_reply(struct bench_table *table, const struct bench_spec *spec, char *text)
{
	struct bench_spec used = *spec;
	char *line, *rest = text;
	size_t first = table->nr;
	int err = 0;

	while (!err && (line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "progress\t", 9) || !*line)
			continue;
		if (strncmp(line, "options\t", 8))
			err = read_path(table, first, &used, line);
		else if (sscanf(line, "options\t%u\t%u\t%u\t%u\t%u", &used.order, &used.size,
				&used.batch, &used.rounds, &used.threads) != 5)
			err = -EPROTO;
	}
	return err;
}

/* --- what goes in --- */

static int ask(int fd, const char *arena, const struct bench_spec *spec)
{
	char line[256];
	size_t length = 0;

#define ADD(...) (length += (size_t)snprintf(line + length, sizeof(line) - length, __VA_ARGS__))
	ADD("%s order=%u size=%u rounds=%u arena=%s", spec->name, spec->order, spec->size,
	    spec->rounds, arena);
	if (length < sizeof(line) && spec->batch)
		ADD(" batch=%u", spec->batch);
	if (length < sizeof(line) && spec->threads)
		ADD(" threads=%u", spec->threads);
	if (length < sizeof(line) && spec->flags & BENCH_REGION_PAGES)
		ADD(" region=%s", BENCH_REGION);
#undef ADD
	if (length >= sizeof(line))
		return -ENAMETOOLONG;
	return write(fd, line, length) < 0 ? -errno : 0;
}

static int read_text(int fd, char *text, size_t size)
{
	ssize_t length = pread(fd, text, size - 1, 0);

	if (length < 0)
		return -errno;
	text[length] = '\0';
	return 0;
}

/* Waits until the run ends or a signal asks to stop. */
static int wait_for_end(int fd, const struct bench_spec *spec, bench_progress_handler *progress,
			const volatile int *stop)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	uint64_t done, total;
	char text[512];
	int ret;

	for (;;) {
		if (*stop)
			return -EINTR;
		ret = poll(&poller, 1, POLL_MS);
		if (ret < 0 && errno != EINTR)
			return -errno;
		if (ret > 0)
			return 0;
		if (ret || !progress)
			continue;
		ret = read_text(fd, text, sizeof(text));
		if (ret)
			return ret;
		if (sscanf(text, "progress\t%" SCNu64 "\t%" SCNu64, &done, &total) == 2)
			progress(spec, done, total);
	}
}

int bench_file_run(const char *arena, const struct bench_spec *spec,
		   bench_progress_handler *progress, const volatile int *stop,
		   struct bench_table *table)
{
	char text[8192];
	int err, fd;

	fd = open(BENCH_FILE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = ask(fd, arena, spec);
	if (!err)
		err = wait_for_end(fd, spec, progress, stop);
	if (!err)
		err = read_text(fd, text, sizeof(text));
	if (!err)
		err = read_reply(table, spec, text);
	/* Stops the run if there is one. */
	close(fd);
	return err;
}
