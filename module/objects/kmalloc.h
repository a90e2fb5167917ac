/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kmalloc: size classes of 8 B to 8 KiB, and blocks above up to order 10. See
 * kmalloc.c.
 */
#ifndef MCTL_OBJECTS_KMALLOC_H
#define MCTL_OBJECTS_KMALLOC_H

#include "objects/cache.h"

#define MCTL_KMALLOC_LARGEST 8192

/* Number of the class by the size less one, in units of 8 bytes. */
extern const u8 mctl_kmalloc_class[MCTL_KMALLOC_LARGEST / 8];

int mctl_kmalloc_create(struct mctl_arena *arena);
void mctl_kmalloc_destroy(struct mctl_arena *arena);
void *mctl_kmalloc_large(struct mctl_arena *arena, size_t size, gfp_t gfp);
void *mctl_kmalloc_large_why(struct mctl_arena *arena, size_t size, gfp_t gfp, u32 *reason);
int mctl_kfree_slow(struct mctl_arena *arena, void *object);
size_t mctl_ksize(struct mctl_arena *arena, const void *object);

/**
 * mctl_kmalloc() - allocate memory by its size
 * @arena: the arena
 * @size: bytes, up to 2^22
 * @gfp: as for mctl_cache_alloc()
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: the memory, aligned to the size if that is a power of two, up to
 * PAGE_SIZE, else to 8 bytes at least; NULL when there is none, or for a size
 * of 0 or too large.
 */
static __always_inline void *mctl_kmalloc(struct mctl_arena *arena, size_t size, gfp_t gfp)
{
	if (unlikely(size - 1 >= MCTL_KMALLOC_LARGEST))
		return mctl_kmalloc_large(arena, size, gfp);
	return mctl_cache_alloc_asked(arena->caches.kmalloc[mctl_kmalloc_class[(size - 1) / 8]],
				      size, gfp, NULL);
}

/**
 * mctl_kmalloc_why() - mctl_kmalloc() for who has to say why there is no memory
 * @arena: the arena
 * @size: bytes, up to 2^22
 * @gfp: as for mctl_cache_alloc()
 * @reason: enum memctl_reason on failure
 *
 * Context: Any context but NMI; may sleep if @gfp says so.
 * Return: as mctl_kmalloc().
 */
static __always_inline void *mctl_kmalloc_why(struct mctl_arena *arena, size_t size, gfp_t gfp,
					      u32 *reason)
{
	if (unlikely(size - 1 >= MCTL_KMALLOC_LARGEST))
		return mctl_kmalloc_large_why(arena, size, gfp, reason);
	return mctl_cache_alloc_asked(arena->caches.kmalloc[mctl_kmalloc_class[(size - 1) / 8]],
				      size, gfp, reason);
}

/**
 * mctl_kfree() - free what mctl_kmalloc() gave
 * @arena: the arena
 * @object: the memory; NULL is nothing to free
 *
 * Context: Any context but NMI.
 * Return: 0, or -EINVAL for anything else, as for mctl_cache_free().
 */
static __always_inline int mctl_kfree(struct mctl_arena *arena, const void *object)
{
	/* The class of the last free on this CPU is often the class of this one; pushing tells. */
	struct mctl_cache *cache = this_cpu_read(*arena->caches.last_kfree);

	if (likely(mctl_cache_push(cache, (void *)object)))
		return 0;
	return mctl_kfree_slow(arena, (void *)object);
}

#endif /* MCTL_OBJECTS_KMALLOC_H */
