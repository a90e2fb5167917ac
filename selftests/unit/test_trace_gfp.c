// SPDX-License-Identifier: GPL-2.0
/* LINK: cli/trace/trace_gfp.c tap.c */
/*
 * test_trace_gfp.c - the GFP bits of a kernel out of the text of its format file
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/trace/trace_file.h"
#include "cli/trace/trace_gfp.h"
#include "tap.h"

/* In the words of 6.12, where a bit is a shift, and of 6.1, where it is a number. */
static const char format[] =
	"print fmt: \"%s\", __print_flags(REC->gfp_flags, \"|\", "
	"{( unsigned long)((( gfp_t)(((((1UL))) << (10))|((((1UL))) << (11)))) & ~(( gfp_t)0x800u)), \"GFP_X\"}, "
	"{( unsigned long)(( gfp_t)0x01u), \"GFP_DMA\"}, {( unsigned long)(( gfp_t)((((1UL))) << (2))), \"GFP_DMA32\"}, "
	"{( unsigned long)(( gfp_t)0x08u), \"__GFP_MOVABLE\"}, {( unsigned long)(( gfp_t)0x10u), \"__GFP_RECLAIMABLE\"}, "
	"{( unsigned long)(( gfp_t)0x100u), \"__GFP_ZERO\"}, {( unsigned long)(( gfp_t)0x20000u), \"__GFP_MEMALLOC\"}, "
	"{( unsigned long)(( gfp_t)0x200000u), \"__GFP_THISNODE\"}, "
	"{( unsigned long)(( gfp_t)((((1UL))) << (10))), \"__GFP_DIRECT_RECLAIM\"} )";

static void bits_are_read_by_name(void)
{
	struct trace_gfp gfp;

	memset(&gfp, 0xff, sizeof(gfp));
	tap_expect_equal(trace_gfp_init(&gfp, format), 0);
	tap_expect_equal(gfp.dma, 0x1);
	tap_expect_equal(gfp.dma32, 0x4);
	tap_expect_equal(gfp.movable, 0x8);
	tap_expect_equal(gfp.reclaimable, 0x10);
	tap_expect_equal(gfp.zero, 0x100);
	tap_expect_equal(gfp.memalloc, 0x20000);
	tap_expect_equal(gfp.thisnode, 0x200000);
	tap_expect_equal(gfp.direct_reclaim, 0x400);
}

/* Four names are those of every kernel; a kernel without the others has no such bits. */
static void names_that_are_not_there(void)
{
	static const char *const needed[] = {
		"__GFP_MOVABLE",
		"__GFP_RECLAIMABLE",
		"__GFP_ZERO",
		"__GFP_DIRECT_RECLAIM",
	};
	static const char *const optional[] = {
		"GFP_DMA",
		"GFP_DMA32",
		"__GFP_MEMALLOC",
		"__GFP_THISNODE",
	};
	struct trace_gfp gfp;
	char text[sizeof(format)], quoted[64];

	for (unsigned int i = 0; i < ARRAY_SIZE(needed); i++) {
		strcpy(text, format);
		snprintf(quoted, sizeof(quoted), "\"%s\"", needed[i]);
		*strstr(text, quoted) = ' ';
		tap_expect_equal(trace_gfp_init(&gfp, text), -EINVAL);
	}
	strcpy(text, format);
	for (unsigned int i = 0; i < ARRAY_SIZE(optional); i++) {
		snprintf(quoted, sizeof(quoted), "\"%s\"", optional[i]);
		*strstr(text, quoted) = ' ';
	}
	tap_expect_equal(trace_gfp_init(&gfp, text), 0);
	tap_expect(!gfp.dma && !gfp.dma32 && !gfp.memalloc && !gfp.thisnode);
	tap_expect_equal(trace_gfp_init(&gfp, ""), -EINVAL);
	tap_expect_equal(trace_gfp_init(&gfp, "nothing of the kind"), -EINVAL);
}

/* What is read for an expression in the place of GFP_DMA's. */
static uint64_t value_of(const char *expression)
{
	char text[sizeof(format) + 256];
	struct trace_gfp gfp;

	snprintf(text, sizeof(text), "{%s, \"GFP_DMA\"}%s", expression, format);
	tap_expect_equal(trace_gfp_init(&gfp, text), 0);
	return gfp.dma;
}

