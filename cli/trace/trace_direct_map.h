/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_direct_map.h - where the kernel maps physical memory
 */
#ifndef MEMCTL_TRACE_DIRECT_MAP_H
#define MEMCTL_TRACE_DIRECT_MAP_H

#include <stdint.h>

uint64_t trace_direct_map(void);

#endif /* MEMCTL_TRACE_DIRECT_MAP_H */
