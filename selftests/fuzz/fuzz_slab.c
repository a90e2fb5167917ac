// SPDX-License-Identifier: GPL-2.0
/* LINK: core/slab.c core/slab_layout.c slab_fixture.c tap.c */
/*
 * A slab of any layout under calls made of bytes.
 *
 * Promised and looked at: alignment of an object, that nobody else has it,
 * that nobody but its caller writes to it, the constructor's and the poison's
 * bytes, and the answer to every bad free. Objects are damaged as callers do
 * it, by overruns and by writes to free ones: they must be lost, once, and no
 * other. In a part of the inputs any bit is flipped, header and links alike:
 * then no object may be granted twice, and no call leave the slab. Excepted is
 * an object that is not on the list and whose link word the flips made a valid
 * link: nothing but the list tells it from a free one, and other flips may lead
 * the list to it.
 */
#include <linux/bits.h>
#include "fuzz.h"
#include "slab_fixture.h"

#define MAX_BATCH 20

static struct fixture f;
static u32 nr_lost;

static void construct(void *object)
{
	memset(object, 0xc7, 24);
}

/* --- looking ------------------------------------------------------------------------------ */

/* Problems that are not the loss that was brought about. */
static void note_problem(struct mctl_report *report, const struct mctl_problem *problem)
{
	u32 *nr = report->context;

	if (nr_lost && !strcmp(problem->invariant, "slab S9"))
		return;
	fixture_found(report, problem);
	++*nr;
}

static void compare(void)
{
	u32 nr_problems = 0, cached;
	struct mctl_report report = { .found = note_problem, .context = &nr_problems };

	cached = mctl_slab_check(&f.layout, f.slab, f.memory, 7, &report);
	tap_expect_equal(nr_problems, 0);
	tap_expect_equal(cached, f.nr_owned[OWNER_MAGAZINE]);
	tap_expect_equal(f.slab->lost, nr_lost);
	tap_expect_equal(f.slab->inuse, f.nr_owned[OWNER_CALLER] + f.nr_owned[OWNER_MAGAZINE]);
	tap_expect_equal(mctl_slab_nr_free(&f.layout, f.slab), f.nr_owned[OWNER_SLAB]);
	tap_expect_equal(mctl_slab_is_unused(&f.layout, f.slab),
			 !f.nr_owned[OWNER_CALLER] && !f.nr_owned[OWNER_MAGAZINE]);
}

/* The n-th object that @owner has, or -1. */
static int pick(struct fuzz_input *in, enum owner owner)
{
	u32 n;

	if (!f.nr_owned[owner])
		return -1;
	n = fuzz_below(in, f.nr_owned[owner]);
	for (u32 i = 0; i < f.layout.objects; i++)
		if (f.owner[i] == owner && !n--)
			return i;
	return -1;
}

#define OWNER_NOBODY 3 /* lost */

/* An object has no owner any more, and is told of by nothing but the number of the lost. */
static void lose(u32 index)
{
	f.nr_owned[f.owner[index]]--;
	f.owner[index] = OWNER_NOBODY;
	nr_lost++;
}

/* --- calls -------------------------------------------------------------------------------- */

static void expect_fresh(const u8 *object)
{
	tap_expect_equal((uintptr_t)object % f.layout.align, 0);
	for (u32 i = 0; f.layout.ctor && i < 24; i++)
		tap_expect_equal(object[i], 0xc7);
	for (u32 i = 0; f.layout.poison && i < f.layout.size; i++)
		tap_expect_equal(object[i],
				 i == f.layout.size - 1 ? MCTL_POISON_END : MCTL_POISON_FREE);
}

static void take_object(void)
{
	enum mctl_slab_status status = MCTL_SLAB_OK;
	void *object = mctl_slab_alloc(&f.layout, f.slab, &status);

	tap_expect_equal(status, MCTL_SLAB_OK);
	tap_expect_equal(!object, !f.nr_owned[OWNER_SLAB]);
	if (!object)
		return;
	expect_fresh(object);
	fixture_give(&f, fixture_index(&f, object), OWNER_SLAB, OWNER_CALLER);
}

static void ready_to_free(u32 index)
{
	tap_expect(is_marked(&f, index));
	if (f.layout.ctor)
		construct(fixture_object(&f, index));
}

static void give_object(struct fuzz_input *in)
{
	int index = pick(in, OWNER_CALLER);

	if (index < 0)
		return;
	ready_to_free(index);
	tap_expect_equal(free_object(&f, fixture_object(&f, index)), MCTL_SLAB_OK);
	fixture_give(&f, index, OWNER_CALLER, OWNER_SLAB);
}

