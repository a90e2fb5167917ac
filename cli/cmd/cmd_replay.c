// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_replay.c - "memctl replay": a recorded stream of allocations, driven through an arena
 *
 * The file is read and checked, a plan is made of it (and, with --dry-run, shown), and the replay
 * runs pinned to one CPU, so that the per-CPU caches of the arena see the same every time. SIGINT
 * and SIGTERM end it between two batches: what it holds is freed, and what was done is shown.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/message.h"
#include "base/stop.h"
#include "base/words.h"
#include "commands.h"
#include "replay/replay_report.h"
#include "replay/trace_plan.h"
#include "replay/trace_replay.h"
#include "trace/trace_file.h"
#include "wire/client.h"
#include "wire/connect.h"

#define ANY_CPU UINT32_MAX

/**
 * struct request - what the command line asks for
 * @file: the trace
 * @choice: which part of it
 * @options: how to replay it
 * @cpu: CPU to run on, ANY_CPU for the first that this process may run on
 * @dry_run: show the plan alone
 * @for_replay: an option that a dry run would not look at; NULL for none
 */
struct request {
	const char *file;
	struct trace_choice choice;
	struct replay_options options;
	uint32_t cpu;
	bool dry_run;
	const char *for_replay;
};

static void show_progress(uint64_t done, uint64_t total)
{
	static const char full[] = "========================================";
	static unsigned int shown = 101;
	unsigned int percent = total ? (unsigned int)(done * 100 / total) : 100;
	int width = (int)(percent * (sizeof(full) - 1) / 100);

	if (percent == shown)
		return;
	shown = percent;
	message_print("\rreplay [%-40.*s] %3u%% %" PRIu64 " events%s", width, full, percent, done,
		      done >= total ? "\r\033[K" : "");
}

/* The first CPU that this process may run on; CPU 0 where the kernel does not say. */
static uint32_t first_cpu(void)
{
	uint32_t nr = 1024, cpu = 0;
	bool more = true;

	/* The kernel's set may be larger than ours; then it says EINVAL. */
	for (; more && nr <= 2 * (TRACE_MAX_CPU + 1); nr *= 2) {
		cpu_set_t *set = CPU_ALLOC(nr);
		size_t size = CPU_ALLOC_SIZE(nr);

		if (!set)
			return 0;
		more = sched_getaffinity(0, size, set);
		if (!more)
			while (cpu < nr && !CPU_ISSET_S(cpu, size, set))
				cpu++;
		CPU_FREE(set);
	}
	return more ? 0 : cpu;
}

/* Runs the rest on one CPU. */
static int pin(struct memctl_ctx *ctx, uint32_t cpu)
{
	cpu_set_t *set = CPU_ALLOC(cpu + 1);
	size_t size = CPU_ALLOC_SIZE(cpu + 1);
	int ret;

	if (!set)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	CPU_ZERO_S(size, set);
	CPU_SET_S(cpu, size, set);
	ret = sched_setaffinity(0, size, set);
	CPU_FREE(set);
	if (ret)
		return fail(ctx, MEMCTL_EXIT_USAGE, "cannot run on CPU %u: %m", cpu);
	return MEMCTL_EXIT_OK;
}

static int replay(struct memctl_ctx *ctx, struct request *request, struct trace_reader *reader,
		  const struct trace_plan *plan)
{
	struct replay_result *result;
	struct client *client;
	int ret, stopped = MEMCTL_EXIT_OK,
		 status = pin(ctx, request->cpu == ANY_CPU ? first_cpu() : request->cpu);

	if (status)
		return status;
	client = ctx_client(ctx, &status);
	if (!client)
		return status;
	result = calloc(1, sizeof(*result));
	if (!result)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	request->options.arena = ctx->arena;
	request->options.limit = request->choice.limit;
	request->options.stop = stop_flag();
	if (isatty(STDERR_FILENO) && !ctx->quiet)
		request->options.progress = show_progress;
	stop_catch();
	ret = trace_replay(client, reader, plan, &request->options, result);
	stop_release();
	if (request->options.progress && (ret || result->interrupted))
		message_print("\n");
	/* Before the report, whose document says it too. */
	if (!ret && result->interrupted)
		stopped = fail_stopped(ctx);
	if (ret && result->error.fault != CLIENT_OK)
		status = fail_client(ctx, "replay of %s stopped after %" PRIu64 " events",
				     request->file, result->events);
	else if (ret)
		status = fail(ctx, MEMCTL_EXIT_IMPOSSIBLE,
			      "replay of %s stopped after %" PRIu64 " events: %s", request->file,
			      result->events, strerror(-ret));
	else
		status = replay_report(ctx, reader, plan, result);
	free(result);
	return status ? status : stopped;
}

