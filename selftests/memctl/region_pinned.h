/* SPDX-License-Identifier: GPL-2.0 */
/* region_pinned.h - what other tests of held pages take from region_pinned.c */
#ifndef REGION_PINNED_H
#define REGION_PINNED_H

#include <stdbool.h>
#include <stdint.h>

#define PINS_SIZE (1UL << 20)

bool is_refused(long result, int error);
bool connect_pair(int *pair);

#define REUSE_PAGES 4UL

void __attribute__((noreturn)) reuse(int told, int tell, volatile uint64_t *stale);

#endif /* REGION_PINNED_H */
