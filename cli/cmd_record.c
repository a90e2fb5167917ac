// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_record.c - "memctl record": the running kernel's allocations, while a command runs
 *
 * The command is started stopped, at the end of a pipe, and let go when the tracepoints are on.
 * From then on this process takes pages of the ring buffers from the capture, merges them and
 * writes the file, until the command has ended and the rest has been read. SIGINT, SIGTERM and
 * SIGHUP are passed to the command, and the recording is completed all the same; the third one
 * kills it.
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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "cmd.h"
#include "stop.h"
#include "table.h"
#include "trace_build.h"
#include "trace_direct_map.h"
#include "trace_merge.h"
#include "trace_source.h"

#define DEFAULT_BUFFER (8ULL << 20)
#define MAX_BUFFER     (1ULL << 30)

/**
 * struct record - a recording, and what is reported of it
 * @file: name of the file
 * @buffer: bytes of the ring buffer of each CPU
 * @command: the command's words
 * @child: the command's process, 0 when it has ended
 * @gate: closing it lets the command go
 * @status: its wait status
 * @stream: the file, open
 * @source: the kernel's events
 * @gfp: the kernel's GFP bits
 * @merge: from pages to events
 * @build: from events to the file
 */
struct record {
	const char *file;
	uint64_t buffer;
	char **command;
	pid_t child;
	int gate;
	int status;
	FILE *stream;
	struct trace_source *source;
	struct trace_gfp gfp;
	struct trace_merge *merge;
	struct trace_build *build;
};

/* What is reported. */
struct report {
	uint64_t present; /* bit 0: the columns are not empty */
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
	PLAIN("BYTES", U64, bytes, "its size"),
	PLAIN("EVENTS", U64, events, "events in it"),
	PLAIN("PAGE_ALLOCS", U64, pages, "blocks of pages allocated"),
	PLAIN("KMALLOCS", U64, kmallocs, "kmalloc() calls"),
	PLAIN("OBJECT_ALLOCS", U64, objects, "objects of named caches allocated"),
	PLAIN("FREES", U64, frees, "frees of what was allocated during the recording"),
	PLAIN("LOST", U64, lost, "events that the kernel's ring buffers lost"),
	PLAIN("FOREIGN", U64, foreign, "frees of what was allocated before, left out"),
	PLAIN("IMPLIED", U64, implied, "frees that no tracepoint showed"),
	PLAIN("FAILED", U64, failed, "allocations that the kernel refused, left out"),
	PLAIN("SPLIT", U64, split, "blocks that were freed in parts"),
	PLAIN("REPEATED", U64, repeated, "allocations reported twice, once in the file"),
	PLAIN("MISORDERED", U64, misordered, "events with a time stamp before an earlier one's"),
	PLAIN("DURATION", U64, duration_ms, "milliseconds"),
	PLAIN("SLAB_MARKED", FLAG, slab_marked, "the slab allocator's own blocks are known"),
	PLAIN("INTERRUPTED", FLAG, interrupted, "a signal ended the recording"),
	PLAIN("STATUS", STRING, status, "how the command ended"),
};

static const struct view report_view = VIEW(report_columns);

/* ---- the command ---- */

/* Runs in the new process: waits for the gate, becomes the command or says why not. */
static void become(struct record *record, int gate, int complaint)
{
	char byte;
	int error;

	stop_restore();
	while (read(gate, &byte, 1) < 0 && errno == EINTR)
		;
	execvp(record->command[0], record->command);
	error = errno;
	if (write(complaint, &error, sizeof(error)) != (ssize_t)sizeof(error))
		_exit(126);
	_exit(127);
}

/* Starts the command at a closed gate. *complaint is where an exec that fails sends its errno. */
static int start(struct record *record, int *complaint)
{
	int gate[2], word[2];
	pid_t child;

	if (pipe2(gate, O_CLOEXEC))
		return -errno;
	if (pipe2(word, O_CLOEXEC)) {
		close(gate[0]);
		close(gate[1]);
		return -errno;
	}
	child = fork();
	if (!child) {
		close(gate[1]);
		become(record, gate[0], word[1]);
	}
	close(gate[0]);
	close(word[1]);
	record->gate = gate[1];
	*complaint = word[0];
	if (child < 0)
		return -errno;
	record->child = child;
	stop_forward(child);
	return 0;
}

