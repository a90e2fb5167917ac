/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lets the kernel's own checkers see inside of an arena, which is one
 * allocation to them: KASAN is told which frames and objects are free and what
 * is between objects, kmemleak which objects there are, and no copy to or from
 * user space leaves its page of a region.
 *
 * Compiled in by the kernel's configuration; a kernel without these checkers
 * gets no instruction of it.
 *
 * I1  A frame that is free or in a frame cache, an object that is free or in a
 *     magazine, and what is around the objects of a slab but its header, is
 *     poisoned. The link word of a free object is reached past KASAN (core/slab.h).
 * I2  kmemleak has the objects that callers hold, but those that were allocated
 *     in a hard interrupt or with interrupts off, where it cannot take a note.
 *
 * Who frees poisons before anybody else can take what he frees: with the frame
 * cache claimed, the magazine's door shut, or the lock held. Who allocates
 * unpoisons when it is his.
 *
 * Locks: kmemleak's own, which may be taken inside of all of ours.
 */
#ifndef MCTL_HOST_DEBUG_HOOKS_H
#define MCTL_HOST_DEBUG_HOOKS_H

#include <linux/gfp.h>
#include <linux/kconfig.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include "core/slab.h"
#include "host/arena.h"

#if IS_ENABLED(CONFIG_KASAN_GENERIC) || IS_ENABLED(CONFIG_DEBUG_KMEMLEAK)
#define MCTL_DEBUG_HOOKS 1
#else
#define MCTL_DEBUG_HOOKS 0
#endif

struct mctl_slab;

/* host/debug_hooks.c */
void mctl_debug_poison_frames(const void *address, unsigned int order);
void mctl_debug_unpoison_frames(const void *address, unsigned int order);
void mctl_debug_poison_slab(const struct mctl_slab_layout *layout, const struct mctl_slab *slab,
			    void *memory);
void mctl_debug_forget_slab(const struct mctl_slab_layout *layout, const struct mctl_slab *slab);
void mctl_debug_grant_object(const void *object, u32 size, u32 asked, gfp_t gfp);
void mctl_debug_unpoison_object(const void *object, u32 size);
void mctl_debug_poison_object(const void *object, u32 size);
void mctl_debug_grant_large(const void *object, size_t size, unsigned int order, gfp_t gfp);
void mctl_debug_forget_large(const void *object);

/* Who says that he may sleep is asked whether he may, though mostly he need not. */
static __always_inline void mctl_debug_may_sleep(bool sleeps)
{
	if (MCTL_DEBUG_HOOKS)
		might_sleep_if(sleeps);
}

/* The block at @fn becomes its caller's. */
static __always_inline void mctl_debug_frames_alloc(const struct mctl_arena *arena, u32 fn,
						    unsigned int order)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_unpoison_frames(mctl_arena_address(arena, fn), order);
}

/* Pages that were free in an arena become the host's again. */
static __always_inline void mctl_debug_host_take_back(const struct page *page, unsigned int order)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_unpoison_frames(page_address(page), order);
}

/* Nobody may touch the block at @fn any more. */
static __always_inline void mctl_debug_frames_free(const struct mctl_arena *arena, u32 fn,
						   unsigned int order)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_poison_frames(mctl_arena_address(arena, fn), order);
}

/* The same for the frames at @fns. */
static __always_inline void mctl_debug_run_free(const struct mctl_arena *arena, const u32 *fns,
						unsigned int nr)
{
	unsigned int i;

	if (MCTL_DEBUG_HOOKS)
		for (i = 0; i < nr; i++)
			mctl_debug_poison_frames(mctl_arena_address(arena, fns[i]), 0);
}

/* A slab was made, at the start of @memory: all of its objects are free. */
static __always_inline void mctl_debug_slab_make(const struct mctl_slab_layout *layout,
						 const struct mctl_slab *slab, void *memory)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_poison_slab(layout, slab, memory);
}

/* A slab goes; with a cache that is taken away, objects in use may go with it. */
static __always_inline void mctl_debug_slab_unmake(const struct mctl_slab_layout *layout,
						   const struct mctl_slab *slab)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_forget_slab(layout, slab);
}

/*
 * The object becomes its caller's: the first @asked bytes of it, or all of it
 * if that is 0. Where a note can be taken depends on the context, not on @gfp.
 */
static __always_inline void mctl_debug_object_alloc(const struct mctl_slab_layout *layout,
						    const void *object, u32 asked, gfp_t gfp)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_grant_object(object, layout->size, asked, gfp);
}

/* The same for @nr objects of a cache that is not kmalloc's. */
static __always_inline void mctl_debug_objects_alloc(const struct mctl_slab_layout *layout,
						     void **objects, unsigned int nr, gfp_t gfp)
{
	unsigned int i;

	if (MCTL_DEBUG_HOOKS)
		for (i = 0; i < nr; i++)
			mctl_debug_grant_object(objects[i], layout->size, 0, gfp);
}

/* All of the object may be written to, before it is its caller's. */
static __always_inline void mctl_debug_object_open(const struct mctl_slab_layout *layout,
						   const void *object)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_unpoison_object(object, layout->size);
}

/* Nobody may touch the object any more. */
static __always_inline void mctl_debug_object_free(const struct mctl_slab_layout *layout,
						   const void *object)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_poison_object(object, layout->size);
}

static __always_inline void mctl_debug_objects_free(const struct mctl_slab_layout *layout,
						    void **objects, unsigned int nr)
{
	unsigned int i;

	if (MCTL_DEBUG_HOOKS)
		for (i = 0; i < nr; i++)
			mctl_debug_poison_object(objects[i], layout->size);
}

/* kmemleak neither looks for what points to the object, nor at what it points to. */
static __always_inline void mctl_debug_object_ignore(const void *object)
{
	/* Of an object that it does not know it would complain, if it were asked to ignore it. */
	if (MCTL_DEBUG_HOOKS)
		kmemleak_free(object);
}

/* A block of frames becomes the caller of kmalloc's, the first @size bytes of it. */
static __always_inline void mctl_debug_large_alloc(const void *object, size_t size,
						   unsigned int order, gfp_t gfp)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_grant_large(object, size, order, gfp);
}

static __always_inline void mctl_debug_large_free(const void *object)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_forget_large(object);
}

#ifdef CONFIG_HARDENED_USERCOPY
bool mctl_debug_usercopy_ok(const struct mctl_arena *arena, const void *address, size_t size);
#else
static inline bool mctl_debug_usercopy_ok(const struct mctl_arena *arena, const void *address,
					  size_t size)
{
	return true;
}
#endif

/* The kernel exports this, and declares it in a header of its own. */
#ifdef CONFIG_KASAN_GENERIC
void kasan_poison(const void *addr, size_t size, u8 value, bool init);
#endif

#endif /* MCTL_HOST_DEBUG_HOOKS_H */
