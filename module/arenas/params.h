/* SPDX-License-Identifier: GPL-2.0 */
/* The parameters of the module that say what arena "main" takes; see params.c. */
#ifndef MCTL_ARENAS_PARAMS_H
#define MCTL_ARENAS_PARAMS_H

#include "host/error.h"

int mctl_params_create_main(struct mctl_error *error);

#endif /* MCTL_ARENAS_PARAMS_H */
