/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model_words.h - what the models of memctl model share: their first line, and words KEY=VALUE.
 */
#ifndef MEMCTL_CLI_MODEL_WORDS_H
#define MEMCTL_CLI_MODEL_WORDS_H

#include "base/document.h"

/**
 * struct model_word - a word KEY=VALUE of a model
 * @key: what stands before =
 * @take: reads the value; complains of one that is wrong. Return: exit status
 */
struct model_word {
	const char *key;
	int (*take)(struct memctl_ctx *ctx, void *request, const char *value);
};

#define MODEL_MAX_WORDS 16

/*
 * Take @nr words, each of another key of @known, which ends with a NULL. Return: exit status.
 */
int model_take_words(struct memctl_ctx *ctx, const struct model_word *known, void *request,
		     char **words, int nr);
/* The first line of what a model prints, unless columns were asked for, or -q. */
void model_heading(const struct memctl_ctx *ctx, const char *name);
/* The object that a model prints under -J, with its name. */
struct json_object *model_document(const char *name);
/* Parse "on" or "off" as the value of @key. Return: exit status. */
int model_take_on_off(struct memctl_ctx *ctx, const char *key, const char *value, bool *on);

#endif /* MEMCTL_CLI_MODEL_WORDS_H */
