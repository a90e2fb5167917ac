// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_record.c - "memctl record": the running kernel's allocations, while a command runs
 *
 * The command is let go when the tracepoints are on. From then on this process takes pages of the
 * ring buffers from the capture, merges them and writes the file, until the command has ended and
 * the rest has been read. SIGINT, SIGTERM and SIGHUP are passed to the command, and the recording
 * is completed all the same; the third one kills it. The file replaces what was there when it is
 * complete, never before.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/message.h"
#include "base/output.h"
#include "base/stop.h"
#include "base/words.h"
#include "commands.h"
#include "record_command.h"
#include "trace/trace_build.h"
#include "trace/trace_direct_map.h"
#include "trace/trace_file.h"
#include "trace/trace_gfp.h"
#include "trace/trace_merge.h"
#include "trace/trace_source.h"
#include "trace/trace_writer.h"
#include "view/table.h"

#define DEFAULT_BUFFER (8ULL << 20)
#define MAX_BUFFER     (1ULL << 30)

/* What a command gets to end by itself when the recording has failed. */
#define GRACE_SECONDS 5

#define PROGRESS_NS 500000000

/**
 * struct record - a recording, and what is reported of it
 * @file: name of the file
 * @buffer: bytes of the ring buffer of each CPU
 * @words: the command's words
 * @command: the command
 * @output: the file, being written
 * @progress: show how far it is
 * @begin: when the command began, nanoseconds of CLOCK_MONOTONIC
 * @duration: nanoseconds from the command's begin to its end
 * @source: the kernel's events
 * @gfp: the kernel's GFP bits
 * @merge: from pages to events
 * @build: from events to the file
 */
struct record {
	const char *file;
	uint64_t buffer;
	char **words;
	struct record_command command;
	struct output output;
	bool progress;
	uint64_t begin;
	uint64_t duration;
	struct trace_source *source;
	struct trace_gfp gfp;
	struct trace_merge *merge;
	struct trace_build *build;
};

/* Bits of report.present: that of BYTES, and that of all other columns. */
#define PRESENT	      1
#define PRESENT_BYTES 2

/* What is reported. */
struct report {
	uint64_t present;
	const char *file;
	uint64_t bytes;
	uint64_t events;
	uint64_t pages;
	uint64_t kmallocs;
	uint64_t objects;
	uint64_t frees;
	uint64_t lost;
	uint64_t foreign;
	uint64_t implied;
	uint64_t failed;
	uint64_t split;
	uint64_t repeated;
	uint64_t misordered;
	uint64_t duration_ms;
	bool slab_marked;
	bool interrupted;
	char status[64];
};

#define PLAIN(heading, type, member, text)                               \
	{                                                                \
		.name = heading, .kind = COLUMN_##type, .use = USE_BOTH, \
		.offset = offsetof(struct report, member), .help = text  \
	}

static const struct column report_columns[] = {
	PLAIN("FILE", TEXT, file, "file that was written"),
	{ .name = "BYTES",
	  .kind = COLUMN_U64,
	  .use = USE_BOTH,
	  .attr = 1,
	  .offset = offsetof(struct report, bytes),
	  .help = "its size in bytes" },
	PLAIN("EVENTS", U64, events, "allocations and frees in it"),
	PLAIN("PAGE_ALLOCS", U64, pages, "of them, blocks of pages"),
	PLAIN("KMALLOCS", U64, kmallocs, "of them, kmalloc() calls"),
	PLAIN("OBJECT_ALLOCS", U64, objects, "of them, objects of named caches"),
	PLAIN("FREES", U64, frees, "of them, frees of what was allocated during the recording"),
	PLAIN("LOST", U64, lost, "events that the kernel's ring buffers lost"),
	PLAIN("FOREIGN", U64, foreign, "frees of what was allocated before, left out"),
	PLAIN("IMPLIED", U64, implied, "frees that no tracepoint showed"),
	PLAIN("FAILED", U64, failed, "allocations that the kernel refused, left out"),
	PLAIN("SPLIT", U64, split, "blocks that were freed in parts"),
	PLAIN("REPEATED", U64, repeated, "allocations reported twice, once in the file"),
	PLAIN("MISORDERED", U64, misordered, "events with a time stamp before an earlier one's"),
	PLAIN("DURATION", U64, duration_ms, "milliseconds that the command ran"),
	PLAIN("SLAB_MARKED", FLAG, slab_marked, "the slab allocator's own blocks are known"),
	PLAIN("INTERRUPTED", FLAG, interrupted, "a signal ended the recording"),
	PLAIN("STATUS", STRING, status, "how the command ended"),
};

