/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace_words.h - the words page= and format= of commands that read traces of references.
 */
#ifndef MEMCTL_CLI_TRACE_WORDS_H
#define MEMCTL_CLI_TRACE_WORDS_H

#include "base/cmd.h"

/* @object: the command, for the complaint. Return: exit status. */
int trace_take_page(struct memctl_ctx *ctx, const char *object, const char *value,
		    uint64_t *page_size);
int trace_take_format(struct memctl_ctx *ctx, const char *object, const char *value,
		      uint32_t *format);

#endif /* MEMCTL_CLI_TRACE_WORDS_H */
