// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - memctl: find the object on the command line and run its command;
 * complaints, the exit status, and the last flush of the output.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "main.h"
#include "match.h"
#include "message.h"
#include "stop.h"
#include "table.h"

const struct command commands[] = {
	{ "status", cmd_status, "the arenas, the module, and who holds it" },
	{ "buddyinfo", cmd_buddyinfo, "free blocks of each order, as /proc/buddyinfo" },
	{ "zoneinfo", cmd_zoneinfo, "zones, watermarks, frame caches, as /proc/zoneinfo" },
	{ "slabinfo", cmd_slabinfo, "object caches, as /proc/slabinfo" },
	{ "pagetypeinfo", cmd_pagetypeinfo, "free blocks by mobility, as /proc/pagetypeinfo" },
	{ "iomem", cmd_iomem, "physical runs that the arena holds, as /proc/iomem" },
	{ "vmallocinfo", cmd_vmallocinfo, "virtual ranges of regions, as /proc/vmallocinfo" },
	{ "arena", cmd_arena, "make, grow, shrink, remove arenas" },
	{ "page", cmd_page, "allocate, free and list blocks of frames" },
	{ "cache", cmd_cache, "make caches, allocate and free objects" },
	{ "kmalloc", cmd_kmalloc, "allocate bytes" },
	{ "kfree", cmd_kfree, "free what kmalloc gave" },
	{ "region", cmd_region, "managed ranges of virtual addresses" },
	{ "maps", cmd_maps, "vmas of a region, as /proc/PID/maps" },
	{ "smaps", cmd_smaps, "what is in the vmas of a region, as /proc/PID/smaps" },
	{ "pmap", cmd_pmap, "the same, as pmap -x" },
	{ "smem", cmd_smem, "memory of regions and processes: VSS, RSS, PSS, USS" },
	{ "rmap", cmd_rmap, "the pages that a frame backs" },
	{ "pt", cmd_pt, "page tables: walk, dump, compare with the hardware's" },
	{ "tlb", cmd_tlb, "models of TLBs, fed with the addresses of a trace" },
	{ "what", cmd_what, "what an address, a frame or a handle is" },
	{ "why", cmd_why, "whether an allocation would succeed, and what stops it" },
	{ "verify", cmd_verify, "check every invariant" },
	{ "fault", cmd_fault, "have allocations fail that need not" },
	{ "plant", cmd_plant, "damage the arena's records, to see the checks find it" },
	{ "monitor", cmd_monitor, "print events as they happen" },
	{ "record", cmd_record, "record the kernel's own allocations while a command runs" },
	{ "replay", cmd_replay, "drive a recording through an arena" },
	{ "bench", cmd_bench, "count what an operation costs, beside Linux's own" },
	{ "load", cmd_load, "load the module" },
	{ "unload", cmd_unload, "remove the module, or say who holds it" },
	{ "version", cmd_version, "versions of this program and the module" },
	{ "help", cmd_help, "this text, or that of an object" },
};

const unsigned int nr_commands = sizeof(commands) / sizeof(commands[0]);

void note(const char *format, ...)
{
	struct message message;
	va_list args;

	message_begin(&message);
	message_add(&message, "memctl: ");
	va_start(args, format);
	message_vadd(&message, format, args);
	va_end(args);
	message_add(&message, "\n");
	message_send(&message);
}

static int __attribute__((format(printf, 3, 0)))
complain(struct memctl_ctx *ctx, int status, const char *format, va_list args)
{
	free(ctx->error.message);
	free(ctx->error.kernel);
	memset(&ctx->error, 0, sizeof(ctx->error));
	ctx->error.status = status;
	if (vasprintf(&ctx->error.message, format, args) < 0)
		ctx->error.message = NULL;
	return status;
}

static void add_kernel(struct memctl_ctx *ctx, int error, const char *text)
{
	ctx->error.error = error;
	ctx->error.kernel = text && *text ? strdup(text) : NULL;
}

/* Say it now, with @more lines behind it; under -J the document at the end says it. */
static void say(const struct memctl_ctx *ctx, const char *more)
{
	struct message message;

	fflush(stdout);
	if (ctx->json)
		return;
	message_begin(&message);
	message_add(&message, "memctl: %s",
		    text_escape(ctx->error.message ? ctx->error.message : "no memory"));
	if (ctx->error.error)
		message_add(&message, ": %s (%s)", strerror(ctx->error.error),
			    errno_name(ctx->error.error));
	if (ctx->error.kernel)
		message_add(&message, ": %s", text_escape(ctx->error.kernel));
	message_add(&message, "\n%s", more);
	message_send(&message);
}

int fail(struct memctl_ctx *ctx, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(ctx, status, format, args);
	va_end(args);
	say(ctx, "");
	return status;
}

int fail_errno(struct memctl_ctx *ctx, int status, int error, const char *kernel,
	       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(ctx, status, format, args);
	va_end(args);
	add_kernel(ctx, error, kernel);
	say(ctx, "");
	return status;
}

int fail_usage(struct memctl_ctx *ctx, const char *object, const char *format, ...)
{
	char hint[64];
	va_list args;

	snprintf(hint, sizeof(hint), "Try 'memctl help%s%s'.\n", object ? " " : "",
		 object ? object : "");
	ctx->json |= ctx->json_asked;
	va_start(args, format);
	complain(ctx, MEMCTL_EXIT_USAGE, format, args);
	va_end(args);
	say(ctx, hint);
	return MEMCTL_EXIT_USAGE;
}

int fail_stopped(struct memctl_ctx *ctx)
{
	int number = stop_signal();

	/* Who sent the signal knows; who reads documents has to be told that it is not all. */
	if (ctx->json)
		fail(ctx, stop_status(), "stopped by SIG%s", sigabbrev_np(number));
	return stop_status();
}

