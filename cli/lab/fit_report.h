/* SPDX-License-Identifier: GPL-2.0 */
/* fit_report.h - what the comparison of allocation policies prints */
#ifndef MEMCTL_LAB_FIT_REPORT_H
#define MEMCTL_LAB_FIT_REPORT_H

#include "base/cmd.h"
#include "fit_run.h"
#include "view/table.h"

/* The table of policies, for its columns. */
extern const struct view fit_view;

/**
 * struct fit_report - what is shown
 * @path: the trace
 * @trace: what is in it
 * @setup: what was the same for all policies
 * @results: a row for each policy
 * @nr: their number
 * @samples: the samples were asked for
 * @csv: as comma-separated values
 */
struct fit_report {
	const char *path;
	const struct fit_trace *trace;
	const struct fit_setup *setup;
	const struct fit_result *results;
	size_t nr;
	bool samples;
	bool csv;
};

int fit_report(struct memctl_ctx *ctx, const struct fit_report *report);

#endif /* MEMCTL_LAB_FIT_REPORT_H */
