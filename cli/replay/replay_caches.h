/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replay_caches.h - the caches that a replay needs.
 */
#ifndef MEMCTL_CLI_REPLAY_CACHES_H
#define MEMCTL_CLI_REPLAY_CACHES_H

#include "trace_plan.h"
#include "wire/client.h"

/**
 * struct replay_caches - the arena's caches for those of a plan
 * @nr: their number
 * @ids: the arena's number for each
 * @names: the arena's name for each
 * @made: we made it
 */
struct replay_caches {
	uint32_t nr;
	uint32_t *ids;
	char (*names)[MODEL_NAME_SIZE];
	bool *made;
};

int replay_caches_make(struct replay_caches *caches, struct client *client, const char *arena,
		       const struct trace_plan *plan);
int replay_caches_remove(struct replay_caches *caches, struct client *client, const char *arena);
void replay_caches_free(struct replay_caches *caches);

#endif /* MEMCTL_CLI_REPLAY_CACHES_H */
