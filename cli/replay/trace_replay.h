/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_replay.h - drives a recorded stream of allocations through an arena
 */
#ifndef MEMCTL_TRACE_REPLAY_H
#define MEMCTL_TRACE_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/trace_file.h"
#include "trace_plan.h"
#include "wire/client.h"

#define REPLAY_OWNER	   0x7265706cU /* "repl": tag of all that a replay allocates */
#define REPLAY_MAX_SAMPLES 1000
#define REPLAY_NR_REASONS  (MEMCTL_REASON_MAX + 1)

/**
 * struct replay_options - how to replay
 * @arena: name of the arena
 * @batch: operations in one request, 1 to MEMCTL_MAX_OPS
 * @samples: number of samples, 0 to REPLAY_MAX_SAMPLES
 * @keep: leave the allocations and the caches in the arena
 * @limit: number of events, 0 for all
 * @progress: called with the events done after each batch, or NULL
 * @stop: looked at between batches: not 0 ends the replay
 */
struct replay_options {
	const char *arena;
	unsigned int batch;
	unsigned int samples;
	bool keep;
	uint64_t limit;
	void (*progress)(uint64_t done, uint64_t total);
	volatile const int *stop;
};

/**
 * struct replay_sample - the arena at one moment of the replay
 * @present: bit 0: the columns are not empty
 * @events: events replayed by then
 * @time: time of the recording, in milliseconds
 * @frames: frames taken, over those at the start
 * @asked: bytes that live allocations asked for
 * @given: bytes of @frames
 * @internal: part of @given beyond the sizes requested, in thousandths
 * @free: free frames in the buddy allocator
 * @cached: frames in per-CPU caches
 * @unusable: part of @free in blocks too small for orders 3, 6 and 9, in thousandths
 */
struct replay_sample {
	uint64_t present;
	uint64_t events;
	uint64_t time;
	uint64_t frames;
	uint64_t asked;
	uint64_t given;
	uint32_t internal;
	uint64_t free;
	uint64_t cached;
	uint32_t unusable[3];
};

/**
 * struct replay_result - what came of it
 * @events: events replayed
 * @allocs: allocations asked for
 * @granted: and granted
 * @refused: and refused, by enum memctl_reason
 * @frees: frees done
 * @skipped_frees: frees of what was refused, not sent
 * @bad_frees: frees that the module refused
 * @peak_frames: most frames taken at the end of a batch, over those at the start
 * @peak_asked: most bytes that live allocations asked for
 * @module_ns: time that the operations took in the module
 * @wall_ns: time that the requests took, end to end
 * @requests: exec requests sent
 * @caches_made: caches that had to be made
 * @hash: of the final state
 * @hash_valid: it was taken
 * @interrupted: stopped before the end
 * @left: allocations left in the arena
 * @error: of the request that went wrong
 * @nr_samples: entries of @samples
 * @samples: the samples
 */
struct replay_result {
	uint64_t events;
	uint64_t allocs;
	uint64_t granted;
	uint64_t refused[REPLAY_NR_REASONS];
	uint64_t frees;
	uint64_t skipped_frees;
	uint64_t bad_frees;
	uint64_t peak_frames;
	uint64_t peak_asked;
	uint64_t module_ns;
	uint64_t wall_ns;
	uint64_t requests;
	uint32_t caches_made;
	uint64_t hash;
	bool hash_valid;
	bool interrupted;
	uint64_t left;
	struct client_error error;
	unsigned int nr_samples;
	struct replay_sample samples[REPLAY_MAX_SAMPLES];
};

int trace_replay(struct client *client, struct trace_reader *reader, const struct trace_plan *plan,
		 const struct replay_options *options, struct replay_result *result);

#endif /* MEMCTL_TRACE_REPLAY_H */
