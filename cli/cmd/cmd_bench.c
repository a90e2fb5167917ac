// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_bench.c - the costs of our paths beside Linux's own, in one run.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/match.h"
#include "base/message.h"
#include "base/stop.h"
#include "bench/bench_fault.h"
#include "bench/bench_file.h"
#include "bench/bench_netlink.h"
#include "bench/bench_scale.h"
#include "commands.h"
#include "view/table.h"
#include "wire/client.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/family.h"
#include "wire/model.h"

#define REGION_PAGES   512
#define DEFAULT_ROUNDS 201
#define SCALE_SIZE     (UINT64_C(4) << 30)
#define SCALE_LEAST    (UINT64_C(256) << 20)

/* What there is. */
static const struct bench_spec benchmarks[] = {
	{ .name = "pair", .flags = BENCH_ORDER },
	{ .name = "worst" },
	{ .name = "burst", .flags = BENCH_ORDER },
	{ .name = "bulk" },
	{ .name = "rand", .flags = BENCH_ORDER },
	{ .name = "remote", .flags = BENCH_ORDER | BENCH_CPUS },
	{ .name = "one-way", .flags = BENCH_ORDER | BENCH_CPUS },
	{ .name = "object-pair", .flags = BENCH_SIZE },
	{ .name = "object-burst", .flags = BENCH_SIZE },
	{ .name = "object-bulk", .flags = BENCH_SIZE },
	{ .name = "object-rand", .flags = BENCH_SIZE },
	{ .name = "object-remote", .flags = BENCH_SIZE | BENCH_CPUS },
	{ .name = "object-one-way", .flags = BENCH_SIZE | BENCH_CPUS },
	{ .name = "kmalloc-pair", .flags = BENCH_SIZE },
	{ .name = "kmalloc-mixed" },
	{ .name = "kmalloc-grow", .rounds = 21 },
	{ .name = "larson", .flags = BENCH_CPUS },
	{ .name = "safety", .flags = BENCH_SIZE },
	{ .name = "walk", .flags = BENCH_REGION_PAGES },
	{ .name = "map", .flags = BENCH_REGION_PAGES },
	{ .name = "netlink", .flags = BENCH_ORDER | BENCH_NETLINK },
	{ .name = "fault", .flags = BENCH_FAULT },
	{ .name = "frag", .flags = BENCH_ALONE },
	{ .name = "scale", .flags = BENCH_SCALE | BENCH_ALONE },
};

/* Not run by the module memctl_bench, on one thread. */
#define BENCH_OURS (BENCH_NETLINK | BENCH_SCALE | BENCH_FAULT)

#define NR_BENCHMARKS (sizeof(benchmarks) / sizeof(benchmarks[0]))

/* --- the table --- */

static struct json_object *hundredths(uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu.%02u", (unsigned long long)(value / 100),
		 (unsigned int)(value % 100));
	return json_object_new_double_s((double)value / 100, text);
}

static struct json_object *figure(const struct bench_side *side, uint64_t value)
{
	return side->operations ? hundredths(value) : NULL;
}

static const struct bench_side *ours(const void *row)
{
	return &((const struct bench_row *)row)->ours;
}

static const struct bench_side *theirs(const void *row)
{
	return &((const struct bench_row *)row)->theirs;
}

static struct json_object *our_min(const void *row)
{
	return figure(ours(row), ours(row)->min);
}

static struct json_object *our_median(const void *row)
{
	return figure(ours(row), ours(row)->median);
}

static struct json_object *our_p99(const void *row)
{
	return figure(ours(row), ours(row)->p99);
}

static struct json_object *rival_min(const void *row)
{
	return figure(theirs(row), theirs(row)->min);
}

static struct json_object *rival_median(const void *row)
{
	return figure(theirs(row), theirs(row)->median);
}

static struct json_object *rival_p99(const void *row)
{
	return figure(theirs(row), theirs(row)->p99);
}

static struct json_object *order(const void *row)
{
	const struct bench_spec *spec = &((const struct bench_row *)row)->spec;

	return spec->flags & BENCH_ORDER ? json_object_new_int64(spec->order) : NULL;
}

static struct json_object *size(const void *row)
{
	const struct bench_spec *spec = &((const struct bench_row *)row)->spec;

	return spec->flags & BENCH_SIZE ? json_object_new_int64(spec->size) : NULL;
}

static struct json_object *ratio(const void *row)
{
	const struct bench_row *bench = row;

	if (!bench->ours.operations || !bench->theirs.median)
		return NULL;
	return hundredths((bench->ours.median * 100 + bench->theirs.median / 2) /
			  bench->theirs.median);
}

