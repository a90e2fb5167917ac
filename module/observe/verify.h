/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The on-line fsck: the checks of all parts of an arena. See verify.c.
 */
#ifndef MCTL_OBSERVE_VERIFY_H
#define MCTL_OBSERVE_VERIFY_H

#include "arenas/owner.h"
#include "core/report.h"
#include "host/arena.h"

#define MCTL_VERIFY_LISTED 32

/**
 * struct mctl_memory_error - a frame with a hardware memory error
 * @fn: frame number
 * @pfn: physical frame number
 * @state: one word for what its block is used for
 */
struct mctl_memory_error {
	u32 fn;
	u64 pfn;
	const char *state;
};

/**
 * struct mctl_verify_result - what a check of an arena found
 * @nr_checks: invariants tested, counted for each object
 * @nr_problems: invariants found broken
 * @stop_ns: nanoseconds for which the machine was stopped, at most
 * @nr_listed: entries of @listed
 * @listed: the first problems
 * @nr_errors: entries of @errors
 * @errors: the first frames with a hardware memory error, set aside or in use
 * @leaks: memory that nobody will free
 */
struct mctl_verify_result {
	u64 nr_checks, nr_problems, stop_ns;
	unsigned int nr_listed;
	struct mctl_problem listed[MCTL_VERIFY_LISTED];
	unsigned int nr_errors;
	struct mctl_memory_error errors[MCTL_VERIFY_LISTED];
	struct mctl_leaks leaks;
};

/**
 * mctl_verify() - test every invariant of an arena
 * @arena: the arena
 * @result: filled
 *
 * Broken invariants are reported by an event (MEMCTL_EVENT_TYPE_DAMAGE), and
 * are not a failure of the call. The records may be damaged in any way.
 *
 * Context: Process context, may sleep; stops the machine for a time that grows with
 * the arena. The caller must not hold a lock of the arena.
 * Return: 0.
 */
int mctl_verify(struct mctl_arena *arena, struct mctl_verify_result *result);

#endif /* MCTL_OBSERVE_VERIFY_H */