static void expressions(void)
{
	char text[256];

	tap_expect_equal(value_of("12"), 12);
	tap_expect_equal(value_of("  0x1fUL "), 0x1f);
	tap_expect_equal(value_of("017"), 15);
	tap_expect_equal(value_of("3LLU"), 3);
	tap_expect_equal(value_of("1 << 4 << 2"), 64);
	tap_expect_equal(value_of("1ULL << 63"), 1ULL << 63);
	tap_expect_equal(value_of("3 << 64"), 0);
	tap_expect_equal(value_of("3 << 200"), 0);
	tap_expect_equal(value_of("1 | 2 & 6 << 1"), 1 | (2 & (6 << 1)));
	tap_expect_equal(value_of("7 & 5 | 8 & 12"), 13);
	tap_expect_equal(value_of("7 & 5 & 4"), 4);
	tap_expect_equal(value_of("1 | 2 | 4"), 7);
	tap_expect_equal(value_of("(1 | 2) << 1"), 6);
	tap_expect_equal(value_of("~(gfp_t)0xf"), ~0xfULL);
	tap_expect_equal(value_of("~~5"), 5);
	tap_expect_equal(value_of("( unsigned long)(( gfp_t)6u)"), 6);
	tap_expect_equal(value_of("(u64)7"), 7);
	tap_expect_equal(value_of("(a_type)7"), 7);
	/* What is none has no bits, and is no reason to read on. */
	tap_expect_equal(value_of(""), 0);
	tap_expect_equal(value_of("x"), 0);
	tap_expect_equal(value_of("1 +"), 0);
	tap_expect_equal(value_of("1 2"), 0);
	tap_expect_equal(value_of("1 |"), 0);
	tap_expect_equal(value_of("1 &"), 0);
	tap_expect_equal(value_of("1 <<"), 0);
	tap_expect_equal(value_of("1 < 2"), 0);
	tap_expect_equal(value_of("1 <"), 0);
	tap_expect_equal(value_of("1 <+ 2"), 0);
	tap_expect_equal(value_of("(1"), 0);
	tap_expect_equal(value_of("1)"), 0);
	tap_expect_equal(value_of("()1"), 0);
	tap_expect_equal(value_of("( )1"), 0);
	tap_expect_equal(value_of("(gfp_t 1"), 0);
	tap_expect_equal(value_of("(gfp-t)1"), 0);
	tap_expect_equal(value_of("(gfp_t)"), 0);
	tap_expect_equal(value_of("~"), 0);
	/* Nested as deep as is allowed, with the number as one level more, and deeper. */
	memset(text, '~', 64);
	strcpy(text + 62, "5");
	tap_expect_equal(value_of(text), 5);
	strcpy(text + 62, "~5");
	tap_expect_equal(value_of(text), ~5ULL);
	strcpy(text + 62, "~~5");
	tap_expect_equal(value_of(text), 0);
	/* The depth is of one nest, not of all of them. */
	strcpy(text, "1");
	for (unsigned int i = 1; i < 60; i++)
		strcat(text, "|1");
	strcat(text, "|8|((2))");
	tap_expect_equal(value_of(text), 11);
}

/* A pair is read from the brace before its comma; names are whole. */
static void pairs(void)
{
	struct trace_gfp gfp;
	char text[sizeof(format) + 64];

	tap_expect_equal(trace_gfp_init(&gfp, "{((((, \"__GFP_MOVABLE\"}"), -EINVAL);
	tap_expect_equal(trace_gfp_init(&gfp, ", \"__GFP_MOVABLE\"}, \"__GFP_ZERO\"}"), -EINVAL);
	tap_expect_equal(trace_gfp_init(&gfp, "\"__GFP_MOVABLE\"}"), -EINVAL);
	snprintf(text, sizeof(text), "{64, \"GFP_DMA_X\"}{32, \"X_GFP_DMA\"}%s", format);
	tap_expect_equal(trace_gfp_init(&gfp, text), 0);
	tap_expect_equal(gfp.dma, 1);
	snprintf(text, sizeof(text), "{64, \"A\"}, {2,\"GFP_DMA\"}%s", format);
	tap_expect_equal(trace_gfp_init(&gfp, text), 0);
	tap_expect_equal(gfp.dma, 2);
}

static void flags_become_a_byte(void)
{
	static const struct {
		uint64_t flags;
		unsigned int byte;
	} cases[] = {
		{ 0, 2 | TRACE_ATOMIC },
		{ 0x400, 2 },
		{ 0x401, 0 },
		{ 0x404, 1 },
		{ 0x405, 0 },
		{ 0x408, 2 | 1 << TRACE_MOBILITY_SHIFT },
		{ 0x410, 2 | 2 << TRACE_MOBILITY_SHIFT },
		{ 0x418, 2 | 1 << TRACE_MOBILITY_SHIFT },
		{ 0x500, 2 | TRACE_ZERO },
		{ 0x20400, 2 | TRACE_MEMALLOC },
		{ 0x200400, 2 | TRACE_THISNODE },
		{ 0x40002, 2 | TRACE_ATOMIC },
		{ 0x220114, 1 | 2 << TRACE_MOBILITY_SHIFT | TRACE_ZERO | TRACE_ATOMIC |
				    TRACE_MEMALLOC | TRACE_THISNODE },
	};
	struct trace_gfp gfp;

	tap_expect_equal(trace_gfp_init(&gfp, format), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		tap_expect_equal(trace_gfp_byte(&gfp, cases[i].flags), cases[i].byte);
	/* Without a bit of its own nothing is asked for. */
	gfp.memalloc = 0;
	gfp.thisnode = 0;
	gfp.dma = 0;
	tap_expect_equal(trace_gfp_byte(&gfp, 0x220401), 2);
}

static const struct tap_test tests[] = {
	TAP_TEST(bits_are_read_by_name), TAP_TEST(names_that_are_not_there),
	TAP_TEST(expressions),		 TAP_TEST(pairs),
	TAP_TEST(flags_become_a_byte),
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
