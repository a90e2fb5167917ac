// SPDX-License-Identifier: GPL-2.0
/*
 * The callback that gives frames back when a zone is short of them; see pressure.h.
 *
 * Locks: none; it is set once, before the first arena is made.
 */
#include "frames/pressure.h"

static mctl_relieve_t relief;

/**
 * mctl_pressure_register() - register the callback for a zone that is short of frames
 * @relieve: called in the context of the allocation; no lock of ours is held
 *
 * Context: Process context, at module init, before the first arena is made.
 */
void mctl_pressure_register(mctl_relieve_t relieve)
{
	relief = relieve;
}

/**
 * mctl_pressure_relieve() - ask for frames to be given back to an arena's zones
 * @arena: the arena
 * @nowait: the caller must not sleep
 *
 * Context: Any context but NMI, may sleep unless @nowait is set.
 * Return: whether any may have come back, so that another try is worth it.
 */
bool mctl_pressure_relieve(struct mctl_arena *arena, bool nowait)
{
	return relief && relief(arena, nowait);
}
