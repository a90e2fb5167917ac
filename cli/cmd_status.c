// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_status.c - the arenas at a glance, the module, and who would stop an
 * unload.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena_view.h"
#include "args.h"
#include "client.h"
#include "cmd.h"
#include "commands.h"
#include "connect.h"
#include "decode.h"
#include "document.h"
#include "holders.h"
#include "model.h"
#include "table.h"
#include "text.h"
#include "trace_instance.h"

#define PAGE_BYTES 4096

static struct json_object *free_bytes(const void *row)
{
	const struct arena *arena = row;

	if (!HAS(arena, ARENA_NR_FREE))
		return NULL;
	return json_object_new_uint64((uint64_t)arena->nr_free * PAGE_BYTES);
}

/* Two digits behind the point, in text and in JSON. */
static struct json_object *per_frame(const void *row)
{
	const struct arena *arena = row;
	char text[32];
	double value;

	if (!HAS(arena, ARENA_METADATA) || !arena->nr_frames)
		return NULL;
	value = (double)arena->metadata / arena->nr_frames;
	snprintf(text, sizeof(text), "%.2f", value);
	return json_object_new_double_s(value, text);
}

static struct json_object *cpu_caches(const void *row)
{
	const struct arena *arena = row;

	return json_object_new_boolean(!arena->no_cpu_caches);
}

#define FRAMES(name, member, attr, use, help) \
	COLUMN(name, U32, arena, member, ARENA_##attr, use, help)
#define COUNTER(name, member, attr, use, help) \
	COLUMN(name, U64, arena, member, ARENA_##attr, use, help)

static const struct column columns[] = {
	COLUMN("ARENA", STRING, arena, name, ARENA_ARENA, BOTH, "name of the arena"),
	COLUMN("SIZE", SIZE, arena, size, ARENA_SIZE, BOTH, "bytes taken from the host"),
	FRAMES("FRAMES", nr_frames, NR_FRAMES, BOTH, "frames of 4 KiB"),
	FRAMES("FREE", nr_free, NR_FREE, BOTH, "frames on the free lists"),
	FRAMES("CACHED", nr_cached, NR_CACHED, BOTH, "frames in per-CPU frame caches"),
	FRAMES("SLAB", nr_slab, NR_SLAB, BOTH, "frames that slabs hold"),
	FRAMES("TABLES", nr_table, NR_TABLE, BOTH, "frames that hold page tables"),
	COLUMN("METADATA", SIZE, arena, metadata, ARENA_METADATA, BOTH,
	       "bytes of the host's memory for the arena's own records"),
	COLUMN_COUNTED("PER_FRAME", per_frame, BOTH, "bytes of those for each frame"),
	FRAMES("REGIONS", nr_regions, NR_REGIONS, BOTH, "regions; they hold the arena"),
	FRAMES("HANDLES", nr_handles, NR_HANDLES, BOTH, "handles; they hold the arena"),
	FRAMES("USERS", nr_users, NR_USERS, BOTH, "references of other kernel modules"),
	COLUMN_COUNTED("CPU_CACHES", cpu_caches, BOTH, "CPUs keep frames and objects for later"),
	FRAMES("CHUNKS", nr_chunks, NR_CHUNKS, JSON, "runs of pages taken from the host"),
	FRAMES("ZONES", nr_zones, NR_ZONES, JSON, "zones"),
	FRAMES("CACHES", nr_caches, NR_CACHES, JSON, "object caches"),
	COLUMN_BYTES("FREE_BYTES", free_bytes, ASKED, "free frames in bytes"),
	COUNTER("ALLOC", nr_alloc, NR_ALLOC, JSON, "blocks allocated so far"),
	COUNTER("FREED", nr_freed, NR_FREED, JSON, "blocks freed so far"),
	COUNTER("FAILED", nr_failed, NR_FAILED, JSON, "block allocations refused so far"),
	COUNTER("BAD_FREE", nr_bad_free, NR_BAD_FREE, JSON, "frees refused so far"),
	COUNTER("LOCK", nr_lock, NR_LOCK, JSON, "times that a zone lock was taken"),
	COLUMN("WASTE", SIZE, arena, waste, ARENA_WASTE, JSON, "bytes lost to rounding up"),
	FRAMES("HWPOISON", nr_hwpoison, NR_HWPOISON, JSON, "frames with a hardware memory error"),
	FRAMES("ASIDE", nr_aside, NR_ASIDE, JSON, "those of them that are set aside"),
	FRAMES("ID", id, ID, JSON, "number of the arena"),
	COUNTER("GENERATION", generation, GENERATION, JSON, "grows with every change"),
};

const struct view arena_view = VIEW(columns);

/**
 * module_state_read() - what /proc/modules says of memctl
 * @state: filled
 *
 * A replayed capture has no module: MEMCTL_MODULES names a file to read in
 * the place of /proc/modules.
 */
void module_state_read(struct module_state *state)
{
	const char *path = getenv("MEMCTL_MODULES");
	FILE *file = fopen(path ? path : "/proc/modules", "re");
	char line[512];
	char name[64];
	size_t end;

	memset(state, 0, sizeof(*state));
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %lu %ld %255s", name, &state->size, &state->references,
			   state->holders) == 4 &&
		    !strcmp(name, "memctl")) {
			/* The kernel's list has a comma behind each. */
			end = strlen(state->holders);
			if (end > 1 && state->holders[end - 1] == ',')
				state->holders[end - 1] = '\0';
			state->known = true;
			break;
		}
	}
	if (file)
		fclose(file);
}

