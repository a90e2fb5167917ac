// SPDX-License-Identifier: GPL-2.0
/* LINK: core/buddy.c core/buddy_alloc.c core/buddy_aside.c core/buddy_check.c core/table.c */
/* LINK: buddy_fixture.c tap.c */
/*
 * Exhaustive search of the buddy allocator: every state that any sequence of
 * calls can bring a small zone into, the order of the free lists included,
 * and every call from each of them. The invariants are checked after each.
 *
 * A state is the state bytes and the free lists; a state is reached again by
 * writing these into an empty zone. Kept are a hash set and a queue.
 */
#include <linux/bitops.h>
#include <linux/limits.h>
#include "buddy_fixture.h"

#define MAX_PAGES 12
#define MAX_KEY	  (MAX_PAGES + MAX_PAGES + 4)

/* State bytes, then the blocks of each list with 0xff behind the list. */
struct key {
	u8 bytes[MAX_KEY];
};

struct search {
	struct fixture zone;
	u32 nr_pages;
	unsigned int max_order;
	struct key *states;
	u32 nr_states, nr_allocated;
	u32 *slots; /* number of a state + 1, by hash */
	u32 nr_slots;
	u64 nr_edges;
};

static void encode(const struct search *s, struct key *key)
{
	const struct mctl_table *table = &s->zone.table;
	u32 at = s->nr_pages;

	memset(key, 0, sizeof(*key));
	memcpy(key->bytes, table->state, s->nr_pages);
	for (unsigned int order = 0; order <= s->max_order; order++) {
		u32 fn = fixture_first(&s->zone, 0, order);

		for (; fn != MCTL_FN_NONE && at < MAX_KEY; fn = mctl_table_next(table, fn, order))
			key->bytes[at++] = fn;
		if (at < MAX_KEY)
			key->bytes[at++] = 0xff;
	}
}

static void decode(struct search *s, const struct key *key)
{
	struct mctl_buddy *buddy = &s->zone.buddy[0];
	struct mctl_area *area = &buddy->area[MCTL_MT_MOVABLE];
	struct mctl_table *table = &s->zone.table;
	struct mctl_lists *lists = table->lists;
	u32 at = s->nr_pages;

	mctl_buddy_init(buddy, table, 0);
	buddy->nr_frames = s->nr_pages;
	memcpy(table->state, key->bytes, s->nr_pages);
	memset(table->link, 0xa5, s->nr_pages * sizeof(*table->link));
	memset(lists, 0xa5, sizeof(*lists));
	lists->mask = 0;
	lists->single = 0;
	for (unsigned int order = 0; order <= s->max_order; order++) {
		u32 prev = MCTL_FN_NONE;

		for (; key->bytes[at] != 0xff; at++) {
			u32 fn = key->bytes[at];

			if (prev == MCTL_FN_NONE)
				lists->head[order] = fn;
			else
				table->link[prev].next = fn;
			table->link[fn].prev = prev;
			table->link[fn].next = MCTL_FN_NONE;
			prev = fn;
			area->nr_free[order]++;
			lists->single |= area->nr_free[order] == 1 ? 1U << order : 0;
			lists->single &= area->nr_free[order] > 1 ? ~(1U << order) : U16_MAX;
			buddy->nr_free += 1U << order;
			lists->mask |= 1U << order;
		}
		at++;
	}
	if (!lists->mask)
		return;
	lists->next = MCTL_FN_NONE;
	lists->prev = MCTL_FN_NONE;
	area->head[__fls(lists->mask)] = 0;
	area->mask = 1U << __fls(lists->mask);
}

/* Note the zone's state if it is new. */
static void visit(struct search *s)
{
	u64 hash = 0xcbf29ce484222325ULL;
	struct key key;
	u32 slot;

	encode(s, &key);
	for (u32 i = 0; i < MAX_KEY; i++)
		hash = (hash ^ key.bytes[i]) * 0x100000001b3ULL;
	for (slot = hash >> 20 & (s->nr_slots - 1); s->slots[slot];
	     slot = (slot + 1) & (s->nr_slots - 1))
		if (!memcmp(&s->states[s->slots[slot] - 1], &key, sizeof(key)))
			return;
	if (s->nr_states == s->nr_allocated) {
		s->nr_allocated *= 2;
		s->states = realloc(s->states, s->nr_allocated * sizeof(*s->states));
	}
	s->states[s->nr_states++] = key;
	s->slots[slot] = s->nr_states;
}

