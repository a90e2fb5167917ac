// SPDX-License-Identifier: GPL-2.0
/*
 * reference_scan.c - lines of traces of references; the formats are in reference_trace.h.
 *
 * Whatever stands in a line, nothing behind its end is read: each step asks peek(), which gives
 * 0 there, and a byte 0 in the line is wrong wherever it stands.
 */
#include <json.h>
#include <string.h>

#include "base/words.h"
#include "reference_scan.h"
#include "reference_trace.h"

/* What one access may read or write, bytes: lackey shows at most a page or two. */
#define MAX_SIZE (1U << 20)

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static char peek(const struct reference_scan *scan)
{
	return scan->at < scan->length ? scan->line[scan->at] : '\0';
}

static bool at_end(const struct reference_scan *scan)
{
	return scan->at >= scan->length;
}

static void skip_blanks(struct reference_scan *scan)
{
	while (is_blank(peek(scan)))
		scan->at++;
}

/* Only the first error is reported. */
static bool wrong(struct reference_scan *scan, const char *what)
{
	if (!scan->wrong)
		scan->wrong = what;
	return false;
}

/* Take @text, which has to stand here. */
static bool take(struct reference_scan *scan, const char *text)
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
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

static bool take_digits(struct reference_scan *scan, unsigned int base, uint64_t *value)
{
	size_t begin = scan->at;

	*value = 0;
	for (; (unsigned int)digit_of(peek(scan)) < base; scan->at++) {
		unsigned int digit = (unsigned int)digit_of(peek(scan));

		if (*value > (UINT64_MAX - digit) / base) {
			scan->at = begin;
			return wrong(scan, "the number is 2^64 or more");
		}
		*value = *value * base + digit;
	}
	return scan->at > begin || wrong(scan, "a number is missing");
}

/* Decimal, or hex with 0x. */
static bool take_number(struct reference_scan *scan, uint64_t *value)
{
	bool hex = take(scan, "0x") || take(scan, "0X");

	return take_digits(scan, hex ? 16 : 10, value);
}

/* Between two fields. */
static bool take_blanks(struct reference_scan *scan, const char *missing)
{
	if (!is_blank(peek(scan)) && !at_end(scan))
		return wrong(scan, "this belongs to no number");
	skip_blanks(scan);
	return !at_end(scan) || wrong(scan, missing);
}

static bool take_kind(struct reference_scan *scan)
{
	char kind = peek(scan);

	if (kind != 'r' && kind != 'w' && kind != 'R' && kind != 'W')
		return wrong(scan, "it is r or w that stands here");
	scan->write = kind == 'w' || kind == 'W';
	scan->at++;
	return true;
}

/* Blanks and a comment may follow. */
static bool take_end(struct reference_scan *scan)
{
	skip_blanks(scan);
	if (peek(scan) == '#')
		scan->at = scan->length;
	return at_end(scan) || wrong(scan, "nothing more can stand in this line");
}

static bool is_empty(struct reference_scan *scan)
{
	skip_blanks(scan);
	return at_end(scan) || peek(scan) == '#';
}

/* --- formats ------------------------------------------------------------------------------- */

static bool scan_text(struct reference_scan *scan)
{
	if (is_empty(scan))
		return true;
	scan->found = true;
	if (!take_number(scan, &scan->address))
		return false;
	if (!is_blank(peek(scan)) && peek(scan) != '#' && !at_end(scan))
		return wrong(scan, "this belongs to no number");
	skip_blanks(scan);
	if (!at_end(scan) && peek(scan) != '#' && !take_kind(scan))
		return false;
	return take_end(scan);
}

static bool scan_tlb(struct reference_scan *scan)
{
	uint64_t space;

	if (is_empty(scan))
		return true;
	scan->found = true;
	if (!take_number(scan, &space))
		return false;
	if (space >= UINT32_MAX) {
		scan->at = 0;
		skip_blanks(scan);
		return wrong(scan, "an address space is a number below 2^32 - 1");
	}
	scan->space = (uint32_t)space;
	return take_blanks(scan, "the address is missing") && take_number(scan, &scan->address) &&
	       take_blanks(scan, "r or w is missing") && take_kind(scan) && take_end(scan);
}

/* "I  04001090,3", " S 1ffefff7e8,8"; lines of valgrind itself begin with == or --. */
static bool scan_lackey(struct reference_scan *scan)
{
	char kind;

	if (take(scan, "==") || take(scan, "--") || is_empty(scan)) {
		scan->at = scan->length;
		return true;
	}
	scan->found = true;
	kind = peek(scan);
	if (kind != 'I' && kind != 'L' && kind != 'S' && kind != 'M')
		return wrong(scan, "it is I, L, S or M that stands here");
	scan->write = kind == 'S' || kind == 'M';
	scan->at++;
	if (!take_blanks(scan, "the address is missing") || !take_digits(scan, 16, &scan->address))
		return false;
	if (!take(scan, ","))
		return wrong(scan, "a comma and the size are missing");
	if (!take_digits(scan, 10, &scan->size))
		return false;
	if (!scan->size || scan->size > MAX_SIZE || scan->address + scan->size < scan->address) {
		scan->at =
			(size_t)((const char *)memrchr(scan->line, ',', scan->at) - scan->line) + 1;
		return wrong(scan, "no access has such a size");
	}
	skip_blanks(scan);
	return at_end(scan) || wrong(scan, "nothing more can stand in this line");
}

