// SPDX-License-Identifier: GPL-2.0
/*
 * bench_netlink.c - what an operation costs that goes through netlink: requests
 * of many allocations, then of as many frees, timed from here, so that the way
 * there and back is in it, system calls and all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_file.h"
#include "bench_netlink.h"
#include "wire/client_api.h"

#define WARM_UP	   4
#define MAX_ROUNDS 100000

/**
 * struct exchange - requests under measurement
 * @client: connection
 * @arena: name of the arena
 * @nr: operations in a request
 * @ops: what is asked
 * @results: what came of it
 * @whole: samples: hundredths of a ns for each operation, seen from here
 * @inside: the same, of which the module's part
 * @failed: operations refused
 */
struct exchange {
	struct client *client;
	const char *arena;
	unsigned int nr;
	struct memctl_op ops[MEMCTL_MAX_OPS];
	struct memctl_result results[MEMCTL_MAX_OPS];
	uint64_t *whole;
	uint64_t *inside;
	uint64_t failed;
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int request(struct exchange *exchange, uint64_t *whole, uint64_t *inside)
{
	unsigned int nr_results;
	uint64_t start, time;
	int err;

	start = now();
	err = client_exec(exchange->client, exchange->arena, exchange->ops, exchange->nr, false,
			  exchange->results, &nr_results, &time);
	*whole += now() - start;
	*inside += time;
	if (!err && nr_results != exchange->nr)
		err = -EPROTO;
	for (unsigned int i = 0; !err && i < exchange->nr; i++)
		exchange->failed += !!exchange->results[i].error;
	return err;
}

/* Allocate as many as go into a request, and free them with another. */
static int round_trip(struct exchange *exchange, uint32_t order, uint64_t *whole, uint64_t *inside)
{
	unsigned int nr = exchange->nr;
	int err;

	*whole = 0;
	*inside = 0;
	for (unsigned int i = 0; i < nr; i++)
		exchange->ops[i] = (struct memctl_op){
			.code = MEMCTL_OP_CODE_PAGE_ALLOC,
			.nid = -1,
			.order = order,
			.zone = MEMCTL_ZONE_TYPE_NORMAL,
		};
	err = request(exchange, whole, inside);
	if (err)
		return err;
	for (unsigned int i = 0; i < nr; i++)
		exchange->ops[i] = (struct memctl_op){
			.code = MEMCTL_OP_CODE_PAGE_FREE,
			.nid = -1,
			.handle = exchange->results[i].handle,
		};
	err = request(exchange, whole, inside);
	*whole = *whole * 100 / (2 * nr);
	*inside = *inside * 100 / (2 * nr);
	return err;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

/* The allocator's own part, as a caller in the kernel sees it: half of an allocation and a free. */
static int own_cost(struct exchange *exchange, const struct bench_spec *spec,
		    const volatile int *stop, uint64_t *cost)
{
	const struct bench_spec burst = { .name = "burst",
					  .order = spec->order,
					  .size = 64,
					  .batch = exchange->nr,
					  .rounds = 100 };
	struct bench_table table = { 0 };
	int err;

	*cost = 0;
	err = bench_file_run(exchange->arena, &burst, NULL, stop, &table);
	for (size_t i = 0; !err && i < table.nr; i++) {
		if (!strcmp(table.rows[i].rival, "alloc_pages"))
			*cost += table.rows[i].ours.median / 2;
	}
	bench_table_free(&table);
	return err;
}

static int add_row(struct bench_table *table, const struct bench_spec *spec,
		   const struct exchange *exchange, const char *path, const uint64_t *samples,
		   uint64_t less)
{
	struct bench_row *row = bench_table_add(table);
	const uint64_t picked[] = { samples[0], samples[spec->rounds / 2],
				    samples[spec->rounds - 1 - spec->rounds / 100] };
	uint64_t *figures[3];

	if (!row)
		return -ENOMEM;
	snprintf(row->path, sizeof(row->path), "%s", path);
	snprintf(row->unit, sizeof(row->unit), "ns");
	row->spec = *spec;
	row->spec.batch = exchange->nr;
	row->spec.threads = 1;
	row->ours.operations = 2ULL * exchange->nr * spec->rounds;
	row->ours.failed = exchange->failed;
	figures[0] = &row->ours.min;
	figures[1] = &row->ours.median;
	figures[2] = &row->ours.p99;
	for (unsigned int i = 0; i < 3; i++)
		*figures[i] = picked[i] > less ? picked[i] - less : 0;
	return 0;
}

static int measure(struct exchange *exchange, const struct bench_spec *spec,
		   bench_progress_handler *progress, const volatile int *stop,
		   struct bench_table *table)
{
	uint64_t own, whole, inside;
	int err;

	err = own_cost(exchange, spec, stop, &own);
	if (err)
		return err;
	for (uint32_t i = 0; i < WARM_UP + spec->rounds; i++) {
		if (*stop)
			return -EINTR;
		if (i == WARM_UP)
			exchange->failed = 0;
		err = round_trip(exchange, spec->order, &whole, &inside);
		if (err)
			return err;
		if (i < WARM_UP)
			continue;
		exchange->whole[i - WARM_UP] = whole;
		exchange->inside[i - WARM_UP] = inside;
		if (progress && !(i % 64))
			progress(spec, i, spec->rounds);
	}
	qsort(exchange->whole, spec->rounds, sizeof(whole), compare);
	qsort(exchange->inside, spec->rounds, sizeof(inside), compare);
	err = add_row(table, spec, exchange, "netlink operation", exchange->whole, 0);
	if (!err)
		err = add_row(table, spec, exchange, "netlink operation, in the module",
			      exchange->inside, 0);
	if (!err)
		err = add_row(table, spec, exchange, "netlink operation, without the allocator",
			      exchange->whole, own);
	return err;
}

int bench_netlink_run(struct client *client, const char *arena, const struct bench_spec *spec,
		      bench_progress_handler *progress, const volatile int *stop,
		      struct bench_table *table)
{
	struct exchange *exchange;
	int err = -ENOMEM;

	if (!spec->rounds || spec->rounds > MAX_ROUNDS || spec->batch > MEMCTL_MAX_OPS)
		return -ERANGE;
	exchange = calloc(1, sizeof(*exchange));
	if (!exchange)
		return err;
	exchange->client = client;
	exchange->arena = arena;
	exchange->nr = spec->batch ? spec->batch : 64;
	exchange->whole = calloc(spec->rounds, sizeof(*exchange->whole));
	exchange->inside = calloc(spec->rounds, sizeof(*exchange->inside));
	if (exchange->whole && exchange->inside)
		err = measure(exchange, spec, progress, stop, table);
	free(exchange->whole);
	free(exchange->inside);
	free(exchange);
	return err;
}
