// SPDX-License-Identifier: GPL-2.0
/* Test of the in-kernel API: pages, their orders, zones, nodes and content. */
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/pfn.h>
#include <linux/slab.h>
#include <linux/sizes.h>
#include "memctl_test.h"

#define NR_PAGES 1024

/* Every order, with every migratetype. Orders 9 and 10 may fail due to fragmentation. */
static int every_order(struct memctl_arena *arena)
{
	static const gfp_t kinds[] = {
		GFP_KERNEL,
		GFP_KERNEL | __GFP_MOVABLE,
		GFP_KERNEL | __GFP_RECLAIMABLE,
		GFP_ATOMIC,
	};
	long before = test_free_frames();
	unsigned int order, i;

	for (order = 0; order <= MEMCTL_MAX_ORDER; order++) {
		for (i = 0; i < ARRAY_SIZE(kinds); i++) {
			struct page *page = memctl_alloc_pages(arena, kinds[i], order);
			size_t size = PAGE_SIZE << order;

			if (!page) {
				test_expect(order > 8);
				continue;
			}
			test_expect(IS_ALIGNED(page_to_pfn(page), 1UL << order));
			test_fill(page_address(page), size, order * 16 + i);
			test_expect(test_filled(page_address(page), size, order * 16 + i));
			memctl_free_pages(arena, page, order);
		}
	}
	test_expect(before > 0 && test_free_frames() == before);
	return 0;
}

static int bad_orders(struct memctl_arena *arena)
{
	test_expect(!memctl_alloc_pages(arena, GFP_KERNEL, MEMCTL_MAX_ORDER + 1));
	test_expect(!memctl_alloc_pages(arena, GFP_ATOMIC, 63));
	test_expect(!memctl_alloc_pages(arena, GFP_KERNEL | __GFP_ZERO, 64));
	test_expect(!memctl_alloc_pages(arena, GFP_KERNEL, UINT_MAX));
	test_expect(!memctl_alloc_pages_node(arena, 0, GFP_KERNEL, UINT_MAX));
	return 0;
}

/* Many at once: each keeps its own pattern until the end. */
static int hold_many(struct memctl_arena *arena, bool bulk)
{
	struct page **pages = kvcalloc(NR_PAGES, sizeof(*pages), GFP_KERNEL);
	long before = test_free_frames();
	unsigned int nr = 0, i;

	if (!test_expect(pages))
		return 0;
	if (bulk)
		nr = memctl_alloc_pages_bulk(arena, GFP_KERNEL, NR_PAGES, pages);
	else
		while (nr < NR_PAGES && (pages[nr] = memctl_alloc_pages(arena, GFP_KERNEL, 0)))
			nr++;
	test_expect(nr == NR_PAGES);
	for (i = 0; i < nr; i++)
		test_fill(page_address(pages[i]), PAGE_SIZE, (u64)i << 32);
	test_expect(test_free_frames() == before - nr);
	for (i = 0; i < nr; i++)
		if (!test_expect(test_filled(page_address(pages[i]), PAGE_SIZE, (u64)i << 32)))
			break;
	if (bulk)
		memctl_free_pages_bulk(arena, nr, pages);
	else
		for (i = 0; i < nr; i++)
			memctl_free_pages(arena, pages[i], 0);
	test_expect(test_free_frames() == before);
	kvfree(pages);
	return 0;
}

static int many_pages(struct memctl_arena *arena)
{
	return hold_many(arena, false);
}

static int many_pages_bulk(struct memctl_arena *arena)
{
	return hold_many(arena, true);
}

static int zeroed(struct memctl_arena *arena)
{
	unsigned int order, i;

	for (order = 0; order <= 6; order += 3) {
		for (i = 0; i < 20; i++) {
			gfp_t zero = i & 1 ? __GFP_ZERO : 0;
			struct page *page = memctl_alloc_pages(arena, GFP_KERNEL | zero, order);

			if (!test_expect(page))
				return 0;
			if (zero)
				test_expect(!memchr_inv(page_address(page), 0, PAGE_SIZE << order));
			memset(page_address(page), 0xa5, PAGE_SIZE << order);
			memctl_free_pages(arena, page, order);
		}
	}
	return 0;
}

