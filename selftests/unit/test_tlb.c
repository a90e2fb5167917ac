// SPDX-License-Identifier: GPL-2.0
/* LINK: core/tlb.c core/tlb_config.c core/tlb_check.c */
/*
 * The model of a TLB: traces from textbooks with the results that they give,
 * traces worked out by hand, random calls against a naive oracle, what is
 * refused, and one planted fault for each line of the check.
 *
 * The oracle has no sets and no stamps: each array is a list of what it has,
 * the one used last in front; a set is what of the list falls into it. Its
 * tree of pseudo-LRU is a recursion over halves of the ways.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include "core/tlb.h"
#include "tap.h"

#define PAGE 4096ULL

/* --- page tables to walk ------------------------------------------------------------------ */

/* Every address is mapped by a page of one size, to itself; writes set D. */
struct tables {
	enum mctl_tlb_page page;
	u32 reads;
	bool readonly;
};

static int walk_tables(void *context, u32 space, u64 address, bool write,
		       struct mctl_tlb_translation *translation)
{
	const struct tables *tables = context;

	if (write && tables->readonly)
		return -EFAULT;
	*translation = (struct mctl_tlb_translation){
		.pfn = address >> mctl_tlb_page_shift(tables->page)
					  << (mctl_tlb_page_shift(tables->page) - 12),
		.page = tables->page,
		.reads = tables->reads,
		.writable = !tables->readonly,
		.dirty = write,
	};
	return 0;
}

static struct tables small_pages = { .page = MCTL_TLB_4K, .reads = 4 };
static struct tables large_pages = { .page = MCTL_TLB_2M, .reads = 3 };

struct fixture {
	struct mctl_tlb tlb;
	void *storage;
	struct mctl_tlb_walker walker;
};

static void fixture_init(struct fixture *f, const struct mctl_tlb_config *config,
			 struct tables *tables)
{
	size_t size = mctl_tlb_size(config);

	if (!tap_expect(size))
		tap_note("  %s", mctl_tlb_config_error(config));
	f->storage = malloc(size);
	memset(f->storage, 0xa5, size);
	f->walker.walk = walk_tables;
	f->walker.context = tables;
	tap_expect_equal(mctl_tlb_init(&f->tlb, config, f->storage), 0);
}

static void fixture_fini(struct fixture *f)
{
	struct mctl_report report = {};

	mctl_tlb_check(&f->tlb, &report);
	tap_expect_equal(report.nr_problems, 0);
	free(f->storage);
}

static int touch(struct fixture *f, u64 address, bool write)
{
	struct mctl_tlb_translation translation;

	return mctl_tlb_access(&f->tlb, address, write, &f->walker, &translation);
}

static struct mctl_tlb_config one_set(u32 ways, enum mctl_tlb_policy policy)
{
	return (struct mctl_tlb_config){
		.nr_arrays = 1,
		.array = { { .level = 1, .sets = 1, .ways = ways, .pages = BIT(MCTL_TLB_4K) } },
		.policy = policy,
		.level_cycles = { 0, 1, 7 },
		.read_cycles = 20,
	};
}

/* --- textbooks ---------------------------------------------------------------------------- */

/* Run a string of page numbers, one digit each. Return: the misses. */
static u32 misses_of(const char *pages, u32 ways, enum mctl_tlb_policy policy)
{
	struct mctl_tlb_config config = one_set(ways, policy);
	struct fixture f;
	u32 misses;

	fixture_init(&f, &config, &small_pages);
	for (; *pages; pages++)
		touch(&f, (*pages - '0') * PAGE, false);
	misses = f.tlb.stats.misses;
	fixture_fini(&f);
	return misses;
}

/* Silberschatz, Galvin, Gagne, Operating System Concepts, 10th edition, 10.4. */
static void reference_string_of_silberschatz(void)
{
	static const char pages[] = "70120304230321201701";

	tap_expect_equal(misses_of(pages, 3, MCTL_TLB_FIFO), 15);
	tap_expect_equal(misses_of(pages, 3, MCTL_TLB_LRU), 12);
}

/* Belady, Nelson, Shedler 1969: with FIFO more room can mean more misses; never with LRU. */
static void anomaly_of_belady(void)
{
	static const char pages[] = "123412512345";

	tap_expect_equal(misses_of(pages, 3, MCTL_TLB_FIFO), 9);
	tap_expect_equal(misses_of(pages, 4, MCTL_TLB_FIFO), 10);
	tap_expect_equal(misses_of(pages, 3, MCTL_TLB_LRU), 10);
	tap_expect_equal(misses_of(pages, 4, MCTL_TLB_LRU), 8);
}