static struct json_object *rival(const void *row)
{
	const struct bench_row *bench = row;

	return bench->rival[0] ? json_text(bench->rival) : NULL;
}

#define PLAIN(heading, type, member, when, text)                           \
	{                                                                  \
		.name = heading, .kind = COLUMN_##type, .use = USE_##when, \
		.offset = offsetof(struct bench_row, member), .help = text \
	}

static const struct column columns[] = {
	PLAIN("PATH", STRING, path, BOTH, "what was measured"),
	COLUMN_COUNTED("ORDER", order, BOTH, "of the blocks"),
	COLUMN_COUNTED("SIZE", size, BOTH, "of the objects, bytes"),
	PLAIN("BATCH", U32, spec.batch, JSON, "operations in a sample"),
	PLAIN("ROUNDS", U32, spec.rounds, JSON, "samples of each thread"),
	PLAIN("THREADS", U32, spec.threads, BOTH, "threads, on as many CPUs"),
	PLAIN("UNIT", STRING, unit, BOTH, "of the figures, which are for each operation"),
	COLUMN_COUNTED("MIN", our_min, BOTH, "memctl's least"),
	COLUMN_COUNTED("MEDIAN", our_median, BOTH, "memctl's median"),
	COLUMN_COUNTED("P99", our_p99, BOTH, "99 of 100 of memctl's samples are below"),
	PLAIN("OPERATIONS", U64, ours.operations, JSON, "operations of memctl's measured"),
	PLAIN("FAILED", U64, ours.failed, BOTH, "operations of memctl's that were refused"),
	COLUMN_MADE("RIVAL", rival, BOTH, "Linux's function for the same"),
	COLUMN_COUNTED("RIVAL_MIN", rival_min, JSON, "its least"),
	COLUMN_COUNTED("RIVAL_MEDIAN", rival_median, BOTH, "its median"),
	COLUMN_COUNTED("RIVAL_P99", rival_p99, JSON, "99 of 100 of its samples are below"),
	PLAIN("RIVAL_FAILED", U64, theirs.failed, JSON, "operations of its that were refused"),
	COLUMN_COUNTED("RATIO", ratio, BOTH, "memctl's median divided by the rival's"),
};

static const struct view bench_view = VIEW(columns);

/* --- progress --- */

static unsigned int nr_done, nr_all;
static uint64_t scale_size = SCALE_SIZE;

static void show_progress(const struct bench_spec *spec, uint64_t done, uint64_t total)
{
	struct message line;

	message_begin(&line);
	message_add(&line, "\rbench %u of %u: %s", nr_done + 1, nr_all, spec->name);
	if (spec->flags & BENCH_ORDER)
		message_add(&line, " order %u", spec->order);
	message_add(&line, ", %u%%\033[K", total ? (unsigned int)(done * 100 / total) : 0);
	message_send(&line);
}

static void clear_progress(void)
{
	message_print("\r\033[K");
}

/* --- the command --- */

static const char *bench_word(const void *list, unsigned int index)
{
	(void)list;
	return index < NR_BENCHMARKS ? benchmarks[index].name : NULL;
}

static const struct bench_spec *find(const char *name, char *hint)
{
	int found = match_find(name, bench_word, NULL, hint);

	return found < 0 ? NULL : &benchmarks[found];
}

static int refused(struct memctl_ctx *ctx, const struct bench_spec *spec, int err)
{
	switch (-err) {
	case EINTR:
		return fail_stopped(ctx);
	case ENOENT:
		if (!bench_file_exists() && access("/proc/self", F_OK))
			return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE,
				    "memctl_bench is asked through /proc, which is not mounted");
		if (!bench_file_exists())
			return fail(ctx, MEMCTL_EXIT_MODULE,
				    "the module memctl_bench is not loaded: modprobe memctl_bench");
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, ENOENT, "there is no such arena",
				  "bench: arena '%s'", ctx->arena);
	case EBUSY:
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, EBUSY, "another one is running",
				  "bench %s", spec->name);
	case ERANGE:
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, ERANGE,
				  "less or more than the module, or this machine's CPUs, can do",
				  "bench %s", spec->name);
	case EPROTO:
		return fail(ctx, MEMCTL_EXIT_MODULE,
			    "the module memctl_bench is of another version");
	default:
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, -err, NULL, "bench %s", spec->name);
	}
}

