/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flip one bit of our own records, to test that verify finds it: each part of
 * the module plants the damage in its private records (NAME_plant.c), and
 * plant.c dispatches each request to its part.
 */
#ifndef MCTL_HOST_FLIP_H
#define MCTL_HOST_FLIP_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct mctl_plant - which bit of the arena's own records to flip
 * @site: enum memctl_plant_site
 * @index: number of the frame, zone, cache, handle, CPU ...
 * @region: name of the region, for sites of a region; else NULL
 * @address: for MEMCTL_PLANT_SITE_PTE
 * @level: for MEMCTL_PLANT_SITE_PTE, 1 to 5; for MEMCTL_PLANT_SITE_CLASS_COUNT the
 *	   order + 1; for stacks of a frame cache the number + 1
 * @bit: number of the bit; a field that is narrower takes it modulo its width
 */
struct mctl_plant {
	u32 site;
	u64 index;
	const char *region;
	u64 address;
	u32 level;
	u32 bit;
};

/* Flip a bit of a field of @size bytes, lowest byte first. No KASAN: free objects are poisoned. */
static __no_kasan_or_inline void mctl_flip(void *field, size_t size, u32 bit)
{
	((u8 *)field)[bit / 8 % size] ^= 1U << bit % 8;
}

#define MCTL_FLIP(field, bit) mctl_flip(&(field), sizeof(field), bit)

/* A field, looked up first and then flipped while the machine is stopped. */
struct mctl_flip_field {
	void *at;
	size_t size;
	u32 bit;
};

#define MCTL_FLIP_FIELD(field)         \
	((struct mctl_flip_field){     \
		.at = &(field),        \
		.size = sizeof(field), \
	})

int mctl_flip_stopped(struct mctl_flip_field field, u32 bit);

#endif /* MCTL_HOST_FLIP_H */
