// SPDX-License-Identifier: GPL-2.0
/*
 * Conversion of the SLAB_ flags of kmem_cache_create() to those of an arena's
 * cache. Their values differ between kernels, and some are 0 if the kernel
 * lacks the feature.
 *
 * I1  A flag is honoured, or requests what every cache of an arena has anyway,
 *     or the cache is not created. No flag is ignored silently.
 *
 * Locks: none.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <uapi/linux/memctl.h>
#include "api/api_flags.h"
#include "host/error.h"

static const struct {
	slab_flags_t slab;
	u32 flag;
} done[] = {
	{ SLAB_HWCACHE_ALIGN, MEMCTL_CACHE_FLAG_HWALIGN },
	{ SLAB_RED_ZONE, MEMCTL_CACHE_FLAG_REDZONE },
	{ SLAB_POISON, MEMCTL_CACHE_FLAG_POISON },
	/* Every free is checked, and no cache is merged with another. */
	{ SLAB_CONSISTENCY_CHECKS, 0 },
#ifdef SLAB_NO_MERGE
	{ SLAB_NO_MERGE, 0 },
#endif
};

static const struct {
	slab_flags_t slab;
	const char *name;
	const char *why;
} refused[] = {
	{ SLAB_PANIC, "SLAB_PANIC", "a failure is NULL, which the caller has to check" },
	{ SLAB_TYPESAFE_BY_RCU, "SLAB_TYPESAFE_BY_RCU", "slabs do not wait for RCU readers" },
	{ SLAB_ACCOUNT, "SLAB_ACCOUNT", "objects are not charged to a cgroup" },
	{ SLAB_RECLAIM_ACCOUNT, "SLAB_RECLAIM_ACCOUNT", "an arena reclaims nothing" },
	{ SLAB_CACHE_DMA, "SLAB_CACHE_DMA", "pass GFP_DMA to memctl_cache_alloc()" },
	{ SLAB_CACHE_DMA32, "SLAB_CACHE_DMA32", "pass GFP_DMA32 to memctl_cache_alloc()" },
	{ SLAB_STORE_USER, "SLAB_STORE_USER", "no call trace is kept for an object" },
};

/**
 * mctl_api_cache_flags() - convert SLAB_ flags to the flags of an arena's cache
 * @name: of the cache, for the error text
 * @slab: SLAB_ flags of this kernel
 * @flags: MEMCTL_CACHE_FLAG_ flags, set on success
 * @error: error text if the flags are refused
 *
 * Context: Any context.
 * Return: 0, or -EINVAL for a flag that cannot be honoured.
 */
int mctl_api_cache_flags(const char *name, slab_flags_t slab, u32 *flags, struct mctl_error *error)
{
	u32 found = 0;

	for (size_t i = 0; i < ARRAY_SIZE(done); i++) {
		if (slab & done[i].slab)
			found |= done[i].flag;
		slab &= ~done[i].slab;
	}
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		if (slab & refused[i].slab)
			return mctl_fail(error, -EINVAL, "cache %.*s: %s is refused: %s",
					 MEMCTL_NAME_MAX, name, refused[i].name, refused[i].why);
	}
	if (slab)
		return mctl_fail(error, -EINVAL, "cache %.*s: SLAB_ flags 0x%x are not known",
				 MEMCTL_NAME_MAX, name, (__force u32)slab);
	*flags = found;
	return 0;
}
