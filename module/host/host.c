// SPDX-License-Identifier: GPL-2.0
/*
 * An arena's memory: the only file that calls the host's page allocator and
 * vmalloc. arena_size.c decides how much to take, arenas.c has the list of arenas.
 *
 * Pages are taken in chunks of order 10, or of lower orders if the host has
 * none so large. Each chunk is split into single pages (split_page()), so that
 * each page can be mapped and counted alone; a page carries a cookie while we
 * hold it. Before a page goes back it is checked: cookie, one reference, no
 * mapping. A page that fails must not be freed by us: it is left as it is, and
 * reported by name.
 *
 * Taking memory never drives the host into its OOM killer: it stops when only
 * HOST_RESERVE pages are available to others.
 *
 * I1  page->private of every page held is the cookie of its arena and place.
 * I2  A failed request has given back whatever it took from the host when it
 *     returns.
 * I3  arena->metadata is the sum of all records that the arena has.
 *
 * Locks: arena->resize for writing around everything that changes the chunks.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hash.h>
#include <linux/kmemleak.h>
#include <linux/list_sort.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "host/debug_hooks.h"
#include "host/host.h"
#include "host/inject_site.h"

#define HOST_RESERVE	 ((16UL << 20) >> PAGE_SHIFT)
#define MAX_ASIDE	 64
#define NR_SPARE	 16
#define MAP_PAGE_ENTRIES (PAGE_SIZE / sizeof(u32))
#define MAP_PAGE_FRAMES	 (MAP_PAGE_ENTRIES * MCTL_SECTION_FRAMES)
/* Without using the host's last reserves, and without retrying hard. */
#define TAKE_LIMITS (__GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_NOWARN)
#define TAKE_GFP    (GFP_KERNEL | __GFP_THISNODE | TAKE_LIMITS)

static const size_t section_bytes[MCTL_NR_ARRAYS] = {
	[MCTL_ARRAY_STATE] = MCTL_SECTION_FRAMES,
	[MCTL_ARRAY_LINK] = MCTL_SECTION_FRAMES * sizeof(struct mctl_link),
	[MCTL_ARRAY_TAG] = MCTL_SECTION_FRAMES * sizeof(u32),
	[MCTL_ARRAY_PAGEBLOCK] = MCTL_SECTION_FRAMES >> MCTL_PAGEBLOCK_ORDER,
	[MCTL_ARRAY_LISTS] =
		(MCTL_SECTION_FRAMES >> MCTL_PAGEBLOCK_ORDER) * sizeof(struct mctl_lists),
	[MCTL_ARRAY_SECTION] = sizeof(struct mctl_section),
};

/**
 * mctl_arena_meta_alloc() - allocate host memory for our own records
 * @arena: whose metadata it counts as
 * @size: bytes
 *
 * Context: Process context, may sleep.
 * Return: zeroed memory, or NULL.
 */