static void open_gate(struct record *record)
{
	if (record->gate >= 0)
		close(record->gate);
	record->gate = -1;
}

/* Takes note of the command's end. */
static void look_after(struct record *record, int options)
{
	pid_t got;

	do {
		got = waitpid(record->child, &record->status, options);
	} while (got < 0 && errno == EINTR);
	if (got) {
		stop_forward(0);
		record->child = 0;
	}
}

static void describe_status(const struct record *record, char *text, size_t size)
{
	if (WIFSIGNALED(record->status))
		snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(record->status),
			 strsignal(WTERMSIG(record->status)));
	else
		snprintf(text, size, "exit %d", WEXITSTATUS(record->status));
}

/* ---- the recording ---- */

/*
 * Takes pages until the command has ended and nothing is left. An error ends the command; it sticks
 * in record->build.
 */
static void pump(struct record *record)
{
	struct trace_chunk *chunk;
	bool last = false, stopped = false;
	int ret = 0;

	while (!last) {
		if (trace_source_take(record->source, &chunk, 20)) {
			last = chunk->cpu == TRACE_CHUNK_LAST;
			if (!ret)
				ret = trace_merge_add(record->merge, chunk);
			else
				free(chunk);
		}
		if (record->child)
			look_after(record, WNOHANG);
		if (ret && record->child)
			kill(record->child, SIGTERM);
		if (!record->child && !stopped) {
			trace_source_stop(record->source);
			stopped = true;
		}
	}
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

	clock_gettime(CLOCK_REALTIME, &now);
	header.start = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	uname(&name);
	header.release = name.release;
	header.command = join_words(record->command);
	record->stream = fopen(record->file, "wbe");
	if (!record->stream || !header.command) {
		free(header.command);
		return record->stream ? -ENOMEM : -errno;
	}
	setvbuf(record->stream, NULL, _IOFBF, 1 << 18);
	writer = trace_writer_open(record->stream, &header);
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

static int report(struct memctl_ctx *ctx, const struct record *record, bool interrupted)
{
	const struct trace_counts *counts = trace_build_counts(record->build);
	const struct trace_totals *totals = &counts->totals;
	const uint64_t *kinds = counts->kinds;
	struct report row = {
		.present = 1,
		.file = record->file,
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
		.interrupted = interrupted,
	};
	struct stat stat;

	if (!fstat(fileno(record->stream), &stat))
		row.bytes = (uint64_t)stat.st_size;
	row.events = row.pages + row.kmallocs + row.objects + row.frees;
	describe_status(record, row.status, sizeof(row.status));
	if (row.lost)
		note("%llu events were lost: try a larger --buffer", (unsigned long long)row.lost);
	if (ctx->quiet)
		return MEMCTL_EXIT_OK;
	return view_print_lines(ctx, &report_view, &row);
}

/* Runs the command and completes the file; the caller cleans up. */
static int record_run(struct memctl_ctx *ctx, struct record *record, char *error, size_t size)
{
	struct trace_totals more = { 0 };
	struct timespec begin, end;
	int ret, complaint = -1, word = 0;
	bool interrupted;

	ret = trace_source_open(&record->source, (unsigned int)(record->buffer >> 10), error, size);
	if (ret == -EOPNOTSUPP)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "%s", error);
	if (ret)
		return fail(ctx, MEMCTL_EXIT_REFUSED, "%s", error);
	if (trace_source_gfp(record->source, &record->gfp))
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE,
			    "the GFP flags in the format of kmem:mm_page_alloc are not understood");
	ret = open_output(record);
	if (ret)
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: %s", record->file, strerror(-ret));
	stop_catch();
	ret = start(record, &complaint);
	if (ret)
		return fail(ctx, MEMCTL_EXIT_REFUSED, "cannot start a process: %s", strerror(-ret));
	if (trace_source_start(record->source, error, size))
		return fail(ctx, MEMCTL_EXIT_REFUSED, "%s", error);

	clock_gettime(CLOCK_MONOTONIC, &begin);
	open_gate(record);
	pump(record);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (read(complaint, &word, sizeof(word)) != (ssize_t)sizeof(word))
		word = 0;
	close(complaint);
	if (word)
		return fail(ctx, MEMCTL_EXIT_USAGE, "cannot run %s: %s", record->command[0],
			    strerror(word));
	interrupted = stop_signal();
	trace_build_lost(record->build, trace_source_overrun(record->source));
	more.duration = (uint64_t)((end.tv_sec - begin.tv_sec) * 1000000000LL + end.tv_nsec -
				   begin.tv_nsec);
	more.exit_status = (uint64_t)record->status;
	word = trace_build_finish(record->build, interrupted ? TRACE_FLAG_INTERRUPTED : 0, &more);
	if (word)
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: %s", record->file, strerror(-word));
	return report(ctx, record, interrupted);
}