static const struct view report_view = VIEW(report_columns);

/* ---- the recording ---- */

static uint64_t events_of(const uint64_t *kinds)
{
	return kinds[TRACE_PAGE_ALLOC] + kinds[TRACE_KMALLOC] + kinds[TRACE_OBJECT_ALLOC] +
	       kinds[TRACE_FREE];
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* A line on the terminal, every now and then. */
static void show_progress(const struct record *record, uint64_t *shown)
{
	const uint64_t *kinds = trace_build_counts(record->build)->kinds;
	uint64_t now = now_ns();

	if (now - *shown < PROGRESS_NS)
		return;
	*shown = now;
	message_print("\rrecord: %llu events, %llu s\033[K", (unsigned long long)events_of(kinds),
		      (unsigned long long)((now - record->begin) / 1000000000));
}

/* There is no use in the command any more: it is asked to end, and made to. */
static void give_up(struct record *record, uint64_t *since)
{
	uint64_t now = now_ns();

	if (!*since) {
		*since = now;
		kill(record->command.pid, SIGTERM);
	} else if (now - *since > GRACE_SECONDS * UINT64_C(1000000000)) {
		kill(record->command.pid, SIGKILL);
	}
}

/*
 * Takes pages until the command has ended and nothing is left. An error ends the command; it sticks
 * in record->build.
 */
static void pump(struct record *record)
{
	struct trace_chunk *chunk;
	bool last = false, stopped = false;
	uint64_t failed = 0, shown = 0;
	int ret = 0;

	while (!last) {
		if (trace_source_take(record->source, &chunk, 20)) {
			last = chunk->cpu == TRACE_CHUNK_LAST;
			if (!ret)
				ret = trace_merge_add(record->merge, chunk);
			else
				free(chunk);
		}
		/* The writer knows which error; a full disk ends a recording at once. */
		if (!ret && ferror(record->output.stream))
			ret = -EIO;
		if (record->progress)
			show_progress(record, &shown);
		record_command_look(&record->command);
		if (ret && record->command.pid)
			give_up(record, &failed);
		if (!record->command.pid && !stopped) {
			trace_source_stop(record->source);
			stopped = true;
		}
	}
	if (record->progress)
		message_print("\r\033[K");
}

static char *join_words(char **words)
{
	size_t length = 1;
	char *text, *end;
	int i;

	for (i = 0; words[i]; i++)
		length += strlen(words[i]) + 1;
	text = malloc(length);
	if (!text)
		return NULL;
	end = text;
	for (i = 0; words[i]; i++)
		end += sprintf(end, "%s%s", i ? " " : "", words[i]);
	return text;
}

/*
 * A pipe without a reader is waited for here, where a signal that came a moment ago is seen.
 * Return: a descriptor that keeps the reader there, -1 for what is no pipe, or -EINTR.
 */
static int wait_for_reader(const char *path)
{
	static const struct timespec pause = { .tv_nsec = 20000000 };
	struct stat stat_now;
	int fd = -1;

	while (fd < 0 && !stat(path, &stat_now) && S_ISFIFO(stat_now.st_mode)) {
		if (stop_signal())
			return -EINTR;
		fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 && errno != ENXIO)
			break;
		if (fd < 0)
			nanosleep(&pause, NULL);
	}
	return fd < 0 ? -1 : fd;
}

static int open_output(struct record *record)
{
	struct trace_header header = {
		.page_shift = (uint8_t)__builtin_ctzl((unsigned long)sysconf(_SC_PAGESIZE)),
		.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
		.nr_cpus = trace_source_nr_cpus(record->source),
	};
	struct trace_writer *writer;
	struct utsname name;
	struct timespec now;
	int reader, ret;

	clock_gettime(CLOCK_REALTIME, &now);
	header.start = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	uname(&name);
	header.release = name.release;
	reader = wait_for_reader(record->file);
	if (reader == -EINTR)
		return reader;
	ret = output_open(&record->output, record->file);
	if (reader >= 0)
		close(reader);
	if (ret)
		return ret;
	header.command = join_words(record->words);
	if (!header.command)
		return -ENOMEM;
	setvbuf(record->output.stream, NULL, _IOFBF, 1 << 18);
	writer = trace_writer_open(record->output.stream, &header);
	free(header.command);
	if (!writer)
		return -ENOMEM;
	record->build =
		trace_build_create(writer, &record->gfp, header.page_shift, trace_direct_map());
	if (!record->build)
		return -ENOMEM;
	record->merge =
		trace_merge_create(trace_source_tep(record->source), header.nr_cpus, record->build);
	return record->merge ? 0 : -ENOMEM;
}

