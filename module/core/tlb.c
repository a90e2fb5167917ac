// SPDX-License-Identifier: GPL-2.0
/*
 * A model of a TLB in software: levels of arrays of sets of entries.
 *
 *   access -> level 1 [4K: sets x ways] [2M, 1G: sets x ways]   level_cycles[1]
 *       miss -> level 2 [4K, 2M: sets x ways]                   level_cycles[2]
 *           miss -> walk: each entry of a table that is read    read_cycles
 *
 * What is modelled (Intel SDM vol. 3A, 4.10):
 * - An entry belongs to an address space by its ASID (PCID), or to all (G).
 *   Without ASIDs a switch flushes everything that is not global. With n of
 *   them n address spaces keep their entries; one more takes over the ASID that
 *   is next in turn, whose entries are flushed, as Linux does with its six.
 * - A miss in level 1 that hits level 2 fills level 1. A walk fills both. What
 *   level 2 evicts may stay in level 1, and vice versa.
 * - A write that hits an entry without D walks again, and D is set; one that
 *   hits an entry without write permission walks too, and if that ends in a
 *   fault the entry is dropped.
 * - If a set has an empty entry, that is used before any is evicted.
 *
 * What is not modelled: caches of the upper tables (each walk reads all entries
 * on its path), prefetch, several logical processors, the time of the access
 * itself, of a switch, or of what the system does in a fault.
 *
 * The cost: each access costs the cycles of level 1, and those of level 2 if
 * level 1 misses; each entry that a walk reads costs read_cycles.
 *
 * Invariants, each one tested by mctl_tlb_check():
 *
 * I1  A valid entry is in the set that its number selects, in an array that
 *     holds its page size.
 * I2  In an array no two valid entries translate the same page.
 * I3  A stamp is not from the future, and no two valid entries of an array
 *     have the same.
 * I4  An entry's ASID is in use by an address space; a global entry has 0.
 * I5  No two ASIDs belong to the same address space; the current address space
 *     has its own.
 * I6  nr_valid is the number of valid entries.
 * I7  accesses == hits + misses, and walks + faults == misses + upgrades.
 * I8  With MCTL_TLB_PLRU the bits of a set are those of the nodes of its tree;
 *     otherwise there are none.
 *
 * Locks: none here; the caller serialises.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>
#include "core/tlb.h"

/**
 * mctl_tlb_page_shift() - the size of a page
 * @page: its size
 *
 * Context: Any context.
 * Return: log2 of its bytes.
 */
unsigned int mctl_tlb_page_shift(enum mctl_tlb_page page)
{
	static const u8 shift[MCTL_TLB_NR_PAGES] = { 12, 21, 22, 30 };

	return shift[page];
}

/* --- make --------------------------------------------------------------------------------- */

/**
 * mctl_tlb_init() - initialise an empty TLB
 * @tlb: the TLB; the previous content is overwritten
 * @config: its configuration; copied
 * @storage: mctl_tlb_size() bytes, aligned as a u64; must outlive @tlb
 *
 * The current address space is 0.
 *
 * Context: Any context.
 * Return: 0, or -EINVAL if @config is not valid.
 */
int mctl_tlb_init(struct mctl_tlb *tlb, const struct mctl_tlb_config *config, void *storage)
{
	struct mctl_tlb_entry *entry = storage;
	u32 *words;

	if (mctl_tlb_config_error(config))
		return -EINVAL;
	memset(tlb, 0, sizeof(*tlb));
	tlb->config = *config;
	for (u32 i = 0; i < config->nr_arrays; i++) {
		tlb->array[i].config = config->array[i];
		tlb->array[i].entry = entry;
		entry += mctl_tlb_nr_entries(&config->array[i]);
	}
	words = (u32 *)entry;
	for (u32 i = 0; i < config->nr_arrays; i++) {
		tlb->array[i].tree = words;
		words += config->array[i].sets;
	}
	tlb->spaces = words;
	mctl_tlb_reset(tlb);
	return 0;
}

/**
 * mctl_tlb_reset() - reset a TLB to its initial state: empty, nothing counted
 * @tlb: the TLB
 *
 * Context: Any context.
 */