/*
 * Arpaci-Dusseau, Operating Systems: Three Easy Pieces, 19.2: ten integers of
 * 4 bytes from address 100, pages of 16 bytes, miss at a[0], a[3], a[7]: 70 %
 * hits. Here each byte stands for 256, so that the pages have 4096.
 */
static void array_of_three_easy_pieces(void)
{
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_LRU);
	struct fixture f;

	fixture_init(&f, &config, &small_pages);
	for (u32 i = 0; i < 10; i++)
		tap_expect_equal(touch(&f, (100 + 4 * i) * 256, false),
				 i == 0 || i == 3 || i == 7 ? 0 : 1);
	tap_expect_equal(f.tlb.stats.hits[1], 7);
	tap_expect_equal(f.tlb.stats.misses, 3);
	fixture_fini(&f);
}

/*
 * Hennessy, Patterson, Computer Architecture, appendix B.1: effective time =
 * hit time + miss rate * penalty. 10 accesses, 3 misses of 4 reads of 20
 * cycles: 10 * 1 + 3 * 80 = 250.
 */
static void cycles_add_up(void)
{
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_LRU);
	struct fixture f;

	fixture_init(&f, &config, &small_pages);
	for (u32 i = 0; i < 10; i++)
		touch(&f, (100 + 4 * i) * 256, false);
	tap_expect_equal(f.tlb.stats.walk_reads, 12);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 1), 10);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 2), 0);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 0), 240);
	fixture_fini(&f);
}

/* --- by hand ------------------------------------------------------------------------------ */

/*
 * Four ways, a tree of three bits. A B C D fill ways 0 to 3, and A is used
 * again. The root then points right, as A is on the left, and the node there
 * to way 2, as D in way 3 was used after C: E takes the way of C, where LRU
 * would throw out B. The root then points left, to way 1 since A was used
 * last there: F takes that of B. Then right, to way 3: G takes that of D.
 */
static void tree_by_hand(void)
{
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_PLRU);
	static const char pages[] = "ABCDAEFG", left[] = "AEFG";
	struct mctl_tlb_translation t;
	struct fixture f;

	fixture_init(&f, &config, &small_pages);
	for (const char *c = pages; *c; c++)
		touch(&f, *c * PAGE, false);
	tap_expect_equal(f.tlb.stats.misses, 7);
	tap_expect_equal(f.tlb.stats.evictions[1], 3);
	/* By way: A in 0, F in 1, E in 2, G in 3. */
	tap_expect_equal(f.tlb.array[0].entry[0].number, 'A');
	tap_expect_equal(f.tlb.array[0].entry[1].number, 'F');
	tap_expect_equal(f.tlb.array[0].entry[2].number, 'E');
	tap_expect_equal(f.tlb.array[0].entry[3].number, 'G');
	for (const char *c = left; *c; c++)
		tap_expect_equal(mctl_tlb_access(&f.tlb, *c * PAGE, false, &f.walker, &t), 1);
	fixture_fini(&f);
}

/* Two sets of one way: even and odd pages do not meet, two even ones do. */
static void sets_by_hand(void)
{
	struct mctl_tlb_config config = one_set(1, MCTL_TLB_LRU);
	struct fixture f;

	config.array[0].sets = 2;
	fixture_init(&f, &config, &small_pages);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 1 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 0 * PAGE + 77, false), 1);
	tap_expect_equal(touch(&f, 2 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 1 * PAGE, false), 1);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 0);
	tap_expect_equal(f.tlb.stats.evictions[1], 2);
	fixture_fini(&f);
}

/*
 * Two entries in level 1, four in level 2, pages 0 1 2 0: page 0 was thrown
 * out of level 1 by page 2, but level 2 has it. 4 accesses of 1 cycle, all
 * miss level 1: 4 of 7 cycles, three walks of 4 reads of 20.
 */