static int run_scale(struct memctl_ctx *ctx, const struct bench_spec *spec,
		     bench_progress_handler *progress, struct bench_table *table)
{
	int status = MEMCTL_EXIT_OK, err;

	err = bench_scale_run(ctx->client, spec, scale_size, progress, stop_flag(), table);
	if (err && client_error(ctx->client)->fault != CLIENT_OK)
		status = fail_client(ctx, "bench scale");
	else if (err)
		status = refused(ctx, spec, err);
	bench_scale_clean(ctx->client);
	return status;
}

static int run_fault(struct memctl_ctx *ctx, const struct bench_spec *spec,
		     bench_progress_handler *progress, struct bench_table *table)
{
	int status = MEMCTL_EXIT_OK, err;

	if (!bench_fault_possible()) {
		err = errno;
		return fail_errno(ctx,
				  err != ENOENT		    ? MEMCTL_EXIT_REFUSED :
				  family_module_is_loaded() ? MEMCTL_EXIT_IMPOSSIBLE :
							      MEMCTL_EXIT_MODULE,
				  err, NULL, "bench fault: /dev/memctl");
	}
	err = bench_fault_run(ctx->client, ctx->arena, spec, progress, stop_flag(), table);
	if (err && client_error(ctx->client)->fault != CLIENT_OK)
		status = fail_client(ctx, "bench fault");
	else if (err)
		status = refused(ctx, spec, err);
	bench_fault_clean(ctx->client, ctx->arena);
	return status;
}

static int run_one(struct memctl_ctx *ctx, const struct bench_spec *spec,
		   bench_progress_handler *progress, struct bench_table *table)
{
	struct region region;
	int status, err;

	if (progress)
		progress(spec, 0, spec->rounds);
	if (spec->flags & (BENCH_NETLINK | BENCH_SCALE | BENCH_FAULT | BENCH_REGION_PAGES) &&
	    !ctx_client(ctx, &status))
		return status;
	if (spec->flags & BENCH_SCALE)
		return run_scale(ctx, spec, progress, table);
	if (spec->flags & BENCH_FAULT)
		return run_fault(ctx, spec, progress, table);
	if (spec->flags & BENCH_NETLINK) {
		err = bench_netlink_run(ctx->client, ctx->arena, spec, progress, stop_flag(),
					table);
		if (err && client_error(ctx->client)->fault != CLIENT_OK)
			return fail_client(ctx, "bench netlink");
		return err ? refused(ctx, spec, err) : MEMCTL_EXIT_OK;
	}
	if (spec->flags & BENCH_REGION_PAGES &&
	    client_region_add(ctx->client, ctx->arena, BENCH_REGION, REGION_PAGES, false, &region))
		return fail_client(ctx, "bench: region '" BENCH_REGION "'");
	err = bench_file_run(ctx->arena, spec, progress, stop_flag(), table);
	status = err ? refused(ctx, spec, err) : MEMCTL_EXIT_OK;
	if (spec->flags & BENCH_REGION_PAGES &&
	    client_region_del(ctx->client, ctx->arena, BENCH_REGION) && !status)
		status = fail_client(ctx, "bench: region '" BENCH_REGION "'");
	return status;
}

static void add_options(struct bench_spec *spec, const struct args *args)
{
	if (GIVEN(args, OPT_ORDER))
		spec->order = args->order;
	spec->size = 64;
	if (GIVEN(args, OPT_SIZE) && spec->flags & BENCH_SCALE)
		scale_size = args->size;
	else if (GIVEN(args, OPT_SIZE))
		spec->size = args->size > UINT32_MAX ? UINT32_MAX : (uint32_t)args->size;
	spec->batch = args->batch;
	if (GIVEN(args, OPT_ROUNDS))
		spec->rounds = args->rounds;
	else if (!spec->rounds)
		spec->rounds = DEFAULT_ROUNDS;
	spec->threads = args->threads;
}

/* All that run without a name: pairs of every order, each other one once. */
static unsigned int choose_all(const struct args *args, struct bench_spec *specs)
{
	bool smp = sysconf(_SC_NPROCESSORS_ONLN) > 1;
	unsigned int nr = 0;

	for (size_t i = 0; i < NR_BENCHMARKS; i++) {
		bool pairs = !strcmp(benchmarks[i].name, "pair") && !GIVEN(args, OPT_ORDER);

		if (benchmarks[i].flags & BENCH_ALONE ||
		    (benchmarks[i].flags & BENCH_CPUS && !smp) ||
		    (benchmarks[i].flags & BENCH_FAULT && !bench_fault_possible()))
			continue;
		for (uint32_t o = 0; o <= (pairs ? MEMCTL_MAX_ORDER : 0); o++) {
			specs[nr] = benchmarks[i];
			add_options(&specs[nr], args);
			if (pairs)
				specs[nr].order = o;
			nr++;
		}
	}
	return nr;
}

