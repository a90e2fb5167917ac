// SPDX-License-Identifier: GPL-2.0
/*
 * damage.c - what a check says of planted damage, in all of its parts
 *
 * A problem is compared as one line of text: its invariant, object, index, field, and what is
 * expected and found there.
 *
 *   "buddy I1: zone 1: nr_free: expected 28, found 29"
 */
#include <stdio.h>
#include <string.h>
#include "damage.h"
#include "tap.h"

static void damage_found(struct mctl_report *report, const struct mctl_problem *problem)
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

void damage_init(struct damage *damage, const char *wanted)
{
	memset(damage, 0, sizeof(*damage));
	damage->report.found = damage_found;
	damage->report.context = damage;
	damage->wanted = wanted;
}

/* The line must have been there, once, among @nr_problems. */
bool damage_expect_at(const struct damage *damage, u64 nr_problems, const char *file, int line)
{
	bool good = damage->seen == 1 && damage->report.nr_problems == nr_problems &&
		    damage->report.nr_checks >= nr_problems;

	tap_expect_at(good, damage->wanted, file, line);
	if (!good)
		printf("#   %u times, %llu problems:\n%s", damage->seen,
		       (unsigned long long)damage->report.nr_problems, damage->text);
	return good;
}
