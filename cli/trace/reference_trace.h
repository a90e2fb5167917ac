/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reference_trace.h - traces of references to pages, for models of page replacement.
 *
 * A trace is text of one of these formats; which one is seen from its first line with a
 * reference, or said by the caller:
 *
 * text     a line for each reference: a number, decimal or hex with 0x, and r or w, which is r
 *          where it is left out; # begins a comment. The numbers are pages, or addresses where
 *          the caller gives a size of pages.
 * tlb      the traces of memctl tlb: number of the address space, address, r or w
 * region   what memctl region trace prints, as text or with -J; a refused fault is no reference
 * lackey   what valgrind --tool=lackey --trace-mem=yes prints: I, L, S, M, an address in hex
 *          without 0x and a size; S and M are writes; valgrind's own lines are skipped
 *
 * Empty lines are skipped everywhere. Addresses are of pages of 4 KiB unless the caller says so.
 */
#ifndef MEMCTL_CLI_REFERENCE_TRACE_H
#define MEMCTL_CLI_REFERENCE_TRACE_H

#include "base/cmd.h"

#define REFERENCE_MAX_PAGES  (UINT32_C(1) << 28)
#define REFERENCE_MAX_LENGTH (UINT32_C(1) << 31)

enum reference_format {
	REFERENCE_ANY, /* as the first line says */
	REFERENCE_TEXT,
	REFERENCE_TLB,
	REFERENCE_REGION,
	REFERENCE_LACKEY,
	REFERENCE_NR_FORMATS,
};

/**
 * struct reference_page - a page of a trace
 * @number: its number: its address divided by the size of a page
 * @space: its address space; 0 where the format has none
 */
struct reference_page {
	uint64_t number;
	uint32_t space;
};

/**
 * struct reference_trace - a trace in memory
 * @reference: the references: the index of the page times 2, plus 1 for a write
 * @nr: their number
 * @nr_writes: those that are writes
 * @page: the pages, in the order of their first reference
 * @nr_pages: their number
 * @format: enum reference_format
 * @page_size: bytes; 0 if the trace has numbers of pages
 * @slot: hash table of indices plus 1, 0 where a slot is free
 * @nr_slots: a power of two
 */
struct reference_trace {
	uint32_t *reference;
	size_t nr;
	size_t nr_writes;
	struct reference_page *page;
	size_t nr_pages;
	uint32_t format;
	uint64_t page_size;
	uint32_t *slot;
	size_t nr_slots;
};

/* "text" and so on; NULL for a number that is no format. */
const char *reference_format_name(uint32_t format);

/*
 * Read a file, "-" for standard input. @format: enum reference_format; @page_size: 0 where it was
 * not given. Return: exit status, after a complaint that names line and column.
 */
int reference_trace_read(struct memctl_ctx *ctx, const char *path, uint32_t format,
			 uint64_t page_size, struct reference_trace *trace);
void reference_trace_free(struct reference_trace *trace);

#endif /* MEMCTL_CLI_REFERENCE_TRACE_H */
