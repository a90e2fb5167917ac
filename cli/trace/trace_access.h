/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_access.h - can this kernel's allocation events be read, and if not, why?
 */
#ifndef MEMCTL_CLI_TRACE_ACCESS_H
#define MEMCTL_CLI_TRACE_ACCESS_H

#include <stddef.h>

int trace_access_check(char *error, size_t error_size);

#endif /* MEMCTL_CLI_TRACE_ACCESS_H */
