// SPDX-License-Identifier: GPL-2.0
/*
 * model_seg.c - memctl model seg: segmentation of x86, which check fails, and with which fault.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complain.h"
#include "lab/seg_machine.h"
#include "model_seg.h"
#include "model_words.h"
#include "view/table.h"

#define NAME "seg"

/* --- the table ----------------------------------------------------------------------------- */

enum { HAS_SEGMENT = 1, HAS_GATE };

/**
 * struct row - a descriptor
 * @present: with bits HAS_SEGMENT and HAS_GATE
 * @table: gdt or ldt
 * @selector: that leads to it, with RPL 0
 * @entry: what it is
 * @base: of a segment
 * @limit: of a segment
 * @target: of a gate: selector
 * @offset: of a gate
 */
struct row {
	uint64_t present;
	const char *table;
	uint64_t selector;
	struct seg_entry entry;
	uint64_t base;
	uint64_t limit;
	uint64_t target;
	uint64_t offset;
};

#define FIELD(heading, member, type, has, text)                                         \
	{                                                                               \
		.name = heading, .kind = COLUMN_##type, .use = USE_BOTH, .attr = (has), \
		.offset = offsetof(struct row, member), .help = text                    \
	}

static const struct column columns[] = {
	FIELD("TABLE", table, TEXT, 0, "gdt or ldt"),
	FIELD("SELECTOR", selector, ADDRESS, 0, "what leads to it, with RPL 0"),
	FIELD("KIND", entry.kind, TEXT, 0, "code, data, call gate, system or empty"),
	FIELD("BASE", base, ADDRESS, HAS_SEGMENT, "linear address of the segment"),
	FIELD("LIMIT", limit, ADDRESS, HAS_SEGMENT,
	      "last offset; where it expands down, the last that is not in it"),
	FIELD("DPL", entry.dpl, U32, 0, "privilege level"),
	FIELD("PRESENT", entry.present, FLAG, 0, "the present bit"),
	FIELD("TARGET", target, ADDRESS, HAS_GATE, "selector that a gate leads to"),
	FIELD("OFFSET", offset, ADDRESS, HAS_GATE, "offset that a gate leads to"),
	FIELD("TYPE", entry.type, TEXT, 0, "what may be done with a segment"),
};

const struct view model_seg_view = VIEW(columns);

/* Return: their number; *@rows is to be freed, NULL without memory. */
static size_t make_rows(const struct seg_machine *machine, struct row **rows)
{
	struct seg_entry entry;
	uint32_t at = 0;
	size_t nr = 0;

	while (seg_machine_next(machine, &at, &entry))
		nr++;
	*rows = calloc(nr + 1, sizeof(**rows));
	if (!*rows)
		return 0;
	at = 0;
	nr = 0;
	while (seg_machine_next(machine, &at, &entry)) {
		uint64_t missing = (entry.segment ? 0 : UINT64_C(1) << HAS_SEGMENT) |
				   (entry.gate ? 0 : UINT64_C(1) << HAS_GATE);

		(*rows)[nr++] = (struct row){ ~missing,
					      entry.local ? "ldt" : "gdt",
					      entry.index << 3 | (entry.local ? 4 : 0),
					      entry,
					      entry.base,
					      entry.limit,
					      entry.target,
					      entry.offset };
	}
	return nr;
}

/* --- the file ------------------------------------------------------------------------------ */

static int read_lines(struct memctl_ctx *ctx, const char *path, FILE *file,
		      struct seg_machine *machine)
{
	size_t room = 0, number = 0;
	int status = MEMCTL_EXIT_OK;
	char *line = NULL;
	ssize_t length;

	while (!status && (length = getline(&line, &room, file)) >= 0) {
		struct seg_text text = { .text = line };

		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		number++;
		if (!seg_machine_line(machine, &text))
			status = fail(ctx, MEMCTL_EXIT_USAGE, "%s: line %zu, column %zu: %s", path,
				      number, text.at + 1, text.wrong);
	}
	if (!status && ferror(file))
		status = fail(ctx, MEMCTL_EXIT_USAGE, "%s: %s", path, strerror(errno));
	free(line);
	return status;
}

static int read_tables(struct memctl_ctx *ctx, const char *path, struct seg_machine *machine)
{
	bool standard = !strcmp(path, "-");
	FILE *file = standard ? stdin : fopen(path, "r");
	int status;

	if (!file)
		return fail(ctx, MEMCTL_EXIT_USAGE, "%s: %s", path, strerror(errno));
	status = read_lines(ctx, standard ? "standard input" : path, file, machine);
	if (!standard)
		fclose(file);
	return status;
}

/* --- operations ---------------------------------------------------------------------------- */

