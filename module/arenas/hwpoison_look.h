/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The look at all arenas after a memory error of the host; see hwpoison_look.c.
 */
#ifndef MCTL_ARENAS_HWPOISON_LOOK_H
#define MCTL_ARENAS_HWPOISON_LOOK_H

#include <linux/types.h>

int mctl_hwpoison_init(void);
void mctl_hwpoison_exit(void);
u32 mctl_hwpoison_sequence(void);
void mctl_hwpoison_look(void);
int mctl_hwpoison_settle(void);

#endif /* MCTL_ARENAS_HWPOISON_LOOK_H */
