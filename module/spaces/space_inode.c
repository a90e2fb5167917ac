// SPDX-License-Identifier: GPL-2.0
/*
 * The inode of a space. All files of the space share it, so that the host keeps
 * all of its mappings in one tree (inode->i_mapping). It is in a file system of
 * the module's own, which user space cannot mount, and on which nothing can be
 * executed.
 *
 * The inode may outlive its space. Open files and mappings hold the space, so that
 * it cannot be removed. But the inode may be opened later by a path that was
 * looked up before: an O_PATH descriptor, an event in the queue of fanotify, a
 * mark of inotify, /proc/PID/map_files or /proc/PID/fd of another process. None of
 * these is counted. Instead, the inode is detached from its space when the space
 * is removed.
 *
 * I1  inode->i_private is the space, or NULL once the space is removed. It is read
 *     and cleared under inode->i_lock, and cleared before the space is freed.
 * I2  A file is opened only with a hold on its space from mctl_space_try_hold(),
 *     which an open by the inode gets under inode->i_lock; otherwise it fails with
 *     ESTALE.
 * I3  Nothing but open() reads i_private. All other operations on an inode (chmod,
 *     stat, truncate, extended attributes) need no space.
 * I4  Everything that can reach our operations holds the module: a file directly,
 *     a path through its mount, which holds the file system type.
 * I5  The inode is on the list of its superblock, where the host looks for watched
 *     inodes when the file system is shut down: otherwise it would wait for a mark
 *     of inotify for ever. Removing the space removes the marks, which is reported
 *     to their owners (IN_DELETE_SELF).
 *
 * The file system is mounted while it has inodes, or a path in it is held;
 * host/holder.c finds the holders.
 *
 * Locks: inode->i_lock, inside of all others; the file system has its own.
 */
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/fsnotify.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>
#include "host/compat.h"
#include "spaces/space_internal.h"

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

/* The size of a region cannot be changed. */
static int setattr(struct mnt_idmap *map, struct dentry *dentry, struct iattr *attr)
{
	return attr->ia_valid & ATTR_SIZE ? -EPERM : simple_setattr(map, dentry, attr);
}

static const struct inode_operations inode_operations = {
	.setattr = setattr,
};

/**
 * mctl_space_inode_new() - create the inode of a space
 * @space: the space, with nr_pages set; cannot be found by others yet
 *
 * Context: Process context, may sleep.
 * Return: the inode, or NULL if there is no memory.
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
	inode_sb_list_add(inode);
	inode->i_mode |= S_IFREG;
	inode->i_op = &inode_operations;
	inode->i_private = space;
	i_size_write(inode, (u64)space->nr_pages << PAGE_SHIFT);
	return inode;
}

/**
 * mctl_space_inode_free() - detach a space from its inode, and release the inode
 * @inode: the inode, from mctl_space_inode_new(); its space can no longer be held
 *
 * When this returns, opening the inode no longer finds the space.
 *
 * Context: Process context, may sleep.
 */
void mctl_space_inode_free(struct inode *inode)
{
	spin_lock(&inode->i_lock);
	inode->i_private = NULL;
	spin_unlock(&inode->i_lock);
	fsnotify_inoderemove(inode);
	iput(inode);
	simple_release_fs(&mount, &nr_mounts);
}

/**
 * mctl_space_inode_get() - hold the space of an inode, for a file opened by a path
 * @inode: the inode, from mctl_space_inode_new()
 *
 * Context: Process context. Takes inode->i_lock.
 * Return: the space, held until mctl_space_file_put(), or NULL if it has been removed.
 */
struct mctl_space *mctl_space_inode_get(struct inode *inode)
{
	struct mctl_space *space;

	spin_lock(&inode->i_lock);
	space = inode->i_private;
	if (space && !mctl_space_try_hold(space))
		space = NULL;
	if (space)
		atomic_inc(&space->nr_files);
	spin_unlock(&inode->i_lock);
	return space;
}

/**
 * mctl_space_file_open() - open a file of a space
 * @space: the space, held by the caller; the file holds it too, until its release
 * @operations: operations of the file
 * @flags: O_RDONLY, O_WRONLY or O_RDWR, and O_CLOEXEC
 *
 * Context: Process context, may sleep.
 * Return: the file, or an error as an ERR_PTR().
 */
struct file *mctl_space_file_open(struct mctl_space *space,
				  const struct file_operations *operations, int flags)
{
	struct inode *inode = space->inode;
	struct file *file;

	/* A file opened by a path (/proc/self/fd) gets its operations from the inode. */
	inode->i_fop = operations;
	ihold(inode);
	file = alloc_file_pseudo(inode, mount, space->name, flags, operations);
	if (IS_ERR(file)) {
		iput(inode);
		return file;
	}
	file->f_mode |= FMODE_PREAD | FMODE_PWRITE | FMODE_LSEEK;
	file->private_data = space;
	mctl_space_file_hold(space);
	__module_get(THIS_MODULE);
	return file;
}
