// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_smem.c - who has how much memory of regions for processes: a row for
 * each region, and behind it one for each process that maps it.
 */
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "commands.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/client_space.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"
#include "wire/schema.h"

#define COUNTER(name, member, attr, help) \
	COLUMN(name, U64, process, member, PROCESS_##attr, JSON, help)

static struct json_object *charged_of(const void *row)
{
	const struct process *process = row;

	return HAS(process, PROCESS_PID) ? NULL : json_object_new_uint64(process->nr_charged);
}

static const struct column columns[] = {
	COLUMN("REGION", STRING, process, region, PROCESS_REGION, BOTH, "name of the region"),
	COLUMN("PID", U32, process, pid, PROCESS_PID, BOTH,
	       "process; none in the row of the region itself"),
	COLUMN("COMMAND", STRING, process, comm, PROCESS_COMM, BOTH, "its name"),
	COLUMN("MAPPINGS", U32, process, nr_mappings, PROCESS_NR_MAPPINGS, BOTH, "mappings"),
	COLUMN("VSS", SIZE, process, vss, PROCESS_VSS, BOTH, "bytes in vmas, or in mappings"),
	COLUMN("RSS", SIZE, process, rss, PROCESS_RSS, BOTH, "bytes backed by frames"),
	COLUMN("PSS", SIZE, process, pss, PROCESS_PSS, BOTH,
	       "bytes, each frame divided by those who share it"),
	COLUMN("USS", SIZE, process, uss, PROCESS_USS, BOTH, "bytes that nobody shares"),
	COLUMN("ZERO", U32, process, nr_zero, PROCESS_NR_ZERO, JSON,
	       "pages mapped to the frame of zeros"),
	COLUMN("ACCESSED", U32, process, nr_accessed, PROCESS_NR_ACCESSED, JSON, "pages touched"),
	COLUMN("DIRTY", U32, process, nr_dirty, PROCESS_NR_DIRTY, JSON, "pages written"),
	COUNTER("MINOR", nr_minor, NR_MINOR,
		"faults that found the frame there, or the file's page in the page cache"),
	COUNTER("MAJOR", nr_major, NR_MAJOR,
		"faults that read from a file, not from the page cache"),
	COUNTER("ZERO_FAULT", nr_zero_fault, NR_ZERO_FAULT,
		"faults that mapped the frame of zeros"),
	COUNTER("NEW", nr_new, NR_NEW, "faults that mapped a fresh frame"),
	COUNTER("COW", nr_cow, NR_COW, "faults that copied a shared frame"),
	COUNTER("REFUSED", nr_refused, NR_REFUSED, "faults that were refused"),
	COLUMN("ARENA", STRING, process, arena, PROCESS_ARENA, JSON, "name of the arena"),
	COLUMN_COUNTED("CHARGED", charged_of, JSON,
		       "frames that count against the limit; none in the row of a process"),
};

static const struct view view = VIEW(columns);

/* A region in the columns of a process: all but which process it is. */
static struct process as_process(const struct region *region)
{
	struct process row = {
		.present = ~(UINT64_C(1) << MEMCTL_A_PROCESS_PID |
			     UINT64_C(1) << MEMCTL_A_PROCESS_COMM),
		.nr_mappings = region->nr_mappings,
		.vss = region->vss,
		.rss = region->rss,
		.uss = region->uss,
		.pss = region->pss,
		.nr_zero = region->nr_zero,
		.nr_accessed = region->nr_accessed,
		.nr_dirty = region->nr_dirty,
		.nr_minor = region->nr_minor,
		.nr_major = region->nr_major,
		.nr_zero_fault = region->nr_zero_fault,
		.nr_new = region->nr_new,
		.nr_cow = region->nr_cow,
		.nr_refused = region->nr_refused,
		.nr_charged = region->nr_charged,
	};

	strcpy(row.arena, region->arena);
	strcpy(row.region, region->name);
	return row;
}

static bool add(struct list *rows, const struct process *process)
{
	struct process *row = list_add(rows);

	if (row)
		*row = *process;
	return row;
}

/* Rows of regions, or of the one that is named, each with its processes behind it. */
static bool merge(const struct list *regions, const struct list *processes, const char *name,
		  struct list *rows)
{
	*rows = (struct list){ .schema = &process_schema };
	LIST_FOR_EACH(struct region, region, regions) {
		struct process row;

		if (!region->space || (name && strcmp(name, region->name)))
			continue;
		row = as_process(region);
		if (!add(rows, &row))
			return false;
		LIST_FOR_EACH(struct process, process, processes) {
			if (!strcmp(process->region, region->name) && !add(rows, process))
				return false;
		}
	}
	return true;
}

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	const char *name = args->nr_words ? args->words[0] : NULL;
	struct list regions, processes, rows;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_region_list(ctx->client, ctx->arena, &regions))
		return fail_client(ctx, "regions of arena '%s'", ctx->arena);
	if (client_process_list(ctx->client, ctx->arena, name, &processes)) {
		list_free(&regions);
		return fail_client(ctx, "processes of '%s'", name ? name : ctx->arena);
	}
	if (merge(&regions, &processes, name, &rows))
		status = view_print(ctx, &view, &rows);
	else
		status = fail(ctx, MEMCTL_EXIT_IMPOSSIBLE, "no memory");
	list_free(&rows);
	list_free(&processes);
	list_free(&regions);
	return status;
}

static const struct verb verbs[] = {
	{ "", "[REGION]", "print it", show, 0, 0, 0, 1, &view },
};

static const struct object object =
	OBJECT("smem",
	       "Memory of the regions for processes, and of the processes that map them. VSS is\n"
	       "what could be used, RSS what is backed by frames, PSS the same with each frame\n"
	       "divided by those who share it, USS what nobody shares.",
	       verbs);

int cmd_smem(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
