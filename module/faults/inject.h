/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults asked for by an administrator: set and taken away; see inject.c. Where
 * they fire is in inject_site.h.
 */
#ifndef MCTL_FAULTS_INJECT_H
#define MCTL_FAULTS_INJECT_H

#include "host/error.h"
#include "host/inject_site.h"

int mctl_inject_add(struct mctl_arena *arena, const struct mctl_inject_params *params, u32 *id,
		    struct mctl_error *error);
int mctl_inject_del(struct mctl_arena *arena, u32 id, struct mctl_error *error);

#endif /* MCTL_FAULTS_INJECT_H */
