/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests and dumps that are under way, and which arena each holds, so that a
 * caller that wants to remove the arena can be told. See asker.c.
 */
#ifndef MCTL_HOST_ASKER_H
#define MCTL_HOST_ASKER_H

#include <linux/sched.h>
#include <linux/types.h>
#include "host/ids.h"

struct mctl_arena;

/* Longest wait, in milliseconds, for requests that block a removal. */
#define MCTL_WAIT_MAX_MS 2000
/* Room for the holders in the text of a refusal; those that do not fit are left out. */
#define MCTL_HOLDER_TEXT_SIZE 56

/**
 * struct mctl_asker - a request or a dump that is under way
 * @id: among all; askers_lock
 * @arena: the arena that it looks at right now and holds; NULL for none; askers_lock
 * @pid: of the thread group of the asker
 * @port: of its netlink socket
 * @what: its name, as "arena-get"
 * @dump: it is a dump, which goes on when the asker reads
 * @comm: name of the process
 */
struct mctl_asker {
	struct mctl_id id;
	struct mctl_arena *arena;
	int pid;
	u32 port;
	const char *what;
	bool dump;
	char comm[TASK_COMM_LEN];
};

void mctl_asker_begin(struct mctl_asker *asker, const char *what, bool dump, u32 port,
		      struct mctl_arena *arena);
void mctl_asker_look(struct mctl_asker *asker, struct mctl_arena *arena);
void mctl_asker_end(struct mctl_asker *asker);

size_t mctl_askers_of_arena(struct mctl_arena *arena, char *text, size_t size);
bool mctl_asker_from(u64 id, struct mctl_asker *asker);

#endif /* MCTL_HOST_ASKER_H */