static int run(struct memctl_ctx *ctx, struct request *request)
{
	struct trace_reader reader;
	struct trace_plan plan;
	char error[256];
	int status;

	if (trace_reader_open_file(&reader, request->file, error, sizeof(error)))
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: %s", request->file, error);
	if (trace_plan_make(&plan, &reader, &request->choice)) {
		trace_reader_close(&reader);
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE,
			    "%s: no memory for %" PRIu64 " allocations", request->file,
			    reader.nr_ids);
	}
	if (plan.slab_unmarked)
		note("%s has no marks: blocks of the kernel's own slabs are replayed too",
		     request->file);
	if (request->dry_run)
		status = replay_report_plan(ctx, &reader, &plan);
	else
		status = replay(ctx, request, &reader, &plan);
	trace_plan_free(&plan);
	trace_reader_close(&reader);
	return status;
}

/* ---- the command line ---- */

static void replay_help(void)
{
	puts("Usage: memctl replay [OPTIONS] FILE\n"
	     "\n"
	     "Drives the allocations of FILE (see memctl record) through an arena and shows what was\n"
	     "granted, how fragmented the arena became, what it cost, and a hash of the final state.\n"
	     "\n"
	     "      --dry-run        show what FILE holds and the memory it needs; needs no module\n"
	     "      --pages-only     blocks of pages, the kernel's slabs too, but no objects\n"
	     "      --objects-only   kmalloc() and objects, but no blocks of pages\n"
	     "      --slab-pages     also the blocks that the kernel's slab allocator took\n"
	     "      --limit N        the first N events\n"
	     "      --batch N        operations in a request, 1 to 1024 (default 1024)\n"
	     "      --samples N      fragmentation at N moments, up to 900 (default 10)\n"
	     "      --cpu N          run on this CPU (default: the first that it may run on)\n"
	     "      --keep           leave allocations and caches in the arena\n"
	     "  -a, --arena NAME     the arena (default: main)\n"
	     "  -J, --json           JSON\n"
	     "  -b, --bytes          sizes in bytes\n"
	     "  -q, --quiet          no progress bar\n"
	     "  -h, --help           this text\n"
	     "\n"
	     "The same file gives the same hash in arenas of one shape: whole chunks of 4 MiB, as\n"
	     "ARENA_BYTES of --dry-run, from the same nodes and zones.");
}

enum {
	DRY_RUN = 0x200,
	STAT,
	PAGES,
	OBJECTS,
	SLAB_PAGES,
	LIMIT,
	BATCH,
	SAMPLES,
	CPU,
	KEEP,
	OUTPUT_ALL
};

/* Takes one option; false after a complaint. */
static bool take(struct memctl_ctx *ctx, struct request *request, int letter, const char *value)
{
	static const struct {
		int letter;
		const char *name;
		uint64_t min, max;
	} numbers[] = {
		{ LIMIT, "limit", 1, UINT64_MAX },
		{ BATCH, "batch", 1, MEMCTL_MAX_OPS },
		{ SAMPLES, "samples", 0, 900 },
		{ CPU, "cpu", 0, TRACE_MAX_CPU },
	};
	uint64_t number = 0;
	unsigned int i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i].letter != letter)
			continue;
		if (!parse_u64(value, &number) || number < numbers[i].min ||
		    number > numbers[i].max) {
			fail_usage(ctx, "replay",
				   "--%s %s: not a number from %" PRIu64 " to %" PRIu64,
				   numbers[i].name, value, numbers[i].min, numbers[i].max);
			return false;
		}
	}
	if (letter == BATCH || letter == SAMPLES || letter == CPU || letter == KEEP)
		request->for_replay = letter == KEEP ? "keep" : numbers[letter - LIMIT].name;
	switch (letter) {
	case DRY_RUN:
	case STAT:
		request->dry_run = true;
		break;
	case PAGES:
		request->choice.objects = false;
		break;
	case OBJECTS:
		request->choice.pages = false;
		break;
	case SLAB_PAGES:
		request->choice.slab_pages = true;
		break;
	case LIMIT:
		request->choice.limit = number;
		break;
	case BATCH:
		request->options.batch = (unsigned int)number;
		break;
	case SAMPLES:
		request->options.samples = (unsigned int)number;
		break;
	case CPU:
		request->cpu = (uint32_t)number;
		break;
	case KEEP:
		request->options.keep = true;
		break;
	case OUTPUT_ALL:
		ctx->all_columns = true;
		break;
	default:
		common_option(ctx, letter, value);
	}
	return true;
}

