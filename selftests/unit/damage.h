/* SPDX-License-Identifier: GPL-2.0 */
/*
 * damage.h - what a check says of planted damage, in all of its parts
 *
 * A problem is compared as one line of text: its invariant, object, index, field, and what is
 * expected and found there.
 *
 *   "buddy I1: zone 1: nr_free: expected 28, found 29"
 */
#ifndef MCTL_UNIT_DAMAGE_H
#define MCTL_UNIT_DAMAGE_H

#include <stdio.h>
#include <string.h>

#include "core/report.h"
#include "tap.h"

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

static inline void damage_found(struct mctl_report *report, const struct mctl_problem *problem)
{
	struct damage *damage = report->context;
	char line[256];

	snprintf(line, sizeof(line), "%s: %s %llu: %s: expected %#llx, found %#llx",
		 problem->invariant, problem->object, (unsigned long long)problem->index,
		 problem->field, (unsigned long long)problem->expected,
		 (unsigned long long)problem->found);
	damage->seen += !strcmp(line, damage->wanted);
	if (damage->length < sizeof(damage->text))
		damage->length += snprintf(damage->text + damage->length,
					   sizeof(damage->text) - damage->length, "#   %s\n", line);
}

static inline void damage_init(struct damage *damage, const char *wanted)
{
	memset(damage, 0, sizeof(*damage));
	damage->report.found = damage_found;
	damage->report.context = damage;
	damage->wanted = wanted;
}

/* The line must have been there, once, among @nr_problems. */
static inline bool damage_expect_at(const struct damage *damage, u64 nr_problems, const char *file,
				    int line)
{
	bool good = damage->seen == 1 && damage->report.nr_problems == nr_problems &&
		    damage->report.nr_checks >= nr_problems;

	tap_expect_at(good, damage->wanted, file, line);
	if (!good)
		printf("#   %u times, %llu problems:\n%s", damage->seen,
		       (unsigned long long)damage->report.nr_problems, damage->text);
	return good;
}

#endif /* MCTL_UNIT_DAMAGE_H */
