/* SPDX-License-Identifier: GPL-2.0 */
/* Functions on the frame table (frame.h) as a whole; see table.c. */
#ifndef MCTL_CORE_TABLE_H
#define MCTL_CORE_TABLE_H

#include "core/frame.h"
#include "core/report.h"

u32 mctl_table_head(const struct mctl_table *table, u32 fn);
void mctl_table_check(const struct mctl_table *table, struct mctl_report *report);

#endif /* MCTL_CORE_TABLE_H */
