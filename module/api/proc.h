/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/memctl: views for tools that know the kernel's own; see proc.c. */
#ifndef MCTL_API_PROC_H
#define MCTL_API_PROC_H

/**
 * mctl_proc_init() - make /proc/memctl, and a directory in it for each arena
 * from now on
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_proc_init(void);

/**
 * mctl_proc_exit() - take /proc/memctl away, once there are no arenas
 *
 * Context: process; sleeps until whoever opens a file is done with that.
 */
void mctl_proc_exit(void);

#endif /* MCTL_API_PROC_H */