static int record_all(struct memctl_ctx *ctx, struct record *record)
{
	char error[512] = "";
	struct stat stat;
	bool regular;
	int ret;

	if (geteuid())
		return fail(ctx, MEMCTL_EXIT_REFUSED,
			    "recording needs root: it reads the kernel's tracepoints");
	ret = record_run(ctx, record, error, sizeof(error));
	if (record->child) {
		kill(record->child, SIGKILL);
		look_after(record, 0);
	}
	open_gate(record);
	trace_source_close(record->source);
	trace_merge_destroy(record->merge);
	trace_build_destroy(record->build);
	regular = record->stream && !fstat(fileno(record->stream), &stat) && S_ISREG(stat.st_mode);
	if (record->stream && fclose(record->stream) && !ret)
		ret = fail(ctx, MEMCTL_EXIT_USAGE, "%s: %m", record->file);
	/* What is not complete is no trace. */
	if (regular && ret)
		unlink(record->file);
	stop_release();
	return ret;
}

/* ---- the command line ---- */

static void record_help(void)
{
	puts("Usage: memctl record [OPTIONS] -o FILE [--] COMMAND [ARGS]\n"
	     "\n"
	     "Writes the kernel's own page and slab allocations, of the whole machine while COMMAND\n"
	     "runs, to FILE (see memctl replay). COMMAND's own exit status is reported.\n"
	     "\n"
	     "  -o, --output FILE    the file to write\n"
	     "      --buffer SIZE    ring buffer of each CPU (default 8M)\n"
	     "  -J, --json           JSON, behind what COMMAND prints\n"
	     "  -q, --quiet          no report\n"
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
		{ "json", no_argument, NULL, 'J' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "bytes", no_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct record record = { .gate = -1, .buffer = DEFAULT_BUFFER };
	int letter;

	optind = 0;
	while ((letter = getopt_long(argc, argv, "+:o:Jqbh", own, NULL)) != -1) {
		switch (letter) {
		case 'o':
			record.file = optarg;
			break;
		case 'B':
			if (!parse_size(optarg, &record.buffer) || record.buffer < 4096 ||
			    record.buffer > MAX_BUFFER)
				return fail_usage(ctx, "record",
						  "--buffer %s: not a size from 4K to 1G", optarg);
			break;
		case 'h':
			record_help();
			return MEMCTL_EXIT_OK;
		case ':':
			return fail_usage(ctx, "record", "%s needs a value", argv[optind - 1]);
		case '?':
			return fail_usage(ctx, "record", "unknown option %s", argv[optind - 1]);
		default:
			common_option(ctx, letter, optarg);
		}
	}
	record.command = argv + optind;
	if (!record.file)
		return fail_usage(ctx, "record", "say with -o FILE which file to write");
	if (!record.command[0])
		return fail_usage(ctx, "record", "say which command to run");
	return record_all(ctx, &record);
}
