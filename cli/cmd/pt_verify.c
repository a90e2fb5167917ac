// SPDX-License-Identifier: GPL-2.0
/*
 * pt_verify.c - compare the shadows with the hardware's page tables: the
 * kernel's, and those of the processes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/text.h"
#include "base/words.h"
#include "pt_verify.h"
#include "view/pte.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

static struct json_object *step_level(const void *row)
{
	return json_object_new_string(pte_level_name(((const struct pt_entry *)row)->level));
}

static struct json_object *step_bits(const void *row)
{
	const struct pt_entry *step = row;
	struct json_object *array = json_object_new_array();

	for (unsigned int bit = 0; bit < 64; bit++) {
		struct json_object *object, *name;

		if (!((step->entry ^ step->hardware) >> bit & 1))
			continue;
		object = json_object_new_object();
		json_object_object_add(object, "bit", json_object_new_int(bit));
		name = json_object_new_string(pte_bit_name(bit, step->level, step->leaf));
		json_object_object_add(object, "name", name);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *words_of(uint32_t different)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int bit = 0; bit < 32; bit++) {
		if (different >> bit & 1)
			json_object_array_add(array, json_object_new_string(difference_name(bit)));
	}
	return array;
}

/* What differs in an entry of a process; nothing in the kernel's, which has bits. */
static struct json_object *step_different(const void *row)
{
	const struct pt_entry *step = row;

	return HAS(step, PT_ENTRY_DIFFERENT) ? words_of(step->different) : NULL;
}

static const struct column mismatch_columns[] = {
	COLUMN("REGION", STRING, pt_entry, region, PT_ENTRY_REGION, BOTH, "name of the region"),
	COLUMN("ADDRESS", ADDRESS, pt_entry, address, PT_ENTRY_ADDRESS, BOTH, "virtual address"),
	COLUMN_MADE("TABLE", step_level, BOTH, "PTE, PMD, PUD, P4D or PGD"),
	COLUMN("LEVEL", U32, pt_entry, level, PT_ENTRY_LEVEL, BOTH, "level of the table, 1 to 5"),
	COLUMN("INDEX", U32, pt_entry, index, PT_ENTRY_INDEX, BOTH, "number of the entry"),
	COLUMN_MADE("BITS", step_bits, BOTH, "the bits that differ"),
	COLUMN_MADE("DIFFERENT", step_different, JSON, "what differs, in a process's entry"),
	COLUMN("PID", U32, pt_entry, pid, PT_ENTRY_PID, JSON, "the process"),
	COLUMN("USER", ADDRESS, pt_entry, user, PT_ENTRY_USER, JSON, "address in it"),
	COLUMN("SHADOW", ADDRESS, pt_entry, entry, PT_ENTRY_ENTRY, BOTH, "our entry"),
	COLUMN("HARDWARE", ADDRESS, pt_entry, hardware, PT_ENTRY_HARDWARE, BOTH,
	       "the live tables' entry"),
};

const struct view mismatch_view = VIEW(mismatch_columns);

/* An entry of a process: it is right if the words agree, whatever bits A, D and others have. */
static void print_different(const struct pt_entry *entry)
{
	printf("region %s: address 0x%llx: pid %u, 0x%llx: %s (level %u) index %u:",
	       text_escape(entry->region), (unsigned long long)entry->address, entry->pid,
	       (unsigned long long)entry->user, pte_level_name(entry->level), entry->level,
	       entry->index);
	for (unsigned int bit = 0; bit < 32; bit++) {
		if (entry->different >> bit & 1)
			printf(" %s", difference_name(bit));
	}
	printf(": shadow 0x%016llx, hardware 0x%016llx\n", (unsigned long long)entry->entry,
	       (unsigned long long)entry->hardware);
}

/* "region r: PTE (level 1) index 3: bit 1 (RW): shadow 0x... hardware 0x...", for each bit. */
static void print_mismatch(const struct pt_entry *entry)
{
	uint64_t differ = entry->entry ^ entry->hardware;

	if (HAS(entry, PT_ENTRY_DIFFERENT)) {
		print_different(entry);
		return;
	}
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(differ >> bit & 1))
			continue;
		printf("region %s: address 0x%llx: %s (level %u) index %u: bit %u (%s): "
		       "shadow 0x%016llx, hardware 0x%016llx\n",
		       text_escape(entry->region), (unsigned long long)entry->address,
		       pte_level_name(entry->level), entry->level, entry->index, bit,
		       pte_bit_name(bit, entry->level, entry->leaf),
		       (unsigned long long)entry->entry, (unsigned long long)entry->hardware);
	}
}