static void second_level_by_hand(void)
{
	struct mctl_tlb_config config = one_set(2, MCTL_TLB_LRU);
	struct fixture f;

	config.nr_arrays = 2;
	config.array[1] = (struct mctl_tlb_array_config){
		.level = 2,
		.sets = 1,
		.ways = 4,
		.pages = BIT(MCTL_TLB_4K),
	};
	fixture_init(&f, &config, &small_pages);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 1 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 2 * PAGE, false), 0);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 2);
	tap_expect_equal(touch(&f, 0 * PAGE, false), 1);
	tap_expect_equal(f.tlb.stats.hits[1], 1);
	tap_expect_equal(f.tlb.stats.hits[2], 1);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 1), 5);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 2), 4 * 7);
	tap_expect_equal(mctl_tlb_cycles(&f.tlb, 0), 3 * 4 * 20);
	fixture_fini(&f);
}

/* 4 MiB touched page by page, twice, with 64 entries: 2048 misses with 4 KiB, 2 with 2 MiB. */
static void large_pages_reach_further(void)
{
	struct mctl_tlb_config config = one_set(64, MCTL_TLB_LRU);
	u32 misses[2];

	config.array[0].pages |= BIT(MCTL_TLB_2M);
	for (u32 large = 0; large < 2; large++) {
		struct fixture f;

		fixture_init(&f, &config, large ? &large_pages : &small_pages);
		for (u32 i = 0; i < 2048; i++)
			touch(&f, i % 1024 * PAGE, false);
		misses[large] = f.tlb.stats.misses;
		tap_expect_equal(f.tlb.stats.walk_reads, misses[large] * (large ? 3 : 4));
		fixture_fini(&f);
	}
	tap_expect_equal(misses[0], 2048);
	tap_expect_equal(misses[1], 2);
}

/* Spaces take turns on the same 4 pages, 10 rounds. Return: the misses. */
static u32 misses_of_turns(u32 nr_spaces, u32 nr_asids, struct mctl_tlb_stats *stats)
{
	struct mctl_tlb_config config = one_set(64, MCTL_TLB_LRU);
	struct fixture f;

	config.nr_asids = nr_asids;
	fixture_init(&f, &config, &small_pages);
	for (u32 round = 0; round < 10; round++) {
		for (u32 space = 0; space < nr_spaces; space++) {
			mctl_tlb_switch(&f.tlb, space);
			for (u32 page = 0; page < 4; page++)
				touch(&f, page * PAGE, false);
		}
	}
	*stats = f.tlb.stats;
	fixture_fini(&f);
	return stats->misses;
}

/*
 * Without ASIDs each turn misses its 4 pages; with enough only the first
 * does. With one ASID less than there are spaces, in turn, the one that is
 * needed next is always the one that was just taken away.
 */
static void asids_by_hand(void)
{
	struct mctl_tlb_stats stats;

	tap_expect_equal(misses_of_turns(3, 0, &stats), 3 * 10 * 4);
	tap_expect_equal(stats.switches, 29);
	tap_expect_equal(stats.invalidated, 29 * 4);
	tap_expect_equal(misses_of_turns(3, 3, &stats), 3 * 4);
	tap_expect_equal(stats.invalidated, 0);
	tap_expect_equal(misses_of_turns(3, 2, &stats), 3 * 10 * 4);
	tap_expect_equal(stats.reassigned, 30 - 2);
}

/* A read leaves D clear: the first write walks again; then there is no more to do. */
static void dirty_by_hand(void)
{
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_LRU);
	struct fixture f;

	fixture_init(&f, &config, &small_pages);
	tap_expect_equal(touch(&f, 0, false), 0);
	tap_expect_equal(touch(&f, 8, true), 0);
	tap_expect_equal(touch(&f, 16, true), 1);
	tap_expect_equal(touch(&f, PAGE, true), 0);
	tap_expect_equal(touch(&f, PAGE, true), 1);
	tap_expect_equal(f.tlb.stats.upgrades, 1);
	tap_expect_equal(f.tlb.stats.walks, 3);
	tap_expect_equal(f.tlb.stats.misses, 2);
	tap_expect_equal(f.tlb.array[0].nr_valid, 2);
	fixture_fini(&f);
}

