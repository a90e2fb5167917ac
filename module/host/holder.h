/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processes that hold the module, a region or an arena, so that a caller that
 * wants to remove it can be told. See holder.c.
 */
#ifndef MCTL_HOST_HOLDER_H
#define MCTL_HOST_HOLDER_H

#include <linux/types.h>

struct inode;
struct seq_file;

size_t mctl_holders_of_inode(struct inode *inode, char *text, size_t size);

int mctl_holders_next(u64 *position);
int mctl_holders_show(struct seq_file *m, u64 position);

#endif /* MCTL_HOST_HOLDER_H */
