/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many events each user may cause; see event_source.c.
 */
#ifndef MCTL_HOST_EVENT_SOURCE_H
#define MCTL_HOST_EVENT_SOURCE_H

#include <linux/types.h>

/* The uid of users without a record of their own. */
#define MCTL_EVENT_ANY_UID U32_MAX

/**
 * struct mctl_left_out - events that a user caused beyond the limit
 * @uid: in the initial user namespace; MCTL_EVENT_ANY_UID for users without a record
 * @nr: number left out since it was last told
 */
struct mctl_left_out {
	u32 uid;
	u64 nr;
};

u32 mctl_event_uid(void);
bool mctl_event_source_take(u32 uid, u64 now_ns, bool *first);
bool mctl_event_source_left_out(struct mctl_left_out *left_out);

#endif /* MCTL_HOST_EVENT_SOURCE_H */
