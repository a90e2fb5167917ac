/* SPDX-License-Identifier: GPL-2.0 */
/*
 * family.h - the module's netlink family, or why it is not there
 */
#ifndef MEMCTL_CLI_FAMILY_H
#define MEMCTL_CLI_FAMILY_H

#include <stdbool.h>

#include "client.h"

struct nl_sock;

bool family_module_is_loaded(void);
int family_find(struct nl_sock *socket, int *id, unsigned int *version, struct client_error *error);

#endif /* MEMCTL_CLI_FAMILY_H */
