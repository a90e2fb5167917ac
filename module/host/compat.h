/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of the newest kernel, for older ones.
 *
 * All other code is written for the newest supported kernel only; what an older
 * kernel calls by another name, or lacks, gets the new name here. Kbuild
 * (mctl-have) looks for a name in the kernel's headers and never at its version,
 * because distributions backport changes. It always looks for the new name,
 * since the old one may still exist with another meaning. No other file includes
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

/* 6.3: the mapping of users and groups of a mount has a type of its own. */
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

/* 6.4: faults take the lock of their vma; before, there is the mmap_lock only. */
#ifndef MCTL_HAVE_VMA_START_WRITE
static inline void vma_start_write(struct vm_area_struct *vma)
{
}
#endif

/* 6.5: a read into pages of its own; the older function does the same without a cache. */
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

/* 6.14: pages are put into an array only, and the name no longer says so. */
#ifndef MCTL_HAVE_ALLOC_PAGES_BULK
#define alloc_pages_bulk(gfp, nr, pages) alloc_pages_bulk_array(gfp, nr, pages)
#endif

/* 6.15: a timer is set up together with its function. */
#ifndef MCTL_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *timer),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* 6.17: a page frame number is a plain number. */
#ifndef MCTL_HAVE_INSERT_PFN_PMD
#include <linux/pfn_t.h>
#define vmf_insert_pfn_pmd(vmf, pfn, write) vmf_insert_pfn_pmd(vmf, pfn_to_pfn_t(pfn), write)
#endif

/* 7.x: the same rule, inside of one vma that is PFNMAP or MIXEDMAP, under a name that says so. */
#ifndef MCTL_HAVE_ZAP_SPECIAL_VMA_RANGE
#define zap_special_vma_range(vma, address, size) zap_vma_ptes(vma, address, size)
#endif

#endif
