// SPDX-License-Identifier: GPL-2.0
/*
 * Makes the shadow allow an access, a read or a write of a page, or gives the
 * reason for refusing it. See space.c for the invariants and the lock, and
 * Documentation/regions.rst for a table of all cases.
 *
 * Code that removes a frame or a right from an entry zaps the page before it
 * releases the frame.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <asm/page.h>
#include "host/inject_site.h"
#include "spaces/space_internal.h"

/* Tries of a fault that reads a page of a file and finds vma or shadow changed afterwards. */
#define NR_TRIES 8
/* Most clean frames of files to drop when a frame is needed. */
#define RECLAIM_BATCH 64

static int refuse(struct mctl_access *access, unsigned int reason)
{
	access->kind = MCTL_FAULT_REFUSED;
	access->reason = reason;
	return -EFAULT;
}

/**
 * mctl_space_over_limit() - test whether more frames would exceed the limit of a space
 * @space: the space; family->lock is held
 * @nr: number of additional frames, of pages and tables
 *
 * Context: Any context.
 * Return: true if the limit would be exceeded.
 */
bool mctl_space_over_limit(const struct mctl_space *space, u32 nr)
{
	return space->limit && nr > space->limit - min(space->limit, mctl_space_charged(space));
}

/* Free clean pages of files, and quarantined frames. Return: whether any were freed. */
static bool make_room(struct mctl_space *space)
{
	bool reaped = READ_ONCE(space->arena->spaces->nr_quarantine) &&
		      mctl_spaces_reap(space->arena);

	return mctl_space_reclaim(space, RECLAIM_BATCH) || reaped;
}

/*
 * Allocate a frame for @access->page, which charges @more frames; make room if necessary.
 * Return: the frame, or MCTL_FN_NONE with @access refused.
 */
static u32 get_frame(struct mctl_space *space, struct mctl_access *access, bool zero, u32 more)
{
	bool limited = mctl_space_over_limit(space, more);
	u32 fn = MCTL_FN_NONE;

	if (likely(!limited))
		fn = mctl_space_frame_alloc(space, access->page, 0, zero, &access->why);
	if (likely(fn != MCTL_FN_NONE))
		return fn;
	if (make_room(space)) {
		limited = mctl_space_over_limit(space, more);
		if (!limited)
			fn = mctl_space_frame_alloc(space, access->page, 0, zero, &access->why);
	}
	if (fn == MCTL_FN_NONE)
		refuse(access, limited ? MCTL_REFUSED_LIMIT : MCTL_REFUSED_MEMORY);
	return fn;
}

static u64 leaf(const struct mctl_space *space, u32 fn, u64 flags)
{
	u64 pfn;

	preempt_disable();
	pfn = mctl_table_pfn(&space->arena->table, fn);
	preempt_enable();
	return pfn << PAGE_SHIFT | space->flags | flags;
}

static u64 find_leaves(struct mctl_space *space, const struct mctl_access *access)
{
	return mctl_ptable_leaves_cached(&space->shadow.pt, &space->cache,
					 mctl_space_address(access->page));
}

/* Store the first leaf of a leaf table, and create that table and those above it. */
static int store_first(struct mctl_space *space, struct mctl_access *access, u64 entry, u32 more)
{
	struct mctl_ptable *pt = &space->shadow.pt;
	u64 address = mctl_space_address(access->page);
	bool limited = false;

	for (unsigned int i = 0; i < 2 && (!i || make_room(space)); i++) {
		limited = mctl_space_over_limit(space, more + mctl_ptable_missing(pt, address, 1));
		if (limited || mctl_ptable_map(pt, address, mctl_ptable_target(pt, entry), 1,
					       entry & ~pt->address_mask, 1))
			continue;
		access->leaves = find_leaves(space, access);
		return 0;
	}
	access->why = space->shadow.reason;
	return refuse(access, limited ? MCTL_REFUSED_LIMIT : MCTL_REFUSED_MEMORY);
}

/*
 * Store the leaf of @access, whose page has no leaf, or one of 4 KiB. @more: frames that this
 * charges; the caller has checked them against the limit, but not the tables needed in addition.
 */
