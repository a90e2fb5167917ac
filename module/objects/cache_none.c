// SPDX-License-Identifier: GPL-2.0
/*
 * Stand-ins for a CPU's part of a cache and for a magazine that do not exist, so
 * that the hot path needs no test for this case.
 *
 * Locks: none; constant.
 */
#include "objects/cache_impl.h"

/* Stand-in for a loaded magazine: empty and full. */
const struct mctl_magazine mctl_cache_nothing = {};

const struct mctl_cache_cpu mctl_cache_nobody = {
	.self = MCTL_CACHE_NOBODY,
	.inner = MCTL_CACHE_NOBODY,
	.top = (void **)&mctl_cache_nothing,
	.limit = (void **)&mctl_cache_nothing,
	.base = 1,
};
