/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ipt_run.h - the model of an inverted page table (module/core/model_ipt.h), run on a trace.
 */
#ifndef MEMCTL_CLI_IPT_RUN_H
#define MEMCTL_CLI_IPT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reference_trace;

#define IPT_MAX_FRAMES	(UINT32_C(1) << 24)
#define IPT_MAX_BUCKETS (UINT32_C(1) << 24)

/**
 * struct ipt_params - what kind of table
 * @nr_frames: frames
 * @nr_buckets: anchors
 * @hash: number of the hash
 * @evict: number of the way to choose a victim
 */
struct ipt_params {
	uint32_t nr_frames;
	uint32_t nr_buckets;
	uint32_t hash;
	uint32_t evict;
};

/**
 * struct ipt_step - one reference
 * @bucket: where its chain is
 * @probes: entries compared
 * @frame: its frame afterwards
 * @old_space: address space of the page that was evicted
 * @old_page: number of that page
 * @hit: it was found
 * @evicted: a page was evicted
 */
struct ipt_step {
	uint32_t bucket;
	uint32_t probes;
	uint32_t frame;
	uint32_t old_space;
	uint64_t old_page;
	bool hit;
	bool evicted;
};

/**
 * struct ipt_count - references that compared so many entries, and chains of so many
 */
struct ipt_count {
	uint64_t hits;
	uint64_t faults;
	uint64_t chains;
};

/**
 * struct ipt_result - what was counted
 * @count: by number of entries; to be freed
 * @nr_counts: its length
 * @hits: references that found their page
 * @faults: the others
 * @evictions: pages evicted
 * @hit_probes: entries that hits compared
 * @fault_probes: those that faults did
 * @resident: pages that have a frame at the end
 * @table_bytes: entries and anchors
 * @levels: of a radix tree with 512 entries of 8 bytes for each table, 4 or more
 * @radix_bytes: tables of such trees, one an address space, for the pages that have a frame
 */
struct ipt_result {
	struct ipt_count *count;
	uint32_t nr_counts;
	uint64_t hits;
	uint64_t faults;
	uint64_t evictions;
	uint64_t hit_probes;
	uint64_t fault_probes;
	uint32_t resident;
	uint64_t table_bytes;
	uint32_t levels;
	uint64_t radix_bytes;
};

/* Names; NULL behind the last. */
const char *ipt_hash_name(uint32_t hash);
const char *ipt_evict_name(uint32_t evict);

/*
 * Run a trace. @told: called after each reference, with its index; may be NULL. Return: false
 * without memory.
 */
bool ipt_run(const struct reference_trace *trace, const struct ipt_params *params,
	     void (*told)(const struct reference_trace *trace, size_t index,
			  const struct ipt_step *step),
	     struct ipt_result *result);

#endif /* MEMCTL_CLI_IPT_RUN_H */
