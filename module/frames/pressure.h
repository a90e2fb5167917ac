/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pressure: a zone that is about to refuse a request asks the layers above it for
 * frames that they can do without. A layer that has such frames registers itself,
 * so that zones call nobody above them.
 */
#ifndef MCTL_FRAMES_PRESSURE_H
#define MCTL_FRAMES_PRESSURE_H

#include <linux/types.h>

struct mctl_arena;

/*
 * Give frames back to the zones. With @nowait the caller must not sleep, and
 * gets at once only what this CPU holds. Return: whether any may have come back.
 */
typedef bool (*mctl_relieve_t)(struct mctl_arena *arena, bool nowait);

void mctl_pressure_register(mctl_relieve_t relieve);
bool mctl_pressure_relieve(struct mctl_arena *arena, bool nowait);

#endif /* MCTL_FRAMES_PRESSURE_H */
