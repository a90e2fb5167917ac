/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench_netlink.h - measures requests of this program.
 */
#ifndef MEMCTL_CLI_BENCH_NETLINK_H
#define MEMCTL_CLI_BENCH_NETLINK_H

#include "bench.h"

/* As bench_file_run(), for requests to the module memctl; client_error() has the words. */
int bench_netlink_run(struct client *client, const char *arena, const struct bench_spec *spec,
		      bench_progress_handler *progress, const volatile int *stop,
		      struct bench_table *table);

#endif /* MEMCTL_CLI_BENCH_NETLINK_H */
