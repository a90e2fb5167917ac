// SPDX-License-Identifier: GPL-2.0
/* LINK: core/slab.c core/slab_layout.c slab_fixture.c tap.c */
/*
 * Slabs against a naive oracle: layouts of all sizes and options, random
 * calls with the structure checked after each.
 */
#include <linux/align.h>
#include "slab_fixture.h"

static struct mctl_slab_params random_params(u32 size)
{
	struct mctl_slab_params params = {
		.size = size,
		.align = tap_below(2) ? 0 : 1U << tap_below(13),
		.redzone = !tap_below(3),
		.poison = !tap_below(3),
		.random = tap_random(),
		.cookie = tap_random(),
	};

	if (!params.poison && size >= 24 && !tap_below(4))
		params.ctor = fill;
	return params;
}

/* --- layout ------------------------------------------------------------------------------ */

static void expect_layout(const struct mctl_slab_params *params)
{
	struct mctl_slab_layout l;
	u32 header, bytes, last;

	if (!tap_expect_equal(mctl_slab_layout_init(&l, params), 0))
		return;
	bytes = mctl_slab_bytes(&l);
	tap_expect_equal(bytes, 4096U << l.order);
	tap_expect_equal(l.mask, -(u64)bytes);
	header = l.outside ? 0 : sizeof(struct mctl_slab);
	tap_expect(l.objects >= 1 && l.objects < MAX_OBJECTS);
	tap_expect(l.first >= header + l.redzone);
	tap_expect_equal(l.first % l.align, 0);
	tap_expect_equal(l.stride % l.align, 0);
	tap_expect_equal(l.colour_step % l.align, 0);
	tap_expect(l.stride >= params->size);
	tap_expect(!params->align || l.align >= params->align);
	/* The last object of the last colour ends in the slab, with its link. */
	last = l.first + (l.nr_colours - 1) * l.colour_step + (l.objects - 1) * l.stride;
	tap_expect(last + params->size <= bytes);
	tap_expect(last + l.link + 8 <= bytes);
	tap_expect_equal(l.link % 8, 0);
	if (params->redzone || params->poison || params->ctor)
		tap_expect(l.link >= params->size);
	if (params->redzone)
		tap_expect(l.redzone >= 8 && l.link > params->size);
	tap_expect(l.redzone + l.link + 8 <= l.stride || l.link + 8 <= ALIGN(params->size, 8));
	/* A header outside pays only where it saves a large object. */
	if (l.outside)
		tap_expect(l.stride >= bytes / 8);
}

static void layouts_of_all_sizes(void)
{
	for (u32 size = 1; size <= 8192; size++) {
		struct mctl_slab_params params = { .size = size, .random = 1, .cookie = 2 };

		expect_layout(&params);
		params = random_params(size);
		expect_layout(&params);
	}
}

static void powers_of_two_waste_little(void)
{
	for (u32 size = 8; size <= 8192; size *= 2) {
		u32 align = size > 4096 ? 4096 : size;
		struct mctl_slab_params params = { .size = size, .align = align };
		struct mctl_slab_layout l;
		u32 bytes;

		tap_expect_equal(mctl_slab_layout_init(&l, &params), 0);
		bytes = mctl_slab_bytes(&l);
		tap_expect_equal(l.stride, size);
		tap_expect((bytes - l.objects * size) * 16 <= bytes);
		if (size >= 512)
			tap_expect_equal(l.objects * size, bytes);
	}
}

static void refuses_bad_layouts(void)
{
	static const struct mctl_slab_params bad[] = {
		{ .size = 0 },
		{ .size = 32769 },
		{ .size = UINT32_MAX },
		{ .size = 8, .align = 24 },
		{ .size = 8, .align = 8192 },
		{ .size = 8, .align = 0x80000000 },
		{ .size = 32768, .redzone = true },
		{ .size = 64, .poison = true, .ctor = fill },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct mctl_slab_layout l;

		tap_expect(mctl_slab_layout_init(&l, &bad[i]) < 0);
	}
}

