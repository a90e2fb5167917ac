/* SPDX-License-Identifier: GPL-2.0 */
/* replace_fixture.h - models of page replacement: traces, and runs compared with naive ones. */
#ifndef MCTL_UNIT_REPLACE_FIXTURE_H
#define MCTL_UNIT_REPLACE_FIXTURE_H

#include "core/replace.h"
#include "replace_naive.h"

#define BELADY 12 /* references of belady[] */

extern const u32 belady[BELADY];

/* The long traces. */
enum { SKEWED, PHASES, DRIFT };

void replace_trace(u32 trace, u32 *page, u32 nr);
void *replace_storage(const struct mctl_replace_config *config);
u64 replace_count(const struct mctl_replace_config *config, const u32 *page, u32 nr);
void replace_compare(const struct mctl_replace_config *config, const struct reference *trace,
		     u32 nr);
struct mctl_replace_config replace_config(u32 policy, u32 frames, u32 nr_pages);

#endif /* MCTL_UNIT_REPLACE_FIXTURE_H */
