/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench_scale.h - compares a small and a large arena.
 */
#ifndef MEMCTL_CLI_BENCH_SCALE_H
#define MEMCTL_CLI_BENCH_SCALE_H

#include "bench.h"

/*
 * An arena of @size bytes beside one of 64 MiB; @table gets what was measured
 * so far even after a failure. Whatever came of it, bench_scale_clean() takes
 * the arenas away, once client_error() was looked at.
 */
int bench_scale_run(struct client *client, const struct bench_spec *spec, uint64_t size,
		    bench_progress_handler *progress, const volatile int *stop,
		    struct bench_table *table);
void bench_scale_clean(struct client *client);

#endif /* MEMCTL_CLI_BENCH_SCALE_H */
