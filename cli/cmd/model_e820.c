// SPDX-License-Identifier: GPL-2.0
/*
 * model_e820.c - memctl model e820: the memory map of a PC, and what of its DRAM is lost.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complain.h"
#include "base/text.h"
#include "base/words.h"
#include "lab/e820_map.h"
#include "lab/e820_scan.h"
#include "model_e820.h"
#include "model_words.h"
#include "view/table.h"

#define NAME "e820"

/* --- the table ----------------------------------------------------------------------------- */

/**
 * struct row - a range
 * @start: first address
 * @end: last address
 * @size: bytes
 * @type: enum e820_type
 * @what: what is there
 */
struct row {
	uint64_t present;
	uint64_t start;
	uint64_t end;
	uint64_t size;
	uint32_t type;
	const char *what;
};

static struct json_object *mib_of(const void *row)
{
	return json_hundredths((double)((const struct row *)row)->size / (1 << 20));
}

static struct json_object *type_of(const void *row)
{
	uint32_t type = ((const struct row *)row)->type;
	char text[24];

	snprintf(text, sizeof(text), "type %u", type);
	return json_object_new_string(*e820_type_name(type) == '?' ? text : e820_type_name(type));
}

#define FIELD(heading, member, type, when, text)                           \
	{                                                                  \
		.name = heading, .kind = COLUMN_##type, .use = USE_##when, \
		.offset = offsetof(struct row, member), .help = text       \
	}

static const struct column columns[] = {
	FIELD("START", start, ADDRESS, BOTH, "first address"),
	FIELD("END", end, ADDRESS, BOTH, "last address"),
	FIELD("SIZE", size, SIZE, BOTH, "bytes"),
	COLUMN_COUNTED("MIB", mib_of, TEXT, "the same in MiB"),
	COLUMN_MADE("TYPE", type_of, BOTH, "what the BIOS says of it"),
	FIELD("WHAT", what, TEXT, BOTH, "what is there, where the model made the map"),
};

const struct view model_e820_view = VIEW(columns);

/* --- what is asked for --------------------------------------------------------------------- */

static int take_hole(struct memctl_ctx *ctx, void *request, const char *value)
{
	struct e820_machine *machine = request;

	if (!parse_size(value, &machine->hole) || machine->hole < E820_MIN_HOLE ||
	    machine->hole > E820_MAX_HOLE || machine->hole % E820_UNIT)
		return fail_usage(ctx, "model",
				  "hole=%s: it begins at 16M to 3584M, at a multiple of 1M", value);
	return MEMCTL_EXIT_OK;
}

static int take_remap(struct memctl_ctx *ctx, void *request, const char *value)
{
	return model_take_on_off(ctx, "remap", value, &((struct e820_machine *)request)->remap);
}

static int take_bits(struct memctl_ctx *ctx, void *request, const char *value)
{
	struct e820_machine *machine = request;

	if (!parse_u32(value, &machine->bits) || machine->bits < 32 || machine->bits > 52)
		return fail_usage(ctx, "model", "bits=%s: not a number from 32 to 52", value);
	return MEMCTL_EXIT_OK;
}

static const struct model_word words[] = {
	{ "hole", take_hole },
	{ "remap", take_remap },
	{ "bits", take_bits },
	{ NULL, NULL },
};

/* --- from messages of a kernel ------------------------------------------------------------- */

static int read_lines(struct memctl_ctx *ctx, const char *path, FILE *file, struct e820_map *map)
{
	size_t room = 0, number = 0;
	int status = MEMCTL_EXIT_OK;
	char *line = NULL;
	ssize_t length;
	uint32_t at;

	map->nr = 0;
	while (!status && (length = getline(&line, &room, file)) >= 0) {
		struct e820_scan scan = { .line = line, .length = (size_t)length };
		struct e820_range range;

		scan.length -= line[length - 1] == '\n';
		number++;
		if (!e820_scan(&scan, &range))
			status = fail(ctx, MEMCTL_EXIT_USAGE, "%s: line %zu, column %zu: %s", path,
				      number, scan.at + 1, scan.wrong);
		else if (scan.found && map->nr == E820_MAX_RANGES)
			status = fail(ctx, MEMCTL_EXIT_USAGE, "%s: line %zu: more than %d ranges",
				      path, number, E820_MAX_RANGES);
		else if (scan.found)
			map->range[map->nr++] = range;
	}
	free(line);
	if (status)
		return status;
	if (!feof(file))
		return fail_errno(ctx, MEMCTL_EXIT_USAGE, errno, NULL, "%s", path);
	if (!map->nr)
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: no line has BIOS-e820:", path);
	if (!e820_sort(map, &at))
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: the range from 0x%llx overlaps another",
			    path, (unsigned long long)map->range[at].start);
	return MEMCTL_EXIT_OK;
}

static int read_messages(struct memctl_ctx *ctx, const char *path, struct e820_map *map)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	int status;

	if (!file)
		return fail_errno(ctx, MEMCTL_EXIT_USAGE, errno, NULL, "%s", path);
	status = read_lines(ctx, path, file, map);
	if (file != stdin)
		fclose(file);
	return status;
}

/* --- what is printed ----------------------------------------------------------------------- */

/**
 * struct answer - a map and what follows from it
 * @map: the map
 * @machine: what it was made for; NULL if it was read
 * @sums: with @machine
 */
struct answer {
	const struct e820_map *map;
	const struct e820_machine *machine;
	struct e820_sums sums;
};

static void print_mib(const char *name, uint64_t bytes)
{
	printf("%-9s %10.2f MiB", name, (double)bytes / (1 << 20));
}