/* A write without the right to is a fault, and takes the entry with it. */
static void faults_by_hand(void)
{
	struct tables tables = { .page = MCTL_TLB_4K, .reads = 4, .readonly = true };
	struct mctl_tlb_config config = one_set(4, MCTL_TLB_LRU);
	struct fixture f;

	fixture_init(&f, &config, &tables);
	tap_expect_equal(touch(&f, 0, false), 0);
	tap_expect_equal(touch(&f, 0, false), 1);
	tap_expect_equal(touch(&f, 0, true), -EFAULT);
	tap_expect_equal(f.tlb.array[0].nr_valid, 0);
	tables.readonly = false;
	tap_expect_equal(touch(&f, 0, true), 0);
	tap_expect_equal(f.tlb.stats.faults, 1);
	tap_expect_equal(f.tlb.stats.upgrades, 1);
	fixture_fini(&f);
}

/* --- the oracle --------------------------------------------------------------------------- */

#define NR_SPACES   5
#define NR_ADDRESS  24 /* pages of 4 KiB that are touched, by each size of page at its own scale */
#define MAX_ENTRIES 256

struct known {
	u32 space;
	u64 number;
	u32 page, way, set;
	struct mctl_tlb_translation t;
};

/* What an array has, the entry used last (FIFO: come last) in front. */
struct list {
	struct known known[MAX_ENTRIES];
	u32 nr;
	bool tree[64][64]; /* by set and node: the victim is in the right half */
};

struct oracle {
	const struct mctl_tlb_config *config;
	struct list list[MCTL_TLB_MAX_ARRAYS];
	u32 space;
	u32 recent[NR_SPACES]; /* the spaces that have an ASID, by ASID */
	u32 nr_asids_used, next;
	u32 random;
	struct mctl_tlb_stats stats;
};

static void list_take(struct list *list, u32 index, struct known *known)
{
	*known = list->known[index];
	memmove(&list->known[index], &list->known[index + 1],
		(--list->nr - index) * sizeof(*known));
}

static void list_push(struct list *list, const struct known *known)
{
	memmove(&list->known[1], &list->known[0], list->nr++ * sizeof(*known));
	list->known[0] = *known;
}

static bool is_for(const struct known *k, u32 space, u64 address)
{
	return k->number == address >> mctl_tlb_page_shift(k->page) &&
	       (k->t.global || k->space == space);
}

/* Smaller pages first. Return: place in the list, or -1. */
static int oracle_find(const struct list *list, u32 space, u64 address)
{
	int found = -1;

	for (u32 i = 0; i < list->nr; i++) {
		if (is_for(&list->known[i], space, address) &&
		    (found < 0 || list->known[i].page < list->known[found].page))
			found = i;
	}
	return found;
}

static void tree_away(bool *node, u32 at, u32 ways, u32 way)
{
	if (ways == 1)
		return;
	node[at] = way < ways / 2;
	tree_away(node, 2 * at + (way >= ways / 2), ways / 2, way % (ways / 2));
}

static u32 tree_pick(const bool *node, u32 at, u32 ways)
{
	if (ways == 1)
		return 0;
	return (node[at] ? ways / 2 : 0) + tree_pick(node, 2 * at + node[at], ways / 2);
}

static void oracle_use(struct oracle *o, u32 array, u32 index)
{
	struct list *list = &o->list[array];
	struct known known = list->known[index];

	if (o->config->policy == MCTL_TLB_PLRU)
		tree_away(list->tree[known.set], 1, o->config->array[array].ways, known.way);
	if (o->config->policy == MCTL_TLB_FIFO)
		return;
	list_take(list, index, &known);
	list_push(list, &known);
}

static u32 oracle_victim_way(struct oracle *o, u32 array, u32 set)
{
	const struct mctl_tlb_array_config *a = &o->config->array[array];
	struct list *list = &o->list[array];
	bool used[64] = {};
	u32 last = 0;

	for (u32 i = 0; i < list->nr; i++) {
		if (list->known[i].set != set)
			continue;
		used[list->known[i].way] = true;
		last = list->known[i].way;
	}
	for (u32 way = 0; way < a->ways; way++) {
		if (!used[way])
			return way;
	}
	o->stats.evictions[a->level]++;
	if (o->config->policy == MCTL_TLB_PLRU)
		return tree_pick(list->tree[set], 1, a->ways);
	if (o->config->policy == MCTL_TLB_RANDOM) {
		o->random ^= o->random << 13;
		o->random ^= o->random >> 17;
		o->random ^= o->random << 5;
		return (u64)o->random * a->ways >> 32;
	}
	return last;
}