void mctl_tlb_reset(struct mctl_tlb *tlb)
{
	for (u32 i = 0; i < tlb->config.nr_arrays; i++) {
		struct mctl_tlb_array *array = &tlb->array[i];

		memset(array->entry, 0,
		       mctl_tlb_nr_entries(&array->config) * sizeof(*array->entry));
		memset(array->tree, 0, array->config.sets * sizeof(*array->tree));
		array->nr_valid = 0;
	}
	memset(tlb->spaces, 0xff, tlb->config.nr_asids * sizeof(*tlb->spaces));
	memset(&tlb->stats, 0, sizeof(tlb->stats));
	tlb->clock = 0;
	tlb->space = 0;
	tlb->asid = 0;
	tlb->next_asid = 0;
	/* The generator never leaves 0, and never reaches it. */
	tlb->random = tlb->config.seed ? tlb->config.seed : 1;
	if (tlb->config.nr_asids) {
		tlb->spaces[0] = 0;
		tlb->next_asid = 1 % tlb->config.nr_asids;
	}
}

/* --- one set ------------------------------------------------------------------------------ */

static struct mctl_tlb_entry *set_at(const struct mctl_tlb_array *array, u64 number)
{
	return &array->entry[mctl_tlb_set_of(array, number) * array->config.ways];
}

static bool answers(const struct mctl_tlb_entry *entry, u32 asid, u64 number, u32 page)
{
	return entry->valid && entry->number == number && entry->translation.page == page &&
	       (entry->translation.global || entry->asid == asid);
}

static u32 next_random(struct mctl_tlb *tlb)
{
	/* Xorshift (Marsaglia 2003). */
	tlb->random ^= tlb->random << 13;
	tlb->random ^= tlb->random >> 17;
	tlb->random ^= tlb->random << 5;
	return tlb->random;
}

/*
 * The tree of a set of n ways: node 1 is the root, the children of node i are
 * 2i and 2i + 1, node n + way is the way. A bit says on which side the victim
 * is: 0 left, 1 right. A use makes all nodes on the path to it point to the
 * other side.
 */
static void tree_use(struct mctl_tlb_array *array, u32 set, u32 way)
{
	u32 node = array->config.ways + way;

	for (; node > 1; node /= 2) {
		u32 bit = BIT(node / 2);

		if (node & 1)
			array->tree[set] &= ~bit;
		else
			array->tree[set] |= bit;
	}
}

static u32 tree_victim(const struct mctl_tlb_array *array, u32 set)
{
	u32 node = 1;

	while (node < array->config.ways)
		node = 2 * node + !!(array->tree[set] & BIT(node));
	return node - array->config.ways;
}

/* Record that an entry was used, or is @fresh. */
static void use(struct mctl_tlb *tlb, struct mctl_tlb_array *array, struct mctl_tlb_entry *entry,
		bool fresh)
{
	u32 set = mctl_tlb_set_of(array, entry->number);

	if (fresh || tlb->config.policy != MCTL_TLB_FIFO)
		entry->stamp = ++tlb->clock;
	if (tlb->config.policy == MCTL_TLB_PLRU)
		tree_use(array, set, entry - set_at(array, entry->number));
}

static void drop(struct mctl_tlb *tlb, struct mctl_tlb_array *array, struct mctl_tlb_entry *entry)
{
	entry->valid = false;
	array->nr_valid--;
	tlb->stats.invalidated++;
}

/* Choose the place for a new entry. */
static struct mctl_tlb_entry *make_room(struct mctl_tlb *tlb, struct mctl_tlb_array *array,
					u64 number)
{
	struct mctl_tlb_entry *set = set_at(array, number), *victim = set;

	for (u32 way = 0; way < array->config.ways; way++) {
		if (!set[way].valid) {
			array->nr_valid++;
			return &set[way];
		}
		if (set[way].stamp < victim->stamp)
			victim = &set[way];
	}
	tlb->stats.evictions[array->config.level]++;
	if (tlb->config.policy == MCTL_TLB_PLRU)
		return set + tree_victim(array, mctl_tlb_set_of(array, number));
	if (tlb->config.policy == MCTL_TLB_RANDOM)
		return set + ((u64)next_random(tlb) * array->config.ways >> 32);
	return victim;
}

/*
 * Put a translation in place of the one that covers the page now, or into a
 * free or evicted entry.
 */
