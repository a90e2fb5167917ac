// SPDX-License-Identifier: GPL-2.0
/*
 * Reads pages of the files that back vmas. The file system may never answer
 * (FUSE, a server that is gone), so:
 *
 * B1  No lock of ours is held while a page is read.
 * B2  A process that faults, reads or writes waits as in a fault of the host's
 *     own; what waits is the page cache, and ends with a fatal signal as far as
 *     the file system lets it.
 * B3  A request of netlink waits for a worker, MAX_WAIT_MS at most, and ends with
 *     a fatal signal whatever the file system does: while one runs, no family
 *     of generic netlink can be registered, and behind that all requests wait.
 *     The worker keeps the frame, which counts against the limit (nr_reading),
 *     and holds the space and the file, until its read is over.
 */
#include <linux/completion.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <asm/page.h>
#include "spaces/space_internal.h"

/* How long a request waits for a page of a file. */
#define MAX_WAIT_MS 10000
/* How often a page is looked for that was dropped from the cache as it was read. */
#define NR_TRIES 8

static struct workqueue_struct *readers;

/* --- the page cache ------------------------------------------------------------------------- */

/* Read a page that is in the cache and not up to date; the folio is the caller's. */
static int fill_folio(struct file *file, struct folio *folio)
{
	int ret = folio_lock_killable(folio);

	if (ret)
		return -EINTR;
	if (!folio->mapping || folio_test_uptodate(folio)) {
		ret = folio->mapping ? 0 : -EAGAIN;
		folio_unlock(folio);
		return ret;
	}
	/* Unlocks it when it is read. */
	ret = file->f_mapping->a_ops->read_folio(file, folio);
	if (!ret)
		ret = folio_wait_locked_killable(folio);
	if (ret)
		return ret == -EINTR ? ret : -EIO;
	return folio_test_uptodate(folio) ? 0 : -EIO;
}

/* The folio of a page, up to date, for folio_put(); or -EIO, -EINTR, -EAGAIN. */
static struct folio *get_folio(struct file *file, u64 page, bool *io)
{
	struct page *there = find_get_page(file->f_mapping, page);
	struct folio *folio;
	int ret;

	if (!there) {
		*io = true;
		page_cache_sync_readahead(file->f_mapping, &file->f_ra, file, page, 1);
		there = find_get_page(file->f_mapping, page);
	}
	if (!there)
		return read_mapping_folio(file->f_mapping, page, file);
	folio = page_folio(there);
	ret = 0;
	if (!folio_test_uptodate(folio)) {
		*io = true;
		ret = fill_folio(file, folio);
	}
	if (!ret)
		return folio;
	folio_put(folio);
	return ERR_PTR(ret);
}

/*
 * Through the page cache, as the host's own fault would do it: the file system's read may take a
 * lock of the inode that the faulting task holds already, in a write to the file from a mapping.
 */
static int read_cached(struct file *file, u64 page, void *address, bool *io)
{
	struct address_space *mapping = file->f_mapping;
	struct folio *folio = ERR_PTR(-EIO);
	u64 size;

	if (down_read_killable(&mapping->invalidate_lock))
		return -EINTR;
	size = i_size_read(mapping->host);
	if (page < DIV_ROUND_UP_ULL(size, PAGE_SIZE)) {
		for (unsigned int i = 0; i < NR_TRIES; i++) {
			folio = get_folio(file, page, io);
			if (folio != ERR_PTR(-EAGAIN))
				break;
		}
	}
	filemap_invalidate_unlock_shared(mapping);
	if (IS_ERR(folio))
		return PTR_ERR(folio) == -EINTR ? -EINTR : -EIO;
	copy_page(address, page_address(folio_file_page(folio, page)));
	folio_put(folio);
	size -= page << PAGE_SHIFT;
	if (size < PAGE_SIZE)
		memset(address + size, 0, PAGE_SIZE - size);
	return 0;
}

/* Whether the host has a page of a file in its page cache, of a file system that reads itself. */
static bool is_cached(struct file *file, u64 page)
{
	struct page *there = find_get_page(file->f_mapping, page);
	bool cached = there && folio_test_uptodate(page_folio(there));

	if (there)
		put_page(there);
	return cached;
}

/*
 * Read a page of a file; what is behind its end is zeros. @io: becomes whether the page cache did
 * not have it. Return: 0, -EIO or -EINTR.
 */
