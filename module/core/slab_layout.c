// SPDX-License-Identifier: GPL-2.0
/*
 * Slabs: how the slabs of a cache are laid out.
 *
 * Locks: none; a layout is made once and never changes.
 */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include "core/slab.h"

#define CACHE_LINE 64
#define NR_WISHES  4

/* Lay out a slab of @order; the caller has filled in what does not depend on it. */
static void cut(struct mctl_slab_layout *layout, u32 order)
{
	u32 bytes = 1U << (MCTL_SLAB_PAGE_SHIFT + order);
	u32 header = ALIGN((u32)sizeof(struct mctl_slab), layout->align);
	u32 slack;

	layout->order = order;
	layout->mask = ~(u64)(bytes - 1);
	layout->outside = layout->stride >= bytes / 8 &&
			  bytes / layout->stride * layout->stride + header > bytes;
	if (layout->outside)
		header = 0;
	layout->objects = (bytes - header) / layout->stride;
	slack = bytes - header - layout->objects * layout->stride;
	layout->first = header + layout->redzone;
	layout->colour_step = max_t(u32, layout->align, CACHE_LINE);
	layout->nr_colours = slack / layout->colour_step + 1;
}

static u32 wasted(const struct mctl_slab_layout *layout)
{
	return mctl_slab_bytes(layout) - layout->objects * layout->stride;
}

/*
 * The smallest slab that wastes at most a sixteenth, else an eighth, else a
 * quarter; with several objects if that takes no more than two frames, because
 * large blocks are the first that a fragmented arena cannot provide.
 */
static int choose_order(struct mctl_slab_layout *layout)
{
	static const struct {
		u8 objects;
		u8 order;
	} wish[NR_WISHES] = { { 8, 1 }, { 4, 1 }, { 2, 2 }, { 1, MCTL_SLAB_MAX_ORDER } };

	for (u32 i = 0; i < NR_WISHES; i++) {
		for (u32 fraction = 16; fraction >= 4; fraction /= 2) {
			for (u32 order = 0; order <= wish[i].order; order++) {
				cut(layout, order);
				if (layout->objects >= wish[i].objects &&
				    wasted(layout) <= mctl_slab_bytes(layout) / fraction)
					return 0;
			}
		}
	}
	for (u32 order = 0; order <= MCTL_SLAB_MAX_ORDER; order++) {
		cut(layout, order);
		if (layout->objects)
			return 0;
	}
	return -EINVAL;
}

/* Newton's iteration; x = odd is correct to 3 bits, and each step doubles them. */
static u64 inverse_of_odd(u64 odd)
{
	u64 x = odd;

	for (int i = 0; i < 5; i++)
		x *= 2 - odd * x;
	return x;
}

/**
 * mctl_slab_layout_init() - lay out the slabs of a cache
 * @layout: to fill in
 * @params: requested properties of the cache
 *
 * Context: Any context.
 * Return: 0, or -EINVAL if size or alignment are out of range, no slab of
 * MCTL_SLAB_MAX_ORDER could hold an object, or poison and a constructor are
 * requested together.
 */
int mctl_slab_layout_init(struct mctl_slab_layout *layout, const struct mctl_slab_params *params)
{
	u32 align = max_t(u32, params->align, sizeof(u64));
	u32 limit = 1U << (MCTL_SLAB_PAGE_SHIFT + MCTL_SLAB_MAX_ORDER);
	u32 end;

	if (!params->size || params->size > limit || !is_power_of_2(align) ||
	    align > 1U << MCTL_SLAB_PAGE_SHIFT || (params->poison && params->ctor))
		return -EINVAL;

	*layout = (struct mctl_slab_layout){
		.random = params->random,
		.cookie = params->cookie,
		.size = params->size,
		.align = align,
		.redzone = params->redzone ? align : 0,
		.poison = params->poison,
		.ctor = params->ctor,
	};
	end = ALIGN(params->size, (u32)sizeof(u64));
	if (params->redzone && end == params->size)
		end += sizeof(u64);
	if (params->redzone || params->poison || params->ctor) {
		layout->link = end;
		end += sizeof(u64);
	} else {
		layout->link = ALIGN_DOWN(end / 2, (u32)sizeof(u64));
	}
	layout->stride = ALIGN(layout->redzone + end, align);
	layout->shift = __ffs(layout->stride);
	layout->inverse = inverse_of_odd(layout->stride >> layout->shift);
	return choose_order(layout);
}
