// SPDX-License-Identifier: GPL-2.0
/*
 * What stands in the place of a CPU's part of a cache, and of its magazine, where
 * there is none, so that the hot path needs no test of its own for that.
 *
 * Locks: none; constant.
 */
#include "objects/cache_impl.h"

/* What a CPU has where there is no magazine: none to take, and no room. */
const struct mctl_magazine mctl_cache_nothing = {};

const struct mctl_cache_cpu mctl_cache_nobody = {
	.self = MCTL_CACHE_NOBODY,
	.inner = MCTL_CACHE_NOBODY,
	.top = (void **)&mctl_cache_nothing,
	.limit = (void **)&mctl_cache_nothing,
	.base = 1,
};
