/* SPDX-License-Identifier: GPL-2.0 */
/*
 * record_command.h - the command of a recording
 */
#ifndef MEMCTL_CLI_RECORD_COMMAND_H
#define MEMCTL_CLI_RECORD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct record_command - a command
 * @words: its words
 * @pid: its process, 0 when it has ended or never began
 * @gate: a byte into it lets the command go; -1 when it is open
 * @complaint: where an exec that fails sends its errno; -1 when it was read
 * @status: its wait status
 */
struct record_command {
	char **words;
	pid_t pid;
	int gate;
	int complaint;
	int status;
};

int record_command_start(struct record_command *command, char **words);
void record_command_go(struct record_command *command);
void record_command_look(struct record_command *command);
int record_command_error(struct record_command *command);
void record_command_end(struct record_command *command);
int record_command_exit(const struct record_command *command);
void record_command_describe(const struct record_command *command, char *text, size_t size);

#endif /* MEMCTL_CLI_RECORD_COMMAND_H */