void *mctl_arena_meta_alloc(struct mctl_arena *arena, size_t size)
{
	void *memory;

	if (mctl_inject(arena, MEMCTL_INJECT_SITE_RECORD, 0, NULL))
		return NULL;
	if (size > PAGE_SIZE)
		memory = __vmalloc(size, GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	else
		memory = kzalloc(size, GFP_KERNEL | __GFP_NOWARN);
	if (!memory)
		return NULL;
	/* Sections point to it from our own pages, which kmemleak does not scan. */
	kmemleak_not_leak(memory);
	atomic64_add(size > PAGE_SIZE ? PAGE_ALIGN(size) : size, &arena->metadata);
	return memory;
}

/**
 * mctl_arena_meta_free() - free what mctl_arena_meta_alloc() returned
 * @arena: the same
 * @memory: the memory, or NULL
 * @size: the same
 *
 * Context: Process context, may sleep.
 */
void mctl_arena_meta_free(struct mctl_arena *arena, void *memory, size_t size)
{
	if (!memory)
		return;
	if (size > PAGE_SIZE)
		vfree(memory);
	else
		kfree(memory);
	atomic64_sub(size > PAGE_SIZE ? PAGE_ALIGN(size) : size, &arena->metadata);
}

/**
 * mctl_arena_wait_readers() - wait for all readers that do not sleep
 *
 * Waits for tasks that were preempted while they read, and for interrupts.
 *
 * Context: Process context, may sleep.
 */
void mctl_arena_wait_readers(void)
{
	synchronize_rcu();
	synchronize_rcu_tasks();
}

/* --- the arrays of the frame table --- */

static void array_set(struct mctl_table *table, unsigned int index, void *memory)
{
	switch (index) {
	case MCTL_ARRAY_STATE:
		WRITE_ONCE(table->state, memory);
		break;
	case MCTL_ARRAY_LINK:
		WRITE_ONCE(table->link, memory);
		break;
	case MCTL_ARRAY_TAG:
		WRITE_ONCE(table->tag, memory);
		break;
	case MCTL_ARRAY_PAGEBLOCK:
		WRITE_ONCE(table->pageblock, memory);
		break;
	case MCTL_ARRAY_LISTS:
		WRITE_ONCE(table->lists, memory);
		break;
	case MCTL_ARRAY_SECTION:
		WRITE_ONCE(table->section, memory);
		break;
	}
}

static void *array_get(const struct mctl_table *table, unsigned int index)
{
	void *memory[MCTL_NR_ARRAYS] = {
		table->state,	  table->link,	table->tag,
		table->pageblock, table->lists, table->section,
	};

	return memory[index];
}

/* Free the pages from @from on. */
static void array_trim(struct mctl_arena *arena, struct mctl_array *array, unsigned int from)
{
	while (array->nr_pages > from) {
		__free_page(array->page[--array->nr_pages]);
		atomic64_sub(PAGE_SIZE, &arena->metadata);
	}
}

/* Make a longer list of pages, the old ones first. */
static int array_extend(struct mctl_arena *arena, const struct mctl_array *old,
			struct mctl_array *array, unsigned int nr_pages)
{
	array->page = mctl_arena_meta_alloc(arena, nr_pages * sizeof(*array->page));
	if (!array->page)
		return -ENOMEM;
	if (old->nr_pages)
		memcpy(array->page, old->page, old->nr_pages * sizeof(*array->page));
	array->nr_pages = old->nr_pages;
	while (array->nr_pages < nr_pages) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);

		if (!page)
			return -ENOMEM;
		atomic64_add(PAGE_SIZE, &arena->metadata);
		array->page[array->nr_pages++] = page;
	}
	return 0;
}

/**
 * mctl_host_grow_table() - make room for more sections in the frame table
 * @arena: the arena
 * @nr: sections
 *
 * The same pages get a second mapping, so that nobody has to stop; the first
 * mapping is removed when nobody can be using it any more.
 *
 * Context: Process context, arena->resize held for writing, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_host_grow_table(struct mctl_arena *arena, u32 nr)
{
	u32 max = arena->table.nr_sections + nr;
	struct mctl_array new[MCTL_NR_ARRAYS] = {}, old;
	void *mapping[MCTL_NR_ARRAYS] = {};
	unsigned int i, nr_pages;
	int ret = 0;

	if (max <= arena->max_sections)
		return 0;
	for (i = 0; i < MCTL_NR_ARRAYS && !ret; i++) {
		nr_pages = DIV_ROUND_UP((u64)max * section_bytes[i], PAGE_SIZE);
		ret = array_extend(arena, &arena->arrays[i], &new[i], nr_pages);
		if (!ret)
			mapping[i] = vmap(new[i].page, nr_pages, VM_MAP, PAGE_KERNEL);
		if (!mapping[i])
			ret = -ENOMEM;
	}
	for (i = 0; i < MCTL_NR_ARRAYS && !ret; i++) {
		void *was = array_get(&arena->table, i);

		array_set(&arena->table, i, mapping[i]);
		mapping[i] = was;
		old = arena->arrays[i];
		arena->arrays[i] = new[i];
		new[i] = old;
	}
	if (!ret) {
		arena->max_sections = max;
		if (mapping[0])
			mctl_arena_wait_readers();
	}
	/* Free what was replaced, or what was allocated in vain. */
	for (i = 0; i < MCTL_NR_ARRAYS; i++) {
		vunmap(mapping[i]);
		nr_pages = ret ? DIV_ROUND_UP((u64)max * section_bytes[i], PAGE_SIZE) :
				 new[i].nr_pages;
		if (ret && new[i].page)
			array_trim(arena, &new[i], arena->arrays[i].nr_pages);
		mctl_arena_meta_free(arena, new[i].page, nr_pages * sizeof(*new[i].page));
	}
	return ret;
}

/* --- the map of sections --- */

