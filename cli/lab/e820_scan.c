// SPDX-License-Identifier: GPL-2.0
/*
 * e820_scan.c - ranges of a memory map, out of the messages of a kernel.
 *
 * Nothing behind the end of the line is read, whatever stands in it.
 */
#include <string.h>

#include "e820_map.h"
#include "e820_scan.h"

#define MARK "BIOS-e820: "

static char peek(const struct e820_scan *scan)
{
	return scan->at < scan->length ? scan->line[scan->at] : '\0';
}

static bool wrong(struct e820_scan *scan, const char *what)
{
	scan->wrong = what;
	return false;
}

static bool take(struct e820_scan *scan, const char *text)
{
	size_t length = strlen(text);

	if (scan->length - scan->at < length || memcmp(scan->line + scan->at, text, length))
		return false;
	scan->at += length;
	return true;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool take_hex(struct e820_scan *scan, uint64_t *value)
{
	size_t begin = scan->at;

	*value = 0;
	for (; digit_of(peek(scan)) >= 0; scan->at++) {
		if (*value >> 48) {
			scan->at = begin;
			return wrong(scan, "a physical address has 52 bits at most");
		}
		*value = *value << 4 | (uint64_t)digit_of(peek(scan));
	}
	return scan->at > begin || wrong(scan, "an address in hex is missing");
}

static bool take_new(struct e820_scan *scan, struct e820_range *range)
{
	if (!take(scan, "0x"))
		return wrong(scan, "an address with 0x is missing");
	if (!take_hex(scan, &range->start))
		return false;
	if (!take(scan, "-0x"))
		return wrong(scan, "-0x and the last address are missing");
	if (!take_hex(scan, &range->end))
		return false;
	if (range->end < range->start)
		return wrong(scan, "the range ends before it begins");
	return take(scan, "] ") || wrong(scan, "] and a type are missing");
}

static bool take_old(struct e820_scan *scan, struct e820_range *range)
{
	if (!take_hex(scan, &range->start))
		return false;
	if (!take(scan, " - "))
		return wrong(scan, " - and the end are missing");
	if (!take_hex(scan, &range->end))
		return false;
	if (range->end <= range->start)
		return wrong(scan, "the range ends before it begins");
	range->end--;
	return take(scan, " (") || wrong(scan, "a type in brackets is missing");
}

static bool take_type(struct e820_scan *scan, struct e820_range *range)
{
	/* Words that are the end of another one stand behind it. */
	static const struct {
		const char *word;
		uint32_t type;
	} words[] = {
		{ "usable", E820_USABLE },
		{ "reserved", E820_RESERVED },
		{ "device reserved", E820_RESERVED },
		{ "soft reserved", E820_RESERVED },
		{ "ACPI data", E820_ACPI_DATA },
		{ "ACPI NVS", E820_ACPI_NVS },
		{ "unusable", E820_UNUSABLE },
		{ "persistent", E820_PERSISTENT },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (take(scan, words[i].word)) {
			range->type = words[i].type;
			return true;
		}
	}
	if (take(scan, "type ")) {
		range->type = 0;
		for (; peek(scan) >= '0' && peek(scan) <= '9'; scan->at++)
			range->type = (range->type * 10 + (uint32_t)(peek(scan) - '0')) % 1000000;
		return true;
	}
	return wrong(scan, "this type of memory is not known");
}

bool e820_scan(struct e820_scan *scan, struct e820_range *range)
{
	const char *mark = memmem(scan->line, scan->length, MARK, strlen(MARK));

	scan->found = mark;
	if (!mark)
		return true;
	scan->at = (size_t)(mark - scan->line) + strlen(MARK);
	range->what = NULL;
	if (!(take(scan, "[mem ") ? take_new(scan, range) : take_old(scan, range)))
		return false;
	return take_type(scan, range);
}