/* What the comparison with processes went through. */
static void print_processes(const struct pt *pt)
{
	printf("%llu regions for processes, %llu processes, %llu mappings: %llu leaves of 2 MiB, "
	       "%llu pages one by one, %llu absent, %llu accessed, %llu dirty\n",
	       (unsigned long long)pt->nr_regions, (unsigned long long)pt->nr_processes,
	       (unsigned long long)pt->nr_mappings, (unsigned long long)pt->nr_large,
	       (unsigned long long)pt->nr_small, (unsigned long long)pt->nr_absent,
	       (unsigned long long)pt->nr_accessed, (unsigned long long)pt->nr_dirty);
	if (pt->nr_retried)
		printf("%llu mappings changed, retried\n", (unsigned long long)pt->nr_retried);
	if (pt->nr_changed)
		printf("%llu mappings went or kept changing, and were not compared to the end\n",
		       (unsigned long long)pt->nr_changed);
}

/* Why there was no entry to compare. */
static const char *why_nothing(const struct pt *pt)
{
	if (!pt->nr_regions)
		return "there is no region";
	if (!pt->nr_mappings)
		return pt->nr_regions == 1 ? "no process maps the region" :
					     "no process maps any of the regions";
	if (pt->nr_changed)
		return "the mappings changed meanwhile";
	return "no process has touched what it maps";
}

static bool is_different(const struct pt *pt)
{
	return pt->nr_mismatch || pt->mismatches.nr;
}

static const char *verdict(const struct pt *pt)
{
	if (is_different(pt))
		return "different";
	return pt->nr_entries ? "verified" : "nothing_compared";
}

static void print_verdict(const struct pt *pt)
{
	LIST_FOR_EACH(struct pt_entry, entry, &pt->mismatches)
		print_mismatch(entry);
	if (!pt->nr_entries && !is_different(pt)) {
		printf("nothing was compared: %s\n", why_nothing(pt));
		if (pt->nr_mappings)
			print_processes(pt);
		return;
	}
	printf("%llu entries compared, %llu differ", (unsigned long long)pt->nr_entries,
	       (unsigned long long)pt->nr_mismatch);
	if (pt->nr_mismatch > pt->mismatches.nr)
		printf(" (%llu not listed)",
		       (unsigned long long)(pt->nr_mismatch - pt->mismatches.nr));
	printf(", %llu in accessed and dirty bits alone%s\n", (unsigned long long)pt->nr_ignored,
	       pt->nr_mismatch ? "" : " (verified)");
	if (pt->nr_regions)
		print_processes(pt);
	if (pt->nr_regions && !pt->nr_mappings)
		printf("nothing of a process was compared: %s\n", why_nothing(pt));
}

static void add_number(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static struct json_object *processes_json(const struct pt *pt)
{
	struct json_object *object = json_object_new_object();

	add_number(object, "regions", pt->nr_regions);
	add_number(object, "processes", pt->nr_processes);
	add_number(object, "mappings", pt->nr_mappings);
	add_number(object, "large", pt->nr_large);
	add_number(object, "small", pt->nr_small);
	add_number(object, "absent", pt->nr_absent);
	add_number(object, "accessed", pt->nr_accessed);
	add_number(object, "dirty", pt->nr_dirty);
	add_number(object, "retried", pt->nr_retried);
	add_number(object, "changed", pt->nr_changed);
	return object;
}

static struct json_object *verdict_json(struct memctl_ctx *ctx, const struct pt *pt)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "verdict", json_object_new_string(verdict(pt)));
	json_object_object_add(object, "entries", json_object_new_uint64(pt->nr_entries));
	json_object_object_add(object, "nr_mismatches", json_object_new_uint64(pt->nr_mismatch));
	json_object_object_add(object, "ignored", json_object_new_uint64(pt->nr_ignored));
	json_object_object_add(object, "processes",
			       HAS(pt, PT_NR_REGIONS) ? processes_json(pt) : NULL);
	json_object_object_add(object, "mismatches",
			       view_json(ctx, &mismatch_view, pt->mismatches.rows,
					 pt->mismatches.nr, sizeof(struct pt_entry)));
	return object;
}

int pt_verify(struct memctl_ctx *ctx, const struct args *args)
{
	const char *region = args->nr_words ? args->words[0] : NULL;
	struct pt pt;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_pt_verify(ctx->client, ctx->arena, region,
			     GIVEN(args, OPT_PID) ? &args->pid : NULL, &pt))
		return fail_client(ctx, "page tables of %s", region ? region : ctx->arena);
	status = MEMCTL_EXIT_OK;
	if (GIVEN(args, OPT_PID) && !pt.nr_processes)
		status = fail_errno(ctx, MEMCTL_EXIT_REFUSED, ESRCH,
				    "it maps none of these regions, or is not there", "process %u",
				    args->pid);
	else if (ctx->json)
		status = json_document(ctx, verdict_json(ctx, &pt));
	else if (view_wanted(ctx))
		status = view_print(ctx, &mismatch_view, &pt.mismatches);
	else if (!ctx->quiet)
		print_verdict(&pt);
	if (!status && is_different(&pt))
		status = MEMCTL_EXIT_DAMAGE;
	list_free(&pt.mismatches);
	list_free(&pt.steps);
	return status;
}
