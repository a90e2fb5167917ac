/* SPDX-License-Identifier: GPL-2.0 */
/*
 * command.h - an object on the command line, and the function behind it.
 */
#ifndef MEMCTL_CLI_COMMAND_H
#define MEMCTL_CLI_COMMAND_H

#include "base/cmd.h"

/**
 * struct command - an object and the function behind it
 * @name: word on the command line; NULL behind the last of a list
 * @run: its function; argv[0] is the object's name
 * @help: one line
 */
struct command {
	const char *name;
	int (*run)(struct memctl_ctx *ctx, int argc, char **argv);
	const char *help;
};

/* The object that @name is or begins; NULL and a hint (match.h) if there is none. */
const struct command *command_find(const struct memctl_ctx *ctx, const char *name, char *hint);

#endif /* MEMCTL_CLI_COMMAND_H */
