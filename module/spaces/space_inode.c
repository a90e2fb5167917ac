// SPDX-License-Identifier: GPL-2.0
/*
 * The inode of a space: one for all of its files, so that the host keeps all
 * of its mappings on one tree (inode->i_mapping). It lives in a file system
 * of our own that nobody can mount, without the right to execute.
 *
 * The inode may outlive its space. An open file and a mapping hold the space,
 * so that it cannot be removed; but a user of the inode that we do not know of
 * may open it later, by a path: a descriptor of O_PATH, an event that fanotify
 * has in its queue, a mark of inotify, /proc/PID/map_files or /proc/PID/fd of
 * another process, looked up before and opened after. None of these is counted.
 * Instead the space is cut off from its inode when it is removed.
 *
 * I1  inode->i_private is the space, or NULL from its removal on, for good. It
 *     is read and cleared under inode->i_lock; a space is freed later than that.
 * I2  A file is opened only with a hold on its space that mctl_space_try_hold()
 *     gave, under inode->i_lock where it is opened by its inode: ESTALE without.
 * I3  Nothing but open() looks at i_private. What else can be done to an inode
 *     (chmod, stat, truncate, extended attributes) needs no space.
 * I4  Everything that can reach our operations holds the module: a file does by
 *     itself, and a path by its mount, which holds the file system's type.
 * I5  The inode is on its file system's list, where the host looks for whoever
 *     watches it when the file system goes: a mark of inotify would else be waited
 *     for, for ever. Its marks go with the space, and say so (IN_DELETE_SELF).
 *
 * The file system is mounted while there are inodes in it, or a path in it is
 * held; host/holder.c tells by whom.
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
 * Context: Process context, may sleep.
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
	inode_sb_list_add(inode);
	inode->i_mode |= S_IFREG;
	inode->i_op = &inode_operations;
	inode->i_private = space;
	i_size_write(inode, (u64)space->nr_pages << PAGE_SHIFT);
	return inode;
}

/**
 * mctl_space_inode_free() - cut a space off from its inode, and let go of that
 * @inode: from mctl_space_inode_new(); the space can be held by nobody any more
 *
 * When this returns nobody who opens the inode finds the space.
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
 * mctl_space_inode_get() - hold the space of an inode, for a file that is opened by a path
 * @inode: of mctl_space_inode_new()
 *
 * Context: Any context.
 * Return: the space, for mctl_space_file_put(), or NULL when it has been removed.
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
 * mctl_space_file_open() - open the file of a space
 * @space: held by the caller; the file holds it too, by its release
 * @operations: of the file
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
	mctl_space_file_hold(space);
	__module_get(THIS_MODULE);
	return file;
}
