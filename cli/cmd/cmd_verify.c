// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_verify.c - have the module check every invariant, and compare the
 * views of one generation with each other.
 */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/text.h"
#include "base/words.h"
#include "commands.h"
#include "view/table.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

/* How often the views are taken again when the arena changed meanwhile. */
#define CROSS_TRIES 16
#define MAX_CROSS   32

static const struct column columns[] = {
	COLUMN("INVARIANT", STRING, problem, invariant, PROBLEM_INVARIANT, BOTH,
	       "number of the broken invariant"),
	COLUMN("OBJECT", STRING, problem, object, PROBLEM_OBJECT, BOTH, "what is damaged"),
	COLUMN("FIELD", STRING, problem, field, PROBLEM_FIELD, BOTH, "which field of it"),
	COLUMN("INDEX", U64, problem, index, PROBLEM_INDEX, BOTH, "which one"),
	COLUMN("EXPECTED", ADDRESS, problem, expected, PROBLEM_EXPECTED, BOTH, "what it should be"),
	COLUMN("FOUND", ADDRESS, problem, found, PROBLEM_FOUND, BOTH, "what it is"),
};

static const struct view view = VIEW(columns);

static const struct column memory_error_columns[] = {
	COLUMN("FRAME", U32, memory_error, fn, MEMORY_ERROR_FN, BOTH, "frame number"),
	COLUMN("PFN", ADDRESS, memory_error, pfn, MEMORY_ERROR_PFN, BOTH, "physical frame number"),
	COLUMN("STATE", STRING, memory_error, state, MEMORY_ERROR_STATE, BOTH,
	       "what it is in use for; hwpoison: set aside"),
};

static const struct view memory_error_view = VIEW(memory_error_columns);

static const struct column leak_columns[] = {
	COLUMN_WORD("KIND", kind_name, leak, kind, LEAK_KIND, BOTH, "pages, a cache, or kmalloc"),
	COLUMN("NR", U64, leak, nr, LEAK_NR, BOTH, "blocks or objects"),
	COLUMN("BYTES", U64, leak, bytes, LEAK_BYTES, BOTH, "of all of them"),
	COLUMN("CACHE", STRING, leak, cache, LEAK_CACHE, BOTH, "name of the cache"),
	COLUMN("SYMBOL", STRING, leak, symbol, LEAK_SYMBOL, BOTH,
	       "code that allocated them or made the cache; of kmalloc nobody knows"),
};

static const struct view leak_view = VIEW(leak_columns);

/* What comparing the views found. */
struct cross {
	bool compared;
	unsigned int nr;
	struct problem problems[MAX_CROSS];
};

static void add_problem(struct cross *cross, const char *object, const char *field, uint64_t index,
			uint64_t expected, uint64_t found)
{
	struct problem *problem;

	if (expected == found || cross->nr == MAX_CROSS)
		return;
	problem = &cross->problems[cross->nr++];
	*problem = (struct problem){
		.present = ~UINT64_C(0), .index = index, .expected = expected, .found = found
	};
	strcpy(problem->invariant, "views");
	snprintf(problem->object, sizeof(problem->object), "%s", object);
	snprintf(problem->field, sizeof(problem->field), "%s", field);
}

/* Blocks must add up to the free frames of their zone, zones to the arena. */
static void compare(struct cross *cross, const struct arena *arena, const struct list *zones)
{
	uint64_t frames = 0, nr_free = 0, cached = 0;

	LIST_FOR_EACH(struct zone, zone, zones) {
		uint64_t sum = 0;

		for (unsigned int mt = 0; mt < MODEL_NR_MIGRATETYPES; mt++) {
			for (unsigned int order = 0; order < MEMCTL_NR_ORDERS; order++)
				sum += (uint64_t)zone->free_blocks[mt][order] << order;
		}
		add_problem(cross, "zone", "free-blocks", zone->index, zone->nr_free, sum);
		frames += zone->nr_frames;
		nr_free += zone->nr_free;
		cached += zone->nr_cached;
	}
	if (HAS(arena, ARENA_NR_FRAMES))
		add_problem(cross, "arena", "nr-frames", arena->id, arena->nr_frames, frames);
	if (HAS(arena, ARENA_NR_FREE))
		add_problem(cross, "arena", "nr-free", arena->id, arena->nr_free, nr_free);
	if (HAS(arena, ARENA_NR_CACHED))
		add_problem(cross, "arena", "nr-cached", arena->id, arena->nr_cached, cached);
}

