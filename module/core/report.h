/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results of a check: each *_check() counts the invariants that it tested and
 * passes every broken one to the report's callback. The tests, the fuzzers and
 * `memctl verify` share the same checks through it.
 */
#ifndef MCTL_CORE_REPORT_H
#define MCTL_CORE_REPORT_H

#include <linux/types.h>

/**
 * struct mctl_problem - one broken invariant
 * @invariant: its number, with the file's name ("buddy I3")
 * @object: kind of object that breaks it ("frame", "zone", "cache")
 * @field: which field of it
 * @index: number of the object
 * @expected: the value that the invariant requires
 * @found: the actual value
 */
struct mctl_problem {
	const char *invariant;
	const char *object;
	const char *field;
	u64 index;
	u64 expected;
	u64 found;
};

/**
 * struct mctl_report - result of checks
 * @found: called for each problem; may be NULL
 * @context: for @found
 * @nr_checks: invariants tested, object by object
 * @nr_problems: invariants found broken
 */
struct mctl_report {
	void (*found)(struct mctl_report *report, const struct mctl_problem *problem);
	void *context;
	u64 nr_checks;
	u64 nr_problems;
};

/**
 * mctl_report_expect() - test one invariant: @found must equal @expected
 * @report: where to count, and to report a problem
 * @invariant: its number, with the file's name
 * @object: kind of object that is tested
 * @index: number of the object
 * @field: which field of it
 * @expected: value that the invariant requires
 * @found: actual value
 *
 * Context: As the report's callback.
 * Return: true if it holds.
 */
static inline bool mctl_report_expect(struct mctl_report *report, const char *invariant,
				      const char *object, u64 index, const char *field,
				      u64 expected, u64 found)
{
	struct mctl_problem problem = {
		.invariant = invariant,
		.object = object,
		.field = field,
		.index = index,
		.expected = expected,
		.found = found,
	};

	report->nr_checks++;
	if (expected == found)
		return true;
	report->nr_problems++;
	if (report->found)
		report->found(report, &problem);
	return false;
}

#endif /* MCTL_CORE_REPORT_H */
