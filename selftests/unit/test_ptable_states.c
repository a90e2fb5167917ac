// SPDX-License-Identifier: GPL-2.0
/* LINK: core/ptable.c core/ptable_map.c core/ptable_view.c ptable_fixture.c tap.c */
/*
 * Every state that small page tables can be in: from the empty ones, every
 * call on every range, with the frames for tables running out at every
 * point, until no new state is found. After each call the structure is
 * checked and each page compared with what the call promised.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include "ptable_fixture.h"

#define NR_FRAMES    10
#define MAX_PAGES    8
#define HASH_SIZE    BIT(19)
#define SMALL	     (MCTL_PT_P | MCTL_PT_RW | MCTL_PT_PAT | GENMASK_ULL(51, 12))
#define LARGE(shift) ((SMALL & ~(BIT_ULL(shift) - BIT_ULL(12))) | MCTL_PT_PS | MCTL_PT_PAT_LARGE)
#define TABLE_BITS   (TABLE_FLAGS | GENMASK_ULL(51, 12))

static const struct mctl_ptable_format pages4 = {
	.nr_levels = 2, .entry_size = 8, .address_bits = 14, .physical = GENMASK_ULL(51, 12),
	.level = {
		[1] = { .shift = 12, .bits = 1, .leaf = SMALL },
		[2] = { .shift = 13, .bits = 1, .leaf = LARGE(13), .table = TABLE_BITS },
	},
};

static const struct mctl_ptable_format pages8 = {
	.nr_levels = 3, .entry_size = 8, .address_bits = 15, .physical = GENMASK_ULL(51, 12),
	.level = {
		[1] = { .shift = 12, .bits = 1, .leaf = SMALL },
		[2] = { .shift = 13, .bits = 1, .leaf = LARGE(13), .table = TABLE_BITS },
		[3] = { .shift = 14, .bits = 1, .leaf = LARGE(14), .table = TABLE_BITS },
	},
};

/* A state: what next() shows of it, which has nothing of the frames that tables happen to be in. */
struct state {
	u64 leaf[MAX_PAGES]; /* as a leaf of 4 KiB; 0 for a hole */
	u8 level[MAX_PAGES]; /* of the leaf */
};

struct search {
	struct tables t;
	struct state *states;
	u32 nr_states, nr_pages;
	u64 nr_calls;
	u32 hash[HASH_SIZE]; /* number of a state + 1 */
};

static struct search search;

/* What the tables hold, and that they hold together. */
static struct state look(struct tables *t)
{
	struct mctl_ptable_cursor cursor;
	struct mctl_report report = {};
	struct mctl_ptable_step step;
	struct state state = {};

	tap_expect_equal(tables_check(t, &report), 0);
	mctl_ptable_rewind(&t->pt, &cursor);
	while (mctl_ptable_next(&t->pt, &cursor, &step)) {
		u64 pages = mctl_ptable_pages(&t->pt, step.level);

		for (u64 i = 0; step.leaf && i < pages; i++) {
			u64 page = step.address / PAGE + i;

			state.leaf[page] = leaf_as_small(t, step.level, step.entry, i);
			state.level[page] = step.level;
		}
	}
	return state;
}

static void note_state(const struct state *state)
{
	u64 hash = 0xcbf29ce484222325;
	u32 slot;

	for (u32 i = 0; i < sizeof(*state); i++)
		hash = (hash ^ ((const u8 *)state)[i]) * 0x100000001b3;
	for (slot = hash % HASH_SIZE; search.hash[slot]; slot = (slot + 1) % HASH_SIZE) {
		if (!memcmp(&search.states[search.hash[slot] - 1], state, sizeof(*state)))
			return;
	}
	if (!tap_expect(search.nr_states < HASH_SIZE / 2))
		exit(1);
	search.states[search.nr_states++] = *state;
	search.hash[slot] = search.nr_states;
}

/* Build the state in empty tables: leaf by leaf, each in its own size. */
static void build(const struct state *state)
{
	struct tables *t = &search.t;
	u64 pages;

	t->fail_in = NO_FAILURE;
	tap_expect(mctl_ptable_unmap(&t->pt, 0, search.nr_pages) >= 0);
	for (u32 i = 0; i < search.nr_pages; i += pages) {
		u64 leaf = state->leaf[i];
		unsigned int level = state->level[i];

		pages = leaf ? mctl_ptable_pages(&t->pt, level) : 1;
		if (leaf)
			tap_expect_equal(mctl_ptable_map(&t->pt, (u64)i * PAGE, leaf / PAGE, pages,
							 leaf % PAGE, level),
					 0);
	}
	tables_save(t);
}

enum call { MAP, MAP_LARGE, MAP_SHIFTED, MAP_LIST, UNMAP, PROTECT, UNPROTECT, NR_CALLS };

