// SPDX-License-Identifier: GPL-2.0
/*
 * Read, write and splice of a space's file.
 *
 * Copies to and from user memory are made under family->lock with page faults
 * disabled: the memory may be a mapping of the same space, whose fault would take
 * the lock again. If the memory is not present, it is faulted in without the lock,
 * and the copy is tried again.
 *
 * A splice lends frames: each buffer in the pipe has a reference to its frame, the
 * loan (space_loan.c), and holds the space. Readers of the pipe may take references
 * to the struct page without our knowledge: see space_quarantine.c.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/pipe_fs_i.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/splice.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include "host/debug_hooks.h"
#include "spaces/space_internal.h"

/* Tries to fault in user memory that is not present again when it is copied. */
#define NR_TRIES 8

static int error_of(const struct mctl_access *access)
{
	switch (access->reason) {
	case MCTL_REFUSED_LIMIT:
	case MCTL_REFUSED_MEMORY:
		return -ENOMEM;
	case MCTL_REFUSED_FILE:
	case MCTL_REFUSED_HWPOISON:
		return -EIO;
	default:
		return -EFAULT;
	}
}

/* Kernel address of the byte at @offset, in the page of @access. */
static void *address_of(const struct mctl_space *space, const struct mctl_access *access,
			u64 offset)
{
	u64 entry = mctl_space_small(space, access->page, access->level, access->entry);

	return __va(mctl_ptable_target(&space->shadow.pt, entry) << PAGE_SHIFT) +
	       offset % PAGE_SIZE;
}

/* Copy within one page. Return: bytes copied, or an errno if the access is refused. */
static ssize_t copy(struct mctl_space *space, u64 offset, size_t size, struct iov_iter *iter,
		    bool write)
{
	struct mctl_access access = { .page = offset >> PAGE_SHIFT, .write = write };
	ssize_t ret;
	void *there;

	mutex_lock(&space->family->lock);
	ret = mctl_space_resolve(space, &access);
	mctl_space_record(space, &access, NULL);
	if (ret) {
		ret = error_of(&access);
		goto unlock;
	}
	there = address_of(space, &access, offset);
	if (WARN_ON_ONCE(!mctl_debug_usercopy_ok(space->arena, there, size))) {
		ret = -EFAULT;
		goto unlock;
	}
	pagefault_disable();
	ret = write ? copy_from_iter(there, size, iter) : copy_to_iter(there, size, iter);
	pagefault_enable();
unlock:
	mutex_unlock(&space->family->lock);
	return ret;
}

static ssize_t copy_all(struct mctl_space *space, u64 offset, struct iov_iter *iter, bool write)
{
	u64 end = (u64)space->nr_pages << PAGE_SHIFT;
	unsigned int tries = 0;
	ssize_t done = 0;

	while (iov_iter_count(iter) && offset < end) {
		size_t size = min_t(u64, iov_iter_count(iter), PAGE_SIZE - offset % PAGE_SIZE);
		ssize_t got = copy(space, offset, size, iter, write);

		if (got < 0)
			return done ?: got;
		done += got;
		offset += got;
		if (fatal_signal_pending(current))
			return done ?: -EINTR;
		cond_resched();
		if (got) {
			tries = 0;
			continue;
		}
		if (++tries > NR_TRIES || (write ? fault_in_iov_iter_readable(iter, size) :
						   fault_in_iov_iter_writeable(iter, size)) == size)
			return done ?: -EFAULT;
	}
	return done;
}

/**
 * mctl_space_read_iter() - read from a space's file
 * @space: the space, held by the file
 * @offset: byte to start at
 * @to: destination
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: bytes read, 0 at the end; -EFAULT if the first page is in no vma or not readable, or @to
 * is not accessible; -EIO if the file that backs the page cannot be read, or the memory has a
 * hardware error; -ENOMEM if the arena has no frame, or the limit is reached; -EINTR if the process
 * is killed.
 */
ssize_t mctl_space_read_iter(struct mctl_space *space, u64 offset, struct iov_iter *to)
{
	return copy_all(space, offset, to, false);
}

/**
 * mctl_space_write_iter() - write to a space's file
 * @space: the space, held by the file
 * @offset: byte to start at
 * @from: source
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: bytes written; -ENOSPC if @offset is beyond the end; otherwise as mctl_space_read_iter().
 */
ssize_t mctl_space_write_iter(struct mctl_space *space, u64 offset, struct iov_iter *from)
{
	if (iov_iter_count(from) && offset >= (u64)space->nr_pages << PAGE_SHIFT)
		return -ENOSPC;
	return copy_all(space, offset, from, true);
}

/* --- splice --------------------------------------------------------------------------------- */