static void oracle_insert(struct oracle *o, u32 level, u64 address,
			  const struct mctl_tlb_translation *t)
{
	for (u32 array = 0; array < o->config->nr_arrays; array++) {
		const struct mctl_tlb_array_config *a = &o->config->array[array];
		struct list *list = &o->list[array];
		struct known fresh = { .space = o->space, .page = t->page, .t = *t }, gone;
		int same = -1;

		if (a->level != level || !(a->pages & BIT(t->page)))
			continue;
		fresh.number = address >> mctl_tlb_page_shift(t->page);
		fresh.set = fresh.number % a->sets;
		for (int i = list->nr - 1; i >= 0; i--) {
			const struct known *k = &list->known[i];

			if (t->global && k->page == t->page && k->number == fresh.number &&
			    !is_for(k, o->space, address)) {
				list_take(list, i, &gone);
				o->stats.invalidated++;
			}
		}
		for (u32 i = 0; i < list->nr; i++) {
			if (list->known[i].page == t->page &&
			    is_for(&list->known[i], o->space, address))
				same = i;
		}
		if (same >= 0) {
			list->known[same].t = *t;
			list->known[same].space = o->space;
			oracle_use(o, array, same);
			continue;
		}
		fresh.way = oracle_victim_way(o, array, fresh.set);
		for (int i = list->nr - 1; i >= 0; i--) {
			if (list->known[i].set == fresh.set && list->known[i].way == fresh.way)
				list_take(list, i, &gone);
		}
		list_push(list, &fresh);
		oracle_use(o, array, 0);
	}
}

static void oracle_drop_address(struct oracle *o, u32 space, u64 address)
{
	struct known gone;

	for (u32 array = 0; array < o->config->nr_arrays; array++) {
		for (int i = o->list[array].nr - 1; i >= 0; i--) {
			if (!is_for(&o->list[array].known[i], space, address))
				continue;
			list_take(&o->list[array], i, &gone);
			o->stats.invalidated++;
		}
	}
}

/* Throw away what is of a space, or of all, that is not global, or the global too. */
static void oracle_drop(struct oracle *o, u32 space, bool globals)
{
	struct known gone;

	for (u32 array = 0; array < o->config->nr_arrays; array++) {
		for (int i = o->list[array].nr - 1; i >= 0; i--) {
			const struct known *k = &o->list[array].known[i];

			if (k->t.global ? !globals : space != U32_MAX && k->space != space)
				continue;
			list_take(&o->list[array], i, &gone);
			o->stats.invalidated++;
		}
	}
}

static int oracle_access(struct oracle *o, u64 address, bool write,
			 const struct mctl_tlb_walker *walker, struct mctl_tlb_translation *t)
{
	u32 level = 0;
	int ret;

	o->stats.accesses++;
	o->stats.writes += write;
	for (u32 l = 1; l <= 2 && !level; l++) {
		for (u32 array = 0; array < o->config->nr_arrays && !level; array++) {
			int found = oracle_find(&o->list[array], o->space, address);

			if (o->config->array[array].level != l || found < 0)
				continue;
			*t = o->list[array].known[found].t;
			level = l;
			oracle_use(o, array, found);
		}
	}
	if (level == 2)
		oracle_insert(o, 1, address, t);
	o->stats.hits[level] += level > 0;
	o->stats.misses += !level;
	if (level && (!write || (t->dirty && t->writable)))
		return level;
	o->stats.upgrades += level > 0;
	ret = walker->walk(walker->context, o->space, address, write, t);
	if (ret) {
		o->stats.faults++;
		oracle_drop_address(o, o->space, address);
		return ret;
	}
	o->stats.walks++;
	o->stats.walk_reads += t->reads;
	oracle_insert(o, 1, address, t);
	oracle_insert(o, 2, address, t);
	return 0;
}

static void oracle_switch(struct oracle *o, u32 space)
{
	u32 nr = o->config->nr_asids;

	if (space == o->space)
		return;
	o->space = space;
	o->stats.switches++;
	if (!nr) {
		oracle_drop(o, U32_MAX, false);
		return;
	}
	for (u32 i = 0; i < o->nr_asids_used; i++) {
		if (o->recent[i] == space)
			return;
	}
	if (o->nr_asids_used < nr) {
		o->recent[o->nr_asids_used++] = space;
		return;
	}
	o->stats.reassigned++;
	oracle_drop(o, o->recent[o->next], false);
	o->recent[o->next] = space;
	o->next = (o->next + 1) % nr;
}

/* --- random calls ------------------------------------------------------------------------- */

