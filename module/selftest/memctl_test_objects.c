// SPDX-License-Identifier: GPL-2.0
/* Test of the in-kernel API: caches of objects, and kmalloc. */
#include <linux/slab.h>
#include "memctl_test.h"

#define NR_OBJECTS 500
#define MAGIC	   0x6d656d63746c2121ULL

struct constructed {
	u64 magic;
	u64 payload[11];
};

static void construct(void *object)
{
	((struct constructed *)object)->magic = MAGIC;
}

/* A constructor's work survives frees; the rest of the object belongs to the caller. */
static int constructor(struct memctl_arena *arena)
{
	struct memctl_cache *cache;
	struct constructed **objects;
	unsigned int round, nr, i;

	cache = memctl_cache_create(arena, "memctl_test_ctor", sizeof(struct constructed), 0, 0,
				    construct);
	objects = kcalloc(NR_OBJECTS, sizeof(*objects), GFP_KERNEL);
	if (!test_expect(cache && objects))
		return 0;
	for (round = 0; round < 3; round++) {
		for (nr = 0; nr < NR_OBJECTS; nr++) {
			objects[nr] = memctl_cache_alloc(cache, GFP_KERNEL);
			if (!test_expect(objects[nr]))
				break;
			test_expect(objects[nr]->magic == MAGIC);
			test_fill(objects[nr]->payload, sizeof(objects[nr]->payload), nr);
		}
		for (i = 0; i < nr; i++) {
			u64 *payload = objects[i]->payload;

			test_expect(test_filled(payload, sizeof(objects[i]->payload), i));
			memctl_cache_free(cache, objects[i]);
		}
	}
	test_expect(test_active_objects("memctl_test_ctor") == 0);
	memctl_cache_shrink(cache);
	memctl_cache_destroy(cache);
	test_expect(test_active_objects("memctl_test_ctor") == -ENOENT);
	kfree(objects);
	return 0;
}

/* One cache of @size and @align: objects do not overlap, are aligned, and are all freed. */
static void use_cache(struct memctl_arena *arena, unsigned int size, unsigned int align,
		      slab_flags_t flags, void **objects)
{
	struct memctl_cache *cache;
	unsigned int nr, i;

	cache = memctl_cache_create(arena, "memctl_test", size, align, flags, NULL);
	if (!test_expect(cache))
		return;
	nr = memctl_cache_alloc_bulk(cache, GFP_KERNEL, NR_OBJECTS / 2, objects);
	test_expect(nr == NR_OBJECTS / 2);
	for (; nr < NR_OBJECTS; nr++) {
		objects[nr] = memctl_cache_alloc(cache, GFP_KERNEL);
		if (!test_expect(objects[nr]))
			break;
	}
	for (i = 0; i < nr; i++) {
		test_expect(!align || IS_ALIGNED((unsigned long)objects[i], align));
		test_fill(objects[i], size, (u64)i << 20);
	}
	test_expect(test_active_objects("memctl_test") == nr);
	for (i = 0; i < nr; i++)
		test_expect(test_filled(objects[i], size, (u64)i << 20));
	for (i = 0; i < nr / 3; i++)
		memctl_cache_free(cache, objects[i]);
	memctl_cache_free_bulk(cache, nr - i, objects + i);
	test_expect(test_active_objects("memctl_test") == 0);
	memctl_cache_destroy(cache);
}

static int caches(struct memctl_arena *arena)
{
	static const unsigned int sizes[] = { 1, 8, 13, 64, 100, 192, 1000, 2048, 4096, 8192 };
	long before = test_free_frames();
	void **objects = kcalloc(NR_OBJECTS, sizeof(*objects), GFP_KERNEL);
	unsigned int i;

	if (!test_expect(objects))
		return 0;
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		use_cache(arena, sizes[i], i & 1 ? 64 : 0, 0, objects);
	use_cache(arena, 64, 4096, 0, objects);
	use_cache(arena, 40, 0, SLAB_HWCACHE_ALIGN, objects);
	use_cache(arena, 72, 0, SLAB_RED_ZONE | SLAB_POISON, objects);
	/* Slabs have been freed, except for what the arena keeps for magazines and headers. */
	test_expect(test_free_frames() >= before - 64);
	kfree(objects);
	return 0;
}

static int bad_caches(struct memctl_arena *arena)
{
	struct memctl_cache *cache = memctl_cache_create(arena, "memctl_test", 64, 0, 0, NULL);

	test_expect(!memctl_cache_create(arena, "memctl_test", 64, 0, 0, NULL));
	test_expect(!memctl_cache_create(arena, "", 64, 0, 0, NULL));
	test_expect(!memctl_cache_create(arena, "memctl_test2", 0, 0, 0, NULL));
	test_expect(!memctl_cache_create(arena, "memctl_test2", MEMCTL_MAX_OBJECT_SIZE + 1, 0, 0,
					 NULL));
	test_expect(!memctl_cache_create(arena, "memctl_test2", 64, 3, 0, NULL));
	test_expect(!memctl_cache_create(arena, "memctl_test2", 64, 0,
					 (__force slab_flags_t)BIT(31), NULL));
	test_expect(!memctl_cache_create(arena, "memctl_test2", 64, 0, SLAB_POISON, construct));
	test_expect(!memctl_cache_create(arena, "a name that is longer than thirty-one bytes", 64,
					 0, 0, NULL));
	memctl_cache_destroy(cache);
	memctl_cache_destroy(NULL);
	return 0;
}

