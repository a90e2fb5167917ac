/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pressure: a zone that is about to refuse a request asks the layers above it for
 * frames that they can do without. A layer that has such frames registers itself,
 * so that zones call nobody above them. The nearest is asked first, and the next
 * one when that did not help:
 *
 *   0  frame caches (frames/fcache.c)
 *   1  object caches: magazines, depots, empty slabs (objects/caches.c)
 */
#ifndef MCTL_FRAMES_PRESSURE_H
#define MCTL_FRAMES_PRESSURE_H

#include <linux/types.h>

struct mctl_arena;

#define MCTL_PRESSURE_LAYERS 2

/*
 * Give frames back to the zones. With @nowait the caller must not sleep, and
 * gets at once only what this CPU holds. Return: whether any may have come back.
 */
typedef bool (*mctl_relieve_t)(struct mctl_arena *arena, bool nowait);

void mctl_pressure_register(mctl_relieve_t relieve);
bool mctl_pressure_relieve(struct mctl_arena *arena, bool nowait, unsigned int layer);

#endif /* MCTL_FRAMES_PRESSURE_H */
