/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/memctl: views for tools that know those of the kernel; see proc.c. */
#ifndef MCTL_API_PROC_H
#define MCTL_API_PROC_H

/**
 * mctl_proc_init() - create /proc/memctl, and a directory in it for each arena from now on
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_proc_init(void);

/**
 * mctl_proc_exit() - remove /proc/memctl, once there are no arenas
 *
 * Context: Process context, may sleep until any open() in progress is done.
 */
void mctl_proc_exit(void);

#endif /* MCTL_API_PROC_H */
