// SPDX-License-Identifier: GPL-2.0
/*
 * Requests and dumps, from their begin to their end.
 *
 * A user may have as many dumps as sockets, and code that walks them takes one
 * step at a time: each is found by its id in O(log n).
 *
 * Locks: askers_lock, a leaf, never held while text is copied to a user.
 */
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "host/asker.h"
#include "host/error.h"

static DEFINE_SPINLOCK(askers_lock);
static struct mctl_ids askers; /* askers_lock */

/**
 * mctl_asker_begin() - note that a request or a dump begins
 * @asker: filled; must be kept until mctl_asker_end()
 * @what: name of the request; not copied
 * @dump: it is a dump
 * @port: of the netlink socket
 * @arena: the arena that it holds, or NULL
 *
 * Context: Process context of the asker.
 */
void mctl_asker_begin(struct mctl_asker *asker, const char *what, bool dump, u32 port,
		      struct mctl_arena *arena)
{
	*asker = (struct mctl_asker){
		.arena = arena,
		.pid = task_tgid_nr(current),
		.port = port,
		.what = what,
		.dump = dump,
	};
	get_task_comm(asker->comm, current);
	spin_lock(&askers_lock);
	mctl_ids_add(&askers, &asker->id);
	spin_unlock(&askers_lock);
}

/**
 * mctl_asker_look() - note which arena a request holds from now on
 * @asker: the request
 * @arena: the arena, or NULL for none
 *
 * Context: Process context.
 */
void mctl_asker_look(struct mctl_asker *asker, struct mctl_arena *arena)
{
	spin_lock(&askers_lock);
	asker->arena = arena;
	spin_unlock(&askers_lock);
}

/**
 * mctl_asker_end() - note that a request or a dump is over
 * @asker: from mctl_asker_begin()
 *
 * Context: Process context.
 */
void mctl_asker_end(struct mctl_asker *asker)
{
	spin_lock(&askers_lock);
	mctl_ids_del(&askers, &asker->id);
	spin_unlock(&askers_lock);
}

/**
 * mctl_askers_of_arena() - list the requests that hold an arena right now, as text
 * @arena: the arena
 * @text: becomes "pid PID COMM REQUEST, ..."; empty for none
 * @size: size of @text in bytes
 *
 * The request that calls this is left out.
 *
 * Context: Process context.
 * Return: length of the text.
 */
size_t mctl_askers_of_arena(struct mctl_arena *arena, char *text, size_t size)
{
	const struct mctl_asker *asker;
	struct rb_node *node;
	size_t used = 0;
	char one[64];

	text[0] = '\0';
	spin_lock(&askers_lock);
	for (node = rb_first(&askers.root); node; node = rb_next(node)) {
		asker = rb_entry(node, struct mctl_asker, id.node);
		if (asker->arena != arena)
			continue;
		snprintf(one, sizeof(one), "pid %d %s %s", asker->pid, asker->comm, asker->what);
		used = mctl_text_add(text, size, used, one);
	}
	spin_unlock(&askers_lock);
	return used;
}

/**
 * mctl_asker_from() - copy the request or dump with the lowest id from some id on
 * @id: the id
 * @asker: becomes a copy, whose strings are constant
 *
 * Context: Process context.
 * Return: whether there is one.
 */
bool mctl_asker_from(u64 id, struct mctl_asker *asker)
{
	const struct mctl_id *found;

	spin_lock(&askers_lock);
	found = mctl_ids_from(&askers, id);
	if (found)
		*asker = *container_of(found, struct mctl_asker, id);
	spin_unlock(&askers_lock);
	return found;
}