/* Views count only when the arena had one generation before, in and behind them. */
static int cross_check(struct memctl_ctx *ctx, const char *name, struct cross *cross)
{
	struct arena before, after;
	struct list zones;

	memset(cross, 0, sizeof(*cross));
	for (int i = 0; i < CROSS_TRIES && !cross->compared; i++) {
		if (client_arena_get(ctx->client, name, &before))
			return -1;
		if (client_zone_list(ctx->client, name, &zones))
			return -1;
		if (client_arena_get(ctx->client, name, &after)) {
			list_free(&zones);
			return -1;
		}
		cross->compared = before.generation == after.generation && !zones.torn;
		LIST_FOR_EACH(struct zone, zone, &zones) {
			if (HAS(zone, ZONE_GENERATION) && zone->generation != before.generation)
				cross->compared = false;
		}
		if (cross->compared)
			compare(cross, &before, &zones);
		list_free(&zones);
	}
	return 0;
}

static void print_problem(const struct problem *problem)
{
	printf("  %s: %s %llu: %s: expected 0x%llx, found 0x%llx\n",
	       text_escape(problem->invariant), text_escape(problem->object),
	       (unsigned long long)problem->index, text_escape(problem->field),
	       (unsigned long long)problem->expected, (unsigned long long)problem->found);
}

static void print_memory_error(const struct memory_error *error)
{
	printf("  frame %u, pfn 0x%llx, has a hardware memory error: %s\n", error->fn,
	       (unsigned long long)error->pfn,
	       strcmp(error->state, "hwpoison") ? text_escape(error->state) : "set aside");
}

static void print_leak(const struct leak *leak)
{
	printf("  leak: %llu %s%s%s%s, %llu bytes, of %s\n", (unsigned long long)leak->nr,
	       leak->kind == MEMCTL_KIND_PAGE ? "block" : "object", leak->nr == 1 ? "" : "s",
	       leak->cache[0] ? " of cache " : "", text_escape(leak->cache),
	       (unsigned long long)leak->bytes,
	       leak->symbol[0] ? text_escape(leak->symbol) : "a caller that is not noted");
}

static void print_verdict(const char *name, const struct verify *verify, const struct cross *cross)
{
	uint64_t nr = verify->nr_problems + cross->nr;

	printf("arena %s: %llu checks, %llu problems%s", text_escape(name),
	       (unsigned long long)verify->nr_checks, (unsigned long long)nr,
	       nr || verify->nr_leaks ? "" : " (verified)");
	if (verify->nr_leaks)
		printf(", %llu leak%s", (unsigned long long)verify->nr_leaks,
		       verify->nr_leaks == 1 ? "" : "s");
	if (HAS(verify, VERIFY_STOP_NS))
		printf(", machine stopped for at most %llu us",
		       (unsigned long long)(verify->stop_ns + 999) / 1000);
	putchar('\n');
	LIST_FOR_EACH(struct problem, problem, &verify->problems)
		print_problem(problem);
	if (verify->nr_problems > verify->problems.nr)
		printf("  and %llu more\n",
		       (unsigned long long)(verify->nr_problems - verify->problems.nr));
	for (unsigned int i = 0; i < cross->nr; i++)
		print_problem(&cross->problems[i]);
	LIST_FOR_EACH(struct memory_error, error, &verify->memory_errors)
		print_memory_error(error);
	LIST_FOR_EACH(struct leak, leak, &verify->leaks)
		print_leak(leak);
	if (verify->nr_leaks > verify->leaks.nr)
		printf("  and %llu more\n",
		       (unsigned long long)(verify->nr_leaks - verify->leaks.nr));
	if (!cross->compared)
		printf("  views not compared: the arena keeps changing\n");
}