static void print_answer(const char *word, const struct seg_answer *answer)
{
	puts(word);
	for (uint32_t i = 0; i < answer->nr; i++)
		printf("  %-5s  %s\n", answer->good[i] ? "ok" : "FAULT", answer->rule[i]);
	if (answer->vector)
		printf("  %s(0x%x): vector %u, error code 0x%x\n", answer->fault, answer->error,
		       answer->vector, answer->error);
	else if (answer->has_linear)
		printf("  linear address 0x%x, CPL %u\n", answer->linear, answer->cpl);
	else
		puts("  loaded");
}

static struct json_object *answer_json(const char *word, const struct seg_answer *answer)
{
	struct json_object *object = json_object_new_object(), *checks = json_object_new_array();

	for (uint32_t i = 0; i < answer->nr; i++) {
		struct json_object *check = json_object_new_object();

		json_object_object_add(check, "rule", json_object_new_string(answer->rule[i]));
		json_object_object_add(check, "holds", json_object_new_boolean(answer->good[i]));
		json_object_array_add(checks, check);
	}
	json_object_object_add(object, "operation", json_object_new_string(word));
	json_object_object_add(object, "checks", checks);
	json_object_object_add(object, "fault",
			       answer->vector ? json_object_new_string(answer->fault) : NULL);
	json_object_object_add(object, "vector",
			       answer->vector ? json_object_new_uint64(answer->vector) : NULL);
	json_object_object_add(object, "error_code",
			       answer->vector ? json_address(answer->error) : NULL);
	json_object_object_add(object, "linear_address",
			       answer->has_linear ? json_address(answer->linear) : NULL);
	json_object_object_add(object, "cpl", json_object_new_uint64(answer->cpl));
	return object;
}

/* All words, before anything is printed. */
static int do_words(struct memctl_ctx *ctx, const struct args *args, struct seg_machine *machine,
		    struct seg_answer *answers)
{
	for (int i = 1; i < args->nr_words; i++) {
		struct seg_text word = { .text = args->words[i] };

		if (!seg_machine_do(machine, &word, &answers[i]))
			return fail_usage(ctx, "model", "'%s', column %zu: %s", word.text,
					  word.at + 1, word.wrong);
	}
	return MEMCTL_EXIT_OK;
}

static int print_document(struct memctl_ctx *ctx, const struct args *args,
			  const struct seg_answer *answers, const struct row *rows, size_t nr)
{
	struct json_object *document = model_document(NAME), *array = json_object_new_array();

	for (int i = 1; i < args->nr_words; i++) {
		if (answers[i].told)
			json_object_array_add(array, answer_json(args->words[i], &answers[i]));
	}
	json_object_object_add(document, "descriptors",
			       view_json(ctx, &model_seg_view, rows, nr, sizeof(*rows)));
	json_object_object_add(document, "operations", array);
	return json_document(ctx, document);
}

static int print_text(struct memctl_ctx *ctx, const struct args *args,
		      const struct seg_answer *answers, const struct row *rows, size_t nr)
{
	int status = MEMCTL_EXIT_OK;

	model_heading(ctx, NAME);
	if (!ctx->quiet || view_wanted(ctx))
		status = view_print_rows(ctx, &model_seg_view, rows, nr, sizeof(*rows));
	for (int i = 1; i < args->nr_words && !status && !view_wanted(ctx); i++) {
		if (answers[i].told)
			print_answer(args->words[i], &answers[i]);
	}
	return status;
}

static int run(struct memctl_ctx *ctx, const struct args *args, struct seg_answer *answers)
{
	struct seg_machine *machine = seg_machine_new();
	struct row *rows = NULL;
	size_t nr = 0;
	int status;

	if (!machine)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	status = read_tables(ctx, args->words[0], machine);
	if (!status)
		nr = make_rows(machine, &rows);
	if (!status && !rows)
		status = fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	if (!status)
		status = do_words(ctx, args, machine, answers);
	if (!status && ctx->json)
		status = print_document(ctx, args, answers, rows, nr);
	else if (!status)
		status = print_text(ctx, args, answers, rows, nr);
	free(rows);
	seg_machine_delete(machine);
	return status;
}

/* Are the words right, whatever the tables have? */
static int check_words(struct memctl_ctx *ctx, const struct args *args, struct seg_answer *answers)
{
	struct seg_machine *machine = seg_machine_new();
	int status;

	if (!machine)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	status = do_words(ctx, args, machine, answers);
	seg_machine_delete(machine);
	return status;
}

int model_seg(struct memctl_ctx *ctx, const struct args *args)
{
	struct seg_answer *answers;
	int status;

	if (!args->nr_words || strchr(args->words[0], '='))
		return fail_usage(ctx, "model", "'model seg' needs a file with descriptors");
	answers = calloc((size_t)args->nr_words, sizeof(*answers));
	if (!answers)
		return fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	status = check_words(ctx, args, answers);
	if (!status)
		status = run(ctx, args, answers);
	free(answers);
	return status;
}