/* Free the pages that are not among those of @keep, and the list of them. */
static void free_map_pages(struct mctl_arena *arena, struct mctl_array *map,
			   const struct mctl_array *keep)
{
	unsigned int i;

	if (!map->page)
		return;
	for (i = 0; i < map->nr_pages; i++) {
		if (map->page[i] == ZERO_PAGE(0) ||
		    (i < keep->nr_pages && map->page[i] == keep->page[i]))
			continue;
		__free_page(map->page[i]);
		atomic64_sub(PAGE_SIZE, &arena->metadata);
	}
	mctl_arena_meta_free(arena, map->page, map->nr_pages * sizeof(*map->page));
}

/* Sections up to the end of the host's memory as it is now. */
static unsigned long map_entries(void)
{
	unsigned long last = 0;
	int nid;

	for_each_node_state(nid, N_MEMORY)
		last = max(last, node_end_pfn(nid));
	return DIV_ROUND_UP(last, MCTL_SECTION_FRAMES);
}

/**
 * mctl_host_grow_map() - extend the map of sections to cover more chunks
 * @arena: the arena
 * @pages: the chunks, or NULL
 *
 * The map is flat over all of the host's physical memory, and each page of it
 * covers 4 GiB. Where the arena has nothing, the host's zero page is mapped. New
 * pages come with a new mapping, as for the frame table. The map becomes longer
 * if the host has got more memory since; it never becomes shorter.
 *
 * Context: Process context, arena->resize held for writing, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_host_grow_map(struct mctl_arena *arena, const struct list_head *pages)
{
	unsigned long nr_map = max(arena->nr_map, map_entries());
	struct mctl_array new = { .nr_pages = DIV_ROUND_UP(nr_map, MAP_PAGE_ENTRIES) };
	bool changed = new.nr_pages != arena->map.nr_pages;
	u32 *was = arena->section_map, *mapping;
	struct page *page, **slot;
	unsigned int i;

	new.page = mctl_arena_meta_alloc(arena, new.nr_pages * sizeof(*new.page));
	if (!new.page)
		return -ENOMEM;
	for (i = 0; i < new.nr_pages; i++)
		new.page[i] = i < arena->map.nr_pages ? arena->map.page[i] : ZERO_PAGE(0);
	if (pages)
		list_for_each_entry(page, pages, lru) {
			slot = &new.page[page_to_pfn(page) / MAP_PAGE_FRAMES];
			if (*slot != ZERO_PAGE(0))
				continue;
			changed = true;
			*slot = alloc_page(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
			if (!*slot) {
				*slot = ZERO_PAGE(0);
				goto free;
			}
			atomic64_add(PAGE_SIZE, &arena->metadata);
		}
	mapping = changed ? vmap(new.page, new.nr_pages, VM_MAP, PAGE_KERNEL) : NULL;
	if (!mapping)
		goto free;
	WRITE_ONCE(arena->section_map, mapping);
	/* Pairs with the acquire in mctl_arena_map_entry(): the longer map is there first. */
	smp_store_release(&arena->nr_map, nr_map);
	swap(arena->map, new);
	if (was && arena->max_sections)
		mctl_arena_wait_readers();
	vunmap(was);
	mctl_arena_meta_free(arena, new.page, new.nr_pages * sizeof(*new.page));
	return 0;

free:
	free_map_pages(arena, &new, &arena->map);
	if (changed)
		return -ENOMEM;
	/* The same pages have room for a few entries more. */
	smp_store_release(&arena->nr_map, nr_map);
	return 0;
}

/**
 * mctl_host_create_tables() - make the empty map of sections of a new arena
 * @arena: the arena
 *
 * The frame table is allocated with the first frames.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int mctl_host_create_tables(struct mctl_arena *arena)
{
	return mctl_host_grow_map(arena, NULL);
}

/**
 * mctl_host_destroy_tables() - free the frame table and the map of sections
 * @arena: an arena without frames
 *
 * Context: Process context, may sleep.
 */
void mctl_host_destroy_tables(struct mctl_arena *arena)
{
	unsigned int i;

	vunmap(arena->section_map);
	free_map_pages(arena, &arena->map, &(struct mctl_array){});
	for (i = 0; i < MCTL_NR_ARRAYS; i++) {
		struct mctl_array *array = &arena->arrays[i];
		unsigned int nr_pages = array->nr_pages;

		vunmap(array_get(&arena->table, i));
		array_trim(arena, array, 0);
		mctl_arena_meta_free(arena, array->page, nr_pages * sizeof(*array->page));
	}
}

/* --- host pages --- */

static unsigned long cookie(const struct mctl_arena *arena, const struct page *page)
{
	return hash_64((u64)arena->id << 40 ^ page_to_pfn(page), 63) | 1;
}