static u32 frame_of(const struct mctl_space *space, const struct page *page)
{
	return mctl_space_frame_of(space, (u64)page_to_pfn(page) << PAGE_SHIFT);
}

/* Return a loan. */
static void unlend(struct mctl_space *space, struct page *page)
{
	mutex_lock(&space->family->lock);
	mctl_space_unlend(space, frame_of(space, page));
	mutex_unlock(&space->family->lock);
	mctl_space_file_put(space);
}

/*
 * Lend the frame of a page for reading. A leaf without RW does not get it while its frame is lent.
 * Return: the page of the frame, or an ERR_PTR().
 */
static struct page *lend(struct mctl_space *space, u32 number)
{
	struct mctl_access access = { .page = number };
	struct page *page;
	int ret;

	mutex_lock(&space->family->lock);
	ret = mctl_space_resolve(space, &access);
	mctl_space_record(space, &access, NULL);
	if (ret) {
		page = ERR_PTR(error_of(&access));
		goto unlock;
	}
	/* Only single frames are lent: split the leaf and its block. */
	if (access.level > 1) {
		ret = mctl_space_split(space, number % MCTL_LEAVES ? number : number + 1);
		if (ret) {
			page = ERR_PTR(ret);
			goto unlock;
		}
		access.entry = mctl_ptable_walk(&space->shadow.pt, mctl_space_address(number),
						&access.level);
	}
	page = pfn_to_page(mctl_ptable_target(&space->shadow.pt, access.entry));
	ret = mctl_space_lend(space, frame_of(space, page));
	if (ret)
		page = ERR_PTR(ret);
unlock:
	mutex_unlock(&space->family->lock);
	return page;
}

static void release_buffer(struct pipe_inode_info *pipe, struct pipe_buffer *buffer)
{
	unlend((struct mctl_space *)buffer->private, buffer->page);
	module_put(THIS_MODULE);
}

static bool get_buffer(struct pipe_inode_info *pipe, struct pipe_buffer *buffer)
{
	struct mctl_space *space = (struct mctl_space *)buffer->private;
	int ret;

	mutex_lock(&space->family->lock);
	ret = mctl_space_lend(space, frame_of(space, buffer->page));
	mutex_unlock(&space->family->lock);
	if (ret)
		return false;
	__module_get(THIS_MODULE);
	return true;
}

/* Called before a buffer is read: its page may have got a memory error since it was lent. */
static int confirm_buffer(struct pipe_inode_info *pipe, struct pipe_buffer *buffer)
{
	return PageHWPoison(buffer->page) ? -EIO : 0;
}

static const struct pipe_buf_operations buffer_operations = {
	.confirm = confirm_buffer,
	.release = release_buffer,
	.get = get_buffer,
};

static void release_page(struct splice_pipe_desc *desc, unsigned int i)
{
	unlend((struct mctl_space *)desc->partial[i].private, desc->pages[i]);
	module_put(THIS_MODULE);
}

/**
 * mctl_space_splice_read() - lend frames of a space to a pipe
 * @space: the space, held by the file
 * @offset: byte to start at
 * @pipe: the pipe, locked
 * @size: bytes
 * @flags: SPLICE_F_*
 *
 * Context: Process context, may sleep. Takes family->lock.
 * Return: bytes, 0 at the end, or an errno of mctl_space_read_iter(), mctl_space_lend() or
 * splice_to_pipe().
 */
ssize_t mctl_space_splice_read(struct mctl_space *space, u64 offset, struct pipe_inode_info *pipe,
			       size_t size, unsigned int flags)
{
	u64 end = (u64)space->nr_pages << PAGE_SHIFT;
	struct partial_page partial[PIPE_DEF_BUFFERS];
	struct page *pages[PIPE_DEF_BUFFERS];
	struct splice_pipe_desc desc = {
		.pages = pages,
		.partial = partial,
		.nr_pages_max = PIPE_DEF_BUFFERS,
		.ops = &buffer_operations,
		.spd_release = release_page,
	};
	ssize_t ret = 0;

	while (size && offset < end && desc.nr_pages < PIPE_DEF_BUFFERS) {
		size_t part = min_t(u64, size, PAGE_SIZE - offset % PAGE_SIZE);
		struct page *page = lend(space, offset >> PAGE_SHIFT);

		if (IS_ERR(page)) {
			ret = PTR_ERR(page);
			break;
		}
		__module_get(THIS_MODULE);
		partial[desc.nr_pages].offset = offset % PAGE_SIZE;
		partial[desc.nr_pages].len = part;
		partial[desc.nr_pages].private = (unsigned long)space;
		pages[desc.nr_pages++] = page;
		offset += part;
		size -= part;
	}
	return desc.nr_pages ? splice_to_pipe(pipe, &desc) : ret;
}
