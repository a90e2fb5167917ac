// SPDX-License-Identifier: GPL-2.0
/*
 * exec.c - allocations and frees in batches of MEMCTL_MAX_OPS, and the table
 * of handles.
 */
#include <stdio.h>
#include <stdlib.h>

#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/document.h"
#include "base/words.h"
#include "exec.h"
#include "view/table.h"
#include "wire/client.h"
#include "wire/client_api.h"
#include "wire/connect.h"
#include "wire/decode.h"
#include "wire/model.h"

static const struct column columns[] = {
	COLUMN("ARENA", STRING, handle, arena, HANDLE_ARENA, JSON, "name of the arena"),
	COLUMN("HANDLE", ADDRESS, handle, handle, HANDLE_HANDLE, BOTH, "the handle"),
	COLUMN_WORD("KIND", kind_name, handle, kind, HANDLE_KIND, BOTH, "page, object or kmalloc"),
	COLUMN("OWNER", U32, handle, owner, HANDLE_OWNER, BOTH, "tag of its owner"),
	COLUMN("SIZE", SIZE, handle, size, HANDLE_SIZE, BOTH, "bytes asked for"),
	COLUMN("ORDER", U32, handle, order, HANDLE_ORDER, BOTH, "order of the block"),
	COLUMN("CACHE", STRING, handle, cache, HANDLE_CACHE, BOTH, "cache of the object"),
	COLUMN("NODE", U32, handle, node, HANDLE_NODE, BOTH, "NUMA node"),
	COLUMN_WORD("ZONE", zone_name, handle, type, HANDLE_TYPE, BOTH, "zone"),
	COLUMN("FN", U32, handle, fn, HANDLE_FN, JSON, "arena frame number"),
	COLUMN("PFN", U64, handle, pfn, HANDLE_PFN, JSON, "physical frame number"),
	COLUMN("ADDRESS", ADDRESS, handle, address, HANDLE_ADDRESS, JSON, "kernel virtual address"),
	COLUMN("SYMBOL", STRING, handle, symbol, HANDLE_SYMBOL, JSON,
	       "code in the kernel that holds it"),
	COLUMN("GENERATION", U64, handle, generation, HANDLE_GENERATION, JSON,
	       "generation of the arena"),
};

const struct view handle_view = VIEW(columns);

struct memctl_op exec_op(const struct args *args, enum memctl_op_code code)
{
	return (struct memctl_op){
		.code = code,
		.owner = args->owner,
		.nid = GIVEN(args, OPT_NODE) ? (int)args->node : -1,
		.order = args->order,
		.zone = args->zone,
		.migratetype = args->migratetype,
		.flags = (GIVEN(args, OPT_ZERO) ? MEMCTL_OP_FLAG_ZERO : 0) |
			 (GIVEN(args, OPT_THIS_NODE) ? MEMCTL_OP_FLAG_THISNODE : 0) |
			 (GIVEN(args, OPT_MEMALLOC) ? MEMCTL_OP_FLAG_MEMALLOC : 0) |
			 (GIVEN(args, OPT_ATOMIC) ? MEMCTL_OP_FLAG_ATOMIC : 0),
	};
}

/* One batch went out: complain about the first operation that was refused, if any. */
static int check_batch(struct memctl_ctx *ctx, const char *verb, int ret, unsigned int nr,
		       unsigned int nr_results, const struct memctl_result *results, uint64_t done,
		       uint64_t total)
{
	if (ret)
		return fail_client(ctx, "%s %llu of %llu", verb, (unsigned long long)done,
				   (unsigned long long)total);
	for (unsigned int i = 0; i < nr_results; i++) {
		const char *text = client_error(ctx->client)->text;

		if (!results[i].error)
			continue;
		/* The module's own words about the first refusal come with the acknowledgment. */
		return fail_errno(ctx, MEMCTL_EXIT_REFUSED, (int)-(unsigned int)results[i].error,
				  text[0] ? text : reason_text(results[i].reason),
				  "%s %llu of %llu", verb, (unsigned long long)(done + i),
				  (unsigned long long)total);
	}
	if (nr_results == nr)
		return MEMCTL_EXIT_OK;
	return fail(ctx, MEMCTL_EXIT_MODULE, "%s %llu of %llu: results are missing", verb,
		    (unsigned long long)(done + nr_results), (unsigned long long)total);
}