/* Return: why the page must not be freed, or NULL. */
static const char *what_is_wrong(const struct mctl_arena *arena, struct page *page)
{
	if (page_private(page) != cookie(arena, page))
		return "its cookie was overwritten";
	if (page_count(page) != 1)
		return "somebody holds a reference";
	if (page->mapping || atomic_read(&page->_mapcount) != -1)
		return "it is mapped";
	return NULL;
}

static void give_back_page(const struct mctl_arena *arena, u32 fn, struct page *page)
{
	const char *wrong = what_is_wrong(arena, page);

	if (wrong) {
		pr_err_ratelimited("arena %s: frame %u (pfn %#lx) is not given back: %s\n",
				   arena->name, fn, page_to_pfn(page), wrong);
		return;
	}
	set_page_private(page, 0);
	__free_page(page);
}

/*
 * Make single pages from split_page() one block again, of which only the first
 * page has a reference. Return: false, with nothing changed, if anybody else
 * uses one of the pages.
 */
static bool unsplit(const struct mctl_arena *arena, struct page *page, unsigned int order)
{
	unsigned int nr = 1U << order, i;

	for (i = 0; i < nr; i++)
		if (what_is_wrong(arena, page + i) || PageHWPoison(page + i) ||
		    !page_ref_freeze(page + i, 1))
			break;
	if (i == nr) {
		page_ref_unfreeze(page, 1);
		return true;
	}
	while (i--)
		page_ref_unfreeze(page + i, 1);
	return false;
}

/**
 * mctl_host_give_chunk() - give a chunk back to the host
 * @arena: the arena that it was removed from
 * @fn: its first frame, for reports
 * @page: its first page
 * @order: 2^order pages
 *
 * The chunk is freed as one block: freed page by page, some would wait in the
 * lists of the host's CPUs, and the host would have fewer large blocks meanwhile.
 * A page that is not as we left it stays where it is, and is logged. If a page of
 * the chunk has a hardware error, all are freed one by one: only then does the
 * host look at each, and keep the bad one off its lists.
 *
 * Context: Process context, may sleep.
 */
void mctl_host_give_chunk(struct mctl_arena *arena, u32 fn, struct page *page, unsigned int order)
{
	unsigned int i;

	mctl_debug_host_take_back(page, order);
	if (unsplit(arena, page, order)) {
		for (i = 0; i < 1U << order; i++)
			set_page_private(page + i, 0);
		__free_pages(page, order);
	} else {
		for (i = 0; i < 1U << order; i++)
			give_back_page(arena, fn + i, page + i);
	}
	cond_resched();
}

/**
 * mctl_host_give_list() - give back chunks that did not become frames
 * @pages: the chunks; empty on return
 *
 * Context: Process context, may sleep.
 */
void mctl_host_give_list(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		unsigned int order = page_private(page), i;

		list_del(&page->lru);
		set_page_private(page, 0);
		for (i = 0; i < 1U << order && !PageHWPoison(page + i); i++)
			;
		if (i == 1U << order) {
			__free_pages(page, order);
		} else {
			split_page(page, order);
			for (i = 0; i < 1U << order; i++)
				__free_page(page + i);
		}
		cond_resched();
	}
}

/**
 * mctl_host_available() - how much may be taken from the host
 *
 * Context: Any context.
 * Return: number of pages.
 */
unsigned long mctl_host_available(void)
{
	long available = si_mem_available();

	return available > (long)HOST_RESERVE ? available - HOST_RESERVE : 0;
}

static int compare_pfn(void *context, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct page, lru) > list_entry(b, struct page, lru);
}

/**
 * mctl_host_sort() - sort chunks by physical address
 * @pages: the chunks
 *
 * Context: Process context.
 */
void mctl_host_sort(struct list_head *pages)
{
	list_sort(NULL, pages, compare_pfn);
}

/**
 * mctl_host_follows() - whether a chunk continues the run of another one
 * @page: its first page
 * @last: first page of a chunk with a lower physical address
 *
 * Context: Any context.
 * Return: whether its section is that of @last, or the next one.
 */
bool mctl_host_follows(const struct page *page, const struct page *last)
{
	return page_to_pfn(page) >> MCTL_SECTION_SHIFT <=
	       (page_to_pfn(last) >> MCTL_SECTION_SHIFT) + 1;
}

/* The last chunk of the shortest run of @pages, sorted by pfn; NULL if all are one run. */
static struct page *end_of_shortest(const struct list_head *pages)
{
	struct page *page, *last = NULL, *end = NULL;
	u64 nr = 0, least = U64_MAX;

