/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The object caches that every arena has. See caches.c.
 */
#ifndef MCTL_OBJECTS_CACHES_H
#define MCTL_OBJECTS_CACHES_H

struct mctl_arena;

void mctl_caches_init(void);
int mctl_caches_create(struct mctl_arena *arena);
void mctl_caches_destroy(struct mctl_arena *arena);

#endif /* MCTL_OBJECTS_CACHES_H */
