// SPDX-License-Identifier: GPL-2.0
/*
 * text.c - what may stand in a line of text: bytes that are printable, sizes in words.
 */
#include <stdio.h>

#include "cmd.h"
#include "text.h"

static bool is_printable(unsigned char byte)
{
	return byte >= 0x20 && byte <= 0x7e;
}

const char *text_escape_to(struct text_room *room, const char *text)
{
	char *to = room->byte;

	for (; *text && to + 4 < room->byte + sizeof(room->byte); text++) {
		unsigned char byte = *text;

		if (is_printable(byte))
			*to++ = byte;
		else
			to += sprintf(to, "\\x%02x", byte);
	}
	*to = '\0';
	return room->byte;
}

void text_print(FILE *to, const char *text)
{
	for (; *text; text++) {
		if (is_printable(*text))
			fputc(*text, to);
		else
			fprintf(to, "\\x%02x", (unsigned char)*text);
	}
}

const char *text_size_to(struct size_room *room, const struct memctl_ctx *ctx, uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	int unit = -1;
	uint64_t whole = bytes;
	uint64_t rest = 0;

	while (!ctx->bytes && whole >= 1024) {
		rest = whole % 1024;
		whole /= 1024;
		unit++;
	}
	if (unit < 0)
		snprintf(room->byte, sizeof(room->byte), "%llu%s", (unsigned long long)bytes,
			 ctx->bytes ? "" : "B");
	else if (rest * 10 / 1024)
		snprintf(room->byte, sizeof(room->byte), "%llu.%llu%c", (unsigned long long)whole,
			 (unsigned long long)(rest * 10 / 1024), units[unit]);
	else
		snprintf(room->byte, sizeof(room->byte), "%llu%c", (unsigned long long)whole,
			 units[unit]);
	return room->byte;
}
