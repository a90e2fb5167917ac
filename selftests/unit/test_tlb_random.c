// SPDX-License-Identifier: GPL-2.0
/* LINK: core/tlb.c core/tlb_config.c core/tlb_check.c tap.c tlb_fixture.c */
/*
 * The model of a TLB: random calls against a naive oracle, the check made
 * after each.
 *
 * The oracle has no sets and no stamps: each array is a list of what it has,
 * the one used last in front; a set is what of the list falls into it. Its
 * tree of pseudo-LRU is a recursion over halves of the ways.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include "tlb_fixture.h"

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

static const struct tap_test tests[] = {
	TAP_TEST(random_calls),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