static void alloc_batch(struct fuzz_input *in)
{
	enum mctl_slab_status status = MCTL_SLAB_OK;
	u32 want = 1 + fuzz_below(in, MAX_BATCH), had = f.nr_owned[OWNER_SLAB], nr;
	bool cached = fuzz_byte(in) & 1;
	void *objects[MAX_BATCH];

	nr = mctl_slab_alloc_batch(&f.layout, f.slab, objects, want, cached, &status);
	tap_expect_equal(status, MCTL_SLAB_OK);
	tap_expect_equal(nr, want < had ? want : had);
	for (u32 i = 0; i < nr; i++) {
		if (!cached) {
			tap_expect_equal(mctl_slab_open(&f.layout, objects[i]), MCTL_SLAB_OK);
			expect_fresh(objects[i]);
		}
		fixture_give(&f, fixture_index(&f, objects[i]), OWNER_SLAB,
			     cached ? OWNER_MAGAZINE : OWNER_CALLER);
	}
}

/* What the inline halves of objects/cache.h do with an object and a magazine. */
static void into_magazine(struct fuzz_input *in)
{
	int index = pick(in, OWNER_CALLER);
	void *object = fixture_object(&f, index);
	u32 number;

	if (index < 0)
		return;
	ready_to_free(index);
	tap_expect_equal(mctl_slab_inspect(&f.layout, f.slab, object, &number), MCTL_SLAB_OK);
	tap_expect_equal(number, index);
	mctl_slab_close(&f.layout, object);
	tap_expect(mctl_slab_mark(&f.layout, object));
	tap_expect(!mctl_slab_mark(&f.layout, object));
	fixture_give(&f, index, OWNER_CALLER, OWNER_MAGAZINE);
}

static void out_of_magazine(struct fuzz_input *in)
{
	bool to_caller = fuzz_byte(in) & 1;
	int index = pick(in, OWNER_MAGAZINE);
	void *object = fixture_object(&f, index);

	if (index < 0)
		return;
	if (to_caller) {
		tap_expect_equal(mctl_slab_open(&f.layout, object), MCTL_SLAB_OK);
		mctl_slab_unmark(&f.layout, object);
		expect_fresh(object);
		fixture_give(&f, index, OWNER_MAGAZINE, OWNER_CALLER);
	} else {
		tap_expect_equal(mctl_slab_free_cached(&f.layout, f.slab, object), MCTL_SLAB_OK);
		tap_expect_equal(mctl_slab_free_cached(&f.layout, f.slab, object), MCTL_SLAB_FREE);
		fixture_give(&f, index, OWNER_MAGAZINE, OWNER_SLAB);
	}
}

/* Every address of the slab but those of objects in use is refused, and changes nothing. */
static void refuse_one(struct fuzz_input *in)
{
	u8 *address = (u8 *)f.memory + fuzz_below(in, mctl_slab_bytes(&f.layout));
	bool inside = address >= (u8 *)f.slab->first;
	u64 offset = address - (u8 *)f.slab->first;
	u64 index = offset / f.layout.stride;
	enum mctl_slab_status expected = MCTL_SLAB_INTERIOR;

	if (inside && offset % f.layout.stride == 0 && index < f.layout.objects) {
		if (f.owner[index] == OWNER_CALLER)
			return;
		expected = f.owner[index] == OWNER_MAGAZINE ? MCTL_SLAB_CACHED : MCTL_SLAB_FREE;
	}
	tap_expect_equal(free_object(&f, address), expected);
}

/* --- what callers do to objects ----------------------------------------------------------- */

/* A caller writes in front of his object or behind it, and frees it. */
static void overrun(struct fuzz_input *in)
{
	bool behind = fuzz_byte(in) & 1;
	int index = pick(in, OWNER_CALLER);
	u8 *object = fixture_object(&f, index);

	if (index < 0 || !f.layout.redzone)
		return;
	object[behind ? (int)f.layout.size : -1] ^= 1 + fuzz_below(in, 255);
	tap_expect_equal(free_object(&f, object),
			 behind ? MCTL_SLAB_REDZONE_RIGHT : MCTL_SLAB_REDZONE_LEFT);
	tap_expect_equal(free_object(&f, object), MCTL_SLAB_FREE);
	lose(index);
}

/* Somebody writes to the object that is granted next. */
static void use_after_free(struct fuzz_input *in)
{
	enum mctl_slab_status status;
	u32 index = f.slab->free - 1;
	u8 *object = fixture_object(&f, index);

	if (!f.layout.poison || !f.nr_owned[OWNER_SLAB])
		return;
	object[fuzz_below(in, f.layout.size)] ^= 1 + fuzz_below(in, 255);
	tap_expect(!mctl_slab_alloc(&f.layout, f.slab, &status));
	tap_expect_equal(status, MCTL_SLAB_POISON);
	lose(index);
}