static int read_page(struct file *file, u64 page, void *address, bool *io)
{
	loff_t offset = page << PAGE_SHIFT;
	size_t done = 0;

	if (file->f_mapping->a_ops->read_folio)
		return read_cached(file, page, address, io);
	*io = !is_cached(file, page);
	while (done < PAGE_SIZE) {
		ssize_t got = kernel_read(file, address + done, PAGE_SIZE - done, &offset);

		if (got < 0 || (!got && !done))
			return got == -EINTR ? -EINTR : -EIO;
		if (!got)
			break;
		done += got;
	}
	memset(address + done, 0, PAGE_SIZE - done);
	return 0;
}

/* --- the worker ----------------------------------------------------------------------------- */

/**
 * struct reading - a page that a worker reads
 * @work: the worker's
 * @done: the read is over
 * @refs: references of the worker and of the waiter
 * @space: whose page; held until the worker is done
 * @file: to read from; held as well
 * @page: of the file
 * @fn: frame to read into; the waiter's if it sees @done, else the worker's
 * @io: of read_page()
 * @ret: of read_page()
 */
struct reading {
	struct work_struct work;
	struct completion done;
	refcount_t refs;
	struct mctl_space *space;
	struct file *file;
	u64 page;
	u32 fn;
	bool io;
	int ret;
};

/* The last reference frees it, with the frame if nobody has taken that. */
static void put_reading(struct reading *reading)
{
	struct mctl_space *space = reading->space;

	if (!refcount_dec_and_test(&reading->refs))
		return;
	if (reading->fn != MCTL_FN_NONE) {
		mutex_lock(&space->family->lock);
		space->nr_reading--;
		mctl_space_frame_put(space, reading->fn, 0);
		mutex_unlock(&space->family->lock);
	}
	fput(reading->file);
	kfree(reading);
	mctl_space_put(space);
}

static void run(struct work_struct *work)
{
	struct reading *reading = container_of(work, struct reading, work);
	/* With the opener's credentials: file systems check these. */
	const struct cred *old = override_creds(reading->file->f_cred);

	reading->ret = read_page(reading->file, reading->page,
				 mctl_space_frame_address(reading->space, reading->fn),
				 &reading->io);
	revert_creds(old);
	complete(&reading->done);
	put_reading(reading);
}

/* Have a worker read, and wait for it: for a while. */
static int read_by_worker(struct mctl_space *space, struct file *file, u64 page, u32 *fn, bool *io)
{
	struct reading *reading = kzalloc(sizeof(*reading), GFP_KERNEL);
	long left;
	int ret;

	if (!reading)
		return -EIO;
	INIT_WORK(&reading->work, run);
	init_completion(&reading->done);
	refcount_set(&reading->refs, 2);
	mctl_space_hold(space);
	reading->space = space;
	reading->file = get_file(file);
	reading->page = page;
	reading->fn = *fn;
	queue_work(readers, &reading->work);
	left = wait_for_completion_killable_timeout(&reading->done, msecs_to_jiffies(MAX_WAIT_MS));
	if (left > 0) {
		ret = reading->ret;
		*io = reading->io;
		reading->fn = MCTL_FN_NONE;
	} else {
		ret = left ? -EINTR : -EBUSY;
		*fn = MCTL_FN_NONE;
	}
	put_reading(reading);
	return ret;
}

/**
 * mctl_space_read_file() - read a page of a file into a frame
 * @space: held; its family->lock is not
 * @file: the file
 * @page: of it
 * @fn: the frame; becomes MCTL_FN_NONE where it is the caller's no more
 * @bounded: for a request: wait for a while only
 * @io: becomes whether the host's page cache did not have it
 *
 * Context: Process context, may sleep.
 * Return: 0; -EIO when the file does not reach so far or cannot be read; -EINTR for a process that
 * is killed; with @bounded -EBUSY when the file does not answer.
 */
int mctl_space_read_file(struct mctl_space *space, struct file *file, u64 page, u32 *fn,
			 bool bounded, bool *io)
{
	*io = false;
	if (bounded)
		return read_by_worker(space, file, page, fn, io);
	return read_page(file, page, mctl_space_frame_address(space, *fn), io);
}

/**
 * mctl_space_readers_init() - have workers that read files
 *
 * Context: Process context, at module init.
 * Return: 0 or -ENOMEM.
 */
int mctl_space_readers_init(void)
{
	readers = alloc_workqueue("memctl_read", WQ_UNBOUND, 0);
	return readers ? 0 : -ENOMEM;
}

/**
 * mctl_space_readers_exit() - destroy the workers
 *
 * No space is there, so that nothing is read.
 *
 * Context: Process context, at module exit.
 */
void mctl_space_readers_exit(void)
{
	destroy_workqueue(readers);
}
