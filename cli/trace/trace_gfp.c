// SPDX-License-Identifier: GPL-2.0
/*
 * trace_gfp.c - reads the GFP bits out of a tracepoint's format file
 *
 * The bits move from kernel to kernel. The format file of kmem:mm_page_alloc has a table of
 * {expression, "name"} pairs, whose expressions are constant: numbers with suffixes, casts,
 * parentheses, << | & ~. Nothing else is assumed, and no number is built in here.
 */
#include "trace_gfp.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_file.h"

#define MAX_DEPTH 64

/* The text from @at to @end; @depth bounds the nesting, @bad is set by the first error. */
struct expression {
	const char *at;
	const char *end;
	int depth;
	bool bad;
};

static uint64_t parse_or(struct expression *e);

static char peek(struct expression *e)
{
	while (e->at < e->end && isspace((unsigned char)*e->at))
		e->at++;
	return e->at < e->end ? *e->at : '\0';
}

/* Steps over "( unsigned long)" and the like; the "(" is where @e stands. */
static bool skip_cast(struct expression *e)
{
	const char *p = e->at + 1;
	bool word = false;

	for (; p < e->end && (isalnum((unsigned char)*p) || *p == '_' || *p == ' '); p++) {
		if (!word && isdigit((unsigned char)*p))
			return false;
		word |= *p != ' ';
	}
	if (!word || p >= e->end || *p != ')')
		return false;
	e->at = p + 1;
	return true;
}

static uint64_t parse_number(struct expression *e)
{
	char *stop;
	uint64_t value;

	if (!isdigit((unsigned char)*e->at)) {
		e->bad = true;
		return 0;
	}
	value = strtoull(e->at, &stop, 0);
	while (stop < e->end && strchr("uUlL", *stop))
		stop++;
	e->at = stop;
	return value;
}

static uint64_t parse_unary(struct expression *e)
{
	uint64_t value = 0;
	char c = peek(e);

	if (e->bad || ++e->depth > MAX_DEPTH) {
		e->bad = true;
	} else if (c == '~') {
		e->at++;
		value = ~parse_unary(e);
	} else if (c == '(' && skip_cast(e)) {
		value = parse_unary(e);
	} else if (c == '(') {
		e->at++;
		value = parse_or(e);
		if (peek(e) == ')')
			e->at++;
		else
			e->bad = true;
	} else if (c) {
		value = parse_number(e);
	} else {
		e->bad = true;
	}
	e->depth--;
	return value;
}

static uint64_t parse_shift(struct expression *e)
{
	uint64_t value = parse_unary(e), count;

	while (!e->bad && peek(e) == '<' && e->end - e->at > 1 && e->at[1] == '<') {
		e->at += 2;
		count = parse_unary(e);
		value = count < 64 ? value << count : 0;
	}
	return value;
}

static uint64_t parse_and(struct expression *e)
{
	uint64_t value = parse_shift(e);

	while (!e->bad && peek(e) == '&') {
		e->at++;
		value &= parse_shift(e);
	}
	return value;
}

static uint64_t parse_or(struct expression *e)
{
	uint64_t value = parse_and(e);

	while (!e->bad && peek(e) == '|') {
		e->at++;
		value |= parse_and(e);
	}
	return value;
}

/* Finds {expression, "name"}; returns 0 where there is no such pair. */
static uint64_t mask_of(const char *format, const char *name)
{
	struct expression e = { .depth = 0 };
	const char *open = NULL, *comma, *p;
	char quoted[64];
	uint64_t value;

	snprintf(quoted, sizeof(quoted), "\"%s\"}", name);
	p = strstr(format, quoted);
	if (!p)
		return 0;
	for (comma = p; comma > format && *comma != ','; comma--)
		;
	for (open = comma; open > format && *open != '{'; open--)
		;
	e.at = open + 1;
	e.end = comma;
	value = parse_or(&e);
	return e.bad || peek(&e) ? 0 : value;
}

/**
 * trace_gfp_init() - learn a kernel's GFP bits
 * @gfp: filled in
 * @format: text of the format file of kmem:mm_page_alloc
 *
 * Return: 0, or -EINVAL where the table has not the names that every kernel has.
 */
int trace_gfp_init(struct trace_gfp *gfp, const char *format)
{
	gfp->dma = mask_of(format, "GFP_DMA");
	gfp->dma32 = mask_of(format, "GFP_DMA32");
	gfp->movable = mask_of(format, "__GFP_MOVABLE");
	gfp->reclaimable = mask_of(format, "__GFP_RECLAIMABLE");
	gfp->zero = mask_of(format, "__GFP_ZERO");
	gfp->memalloc = mask_of(format, "__GFP_MEMALLOC");
	gfp->thisnode = mask_of(format, "__GFP_THISNODE");
	gfp->direct_reclaim = mask_of(format, "__GFP_DIRECT_RECLAIM");
	return gfp->movable && gfp->reclaimable && gfp->zero && gfp->direct_reclaim ? 0 : -EINVAL;
}

/**
 * trace_gfp_byte() - the file's word for some GFP flags
 * @gfp: the kernel's bits
 * @flags: the flags of an allocation
 *
 * Return: TRACE_ZONE_MASK and the bits behind it.
 */
uint8_t trace_gfp_byte(const struct trace_gfp *gfp, uint64_t flags)
{
	uint8_t byte = flags & gfp->dma ? 0 : flags & gfp->dma32 ? 1 : 2;

	if (flags & gfp->movable)
		byte |= 1 << TRACE_MOBILITY_SHIFT;
	else if (flags & gfp->reclaimable)
		byte |= 2 << TRACE_MOBILITY_SHIFT;
	if (flags & gfp->zero)
		byte |= TRACE_ZERO;
	if (!(flags & gfp->direct_reclaim))
		byte |= TRACE_ATOMIC;
	if (flags & gfp->memalloc)
		byte |= TRACE_MEMALLOC;
	if (flags & gfp->thisnode)
		byte |= TRACE_THISNODE;
	return byte;
}