/* Pages below a physical address; at least one, if the arena has the zone. */
static int below(struct memctl_arena *arena, gfp_t gfp, u64 limit)
{
	struct page *pages[64];
	unsigned int nr = 0, i;

	while (nr < ARRAY_SIZE(pages) && (pages[nr] = memctl_alloc_pages(arena, gfp, 0)))
		nr++;
	for (i = 0; i < nr; i++) {
		test_expect(PFN_PHYS(page_to_pfn(pages[i]) + 1) <= limit);
		memctl_free_pages(arena, pages[i], 0);
	}
	return nr ? 0 : TEST_SKIP;
}

static int zone_dma(struct memctl_arena *arena)
{
	return below(arena, GFP_KERNEL | GFP_DMA, SZ_16M);
}

static int zone_dma32(struct memctl_arena *arena)
{
	return below(arena, GFP_KERNEL | GFP_DMA32, SZ_4G);
}

/* All pages of a node: every page, to the last, is of this node. */
static void exhaust_node(struct memctl_arena *arena, int nid, struct page **pages, unsigned int max)
{
	unsigned int nr = 0, wrong = 0;

	while (nr < max &&
	       (pages[nr] = memctl_alloc_pages_node(arena, nid, GFP_KERNEL | __GFP_THISNODE, 0)))
		wrong += page_to_nid(pages[nr++]) != nid;
	test_expect(!wrong);
	memctl_free_pages_bulk(arena, nr, pages);
}

static int strict_nodes(struct memctl_arena *arena)
{
	long before = test_free_frames();
	struct page **pages;
	int nid;

	if (!test_expect(before > 0))
		return 0;
	pages = kvcalloc(before, sizeof(*pages), GFP_KERNEL);
	if (!test_expect(pages))
		return 0;
	for_each_node_state(nid, N_MEMORY)
		exhaust_node(arena, nid, pages, before);
	test_expect(test_free_frames() == before);
	test_expect(!memctl_alloc_pages_node(arena, nr_node_ids, GFP_KERNEL, 0));
	test_expect(!memctl_alloc_pages_node(arena, -7, GFP_KERNEL, 0));
	test_expect(!memctl_alloc_pages_node(arena, INT_MAX, GFP_KERNEL | __GFP_THISNODE, 0));
	kvfree(pages);
	return 0;
}

/* No page at all contains what test_api.sh wrote into each page of a region. */
static int nothing_of_regions(struct memctl_arena *arena)
{
	static const char text[] = "memctl!\n";
	unsigned int nr, i, nr_found = 0;
	long before = test_free_frames();
	struct page **pages;

	if (!test_expect(before > 0))
		return 0;
	pages = kvcalloc(before, sizeof(*pages), GFP_KERNEL);
	if (!test_expect(pages))
		return 0;
	nr = memctl_alloc_pages_bulk(arena, GFP_KERNEL, before, pages);
	test_expect(nr > before / 2);
	for (i = 0; i < nr; i++)
		nr_found += !memcmp(page_address(pages[i]), text, strlen(text));
	test_expect(!nr_found);
	memctl_free_pages_bulk(arena, nr, pages);
	kvfree(pages);
	return 0;
}

static int names_of_arenas(struct memctl_arena *arena)
{
	struct memctl_arena *again = memctl_arena_get("main");

	test_expect(again == arena);
	memctl_arena_put(again);
	test_expect(!memctl_arena_get("no such arena"));
	memctl_arena_put(NULL);
	return 0;
}

const struct test_case test_page_cases[] = {
	{ "pages have nothing of a region that is gone", nothing_of_regions },
	{ "arenas are found by name", names_of_arenas },
	{ "pages of every order", every_order },
	{ "orders that are too high", bad_orders },
	{ "no page is handed out twice", many_pages },
	{ "no page is handed out twice in bulk", many_pages_bulk },
	{ "__GFP_ZERO pages are zero", zeroed },
	{ "GFP_DMA pages are below 16 MiB", zone_dma },
	{ "GFP_DMA32 pages are below 4 GiB", zone_dma32 },
	{ "__GFP_THISNODE is strict to the last page", strict_nodes },
	{}
};
