/* SPDX-License-Identifier: GPL-2.0 */
/* nl_rights.h - what the racers of nl_unload_race.c take from nl_rights.c */
#ifndef NL_RIGHTS_H
#define NL_RIGHTS_H

#include <linux/netlink.h>

#define RIGHTS "rights" /* the region that is there to be used */
#define DEVICE "/dev/memctl"

int exchange(int fd, void (*visit)(const struct nlmsghdr *nlh));
int bind_to(int device);

#endif /* NL_RIGHTS_H */
