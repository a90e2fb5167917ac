// SPDX-License-Identifier: GPL-2.0
/* LINK: core/slab.c core/slab_layout.c damage.c slab_fixture.c tap.c */
/*
 * Slabs with damage: every bad free, what is lost to damage and what is not, and
 * for each line of the check a planted fault, of which it has to say where it is.
 */
#include <linux/bits.h>
#include "damage.h"
#include "slab_fixture.h"

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

#define NUMBER 4242 /* of the slab, as its cache would have it */

/* A line is said of the slab, once, and @nr_problems of them. */
static void expect_found_at(const struct fixture *f, int line, u64 nr_problems, const char *what,
			    u64 expected, u64 found)
{
	struct damage damage;
	char wanted[160];
	u32 cached;
	/* "S1: cookie" */
	int length = strcspn(what, ":");

	snprintf(wanted, sizeof(wanted), "slab %.*s: slab %u%s: expected %#llx, found %#llx",
		 length, what, NUMBER, what + length, (unsigned long long)expected,
		 (unsigned long long)found);
	damage_init(&damage, wanted);
	cached = mctl_slab_check(&f->layout, f->slab, f->memory, NUMBER, &damage.report);
	damage_expect_at(&damage, nr_problems, __FILE__, line);
	/* Of a slab that is none nothing is looked at. */
	if (!strncmp(what, "S1", 2) || !strncmp(what, "S2", 2))
		tap_expect_equal(cached, 0);
}

#define expect_found(f, nr_problems, what, expected, found) \
	expect_found_at(f, __LINE__, nr_problems, what, expected, found)

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

/* Turn over bit @bit of the bytes at @field. */
static void flip(void *field, u32 bit)
{
	((u8 *)field)[bit / 8] ^= 1U << (bit & 7);
}

/* Flip each bit of @size bytes at @field: the check must say so; then repair. */
#define expect_each_bit(f, field, size, nr_problems, what, expected, found)  \
	do {                                                                 \
		for (u32 bit = 0; bit / 8 < (size); bit++) {                 \
			flip(field, bit);                                    \
			expect_found(f, nr_problems, what, expected, found); \
			flip(field, bit);                                    \
		}                                                            \
		fixture_compare(f);                                          \
	} while (0)

static void check_finds_header_damage(void)
{
	static struct fixture f;
	u32 objects;
	u64 cookie;

	some_in_use(&f);
	objects = f.layout.objects;
	cookie = f.slab->cookie;
	tap_expect_equal(f.slab->inuse, 6);
	expect_each_bit(&f, &f.slab->cookie, sizeof(f.slab->cookie), 1, "S1: cookie", cookie,
			cookie ^ BIT_ULL(bit));
	expect_each_bit(&f, &f.slab->first, sizeof(f.slab->first), 1, "S2: first object", 1, 0);
	expect_each_bit(&f, &f.slab->inuse, sizeof(f.slab->inuse), 1, "S3: objects", objects,
			(u32)(objects - 6 + (6 ^ BIT(bit))));
	expect_each_bit(&f, &f.slab->lost, sizeof(f.slab->lost), 2, "S9: lost objects", 0,
			BIT(bit));
	f.slab->free = objects + 1;
	expect_found(&f, 3, "S4: free link", MCTL_LINK_END, objects + 1);
	expect_found(&f, 3, "S3: objects", objects, 6);
	expect_found(&f, 3, "S6: objects marked free", 0, objects - 6);
	fixture_fini(&f);
}

/* Redzones and poison of the first object, one in the middle, and the last, in use and free. */
static void check_looks_at_every_object(void)
{
	static struct fixture f;
	u32 objects;

	some_in_use(&f);
	objects = f.layout.objects;
	for (u32 index = 0; index < objects; index++) {
		u8 *object = fixture_object(&f, index);

		expect_each_bit(&f, object + 60, 4, 1, "S7: redzone", MCTL_SLAB_OK,
				MCTL_SLAB_REDZONE_RIGHT);
		if (f.owner[index] == OWNER_SLAB)
			expect_each_bit(&f, object, 60, 1, "S8: poison", 1, 0);
		else
			expect_each_bit(&f, object - 8, 8, 1, "S7: redzone", MCTL_SLAB_OK,
					MCTL_SLAB_REDZONE_LEFT);
	}
	fixture_fini(&f);
}