static s64 make_call(enum call call, u32 page, u32 nr)
{
	struct mctl_ptable *pt = &search.t.pt;
	u32 fns[MAX_PAGES];
	u64 address = (u64)page * PAGE;

	for (u32 i = 0; i < nr; i++)
		fns[i] = page + i;
	switch (call) {
	case MAP:
		return mctl_ptable_map(pt, address, page, nr, MCTL_PT_P | MCTL_PT_PAT, 1);
	case MAP_LARGE:
		return mctl_ptable_map(pt, address, page, nr, MCTL_PT_P | MCTL_PT_PAT,
				       pt->format->nr_levels);
	case MAP_SHIFTED:
		return mctl_ptable_map(pt, address, page + 1, nr, MCTL_PT_P | MCTL_PT_PAT,
				       pt->format->nr_levels);
	case MAP_LIST:
		return mctl_ptable_map_frames(pt, address, fns, nr, MCTL_PT_P | MCTL_PT_PAT);
	case UNMAP:
		return mctl_ptable_unmap(pt, address, nr);
	case PROTECT:
		return mctl_ptable_protect(pt, address, nr, MCTL_PT_RW, MCTL_PT_RW);
	default:
		return mctl_ptable_protect(pt, address, nr, MCTL_PT_RW, 0);
	}
}

/* What the call must come to, page by page. Return: what it must return. */
static s64 promise(struct state *state, enum call call, u32 page, u32 nr)
{
	struct state before = *state;
	s64 done = 0;

	for (u32 i = page; i < page + nr; i++) {
		u64 *leaf = &state->leaf[i];

		done += !!*leaf;
		if (call == UNMAP)
			*leaf = 0;
		else if (call == PROTECT)
			*leaf |= *leaf ? MCTL_PT_RW : 0;
		else if (call == UNPROTECT)
			*leaf &= ~MCTL_PT_RW;
		else
			*leaf = (u64)(i + (call == MAP_SHIFTED)) * PAGE + (MCTL_PT_P | MCTL_PT_PAT);
	}
	if (call >= UNMAP)
		return done;
	if (done)
		*state = before;
	return done ? -EEXIST : 0;
}

/* One call on one state, without a failure and with one at each allocation. */
static void edges(const struct state *from, enum call call, u32 page, u32 nr)
{
	struct state want = *from, got;
	s64 answer = promise(&want, call, page, nr);

	for (int fail_in = NO_FAILURE;; fail_in++) {
		s64 ret;

		search.t.fail_in = fail_in;
		search.t.ran_out = false;
		ret = make_call(call, page, nr);
		search.nr_calls++;
		got = look(&search.t);
		if (search.t.ran_out) {
			tap_expect(ret == -ENOMEM);
			tap_expect(tables_unchanged(&search.t));
			continue;
		}
		tap_expect_equal(ret, answer);
		tap_expect(ret >= 0 || tables_unchanged(&search.t));
		tap_expect(!memcmp(got.leaf, want.leaf, sizeof(want.leaf)));
		note_state(&got);
		tables_restore(&search.t);
		/* The call without a failure is done; one that takes no frame is done as well. */
		if (fail_in != NO_FAILURE)
			break;
	}
}

/* @calls: a bit for each enum call. */
static void explore(const struct mctl_ptable_format *format, unsigned int calls)
{
	const struct window window = { 0, 1 };
	struct state empty = {};

	memset(&search, 0, sizeof(search));
	search.nr_pages = 1U << (format->address_bits - 12);
	search.states = malloc(HASH_SIZE / 2 * sizeof(*search.states));
	tables_init(&search.t, format, NR_FRAMES, &window, 1);
	note_state(&empty);
	for (u32 i = 0; i < search.nr_states && !tap_nr_failed; i++) {
		struct state from = search.states[i];

		build(&from);
		for (enum call call = MAP; call < NR_CALLS; call++) {
			if (!(calls & BIT(call)))
				continue;
			for (u32 page = 0; page < search.nr_pages; page++) {
				for (u32 nr = 1; nr <= search.nr_pages - page; nr++)
					edges(&from, call, page, nr);
			}
		}
	}
	tap_note("%u pages: %u states, %llu calls", search.nr_pages, search.nr_states,
		 (unsigned long long)search.nr_calls);
	tables_fini(&search.t);
	free(search.states);
}

static void every_state_of_4_pages(void)
{
	explore(&pages4, BIT(NR_CALLS) - 1);
}

static void every_state_of_8_pages_in_3_levels(void)
{
	unsigned int calls = BIT(MAP) | BIT(MAP_LARGE) | BIT(UNMAP);

	if (getenv("LONG"))
		calls |= BIT(PROTECT) | BIT(UNPROTECT);
	explore(&pages8, calls);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_state_of_4_pages),
	TAP_TEST(every_state_of_8_pages_in_3_levels),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