/* Somebody writes over the link of the object that is granted next: all that is free is lost. */
static void break_list(struct fuzz_input *in)
{
	enum mctl_slab_status status = MCTL_SLAB_OK;
	u64 *link;

	if (!f.nr_owned[OWNER_SLAB])
		return;
	link = mctl_slab_link(&f.layout, fixture_object(&f, f.slab->free - 1));
	/* In the key's bits: a code by itself may be one that could be. */
	*link ^= 1ULL << fuzz_below(in, 48);
	tap_expect(!mctl_slab_alloc(&f.layout, f.slab, &status));
	tap_expect_equal(status, MCTL_SLAB_LINK);
	for (u32 i = 0; i < f.layout.objects; i++)
		if (f.owner[i] == OWNER_SLAB)
			lose(i);
	/* The one whose link it was would count as a caller's. */
	mctl_slab_lose(&f.layout, f.slab, (u8 *)link - f.layout.link);
	f.slab->inuse++;
	f.slab->lost--;
}

static void call(struct fuzz_input *in)
{
	switch (fuzz_byte(in) & 15) {
	case 0 ... 3:
		take_object();
		break;
	case 4 ... 6:
		give_object(in);
		break;
	case 7:
	case 8:
		/* Constructed objects are filled by who has them, one by one. */
		alloc_batch(in);
		break;
	case 9:
	case 10:
		into_magazine(in);
		break;
	case 11:
		out_of_magazine(in);
		break;
	case 12:
		refuse_one(in);
		break;
	case 13:
		overrun(in);
		break;
	case 14:
		use_after_free(in);
		break;
	default:
		if (fuzz_byte(in) < 16)
			break_list(in);
	}
}

/* --- any damage --------------------------------------------------------------------------- */

/* Objects of a caller that flips gave a valid link. */
static bool forged[MAX_OBJECTS];

static bool is_link(u64 code)
{
	return code == MCTL_LINK_END || (code != MCTL_LINK_CACHED && code <= f.layout.objects);
}

static void flip(struct fuzz_input *in)
{
	u32 index = fuzz_below(in, f.layout.objects), bit;

	if (fuzz_byte(in) & 3) {
		bit = fuzz_below(in, 64);
		*mctl_slab_link(&f.layout, fixture_object(&f, index)) ^= 1ULL << bit;
		forged[index] = f.owner[index] == OWNER_CALLER &&
				is_link(mctl_slab_code(&f.layout, fixture_object(&f, index)));
		return;
	}
	bit = fuzz_below(in, 48);
	if (bit < 16)
		f.slab->free ^= 1U << bit;
	else if (bit < 32)
		f.slab->inuse ^= 1U << (bit - 16);
	else
		f.slab->lost ^= 1U << (bit - 32);
}

static void call_damaged(struct fuzz_input *in)
{
	s32 nr_free = mctl_slab_nr_free(&f.layout, f.slab);
	enum mctl_slab_status status = MCTL_SLAB_OK;
	void *objects[MAX_BATCH];
	u32 op = fuzz_byte(in), nr = 0, index;

	switch (op & 3) {
	case 0:
		objects[0] = mctl_slab_alloc(&f.layout, f.slab, &status);
		nr = !!objects[0];
		break;
	case 1:
		nr = mctl_slab_alloc_batch(&f.layout, f.slab, objects,
					   1 + fuzz_below(in, MAX_BATCH), op & 4, &status);
		break;
	case 2:
		index = fuzz_below(in, f.layout.objects);
		status = free_object(&f, fixture_object(&f, index));
		if (status != MCTL_SLAB_INTERIOR)
			f.owner[index] = OWNER_SLAB;
		break;
	default:
		flip(in);
	}
	tap_expect(!nr || (s32)nr <= nr_free);
	for (u32 i = 0; i < nr; i++) {
		index = fixture_index(&f, objects[i]);
		tap_expect(objects[i] >= f.slab->first && index < f.layout.objects);
		tap_expect(f.owner[index] != OWNER_CALLER || forged[index]);
		f.owner[index] = OWNER_CALLER;
		forged[index] = false;
	}
}

/* ------------------------------------------------------------------------------------------ */

static bool build(struct fuzz_input *in)
{
	u32 bits = fuzz_byte(in);
	struct mctl_slab_params params = {
		.size = fuzz_below(in, bits & 0x40 ? 40000 : 512),
		.align = bits & 0x20 ? BIT(fuzz_below(in, 14)) : 0,
		.redzone = bits & 2,
		.poison = bits & 4,
		.random = tap_random(),
		.cookie = tap_random(),
	};

	if (bits & 8 && !params.poison && params.size >= 24)
		params.ctor = construct;
	nr_lost = 0;
	memset(forged, 0, sizeof(forged));
	return fixture_init(&f, &params);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz_input in = fuzz_begin(data, size);
	bool damage = fuzz_below(&in, 4) == 3;

	if (!build(&in))
		return 0;
	while (fuzz_more(&in)) {
		if (damage)
			call_damaged(&in);
		else
			call(&in);
		if (fuzz_op()) {
			if (damage)
				mctl_slab_check(&f.layout, f.slab, f.memory, 0,
						&(struct mctl_report){});
			else
				compare();
		}
		fuzz_judge();
	}
	fixture_fini(&f);
	return 0;
}
