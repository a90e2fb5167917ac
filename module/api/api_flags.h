/* SPDX-License-Identifier: GPL-2.0 */
/* The SLAB_ flags of memctl_cache_create(). */
#ifndef MCTL_API_API_FLAGS_H
#define MCTL_API_API_FLAGS_H

#include <linux/slab.h>
#include <linux/types.h>

struct mctl_error;

int mctl_api_cache_flags(const char *name, slab_flags_t slab, u32 *flags, struct mctl_error *error);

#endif /* MCTL_API_API_FLAGS_H */
