// SPDX-License-Identifier: GPL-2.0
/*
 * words.c - numbers and enums in words, and words into numbers.
 */
#include <errno.h>
#include <string.h>

#include <linux/memctl.h>

#include "words.h"
#include "words_gen.h"

#define PAGE_BYTES 4096

static const char *const zone_names[] = { "DMA", "DMA32", "Normal" };

static const char *const migratetype_names[] = { "Unmovable", "Movable", "Reclaimable" };

static const char *const difference_names[] = { "present", "frame", "RW",   "US",
						"NX",	   "level", "cache" };

static const char *const reason_texts[] = {
	"nothing is wrong",
	"unknown operation, flag, zone or migratetype",
	"the order is above 10",
	"the size is 0 or above the limit",
	"the arena has no such node",
	"the arena has no such cache",
	"no such handle: never issued, or freed already",
	"the handle is of another kind",
	"the handle belongs to another owner",
	"the reference is not to an earlier allocation that succeeded",
	"free frames would fall below the watermark",
	"enough frames are free, but no block is large enough",
	"not enough free frames",
	"the arena's records of it do not fit",
	"a fault that was set fired",
	"no zone that the request may use has frames",
	"the region has all frames that it may have",
	"the frame has a hardware memory error",
};

static const char *const tlb_page_names[] = { "4K", "2M", "4M", "1G" };

/* Those that are not the spec's own words, which words_gen.h has: one for each number. */
#define ALL_OF(table, last) _Static_assert(sizeof(table) / sizeof((table)[0]) == (last) + 1, #last)
ALL_OF(zone_names, MEMCTL_ZONE_TYPE_MAX);
ALL_OF(migratetype_names, MEMCTL_MIGRATETYPE_MAX);
ALL_OF(reason_texts, MEMCTL_REASON_MAX);
ALL_OF(tlb_page_names, MEMCTL_TLB_PAGE_MAX);

#define WORD(table, number) ((number) < sizeof(table) / sizeof((table)[0]) ? (table)[number] : "?")

const char *zone_name(uint32_t type)
{
	return WORD(zone_names, type);
}

const char *migratetype_name(uint32_t migratetype)
{
	return WORD(migratetype_names, migratetype);
}

const char *kind_name(uint32_t kind)
{
	return WORD(kind_names, kind);
}

const char *reason_name(uint32_t reason)
{
	return WORD(reason_names, reason);
}

const char *reason_text(uint32_t reason)
{
	return WORD(reason_texts, reason);
}

const char *event_name(uint32_t event)
{
	return WORD(event_type_names, event);
}

const char *tlb_page_name(uint32_t page)
{
	return WORD(tlb_page_names, page);
}

const char *tlb_policy_name(uint32_t policy)
{
	return WORD(tlb_policy_names, policy);
}

const char *inject_site_name(uint32_t site)
{
	return WORD(inject_site_names, site);
}

const char *fault_name(uint32_t fault)
{
	return WORD(fault_names, fault);
}

const char *refusal_name(uint32_t refusal)
{
	return WORD(refusal_names, refusal);
}

const char *difference_name(uint32_t bit)
{
	return WORD(difference_names, bit);
}

const char *rights_name(uint32_t rights)
{
	static const char *const names[] = { "--", "r-", "-w", "rw" };

	return WORD(names, rights);
}

bool parse_rights(const char *text, uint32_t *rights)
{
	static const struct {
		const char *word;
		uint32_t rights;
	} words[] = {
		{ "-", 0 },
		{ "--", 0 },
		{ "r", MEMCTL_RIGHT_READ },
		{ "r-", MEMCTL_RIGHT_READ },
		{ "w", MEMCTL_RIGHT_WRITE },
		{ "-w", MEMCTL_RIGHT_WRITE },
		{ "rw", MEMCTL_RIGHT_READ | MEMCTL_RIGHT_WRITE },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i].word))
			continue;
		*rights = words[i].rights;
		return true;
	}
	return false;
}

const char *errno_name(int error)
{
	const char *name = strerrorname_np(error);

	return name ? name : "?";
}

/* What a digit counts, -1 for what is none. */
static int digit_of(char byte, unsigned int base)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (base == 16 && byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	if (base == 16 && byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return -1;
}

/* Digits of @text in base 10 or 16 after 0x; *end is behind them. */
static bool parse_digits(const char *text, uint64_t *value, const char **end)
{
	unsigned int base = 10;
	uint64_t sum = 0;
	const char *at = text;
	int digit;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		at = text += 2;
	}
	while ((digit = digit_of(*at, base)) >= 0) {
		if (__builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)digit, &sum))
			return false;
		at++;
	}
	*value = sum;
	*end = at;
	return at != text;
}

bool parse_u64(const char *text, uint64_t *value)
{
	const char *end;

	return parse_digits(text, value, &end) && !*end;
}

bool parse_u32(const char *text, uint32_t *value)
{
	uint64_t wide;

	if (!parse_u64(text, &wide) || wide > UINT32_MAX)
		return false;
	*value = wide;
	return true;
}

/* Digits behind a point, as parts of @unit, which is rounded down to. */
static bool parse_fraction(const char **text, uint64_t unit, uint64_t *part)
{
	const char *at = *text;
	uint64_t scale = 1, sum = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (scale == 1000000)
			return false;
		scale *= 10;
		sum = sum * 10 + (uint64_t)(*at - '0');
	}
	*part = unit / scale * sum + unit % scale * sum / scale;
	if (at == *text)
		return false;
	*text = at;
	return true;
}

/* Bytes of a suffix: "", B, K, KiB, KB and so on to E; 0 if it is none. */
static uint64_t parse_unit(const char *text)
{
	static const char letters[] = "KMGTPE";
	const char *letter = *text ? strchr(letters, *text & ~0x20) : NULL;
	uint64_t unit = 1, step = 1024;

	if (!letter || !*letter)
		return !*text || !strcmp(text, "B");
	if (!strcmp(text + 1, "B"))
		step = 1000;
	else if (text[1] && strcmp(text + 1, "iB"))
		return 0;
	for (const char *at = letters; at <= letter; at++)
		unit *= step;
	return unit;
}

bool parse_size(const char *text, uint64_t *bytes)
{
	const char *end, *point = NULL;
	uint64_t unit, part = 0;

	if (!parse_digits(text, bytes, &end))
		return false;
	if (*end == '.') {
		point = ++end;
		end += strspn(end, "0123456789");
	}
	unit = parse_unit(end);
	if (!unit || (point && (unit == 1 || !strncasecmp(text, "0x", 2))))
		return false;
	if (point && !parse_fraction(&point, unit, &part))
		return false;
	/* 1.3G is a rounded size as printed in tables: it stands for whole pages. */
	if (part >= PAGE_BYTES && unit % PAGE_BYTES == 0)
		part -= part % PAGE_BYTES;
	return !__builtin_mul_overflow(*bytes, unit, bytes) &&
	       !__builtin_add_overflow(*bytes, part, bytes);
}