static int store(struct mctl_space *space, struct mctl_access *access, u64 entry, u32 more)
{
	struct mctl_ptable *pt = &space->shadow.pt;

	if (mctl_inject(space->arena, MEMCTL_INJECT_SITE_MAP, 0, NULL)) {
		access->why = MEMCTL_REASON_INJECTED;
		return refuse(access, MCTL_REFUSED_MEMORY);
	}
	/* Look again: a table may have been created or freed since the fault began. */
	access->leaves = find_leaves(space, access);
	if (likely(access->leaves != MCTL_PT_NO_PFN))
		mctl_ptable_set_leaf(pt, access->leaves, access->page % MCTL_LEAVES, entry);
	else if (store_first(space, access, entry, more))
		return -EFAULT;
	access->entry = entry;
	access->level = 1;
	space->sequence++;
	return 0;
}

/* Look up the shadow's leaf for the page. */
static void look(struct mctl_space *space, struct mctl_access *access)
{
	const struct mctl_ptable *pt = &space->shadow.pt;

	access->leaves = find_leaves(space, access);
	access->level = 1;
	if (likely(access->leaves != MCTL_PT_NO_PFN))
		access->entry = mctl_ptable_entry(pt, access->leaves, access->page % MCTL_LEAVES);
	else
		access->entry =
			mctl_ptable_walk(pt, mctl_space_address(access->page), &access->level);
}

/* --- fresh frames --------------------------------------------------------------------------- */

/*
 * Whether a page can get a leaf of 2 MiB: one vma has all of the 2 MiB around it, nothing but the
 * frame of zeros is mapped there, and the limit allows it.
 */
static bool may_be_large(const struct mctl_space *space, const struct mctl_vma *vma, u32 page)
{
	u32 first = round_down(page, MCTL_LEAVES);
	u64 start = mctl_space_address(first);
	u64 leaves;
	u32 more;

	if (space->order != MCTL_LARGE_ORDER || vma->start > start || vma->end < start + PMD_SIZE)
		return false;
	leaves = mctl_ptable_leaves(&space->shadow.pt, start);
	/* A leaf table is charged too, for a later split: the existing one, or one more. */
	more = leaves == MCTL_PT_NO_PFN ? mctl_ptable_missing(&space->shadow.pt, start, 1) : 0;
	if (mctl_space_over_limit(space, MCTL_LEAVES + more))
		return false;
	if (leaves == MCTL_PT_NO_PFN)
		return true;
	for (u32 i = 0; i < MCTL_LEAVES; i++) {
		u64 entry = mctl_ptable_entry(&space->shadow.pt, leaves, i);

		if (entry && !mctl_space_is_zero(space, entry))
			return false;
	}
	return true;
}

/* Map a new block as a leaf of 2 MiB. Return: false if pages of 4 KiB have to be used instead. */
static bool map_large(struct mctl_space *space, struct mctl_access *access)
{
	struct mctl_ptable *pt = &space->shadow.pt;
	u32 first = round_down(access->page, MCTL_LEAVES);
	u64 flags = MCTL_PT_RW | MCTL_PT_D;
	u64 entry;
	u32 fn;

	if (mctl_inject(space->arena, MEMCTL_INJECT_SITE_MAP, 0, NULL))
		return false;
	fn = mctl_space_frame_alloc(space, first, MCTL_LARGE_ORDER, true, NULL);
	if (fn == MCTL_FN_NONE)
		return false;
	mctl_space_drop(space, first, MCTL_LEAVES);
	entry = leaf(space, fn, flags);
	if (mctl_ptable_map(pt, mctl_space_address(first), mctl_ptable_target(pt, entry),
			    MCTL_LEAVES, space->flags | flags, 2)) {
		mctl_space_frame_put(space, fn, MCTL_LARGE_ORDER);
		return false;
	}
	space->nr_frames += MCTL_LEAVES;
	space->sequence++;
	access->entry = mctl_ptable_walk(pt, mctl_space_address(first), &access->level);
	access->kind = MCTL_FAULT_NEW;
	return true;
}

/* Account for a page that is no longer mapped to the frame of zeros, and zap it. */
static void drop_zero(struct mctl_space *space, const struct mctl_access *access)
{
	space->nr_zero--;
	mctl_space_zap(space, access->page, 1);
}

/* The first write to anonymous memory. @old: the leaf for the frame of zeros, or 0. */
static int map_new(struct mctl_space *space, const struct mctl_vma *vma, struct mctl_access *access,
		   u64 old)
{
	u32 fn;

	if (may_be_large(space, vma, access->page)) {
		if (map_large(space, access))
			return 0;
		/* map_large() may have dropped the leaf for the frame of zeros before it failed. */
		look(space, access);
		old = access->entry;
	}
	fn = get_frame(space, access, true, 1);
	if (unlikely(fn == MCTL_FN_NONE))
		return -EFAULT;
	if (unlikely(store(space, access, leaf(space, fn, MCTL_PT_RW | MCTL_PT_D), 1))) {
		mctl_space_frame_put(space, fn, 0);
		return -EFAULT;
	}
	space->nr_frames++;
	if (old)
		drop_zero(space, access);
	access->kind = MCTL_FAULT_NEW;
	return 0;
}

