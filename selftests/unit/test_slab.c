// SPDX-License-Identifier: GPL-2.0
/* LINK: core/slab.c core/slab_layout.c */
/*
 * Slabs against a naive oracle: layouts of all sizes and options, random
 * calls with the structure checked after each, every bad free, and one
 * planted fault for each line of the check.
 */
#include "slab_fixture.h"

static void fill(void *object)
{
	memset(object, 0xc7, 24);
}

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

static void alloc_one(struct fixture *f)
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

static void free_one(struct fixture *f)
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

/* What the inline halves of mm/cache.h do with an object and a magazine. */
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

/* --- bad frees and damage ---------------------------------------------------------------- */

/* One bit in front of an object or behind it: the object is lost, all others are not. */
static void overruns_lose_the_object(void)
{
	struct mctl_slab_params params = { .size = 60, .redzone = true };
	static struct fixture f;

	for (u32 bit = 0; bit < 16; bit++) {
		bool behind = bit & 8;
		u8 *object;
		u32 index;

		params.random = tap_random();
		params.cookie = tap_random();
		fixture_init(&f, &params);
		for (u32 i = 0; i < 5; i++)
			alloc_one(&f);
		index = fixture_pick(&f, OWNER_CALLER);
		object = fixture_object(&f, index);
		object[behind ? 60 : -1] ^= 1U << (bit & 7);
		tap_expect_equal(free_object(&f, object),
				 behind ? MCTL_SLAB_REDZONE_RIGHT : MCTL_SLAB_REDZONE_LEFT);
		tap_expect_equal(free_object(&f, object), MCTL_SLAB_FREE);
		tap_expect_equal(f.slab->lost, 1);
		tap_expect_equal(f.slab->inuse, 4);
		f.owner[index] = OWNER_MAGAZINE;
		f.nr_owned[OWNER_CALLER]--;
		while (f.nr_owned[OWNER_CALLER])
			free_one(&f);
		tap_expect_equal(f.slab->inuse, 0);
		while (f.nr_owned[OWNER_SLAB] > 1)
			alloc_one(&f);
		fixture_fini(&f);
	}
}

static void use_after_free_is_told(void)
{
	struct mctl_slab_params params = {
		.size = 100, .poison = true, .random = tap_random(), .cookie = tap_random()
	};
	enum mctl_slab_status status;
	static struct fixture f;
	u32 index;

	fixture_init(&f, &params);
	index = f.slab->free - 1;
	((u8 *)fixture_object(&f, index))[tap_below(100)] ^= 1U << tap_below(8);
	tap_expect(!mctl_slab_alloc(&f.layout, f.slab, &status));
	tap_expect_equal(status, MCTL_SLAB_POISON);
	tap_expect_equal(f.slab->lost, 1);
	/* It is nobody's: neither granted again, nor taken back. */
	tap_expect_equal(free_object(&f, fixture_object(&f, index)), MCTL_SLAB_FREE);
	for (u32 i = 1; i < f.layout.objects; i++)
		tap_expect(mctl_slab_alloc(&f.layout, f.slab, &status) !=
			   fixture_object(&f, index));
	tap_expect(!mctl_slab_alloc(&f.layout, f.slab, &status));
	tap_expect_equal(status, MCTL_SLAB_OK);
	fixture_fini(&f);
}

/* Any bit of any link on the list: an allocation meets it, and no object is granted twice. */
/* A slab that says it has no object left grants none, whatever its list says. */
static void damaged_counts_lose_the_list(void)
{
	struct mctl_slab_params params = { .size = 200, .random = 5, .cookie = 6 };
	enum mctl_slab_status status;
	static struct fixture f;

	for (u32 lost = 0; lost < 2; lost++) {
		fixture_init(&f, &params);
		tap_expect(mctl_slab_alloc(&f.layout, f.slab, &status));
		if (lost)
			f.slab->lost = f.layout.objects - 1;
		else
			f.slab->inuse = f.layout.objects;
		tap_expect(!mctl_slab_alloc(&f.layout, f.slab, &status));
		tap_expect_equal(status, MCTL_SLAB_LINK);
		tap_expect_equal(f.slab->inuse + f.slab->lost, f.layout.objects);
		tap_expect_equal(f.slab->free, MCTL_LINK_END);
		fixture_fini(&f);
	}
}

static void damaged_links_lose_the_list(void)
{
	struct mctl_slab_params params = { .size = 200,
					   .random = tap_random(),
					   .cookie = tap_random() };
	static struct fixture f;

	for (u32 bit = 0; bit < 64; bit++) {
		enum mctl_slab_status status = MCTL_SLAB_OK;
		u32 granted = 0, index;
		void *object;

		fixture_init(&f, &params);
		index = tap_below(f.layout.objects);
		*mctl_slab_link(&f.layout, fixture_object(&f, index)) ^= 1ULL << bit;
		for (u32 i = 0; i < 2 * f.layout.objects; i++) {
			object = mctl_slab_alloc(&f.layout, f.slab, &status);
			if (!object)
				break;
			fixture_give(&f, fixture_index(&f, object), OWNER_SLAB, OWNER_CALLER);
			granted++;
		}
		tap_expect(granted <= f.layout.objects);
		tap_expect(f.slab->inuse + f.slab->lost == f.layout.objects);
		tap_expect(granted == f.layout.objects || f.slab->lost);
		fixture_fini(&f);
	}
}