/* Tables in which anything may change between two walks, decided by the test before each. */
static struct mctl_tlb_translation next_walk;
static int next_result;

static int walk_next(void *context, u32 space, u64 address, bool write,
		     struct mctl_tlb_translation *translation)
{
	if (next_result)
		return next_result;
	*translation = next_walk;
	translation->dirty |= write;
	translation->writable |= write;
	translation->pfn = address >> mctl_tlb_page_shift(translation->page);
	return 0;
}

static const struct mctl_tlb_walker random_walker = { .walk = walk_next };

static struct mctl_tlb_config random_config(void)
{
	struct mctl_tlb_config config = {
		.nr_arrays = 1 + tap_below(4),
		.policy = tap_below(MCTL_TLB_NR_POLICIES),
		.seed = tap_below(3),
		.nr_asids = tap_below(NR_SPACES + 1),
		.level_cycles = { 0, 1 + tap_below(4), tap_below(10) },
		.read_cycles = tap_below(100),
	};
	u32 free[3] = { 0, 15, 15 };

	for (u32 i = 0; i < config.nr_arrays; i++) {
		struct mctl_tlb_array_config *array = &config.array[i];

		array->level = i ? 1 + tap_below(2) : 1;
		array->sets = 1U << tap_below(3);
		array->ways = config.policy == MCTL_TLB_PLRU ? 1U << tap_below(5) :
							       1 + tap_below(12);
		array->pages = free[array->level] & (1 + tap_below(15));
		free[array->level] &= ~array->pages;
		if (!array->pages) {
			config.nr_arrays = i;
			break;
		}
	}
	return config;
}

static bool same_translation(const struct mctl_tlb_translation *a,
			     const struct mctl_tlb_translation *b)
{
	return a->pfn == b->pfn && a->page == b->page && a->reads == b->reads &&
	       a->writable == b->writable && a->dirty == b->dirty && a->global == b->global;
}

/* Both have the same in each array, in the same ways. */
static void compare(const struct mctl_tlb *tlb, const struct oracle *o)
{
	struct mctl_report report = {};

	tap_expect(!memcmp(&tlb->stats, &o->stats, sizeof(o->stats)));
	for (u32 i = 0; i < o->config->nr_arrays; i++) {
		const struct mctl_tlb_array *array = &tlb->array[i];

		tap_expect_equal(array->nr_valid, o->list[i].nr);
		for (u32 j = 0; j < o->list[i].nr; j++) {
			const struct known *k = &o->list[i].known[j];
			const struct mctl_tlb_entry *entry =
				&array->entry[k->set * array->config.ways + k->way];

			tap_expect(entry->valid && entry->number == k->number &&
				   same_translation(&entry->translation, &k->t));
		}
	}
	mctl_tlb_check(tlb, &report);
	tap_expect_equal(report.nr_problems, 0);
}

static void random_step(struct mctl_tlb *tlb, struct oracle *o)
{
	u64 address = ((u64)tap_below(NR_ADDRESS) << (tap_below(3) ? 12 : 20)) + tap_below(PAGE);
	u32 space = tap_below(NR_SPACES), call = tap_below(100);
	struct mctl_tlb_translation a, b;
	int ret;

	if (call < 85) {
		bool write = !tap_below(3);

		next_walk = (struct mctl_tlb_translation){
			.page = tap_below(MCTL_TLB_NR_PAGES),
			.reads = 1 + tap_below(5),
			.writable = tap_below(2),
			.dirty = tap_below(2),
			.global = !tap_below(8),
		};
		next_result = tap_below(16) ? 0 : -EFAULT;
		ret = mctl_tlb_access(tlb, address, write, &random_walker, &a);
		tap_expect_equal(ret, oracle_access(o, address, write, &random_walker, &b));
		if (ret >= 0)
			tap_expect(same_translation(&a, &b));
	} else if (call < 92) {
		mctl_tlb_switch(tlb, space);
		oracle_switch(o, space);
	} else if (call < 96) {
		mctl_tlb_invalidate_page(tlb, space, address);
		oracle_drop_address(o, space, address);
	} else if (call < 98) {
		mctl_tlb_invalidate_space(tlb, space);
		oracle_drop(o, space, false);
	} else if (call < 99) {
		bool globals = tap_below(2);

		mctl_tlb_flush(tlb, globals);
		o->stats.flushes++;
		oracle_drop(o, U32_MAX, globals);
	}
}

