// SPDX-License-Identifier: GPL-2.0
/*
 * The vmas of spaces: map, unmap, protect, discard. See space.c for the
 * invariants and the lock.
 *
 * space->backings holds the files of vmas. A file is held before a vma with it is
 * added, and files that no vma has any more are released after each change.
 *
 * No leaf of 2 MiB crosses the end of a vma: a change that creates such an end
 * splits the leaf there.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include "host/host.h"
#include "spaces/space_internal.h"

/* Most vmas of a space, as many as the default limit of the host for a process. */
#define MAX_VMAS 65530U

/* Make room for the two vmas that a change can add. Return: 0, or -ENOMEM. */
static int need_room(struct mctl_space *space, struct mctl_error *error)
{
	struct mctl_vmas *vmas = &space->vmas;
	u32 old = vmas->capacity, capacity = min(2 * old, MAX_VMAS);
	struct mctl_vma *storage;

	if (vmas->nr + 2 <= old)
		return 0;
	if (capacity < vmas->nr + 2)
		return mctl_fail(error, -ENOMEM, "region %s has %u vmas: at most %u", space->name,
				 vmas->nr, MAX_VMAS);
	storage = mctl_arena_meta_alloc(space->arena, capacity * sizeof(*storage));
	if (!storage)
		return mctl_fail(error, -ENOMEM, "region %s: no memory for its vmas", space->name);
	storage = mctl_vmas_move(vmas, storage, capacity);
	mctl_arena_meta_free(space->arena, storage, old * sizeof(*storage));
	return 0;
}

static int check_range(const struct mctl_space *space, u64 start, u64 size,
		       struct mctl_error *error)
{
	u64 end = mctl_space_address(space->nr_pages);

	if (!size || (start | size) & ~PAGE_MASK || start < MCTL_SPACE_START || start >= end ||
	    size > end - start)
		return mctl_fail(error, -EINVAL,
				 "%#llx bytes at %#llx: whole pages from %#llx to %#llx", size,
				 start, MCTL_SPACE_START, end);
	return 0;
}

/* Hold a file for vmas that are about to be added. Return: 0, or -ENOMEM. */
static int hold_file(struct mctl_space *space, struct file *file, struct mctl_error *error)
{
	struct mctl_space_backing *backing;

	backing = mctl_arena_meta_alloc(space->arena, sizeof(*backing));
	if (!backing)
		return mctl_fail(error, -ENOMEM, "region %s: no memory for its vmas", space->name);
	backing->file = get_file(file);
	list_add_tail(&backing->list, &space->backings);
	return 0;
}

/**
 * mctl_space_prune_files() - release the files that no vma has any more
 * @space: the space; family->lock is held, or the space cannot be found by others
 *
 * Context: Process context.
 */
void mctl_space_prune_files(struct mctl_space *space)
{
	struct mctl_space_backing *backing, *next;

	list_for_each_entry_safe(backing, next, &space->backings, list) {
		if (mctl_vmas_file_pages(&space->vmas, backing->file))
			continue;
		list_del(&backing->list);
		fput(backing->file);
		mctl_arena_meta_free(space->arena, backing, sizeof(*backing));
	}
}

/**
 * mctl_space_copy_vmas() - copy the vmas of another space, and hold their files
 * @to: a space of the same size, without vmas, that cannot be found by others yet
 * @from: the space to copy from; family->lock is held
 * @error: text on failure
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM; mctl_space_destroy() then cleans up @to.
 */
int mctl_space_copy_vmas(struct mctl_space *to, const struct mctl_space *from,
			 struct mctl_error *error)
{
	const struct mctl_space_backing *backing;
	struct mctl_vma *storage;
	u32 old = to->vmas.capacity;
	int ret = 0;

	storage = mctl_arena_meta_alloc(to->arena, from->vmas.capacity * sizeof(*storage));
	if (!storage)
		return mctl_fail(error, -ENOMEM, "region %s: no memory for its vmas", to->name);
	storage = mctl_vmas_move(&to->vmas, storage, from->vmas.capacity);
	mctl_arena_meta_free(to->arena, storage, old * sizeof(*storage));
	list_for_each_entry(backing, &from->backings, list) {
		ret = hold_file(to, backing->file, error);
		if (ret)
			return ret;
	}
	return mctl_vmas_copy(&to->vmas, &from->vmas);
}

/* Report that there is no frame for a table to split a leaf. Return: @ret. */
static int fail_split(const struct mctl_space *space, int ret, struct mctl_error *error)
{
	return mctl_fail(error, ret, "no frame to split a leaf of 2 MiB in region %s: %s",
			 space->name, mctl_reason_text(space->shadow.reason));
}

/* Split the leaves of 2 MiB that cross an end of a range. Return: 0, or -ENOMEM. */
static int split_ends(struct mctl_space *space, u64 start, u64 size, struct mctl_error *error)
{
	int ret = mctl_space_split(space, mctl_space_page(start));

	if (!ret)
		ret = mctl_space_split(space, mctl_space_page(start + size));
	if (ret)
		fail_split(space, ret, error);
	return ret;
}

