/* SPDX-License-Identifier: GPL-2.0 */
/*
 * main.h - the table of objects.
 */
#ifndef MEMCTL_CLI_MAIN_H
#define MEMCTL_CLI_MAIN_H

#include "cmd.h"

/**
 * struct command - an object and the function behind it
 * @name: word on the command line
 * @run: its function
 * @help: one line
 */
struct command {
	const char *name;
	int (*run)(struct memctl_ctx *ctx, int argc, char **argv);
	const char *help;
};

extern const struct command commands[];
extern const unsigned int nr_commands;

/* The object that @name is or begins; NULL and a hint (match.h) if there is none. */
const struct command *find_command(const char *name, char *hint);

#endif /* MEMCTL_CLI_MAIN_H */
