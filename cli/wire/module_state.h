/* SPDX-License-Identifier: GPL-2.0 */
/*
 * module_state.h - what the kernel says of the module as a whole.
 */
#ifndef MEMCTL_CLI_MODULE_STATE_H
#define MEMCTL_CLI_MODULE_STATE_H

#include <stdbool.h>

/**
 * struct module_state - the module's line in /proc/modules
 * @known: it has one
 * @references: reference count
 * @size: bytes
 * @holders: other modules that use it, "-" for none
 */
struct module_state {
	bool known;
	long references;
	unsigned long size;
	char holders[256];
};

void module_state_read(struct module_state *state);

#endif /* MEMCTL_CLI_MODULE_STATE_H */