/* The division by multiplication, for all offsets of a slab and wild ones. */
static void index_is_exact(void)
{
	for (u32 size = 1; size <= 8192; size += 1 + tap_below(40)) {
		struct mctl_slab_params params = { .size = size };
		struct mctl_slab_layout l;

		mctl_slab_layout_init(&l, &params);
		for (u64 offset = 0; offset < mctl_slab_bytes(&l); offset++) {
			u64 index = mctl_slab_index(&l, offset);

			if (offset % l.stride == 0)
				tap_expect_equal(index, offset / l.stride);
			else
				tap_expect(index >= l.objects);
		}
		for (int i = 0; i < 1000; i++) {
			u64 offset = tap_random() | 1ULL << (16 + tap_below(48));

			tap_expect(mctl_slab_index(&l, offset) >= l.objects);
			tap_expect(mctl_slab_index(&l, -(u64)(i + 1)) >= l.objects);
		}
	}
}

static void colours_differ(void)
{
	struct mctl_slab_params params = { .size = 440, .cookie = tap_random() };
	struct mctl_slab_layout l;
	struct mctl_slab *slab;
	void *first = NULL;
	u32 bytes;

	mctl_slab_layout_init(&l, &params);
	bytes = mctl_slab_bytes(&l);
	slab = aligned_alloc(bytes, bytes);
	tap_expect(l.nr_colours > 1);
	for (u32 colour = 0; colour < 2 * l.nr_colours; colour++) {
		struct mctl_report report = { .found = fixture_found };

		mctl_slab_init(&l, slab, slab, colour);
		tap_expect(slab->first != first);
		first = slab->first;
		mctl_slab_check(&l, slab, slab, colour, &report);
		tap_expect_equal(report.nr_problems, 0);
	}
	free(slab);
}

/* --- random calls ------------------------------------------------------------------------ */

static void alloc_batch(struct fixture *f)
{
	enum mctl_slab_status status = MCTL_SLAB_OK;
	bool cached = tap_below(2);
	u32 want = 1 + tap_below(20);
	u32 had = f->nr_owned[OWNER_SLAB];
	void *objects[20];
	u32 nr;

	nr = mctl_slab_alloc_batch(&f->layout, f->slab, objects, want, cached, &status);
	tap_expect_equal(status, MCTL_SLAB_OK);
	tap_expect_equal(nr, want < had ? want : had);
	for (u32 i = 0; i < nr; i++) {
		if (!cached)
			tap_expect_equal(mctl_slab_open(&f->layout, objects[i]), MCTL_SLAB_OK);
		fixture_give(f, fixture_index(f, objects[i]), OWNER_SLAB,
			     cached ? OWNER_MAGAZINE : OWNER_CALLER);
	}
}

/* What the inline halves of objects/cache.h do with an object and a magazine. */
static void through_magazine(struct fixture *f)
{
	int index = fixture_pick(f, OWNER_CALLER);
	u32 number;

	if (index >= 0 && tap_below(2)) {
		tap_expect(is_marked(f, index) || f->layout.ctor);
		tap_expect_equal(mctl_slab_inspect(&f->layout, f->slab, fixture_object(f, index),
						   &number),
				 MCTL_SLAB_OK);
		if (f->layout.ctor)
			fill(fixture_object(f, index));
		mctl_slab_close(&f->layout, fixture_object(f, index));
		tap_expect(mctl_slab_mark(&f->layout, fixture_object(f, index)));
		tap_expect(!mctl_slab_mark(&f->layout, fixture_object(f, index)));
		fixture_give(f, index, OWNER_CALLER, OWNER_MAGAZINE);
		return;
	}
	index = fixture_pick(f, OWNER_MAGAZINE);
	if (index < 0)
		return;
	if (tap_below(2)) {
		tap_expect_equal(mctl_slab_open(&f->layout, fixture_object(f, index)),
				 MCTL_SLAB_OK);
		*mctl_slab_link(&f->layout, fixture_object(f, index)) = 0;
		fixture_give(f, index, OWNER_MAGAZINE, OWNER_CALLER);
	} else {
		tap_expect_equal(mctl_slab_free_cached(&f->layout, f->slab,
						       fixture_object(f, index)),
				 MCTL_SLAB_OK);
		fixture_give(f, index, OWNER_MAGAZINE, OWNER_SLAB);
	}
}

