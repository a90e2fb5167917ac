// SPDX-License-Identifier: GPL-2.0
/*
 * Test of the in-kernel API: what a caller must not do. Each misuse is reported
 * by memctl in the kernel log, and must change nothing: the counts are the same
 * afterwards, and the memory can still be freed correctly.
 */
#include <linux/slab.h>
#include "memctl_test.h"

static int free_twice(struct memctl_arena *arena)
{
	long before = test_free_frames();
	unsigned int order;

	for (order = 0; order <= 4; order++) {
		struct page *page = memctl_alloc_pages(arena, GFP_KERNEL, order);

		if (!test_expect(page))
			return 0;
		memctl_free_pages(arena, page, order);
		memctl_free_pages(arena, page, order);
		test_expect(test_free_frames() == before);
	}
	return 0;
}

static int free_wrong_order(struct memctl_arena *arena)
{
	static const unsigned int wrong[] = { 0, 1, 2, 4, 5, 10, 11, 15, 63, UINT_MAX };
	struct page *page = memctl_alloc_pages(arena, GFP_KERNEL, 3);
	long before = test_free_frames();
	unsigned int i;

	if (!test_expect(page))
		return 0;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		memctl_free_pages(arena, page, wrong[i]);
		test_expect(test_free_frames() == before);
	}
	memctl_free_pages(arena, page, 3);
	test_expect(test_free_frames() == before + 8);
	return 0;
}

static int free_interior(struct memctl_arena *arena)
{
	struct page *page = memctl_alloc_pages(arena, GFP_KERNEL, 3);
	long before = test_free_frames();
	unsigned int i;

	if (!test_expect(page))
		return 0;
	for (i = 1; i < 8; i++) {
		memctl_free_pages(arena, page + i, 0);
		memctl_free_pages(arena, page + i, 3);
	}
	test_expect(test_free_frames() == before);
	memctl_free_pages(arena, page, 3);
	test_expect(test_free_frames() == before + 8);
	return 0;
}

/* A page of the host, and one that belongs to a slab of the arena. */
static int free_foreign(struct memctl_arena *arena)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *object = memctl_kmalloc(arena, 64, GFP_KERNEL);
	long before = test_free_frames();

	if (!test_expect(page && object))
		return 0;
	memctl_free_pages(arena, page, 0);
	test_expect(page_count(page) == 1);
	memctl_free_pages(arena, virt_to_page(object), 0);
	memctl_free_pages_bulk(arena, 1, &page);
	test_expect(test_free_frames() == before);
	memctl_kfree(arena, object);
	__free_page(page);
	return 0;
}

static int free_objects_wrong(struct memctl_arena *arena)
{
	struct memctl_cache *cache = memctl_cache_create(arena, "memctl_test", 96, 0, 0, NULL);
	struct memctl_cache *other = memctl_cache_create(arena, "memctl_othr", 96, 0, 0, NULL);
	void *object, *foreign;

	if (!test_expect(cache && other))
		return 0;
	object = memctl_cache_alloc(cache, GFP_KERNEL);
	foreign = kmalloc(96, GFP_KERNEL);
	if (!test_expect(object && foreign))
		return 0;
	memctl_cache_free(other, object);
	memctl_cache_free(cache, object + 8);
	memctl_cache_free(cache, object + 1);
	memctl_cache_free(cache, foreign);
	memctl_cache_free(cache, NULL);
	test_expect(test_active_objects("memctl_test") == 1);
	test_expect(test_active_objects("memctl_othr") == 0);
	memctl_cache_free(cache, object);
	test_expect(test_active_objects("memctl_test") == 0);
	memctl_cache_free(cache, object);
	test_expect(test_active_objects("memctl_test") == 0);
	kfree(foreign);
	memctl_cache_destroy(cache);
	memctl_cache_destroy(other);
	return 0;
}

/* Each object has at most one owner, however often it was freed. */
static int free_bulk_twice(struct memctl_arena *arena)
{
	struct memctl_cache *cache = memctl_cache_create(arena, "memctl_test", 96, 0, 0, NULL);
	void *objects[9];
	unsigned int i, j;

	if (!test_expect(cache))
		return 0;
	if (test_expect(memctl_cache_alloc_bulk(cache, GFP_KERNEL, 8, objects) == 8)) {
		objects[8] = objects[0];
		memctl_cache_free_bulk(cache, 9, objects);
		test_expect(test_active_objects("memctl_test") == 0);
		memctl_cache_free_bulk(cache, 8, objects);
		test_expect(test_active_objects("memctl_test") == 0);
	}
	if (test_expect(memctl_cache_alloc_bulk(cache, GFP_KERNEL, 9, objects) == 9)) {
		for (i = 0; i < 9; i++)
			for (j = 0; j < i; j++)
				test_expect(objects[i] != objects[j]);
		memctl_cache_free_bulk(cache, 9, objects);
	}
	memctl_cache_destroy(cache);
	return 0;
}

static int kfree_wrong(struct memctl_arena *arena)
{
	void *small = memctl_kmalloc(arena, 100, GFP_KERNEL);
	void *large = memctl_kmalloc(arena, 40000, GFP_KERNEL);
	void *foreign = kmalloc(100, GFP_KERNEL);
	long before = test_free_frames();

	if (!test_expect(small && large && foreign))
		return 0;
	memctl_kfree(arena, small + 4);
	memctl_kfree(arena, large + PAGE_SIZE);
	memctl_kfree(arena, large + 8);
	memctl_kfree(arena, foreign);
	memctl_kfree(arena, (void *)8);
	test_expect(test_free_frames() == before);
	memctl_kfree(arena, large);
	test_expect(test_free_frames() == before + 16);
	memctl_kfree(arena, large);
	test_expect(test_free_frames() == before + 16);
	memctl_kfree(arena, small);
	memctl_kfree(arena, small);
	kfree(foreign);
	return 0;
}

/* A cache with an object in use stays, and can be destroyed once that is freed. */
static int destroy_in_use(struct memctl_arena *arena)
{
	struct memctl_cache *cache = memctl_cache_create(arena, "memctl_test", 50, 0, 0, NULL);
	void *object;

	if (!test_expect(cache))
		return 0;
	object = memctl_cache_alloc(cache, GFP_KERNEL);
	memctl_cache_destroy(cache);
	test_expect(test_active_objects("memctl_test") == 1);
	memctl_cache_free(cache, object);
	memctl_cache_destroy(cache);
	test_expect(test_active_objects("memctl_test") == -ENOENT);
	return 0;
}

const struct test_case test_misuse_cases[] = {
	{ "pages freed twice", free_twice },
	{ "pages freed with another order", free_wrong_order },
	{ "pages freed from inside a block", free_interior },
	{ "pages that are not the arena's to free", free_foreign },
	{ "objects freed to the wrong cache, from inside, twice", free_objects_wrong },
	{ "objects freed twice in bulk", free_bulk_twice },
	{ "kfree of what kmalloc did not return", kfree_wrong },
	{ "a cache destroyed while objects are in use", destroy_in_use },
	{}
};
