// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_module.c - load and remove the module; versions.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memctl_version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/text.h"
#include "commands.h"
#include "module_load.h"
#include "trace/trace_instance.h"
#include "view/holders.h"
#include "wire/client.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"
#include "wire/module_state.h"

/* How long an unload is tried, a thousandth of a second or more apart; up to one less. */
#define UNLOAD_SECONDS 2

/* One more of a list in words, whole or not at all. */
static void add_holder(char *text, size_t size, const char *one)
{
	size_t used = strlen(text);

	if (used + strlen(one) + 3 < size)
		snprintf(text + used, size - used, "%s%s", used ? "; " : "", one);
}

static void add_processes(char *text, size_t size)
{
	struct holders processes;
	char one[512];

	holders_read(&processes);
	for (size_t i = 0; i < processes.nr; i++) {
		holder_text(&processes.row[i], one, sizeof(one));
		add_holder(text, size, one);
	}
	free(processes.row);
}

/* The holders of the module, in words; "" if none is found. */
static void holders(struct memctl_ctx *ctx, char *text, size_t size)
{
	struct module_state state;
	char one[512];
	struct list arenas;
	int status;

	text[0] = '\0';
	module_state_read(&state);
	if (state.known && strcmp(state.holders, "-"))
		snprintf(text, size, "module%s %s", strchr(state.holders, ',') ? "s" : "",
			 state.holders);
	if (!ctx_client(ctx, &status) || client_arena_list(ctx->client, &arenas))
		return;
	LIST_FOR_EACH(struct arena, arena, &arenas) {
		if (!arena->nr_regions && !arena->nr_handles && !arena->nr_users)
			continue;
		snprintf(one, sizeof(one), "arena %s: %u regions, %u handles, %u users",
			 arena->name, arena->nr_regions, arena->nr_handles, arena->nr_users);
		add_holder(text, size, one);
	}
	list_free(&arenas);
	add_processes(text, size);
}

/*
 * Any user may send a request, which holds the module for a moment: one of many
 * tries finds it free. Longer holds are not waited for.
 */
static int delete_module(void)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	struct timespec now, begin;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		ret = (int)syscall(SYS_delete_module, MODULE_NAME, O_NONBLOCK);
		if (!ret || (errno != EAGAIN && errno != EWOULDBLOCK))
			break;
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		/* What the module said, not what the clock did. */
		errno = EAGAIN;
	} while (now.tv_sec - begin.tv_sec < UNLOAD_SECONDS);
	return ret;
}

static int unload(struct memctl_ctx *ctx, const struct args *args)
{
	char text[1024], words[1040];
	bool seen = !access("/proc/modules", R_OK);
	int error;

	(void)args;
	trace_instance_tidy();
	if (!delete_module())
		return json_changed(ctx, "module", MODULE_NAME);
	error = errno;
	if (error == ENOENT)
		return fail(ctx, MEMCTL_EXIT_MODULE, "the module is not loaded");
	if (error == EPERM)
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, error,
				  module_loading_is_off() ? modules_are_off : "this needs root",
				  "unload");
	if (error != EAGAIN && error != EWOULDBLOCK && error != EBUSY)
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, error, NULL, "unload");
	holders(ctx, text, sizeof(text));
	snprintf(words, sizeof(words), "held by %s",
		 text[0] ? text :
		 seen	 ? "a descriptor in a message, or by the kernel" :
			   "somebody; without /proc nobody can say by whom");
	return fail_errno(ctx, MEMCTL_EXIT_REFUSED, EBUSY, words, "unload");
}

static int version(struct memctl_ctx *ctx, const struct args *args)
{
	struct json_object *object;
	struct arena arena = { 0 };
	const char *module = NULL;
	bool same;

	(void)args;
	/* Not being able to ask is an answer here, not a failure. */
	if (!client_open(&ctx->client) && !client_arena_get(ctx->client, NULL, &arena) &&
	    HAS(&arena, ARENA_VERSION))
		module = arena.version;
	same = module && !strcmp(module, MEMCTL_VERSION);
	if (ctx->json) {
		object = json_object_new_object();
		json_object_object_add(object, "memctl", json_object_new_string(MEMCTL_VERSION));
		json_object_object_add(object, "module", module ? json_text(module) : NULL);
		json_object_object_add(object, "interface",
				       json_object_new_int(MEMCTL_FAMILY_VERSION));
		json_object_object_add(object, "same", json_object_new_boolean(same));
		return json_document(ctx, object);
	}
	printf("memctl %s, interface %u\n", MEMCTL_VERSION, MEMCTL_FAMILY_VERSION);
	if (module)
		printf("module %s%s\n", text_escape(module),
		       same ? "" : " (not the version of this program)");
	else if (ctx->client)
		printf("module: %s\n", text_escape(client_error(ctx->client)->text));
	return MEMCTL_EXIT_OK;
}

static const struct verb load_verbs[] = {
	{ "", "[PARAMETER=VALUE...]", "run modprobe", module_load, VERB_NO_ARENA, 0, 0, -1, NULL },
};

static const struct object load_object =
	OBJECT("load", "Load the module; 'memctl load size=256M' makes the arena main of 256 MiB.",
	       load_verbs);

static const struct verb unload_verbs[] = {
	{ "", "", "remove the module; exit status 2 and its holders if it is held", unload,
	  VERB_NO_ARENA, 0, 0, 0, NULL },
};

static const char unload_help_text[] =
	"Remove the module and give every page back, or say who holds it.";

static const struct object unload_object = OBJECT("unload", unload_help_text, unload_verbs);

static const struct verb version_verbs[] = {
	{ "", "", "print them", version, VERB_NO_ARENA, 0, 0, 0, NULL },
};

static const struct object version_object =
	OBJECT("version", "Versions of this program and of the module.", version_verbs);

int cmd_load(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &load_object, argc, argv);
}

int cmd_unload(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &unload_object, argc, argv);
}

int cmd_version(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &version_object, argc, argv);
}
