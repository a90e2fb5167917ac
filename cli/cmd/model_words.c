// SPDX-License-Identifier: GPL-2.0
/*
 * model_words.c - what the models of memctl model share: their first line, and words KEY=VALUE.
 */
#include <stdio.h>
#include <string.h>

#include "base/complain.h"
#include "base/match.h"
#include "model_words.h"
#include "view/table.h"

static const char *key_word(const void *list, unsigned int index)
{
	return ((const struct model_word *)list)[index].key;
}

int model_take_words(struct memctl_ctx *ctx, const struct model_word *known, void *request,
		     char **words, int nr)
{
	char hint[MATCH_HINT_SIZE], name[32];
	bool given[MODEL_MAX_WORDS] = { false };

	for (int i = 0; i < nr; i++) {
		const char *value = strchr(words[i], '=');
		int key, status;

		if (!value)
			return fail_usage(ctx, "model", "'%s' is one word too many", words[i]);
		snprintf(name, sizeof(name), "%.*s", (int)(value - words[i]), words[i]);
		key = match_find(name, key_word, known, hint);
		if (key < 0)
			return fail_usage(ctx, "model", "there is no key '%s='%s", name, hint);
		if (given[key])
			return fail_usage(ctx, "model", "%s= is given twice", known[key].key);
		given[key] = true;
		status = known[key].take(ctx, request, value + 1);
		if (status)
			return status;
	}
	return MEMCTL_EXIT_OK;
}

void model_heading(const struct memctl_ctx *ctx, const char *name)
{
	if (!ctx->quiet && !view_wanted(ctx))
		printf("model: %s, nothing of this machine is touched\n", name);
}

struct json_object *model_document(const char *name)
{
	struct json_object *document = json_object_new_object();

	json_object_object_add(document, "model", json_object_new_boolean(true));
	json_object_object_add(document, "name", json_object_new_string(name));
	return document;
}

int model_take_on_off(struct memctl_ctx *ctx, const char *key, const char *value, bool *on)
{
	*on = !strcmp(value, "on");
	if (!*on && strcmp(value, "off"))
		return fail_usage(ctx, "model", "%s=%s: it is on or off", key, value);
	return MEMCTL_EXIT_OK;
}
