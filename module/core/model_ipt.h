/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An inverted page table with hashing: an entry for each frame, not for each page, so that the
 * table grows with memory and not with address spaces. What is looked for is a page of an
 * address space; an anchor table has, for each value of a hash, the first frame of a chain.
 *
 * See model_ipt.c for the invariants.
 */
#ifndef MCTL_CORE_MODEL_IPT_H
#define MCTL_CORE_MODEL_IPT_H

#include <linux/limits.h>
#include <linux/types.h>
#include "core/report.h"

#define MCTL_IPT_NONE	     U32_MAX
#define MCTL_IPT_MAX_FRAMES  0x1000000U
#define MCTL_IPT_MAX_BUCKETS 0x1000000U

enum mctl_ipt_hash {
	MCTL_IPT_MULTIPLY,
	MCTL_IPT_MODULO,
	MCTL_IPT_NR_HASHES,
};

enum mctl_ipt_evict {
	MCTL_IPT_FIFO,
	MCTL_IPT_CLOCK,
	MCTL_IPT_NR_EVICTS,
};

/**
 * struct mctl_ipt_config - what kind of table
 * @nr_frames: frames, each with an entry
 * @nr_buckets: anchors
 * @hash: enum mctl_ipt_hash
 * @evict: enum mctl_ipt_evict: which frame a page takes when none is free
 */
struct mctl_ipt_config {
	u32 nr_frames;
	u32 nr_buckets;
	u32 hash;
	u32 evict;
};

/**
 * struct mctl_ipt_entry - what is in a frame
 * @page: number of the page
 * @space: its address space
 * @next: the next frame of the chain, MCTL_IPT_NONE at its end
 * @used: the page was referenced since the hand of the clock passed
 */
struct mctl_ipt_entry {
	u64 page;
	u32 space;
	u32 next;
	bool used;
};

/**
 * struct mctl_ipt - a table
 * @config: what it is like
 * @entry: by frame
 * @anchor: by bucket: the first frame of the chain
 * @nr_used: frames that have a page: those below
 * @hand: the frame that is looked at next for an eviction
 */
struct mctl_ipt {
	struct mctl_ipt_config config;
	struct mctl_ipt_entry *entry;
	u32 *anchor;
	u32 nr_used;
	u32 hand;
};

/**
 * struct mctl_ipt_lookup - how a reference went
 * @bucket: its bucket
 * @probes: entries that were compared
 * @frame: the frame that has the page now
 * @hit: it was there before
 * @evicted: another page left the frame
 * @old: that page, and its address space
 */
struct mctl_ipt_lookup {
	u32 bucket;
	u32 probes;
	u32 frame;
	bool hit;
	bool evicted;
	struct mctl_ipt_entry old;
};

bool mctl_ipt_valid(const struct mctl_ipt_config *config);
size_t mctl_ipt_size(const struct mctl_ipt_config *config);
void mctl_ipt_init(struct mctl_ipt *ipt, const struct mctl_ipt_config *config, void *storage);
u32 mctl_ipt_bucket(const struct mctl_ipt *ipt, u32 space, u64 page);
void mctl_ipt_access(struct mctl_ipt *ipt, u32 space, u64 page, struct mctl_ipt_lookup *lookup);
u32 mctl_ipt_chain(const struct mctl_ipt *ipt, u32 bucket);
void mctl_ipt_check(const struct mctl_ipt *ipt, struct mctl_report *report);

#endif /* MCTL_CORE_MODEL_IPT_H */
