/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench.h - benchmarks: what to measure, and the rows that come of it.
 *
 * bench_file.c asks the module memctl_bench, bench_netlink.c measures requests
 * of this program, bench_fault.c faults on a region that it maps, bench_scale.c
 * compares a small and a large arena, cmd_bench.c is the command.
 */
#ifndef MEMCTL_CLI_BENCH_H
#define MEMCTL_CLI_BENCH_H

#include "base/cmd.h"
#include "wire/model.h"

#define BENCH_FILE   "/proc/memctl_bench"
#define BENCH_REGION "memctl_bench"

/* Which options a benchmark looks at, and what it needs. */
enum bench_flag {
	BENCH_ORDER = 1,
	BENCH_SIZE = 2,
	BENCH_REGION_PAGES = 4, /* a region, which is ours to make and to remove */
	BENCH_CPUS = 8,		/* at least two CPUs */
	BENCH_NETLINK = 16,	/* not the module's but ours */
	BENCH_SCALE = 32,	/* not the module's but ours; makes arenas */
	BENCH_ALONE = 64,	/* runs only when it is named */
	BENCH_FAULT = 128,	/* not the module's but ours; makes regions, maps them */
};

/**
 * struct bench_spec - one benchmark with its options
 * @name: as on the command line
 * @order: of blocks
 * @size: of objects, bytes
 * @batch: operations in a sample; 0: the module's choice
 * @rounds: samples
 * @threads: workers; 0: the module's choice
 * @flags: enum bench_flag
 */
struct bench_spec {
	const char *name;
	uint32_t order;
	uint32_t size;
	uint32_t batch;
	uint32_t rounds;
	uint32_t threads;
	unsigned int flags;
};

/* Figures of one side; the last three in hundredths of the row's unit, per operation. */
struct bench_side {
	uint64_t operations, failed, min, median, p99;
};

/**
 * struct bench_row - a path of ours beside one rival's
 * @present: 1, as a view's rows begin
 * @path: what was measured
 * @unit: of the figures
 * @rival: whose path the other is, "" for none
 * @spec: how it was measured, all options filled in
 * @ours: our figures
 * @theirs: the rival's
 */
struct bench_row {
	uint64_t present;
	char path[48];
	char unit[16];
	char rival[24];
	struct bench_spec spec;
	struct bench_side ours;
	struct bench_side theirs;
};

/**
 * struct bench_table - rows
 * @rows: the rows
 * @nr: their number
 * @capacity: rows that there is room for
 */
struct bench_table {
	struct bench_row *rows;
	size_t nr;
	size_t capacity;
};

/* Called now and then while a benchmark runs, with the rounds done so far. */
typedef void bench_progress_handler(const struct bench_spec *spec, uint64_t done, uint64_t total);

#endif /* MEMCTL_CLI_BENCH_H */
