// SPDX-License-Identifier: GPL-2.0
/*
 * The inode of a space: one for all of its files, so that the host keeps all
 * of its mappings on one tree (inode->i_mapping). It lives in a file system
 * of our own that nobody can mount, without the right to execute.
 *
 * The file system is mounted while there are inodes in it; the mount holds
 * the module, as each space does anyway.
 *
 * Locks: none of its own; the file system has its own.
 */
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include "compat.h"
#include "mm/space_file.h"

#define SPACE_FS_MAGIC 0x6d63746c

static struct vfsmount *mount;
static int nr_mounts;

static int init_context(struct fs_context *context)
{
	if (!init_pseudo(context, SPACE_FS_MAGIC))
		return -ENOMEM;
	context->s_iflags |= SB_I_NOEXEC | SB_I_NODEV;
	return 0;
}

static struct file_system_type space_fs = {
	.name = "memctl",
	.owner = THIS_MODULE,
	.init_fs_context = init_context,
	.kill_sb = kill_anon_super,
};

/* A region's size is what it was made with. */
static int setattr(struct mnt_idmap *map, struct dentry *dentry, struct iattr *attr)
{
	return attr->ia_valid & ATTR_SIZE ? -EPERM : simple_setattr(map, dentry, attr);
}

static const struct inode_operations inode_operations = {
	.setattr = setattr,
};

/**
 * mctl_space_inode_new() - the inode for a space
 * @space: the space, with its pages; not found by others yet
 *
 * Context: Process, may sleep.
 * Return: the inode, or NULL without memory.
 */
struct inode *mctl_space_inode_new(struct mctl_space *space)
{
	struct inode *inode;

	if (simple_pin_fs(&space_fs, &mount, &nr_mounts))
		return NULL;
	inode = alloc_anon_inode(mount->mnt_sb);
	if (IS_ERR(inode)) {
		simple_release_fs(&mount, &nr_mounts);
		return NULL;
	}
	inode->i_mode |= S_IFREG;
	inode->i_op = &inode_operations;
	inode->i_private = space;
	i_size_write(inode, (u64)space->nr_pages << PAGE_SHIFT);
	return inode;
}

/**
 * mctl_space_inode_free() - let go of a space's inode
 * @inode: from mctl_space_inode_new(); no file has it open
 *
 * Context: Process, may sleep.
 */
void mctl_space_inode_free(struct inode *inode)
{
	iput(inode);
	simple_release_fs(&mount, &nr_mounts);
}

/**
 * mctl_space_file_open() - open the file of a space
 * @space: held by the caller; the file holds it too, by its release
 * @operations: of the file
 * @flags: O_RDONLY, O_WRONLY or O_RDWR, and O_CLOEXEC
 *
 * Context: Process, may sleep.
 * Return: the file, or an error as an ERR_PTR().
 */
struct file *mctl_space_file_open(struct mctl_space *space,
				  const struct file_operations *operations, int flags)
{
	struct inode *inode = space->inode;
	struct file *file;

	/* Opened again by a path, as /proc/self/fd has it, it is to be the same. */
	inode->i_fop = operations;
	ihold(inode);
	file = alloc_file_pseudo(inode, mount, space->name, flags, operations);
	if (IS_ERR(file)) {
		iput(inode);
		return file;
	}
	file->f_mode |= FMODE_PREAD | FMODE_PWRITE | FMODE_LSEEK;
	file->private_data = space;
	mctl_space_hold(space);
	__module_get(THIS_MODULE);
	return file;
}
