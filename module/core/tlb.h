/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of a TLB in software. It is not the processor's: it is given each
 * access, and counts what a TLB of this shape would have done with it.
 *
 * See tlb.c for what is modelled, what it costs, and the invariants.
 */
#ifndef MCTL_CORE_TLB_H
#define MCTL_CORE_TLB_H

#include <linux/bits.h>
#include <linux/types.h>
#include "core/report.h"

#define MCTL_TLB_MAX_LEVELS 2
#define MCTL_TLB_MAX_ARRAYS 4
#define MCTL_TLB_MAX_SETS   4096
#define MCTL_TLB_MAX_WAYS   64
#define MCTL_TLB_MAX_PLRU   32 /* ways whose tree fits in the bits of a set */
#define MCTL_TLB_MAX_ASIDS  4096
#define MCTL_TLB_MAX_CYCLES 100000
#define MCTL_TLB_NO_SPACE   U32_MAX

/**
 * enum mctl_tlb_page - page sizes
 * @MCTL_TLB_4K: 4 KiB
 * @MCTL_TLB_2M: 2 MiB, a large page of PAE and x86-64
 * @MCTL_TLB_4M: 4 MiB, a large page of IA-32 with 2 levels
 * @MCTL_TLB_1G: 1 GiB
 * @MCTL_TLB_NR_PAGES: number of sizes
 */
enum mctl_tlb_page {
	MCTL_TLB_4K,
	MCTL_TLB_2M,
	MCTL_TLB_4M,
	MCTL_TLB_1G,
	MCTL_TLB_NR_PAGES,
};

/**
 * enum mctl_tlb_policy - which entry of a full set is evicted
 * @MCTL_TLB_LRU: the least recently used one
 * @MCTL_TLB_PLRU: the one that a binary tree of bits points to, as in most processors
 * @MCTL_TLB_FIFO: the one inserted first
 * @MCTL_TLB_RANDOM: any, chosen by a generator that starts from the seed
 * @MCTL_TLB_NR_POLICIES: number of policies
 */
enum mctl_tlb_policy {
	MCTL_TLB_LRU,
	MCTL_TLB_PLRU,
	MCTL_TLB_FIFO,
	MCTL_TLB_RANDOM,
	MCTL_TLB_NR_POLICIES,
};

/**
 * struct mctl_tlb_array_config - one array of entries
 * @level: level that it belongs to, from 1
 * @sets: a power of two, up to MCTL_TLB_MAX_SETS
 * @ways: entries per set, up to MCTL_TLB_MAX_WAYS
 * @pages: page sizes that it holds, BIT(enum mctl_tlb_page); no size twice in a level
 */
struct mctl_tlb_array_config {
	u32 level;
	u32 sets;
	u32 ways;
	u32 pages;
};

/**
 * struct mctl_tlb_config - configuration of a TLB
 * @nr_arrays: 1 to MCTL_TLB_MAX_ARRAYS
 * @array: the arrays; level 1 must have one, and level 2 only where there is a level 1
 * @policy: enum mctl_tlb_policy, of all arrays
 * @seed: for MCTL_TLB_RANDOM
 * @nr_asids: address spaces whose entries can coexist; 0: a switch flushes
 * @level_cycles: cycles of a lookup in a level; [0] is not used
 * @read_cycles: cycles to read one table entry in a walk
 */
struct mctl_tlb_config {
	u32 nr_arrays;
	struct mctl_tlb_array_config array[MCTL_TLB_MAX_ARRAYS];
	u32 policy;
	u32 seed;
	u32 nr_asids;
	u32 level_cycles[MCTL_TLB_MAX_LEVELS + 1];
	u32 read_cycles;
};

/**
 * struct mctl_tlb_translation - result of a page table walk
 * @pfn: frame of the first 4 KiB of the page
 * @page: its size, enum mctl_tlb_page
 * @reads: table entries that the walk read
 * @writable: it may be written
 * @dirty: D is set
 * @global: G is set: it is valid in all address spaces
 */
struct mctl_tlb_translation {
	u64 pfn;
	u32 page;
	u32 reads;
	bool writable;
	bool dirty;
	bool global;
};

/**
 * struct mctl_tlb_entry - one entry
 * @number: address >> log2 of the page size
 * @translation: result of the walk, as inserted
 * @stamp: time of the last use, or of the insertion (MCTL_TLB_FIFO)
 * @asid: of its address space; 0 for a global entry
 * @valid: the other fields are valid
 */
