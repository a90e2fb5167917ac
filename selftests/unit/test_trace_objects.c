// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_build.c cli/trace/trace_map.c cli/trace/trace_gfp.c */
/* LINK: cli/trace/trace_file.c cli/trace/trace_writer.c tap.c trace_fixture.c */
/*
 * test_trace_objects.c - from the objects and caches that the kernel reports to a trace
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "trace_fixture.h"

static void objects_that_are_odd(void)
{
	begin_at(0);
	object(KMEM_KFREE, 0x70000, 0, 0, NULL); /* from before */
	object(KMEM_KFREE, 0, 0, 0, NULL);	 /* NULL */
	object(KMEM_KFREE, 0x10, 0, 0, NULL);	 /* what a request for no bytes gave */
	object(KMEM_KFREE, 0x1001, 0, 0, NULL);	 /* the first address that is one */
	object(KMEM_KMALLOC, 0x10, 0, 0, NULL);	 /* a request for no bytes */
	object(KMEM_KMALLOC, 0x80000, 10, 16, NULL);
	object(KMEM_KMALLOC, 0x80000, 11, 16, NULL); /* its free was not seen */
	object(KMEM_KMALLOC, 0x90000, 20000, 32768, NULL);
	object(KMEM_KMALLOC, 0x90000, 20000, 32768, NULL); /* reported twice */
	object(KMEM_KMALLOC, 0, 10, 16, NULL);		   /* refused */
	object(KMEM_KMALLOC, 0xa0000, TRACE_MAX_SIZE + 1, TRACE_MAX_SIZE + 1, NULL);
	object(KMEM_KMALLOC, 0xa0000, 1, TRACE_MAX_SIZE + 1, NULL);
	object(KMEM_KMALLOC, 0xa0000, 17, 16, NULL); /* less than what was asked for */
	object(KMEM_KMALLOC, 0xa0000, TRACE_MAX_SIZE, TRACE_MAX_SIZE, NULL);
	object(KMEM_KFREE, 0xa0000, 0, 0, NULL);
	object(KMEM_KFREE, 0xa0000, 0, 0, NULL);
	finish();
	expect_next(5, TRACE_KMALLOC, .id = 0, .size = 10);
	expect_next(6, TRACE_FREE, .id = 0);
	expect_next(6, TRACE_KMALLOC, .id = 1, .size = 11);
	expect_next(7, TRACE_KMALLOC, .id = 2, .size = 20000);
	expect_next(13, TRACE_KMALLOC, .id = 3, .size = TRACE_MAX_SIZE);
	expect_next(14, TRACE_FREE, .id = 3);
	expect_end();
	expect_totals((struct trace_totals){
		.foreign = 3,
		.implied = 1,
		.failed = 4,
		.repeated = 1,
	});
	done();
}

/* What looks like a large kmalloc() that is reported twice, but for one thing. */
static void large_objects_that_are_not_repeated(void)
{
	begin_at(0);
	object(KMEM_KMALLOC, 0x10000, 5000, 8192, NULL);
	object(KMEM_KMALLOC, 0x20000, 5000, 8192, NULL);
	object(KMEM_KMALLOC, 0x10000, 5000, 8192, NULL);  /* not the last one */
	object(KMEM_KMALLOC, 0x10000, 5000, 16384, NULL); /* of another size */
	object(KMEM_KMALLOC, 0x30000, 4096, 4096, NULL);
	object(KMEM_KMALLOC, 0x30000, 4096, 4096, NULL); /* no more than a page */
	object(KMEM_OBJECT_ALLOC, 0x40000, 5000, 8192, NULL);
	object(KMEM_KMALLOC, 0x40000, 5000, 8192, NULL); /* not of a cache, as the one before */
	object(KMEM_OBJECT_ALLOC, 0x40000, 5000, 8192, NULL);
	object(KMEM_OBJECT_ALLOC, 0x40000, 5000, 8192, NULL); /* no kmalloc() */
	finish();
	expect_next(0, TRACE_KMALLOC, .id = 0, .size = 5000);
	expect_next(1, TRACE_KMALLOC, .id = 1, .size = 5000);
	expect_next(2, TRACE_FREE, .id = 0);
	expect_next(2, TRACE_KMALLOC, .id = 2, .size = 5000);
	expect_next(3, TRACE_FREE, .id = 2);
	expect_next(3, TRACE_KMALLOC, .id = 3, .size = 5000);
	expect_next(4, TRACE_KMALLOC, .id = 4, .size = 4096);
	expect_next(5, TRACE_FREE, .id = 4);
	expect_next(5, TRACE_KMALLOC, .id = 5, .size = 4096);
	expect_next(6, TRACE_OBJECT_ALLOC, .id = 6);
	expect_next(7, TRACE_FREE, .id = 6);
	expect_next(7, TRACE_KMALLOC, .id = 7, .size = 5000);
	expect_next(8, TRACE_FREE, .id = 7);
	expect_next(8, TRACE_OBJECT_ALLOC, .id = 8);
	expect_next(9, TRACE_FREE, .id = 8);
	expect_next(9, TRACE_OBJECT_ALLOC, .id = 9);
	expect_end();
	expect_totals((struct trace_totals){ .implied = 6 });
	done();
}