static void print_losses(struct memctl_ctx *ctx, const struct answer *answer)
{
	print_mib("installed", answer->machine->size);
	putchar('\n');
	print_mib("usable", answer->sums.usable);
	putchar('\n');
	print_mib("lost", answer->machine->size - answer->sums.usable);
	puts(":");
	for (uint32_t i = 0; i < E820_NR_LOSSES; i++) {
		if (answer->sums.lost[i])
			printf("%14s  %s\n", text_size(ctx, answer->sums.lost[i]),
			       e820_loss_text(i));
	}
}

static void print_read(const struct e820_map *map)
{
	print_mib("usable", e820_bytes(map, E820_USABLE, 0, UINT64_MAX));
	putchar('\n');
	print_mib("of that", e820_bytes(map, E820_USABLE, E820_4G, UINT64_MAX));
	puts(" from 4 GiB on; the map does not say what is installed");
}

static void print_hole(struct memctl_ctx *ctx, const struct answer *answer)
{
	uint64_t hole = e820_hole(answer->map), high;

	high = e820_bytes(answer->map, E820_USABLE, E820_4G, UINT64_MAX);
	if (hole < E820_4G)
		printf("hole: 0x%llx to 0xffffffff, %s of addresses without DRAM\n",
		       (unsigned long long)hole, text_size(ctx, E820_4G - hole));
	else
		puts("hole: none");
	if (answer->machine && answer->machine->remap && high && answer->sums.low == hole)
		printf("      DRAM from %s on is moved to 4 GiB and above\n", text_size(ctx, hole));
}

static void print_reset(const struct answer *answer)
{
	const struct e820_range *range = e820_find(answer->map, E820_RESET);

	printf("reset vector: 0x%llx, 16 bytes below 4 GiB, %s%s\n", (unsigned long long)E820_RESET,
	       range ? "in a range that is " : "in no range of the map",
	       range ? e820_type_name(range->type) : "");
}

static struct json_object *losses_of(const struct answer *answer)
{
	struct json_object *array = json_object_new_array();

	for (uint32_t i = 0; i < E820_NR_LOSSES; i++) {
		struct json_object *loss;

		if (!answer->sums.lost[i])
			continue;
		loss = json_object_new_object();
		json_object_object_add(loss, "size", json_object_new_uint64(answer->sums.lost[i]));
		json_object_object_add(loss, "reason", json_object_new_string(e820_loss_text(i)));
		json_object_array_add(array, loss);
	}
	return array;
}

static void add_bytes(struct json_object *object, const char *key, uint64_t bytes)
{
	json_object_object_add(object, key, json_object_new_uint64(bytes));
}

static int print_document(struct memctl_ctx *ctx, const struct answer *answer,
			  const struct row *rows)
{
	struct json_object *document = model_document(NAME);

	json_object_object_add(document, "map",
			       view_json(ctx, &model_e820_view, rows, answer->map->nr,
					 sizeof(*rows)));
	if (answer->machine) {
		add_bytes(document, "installed", answer->machine->size);
		json_object_object_add(document, "lost", losses_of(answer));
	}
	add_bytes(document, "usable", e820_bytes(answer->map, E820_USABLE, 0, UINT64_MAX));
	json_object_object_add(document, "hole_address", json_address(e820_hole(answer->map)));
	json_object_object_add(document, "reset_address", json_address(E820_RESET));
	return json_document(ctx, document);
}

static int print_answer(struct memctl_ctx *ctx, const struct answer *answer)
{
	static struct row rows[E820_MAX_RANGES];
	int status;

	for (uint32_t i = 0; i < answer->map->nr; i++) {
		const struct e820_range *range = &answer->map->range[i];

		rows[i] = (struct row){ UINT64_MAX,  range->start,
					range->end,  range->end - range->start + 1,
					range->type, range->what };
	}
	if (ctx->json)
		return print_document(ctx, answer, rows);
	model_heading(ctx, NAME);
	status = view_print_rows(ctx, &model_e820_view, rows, answer->map->nr, sizeof(rows[0]));
	if (status || ctx->quiet || view_wanted(ctx))
		return status;
	if (answer->machine)
		print_losses(ctx, answer);
	else
		print_read(answer->map);
	print_hole(ctx, answer);
	print_reset(answer);
	return MEMCTL_EXIT_OK;
}

int model_e820(struct memctl_ctx *ctx, const struct args *args)
{
	static struct e820_map map;
	struct e820_machine machine = { args->size, UINT64_C(3) << 30, true, 52 };
	struct answer answer = { .map = &map };
	int status;

	if (!GIVEN(args, OPT_SIZE)) {
		if (!args->nr_words || strchr(args->words[0], '='))
			return fail_usage(ctx, "model", "'model e820' needs a file or --size SIZE");
		if (args->nr_words > 1)
			return fail_usage(ctx, "model",
					  "'%s' changes nothing of a map that is read",
					  args->words[1]);
		status = read_messages(ctx, args->words[0], &map);
		return status ? status : print_answer(ctx, &answer);
	}
	if (machine.size < E820_MIN_SIZE || machine.size > E820_MAX_SIZE ||
	    machine.size % E820_UNIT)
		return fail_usage(ctx, "model",
				  "--size: the model has 16M to 2P, in multiples of 1M");
	status = model_take_words(ctx, words, &machine, args->words, args->nr_words);
	if (status)
		return status;
	e820_build(&machine, &map, &answer.sums);
	answer.machine = &machine;
	return print_answer(ctx, &answer);
}
