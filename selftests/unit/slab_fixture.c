// SPDX-License-Identifier: GPL-2.0
/*
 * One slab and its oracle: which objects are whose, and what a caller wrote
 * into its own.
 */
#include <linux/align.h>
#include "slab_fixture.h"

/* Prints what a check found, unless the test expects it. */
void fixture_found(struct mctl_report *report, const struct mctl_problem *problem)
{
	tap_note("%s: %s %llu: %s: expected %llu, found %llu", problem->invariant, problem->object,
		 (unsigned long long)problem->index, problem->field,
		 (unsigned long long)problem->expected, (unsigned long long)problem->found);
}

/* Return: false when there is no such layout. */
bool fixture_init(struct fixture *f, const struct mctl_slab_params *params)
{
	u32 bytes;

	memset(f, 0, sizeof(*f));
	if (mctl_slab_layout_init(&f->layout, params))
		return false;
	bytes = mctl_slab_bytes(&f->layout);
	f->memory = aligned_alloc(bytes, bytes);
	memset(f->memory, 0x5c, bytes);
	f->slab = f->layout.outside ? &f->outside : f->memory;
	mctl_slab_init(&f->layout, f->slab, f->memory, tap_below(1000));
	f->nr_owned[OWNER_SLAB] = f->layout.objects;
	return true;
}

void fixture_fini(struct fixture *f)
{
	free(f->memory);
}

void *fixture_object(const struct fixture *f, u32 index)
{
	return (char *)f->slab->first + (size_t)index * f->layout.stride;
}

u32 fixture_index(const struct fixture *f, const void *object)
{
	size_t offset = (const char *)object - (const char *)f->slab->first;

	tap_expect_equal(offset % f->layout.stride, 0);
	return offset / f->layout.stride;
}

bool is_marked(const struct fixture *f, u32 index)
{
	const u8 *bytes = fixture_object(f, index);

	for (u32 i = 0; i < f->layout.size; i++)
		if (bytes[i] != f->mark[index])
			return false;
	return true;
}

/* An object changed hands. */
void fixture_give(struct fixture *f, u32 index, enum owner from, enum owner to)
{
	if (!tap_expect(index < f->layout.objects) || !tap_expect_equal(f->owner[index], from))
		return;
	f->owner[index] = to;
	f->nr_owned[from]--;
	f->nr_owned[to]++;
	if (to == OWNER_CALLER) {
		f->mark[index] = tap_random();
		memset(fixture_object(f, index), f->mark[index], f->layout.size);
	}
}

/* What the slab says to the free of an address. */
enum mctl_slab_status free_object(struct fixture *f, void *address)
{
	u32 index;

	return mctl_slab_free(&f->layout, f->slab, address, &index);
}

/* The structure, and the oracle's counts beside the header's. */
void fixture_compare(const struct fixture *f)
{
	struct mctl_report report = { .found = fixture_found };
	u32 cached;

	cached = mctl_slab_check(&f->layout, f->slab, f->memory, 7, &report);
	tap_expect_equal(report.nr_problems, 0);
	tap_expect_equal(cached, f->nr_owned[OWNER_MAGAZINE]);
	tap_expect_equal(f->slab->inuse, f->layout.objects - f->nr_owned[OWNER_SLAB]);
	tap_expect_equal(mctl_slab_is_unused(&f->layout, f->slab),
			 f->nr_owned[OWNER_SLAB] == f->layout.objects);
}

/* A random object that @owner has, or -1. */
int fixture_pick(const struct fixture *f, enum owner owner)
{
	u32 nr = f->nr_owned[owner] ? tap_below(f->nr_owned[owner]) : 0;

	for (u32 i = 0; f->nr_owned[owner] && i < f->layout.objects; i++)
		if (f->owner[i] == owner && !nr--)
			return i;
	return -1;
}

/* A constructor, and what it leaves in an object. */
void fill(void *object)
{
	memset(object, 0xc7, 24);
}

void alloc_one(struct fixture *f)
{
	enum mctl_slab_status status = MCTL_SLAB_OK;
	void *object;

	object = mctl_slab_alloc(&f->layout, f->slab, &status);
	tap_expect_equal(status, MCTL_SLAB_OK);
	tap_expect_equal(!object, !f->nr_owned[OWNER_SLAB]);
	if (!object)
		return;
	tap_expect_equal((uintptr_t)object % f->layout.align, 0);
	if (f->layout.ctor)
		tap_expect(*(u8 *)object == 0xc7 && ((u8 *)object)[23] == 0xc7);
	fixture_give(f, fixture_index(f, object), OWNER_SLAB, OWNER_CALLER);
}

void free_one(struct fixture *f)
{
	int index = fixture_pick(f, OWNER_CALLER);

	if (index < 0)
		return;
	tap_expect(is_marked(f, index));
	if (f->layout.ctor)
		fill(fixture_object(f, index));
	tap_expect_equal(free_object(f, fixture_object(f, index)), MCTL_SLAB_OK);
	fixture_give(f, index, OWNER_CALLER, OWNER_SLAB);
}
