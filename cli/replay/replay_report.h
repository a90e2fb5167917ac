/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replay_report.h - what a replay prints
 */
#ifndef MEMCTL_REPLAY_REPORT_H
#define MEMCTL_REPLAY_REPORT_H

#include "base/cmd.h"
#include "trace_plan.h"
#include "trace_replay.h"

int replay_report_plan(struct memctl_ctx *ctx, const struct trace_reader *reader,
		       const struct trace_plan *plan);
int replay_report(struct memctl_ctx *ctx, const struct trace_reader *reader,
		  const struct trace_plan *plan, const struct replay_result *result);

#endif /* MEMCTL_REPLAY_REPORT_H */
