// SPDX-License-Identifier: GPL-2.0
/*
 * real_mode.c - addresses of the real mode of x86 (Intel SDM, volume 3, 21.1.1).
 */
#include "real_mode.h"

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Hex digits of a number of 16 bits. */
static bool take_word(const char *text, size_t *at, uint16_t *word)
{
	uint32_t value = 0;
	size_t begin;

	if (text[*at] == '0' && (text[*at + 1] == 'x' || text[*at + 1] == 'X'))
		*at += 2;
	begin = *at;
	for (; digit_of(text[*at]) >= 0; ++*at) {
		value = value << 4 | (uint32_t)digit_of(text[*at]);
		if (value > UINT16_MAX)
			return false;
	}
	*word = (uint16_t)value;
	return *at > begin;
}

bool real_parse(const char *text, struct real_address *address, size_t *at)
{
	*at = 0;
	if (!take_word(text, at, &address->segment) || text[*at] != ':')
		return false;
	++*at;
	return take_word(text, at, &address->offset) && !text[*at];
}

uint32_t real_linear(struct real_address address)
{
	return ((uint32_t)address.segment << 4) + address.offset;
}

uint32_t real_physical(struct real_address address, bool a20)
{
	uint32_t linear = real_linear(address);

	return a20 ? linear : linear & ~REAL_A20;
}

/* Segments whose 64 KiB have the address. */
static uint32_t segments_of(uint32_t linear)
{
	uint32_t last = linear >> 4 > UINT16_MAX ? UINT16_MAX : linear >> 4;
	uint32_t first = linear > UINT16_MAX ? (linear - UINT16_MAX + 15) >> 4 : 0;

	return linear > REAL_MAX ? 0 : last - first + 1;
}

uint32_t real_aliases(uint32_t physical, bool a20)
{
	if (a20)
		return segments_of(physical);
	return physical < REAL_A20 ? segments_of(physical) + segments_of(physical + REAL_A20) : 0;
}

const char *real_place(uint32_t physical)
{
	static const struct {
		uint32_t end;
		const char *what;
	} places[] = {
		{ 0x400, "interrupt vectors" },	    { 0x500, "data of the BIOS" },
		{ 0xa0000, "conventional memory" }, { 0xc0000, "video memory" },
		{ 0xf0000, "ROMs of devices" },	    { 0x100000, "the BIOS" },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (physical < places[i].end)
			return places[i].what;
	}
	return "high memory area";
}
