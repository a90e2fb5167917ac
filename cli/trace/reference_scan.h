/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reference_scan.h - one line of a trace of references, in each of the formats of
 * reference_trace.h.
 */
#ifndef MEMCTL_CLI_REFERENCE_SCAN_H
#define MEMCTL_CLI_REFERENCE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct reference_scan - a line, and what it says
 * @line: the line, without its end
 * @length: its bytes
 * @at: how far it is read
 * @found: it has a reference
 * @address: its address or number
 * @size: bytes that it reads or writes from there; 1 where the format has no sizes
 * @space: its address space, 0 where the format has none
 * @write: it is a write
 * @lost: faults that the module lost, as the line says
 * @wrong: what is wrong at @at; NULL for nothing
 */
struct reference_scan {
	const char *line;
	size_t length;
	size_t at;
	bool found;
	uint64_t address;
	uint64_t size;
	uint32_t space;
	bool write;
	uint64_t lost;
	const char *wrong;
};

/* enum reference_format that the line looks like; REFERENCE_ANY where it could be any. */
uint32_t reference_scan_format(const char *line, size_t length);
/* Read the line. Return: false, with @wrong, if it is none of the format. */
bool reference_scan(struct reference_scan *scan, uint32_t format);

#endif /* MEMCTL_CLI_REFERENCE_SCAN_H */