static struct json_object *verdict_json(struct memctl_ctx *ctx, const char *name,
					const struct verify *verify, const struct cross *cross)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "arena", json_text(name));
	json_object_object_add(object, "generation", json_object_new_uint64(verify->generation));
	json_object_object_add(object, "checks", json_object_new_uint64(verify->nr_checks));
	json_object_object_add(object, "nr_problems",
			       json_object_new_uint64(verify->nr_problems + cross->nr));
	json_object_object_add(object, "stop_ns", json_object_new_uint64(verify->stop_ns));
	json_object_object_add(object, "views_compared", json_object_new_boolean(cross->compared));
	json_object_object_add(object, "problems",
			       view_json(ctx, &view, verify->problems.rows, verify->problems.nr,
					 sizeof(struct problem)));
	json_object_object_add(object, "memory_errors",
			       view_json(ctx, &memory_error_view, verify->memory_errors.rows,
					 verify->memory_errors.nr, sizeof(struct memory_error)));
	json_object_object_add(object, "nr_leaks", json_object_new_uint64(verify->nr_leaks));
	json_object_object_add(object, "leaks",
			       view_json(ctx, &leak_view, verify->leaks.rows, verify->leaks.nr,
					 sizeof(struct leak)));
	json_object_object_add(object, "view_problems",
			       view_json(ctx, &view, cross->problems, cross->nr,
					 sizeof(struct problem)));
	return object;
}

static void free_verify(struct verify *verify)
{
	list_free(&verify->problems);
	list_free(&verify->memory_errors);
	list_free(&verify->leaks);
}

/* Verify one arena; *damage when there is any. */
static int verify_arena(struct memctl_ctx *ctx, const char *name, struct json_object *array,
			bool *damage)
{
	struct verify verify;
	struct cross cross;

	if (client_verify(ctx->client, name, &verify))
		return fail_client(ctx, "arena '%s'", name);
	if (cross_check(ctx, name, &cross)) {
		free_verify(&verify);
		return fail_client(ctx, "views of arena '%s'", name);
	}
	if (array)
		json_object_array_add(array, verdict_json(ctx, name, &verify, &cross));
	else if (view_wanted(ctx))
		view_print(ctx, &view, &verify.problems);
	else if (!ctx->quiet)
		print_verdict(name, &verify, &cross);
	*damage |= verify.nr_leaks || verify.nr_problems || verify.problems.nr || cross.nr;
	free_verify(&verify);
	return MEMCTL_EXIT_OK;
}

static int verify_all(struct memctl_ctx *ctx, struct json_object *array, bool *damage)
{
	struct list arenas;
	int status = MEMCTL_EXIT_OK;

	if (client_arena_list(ctx->client, &arenas))
		return fail_client(ctx, "the arenas");
	LIST_FOR_EACH(struct arena, arena, &arenas) {
		status = verify_arena(ctx, arena->name, array, damage);
		if (status)
			break;
	}
	list_free(&arenas);
	return status;
}

static int check(struct memctl_ctx *ctx, const struct args *args)
{
	struct json_object *array;
	bool damage = false;
	int status;

	if (GIVEN(args, OPT_ALL) && ctx->arena_given)
		return fail_usage(ctx, "verify", "--all and -a exclude each other");
	if (!ctx_client(ctx, &status))
		return status;
	array = ctx->json ? json_object_new_array() : NULL;
	if (GIVEN(args, OPT_ALL))
		status = verify_all(ctx, array, &damage);
	else
		status = verify_arena(ctx, ctx->arena, array, &damage);
	if (array)
		json_document(ctx, array);
	return status || !damage ? status : MEMCTL_EXIT_DAMAGE;
}

static const struct verb verbs[] = {
	{ "", "[--all]", "check the arena (-a), or all; exit status 5 on damage or a leak", check,
	  BIT(OPT_ALL), 0, 0, 0, &view },
};

static const char help_text[] =
	"Check every invariant of the arena's records, that its views agree, and that nothing\n"
	"was left behind by a module that uses it no more.";

static const struct object object = OBJECT("verify", help_text, verbs);

int cmd_verify(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &object, argc, argv);
}