static void random_calls(void)
{
	u32 nr_calls = 0, nr_tlbs = 0;
	static struct oracle o;

	while (nr_calls < 1000000 && !tap_nr_failed) {
		struct mctl_tlb_config config = random_config();
		struct fixture f;

		fixture_init(&f, &config, &small_pages);
		memset(&o, 0, sizeof(o));
		o.config = &config;
		o.nr_asids_used = 1;
		o.random = config.seed ? config.seed : 1;
		for (u32 i = 0; i < 500; i++, nr_calls++) {
			random_step(&f.tlb, &o);
			compare(&f.tlb, &o);
		}
		mctl_tlb_reset(&f.tlb);
		tap_expect_equal(f.tlb.stats.accesses + f.tlb.array[0].nr_valid, 0);
		fixture_fini(&f);
		nr_tlbs++;
	}
	tap_note("%u calls on %u TLBs", nr_calls, nr_tlbs);
}

/* --- refused ------------------------------------------------------------------------------ */

static void refuses_bad_configurations(void)
{
	struct mctl_tlb_config good = one_set(4, MCTL_TLB_PLRU), bad[24];
	struct mctl_tlb tlb;
	u32 nr = 0;

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = good;
	bad[nr++].nr_arrays = 0;
	bad[nr++].nr_arrays = 5;
	bad[nr++].policy = MCTL_TLB_NR_POLICIES;
	bad[nr++].policy = U32_MAX;
	bad[nr++].nr_asids = 4097;
	bad[nr++].nr_asids = U32_MAX;
	bad[nr++].read_cycles = 100001;
	bad[nr++].level_cycles[1] = 100001;
	bad[nr++].level_cycles[2] = U32_MAX;
	bad[nr++].array[0].level = 0;
	bad[nr++].array[0].level = 2;
	bad[nr++].array[0].level = 3;
	bad[nr++].array[0].sets = 0;
	bad[nr++].array[0].sets = 3;
	bad[nr++].array[0].sets = 8192;
	bad[nr++].array[0].ways = 0;
	bad[nr++].array[0].ways = 3;
	bad[nr++].array[0].ways = 64;
	bad[nr++].array[0].ways = U32_MAX;
	bad[nr++].array[0].pages = 0;
	bad[nr++].array[0].pages = 16;
	bad[nr].nr_arrays = 2;
	bad[nr].array[1] = bad[nr].array[0];
	nr++;
	bad[nr].policy = MCTL_TLB_LRU;
	bad[nr++].array[0].ways = 65;
	tap_expect(!mctl_tlb_config_error(&good));
	for (u32 i = 0; i < nr; i++) {
		tap_expect(mctl_tlb_config_error(&bad[i]));
		tap_expect_equal(mctl_tlb_size(&bad[i]), 0);
		tap_expect_equal(mctl_tlb_init(&tlb, &bad[i], NULL), -EINVAL);
	}
}

/* --- planted faults ----------------------------------------------------------------------- */

static struct fixture damaged;
static const char *wanted_invariant;
static u32 nr_wanted, nr_others;

static void note_problem(struct mctl_report *report, const struct mctl_problem *problem)
{
	if (!strcmp(problem->invariant, wanted_invariant))
		nr_wanted++;
	else
		nr_others++;
}

/* Two sets of four ways; pages 0 to 5 of space 0, then 0 and 1 of space 1. */
static struct mctl_tlb_entry *prepare(const char *invariant, enum mctl_tlb_policy policy)
{
	struct mctl_tlb_config config = one_set(4, policy);

	config.array[0].sets = 2;
	config.nr_asids = 3;
	free(damaged.storage);
	fixture_init(&damaged, &config, &small_pages);
	for (u32 page = 0; page < 6; page++)
		touch(&damaged, page * PAGE, false);
	mctl_tlb_switch(&damaged.tlb, 1);
	touch(&damaged, 0, false);
	touch(&damaged, PAGE, false);
	wanted_invariant = invariant;
	nr_wanted = 0;
	nr_others = 0;
	return damaged.tlb.array[0].entry;
}

static void expect_found(void)
{
	struct mctl_report report = { .found = note_problem };

	mctl_tlb_check(&damaged.tlb, &report);
	if (!tap_expect(nr_wanted == 1 && !nr_others))
		tap_note("  %s: %u times, others %u", wanted_invariant, nr_wanted, nr_others);
}

