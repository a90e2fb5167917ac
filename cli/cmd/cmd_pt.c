// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_pt.c - page tables: walk and dump; pt_verify.c compares with the hardware's.
 */
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "args.h"
#include "base/cmd.h"
#include "base/document.h"
#include "base/text.h"
#include "commands.h"
#include "pt_verify.h"
#include "view/pte.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

static struct json_object *level_of(const void *row)
{
	return json_object_new_string(pte_level_name(((const struct pt *)row)->level));
}

static struct json_object *flags_of(const void *row)
{
	const struct pt *pt = row;

	return pte_flags_json(pt->entry, pt->level, pt->leaf);
}

static struct json_object *target_of(const void *row)
{
	const struct pt *pt = row;

	return json_address(pte_physical(pt->entry, pt->level, pt->leaf));
}

static const struct column dump_columns[] = {
	COLUMN("ARENA", STRING, pt, arena, PT_ARENA, JSON, "name of the arena"),
	COLUMN("REGION", STRING, pt, region, PT_REGION, BOTH, "name of the region"),
	COLUMN("ADDRESS", ADDRESS, pt, address, PT_ADDRESS, BOTH, "first virtual address"),
	COLUMN_MADE("TABLE", level_of, BOTH, "PTE, PMD, PUD, P4D or PGD"),
	COLUMN("LEVEL", U32, pt, level, PT_LEVEL, JSON, "level of the table, 1 (PTE) to 5"),
	COLUMN("INDEX", U32, pt, index, PT_INDEX, BOTH, "number of the entry in its table"),
	COLUMN("ENTRY", ADDRESS, pt, entry, PT_ENTRY, BOTH, "the entry"),
	COLUMN_MADE("PHYSICAL", target_of, BOTH, "physical address that it points to"),
	COLUMN_JOINED("FLAGS", flags_of, " ", BOTH, "P RW US PWT PCD A D PS PAT G NX, those set"),
	COLUMN("LEAF", FLAG, pt, leaf, PT_LEAF, JSON, "maps memory, not a table"),
	COLUMN("TABLE_ADDRESS", ADDRESS, pt, table, PT_TABLE, JSON,
	       "physical address of the table that holds it"),
	COLUMN("GENERATION", U64, pt, generation, PT_GENERATION, JSON, "generation of the arena"),
};

static const struct view dump_view = VIEW(dump_columns);

static struct json_object *step_level(const void *row)
{
	return json_object_new_string(pte_level_name(((const struct pt_entry *)row)->level));
}

static struct json_object *step_flags(const void *row)
{
	const struct pt_entry *step = row;

	return pte_flags_json(step->entry, step->level, step->leaf);
}

static struct json_object *step_target(const void *row)
{
	const struct pt_entry *step = row;

	return json_address(pte_physical(step->entry, step->level, step->leaf));
}

static const struct column step_columns[] = {
	COLUMN_MADE("TABLE", step_level, BOTH, "PTE, PMD, PUD, P4D or PGD"),
	COLUMN("LEVEL", U32, pt_entry, level, PT_ENTRY_LEVEL, BOTH, "level of the table, 1 to 5"),
	COLUMN("INDEX", U32, pt_entry, index, PT_ENTRY_INDEX, BOTH, "number of the entry"),
	COLUMN("ENTRY", ADDRESS, pt_entry, entry, PT_ENTRY_ENTRY, BOTH, "the entry"),
	COLUMN_MADE("PHYSICAL", step_target, BOTH, "physical address that it points to"),
	COLUMN_JOINED("FLAGS", step_flags, " ", BOTH, "P RW US PWT PCD A D PS PAT G NX, those set"),
	COLUMN("LEAF", FLAG, pt_entry, leaf, PT_ENTRY_LEAF, JSON, "maps memory, not a table"),
	COLUMN("TABLE_ADDRESS", ADDRESS, pt_entry, table, PT_ENTRY_TABLE, JSON,
	       "physical address of the table that holds it"),
};

static const struct view step_view = VIEW(step_columns);

static int walk(struct memctl_ctx *ctx, const struct args *args)
{
	struct json_object *object;
	char region[MODEL_NAME_SIZE];
	struct pt pt;
	uint64_t address;
	int status;

	status = address_find(ctx, "pt", args->words[0], args->region, region, &address);
	if (status)
		return status;
	if (client_pt_walk(ctx->client, ctx->arena, region[0] ? region : NULL, address, &pt))
		return fail_client(ctx, "address 0x%llx", (unsigned long long)address);
	if (ctx->json) {
		object = json_object_new_object();
		json_object_object_add(object, "region", json_text(pt.region));
		json_object_object_add(object, "address", json_address(address));
		json_object_object_add(object, "physical",
				       HAS(&pt, PT_PHYSICAL) ? json_address(pt.physical) : NULL);
		json_object_object_add(object, "steps",
				       view_json(ctx, &step_view, pt.steps.rows, pt.steps.nr,
						 sizeof(struct pt_entry)));
		status = json_document(ctx, object);
	} else {
		if (!view_wanted(ctx))
			printf("region %s, address 0x%llx\n", text_escape(pt.region),
			       (unsigned long long)address);
		status = view_print_rows(ctx, &step_view, pt.steps.rows, pt.steps.nr,
					 sizeof(struct pt_entry));
		if (!view_wanted(ctx) && HAS(&pt, PT_PHYSICAL))
			printf("physical address 0x%llx\n", (unsigned long long)pt.physical);
		else if (!view_wanted(ctx))
			puts("not mapped");
	}
	list_free(&pt.steps);
	list_free(&pt.mismatches);
	return status;
}

