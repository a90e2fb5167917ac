// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/memctl, and the files of regions that processes get through it. Decodes
 * the arguments of the host's calls, and calls spaces/space.h.
 *
 * The device has mode 0600: a process that opens it may use every region of
 * every arena. A region's file gives access to that region only.
 *
 * An open device, and an open or mapped file, hold the module.
 */
#include <linux/file.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/splice.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include "arenas/arenas.h"
#include "dev/memctl_dev.h"
#include "spaces/space.h"

/* --- a region's file ------------------------------------------------------------------------ */

/* Opened by a path, which may outlive the region. MEMCTL_DEV_BIND does not use this function. */
static int file_open(struct inode *inode, struct file *file)
{
	file->private_data = mctl_space_inode_get(inode);
	return file->private_data ? 0 : -ESTALE;
}

static int file_release(struct inode *inode, struct file *file)
{
	mctl_space_file_put(file->private_data);
	return 0;
}

static int file_mmap(struct file *file, struct vm_area_struct *vma)
{
	return mctl_space_mmap(file->private_data, vma);
}

static ssize_t file_read_iter(struct kiocb *request, struct iov_iter *to)
{
	ssize_t done;

	done = mctl_space_read_iter(request->ki_filp->private_data, request->ki_pos, to);
	if (done > 0)
		request->ki_pos += done;
	return done;
}

static ssize_t file_write_iter(struct kiocb *request, struct iov_iter *from)
{
	ssize_t done;

	done = mctl_space_write_iter(request->ki_filp->private_data, request->ki_pos, from);
	if (done > 0)
		request->ki_pos += done;
	return done;
}

static ssize_t file_splice_read(struct file *file, loff_t *position, struct pipe_inode_info *pipe,
				size_t size, unsigned int flags)
{
	ssize_t done = mctl_space_splice_read(file->private_data, *position, pipe, size, flags);

	if (done > 0)
		*position += done;
	return done;
}

static long file_fallocate(struct file *file, int mode, loff_t offset, loff_t size)
{
	if (mode != (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	return mctl_space_file_discard(file->private_data, offset, size);
}

/* Whether a command is MEMCTL_DEV_INFO, with as much of the reply as the program knows. */
static bool is_info(unsigned int command)
{
	BUILD_BUG_ON(offsetofend(struct memctl_dev_info, window) != MEMCTL_DEV_INFO_SIZE_0);

	return (command & ~IOCSIZE_MASK) == (MEMCTL_DEV_INFO & ~IOCSIZE_MASK) &&
	       _IOC_SIZE(command) >= MEMCTL_DEV_INFO_SIZE_0;
}

static long file_info(struct file *file, void __user *user, size_t size)
{
	struct memctl_dev_info info;
	size_t known = min(size, sizeof(info));

	mctl_space_file_info(file->private_data, &info);
	return copy_to_user(user, &info, known) || clear_user(user + known, size - known) ?
		       -EFAULT :
		       0;
}

static long file_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct memctl_dev_range range;

	if (is_info(command))
		return file_info(file, user, _IOC_SIZE(command));
	switch (command) {
	case MEMCTL_DEV_POPULATE:
	case MEMCTL_DEV_DISCARD:
		if (!(file->f_mode & FMODE_WRITE))
			return -EBADF;
		if (copy_from_user(&range, user, sizeof(range)))
			return -EFAULT;
		if (command == MEMCTL_DEV_POPULATE)
			return mctl_space_file_populate(file->private_data, range.offset,
							range.size);
		return mctl_space_file_discard(file->private_data, range.offset, range.size);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations file_operations = {
	.owner = THIS_MODULE,
	.open = file_open,
	.release = file_release,
	.llseek = generic_file_llseek,
	.read_iter = file_read_iter,
	.write_iter = file_write_iter,
	.splice_read = file_splice_read,
	.splice_write = iter_file_splice_write,
	.fallocate = file_fallocate,
	.fsync = noop_fsync,
	.mmap = file_mmap,
	.get_unmapped_area = mctl_space_get_area,
	.unlocked_ioctl = file_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/* --- the device ----------------------------------------------------------------------------- */

static struct mctl_space *find_space(const struct memctl_dev_bind *bind)
{
	struct mctl_arena *arena = mctl_arena_find(bind->arena);
	struct mctl_space *space;

	if (!arena)
		return NULL;
	space = mctl_space_get(arena, bind->region);
	/* The region holds a reference to its arena. */
	mctl_arena_drop(arena);
	return space;
}

static int bind(struct file *device, const struct memctl_dev_bind *bind)
{
	int flags = (device->f_flags & O_ACCMODE) | O_LARGEFILE;
	struct mctl_space *space = find_space(bind);
	struct file *file;
	int fd;

	if (!space)
		return -ENOENT;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		goto put_space;
	file = mctl_space_file_open(space, &file_operations, flags);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		fd = PTR_ERR(file);
		goto put_space;
	}
	fd_install(fd, file);
put_space:
	mctl_space_put(space);
	return fd;
}

static bool is_string(const char *text)
{
	BUILD_BUG_ON(MEMCTL_DEV_NAME_SIZE - MEMCTL_NAME_MAX != 1);

	return memchr(text, '\0', MEMCTL_DEV_NAME_SIZE);
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct memctl_dev_bind request;

	if (command != MEMCTL_DEV_BIND)
		return -ENOTTY;
	if (copy_from_user(&request, (void __user *)argument, sizeof(request)))
		return -EFAULT;
	if (!is_string(request.arena) || !is_string(request.region))
		return -EINVAL;
	return bind(file, &request);
}

static const struct file_operations device_operations = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = MEMCTL_DEV_NAME,
	.fops = &device_operations,
	.mode = 0600,
};

/**
 * mctl_dev_init() - create /dev/memctl
 *
 * Context: Process context.
 * Return: 0, or the error of misc_register().
 */
int mctl_dev_init(void)
{
	return misc_register(&device);
}

/**
 * mctl_dev_exit() - remove /dev/memctl
 *
 * Context: Process context.
 */
void mctl_dev_exit(void)
{
	misc_deregister(&device);
}
