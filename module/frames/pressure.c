// SPDX-License-Identifier: GPL-2.0
/*
 * Who can give frames back when a zone is short of them; see pressure.h.
 *
 * Locks: none; it is set once, before the first arena is made.
 */
#include "frames/pressure.h"

static mctl_relieve_t relief;

/**
 * mctl_pressure_register() - be asked for frames when a zone is short of them
 * @relieve: called in the context of the allocation; no lock of ours is held
 *
 * Context: process, at module init, before the first arena is made.
 */
void mctl_pressure_register(mctl_relieve_t relieve)
{
	relief = relieve;
}

/**
 * mctl_pressure_relieve() - ask for frames of an arena
 * @arena: the arena
 * @nowait: the caller must not sleep
 *
 * Context: any but NMI; sleeps unless @nowait is set.
 * Return: whether any may have come back, so that another try is worth it.
 */
bool mctl_pressure_relieve(struct mctl_arena *arena, bool nowait)
{
	return relief && relief(arena, nowait);
}
