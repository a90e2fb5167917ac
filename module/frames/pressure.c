// SPDX-License-Identifier: GPL-2.0
/*
 * The callbacks that give frames back when a zone is short of them; see pressure.h.
 *
 * Locks: none; they are set before the first arena is made.
 */
#include <linux/bug.h>
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
 * mctl_pressure_relieve() - ask a layer to give frames back to an arena's zones
 * @arena: the arena
 * @nowait: the caller must not sleep
 * @layer: the layer, counted from the ground
 *
 * What a layer gives back is with those below it then, which are asked for it from the top down.
 *
 * Context: Any context but NMI, may sleep unless @nowait is set.
 * Return: whether any may have come back, so that another try is worth it.
 */
bool mctl_pressure_relieve(struct mctl_arena *arena, bool nowait, unsigned int layer)
{
	if (layer >= nr_layers || !layers[layer](arena, nowait))
		return false;
	while (layer-- > 0)
		layers[layer](arena, nowait);
	return true;
}
