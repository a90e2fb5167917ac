/* SPDX-License-Identifier: GPL-2.0 */
/*
 * text.h - what may stand in a line of text: bytes that are printable, sizes in words.
 */
#ifndef MEMCTL_CLI_TEXT_H
#define MEMCTL_CLI_TEXT_H

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

struct memctl_ctx;

/* Room for a path, each byte of it as \xNN; a text that is longer is cut. */
struct text_room {
	char byte[4 * PATH_MAX + 1];
};

/* Room for a size in words. */
struct size_room {
	char byte[24];
};

/* @text with bytes that are not printable ASCII as \xNN, in @room. */
const char *text_escape_to(struct text_room *room, const char *text);
/* The same in memory of the block that it stands in. */
#define text_escape(text) text_escape_to(&(struct text_room){ "" }, text)
/* The same to a file, of any length. */
void text_print(FILE *to, const char *text);
/* Bytes in words: 64M, or the number under -b; in @room. */
const char *text_size_to(struct size_room *room, const struct memctl_ctx *ctx, uint64_t bytes);
/* The same in memory of the block that it stands in. */
#define text_size(ctx, bytes) text_size_to(&(struct size_room){ "" }, ctx, bytes)

#endif /* MEMCTL_CLI_TEXT_H */
