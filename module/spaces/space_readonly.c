// SPDX-License-Identifier: GPL-2.0
/*
 * Removes the right to write from every process's entries for a space; the entries
 * stay present. See space.c for the invariants and locks, Documentation/regions.rst
 * ("Invalidation") for why this is correct.
 *
 * Mappings are walked in the order of the host's tree (i_mmap). A child's mapping
 * comes after its parent's there, so that entries which the host is copying from
 * parent to child are not missed. Page tables cannot be freed while i_mmap_rwsem
 * is held, because the host removes a mapping from the tree first.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/mmu_notifier.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include "host/compat.h"
#include "spaces/space_walk.h"

static void protect_table(struct mm_struct *mm, pmd_t *pmd, u64 address, u64 end)
{
	pte_t *ptep = pte_offset_kernel(pmd, address);
	spinlock_t *ptl = pte_lockptr(mm, pmd);

	spin_lock(ptl);
	for (; address < end; address += PAGE_SIZE, ptep++) {
		if (pte_flags(*ptep) & _PAGE_RW)
			ptep_set_wrprotect(mm, address, ptep);
	}
	spin_unlock(ptl);
}

static void protect_vma(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 size = 0, next;

	inc_tlb_flush_pending(mm);
	for (u64 address = vma->vm_start; address < vma->vm_end; address = next) {
		pmd_t *pmd = mctl_space_find_table(mm, address, vma->vm_end, &next);
		pmdval_t value = pmd ? pmd_val(READ_ONCE(*pmd)) : 0;

		/* The shadow has no leaf of 2 MiB, so no process has one either (S1). */
		if (value && !(value & _PAGE_PSE))
			protect_table(mm, pmd, address, next);
		cond_resched();
	}
	/* Users of MMU notifiers, such as KVM, are notified only by the zap of the host. */
	if (mm_has_notifiers(mm))
		size = vma->vm_end - vma->vm_start;
	/* Even of size 0: since a flush is pending, the host then flushes the whole TLB. */
	zap_special_vma_range(vma, vma->vm_start, size);
	dec_tlb_flush_pending(mm);
}

/**
 * mctl_space_make_readonly() - remove RW from every process's entries
 * @space: the space, without leaves of 2 MiB; family->lock is held, so that no fault sets an entry
 *
 * When this returns, no entry with RW is left in the tables of processes or in a TLB. A and D are
 * kept.
 *
 * Context: Process context, may sleep. Takes i_mmap_rwsem for reading.
 */
void mctl_space_make_readonly(struct mctl_space *space)
{
	struct address_space *mapping = space->inode->i_mapping;
	struct rb_node *node;

	lockdep_assert_held(&space->family->lock);
	mctl_space_forget(space, 0, space->nr_pages);
	if (!space->nr_mappings)
		return;
	space->nr_zaps++;
	i_mmap_lock_read(mapping);
	for (node = rb_first_cached(&mapping->i_mmap); node; node = rb_next(node))
		protect_vma(rb_entry(node, struct vm_area_struct, shared.rb));
	i_mmap_unlock_read(mapping);
}
