/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Models of page replacement: what a policy with so many frames would have done with a
 * trace of references. They run in user space only, in the tool and in the tests;
 * module/Kbuild leaves them out of memctl.ko.
 *
 * See replace.c for what is modelled, and the invariants; each policy is described in the
 * file that contains it.
 */
#ifndef MCTL_CORE_REPLACE_H
#define MCTL_CORE_REPLACE_H

#include <linux/types.h>
#include "core/report.h"

#define MCTL_REPLACE_MAX_PAGES 0x10000000U /* different pages in a trace */
#define MCTL_REPLACE_NEVER     0xffffffffU /* of a page that is not used again */

/**
 * enum mctl_replace_policy - the policies
 * @MCTL_REPLACE_FIFO: first in, first out
 * @MCTL_REPLACE_CLOCK: second chance
 * @MCTL_REPLACE_NRU: not recently used
 * @MCTL_REPLACE_LRU: least recently used
 * @MCTL_REPLACE_AGING: a shift register for each page
 * @MCTL_REPLACE_LFU: least frequently used
 * @MCTL_REPLACE_WS: working set
 * @MCTL_REPLACE_WSCLOCK: working set, by a clock's hand
 * @MCTL_REPLACE_2Q: 2Q, full version
 * @MCTL_REPLACE_ARC: adaptive replacement cache
 * @MCTL_REPLACE_CAR: clock with adaptive replacement
 * @MCTL_REPLACE_LIRS: low inter-reference recency set
 * @MCTL_REPLACE_GEN: generations, as in Linux's multi-generational LRU
 * @MCTL_REPLACE_SIEVE: SIEVE
 * @MCTL_REPLACE_S3FIFO: S3-FIFO
 * @MCTL_REPLACE_OPT: the optimum, which knows the future
 * @MCTL_REPLACE_NR_POLICIES: number of policies
 */
enum mctl_replace_policy {
	MCTL_REPLACE_FIFO,
	MCTL_REPLACE_CLOCK,
	MCTL_REPLACE_NRU,
	MCTL_REPLACE_LRU,
	MCTL_REPLACE_AGING,
	MCTL_REPLACE_LFU,
	MCTL_REPLACE_WS,
	MCTL_REPLACE_WSCLOCK,
	MCTL_REPLACE_2Q,
	MCTL_REPLACE_ARC,
	MCTL_REPLACE_CAR,
	MCTL_REPLACE_LIRS,
	MCTL_REPLACE_GEN,
	MCTL_REPLACE_SIEVE,
	MCTL_REPLACE_S3FIFO,
	MCTL_REPLACE_OPT,
	MCTL_REPLACE_NR_POLICIES,
};

/**
 * enum mctl_replace_param - parameters; each has its default in replace_config.c
 * @MCTL_REPLACE_TICK: nru, aging: references from one look at the referenced bits to the next; 0:
 *                     as many as there are frames
 * @MCTL_REPLACE_BITS: aging: width of the shift register
 * @MCTL_REPLACE_WINDOW: ws, wsclock: references that the working set goes back; 0: 10 for each
 *                       frame
 * @MCTL_REPLACE_FRESH: clock: referenced bit of a page that was just loaded
 * @MCTL_REPLACE_FORGET: lfu: 1 if an evicted page begins to count anew
 * @MCTL_REPLACE_IN: 2q: size of A1in, percent of the frames
 * @MCTL_REPLACE_OUT: 2q: size of A1out, percent of the frames
 * @MCTL_REPLACE_HIR: lirs: frames for resident HIR pages, percent
 * @MCTL_REPLACE_SMALL: s3fifo: size of the small queue, percent of the frames
 * @MCTL_REPLACE_GHOST: s3fifo: size of the ghost queue, percent of the frames
 * @MCTL_REPLACE_MOVES: s3fifo: hits in the small queue that bring a page to the main one
 * @MCTL_REPLACE_NR_PARAMS: number of parameters
 */