int fail_client(struct memctl_ctx *ctx, const char *format, ...)
{
	static const int statuses[] = {
		[CLIENT_OK] = MEMCTL_EXIT_REFUSED,
		[CLIENT_REFUSED] = MEMCTL_EXIT_REFUSED,
		[CLIENT_NO_MODULE] = MEMCTL_EXIT_MODULE,
		[CLIENT_VERSION] = MEMCTL_EXIT_MODULE,
		[CLIENT_IMPOSSIBLE] = MEMCTL_EXIT_IMPOSSIBLE,
	};
	const struct client_error *error = client_error(ctx->client);
	char attribute[40], what[80];
	va_list args;

	va_start(args, format);
	if (error->fault == CLIENT_WRONG) {
		vsnprintf(what, sizeof(what), format, args);
		va_end(args);
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: %s", what, error->text);
	}
	complain(ctx, statuses[error->fault], format, args);
	va_end(args);
	add_kernel(ctx, error->fault == CLIENT_NO_MODULE ? 0 : error->error, error->text);
	if (error->fault == CLIENT_REFUSED && !error->text[0]) {
		snprintf(attribute, sizeof(attribute), "attribute %u of the request", error->attr);
		if (error->error == EPERM)
			add_kernel(ctx, EPERM,
				   "this needs root: CAP_SYS_ADMIN in the initial user namespace");
		else if (error->attr)
			add_kernel(ctx, error->error, attribute);
	}
	say(ctx, "");
	return ctx->error.status;
}

struct client *ctx_client(struct memctl_ctx *ctx, int *status)
{
	*status = MEMCTL_EXIT_OK;
	if (!ctx->client && client_open(&ctx->client) < 0) {
		if (!ctx->client)
			*status = fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
		else if (client_error(ctx->client)->fault == CLIENT_NO_MODULE)
			*status = fail(ctx, MEMCTL_EXIT_MODULE, "%s",
				       client_error(ctx->client)->text);
		else
			*status = fail_client(ctx, "cannot talk to the module");
		return NULL;
	}
	return ctx->client;
}

static const char *command_word(const void *list, unsigned int index)
{
	(void)list;
	return index < nr_commands ? commands[index].name : NULL;
}

const struct command *find_command(const char *name, char *hint)
{
	int found = match_find(name, command_word, NULL, hint);

	return found < 0 ? NULL : &commands[found];
}

/* -J counts for complaints about what stands before it, too. */
static bool json_asked(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		size_t length = strlen(argv[i]);

		if (length > 2 && length <= strlen("--json") && !strncmp(argv[i], "--json", length))
			return true;
		/* Behind a letter that takes a value there are no more. */
		if (argv[i][0] == '-' && argv[i][1 + strspn(argv[i] + 1, "rnbqhV")] == 'J')
			return true;
	}
	return false;
}

static int run(struct memctl_ctx *ctx, int argc, char **argv)
{
	struct option options[32];
	const struct command *command;
	char hint[MATCH_HINT_SIZE];
	int value;

	memcpy(options, common_options, nr_common_options * sizeof(options[0]));
	options[nr_common_options] = (struct option){ 0 };
	opterr = 0;
	while ((value = getopt_long(argc, argv, "+:" COMMON_LETTERS, options, NULL)) != -1) {
		if (value == 'h')
			return cmd_help(ctx, 1, (char *[]){ (char *)"help", NULL });
		if (value == 'V')
			return version_asked(ctx);
		if (value == ':')
			return fail_usage(ctx, NULL, "%s needs a value", argv[optind - 1]);
		if (!common_option(ctx, value, optarg))
			return refuse_option(ctx, NULL, options, argv[optind - 1]);
	}
	if (optind == argc) {
		if (ctx->json)
			return fail_usage(ctx, NULL, "which object?");
		cmd_help(ctx, 1, (char *[]){ (char *)"help", NULL });
		return MEMCTL_EXIT_USAGE;
	}
	command = find_command(argv[optind], hint);
	if (!command)
		return fail_usage(ctx, NULL, "there is no object '%s'%s", argv[optind], hint);
	ctx->object = command->name;
	return command->run(ctx, argc - optind, argv + optind);
}

/* What was printed is worth nothing unless it got where it should. */
static int close_output(int status)
{
	bool failed = ferror(stdout);
	int error = 0;

	errno = 0;
	if (fclose(stdout)) {
		failed = true;
		error = errno;
	}
	if (!failed)
		return status;
	stop_by_pipe();
	note("the output could not be written%s%s", error ? ": " : "",
	     error ? strerror(error) : "");
	return status ? status : MEMCTL_EXIT_USAGE;
}

/*
 * A file that is opened later must not become standard output or error because the caller closed
 * them: what stands in fails when it is used, and programs started from here do not get it.
 */
static void keep_descriptors(void)
{
	int fd;

	/* Nothing can be read from what stands in for standard input. */
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (fd > STDIN_FILENO)
		close(fd);
	do {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct memctl_ctx ctx = { .arena = "main" };
	int status, capture;

	keep_descriptors();
	stop_init();
	ctx.json_asked = json_asked(argc, argv);
	status = run(&ctx, argc, argv);
	if (ctx.json && ctx.error.status && !ctx.json_done)
		json_document(&ctx, NULL);
	free(ctx.error.message);
	free(ctx.error.kernel);
	if (client_torn(ctx.client))
		note("the arena kept changing: what was printed is not of one moment");
	capture = client_close(ctx.client);
	if (capture)
		note("the capture could not be written: %s", strerror(-capture));
	if (capture && !status)
		status = MEMCTL_EXIT_USAGE;
	return close_output(status);
}
