/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Planted damage, for tests of mctl_verify(): which part of the module flips the
 * bit that a request asks for.
 */
#ifndef MCTL_MM_PLANT_H
#define MCTL_MM_PLANT_H

#include "mm/arena.h"
#include "mm/error.h"
#include "mm/flip.h"

int mctl_plant(struct mctl_arena *arena, const struct mctl_plant *plant, struct mctl_error *error);

#endif /* MCTL_MM_PLANT_H */
