/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmd.h - what a command gets and gives: its context and its exit status.
 *
 * A command that consists of verbs with the common options describes them in
 * a table and leaves the parsing to verbs_run(). Signals are changed in stop.c
 * alone: before another program is started, stop_restore() has to be called.
 */
#ifndef MEMCTL_CLI_CMD_H
#define MEMCTL_CLI_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;
struct command;

#define MEMCTL_OUTPUT_VERSION 2

/* Exit status; stable, listed in memctl(8). */
enum memctl_exit {
	MEMCTL_EXIT_OK = 0,
	MEMCTL_EXIT_USAGE = 1,	    /* wrong arguments, or the output could not be written */
	MEMCTL_EXIT_REFUSED = 2,    /* the kernel refused */
	MEMCTL_EXIT_MODULE = 3,	    /* module not loaded or of another version */
	MEMCTL_EXIT_IMPOSSIBLE = 4, /* not possible here */
	MEMCTL_EXIT_DAMAGE = 5,	    /* a check found damage or a leak */
};

/**
 * struct memctl_ctx - what every command knows
 * @commands: what stands for an object on the command line, up to one without a name
 * @version: the command that prints versions, for -V wherever it stands
 * @object: name of the object that runs, the key of its JSON documents
 * @arena: name of the arena (-a), "main" where none was given
 * @arena_given: it was
 * @json: -J
 * @json_asked: -J stands among the words, for complaints about those before it
 * @raw: -r
 * @no_headings: -n
 * @bytes: -b, sizes in bytes rather than K, M, G
 * @all_columns: --output-all
 * @columns: -o LIST or +LIST, NULL where not given
 * @quiet: -q
 * @given_twice: an option that contradicts itself, NULL for none
 * @help_on_word: the word behind the object was given to ask for help on it
 * @list_columns: print the names of the view's columns and nothing else
 * @json_done: a JSON document was printed, complaints are in it already
 * @client: connection, made by ctx_client() at first use
 * @error: the complaint that ends the program, for -J: exit status, errno or 0,
 *	   and two texts as they are, of any length; @kernel: NULL for none
 */
struct memctl_ctx {
	const struct command *commands;
	int (*version)(struct memctl_ctx *ctx, int argc, char **argv);
	const char *object;
	const char *arena;
	bool arena_given;
	bool json;
	bool json_asked;
	bool raw;
	bool no_headings;
	bool bytes;
	bool all_columns;
	const char *columns;
	bool quiet;
	const char *given_twice;
	bool help_on_word;
	bool list_columns;
	bool json_done;
	struct client *client;
	struct {
		int status;
		int error;
		char *message;
		char *kernel;
	} error;
};

#endif /* MEMCTL_CLI_CMD_H */