/* @bytes: size of the file, 0 where it has none. */
static int report(struct memctl_ctx *ctx, const struct record *record, uint64_t bytes)
{
	const struct trace_counts *counts = trace_build_counts(record->build);
	const struct trace_totals *totals = &counts->totals;
	const uint64_t *kinds = counts->kinds;
	int status;
	struct report row = {
		.present = PRESENT | (bytes ? PRESENT_BYTES : 0),
		.file = record->file,
		.bytes = bytes,
		.pages = kinds[TRACE_PAGE_ALLOC],
		.kmallocs = kinds[TRACE_KMALLOC],
		.objects = kinds[TRACE_OBJECT_ALLOC],
		.frees = kinds[TRACE_FREE],
		.lost = totals->lost,
		.foreign = totals->foreign,
		.implied = totals->implied,
		.failed = totals->failed,
		.split = totals->split,
		.repeated = totals->repeated,
		.misordered = totals->misordered,
		.duration_ms = totals->duration / 1000000,
		.slab_marked = counts->slab_marked,
		.interrupted = stop_signal(),
	};

	row.events = events_of(kinds);
	record_command_describe(&record->command, row.status, sizeof(row.status));
	if (row.lost)
		note("%llu events were lost: try a larger --buffer", (unsigned long long)row.lost);
	/* What would follow the trace in its own file is no part of it. */
	if (ctx->quiet || record->output.is_stdout)
		return MEMCTL_EXIT_OK;
	status = view_print_explained(ctx, &report_view, &row);
	if (!status && !view_wanted(ctx))
		puts("\n'memctl replay --dry-run' shows the same EVENTS to FREES, and what is\n"
		     "replayed of them.");
	return status;
}

/* Makes everything ready: the capture, the file, the command at its gate. */
static int prepare(struct memctl_ctx *ctx, struct record *record, char *error, size_t size)
{
	int ret;

	ret = trace_source_open(&record->source, (unsigned int)(record->buffer >> 10), error, size);
	if (ret == -EOPNOTSUPP)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "%s", error);
	if (ret)
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, -ret, error, "record");
	if (trace_source_gfp(record->source, &record->gfp))
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE,
			    "the GFP flags in the format of kmem:mm_page_alloc are not understood");
	ret = open_output(record);
	/* Opening a pipe waits for a reader, until a signal ends the wait. */
	if (ret == -EINTR && stop_signal())
		return fail_stopped(ctx);
	if (ret)
		return fail_errno(ctx, MEMCTL_EXIT_USAGE, -ret, NULL, "%s", record->file);
	ret = record_command_start(&record->command, record->words);
	if (ret)
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, -ret, NULL, "cannot start a process");
	ret = trace_source_start(record->source, error, size);
	if (ret)
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, -ret, error, "record");
	return stop_signal() ? fail_stopped(ctx) : MEMCTL_EXIT_OK;
}

/* Completes the trace and puts it where it belongs. */
static int complete(struct memctl_ctx *ctx, struct record *record, uint64_t *bytes)
{
	uint32_t flags = stop_signal() ? TRACE_FLAG_INTERRUPTED : 0;
	struct trace_totals more = {
		.duration = record->duration,
		.exit_status = (uint64_t)record->command.status,
	};
	struct stat stat;
	int ret;

	trace_build_lost(record->build, trace_source_overrun(record->source));
	ret = trace_build_finish(record->build, flags, &more);
	if (!ret) {
		if (!fstat(fileno(record->output.stream), &stat) && S_ISREG(stat.st_mode))
			*bytes = (uint64_t)stat.st_size;
		ret = output_publish(&record->output);
	}
	if (ret)
		return fail_errno(ctx, MEMCTL_EXIT_USAGE, -ret, NULL, "%s", record->file);
	return MEMCTL_EXIT_OK;
}