/**
 * cmd_replay() - memctl replay
 * @ctx: the program's context
 * @argc: number of words
 * @argv: "replay" and what follows
 *
 * Return: exit status.
 */
int cmd_replay(struct memctl_ctx *ctx, int argc, char **argv)
{
	static const struct option own[] = {
		{ "dry-run", no_argument, NULL, DRY_RUN },
		{ "stat", no_argument, NULL, STAT },
		{ "pages-only", no_argument, NULL, PAGES },
		{ "objects-only", no_argument, NULL, OBJECTS },
		{ "slab-pages", no_argument, NULL, SLAB_PAGES },
		{ "limit", required_argument, NULL, LIMIT },
		{ "batch", required_argument, NULL, BATCH },
		{ "samples", required_argument, NULL, SAMPLES },
		{ "cpu", required_argument, NULL, CPU },
		{ "keep", no_argument, NULL, KEEP },
		{ "arena", required_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'J' },
		{ "raw", no_argument, NULL, 'r' },
		{ "noheadings", no_argument, NULL, 'n' },
		{ "bytes", no_argument, NULL, 'b' },
		{ "output", required_argument, NULL, 'o' },
		{ "output-all", no_argument, NULL, OUTPUT_ALL },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct request request = {
		.choice = { .pages = true, .objects = true },
		.cpu = ANY_CPU,
		.options = { .batch = MEMCTL_MAX_OPS, .samples = 10 },
	};
	unsigned int given = 0;
	int letter, index;

	optind = 0;
	while ((letter = getopt_long(argc, argv, ":a:Jrnbo:qhV", own, &index)) != -1) {
		if (letter == 'h') {
			if (ctx->help_on_word)
				return fail_usage(ctx, "replay", "'replay' has no commands");
			replay_help();
			return MEMCTL_EXIT_OK;
		}
		if (letter == 'V')
			return version_asked(ctx);
		if (letter == ':')
			return fail_usage(ctx, "replay", "%s needs a value", argv[optind - 1]);
		if (letter == '?')
			return refuse_option(ctx, "replay", own, argv[optind - 1]);
		if (letter >= DRY_RUN && given & (1u << (letter - DRY_RUN)))
			return fail_usage(ctx, "replay", "--%s is given twice", own[index].name);
		if (letter >= DRY_RUN)
			given |= 1u << (letter - DRY_RUN);
		if (!take(ctx, &request, letter, optarg))
			return MEMCTL_EXIT_USAGE;
	}
	if (ctx->list_columns)
		return MEMCTL_EXIT_OK;
	letter = common_check(ctx, "replay", "", NULL, request.dry_run ? VERB_NO_ARENA : 0);
	if (letter)
		return letter;
	if (request.dry_run && request.for_replay)
		return fail_usage(ctx, "replay", "--dry-run replays nothing: --%s goes without it",
				  request.for_replay);
	if (request.choice.slab_pages && !(request.choice.pages && request.choice.objects))
		return fail_usage(ctx, "replay", "--slab-pages is for all, not for %s",
				  request.choice.pages ? "--pages-only" : "--objects-only");
	if (!request.choice.pages && !request.choice.objects)
		return fail_usage(ctx, "replay", "--pages-only and --objects-only leave nothing");
	if (argc - optind > 1)
		return fail_usage(ctx, "replay", "'%s' is one word too many", argv[optind + 1]);
	if (argc == optind)
		return fail_usage(ctx, "replay", "say which file to replay");
	request.file = argv[optind];
	if (!request.file[0])
		return fail_usage(ctx, "replay", "'' is no name of a file");
	return run(ctx, &request);
}