static void check_finds_bad_entries(void)
{
	struct mctl_tlb_entry *entry;

	prepare("tlb I1", MCTL_TLB_LRU)[0].number ^= 1;
	expect_found();
	prepare("tlb I1", MCTL_TLB_LRU)[0].translation.page = MCTL_TLB_2M;
	expect_found();
	prepare("tlb I1", MCTL_TLB_LRU)[0].translation.page = U32_MAX;
	expect_found();
	prepare("tlb I2", MCTL_TLB_LRU)[0].number = 2;
	expect_found();
	prepare("tlb I2", MCTL_TLB_LRU)[3].asid = 0;
	expect_found();
	prepare("tlb I3", MCTL_TLB_LRU)[0].stamp += 100;
	expect_found();
	entry = prepare("tlb I3", MCTL_TLB_LRU);
	entry[0].stamp = entry[1].stamp;
	expect_found();
	prepare("tlb I4", MCTL_TLB_LRU)[0].asid = 2;
	expect_found();
	prepare("tlb I4", MCTL_TLB_LRU)[0].asid = 3;
	expect_found();
	prepare("tlb I4", MCTL_TLB_LRU)[3].number = 6;
	damaged.tlb.array[0].entry[3].translation.global = true;
	expect_found();
}

static void check_finds_bad_asids(void)
{
	prepare("tlb I5", MCTL_TLB_LRU);
	damaged.tlb.spaces[2] = 0;
	expect_found();
	prepare("tlb I5", MCTL_TLB_LRU);
	damaged.tlb.asid = 0;
	expect_found();
	prepare("tlb I5", MCTL_TLB_LRU);
	damaged.tlb.asid = 3;
	expect_found();
	prepare("tlb I5", MCTL_TLB_LRU);
	damaged.tlb.space = 9;
	expect_found();
	prepare("tlb I5", MCTL_TLB_LRU);
	mctl_tlb_flush(&damaged.tlb, true);
	damaged.tlb.config.nr_asids = 0;
	expect_found();
}

static void check_finds_bad_counts(void)
{
	struct mctl_tlb_stats *stats = &damaged.tlb.stats;

	for (u32 bit = 0; bit < 32; bit++) {
		prepare("tlb I6", MCTL_TLB_LRU);
		damaged.tlb.array[0].nr_valid ^= BIT(bit);
		expect_found();
	}
	for (u32 bit = 0; bit < 64; bit++) {
		prepare("tlb I7", MCTL_TLB_LRU);
		stats->accesses ^= BIT_ULL(bit);
		expect_found();
		prepare("tlb I7", MCTL_TLB_LRU);
		stats->hits[2] ^= BIT_ULL(bit);
		expect_found();
		prepare("tlb I7", MCTL_TLB_LRU);
		stats->walks ^= BIT_ULL(bit);
		expect_found();
		prepare("tlb I7", MCTL_TLB_LRU);
		stats->upgrades ^= BIT_ULL(bit);
		expect_found();
	}
}

static void check_finds_bad_trees(void)
{
	for (u32 bit = 0; bit < 32; bit++) {
		prepare("tlb I8", MCTL_TLB_LRU);
		damaged.tlb.array[0].tree[1] |= BIT(bit);
		expect_found();
		if (bit >= 1 && bit <= 3)
			continue;
		prepare("tlb I8", MCTL_TLB_PLRU);
		damaged.tlb.array[0].tree[1] |= BIT(bit);
		expect_found();
	}
	free(damaged.storage);
}

static const struct tap_test tests[] = {
	TAP_TEST(reference_string_of_silberschatz),
	TAP_TEST(anomaly_of_belady),
	TAP_TEST(array_of_three_easy_pieces),
	TAP_TEST(cycles_add_up),
	TAP_TEST(tree_by_hand),
	TAP_TEST(sets_by_hand),
	TAP_TEST(second_level_by_hand),
	TAP_TEST(large_pages_reach_further),
	TAP_TEST(asids_by_hand),
	TAP_TEST(dirty_by_hand),
	TAP_TEST(faults_by_hand),
	TAP_TEST(random_calls),
	TAP_TEST(refuses_bad_configurations),
	TAP_TEST(check_finds_bad_entries),
	TAP_TEST(check_finds_bad_asids),
	TAP_TEST(check_finds_bad_counts),
	TAP_TEST(check_finds_bad_trees),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
