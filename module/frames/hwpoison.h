/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames whose memory has a hardware error: hwpoison.c says what happens to them.
 */
#ifndef MCTL_FRAMES_HWPOISON_H
#define MCTL_FRAMES_HWPOISON_H

#include "core/report.h"
#include "host/arena.h"

void mctl_hwpoison_weed(struct mctl_arena *arena, struct mctl_zone *zone, u32 fn,
			unsigned int order);
void mctl_hwpoison_forget(struct mctl_arena *arena, u32 fn, unsigned int order);
bool mctl_hwpoison_has(struct mctl_arena *arena, u32 fn, unsigned int order);
void mctl_hwpoison_set_aside(struct mctl_arena *arena, u32 fn);
void mctl_hwpoison_find(struct mctl_arena *arena);
unsigned int mctl_hwpoison_kind(const struct mctl_arena *arena, u32 fn, u32 *head);
u32 mctl_hwpoison_next(struct mctl_arena *arena, u32 fn);
void mctl_hwpoison_check(struct mctl_arena *arena, u64 nr_aside, struct mctl_report *report);

/**
 * mctl_hwpoison_any() - whether any frame of an arena is known to have an error
 * @arena: the arena
 *
 * Context: Any context.
 * Return: whether there is one, set aside or not.
 */
static inline bool mctl_hwpoison_any(const struct mctl_arena *arena)
{
	return unlikely(READ_ONCE(arena->hwpoison.nr));
}

/**
 * mctl_hwpoison_in_use() - whether one of them is not set aside yet
 * @arena: the arena
 *
 * The frame caches and magazines are bypassed meanwhile, so that the frame is
 * seen when it is freed.
 *
 * Context: Any context.
 * Return: whether there is one.
 */
static inline bool mctl_hwpoison_in_use(const struct mctl_arena *arena)
{
	return mctl_hwpoison_any(arena) &&
	       READ_ONCE(arena->hwpoison.nr) != (u32)atomic_read(&arena->hwpoison.nr_aside);
}

#endif /* MCTL_FRAMES_HWPOISON_H */