/* --- map ------------------------------------------------------------------------------------ */

/*
 * Whether a file can back a vma. Not the file of a space (S_PRIVATE), which could wait for itself;
 * nor a file whose content the kernel makes when it is read (procfs, sysfs), under locks of its
 * own.
 */
static bool may_back(struct file *file)
{
	const struct inode *inode = file_inode(file);
	const struct address_space_operations *operations = file->f_mapping->a_ops;
	const unsigned long magic = inode->i_sb->s_magic;

	if (!S_ISREG(inode->i_mode) || inode->i_flags & S_PRIVATE || IS_DAX(inode))
		return false;
	/* sysfs and similar file systems use the operations of ramfs. */
	if (operations == &ram_aops)
		return magic == RAMFS_MAGIC;
	return operations->read_folio || magic == TMPFS_MAGIC;
}

static struct file *open_file(const char *path, struct mctl_error *error)
{
	struct file *file;

	if (!path)
		return NULL;
	file = filp_open(path, O_RDONLY | O_LARGEFILE | O_NONBLOCK, 0);
	if (IS_ERR(file)) {
		mctl_fail(error, PTR_ERR(file), "file %.64s cannot be opened (%ld)", path,
			  PTR_ERR(file));
		return file;
	}
	if (may_back(file))
		return file;
	fput(file);
	return ERR_PTR(mctl_fail(error, -EINVAL,
				 "file %.64s is not a regular file in the page cache", path));
}

static int map(struct mctl_space *space, const struct mctl_vma *vma, struct mctl_error *error)
{
	int ret = check_range(space, vma->start, vma->end - vma->start, error);

	if (!ret)
		ret = need_room(space, error);
	if (!ret && vma->file)
		ret = hold_file(space, vma->file, error);
	if (ret)
		return ret;
	ret = mctl_vma_add(&space->vmas, vma);
	mctl_space_prune_files(space);
	if (ret)
		mctl_fail(error, ret, "a vma of region %s is there: unmap it first", space->name);
	return ret;
}

/* Find a gap for a vma without an address. A bad @size is left to check_range(). */
static int find_gap(const struct mctl_space *space, u64 size, u64 *start, struct mctl_error *error)
{
	if (!size || size & ~PAGE_MASK)
		return 0;
	*start = mctl_vma_gap(&space->vmas, size >> PAGE_SHIFT, 1);
	if (*start == space->vmas.end)
		return mctl_fail(error, -ENOMEM, "region %s has no gap of %llu bytes", space->name,
				 size);
	return 0;
}

/**
 * mctl_space_map() - add a vma
 * @arena: the arena
 * @name: name of the region
 * @start: first address; 0 for the lowest gap of @size
 * @size: bytes, a multiple of 4096
 * @rights: MCTL_SPACE_R and MCTL_SPACE_W; the right to write implies the right to read
 * @file: path of a regular file of the host, opened with the caller's rights; NULL for anonymous
 *	  memory. Writes are private to the region, and never reach the file.
 * @offset: byte of the file, a multiple of 4096
 * @got: set to the first address; may be NULL
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -ENOENT if there is no such region; -EINVAL for a bad range, right, offset or file;
 * -EEXIST if there is a vma in the range; -ENOMEM if there is no memory, too many vmas or, for
 * @start 0, no gap of @size; -EINTR if the process is killed; or an errno of opening the file.
 */
int mctl_space_map(struct mctl_arena *arena, const char *name, u64 start, u64 size, u32 rights,
		   const char *file, u64 offset, u64 *got, struct mctl_error *error)
{
	struct mctl_space *space;
	struct mctl_vma vma = {};
	struct file *opened;
	int ret;

	if (rights & ~(MCTL_SPACE_R | MCTL_SPACE_W) || offset & ~PAGE_MASK || (!file && offset))
		return mctl_fail(error, -EINVAL, "rights: r and w; offset: whole pages of a file");
	space = mctl_space_need(arena, name, error);
	if (!space)
		return -ENOENT;
	opened = open_file(file, error);
	if (IS_ERR(opened)) {
		mctl_space_put(space);
		return PTR_ERR(opened);
	}
	ret = mctl_space_lock(space, error);
	if (ret)
		goto put;
	if (!start)
		ret = find_gap(space, size, &start, error);
	vma.start = start;
	vma.end = start + size;
	vma.file = opened;
	vma.offset = offset >> PAGE_SHIFT;
	/* The right to write implies the right to read, as in the hardware's entries. */
	vma.rights = rights & MCTL_SPACE_W ? rights | MCTL_SPACE_R : rights;
	if (!ret)
		ret = map(space, &vma, error);
	mctl_space_unlock(space);
put:
	if (opened)
		fput(opened);
	mctl_space_put(space);
	if (!ret && got)
		*got = start;
	return ret;
}

/* --- change --------------------------------------------------------------------------------- */