/* Every address of the slab but those of objects in use is refused, and changes nothing. */
static void refuse_one(struct fixture *f)
{
	u32 offset = tap_below(mctl_slab_bytes(&f->layout));
	u8 *address = (u8 *)f->memory + offset;
	enum mctl_slab_status status;
	int index;

	for (index = f->layout.objects - 1; index >= 0; index--)
		if (fixture_object(f, index) == address)
			break;
	if (index >= 0 && f->owner[index] == OWNER_CALLER)
		return;
	status = free_object(f, address);
	if (index < 0)
		tap_expect_equal(status, MCTL_SLAB_INTERIOR);
	else
		tap_expect_equal(status,
				 f->owner[index] == OWNER_SLAB ? MCTL_SLAB_FREE : MCTL_SLAB_CACHED);
}

static void step(struct fixture *f)
{
	switch (tap_below(8)) {
	case 0:
	case 1:
		alloc_one(f);
		break;
	case 2:
	case 3:
		free_one(f);
		break;
	case 4:
		if (!f->layout.ctor)
			alloc_batch(f);
		break;
	case 5:
	case 6:
		through_magazine(f);
		break;
	default:
		refuse_one(f);
	}
}

static void idle(struct fixture *f)
{
	while (f->nr_owned[OWNER_CALLER])
		free_one(f);
	while (f->nr_owned[OWNER_MAGAZINE])
		through_magazine(f);
	while (f->nr_owned[OWNER_CALLER])
		free_one(f);
	fixture_compare(f);
	tap_expect_equal(f->nr_owned[OWNER_SLAB], f->layout.objects);
}

/* The check finds nothing where nothing is wrong: made after each of many calls. */
static void no_false_alarms(void)
{
	struct mctl_slab_params params = { .size = 200, .align = 8, .random = 99, .cookie = 7 };
	struct mctl_report report = { .found = fixture_found };
	struct fixture f;

	for (u32 round = 0; round < 2; round++) {
		params.redzone = round;
		params.poison = round;
		tap_expect(fixture_init(&f, &params));
		for (u32 i = 0; i < 150000 && !report.nr_problems && !tap_nr_failed; i++) {
			step(&f);
			mctl_slab_check(&f.layout, f.slab, f.memory, 7, &report);
		}
		idle(&f);
		fixture_fini(&f);
	}
	tap_expect_equal(report.nr_problems, 0);
	tap_note("300000 clean runs of %llu tests", (unsigned long long)report.nr_checks);
}

static void random_calls(void)
{
	struct fixture *f = malloc(sizeof(*f));

	for (int i = 0; i < 600 && tap_nr_failed < TAP_MAX_TOLD; i++) {
		struct mctl_slab_params params = random_params(1 + tap_below(1U << tap_below(14)));

		if (!fixture_init(f, &params))
			continue;
		for (int j = 0; j < 300 && tap_nr_failed < TAP_MAX_TOLD; j++) {
			step(f);
			fixture_compare(f);
		}
		idle(f);
		fixture_fini(f);
	}
	free(f);
}

static void statuses_have_words(void)
{
	for (int i = MCTL_SLAB_OK; i <= MCTL_SLAB_LINK + 1; i++)
		tap_expect(strlen(mctl_slab_status_text(i)) > 5);
}

int main(void)
{
	static const struct tap_test tests[] = {
		TAP_TEST(layouts_of_all_sizes), TAP_TEST(powers_of_two_waste_little),
		TAP_TEST(refuses_bad_layouts),	TAP_TEST(index_is_exact),
		TAP_TEST(colours_differ),	TAP_TEST(random_calls),
		TAP_TEST(no_false_alarms),	TAP_TEST(statuses_have_words),
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