static void insert(struct mctl_tlb *tlb, struct mctl_tlb_array *array, u64 address,
		   const struct mctl_tlb_translation *translation)
{
	u64 number = address >> mctl_tlb_page_shift(translation->page);
	struct mctl_tlb_entry *set = set_at(array, number), *entry = NULL;

	for (u32 way = 0; way < array->config.ways; way++) {
		if (!answers(&set[way], tlb->asid, number, translation->page)) {
			/* A global entry serves all address spaces, so it must be the only one. */
			if (translation->global && set[way].valid && set[way].number == number &&
			    set[way].translation.page == translation->page)
				drop(tlb, array, &set[way]);
			continue;
		}
		entry = &set[way];
	}
	if (entry) {
		use(tlb, array, entry, false);
	} else {
		entry = make_room(tlb, array, number);
		entry->number = number;
		use(tlb, array, entry, true);
	}
	entry->translation = *translation;
	entry->asid = translation->global ? 0 : tlb->asid;
	entry->valid = true;
}

static void insert_level(struct mctl_tlb *tlb, u32 level, u64 address,
			 const struct mctl_tlb_translation *translation)
{
	for (u32 i = 0; i < tlb->config.nr_arrays; i++) {
		struct mctl_tlb_array *array = &tlb->array[i];

		if (array->config.level == level && (array->config.pages & BIT(translation->page)))
			insert(tlb, array, address, translation);
	}
}

/* --- access ------------------------------------------------------------------------------- */

static struct mctl_tlb_entry *find_in(const struct mctl_tlb_array *array, u32 asid, u64 address)
{
	for (u32 page = 0; page < MCTL_TLB_NR_PAGES; page++) {
		u64 number = address >> mctl_tlb_page_shift(page);
		struct mctl_tlb_entry *set = set_at(array, number);

		if (!(array->config.pages & BIT(page)))
			continue;
		for (u32 way = 0; way < array->config.ways; way++) {
			if (answers(&set[way], asid, number, page))
				return &set[way];
		}
	}
	return NULL;
}

/* Return: the level that has an entry for the address, which counts as used; 0 for none. */
static u32 lookup(struct mctl_tlb *tlb, u64 address, struct mctl_tlb_translation *translation)
{
	for (u32 level = 1; level <= MCTL_TLB_MAX_LEVELS; level++) {
		for (u32 i = 0; i < tlb->config.nr_arrays; i++) {
			struct mctl_tlb_array *array = &tlb->array[i];
			struct mctl_tlb_entry *entry;

			if (array->config.level != level)
				continue;
			entry = find_in(array, tlb->asid, address);
			if (!entry)
				continue;
			use(tlb, array, entry, false);
			*translation = entry->translation;
			return level;
		}
	}
	return 0;
}

/* Invalidate the entries for an address that belong to @asid or are global. */
static void invalidate(struct mctl_tlb *tlb, u32 asid, u64 address)
{
	for (u32 i = 0; i < tlb->config.nr_arrays; i++) {
		struct mctl_tlb_entry *entry;

		while ((entry = find_in(&tlb->array[i], asid, address)))
			drop(tlb, &tlb->array[i], entry);
	}
}

/**
 * mctl_tlb_access() - translate an address of the current address space
 * @tlb: the TLB
 * @address: the address, bytes
 * @write: whether it is a write
 * @walker: walks the page tables if no entry can be used
 * @translation: filled in if there is one
 *
 * Context: Any that the walker allows; the caller serialises.
 * Return: the level that had a usable entry, 0 if the page tables were walked, or the negative
 * result of the walk; no entry is left for @address then.
 */
int mctl_tlb_access(struct mctl_tlb *tlb, u64 address, bool write,
		    const struct mctl_tlb_walker *walker, struct mctl_tlb_translation *translation)
{
	u32 level = lookup(tlb, address, translation);
	int ret;

	tlb->stats.accesses++;
	tlb->stats.writes += write;
	if (level)
		tlb->stats.hits[level]++;
	else
		tlb->stats.misses++;
	if (level > 1)
		insert_level(tlb, 1, address, translation);
	if (level && (!write || (translation->dirty && translation->writable)))
		return level;

	if (level)
		tlb->stats.upgrades++;
	ret = walker->walk(walker->context, tlb->space, address, write, translation);
	if (ret) {
		tlb->stats.faults++;
		invalidate(tlb, tlb->asid, address);
		return ret;
	}
	tlb->stats.walks++;
	tlb->stats.walk_reads += translation->reads;
	for (level = 1; level <= MCTL_TLB_MAX_LEVELS; level++)
		insert_level(tlb, level, address, translation);
	return 0;
}

/* --- invalidate --------------------------------------------------------------------------- */

