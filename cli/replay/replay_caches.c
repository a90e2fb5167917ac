// SPDX-License-Identifier: GPL-2.0
/*
 * replay_caches.c - the caches that a replay needs in an arena
 *
 * Each cache of the plan gets one of the arena: its own name made fit for the arena, if the arena
 * has none of that name or one of the same size; else "trace-" and the name, and then a number.
 * Only what was made here is removed.
 */
#include "replay_caches.h"
#include "trace_replay.h"
#include "wire/client_api.h"
#include "wire/decode.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TRIES 100

/* The kernel's name in letters, digits and "_-.", and no longer than a name may be. */
static void make_name(char *to, const char *from, unsigned int try)
{
	const char *prefix = try ? "trace-" : "";
	char suffix[8] = "";
	size_t i;

	if (try > 1)
		snprintf(suffix, sizeof(suffix), "-%u", try);
	snprintf(to, MODEL_NAME_SIZE, "%s%.*s%s", prefix,
		 (int)(MEMCTL_NAME_MAX - strlen(prefix) - strlen(suffix)), from, suffix);
	for (i = 0; to[i]; i++)
		if (!isalnum((unsigned char)to[i]) && !strchr("_-.", to[i]))
			to[i] = '_';
	if (!isalnum((unsigned char)to[0]))
		to[0] = 'x';
}

static const struct cache *find(const struct list *list, const char *name)
{
	LIST_FOR_EACH(struct cache, cache, list) {
		if (!strcmp(cache->name, name))
			return cache;
	}
	return NULL;
}

static bool taken(const struct replay_caches *caches, uint32_t nr, const char *name)
{
	uint32_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(caches->names[i], name))
			return true;
	return false;
}

static int make_one(struct replay_caches *caches, uint32_t nr, struct client *client,
		    const char *arena, const struct list *list, const struct trace_cache *wanted)
{
	char *name = caches->names[nr];
	const struct cache *there;
	unsigned int try;
	int ret;

	for (try = 0; try < MAX_TRIES; try++) {
		make_name(name, wanted->name, try);
		if (taken(caches, nr, name))
			continue;
		there = find(list, name);
		if (there && there->size == wanted->size &&
		    !(there->flags & MEMCTL_CACHE_FLAG_KMALLOC)) {
			caches->ids[nr] = there->id;
			return 0;
		}
		if (there)
			continue;
		ret = client_cache_add(client, arena, name, wanted->size, 0, 0, &caches->ids[nr]);
		caches->made[nr] = !ret;
		return ret;
	}
	return -EEXIST;
}

/**
 * replay_caches_make() - find or make the caches of a plan
 * @caches: filled in; to be freed whatever is returned
 * @client: the module
 * @arena: name of the arena
 * @plan: the plan
 *
 * Return: 0 or -errno; those made so far can then be removed.
 */
int replay_caches_make(struct replay_caches *caches, struct client *client, const char *arena,
		       const struct trace_plan *plan)
{
	struct list list = { 0 };
	uint32_t i;
	int ret;

	memset(caches, 0, sizeof(*caches));
	caches->ids = calloc((size_t)plan->nr_caches + 1, sizeof(*caches->ids));
	caches->names = calloc((size_t)plan->nr_caches + 1, sizeof(*caches->names));
	caches->made = calloc((size_t)plan->nr_caches + 1, sizeof(*caches->made));
	if (!caches->ids || !caches->names || !caches->made)
		return -ENOMEM;
	ret = client_cache_list(client, arena, &list);
	for (i = 0; i < plan->nr_caches && !ret; i++) {
		ret = make_one(caches, i, client, arena, &list, &plan->caches[i]);
		if (!ret)
			caches->nr = i + 1;
	}
	list_free(&list);
	return ret;
}

/**
 * replay_caches_remove() - remove the caches that were made
 * @caches: the caches
 * @client: the module
 * @arena: name of the arena
 *
 * Return: 0, or the first error; the others are removed all the same.
 */
int replay_caches_remove(struct replay_caches *caches, struct client *client, const char *arena)
{
	int ret, first = 0;
	uint32_t i;

	for (i = caches->nr; i > 0; i--) {
		if (!caches->made[i - 1])
			continue;
		ret = client_cache_del(client, arena, caches->names[i - 1]);
		if (!first)
			first = ret;
	}
	return first;
}

/**
 * replay_caches_free() - free the memory
 * @caches: the caches; those in the arena stay
 */
void replay_caches_free(struct replay_caches *caches)
{
	free(caches->ids);
	free(caches->names);
	free(caches->made);
	memset(caches, 0, sizeof(*caches));
}