static int dump(struct memctl_ctx *ctx, const struct args *args)
{
	const char *region = args->nr_words ? args->words[0] : NULL;
	struct list entries;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_pt_list(ctx->client, ctx->arena, region, &entries))
		return fail_client(ctx, "page tables of %s", region ? region : ctx->arena);
	status = view_print(ctx, &dump_view, &entries);
	list_free(&entries);
	return status;
}

static const struct column format_columns[] = {
	COLUMN("FORMAT", STRING, pt_format, name, PT_FORMAT_NAME, BOTH, "name of the format"),
	COLUMN("SPLIT", STRING, pt_format, split, PT_FORMAT_SPLIT, BOTH,
	       "bits of an address by level, root first, and of the offset"),
	COLUMN("SDM", STRING, pt_format, section, PT_FORMAT_SECTION, JSON,
	       "section of the Intel SDM, volume 3A"),
	COLUMN("LEVELS", U32, pt_format, levels, PT_FORMAT_LEVELS, JSON, "levels of tables"),
	COLUMN("ENTRY_SIZE", U32, pt_format, entry_size, PT_FORMAT_ENTRY_SIZE, JSON,
	       "bytes of an entry"),
	COLUMN("ADDRESS_BITS", U32, pt_format, address_bits, PT_FORMAT_ADDRESS_BITS, JSON,
	       "bits of a virtual address"),
	COLUMN("PHYSICAL_BITS", U32, pt_format, physical_bits, PT_FORMAT_PHYSICAL_BITS, JSON,
	       "bits of a physical address, at most"),
	COLUMN("MAP", STRING, pt_format, example, PT_FORMAT_EXAMPLE, BOTH,
	       "one page, a process, 1 GiB dense, 1024 pages sparse, 4 GiB full"),
	COLUMN("PAGES", U64, pt_format, nr_pages, PT_FORMAT_NR_PAGES, BOTH, "pages mapped"),
	COLUMN("TABLES", U64, pt_format, nr_tables, PT_FORMAT_NR_TABLES, BOTH,
	       "tables, with pages of 4 KiB alone"),
	COLUMN("BYTES", SIZE, pt_format, bytes, PT_FORMAT_BYTES, BOTH, "memory of them"),
	COLUMN("LARGE_TABLES", U64, pt_format, nr_large_tables, PT_FORMAT_NR_LARGE_TABLES, BOTH,
	       "tables, with the largest pages that fit"),
	COLUMN("LARGE_BYTES", SIZE, pt_format, large_bytes, PT_FORMAT_LARGE_BYTES, BOTH,
	       "memory of them"),
	COLUMN("FLAT", SIZE, pt_format, flat, PT_FORMAT_FLAT, BOTH,
	       "memory of one table with an entry for each page of the address space"),
};

static const struct view format_view = VIEW(format_columns);

static int formats(struct memctl_ctx *ctx, const struct args *args)
{
	struct list rows;
	int status;

	(void)args;
	if (!ctx_client(ctx, &status))
		return status;
	if (client_pt_format_list(ctx->client, &rows))
		return fail_client(ctx, "paging formats");
	status = view_print(ctx, &format_view, &rows);
	list_free(&rows);
	return status;
}

static const struct verb verbs[] = {
	{ "show", "[REGION]", "the same as dump", dump, 0, 0, 0, 1, &dump_view },
	{ "dump", "[REGION]", "print every entry that is present", dump, 0, 0, 0, 1, &dump_view },
	{ "walk", "ADDRESS [--region NAME]", "walk the shadow for an address, level by level", walk,
	  BIT(OPT_REGION), 0, 1, 1, &step_view },
	{ "verify", "[REGION] [--pid PID]",
	  "compare each entry with the hardware's; exit status 5 if one differs", pt_verify,
	  BIT(OPT_PID), 0, 0, 1, &mismatch_view },
	{ "formats", "", "the paging formats, and what memory their tables take for the same maps",
	  formats, VERB_NO_ARENA, 0, 0, 0, &format_view },
};

static const struct object object =
	OBJECT("pt", "Shadow page tables of the regions, bit for bit in the x86-64 format.", verbs);

int cmd_pt(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
