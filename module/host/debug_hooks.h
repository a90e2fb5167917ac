/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hooks that let the kernel's own checkers see inside of an arena, which is one
 * allocation to them: KASAN is told which frames and objects are free and what
 * lies between objects, kmemleak which objects there are, and no copy to or from
 * user space crosses the page of a region that it starts in.
 *
 * Compiled in according to the kernel's configuration; a kernel without these
 * checkers gets not one instruction of it.
 *
 * I1  A frame that is free or in a frame cache, an object that is free or in a
 *     magazine, and everything in a slab outside its objects and its header is
 *     poisoned. The link word of a free object is accessed past KASAN (core/slab.h).
 * I2  kmemleak knows the objects that callers hold, except those allocated in a
 *     hard interrupt or with interrupts off, where it cannot allocate its record.
 *
 * Freeing code poisons before anybody else can allocate what it frees: with the
 * frame cache claimed, the magazine's door shut, or the lock held. Allocating
 * code unpoisons once it owns the memory.
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

/* A caller that says it may sleep is checked for it, though it mostly need not sleep. */
static __always_inline void mctl_debug_may_sleep(bool sleeps)
{
	if (MCTL_DEBUG_HOOKS)
		might_sleep_if(sleeps);
}

/* The block at @fn is handed over to its caller. */
static __always_inline void mctl_debug_frames_alloc(const struct mctl_arena *arena, u32 fn,
						    unsigned int order)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_unpoison_frames(mctl_arena_address(arena, fn), order);
}

/* Pages that were free in an arena go back to the host. */
static __always_inline void mctl_debug_host_take_back(const struct page *page, unsigned int order)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_unpoison_frames(page_address(page), order);
}

/* Nobody may access the block at @fn any more. */
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

/* A slab is freed; when its cache is destroyed, objects in use may go with it. */
static __always_inline void mctl_debug_slab_unmake(const struct mctl_slab_layout *layout,
						   const struct mctl_slab *slab)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_forget_slab(layout, slab);
}

/*
 * The object is handed over to its caller: the first @asked bytes of it, or all
 * if that is 0. Whether kmemleak can record it depends on the context, not on @gfp.
 */
static __always_inline void mctl_debug_object_alloc(const struct mctl_slab_layout *layout,
						    const void *object, u32 asked, gfp_t gfp)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_grant_object(object, layout->size, asked, gfp);
}

/* The same for @nr objects of a cache other than those of kmalloc. */
static __always_inline void mctl_debug_objects_alloc(const struct mctl_slab_layout *layout,
						     void **objects, unsigned int nr, gfp_t gfp)
{
	unsigned int i;

	if (MCTL_DEBUG_HOOKS)
		for (i = 0; i < nr; i++)
			mctl_debug_grant_object(objects[i], layout->size, 0, gfp);
}

/* All of the object may be written to, before its caller gets it. */
static __always_inline void mctl_debug_object_open(const struct mctl_slab_layout *layout,
						   const void *object)
{
	if (MCTL_DEBUG_HOOKS)
		mctl_debug_unpoison_object(object, layout->size);
}

/* Nobody may access the object any more. */
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

/* kmemleak neither looks for pointers to the object, nor scans the object for pointers. */
static __always_inline void mctl_debug_object_ignore(const void *object)
{
	/* kmemleak would complain if it were asked to ignore an object that it does not know. */
	if (MCTL_DEBUG_HOOKS)
		kmemleak_free(object);
}

/* The first @size bytes of a block of frames are handed over to the caller of kmalloc. */
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

/* The kernel exports this, but declares it in a private header. */
#ifdef CONFIG_KASAN_GENERIC
void kasan_poison(const void *addr, size_t size, u8 value, bool init);
#endif

#endif /* MCTL_HOST_DEBUG_HOOKS_H */
