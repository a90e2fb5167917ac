/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the files of the netlink layer that deal with regions for
 * processes.
 */
#ifndef MCTL_NL_SPACE_H
#define MCTL_NL_SPACE_H

#include "nl/nl_impl.h"
#include "spaces/space.h"

/* The attribute sets that concern one region have its name at the same number. */
#define MCTL_NL_REGION_ATTR MEMCTL_A_VMA_REGION

/* nl_space.c */
const char *mctl_nl_space_name(struct genl_info *info);
bool mctl_nl_space_put(struct sk_buff *skb, struct mctl_arena *arena,
		       const struct mctl_space_info *space);
bool mctl_nl_space_put_faults(struct sk_buff *skb, int first, const u64 faults[MCTL_NR_FAULTS],
			      int pad);
struct mctl_space *mctl_nl_space_dumped(struct netlink_callback *cb, struct mctl_nl_dump *dump,
					int type);
void mctl_nl_space_next(struct netlink_callback *cb, struct mctl_nl_dump *dump, int type);
int mctl_nl_space_add(struct genl_info *info, const char *name);

#endif /* MCTL_NL_SPACE_H */
