/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of the newest kernel, for older ones.
 *
 * All other code is written for the newest kernel that is supported, as if
 * there were no other; what an older one calls by another name, or lacks, gets
 * the new name here. Whether a kernel has a name is asked of its headers, by
 * Kbuild (mctl-have), and never of its version: distributions take changes back
 * to older kernels. It is always the new name that is asked for, since the old
 * one may still be there, as something else. No other file includes
 * linux/version.h; scripts/check-layers.sh sees to that.
 *
 * Locks: none.
 */
#ifndef MCTL_HOST_COMPAT_H
#define MCTL_HOST_COMPAT_H

#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>

/* 6.3: what maps users and groups of a mount. */
#ifndef MCTL_HAVE_MNT_IDMAP
#define mnt_idmap user_namespace
#endif

/* 6.3: flags of a vma are changed by functions. */
#ifndef MCTL_HAVE_VM_FLAGS_MOD
static inline void vm_flags_mod(struct vm_area_struct *vma, unsigned long set, unsigned long clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif

/* 6.4: faults take the lock of their vma; before, mmap_lock is all that there is. */
#ifndef MCTL_HAVE_VMA_START_WRITE
static inline void vma_start_write(struct vm_area_struct *vma)
{
}
#endif

/* 6.5: a read into pages of its own, which the older function comes to without a cache. */
#ifndef MCTL_HAVE_COPY_SPLICE_READ
#define copy_splice_read generic_file_splice_read
#endif

/* 6.6: huge_fault() gets an order; before, a name of the size. */
#ifdef MCTL_HAVE_HUGE_FAULT_ORDER
#define MCTL_FAULT_ORDER     unsigned int
#define MCTL_FAULT_ORDER_PMD PMD_ORDER
#else
#define MCTL_FAULT_ORDER     enum page_entry_size
#define MCTL_FAULT_ORDER_PMD PE_SIZE_PMD
#endif

/* 6.10 has the function, and 6.19 has it without the mm. */
#ifdef MCTL_HAVE_GET_UNMAPPED_AREA_OF_MM
#define mm_get_unmapped_area(file, address, size, offset, flags) \
	mm_get_unmapped_area(current->mm, file, address, size, offset, flags)
#elif !defined(MCTL_HAVE_GET_UNMAPPED_AREA)
static inline unsigned long mm_get_unmapped_area(struct file *file, unsigned long address,
						 unsigned long size, unsigned long offset,
						 unsigned long flags)
{
	return current->mm->get_unmapped_area(file, address, size, offset, flags);
}
#endif

/* 6.14: the array is all that pages are put into, and is in the name no more. */
#ifndef MCTL_HAVE_ALLOC_PAGES_BULK
#define alloc_pages_bulk(gfp, nr, pages) alloc_pages_bulk_array(gfp, nr, pages)
#endif

/* 6.15: a timer is made with its function. */
#ifndef MCTL_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *timer),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* 6.17: a page frame number is a number. */
#ifndef MCTL_HAVE_INSERT_PFN_PMD
#include <linux/pfn_t.h>
#define vmf_insert_pfn_pmd(vmf, pfn, write) vmf_insert_pfn_pmd(vmf, pfn_to_pfn_t(pfn), write)
#endif

/* 7.x: the same rule, inside of one vma that is PFNMAP or MIXEDMAP, under a name that says so. */
#ifndef MCTL_HAVE_ZAP_SPECIAL_VMA_RANGE
#define zap_special_vma_range(vma, address, size) zap_vma_ptes(vma, address, size)
#endif

#endif