/* A caller's word that is half a key: the quick look does not tell, the long one frees it. */
static void half_a_key_is_a_callers(void)
{
	struct mctl_slab_params params = { .size = 64,
					   .random = tap_random(),
					   .cookie = tap_random() };
	static struct fixture f;

	for (u32 bit = 32; bit < 48; bit++) {
		void *object;
		int index;

		fixture_init(&f, &params);
		alloc_one(&f);
		index = fixture_pick(&f, OWNER_CALLER);
		object = fixture_object(&f, index);
		*mctl_slab_link(&f.layout, object) = mctl_slab_key(&f.layout, object) ^ 1ULL << bit;
		tap_expect(!mctl_slab_mark(&f.layout, object));
		tap_expect_equal(free_object(&f, object), MCTL_SLAB_OK);
		fixture_give(&f, index, OWNER_CALLER, OWNER_SLAB);
		fixture_compare(&f);
		fixture_fini(&f);
	}
}

/* --- each line of the check -------------------------------------------------------------- */

struct expected {
	const char *invariant;
	bool met;
};

static void meet(struct mctl_report *report, const struct mctl_problem *problem)
{
	struct expected *expected = report->context;

	if (!strcmp(problem->invariant, expected->invariant))
		expected->met = true;
}

static bool check_finds(const struct fixture *f, const char *invariant)
{
	struct expected expected = { .invariant = invariant };
	struct mctl_report report = { .found = meet, .context = &expected };

	mctl_slab_check(&f->layout, f->slab, f->memory, 0, &report);
	return expected.met && report.nr_problems;
}

static void some_in_use(struct fixture *f)
{
	struct mctl_slab_params params = { .size = 60,
					   .redzone = true,
					   .poison = true,
					   .random = tap_random(),
					   .cookie = tap_random() };

	fixture_init(f, &params);
	for (int i = 0; i < 10; i++)
		alloc_one(f);
	for (int i = 0; i < 4; i++)
		free_one(f);
	fixture_compare(f);
}

/* Flip each bit of @size bytes at @field: the check must find it; then repair. */
static void expect_found(struct fixture *f, void *field, u32 size, const char *invariant)
{
	for (u32 bit = 0; bit < size * 8; bit++) {
		u8 *byte = (u8 *)field + bit / 8;

		*byte ^= 1U << (bit & 7);
		if (!tap_expect(check_finds(f, invariant)))
			tap_note("bit %u of %s", bit, invariant);
		*byte ^= 1U << (bit & 7);
	}
	fixture_compare(f);
}

static void check_finds_header_damage(void)
{
	static struct fixture f;

	some_in_use(&f);
	expect_found(&f, &f.slab->cookie, sizeof(f.slab->cookie), "slab S1");
	expect_found(&f, &f.slab->first, sizeof(f.slab->first), "slab S2");
	expect_found(&f, &f.slab->inuse, sizeof(f.slab->inuse), "slab S3");
	expect_found(&f, &f.slab->lost, sizeof(f.slab->lost), "slab S9");
	f.slab->free = f.layout.objects + 1;
	tap_expect(check_finds(&f, "slab S4"));
	fixture_fini(&f);
}

static void check_finds_object_damage(void)
{
	static struct fixture f;
	u64 *link, word;
	u32 free, used;

	some_in_use(&f);
	free = fixture_pick(&f, OWNER_SLAB);
	used = fixture_pick(&f, OWNER_CALLER);
	expect_found(&f, (u8 *)fixture_object(&f, used) + 60, 4, "slab S7");
	expect_found(&f, (u8 *)fixture_object(&f, used) - 8, 8, "slab S7");
	expect_found(&f, (u8 *)fixture_object(&f, free) + 60, 4, "slab S7");
	expect_found(&f, fixture_object(&f, free), 60, "slab S8");

	link = mctl_slab_link(&f.layout, fixture_object(&f, f.slab->free - 1));
	word = *link;
	*link ^= 1ULL << 40;
	tap_expect(check_finds(&f, "slab S4"));
	*link = mctl_slab_word(&f.layout, fixture_object(&f, f.slab->free - 1), f.slab->free);
	tap_expect(check_finds(&f, "slab S5"));
	*link = word;
	link = mctl_slab_link(&f.layout, fixture_object(&f, used));
	*link = mctl_slab_word(&f.layout, fixture_object(&f, used), MCTL_LINK_END);
	tap_expect(check_finds(&f, "slab S6"));
	fixture_fini(&f);
}

static void statuses_have_words(void)
{
	for (int i = MCTL_SLAB_OK; i <= MCTL_SLAB_LINK + 1; i++)
		tap_expect(strlen(mctl_slab_status_text(i)) > 5);
}

int main(void)
{
	static const struct tap_test tests[] = {
		TAP_TEST(layouts_of_all_sizes),
		TAP_TEST(powers_of_two_waste_little),
		TAP_TEST(refuses_bad_layouts),
		TAP_TEST(index_is_exact),
		TAP_TEST(colours_differ),
		TAP_TEST(random_calls),
		TAP_TEST(no_false_alarms),
		TAP_TEST(overruns_lose_the_object),
		TAP_TEST(use_after_free_is_told),
		TAP_TEST(damaged_links_lose_the_list),
		TAP_TEST(damaged_counts_lose_the_list),
		TAP_TEST(half_a_key_is_a_callers),
		TAP_TEST(check_finds_header_damage),
		TAP_TEST(check_finds_object_damage),
		TAP_TEST(statuses_have_words),
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
