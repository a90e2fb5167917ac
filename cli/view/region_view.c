// SPDX-License-Identifier: GPL-2.0
/*
 * region_view.c - the columns of regions.
 */
#include "region_view.h"
#include "wire/model.h"

/* Of a region that processes map; the cells of one in the kernel are empty. */
#define COUNT(name, member, attr, use, help) \
	COLUMN(name, U32, region, member, REGION_##attr, use, help)
#define COUNTER(name, member, attr, help) \
	COLUMN(name, U64, region, member, REGION_##attr, JSON, help)

static struct json_object *kind_of(const void *row)
{
	return json_object_new_string(((const struct region *)row)->space ? "process" : "kernel");
}

static const struct column columns[] = {
	COLUMN("ARENA", STRING, region, arena, REGION_ARENA, JSON, "name of the arena"),
	COLUMN("NAME", STRING, region, name, REGION_NAME, BOTH, "name of the region"),
	COLUMN("START", ADDRESS, region, start, REGION_START, BOTH, "first virtual address"),
	COLUMN("END", ADDRESS, region, end, REGION_END, BOTH, "address behind the last byte"),
	COLUMN("PAGES", U32, region, nr_pages, REGION_NR_PAGES, BOTH, "pages of 4 KiB"),
	COLUMN("MAPPED", U32, region, nr_mapped, REGION_NR_MAPPED, BOTH, "pages that are mapped"),
	COLUMN("TABLES", U32, region, nr_tables, REGION_NR_TABLES, BOTH,
	       "frames that hold the shadow's tables"),
	COLUMN("LEVELS", U32, region, levels, REGION_LEVELS, BOTH, "levels of the tables"),
	COLUMN("READONLY", FLAG, region, readonly, REGION_READONLY, BOTH, "no right to write"),
	COLUMN_MADE("KIND", kind_of, BOTH, "mapped in the kernel, or for processes"),
	COLUMN("RSS", SIZE, region, rss, REGION_RSS, BOTH, "bytes of frames that back it"),
	COUNT("PROCS", nr_processes, NR_PROCESSES, BOTH, "address spaces that map it"),
	COLUMN("SIZE", SIZE, region, size, REGION_SIZE, JSON, "bytes"),
	COUNT("LIMIT", limit, LIMIT, JSON, "frames that may be charged to it, 0: no limit"),
	COUNT("CHARGED", nr_charged, NR_CHARGED, JSON,
	      "frames that count against the limit: RSS, TABLES, LARGE and AWAY"),
	COUNT("AWAY", nr_away, NR_AWAY, JSON,
	      "of them, not mapped: lent, held by a socket, or being read"),
	COUNT("ORDER", order, ORDER, JSON, "0, or 9 for blocks of 2 MiB"),
	COUNT("WINDOW", window, WINDOW, JSON, "pages that a read fault maps"),
	COUNT("FAMILY", family, FAMILY, JSON, "number that it shares with its forks"),
	COUNT("RELATIVES", nr_family, NR_FAMILY, JSON, "regions of the family"),
	COUNT("FILES", nr_files, NR_FILES, JSON, "open descriptors and mappings"),
	COUNT("MAPPINGS", nr_mappings, NR_MAPPINGS, JSON, "mappings in processes"),
	COUNT("VMAS", nr_vmas, NR_VMAS, JSON, "vmas"),
	COLUMN("VSS", SIZE, region, vss, REGION_VSS, JSON, "bytes in them"),
	COLUMN("PSS", SIZE, region, pss, REGION_PSS, JSON,
	       "bytes, each frame divided by the regions that it backs"),
	COLUMN("USS", SIZE, region, uss, REGION_USS, JSON, "bytes that back no other region"),
	COUNT("ZERO", nr_zero, NR_ZERO, JSON, "pages mapped to the frame of zeros"),
	COUNT("LARGE", nr_large, NR_LARGE, JSON, "leaves of 2 MiB"),
	COUNT("ACCESSED", nr_accessed, NR_ACCESSED, JSON, "pages touched"),
	COUNT("DIRTY", nr_dirty, NR_DIRTY, JSON, "pages written"),
	COUNT("LENT", nr_lent, NR_LENT, JSON, "loans of frames to pipes and to the kernel"),
	COUNT("QUARANTINE", nr_quarantine, NR_QUARANTINE, JSON,
	      "frames of the arena that are unmapped, but still held"),
	COUNTER("MINOR", nr_minor, NR_MINOR,
		"faults that found the frame there, or the file's page in the page cache"),
	COUNTER("MAJOR", nr_major, NR_MAJOR,
		"faults that read from a file, not from the page cache"),
	COUNTER("ZERO_FAULT", nr_zero_fault, NR_ZERO_FAULT,
		"faults that mapped the frame of zeros"),
	COUNTER("NEW", nr_new, NR_NEW, "faults that mapped a fresh frame"),
	COUNTER("COW", nr_cow, NR_COW, "faults that copied a shared frame"),
	COUNTER("REFUSED", nr_refused, NR_REFUSED, "faults that were refused"),
	COUNTER("AROUND", around, AROUND, "pages mapped beside those that faults were for"),
	COUNTER("ZAPS", nr_zaps, NR_ZAPS, "times that mappings, or their RW, were taken back"),
	COUNTER("SEQUENCE", sequence, SEQUENCE, "changes of the shadow"),
	COLUMN("GENERATION", U64, region, generation, REGION_GENERATION, JSON,
	       "generation of the arena"),
};

const struct view region_view = VIEW(columns);