static void caches_and_their_names(void)
{
	char name[TRACE_NAME_MAX + 8];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	begin_at(0);
	object(KMEM_OBJECT_ALLOC, 0x10000, 100, 104, NULL);
	object(KMEM_OBJECT_ALLOC, 0x20000, 100, 112, NULL);
	object(KMEM_OBJECT_ALLOC, 0x30000, 100, 104, NULL);
	object(KMEM_OBJECT_ALLOC, 0x40000, 200, 208, NULL);
	object(KMEM_OBJECT_ALLOC, 0x50000, 300, 304, NULL);
	object(KMEM_OBJECT_ALLOC, 0x60000, 400, 408, NULL);
	object(KMEM_KMALLOC, 0x70000, 100, 104, NULL);
	object(KMEM_KFREE, 0x70000, 0, 0, "of none");
	object(KMEM_OBJECT_FREE, 0x30000, 0, 0, "a\tna me\x7f\x80~!");
	object(KMEM_OBJECT_FREE, 0x10000, 0, 0, "the second to be said");
	object(KMEM_OBJECT_FREE, 0x40000, 0, 0, NULL);
	object(KMEM_OBJECT_FREE, 0x50000, 0, 0, name);
	object(KMEM_OBJECT_FREE, 0x60000, 0, 0, "");
	finish();
	expect_next(0, TRACE_OBJECT_ALLOC, .id = 0, .cache = 0);
	expect_next(1, TRACE_OBJECT_ALLOC, .id = 1, .cache = 1);
	expect_next(2, TRACE_OBJECT_ALLOC, .id = 2, .cache = 0);
	expect_next(3, TRACE_OBJECT_ALLOC, .id = 3, .cache = 2);
	expect_next(4, TRACE_OBJECT_ALLOC, .id = 4, .cache = 3);
	expect_next(5, TRACE_OBJECT_ALLOC, .id = 5, .cache = 4);
	expect_next(6, TRACE_KMALLOC, .id = 6, .size = 100);
	expect_next(7, TRACE_FREE, .id = 6);
	expect_next(8, TRACE_FREE, .id = 2);
	expect_next(9, TRACE_FREE, .id = 0);
	expect_next(10, TRACE_FREE, .id = 3);
	expect_next(11, TRACE_FREE, .id = 4);
	expect_next(12, TRACE_FREE, .id = 5);
	expect_end();
	expect_totals((struct trace_totals){ 0 });
	name[TRACE_NAME_MAX] = '\0';
	tap_expect_equal(reader.nr_caches, 5);
	expect_cache(0, "a_na_me__~!", 100, 104);
	expect_cache(1, "size-112", 100, 112);
	expect_cache(2, "size-208", 200, 208);
	expect_cache(3, name, 300, 304);
	expect_cache(4, "size-408", 400, 408);
	done();
}

/* A cache for each call site, also of the same sizes, up to as many as a file may have. */
/* Caches are found by a hash of call site and sizes: one of all ones is a number as any other. */
static void a_hash_of_ones(void)
{
	const uint64_t odd = 0x9e3779b97f4a7c15ULL;
	uint64_t inverse = odd, hash = 8 * 0xc2b2ae3d27d4eb4fULL ^ 8ULL << 32;
	struct kmem_event event = { .type = KMEM_OBJECT_ALLOC, .asked = 8, .given = 8 };

	for (unsigned int i = 0; i < 5; i++)
		inverse *= 2 - odd * inverse;
	event.call_site = inverse * ~hash;
	begin();
	for (unsigned int i = 1; i <= 3; i++) {
		event.address = 4096 * i;
		tap_expect_equal(report(&event), 0);
	}
	finish();
	for (unsigned int i = 0; i < 3; i++)
		expect_next(i, TRACE_OBJECT_ALLOC, .id = i, .cache = 0);
	tap_expect_equal(reader.nr_caches, 1);
	done();
}

static void more_caches_than_there_may_be(void)
{
	struct kmem_event event = {
		.type = KMEM_OBJECT_ALLOC,
		.address = 0x10000,
		.asked = 8,
		.given = 8,
	};
	unsigned int i;
	int good = 1;

	begin_at(0);
	for (i = 0; i < TRACE_MAX_CACHES; i++) {
		event.call_site = i;
		event.address += 8;
		good &= !report(&event);
	}
	tap_expect(good);
	event.call_site = 5; /* which has one */
	tap_expect_equal(report(&event), 0);
	event.call_site = i;
	tap_expect_equal(report(&event), -E2BIG);
	event.call_site = 5;
	tap_expect_equal(report(&event), -E2BIG);
	tap_expect_equal(trace_build_counts(build)->kinds[TRACE_OBJECT_ALLOC],
			 TRACE_MAX_CACHES + 1);
	tap_expect_equal(trace_build_finish(build, 0, &(struct trace_totals){ 0 }), -E2BIG);
	trace_build_destroy(build);
	fclose(stream);
	free(data);
}

static const struct tap_test tests[] = {
	TAP_TEST(objects_that_are_odd),		 TAP_TEST(large_objects_that_are_not_repeated),
	TAP_TEST(caches_and_their_names),	 TAP_TEST(a_hash_of_ones),
	TAP_TEST(more_caches_than_there_may_be),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
