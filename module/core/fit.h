/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocation policies that can be compared on one stream of requests: each
 * manages the numbers 0..nr_units-1, of which a request takes a run. The units
 * stand for pages or for granules of bytes; no memory is behind them.
 *
 * See fit.c for what the policies have in common, and the invariants.
 */
#ifndef MCTL_CORE_FIT_H
#define MCTL_CORE_FIT_H

#include <linux/limits.h>
#include <linux/types.h>
#include "core/report.h"

#define MCTL_FIT_NONE	   U32_MAX
#define MCTL_FIT_MAX_UNITS (64U << 20)

struct mctl_fit;

/**
 * struct mctl_fit_hole - free units that can be granted together
 * @start: the first
 * @nr: how many
 */
struct mctl_fit_hole {
	u32 start;
	u32 nr;
};

/**
 * struct mctl_fit_ops - a policy
 * @name: one word
 * @help: what it does, for a line of help
 * @size: bytes of storage for so many units
 * @init: makes all units free; the storage is zeroed
 * @grant: units that are granted for a request of @nr, at least as many; 0: so many never are
 * @alloc: takes a run of @nr units, as @grant says; returns its start or MCTL_FIT_NONE
 * @free: gives a run back that @alloc returned
 * @next_hole: the next hole by address behind @hole, which is {0, 0} at first; false: none is left.
 *	       What can be granted together is in one hole
 * @records: bytes of records that are in use
 * @check: tests the invariants
 *
 * @alloc and @free add to mctl_fit.steps the entries of lists or words of bitmaps that they looked
 * at while they searched.
 */
struct mctl_fit_ops {
	const char *name;
	const char *help;
	size_t (*size)(u32 nr_units);
	void (*init)(struct mctl_fit *fit);
	u32 (*grant)(u32 nr);
	u32 (*alloc)(struct mctl_fit *fit, u32 nr);
	void (*free)(struct mctl_fit *fit, u32 start, u32 nr);
	bool (*next_hole)(const struct mctl_fit *fit, struct mctl_fit_hole *hole);
	u64 (*records)(const struct mctl_fit *fit);
	void (*check)(const struct mctl_fit *fit, struct mctl_report *report);
};

/**
 * struct mctl_fit - the units under one policy
 * @ops: the policy
 * @storage: its records, of ops->size() bytes
 * @nr_units: units, 1 to MCTL_FIT_MAX_UNITS
 * @nr_free: units that are free
 * @nr_blocks: runs that are granted
 * @span: units from 0 to the end of the highest run ever granted
 * @steps: entries looked at so far
 * @hash: of all grants so far
 */
struct mctl_fit {
	const struct mctl_fit_ops *ops;
	void *storage;
	u32 nr_units;
	u32 nr_free;
	u32 nr_blocks;
	u32 span;
	u64 steps;
	u64 hash;
};

/**
 * struct mctl_fit_view - the holes at one moment
 * @nr_holes: their number
 * @largest: units of the largest
 */
struct mctl_fit_view {
	u32 nr_holes;
	u32 largest;
};

const struct mctl_fit_ops *mctl_fit_policy(unsigned int index);
size_t mctl_fit_size(const struct mctl_fit_ops *ops, u32 nr_units);
void mctl_fit_init(struct mctl_fit *fit, const struct mctl_fit_ops *ops, u32 nr_units,
		   void *storage);
u32 mctl_fit_alloc(struct mctl_fit *fit, u64 number, u32 nr);
void mctl_fit_free(struct mctl_fit *fit, u32 start, u32 nr);
void mctl_fit_look(const struct mctl_fit *fit, struct mctl_fit_view *view);
u64 mctl_fit_hash(const struct mctl_fit *fit);
void mctl_fit_check(const struct mctl_fit *fit, struct mctl_report *report);

#endif /* MCTL_CORE_FIT_H */