/* A flag that is 0 does not exist in this kernel, and a caller that passes it requests nothing. */
static int slab_flags(struct memctl_arena *arena)
{
	static const slab_flags_t taken[] = {
		SLAB_HWCACHE_ALIGN, SLAB_RED_ZONE, SLAB_POISON, SLAB_CONSISTENCY_CHECKS,
#ifdef SLAB_NO_MERGE
		SLAB_NO_MERGE,
#endif
	};
	static const slab_flags_t refused[] = {
		SLAB_PANIC,	SLAB_TYPESAFE_BY_RCU, SLAB_ACCOUNT,    SLAB_RECLAIM_ACCOUNT,
		SLAB_CACHE_DMA, SLAB_CACHE_DMA32,     SLAB_STORE_USER, SLAB_NOLEAKTRACE,
	};
	slab_flags_t all = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(taken); i++)
		all |= taken[i];
	memctl_cache_destroy(memctl_cache_create(arena, "memctl_flags", 64, 0, all, NULL));
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		if (refused[i])
			test_expect(!memctl_cache_create(arena, "memctl_flags", 64, 0,
							 all | refused[i], NULL));
	test_expect(test_active_objects("memctl_flags") == -ENOENT);
	for (i = 0; i < ARRAY_SIZE(taken); i++) {
		struct memctl_cache *cache;

		cache = memctl_cache_create(arena, "memctl_flags", 64, 0, taken[i], NULL);
		test_expect(cache);
		memctl_cache_destroy(cache);
	}
	return 0;
}

static int zeroed_objects(struct memctl_arena *arena)
{
	struct memctl_cache *cache = memctl_cache_create(arena, "memctl_test", 200, 0, 0, NULL);
	unsigned int i;

	if (!test_expect(cache))
		return 0;
	for (i = 0; i < 100; i++) {
		void *object = memctl_cache_alloc(cache, GFP_KERNEL | (i & 1 ? __GFP_ZERO : 0));
		void *bytes = memctl_kmalloc(arena, 3000, GFP_KERNEL | (i & 1 ? __GFP_ZERO : 0));

		if (!test_expect(object && bytes))
			break;
		if (i & 1) {
			test_expect(!memchr_inv(object, 0, 200));
			test_expect(!memchr_inv(bytes, 0, 3000));
		}
		memset(object, 0xa5, 200);
		memset(bytes, 0xa5, 3000);
		memctl_cache_free(cache, object);
		memctl_kfree(arena, bytes);
	}
	memctl_cache_destroy(cache);
	return 0;
}

/* Sizes from 1 byte to 64 KiB, all held at once. */
#define NR_AROUND 3

/* The nth size: a power of two minus one, the power itself, plus one. */
static size_t nth_size(unsigned int n)
{
	return (1UL << n / NR_AROUND) + n % NR_AROUND - 1;
}

static int kmalloc_sizes(struct memctl_arena *arena)
{
	void *held[17 * NR_AROUND] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(held); i++) {
		size_t size = nth_size(i);

		if (!size)
			continue;
		held[i] = memctl_kmalloc(arena, size, GFP_KERNEL);
		if (!test_expect(held[i]))
			continue;
		test_expect(IS_ALIGNED((unsigned long)held[i], 8));
		test_fill(held[i], size, (u64)i << 40);
	}
	for (i = 0; i < ARRAY_SIZE(held); i++) {
		size_t size = nth_size(i);

		if (held[i])
			test_expect(test_filled(held[i], size, (u64)i << 40));
		memctl_kfree(arena, held[i]);
	}
	test_expect(!memctl_kmalloc(arena, (PAGE_SIZE << MEMCTL_MAX_ORDER) + 1, GFP_KERNEL));
	test_expect(!memctl_kmalloc(arena, SIZE_MAX, GFP_KERNEL));
	memctl_kfree(arena, NULL);
	return 0;
}

const struct test_case test_object_cases[] = {
	{ "objects are as their constructor left them", constructor },
	{ "caches of many sizes, single and in bulk", caches },
	{ "caches that cannot be", bad_caches },
	{ "SLAB_ flags are done, or refuse the cache", slab_flags },
	{ "__GFP_ZERO objects are zero", zeroed_objects },
	{ "kmalloc of 1 byte to 64 KiB", kmalloc_sizes },
	{}
};
