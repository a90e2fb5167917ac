// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's checkers inside of an arena; debug_hooks.h has the invariants. All
 * of this is empty in a kernel without them.
 *
 * Locks: none of its own.
 */
#include <linux/irqflags.h>
#include <linux/kmemleak.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include "core/table.h"
#include "host/debug_hooks.h"

#if MCTL_DEBUG_HOOKS

/* As in mm/kasan/kasan.h: reports use these to name what was accessed. */
#define POISON_FRAME   0xff
#define POISON_OBJECT  0xfb
#define POISON_REDZONE 0xfc

#define GRANULE 8

#ifdef CONFIG_KASAN_GENERIC
static void poison(const void *address, size_t size, u8 value)
{
	if (size)
		kasan_poison(address, size, value, false);
}
#else
static void poison(const void *address, size_t size, u8 value)
{
}
#endif

/* The first @size bytes may be accessed, and no more of the granule that they end in. */
static void unpoison(const void *address, size_t size)
{
	size_t whole = ALIGN_DOWN(size, GRANULE);

	poison(address, whole, 0);
	if (whole < size)
		poison(address + whole, GRANULE, size - whole);
}

/*
 * kmemleak allocates its record from the kernel's slabs, whose locks must not be
 * taken in a hard interrupt, or inside of a raw spinlock, on PREEMPT_RT.
 */
static void remember(const void *address, size_t size, gfp_t gfp)
{
	if (!in_hardirq() && !irqs_disabled())
		kmemleak_alloc(address, size, 1, GFP_NOWAIT | (gfp & __GFP_NOWARN));
}

/**
 * mctl_debug_poison_frames() - forbid all access to a block of frames
 * @address: in the linear map
 * @order: 2^order frames
 *
 * Context: Any context.
 */
void mctl_debug_poison_frames(const void *address, unsigned int order)
{
	poison(address, PAGE_SIZE << order, POISON_FRAME);
}

/**
 * mctl_debug_unpoison_frames() - undo mctl_debug_poison_frames()
 * @address: in the linear map
 * @order: 2^order frames
 *
 * Context: Any context.
 */
void mctl_debug_unpoison_frames(const void *address, unsigned int order)
{
	poison(address, PAGE_SIZE << order, 0);
}

/**
 * mctl_debug_poison_slab() - forbid access to all of a new slab but its header
 * @layout: of the cache
 * @slab: its header
 * @memory: its start
 *
 * Context: Any context.
 */
void mctl_debug_poison_slab(const struct mctl_slab_layout *layout, const struct mctl_slab *slab,
			    void *memory)
{
	size_t header = layout->outside ? 0 : ALIGN(sizeof(*slab), GRANULE);
	const void *object = slab->first;

	poison(memory + header, mctl_slab_bytes(layout) - header, POISON_REDZONE);
	for (u64 i = 0; i < layout->objects; i++, object += layout->stride)
		poison(object, ALIGN(layout->size, GRANULE), POISON_OBJECT);
}

/**
 * mctl_debug_forget_slab() - have objects of a slab that is freed reported as no leak
 * @layout: of the cache
 * @slab: its header
 *
 * Context: Any context; nobody uses the slab.
 */
void mctl_debug_forget_slab(const struct mctl_slab_layout *layout, const struct mctl_slab *slab)
{
	void *object = slab->first;

	for (u64 i = 0; i < layout->objects; i++, object += layout->stride)
		if (!mctl_slab_code_is_free(mctl_slab_code(layout, object)))
			kmemleak_free(object);
}

/**
 * mctl_debug_unpoison_object() - allow access to all of an object
 * @object: the object
 * @size: bytes
 *
 * Context: Any context.
 */
void mctl_debug_unpoison_object(const void *object, u32 size)
{
	unpoison(object, size);
}

/**
 * mctl_debug_grant_object() - hand an object over to its caller
 * @object: the object
 * @size: bytes that it has
 * @asked: bytes that the caller may access; 0 for all of them
 * @gfp: the flags of the allocation
 *
 * Context: As @gfp allows.
 */
void mctl_debug_grant_object(const void *object, u32 size, u32 asked, gfp_t gfp)
{
	mctl_debug_may_sleep(gfpflags_allow_blocking(gfp));
	poison(object, ALIGN(size, GRANULE), POISON_REDZONE);
	unpoison(object, asked ?: size);
	remember(object, asked ?: size, gfp);
}

/**
 * mctl_debug_poison_object() - note that an object is free
 * @object: the object
 * @size: bytes that it has
 *
 * Context: Any context but NMI.
 */
void mctl_debug_poison_object(const void *object, u32 size)
{
	kmemleak_free(object);
	poison(object, ALIGN(size, GRANULE), POISON_OBJECT);
}

/**
 * mctl_debug_grant_large() - hand a block of frames over to the caller of kmalloc
 * @object: its start
 * @size: bytes that the caller may access
 * @order: 2^order frames
 * @gfp: the flags of the allocation
 *
 * Context: As @gfp allows.
 */
void mctl_debug_grant_large(const void *object, size_t size, unsigned int order, gfp_t gfp)
{
	poison(object, PAGE_SIZE << order, POISON_REDZONE);
	unpoison(object, size);
	remember(object, size, gfp);
}

/**
 * mctl_debug_forget_large() - undo mctl_debug_grant_large(), before the frames are freed
 * @object: its start
 *
 * Context: Any context but NMI.
 */
void mctl_debug_forget_large(const void *object)
{
	kmemleak_free(object);
}

#endif /* MCTL_DEBUG_HOOKS */

#ifdef CONFIG_HARDENED_USERCOPY
/**
 * mctl_debug_usercopy_ok() - check whether bytes of a region may be copied to or from user space
 * @arena: whose region
 * @address: first byte, in the linear map
 * @size: bytes
 *
 * The kernel's own check (CONFIG_HARDENED_USERCOPY) knows no bounds for the
 * pages of an arena.
 *
 * Context: Any context.
 * Return: whether all of them are in one frame that backs a page of a region.
 */
bool mctl_debug_usercopy_ok(const struct mctl_arena *arena, const void *address, size_t size)
{
	bool ok = false;
	u32 fn;

	if (size > PAGE_SIZE - offset_in_page(address))
		return false;
	preempt_disable();
	fn = mctl_arena_address_to_fn(arena, address);
	if (fn != MCTL_FN_NONE)
		fn = mctl_table_head(&arena->table, fn);
	if (fn != MCTL_FN_NONE)
		ok = mctl_state_kind(READ_ONCE(arena->table.state[fn])) == MCTL_KIND_REGION;
	preempt_enable();
	return ok;
}
#endif
