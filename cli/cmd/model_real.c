// SPDX-License-Identifier: GPL-2.0
/*
 * model_real.c - memctl model real: where addresses of real mode lead, with A20 and without.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complain.h"
#include "lab/real_mode.h"
#include "model_real.h"
#include "model_words.h"
#include "view/table.h"

#define NAME "real"

/**
 * struct row - an address
 * @logical: segment and offset, as they are written
 * @address: the same
 * @linear: the sum
 * @physical: what goes out of the processor
 * @a20: the line A20 is on
 */
struct row {
	uint64_t present;
	char logical[12];
	struct real_address address;
	uint64_t linear;
	uint64_t physical;
	bool a20;
};

static uint64_t aliases_of(const struct row *row)
{
	return real_aliases((uint32_t)row->physical, row->a20);
}

static struct json_object *aliases_column(const void *row)
{
	return json_object_new_uint64(aliases_of(row));
}

static struct json_object *place_column(const void *row)
{
	return json_object_new_string(real_place((uint32_t)((const struct row *)row)->physical));
}

#define FIELD(heading, member, type, text)                               \
	{                                                                \
		.name = heading, .kind = COLUMN_##type, .use = USE_BOTH, \
		.offset = offsetof(struct row, member), .help = text     \
	}

static const struct column columns[] = {
	FIELD("LOGICAL", logical, STRING, "segment and offset"),
	FIELD("LINEAR_ADDRESS", linear, ADDRESS, "16 times the segment, and the offset"),
	FIELD("A20", a20, FLAG, "the address line A20 is on"),
	FIELD("PHYSICAL_ADDRESS", physical, ADDRESS, "what memory sees"),
	COLUMN_COUNTED("ALIASES", aliases_column, BOTH, "logical addresses that lead there"),
	COLUMN_MADE("WHAT", place_column, BOTH, "what a PC has there"),
};

const struct view model_real_view = VIEW(columns);

static int take_a20(struct memctl_ctx *ctx, void *request, const char *value)
{
	return model_take_on_off(ctx, "a20", value, request);
}

static const struct model_word words[] = {
	{ "a20", take_a20 },
	{ NULL, NULL },
};

static void print_steps(const struct row *row)
{
	printf("%s\n"
	       "  segment 0x%04x times 16  0x%06x\n"
	       "  offset                   0x%06x\n"
	       "  sum                      0x%06llx%s\n",
	       row->logical, row->address.segment, row->address.segment << 4, row->address.offset,
	       (unsigned long long)row->linear,
	       row->linear & REAL_A20 ? ", more than 20 bits" : "");
	printf("  A20 %-3s                  0x%06llx%s\n", row->a20 ? "on" : "off",
	       (unsigned long long)row->physical,
	       row->linear != row->physical ? ", bit 20 is cleared" : "");
}

static int print_rows(struct memctl_ctx *ctx, const struct row *rows, size_t nr, bool step)
{
	struct json_object *document;

	if (ctx->json) {
		document = model_document(NAME);
		json_object_object_add(document, "addresses",
				       view_json(ctx, &model_real_view, rows, nr, sizeof(*rows)));
		return json_document(ctx, document);
	}
	model_heading(ctx, NAME);
	for (size_t i = 0; i < nr && step; i++)
		print_steps(&rows[i]);
	if (step)
		return MEMCTL_EXIT_OK;
	return view_print_rows(ctx, &model_real_view, rows, nr, sizeof(*rows));
}

static int take_address(struct memctl_ctx *ctx, const char *word, bool a20, struct row *row)
{
	size_t at;

	if (!real_parse(word, &row->address, &at))
		return fail_usage(ctx, "model",
				  "'%s', column %zu: an address is SEGMENT:OFFSET, each up to ffff",
				  word, at + 1);
	row->present = UINT64_MAX;
	snprintf(row->logical, sizeof(row->logical), "%04x:%04x", row->address.segment,
		 row->address.offset);
	row->linear = real_linear(row->address);
	row->physical = real_physical(row->address, a20);
	row->a20 = a20;
	return MEMCTL_EXIT_OK;
}

int model_real(struct memctl_ctx *ctx, const struct args *args)
{
	int nr = 0, status;
	bool a20 = true;
	struct row *rows;

	while (nr < args->nr_words && !strchr(args->words[nr], '='))
		nr++;
	if (!nr)
		return fail_usage(ctx, "model", "'model real' needs an address");
	status = model_take_words(ctx, words, &a20, args->words + nr, args->nr_words - nr);
	if (status)
		return status;
	if (GIVEN(args, OPT_STEP) && (ctx->json || view_wanted(ctx)))
		return fail_usage(ctx, "model", "--step is for text without columns");
	rows = calloc((size_t)nr, sizeof(*rows));
	if (!rows)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	for (int i = 0; i < nr && !status; i++)
		status = take_address(ctx, args->words[i], a20, &rows[i]);
	if (!status)
		status = print_rows(ctx, rows, (size_t)nr, GIVEN(args, OPT_STEP));
	free(rows);
	return status;
}