enum mctl_replace_param {
	MCTL_REPLACE_TICK,
	MCTL_REPLACE_BITS,
	MCTL_REPLACE_WINDOW,
	MCTL_REPLACE_FRESH,
	MCTL_REPLACE_FORGET,
	MCTL_REPLACE_IN,
	MCTL_REPLACE_OUT,
	MCTL_REPLACE_HIR,
	MCTL_REPLACE_SMALL,
	MCTL_REPLACE_GHOST,
	MCTL_REPLACE_MOVES,
	MCTL_REPLACE_NR_PARAMS,
};

/**
 * struct mctl_replace_rule - what a parameter may be
 * @name: its name
 * @policies: the policies that read it, BIT(enum mctl_replace_policy)
 * @min: least value
 * @max: greatest value
 * @initial: default
 */
struct mctl_replace_rule {
	const char *name;
	u32 policies;
	u32 min;
	u32 max;
	u32 initial;
};

/**
 * struct mctl_replace_config - one model
 * @policy: enum mctl_replace_policy
 * @frames: frames, from 1 on
 * @nr_pages: different pages of the trace, whose numbers are below it
 * @param: by enum mctl_replace_param
 */
struct mctl_replace_config {
	u32 policy;
	u32 frames;
	u32 nr_pages;
	u32 param[MCTL_REPLACE_NR_PARAMS];
};

/**
 * struct mctl_replace_stats - what a model has counted
 * @references: references
 * @faults: those whose page was not resident
 * @evictions: pages that left their frame
 * @dirty: those that were dirty at that moment
 * @writes: pages written back: dirty evictions, and what wsclock cleans ahead of them
 * @resident: sum of the resident pages after each reference
 */
struct mctl_replace_stats {
	u64 references;
	u64 faults;
	u64 evictions;
	u64 dirty;
	u64 writes;
	u64 resident;
};

struct mctl_replace_ops;
struct mctl_replace_page;
struct mctl_replace_list;
struct mctl_replace_entry;

/**
 * struct mctl_replace - a model; its fields are for replace*.c
 * @config: its configuration; the parameters that are 0 for "by frames" have their value
 * @stats: what it has counted
 * @ops: the policy
 * @page: a record for each page, or two, as the policy needs them
 * @list: the policy's lists
 * @heap: the policy's heap
 * @frame: wsclock: the page of each frame
 * @marks: wsclock: two bits for each frame
 * @nr_heap: entries in the heap
 * @nr_resident: resident pages
 * @now: number of the current reference, from 1 on
 * @next: number of the reference that uses the current page next
 * @ticks: nru, aging: ticks so far
 * @hand: sieve: page at the hand; wsclock: frame at the hand
 * @nr_lir: lirs: LIR pages
 * @oldest: gen: number of the oldest generation
 * @youngest: gen: number of the youngest generation
 * @target: arc, car: size that T1 should have, times 2^32
 * @evicted: called for each eviction, may be NULL
 * @context: for @evicted
 */
struct mctl_replace {
	struct mctl_replace_config config;
	struct mctl_replace_stats stats;
	const struct mctl_replace_ops *ops;
	struct mctl_replace_page *page;
	struct mctl_replace_list *list;
	struct mctl_replace_entry *heap;
	u32 *frame;
	u64 *marks;
	u32 nr_heap;
	u32 nr_resident;
	u32 now;
	u32 next;
	u32 ticks;
	u32 hand;
	u32 nr_lir;
	u32 oldest;
	u32 youngest;
	u64 target;
	void (*evicted)(void *context, u32 page, bool dirty);
	void *context;
};

const char *mctl_replace_name(u32 policy);
const struct mctl_replace_rule *mctl_replace_rule(u32 param);
void mctl_replace_default(struct mctl_replace_config *config);
const char *mctl_replace_config_error(const struct mctl_replace_config *config);
size_t mctl_replace_size(const struct mctl_replace_config *config);
int mctl_replace_init(struct mctl_replace *replace, const struct mctl_replace_config *config,
		      void *storage);
bool mctl_replace_access(struct mctl_replace *replace, u32 page, bool write, u32 next);
void mctl_replace_check(const struct mctl_replace *replace, struct mctl_report *report);

#endif /* MCTL_CORE_REPLACE_H */
