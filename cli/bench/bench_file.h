/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench_file.h - measures with the module memctl_bench, and holds the rows that come of it.
 */
#ifndef MEMCTL_CLI_BENCH_FILE_H
#define MEMCTL_CLI_BENCH_FILE_H

#include "bench.h"

/* One more row, all zero; NULL without memory. */
struct bench_row *bench_table_add(struct bench_table *table);
void bench_table_free(struct bench_table *table);

/*
 * Run one benchmark of the module. @stop: give up when it becomes true.
 * Return: 0, or a negative errno: -ENOENT when there is no BENCH_FILE,
 * -EINTR when it was stopped, what the module says.
 */
int bench_file_run(const char *arena, const struct bench_spec *spec,
		   bench_progress_handler *progress, const volatile int *stop,
		   struct bench_table *table);
/* Is the module memctl_bench loaded? */
bool bench_file_exists(void);

#endif /* MEMCTL_CLI_BENCH_FILE_H */
