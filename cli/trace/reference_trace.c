// SPDX-License-Identifier: GPL-2.0
/*
 * reference_trace.c - reads traces of references; the formats are in reference_trace.h.
 *
 * A reference takes 4 bytes, and each page that differs from those before 16 and its slots in a
 * hash table, which is at most half full.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "base/complain.h"
#include "reference_scan.h"
#include "reference_trace.h"

#define PAGE_SIZE 4096

/* What was put in, so that all that it needs is there, or nothing was. */
enum added { ADDED, NO_MEMORY, TOO_MANY_PAGES, TOO_LONG };

const char *reference_format_name(uint32_t format)
{
	static const char *const names[REFERENCE_NR_FORMATS] = { "any", "text", "tlb", "region",
								 "lackey" };

	return format < REFERENCE_NR_FORMATS ? names[format] : NULL;
}

/* --- memory -------------------------------------------------------------------------------- */

/*
 * Room for one more of @size bytes in an array of @nr, whose capacity is a power of two from 4096
 * on. Return: the array, which may have moved; NULL without memory, when it stays as it is.
 */
static void *make_room(void *array, size_t nr, size_t size)
{
	if (nr && (nr < 4096 || (nr & (nr - 1))))
		return array;
	return reallocarray(array, nr ? 2 * nr : 4096, size);
}

/* Fibonacci hashing (Knuth, volume 3, 6.4): the high bits depend on all. */
static size_t slot_of(const struct reference_trace *trace, const struct reference_page *page)
{
	uint64_t key = page->number ^ (uint64_t)page->space << 40;

	return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (trace->nr_slots - 1);
}

static bool same(const struct reference_page *a, const struct reference_page *b)
{
	return a->number == b->number && a->space == b->space;
}

/* The slot that has the page, or the free one where it belongs. */
static uint32_t *find(const struct reference_trace *trace, const struct reference_page *page)
{
	size_t at = slot_of(trace, page);

	while (trace->slot[at] && !same(&trace->page[trace->slot[at] - 1], page))
		at = (at + 1) & (trace->nr_slots - 1);
	return &trace->slot[at];
}

static bool grow_table(struct reference_trace *trace)
{
	size_t nr = trace->nr_slots ? 2 * trace->nr_slots : 8192;
	uint32_t *slot;

	if (trace->nr_pages < trace->nr_slots / 2)
		return true;
	slot = calloc(nr, sizeof(*slot));
	if (!slot)
		return false;
	free(trace->slot);
	trace->slot = slot;
	trace->nr_slots = nr;
	for (size_t i = 0; i < trace->nr_pages; i++)
		*find(trace, &trace->page[i]) = (uint32_t)i + 1;
	return true;
}

static bool add_page(struct reference_trace *trace, const struct reference_page *page)
{
	struct reference_page *room = make_room(trace->page, trace->nr_pages, sizeof(*page));

	if (!room)
		return false;
	trace->page = room;
	trace->page[trace->nr_pages++] = *page;
	return true;
}

static enum added add(struct reference_trace *trace, const struct reference_page *page, bool write)
{
	uint32_t *room = make_room(trace->reference, trace->nr, sizeof(*room)), *slot;

	if (!room)
		return NO_MEMORY;
	trace->reference = room;
	if (trace->nr >= REFERENCE_MAX_LENGTH)
		return TOO_LONG;
	if (!grow_table(trace))
		return NO_MEMORY;
	slot = find(trace, page);
	if (!*slot) {
		if (trace->nr_pages >= REFERENCE_MAX_PAGES)
			return TOO_MANY_PAGES;
		if (!add_page(trace, page))
			return NO_MEMORY;
		*slot = (uint32_t)trace->nr_pages;
	}
	trace->reference[trace->nr++] = (*slot - 1) << 1 | write;
	trace->nr_writes += write;
	return ADDED;
}

/* --- lines --------------------------------------------------------------------------------- */

