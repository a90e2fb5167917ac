/* SPDX-License-Identifier: GPL-2.0 */
/*
 * exec.h - many operations of one sort, for page, cache, kmalloc and kfree.
 */
#ifndef MEMCTL_CLI_EXEC_H
#define MEMCTL_CLI_EXEC_H

#include "args.h"

/* Carry @op out @count times and print the handles, one a line. Return: exit status. */
int exec_alloc(struct memctl_ctx *ctx, const struct memctl_op *op, uint64_t count);
/* Free the handles that the words are, all by operations of @code. Return: exit status. */
int exec_free(struct memctl_ctx *ctx, const struct args *args, enum memctl_op_code code);
/* The document of a free of @nr_freed allocations. Return: exit status. */
int exec_freed_json(struct memctl_ctx *ctx, uint64_t nr_freed);
/* Print the handles of one kind, of one owner where --owner is given. */
int exec_list(struct memctl_ctx *ctx, const struct args *args, const uint32_t *kind);
/* An allocation as the options describe it. */
struct memctl_op exec_op(const struct args *args, enum memctl_op_code code);

struct view;
extern const struct view handle_view;

#define OPTS_ALLOC                                                                   \
	(BIT(OPT_COUNT) | BIT(OPT_ZONE) | BIT(OPT_NODE) | BIT(OPT_THIS_NODE) |       \
	 BIT(OPT_MIGRATETYPE) | BIT(OPT_OWNER) | BIT(OPT_ZERO) | BIT(OPT_MEMALLOC) | \
	 BIT(OPT_ATOMIC))
#define OPTS_FREE (BIT(OPT_OWNER) | BIT(OPT_FORCE))

#endif /* MEMCTL_CLI_EXEC_H */