static void check_finds_object_damage(void)
{
	static struct fixture f;
	u32 objects, second, used;
	u64 *link, word;

	some_in_use(&f);
	objects = f.layout.objects;
	used = fixture_pick(&f, OWNER_CALLER);

	/* The list ends at the first object on it, whose link leads nowhere. */
	link = mctl_slab_link(&f.layout, fixture_object(&f, f.slab->free - 1));
	word = *link;
	second = mctl_slab_code(&f.layout, fixture_object(&f, f.slab->free - 1));
	*link ^= 1ULL << 40;
	expect_found(&f, 4, "S4: free link", MCTL_LINK_END, second ^ 1ULL << 56);
	expect_found(&f, 4, "S3: objects", objects, 6 + 1);
	expect_found(&f, 4, "S6: objects marked free", 1, objects - 6 - 1);

	/* It leads to itself. */
	*link = mctl_slab_word(&f.layout, fixture_object(&f, f.slab->free - 1), f.slab->free);
	expect_found(&f, 3, "S5: free list is a cycle", 0, 1);
	expect_found(&f, 3, "S3: objects", objects, 6 + objects + 1);
	*link = word;
	fixture_compare(&f);

	/* One in use says that it is free. */
	link = mctl_slab_link(&f.layout, fixture_object(&f, used));
	*link = mctl_slab_word(&f.layout, fixture_object(&f, used), MCTL_LINK_END);
	expect_found(&f, 3, "S6: objects marked free", objects - 6, objects - 6 + 1);
	fixture_fini(&f);
}

/* An object of a caller's, brought into a magazine. */
static void *in_magazine(struct fixture *f)
{
	u32 index = fixture_pick(f, OWNER_CALLER);
	void *object = fixture_object(f, index);

	mctl_slab_close(&f->layout, object);
	tap_expect(mctl_slab_mark(&f->layout, object));
	fixture_give(f, index, OWNER_CALLER, OWNER_MAGAZINE);
	fixture_compare(f);
	return object;
}

/* A magazine gives back an object whose mark was overwritten: it is lost, and nothing else is. */
static void overwritten_marks_lose_the_object(void)
{
	static struct fixture f;

	for (u32 bit = 0; bit < 48; bit++) {
		void *object;
		u32 list;

		some_in_use(&f);
		object = in_magazine(&f);
		list = f.slab->free;
		*mctl_slab_link(&f.layout, object) ^= 1ULL << bit;
		tap_expect_equal(mctl_slab_free_cached(&f.layout, f.slab, object), MCTL_SLAB_LINK);
		tap_expect_equal(f.slab->free, list);
		tap_expect_equal(f.slab->inuse, 5);
		tap_expect_equal(f.slab->lost, 1);
		expect_found(&f, 1, "S9: lost objects", 0, 1);
		/* It is nobody's from then on. */
		tap_expect_equal(mctl_slab_free_cached(&f.layout, f.slab, object), MCTL_SLAB_FREE);
		tap_expect_equal(free_object(&f, object), MCTL_SLAB_FREE);
		tap_expect_equal(f.slab->inuse, 5);
		tap_expect_equal(f.slab->lost, 1);
		fixture_fini(&f);
	}
}

/* The magazines hold an object twice: the second time nothing is changed. */
static void twice_in_magazines_is_told(void)
{
	static struct fixture f;
	void *object;

	some_in_use(&f);
	object = in_magazine(&f);
	tap_expect_equal(mctl_slab_free_cached(&f.layout, f.slab, object), MCTL_SLAB_OK);
	fixture_give(&f, fixture_index(&f, object), OWNER_MAGAZINE, OWNER_SLAB);
	fixture_compare(&f);
	tap_expect_equal(mctl_slab_free_cached(&f.layout, f.slab, object), MCTL_SLAB_FREE);
	fixture_compare(&f);
	fixture_fini(&f);
}

int main(void)
{
	static const struct tap_test tests[] = {
		TAP_TEST(overruns_lose_the_object),	     TAP_TEST(use_after_free_is_told),
		TAP_TEST(damaged_links_lose_the_list),	     TAP_TEST(damaged_counts_lose_the_list),
		TAP_TEST(half_a_key_is_a_callers),	     TAP_TEST(check_finds_header_damage),
		TAP_TEST(check_looks_at_every_object),	     TAP_TEST(check_finds_object_damage),
		TAP_TEST(overwritten_marks_lose_the_object), TAP_TEST(twice_in_magazines_is_told),
	};

	return tap_run(tests, ARRAY_SIZE(tests));
}
