// SPDX-License-Identifier: GPL-2.0
/*
 * trace_words.c - the words page= and format= of commands that read traces of references.
 */
#include <string.h>

#include "base/complain.h"
#include "base/words.h"
#include "trace/reference_trace.h"
#include "trace_words.h"

#define MAX_PAGE (UINT64_C(1) << 40)

int trace_take_page(struct memctl_ctx *ctx, const char *object, const char *value,
		    uint64_t *page_size)
{
	uint64_t size;

	if (!parse_size(value, &size) || !size || size > MAX_PAGE || (size & (size - 1)))
		return fail_usage(ctx, object, "page=%s: a page is a power of two up to 1T", value);
	*page_size = size;
	return MEMCTL_EXIT_OK;
}

int trace_take_format(struct memctl_ctx *ctx, const char *object, const char *value,
		      uint32_t *format)
{
	for (uint32_t i = REFERENCE_TEXT; i < REFERENCE_NR_FORMATS; i++) {
		if (!strcmp(value, reference_format_name(i))) {
			*format = i;
			return MEMCTL_EXIT_OK;
		}
	}
	return fail_usage(ctx, object, "format=%s: it is text, tlb, region or lackey", value);
}