	list_for_each_entry(page, pages, lru) {
		if (last && !mctl_host_follows(page, last)) {
			if (nr < least) {
				least = nr;
				end = last;
			}
			nr = 0;
		}
		nr++;
		last = page;
	}
	return end && nr < least ? last : end;
}

/*
 * Replace scattered large chunks by contiguous ones, if the host has any at hand:
 * take some more, and give back as many of the shortest runs.
 */
static void join_runs(struct mctl_arena *arena, int nid, mctl_host_fits_t fits,
		      struct list_head *whole)
{
	unsigned int nr_more = 0, i;
	struct page *page;
	LIST_HEAD(spare);

	mctl_host_sort(whole);
	if (!end_of_shortest(whole))
		return;
	for (i = 0; i < NR_SPARE && mctl_host_available() >= MCTL_SECTION_FRAMES; i++) {
		page = alloc_pages_node(nid, TAKE_GFP & ~__GFP_RECLAIM, MCTL_MAX_ORDER);
		if (!page)
			break;
		set_page_private(page, MCTL_MAX_ORDER);
		if (fits(arena, page, -1)) {
			list_add(&page->lru, whole);
			nr_more++;
		} else {
			list_add(&page->lru, &spare);
		}
	}
	mctl_host_sort(whole);
	while (nr_more--) {
		page = end_of_shortest(whole) ?: list_last_entry(whole, struct page, lru);
		list_move(&page->lru, &spare);
		cond_resched();
	}
	mctl_host_give_list(&spare);
}

/**
 * mctl_host_take() - take pages of one node, in chunks as large as possible
 * @arena: the arena that will hold them
 * @nid: the node
 * @type: enum memctl_zone_type, or -1 for the zones that the node gives first
 * @nr: pages
 * @fits: whether a chunk is of @type and the arena can hold it; others go back
 * @pages: the chunks are put on this list
 *
 * Context: Process context, may sleep. A fatal signal ends it.
 * Return: pages taken, fewer than @nr if the node has no more to give.
 */
u64 mctl_host_take(struct mctl_arena *arena, int nid, int type, u64 nr, mctl_host_fits_t fits,
		   struct list_head *pages)
{
	static const gfp_t zone_gfp[MCTL_NR_ZONE_TYPES] = {
		[MEMCTL_ZONE_TYPE_DMA] = __GFP_DMA,
		[MEMCTL_ZONE_TYPE_DMA32] = __GFP_DMA32,
	};
	gfp_t gfp = TAKE_GFP | (type < 0 ? 0 : zone_gfp[type]);
	unsigned int order = MCTL_MAX_ORDER, nr_aside = 0;
	LIST_HEAD(aside);
	LIST_HEAD(whole);
	u64 got = 0;

	while (got < nr && nr_aside < MAX_ASIDE && !fatal_signal_pending(current)) {
		struct page *page = NULL;

		order = min_t(unsigned int, order, ilog2(nr - got));
		if (got % MCTL_SECTION_FRAMES || mctl_host_available() >= 1U << order)
			page = alloc_pages_node(nid, gfp, order);
		if (!page) {
			if (!order)
				break;
			order--;
			continue;
		}
		set_page_private(page, order);
		if (!fits(arena, page, type)) {
			list_add(&page->lru, &aside);
			nr_aside++;
			continue;
		}
		list_add(&page->lru, order == MCTL_MAX_ORDER ? &whole : pages);
		got += 1U << order;
		cond_resched();
	}
	if (type < 0)
		join_runs(arena, nid, fits, &whole);
	list_splice(&whole, pages);
	mctl_host_give_list(&aside);
	return got;
}

/**
 * mctl_host_mark() - split a chunk into single pages, marked as the arena's
 * @arena: the arena
 * @page: first page of a chunk that is on no list
 * @order: 2^order pages
 *
 * Context: Any context.
 */
void mctl_host_mark(const struct mctl_arena *arena, struct page *page, unsigned int order)
{
	unsigned int i;

	split_page(page, order);
	for (i = 0; i < 1U << order; i++)
		set_page_private(page + i, cookie(arena, page + i));
}

/**
 * mctl_host_give_marked() - give back a marked chunk that did not become frames
 * @page: its first page
 * @order: 2^order pages
 *
 * Context: Process context.
 */
void mctl_host_give_marked(struct page *page, unsigned int order)
{
	unsigned int i;

	for (i = 0; i < 1U << order; i++) {
		set_page_private(page + i, 0);
		__free_page(page + i);
	}
}
