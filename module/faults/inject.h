/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults that an administrator injects and removes; see inject.c.
 * inject_site.h has the sites where they fire.
 */
#ifndef MCTL_FAULTS_INJECT_H
#define MCTL_FAULTS_INJECT_H

#include "host/error.h"
#include "host/inject_site.h"

int mctl_inject_add(struct mctl_arena *arena, const struct mctl_inject_params *params, u32 *id,
		    struct mctl_error *error);
int mctl_inject_del(struct mctl_arena *arena, u32 id, struct mctl_error *error);

#endif /* MCTL_FAULTS_INJECT_H */