/* Runs the command, completes the file and reports; the caller cleans up. */
static int record_run(struct memctl_ctx *ctx, struct record *record)
{
	uint64_t bytes = 0;
	char error[512] = "";
	int status, word;

	status = prepare(ctx, record, error, sizeof(error));
	if (status)
		return status;
	record->progress = isatty(STDERR_FILENO) && !ctx->quiet;
	record->begin = now_ns();
	record_command_go(&record->command);
	pump(record);
	record->duration = now_ns() - record->begin;
	word = record_command_error(&record->command);
	if (word)
		return fail_errno(ctx, record_command_exit(&record->command), word, NULL,
				  "cannot run %s", record->words[0]);
	status = complete(ctx, record, &bytes);
	if (!status)
		status = report(ctx, record, bytes);
	return status ? status : record_command_exit(&record->command);
}

static int record_all(struct memctl_ctx *ctx, struct record *record)
{
	int ret;

	if (geteuid())
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, EPERM,
				  "this needs root: it reads the kernel's tracepoints", "record");
	stop_catch();
	ret = record_run(ctx, record);
	record_command_end(&record->command);
	trace_source_close(record->source);
	trace_merge_destroy(record->merge);
	trace_build_destroy(record->build);
	/* What is not complete is no trace; what is has its name already. */
	output_discard(&record->output);
	stop_release();
	return ret;
}

/* ---- the command line ---- */

static void record_help(void)
{
	puts("Usage: memctl record [OPTIONS] -o FILE [--] COMMAND [ARGS]\n"
	     "\n"
	     "Writes the kernel's own page and slab allocations, of the whole machine while COMMAND\n"
	     "runs, to FILE (see memctl replay). The exit status is that of COMMAND, 128+N if\n"
	     "signal N ended it, and 126 or 127 if it cannot be run; FILE is replaced only when\n"
	     "the recording is complete.\n"
	     "\n"
	     "  -o, --output FILE    the file to write\n"
	     "      --buffer SIZE    ring buffer of each CPU (default 8M)\n"
	     "  -J, --json           JSON, behind what COMMAND prints\n"
	     "  -q, --quiet          no report, and no progress on a terminal\n"
	     "  -h, --help           this text");
}

/**
 * cmd_record() - memctl record
 * @ctx: the program's context
 * @argc: number of words
 * @argv: "record" and what follows
 *
 * Return: exit status.
 */
int cmd_record(struct memctl_ctx *ctx, int argc, char **argv)
{
	static const struct option own[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "buffer", required_argument, NULL, 'B' },
		{ "arena", required_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'J' },
		{ "raw", no_argument, NULL, 'r' },
		{ "noheadings", no_argument, NULL, 'n' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "bytes", no_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct record record = { .command = { .gate = -1, .complaint = -1 } };
	int letter;

	optind = 0;
	while ((letter = getopt_long(argc, argv, "+:o:a:JrnqbhV", own, NULL)) != -1) {
		switch (letter) {
		case 'o':
			if (record.file)
				return fail_usage(ctx, "record", "-o is given twice");
			record.file = optarg;
			break;
		case 'B':
			if (record.buffer)
				return fail_usage(ctx, "record", "--buffer is given twice");
			if (!parse_size(optarg, &record.buffer) || record.buffer < 4096 ||
			    record.buffer > MAX_BUFFER)
				return fail_usage(ctx, "record",
						  "--buffer %s: not a size from 4K to 1G", optarg);
			break;
		case 'h':
			if (ctx->help_on_word)
				return fail_usage(ctx, "record", "'record' has no commands");
			record_help();
			return MEMCTL_EXIT_OK;
		case 'V':
			return version_asked(ctx);
		case ':':
			return fail_usage(ctx, "record", "%s needs a value", argv[optind - 1]);
		case '?':
			return refuse_option(ctx, "record", own, argv[optind - 1]);
		default:
			common_option(ctx, letter, optarg);
		}
	}
	if (ctx->list_columns) {
		view_names(&report_view);
		return MEMCTL_EXIT_OK;
	}
	if (!record.buffer)
		record.buffer = DEFAULT_BUFFER;
	record.words = argv + optind;
	letter = common_check(ctx, "record", "", &report_view, VERB_NO_ARENA);
	if (letter)
		return letter;
	if (!record.file)
		return fail_usage(ctx, "record", "say with -o FILE which file to write");
	if (!record.file[0])
		return fail_usage(ctx, "record", "-o: '' is no name of a file");
	if (!record.words[0])
		return fail_usage(ctx, "record", "say which command to run");
	return record_all(ctx, &record);
}
