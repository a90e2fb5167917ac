// SPDX-License-Identifier: GPL-2.0
/*
 * stop.c - signals: what asks this program to stop, and what it inherited
 *
 * The one file that changes what a signal does. Commands that have something to tidy up catch
 * SIGINT, SIGTERM and SIGHUP while they run, look at stop_signal() now and then, and end by
 * themselves.
 *
 * G1. A signal that the caller ignores stays ignored: nohup, background jobs of a script.
 * G2. A program that is started from here finds every signal as the caller of this one had it:
 *     stop_restore() comes before each exec.
 * G3. A reader that closes its pipe is no signal in the middle of a command but a failed write;
 *     when the command has tidied up, stop_by_pipe() ends the program as SIGPIPE would have. Where
 *     the caller ignores SIGPIPE it is an error like any other.
 * G4. A file that reaches the limit of its size (SIGXFSZ) is a failed write, too.
 * G5. The status of a child can be waited for, whatever the caller does with SIGCHLD.
 */
#include "stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* Signals to the command until it is killed. */
#define PATIENCE 2

/**
 * struct inherited - a signal that is handled here
 * @number: the signal
 * @asks: it asks to stop
 * @before: what the caller had it do
 * @changed: it does something else now
 */
struct inherited {
	int number;
	bool asks;
	struct sigaction before;
	bool changed;
};

static struct inherited signals[] = {
	{ .number = SIGPIPE },
	{ .number = SIGXFSZ },
	{ .number = SIGCHLD },
	{ .number = SIGINT, .asks = true },
	{ .number = SIGTERM, .asks = true },
	{ .number = SIGHUP, .asks = true },
};

#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

static volatile int asked;	     /* the last signal that asked to stop */
static volatile int times;	     /* how many did */
static volatile int command;	     /* process that they are passed on to */
static volatile sig_atomic_t broken; /* a write found its pipe closed */

static void on_broken_pipe(int number)
{
	(void)number;
	broken = 1;
}

/*
 * What comes from the terminal the command has got already, since it is in the same process group;
 * what one process sent to another goes on to it.
 */
static void on_stop(int number, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	asked = number;
	times++;
	if (command > 0 && times > PATIENCE)
		kill(command, SIGKILL);
	else if (command > 0 && info->si_code <= 0)
		kill(command, number);
	errno = saved;
}

static void change(struct inherited *inherited, const struct sigaction *action)
{
	if (!inherited->changed && !sigaction(inherited->number, action, &inherited->before))
		inherited->changed = true;
}

static void put_back(struct inherited *inherited)
{
	if (inherited->changed)
		sigaction(inherited->number, &inherited->before, NULL);
	inherited->changed = false;
}

static bool ignored(int number)
{
	struct sigaction action;

	return !sigaction(number, NULL, &action) && action.sa_handler == SIG_IGN;
}

/**
 * stop_init() - signals that would end the program behind a command's back
 *
 * To be called once, before anything is written.
 */
void stop_init(void)
{
	static const struct sigaction on_pipe = { .sa_handler = on_broken_pipe,
						  .sa_flags = SA_RESTART };
	static const struct sigaction ignore = { .sa_handler = SIG_IGN };
	static const struct sigaction plain = { .sa_handler = SIG_DFL };

	if (!ignored(SIGPIPE))
		change(&signals[0], &on_pipe);
	change(&signals[1], &ignore);
	change(&signals[2], &plain);
}

/**
 * stop_restore() - give all signals back what the caller had them do
 *
 * To be called before another program is executed, in the process that becomes it.
 */
void stop_restore(void)
{
	for (size_t i = 0; i < NR_SIGNALS; i++)
		put_back(&signals[i]);
}

/**
 * stop_catch() - from now on SIGINT, SIGTERM and SIGHUP ask to stop
 *
 * Those that the caller ignores do not.
 */
void stop_catch(void)
{
	static const struct sigaction action = { .sa_sigaction = on_stop, .sa_flags = SA_SIGINFO };

	for (size_t i = 0; i < NR_SIGNALS; i++) {
		if (signals[i].asks && !ignored(signals[i].number))
			change(&signals[i], &action);
	}
}

/**
 * stop_release() - from now on they end the program again
 */
void stop_release(void)
{
	for (size_t i = 0; i < NR_SIGNALS; i++) {
		if (signals[i].asks)
			put_back(&signals[i]);
	}
}

/**
 * stop_forward() - pass signals that ask to stop on to a command
 * @pid: its process; 0 to pass them on no more
 *
 * The third signal kills it.
 */
void stop_forward(pid_t pid)
{
	command = pid;
	if (pid > 0 && asked)
		kill(pid, asked);
}

/**
 * stop_signal() - was this program asked to stop?
 *
 * Return: the signal that asked last, or 0.
 */
int stop_signal(void)
{
	return asked;
}

/**
 * stop_flag() - the same, for code that reads a variable
 *
 * Return: a variable that becomes nonzero.
 */
const volatile int *stop_flag(void)
{
	return &asked;
}

/**
 * stop_status() - exit status of a command that was asked to stop
 *
 * Return: that which a shell shows for a program that the signal ended.
 */
int stop_status(void)
{
	return 128 + asked;
}

/**
 * stop_reader_gone() - has the reader of standard output closed its pipe?
 *
 * For commands that wait: they would find out only with the next line.
 * Return: true if it has.
 */
bool stop_reader_gone(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO };

	return poll(&output, 1, 0) == 1 && output.revents & POLLERR;
}

/**
 * stop_by_pipe() - end as a program ends whose reader has closed its pipe
 *
 * Returns only where no write found a closed pipe, or the caller ignores SIGPIPE.
 */
void stop_by_pipe(void)
{
	if (!broken)
		return;
	put_back(&signals[0]);
	raise(SIGPIPE);
}