static void take_handles(struct memctl_ctx *ctx, struct json_object *array,
			 const struct memctl_result *results, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (results[i].error)
			continue;
		if (ctx->json) {
			struct json_object *object = json_object_new_object();

			json_object_object_add(object, "handle", json_address(results[i].handle));
			json_object_array_add(array, object);
		} else {
			printf("0x%llx\n", (unsigned long long)results[i].handle);
		}
	}
}

int exec_alloc(struct memctl_ctx *ctx, const struct memctl_op *op, uint64_t count)
{
	static struct memctl_op ops[MEMCTL_MAX_OPS];
	static struct memctl_result results[MEMCTL_MAX_OPS];
	struct json_object *array;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	array = ctx->json ? json_object_new_array() : NULL;
	for (unsigned int i = 0; i < MEMCTL_MAX_OPS; i++)
		ops[i] = *op;
	for (uint64_t done = 0; done < count && !status;) {
		unsigned int nr = count - done < MEMCTL_MAX_OPS ? count - done : MEMCTL_MAX_OPS;
		unsigned int nr_results;
		int ret;

		ret = client_exec(ctx->client, ctx->arena, ops, nr, true, results, &nr_results,
				  NULL);
		take_handles(ctx, array, results, nr_results);
		status = check_batch(ctx, "allocated", ret, nr, nr_results, results, done, count);
		done += nr;
	}
	return ctx->json ? json_document(ctx, array) : status;
}

int exec_freed_json(struct memctl_ctx *ctx, uint64_t nr_freed)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "freed", json_object_new_uint64(nr_freed));
	return json_document(ctx, object);
}

int exec_free(struct memctl_ctx *ctx, const struct args *args, enum memctl_op_code code)
{
	/* The fields that say where memory comes from have to be 0 in a free. */
	const struct memctl_op op = {
		.code = code,
		.owner = args->owner,
		.nid = -1,
		.flags = GIVEN(args, OPT_FORCE) ? MEMCTL_OP_FLAG_FORCE : 0,
	};
	static struct memctl_op ops[MEMCTL_MAX_OPS];
	static struct memctl_result results[MEMCTL_MAX_OPS];
	char **words = args->words;
	int nr_words = args->nr_words;
	uint64_t nr_freed = 0;
	uint64_t handle;
	int status;

	if (GIVEN(args, OPT_FORCE) && GIVEN(args, OPT_OWNER))
		return fail_usage(ctx, ctx->object,
				  "--force is for every owner's: --owner would change nothing");
	/* All or nothing as far as the command line goes: a typo frees nothing. */
	for (int i = 0; i < nr_words; i++) {
		if (!parse_u64(words[i], &handle))
			return fail_usage(ctx, ctx->object, "'%s' is no handle", words[i]);
	}
	if (!ctx_client(ctx, &status))
		return status;
	for (int done = 0; done < nr_words && !status;) {
		unsigned int nr = nr_words - done < MEMCTL_MAX_OPS ? nr_words - done :
								     MEMCTL_MAX_OPS;
		unsigned int nr_results;
		int ret;

		for (unsigned int i = 0; i < nr; i++) {
			parse_u64(words[done + i], &handle);
			ops[i] = op;
			ops[i].handle = handle;
		}
		ret = client_exec(ctx->client, ctx->arena, ops, nr, true, results, &nr_results,
				  NULL);
		for (unsigned int i = 0; i < nr_results; i++)
			nr_freed += !results[i].error;
		status = check_batch(ctx, "freed", ret, nr, nr_results, results, done, nr_words);
		done += nr;
	}
	return ctx->json ? exec_freed_json(ctx, nr_freed) : status;
}

int exec_list(struct memctl_ctx *ctx, const struct args *args, const uint32_t *kind)
{
	struct list handles;
	int status;

	if (!ctx_client(ctx, &status))
		return status;
	if (client_handle_list(ctx->client, ctx->arena, kind,
			       GIVEN(args, OPT_OWNER) ? &args->owner : NULL, &handles))
		return fail_client(ctx, "handles of arena '%s'", ctx->arena);
	status = view_print(ctx, &handle_view, &handles);
	list_free(&handles);
	return status;
}
