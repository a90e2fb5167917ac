/* SPDX-License-Identifier: GPL-2.0 */
/*
 * e820_scan.h - ranges of a memory map, out of the messages of a kernel:
 *
 *   BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
 *   BIOS-e820: 0000000000000000 - 000000000009f800 (usable)
 *
 * The second form, up to Linux 3.4, has the first address behind the range.
 */
#ifndef MEMCTL_CLI_E820_SCAN_H
#define MEMCTL_CLI_E820_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct e820_range;

/**
 * struct e820_scan - a line and what was read of it
 * @line: the line, without its end
 * @length: its bytes
 * @at: where reading stopped
 * @wrong: what is wrong there
 * @found: it has a range
 */
struct e820_scan {
	const char *line;
	size_t length;
	size_t at;
	const char *wrong;
	bool found;
};

/* Read a line; one of another kind has no range. Return: false if it is wrong. */
bool e820_scan(struct e820_scan *scan, struct e820_range *range);

#endif /* MEMCTL_CLI_E820_SCAN_H */