/* "[    1.000000] #1 pid 5 write 0x1000 (0x7f0000001000): new, 2 pages" */
static bool scan_fault(struct reference_scan *scan)
{
	const char *end = memchr(scan->line, ']', scan->length);
	uint64_t number;

	if (!end)
		return wrong(scan, "a time in brackets is missing");
	scan->at = (size_t)(end - scan->line) + 1;
	if (!take(scan, " #"))
		return wrong(scan, "the number of the fault is missing");
	if (!take_digits(scan, 10, &number))
		return false;
	if (take(scan, " pid ") && !take_digits(scan, 10, &number))
		return false;
	scan->write = take(scan, " write ");
	if (!scan->write && !take(scan, " read "))
		return wrong(scan, "it is read or write that stands here");
	if (!take_number(scan, &scan->address))
		return false;
	if (take(scan, " (") && !(take_number(scan, &number) && take(scan, ")")))
		return wrong(scan, "the address in the process is not complete");
	if (!take(scan, ": "))
		return wrong(scan, "a colon and the kind of the fault are missing");
	scan->found = !take(scan, "refused");
	if (scan->found && at_end(scan))
		return wrong(scan, "the kind of the fault is missing");
	scan->at = scan->length;
	return true;
}

/* A member of the document's fault, as text. */
static const char *member(struct json_object *fault, const char *name)
{
	struct json_object *value = json_object_object_get(fault, name);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static bool read_document(struct reference_scan *scan, struct json_object *fault)
{
	const char *kind = member(fault, "fault"), *access = member(fault, "access");
	const char *address = member(fault, "address");

	if (!kind)
		return wrong(scan, "this is no fault of a region");
	if (!strcmp(kind, "lost")) {
		scan->lost = json_object_get_uint64(json_object_object_get(fault, "lost"));
		return true;
	}
	if (!address || !parse_u64(address, &scan->address) || !access ||
	    (strcmp(access, "read") && strcmp(access, "write")))
		return wrong(scan, "the fault has no address, or no access");
	scan->write = !strcmp(access, "write");
	scan->found = strcmp(kind, "refused");
	return true;
}

static bool scan_document(struct reference_scan *scan)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *document, *fault = NULL;
	bool good;

	if (!tokener)
		return wrong(scan, "no memory");
	document = json_tokener_parse_ex(tokener, scan->line, (int)scan->length);
	if (!document) {
		scan->at = json_tokener_get_parse_end(tokener);
		json_tokener_free(tokener);
		return wrong(scan, "the document is no JSON, or not complete");
	}
	if (json_object_is_type(document, json_type_object))
		json_object_object_get_ex(document, "region", &fault);
	if (!json_object_is_type(fault, json_type_object))
		fault = NULL;
	/* The last document of a trace that was stopped says so. */
	if (fault)
		good = read_document(scan, fault);
	else if (json_object_object_get_ex(document, "error", NULL))
		good = true;
	else
		good = wrong(scan, "the document is not about a region");
	json_object_put(document);
	json_tokener_free(tokener);
	return good;
}

static bool scan_region(struct reference_scan *scan)
{
	skip_blanks(scan);
	if (at_end(scan))
		return true;
	if (peek(scan) == '{')
		return scan_document(scan);
	if (peek(scan) == '[')
		return scan_fault(scan);
	if (take_digits(scan, 10, &scan->lost) && take(scan, " faults were lost"))
		return true;
	scan->wrong = NULL;
	return wrong(scan, "this is no line of memctl region trace");
}

static uint32_t count_fields(const char *line, size_t length)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < length && line[i] != '#'; i++)
		nr += !is_blank(line[i]) && (!i || is_blank(line[i - 1]));
	return nr;
}

uint32_t reference_scan_format(const char *line, size_t length)
{
	struct reference_scan scan = { .line = line, .length = length };

	if (take(&scan, "==") || take(&scan, "--"))
		return REFERENCE_LACKEY;
	if (is_empty(&scan))
		return REFERENCE_ANY;
	if (strchr("ILSM", peek(&scan)) && peek(&scan))
		return REFERENCE_LACKEY;
	if (peek(&scan) == '[' || peek(&scan) == '{' ||
	    memmem(line, length, " faults were lost", strlen(" faults were lost")))
		return REFERENCE_REGION;
	return count_fields(line, length) > 2 ? REFERENCE_TLB : REFERENCE_TEXT;
}

bool reference_scan(struct reference_scan *scan, uint32_t format)
{
	scan->size = 1;
	switch (format) {
	case REFERENCE_TEXT:
		return scan_text(scan);
	case REFERENCE_TLB:
		return scan_tlb(scan);
	case REFERENCE_REGION:
		return scan_region(scan);
	case REFERENCE_LACKEY:
		return scan_lackey(scan);
	default:
		return wrong(scan, "the format is not known");
	}
}