/* Invalidate the entries of an ASID, or of all (U32_MAX), and the global ones if requested. */
static void flush(struct mctl_tlb *tlb, u32 asid, bool globals)
{
	for (u32 i = 0; i < tlb->config.nr_arrays; i++) {
		struct mctl_tlb_array *array = &tlb->array[i];
		u32 nr = mctl_tlb_nr_entries(&array->config);

		for (u32 j = 0; array->nr_valid && j < nr; j++) {
			struct mctl_tlb_entry *entry = &array->entry[j];

			if (!entry->valid)
				continue;
			if (entry->translation.global ? globals :
							asid == U32_MAX || entry->asid == asid)
				drop(tlb, array, entry);
		}
	}
}

/* The ASID of an address space; U32_MAX if it has none. */
static u32 asid_of(const struct mctl_tlb *tlb, u32 space)
{
	if (!tlb->config.nr_asids)
		return space == tlb->space ? 0 : U32_MAX;
	for (u32 asid = 0; asid < tlb->config.nr_asids; asid++) {
		if (tlb->spaces[asid] == space)
			return asid;
	}
	return U32_MAX;
}

/**
 * mctl_tlb_switch() - switch to another address space
 * @tlb: the TLB
 * @space: the address space, any number but MCTL_TLB_NO_SPACE; no effect if it is the current one
 *
 * Context: Any context; the caller serialises.
 */
void mctl_tlb_switch(struct mctl_tlb *tlb, u32 space)
{
	u32 asid;

	if (space == tlb->space)
		return;
	tlb->stats.switches++;
	asid = asid_of(tlb, space);
	tlb->space = space;
	if (!tlb->config.nr_asids) {
		flush(tlb, U32_MAX, false);
		return;
	}
	if (asid == U32_MAX) {
		asid = tlb->next_asid;
		tlb->next_asid = asid + 1 < tlb->config.nr_asids ? asid + 1 : 0;
		if (tlb->spaces[asid] != MCTL_TLB_NO_SPACE) {
			tlb->stats.reassigned++;
			flush(tlb, asid, false);
		}
		tlb->spaces[asid] = space;
	}
	tlb->asid = asid;
}

/**
 * mctl_tlb_invalidate_page() - invalidate the entries for a page (INVLPG, INVPCID type 0)
 * @tlb: the TLB
 * @space: the address space
 * @address: any address in the page, bytes
 *
 * As INVLPG does, this invalidates global entries for the page too.
 *
 * Context: Any context; the caller serialises.
 */
void mctl_tlb_invalidate_page(struct mctl_tlb *tlb, u32 space, u64 address)
{
	/* Without an ASID it has no entries but the global ones. */
	invalidate(tlb, asid_of(tlb, space), address);
}

/**
 * mctl_tlb_invalidate_space() - invalidate the entries of an address space (INVPCID type 1)
 * @tlb: the TLB
 * @space: the address space
 *
 * Global entries stay.
 *
 * Context: Any context; the caller serialises.
 */
void mctl_tlb_invalidate_space(struct mctl_tlb *tlb, u32 space)
{
	u32 asid = asid_of(tlb, space);

	if (asid != U32_MAX)
		flush(tlb, asid, false);
}

/**
 * mctl_tlb_flush() - invalidate all entries (MOV to CR3 or CR4, INVPCID types 2 and 3)
 * @tlb: the TLB
 * @globals: whether to invalidate the global entries too
 *
 * Context: Any context; the caller serialises.
 */
void mctl_tlb_flush(struct mctl_tlb *tlb, bool globals)
{
	tlb->stats.flushes++;
	flush(tlb, U32_MAX, globals);
}

static bool has_level(const struct mctl_tlb *tlb, u32 level)
{
	for (u32 i = 0; i < tlb->config.nr_arrays; i++) {
		if (tlb->config.array[i].level == level)
			return true;
	}
	return false;
}

/**
 * mctl_tlb_cycles() - cost of the accesses so far
 * @tlb: the TLB
 * @level: cost of lookups in this level; 0: of walks
 *
 * Context: Any context.
 * Return: cycles of the model, according to the table at the head of this file.
 */
u64 mctl_tlb_cycles(const struct mctl_tlb *tlb, unsigned int level)
{
	const struct mctl_tlb_stats *stats = &tlb->stats;

	if (level == 1)
		return stats->accesses * tlb->config.level_cycles[1];
	if (level == 2)
		return has_level(tlb, 2) * (stats->accesses - stats->hits[1]) *
		       tlb->config.level_cycles[2];
	return stats->walk_reads * tlb->config.read_cycles;
}
