/* SPDX-License-Identifier: GPL-2.0 */
/* region_shared_mm.h - what the module says of a region: its numbers, and that nothing holds it */
#ifndef REGION_SHARED_MM_H
#define REGION_SHARED_MM_H

#include <stdbool.h>

long region_number(const char *region, const char *column);
bool nothing_held(const char *region);

#endif /* REGION_SHARED_MM_H */
