// SPDX-License-Identifier: GPL-2.0
/* LINK: core/vma.c tap.c vma_fixture.c */
/*
 * Every state that the vmas of four pages can get into: from none, every call
 * with every range, with room for what comes of it and without, until no new
 * state is found. After each call the structure is checked, and compared with
 * an array of the attributes of four pages.
 */
#include <linux/bits.h>
#include "vma_fixture.h"

#define NR_PAGES   4
#define HASH_SIZE  BIT(18)
#define MAX_STATES (HASH_SIZE / 2)

/* A state: the vmas as they stand, and what the oracle has beside them. */
struct state {
	struct mctl_vma vma[NR_PAGES];
	struct page page[NR_PAGES];
	u32 nr;
};

static struct state *states;
static u32 nr_states;
static u32 hash[HASH_SIZE]; /* number of a state + 1 */
static struct set set;

static void note_state(void)
{
	struct state state = {};
	const u8 *bytes = (const u8 *)state.vma;
	u64 sum = 0xcbf29ce484222325;
	u32 slot;

	state.nr = set.vmas.nr;
	memcpy(state.vma, set.storage, state.nr * sizeof(*state.vma));
	memcpy(state.page, set.page, sizeof(state.page));
	for (u32 i = 0; i < sizeof(state.vma); i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3;
	for (slot = (sum ^ sum >> 32) % HASH_SIZE; hash[slot]; slot = (slot + 1) % HASH_SIZE) {
		if (!memcmp(states[hash[slot] - 1].vma, state.vma, sizeof(state.vma)))
			return;
	}
	if (!tap_expect(nr_states < MAX_STATES))
		exit(1);
	states[nr_states++] = state;
	hash[slot] = nr_states;
}

static void restore(const struct state *state, u32 capacity)
{
	set.vmas.nr = state->nr;
	set.vmas.nr_pages = 0;
	for (u32 i = 0; i < NR_PAGES; i++)
		set.vmas.nr_pages += state->page[i].there;
	set.vmas.capacity = capacity;
	memcpy(set.storage, state->vma, sizeof(state->vma));
	memcpy(set.page, state->page, sizeof(state->page));
}

/* One call, with room for all that may come of it and for no vma more than there is. */
static void edge(u32 from, const struct arguments *a, u64 *nr_edges)
{
	for (u32 room = 0; room < 2; room++) {
		u32 capacity = room ? states[from].nr : NR_PAGES;

		restore(&states[from], capacity);
		step(&set, a);
		note_state();
		(*nr_edges)++;
	}
}

static void expand_range(u32 from, u32 first, u32 nr, bool flags, u64 *nr_edges)
{
	struct arguments a = { .first = first, .nr = nr };

	a.call = REMOVE;
	edge(from, &a, nr_edges);
	for (u32 rights = 0; rights < 2; rights++) {
		a.rights = rights ? RW : MCTL_VMA_R;
		a.call = PROTECT;
		edge(from, &a, nr_edges);
		/* Anonymous, a file that goes on from page to page, and one that starts here. */
		for (u32 kind = 0; kind < 3; kind++) {
			a.file = kind ? files : NULL;
			a.offset = kind == 1 ? first : 0;
			for (a.call = ADD; a.call <= REPLACE; a.call++)
				edge(from, &a, nr_edges);
		}
		a.file = NULL;
		a.offset = 0;
		if (!flags)
			continue;
		a.call = FLAGS;
		a.set = rights;
		a.clear = !rights;
		edge(from, &a, nr_edges);
		a.set = 0;
		a.clear = 0;
	}
}

/* Return: how many states there are. */
static u32 explore(bool flags)
{
	u64 nr_edges = 0;

	memset(hash, 0, sizeof(hash));
	nr_states = 0;
	states = malloc(MAX_STATES * sizeof(*states));
	set_init(&set, NR_PAGES, NR_PAGES);
	note_state();
	for (u32 i = 0; i < nr_states && !tap_nr_failed; i++) {
		for (u32 first = 0; first < NR_PAGES; first++) {
			for (u32 nr = 1; nr <= NR_PAGES - first; nr++)
				expand_range(i, first, nr, flags, &nr_edges);
		}
	}
	tap_note("%u pages: %u states, %llu transitions", NR_PAGES, nr_states,
		 (unsigned long long)nr_edges);
	free(states);
	return nr_states;
}

/*
 * Page i is none, anonymous, or backed by one of the pages 0 to i of the file,
 * with two kinds of rights: 1 + 2 * (i + 2) attributes.
 */
static void every_state_of_4_pages(void)
{
	tap_expect_equal(explore(false), 5 * 7 * 9 * 11);
}

/* The same with two values of a flag. */
static void every_state_of_4_pages_with_flags(void)
{
	tap_expect_equal(explore(true), 9 * 13 * 17 * 21);
}

static const struct tap_test tests[] = {
	TAP_TEST(every_state_of_4_pages),
	TAP_TEST(every_state_of_4_pages_with_flags),
};

int main(void)
{
	/* The last one is for `make check-long`. */
	return tap_run(tests, ARRAY_SIZE(tests) - !getenv("LONG"));
}
