/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench_fault.h - measures faults on a region that this program maps.
 */
#ifndef MEMCTL_CLI_BENCH_FAULT_H
#define MEMCTL_CLI_BENCH_FAULT_H

#include "bench.h"

/*
 * Faults on a region of the arena that this process maps. Whatever came of it,
 * bench_fault_clean() takes the regions away, once client_error() was looked at.
 */
int bench_fault_run(struct client *client, const char *arena, const struct bench_spec *spec,
		    bench_progress_handler *progress, const volatile int *stop,
		    struct bench_table *table);
void bench_fault_clean(struct client *client, const char *arena);
/* Can the device be opened that regions are mapped through? errno says why not. */
bool bench_fault_possible(void);

#endif /* MEMCTL_CLI_BENCH_FAULT_H */