/* "one,two," as an array of names. */
static struct json_object *holders_json(const struct module_state *state)
{
	struct json_object *array = json_object_new_array();
	char names[sizeof(state->holders)], *rest;

	strcpy(names, state->holders);
	for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		if (strcmp(name, "-"))
			json_object_array_add(array, json_text(name));
	}
	return array;
}

static struct json_object *module_json(const struct module_state *state, const char *version,
				       const struct holders *processes)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "version", version ? json_text(version) : NULL);
	json_object_object_add(object, "references",
			       state->known ? json_object_new_int64(state->references) : NULL);
	json_object_object_add(object, "holders", state->known ? holders_json(state) : NULL);
	json_object_object_add(object, "held_by",
			       processes->known ? processes_json(processes) : NULL);
	return object;
}

static struct json_object *recordings_json(void)
{
	struct json_object *array = json_object_new_array();
	struct trace_instance *list;
	size_t nr = trace_instance_list(&list);

	for (size_t i = 0; i < nr; i++) {
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "instance", json_text(list[i].name));
		json_object_object_add(object, "pid", json_object_new_int(list[i].owner));
		json_object_object_add(object, "running", json_object_new_boolean(list[i].running));
		json_object_array_add(array, object);
	}
	free(list);
	return array;
}

/* Recordings that run, or that were killed and left their events on. */
static void print_recordings(FILE *to)
{
	struct trace_instance *list;
	size_t nr = trace_instance_list(&list);

	for (size_t i = 0; i < nr; i++) {
		if (list[i].running)
			fprintf(to, "recording: process %d\n", (int)list[i].owner);
		else
			fprintf(to,
				"recording: killed (process %d), its events are still on in the tracefs instance %s; load, unload or record removes it\n",
				(int)list[i].owner, list[i].name);
	}
	free(list);
}

static int status_json(struct memctl_ctx *ctx, const struct list *arenas,
		       const struct module_state *state, const char *version,
		       const struct holders *processes)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "module", module_json(state, version, processes));
	json_object_object_add(object, "recordings", recordings_json());
	json_object_object_add(object, "arenas",
			       view_json(ctx, &arena_view, arenas->rows, arenas->nr,
					 sizeof(struct arena)));
	return json_document(ctx, object);
}

/*
 * Nobody holds it when its count says so, and not when we find nobody: a
 * descriptor may be in a message, or the host's.
 */
static void print_nobody(const struct module_state *state, const struct holders *processes)
{
	if (state->known && !state->references)
		puts("held: by nobody, the module can be unloaded");
	else if (!state->known)
		puts("held: by nobody that is seen here");
	else if (!processes->known)
		printf("held: by %ld references; root sees whose\n", state->references);
	else
		printf("held: by %ld references of no process: in a message, or the kernel's\n",
		       state->references);
}

static void print_holders(const struct list *arenas, const struct module_state *state,
			  const struct holders *processes)
{
	char text[512];
	bool held = false;

	LIST_FOR_EACH(struct arena, arena, arenas) {
		if (!arena->nr_regions && !arena->nr_handles && !arena->nr_users)
			continue;
		held = true;
		printf("held: arena %s by %u regions, %u handles, %u users\n",
		       text_escape(arena->name), arena->nr_regions, arena->nr_handles,
		       arena->nr_users);
	}
	if (state->known && strcmp(state->holders, "-")) {
		held = true;
		printf("held: by the module%s %s\n", strchr(state->holders, ',') ? "s" : "",
		       text_escape(state->holders));
	}
	for (size_t i = 0; i < processes->nr; i++) {
		held = true;
		holder_text(&processes->row[i], text, sizeof(text));
		printf("held: by %s\n", text);
	}
	if (!held)
		print_nobody(state, processes);
}

static int show(struct memctl_ctx *ctx, const struct args *args)
{
	struct module_state state;
	struct holders processes;
	const char *version = NULL;
	struct list arenas, shown;
	struct arena one;
	int status;

	(void)args;
	if (!ctx_client(ctx, &status)) {
		/* Recordings need no module. */
		if (!ctx->json)
			print_recordings(stderr);
		return status;
	}
	if (ctx->arena_given && client_arena_get(ctx->client, ctx->arena, &one))
		return fail_client(ctx, "arena '%s'", ctx->arena);
	if (client_arena_list(ctx->client, &arenas))
		return fail_client(ctx, "the arenas");
	shown = arenas;
	if (ctx->arena_given) {
		shown.rows = &one;
		shown.nr = 1;
		shown.schema = &arena_schema;
	}
	holders_read(&processes);
	module_state_read(&state);
	LIST_FOR_EACH(struct arena, arena, &arenas) {
		if (HAS(arena, ARENA_VERSION))
			version = arena->version;
	}
	if (ctx->json) {
		status = status_json(ctx, &shown, &state, version, &processes);
	} else {
		if (!view_wanted(ctx)) {
			printf("memctl %s", version ? text_escape(version) : "(version unknown)");
			if (state.known)
				printf(", %ld references", state.references);
			putchar('\n');
		}
		status = view_print(ctx, &arena_view, &shown);
		if (!view_wanted(ctx))
			print_holders(&arenas, &state, &processes);
		if (!view_wanted(ctx))
			print_recordings(stdout);
	}
	free(processes.row);
	list_free(&arenas);
	return status;
}

static const struct verb verbs[] = {
	{ "show", "", "print it", show, 0, 0, 0, 0, &arena_view },
};

static const struct object object =
	OBJECT("status", "The arenas, the module's version, and who would stop an unload.", verbs);

int cmd_status(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
