/* SPDX-License-Identifier: GPL-2.0 */
/* The netlink family: registration and removal. See netlink.c. */
#ifndef MCTL_NL_NETLINK_H
#define MCTL_NL_NETLINK_H

/**
 * mctl_netlink_init() - register the family
 *
 * The last step of loading: requests can arrive as soon as it returns.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EEXIST if a family of this name exists; -ENOMEM.
 */
int mctl_netlink_init(void);

/**
 * mctl_netlink_exit() - unregister the family; the first step of unloading
 *
 * Context: Process context, may sleep until the requests in progress are done.
 */
void mctl_netlink_exit(void);

#endif /* MCTL_NL_NETLINK_H */