static int unmap(struct mctl_space *space, u64 start, u64 size, struct mctl_error *error)
{
	int ret = need_room(space, error);

	if (ret)
		return ret;
	ret = mctl_space_drop(space, mctl_space_page(start), size >> PAGE_SHIFT);
	if (ret)
		return fail_split(space, ret, error);
	ret = mctl_vma_remove(&space->vmas, start, start + size);
	mctl_space_prune_files(space);
	return ret;
}

/*
 * Rights are removed from the shadow at once. The right to write is added by a
 * fault. A page without the right to read keeps its leaf, without US.
 */
static int protect(struct mctl_space *space, u64 start, u64 size, u32 rights,
		   struct mctl_error *error)
{
	u64 mask = MCTL_PT_US | (rights & MCTL_VMA_W ? 0 : MCTL_PT_RW);
	int ret = need_room(space, error);

	if (!ret)
		ret = split_ends(space, start, size, error);
	if (ret)
		return ret;
	ret = mctl_vma_protect(&space->vmas, start, start + size, rights);
	if (ret)
		return mctl_fail(error, ret, "a page of the range is in no vma of region %s",
				 space->name);
	mctl_ptable_protect(&space->shadow.pt, start, size >> PAGE_SHIFT, mask,
			    rights & MCTL_VMA_R ? MCTL_PT_US : 0);
	space->sequence++;
	mctl_space_zap(space, mctl_space_page(start), size >> PAGE_SHIFT);
	return 0;
}

static int discard(struct mctl_space *space, u64 start, u64 size, struct mctl_error *error)
{
	int ret = mctl_space_drop(space, mctl_space_page(start), size >> PAGE_SHIFT);

	return ret ? fail_split(space, ret, error) : 0;
}

enum change {
	CHANGE_UNMAP,
	CHANGE_PROTECT,
	CHANGE_DISCARD,
};

static int change(struct mctl_arena *arena, const char *name, u64 start, u64 size, enum change what,
		  u32 rights, struct mctl_error *error)
{
	struct mctl_space *space = mctl_space_need(arena, name, error);
	int ret;

	if (!space)
		return -ENOENT;
	ret = mctl_space_lock(space, error);
	if (ret)
		goto put;
	ret = check_range(space, start, size, error);
	if (!ret && what == CHANGE_UNMAP)
		ret = unmap(space, start, size, error);
	else if (!ret && what == CHANGE_PROTECT)
		ret = protect(space, start, size, rights, error);
	else if (!ret)
		ret = discard(space, start, size, error);
	mctl_space_unlock(space);
put:
	mctl_space_put(space);
	return ret;
}

/**
 * mctl_space_unmap() - remove the vmas of a range, and free the frames that back them
 * @arena: the arena
 * @name: name of the region
 * @start: first address
 * @size: bytes, a multiple of 4096
 * @error: text on failure; may be NULL
 *
 * The range may have holes. Processes that access it afterwards get SIGSEGV.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -ENOENT if there is no such region; -EINVAL for a bad range; -ENOMEM if there is no
 * memory for vmas, or no frame to split a leaf; -EINTR if the process is killed.
 */
int mctl_space_unmap(struct mctl_arena *arena, const char *name, u64 start, u64 size,
		     struct mctl_error *error)
{
	return change(arena, name, start, size, CHANGE_UNMAP, 0, error);
}

/**
 * mctl_space_protect() - change the rights of a range
 * @arena: the arena
 * @name: name of the region
 * @start: first address
 * @size: bytes, a multiple of 4096
 * @rights: MCTL_SPACE_R and MCTL_SPACE_W; the right to write implies the right to read
 * @error: text on failure; may be NULL
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -ENOENT if there is no such region, or a page of the range is in no vma; -EINVAL for a
 * bad range or right; -ENOMEM if there is no memory for vmas, or no frame to split a leaf; -EINTR
 * if the process is killed.
 */
int mctl_space_protect(struct mctl_arena *arena, const char *name, u64 start, u64 size, u32 rights,
		       struct mctl_error *error)
{
	if (rights & ~(MCTL_SPACE_R | MCTL_SPACE_W))
		return mctl_fail(error, -EINVAL, "rights %#x: r and w", rights);
	if (rights & MCTL_SPACE_W)
		rights |= MCTL_SPACE_R;
	return change(arena, name, start, size, CHANGE_PROTECT, rights, error);
}

/**
 * mctl_space_discard() - free the frames that back a range
 * @arena: the arena
 * @name: name of the region
 * @start: first address
 * @size: bytes, a multiple of 4096
 * @error: text on failure; may be NULL
 *
 * The vmas stay: the next access finds zeros, or the bytes of the file.
 *
 * Context: Process context, may sleep. Takes arena->regions->lock, then family->lock.
 * Return: 0; -ENOENT if there is no such region; -EINVAL for a bad range; -ENOMEM if there is no
 * frame to split a leaf; -EINTR if the process is killed.
 */
int mctl_space_discard(struct mctl_arena *arena, const char *name, u64 start, u64 size,
		       struct mctl_error *error)
{
	return change(arena, name, start, size, CHANGE_DISCARD, 0, error);
}
