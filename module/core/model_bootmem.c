// SPDX-License-Identifier: GPL-2.0
/*
 * The boot-time allocator of Linux up to 4.19 (mm/bootmem.c; Gorman, Understanding the Linux
 * Virtual Memory Manager, chapter 5). A model: it runs in user space only.
 *
 * At first all pages are reserved; those of usable memory are freed, those of the kernel and of
 * the bitmap reserved again. An allocation takes the first run of free pages behind the last one
 * (next fit), then from its goal on. If that begins on the page behind the end of the last
 * allocation, what is left of that page is used first. At the end all free pages are handed over to
 * the buddy system, a word of the bitmap at a time where all its pages are free.
 *
 * Invariants:
 *
 * O1  nr_free is the count of clear bits.
 * O2  Bits behind the last page are set.
 * O3  While last_offset is not 0, page last_pos is reserved.
 * O4  last_success is at most nr_pages.
 *
 * Locks: none; the caller serialises.
 */
#include "core/model_bootmem.h"

static u64 page_up(u64 bytes)
{
	return (bytes + MCTL_BOOTMEM_PAGE - 1) >> MCTL_BOOTMEM_SHIFT;
}

static u64 align_up(u64 value, u64 align)
{
	return (value + align - 1) & ~(align - 1);
}

static u32 nr_words_of(u32 nr_pages)
{
	return (nr_pages + MCTL_BOOTMEM_WORD - 1) / MCTL_BOOTMEM_WORD;
}

/**
 * mctl_bootmem_size() - the size of a bitmap
 * @nr_pages: pages, at most MCTL_BOOTMEM_MAX_PAGES
 *
 * Context: Any context.
 * Return: bytes.
 */
size_t mctl_bootmem_size(u32 nr_pages)
{
	return nr_words_of(nr_pages) * sizeof(u32);
}

/**
 * mctl_bootmem_init() - make a bitmap with all pages reserved
 * @bootmem: the allocator
 * @nr_pages: pages, at most MCTL_BOOTMEM_MAX_PAGES
 * @storage: of mctl_bootmem_size() bytes
 *
 * Context: The caller serialises.
 */
void mctl_bootmem_init(struct mctl_bootmem *bootmem, u32 nr_pages, void *storage)
{
	*bootmem = (struct mctl_bootmem){ .map = storage, .nr_pages = nr_pages };
	for (u32 i = 0; i < nr_words_of(nr_pages); i++)
		bootmem->map[i] = U32_MAX;
}

/* Set or clear the bits of pages @first to @end - 1. Return: how many were different. */
static u32 mark(struct mctl_bootmem *bootmem, u64 first, u64 end, bool reserved)
{
	u32 nr = 0;

	for (u64 page = first; page < end && page < bootmem->nr_pages; page++) {
		if (mctl_bootmem_is_set(bootmem, page) == reserved)
			continue;
		bootmem->map[page / MCTL_BOOTMEM_WORD] ^= 1U << page % MCTL_BOOTMEM_WORD;
		nr++;
	}
	if (reserved)
		bootmem->nr_free -= nr;
	else
		bootmem->nr_free += nr;
	return nr;
}

/**
 * mctl_bootmem_free() - free memory
 * @bootmem: the allocator
 * @start: address
 * @size: bytes; @start + @size is at most 2^63
 *
 * Pages of which the range has only a part stay as they are. The next search begins there, if that
 * is lower.
 *
 * Context: The caller serialises.
 * Return: pages that were reserved before.
 */
u32 mctl_bootmem_free(struct mctl_bootmem *bootmem, u64 start, u64 size)
{
	u64 first = page_up(start), end = (start + size) >> MCTL_BOOTMEM_SHIFT;

	if (first >= end)
		return 0;
	if (first < bootmem->last_success)
		bootmem->last_success = first;
	if (first <= bootmem->last_pos && bootmem->last_pos < end)
		bootmem->last_offset = 0;
	return mark(bootmem, first, end, false);
}

/**
 * mctl_bootmem_reserve() - reserve memory
 * @bootmem: the allocator
 * @start: address
 * @size: bytes; @start + @size is at most 2^63
 *
 * Pages of which the range has a part are reserved whole.
 *
 * Context: The caller serialises.
 * Return: pages that were free before.
 */
u32 mctl_bootmem_reserve(struct mctl_bootmem *bootmem, u64 start, u64 size)
{
	if (!size)
		return 0;
	return mark(bootmem, start >> MCTL_BOOTMEM_SHIFT, page_up(start + size), true);
}

/* The first page of a free run of @nr from page @from on, at a multiple of @step; or nr_pages. */
static u64 find_run(const struct mctl_bootmem *bootmem, u64 from, u64 nr, u64 step)
{
	u64 first = align_up(from, step), i = 0;

	while (first + nr <= bootmem->nr_pages && i < nr) {
		if (mctl_bootmem_is_set(bootmem, first + i)) {
			first = align_up(first + i + 1, step);
			i = 0;
		} else {
			i++;
		}
	}
	return first + nr <= bootmem->nr_pages ? first : bootmem->nr_pages;
}

