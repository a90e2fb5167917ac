// SPDX-License-Identifier: GPL-2.0
/*
 * command.c - finds an object among those that the program has.
 */
#include "base/cmd.h"
#include "base/match.h"
#include "command.h"

/* @index is never behind the end of the list. */
static const char *command_word(const void *list, unsigned int index)
{
	return ((const struct command *)list)[index].name;
}

const struct command *command_find(const struct memctl_ctx *ctx, const char *name, char *hint)
{
	int found = match_find(name, command_word, ctx->commands, hint);

	return found < 0 ? NULL : &ctx->commands[found];
}
