/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stop.h - signals: what asks this program to stop, and what it inherited
 */
#ifndef MEMCTL_CLI_STOP_H
#define MEMCTL_CLI_STOP_H

#include <stdbool.h>
#include <sys/types.h>

void stop_init(void);
void stop_restore(void);

void stop_catch(void);
void stop_release(void);
void stop_forward(pid_t pid);
int stop_signal(void);
const volatile int *stop_flag(void);
int stop_status(void);

bool stop_reader_gone(void);
void stop_by_pipe(void);

#endif /* MEMCTL_CLI_STOP_H */
