/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of a TLB in software. It is not the processor's: it is told each
 * access, and counts what a TLB of this shape would have made of it.
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
#define MCTL_TLB_MAX_PLRU   32 /* ways whose tree fits the bits of a set */
#define MCTL_TLB_MAX_ASIDS  4096
#define MCTL_TLB_MAX_CYCLES 100000
#define MCTL_TLB_NO_SPACE   U32_MAX

/**
 * enum mctl_tlb_page - sizes of a page
 * @MCTL_TLB_4K: 4 KiB
 * @MCTL_TLB_2M: 2 MiB, a large page of PAE and x86-64
 * @MCTL_TLB_4M: 4 MiB, a large page of IA-32 with 2 levels
 * @MCTL_TLB_1G: 1 GiB
 * @MCTL_TLB_NR_PAGES: how many sizes
 */
enum mctl_tlb_page {
	MCTL_TLB_4K,
	MCTL_TLB_2M,
	MCTL_TLB_4M,
	MCTL_TLB_1G,
	MCTL_TLB_NR_PAGES,
};

/**
 * enum mctl_tlb_policy - which entry of a full set makes room
 * @MCTL_TLB_LRU: the one not used for longest
 * @MCTL_TLB_PLRU: the one that a binary tree of bits points to, as most processors have it
 * @MCTL_TLB_FIFO: the one that came first
 * @MCTL_TLB_RANDOM: any, by a generator that starts from the seed
 * @MCTL_TLB_NR_POLICIES: how many policies
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
 * @level: that it belongs to, from 1
 * @sets: a power of two, up to MCTL_TLB_MAX_SETS
 * @ways: entries of a set, up to MCTL_TLB_MAX_WAYS
 * @pages: sizes of page that it holds, BIT(enum mctl_tlb_page); no size twice in a level
 */
struct mctl_tlb_array_config {
	u32 level;
	u32 sets;
	u32 ways;
	u32 pages;
};

/**
 * struct mctl_tlb_config - a TLB
 * @nr_arrays: 1 to MCTL_TLB_MAX_ARRAYS
 * @array: they; level 1 must have one, and level 2 only where there is a level 1
 * @policy: enum mctl_tlb_policy, of all arrays
 * @seed: for MCTL_TLB_RANDOM
 * @nr_asids: address spaces whose entries can stay side by side; 0: a switch flushes
 * @level_cycles: cycles to look into a level; [0] is not used
 * @read_cycles: cycles of one read of a table's entry in a walk
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
 * struct mctl_tlb_translation - what a walk of the page tables gives
 * @pfn: frame of the first 4 KiB of the page
 * @page: its size, enum mctl_tlb_page
 * @reads: entries of tables that the walk read
 * @writable: it may be written to
 * @dirty: D is set
 * @global: G is set: it holds in all address spaces
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
 * @number: address >> the bits of its page's size
 * @translation: the walk's, as inserted
 * @stamp: time of the last use, or of the insertion (MCTL_TLB_FIFO)
 * @asid: of its address space; 0 for a global one
 * @valid: the others hold
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
 * @tree: of each set: the bits of MCTL_TLB_PLRU, node n of the tree in bit n
 * @nr_valid: valid entries
 */
struct mctl_tlb_array {
	struct mctl_tlb_array_config config;
	struct mctl_tlb_entry *entry;
	u32 *tree;
	u32 nr_valid;
};

/**
 * struct mctl_tlb_stats - what was counted
 * @accesses: calls of mctl_tlb_access()
 * @writes: those that were writes
 * @hits: accesses that a level had an entry for, by level
 * @misses: accesses that no level had an entry for
 * @upgrades: writes that hit an entry without D or without the right to write
 * @walks: walks that gave a translation
 * @faults: walks that gave none
 * @walk_reads: entries of tables read in all @walks
 * @evictions: entries that made room for another, by level
 * @invalidated: entries that invalidations, flushes and switches threw away
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
 * @spaces: by ASID: the address space that has it, or MCTL_TLB_NO_SPACE
 * @space: the current address space
 * @asid: its ASID; 0 when there are none
 * @next_asid: that the next address space without one gets
 * @random: state of the generator
 * @clock: grows with each use of an entry
 * @stats: what was counted
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
 * struct mctl_tlb_walker - who walks the page tables on a miss
 * @walk: fills the translation of an address (bytes) in an address space; a walk for a write sets
 *	  D; 0, or -errno when the access is not allowed
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

/* What the files of the TLB share. */
static inline u32 mctl_tlb_nr_entries(const struct mctl_tlb_array_config *array)
{
	return array->sets * array->ways;
}

static inline u32 mctl_tlb_set_of(const struct mctl_tlb_array *array, u64 number)
{
	return number & (array->config.sets - 1);
}

#endif /* MCTL_CORE_TLB_H */
