/* SPDX-License-Identifier: GPL-2.0 */
/* What the files that plant damage share: plant.c, and plant_*.c for each kind of record. */
#ifndef MCTL_MM_PLANT_H
#define MCTL_MM_PLANT_H

#include <linux/compiler.h>
#include <linux/types.h>
#include "mm/verify.h"

/* Flip a bit of a field of @size bytes, the lowest byte first. KASAN has free objects poisoned. */
static __no_kasan_or_inline void mctl_plant_flip(void *field, size_t size, u32 bit)
{
	((u8 *)field)[bit / 8 % size] ^= 1U << bit % 8;
}

#define MCTL_PLANT_FLIP(field, bit) mctl_plant_flip(&(field), sizeof(field), bit)

/* A field that is found, and flipped while the machine is stopped. */
struct mctl_plant_field {
	void *at;
	size_t size;
	u32 bit;
};

#define MCTL_PLANT_FIELD(field)        \
	((struct mctl_plant_field){    \
		.at = &(field),        \
		.size = sizeof(field), \
	})

int mctl_plant_stopped(struct mctl_plant_field field, u32 bit);

int mctl_plant_frame(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error);
int mctl_plant_zone(struct mctl_arena *arena, const struct mctl_plant *plant,
		    struct mctl_error *error);
int mctl_plant_cache(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error);
int mctl_plant_fcache(struct mctl_arena *arena, const struct mctl_plant *plant,
		      struct mctl_error *error);
int mctl_plant_handle(struct mctl_arena *arena, const struct mctl_plant *plant,
		      struct mctl_error *error);
int mctl_plant_space(struct mctl_arena *arena, const struct mctl_plant *plant,
		     struct mctl_error *error);

#endif /* MCTL_MM_PLANT_H */
