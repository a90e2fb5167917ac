/* SPDX-License-Identifier: GPL-2.0 */
/* damage.h - what a check says of planted damage */
#ifndef MCTL_UNIT_DAMAGE_H
#define MCTL_UNIT_DAMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/report.h"

#define DAMAGE_ROOM 4096 /* bytes of text that are kept, for a test that fails */

/**
 * struct damage - what a check has found
 * @report: to be given to the check
 * @wanted: the line that is looked for
 * @seen: how often it was there
 * @text: all lines, as far as they go
 * @length: bytes of @text
 */
struct damage {
	struct mctl_report report;
	const char *wanted;
	unsigned int seen;
	char text[DAMAGE_ROOM];
	size_t length;
};

void damage_init(struct damage *damage, const char *wanted);
bool damage_expect_at(const struct damage *damage, u64 nr_problems, const char *file, int line);

#endif /* MCTL_UNIT_DAMAGE_H */
