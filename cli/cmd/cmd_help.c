// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_help.c - help, and the lists that bash completion reads, so that
 * neither can differ from what the program does.
 */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/match.h"
#include "command.h"
#include "commands.h"

static int overview(const struct memctl_ctx *ctx)
{
	puts("Usage: memctl [OPTIONS] OBJECT [COMMAND] [ARGUMENTS]\n"
	     "       memctl help OBJECT [COMMAND]\n\n"
	     "A private memory manager in the kernel: inspect it, drive it, take it out again.\n\n"
	     "Objects:");
	for (const struct command *command = ctx->commands; command->name; command++)
		printf("  %-14s %s\n", command->name, command->help);
	putchar('\n');
	common_help();
	puts("\nExit status: 0 ok, 1 usage, 2 the kernel refused, 3 module not loaded or of\n"
	     "another version, 4 not possible here, 5 a check found damage or a leak.");
	return MEMCTL_EXIT_OK;
}

static int help(struct memctl_ctx *ctx, const struct args *args)
{
	char *argv[4];
	const struct command *command;
	char hint[MATCH_HINT_SIZE];
	int nr = 0;

	if (GIVEN(args, OPT_OBJECTS) && (args->nr_words || GIVEN(args, OPT_COLUMNS)))
		return fail_usage(ctx, "help", "--objects stands alone");
	if (GIVEN(args, OPT_COLUMNS) && !args->nr_words)
		return fail_usage(ctx, "help", "--columns: of which object?");
	if (GIVEN(args, OPT_OBJECTS)) {
		for (command = ctx->commands; command->name; command++)
			puts(command->name);
		return MEMCTL_EXIT_OK;
	}
	if (!args->nr_words)
		return overview(ctx);
	command = command_find(ctx, args->words[0], hint);
	if (!command)
		return fail_usage(ctx, NULL, "there is no object '%s'%s", args->words[0], hint);
	ctx->list_columns = GIVEN(args, OPT_COLUMNS);
	ctx->help_on_word = args->nr_words > 1;
	argv[nr++] = args->words[0];
	if (!ctx->list_columns)
		argv[nr++] = (char *)"--help";
	if (args->nr_words > 1)
		argv[nr++] = args->words[1];
	argv[nr] = NULL;
	return command->run(ctx, nr, argv);
}

static const struct verb verbs[] = {
	{ "", "[OBJECT [COMMAND]]", "print what there is to know", help,
	  BIT(OPT_COLUMNS) | BIT(OPT_OBJECTS) | VERB_NO_ARENA, 0, 0, 2, NULL },
};

static const struct object object = OBJECT("help", "Help on everything.", verbs);

int cmd_help(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