struct mctl_tlb_entry {
	u64 number;
	struct mctl_tlb_translation translation;
	u64 stamp;
	u32 asid;
	bool valid;
};

/**
 * struct mctl_tlb_array - one array
 * @config: its shape
 * @entry: sets * ways entries, set by set
 * @tree: bits of MCTL_TLB_PLRU for each set, node n of the tree in bit n
 * @nr_valid: valid entries
 */
struct mctl_tlb_array {
	struct mctl_tlb_array_config config;
	struct mctl_tlb_entry *entry;
	u32 *tree;
	u32 nr_valid;
};

/**
 * struct mctl_tlb_stats - counters
 * @accesses: calls of mctl_tlb_access()
 * @writes: accesses that were writes
 * @hits: accesses that a level had an entry for, by level
 * @misses: accesses that no level had an entry for
 * @upgrades: writes that hit an entry without D or without write permission
 * @walks: walks that found a translation
 * @faults: walks that found none
 * @walk_reads: table entries read in all @walks
 * @evictions: entries evicted for another, by level
 * @invalidated: entries that invalidations, flushes and switches removed
 * @flushes: flushes of everything
 * @switches: switches to another address space
 * @reassigned: switches that took an ASID away from another address space
 */
struct mctl_tlb_stats {
	u64 accesses, writes;
	u64 hits[MCTL_TLB_MAX_LEVELS + 1];
	u64 misses, upgrades;
	u64 walks, faults, walk_reads;
	u64 evictions[MCTL_TLB_MAX_LEVELS + 1];
	u64 invalidated, flushes, switches, reassigned;
};

/**
 * struct mctl_tlb - a TLB
 * @config: as given
 * @array: the arrays
 * @spaces: by ASID: the address space that uses it, or MCTL_TLB_NO_SPACE
 * @space: the current address space
 * @asid: its ASID; 0 if there are no ASIDs
 * @next_asid: ASID that the next address space without one gets
 * @random: state of the generator
 * @clock: grows with each use of an entry
 * @stats: the counters
 */
struct mctl_tlb {
	struct mctl_tlb_config config;
	struct mctl_tlb_array array[MCTL_TLB_MAX_ARRAYS];
	u32 *spaces;
	u32 space;
	u32 asid;
	u32 next_asid;
	u32 random;
	u64 clock;
	struct mctl_tlb_stats stats;
};

/**
 * struct mctl_tlb_walker - walks the page tables on a miss
 * @walk: fills in the translation of an address (bytes) in an address space; a walk for a write
 *	  sets D; returns 0, or -errno if the access is not allowed
 * @context: for @walk
 */
struct mctl_tlb_walker {
	int (*walk)(void *context, u32 space, u64 address, bool write,
		    struct mctl_tlb_translation *translation);
	void *context;
};

unsigned int mctl_tlb_page_shift(enum mctl_tlb_page page);
const char *mctl_tlb_config_error(const struct mctl_tlb_config *config);
size_t mctl_tlb_size(const struct mctl_tlb_config *config);
int mctl_tlb_init(struct mctl_tlb *tlb, const struct mctl_tlb_config *config, void *storage);
void mctl_tlb_reset(struct mctl_tlb *tlb);

int mctl_tlb_access(struct mctl_tlb *tlb, u64 address, bool write,
		    const struct mctl_tlb_walker *walker, struct mctl_tlb_translation *translation);
void mctl_tlb_switch(struct mctl_tlb *tlb, u32 space);
void mctl_tlb_invalidate_page(struct mctl_tlb *tlb, u32 space, u64 address);
void mctl_tlb_invalidate_space(struct mctl_tlb *tlb, u32 space);
void mctl_tlb_flush(struct mctl_tlb *tlb, bool globals);

u64 mctl_tlb_cycles(const struct mctl_tlb *tlb, unsigned int level);

void mctl_tlb_check(const struct mctl_tlb *tlb, struct mctl_report *report);

/* Shared by the files of the TLB. */
static inline u32 mctl_tlb_nr_entries(const struct mctl_tlb_array_config *array)
{
	return array->sets * array->ways;
}

static inline u32 mctl_tlb_set_of(const struct mctl_tlb_array *array, u64 number)
{
	return number & (array->config.sets - 1);
}

#endif /* MCTL_CORE_TLB_H */