/* Whether the frame of zeros has a memory error, so that no page may be mapped to it. */
static bool zeros_are_bad(const struct mctl_space *space)
{
	return mctl_hwpoison_any(space->arena) && mctl_space_is_bad(space, space->zero, 1);
}

/*
 * A read of zeros when the frame of zeros has a memory error: map a new frame, without RW, since
 * the vma may not have the right. @old: the leaf for the frame of zeros, or 0.
 */
static int map_own_zeros(struct mctl_space *space, struct mctl_access *access, u64 old)
{
	u32 fn = get_frame(space, access, true, 1);

	if (fn == MCTL_FN_NONE)
		return -EFAULT;
	if (store(space, access, leaf(space, fn, MCTL_PT_A), 1)) {
		mctl_space_frame_put(space, fn, 0);
		return -EFAULT;
	}
	space->nr_frames++;
	if (old)
		drop_zero(space, access);
	access->kind = MCTL_FAULT_NEW;
	return 0;
}

static int map_zero(struct mctl_space *space, struct mctl_access *access)
{
	int ret;

	if (unlikely(zeros_are_bad(space)))
		return map_own_zeros(space, access, 0);
	ret = store(space, access, space->zero | MCTL_PT_A, 0);
	if (!ret) {
		space->nr_zero++;
		access->kind = MCTL_FAULT_ZERO;
	}
	return ret;
}

/* --- copy on write -------------------------------------------------------------------------- */

/*
 * Make a frame writable in place, since it has no other references. Entries of
 * processes are zapped, because they lack the right that the shadow has now (S1).
 * Not so if the faulting mapping is the only one and the leaf is of 4 KiB: the
 * only possible entry is then that of the fault, which is about to get the right.
 */
static int make_writable(struct mctl_space *space, struct mctl_access *access)
{
	u64 flags = MCTL_PT_RW | MCTL_PT_A | MCTL_PT_D;
	struct mctl_ptable *pt = &space->shadow.pt;
	u64 address = mctl_space_address(access->page);

	if (access->level == 1 && access->user && space->nr_mappings == 1)
		mctl_space_forget(space, access->page, 1);
	else
		mctl_space_zap(space, access->page, 1);
	if (access->level == 1)
		return store(space, access, access->entry | flags, 0);
	/* Cannot fail: the whole leaf of 2 MiB is changed, so it is not split. */
	mctl_ptable_protect(pt, round_down(address, PMD_SIZE), MCTL_LEAVES, flags, flags);
	access->entry = mctl_ptable_walk(pt, address, &access->level);
	space->sequence++;
	return 0;
}

/* A write to a page that the shadow maps without RW. */
static int write_shared(struct mctl_space *space, const struct mctl_vma *vma,
			struct mctl_access *access)
{
	u64 old = access->entry;
	u32 fn, shared;

	if (mctl_space_is_zero(space, old))
		return map_new(space, vma, access, old);
	shared = mctl_space_frame_of(space, old);
	access->kind = MCTL_FAULT_MINOR;
	if (access->level > 1 || mctl_space_frame_refs(space, shared) == 1)
		return make_writable(space, access);

	/* The new frame replaces the old one, which stays charged only if it is lent. */
	fn = get_frame(space, access, false, !!mctl_space_loans_of(space, shared));
	if (unlikely(fn == MCTL_FN_NONE))
		return -EFAULT;
	copy_page(mctl_space_frame_address(space, fn), mctl_space_frame_address(space, shared));
	if (unlikely(store(space, access, leaf(space, fn, MCTL_PT_RW | MCTL_PT_D), 0))) {
		mctl_space_frame_put(space, fn, 0);
		return -EFAULT;
	}
	space->nr_frames++;
	mctl_space_zap(space, access->page, 1);
	mctl_space_frame_unmapped(space, shared, 0);
	access->kind = MCTL_FAULT_COW;
	return 0;
}

/* --- files ---------------------------------------------------------------------------------- */

/*
 * Map a page of a file. Drops family->lock while it reads, which may take any time;
 * the frame is charged meanwhile (nr_reading). Return: 0 if the page is mapped, -EFAULT if
 * the access is refused, -EAGAIN if vma or shadow changed and the access has to start over.
 */
