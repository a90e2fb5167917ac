/* SPDX-License-Identifier: GPL-2.0 */
/* A hash of the state of an arena; see hash.c. */
#ifndef MCTL_OBSERVE_HASH_H
#define MCTL_OBSERVE_HASH_H

#include "host/arena.h"

/**
 * mctl_verify_hash() - compute a hash of the state of an arena
 * @arena: the arena; its frame caches are drained
 *
 * Two arenas of the same shape (zones, and chunks in them) that went through
 * the same operations on one CPU have the same hash: frames are identified by
 * their place in their zone, and neither addresses nor counters of past events
 * are hashed.
 *
 * Context: Process context, may sleep.
 * Return: the hash; 0 if there is no memory for its records.
 */
u64 mctl_verify_hash(struct mctl_arena *arena);

#endif /* MCTL_OBSERVE_HASH_H */
