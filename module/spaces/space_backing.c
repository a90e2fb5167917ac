// SPDX-License-Identifier: GPL-2.0
/*
 * Reads pages of the files that back vmas. The file system may never answer
 * (FUSE, a server that is down), so:
 *
 * B1  No lock of the module is held while a page is read.
 * B2  A process that faults, reads or writes waits in the page cache, as in a
 *     fault of the host. A fatal signal ends the wait if the file system allows
 *     it.
 * B3  A netlink request waits for a worker, for MAX_WAIT_MS at most, and a fatal
 *     signal ends the wait whatever the file system does: while a request runs,
 *     registering a generic netlink family has to wait, and all later requests
 *     wait for that. Until its read ends, the worker keeps the frame, which counts
 *     against the limit (nr_reading), and holds the space and the file.
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
/* Tries to find a page that was dropped from the page cache while it was read. */
#define NR_TRIES 8

static struct workqueue_struct *readers;

/* --- the page cache ------------------------------------------------------------------------- */

/*
 * Read a folio that is in the page cache and not up to date. The caller holds a reference.
 * Return: 0; -EAGAIN if the folio was dropped from the cache; -EINTR; -EIO.
 */
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
	/* read_folio() unlocks the folio when the read ends. */
	ret = file->f_mapping->a_ops->read_folio(file, folio);
	if (!ret)
		ret = folio_wait_locked_killable(folio);
	if (ret)
		return ret == -EINTR ? ret : -EIO;
	return folio_test_uptodate(folio) ? 0 : -EIO;
}

/*
 * Get the folio of a page, up to date. @io: set to true if it had to be read.
 * Return: the folio, with a reference, or an error as an ERR_PTR(), -EAGAIN to try again.
 */
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
 * Read through the page cache, as a fault of the host does. The file system's read_iter() must not
 * be used: it may take an inode lock that the faulting task already holds, in a write to the file
 * from a mapping.
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

/* Whether the page cache has a page, for a file system that reads without read_folio(). */
static bool is_cached(struct file *file, u64 page)
{
	struct page *there = find_get_page(file->f_mapping, page);
	bool cached = there && folio_test_uptodate(page_folio(there));

	if (there)
		put_page(there);
	return cached;
}

/*
 * Read a page of a file, with zeros after the end of the file. @io: set to whether the page cache
 * did not have it. Return: 0, -EIO or -EINTR.
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
 * @work: queued on readers
 * @done: completed when the read ends
 * @refs: references of the worker and of the waiter
 * @space: space of the page; held until the last reference is dropped
 * @file: file to read from; held likewise
 * @page: page of the file
 * @fn: frame to read into; belongs to the waiter once that has seen @done, else to this struct
 * @io: set by read_page()
 * @ret: return value of read_page()
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

/* Drop a reference. The last one frees the record, and the frame if the waiter did not take it. */
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
	/* Read with the credentials of the file's opener, since file systems check them. */
	const struct cred *old = override_creds(reading->file->f_cred);

	reading->ret = read_page(reading->file, reading->page,
				 mctl_space_frame_address(reading->space, reading->fn),
				 &reading->io);
	revert_creds(old);
	complete(&reading->done);
	put_reading(reading);
}

/* Have a worker read a page, and wait for it for MAX_WAIT_MS at most. */
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
 * @space: the space, held by the caller; family->lock is not held
 * @file: the file
 * @page: page of the file
 * @fn: the frame; set to MCTL_FN_NONE if the frame now belongs to a worker
 * @bounded: for a netlink request: wait for MAX_WAIT_MS at most
 * @io: set to whether the host's page cache did not have the page
 *
 * Context: Process context, may sleep.
 * Return: 0; -EIO if the page is beyond the end of the file or cannot be read; -EINTR if the
 * process is killed; with @bounded, -EBUSY if the file does not answer.
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
 * mctl_space_readers_init() - create the workers that read files
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
 * There are no spaces any more, so no read is in progress.
 *
 * Context: Process context, at module exit.
 */
void mctl_space_readers_exit(void)
{
	destroy_workqueue(readers);
}
