/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_instance.h - the tracefs instances of recordings, and those left behind
 */
#ifndef MEMCTL_CLI_TRACE_INSTANCE_H
#define MEMCTL_CLI_TRACE_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TRACE_INSTANCE_NAME_SIZE 64

/**
 * struct trace_instance - an instance of a recording
 * @name: its directory's
 * @owner: process that made it
 * @running: its recorder is still running; if not, another command has to remove it
 */
struct trace_instance {
	char name[TRACE_INSTANCE_NAME_SIZE];
	pid_t owner;
	bool running;
};

void trace_instance_name(char *name, size_t size);
int trace_instance_hold(const char *name);
size_t trace_instance_list(struct trace_instance **instances);
pid_t trace_instance_other(const char *ours);
void trace_instance_tidy(void);

#endif /* MEMCTL_CLI_TRACE_INSTANCE_H */