/* An option that this benchmark does not look at would say something untrue of its figures. */
static int check_options(struct memctl_ctx *ctx, const struct bench_spec *spec,
			 const struct args *args)
{
	const char *option = NULL;

	if (GIVEN(args, OPT_ORDER) && !(spec->flags & BENCH_ORDER))
		option = "--order";
	else if (GIVEN(args, OPT_SIZE) && !(spec->flags & (BENCH_SIZE | BENCH_SCALE)))
		option = "--size";
	else if (GIVEN(args, OPT_THREADS) && spec->flags & BENCH_OURS)
		option = "--threads";
	else if (GIVEN(args, OPT_BATCH) && spec->flags & (BENCH_FAULT | BENCH_SCALE))
		option = "--batch";
	else if (ctx->arena_given && spec->flags & BENCH_SCALE)
		option = "-a";
	if (option)
		return fail_usage(ctx, "bench", "'bench %s' takes no option %s", spec->name,
				  option);
	if (args->size > UINT32_MAX && !(spec->flags & BENCH_SCALE))
		return fail_usage(ctx, "bench", "--size: above 4 GiB");
	return MEMCTL_EXIT_OK;
}

static int bench(struct memctl_ctx *ctx, const struct args *args)
{
	char hint[MATCH_HINT_SIZE];
	bench_progress_handler *progress = isatty(STDERR_FILENO) && !ctx->quiet ? show_progress :
										  NULL;
	static struct bench_spec specs[NR_BENCHMARKS + MEMCTL_MAX_ORDER];
	struct bench_table table = { 0 };
	const struct bench_spec *named;
	int status = MEMCTL_EXIT_OK, printed;

	if (args->nr_words) {
		named = find(args->words[0], hint);
		if (!named)
			return fail_usage(ctx, "bench", "there is no benchmark '%s'%s",
					  args->words[0], hint);
		status = check_options(ctx, named, args);
		if (status)
			return status;
		specs[0] = *named;
		add_options(&specs[0], args);
		nr_all = 1;
		if (scale_size < SCALE_LEAST)
			return fail_usage(ctx, "bench", "scale: --size is at least 256M");
	} else {
		nr_all = choose_all(args, specs);
	}
	stop_catch();
	for (nr_done = 0; nr_done < nr_all && !status; nr_done++)
		status = run_one(ctx, &specs[nr_done], progress, &table);
	stop_release();
	if (progress)
		clear_progress();
	if (!status || (stop_signal() && status == stop_status() && table.nr)) {
		printed = view_print_rows(ctx, &bench_view, table.rows, table.nr,
					  sizeof(table.rows[0]));
		status = status ? status : printed;
	}
	bench_table_free(&table);
	return status;
}

static const struct verb verbs[] = {
	{ "", "[NAME] [--order N] [--size BYTES] [--threads N] [--batch N] [--rounds N]",
	  "measure one, or all but frag and scale", bench,
	  BIT(OPT_ORDER) | BIT(OPT_SIZE) | BIT(OPT_THREADS) | BIT(OPT_BATCH) | BIT(OPT_ROUNDS), 0,
	  0, 1, &bench_view },
};

#define HELP                                                                                      \
	"Measures our paths and Linux's own in one run; the module memctl_bench does it,\n"       \
	"but for netlink, fault and scale.\n"                                                     \
	"NAME: pair, worst, burst, bulk, rand, remote, one-way (blocks of pages), object-pair,\n" \
	"object-burst, object-bulk, object-rand, object-remote, object-one-way, kmalloc-pair,\n"  \
	"kmalloc-mixed, kmalloc-grow, larson (mixed sizes, freed on another CPU), safety,\n"      \
	"walk, map, netlink, fault, frag, scale. A figure is what one operation takes, the\n"     \
	"empty loop subtracted, or with the clock (netlink, fault); under QEMU's\n"               \
	"-icount shift=0 a nanosecond is one instruction. 'fault' maps a region of 16 MiB;\n"     \
	"'frag' fills most of the arena, and of the host's memory if that is at most 2 GiB;\n"    \
	"'scale' makes arenas of 64 MiB and of --size (4G), and compares them; from 4G on\n"      \
	"also one cache alone with one among 10000 that hold 10^6 objects."

static const struct object object = OBJECT("bench", HELP, verbs);

/**
 * cmd_bench() - memctl bench
 * @ctx: the program's context
 * @argc: number of words
 * @argv: "bench" and what follows
 *
 * Return: exit status.
 */
int cmd_bench(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
