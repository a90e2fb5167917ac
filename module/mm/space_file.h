/* SPDX-License-Identifier: GPL-2.0 */
/* The files of spaces and their mappings: for module/dev/, and for who looks at processes. */
#ifndef MCTL_MM_SPACE_FILE_H
#define MCTL_MM_SPACE_FILE_H

#include <uapi/linux/memctl_dev.h>
#include "mm/space_internal.h"

struct iov_iter;
struct pipe_inode_info;

/* space_inode.c */
struct mctl_space *mctl_space_inode_get(struct inode *inode);
struct file *mctl_space_file_open(struct mctl_space *space,
				  const struct file_operations *operations, int flags);

/* space_map.c */
int mctl_space_mmap(struct mctl_space *space, struct vm_area_struct *vma);
unsigned long mctl_space_get_area(struct file *file, unsigned long address, unsigned long size,
				  unsigned long offset, unsigned long flags);
/* What an entry of the shadow comes to in a vma. */
u64 mctl_space_hardware(const struct vm_area_struct *vma, u64 entry);
/* The record of a vma's process, or NULL when it maps no space. */
struct mctl_space_user *mctl_space_user_of(const struct vm_area_struct *vma);

/* space_io.c */
ssize_t mctl_space_read_iter(struct mctl_space *space, u64 offset, struct iov_iter *to);
ssize_t mctl_space_write_iter(struct mctl_space *space, u64 offset, struct iov_iter *from);
ssize_t mctl_space_splice_read(struct mctl_space *space, u64 offset, struct pipe_inode_info *pipe,
			       size_t size, unsigned int flags);
int mctl_space_file_populate(struct mctl_space *space, u64 offset, u64 size);
int mctl_space_file_discard(struct mctl_space *space, u64 offset, u64 size);
void mctl_space_file_info(struct mctl_space *space, struct memctl_dev_info *info);

#endif /* MCTL_MM_SPACE_FILE_H */
