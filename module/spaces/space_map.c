// SPDX-License-Identifier: GPL-2.0
/*
 * The vmas of processes that map spaces: mmap and the vm_ops. See space.c for the
 * invariants and locks, Documentation/regions.rst for the reasons.
 */
#include <linux/mm.h>
#include <linux/huge_mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "host/compat.h"
#include "spaces/space_internal.h"

/* Account for a new vma. @fresh: used as record if this is the first vma of its process. */
static void add_vma(struct mctl_space *space, struct vm_area_struct *vma,
		    struct mctl_space_user *fresh)
{
	if (mctl_space_user_add(space, vma, fresh))
		mctl_space_watch(fresh);
	else
		kfree(fresh);
}

/* vm_ops->open(): a vma was split or moved, or its process forked. */
static void open(struct vm_area_struct *vma)
{
	struct mctl_space_user *user = vma->vm_private_data;

	/* open() cannot fail. */
	add_vma(user->space, vma, kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT | __GFP_NOFAIL));
}

/* vm_ops->close(): the entries of the vma have been removed. */
static void close(struct vm_area_struct *vma)
{
	struct mctl_space_user *user = vma->vm_private_data;

	if (mctl_space_user_drop(user)) {
		mctl_space_unwatch(user);
		mmdrop(user->mm);
		kfree(user);
	}
}

/*
 * vm_ops->mprotect(): the host is about to change RW in the entries of the range,
 * which would then differ from the shadow restricted to the rights of the vma (S1).
 * So the entries are removed first. No fault sets them again before the vma has its
 * new rights, because the vma is locked from here on.
 */
static int mprotect(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		    unsigned long flags)
{
	if (flags & VM_EXEC)
		return -EACCES;
	vma_start_write(vma);
	zap_special_vma_range(vma, start, end - start);
	return 0;
}

/*
 * vm_ops->map_pages(): called where sleeping is not allowed, so it maps nothing.
 * It is defined because a host with per-VMA locks calls fault() without mmap_lock
 * only for vmas that have map_pages().
 */
static vm_fault_t map_pages(struct vm_fault *vmf, pgoff_t start, pgoff_t end)
{
	return 0;
}

static const struct vm_operations_struct vm_ops = {
	.open = open,
	.close = close,
	.mprotect = mprotect,
	.fault = mctl_space_fault,
	.huge_fault = mctl_space_huge_fault,
	.map_pages = map_pages,
	.pfn_mkwrite = mctl_space_mkwrite,
};

static void set_flags(struct vm_area_struct *vma)
{
	vm_flags_mod(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
}

/**
 * mctl_space_mmap() - map a space in a process
 * @space: the space, held by the file
 * @vma: the new vma
 *
 * Context: Process context, may sleep. mmap_lock held for writing. Takes family->lock.
 * Return: 0; -EINVAL for a private mapping, or one beyond the end of the space; -EPERM for an
 * executable mapping; -ENOMEM if there is no memory for the record of the process.
 */
int mctl_space_mmap(struct mctl_space *space, struct vm_area_struct *vma)
{
	unsigned long nr = vma_pages(vma);
	struct mctl_space_user *user;

	/* VM_SHARED is not set for a file that cannot be written. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (vma->vm_pgoff >= space->nr_pages || nr > space->nr_pages - vma->vm_pgoff)
		return -EINVAL;
	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	if (!user)
		return -ENOMEM;
	set_flags(vma);
	vma->vm_ops = &vm_ops;
	add_vma(space, vma, user);
	return 0;
}

/**
 * mctl_space_get_area() - choose the address at which to map a space
 * @file: file of the space
 * @address: address requested
 * @size: bytes
 * @offset: page of the file
 * @flags: MAP_*
 *
 * If the host supports leaves of 2 MiB, the address is aligned so that they are possible.
 *
 * Context: Process context. mmap_lock held.
 * Return: an address, or a negative errno, as file_operations.get_unmapped_area().
 */
unsigned long mctl_space_get_area(struct file *file, unsigned long address, unsigned long size,
				  unsigned long offset, unsigned long flags)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	return thp_get_unmapped_area(file, address, size, offset, flags);
#else
	return mm_get_unmapped_area(file, address, size, offset, flags);
#endif
}