static bool check_edge(struct search *s, const char *call, u32 state, u32 argument)
{
	struct mctl_report report = { .found = fixture_tell };

	s->nr_edges++;
	mctl_buddy_check(&s->zone.buddy[0], &report);
	if (tap_expect_equal(report.nr_problems, 0))
		return true;
	tap_note("after %s %u in state %u", call, argument, state);
	return false;
}

static void expand_alloc(struct search *s, u32 state, unsigned int order, unsigned int mt)
{
	struct mctl_buddy *buddy = &s->zone.buddy[0];
	bool possible = false;
	u32 fn;

	decode(s, &s->states[state]);
	for (unsigned int i = order; i <= s->max_order; i++)
		possible |= mctl_buddy_nr_blocks(buddy, i) != 0;
	fn = mctl_buddy_alloc(buddy, order, mt, MCTL_KIND_USED);
	tap_expect_equal(fn != MCTL_FN_NONE, possible);
	if (fn != MCTL_FN_NONE)
		tap_expect_equal(s->zone.table.state[fn], MCTL_STATE(MCTL_KIND_USED, order));
	if (check_edge(s, mt == MCTL_MT_MOVABLE ? "alloc" : "unmovable alloc", state, order))
		visit(s);
}

static void expand(struct search *s, u32 state)
{
	for (unsigned int order = 0; order <= s->max_order; order++) {
		expand_alloc(s, state, order, MCTL_MT_MOVABLE);
		/* From pageblocks of another migratetype. */
		expand_alloc(s, state, order, MCTL_MT_UNMOVABLE);
	}
	for (u32 fn = 0; fn < s->nr_pages; fn++) {
		u8 byte = s->states[state].bytes[fn];

		if (mctl_state_kind(byte) != MCTL_KIND_USED)
			continue;
		decode(s, &s->states[state]);
		mctl_buddy_free(&s->zone.buddy[0], fn, mctl_state_order(byte));
		if (check_edge(s, "free", state, fn))
			visit(s);
	}
}

/* Zone of the given chunks; prints how many states there are and how many calls were tried. */
static u32 search_all(const unsigned int *orders, unsigned int nr)
{
	struct search s = { .nr_allocated = 1024, .nr_slots = 1U << 22 };
	u32 nr_states;

	fixture_init(&s.zone, 1, 1);
	for (unsigned int i = 0; i < nr; i++) {
		fixture_add(&s.zone, s.nr_pages, orders[i]);
		s.nr_pages += 1U << orders[i];
		s.max_order = orders[i] > s.max_order ? orders[i] : s.max_order;
	}
	s.states = malloc(s.nr_allocated * sizeof(*s.states));
	s.slots = calloc(s.nr_slots, sizeof(*s.slots));
	visit(&s);
	for (u32 i = 0; i < s.nr_states && !tap_nr_failed; i++)
		expand(&s, i);
	tap_note("%u pages: %u states, %llu transitions", s.nr_pages, s.nr_states,
		 (unsigned long long)s.nr_edges);
	nr_states = s.nr_states;
	free(s.states);
	free(s.slots);
	fixture_fini(&s.zone);
	return nr_states;
}

static void all_states_of_8_pages(void)
{
	static const unsigned int orders[] = { 3 };

	tap_expect(search_all(orders, ARRAY_SIZE(orders)) > 1000);
}

static void all_states_of_7_pages_in_3_chunks(void)
{
	static const unsigned int orders[] = { 2, 1, 0 };

	tap_expect(search_all(orders, ARRAY_SIZE(orders)) > 200);
}

static void all_states_of_12_pages(void)
{
	static const unsigned int orders[] = { 3, 2 };

	tap_expect(search_all(orders, ARRAY_SIZE(orders)) > 100000);
}

static const struct tap_test tests[] = {
	TAP_TEST(all_states_of_8_pages),
	TAP_TEST(all_states_of_7_pages_in_3_chunks),
	TAP_TEST(all_states_of_12_pages),
};

int main(void)
{
	/* The last one takes a minute and is for `make check-long`. */
	return tap_run(tests, ARRAY_SIZE(tests) - !getenv("LONG"));
}
