/* SPDX-License-Identifier: GPL-2.0 */
/* The netlink family: offered and withdrawn. See netlink.c. */
#ifndef MCTL_NL_NETLINK_H
#define MCTL_NL_NETLINK_H

/**
 * mctl_netlink_init() - offer the family to user space
 *
 * The last step of loading: requests come in as soon as it returns.
 *
 * Context: process; sleeps.
 * Return: 0; -EEXIST when there is a family of this name; -ENOMEM.
 */
int mctl_netlink_init(void);

/**
 * mctl_netlink_exit() - withdraw the family; the first step of unloading
 *
 * Context: process; sleeps until the requests under way are done.
 */
void mctl_netlink_exit(void);

#endif /* MCTL_NL_NETLINK_H */
