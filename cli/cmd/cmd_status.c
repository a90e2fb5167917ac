// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_status.c - the arenas at a glance, the module, and who would stop an
 * unload.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/document.h"
#include "base/text.h"
#include "commands.h"
#include "trace/trace_instance.h"
#include "view/arena_view.h"
#include "view/holders.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"
#include "wire/module_state.h"
#include "wire/schema.h"

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
 * The module is free if its reference count says so, not if no holder is found:
 * a descriptor may be in a message, or belong to the host.
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
