// SPDX-License-Identifier: GPL-2.0
/* LINK: core/slab.c core/slab_layout.c slab_fixture.c tap.c */
/*
 * Every state that two slabs of four objects can get into: each call that is
 * possible in a state, good and bad, is made from it, and the structure is
 * checked after each. A state is who has each object, and the order of the
 * free lists: 168 for one slab, 168 * 168 for two.
 */
#include "slab_fixture.h"

#define NR_SLABS   2
#define NR_OBJECTS 4
#define MAX_STATES 65536

/**
 * struct state - what has to be put back to be in a state again
 * @free: of each slab's header
 * @inuse: of each slab's header
 * @link: of each object
 * @owner: of each object
 */
struct state {
	u16 free[NR_SLABS];
	u16 inuse[NR_SLABS];
	u64 link[NR_SLABS][NR_OBJECTS];
	u8 owner[NR_SLABS][NR_OBJECTS];
};

static struct fixture slabs[NR_SLABS];
static struct state states[MAX_STATES];
static u32 nr_states;
static u64 nr_calls;
static bool seen[1U << (NR_SLABS * 14)];

static void save(struct state *state)
{
	for (u32 s = 0; s < NR_SLABS; s++) {
		state->free[s] = slabs[s].slab->free;
		state->inuse[s] = slabs[s].slab->inuse;
		for (u32 i = 0; i < NR_OBJECTS; i++) {
			state->link[s][i] =
				*mctl_slab_link(&slabs[s].layout, fixture_object(&slabs[s], i));
			state->owner[s][i] = slabs[s].owner[i];
		}
	}
}

static void restore(const struct state *state)
{
	for (u32 s = 0; s < NR_SLABS; s++) {
		struct fixture *f = &slabs[s];

		f->slab->free = state->free[s];
		f->slab->inuse = state->inuse[s];
		f->slab->lost = 0;
		memset(f->nr_owned, 0, sizeof(f->nr_owned));
		for (u32 i = 0; i < NR_OBJECTS; i++) {
			*mctl_slab_link(&f->layout, fixture_object(f, i)) = state->link[s][i];
			f->owner[i] = state->owner[s][i];
			f->nr_owned[f->owner[i]]++;
		}
	}
}

/* 2 bits for each owner, then 2 bits for each step of the free list. */
static u32 number_of(const struct fixture *f)
{
	u32 number = 0, code = f->slab->free;

	for (u32 i = 0; i < NR_OBJECTS; i++)
		number = number << 2 | f->owner[i];
	for (u32 i = 0; i < NR_OBJECTS - 1; i++) {
		number <<= 2;
		if (code == MCTL_LINK_END)
			continue;
		number |= code - 1;
		code = mctl_slab_code(&f->layout, fixture_object(f, code - 1));
	}
	return number;
}

/* After a call: check, and remember the state if it is new. */
static void arrive(void)
{
	u32 number = 0;

	nr_calls++;
	for (u32 s = 0; s < NR_SLABS; s++) {
		fixture_compare(&slabs[s]);
		number = number << 14 | number_of(&slabs[s]);
	}
	if (seen[number] || !tap_expect(nr_states < MAX_STATES))
		return;
	seen[number] = true;
	save(&states[nr_states++]);
}

static void try_alloc(struct fixture *f, u32 want, bool cached)
{
	enum mctl_slab_status status = MCTL_SLAB_OK;
	u32 had = f->nr_owned[OWNER_SLAB];
	void *objects[NR_OBJECTS];
	u32 nr;

	nr = mctl_slab_alloc_batch(&f->layout, f->slab, objects, want, cached, &status);
	tap_expect_equal(status, MCTL_SLAB_OK);
	tap_expect_equal(nr, want < had ? want : had);
	for (u32 i = 0; i < nr; i++)
		fixture_give(f, fixture_index(f, objects[i]), OWNER_SLAB,
			     cached ? OWNER_MAGAZINE : OWNER_CALLER);
}

static void try_object(struct fixture *f, u32 index, bool from_magazine)
{
	void *object = fixture_object(f, index);
	enum mctl_slab_status status;

	if (from_magazine && f->owner[index] == OWNER_MAGAZINE) {
		status = mctl_slab_free_cached(&f->layout, f->slab, object);
		tap_expect_equal(status, MCTL_SLAB_OK);
		fixture_give(f, index, OWNER_MAGAZINE, OWNER_SLAB);
	} else if (from_magazine && f->owner[index] == OWNER_SLAB) {
		status = mctl_slab_free_cached(&f->layout, f->slab, object);
		tap_expect_equal(status, MCTL_SLAB_FREE);
	} else if (!from_magazine) {
		status = free_object(f, object);
		switch (f->owner[index]) {
		case OWNER_CALLER:
			tap_expect_equal(status, MCTL_SLAB_OK);
			fixture_give(f, index, OWNER_CALLER, OWNER_SLAB);
			break;
		case OWNER_MAGAZINE:
			tap_expect_equal(status, MCTL_SLAB_CACHED);
			break;
		default:
			tap_expect_equal(status, MCTL_SLAB_FREE);
		}
	}
}

static void try_all(const struct state *from, u32 s)
{
	struct fixture *f = &slabs[s];

	for (u32 want = 1; want <= NR_OBJECTS; want++) {
		for (u32 cached = 0; cached < 2; cached++) {
			restore(from);
			try_alloc(f, want, cached);
			arrive();
		}
	}
	for (u32 index = 0; index < NR_OBJECTS; index++) {
		for (u32 from_magazine = 0; from_magazine < 2; from_magazine++) {
			restore(from);
			try_object(f, index, from_magazine);
			arrive();
		}
		/* An address inside of an object, whoever has it. */
		restore(from);
		tap_expect_equal(free_object(f, (u8 *)fixture_object(f, index) + 8),
				 MCTL_SLAB_INTERIOR);
	}
}

static void two_slabs_of_four(void)
{
	struct mctl_slab_params params = { .size = 2000,
					   .random = tap_random(),
					   .cookie = tap_random() };

	for (u32 s = 0; s < NR_SLABS; s++) {
		tap_expect(fixture_init(&slabs[s], &params));
		if (!tap_expect_equal(slabs[s].layout.objects, NR_OBJECTS))
			return;
	}
	arrive();
	for (u32 i = 0; i < nr_states && tap_nr_failed < TAP_MAX_TOLD; i++)
		for (u32 s = 0; s < NR_SLABS; s++)
			try_all(&states[i], s);
	tap_note("2 slabs of 4 objects: %u states, %llu transitions", nr_states,
		 (unsigned long long)nr_calls - 1);
	tap_expect_equal(nr_states, 168 * 168);
	for (u32 s = 0; s < NR_SLABS; s++)
		fixture_fini(&slabs[s]);
}

int main(void)
{
	static const struct tap_test tests[] = { TAP_TEST(two_slabs_of_four) };

	return tap_run(tests, ARRAY_SIZE(tests));
}