/* All pages that an access touches. */
static enum added add_access(struct reference_trace *trace, const struct reference_scan *scan)
{
	uint64_t size = trace->page_size ? trace->page_size : 1;
	uint64_t last = (scan->address + scan->size - 1) / size;
	struct reference_page page = { .number = scan->address / size, .space = scan->space };
	enum added added = ADDED;

	for (; added == ADDED && page.number < last; page.number++)
		added = add(trace, &page, scan->write);
	return added == ADDED ? add(trace, &page, scan->write) : added;
}

static int complain(struct memctl_ctx *ctx, const char *path, size_t number, enum added added)
{
	static const char *const texts[] = {
		[NO_MEMORY] = "there is no memory for it",
		[TOO_MANY_PAGES] = "a trace has at most 2^28 different pages",
		[TOO_LONG] = "a trace has at most 2^31 references",
	};

	return fail(ctx, MEMCTL_EXIT_USAGE, "%s: line %zu: %s", path, number, texts[added]);
}

/* The format is that of the first line that has one; text without a size has numbers of pages. */
static void settle_format(struct reference_trace *trace, const char *line, size_t length)
{
	if (trace->format == REFERENCE_ANY)
		trace->format = reference_scan_format(line, length);
	if (!trace->page_size && trace->format > REFERENCE_TEXT)
		trace->page_size = PAGE_SIZE;
}

static int read_line(struct memctl_ctx *ctx, const char *path, size_t number,
		     struct reference_scan *scan, struct reference_trace *trace)
{
	enum added added;

	settle_format(trace, scan->line, scan->length);
	if (trace->format == REFERENCE_ANY)
		return MEMCTL_EXIT_OK;
	if (!reference_scan(scan, trace->format))
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: line %zu, column %zu: %s (format %s)",
			    path, number, scan->at + 1, scan->wrong,
			    reference_format_name(trace->format));
	added = scan->found ? add_access(trace, scan) : ADDED;
	return added == ADDED ? MEMCTL_EXIT_OK : complain(ctx, path, number, added);
}

static int read_lines(struct memctl_ctx *ctx, const char *path, FILE *file,
		      struct reference_trace *trace)
{
	size_t room = 0, number = 0;
	int status = MEMCTL_EXIT_OK;
	uint64_t lost = 0;
	bool cut = false;
	char *line = NULL;
	ssize_t length;

	while (!status && (length = getline(&line, &room, file)) >= 0) {
		struct reference_scan scan = { .line = line, .length = (size_t)length };

		cut = line[length - 1] != '\n';
		scan.length -= !cut;
		status = read_line(ctx, path, ++number, &scan, trace);
		lost += scan.lost;
	}
	free(line);
	if (!status && !feof(file))
		status = fail_errno(ctx, MEMCTL_EXIT_USAGE, errno, NULL, "%s", path);
	if (!status && !trace->nr)
		status = fail(ctx, MEMCTL_EXIT_USAGE, "%s: there is no reference in it", path);
	if (!status && cut)
		note("%s: line %zu does not end: is the trace cut short?", path, number);
	if (!status && lost)
		note("%s: %llu faults are missing, as it says", path, (unsigned long long)lost);
	return status;
}

int reference_trace_read(struct memctl_ctx *ctx, const char *path, uint32_t format,
			 uint64_t page_size, struct reference_trace *trace)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	int status;

	*trace = (struct reference_trace){ .format = format, .page_size = page_size };
	if (!file)
		return fail_errno(ctx, MEMCTL_EXIT_USAGE, errno, NULL, "%s", path);
	status = read_lines(ctx, path, file, trace);
	if (file != stdin)
		fclose(file);
	if (status)
		reference_trace_free(trace);
	return status;
}

void reference_trace_free(struct reference_trace *trace)
{
	free(trace->reference);
	free(trace->page);
	free(trace->slot);
	*trace = (struct reference_trace){ 0 };
}
