// SPDX-License-Identifier: GPL-2.0
/*
 * The callbacks that give frames back when a zone is short of them; see pressure.h.
 *
 * Locks: none; they are set before the first arena is made.
 */
#include <linux/kernel.h>
#include "frames/pressure.h"

static mctl_relieve_t layers[MCTL_PRESSURE_LAYERS];
static unsigned int nr_layers;

/**
 * mctl_pressure_register() - register the callback of a layer
 * @relieve: called in the context of the allocation; no lock of ours is held
 *
 * The ground first: a layer gives back to those below it.
 *
 * Context: Process context, at module init, before the first arena is made.
 */
void mctl_pressure_register(mctl_relieve_t relieve)
{
	if (WARN_ON_ONCE(nr_layers == MCTL_PRESSURE_LAYERS))
		return;
	layers[nr_layers++] = relieve;
}

/**
 * mctl_pressure_relieve() - ask for frames to be given back to an arena's zones
 * @arena: the arena
 * @nowait: the caller must not sleep
 * @nr: ask this many layers, from the ground up
 *
 * What an upper layer gives back is with a lower one then: they are asked from the top down.
 *
 * Context: Any context but NMI, may sleep unless @nowait is set.
 * Return: whether any may have come back, so that another try is worth it.
 */
bool mctl_pressure_relieve(struct mctl_arena *arena, bool nowait, unsigned int nr)
{
	bool any = false;

	for (unsigned int i = min(nr, nr_layers); i-- > 0;)
		any |= layers[i](arena, nowait);
	return any;
}
