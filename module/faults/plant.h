/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Planted damage, for tests of mctl_verify(): dispatches a request to the part
 * of the module that flips the bit.
 */
#ifndef MCTL_FAULTS_PLANT_H
#define MCTL_FAULTS_PLANT_H

#include "host/arena.h"
#include "host/error.h"
#include "host/flip.h"

int mctl_plant(struct mctl_arena *arena, const struct mctl_plant *plant, struct mctl_error *error);

#endif /* MCTL_FAULTS_PLANT_H */
