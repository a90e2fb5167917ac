/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replace_step.h - memctl replace --step: each reference, and what is in the frames after it.
 */
#ifndef MEMCTL_CLI_REPLACE_STEP_H
#define MEMCTL_CLI_REPLACE_STEP_H

#include <json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/replace_run.h"

#define REPLACE_STEP_MAX_LENGTH 1000
#define REPLACE_STEP_MAX_FRAMES 32

struct reference_trace;

/**
 * struct replace_steps - the steps of one model
 * @watch: for replace_run()
 * @trace: the trace
 * @rows: the steps as JSON, NULL where they are printed
 * @nr_frames: frames
 * @frame: by frame: the page in it, or REFERENCE_MAX_PAGES
 * @evicted: pages that the current reference has evicted so far
 * @dirty: whether they were dirty
 * @nr_evicted: their number
 * @width: of the longest name of a page
 */
struct replace_steps {
	struct replace_watch watch;
	const struct reference_trace *trace;
	struct json_object *rows;
	uint32_t nr_frames;
	uint32_t frame[REPLACE_STEP_MAX_FRAMES];
	uint32_t evicted[REPLACE_STEP_MAX_FRAMES];
	bool dirty[REPLACE_STEP_MAX_FRAMES];
	uint32_t nr_evicted;
	int width;
};

/* Prepare; under @json the steps come to be in @rows, else the heading is printed now. */
void replace_steps_begin(struct replace_steps *steps, const struct reference_trace *trace,
			 uint32_t policy, uint32_t frames, bool json);

#endif /* MEMCTL_CLI_REPLACE_STEP_H */
