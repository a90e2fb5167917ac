// SPDX-License-Identifier: GPL-2.0
/*
 * record_command.c - the command of a recording
 *
 * W1. It begins when a byte comes through the gate, not before and not when the recorder has died.
 * W2. It ends with the recorder: if that is killed, so is the command (PR_SET_PDEATHSIG; what the
 *     command itself has started, and a command that gains rights by its exec, are out of reach).
 * W3. Its signals are those of the recorder's caller.
 */
#include "record_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stop.h"

/* Exit status of a command that cannot be run, as the shell has it. */
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND	127

/* Runs in the new process: waits for the gate, becomes the command or says why not. */
static void become(char **words, int gate, int complaint)
{
	ssize_t got;
	char byte;
	int error;

	stop_restore();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A recorder that died before that has closed the gate. */
	do {
		got = read(gate, &byte, 1);
	} while (got < 0 && errno == EINTR);
	if (got != 1)
		_exit(EXIT_CANNOT_RUN);
	execvp(words[0], words);
	error = errno;
	/* If this cannot be written, the exit status says the same. */
	while (write(complaint, &error, sizeof(error)) < 0 && errno == EINTR)
		;
	_exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

/**
 * record_command_start() - make a process for a command, which waits at a closed gate
 * @command: filled in; to be ended by record_command_end(), also after a failure
 * @words: the command
 *
 * Return: 0 or -errno.
 */
int record_command_start(struct record_command *command, char **words)
{
	int gate[2], word[2];
	pid_t child;

	*command = (struct record_command){ .words = words, .gate = -1, .complaint = -1 };
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
		become(words, gate[0], word[1]);
	}
	close(gate[0]);
	close(word[1]);
	command->gate = gate[1];
	command->complaint = word[0];
	if (child < 0)
		return -errno;
	command->pid = child;
	stop_forward(child);
	return 0;
}

/**
 * record_command_go() - let the command go
 * @command: the command
 */
void record_command_go(struct record_command *command)
{
	/* One that a signal has ended meanwhile is found by record_command_look(). */
	while (write(command->gate, "", 1) < 0 && errno == EINTR)
		;
	close(command->gate);
	command->gate = -1;
}

static void wait_for(struct record_command *command, int options)
{
	pid_t got;

	do {
		got = waitpid(command->pid, &command->status, options);
	} while (got < 0 && errno == EINTR);
	if (got) {
		stop_forward(0);
		command->pid = 0;
	}
}

/**
 * record_command_look() - take note of the command's end
 * @command: the command
 */
void record_command_look(struct record_command *command)
{
	if (command->pid)
		wait_for(command, WNOHANG);
}

/**
 * record_command_error() - why the command could not be run
 * @command: the command, which was let go and has ended
 *
 * Return: 0 if it was, else the errno of its exec.
 */
int record_command_error(struct record_command *command)
{
	int error = 0;

	if (read(command->complaint, &error, sizeof(error)) != (ssize_t)sizeof(error))
		error = 0;
	close(command->complaint);
	command->complaint = -1;
	return error;
}

/**
 * record_command_end() - end a command that is still there, and forget it
 * @command: the command
 */
void record_command_end(struct record_command *command)
{
	if (command->pid) {
		kill(command->pid, SIGKILL);
		wait_for(command, 0);
	}
	if (command->gate >= 0)
		close(command->gate);
	if (command->complaint >= 0)
		close(command->complaint);
	command->gate = -1;
	command->complaint = -1;
}

/**
 * record_command_exit() - the command's exit status, as a shell has it
 * @command: the command, which has ended
 *
 * Return: the status, 128 and more for a signal.
 */
int record_command_exit(const struct record_command *command)
{
	if (WIFSIGNALED(command->status))
		return 128 + WTERMSIG(command->status);
	return WEXITSTATUS(command->status);
}

/**
 * record_command_describe() - the same in words
 * @command: the command, which has ended
 * @text: where to
 * @size: room there
 */
void record_command_describe(const struct record_command *command, char *text, size_t size)
{
	if (WIFSIGNALED(command->status))
		snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(command->status),
			 strsignal(WTERMSIG(command->status)));
	else
		snprintf(text, size, "exit %d", WEXITSTATUS(command->status));
}
