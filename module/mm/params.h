/* SPDX-License-Identifier: GPL-2.0 */
/* The parameters of the module that say what arena "main" takes; see params.c. */
#ifndef MCTL_MM_PARAMS_H
#define MCTL_MM_PARAMS_H

#include "mm/error.h"

int mctl_params_create_main(struct mctl_error *error);

#endif /* MCTL_MM_PARAMS_H */