static void take(struct mctl_bootmem *bootmem, u64 first, u64 size, u64 align,
		 struct mctl_bootmem_place *place)
{
	u64 start = first << MCTL_BOOTMEM_SHIFT, end;

	if (bootmem->last_offset && bootmem->last_pos + 1ULL == first) {
		u64 rest = ((u64)bootmem->last_pos << MCTL_BOOTMEM_SHIFT) + bootmem->last_offset;

		rest = align_up(rest, align);
		place->merged = rest < start;
		start = rest;
	}
	end = start + size;
	place->address = start;
	place->nr =
		mark(bootmem, (start >> MCTL_BOOTMEM_SHIFT) + place->merged, page_up(end), true);
	bootmem->last_pos = (end - 1) >> MCTL_BOOTMEM_SHIFT;
	bootmem->last_offset = end & (MCTL_BOOTMEM_PAGE - 1);
	bootmem->last_success = page_up(end);
}

/**
 * mctl_bootmem_alloc() - allocate memory
 * @bootmem: the allocator
 * @size: bytes, at least 1, at most 2^62
 * @align: a power of two, up to MCTL_BOOTMEM_MAX_ALIGN
 * @goal: address from which on it is looked for; 0 for any
 * @place: what was found
 *
 * A goal behind the last page is none.
 *
 * Context: The caller serialises.
 */
void mctl_bootmem_alloc(struct mctl_bootmem *bootmem, u64 size, u64 align, u64 goal,
			struct mctl_bootmem_place *place)
{
	u64 step = align > MCTL_BOOTMEM_PAGE ? align >> MCTL_BOOTMEM_SHIFT : 1;
	u64 from = goal >> MCTL_BOOTMEM_SHIFT, first = bootmem->nr_pages, nr = page_up(size);

	*place = (struct mctl_bootmem_place){ .address = MCTL_BOOTMEM_NONE };
	if (from >= bootmem->nr_pages)
		from = 0;
	if (bootmem->last_success > from) {
		first = find_run(bootmem, bootmem->last_success, nr, step);
		place->wrapped = first == bootmem->nr_pages;
	}
	if (first == bootmem->nr_pages)
		first = find_run(bootmem, from, nr, step);
	if (first < bootmem->nr_pages)
		take(bootmem, first, size, align, place);
}

/**
 * mctl_bootmem_release() - hand all free pages over
 * @bootmem: the allocator; it has no free page afterwards
 * @give: called for each block of 2^order pages, by address
 * @context: for @give
 *
 * Context: The caller serialises.
 * Return: pages handed over.
 */
u32 mctl_bootmem_release(struct mctl_bootmem *bootmem,
			 void (*give)(void *context, u32 page, unsigned int order), void *context)
{
	u32 nr = bootmem->nr_free;

	for (u32 i = 0; i < nr_words_of(bootmem->nr_pages); i++) {
		u32 free = ~bootmem->map[i], page = i * MCTL_BOOTMEM_WORD;

		if (free == U32_MAX) {
			give(context, page, MCTL_BOOTMEM_ORDER);
			continue;
		}
		for (; free; free >>= 1, page++) {
			if (free & 1)
				give(context, page, 0);
		}
	}
	mark(bootmem, 0, bootmem->nr_pages, true);
	return nr;
}

/**
 * mctl_bootmem_check() - test the invariants
 * @bootmem: the allocator
 * @report: where problems go
 *
 * Context: The caller serialises.
 */
void mctl_bootmem_check(const struct mctl_bootmem *bootmem, struct mctl_report *report)
{
	u32 nr_bits = nr_words_of(bootmem->nr_pages) * MCTL_BOOTMEM_WORD, nr = 0;

	for (u32 page = 0; page < bootmem->nr_pages; page++)
		nr += !mctl_bootmem_is_set(bootmem, page);
	mctl_report_expect(report, "bootmem O1", "bitmap", 0, "nr_free", nr, bootmem->nr_free);
	for (u32 page = bootmem->nr_pages; page < nr_bits; page++)
		mctl_report_expect(report, "bootmem O2", "page", page, "reserved", true,
				   mctl_bootmem_is_set(bootmem, page));
	if (bootmem->last_offset)
		mctl_report_expect(report, "bootmem O3", "page", bootmem->last_pos, "reserved",
				   true,
				   bootmem->last_pos < bootmem->nr_pages &&
					   mctl_bootmem_is_set(bootmem, bootmem->last_pos));
	mctl_report_expect(report, "bootmem O4", "bitmap", 0, "last_success within", true,
			   bootmem->last_success <= bootmem->nr_pages);
}
