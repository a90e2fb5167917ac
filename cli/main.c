// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - memctl: find the object on the command line and run its command;
 * the exit status, and the last flush of the output.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/match.h"
#include "base/stop.h"
#include "cmd/args.h"
#include "cmd/command.h"
#include "cmd/commands.h"
#include "wire/client.h"

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
	command = command_find(ctx, argv[optind], hint);
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
	struct memctl_ctx ctx = {
		.commands = commands,
		.version = cmd_version,
		.arena = "main",
	};
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