static int map_file(struct mctl_space *space, const struct mctl_vma *vma,
		    struct mctl_access *access)
{
	u64 page = mctl_vma_file_page(vma, mctl_space_address(access->page));
	struct file *file = get_file(vma->file);
	const struct mctl_vma *now;
	unsigned int level;
	u64 flags = 0;
	bool io;
	u32 fn;
	int ret;

	fn = get_frame(space, access, false, 1);
	if (fn == MCTL_FN_NONE) {
		fput(file);
		return -EFAULT;
	}
	space->nr_reading++;
	mutex_unlock(&space->family->lock);
	ret = mctl_space_read_file(space, file, page, &fn, access->request, &io);
	mutex_lock(&space->family->lock);

	if (ret) {
		access->late = ret == -EBUSY;
		ret = refuse(access, MCTL_REFUSED_FILE);
		goto put;
	}
	now = mctl_vma_lookup(&space->vmas, mctl_space_address(access->page));
	if (!now || now->file != file ||
	    mctl_vma_file_page(now, mctl_space_address(access->page)) != page ||
	    !(now->rights & (access->write ? MCTL_VMA_W : MCTL_VMA_R)) ||
	    mctl_ptable_walk(&space->shadow.pt, mctl_space_address(access->page), &level)) {
		ret = -EAGAIN;
		goto put;
	}
	if (access->write)
		flags = MCTL_PT_RW | MCTL_PT_D;
	/* No shadow had the frame during the read, so an error found then was not handled. */
	if (mctl_space_is_bad(space, leaf(space, fn, flags), 1))
		ret = refuse(access, MCTL_REFUSED_HWPOISON);
	else
		ret = store(space, access, leaf(space, fn, flags), 0);
	if (ret)
		goto put;
	space->nr_reading--;
	space->nr_frames++;
	access->kind = io ? MCTL_FAULT_MAJOR : MCTL_FAULT_MINOR;
	access->filled = true;
	fput(file);
	return 0;

put:
	/* If the frame belongs to a worker now, the worker frees it after the read. */
	if (fn != MCTL_FN_NONE) {
		space->nr_reading--;
		mctl_space_frame_put(space, fn, 0);
	}
	fput(file);
	return ret;
}

/* --- any ------------------------------------------------------------------------------------ */

static int resolve(struct mctl_space *space, struct mctl_access *access)
{
	u64 want = MCTL_PT_A | (access->write ? MCTL_PT_RW | MCTL_PT_D : 0);
	u64 address = mctl_space_address(access->page);
	const struct mctl_vma *vma = mctl_vma_lookup(&space->vmas, address);

	if (unlikely(!vma))
		return refuse(access, MCTL_REFUSED_OUTSIDE);
	if (unlikely(!(vma->rights & (access->write ? MCTL_VMA_W : MCTL_VMA_R))))
		return refuse(access, MCTL_REFUSED_RIGHTS);

	look(space, access);
	if (mctl_space_is_bad(space, access->entry, access->level)) {
		if (!mctl_space_is_zero(space, access->entry))
			return refuse(access, MCTL_REFUSED_HWPOISON);
		/* The content is known to be zeros; a write goes to a new frame anyway. */
		if (!access->write)
			return map_own_zeros(space, access, access->entry);
	}
	if (!access->entry && vma->file)
		return map_file(space, vma, access);
	if (!access->entry)
		return access->write ? map_new(space, vma, access, 0) : map_zero(space, access);
	if (access->write && !(access->entry & MCTL_PT_RW))
		return write_shared(space, vma, access);
	access->kind = MCTL_FAULT_MINOR;
	if (access->level == 1 && (access->entry & want) != want)
		return store(space, access, access->entry | want, 0);
	return 0;
}

/**
 * mctl_space_resolve() - make the shadow allow an access
 * @space: the space; family->lock is held, and may be dropped and taken again
 * @access: the caller sets page, which is below nr_pages, write, request and user; the result is
 *	    in kind, reason, why, entry, level, leaves, late and filled
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EFAULT if the access is refused.
 */
int mctl_space_resolve(struct mctl_space *space, struct mctl_access *access)
{
	int ret = -EAGAIN;

	lockdep_assert_held(&space->family->lock);
	access->reason = MCTL_REFUSED_NONE;
	access->filled = false;
	for (unsigned int i = 0; i < NR_TRIES && ret == -EAGAIN; i++)
		ret = resolve(space, access);
	/* Vma or shadow changed during each of the reads. */
	if (ret == -EAGAIN)
		ret = refuse(access, MCTL_REFUSED_FILE);
	return ret;
}
