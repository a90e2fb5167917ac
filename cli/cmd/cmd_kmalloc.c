// SPDX-License-Identifier: GPL-2.0
/*
 * cmd_kmalloc.c - memory by the byte: kmalloc and kfree.
 */
#include "args.h"
#include "base/cmd.h"
#include "base/complain.h"
#include "base/words.h"
#include "commands.h"
#include "exec.h"

static int do_kmalloc(struct memctl_ctx *ctx, const struct args *args)
{
	struct memctl_op op = exec_op(args, MEMCTL_OP_CODE_KMALLOC);
	uint64_t size;

	if (!parse_size(args->words[0], &size))
		return fail_usage(ctx, "kmalloc", "'%s' is no size", args->words[0]);
	if (!args->count)
		return fail_usage(ctx, "kmalloc", "--count: '0' is no valid N");
	op.size = size;
	return exec_alloc(ctx, &op, args->count);
}

static int do_kfree(struct memctl_ctx *ctx, const struct args *args)
{
	return exec_free(ctx, args, MEMCTL_OP_CODE_KFREE);
}

static const struct verb kmalloc_verbs[] = {
	{ "", "SIZE [--count N] [--owner TAG] [--node N] [--zero] [--memalloc] [--atomic]",
	  "allocate SIZE bytes and print the handle", do_kmalloc,
	  BIT(OPT_COUNT) | BIT(OPT_OWNER) | BIT(OPT_NODE) | BIT(OPT_ZERO) | BIT(OPT_MEMALLOC) |
		  BIT(OPT_ATOMIC),
	  0, 1, 1, NULL },
};

static const struct object kmalloc_object =
	OBJECT("kmalloc", "Memory by the byte: from a size class, or large from the buddy.",
	       kmalloc_verbs);

static const struct verb kfree_verbs[] = {
	{ "", "HANDLE... [--owner TAG|--force]", "free what kmalloc gave", do_kfree, OPTS_FREE, 0,
	  1, -1, NULL },
};

static const struct object kfree_object = OBJECT("kfree", "Free memory of kmalloc.", kfree_verbs);

int cmd_kmalloc(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &kmalloc_object, argc, argv);
}

int cmd_kfree(struct memctl_ctx *ctx, int argc, char **argv)
{
	return verbs_run(ctx, &kfree_object, argc, argv);
}
